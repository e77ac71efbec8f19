"""Naive forecasts of a dated series, from what was known of it until some year."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EDGE = 0.005  # shares are kept this far from 0 and 1 before their log-odds are taken


def constant(years: Floats, values: Floats, asked: Floats) -> Floats:
    """The last known value."""
    return np.full(len(asked), values[-1])


def trend(years: Floats, values: Floats, asked: Floats) -> Floats:
    """A straight line by least squares."""
    slope, level = _line(years, values)
    return level + slope * (asked - years.mean())


def logistic(years: Floats, values: Floats, asked: Floats) -> Floats:
    """A straight line through the log-odds of a share, by least squares; its ceiling is 1."""
    kept = np.clip(values, EDGE, 1 - EDGE)
    slope, level = _line(years, np.log(kept / (1 - kept)))
    return 1.0 / (1.0 + np.exp(-(level + slope * (asked - years.mean()))))


def drift(years: Floats, values: Floats, asked: Floats) -> Floats:
    """A random walk with drift: from the last value on by the mean yearly change."""
    return values[-1] + (values[-1] - values[0]) / (years[-1] - years[0]) * (asked - years[-1])


Forecast = Callable[[Floats, Floats, Floats], Floats]
NAIVE: dict[str, Forecast] = {"constant": constant, "trend": trend, "logistic": logistic, "random_walk": drift}


def forecasts(years: Floats, values: Floats, asked: Floats) -> dict[str, Floats]:
    """All forecasts that what is known allows: none from nothing, the last value from one year, all from two."""
    order = np.argsort(years, kind="stable")
    years, values = years[order], values[order]
    if not len(years):
        return {}
    if years[0] == years[-1]:
        return {"constant": constant(years, values, asked)}
    shares = bool(((values >= 0) & (values <= 1)).all())
    return {name: make(years, values, asked) for name, make in NAIVE.items() if shares or make is not logistic}


def _line(years: Floats, values: Floats) -> tuple[float, float]:
    """Slope, and the value at the mean year."""
    away = years - years.mean()
    return float(away @ values / (away @ away)), float(values.mean())
