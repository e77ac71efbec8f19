"""Effects paired by seed: mean, bootstrap interval, probability of sign, and p-values corrected by Holm."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measures.intervals import interval

Floats = NDArray[np.float64]


class Effect(NamedTuple):
    """Over the pairs of runs: how many, mean and standard deviation of the untreated, mean difference, its 95 %
    bootstrap interval, the share of pairs above zero, and the p-value of no mean difference (paired t)."""

    n: int
    base: float
    base_sd: float
    difference: float
    lo: float
    hi: float
    p_positive: float
    p_value: float

    @property
    def sign(self) -> int:
        """-1 or 1 where the interval leaves out zero, else 0."""
        return int(self.lo > 0) - int(self.hi < 0)


def effect(gaps: Floats, base: Floats) -> Effect:
    """The effect of paired differences [seed], with the references' values [seed]; nan are left out."""
    known = np.isfinite(gaps)
    values = gaps[known]
    lo, hi = interval(values)
    level = base[known & np.isfinite(base)]
    mean = float(values.mean()) if len(values) else np.nan
    positive = float((values > 0).mean()) if len(values) else np.nan
    base_mean = float(level.mean()) if len(level) else np.nan
    base_sd = float(level.std(ddof=1)) if len(level) > 1 else np.nan
    return Effect(len(values), base_mean, base_sd, mean, lo, hi, positive, p_value(values))


def p_value(values: Floats) -> float:
    """Two-sided p-value of a mean of zero, by Student's t; 1 where all are zero, nan below two runs."""
    from scipy.special import stdtr

    n = len(values)
    if n < 2:
        return np.nan
    sd = float(values.std(ddof=1))
    if sd == 0.0:
        return 1.0 if values[0] == 0.0 else 0.0
    return float(2.0 * stdtr(n - 1, -abs(float(values.mean())) / (sd / np.sqrt(n))))


def holm(p_values: Sequence[float]) -> Floats:
    """p-values adjusted for their number by Holm's step-down: the chance of any false rejection stays below the level.

    nan are no tests and stay nan. Source: [Holm1979]
    """
    given = np.asarray(p_values, float)
    found = np.full(len(given), np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    steps = given[order] * (len(order) - np.arange(len(order)))
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return found
