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
    """`wanted` draws from the points, by weight exp(-energy); heavy points come more than once.

    Points come evenly from what is not ruled out, so that the prior is in them. Where few points carry all the weight
    it is flattened, by the smallest power that leaves an effective number of `wanted`.
    """
    energy = energy - energy.min()
    wanted = min(wanted, len(points))
    flattened = _flattening(energy, 0.5 * wanted)
    weights = np.exp(-energy / flattened)
    weights /= weights.sum()
    rng = np.random.default_rng(seed)
    steps = (np.arange(wanted) + rng.random()) / wanted  # systematic resampling: each comes as often as it weighs
    drawn = np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)
    return Sample(rng.permutation(drawn), weights, flattened)


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
    """Places of the different draws of most weight, the heaviest first."""
    different = np.unique(sample.chosen)
    return [int(place) for place in different[np.argsort(-sample.weights[different], kind="stable")][:number]]


def led_by(sample: Sample, first: int) -> Sample:
    """The same draws, one of them first and the others in the order drawn.

    The first is the default of a set. It is not the draw nearest to the medians: where parameters trade off, medians
    lie beside the ridge of what fits.
    """
    place = int(np.flatnonzero(sample.chosen == first)[0])
    return sample._replace(chosen=np.concatenate([sample.chosen[[place]], np.delete(sample.chosen, place)]))
