"""What the page says of metrics, places, policies and of how the numbers were made."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sim.explorer.curves import Curves
from sim.machine.declare import fields
from sim.model.records import Market, Outcome
from sim.plots import style
from sim.plots.observed import observed
from sim.plots.stored import Stored
from sim.report.page import seeds_of
from sim.runs.summary import HEADLINES
from sim.runs.tables import ALL
from sim.runs.yearly import is_flow

BY_SECTOR, BY_REGION = fields(Outcome), fields(Market)


def ordered(named: Sequence[str] = ()) -> list[str]:
    """All metrics: those a study names, the headlines, then as they are declared."""
    return [name for name in dict.fromkeys((*named, *HEADLINES, *BY_SECTOR, *BY_REGION)) if _known(name)]


def _known(name: str) -> bool:
    return name in BY_SECTOR or name in BY_REGION


def metric(name: str, named: Sequence[str]) -> dict[str, Any]:
    """A metric in words; `regional`: its text and formula where a region is chosen."""
    field = style.declared(name)
    group = "Headline outcomes" if name in HEADLINES else "By sector" if name in BY_SECTOR else "By region"
    return {
        "key": name,
        "text": style.polish(field.text),
        "unit": style.unit(field),
        "percent": style.percent(field),
        "formula": style.formula(field),
        "regional": [style.polish(BY_REGION[name].text), style.formula(BY_REGION[name])] if name in BY_REGION else None,
        "flow": is_flow(name, field.unit),
        "group": "Outcomes of this study" if name in named else group,
    }


def places(cells: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Sectors and regions in words; the pool of all comes first."""
    sectors = dict.fromkeys(sector for sector, _ in cells)
    regions = dict.fromkeys(region for _, region in cells)
    named = {ALL: style.words(ALL)} if ALL in sectors else {}
    named |= {sector: style.words(sector) for sector in sectors}
    everywhere = {"": "All regions"} if "" in regions else {}
    return {"sectors": named, "regions": everywhere | {each: style.region_words(each) for each in regions if each}}


def policies(stored: Stored, curves: Curves) -> list[dict[str, Any]]:
    """Policies by curve: label, announcement, start and end in decimal years and as quarters; `end` null: it stays.

    A curve of `null` means all of them: the points of a sweep have the same policies, of other sizes.
    """
    found = []
    swept = stored.manifest.get("kind") == "sweep"
    names = [stored.base] if swept else [curve.key for curve in curves.curves if curve.key in stored.entries]
    for n, name in enumerate(names):
        for line in stored.lines(name):
            ends = np.isfinite(line.end)
            quarters = [
                style.quarter(line.announce),
                style.quarter(line.start),
                style.quarter(line.end) if ends else "",
            ]
            years = [line.announce, line.start, line.end if ends else None]
            found.append({"curve": None if swept else n, "label": line.label, "years": years, "quarters": quarters})
    return found


def first_change(stored: Stored) -> float | None:
    """When the first curve can differ from what it is compared with; None where any year can."""
    swept = stored.manifest.get("kind") == "sweep"
    names = [stored.base] if swept else list(stored.others)
    known = [line.announce for name in names for line in stored.lines(name)]
    return min(known, default=None)


def evidence(metrics: Iterable[str], sectors: Iterable[str]) -> dict[str, dict[str, list[list[Any]]]]:
    """Observed values: metric -> sector -> rows of year, value, low, high, and whether it is a lower bound."""
    known = observed()
    found: dict[str, dict[str, list[list[Any]]]] = {}
    for name in metrics:
        for sector in sectors:
            marks = known.of(name, sector)
            if marks:
                told = [[mark.year, mark.value, mark.low, mark.high, mark.bound] for mark in marks]
                found.setdefault(name, {})[sector] = told
    return found


def made(stored: Stored) -> list[tuple[str, str]]:
    """How the numbers were made, as pairs of a term and its words."""
    manifest = stored.manifest
    counts = manifest.get("counts") or {}
    command = manifest.get("command", "")
    git = manifest.get("git") or {}
    runs = f"{counts.get('done', 0):,} done" + (f", {counts['failed']:,} failed" if counts.get("failed") else "")
    told = [
        ("Command", command if isinstance(command, str) else shlex.join(map(str, command))),
        ("Runs", runs if counts else ""),
        ("Seeds", seeds_of(list(manifest.get("seeds") or []))),
        ("Status", "" if manifest.get("status") == "complete" else f"not complete: {manifest.get('status')}"),
        ("Kernel", str(manifest.get("kernel_hash", ""))[:16]),
        ("Commit", str(git.get("commit", ""))[:12] + (", edited" if git.get("edited") else "")),
    ]
    return [(term, text) for term, text in told if text]
