"""exp, log and what follows from them, against the machine's library."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.machine.arithmetic import clip, exp, log, logistic, power

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.floats(-700, 700))
def test_exp_agrees_with_the_library(x: float) -> None:
    assert math.isclose(exp(x), math.exp(x), rel_tol=1e-14)


def test_exp_over_its_whole_range() -> None:
    grid = np.linspace(-700, 700, 20_001)
    ours = np.array([exp(x) for x in grid])
    assert np.max(np.abs(ours / np.exp(grid) - 1)) < 1e-14
    assert np.all(np.diff(ours) > 0)


def test_exp_limits() -> None:
    assert exp(0.0) == 1.0
    assert exp(1e9) == exp(math.inf) == exp(700.0)
    assert exp(-1e9) == exp(-math.inf) == exp(-700.0)
    assert 0.0 < exp(-700.0) < exp(700.0) < math.inf


@given(st.floats(1e-300, 1e300))
def test_log_agrees_with_the_library(x: float) -> None:
    assert math.isclose(log(x), math.log(x), rel_tol=2e-15, abs_tol=2e-15)


def test_log_over_many_magnitudes_and_near_one() -> None:
    for grid in (np.logspace(-299, 299, 20_001), np.linspace(0.5, 2.0, 20_001)):
        error = np.array([log(x) for x in grid]) - np.log(grid)
        assert np.max(np.abs(error) / np.maximum(1.0, np.abs(np.log(grid)))) < 2e-15


def test_log_limits() -> None:
    assert log(1.0) == 0.0
    assert log(0.0) == log(-5.0) == log(1e-320) == log(1e-300)
    assert math.isclose(log(1e-300), -300 * math.log(10), rel_tol=1e-15)


@given(st.floats(-600, 600))
def test_log_undoes_exp(x: float) -> None:
    assert math.isclose(log(exp(x)), x, rel_tol=1e-14, abs_tol=2e-14)


@given(st.floats(1e-6, 1e6), st.floats(-8, 8))
def test_power(x: float, y: float) -> None:
    assert math.isclose(power(x, y), x**y, rel_tol=3e-13)


def test_power_limits() -> None:
    assert power(0.0, 0.5) == 0.0
    assert power(7.0, 0.0) == 1.0
    assert math.isclose(power(8.0, 1 / 3), 2.0, rel_tol=1e-14)


@given(st.floats(-50, 50))
def test_logistic_is_symmetric(x: float) -> None:
    assert math.isclose(logistic(x) + logistic(-x), 1.0, rel_tol=1e-14)
    assert math.isclose(logistic(x), 1 / (1 + math.exp(-x)), rel_tol=1e-13)


def test_logistic_limits() -> None:
    assert logistic(0.0) == 0.5
    assert logistic(1e6) == 1.0
    assert 0.0 < logistic(-1e6) < 1e-300


@given(finite, finite, finite)
def test_clip(x: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert clip(x, low, high) == sorted((low, x, high))[1]
