"""Effects of pairs: intervals, p-values, Holm's correction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from sim.measures.intervals import interval
from sim.sweeps.experiments.effects import effect, holm, p_value

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_holm_by_hand() -> None:
    # sorted .01 .02 .03 .04 times 4 3 2 1, never falling: .04 .06 .06 .06
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])


def test_a_missing_p_value_is_no_test() -> None:
    assert holm([0.01, np.nan, 0.04]) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert np.isnan(holm([np.nan])).all()


@given(CHANCES)
def test_holm_keeps_the_order_and_never_beats_bonferroni(chances) -> None:
    found = holm(chances)
    assert (found >= np.array(chances)).all() and (
        found <= np.minimum(1, np.array(chances) * len(chances)) + 1e-15
    ).all()
    order = np.argsort(chances, kind="stable")
    assert (np.diff(found[order]) >= 0).all()


def test_p_values_are_those_of_a_paired_t_test() -> None:
    values = np.random.default_rng(1).normal(0.3, 1.0, 17)
    assert p_value(values) == pytest.approx(ttest_1samp(values, 0.0).pvalue, rel=1e-12)
    assert p_value(np.zeros(5)) == 1.0 and p_value(np.full(5, 2.0)) == 0.0 and np.isnan(p_value(np.ones(1)))


def test_an_effect_by_hand() -> None:
    found = effect(np.array([1.0, -1.0, 3.0, np.nan]), np.array([2.0, 4.0, 6.0, 100.0]))
    assert (found.n, found.base, found.base_sd) == (3, 4.0, 2.0)
    assert (found.difference, found.p_positive) == pytest.approx((1.0, 2 / 3))
    assert found.lo < 1.0 < found.hi and found.sign == 0


def test_nothing_differs_exactly() -> None:
    found = effect(np.zeros(4), np.ones(4))
    assert (found.difference, found.lo, found.hi, found.p_value, found.sign) == (0.0, 0.0, 0.0, 1.0, 0)


@given(st.floats(-5, 5), st.floats(0.1, 10))
def test_intervals_move_and_stretch_with_the_values(shift, scale) -> None:
    values = np.random.default_rng(2).normal(size=12)
    lo, hi = interval(values)
    assert interval(shift + scale * values) == pytest.approx((shift + scale * lo, shift + scale * hi), abs=1e-9)


def test_intervals_cover_the_mean_as_often_as_they_say() -> None:
    """Of 600 samples of six, skewed; a bootstrap of percentiles alone covers some 85 %."""
    rng = np.random.default_rng(3)
    hits = [lo < 0.0 < hi for lo, hi in (interval(rng.normal(size=6)) for _ in range(600))]
    assert 0.925 < np.mean(hits) < 0.975


def test_few_runs_have_no_interval() -> None:
    assert np.isnan(interval(np.ones(1))).all() and np.isnan(effect(np.ones(0), np.ones(0)).difference)
