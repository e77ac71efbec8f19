"""A table of a chunk, from the file that holds it.

Nothing is stored twice: where quarters are kept, the tables by year are made of them when they are asked for. They are
the same bytes as those that a worker makes of the same run where it keeps no quarters.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.runs.arrays import arrow, known, numpy, words
from sim.runs.tables import fields
from sim.runs.yearly import YEARLY, flowing, summed

QUARTERS = {"yearly": "trajectories", "yearly_markets": "markets"}  # what is made of which
_RUN = ("scenario", "point", "seed")
Floats = NDArray[np.float64]


class Years(NamedTuple):
    """Metrics of a chunk by year [metric, cell, run]; keys of its cells, and of its runs."""

    values: Floats
    cells: dict[str, pa.Array]
    runs: dict[str, pa.Array]


def part(table: str, path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a chunk; `columns` reads only some."""
    if QUARTERS.get(table) != path.parent.name:
        return pq.ParquetFile(path).read(columns=None if columns is None else list(columns))
    schema = pq.read_schema(path)
    declared = [name for name in fields(YEARLY[table]) if columns is None or name in columns]
    told = years(table, path, declared)
    count, cells = len(next(iter(told.runs.values()))), len(next(iter(told.cells.values())))
    run, cell = (arrow(rows) for rows in np.divmod(np.arange(count * cells), cells))
    found = {key: each.take(run) for key, each in told.runs.items()}
    found |= {key: each.take(cell) for key, each in told.cells.items()}
    for name, values in zip(declared, told.values, strict=True):
        found[name] = known(values.T.reshape(-1).astype(np.float32))
    chosen = {name: column for name, column in found.items() if columns is None or name in columns}
    kinds = [pa.field(name, column.type, metadata=schema.field(name).metadata) for name, column in chosen.items()]
    return pa.Table.from_arrays(list(chosen.values()), schema=pa.schema(kinds, schema.metadata))


def years(table: str, path: Path, metrics: Sequence[str]) -> Years:
    """Metrics of a table by year, [metric, cell, run], with the precision in which they are stored."""
    if QUARTERS.get(table) == path.parent.name:
        return _of_quarters(table, path, metrics)
    keys = [name for name in (*_RUN, "year", "sector", "region") if name in pq.read_schema(path).names]
    told = pq.ParquetFile(path).read(columns=[*keys, *metrics], use_threads=False)
    seed, scenario = numpy(told["seed"]), _codes(told, "scenario")
    point = numpy(told["point"]) if "point" in keys else np.zeros(len(seed))
    new = (np.diff(seed) != 0) | (np.diff(scenario) != 0) | (np.diff(point) != 0)
    cells = int(np.argmax(new)) + 1 if new.any() else len(seed)
    values = np.empty((len(metrics), cells, len(seed) // cells))
    for metric, own in zip(metrics, values, strict=True):
        own[:] = numpy(told[metric]).reshape(-1, cells).T
    return Years(values, _first(told, keys, cells), _each(told, keys, cells))


def _of_quarters(table: str, path: Path, metrics: Sequence[str]) -> Years:
    """A file of quarters holds run after run, and of a run sector after sector, region after region."""
    keys = [name for name in (*_RUN, "year", "sector", "region") if name in pq.read_schema(path).names]
    told = pq.ParquetFile(path).read(columns=[*keys, *metrics], use_threads=False)
    when = numpy(told["year"])
    falls = np.diff(when) < 0
    quarters = int(np.argmax(falls)) + 1 if falls.any() else len(when)
    names = {key: _names(told, key) for key in ("sector", "region") if key in keys}
    shape = [*map(len, names.values()), quarters]
    read = np.stack([numpy(told[name]).reshape(-1, *shape) for name in metrics])  # [metric, run, sector, ..., quarter]
    turned = np.moveaxis(np.moveaxis(read, -1, 1), 2, -1)  # [metric, quarter, sector, ..., run]
    values = turned[:, 3::4].astype(np.float64)
    flow = flowing(YEARLY[table], metrics)
    values[flow] = summed(turned[flow]).astype(np.float32)
    index = np.indices(values.shape[1:-1]).reshape(values.ndim - 2, -1)
    cells = {"year": arrow((int(when[0]) + index[0]).astype(np.int32))}
    for (key, listed), place in zip(names.items(), index[1:], strict=True):
        cells[key] = pa.DictionaryArray.from_arrays(arrow(place.astype(np.int32)), words(listed))
    return Years(values.reshape(len(metrics), -1, values.shape[-1]), cells, _each(told, keys, int(np.prod(shape))))


def _codes(told: pa.Table, key: str) -> NDArray[np.int32]:
    """Names of a column as numbers."""
    column = told[key].unify_dictionaries().combine_chunks()
    return numpy(pa.chunked_array([column.indices]))


def _names(told: pa.Table, key: str) -> list[str]:
    """Names in a column, in the order in which they come."""
    column = told[key].unify_dictionaries().combine_chunks()
    codes = numpy(pa.chunked_array([column.indices]))
    _, first = np.unique(codes, return_index=True)
    return [column.dictionary[int(codes[row])].as_py() for row in np.sort(first)]


def _first(told: pa.Table, keys: Sequence[str], cells: int) -> dict[str, pa.Array]:
    """Keys of the cells, from the first run."""
    return {key: told[key].slice(0, cells).combine_chunks() for key in keys if key not in _RUN}


def _each(told: pa.Table, keys: Sequence[str], rows: int) -> dict[str, pa.Array]:
    """Keys of the runs, from the first row of each."""
    first = arrow(np.arange(0, told.num_rows, rows))
    return {key: told[key].take(first).combine_chunks() for key in keys if key in _RUN}
