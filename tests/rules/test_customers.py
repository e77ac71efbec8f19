"""Customer capital: who chooses anew, how a brand becomes known, two firms' customers, reserved demand, newcomers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Sectors
from sim.model.rules.customers import (
    WITHOUT_RIGHTS,
    buyers_anew,
    customers_next,
    customers_of,
    habitual,
    newcomers_pull,
    procurement_penalty,
    pull,
    reach_of_two,
    reserved_reach,
)
from sim.model.rules.market import share_of
from tests.rules.declared import OFF, inner, share, within

people = st.floats(0.0, 200.0)
habit = within("habit")


# who chooses anew, and what becomes of customers


def test_buyers_anew_by_hand() -> None:
    assert buyers_anew(0.12, 0.05, 0.10) == approx(0.27)  # replacement, growth, a new generation
    assert buyers_anew(0.12, -0.30, 0.10) == approx(0.22)  # a market that shrinks forgets nobody faster
    assert buyers_anew(0.6, 0.5, 0.2) == 1.0  # no more than all
    assert buyers_anew(0.0, 0.0, 0.0) == 0.0


def test_customers_by_hand() -> None:
    assert customers_next(1.0, 3.0, 0.25) == 1.5  # a quarter of buyers is won over
    assert customers_next(1.0, 0.0, 0.25) == 0.75  # who sells nothing is forgotten as slowly
    assert customers_next(1.0, 3.0, 0.0) == 1.0
    assert customers_next(1.0, 3.0, 1.0) == 3.0


@given(people, people, inner, st.integers(0, 60))
def test_customers_follow_sales(start: float, sold: float, anew: float, years: int) -> None:
    """At constant sales: K_t = s + (K_0 - s)(1 - a)**t, so that half of what was known is gone after ln 2 / a years."""
    customers = start
    for _ in range(years):
        customers = customers_next(customers, sold, anew)
    assert customers == approx(sold + (start - sold) * (1 - anew) ** years, abs=1e-9)


# what customers are worth


def test_habit_by_hand() -> None:
    assert habitual(0.8, 0.25) == approx(0.6)  # a quarter of buyers is new or replaces what it had
    assert habitual(0.8, 1.0) == 0.0  # a market in which everybody buys for the first time


@given(inner, inner, st.floats(0.01, 0.9))
def test_in_a_growing_market_a_newcomer_is_known_sooner(habit: float, anew: float, customers: float) -> None:
    assert pull(customers, habitual(habit, anew)) >= pull(customers, habit)


def test_pull_by_hand() -> None:
    assert pull(4.0, 0.5) == approx(2.0)  # four times the customers pull twice as much
    assert pull(1.0, 0.7) == 1.0  # a firm of normal size
    assert pull(0.0, 0.7) == 0.0
    assert pull(9.0, OFF["habit"]) == pull(0.01, OFF["habit"]) == 1.0
    assert customers_of(2.0, 0.5) == approx(4.0)
    assert customers_of(0.3, OFF["habit"]) == 1.0


@given(st.floats(0.01, 200.0), st.floats(0.1, 0.95))
def test_customers_and_pull_are_inverse(customers: float, theta: float) -> None:
    assert customers_of(pull(customers, theta), theta) == approx(customers, rel=1e-9)


@given(people, people, habit)
def test_pull_rises_less_than_customers(a: float, b: float, theta: float) -> None:
    """Below one, the elasticity makes pull per customer fall in size, so that no firm takes all."""
    low, high = sorted((a, b))
    assert pull(low, theta) <= pull(high, theta) * (1 + 1e-12)
    if low > 1e-6:
        assert pull(high, theta) / high <= pull(low, theta) / low * (1 + 1e-12)


@pytest.mark.parametrize("theta", [0.0, 0.5, 0.8, 0.95])
def test_the_largest_firm_does_not_take_all(theta: float) -> None:
    """Two brands, one twice as good: odds r solve r = 2 r**theta, so r = 2**(1 / (1 - theta)): concentrated, finite."""
    k = [1.0, 1.0]
    for _ in range(3000):
        weights = [2.0 * pull(k[0], theta), pull(k[1], theta)]
        sold = [2.0 * weight / sum(weights) for weight in weights]
        k = [customers_next(own, s, 0.2) for own, s in zip(k, sold, strict=True)]
    assert k[0] / k[1] == approx(2.0 ** (1.0 / (1.0 - theta)), rel=1e-6)


def test_the_reach_of_two_by_hand() -> None:
    assert reach_of_two(1.0, 0.5, 6.0, 0.5) == approx(2.0)  # (1 + 3)**0.5
    assert reach_of_two(1.0, OFF["learnable_access"], 6.0, 0.5) == 1.0
    assert reach_of_two(0.0, 0.35, 1.0, 0.7) == approx(0.35**0.7)  # a newcomer lives on its partner's customers


@given(people, share, people, habit)
def test_two_firms_reach_no_more_than_one_with_all_their_customers(
    own: float, reached: float, partner: float, theta: float
) -> None:
    both = reach_of_two(own, reached, partner, theta)
    assert pull(own, theta) * (1 - 1e-12) <= both <= pull(own + partner, theta) * (1 + 1e-12)
    if own > 0.0 and partner > 0.0:
        assert both <= (pull(own, theta) + pull(partner, theta)) * (1 + 1e-12)  # concave: a venture counts nobody twice


# reserved demand


def test_reserved_demand_by_hand() -> None:
    assert procurement_penalty(3.0, 0.22) == approx(math.exp(-0.66))
    assert procurement_penalty(3.0, OFF["procurement_margin"]) == 1.0
    # Appeals 1 each; of the foreigner half counts where 0.4 of demand is reserved: 0.6 + 0.4 x 0.5 x 2 / 1.5
    assert reserved_reach(0.4, 0.5, 2.0, 1.5) == approx(0.6 + 0.4 * 2 / 3)
    assert reserved_reach(0.4, 1.0, 2.0, 1.5) == approx(0.6 + 0.4 * 4 / 3)


@given(
    st.floats(0.01, 10.0),
    st.floats(0.01, 10.0),
    st.floats(0.01, 10.0),
    share,
    within("price_elasticity", Sectors),
    within("procurement_margin"),
)
def test_reserved_demand_solves_both_markets(
    local: float, foreign: float, outside: float, reserved: float, elasticity: float, margin: float
) -> None:
    """Shares with appeals times their reach are those of two markets solved apart and added up; all sum to one."""
    kept = procurement_penalty(elasticity, margin)
    everybody, preferred = local + foreign + outside, local + kept * foreign + outside
    reach = {who: reserved_reach(reserved, part, everybody, preferred) for who, part in (("l", 1.0), ("f", kept))}
    open_part, closed = 1.0 - reserved, reserved
    want_l = open_part * local / everybody + closed * local / preferred
    want_f = open_part * foreign / everybody + closed * kept * foreign / preferred
    want_o = open_part * outside / everybody + closed * outside / preferred
    assert local * reach["l"] / everybody == approx(want_l)
    assert foreign * reach["f"] / everybody == approx(want_f)
    assert want_l + want_f + want_o == approx(1.0)
    assert reach["f"] <= 1.0 + 1e-12 and reach["l"] >= 1.0 - 1e-12
    assert share_of(local, foreign + outside) <= want_l + 1e-12


# newcomers


def test_newcomers_by_hand() -> None:
    assert newcomers_pull(0.25, 1.0) == 0.25  # free to distribute
    assert newcomers_pull(0.25, 0.0) == approx(0.25 * WITHOUT_RIGHTS)  # through trading corporations
    assert newcomers_pull(0.25, 0.5) == approx(0.25 * (WITHOUT_RIGHTS + 1) / 2)
    assert newcomers_pull(0.0, 1.0) == 0.0


@given(within("newcomer"), share, share)
def test_rights_make_newcomers_known(open_pull: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert newcomers_pull(open_pull, low) <= newcomers_pull(open_pull, high) * (1 + 1e-12) <= open_pull * (1 + 2e-12)
