"""What the report says of a sweep: what was varied, and where headline outcomes move most."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.errors import NotEnough
from sim.plots import style
from sim.plots.cells import Cell
from sim.plots.swept import value_words
from sim.runs import Results
from sim.runs.summary import HEADLINES
from sim.runs.tables import ALL
from sim.scenario.outcome import parse
from sim.sweeps.analysis import points as designs
from sim.sweeps.analysis.points import BASE, Factor, Points

SHOWN = 8  # values of a path that are listed; of more, the ends
COLUMNS = ("As it stands", "Least difference", "Largest difference")


class Content(NamedTuple):
    """A sweep on the page: the number of points, a row per swept path, and a row per outcome, first those asked for in
    a sector or region. A row has the level as the scenario stands, and the least and the largest difference."""

    points: int
    paths: list[dict[str, str]]
    rows: list[tuple[Cell, list[tuple[str, ...]]]]
    summary: pd.DataFrame
    against: str  # what differences are taken from


def content(folder: Path) -> Content:
    """What the page of a sweep's folder says; raises NotEnough for one that was not summed up."""
    results = Results(folder)
    summary = results.summary
    design: Points | None = None
    with suppress(NotEnough):  # a single point varies nothing
        design = designs.read(results)
    factors = design.factors if design else ()
    named = _named(results.manifest["design"].get("outcomes") or [], int(summary["year"].max()))
    rows = list(_rows(summary, results.differences, design, named))
    return Content(int(results.manifest["design"]["points"]), [_path(factor) for factor in factors], rows, summary,
                   design.against if design else "it")  # fmt: skip


def _path(factor: Factor) -> dict[str, str]:
    told = [value_words(factor, value) for value in factor.levels]
    values = ", ".join(told) if len(told) <= SHOWN else f"{len(told)} values from {told[0]} to {told[-1]}"
    base = "" if factor.base is None or factor.base != factor.base else value_words(factor, factor.base)
    text = f"{factor.text}, {factor.note}" if factor.note else factor.text
    return {"path": factor.path, "text": text, "unit": factor.unit, "base": base, "values": values}


def _rows(
    summary: pd.DataFrame, differences: pd.DataFrame, design: Points | None, named: Iterable[Cell]
) -> Iterator[tuple[Cell, list[tuple[str, ...]]]]:
    for cell in [*named, *(Cell(metric, ALL, "") for metric in HEADLINES)]:
        stands = _of(summary, cell)
        stands = stands[stands["point"] == BASE]
        moved = _of(differences, cell).dropna(subset=["difference"])
        if stands.empty or moved.empty:
            continue
        ends = [moved.loc[moved["difference"].idxmin()], moved.loc[moved["difference"].idxmax()]]
        yield cell, [level(stands.iloc[0], cell), *(_difference(row, cell, design) for row in ends)]


def _named(outcomes: Iterable[str], last: int) -> Iterator[Cell]:
    """What the sweep was asked for in a sector or region, in the year that its tables hold."""
    for outcome in map(parse, outcomes):
        if (outcome.sector != ALL or outcome.region) and outcome.year in (None, last):
            yield Cell(outcome.metric, outcome.sector, outcome.region)


def _of(table: pd.DataFrame, cell: Cell) -> pd.DataFrame:
    """The rows of a cell in the tables of a sweep, which write all regions together as `all`."""
    return cell._replace(region=cell.region or ALL).of(table)


def level(row: "pd.Series[Any]", cell: Cell) -> tuple[str, ...]:
    """A mean, and its interval; one run has none."""
    mean, low, high = (style.number(float(row[name]), cell.field) for name in ("mean", "lo", "hi"))
    return mean, f"{low} to {high}" if row["n"] > 1 else ""


def _difference(row: "pd.Series[Any]", cell: Cell, design: Points | None) -> tuple[str, ...]:
    told, low, high = (style.number(float(row[name]), cell.field, signed=True) for name in ("difference", "lo", "hi"))
    interval = f"{low} to {high}" if row["n"] > 1 else ""
    mark = "▲ " if row["lo"] > 0 else "▼ " if row["hi"] < 0 else "· "
    return f"{mark}{told}", interval, f"at {_where(int(row['point']), design)}"


def _where(point: int, design: Points | None) -> str:
    """A point by its values, in the order of the paths, or by its number where these are many."""
    if design is None or len(design.factors) > 2:
        return f"point {point}"
    row = design.table.loc[point]
    return "; ".join(value_words(factor, row[factor.path]) for factor in design.factors)
