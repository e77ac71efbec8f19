"""What a page holds of a results folder: its numbers, as many as fit, and what is said of them."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.errors import NotEnough, UsageError
from sim.explorer import about, blocks
from sim.explorer.blocks import GAPS, LEVELS, Block
from sim.explorer.curves import Curves, read
from sim.explorer.packed import pack, units, whole
from sim.plots.stored import Stored
from sim.runs import Results
from sim.runs.summary import HEADLINES
from sim.runs.tables import ALL
from sim.scenario.outcome import parse

ROOM = 3_900_000  # bytes of packed numbers: with the scripts a page stays below 5 MB
LEAST = 0.1  # bytes that a number takes at the least, where points share all history
OPENING = ("chinese_share_abroad", ALL, "")  # metric, sector, region at which a page opens that no outcome is named for


class Scope(NamedTuple):
    """What a page holds of a folder; `last`: of the last year only; omitted: what is left out, in words."""

    sectors: list[str]
    last: bool
    omitted: str


def contents(folder: Path, metrics: Sequence[str] | None, sectors: Sequence[str] | None) -> dict[str, Any]:
    """All that the page's scripts read. Raises as `render` does."""
    results, stored = Results.open(folder), Stored(folder)
    results.check_any()
    curves = read(results, stored)
    packed, omitted = _packed_to_fit(results, stored, curves, metrics, sectors)
    if not packed:
        raise NotEnough(f"{folder} holds no numbers to explore", "run it first")
    named = [metric for metric, _, _ in _named(stored)]
    cells = [tuple(cell) for told in packed.values() for cell in told["cells"]]
    return {
        "kind": kind(stored),
        "base": stored.title(stored.base),
        "opening": _opening(stored, metrics),
        "curves": [curve.title for curve in curves.curves],
        "references": [pair.reference for pair in curves.pairs],
        "choices": [asdict(choice) for choice in curves.choices],
        "metrics": [about.metric(name, named) for name in about.ordered(named) if name in packed],
        **about.places(cells),
        "policies": about.policies(stored, curves),
        "change": about.first_change(stored),
        "observed": about.evidence(packed, {sector for sector, _ in cells}),
        "omitted": omitted,
        "blocks": packed,
    }


def _packed_to_fit(
    results: Results, stored: Stored, curves: Curves, metrics: Sequence[str] | None, sectors: Sequence[str] | None
) -> tuple[dict[str, Any], str]:
    """The numbers of all metrics by name, if they fit into a page; else of fewer, and what is left out in words."""
    named = [metric for metric, _, _ in _named(stored)]
    known, there = about.ordered(named), _sectors(results, stored)
    _check("--sectors", sectors or (), there)
    asked = [parse(text, "--metrics") for text in metrics or ()]
    for each in asked:
        _check("--metrics", [each.sector], [*there, ALL])
    metrics = list(dict.fromkeys(each.metric for each in asked)) or None
    wanted = list(metrics or known)
    needed = set(metrics or (*named, *HEADLINES))
    found: dict[str, Any] = {}
    scopes = list(_scopes(stored, list(sectors or there)))
    for scope in scopes:
        found, size = {}, 0
        if scope is not scopes[-1] and _hopeless(stored, curves, scope, len(needed)):
            continue
        for block in _blocks(results, stored, curves, wanted, scope):
            told = _packed(block)
            size += len(told["numbers"])
            if size > ROOM:
                break
            if told["cells"]:
                found[block.metric] = told
        left = len([name for name in wanted if name in needed and name not in found]) if size > ROOM else 0
        if not left:
            more = [f"{len(wanted) - len(found)} of {len(wanted)} metrics"] if size > ROOM else []
            return found, " and ".join([*more, *([scope.omitted] if scope.omitted else [])])
    return found, f"{len(wanted) - len(found)} of {len(wanted)} metrics and {scope.omitted}"


def _hopeless(stored: Stored, curves: Curves, scope: Scope, metrics: int) -> bool:
    """Whether so much cannot fit, however well it is packed: then it is not even read."""
    entry = stored.entries[stored.base]
    years = 1 if scope.last else int(entry["end"]) - int(entry["start"]) + 1
    numbers = len(LEVELS) * len(curves.curves) + len(GAPS) * len(curves.pairs)
    return numbers * len(scope.sectors) * years * metrics * LEAST > ROOM


def _scopes(stored: Stored, sectors: list[str]) -> Iterator[Scope]:
    """From all there is to the least."""
    about_these = {sector for _, sector, _ in _named(stored)} | {ALL}
    near = [sector for sector in sectors if sector in about_these] or sectors[:1]
    yield Scope(sectors, False, "")
    yield Scope(near, False, "sectors that the study does not name")
    yield Scope(near[:1], False, "sectors apart")
    if stored.manifest.get("kind") == "sweep":
        yield Scope(sectors, True, "years before the last")
        yield Scope(near[:1], True, "sectors apart and years before the last")


def _blocks(results: Results, stored: Stored, curves: Curves, metrics: Sequence[str], scope: Scope) -> Iterator[Block]:
    if stored.manifest.get("kind") == "sweep":
        return blocks.swept(results, curves, metrics, scope.sectors, scope.last)
    return blocks.summed(results, curves, metrics, scope.sectors)


def kind(stored: Stored) -> str:
    """run, compare, sweep or experiment."""
    found = str(stored.manifest.get("kind"))
    return "experiment" if found == "sweep" and (stored.manifest["design"] or {}).get("kind") == "experiment" else found


def _named(stored: Stored) -> list[tuple[str, str, str]]:
    """Metric, sector and region of the outcomes that a sweep's or an experiment's file names; a sector may be `all`."""
    if kind(stored) == "experiment" and stored.has("effects.csv"):
        with stored.door.file("effects.csv").open(encoding="utf-8", newline="") as file:
            rows = [(row["metric"], row["sector"] or ALL, row["region"]) for row in csv.DictReader(file)]
        return [row for row in dict.fromkeys(rows) if row[0] in about.BY_SECTOR or row[0] in about.BY_REGION]
    outcomes = (stored.manifest.get("design") or {}).get("outcomes") or []
    return [(named.metric, *named.place) for named in map(parse, outcomes)]


def _opening(stored: Stored, metrics: Sequence[str] | None) -> tuple[str, str, str]:
    """Metric, sector and region with which the page opens: those asked for, or named by the study."""
    if metrics:
        named = parse(metrics[0], "--metrics")
        return named.metric, *named.place
    return next(iter(_named(stored)), OPENING)


def _sectors(results: Results, stored: Stored) -> list[str]:
    if stored.manifest.get("kind") != "sweep":
        return [str(each) for each in results.summary["sector"].unique()]
    return [
        str(each) for each in results.table("final", ["sector"]).unify_dictionaries()["sector"].unique().to_pylist()
    ]


def _check(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    from difflib import get_close_matches

    wrong = next((name for name in names if name not in known), None)
    if wrong is not None:
        near = get_close_matches(wrong, known, n=3, cutoff=0.5) or list(known)[:12]
        raise UsageError(f"{option}: {wrong!r} is not in this folder", f"there are {', '.join(near)}")


def _packed(block: Block) -> dict[str, Any]:
    """A metric's numbers as text; cells without any value are left out."""
    some = np.flatnonzero(np.isfinite(block.levels["mean"]).any(axis=(0, 2)))
    level = {name: values[:, some] for name, values in block.levels.items()}
    gap = {name: values[:, some] for name, values in block.gaps.items()}
    of_level = units(np.concatenate([level["mean"], level["q05"], level["q95"], level["half"]]))
    below, above = level["mean"] - level["q05"], level["q95"] - level["mean"]
    levels = [level["mean"], level["half"], below, above]
    parts = [whole(values, of_level) for values in levels] + [whole(level["n"], 1.0)]
    known = [np.isfinite(values) for values in (*levels, level["n"])]
    of_gap = np.ones(len(some))
    if len(gap["n"]):
        of_gap = units(np.concatenate([gap["difference"], gap["half"]]))
        parts += [whole(gap["difference"], of_gap), whole(gap["half"], of_gap)]
        parts += [whole(gap["p_positive"], 0.001), whole(gap["n"], 1.0)]
        known += [np.isfinite(gap[name]) for name in GAPS]
    return {
        "cells": [list(block.cells[cell]) for cell in some],
        "years": block.years.tolist(),
        "units": [of_level.tolist(), of_gap.tolist()],
        "numbers": pack(parts, np.concatenate(known)) if len(some) else "",
    }
