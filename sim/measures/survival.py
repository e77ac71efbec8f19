"""How long partnerships last, and what becomes of them: incidence with competing risks, and survival."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


def aalen_johansen(
    quarters: Counts,
    cause: Counts,
    groups: Counts,
    size: int,
    causes: int,
    horizon: int,
    weights: Floats | float = 1.0,
) -> tuple[Floats, Floats]:
    """Cumulative incidence of each cause with the others competing, by group (Aalen and Johansen 1978).

    quarters: time of the event or of censoring; cause: 0 censored, 1..causes; groups: 0..size-1; weights; each
    [case].
    Returns incidence [cause, group, quarter 0..horizon] (nan for a group without cases) and the number at risk
    [group, quarter]. Ties: events come before censoring in the same quarter.
    """
    held = np.minimum(quarters, horizon + 1)
    tally = np.zeros((causes + 1, size, horizon + 2))
    np.add.at(tally, (cause, groups, held), weights)
    leaving = tally.sum(axis=0)
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        hazard = np.where(at_risk > 0, tally[1:] / at_risk, 0.0)
    alive = np.cumprod(1 - hazard.sum(axis=0), axis=1)
    before = np.concatenate([np.ones((size, 1)), alive[:, :-1]], axis=1)
    incidence = np.cumsum(before * hazard, axis=2)
    incidence[:, at_risk[:, 0] == 0] = np.nan
    return incidence[:, :, : horizon + 1], at_risk[:, : horizon + 1]


def survival(lasted: Floats, ended: Mask) -> tuple[Floats, Floats]:
    """Kaplan and Meier: durations at which something ends, and the share in force after each."""
    times = np.unique(lasted[ended])
    risk = np.array([(lasted >= time).sum() for time in times], float)
    ends = np.array([(ended & (lasted == time)).sum() for time in times], float)
    return times, np.cumprod(1.0 - ends / np.maximum(risk, 1.0))
