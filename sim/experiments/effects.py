"""Effects paired by seed: mean, bootstrap interval, probability of sign, and p-values corrected by Holm."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 2000
SEED = 1979  # of resampling, so that intervals are the same on every call
LEVEL = 0.95


class Effect(NamedTuple):
    """Over the pairs of runs: how many, the treated's mean reference, mean difference, its 95 % bootstrap interval, the
    share of pairs above zero, and the p-value of no mean difference (paired t)."""

    n: int
    base: float
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
    return Effect(len(values), float(level.mean()) if len(level) else np.nan, mean, lo, hi, positive, p_value(values))


def interval(values: Floats) -> tuple[float, float]:
    """95 % interval of the mean by bootstrap over runs, widened from percentiles as Student's t widens the normal.

    Percentiles of few runs are too narrow: half-widths are multiplied by sqrt(n / (n - 1)) t / z. nan below two runs.
    """
    from scipy.special import ndtri, stdtrit

    n = len(values)
    if n < 2:
        return np.nan, np.nan
    mean = values.mean()
    draws = np.random.default_rng(SEED).integers(n, size=(RESAMPLES, n))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[draws].mean(axis=1), (tail, 1 - tail))
    wider = np.sqrt(n / (n - 1)) * stdtrit(n - 1, 1 - tail) / ndtri(1 - tail)
    return float(mean - wider * (mean - low)), float(mean + wider * (high - mean))


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
