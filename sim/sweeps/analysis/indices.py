"""Sensitivity indices with intervals, through SALib, from whole blocks of runs only.

A missing value makes SALib's indices zero without a word, so a block of the design with a gap is left out, which is
said, and an analysis that would lose more than half of its blocks is refused.
"""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import NotEnough
from sim.sweeps.analysis.problem import DRAW, SLICES, Problem

Floats = NDArray[np.float64]
Group = NDArray[np.int64]
RESAMPLES = 1000
OF_PAWN = 100  # whose every resample costs a hundred comparisons of distributions
WORK = 10_000_000  # cells of the sample that resampling may touch in all
DUMMY = "(no effect)"  # PAWN of a factor that the model never saw: what chance alone gives
LEAST = {"morris": 2, "sobol": 4, "pawn": 4 * SLICES}  # blocks


class Indices(NamedTuple):
    """What an analysis found for one outcome.

    table: factor, measure, estimate, lo, hi (95 %; nan where the measure has none); the measures: `mu_star`, `mu`,
    `sigma` (Morris, in the outcome's unit per move over a range), `first`, `total` (Sobol', shares of variance),
    `median`, `maximum` (PAWN, distance of distributions). used: of the planned blocks; note: what was left out.
    """

    table: pd.DataFrame
    used: int
    planned: int
    note: str


def indices(problem: Problem, unit: Floats, values: Floats, point: NDArray[np.int64] | None = None) -> Indices:
    """Indices of an outcome; `values` [row of `unit`], nan where a run failed or has no value.

    `point`: for PAWN, which rows share their swept values and so count as one draw of these. Raises NotEnough.
    """
    if values.shape != (problem.runs,):
        raise NotEnough(f"{len(values)} values for {problem.runs} runs of the design")
    blocks = values.reshape(-1, problem.block)
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(blocks).all(axis=1))
    used, planned = int(whole.sum()), len(whole)
    what = {"morris": "trajectories", "sobol": "blocks", "pawn": "runs"}[problem.method]
    missing = int((~np.isfinite(values)).sum())
    lost = f"{missing} of {len(values)} runs failed or have no value"
    if used < max(LEAST[problem.method], planned / 2):
        raise NotEnough(
            f"only {used} of {planned} {what} are whole: {lost}",
            "failures.csv lists runs that failed; else narrow the ranges, or choose an outcome that every run has",
        )
    kept = values[np.repeat(whole, problem.block)]
    if np.ptp(kept) == 0:
        raise NotEnough("the outcome is the same in every run", "choose another --outcome")
    rows = np.repeat(whole, problem.block)
    group = np.arange(len(kept)) if point is None else np.unique(point[rows], return_inverse=True)[1]
    table = _METHODS[problem.method](problem, unit[rows], kept, group)
    note = "" if used == planned else f"{planned - used} of {planned} {what} left out whole, because {lost}"
    return Indices(table, used, planned, note)


def _morris(problem: Problem, unit: Floats, values: Floats, _: Group) -> pd.DataFrame:
    from SALib.analyze.morris import analyze

    found = analyze(problem.salib(), unit, values, num_resamples=RESAMPLES, seed=DRAW)
    half = np.asarray(found["mu_star_conf"], float)
    blank = np.full(len(half), np.nan)
    measures = {"mu_star": half, "mu": blank, "sigma": blank}
    return _long(problem.names, {name: (np.asarray(found[name], float), half) for name, half in measures.items()})


def _sobol(problem: Problem, _: Floats, values: Floats, __: Group) -> pd.DataFrame:
    from SALib.analyze.sobol import analyze

    found = analyze(problem.salib(), values, calc_second_order=False, num_resamples=RESAMPLES, seed=DRAW)
    pairs = {"first": ("S1", "S1_conf"), "total": ("ST", "ST_conf")}
    return _long(problem.names, {name: (found[value], found[conf]) for name, (value, conf) in pairs.items()})


def _pawn(problem: Problem, unit: Floats, values: Floats, group: Group) -> pd.DataFrame:
    """With a factor that does nothing: an index within that one's interval is not told from chance.

    Rows of one group have one value of every factor, so the idle factor has one too, and groups are drawn as a whole.
    """
    rng = np.random.default_rng(DRAW)
    groups = int(group.max()) + 1
    columns = np.column_stack([unit, rng.random(groups)[group]])
    names = [*problem.names, DUMMY]
    estimate = _pawn_once(columns, values)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    resampled = []
    for draw in rng.integers(groups, size=(int(np.clip(WORK // columns.size, 20, OF_PAWN)), groups)):
        rows = np.concatenate([members[each] for each in draw])
        resampled.append(_pawn_once(columns[rows], values[rows]))
    half = 1.96 * np.std(resampled, axis=0, ddof=1)
    return _long(names, {name: (estimate[n], half[n]) for n, name in enumerate(("median", "maximum"))})


def _pawn_once(columns: Floats, values: Floats) -> Floats:
    """Median and maximum over slices of each factor, [measure, factor]."""
    from SALib.analyze.pawn import analyze

    count = columns.shape[1]
    told = {"num_vars": count, "names": [str(n) for n in range(count)], "bounds": [[0.0, 1.0]] * count}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the p-value, which is not used, may underflow
        found = analyze(told, columns, values, S=SLICES)
    return np.array([found["median"], found["maximum"]], float)


def _long(names: list[str], measures: dict[str, tuple[Floats, Floats]]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"factor": names, "measure": measure, "estimate": value, "lo": value - half, "hi": value + half})
        for measure, (value, half) in measures.items()
    ]
    return pd.concat(parts, ignore_index=True)


_METHODS = {"morris": _morris, "sobol": _sobol, "pawn": _pawn}
