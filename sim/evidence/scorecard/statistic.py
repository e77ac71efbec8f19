"""Statistics by name: each takes recorded runs and gives one number per run [N], nan where a run has none."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[..., Floats]
PAGES = ("entry", "lives", "shares", "knowledge", "policy", "docking")

_KNOWN: dict[str, Statistic] = {}


def statistic(function: Any) -> Any:
    """Makes a function known to `facts.yaml` by its name."""
    _KNOWN[function.__name__] = function
    return function


def statistics() -> dict[str, Statistic]:
    """All of them."""
    for page in PAGES:
        import_module(f"sim.evidence.scorecard.{page}")
    return _KNOWN


def ratio(over: Floats | float, under: Floats | float) -> Floats:
    """One by the other, nan where there is nothing below."""
    over, under = np.asarray(over, float), np.asarray(under, float)
    return np.divide(over, under, out=np.full(np.broadcast(over, under).shape, np.nan), where=under > 0)
