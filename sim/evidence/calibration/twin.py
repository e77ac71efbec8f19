"""Twin test: would the method find parameters that are known? Targets are made up from runs of the model itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.course import Calibration
from sim.evidence.calibration.emulator import Emulator
from sim.evidence.calibration.history_matching import Aim

TWINS = 200  # coverage of a parameter then has a standard error of .02
FOLDS = 5  # a twin is never among the points that the emulators of its fold learn from
SAMPLE = 2000  # points of the box that a twin's posterior is weighed on, in each of `STEPS`
STEPS = 4  # the box narrows around what carries weight
INTERVAL = (0.05, 0.95)
Floats = NDArray[np.float64]


def twins(made: Calibration, count: int = TWINS) -> dict[str, Any]:
    """How well the parameters of `count` points of the first wave are found again; all its points if it has fewer.

    A twin's targets are the moments of its runs, with the luck of one run and the deviations of observation and
    discrepancy that a calibration assumes. Twins come in folds: emulators learn from all points run but those of the
    twin's fold. Returned: coverage of the 90 % interval over twins and parameters, with its standard error over twins
    (the parameters of one twin are not independent); by parameter coverage, correlation of mean and truth, and the
    standard deviation left, over the prior's.
    """
    size = len(made.first.points)
    rng = np.random.default_rng(made.found.file.seed + 7)
    chosen = rng.permutation(size)[: min(count, size)]
    truths, found = made.first.part(chosen), np.empty((len(chosen), 4, len(made.space.names)))
    for fold in np.array_split(np.arange(len(chosen)), min(FOLDS, len(chosen))):
        found[fold] = _recovered(made, chosen[fold], rng)
    low, mean, high, deviation = np.moveaxis(found, 1, 0)
    inside = (low <= truths.points) & (truths.points <= high)  # [twin, parameter]
    return {
        "twins": len(chosen),
        "interval": INTERVAL[1] - INTERVAL[0],
        "coverage": float(inside.mean()),
        "standard_error": float(inside.mean(1).std(ddof=1) / np.sqrt(len(chosen))) if len(chosen) > 1 else None,
        "parameters": {
            name: {
                "coverage": float(inside[:, p].mean()),
                "correlation": _correlation(mean[:, p], truths.points[:, p]),
                "narrowing": float(deviation[:, p].mean() * np.sqrt(12.0)),
            }
            for p, name in enumerate(made.space.names)
        },
    }


def _recovered(made: Calibration, chosen: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Posteriors [twin, (low, mean, high, deviation), parameter] of some points of the first wave."""
    file = made.found.file
    others = np.setdiff1d(np.arange(len(made.every.points)), chosen)  # the first wave stands first
    learnt, truths = made.every.part(others), made.first.part(chosen)
    emulator = Emulator(
        learnt.points, learnt.moments, learnt.variance, file.waves.seeds, file.emulator.restarts, file.seed
    )
    noise = made.targets.spread + truths.variance * (1.0 - 1.0 / file.waves.seeds)
    targets = truths.moments + np.sqrt(noise) * rng.standard_normal(noise.shape)
    return np.array(
        [
            _posterior(made, emulator, Aim(target, made.targets.spread), file.seed + 100 * int(place))
            for place, target in zip(chosen, targets, strict=True)
        ]
    )


def _posterior(made: Calibration, emulator: Emulator, aim: Aim, seed: int) -> Floats:
    """Low, mean, high and standard deviation [4, parameter] of a twin's posterior, on the unit cube."""
    low, high = np.zeros(len(made.space.names)), np.ones(len(made.space.names))
    for step in range(STEPS):
        points = low + made.space.hypercube(SAMPLE, seed + step) * (high - low)
        weights = _weights(emulator, points, aim)
        if step < STEPS - 1:
            kept = points[weights > weights.max() * 1e-4]
            margin = 0.05 * (high - low)
            low, high = np.maximum(kept.min(0) - margin, low), np.minimum(kept.max(0) + margin, high)
    order = np.argsort(points, axis=0)
    cumulated = np.cumsum(weights[order], axis=0)
    ends = [
        np.array([points[order[np.searchsorted(cumulated[:, p], at), p], p] for p in range(points.shape[1])])
        for at in INTERVAL
    ]
    mean = weights @ points
    return np.stack([ends[0], mean, ends[1], np.sqrt(weights @ (points - mean) ** 2)])


def _weights(emulator: Emulator, points: Floats, aim: Aim) -> Floats:
    """Normal likelihood under the emulators, summing to one."""
    guess = emulator.roughly(points)
    total = aim.spread + guess.variance + guess.uncertainty
    energy = 0.5 * ((aim.values - guess.mean) ** 2 / total + np.log(total)).sum(1)
    weights = np.exp(-(energy - energy.min()))
    return np.asarray(weights / weights.sum())


def _correlation(one: Floats, two: Floats) -> float:
    return float(np.corrcoef(one, two)[0, 1]) if len(one) > 2 and one.std() > 0 and two.std() > 0 else float("nan")
