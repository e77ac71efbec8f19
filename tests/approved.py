"""Approved outcomes of three scenarios, and how a change of them is approved: `python -m tests.approved`.

`baseline.json` holds, for each scenario, readable aggregates and a hash of every column of every table and of every
year, so that a difference says what moved, since when, and by how much; and the approvals: the entries under *Results
change* in CHANGELOG.md, each with the digest of the outcomes that it stands for. An entry serves once.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.recfunctions import repack_fields

from sim.machine.declare import fields
from sim.model.columns import FIRST_YEAR, Happening
from sim.model.records import Event, Life, Market, Outcome, Vintage
from sim.scenario import load
from sim.simulate import Run, simulate

ROOT = Path(__file__).parent.parent
BASELINE, CHANGES = ROOT / "tests/baseline.json", ROOT / "CHANGELOG.md"
COMMAND = "python -m tests.approved"
SCENARIOS, SEEDS = ("baseline", "tariff_escalation", "tight_controls"), (1, 2, 3)
RECORDS = {"outcome": Outcome, "markets": Market, "vintages": Vintage, "events": Event, "lives": Life}
COLUMNS = [f"{record}.{name}" for record, declared in RECORDS.items() for name in fields(declared)]
YEARS = (2000, 2025)  # beside the last one
METRICS = (
    "technology_gap", "technology_level", "chinese_share_home", "chinese_share_abroad", "active", "hub_share",
    "wholly_owned_share", "welfare",
)  # fmt: skip
Told = dict[str, Any]


# outcomes


def outcomes(approved: Told | None = None) -> Told:
    """Of every scenario: the means over seeds of aggregates, and hashes over all seeds.

    `approved`: what to compare with. Columns and kinds of event that it does not know are left out: who only writes
    down more changes no outcome.
    """
    told = {}
    for name in SCENARIOS:
        runs = [simulate(load(ROOT / f"scenarios/{name}.yaml"), seed) for seed in SEEDS]
        columns = list(approved[name]["columns"]) if approved else COLUMNS
        kinds = [kind for kind in Happening if not approved or f"{kind.name}, events" in approved[name]["aggregates"]]
        runs = [run._replace(events=run.events[np.isin(run.events["kind"], kinds)]) for run in runs]
        told[name] = {"aggregates": _mean([dict(aggregates(run, kinds)) for run in runs]), **hashes(runs, columns)}
    return told


def aggregates(run: Run, kinds: Sequence[Happening] = tuple(Happening)) -> Iterator[tuple[str, float]]:
    """Some thirty numbers of a run: metrics over sectors in a few years, totals of events."""
    count, sectors = run.outcome.shape
    for metric in METRICS:
        pooled = fields(Outcome)[metric].pool == "sum"
        for quarter in (*(4 * (year - FIRST_YEAR) + 3 for year in YEARS), count - 1):
            total = fsum(run.outcome[metric][quarter])  # in no order, so that machines agree
            yield f"{metric}, {FIRST_YEAR + quarter // 4}", total if pooled else total / sectors
    for kind in kinds:
        yield f"{kind.name}, events", float((run.events["kind"] == kind).sum())
    yield "duration of ended partnerships, quarters", _duration(run)


def _duration(run: Run) -> float:
    ended = run.lives[run.lives["end"] >= 0]
    return float((ended["end"] - ended["start"]).mean()) if len(ended) else 0.0


def _mean(told: list[dict[str, float]]) -> dict[str, float]:
    return {name: fsum(each[name] for each in told) / len(told) for name in told[0]}


def hashes(runs: list[Run], columns: Sequence[str]) -> Told:
    """Of each of the columns; and of each year, over those of sectors."""
    of_columns = {
        name: _hash(getattr(run, name.partition(".")[0])[name.partition(".")[2]] for run in runs) for name in columns
    }
    metrics = [name.partition(".")[2] for name in columns if name.startswith("outcome.")]
    tables = [repack_fields(run.outcome[metrics]) for run in runs]
    years = len(runs[0].outcome) // 4
    by_year = [_hash(table[4 * year : 4 * year + 4] for table in tables) for year in range(years)]
    return {"columns": of_columns, "years": " ".join(by_year)}


def _hash(arrays: Any) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:8]


def digest(told: Told) -> str:
    """One hash of all outcomes."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


# what moved


def moved(approved: Told, now: Told) -> list[str]:
    """In words: which scenarios, since which year, which columns, and every aggregate with both values."""
    lines = []
    for name in sorted({*approved, *now}):
        if approved.get(name) == now.get(name):
            continue
        if name not in approved or name not in now:
            lines.append(f"{name}: {'new' if name in now else 'gone'}")
            continue
        lines += [f"{name}: {since(approved[name]['years'], now[name]['years'])}"]
        lines += [f"  {line}" for line in _columns(approved[name]["columns"], now[name]["columns"])]
        lines += [f"  {line}" for line in _numbers(approved[name]["aggregates"], now[name]["aggregates"])]
    return lines


def since(approved: str, now: str) -> str:
    """The first year in which a metric of a sector differs."""
    old, new = approved.split(), now.split()
    if len(old) != len(new):
        return f"{len(new)} years instead of {len(old)}"
    first = next((year for year, (a, b) in enumerate(zip(old, new, strict=True)) if a != b), None)
    return "the same in every year's metrics of sectors" if first is None else f"differs since {FIRST_YEAR + first}"


def _columns(approved: Told, now: Told) -> Iterator[str]:
    for record in RECORDS:
        of_record = sorted(name for name in {*approved, *now} if name.startswith(f"{record}."))
        differ = [name.partition(".")[2] for name in of_record if approved.get(name) != now.get(name)]
        if differ:
            yield f"{record}: {len(differ)} of {len(of_record)} columns: {', '.join(differ)}"


def _numbers(approved: dict[str, float], now: dict[str, float]) -> Iterator[str]:
    for name in sorted({*approved, *now}):
        old, new = approved.get(name), now.get(name)
        if old is None or new is None:
            yield f"{name}: {old} -> {new}"
        elif old != new:
            part = f" ({(new - old) / abs(old):+.3%})" if old else ""
            yield f"{name}: {old:.10g} -> {new:.10g}{part}"


# approvals


def entries(changelog: str) -> list[str]:
    """What stands under the headings *Results change*, one bullet an entry, without its line breaks."""
    found = []
    for block in re.split(r"^#+ ", changelog, flags=re.MULTILINE):
        heading, _, text = block.partition("\n")
        if heading.strip() == "Results change":
            found += [" ".join(bullet.split()) for bullet in re.split(r"^- ", text, flags=re.MULTILINE)[1:]]
    return found


def objections(baseline: Told, changelog: str) -> list[str]:
    """What is wrong with the file itself: approvals that no entry stands for, or outcomes that no approval does."""
    written, approvals = entries(changelog), baseline["approvals"]
    approved = [each["entry"] for each in approvals]
    found = [
        f"approved under an entry that CHANGELOG.md does not have: {entry}"
        for entry in approved
        if entry not in written
    ]
    found += [f"an entry of CHANGELOG.md is not approved yet: {entry}" for entry in written if entry not in approved]
    found += [f"an entry approves twice: {entry}" for entry in sorted({e for e in approved if approved.count(e) > 1})]
    if not approvals or approvals[-1]["digest"] != digest(baseline["outcomes"]):
        found.append("outcomes were changed without an approval")
    return found


def approve(baseline: Told, now: Told, changelog: str) -> Told:
    """The file with today's outcomes, under the entries not used yet. ValueError if results moved without one."""
    used = {each["entry"] for each in baseline["approvals"]}
    written = entries(changelog)
    fresh = [entry for entry in written if entry not in used]
    kept = [each for each in baseline["approvals"] if each["entry"] in written]
    same = kept and kept[-1]["digest"] == digest(now)
    if not fresh and not same:
        raise ValueError("results moved: say what and why in CHANGELOG.md, in a new entry under *Results change*")
    approvals = [*kept, *({"entry": entry, "digest": digest(now)} for entry in fresh)]
    return {"approvals": approvals, "outcomes": now}


def read() -> Told:
    """The file, or an empty one."""
    if not BASELINE.exists():
        return {"approvals": [], "outcomes": {}}
    told: Told = json.loads(BASELINE.read_text(encoding="utf-8"))
    return told


def main() -> int:
    """Approves today's outcomes, and says what moved."""
    before, now = read(), outcomes()
    print("\n".join(moved(before["outcomes"], now)) or "nothing moved")
    try:
        after = approve(before, now, CHANGES.read_text(encoding="utf-8"))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    aside = BASELINE.with_suffix(".tmp")
    aside.write_text(json.dumps(after, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(BASELINE)
    print(
        "approved under: "
        + "; ".join(each["entry"] for each in after["approvals"][len(before["approvals"]) :] or after["approvals"][-1:])
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
