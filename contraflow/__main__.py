"""`python -m contraflow`: the commands, as `contraflow` and `run.py` have them."""

import sys

from sim.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
