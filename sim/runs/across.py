"""What a what-if does as the parameters are drawn: its effects over draws of the fitted set, beside luck.

A comparison that runs each draw with the same seeds (`--posterior`) tells it itself. A plain one stands on the first
draw. What shipped what-ifs do over the draws is kept beside the set, in NAME.effects.csv, and is believed of a folder
only where its runs with seeds 1 to M give the levels that the record holds of its first draw: those are the same runs.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.runs.summary import HEADLINES

RECORD = ".effects.csv"
EDGES = (0.05, 0.95)  # nine in ten draws lie between
_SAME = 1e-7  # of levels, written with nine digits


class Across(NamedTuple):
    """Effect of a scenario in a metric over draws: mean, 5 and 95 % quantile of the draws' means over `seeds` seeds of
    luck, and how many of the draws it rises in. `base_level`, `level`: means of the first draw."""

    base: str
    scenario: str
    metric: str
    draws: int
    seeds: int
    base_level: float
    level: float
    difference: float
    low: float
    high: float
    rises: int


def over_draws(runs: Any, references: Mapping[str, str], metrics: Sequence[str] = HEADLINES) -> list[Across]:
    """Effects over the draws of a crossed comparison; `runs`: runs.parquet as a frame. Scenarios that lack a run of a
    draw and seed, or a metric in one, are left out."""
    if "draw" not in runs or "luck" not in runs:
        return []
    done = runs[runs["status"] == "done"]
    return [found for metric in metrics if metric in done for found in _of_metric(done, metric, references)]


def _of_metric(done: Any, metric: str, references: Mapping[str, str]) -> Iterator[Across]:
    tables = {
        name: mine.pivot(index="draw", columns="luck", values=metric).sort_index()
        for name, mine in done.groupby("scenario", sort=False)
        if not mine.duplicated(["draw", "luck"]).any()
    }
    for name, base in references.items():
        mine, other = tables.get(name), tables.get(base)
        if mine is None or other is None or mine.shape != other.shape or len(mine) < 2:
            continue
        gaps = (mine - other).to_numpy(np.float64)
        if not np.isfinite(gaps).all():
            continue
        each, (draws, seeds) = gaps.mean(axis=1), gaps.shape
        low, high = map(float, np.quantile(each, EDGES))
        levels = float(other.iloc[0].mean()), float(mine.iloc[0].mean())
        rises = int((each > 0).sum())
        yield Across(base, name, metric, draws, seeds, *levels, float(each.mean()), low, high, rises)


def written(rows: Iterable[Across]) -> str:
    """The record of a set as CSV; numbers with nine digits."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(Across._fields)
    writer.writerows([f"{value:.9g}" if isinstance(value, float) else value for value in row] for row in rows)
    return sink.getvalue()


def read(path: Path) -> list[Across]:
    """The record of a set; empty where there is none. Raises ValueError for one that is no such table."""
    if not path.is_file():
        return []
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    if not lines or tuple(lines[0]) != Across._fields:
        raise ValueError(f"{path.name} has not the columns {', '.join(Across._fields)}")
    kinds = list(Across.__annotations__.values())
    return [Across(*(kind(value) for kind, value in zip(kinds, line, strict=True))) for line in lines[1:]]


def of_this_folder(record: Sequence[Across], runs: Any, scenario: str, base: str) -> list[Across]:
    """The record's effects of a scenario, if this folder holds the runs of its first draw, by their numbers: else none.

    runs: runs.parquet of a comparison in which nothing is drawn, as a frame.
    """
    mine = [row for row in record if (row.scenario, row.base) == (scenario, base)]
    if not mine or "draw" in runs:
        return []
    done = runs[(runs["status"] == "done") & (runs["seed"] <= mine[0].seeds)]
    for name, levels in ((scenario, [row.level for row in mine]), (base, [row.base_level for row in mine])):
        there = done[done["scenario"].astype(str) == name]
        if sorted(there["seed"]) != list(range(1, mine[0].seeds + 1)):
            return []
        for row, level in zip(mine, levels, strict=True):
            if row.metric not in there or not math.isclose(float(there[row.metric].mean()), level, rel_tol=_SAME):
                return []
    return mine
