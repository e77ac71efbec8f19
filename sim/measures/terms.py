"""New terms: who gained by them, and whether equity or royalty moved."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

GAINED = ("neither", "multinational", "chinese", "both")
MOVED = ("neither", "equity", "royalty", "both")
LEAST = 1e-9  # change of a share that is more than rounding


def who_gained(multinational: Floats, chinese: Floats) -> Codes:
    """Positions in GAINED [n] of what new terms bring each side [n], money, as `rules.review.gain_by_terms` says.

    A renegotiation splits the same pot anew, so that one side gains what the other loses; a conversion may serve both.
    """
    return np.asarray((multinational > 0).astype(int) + 2 * (chinese > 0), np.int64)


def what_moved(equity: Floats, royalty: Floats) -> Codes:
    """Positions in MOVED [n] of changes [n] of the multinational's equity and of the royalty, both shares."""
    return np.asarray((np.abs(equity) > LEAST).astype(int) + 2 * (np.abs(royalty) > LEAST), np.int64)
