"""Who leads: do the sectors that a forecast puts ahead in a type have it, when the totals of each period are given?

A forecast that knows the times and no sector scores 0, whatever its times.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history.scores import skill
from sim.evidence.history.shares import PERIODS, Adoption, period
from sim.evidence.history.worlds import TYPES

ROUNDS, CLOSE = 200, 1e-6  # of the search for factors of types
Floats = NDArray[np.float64]


class Part(NamedTuple):
    """The rows of a period: indices among all rows, their sectors and types; the places that stand for sectors."""

    period: int
    rows: list[int]
    sector: NDArray[np.int64]
    type: NDArray[np.int64]
    grid: list[list[Adoption]]  # by sector, a row in every scored year of the period


def parts(asked: Sequence[Adoption], first: int, last: int) -> list[Part]:
    """Rows by period, with what a forecast is asked of each sector: the years of the period within first to last."""
    found = []
    for n in sorted({period(row.year) for row in asked}):
        rows = [i for i, row in enumerate(asked) if period(row.year) == n]
        names = sorted({asked[i].sector for i in rows})
        one = {asked[i].sector: asked[i] for i in rows}
        years = range(max(PERIODS[n][0], first), min(PERIODS[n][1], last) + 1)
        grid = [[one[name]._replace(year=year) for year in years] for name in names]
        sector = np.array([names.index(asked[i].sector) for i in rows])
        found.append(Part(n, rows, sector, np.array([asked[i].type for i in rows]), grid))
    return found


def grid(found: Sequence[Part]) -> list[Adoption]:
    """The rows that a forecast is asked for `leads`."""
    return [row for part in found for rows in part.grid for row in rows]


def leads(told: Floats, found: Sequence[Part]) -> list[Floats]:
    """By period, what forecasts of the `grid` say of its sectors [sector, type]: the mean over the years."""
    said, begin = [], 0
    for part in found:
        end = begin + sum(map(len, part.grid))
        said.append(told[begin:end].reshape(len(part.grid), -1, len(TYPES)).mean(1))
        begin = end
    return said


def losses(told: Sequence[Floats], found: Sequence[Part], counts: Floats) -> tuple[float, float]:
    """Log-loss of a forecast scaled to the periods' totals, and of these totals alone; rows count `counts` times."""
    own = plain = 0.0
    for said, part in zip(told, found, strict=True):
        weights = counts[part.rows]
        totals = np.bincount(part.type, weights, len(TYPES)).astype(float)
        sizes = np.bincount(part.sector, weights, len(said)).astype(float)
        if not totals.any():
            continue
        scaled = conditioned(said, sizes, totals)
        with np.errstate(divide="ignore"):
            own -= float(weights @ np.where(weights > 0, np.log(scaled[part.sector, part.type]), 0.0))
            shares = np.log(totals / totals.sum())
        plain -= float(weights @ np.where(weights > 0, shares[part.type], 0.0))
    return own, plain


def conditioned(said: Floats, sizes: Floats, totals: Floats) -> Floats:
    """Forecasts [sector, type] times one factor for each type, such that sectors of these sizes have these totals.

    The factors are what remains free when totals are given: a forecast whose types are all scaled alike everywhere
    comes out the same.
    """
    factors = np.where(totals > 0, totals, 0.0) / np.maximum(sizes @ said, 1e-300)
    scaled = said
    for _ in range(ROUNDS):
        raised = said * factors
        scaled = raised / raised.sum(1, keepdims=True)
        reached = sizes @ scaled
        if np.abs(reached - totals).max() < CLOSE * totals.sum():
            break
        factors = np.where(totals > 0, factors * totals / np.maximum(reached, 1e-300), 0.0)
    return scaled


def score(told: Sequence[Floats], found: Sequence[Part], counts: Floats) -> float:
    """1 - loss / loss of the totals alone: 1 is perfect, 0 knows no sector from another, nan without contrast."""
    own, plain = losses(told, found, counts)
    return skill(own, plain)
