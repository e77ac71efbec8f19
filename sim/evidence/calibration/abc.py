"""Approximate Bayesian computation: draws from what history matching leaves, weighted by distance and by the ledger."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Sample(NamedTuple):
    """Accepted points by place; weights of all points; how far they were flattened."""

    chosen: NDArray[np.int64]
    weights: Floats
    flattened: float


def distance(moments: Floats, values: Floats, spread: Floats, variance: Floats, seeds: int) -> Floats:
    """Squared standardised distance [point]: over observation, discrepancy, one run and the seeds' mean."""
    total = spread + variance * (1.0 + 1.0 / seeds)
    return np.asarray(((moments - values) ** 2 / total).sum(1))


def accept(points: Floats, energy: Floats, wanted: int, seed: int) -> Sample:
    """`wanted` different draws from the points, by weight exp(-energy), but at most half of the points.

    Points come evenly from what is not ruled out, so that the prior is in them. Where few points carry all the weight
    it is flattened, by the smallest power that leaves an effective number of half of `wanted`. A point comes once at
    most: its weight is truncated where it would come more often [Ionides2008], so that no world counts twice.
    """
    energy = energy - energy.min()
    wanted = max(1, min(wanted, len(points) // 2))
    flattened = _flattening(energy, 0.5 * wanted)
    weights = np.exp(-energy / flattened)
    weights /= weights.sum()
    rng = np.random.default_rng(seed)
    steps = np.arange(wanted) + rng.random()  # systematic: as often as the chance says, which is once or never
    drawn = np.searchsorted(np.cumsum(chances(weights, wanted)), steps, side="right")
    return Sample(rng.permutation(np.minimum(drawn, len(weights) - 1)), weights, flattened)


def chances(weights: Floats, wanted: int) -> Floats:
    """Chance [point] to be among `wanted` draws: by weight, one at most, together `wanted`."""
    sure = np.zeros(len(weights), bool)
    while True:
        others = weights * ~sure
        found = np.where(sure, 1.0, (wanted - sure.sum()) * others / max(others.sum(), 1e-300))
        if (found <= 1.0 + 1e-12).all():
            return np.minimum(found, 1.0)
        sure |= found > 1.0


def _flattening(energy: Floats, wanted: float) -> float:
    def effective(power: float) -> float:
        weights = np.exp(-energy / power)
        return float(weights.sum() ** 2 / (weights**2).sum())

    if effective(1.0) >= wanted:
        return 1.0
    low, high = 1.0, 2.0
    while effective(high) < wanted and high < 1e9:
        high *= 2.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) < wanted else (low, middle)
    return high


def heaviest(sample: Sample, number: int) -> list[int]:
    """Places of the draws of most weight, the heaviest first."""
    places = np.sort(sample.chosen)
    return [int(place) for place in places[np.argsort(-sample.weights[places], kind="stable")][:number]]


def led_by(sample: Sample, first: int) -> Sample:
    """The same draws, one of them first and the others in the order drawn.

    The first is the default of a set. It is not the draw nearest to the medians: where parameters trade off, medians
    lie beside the ridge of what fits.
    """
    place = int(np.flatnonzero(sample.chosen == first)[0])
    return sample._replace(chosen=np.concatenate([sample.chosen[[place]], np.delete(sample.chosen, place)]))
