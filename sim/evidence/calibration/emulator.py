"""Emulators: what the model would say at points where it was not run, and how unsure that is.

One for each moment: a quadratic response surface (ridge), and a Gaussian process for what it leaves; the logarithm of
the variance of a run is a second response surface.
"""

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TUNED = 150  # points from which the lengths of the Gaussian process are learnt; all points then correct it
BLOCK = 5000  # points predicted at a time
FEW = 50  # points that stand for all where a rough uncertainty will do
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


class Guess(NamedTuple):
    """What emulators say at points: means, their variances, and the variance of one run, each [point, moment]."""

    mean: Floats
    uncertainty: Floats
    variance: Floats


class Emulator:
    """Emulators of all moments. Points [point, parameter] lie in the unit cube."""

    def __init__(
        self, points: Floats, moments: Floats, variances: Floats, seeds: int, restarts: int, seed: int
    ) -> None:
        self.parts = [
            _One(points, moments[:, m], variances[:, m], seeds, restarts, seed) for m in range(moments.shape[1])
        ]

    def __call__(self, points: Floats) -> Guess:
        told = [part(points) for part in self.parts]
        return Guess(*(np.stack(each, axis=1) for each in zip(*told, strict=True)))

    def means(self, points: Floats) -> Floats:
        """The means alone [point, moment]: much cheaper."""
        return np.stack([part.mean(points) for part in self.parts], axis=1)

    def roughly(self, points: Floats) -> Guess:
        """As a call, with the uncertainty of the first points for all: much cheaper."""
        uncertainty = self(points[:FEW]).uncertainty.mean(0)
        variance = np.stack([part.variance(points) for part in self.parts], axis=1)
        return Guess(self.means(points), np.broadcast_to(uncertainty, variance.shape), variance)


class _One:
    """The emulator of one moment."""

    def __init__(self, points: Floats, values: Floats, variances: Floats, seeds: int, restarts: int, seed: int) -> None:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

        self.scale = float(values.std()) or 1.0
        self.surface = _surface().fit(points, values / self.scale)
        left = values / self.scale - self.surface.predict(points)
        width = points.shape[1]
        kernel = ConstantKernel(0.1, (1e-4, 10.0)) * RBF(np.full(width, 1.0), (0.1, 10.0)) + WhiteKernel(
            0.1, (1e-4, 10.0)
        )
        chosen = np.random.default_rng(seed).permutation(len(points))[:TUNED]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a length at its bound says that a parameter does not matter
            tuned = GaussianProcessRegressor(kernel, n_restarts_optimizer=restarts, random_state=seed)
            tuned.fit(points[chosen], left[chosen])
            self.process = GaussianProcessRegressor(tuned.kernel_, optimizer=None).fit(points, left)
        self.noise = float(self.process.kernel_.k2.noise_level)
        logs = np.log(np.maximum(variances, 1e-12 * max(self.scale, 1e-6) ** 2))
        self.spread = _surface().fit(points, logs)
        self.bounds = float(logs.min()), float(logs.max())

    def mean(self, points: Floats) -> Floats:
        return np.asarray(self.scale * (self.surface.predict(points) + self.process.predict(points)))

    def __call__(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        means, unsure = [], []
        for first in range(0, len(points), BLOCK):
            block = points[first : first + BLOCK]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # rounding may make a variance slightly negative; it counts as none
                left, deviation = self.process.predict(block, return_std=True)
            means.append(self.surface.predict(block) + left)
            unsure.append(np.maximum(deviation**2 - self.noise, 0.0))  # of the mean, without the luck of its runs
        return self.scale * np.concatenate(means), self.scale**2 * np.concatenate(unsure), self.variance(points)

    def variance(self, points: Floats) -> Floats:
        return np.asarray(np.exp(np.clip(self.spread.predict(points), *self.bounds)))


def _surface() -> Any:
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), RidgeCV(PENALTIES))
