"""What the model is held against: five naive forecasts, the one chosen of them, their mean, a shrunk constant, a stack.

All that is chosen or weighed is so on known rows, each foretold from the newest origin before it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history.mixtures import mixed, mixture
from sim.evidence.history.scores import log_loss
from sim.evidence.history.shares import NAIVE, Adoption
from sim.evidence.history.worlds import TYPES

ORIGINS = (1999, 2004, 2009, 2014, 2018)  # last years of what is known; declared in docs/backtest.md
FIRST_CHOICE = "constant"  # where no row was foretold before
MEAN, SHRUNK, STACK = "mean", "shrunk", "stack"
DERIVED = (MEAN, SHRUNK, STACK)
Floats = NDArray[np.float64]
Forecasts = dict[str, Floats]  # by name of the forecast [row, type]


class Learnt(NamedTuple):
    """The naive forecast that did best so far, and weights of the shrunk constant [2] and of the stack [6]."""

    chosen: str
    shrunk: Floats
    stack: Floats


class Foretold(NamedTuple):
    """Known rows, each foretold from the newest origin before it; `spans`: the origin of each row."""

    told: Forecasts
    rows: list[Adoption]
    spans: list[int]


def learn(told: Forecasts, rows: Sequence[Adoption]) -> Learnt:
    """What rows that were foretold say of the forecasts; without rows the first choice and equal weights."""
    outcomes = np.array([row.type for row in rows], int)
    if rows:
        chosen = min(NAIVE, key=lambda name: float(log_loss(told[name], outcomes).mean()))
        plain = told[FIRST_CHOICE]
        return Learnt(
            chosen,
            mixture(np.array([plain, _uniform(len(rows))]), outcomes),
            mixture(np.array([told[name] for name in (*NAIVE, SHRUNK)]), outcomes),
        )
    return Learnt(FIRST_CHOICE, np.full(2, 0.5), np.full(len(NAIVE) + 1, 1 / (len(NAIVE) + 1)))


def rivals(known: Sequence[Adoption], asked: Sequence[Adoption], learnt: Learnt) -> Forecasts:
    """The five naive forecasts of the asked rows, estimated on known ones, and the three made of them."""
    told = {name: forecast(known, asked) for name, forecast in NAIVE.items()}
    five = list(told.values())
    told[MEAN] = np.mean(five, axis=0)
    told[SHRUNK] = mixed(np.array([told[FIRST_CHOICE], _uniform(len(asked))]), learnt.shrunk)
    told[STACK] = mixed(np.array([*five, told[SHRUNK]]), learnt.stack)
    return told


def foretold(known: Sequence[Adoption], origin: int) -> Foretold:
    """Known rows as rivals foretold them from the origins before; each origin learns from those before it."""
    found = Foretold({}, [], [])
    for year, last in pairwise([*(each for each in ORIGINS if each < origin), origin]):
        early = [row for row in known if row.year <= year]
        asked = [row for row in known if year < row.year <= last]
        if early and asked:
            found = _and(found, rivals(early, asked, learn(found.told, found.rows)), asked, year)
    return found


def _and(found: Foretold, told: Forecasts, rows: list[Adoption], year: int) -> Foretold:
    joined = {name: np.concatenate([found.told[name], own]) if found.rows else own for name, own in told.items()}
    return Foretold(joined, [*found.rows, *rows], [*found.spans, *[year] * len(rows)])


def _uniform(rows: int) -> Floats:
    return np.full((rows, len(TYPES)), 1.0 / len(TYPES))
