"""The model's own forecast: the probability of each type in a sector and year, from simulated adoptions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sim.evidence.history.mapping import Place
from sim.evidence.history.scores import log_loss
from sim.evidence.history.shares import Adoption, smoothed
from sim.evidence.history.worlds import TYPES, Ensemble, years
from sim.model.columns import Type

REACH = 2  # years to each side of a row's year whose adoptions count
ALONE = np.array([name in (Type.hub.name, Type.wholly_owned.name) for name in TYPES])  # states without a partner
BROUGHT = np.array([{Type.globalize.name: 1.0, Type.co_innovation.name: 0.5}.get(name, 0.0) for name in TYPES])
BOUND = 5.0  # log odds beyond which a ledger would record next to nothing of one kind
Floats = NDArray[np.float64]


def chances(ensemble: Ensemble, rows: Sequence[Adoption]) -> Floats:
    """Probabilities [row, type]: the mean over draws of parameters of what each draw foretells.

    A draw's forecast is its adoptions of all runs within two years, smoothed as naive shares are; where nobody
    adopts anything in the sector, all sectors are pooled. Pooling draws as well would let the number of runs decide
    how sure the forecast is (docs/decisions/0019). Rows of one place and year have one forecast.
    """
    return np.mean([_of_one_draw(each, rows) for each in ensemble.by_draw()], axis=0)


def _of_one_draw(ensemble: Ensemble, rows: Sequence[Adoption]) -> Floats:
    everywhere = Place(ensemble.sectors)
    known: dict[tuple[Place, int], Floats] = {}
    for row in rows:
        key = (row.place, row.year)
        if key not in known:
            counts = adopted_near(ensemble, row.place, row.year).sum(0)
            known[key] = smoothed(counts if counts.sum() > 0 else adopted_near(ensemble, everywhere, row.year).sum(0))
    return np.array([known[row.place, row.year] for row in rows]).reshape(-1, len(TYPES))


def adopted_near(ensemble: Ensemble, place: Place, year: int) -> Floats:
    """Adoptions [run, type] that count for a row of a place and year.

    A partnership carries the firm's whole offer. For a place that is one generation an adoption counts by the part of
    its product that is of that generation (`part_of`); counts are scaled so that a run has as many as its sector.
    """
    first, last = year - REACH, year + REACH
    adopted = ensemble.adoptions(place, first, last)
    total = np.asarray(adopted.sum(1))
    if place.generation is None:
        return total
    own = (adopted * part_of(ensemble, place, first, last)).sum(1)
    left = own.sum(1, keepdims=True)
    return np.where(left > 0, own * total.sum(1, keepdims=True) / np.where(left > 0, left, 1.0), 0.0)


def part_of(ensemble: Ensemble, place: Place, first: int, last: int) -> Floats:
    """Which part of a new contract's product is of the place's generation [run, quarter, type], from year to year.

    Demand in the host by generation, times the technology of who brings it over the multinationals': 1 where these
    bring it, the Chinese over foreign level of the generation where Chinese firms do, and its root where both do.
    """
    span = years(first, last)
    demand, levels = ensemble.demand(place)[:, span], ensemble.vintages(place)[:, span]
    parts = demand[..., None] * levels[..., None] ** BROUGHT
    total = parts.sum(2)
    own = parts[:, :, ensemble.generation(place)]
    return np.where(total > 0, own / np.where(total > 0, total, 1.0), 0.0)


def observed(forecasts: Floats, odds: float) -> Floats:
    """Forecasts of what a ledger records, if it records a base of one's own at `odds` to a partnership."""
    weighed = forecasts * np.where(ALONE, odds, 1.0)
    return weighed / weighed.sum(1, keepdims=True)


def recording_odds(forecasts: Floats, outcomes: NDArray[np.int64]) -> float:
    """The odds that make known rows most likely; the one number of the observation layer."""

    def loss(logarithm: float) -> float:
        return float(log_loss(observed(forecasts, np.exp(logarithm)), outcomes).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-BOUND, BOUND), method="bounded").x))
