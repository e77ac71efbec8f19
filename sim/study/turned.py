"""Metrics of all runs, turned: files hold run after run, statistics want all seeds of a cell side by side.

Blocks are small whatever the number of runs: what does not fit into memory passes through an unnamed file.
"""

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.study.abreast import Each
from sim.study.arrays import numpy
from sim.study.store import Folder, Receipt
from sim.study.tables import fields
from sim.study.yearly import YEARLY

Floats = NDArray[np.float64]
_HELD = 2**26  # bytes of metrics kept in memory while files are read, of one scenario
_SPOOLED = 2**30  # bytes of metrics read from files at a time, of one scenario, unless one metric is more
_PARCEL = 2**23  # bytes read from files at a time by a thread: long pieces are quicker to find again
_BLOCK = 2**22  # bytes of a block; computing takes some four times that


class Sample(NamedTuple):
    """Some metrics of all seeds of a scenario: values [metric, cell, seed]; keys say which year, sector, region."""

    metrics: tuple[str, ...]
    keys: dict[str, pa.Array]
    seeds: NDArray[np.int64]
    values: Floats

    def of(self, seeds: NDArray[np.int64]) -> Floats:
        """Values of these seeds, in their order."""
        return self.values[:, :, np.searchsorted(self.seeds, seeds)]


def samples(
    folder: Folder, receipts: list[Receipt], scenarios: Sequence[str], each: Each
) -> Iterator[tuple[Sample, ...]]:
    """Blocks of one metric and some cells, one sample per scenario; `each` maps over files. Scenarios without runs
    raise."""
    for table, declared in YEARLY.items():
        layouts = [_layout(folder, receipts, table, name) for name in scenarios]
        metrics = list(fields(declared))
        most = max(layout.cells * len(layout.seeds) for layout in layouts) * 8  # bytes of a metric
        group, rows = max(1, _SPOOLED // most), max(1, layouts[0].cells * _BLOCK // most)
        for first in range(0, len(metrics), group):
            part = metrics[first : first + group]
            spools = [_Spool(folder, layout, part, each) for layout in layouts]
            for place, metric in enumerate(part):
                for cell in range(0, layouts[0].cells, rows):
                    yield tuple(spool.sample(place, metric, slice(cell, cell + rows)) for spool in spools)
            for spool in spools:
                spool.file.close()


class _Layout(NamedTuple):
    """A table's files, all with the same cells for each run; seeds in order of their rows."""

    files: list[Path]
    keys: dict[str, pa.Array]
    cells: int
    seeds: NDArray[np.int64]


def cells_of(receipts: list[Receipt], table: str) -> int:
    """Rows of one run in a table."""
    receipt = next(receipt for receipt in receipts if table in receipt.files)
    return int(receipt.files[table]["rows"]) // len(receipt.runs)


def _layout(folder: Folder, receipts: list[Receipt], table: str, scenario: str) -> _Layout:
    files = folder.paths(table, receipts, scenario)
    cells = cells_of(receipts, table)
    names = [key for key in ("year", "sector", "region") if key in pq.read_schema(files[0]).names]
    told = pq.ParquetFile(files[0]).read(columns=names)
    keys = {key: told[key].slice(0, cells).combine_chunks() for key in names}
    runs = {receipt.chunk: receipt.runs.values() for receipt in receipts}  # in the order in which they were written
    seeds = [seed for path in files for _, seed, _ in runs[path.stem]]
    return _Layout(files, keys, cells, np.array(seeds, np.int64))


class _Spool:
    """Metrics of a scenario as they lie in its files, one after the other: [metric, cell, seed] of each."""

    def __init__(self, folder: Folder, layout: _Layout, metrics: Sequence[str], each: Each) -> None:
        self.layout = layout
        self.order = np.argsort(layout.seeds)
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(_HELD, mode="w+b", dir=str(folder.path))  # noqa: SIM115
        self.runs: list[int] = []
        self.metrics = len(metrics)
        whole = self.metrics * layout.cells * len(layout.seeds) * 8
        step = max(1, len(layout.files) * _PARCEL // whole)
        parcels = (layout.files[first : first + step] for first in range(0, len(layout.files), step))
        for turned in each(partial(_turned, metrics, layout.cells), parcels):
            self.file.write(turned.data)
            self.runs.append(turned.shape[-1])

    def sample(self, place: int, metric: str, cells: slice) -> Sample:
        """One metric, the `place`-th, in some cells."""
        size = len(range(*cells.indices(self.layout.cells)))
        values = np.empty((size, len(self.order)))
        begin = 0
        for runs in self.runs:
            first = self.metrics * self.layout.cells * begin + (place * self.layout.cells + cells.start) * runs
            self.file.seek(8 * first)
            told = np.frombuffer(self.file.read(8 * size * runs))
            values[:, begin : begin + runs] = told.reshape(size, runs)
            begin += runs
        keys = {key: each.slice(cells.start, size) for key, each in self.layout.keys.items()}
        return Sample((metric,), keys, self.layout.seeds[self.order], np.take(values, self.order, axis=1)[None])


def _turned(metrics: Sequence[str], cells: int, paths: Sequence[Path]) -> Floats:
    """Metrics of some files: [metric, cell, run]."""
    files = [pq.ParquetFile(path).read(columns=list(metrics), use_threads=False) for path in paths]
    values = np.empty((len(metrics), cells, sum(told.num_rows for told in files) // cells))
    begin = 0
    for told in files:
        end = begin + told.num_rows // cells
        for metric, own in zip(metrics, values, strict=True):
            own[:, begin:end] = numpy(told[metric]).reshape(-1, cells).T
        begin = end
    return values
