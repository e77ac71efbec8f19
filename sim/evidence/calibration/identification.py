"""Which combinations of parameters the moments tell apart: the Jacobian at the first draw, its singular values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.course import Calibration

STEP = 0.05  # of the prior's range, to each side
TOLERANCE = float(np.sqrt(12.0))  # singular values below it leave a direction as wide as a flat prior does
NAMED = 0.3  # loadings from which a parameter is named in a direction
Floats = NDArray[np.float64]


def jacobian(made: Calibration) -> Floats:
    """Derivatives [moment, parameter] at the first draw, by the last emulator: in standard deviations of the moment
    (observation, discrepancy and one run) per range of the prior."""
    centre = made.last.points[made.sample.chosen[0]]
    width = len(centre)
    steps = np.eye(width) * STEP
    up, down = np.clip(centre + steps, 0.0, 1.0), np.clip(centre - steps, 0.0, 1.0)
    rise = made.emulator.means(up) - made.emulator.means(down)  # [parameter, moment]
    run = np.diag(up) - np.diag(down)
    deviation = np.sqrt(made.targets.spread + made.last.variance[made.sample.chosen[0]])
    return np.asarray((rise / run[:, None]).T / deviation[:, None])


def identification(made: Calibration) -> dict[str, Any]:
    """Singular values, rank, and each direction's loadings, from best to least known."""
    derivatives = jacobian(made)
    _, values, directions = np.linalg.svd(derivatives, full_matrices=True)
    values = np.concatenate([values, np.zeros(len(directions) - len(values))])
    names = made.space.names
    return {
        "rank": int((values > TOLERANCE).sum()),
        "tolerance": TOLERANCE,
        "directions": [
            {
                "singular_value": float(value),
                "identified": bool(value > TOLERANCE),
                "loadings": {n: float(at) for n, at in zip(names, row, strict=True) if abs(at) >= NAMED},
            }
            for value, row in zip(values, directions, strict=True)
        ],
        "jacobian": {
            target.name: {n: float(at) for n, at in zip(names, row, strict=True)}
            for target, row in zip(made.targets.targets, derivatives, strict=True)
        },
    }
