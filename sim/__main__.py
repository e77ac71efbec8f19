"""`python -m sim`: the commands, as `contraflow` and `run.py` have them."""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main())
