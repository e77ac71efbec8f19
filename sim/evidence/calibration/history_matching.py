"""History matching: which points of the prior box are not ruled out by what is known (McCulloch et al. 2022)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.emulator import Emulator, Guess
from sim.scenario.space import Space

Floats = NDArray[np.float64]
TOLERATED = 1  # moments that may lie beyond the cutoff: the second-largest implausibility decides
LEAST = 0.01  # share of candidates that stays when the cutoff rules all of them out
ROUNDS = 100  # batches of candidates, at most
PROBE = 200  # points that tell which moments rule out most
SAMPLE = 2000  # points that tell how far the cutoff must rise
MARGIN = 0.1  # by which the box around what is left is widened, of its side


class Aim(NamedTuple):
    """Values asked for [moment], and the variance of observation and discrepancy [moment]."""

    values: Floats
    spread: Floats


class Left(NamedTuple):
    """Points that are not ruled out; `share` of the prior box, `cutoff` used."""

    points: Floats
    share: float
    cutoff: float


def implausibility(aim: Aim, guess: Guess) -> Floats:
    """I [point, moment]: distance over the root of all variances: observation, discrepancy, one run, emulator."""
    total = aim.spread + guess.variance + guess.uncertainty
    return np.asarray(np.abs(aim.values - guess.mean) / np.sqrt(total))


def decisive(implausible: Floats) -> Floats:
    """The implausibility that decides [point]: the second-largest, or the largest where there is one moment."""
    rank = min(TOLERATED, implausible.shape[1] - 1)
    return np.asarray(np.sort(implausible, axis=1)[:, -1 - rank])


def worst(points: Floats, aim: Aim, emulators: Sequence[Emulator]) -> Floats:
    """The deciding implausibility [point], largest over the emulators of all waves."""
    return np.max([decisive(implausibility(aim, emulator(points))) for emulator in emulators], axis=0)


def surviving(points: Floats, aim: Aim, emulators: Sequence[Emulator], cutoff: float) -> NDArray[np.int64]:
    """Places of the points whose deciding implausibility is below the cutoff for the emulators of all waves.

    As `worst`, at a small part of the cost: moments are asked one by one, the telling ones first, and a point that is
    ruled out is asked no more.
    """
    alive = np.arange(len(points))
    for emulator in reversed(emulators):  # the latest knows most
        if not len(alive):
            break
        beyond = implausibility(aim, emulator(points[alive[:PROBE]])) >= cutoff
        allowed = min(TOLERATED, len(aim.values) - 1)
        misses = np.zeros(len(points), np.int64)
        for moment in np.argsort(-beyond.mean(0), kind="stable"):
            guess = Guess(*(each[:, None] for each in emulator.parts[moment](points[alive])))
            one = Aim(aim.values[[moment]], aim.spread[[moment]])
            misses[alive] += implausibility(one, guess)[:, 0] >= cutoff
            alive = alive[misses[alive] <= allowed]
            if not len(alive):
                break
    return alive


def remaining(
    space: Space, aim: Aim, emulators: Sequence[Emulator], wanted: int, candidates: int, cutoff: float, seed: int
) -> Left:
    """At least `wanted` points of what is not ruled out, uniform there, as far as `ROUNDS` batches find them.

    The first batch covers the prior box; later ones a box around what it left. If it left nothing, the cutoff rises
    until a hundredth is left, and that is told.
    """
    box = space.hypercube(candidates, seed)
    kept, used = box[surviving(box, aim, emulators, cutoff)], cutoff
    if len(kept) < len(space.names):
        used = max(cutoff, float(np.quantile(worst(box[:SAMPLE], aim, emulators), LEAST)))
        kept = box[surviving(box, aim, emulators, used)]
    share = len(kept) / len(box)
    low, high = _around(kept)
    for turn in range(1, ROUNDS):
        if len(kept) >= wanted:
            break
        more = low + space.hypercube(candidates, seed + turn) * (high - low)
        found = more[surviving(more, aim, emulators, used)]
        if turn == 1:  # the prior box was searched evenly, the small one is: what is kept must come from one of them
            kept, share = (
                found,
                min(share, float(np.prod(high - low)) * len(found) / len(more)) if len(found) else share,
            )
        else:
            kept = np.concatenate([kept, found])
    order = np.random.default_rng(seed).permutation(len(kept))
    return Left(kept[order[:wanted]], share, used)


def _around(points: Floats) -> tuple[Floats, Floats]:
    """Corners of a box around points, inside the cube."""
    low, high = points.min(0), points.max(0)
    margin = MARGIN * (high - low)
    return np.maximum(low - margin, 0.0), np.minimum(high + margin, 1.0)
