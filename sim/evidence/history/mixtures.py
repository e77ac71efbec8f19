"""Forecasts made of others: mixtures with fitted weights, and a log-linear pool of two.

Weights are fitted to rows that are known, each foretold from an origin before it.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEPS = np.linspace(0.0, 1.0, 101)  # weights of a pool that are tried
ROUNDS, CLOSE = 2000, 1e-9  # of the fit of a mixture


def mixture(told: Floats, outcomes: Ints) -> Floats:
    """Weights [forecast] of the mixture of forecasts [forecast, row, type] that makes the outcomes most likely.

    One row for each forecast is added that speaks for it alone, so that no rows give equal weights and no forecast is
    lost for ever. Found by expectation maximisation, which only ever climbs.
    """
    count, rows = len(told), len(outcomes)
    given = told[:, np.arange(rows), outcomes]
    weights = np.full(count, 1.0 / count)
    for _ in range(ROUNDS):
        shares = weights[:, None] * given
        found = ((shares / shares.sum(0)).sum(1) + 1.0) / (rows + count)
        moved, weights = np.abs(found - weights).max(), found
        if moved < CLOSE:
            break
    return weights


def mixed(told: Floats, weights: Floats) -> Floats:
    """The mixture [row, type] of forecasts [forecast, row, type]."""
    return np.tensordot(weights, told, 1)


def pooled(one: Floats, other: Floats, weight: float) -> Floats:
    """The log-linear pool [row, type]: one^weight x other^(1 - weight), scaled to one."""
    logs = weight * np.log(one) + (1.0 - weight) * np.log(other)
    raised = np.exp(logs - logs.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))


def pool_losses(one: Floats, other: Floats, outcomes: Ints) -> Floats:
    """Log-loss [step, row] of the pool at every weight of `STEPS`."""
    rows = np.arange(len(outcomes))
    return np.array([-np.log(pooled(one, other, float(weight))[rows, outcomes]) for weight in STEPS])


def best_weight(losses: Floats, counts: Floats) -> float:
    """The weight whose loss is least if rows count so often; half where nothing counts or nothing differs."""
    sums = losses @ counts
    return float(STEPS[int(np.argmin(sums))]) if counts.any() and np.ptp(sums) > CLOSE else 0.5
