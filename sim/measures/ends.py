"""Ends of partnerships, told apart by who bought or else by why they came."""

import numpy as np
from numpy.typing import NDArray

from sim.columns import Cause, Happening

Codes = NDArray[np.int64]

SALES = {Happening.buyout_multinational: "sale_multinational", Happening.buyout_chinese: "sale_chinese"}
CAUSES = tuple(cause.name for cause in Cause if cause != Cause.none)
WAYS = (*SALES.values(), *CAUSES)  # of ending: a sale to either side, whatever called it, or else the cause


def way_of(kind: str, cause: str) -> str:
    """How a partnership ended, one of WAYS: by the kind of its last event and its cause, both in words."""
    return next((way for sale, way in SALES.items() if sale.name == kind), cause)


def ways(kind: Codes, cause: Codes) -> Codes:
    """Positions in WAYS [n], -1 for what has not ended, of kinds (Happening) and causes (Cause) [n]."""
    found = np.where(np.asarray(cause) > 0, np.asarray(cause, np.int64) + len(SALES) - 1, -1)
    for place, sale in enumerate(SALES):
        found = np.where(np.asarray(kind) == sale, place, found)
    return found
