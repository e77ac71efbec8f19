"""Global sensitivity of a scenario: sample, sweep, analyse; or a sweep that was run before."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import Conflict, UsageError
from sim.runs import Results
from sim.runs.store import Folder
from sim.sweeps.analysis import points as designs
from sim.sweeps.analysis.indices import Indices, indices
from sim.sweeps.analysis.outcome import KEYS, OutcomeAt, read
from sim.sweeps.analysis.problem import SEED_FACTOR, SLICES, Problem

Floats = NDArray[np.float64]
PROBLEM = "sensitivity.json"  # in the folder: what was sampled
SAMPLES = {"morris": 20, "sobol": 256, "pawn": 1000}
DIGITS = 12  # significant, to which swept values are told apart

Sweep = Callable[[pd.DataFrame], Results]


def problem(
    method: str,
    ranges: Mapping[str, tuple[float, float]],
    samples: int | None = None,
    seeds: Sequence[int] | None = None,
) -> Problem:
    """What to vary; samples and seeds as usual for the method unless given. Raises UsageError."""
    count = samples or SAMPLES.get(method, 0)
    usual = {"morris": 2 * count, "sobol": count, "pawn": SLICES}  # the seed is a factor like any other
    return Problem(method, dict(ranges), tuple(seeds or range(1, usual.get(method, 1) + 1)), count)


def carry_out(asked: Problem, sweep: Sweep) -> Results:
    """Run the sample. `sweep(design)` runs a table of points, its column `seed` naming the seed of each row, and leaves
    a folder; the same sample again continues there."""
    results = sweep(asked.design(asked.unit()))
    told = {"method": asked.method, "ranges": asked.ranges, "seeds": asked.seeds, "samples": asked.samples}
    Folder(results.folder).write(PROBLEM, json.dumps(told, indent=1))
    return results


def stored(results: Results) -> Problem | None:
    """The problem that a folder was sampled for, if it was."""
    if not results.stored.has(PROBLEM):
        return None
    told = json.loads(results.stored.file(PROBLEM).read_text(encoding="utf-8"))
    ranges = {name: (float(low), float(high)) for name, (low, high) in told["ranges"].items()}
    return Problem(told["method"], ranges, tuple(told["seeds"]), told["samples"])


def analyse(results: Results, outcome: OutcomeAt, method: str | None = None) -> tuple[Problem, Indices]:
    """Indices of an outcome of a folder that `sensitivity` or a sampling `sweep` wrote.

    Any sample serves PAWN, so that is the method for a Latin hypercube or Sobol' sweep; Morris and Sobol' indices need
    the sample drawn for them. Raises UsageError where the method does not fit, NotEnough where too many runs lack.
    """
    found = stored(results)
    if found is not None and method in (None, found.method):
        unit = found.unit()
        return found, indices(found, unit, _values(results, found.design(unit), outcome))
    if method not in (None, "pawn"):
        what = f"was sampled for {found.method}" if found else "is a sweep of its own"
        raise UsageError(
            f"{results.folder} {what}, which {method} cannot use", "run `sensitivity SCENARIO` into a new --out"
        )
    if found is not None and found.method == "morris":
        raise UsageError(f"{results.folder} holds Morris trajectories, whose few levels PAWN cannot use")
    return _given(results, outcome)


def _values(results: Results, design: pd.DataFrame, outcome: OutcomeAt) -> Floats:
    """The outcome of each row of a design, nan where its run failed. Raises Conflict if the folder has other points."""
    paths = [column for column in design if column != SEED_FACTOR]
    table: pd.DataFrame = results.table("design.parquet", ["point", *paths]).to_pandas()
    for path in paths:
        table[path], design[path] = _rounded(table[path]), _rounded(design[path])
    rows = design.merge(table.drop_duplicates(paths), on=paths, how="left")
    if rows["point"].isna().any():
        raise Conflict(f"{results.folder} does not hold the sample that {PROBLEM} describes", "run sensitivity again")
    runs = read(results, outcome).set_index(KEYS)["value"]
    return runs.reindex(pd.MultiIndex.from_frame(rows[KEYS].astype(np.int64))).to_numpy(np.float64)


def _rounded(values: "pd.Series[float]") -> "pd.Series[float]":
    return values.astype(np.float64).map(lambda value: float(f"{value:.{DIGITS}g}"))


def _given(results: Results, outcome: OutcomeAt) -> tuple[Problem, Indices]:
    """PAWN of whatever sample a sweep drew: every run is a row, placed by the ranks of its point."""
    points = designs.read(results)
    if points.kind == "grid" or (points.grid and len(points.factors) > 1):
        raise UsageError(
            f"{results.folder} is a grid; sensitivity needs a sample", "sweep with --design lhs, or use `plot`"
        )
    factors = [factor for factor in points.factors if factor.numeric]
    runs = read(results, outcome)
    runs = runs[runs["point"].isin(points.asked.index)].merge(points.table, left_on="point", right_index=True)
    seeds = tuple(sorted(int(seed) for seed in runs["seed"].unique()))
    seeds = seeds if len(seeds) <= SLICES else seeds[:1]  # with more seeds than slices none can be told apart
    asked = Problem("pawn", {f.path: (f.levels[0], f.levels[-1]) for f in factors}, seeds, len(runs))
    columns: list[Any] = [_place(runs[factor.path]) for factor in factors]
    if SEED_FACTOR in asked.names:
        columns.append(_place(runs["seed"]))
    return asked, indices(asked, np.column_stack(columns), runs["value"].to_numpy(np.float64), runs["point"].to_numpy())


def _place(values: "pd.Series[float]") -> Floats:
    """Ranks as places in (0, 1); equal values follow each other in the order of rows."""
    return ((values.rank(method="first") - 0.5) / len(values)).to_numpy(np.float64)
