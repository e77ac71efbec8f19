"""How much more often something happens to some than to others, stratum by stratum, and the time they are exposed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class RateRatio(NamedTuple):
    """A ratio of rates over strata, with its 95 % interval; nan where no stratum has both groups and an event."""

    ratio: float
    low: float
    high: float
    strata: int  # that have both groups exposed


def mantel_haenszel(after: Floats, exposed_after: Floats, before: Floats, exposed_before: Floats) -> RateRatio:
    """Ratio of the rates of two groups, each stratum compared within itself (Mantel and Haenszel, for rates).

    after, before: events [stratum]; exposed: time at risk [stratum], of which the two groups have their own. Pooling
    the strata would compare one stratum's early years with another's late ones. The interval is that of Greenland and
    Robins for the logarithm of the ratio.
    """
    told = (np.asarray(each, float) for each in (after, exposed_after, before, exposed_before))
    a, s, b, t = told
    both = (s > 0) & (t > 0)
    a, s, b, t = a[both], s[both], b[both], t[both]
    whole = s + t
    over, under = (a * t / whole).sum(), (b * s / whole).sum()
    if over <= 0.0 or under <= 0.0:
        found = 0.0 if under > 0.0 else np.nan
        return RateRatio(found, np.nan, np.nan, int(both.sum()))
    variance = ((a + b) * s * t / whole**2).sum() / (over * under)
    half = 1.959963984540054 * np.sqrt(variance)
    ratio = over / under
    return RateRatio(float(ratio), float(ratio * np.exp(-half)), float(ratio * np.exp(half)), int(both.sum()))


def around(start: Floats, end: Floats, turn: Floats, first: float, last: float) -> tuple[Floats, Floats]:
    """Time that each life [n] is exposed before and after its turn, within a window; nan counts as never.

    start, end: of the life, end exclusive; turn: nan or infinite if it never comes; first, last: of the window.
    """
    begin, stop = np.maximum(start, first), np.minimum(end, last)
    turned = np.where(np.isnan(turn), np.inf, turn)
    before = np.maximum(np.minimum(stop, turned) - begin, 0.0)
    after = np.maximum(stop - np.maximum(begin, turned), 0.0)
    return before, after
