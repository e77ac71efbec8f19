"""What a contract says: the split at signing and in a stall, a plant's price, equity under a cap, royalty, openness."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Policy
from sim.model.rules.bargaining import (
    annuity,
    equity_share,
    nash_pay,
    openness,
    ramp_value,
    royalty_needed,
    sale_price,
    stall_pay,
)
from sim.model.rules.capability import absorptive, lesson
from tests.rules.declared import OFF, inner, money, money_unit, present_value, share, within

power = within("bargaining_power")
positive = st.floats(0.01, 1e6)


# present values


def test_present_values_by_hand() -> None:
    assert annuity(0.5, 3.0) == 1.75  # 1 + 1/2 + 1/4
    assert ramp_value(0.5, 3.0) == 1.0  # 0 + 1/2 + 2/4
    assert annuity(0.5, 1.0) == 1.0  # this quarter is not discounted
    assert ramp_value(0.5, 1.0) == annuity(0.5, 0.0) == ramp_value(0.5, 0.0) == 0.0
    assert annuity(1.0, 8.0) == 8.0
    assert ramp_value(1.0, 8.0) == 28.0  # 7 x 8 / 2


@given(within("discount"), st.integers(4, 120))
def test_present_values_are_geometric_sums(beta: float, quarters: int) -> None:
    last = beta**quarters
    assert annuity(beta, float(quarters)) == approx((1 - last) / (1 - beta), rel=1e-9)
    ramp = (beta - quarters * last + (quarters - 1) * beta * last) / (1 - beta) ** 2
    assert ramp_value(beta, float(quarters)) == approx(ramp, rel=1e-8)


@given(within("discount"), st.integers(4, 119))
def test_patience_and_length_add_value(beta: float, quarters: int) -> None:
    for value in (annuity, ramp_value):
        assert value(beta, float(quarters)) < value(beta, quarters + 1.0)
        assert value(0.5 * beta, float(quarters)) < value(beta, float(quarters))


# the split


def test_nash_by_hand() -> None:
    """T20: d_C + beta (V - d_M - d_C)."""
    assert nash_pay(100.0, 30.0, 10.0, 0.5) == 40.0  # 10 + half of a surplus of 60
    assert nash_pay(100.0, 30.0, 10.0, 0.25) == 25.0
    assert nash_pay(100.0, 20.0, 20.0, 0.5) == 50.0  # partners alike share alike
    assert nash_pay(40.0, 30.0, 10.0, 0.7) == 10.0  # no surplus: each has its alternative


@given(present_value, present_value, present_value, power)
def test_nash_shares_the_surplus(value: float, outside_m: float, outside_c: float, beta: float) -> None:
    """Both sides' gains over their alternatives are beta and 1 - beta of the surplus; nothing is lost."""
    surplus = value - outside_m - outside_c
    chinese = nash_pay(value, outside_m, outside_c, beta)
    assert chinese - outside_c == approx(beta * surplus, abs=1e-6)
    assert value - chinese - outside_m == approx((1 - beta) * surplus, abs=1e-6)


@given(present_value, present_value, present_value, power, st.floats(1.0, 1e4))
def test_the_obsolescing_bargain(value: float, outside_m: float, outside_c: float, beta: float, learnt: float) -> None:
    """T20, T27: an alternative that improves moves 1 - beta of itself, with no change of what there is to share."""
    before = nash_pay(value, outside_m, outside_c, beta)
    assert nash_pay(value, outside_m, outside_c + learnt, beta) - before == approx((1 - beta) * learnt, abs=1e-6)
    assert nash_pay(value, outside_m + learnt, outside_c, beta) - before == approx(-beta * learnt, abs=1e-6)
    assert nash_pay(value + learnt, outside_m, outside_c, beta) - before == approx(beta * learnt, abs=1e-6)


@given(present_value, present_value, present_value)
def test_equal_power_is_the_shapley_value(value: float, outside_m: float, outside_c: float) -> None:
    """T21: the mean of what the Chinese side adds when it comes first (d_C) and when it comes last (V - d_M)."""
    shapley = 0.5 * (outside_c + (value - outside_m))
    assert nash_pay(value, outside_m, outside_c, 0.5) == approx(shapley, abs=1e-6)


def test_the_split_in_a_stall_by_hand() -> None:
    """T22: max(d_C, min(beta V, V - d_M))."""
    assert stall_pay(100.0, 30.0, 10.0, 0.5) == 50.0  # neither alternative binds
    assert stall_pay(100.0, 30.0, 60.0, 0.5) == 60.0  # hers does
    assert stall_pay(100.0, 70.0, 10.0, 0.5) == 30.0  # his does
    assert stall_pay(100.0, 30.0, -20.0, 0.5) == 50.0  # who loses by leaving has no threat in it


@given(st.floats(1.0, 1e6), inner, inner, power)
def test_options_that_do_not_bind_do_not_matter(value: float, m: float, c: float, beta: float) -> None:
    """T22, and what tells the two rules apart: under Nash the same options always matter."""
    outside_m, outside_c = m * (1 - beta) * value, c * beta * value
    assert stall_pay(value, outside_m, outside_c, beta) == beta * value
    assert nash_pay(value, outside_m, outside_c, beta) > nash_pay(value, outside_m, 0.0, beta)


@given(st.floats(1.0, 1e6), inner, power, st.floats(1.0, 2.0))
def test_learnt_options_move_terms_only_once_they_bind(value: float, start: float, beta: float, growth: float) -> None:
    """T27: the Chinese side's option grows quarter by quarter; its pay waits, and then follows one for one."""
    option, pays = start * beta * value, []
    for _ in range(6):
        pays.append((option, stall_pay(value, 0.0, option, beta)))
        option *= growth
    assert all(pay == approx(max(beta * value, option)) for option, pay in pays)


@pytest.mark.parametrize("rule", [nash_pay, stall_pay])
def test_the_split_is_monotone(rule: Callable[..., float]) -> None:
    @given(present_value, present_value, present_value, power, st.floats(0.0, 1e4), money_unit)
    def holds(v: float, d_m: float, d_c: float, beta: float, more: float, unit: float) -> None:
        pay = rule(v, d_m, d_c, beta)
        assert rule(v, d_m, d_c + more, beta) >= pay - 1e-9
        assert rule(v, d_m + more, d_c, beta) <= pay + 1e-9
        assert rule(v + more, d_m, d_c, beta) >= pay - 1e-9
        assert rule(v * unit, d_m * unit, d_c * unit, beta) == approx(pay * unit, rel=1e-12, abs=1e-12)

    holds()


@pytest.mark.parametrize("rule", [nash_pay, stall_pay])
def test_both_sides_get_their_alternatives_if_there_is_a_surplus(rule: Callable[..., float]) -> None:
    @given(money, share, share, power)
    def holds(value: float, first: float, second: float, beta: float) -> None:
        outside_m, outside_c = value * first, value * (1 - first) * second
        assert outside_c - 1e-6 <= rule(value, outside_m, outside_c, beta) <= value - outside_m + 1e-6

    holds()


# the plant


def test_the_price_of_a_plant_by_hand() -> None:
    assert sale_price(10.0, 4.0, 0.5) == 7.0  # the multinational buys: 4 and half of what it gains
    assert sale_price(4.0, 10.0, 0.5) == 7.0  # the Chinese firm does
    assert sale_price(10.0, 4.0, 0.25) == 5.5  # a weak seller gets a quarter of the 6
    assert sale_price(10.0, 10.0, 0.9) == 10.0


@given(money, money, power)
def test_a_sale_leaves_no_side_worse(use_m: float, use_c: float, beta: float) -> None:
    """The buyer pays no more than the plant is worth to it, the seller gets no less; the gain is shared by power."""
    price = sale_price(use_m, use_c, beta)
    assert min(use_m, use_c) * (1 - 1e-12) <= price <= max(use_m, use_c) * (1 + 1e-12)
    gain, seller = abs(use_m - use_c), beta if use_m > use_c else 1 - beta
    assert price - min(use_m, use_c) == approx(seller * gain, abs=1e-6)


# equity and royalty


def received(wanted: float, profit: float, sales: float, cap: float) -> tuple[float, float, float]:
    """What the technology side gets under the terms written for it: (value, equity, royalty)."""
    royalty = royalty_needed(wanted, profit, sales, cap, 0.03, 0.08)
    equity = equity_share(wanted, profit, royalty * sales, 0.0, cap)
    return equity * (profit - royalty * sales) + royalty * sales, equity, royalty


def test_terms_by_hand() -> None:
    # Profit 10 of sales 100, wanted 6. The usual 3 % is 3, and 3 / 7 of what is left.
    assert received(6.0, 10.0, 100.0, 1.0) == approx((6.0, 3 / 7, 0.03))
    # At most 50 % of equity: 3 + 0.5 x 7 = 6.5 would be too much, so the cap does not bind.
    assert received(6.0, 10.0, 100.0, 0.5) == received(6.0, 10.0, 100.0, 1.0)
    # Wanted 7: 0.5 (10 - y) + y = 7, y = 4.
    assert received(7.0, 10.0, 100.0, 0.5) == approx((7.0, 0.5, 0.04))
    # Wanted 9.5: y = 9, but no more than 8 % is allowed: 0.5 x 2 + 8 = 9.
    assert received(9.5, 10.0, 100.0, 0.5) == approx((9.0, 0.5, 0.08))


def test_terms_at_the_limits() -> None:
    assert royalty_needed(5.0, 10.0, 0.0, 0.5, 0.03, 0.08) == 0.0  # nothing sold, nothing paid
    assert royalty_needed(5.0, 10.0, 100.0, 0.0, 0.03, 0.08) == approx(0.05)  # no equity at all: a licence
    assert royalty_needed(20.0, 10.0, 100.0, 1.0, 0.03, 0.08) == 0.08  # all of the profit is not enough
    assert equity_share(4.0, 0.0, 0.0, 0.0, 1.0) == equity_share(4.0, -5.0, 0.0, 0.0, 1.0) == 0.5
    assert equity_share(4.0, -5.0, 0.0, 0.0, 0.3) == 0.3  # law still holds
    assert equity_share(40.0, 10.0, 0.0, 0.0, 1.0) == 1.0  # no more than all of it
    assert equity_share(-4.0, 10.0, 0.0, 0.0, 1.0) == 0.0


@given(st.floats(1.0, 1e4), inner, inner, inner)
def test_a_cap_that_does_not_bind_changes_no_byte(profit: float, part: float, wish: float, room: float) -> None:
    """T23: equity below the cap, royalty as usual, exactly as without a cap."""
    sales = profit * part / 0.03  # the usual royalty takes `part` of the profit
    free = wish * 0.99
    wanted = free * (profit - 0.03 * sales) + 0.03 * sales
    cap = free + (1 - free) * max(room, 0.01)
    assert received(wanted, profit, sales, cap) == received(wanted, profit, sales, 1.0)
    assert received(wanted, profit, sales, cap)[0] == approx(wanted)


@given(st.floats(1.0, 1e4), st.floats(0.05, 0.9), st.floats(0.1, 0.95), st.floats(0.1, 1.0))
def test_a_cap_that_binds_is_paid_for_by_royalty_up_to_its_ceiling(
    profit: float, part: float, cap: float, wish: float
) -> None:
    """T23: equity is the cap; what is wanted is still reached, unless the ceiling stops it."""
    sales = profit * part / 0.08  # the highest royalty takes `part` of the profit
    least, most = (cap * (profit - rate * sales) + rate * sales for rate in (0.03, 0.08))
    wanted = least + wish * (profit - least)
    value, equity, royalty = received(wanted, profit, sales, cap)
    assert equity == approx(cap)
    assert 0.03 - 1e-12 <= royalty <= 0.08
    assert value == approx(min(wanted, most))


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), money, share)
def test_terms_stay_within_the_law(wanted: float, profit: float, sales: float, cap: float) -> None:
    _, equity, royalty = received(wanted, profit, sales, cap)
    assert 0.0 <= equity <= cap
    assert 0.0 <= royalty <= 0.08


@given(st.floats(-100.0, 100.0), st.floats(0.0, 100.0), st.floats(1.0, 1e4), st.floats(0.0, 0.99))
def test_royalty_takes_no_more_than_there_is(profit: float, less: float, sales: float, cap: float) -> None:
    """As long as nobody wants more than the profit, royalty leaves a pot for equity to divide, thin as it may be."""
    assert royalty_needed(profit - less, profit, sales, cap, 0.03, 0.08) * sales <= max(profit, 0.0) + 1e-9


@given(st.floats(1.0, 1e4), st.floats(1.0, 1e4), st.floats(1.0, 1e4), st.floats(0.1, 0.9), money_unit)
def test_terms_have_no_unit(wanted: float, profit: float, sales: float, cap: float, unit: float) -> None:
    _, equity, royalty = received(wanted, profit, sales, cap)
    assert received(wanted * unit, profit * unit, sales * unit, cap)[1:] == (equity, royalty)


@given(st.floats(-10.0, 20.0), st.floats(-10.0, 20.0), st.floats(1.0, 20.0))
def test_who_wants_more_holds_more(a: float, b: float, profit: float) -> None:
    low, high = sorted((a, b))
    assert equity_share(low, profit, 0.5, 0.1, 0.9) <= equity_share(high, profit, 0.5, 0.1, 0.9)


# openness


def test_openness_by_hand() -> None:
    assert openness(0.5, 3.0, 1.0, 0.0, 0.0) == 0.375  # 0.5 x 3 / 4
    assert openness(0.5, 3.0, 1.0, 1 / 3, 0.0) == approx(0.4)  # IP protection: 0.5 x 4 / 5
    assert openness(0.5, 3.0, 1.0, 0.0, 0.45) == 0.45  # the law promised the partner more
    assert openness(0.9, 3.0, 1.0, OFF["ip_openness"] * 1.0, 0.0) == approx(0.675)


def test_openness_limits() -> None:
    assert openness(0.5, 0.0, 1.0, 0.3, 0.0) == 0.0  # nothing to gain
    assert openness(0.5, 1.0, 0.0, 0.3, 0.0) == 0.5  # nothing leaks: all that the type allows
    assert openness(0.5, 0.0, 0.0, 0.3, 0.0) == 0.0
    assert openness(0.5, 1.0, 1e12, 0.3, 0.0) < 1e-11
    assert openness(0.5, 1.0, 1e12, 0.3, 1.0) == 1.0


@given(positive, positive)
def test_openness_is_the_best_choice(gain: float, leak: float) -> None:
    """It maximises gain (tau - tau**2 / 2) - leak tau**2 / 2 over [0, 1]."""
    best = openness(1.0, gain, leak, 0.0, 0.0)

    def net(tau: float) -> float:
        return gain * (tau - 0.5 * tau * tau) - 0.5 * leak * tau * tau

    assert all(net(best) >= net(k / 50) - 1e-9 * (gain + leak) for k in range(51))


@given(positive, positive, st.floats(1.01, 10.0), share, share)
def test_openness_answers_gain_leakage_and_law(
    gain: float, leak: float, more: float, most: float, promised: float
) -> None:
    """T24: rises with what is gained (own equity, market size) and IP protection, falls with what leaks."""
    chosen = openness(most, gain, leak, 0.0, promised)
    assert max(promised, 0.0) <= chosen <= max(most, promised)
    assert openness(most, gain * more, leak, 0.0, promised) >= chosen - 1e-12
    assert openness(most, gain, leak * more, 0.0, promised) <= chosen + 1e-12
    assert openness(most, gain, leak, 0.3, promised) >= chosen - 1e-12
    assert openness(most, gain * more, leak * more, 0.0, promised) == approx(chosen)  # no unit


@pytest.mark.parametrize("research", [0.02, 0.1, 0.5, 2.0])
def test_able_partners_are_told_less(research: float) -> None:
    """T24: leakage is what the partner learns, so openness falls in its absorptive capacity and in its rate."""

    def told(rd: float, rate: float) -> float:
        return openness(0.9, 1.0, 500.0 * lesson(rate, 1.0, 0.5, absorptive(rd, 0.05), 0.0, 0.5), 0.0, 0.0)

    assert told(2 * research, 0.014) < told(research, 0.014)
    assert told(research, 0.028) < told(research, 0.014)
    assert told(0.0, 0.014) == 0.9  # who cannot learn may see everything


@given(within("mandate", Policy), within("openness_most"))
def test_forced_openness_is_a_floor(promised: float, most: float) -> None:
    """However much leaks, a partner gets what the law promised, and it costs nothing where more was chosen."""
    assert openness(most, 1.0, 1e9, 0.0, promised) == approx(promised, abs=1e-8)
    assert openness(1.0, 1e9, 1.0, 0.0, promised) >= 1.0 - 1e-8
