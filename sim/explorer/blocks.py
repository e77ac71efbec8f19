"""The numbers of a results folder metric by metric: levels of its curves, and paired differences, by cell and year."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.explorer.curves import Curves
from sim.runs import Results
from sim.runs.points import Ground, grounds
from sim.runs.summary import effects, levels
from sim.runs.tables import ALL
from sim.runs.yearly import FINAL, YEARLY

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
    names = [curve.key for curve in curves.curves]
    levels_of = _by_metric(results.summary, names, metrics, sectors)
    paired = [names[pair.curve] for pair in curves.pairs]
    gaps_of = _by_metric(results.differences, paired, metrics, sectors) if paired else {}
    for metric in metrics:
        if metric in levels_of:
            rows = levels_of[metric]
            cells = tuple(dict.fromkeys(rows["cell"].unique()))
            years = np.unique(rows["year"].to_numpy(np.int64))
            told = _dense(rows, len(names), cells, years, LEVELS)
            yield Block(metric, cells, years, told, _dense(gaps_of.get(metric), len(paired), cells, years, GAPS))


def _by_metric(frame: Any, names: Sequence[str], metrics: Sequence[str], sectors: Sequence[str]) -> dict[str, Any]:
    """Rows by metric, with the place of their curve among `names` (-1: not among them) and their cell as a category."""
    kept = frame[frame["metric"].isin(list(metrics)) & frame["sector"].isin(list(sectors))]
    sector, region = (kept[key].astype("string").fillna("").astype("category").cat for key in ("sector", "region"))
    code = sector.codes.to_numpy(np.int64) * len(region.categories) + region.codes.to_numpy(np.int64)
    known = np.unique(code)
    wide = len(region.categories)
    cells = [(str(sector.categories[n // wide]), str(region.categories[n % wide]).replace(ALL, "")) for n in known]
    place = {name: n for n, name in enumerate(names)}
    scenario = kept["scenario"].astype("category").cat
    curve = np.array([place.get(name, -1) for name in scenario.categories])[scenario.codes]
    kept = kept.assign(curve=curve, cell=np.fromiter(cells, object)[np.searchsorted(known, code)])
    kept = kept.assign(half=(kept["hi"] - kept["lo"]) / 2)
    return dict(iter(kept[kept["curve"] >= 0].groupby("metric", sort=False, observed=True)))


def _dense(
    rows: Any, curves: int, cells: Sequence[tuple[str, str]], years: NDArray[np.int64], columns: Sequence[str]
) -> dict[str, Floats]:
    """Columns of rows as arrays [curve, cell, year]; nan where there is no row."""
    found = {name: np.full((curves, len(cells), len(years)), np.nan) for name in columns}
    if rows is not None:
        cell = rows["cell"].map({each: n for n, each in enumerate(cells)}).to_numpy(np.int64)
        year = np.searchsorted(years, rows["year"].to_numpy(np.int64))
        for name, values in found.items():
            values[rows["curve"].to_numpy(), cell, year] = rows[name].to_numpy(np.float64)
    return found


def swept(
    results: Results, curves: Curves, metrics: Sequence[str], sectors: Sequence[str], last: bool
) -> Iterator[Block]:
    """Blocks of a sweep or an experiment, computed from its runs; `last`: of the last year only.

    A folder that kept markets of the last year only has no other year by region.
    """
    folder, receipts = results.stored.held, results.stored.receipts
    tables = {}
    for yearly, final in zip(YEARLY, FINAL, strict=True):
        name = final if last or not folder.paths(yearly, receipts) else yearly
        tables[name] = FINAL[final]
    for metric in metrics:
        parts = [_computed(ground, curves, sectors) for ground in grounds(folder, receipts, (), [metric], tables)]
        if parts:
            yield _joined(parts)


def _computed(ground: Ground, curves: Curves, sectors: Sequence[str]) -> Block:
    """The only metric of a ground, with cells and years apart."""
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
    values = ground.values[0][np.minimum(points, len(ground.points) - 1)]  # [curve, row, seed]
    values[missing] = np.nan
    values = values[:, rows]
    n, told = levels(values)
    level = {"mean": told["mean"], "half": (told["hi"] - told["lo"]) / 2, "q05": told["q05"], "q95": told["q95"]}
    return Block(ground.metrics[0], tuple(pairs), years, {**level, "n": n.astype(float)}, _paired(values, curves))


def _paired(values: Floats, curves: Curves) -> dict[str, Floats]:
    """Differences of pairs, of values [curve, cell, year, seed]; a pair of fewer seeds has the first."""
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
