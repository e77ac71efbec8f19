"""Scores of forecasts: proper scoring rules, errors, coverage, rank correlation, intervals by bootstrap over cases."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def log_loss(forecasts: Floats, outcomes: Ints) -> Floats:
    """Minus the log of what was given to the type that came [row]; forecasts [row, type], outcomes: types [row]."""
    return -np.log(forecasts[np.arange(len(outcomes)), outcomes])


def brier(forecasts: Floats, outcomes: Ints) -> Floats:
    """Sum over types of the squared distance between forecast and outcome [row]; 0 is perfect, 2 worst."""
    truth = np.eye(forecasts.shape[1])[outcomes]
    return ((forecasts - truth) ** 2).sum(1)


def skill(model: float, naive: float) -> float:
    """1 - model / naive: 1 is perfect, 0 as good as the naive forecast, below 0 worse."""
    return 1.0 - model / naive if naive > 0 else float("nan")


def crps(draws: Floats, value: float) -> float:
    """Continuous ranked probability score of an ensemble [run], in the unit of the value.

    E|X - y| - E|X - X'| / 2 over the runs (Gneiting and Raftery 2007); with one run it is the absolute error.
    """
    ordered = np.sort(draws)
    n = len(ordered)
    spread = (ordered * (2.0 * np.arange(1, n + 1) - n - 1)).sum() / n**2
    return float(np.abs(ordered - value).mean() - spread)


def covered(draws: Floats, value: float, share: float = 0.90) -> bool:
    """Whether a value lies in the central interval of an ensemble [run]."""
    low, high = np.quantile(draws, [(1 - share) / 2, (1 + share) / 2])
    return bool(low <= value <= high)


def counted(chances: Floats, share: float = 0.90) -> list[int]:
    """Central interval of how many of independent events with these chances [event] happen."""
    law = np.ones(1)
    for chance in chances:
        law = np.convolve(law, [1.0 - chance, chance])
    tails = np.array([(1 - share) / 2, (1 + share) / 2])
    return [int(n) for n in np.searchsorted(np.cumsum(law), tails)]


def rmse(errors: Floats) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(errors))))


def rank_correlation(one: Floats, two: Floats) -> float:
    """Spearman's, ties at their mean rank; nan with fewer than three pairs or where one side does not vary."""
    known = ~(np.isnan(one) | np.isnan(two))
    one, two = one[known], two[known]
    if len(one) < 3 or len(set(one)) < 2 or len(set(two)) < 2:
        return float("nan")
    return float(np.corrcoef(stats.rankdata(one), stats.rankdata(two))[0, 1])
