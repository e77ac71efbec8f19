"""Naive forecasts of which type is adopted, estimated on ledger rows that are mapped and not later than `until`."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sim.evidence.history.mapping import Place
from sim.evidence.history.worlds import TYPES

PERIODS = ((1979, 1999), (2000, 2009), (2010, 2014), (2015, 2019), (2020, 2026))
PSEUDO = 0.5  # cases of each type that are added to counts, so that no probability is zero
Floats = NDArray[np.float64]


class Adoption(NamedTuple):
    """A formation or conversion of the ledger with a counterpart in the model; `type` is an index of TYPES."""

    case_id: str
    sector: str  # as the ledger calls it
    place: Place
    year: int
    type: int


def smoothed(counts: Floats) -> Floats:
    """Shares (n_k + 0.5) / (N + 0.5 K) of counts [..., type]."""
    return (counts + PSEUDO) / (counts.sum(-1, keepdims=True) + PSEUDO * counts.shape[-1])


def period(year: int) -> int:
    """Index of the period of a year; years before the first or after the last count to that."""
    return next((n for n, (_, last) in enumerate(PERIODS) if year <= last), len(PERIODS) - 1)


def period_name(index: int) -> str:
    """`2015-19`."""
    first, last = PERIODS[index]
    return f"{first}-{last % 100:02d}"


def constant(known: Sequence[Adoption], asked: Sequence[Adoption]) -> Floats:
    """The shares of all known rows."""
    return np.tile(smoothed(_counts(known)), (len(asked), 1))


def last_period(known: Sequence[Adoption], asked: Sequence[Adoption]) -> Floats:
    """The shares of the last period that has known rows."""
    last = max(period(row.year) for row in known)
    return constant([row for row in known if period(row.year) == last], asked)


def by_sector(known: Sequence[Adoption], asked: Sequence[Adoption]) -> Floats:
    """The shares of the row's sector; of all sectors where it has no known row."""
    pooled = _counts(known)
    own = {place: _counts([row for row in known if row.place == place]) for place in {row.place for row in known}}
    return np.array([smoothed(own.get(row.place, pooled)) for row in asked]).reshape(-1, len(TYPES))


def trend(known: Sequence[Adoption], asked: Sequence[Adoption]) -> Floats:
    """Multinomial logit in the year."""
    return _logit(known, asked, [])


def trend_sector(known: Sequence[Adoption], asked: Sequence[Adoption]) -> Floats:
    """Multinomial logit in the year and the sector; a sector without known rows counts as none of them."""
    return _logit(known, asked, sorted({row.place for row in known}, key=str))


NAIVE: dict[str, Callable[[Sequence[Adoption], Sequence[Adoption]], Floats]] = {
    "constant": constant,
    "period": last_period,
    "sector": by_sector,
    "trend": trend,
    "trend_sector": trend_sector,
}


def _counts(rows: Sequence[Adoption]) -> Floats:
    return np.bincount([row.type for row in rows], minlength=len(TYPES)).astype(float)


def _logit(known: Sequence[Adoption], asked: Sequence[Adoption], places: list[Place]) -> Floats:
    """Forecasts [row, type] of a logit with L2 penalty, C = 1, year standardised, intercepts free.

    A type without known rows has no finite estimate: it gets its smoothed share and the others share the rest.
    """
    when = np.array([row.year for row in known], float)
    centre, spread = when.mean(), when.std() or 1.0

    def inputs(rows: Sequence[Adoption]) -> Floats:
        year = np.array([[(row.year - centre) / spread] for row in rows]).reshape(-1, 1)
        dummies = np.array([[row.place == place for place in places] for row in rows], float)
        return np.hstack([year, dummies.reshape(len(rows), len(places))])

    types = np.array([row.type for row in known])
    present = np.unique(types)
    weights = _fit(inputs(known), np.searchsorted(present, types), len(present))
    forecasts = np.tile(smoothed(_counts(known)), (len(asked), 1))
    rest = forecasts[:, present].sum(1, keepdims=True)
    forecasts[:, present] = rest * _softmax(_with_one(inputs(asked)) @ weights)
    return forecasts


def _fit(inputs: Floats, types: NDArray[np.int64], count: int) -> Floats:
    """Weights [input + intercept, type] that minimise sum of log-losses + |w|^2 / 2 without the intercepts."""
    rows, width = _with_one(inputs), inputs.shape[1]
    truth = np.eye(count)[types]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(width + 1, count)
        chances = _softmax(rows @ weights)
        penalised = weights.copy()
        penalised[width] = 0.0
        value = -np.log(chances[np.arange(len(types)), types]).sum() + 0.5 * (penalised**2).sum()
        return float(value), (rows.T @ (chances - truth) + penalised).ravel()

    found = minimize(loss, np.zeros((width + 1) * count), jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    return np.asarray(found.x).reshape(width + 1, count)


def _with_one(inputs: Floats) -> Floats:
    return np.hstack([inputs, np.ones((len(inputs), 1))])


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)
