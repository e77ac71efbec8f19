"""The numbers of a results folder metric by metric: levels of its curves, and paired differences, by cell and year."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.explorer.curves import Curves
from sim.study import Results
from sim.study.points import Ground, grounds
from sim.study.store import Folder
from sim.study.summary import effects, levels
from sim.study.yearly import FINAL, YEARLY

Floats = NDArray[np.float64]
LEVELS = ("mean", "half", "q05", "q95", "n")
GAPS = ("difference", "half", "p_positive", "n")


class Block(NamedTuple):
    """A metric: cells are (sector, region), of which the region is empty where a metric is of all regions.

    levels: `LEVELS` [curve, cell, year]; gaps: `GAPS` [pair, cell, year]; half is that of a 95 % interval of the mean.
    """

    metric: str
    cells: tuple[tuple[str, str], ...]
    years: NDArray[np.int64]
    levels: Mapping[str, Floats]
    gaps: Mapping[str, Floats]


def summed(results: Results, curves: Curves, metrics: Sequence[str], sectors: Sequence[str]) -> Iterator[Block]:
    """Blocks of `run` and `compare`: what their summary and differences say."""
    level = _chosen(results.summary, metrics, sectors)
    gap = _chosen(results.differences, metrics, sectors) if curves.pairs else None
    levels_of = dict(iter(level.groupby("metric", sort=False, observed=True)))
    gaps_of = {} if gap is None else dict(iter(gap.groupby("metric", sort=False, observed=True)))
    names = [curve.key for curve in curves.curves]
    paired = [names[pair.curve] for pair in curves.pairs]
    for metric in metrics:
        if metric not in levels_of:
            continue
        rows = levels_of[metric]
        cells = tuple(dict.fromkeys(zip(rows["sector"].astype(str), rows["region"].astype(str), strict=True)))
        years = np.unique(rows["year"].to_numpy(np.int64))
        rows = rows.assign(half=(rows["hi"] - rows["lo"]) / 2)
        told = _dense(rows, names, cells, years, LEVELS)
        found = gaps_of.get(metric)
        if found is not None:
            found = found.assign(half=(found["hi"] - found["lo"]) / 2)
        yield Block(metric, cells, years, told, _dense(found, paired, cells, years, GAPS))


def _chosen(frame: Any, metrics: Sequence[str], sectors: Sequence[str]) -> Any:
    kept = frame[frame["metric"].isin(list(metrics)) & frame["sector"].isin(list(sectors))]
    return kept.assign(region=kept["region"].astype("string").fillna("").replace("all", ""))


def _dense(
    rows: Any, curves: Sequence[str], cells: Sequence[tuple[str, str]], years: NDArray[np.int64], columns: Sequence[str]
) -> dict[str, Floats]:
    """Columns of rows as arrays [curve, cell, year]; nan where there is no row."""
    found = {name: np.full((len(curves), len(cells), len(years)), np.nan) for name in columns}
    if rows is None or not len(curves):
        return found
    place, at = {name: n for n, name in enumerate(curves)}, {cell: n for n, cell in enumerate(cells)}
    curve = rows["scenario"].astype(str).map(place).fillna(-1).to_numpy(np.int64)
    where = zip(rows["sector"].astype(str), rows["region"].astype(str), strict=True)
    cell = np.array([at.get(each, -1) for each in where], np.int64)
    year = np.searchsorted(years, rows["year"].to_numpy(np.int64))
    known = (curve >= 0) & (cell >= 0)
    for name, values in found.items():
        values[curve[known], cell[known], year[known]] = rows[name].to_numpy(np.float64)[known]
    return found


def swept(results: Results, curves: Curves, metrics: Sequence[str], sectors: Sequence[str], last: bool) -> Iterator[Block]:
    """Blocks of a sweep or an experiment, computed from its runs; `last`: of the last year only.

    A folder that kept markets of the last year only has no other year by region.
    """
    folder = Folder(results.folder)
    receipts = folder.receipts()
    tables = {}
    for yearly, final in zip(YEARLY, FINAL, strict=True):
        name = final if last or not folder.paths(yearly, receipts) else yearly
        tables[name] = FINAL[final]
    parts: dict[str, list[Block]] = {}
    for ground in grounds(folder, receipts, metrics, tables):
        for place, metric in enumerate(ground.metrics):
            parts.setdefault(metric, []).append(_computed(ground, place, curves, sectors))
    for metric in metrics:
        if metric in parts:
            yield _joined(parts.pop(metric))


def _computed(ground: Ground, place: int, curves: Curves, sectors: Sequence[str]) -> Block:
    """One metric of a ground, with cells and years apart."""
    year = ground.keys["year"].to_numpy(zero_copy_only=False)
    sector = np.array(ground.keys["sector"].to_pylist())
    region = np.array(ground.keys["region"].to_pylist() if "region" in ground.keys else [""] * len(year))
    years = np.unique(year).astype(np.int64)
    chosen = np.isin(sector, list(sectors))
    pairs = list(dict.fromkeys(zip(sector[chosen].tolist(), region[chosen].tolist(), strict=True)))
    at = {pair: n for n, pair in enumerate(pairs)}
    rows = np.empty((len(pairs), len(years)), np.int64)
    for row in np.flatnonzero(chosen):
        rows[at[sector[row], region[row]], np.searchsorted(years, year[row])] = row
    points = np.searchsorted(ground.points, [curve.point for curve in curves.curves])
    missing = ~np.isin([curve.point for curve in curves.curves], ground.points)
    values = ground.values[place][np.minimum(points, len(ground.points) - 1)]  # [curve, row, seed]
    values[missing] = np.nan
    values = values[:, rows]
    n, told = levels(values)
    level = {"mean": told["mean"], "half": (told["hi"] - told["lo"]) / 2, "q05": told["q05"], "q95": told["q95"]}
    return Block(ground.metrics[place], tuple(pairs), years, {**level, "n": n.astype(float)}, _paired(values, curves))


def _paired(values: Floats, curves: Curves) -> dict[str, Floats]:
    """Differences of pairs, of values [curve, cell, year, seed]; a pair that was asked for fewer seeds has the first."""
    if not curves.pairs:
        return {name: np.full((0, *values.shape[1:3]), np.nan) for name in GAPS}
    found: dict[str, list[Floats]] = {name: [] for name in GAPS}
    for pair in curves.pairs:
        base, own = values[pair.reference], values[pair.curve]
        if pair.seeds is not None:
            both = np.flatnonzero(np.isfinite(base).any(axis=(0, 1)) & np.isfinite(own).any(axis=(0, 1)))
            base, own = base[..., both[: pair.seeds]], own[..., both[: pair.seeds]]
        n, told = effects(base, own)
        half = (told["hi"] - told["lo"]) / 2
        row = {"difference": told["difference"], "half": half, "p_positive": told["p_positive"], "n": n.astype(float)}
        for name, each in row.items():
            found[name].append(each)
    return {name: np.stack(rows) for name, rows in found.items()}


def _joined(parts: list[Block]) -> Block:
    """A metric that is told of all regions and of each, in one block; years that one part lacks are nan."""
    if len(parts) == 1:
        return parts[0]
    years = np.unique(np.concatenate([part.years for part in parts]))

    def joined(of: str, name: str) -> Floats:
        wide = []
        for part in parts:
            own = getattr(part, of)[name]
            filled = np.full((*own.shape[:2], len(years)), np.nan)
            filled[..., np.searchsorted(years, part.years)] = own
            wide.append(filled)
        return np.concatenate(wide, axis=1)

    cells = tuple(cell for part in parts for cell in part.cells)
    gathered = [{name: joined(of, name) for name in names} for of, names in (("levels", LEVELS), ("gaps", GAPS))]
    return Block(parts[0].metric, cells, years, *gathered)
