"""`python -m sim`: the commands, as `contraflow` and `run.py` have them."""

import sys


def main() -> int:
    """Run the command line; Ctrl-C while it is being loaded ends it as later, without a traceback."""
    try:
        from sim.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
