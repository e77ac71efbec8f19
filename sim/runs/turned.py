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
from numpy.typing import NDArray

from sim.runs.abreast import Each
from sim.runs.parts import years
from sim.runs.store import Folder, Receipt
from sim.runs.tables import fields
from sim.runs.yearly import YEARLY

Floats = NDArray[np.float64]
_HELD = 2**28  # bytes of metrics kept in memory while files are read
_SPOOLED = 2**30  # bytes of metrics read from files at a time, unless one metric is more
_PARCEL = 2**23  # bytes read from files at a time by a thread: long pieces are quicker to find again
_BLOCK = 2**22  # bytes of a block of one scenario; computing takes some four times that


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
        layout = _layout(folder, receipts, table)
        metrics = list(fields(declared))
        most = layout.cells * layout.runs * 8  # bytes of a metric
        group, rows = max(1, _SPOOLED // most), max(1, layout.cells * _BLOCK * len(scenarios) // most)
        for first in range(0, len(metrics), group):
            part = metrics[first : first + group]
            spool = _Spool(folder, layout, part, each)
            for place, metric in enumerate(part):
                for cell in range(0, layout.cells, rows):
                    yield spool.samples(place, metric, slice(cell, cell + rows), scenarios)
            spool.file.close()


class _Layout(NamedTuple):
    """A table's files, all with the same cells for each run; of each scenario, seeds in order and the places of their
    runs."""

    table: str
    files: list[Path]
    keys: dict[str, pa.Array]
    cells: int
    runs: int
    seeds: dict[str, NDArray[np.int64]]
    places: dict[str, NDArray[np.int64]]


def cells_of(table: str, path: Path) -> dict[str, pa.Array]:
    """Keys of a run's cells in a table by year: year, sector, region."""
    return years(table, path, list(fields(YEARLY[table]))[:1]).cells


def _layout(folder: Folder, receipts: list[Receipt], table: str) -> _Layout:
    files = folder.paths(table, receipts)
    keys = cells_of(table, files[0])
    cells = len(next(iter(keys.values())))
    held = {receipt.chunk: receipt.runs.values() for receipt in receipts}  # in the order of rows
    ran = [run for path in files for run in held[path.stem]]
    seeds, places = {}, {}
    for scenario in dict.fromkeys(run.scenario for run in ran):
        own = np.array([place for place, run in enumerate(ran) if run.scenario == scenario], np.int64)
        of_runs = np.array([ran[place].seed for place in own], np.int64)
        order = np.argsort(of_runs)
        seeds[scenario], places[scenario] = of_runs[order], own[order]
    return _Layout(table, files, keys, cells, len(ran), seeds, places)


class _Spool:
    """Metrics as they lie in files, one after the other: [metric, cell, run] of each."""

    def __init__(self, folder: Folder, layout: _Layout, metrics: Sequence[str], each: Each) -> None:
        self.layout = layout
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(_HELD, mode="w+b", dir=str(folder.path))  # noqa: SIM115
        self.runs: list[int] = []
        self.metrics = len(metrics)
        whole = self.metrics * layout.cells * layout.runs * 8
        step = max(1, len(layout.files) * _PARCEL // whole)
        parcels = (layout.files[first : first + step] for first in range(0, len(layout.files), step))
        for turned in each(partial(_turned, layout.table, metrics), parcels):
            self.file.write(turned.data)
            self.runs.append(turned.shape[-1])

    def samples(self, place: int, metric: str, cells: slice, scenarios: Sequence[str]) -> tuple[Sample, ...]:
        """One metric, the `place`-th, in some cells, of each scenario."""
        layout = self.layout
        size = len(range(*cells.indices(layout.cells)))
        values = np.empty((size, layout.runs))
        begin = 0
        for runs in self.runs:
            first = self.metrics * layout.cells * begin + (place * layout.cells + cells.start) * runs
            self.file.seek(8 * first)
            told = np.frombuffer(self.file.read(8 * size * runs))
            values[:, begin : begin + runs] = told.reshape(size, runs)
            begin += runs
        keys = {key: each.slice(cells.start, size) for key, each in layout.keys.items()}
        return tuple(
            Sample((metric,), keys, layout.seeds[name], np.take(values, layout.places[name], axis=1)[None])
            for name in scenarios
        )


def _turned(table: str, metrics: Sequence[str], paths: Sequence[Path]) -> Floats:
    """Metrics of some files: [metric, cell, run]."""
    parts = [years(table, path, metrics).values for path in paths]
    return np.ascontiguousarray(np.concatenate(parts, axis=-1))
