"""Runs every shipped what-if with draws of the default set, into scenarios/sets: `python -m sim.documents.across`.

Reports of plain comparisons take from there what parameters are to an effect (docs/decisions/0039). Each base runs once
with all what-ifs of its groups, or with those named. The same command goes on where it stopped. A record of other code
is not believed, so run it again when results move.
"""

import argparse
from pathlib import Path
from typing import Any

from sim.files import write_text
from sim.runs import across, compare
from sim.scenario import load
from sim.scenario.groups import listed_groups, read_group

SETS = Path("scenarios") / "sets"


def asked_for() -> dict[str, dict[str, None]]:
    """Base -> its what-ifs over all groups, each once."""
    found: dict[str, dict[str, None]] = {}
    for name, _ in listed_groups():
        group = read_group(name)
        found.setdefault(group.base, {}).update(dict.fromkeys(group.scenarios))
    return found


def effects(base: str, others: list[str], draws: int, seeds: int, **options: Any) -> tuple[str, list[across.Across]]:
    """The set that the base stands on, and the effects over its draws."""
    drawn = {"posterior.draws": draws, "posterior.crossed": True}
    told = [load(name, drawn) for name in (base, *others)]
    results = compare(*told, seeds=draws * seeds, keep="summary", **options)
    stood = told[0].posterior
    assert stood is not None
    return stood.set, across.over_draws(results.runs, results.manifest["references"])


def main() -> None:
    """Runs what is not yet stored, then writes the rows of these what-ifs into the record of each set."""
    asked = argparse.ArgumentParser(prog="python -m sim.documents.across", description=__doc__)
    asked.add_argument("names", nargs="*", help="what-ifs whose rows are made anew; all, if none is named")
    asked.add_argument("--draws", type=int, default=25)
    asked.add_argument("--seeds", type=int, default=4, help="seeds of luck that each draw runs with")
    asked.add_argument("--workers", type=int, default=None)
    asked.add_argument("--out", type=Path, default=Path("results") / "across", help="folder for the results")
    given = asked.parse_args()
    for base, others in asked_for().items():
        chosen = [name for name in others if not given.names or name in given.names]
        if chosen:
            print(f"{base}: {', '.join(chosen)}", flush=True)
            options = {"out": given.out / base, "workers": given.workers, "force": True}
            name, rows = effects(base, chosen, given.draws, given.seeds, **options)
            print(f"written: {renewed(SETS / f'{name}{across.RECORD}', rows)}")


def renewed(path: Path, rows: list[across.Across]) -> Path:
    """The record with these rows instead of those of the same what-ifs and base."""
    made = {(row.base, row.scenario) for row in rows}
    kept = [row for row in across.read(path) if (row.base, row.scenario) not in made]
    write_text(path, across.written([*kept, *rows]))
    return path


if __name__ == "__main__":
    main()
