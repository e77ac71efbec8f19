"""Scores against values worked out by hand, and the laws that make them honest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.history import scores
from sim.measures.intervals import of_cases

SHARES = st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5).map(lambda v: np.array(v) / sum(v))


def test_log_loss_and_brier_by_hand():
    forecasts, outcomes = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]]), np.array([0, 1])
    assert scores.log_loss(forecasts, outcomes) == pytest.approx([np.log(2), np.log(5)])
    assert scores.brier(forecasts, outcomes) == pytest.approx([0.25 + 2 * 0.0625, 0.04 + 0.64 + 0.36])


@given(truth=SHARES, other=SHARES)
@pytest.mark.parametrize("rule", [scores.log_loss, scores.brier])
def test_the_truth_wins_in_expectation(rule, truth, other):
    every = np.arange(5)
    told, false = (truth @ rule(np.tile(forecast, (5, 1)), every) for forecast in (truth, other))
    assert told <= false + 1e-12
    if np.abs(truth - other).max() > 1e-3:
        assert told < false


def test_skill_ends():
    assert scores.skill(0.0, 2.0) == 1 and scores.skill(2.0, 2.0) == 0 and scores.skill(3.0, 2.0) == -0.5


def test_crps_by_hand_and_of_one_run():
    assert scores.crps(np.array([0.0, 1.0]), 0.5) == pytest.approx(0.5 - 0.25)
    assert scores.crps(np.array([3.0, 0.0, 1.0]), 1.0) == pytest.approx(1.0 - 0.5 * (2 * (3 + 1 + 2)) / 9)
    assert scores.crps(np.array([0.2]), 0.7) == pytest.approx(0.5)


def test_crps_prefers_the_distribution_that_drew_the_truth():
    rng = np.random.default_rng(5)
    truth, draws = rng.normal(size=2000), rng.normal(size=400)
    means = {s: np.mean([scores.crps(draws * s, y) for y in truth]) for s in (0.3, 1.0, 3.0)}
    assert min(means, key=means.__getitem__) == 1.0


def test_coverage_of_the_central_interval():
    draws = np.arange(101.0)
    assert scores.covered(draws, 5.0) and scores.covered(draws, 95.0)
    assert not scores.covered(draws, 4.9) and not scores.covered(draws, 95.1)


def test_rank_correlation_with_ties_and_gaps():
    one = np.array([1.0, 2.0, 2.0, 4.0, np.nan])
    ranks = np.array([1.0, 2.5, 2.5, 4.0])
    expected = np.corrcoef(ranks, [1, 2, 3, 4])[0, 1]
    assert scores.rank_correlation(one, np.array([10.0, 20.0, 30.0, 40.0, 0.0])) == pytest.approx(expected)
    assert np.isnan(scores.rank_correlation(np.ones(4), np.arange(4.0)))
    assert scores.rank_correlation(np.array([1.0, 2.0, np.inf]), np.array([3.0, 5.0, 9.0])) == pytest.approx(1.0)


def test_bootstrap_draws_whole_cases():
    """Rows of one case count alike in every draw; the interval of a mean has the width that theory gives."""
    cases = [f"c{n // 2}" for n in range(400)]
    values = np.repeat(np.random.default_rng(2).normal(size=200), 2)
    seen = []

    def mean(weight):
        seen.append(np.array_equal(weight[::2], weight[1::2]))
        return float(values @ weight / weight.sum())

    low, high = of_cases(cases, mean)
    assert all(seen) and low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(200), rel=0.15)
    assert of_cases(["a", "a"], mean) is None
