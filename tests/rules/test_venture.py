"""What two firms can offer together: lags, complementarity, access lent, balances, tied assets."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.rules.venture import (
    access_balance,
    access_lent,
    complementarity,
    joint_technology,
    technology_balance,
    tie_up,
    transfer_lag,
)
from tests.rules.declared import AT_WORK, DEFAULT, OFF, between, log_points, share, within

gap = st.floats(-5.0, 5.0)


# lags


def test_a_transfer_lag_by_hand() -> None:
    # 0.2 x (1.3 - 0.5) = 0.16 behind closed doors; half open it is 1 - 0.4 (0.5 - 0.125) = 0.85 of that.
    assert transfer_lag(0.2, 1.3, 0.5, 0.4, 0.0) == approx(0.16)
    assert transfer_lag(0.2, 1.3, 0.5, 0.4, 0.5) == approx(0.136)
    assert transfer_lag(0.2, 1.3, 0.5, 0.4, 1.0) == approx(0.128)  # 0.8: all that openness can do


def test_lags_vanish_with_trust() -> None:
    assert transfer_lag(0.2, 1.0, 1.0, 0.4, 0.0) == 0.0
    assert transfer_lag(0.2, 1.0, 1.2, 0.4, 0.0) == 0.0  # and never become leads
    assert transfer_lag(0.0, 1.3, 0.5, 0.4, 0.0) == 0.0


@given(within("transfer_lag"), within("trust_end"), share, share, share, share)
def test_trust_and_openness_shorten_the_lag(
    base: float, end: float, a: float, b: float, part: float, openness: float
) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= transfer_lag(base, end, high, part, openness) <= transfer_lag(base, end, low, part, openness)
    assert transfer_lag(base, end, openness, part, high) <= transfer_lag(base, end, openness, part, low) + 1e-15
    assert transfer_lag(base, end, openness, 0.0, low) == transfer_lag(base, end, openness, 0.0, high)


def test_openness_gains_less_and_less() -> None:
    """The marginal gain is proportional to 1 - tau, so that nobody opens the last door for the lag's sake."""
    lags = [transfer_lag(0.2, 1.3, 0.5, 0.4, k / 100) for k in range(101)]
    steps = [before - after for before, after in itertools.pairwise(lags)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] / steps[50] == approx(0.995 / 0.495)
    assert steps[-1] == approx(0.16 * 0.4 * 0.01 * 0.005)


# joint development


def test_complementarity_by_hand() -> None:
    assert complementarity(0.5, 7.0, 0.0, 1.0) == 0.5  # equals who trust each other
    assert complementarity(0.5, 7.0, 0.0, 0.0) == 0.0
    # exp(-7 x 0.2) = 0.246597, times 0.4
    assert complementarity(0.5, 7.0, 0.2, 0.4) == approx(0.0493194, rel=1e-5)
    assert complementarity(OFF["complementarity"], 7.0, 0.0, 1.0) == 0.0
    assert complementarity(0.5, 7.0, 100.0, 1.0) < 1e-300


@given(within("complementarity"), within("complementarity_slope"), gap, gap, share)
def test_joint_development_pays_near_parity(gain: float, slope: float, a: float, b: float, trust: float) -> None:
    near, far = sorted((abs(a), abs(b)))
    close, apart = (complementarity(gain, slope, distance, trust) for distance in (near, far))
    assert 0.0 <= apart <= close * (1 + 1e-12) <= gain * (1 + 2e-12)
    assert complementarity(gain, slope, -a, trust) == complementarity(gain, slope, a, trust)
    assert complementarity(gain, slope, a, trust) <= complementarity(gain, slope, a, 1.0) + 1e-15


def test_joint_technology_by_hand() -> None:
    assert joint_technology(3.0, 2.5, 0.1, 0.3) == approx(3.2)
    assert joint_technology(2.5, 3.0, 0.1, 0.3) == approx(3.2)  # whoever is better
    assert joint_technology(3.0, 2.5, 0.1, 0.0) == approx(2.9)  # far apart it is market access


@given(log_points, log_points, share, share, log_points)
def test_joint_technology_builds_on_the_better_side(a: float, b: float, lag: float, gain: float, shift: float) -> None:
    joint = joint_technology(a, b, lag, gain)
    assert joint == joint_technology(b, a, lag, gain)
    assert joint == approx(max(a, b) + gain - lag, abs=1e-12)
    assert joint_technology(a + shift, b + shift, lag, gain) == approx(joint + shift, abs=1e-9)


@pytest.mark.parametrize(("behind", "pays"), [(0.05, True), (0.15, True), (0.5, False), (2.0, False)])
def test_co_innovation_beats_market_access_only_once_gaps_are_small(behind: float, pays: bool) -> None:
    """With the declared gain at middling trust: what both add must exceed a few percent to be worth its governance."""
    p = DEFAULT
    gain = complementarity(AT_WORK["complementarity"], p.complementarity_slope, behind, 0.5)
    assert (joint_technology(0.0, -behind, 0.1, gain) - joint_technology(0.0, -behind, 0.1, 0.0) > 0.03) == pays


# access lent


def test_access_lent_by_hand() -> None:
    # 0.7 x 0.6 = 0.42; a lead of 0.2 leaves exp(-1.4) = 0.246597
    assert access_lent(0.7, 0.6, 7.0, 0.0) == approx(0.42)
    assert access_lent(0.7, 0.6, 7.0, 0.2) == approx(0.103571, rel=1e-5)
    assert access_lent(0.7, 0.6, 7.0, -2.0) == approx(0.42)  # a weaker lender lends all it has promised
    assert access_lent(0.7, 0.6, 7.0, 100.0) < 1e-300
    assert access_lent(0.0, 0.6, 7.0, 0.0) == access_lent(0.7, 0.0, 7.0, 0.0) == 0.0


@given(within("lend_share"), share, between(0.0, 20.0), gap, gap)
def test_who_leads_lends_little(part: float, access: float, distance: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    lent = access_lent(part, access, distance, high)
    assert 0.0 <= lent <= access_lent(part, access, distance, low) * (1 + 1e-12) <= part * access * (1 + 2e-12)


# balances


def test_balances_by_hand() -> None:
    assert technology_balance(0.0, 0.15) == 0.5
    assert technology_balance(0.15, 0.15) == approx(0.268941, rel=1e-5)  # 1 / (1 + e): one band behind
    assert technology_balance(-0.15, 0.15) == approx(0.731059, rel=1e-5)
    assert technology_balance(100.0, 0.15) < 1e-200
    assert technology_balance(-100.0, 0.15) == 1.0
    assert access_balance(0.9, 0.1) == approx(0.9)
    assert access_balance(0.5, 0.5) == 0.5
    assert access_balance(0.0, 0.0) == 0.5  # nobody has any
    assert access_balance(0.0, 0.3) == 0.0
    assert access_balance(0.3, 0.0) == 1.0


@given(gap, gap, between(0.01, 1.0))
def test_the_technology_balance_flips_at_parity(a: float, b: float, band: float) -> None:
    low, high = sorted((a, b))
    assert technology_balance(a, band) + technology_balance(-a, band) == approx(1.0)  # names do not matter
    assert technology_balance(high, band) <= technology_balance(low, band) + 1e-12
    if abs(a) > 1e-9:
        assert (technology_balance(a, band) > 0.5) == (a < 0.0)


@given(share, share)
def test_the_access_balance_is_a_share(a: float, b: float) -> None:
    assert access_balance(a, b) + access_balance(b, a) == approx(1.0)
    assert access_balance(max(a, b), min(a, b)) >= 0.5


# tied assets


def test_tied_assets_by_hand() -> None:
    assert tie_up(0.05, 2.0) == approx(0.9)  # two ventures tie up a tenth
    assert tie_up(0.4, 3.0) == 0.05  # never all of it
    assert tie_up(OFF["tied_assets"], 3.0) == tie_up(0.05, 0.0) == 1.0


@given(within("tied_assets"), st.integers(0, 9))
def test_every_venture_ties_up_more(tied: float, ventures: int) -> None:
    assert 0.05 <= tie_up(tied, ventures + 1.0) <= tie_up(tied, float(ventures)) <= 1.0
