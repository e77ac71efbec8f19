"""When something flips: the technology of a sector, and the product of a venture.

A sector flips when its technology level has been at least 1 for a year. A venture flips when its product led what the
partner sells alone at first, and has been behind it for a year; the kernel sees that as it happens (`product_flipped`).
A partnership in which the Chinese side led from the start never flips: it was signed reversed. Never is infinite.
"""

import numpy as np
from numpy.typing import NDArray

from sim.model.columns import FIRST_YEAR, Type

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PARITY = 1.0  # of the technology level
HOLD = 4  # quarters that it must last


def flip_times(level: Floats, times: Floats | NDArray[np.int64], hold: int = HOLD) -> Floats:
    """First time at which a level is at least at parity and stays there for `hold` periods; infinite if it never does.

    level: [..., period], nan where unknown; times: [period], at which periods begin. The result is [...].
    """
    above = np.nan_to_num(level, nan=-np.inf) >= PARITY
    if above.shape[-1] < hold:
        return np.full(above.shape[:-1], np.inf)
    stays = np.lib.stride_tricks.sliding_window_view(above, hold, axis=-1).all(axis=-1)
    return np.where(stays.any(axis=-1), np.asarray(times, float)[np.argmax(stays, axis=-1)], np.inf)


def flip_dates(level: Floats) -> Floats:
    """Flip of levels [..., quarter] from 1979Q1 on, as decimal years [...]: the beginning of the first quarter."""
    return flip_times(level, FIRST_YEAR + np.arange(level.shape[-1]) / 4)


def restricted(dates: Floats, last: float) -> Floats:
    """Dates with `last` for never: a mean over runs is then a mean restricted to the time up to it."""
    return np.where(np.isinf(dates), last, dates)


def signed_reversed(first: NDArray[np.int64], technology_gap: Floats, product_lead: Floats) -> Mask:
    """Whether the Chinese side led from the start: abroad by technology, in the host by the product.

    first: Type at signing [n]; technology_gap: multinational's less the Chinese firm's at signing [n]; product_lead: of
    the venture's product in its first quarter of sales [n], nan where it never sold.
    """
    lead = np.where(first == Type.globalize, technology_gap, product_lead)
    return np.asarray(lead < 0.0)
