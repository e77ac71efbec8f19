"""The box of priors: points of the unit cube and parameters, and draws of a set before any data."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drawn import Draws
from sim.scenario.reader import Mark
from sim.scenario.sets import Prior, SetFile

Floats = NDArray[np.float64]


class Space:
    """Priors by parameter. A point of the unit cube [..., parameter] is uniform under the prior."""

    def __init__(self, priors: Mapping[str, Prior]) -> None:
        self.names = tuple(priors)
        self._log = np.array([prior.scale == "log" for prior in priors.values()])
        bounds = np.array([[prior.low, prior.high] for prior in priors.values()])
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.where(self._log[:, None], np.log(bounds), bounds)
        self._low, self._width = ends[:, 0], ends[:, 1] - ends[:, 0]

    def parameters(self, points: Floats) -> Floats:
        """Parameters of points of the cube, to six digits, so that a file holds what was run."""
        plain = self._low + np.asarray(points) * self._width
        with np.errstate(over="ignore"):
            values = np.where(self._log, np.exp(plain), plain)
        return np.array([float(f"{value:.6g}") for value in values.ravel()]).reshape(values.shape)

    def points(self, parameters: Floats) -> Floats:
        """Points of the cube of parameters."""
        given = np.asarray(parameters, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            plain = np.where(self._log, np.log(given), given)
        return np.asarray((plain - self._low) / self._width)

    def hypercube(self, count: int, seed: int) -> Floats:
        """A Latin hypercube [point, parameter] of the cube."""
        from scipy.stats import qmc

        return np.asarray(qmc.LatinHypercube(len(self.names), rng=seed).random(count))


def before_data(file: SetFile, count: int, mark: Mark) -> Draws:
    """Draws of what a set fits as if it knew no data: a Latin hypercube over its priors, the same for one `count`."""
    space = Space(file.fitted)
    points = space.parameters(space.hypercube(count, file.seed))
    return Draws({name: tuple(points[:, n].tolist()) for n, name in enumerate(space.names)}, (mark,) * count)
