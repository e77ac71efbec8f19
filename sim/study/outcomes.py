"""What a finished study says of its runs: runs.parquet and failures.csv."""

import csv
import io
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.study.arrays import arrow, known, words
from sim.study.store import Failure, Folder, Receipt
from sim.study.tables import ALL, fields
from sim.study.yearly import FINAL

_KEYS = ["scenario", "point", "seed"]


def runs(
    folder: Folder, receipts: list[Receipt], failures: Iterable[Failure], points: bool, design: pa.Table | None
) -> pa.Table:
    """One row per run: id, scenario, point (0 without a design), seed, swept values, outcomes of the last year,
    seconds, status."""
    rows: list[tuple[Any, ...]] = [
        (run, receipt.scenario, point, seed, seconds, "done")
        for receipt in receipts
        for run, (point, seed, seconds) in receipt.runs.items()
    ]
    rows += [(told.run_id, told.scenario, told.point, told.seed, math.nan, "failed") for told in failures]
    names = ("run_id", *_KEYS, "seconds", "status")
    columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    numbers = {name: arrow(np.array(columns[name], np.int64)) for name in ("point", "seed")}
    numbers["seconds"] = known(np.array(columns["seconds"], np.float64))
    keys = pa.table({name: numbers[name] if name in numbers else words(told) for name, told in columns.items()})
    joined = keys.join(_finals(folder, receipts, points), _KEYS)
    swept: list[str] = []
    if design is not None:
        swept = design.column_names[2:]
        joined = joined.join(design.drop_columns(["designed"]), "point")
    joined = joined.sort_by([(key, "ascending") for key in _KEYS])
    metrics = list(fields(FINAL["final"]))
    return joined.select(["run_id", *_KEYS, *swept, *metrics, "seconds", "status"])


def _finals(folder: Folder, receipts: list[Receipt], points: bool) -> pa.Table:
    """Outcomes of all sectors together."""
    metrics = list(fields(FINAL["final"]))
    keys = _KEYS if points else [key for key in _KEYS if key != "point"]
    kinds = {"scenario": pa.string(), "point": pa.int64(), "seed": pa.int64(), **dict.fromkeys(metrics, pa.float64())}
    parts = [pa.table({name: pa.nulls(0, kind) for name, kind in kinds.items()})]  # columns even if no run succeeded
    for path in folder.paths("final", receipts):
        table = pq.ParquetFile(path).read(columns=[*keys, "sector", *metrics])
        part = table.filter(pc.equal(table["sector"], words([ALL])[0])).drop_columns(["sector"])
        part = part.set_column(0, "scenario", part["scenario"].cast(pa.string()))
        parts.append(part if points else part.append_column("point", arrow(np.zeros(part.num_rows, np.int64))))
    return pa.concat_tables(parts, promote_options="default")


def failures_csv(failures: Iterable[Failure]) -> str:
    """failures.csv: the runs that failed, and the command that repeats each."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    columns = ("run_id", "scenario", "point", "seed", "quarter", "error", "replay")
    writer.writerow(columns)
    writer.writerows([getattr(told, column) for column in columns] for told in failures)
    return sink.getvalue()
