"""What a run comes to, in one line: the same on every machine, processor, Python and library the project supports.

python -m tests.stages.fingerprint baseline 1 2
"""

import hashlib
import sys
from pathlib import Path

from sim.scenario import load
from sim.simulate import Run, simulate


def fingerprint(run: Run) -> str:
    """SHA-256 of all that a run wrote down, and its number of events."""
    records = (run.outcome, run.markets, run.vintages, run.events, run.lives, run.firm_ids)
    return f"{hashlib.sha256(b''.join(table.tobytes() for table in records)).hexdigest()} {len(run.events)}"


def tell(scenario: str | Path, *seeds: int) -> None:
    """Prints the fingerprints of a scenario's runs."""
    told = load(scenario)
    for seed in seeds:
        print(told.name, seed, fingerprint(simulate(told, seed)))


if __name__ == "__main__":
    tell(sys.argv[1], *map(int, sys.argv[2:]))
