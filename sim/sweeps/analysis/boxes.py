"""Under which conditions an outcome occurs: a box in the space of swept paths, by PRIM (Friedman and Fisher 1999).

The algorithm is ema_workbench's; chosen is the box of its peeling trajectory that goes with the outcome best (Matthews'
correlation, which a box of everything does not have), without restrictions that chance explains (Bryant and Lempert
2010).
"""

import logging
import math
import warnings
from collections.abc import Sequence
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import NotEnough, UsageError
from sim.sweeps.analysis.outcome import Condition
from sim.sweeps.analysis.points import Factor

Flags = NDArray[np.bool_]
PEELS = (0.05, 0.1, 0.2)  # part of the runs that a step takes away: small steps are finer, large ones see through noise
SMALLEST = 0.05  # part of the runs that a box holds at least
CHANCE = 0.05  # quasi-p above which a restriction is dropped
RESAMPLES = 500
SEED = 1979
ANY = 1e-9  # density that a box must have: whichever has a case
LEAST = 10  # runs with and without the outcome


class Limit(NamedTuple):
    """A restriction: a number between `low` and `high` (infinite where open), or a text among `among`; p: quasi-p."""

    factor: Factor
    low: float
    high: float
    among: tuple[str, ...]
    p: float = math.nan


Limits = tuple[Limit, ...]


class Box(NamedTuple):
    """A box and how well it tells the runs with the outcome: coverage (part of them inside) and density (part of the
    runs inside that have it), each with its 95 % interval by bootstrap over design points; `trajectory`: coverage,
    density, restricted (number of paths), correlation of every step of peeling; `step`: the chosen one."""

    limits: Limits
    coverage: tuple[float, float, float]
    density: tuple[float, float, float]
    cases: int
    runs: int
    trajectory: pd.DataFrame
    step: int


def discover(found: pd.DataFrame, factors: Sequence[Factor], condition: Condition, step: int | None = None) -> Box:
    """The box of runs for which `condition` holds; `found`: point, value and a column per factor, a row per run.

    `step` chooses a step of the trajectory by hand. Raises NotEnough where the outcome is too rare or too common or no
    restriction is more than chance, UsageError without the extra `discover` or for a step that is not there.
    """
    prim = _prim()
    known = found[found["value"].notna()].reset_index(drop=True)
    holds = condition.holds(known["value"].to_numpy(np.float64))
    cases = int(holds.sum())
    if min(cases, len(holds) - cases) < LEAST:
        rule = f"both kinds need at least {LEAST} runs"
        raise NotEnough(f"{condition} holds in {cases} of {len(holds)} runs; {rule}", "choose another limit")
    tried = [_way(prim, known, holds, factors, peel) for peel in PEELS]
    ways, steps = max(tried, key=lambda way: float(way[1]["correlation"].max()))  # the first of equals: the finest
    chosen = _best(steps) if step is None else step
    if not 0 <= chosen < len(steps):
        raise UsageError(f"--step {chosen}: the trajectory has steps 0 to {len(steps) - 1}")
    limits = _significant(known, holds, ways[chosen])
    if not limits:
        raise NotEnough(f"no swept path tells where {condition}", "sweep other paths, or choose another limit")
    coverage, density = _quality(inside(known, limits), holds, known["point"].to_numpy())
    return Box(limits, coverage, density, cases, len(holds), steps, chosen)


def inside(found: pd.DataFrame, limits: Sequence[Limit]) -> Flags:
    """Which rows lie in the box."""
    kept = np.ones(len(found), bool)
    for limit in limits:
        column = found[limit.factor.path]
        kept &= (column.isin(limit.among) if limit.among else column.between(limit.low, limit.high)).to_numpy()
    return kept


def _prim() -> Any:
    try:
        with _quiet():
            from ema_workbench.analysis import prim
    except ImportError as error:
        raise UsageError(f"discover needs ema_workbench ({error})", 'pip install "contraflow[discover]"') from error
    return prim


class _quiet(warnings.catch_warnings):
    """Without the warnings that ema_workbench gives about optional parts of its own and pandas' plans."""

    def __enter__(self) -> Any:
        found = super().__enter__()
        warnings.simplefilter("ignore")
        logging.getLogger("EMA").setLevel(logging.ERROR)
        return found


def _way(
    prim: Any, found: pd.DataFrame, holds: Flags, factors: Sequence[Factor], peel: float
) -> tuple[list[Limits], pd.DataFrame]:
    """The restrictions of every step of a peeling trajectory, and what they hold.

    ema_workbench ends a trajectory where no step raises the density, which by noise may be early.
    """
    boxes = _peeled(prim, found[[factor.path for factor in factors]], holds, peel)
    ways = [_limits(box, boxes[0], factors) for box in boxes]
    return ways, pd.DataFrame([_tally(found, holds, limits) for limits in ways])


def _peeled(prim: Any, inputs: pd.DataFrame, holds: Flags, peel: float) -> list[pd.DataFrame]:
    """The boxes of a trajectory, the first one whole: a frame with the two ends of every path."""
    threshold = {"threshold": ANY} if "threshold" in signature(prim.Prim).parameters else {}  # gone in release 3
    with _quiet():
        found = prim.Prim(inputs, holds, peel_alpha=peel, mass_min=SMALLEST, **threshold).find_box()
        boxes: list[pd.DataFrame] = found.box_lims
    return boxes


def _limits(box: pd.DataFrame, whole: pd.DataFrame, factors: Sequence[Factor]) -> Limits:
    """The restrictions of a box, before anything is known of their significance."""
    found = []
    for factor in factors:
        (low, high), (first, last) = box[factor.path], whole[factor.path]
        if isinstance(low, set):
            if low != first:
                found.append(Limit(factor, -math.inf, math.inf, tuple(sorted(low))))
        elif low > first or high < last:
            ends = (float(low) if low > first else -math.inf, float(high) if high < last else math.inf)
            found.append(Limit(factor, *ends, ()))
    return tuple(found)


def _tally(found: pd.DataFrame, holds: Flags, limits: Limits) -> dict[str, float]:
    """Coverage, density, number of restricted paths, and the correlation of lying in the box with the outcome."""
    here = inside(found, limits)
    both, cases, held, runs = int((here & holds).sum()), int(holds.sum()), int(here.sum()), len(holds)
    spread = math.sqrt(held * (runs - held) * cases * (runs - cases))
    score = (both * runs - held * cases) / spread if spread else 0.0
    return {"coverage": both / cases, "density": both / max(held, 1), "restricted": len(limits), "correlation": score}


def _best(steps: pd.DataFrame) -> int:
    """The step with the highest correlation; of equals the one with fewer restrictions."""
    score = steps["correlation"].round(6)
    best = steps.assign(score=score).sort_values(["score", "restricted"], ascending=[False, True], kind="stable")
    return int(best.index[0])


def _significant(found: pd.DataFrame, holds: Flags, limits: Limits) -> Limits:
    """Without restrictions that chance explains, the least significant dropped first.

    The quasi-p of a restriction is the chance that as many of the box's runs have the outcome if they had it as often
    as in the box without that restriction.
    """
    from scipy.stats import binomtest

    while limits:
        here = inside(found, limits)
        cases, runs = int((here & holds).sum()), int(here.sum())
        without = [inside(found, [other for other in limits if other is not limit]) for limit in limits]
        chances = [binomtest(cases, runs, float(holds[wide].mean()), alternative="greater").pvalue for wide in without]
        limits = tuple(limit._replace(p=float(p)) for limit, p in zip(limits, chances, strict=True))
        worst = max(limits, key=lambda limit: limit.p)
        if worst.p < CHANCE:
            break
        limits = tuple(limit for limit in limits if limit is not worst)
    return limits


Estimate = tuple[float, float, float]


def _quality(inside: Flags, holds: Flags, point: NDArray[np.int64]) -> tuple[Estimate, Estimate]:
    """Coverage and density with 95 % intervals; whole points are drawn, because their runs share the swept values."""
    codes, place = np.unique(point, return_inverse=True)
    tally = np.stack([np.bincount(place, part, len(codes)) for part in (inside & holds, holds, inside)])
    draws = np.random.default_rng(SEED).multinomial(len(codes), np.full(len(codes), 1 / len(codes)), RESAMPLES)
    both, cases, here = tally @ draws.T
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [both / cases, both / here]
    exact = [tally[0].sum() / tally[1].sum(), tally[0].sum() / max(tally[2].sum(), 1)]
    ends = [np.nanquantile(share, (0.025, 0.975)) for share in shares]
    coverage, density = ((float(value), float(end[0]), float(end[1])) for value, end in zip(exact, ends, strict=True))
    return coverage, density
