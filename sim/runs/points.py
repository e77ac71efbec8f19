"""Over the seeds of each design point: outcomes of the last year, and their paired difference to its reference."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.runs.parts import part, years
from sim.runs.store import Folder, Receipt
from sim.runs.summary import effects, levels
from sim.runs.tables import ALL, fields
from sim.runs.yearly import FINAL
from sim.scenario.outcome import parse

Floats = NDArray[np.float64]
_MEMORY = 2**23  # bytes of one block of metrics over all runs; computing takes some fifteen times that


class Ground(NamedTuple):
    """Some metrics of all runs: values [metric, point, cell, seed], nan where a run is missing.

    keys say which year, sector, region a cell is.
    """

    metrics: tuple[str, ...]
    keys: dict[str, pa.Array]
    points: NDArray[np.int64]
    seeds: NDArray[np.int64]
    values: Floats


def grounds(
    folder: Folder,
    receipts: list[Receipt],
    own: Sequence[str] = (),
    wanted: Sequence[str] | None = None,
    tables: Mapping[str, type] = FINAL,
) -> Iterator[Ground]:
    """Blocks of metrics (all and `own`, or those wanted), each small enough for memory; nothing where no run succeeded.

    tables: of the last year, or of all years, with what declares their metrics.
    """
    runs = [run for receipt in receipts for run in receipt.runs.values()]
    points, seeds = (np.unique(np.array([getattr(run, key) for run in runs], np.int64)) for key in ("point", "seed"))
    for table, declared in tables.items():
        files = folder.paths(table, receipts)
        there = [*fields(declared), *(own if table == "final" else ())]
        metrics = [name for name in there if wanted is None or name in wanted]
        if not files or not metrics:
            continue
        cells = len(next(iter(years(table, files[0], metrics[:1]).cells.values())))
        size = max(1, _MEMORY // (8 * cells * len(points) * len(seeds)))
        for first in range(0, len(metrics), size):
            block = metrics[first : first + size]
            values = np.full((len(block), len(points), cells, len(seeds)), np.nan)
            keys: dict[str, pa.Array] = {}
            named = [key for key in ("year", "sector", "region") if key in pq.read_schema(files[0]).names]
            for path in files:
                read = ["point", "seed", *block, *([] if keys else named)]  # keys are the same in all files
                keys = _fill(values, part(table, path, read), block, points, seeds) or keys
            yield Ground(tuple(block), keys, points, seeds, values)


def _fill(
    values: Floats, table: pa.Table, metrics: list[str], points: NDArray[np.int64], seeds: NDArray[np.int64]
) -> dict[str, pa.Array]:
    """Put a chunk's runs in their places; returns the keys of the cells, as far as they were read."""
    cells = values.shape[2]
    point = np.searchsorted(points, table["point"].to_numpy()[::cells])
    seed = np.searchsorted(seeds, table["seed"].to_numpy()[::cells])
    for row, metric in enumerate(metrics):
        values[row, point, :, seed] = table[metric].to_numpy().reshape(-1, cells)
    first = table.slice(0, cells)
    return {key: first[key].combine_chunks() for key in ("year", "sector", "region") if key in table.column_names}


def write_points(
    folder: Folder,
    receipts: list[Receipt],
    scenario: str,
    references: Mapping[int, int],
    own: Sequence[str] = (),
    wanted: Sequence[str] | None = None,
) -> None:
    """Write summary.parquet and differences.parquet, block by block; `references`: of each point; `wanted`: outcomes
    whose metrics they hold, besides `own`."""
    wanted = None if wanted is None else [*(parse(each).metric for each in wanted), *own]
    if not any(receipt.runs for receipt in receipts):
        return
    with folder.writing("summary.parquet") as level, folder.writing("differences.parquet") as effect:
        sinks: dict[Any, Any] = {}
        try:
            for ground in grounds(folder, receipts, own, wanted):
                for place, table in (
                    (level, _levels(ground, scenario)),
                    (effect, _differences(ground, scenario, references)),
                ):
                    if place not in sinks:
                        sinks[place] = pq.ParquetWriter(place, table.schema, compression="zstd")
                    sinks[place].write_table(table)
        finally:
            for sink in sinks.values():
                sink.close()


def _levels(ground: Ground, scenario: str) -> pa.Table:
    return _rows({"scenario": scenario}, ground, np.arange(len(ground.points)), *levels(ground.values))


def _differences(ground: Ground, scenario: str, references: Mapping[int, int]) -> pa.Table:
    points = ground.points.tolist()
    others = np.array([n for n, point in enumerate(points) if references[point] != point], np.int64)
    place = {point: n for n, point in enumerate(points)}
    against = [place.get(references[points[n]], len(points)) for n in others]  # the last: no run succeeded there
    known = np.concatenate([ground.values, np.full_like(ground.values[:, :1], np.nan)], axis=1)
    found = effects(known[:, against], ground.values[:, others])
    table = _rows({"base": scenario, "scenario": scenario}, ground, others, *found)
    named = pa.array([references[point] for point in table["point"].to_pylist()], pa.int64())
    return table.add_column(table.column_names.index("point") + 1, "reference", named)


def _rows(
    names: dict[str, str], ground: Ground, places: NDArray[Any], n: NDArray[np.int64], numbers: dict[str, Floats]
) -> pa.Table:
    """Rows ordered by metric, point and cell."""
    metrics, points, cells = n.shape
    zeros = pa.array(np.zeros(n.size, np.int32))
    columns: dict[str, Any] = {
        key: pa.DictionaryArray.from_arrays(zeros, pa.array([name])) for key, name in names.items()
    }
    columns["point"] = pa.array(np.tile(np.repeat(ground.points[places], cells), metrics))
    cell = pa.array(np.tile(np.arange(cells), metrics * points))
    for key in ("year", "sector", "region"):
        told = ground.keys.get(key)
        pooled = pa.DictionaryArray.from_arrays(zeros, pa.array([ALL]))  # of all regions together
        columns[key] = pooled if told is None else told.take(cell)
    codes = pa.array(np.repeat(np.arange(metrics, dtype=np.int32), points * cells))
    columns["metric"] = pa.DictionaryArray.from_arrays(codes, pa.array(ground.metrics, pa.string()))
    columns["n"] = pa.array(n.reshape(-1))
    for key, values in numbers.items():
        columns[key] = pa.array(values.reshape(-1), from_pandas=True)
    return pa.table(columns).filter(pa.array(n.reshape(-1) > 0))
