"""`sim/data/facts.yaml`, read and checked: facts with the statistics that answer them, regressions, worlds, panels."""

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sim.evidence.history.mapping import DATA
from sim.evidence.scorecard.draws import World
from sim.runs.bearing import Bearing, bearing

BASE = "base"
DOCKING = "N"  # section of published models and estimates; ids of docking.csv begin with it


class Fact(NamedTuple):
    """One observation and its counterpart; `low`, `high`: what the source allows, None where open.

    kind: `range` where the source gives one, `number` where it gives a single one, `shown` where it gives none or where
    no hit is claimed.
    """

    id: str
    section: str
    text: str
    statistic: str
    given: Mapping[str, Any]
    worlds: tuple[str, ...]
    observed: float | None
    low: float | None
    high: float | None
    kind: str
    unit: str
    dated: int
    use: str
    source: str
    design: str
    why: str  # the likely reason where it is missed
    bears: Bearing | None = None  # what a miss of it bears on


class Absence(NamedTuple):
    """An observation without a counterpart, and why; `observed` as in `Fact`."""

    id: str
    section: str
    text: str
    reason: str
    observed: float | None = None


class Variant(NamedTuple):
    """A mechanism that may be switched: what a world is without it, and with it; `set`: values without it."""

    without: str
    with_: str
    set: Mapping[str, Any]


class Placebo(NamedTuple):
    """Inputs of sectors that are dealt out anew."""

    text: str
    keys: tuple[str, ...]


class Evidence(NamedTuple):
    """The whole file."""

    worlds: Mapping[str, World]
    years: Mapping[str, tuple[int, ...]]  # ends of years at which firms of a world are kept
    sections: Mapping[str, str]
    facts: tuple[Fact, ...]
    regressions: tuple[Fact, ...]
    absent: tuple[Absence, ...]
    panels: tuple[Mapping[str, Any], ...]
    variants: Mapping[str, Variant]
    placebos: Mapping[str, Placebo]


@lru_cache(maxsize=4)
def declared(path: Path = DATA / "facts.yaml") -> Evidence:
    """The file that ships with the package. Raises ValueError where it names what there is not."""
    from sim.scenario.reader import shipped

    told = shipped(path)
    targets = docking()
    worlds = {
        name: World(each.get("scenario", "baseline"), each.get("set", {}), tuple(each.get("without", ())))
        for name, each in told["worlds"].items()
    }
    evidence = Evidence(
        worlds,
        {name: tuple(each.get("years", ())) for name, each in told["worlds"].items()},
        told["sections"],
        tuple(_fact({**targets.get(each["id"], {}), **each}) for each in told["facts"]),
        tuple(_fact({"section": "R", "dated": 0, "use": "TEST", **each}) for each in told["regressions"]),
        tuple(_absence(each, targets.get(each["id"], {})) for each in told["absent"]),
        tuple(told["panels"]),
        {name: Variant(each["without"], each["with"], each["set"]) for name, each in told["variants"].items()},
        {name: Placebo(each["text"], tuple(each["keys"])) for name, each in told["placebos"].items()},
    )
    _check(evidence)
    return evidence


@lru_cache(maxsize=4)
def docking(path: Path = DATA / "docking.csv") -> Mapping[str, Mapping[str, Any]]:
    """Published numbers to dock to, by id, with the keys of a fact; `facts.yaml` names their counterparts.

    low and high are what counts as a hit; without either the number is shown beside, without a verdict, unless it is
    itself one that the runs should hold.
    """
    found: dict[str, Mapping[str, Any]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            bounds = tuple(float(row[key]) if row[key] else None for key in ("low", "high"))
            told = {"text": row["claim"], "unit": row["unit"], "source": f"{row['source']}; {row['read']}"}
            asked = {"range": bounds} if bounds != (None, None) else {}
            value = {"observed": float(row["value"])} if row["value"] else {}
            found[row["id"]] = {**told, **asked, **value, "section": DOCKING, "use": "TEST"}
    return found


def _absence(told: Mapping[str, Any], target: Mapping[str, Any]) -> Absence:
    known = {name: target[name] for name in ("text", "observed") if name in target}
    return Absence(**{**known, **told})


def _fact(told: Mapping[str, Any]) -> Fact:
    low, high = told.get("range", (None, None))
    kind = "range" if "range" in told else "number" if told.get("observed") is not None else "shown"
    kind = told.get("kind", kind)
    return Fact(
        told["id"],
        told["section"],
        told["text"],
        told["statistic"],
        told.get("given", {}),
        tuple(told.get("worlds", (BASE,))),
        told.get("observed"),
        low,
        high,
        kind,
        str(told["unit"]),
        told["dated"],
        told["use"],
        told["source"],
        told.get("design", ""),
        told.get("why", ""),
        bearing(told["bears"]) if "bears" in told else None,
    )


def _check(evidence: Evidence) -> None:
    from sim.evidence.scorecard.regressions import REGRESSIONS
    from sim.evidence.scorecard.statistic import statistics

    for rows, known in ((evidence.facts, statistics()), (evidence.regressions, REGRESSIONS)):
        for row in rows:
            if row.statistic not in known:
                raise ValueError(f"facts.yaml, {row.id}: no statistic is called {row.statistic!r}")
            for name in row.worlds:
                if name not in evidence.worlds:
                    raise ValueError(f"facts.yaml, {row.id}: no world is called {name!r}")
    ids = [each.id for each in (*evidence.facts, *evidence.regressions)] + [each.id for each in evidence.absent]
    if len(set(ids)) < len(ids):
        raise ValueError(f"facts.yaml: {next(each for each in ids if ids.count(each) > 1)} stands twice")
