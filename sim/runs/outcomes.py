"""What a finished study says of its runs: runs.parquet and failures.csv."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.runs.arrays import arrow, known, word, words
from sim.runs.design import swept_paths
from sim.runs.store import Failure, Folder, Receipt
from sim.runs.tables import ALL, fields
from sim.runs.yearly import FINAL

_KEYS = ["scenario", "point", "seed"]


def runs(
    folder: Folder,
    receipts: list[Receipt],
    failures: Iterable[Failure],
    points: bool,
    design: pa.Table | None,
    own: Sequence[str] = (),
    posteriors: Mapping[str, Mapping[str, Any]] | None = None,
) -> pa.Table:
    """One row per run: id, scenario, point (0 without a design), seed, swept values, final outcomes, seconds, status.

    own: outcomes that are no metrics. posteriors: of scenarios whose seeds take draws in turn; then there are also
    draw, luck (the seed of all luck), and the parameters drawn.
    """
    rows: list[tuple[Any, ...]] = [
        (ran.scenario, ran.point, ran.seed, run, ran.seconds, "done")
        for receipt in receipts
        for run, ran in receipt.runs.items()
    ]
    rows += [(told.scenario, told.point, told.seed, told.run_id, math.nan, "failed") for told in failures]
    scenario, point, seed, run, seconds, status = zip(*sorted(rows), strict=True) if rows else [()] * 6
    columns: dict[str, Any] = {"run_id": words(run), "scenario": words(scenario)}
    columns |= {name: arrow(np.array(column, np.int64)) for name, column in (("point", point), ("seed", seed))}
    columns |= _drawn(scenario, seed, posteriors or {})
    if design is not None:
        swept = design.select(list(swept_paths(design.column_names)))
        columns |= _named(swept.take(_places(design["point"].to_pylist(), point)))
    finals = _finals(folder, receipts, points, own)
    there = list(zip(*(finals[key].to_pylist() for key in _KEYS), strict=True))
    columns |= _named(finals.drop_columns(_KEYS).take(_places(there, zip(scenario, point, seed, strict=True))))
    return pa.table({**columns, "seconds": known(np.array(seconds, np.float64)), "status": words(status)})


def _drawn(
    scenarios: Sequence[str], seeds: Sequence[int], posteriors: Mapping[str, Mapping[str, Any]]
) -> dict[str, pa.Array]:
    """Which draw each run took, its luck, and the parameters of the draw; null where a scenario draws nothing."""
    if not posteriors:
        return {}
    names = list(dict.fromkeys(name for told in posteriors.values() for name in told["values"]))
    draws: list[int | None] = []
    lucks: list[int] = []
    values: dict[str, list[float | None]] = {name: [] for name in names}
    for scenario, seed in zip(scenarios, seeds, strict=True):
        told = posteriors.get(scenario)
        place = None if told is None else (seed - 1) % told["draws"]
        draws.append(None if place is None else place + 1)
        lucks.append((seed - 1) // told["draws"] + 1 if told and told.get("crossed") else seed)
        for name in names:
            drawn = (told or {"values": {}})["values"].get(name)
            values[name].append(None if drawn is None or place is None else float(drawn[place]))
    counted = {"draw": pa.array(draws, pa.int64()), "luck": pa.array(lucks, pa.int64())}
    return counted | {f"parameters.{name}": pa.array(column, pa.float64()) for name, column in values.items()}


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
