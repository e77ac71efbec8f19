"""Weighted least squares with fixed effects, and standard errors clustered by group."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS, CLOSE = 500, 1e-10


class Fit(NamedTuple):
    """Coefficients and standard errors [regressor], rows used and clusters."""

    coefficient: Floats
    error: Floats
    rows: int
    clusters: int


def within(values: Floats, weights: Floats, effects: Sequence[NDArray[np.int64]]) -> Floats:
    """Columns [row, column] less the weighted means of every fixed effect, by alternating projections."""
    left = np.array(values, float)
    for _ in range(ROUNDS):
        before = left.copy()
        for codes in effects:
            mass = np.bincount(codes, weights)
            for column in range(left.shape[1]):
                means = np.bincount(codes, weights * left[:, column]) / np.where(mass > 0, mass, 1.0)
                left[:, column] -= means[codes]
        if np.abs(left - before).max() < CLOSE:
            break
    return left


def fit(y: Floats, x: Floats, effects: Sequence[Any], clusters: Any, weights: Floats | None = None) -> Fit:
    """Regression of y [row] on x [row, regressor] with fixed effects.

    effects, clusters: labels [row] of each fixed effect and of the groups within which errors may hang together.
    Standard errors: the sandwich of groups' scores times G / (G - 1), the correction for few groups; they are nan with
    fewer than two groups, coefficients nan where effects leave nothing of a regressor.
    Source: Cameron and Miller (2015).
    """
    weight = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    used = (weight > 0) & ~np.isnan(y) & ~np.isnan(x).any(1)
    codes = [np.unique(np.asarray(each)[used], return_inverse=True)[1] for each in effects]
    group = np.unique(np.asarray(clusters)[used], return_inverse=True)[1]
    weight, count = weight[used], int(group.max()) + 1 if used.any() else 0
    empty = np.full(x.shape[1], np.nan)
    if not used.any():
        return Fit(empty, empty, 0, 0)
    left = within(np.column_stack([y[used], x[used]]), weight, codes)
    outcome, inputs = left[:, 0], left[:, 1:]
    bread = (inputs * weight[:, None]).T @ inputs
    if np.linalg.matrix_rank(bread, tol=1e-9 * max(1.0, float(np.abs(bread).max()))) < len(bread):
        return Fit(empty, empty, int(used.sum()), count)
    inverse = np.linalg.inv(bread)
    coefficient = inverse @ ((inputs * weight[:, None]).T @ outcome)
    scores = inputs * (weight * (outcome - inputs @ coefficient))[:, None]
    sums = np.zeros((count, x.shape[1]))
    np.add.at(sums, group, scores)
    meat = sums.T @ sums * (count / (count - 1) if count > 1 else np.nan)
    return Fit(coefficient, np.sqrt(np.diag(inverse @ meat @ inverse)), int(used.sum()), count)
