"""Who sells how much: logit shares, tariffs and what they move, markups, pass-through, buyers' gain, tariff jumping."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Policy, Sectors
from sim.model.rules.bargaining import annuity
from sim.model.rules.market import (
    adjust,
    border,
    brand_factor,
    buyers_gain,
    floor_rent,
    margin,
    markup_factor,
    offer_profit,
    plant_rent,
    quality,
    rent_kept,
    share_of,
    spared_appeal,
    tariff_paid,
)
from tests.rules.declared import OFF, log_points, money, money_unit, share, within

elasticity = within("price_elasticity", Sectors)
tariff = within("tariff", Policy)
appeal = st.floats(0.0, 1e6)


# appeals


def test_quality_by_hand() -> None:
    assert quality(2.0, 1.3, 1.0) == approx(math.exp(0.6))  # 0.3 log points ahead of the trend, twice
    assert quality(2.0, 1.0, 1.0) == 1.0
    assert quality(2.0, 1.0 - math.log(2), 1.0) == approx(0.25)  # half as good, a quarter of the appeal


@given(within("quality_sensitivity", Sectors), log_points, log_points, log_points)
def test_quality_rises_and_has_no_origin(sensitivity: float, a: float, b: float, reference: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 < quality(sensitivity, low, reference) <= quality(sensitivity, high, reference) * (1 + 1e-12)
    assert quality(sensitivity, a + 1.0, reference + 1.0) == approx(quality(sensitivity, a, reference), rel=1e-10)


def test_a_border_by_hand() -> None:
    # exp(-3 (0.08 + 0.02)) x 1.25**-3 = 0.74082 x 0.512
    assert border(3.0, 0.10, 0.25) == approx(0.379299, rel=1e-5)


def test_floor_by_hand() -> None:
    """25 % above a price of 100: buyers pay 125, without duty 25 of it is rent; under 10 % 125 / 1.1 stay."""
    assert floor_rent(0.0, 0.25) == approx(25.0 / 125.0)
    assert floor_rent(0.1, 0.25) == approx((125.0 / 1.1 - 100.0) / 125.0)
    assert floor_rent(0.25, 0.25) == floor_rent(0.3, 0.25) == 0.0
    assert rent_kept(0.2, 0.25 * 125.0, 125.0) == approx(0.75 * 25.0)  # the usual margin was on these 25, too


def test_spared_by_hand() -> None:
    """45 % of which 35 points are spared: as under 10 %."""
    assert border(3.0, 0.1, 0.45) * spared_appeal(3.0, 0.45, 0.35) == approx(border(3.0, 0.1, 0.10))
    assert spared_appeal(3.0, 0.45, 0.9) == approx(1.45**3.0)  # more than all is all


def test_border_limits() -> None:
    assert border(3.0, 0.0, 0.0) == 1.0  # no border
    assert border(4.0, 0.0, 10.0) < 1e-4  # 1000 %: 11**-4; nothing crosses
    assert border(4.0, 0.0, math.inf) < 1e-300


@given(elasticity, st.floats(0.0, 2.0), tariff, tariff)
def test_a_tariff_moves_relative_sales_by_the_elasticity(alpha: float, shipping: float, t: float, u: float) -> None:
    """T12: ln(s_j / s_k) moves by -alpha ln(1 + t) exactly; shipping and content add in logs."""
    before, after = border(alpha, shipping, 0.0), border(alpha, shipping, t)
    assert math.log(after / before) == approx(-alpha * math.log(1 + t), abs=1e-10)
    assert border(alpha, shipping, max(t, u)) <= border(alpha, shipping, min(t, u)) * (1 + 1e-12)
    assert border(alpha, shipping + 0.1, t) == approx(border(alpha, shipping, t) * border(alpha, 0.1, 0.0))


def test_a_brand_by_hand() -> None:
    # exp(-0.5) x 0.9**-3 x 1.2**-3 = 0.606531 x 1.371742 x 0.578704
    assert brand_factor(3.0, -0.5, 0.1, 0.2) == approx(0.481481, rel=1e-5)
    assert brand_factor(3.0, 0.0, 0.0, 0.0) == 1.0


def test_a_subsidy_of_a_fifth_undoes_a_tariff_of_a_quarter() -> None:
    # (1 - 0.2) (1 + 0.25) = 1
    assert brand_factor(5.0, 0.0, 0.2, 0.25) == approx(1.0)


@given(elasticity, st.floats(-20.0, 5.0), within("subsidy_production", Policy), tariff)
def test_what_helps_and_hurts_a_brand(alpha: float, perception: float, subsidy: float, t: float) -> None:
    plain = brand_factor(alpha, perception, 0.0, 0.0)
    assert plain == approx(math.exp(perception))
    assert brand_factor(alpha, perception, subsidy, 0.0) >= plain * (1 - 1e-12)
    assert brand_factor(alpha, perception, 0.0, t) <= plain * (1 + 1e-12)
    assert brand_factor(alpha, perception, 0.0, t) == approx(plain * border(alpha, 0.0, t))  # as at the border


def test_nobody_buys_a_brand_that_is_loathed() -> None:
    assert share_of(brand_factor(3.0, -20.0, 0.0, 0.0), 0.05) < 1e-6


# shares


def test_shares_by_hand() -> None:
    assert share_of(3.0, 9.0) == 0.25
    assert share_of(3.0, 0.0) == 1.0  # alone, and nothing else to buy
    assert share_of(0.0, 9.0) == share_of(0.0, 0.0) == 0.0


@given(st.floats(-5.0, 5.0), st.integers(1, 50), st.floats(-5.0, 5.0))
def test_shares_of_identical_firms(u: float, firms: int, outside: float) -> None:
    """T11: s = exp(u) / (N exp(u) + exp(u_0)), and all shares sum to one."""
    own, rest = quality(1.0, u, 0.0), quality(1.0, outside, 0.0)
    s = share_of(own, (firms - 1) * own + rest)
    assert s == approx(math.exp(u) / (firms * math.exp(u) + math.exp(outside)))
    assert firms * s + share_of(rest, firms * own) == approx(1.0)


@given(st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=8))
def test_shares_sum_to_one(appeals: list[float]) -> None:
    total = math.fsum(appeals)
    assert sum(share_of(a, total - a) for a in appeals) == approx(1.0)


@given(elasticity, st.floats(0.0, 1.0), tariff)
def test_equal_regions_trade_equally(alpha: float, shipping: float, t: float) -> None:
    """T17: two firms alike, one in each of two regions alike: what either sells abroad is the same."""
    abroad = border(alpha, shipping, t)
    here, there = share_of(1.0, abroad), share_of(abroad, 1.0)
    assert here + there == approx(1.0)
    assert here >= there  # home bias is nothing but cost
    assert share_of(1.0, border(alpha, 0.0, 0.0)) == 0.5


@given(appeal, appeal, st.floats(1e-3, 1e6))
def test_a_share_rises_with_appeal_and_falls_with_rivals(a: float, b: float, rivals: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= share_of(low, rivals) <= share_of(high, rivals) <= 1.0
    assert share_of(a, rivals + 1.0) <= share_of(a, rivals)


def test_shares_adjust_by_hand() -> None:
    assert adjust(0.2, 0.4, 0.15) == approx(0.23)
    assert adjust(0.2, 0.4, OFF["share_speed"]) == approx(0.4)  # no sluggishness
    assert adjust(0.4, 0.4, 0.15) == 0.4


@given(share, share, within("share_speed"), st.integers(1, 100))
def test_shares_approach_their_target(start: float, target: float, speed: float, quarters: int) -> None:
    s = start
    for _ in range(quarters):
        s = adjust(s, target, speed)
    assert s == approx(target + (start - target) * (1 - speed) ** quarters, abs=1e-12)


@given(share, share, within("share_speed"))
def test_adjusting_shares_keeps_their_sum(now: float, target: float, speed: float) -> None:
    assert adjust(now, target, speed) + adjust(1 - now, 1 - target, speed) == approx(1.0)


# margins, markups, pass-through


def test_margins_by_hand() -> None:
    assert margin(3.0, 0.0) == 0.25  # 1 / (1 + 3)
    assert margin(3.0, 0.5) == 0.4  # 1 / (1 + 1.5)
    assert margin(3.0, 1.0) == 1.0  # a monopolist without outside good takes all


@given(elasticity, share)
def test_a_margin_is_that_of_bertrand_pricing(alpha: float, s: float) -> None:
    """T14: p / c = 1 + 1 / (alpha (1 - s)), and the margin (p - c) / p is one over T13's elasticity of quantity."""
    s = min(s, 0.999)
    assert 1 / (1 - margin(alpha, s)) == approx(1 + 1 / (alpha * (1 - s)), rel=1e-9)
    assert margin(alpha, s) == approx(1 / (1 + alpha * (1 - s)))
    assert margin(alpha, 0.0) <= margin(alpha, s) <= 1.0


@given(elasticity, st.floats(0.01, 0.99))
def test_the_elasticity_of_sales(alpha: float, s: float) -> None:
    """T13: sales answer the own price by -alpha (1 - s)."""
    rivals = (1 - s) / s
    dearer = share_of(border(alpha, 1e-6, 0.0), rivals)
    assert math.log(dearer / s) / 1e-6 == approx(-alpha * (1 - s), rel=1e-3, abs=1e-5)


def test_markups_by_hand() -> None:
    # A half of the market at alpha 4: markup 1.5 instead of 1.25, 20 % more: 1.2**-4.
    assert markup_factor(4.0, 0.5) == approx(1.2**-4)
    assert markup_factor(4.0, 0.0) == 1.0


@given(elasticity, st.floats(0.0, 0.99), st.floats(0.0, 0.99))
def test_a_large_seller_asks_more(alpha: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    asked = (1 + 1 / (alpha * (1 - high))) / (1 + 1 / alpha)
    assert markup_factor(alpha, high) == approx(asked**-alpha, rel=1e-9)
    assert markup_factor(alpha, high) <= markup_factor(alpha, low) * (1 + 1e-12) <= 1 + 2e-12


def price_change(alpha: float, size: float, cost: float) -> float:
    """Log price after a log cost change, for a seller whose markup and share settle together."""
    low, high = 0.0, 1.0 - 1e-12
    for _ in range(60):  # the share that calls for the markup that gives the share
        s = 0.5 * (low + high)
        wanted = share_of(size * border(alpha, cost, 0.0) * markup_factor(alpha, s), 1.0)
        low, high = (s, high) if wanted > s else (low, s)
    return cost - math.log(markup_factor(alpha, s)) / alpha


@pytest.mark.parametrize(("size", "least", "most"), [(1e-6, 0.999, 1.001), (1.0, 0.6, 0.95), (100.0, 0.3, 0.75)])
def test_small_sellers_pass_on_all_large_ones_less(size: float, least: float, most: float) -> None:
    """T14: pass-through is 1 for s -> 0; below for large s, whose markup gives way."""
    through = (price_change(4.0, size, 1e-4) - price_change(4.0, size, -1e-4)) / 2e-4
    assert least < through < most


def test_pass_through_at_a_share_of_43_percent() -> None:
    """(1 + alpha (1 - s)) / (1 + alpha) = (1 + 4 x 0.57) / 5 = 0.656."""
    size = 0.43 / 0.57 / markup_factor(4.0, 0.43)  # of an offer that settles there
    through = (price_change(4.0, size, 1e-4) - price_change(4.0, size, -1e-4)) / 2e-4
    assert through == approx(0.656, abs=1e-3)


def test_profit_by_hand() -> None:
    assert offer_profit(100.0, 0.2, 3.0) == approx(20 / 3.4)  # 20 of sales at 1 / (1 + 3 x 0.8)
    assert offer_profit(100.0, 0.0, 3.0) == offer_profit(0.0, 0.2, 3.0) == 0.0


@given(money, share, share, elasticity, money_unit)
def test_profit_rises_with_share_and_market(spent: float, a: float, b: float, alpha: float, unit: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= offer_profit(spent, low, alpha) <= offer_profit(spent, high, alpha) <= spent * high
    assert offer_profit(spent * unit, a, alpha) == offer_profit(spent, a, alpha) * unit


# revenue and buyers


def test_the_rent_of_a_plant_by_hand() -> None:
    # A plant that costs 0.35 of a year's sales, over 20 quarters in present values: 1.4 quarters' sales / 20
    assert plant_rent(0.35, 20.0) == approx(0.07)
    assert plant_rent(OFF["plant_cost"], 20.0) == 0.0


@given(within("plant_cost"), st.floats(1.0, 120.0))
def test_rents_pay_for_the_plant(cost: float, years: float) -> None:
    """Paid over the horizon, at constant sales, the rent's present value is the plant's price: four quarters' sales."""
    assert plant_rent(cost, years) * years == approx(4.0 * cost)


def test_tariff_revenue_by_hand() -> None:
    assert tariff_paid(120.0, 0.2) == approx(20.0)  # T16: buyers pay 120 for what cost 100
    assert tariff_paid(120.0, 0.0) == tariff_paid(0.0, 0.2) == 0.0


@given(money, tariff)
def test_tariff_revenue_is_the_rate_times_the_value_at_the_border(sales: float, t: float) -> None:
    paid = tariff_paid(sales, t)
    assert paid == approx(t * (sales - paid), rel=1e-9, abs=1e-9)
    assert 0.0 <= paid <= sales


def test_tariff_revenue_has_a_hump() -> None:
    """Laffer: imports shrink by the elasticity, so revenue rises, peaks and vanishes."""
    rates = [0.05 * k for k in range(401)]
    revenue = [tariff_paid(share_of(border(4.0, 0.0, t), 1.0), t) for t in rates]
    best = revenue.index(max(revenue))
    assert 0 < best < 40
    assert revenue[: best + 1] == sorted(revenue[: best + 1])
    assert revenue[best:] == sorted(revenue[best:], reverse=True)
    assert revenue[-1] < 0.01 * revenue[best]


def test_buyers_gain_by_hand() -> None:
    assert buyers_gain(100.0, 4.0, math.log(2)) == approx(17.3287, rel=1e-5)  # 25 ln 2: twice the variety
    assert buyers_gain(100.0, 4.0, 0.0) == 0.0


@given(elasticity, st.floats(0.01, 0.9))
def test_what_a_small_tariff_costs_buyers(alpha: float, s: float) -> None:
    """T15: to first order the taxed share of spending times ln(1 + t), whatever the elasticity."""
    t, rest = 1e-5, (1 - s) / s
    before = buyers_gain(1.0, alpha, math.log(1 + rest))
    after = buyers_gain(1.0, alpha, math.log(border(alpha, 0.0, t) + rest))
    assert after - before == approx(-s * math.log(1 + t), rel=1e-3)


def test_a_tariff_costs_more_than_it_yields() -> None:
    """Buyers' loss exceeds the revenue by the triangle, which grows with the square of the rate."""
    losses = []
    for t in (0.1, 0.2):
        kept = border(4.0, 0.0, t)
        lost = buyers_gain(100.0, 4.0, math.log(2.0)) - buyers_gain(100.0, 4.0, math.log(1.0 + kept))
        losses.append(lost - tariff_paid(100.0 * share_of(kept, 1.0), t))
    assert losses[0] > 0.0
    assert 2.5 < losses[1] / losses[0] < 4.5


# tariff jumping


def jumps(rate: float, fixed: float, spent: float, alpha: float = 4.0) -> bool:
    """Whether a small firm builds a plant abroad: local cost 10 % above, shipping 5 %, appeal a millionth."""
    local = offer_profit(spent, share_of(1e-6 * border(alpha, math.log(1.1), 0.0), 1.0), alpha)
    shipped = offer_profit(spent, share_of(1e-6 * border(alpha, math.log(1.05), rate), 1.0), alpha)
    return bool((local - shipped) * annuity(0.97, 32.0) > fixed)


def jump_threshold(fixed: float, spent: float) -> float:
    """Lowest tariff at which it does, by bisection."""
    low, high = 0.0, 20.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if jumps(middle, fixed, spent) else (middle, high)
    return high


def test_the_tariff_that_makes_a_firm_jump() -> None:
    """T18: t* = [w**-alpha - F (1 + alpha) / (annuity E A)]**(-1 / alpha) / (1 + d) - 1 for a small share."""
    # annuity = (1 - 0.97**32) / 0.03 = 20.757; F (1 + alpha) / (annuity E A) = 1 x 5 / (20.757 x 1) = 0.24088
    # 1.1**-4 = 0.683013; 0.442133**-0.25 = 1.226337; / 1.05 = 1.167940: at 16.8 % it builds
    assert jump_threshold(1.0, 1e6) == approx(0.16794, abs=1e-4)


def test_dear_plants_and_small_markets_are_served_by_shipping() -> None:
    thresholds = [jump_threshold(fixed, 1e6) for fixed in (0.5, 1.0, 1.5, 2.0)]
    assert thresholds == sorted(set(thresholds))
    assert jump_threshold(1.0, 2e6) < jump_threshold(1.0, 1e6)
    assert not jumps(20.0, 3.0, 1e6)  # 3 x 0.24088 > 0.683: no tariff makes it pay
    assert jumps(0.06, 0.0, 1e6)  # a plant for nothing: as soon as shipping and tariff exceed 10 %
