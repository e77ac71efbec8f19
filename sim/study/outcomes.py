"""What a finished study says of its runs: runs.parquet and failures.csv."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.study.arrays import arrow, known, word, words
from sim.study.design import swept_paths
from sim.study.store import Failure, Folder, Receipt
from sim.study.tables import ALL, fields
from sim.study.yearly import FINAL

_KEYS = ["scenario", "point", "seed"]


def runs(
    folder: Folder,
    receipts: list[Receipt],
    failures: Iterable[Failure],
    points: bool,
    design: pa.Table | None,
    own: Sequence[str] = (),
) -> pa.Table:
    """One row per run: id, scenario, point (0 without a design), seed, swept values, outcomes of the last year
    and `own` ones, seconds, status."""
    rows: list[tuple[Any, ...]] = [
        (receipt.scenario, point, seed, run, seconds, "done")
        for receipt in receipts
        for run, (point, seed, seconds) in receipt.runs.items()
    ]
    rows += [(told.scenario, told.point, told.seed, told.run_id, math.nan, "failed") for told in failures]
    scenario, point, seed, run, seconds, status = zip(*sorted(rows), strict=True) if rows else [()] * 6
    columns: dict[str, Any] = {"run_id": words(run), "scenario": words(scenario)}
    columns |= {name: arrow(np.array(column, np.int64)) for name, column in (("point", point), ("seed", seed))}
    if design is not None:
        swept = design.select(list(swept_paths(design.column_names)))
        columns |= _named(swept.take(_places(design["point"].to_pylist(), point)))
    finals = _finals(folder, receipts, points, own)
    there = list(zip(*(finals[key].to_pylist() for key in _KEYS), strict=True))
    columns |= _named(finals.drop_columns(_KEYS).take(_places(there, zip(scenario, point, seed, strict=True))))
    return pa.table({**columns, "seconds": known(np.array(seconds, np.float64)), "status": words(status)})


def _named(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _places(listed: Iterable[Any], wanted: Iterable[Any]) -> pa.Array:
    """Where each wanted key is listed; null where it is not. (Arrow's own joins and sorting load pandas.)"""
    place = {key: n for n, key in enumerate(listed)}
    found = np.array([place.get(key, -1) for key in wanted], np.int64)
    return arrow(found, found < 0)


def _finals(folder: Folder, receipts: list[Receipt], points: bool, own: Sequence[str]) -> pa.Table:
    """Outcomes of all sectors together."""
    metrics = [*fields(FINAL["final"]), *own]
    keys = _KEYS if points else [key for key in _KEYS if key != "point"]
    kinds = {"scenario": pa.string(), "point": pa.int64(), "seed": pa.int64(), **dict.fromkeys(metrics, pa.float64())}
    parts = [pa.table({name: pa.nulls(0, kind) for name, kind in kinds.items()})]  # columns even if no run succeeded
    for path in folder.paths("final", receipts):
        table = pq.ParquetFile(path).read(columns=[*keys, "sector", *metrics])
        part = table.filter(pc.equal(table["sector"], word(ALL))).drop_columns(["sector"])
        part = part.set_column(0, "scenario", part["scenario"].cast(pa.string()))
        parts.append(part if points else part.append_column("point", arrow(np.zeros(part.num_rows, np.int64))))
    return pa.concat_tables(parts, promote_options="default")


def failures_csv(failures: Iterable[Failure]) -> str:
    """failures.csv: the runs that failed, ordered as in runs.parquet, and the command that repeats each."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    columns = ("run_id", "scenario", "point", "seed", "quarter", "error", "replay")
    writer.writerow(columns)
    ordered = sorted(failures, key=lambda told: (told.scenario, told.point, told.seed))
    writer.writerows([getattr(told, column) for column in columns] for told in ordered)
    return sink.getvalue()
