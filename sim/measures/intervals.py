"""Over runs: means, spreads, quantiles, and confidence intervals by Student's t or by bootstrap.

Three intervals have three uses. `half_width`: of a mean, in tables of thousands of cells. `interval`, `intervals`: of a
mean of few paired differences, which need not be normal. `of_cases`: of any statistic of rows that come in cases.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = 0.95
RESAMPLES, SEED = 2000, 1979  # of runs; the same draws on every call, so that intervals are
CASE_DRAWS = 1000  # of cases


def half_width(sd: Floats, n: NDArray[np.int64]) -> Floats:
    """Half the 95 % t-interval of a mean of n values; nan below two."""
    if not np.any(n > 1):
        return np.full(np.shape(sd), np.nan)
    from scipy.special import stdtrit  # takes a fifth of a second to load

    counts, place = np.unique(np.maximum(n - 1, 1), return_inverse=True)  # few, and each takes long
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 1, stdtrit(counts, 0.975)[place].reshape(np.shape(n)) * sd / np.sqrt(n), np.nan))


def spread(values: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """n, mean and standard deviation over the last axis, without nan."""
    empty = np.isnan(values)
    some = bool(empty.any())
    n = np.asarray(values.shape[-1] - empty.sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (np.where(empty, 0.0, values) if some else values).sum(axis=-1) / n
        off = values - mean[..., None]
        if some:
            off[empty] = 0.0
        squares = np.square(off, out=off).sum(axis=-1)  # in place: large arrays cost more to get than to fill
        return n, mean, np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)


def quantiles(values: Floats, shares: Sequence[float]) -> list[Floats]:
    """Linear quantiles over the last axis, without nan (NumPy's own for that is a thousand times slower)."""
    ordered = np.sort(values, axis=-1)  # nan last
    n = (~np.isnan(ordered)).sum(axis=-1)
    found = []
    for share in shares:
        place = np.maximum(n - 1, 0) * share
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(n - 1, 0))
        low, high = (np.take_along_axis(ordered, at[..., None], -1)[..., 0] for at in (below, above))
        found.append(low + (high - low) * (place - below))
    return found


def interval(values: Floats) -> tuple[float, float]:
    """95 % interval of the mean of runs [seed]; see `intervals`."""
    low, high = intervals(values[:, None])
    return float(low[0]), float(high[0])


def intervals(values: Floats) -> tuple[Floats, Floats]:
    """95 % intervals of means [k] of runs [seed, k], by bootstrap over runs; nan below two runs.

    Percentiles of few runs are too narrow: half-widths are multiplied by sqrt(n / (n - 1)) t / z, as Student's t widens
    the normal.
    """
    from scipy.special import ndtri, stdtrit

    n = len(values)
    if n < 2:
        return np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    mean = values.mean(axis=0)
    tail = (1 - LEVEL) / 2
    # How often each run is drawn is the same for all outcomes, so that resampled means are one product.
    low, high = np.quantile(_shares(n) @ (values - mean), (tail, 1 - tail), axis=0)
    wider = np.sqrt(n / (n - 1)) * stdtrit(n - 1, 1 - tail) / ndtri(1 - tail)
    return mean + wider * low, mean + wider * high


@lru_cache(maxsize=16)
def _shares(n: int) -> Floats:
    """How large a part each of n runs has in each resample, [resample, run]."""
    draws = np.random.default_rng(SEED).integers(n, size=(RESAMPLES, n))
    counts = np.zeros((RESAMPLES, n))
    np.add.at(counts, (np.arange(RESAMPLES)[:, None], draws), 1.0 / n)
    return counts


def of_cases(cases: Sequence[str], statistic: Callable[[Floats], float], seed: int = 1) -> list[float] | None:
    """95 % interval of a statistic of rows, whole cases drawn with replacement.

    `statistic` is given how often each row counts [row]. None if fewer than two cases.
    """
    names, position = np.unique(np.array(cases), return_inverse=True)
    if len(names) < 2:
        return None
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(rng.multinomial(len(names), np.full(len(names), 1 / len(names)))[position].astype(float))
        for _ in range(CASE_DRAWS)
    ]
    known = np.array(drawn)[~np.isnan(drawn)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [float(low), float(high)]
