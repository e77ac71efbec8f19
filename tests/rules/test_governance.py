"""Speed against control, dependence against autonomy: interior optima, hedges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.rules.governance import (
    autonomy,
    dependence_cost,
    development_months,
    governance_cost,
    hedge_level,
    hold_up_cost,
    perceived_hazard,
)
from sim.model.stages.assumed import CALM
from tests.rules.declared import DEFAULT, OFF, share, within

positive = st.floats(0.01, 100.0)
TENTHS = [k / 10 for k in range(11)]


# autonomy


def test_autonomy_by_hand() -> None:
    """T35: g* = min(1, v dD / (w exposure)); 21 months saved (45 - 24) at 0.025 each against an exposure of 1."""
    assert autonomy(21 * 0.025, 1.0, 1.0) == approx(0.525)
    assert autonomy(0.525, 2.0, 1.0) == approx(0.2625)
    assert autonomy(0.525, 1.0, 3.0) == approx(0.175)


def test_autonomy_limits() -> None:
    assert autonomy(0.0, 1.0, 1.0) == 0.0  # speed is worth nothing
    assert autonomy(5.0, 1.0, 1.0) == 1.0
    assert autonomy(0.5, 0.0, 1.0) == 1.0  # nothing to lose
    assert autonomy(0.5, 1e12, 1.0) < 1e-11
    assert hold_up_cost(0.0, 1.0, 1.0) == 0.0
    assert hold_up_cost(0.5, 2.0, 3.0) == 0.75  # 3 x 0.25 / 2 x 2


@given(positive, positive, within("hold_up"))
def test_autonomy_is_the_best_choice(gain: float, exposure: float, hold_up: float) -> None:
    """What speed is worth, less hold-up, is nowhere larger."""
    best = autonomy(gain, exposure, hold_up)

    def net(g: float) -> float:
        return gain * g - float(hold_up_cost(g, exposure, hold_up))

    assert all(net(best) >= net(g) - 1e-9 * (gain + exposure * hold_up) for g in TENTHS)


@given(positive, positive, within("hold_up"), st.floats(1.01, 10.0))
def test_autonomy_rises_with_speed_and_falls_with_exposure(
    gain: float, exposure: float, hold_up: float, more: float
) -> None:
    chosen = autonomy(gain, exposure, hold_up)
    assert autonomy(gain * more, exposure, hold_up) >= chosen
    assert autonomy(gain, exposure * more, hold_up) <= chosen
    assert autonomy(gain, exposure, hold_up * more) <= chosen
    assert autonomy(gain * more, exposure * more, hold_up) == approx(chosen)  # no unit


# months to market


def test_months_by_hand() -> None:
    assert development_months(45.0, 1.0) == 45.0
    assert development_months(45.0, 1.37) == approx(23.976, abs=1e-3)  # 45 / 1.8769: a Chinese car maker
    assert development_months(45.0, 2.0) == 11.25


@given(st.floats(0.5, 3.0), st.floats(0.5, 3.0), st.floats(6.0, 120.0))
def test_speed_shortens(a: float, b: float, months: float) -> None:
    slow, quick = sorted((a, b))
    assert development_months(months, quick) <= development_months(months, slow)
    assert development_months(development_months(months, a), b) == approx(development_months(months, a * b))


@pytest.mark.parametrize("gain", [0.1, 0.3, 2.0])
def test_every_step_to_autonomy_is_quicker(gain: float) -> None:
    """T35: months of a co-innovation whose speed is 1 + gain x autonomy fall all the way."""
    months = [development_months(45.0, 1.0 + gain * g) for g in TENTHS]
    assert months == sorted(months, reverse=True) and months[0] == 45.0


# governance costs


def test_governance_costs_by_hand() -> None:
    assert governance_cost(0.055, 1.4, 0.4) == approx(0.055)
    assert governance_cost(0.055, 1.4, 0.9) == approx(0.0275)
    assert governance_cost(0.055, 1.0, 1.0) == governance_cost(0.055, 1.0, 1.2) == 0.0
    assert governance_cost(0.0, 1.4, 0.4) == 0.0


@given(within("governance"), within("trust_end"), share, share)
def test_trust_saves_governance(base: float, end: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= governance_cost(base, end, high) <= governance_cost(base, end, low) <= base * end


# hedging and fear


def test_hedges_by_hand() -> None:
    """T36: min(1, q L / c)."""
    assert hedge_level(0.03, 8.0, 0.3) == approx(0.8)
    assert hedge_level(0.05, 8.0, 0.3) == 1.0  # 1.33
    assert hedge_level(0.0, 8.0, 0.3) == 0.0  # no hazard, no hedge
    assert hedge_level(0.03, OFF["cutoff_loss"], 0.3) == 0.0
    # 0.03 x 8 x 0.2 + 0.3 x 0.64 / 2 = 0.048 + 0.096, against 0.24 without a hedge
    assert dependence_cost(0.03, 8.0, 0.8, 0.3) == approx(0.144)
    assert dependence_cost(0.03, 8.0, 0.0, 0.3) == approx(0.24)
    assert dependence_cost(0.0, 8.0, 0.0, 0.3) == 0.0


@given(share, within("cutoff_loss"), within("hedge_cost"))
def test_a_hedge_is_the_best_choice(hazard: float, loss: float, cost: float) -> None:
    best = hedge_level(hazard, loss, cost)
    least = dependence_cost(hazard, loss, best, cost)
    assert 0.0 <= best <= 1.0
    assert all(least <= dependence_cost(hazard, loss, h, cost) + 1e-9 for h in TENTHS)


@given(share, share, within("cutoff_loss"), within("hedge_cost"))
def test_fear_raises_hedges_and_costs(a: float, b: float, loss: float, cost: float) -> None:
    low, high = sorted((a, b))
    calm, afraid = hedge_level(low, loss, cost), hedge_level(high, loss, cost)
    assert calm <= afraid
    assert dependence_cost(low, loss, calm, cost) <= dependence_cost(high, loss, afraid, cost) + 1e-9


def test_fear_by_hand() -> None:
    assert perceived_hazard(0.0, 0.1, 0.2, 0.03) == approx(0.02)  # up by a fifth of the news
    assert perceived_hazard(0.1, 0.0, 0.2, 0.03) == approx(0.097)  # down by 3 % a quarter
    assert perceived_hazard(0.1, 0.1, 0.2, 0.03) == 0.1
    assert perceived_hazard(0.0, 1.0, OFF["hazard_speed"], 0.03) == 0.0  # nobody is afraid


def test_fear_comes_quickly_and_goes_slowly() -> None:
    """After one cut-off, half of the fear lasts ln(1/2) / ln(1 - 0.2 / 6) = 20.4 quarters, with the defaults."""
    hazard = start = perceived_hazard(0.0, 1.0, DEFAULT.hazard_speed, CALM * DEFAULT.hazard_speed)
    quarters = 0
    while hazard > 0.5 * start:
        hazard = perceived_hazard(hazard, 0.0, DEFAULT.hazard_speed, CALM * DEFAULT.hazard_speed)
        quarters += 1
    assert start == approx(0.2)
    assert quarters == 21


@given(share, share, within("hazard_speed"), within("hazard_speed"))
def test_fear_stays_between_itself_and_the_news(hazard: float, event: float, up: float, down: float) -> None:
    after = perceived_hazard(hazard, event, up, down)
    assert min(hazard, event) - 1e-12 <= after <= max(hazard, event) + 1e-12
