"""Outside options in the host, by hand and against what firms earn."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.rules.bargaining import annuity, chinese_pay
from sim.rules.market import offer_profit
from sim.rules.outside import after_compliance, base_value, chinese_alone_in_host, export_value
from tests.rules.declared import money, present_value


def test_the_menu_by_hand() -> None:
    """Profit of 10 a quarter over 4 quarters; 3 of fixed cost, 2 of friction."""
    assert export_value(10.0, 1.0, 3.0, 2.0, 4.0) == 24.0  # 4 x (10 - 3 - 1): an exporter bears half the friction
    assert base_value(10.0, 1.0, 3.0, 2.0, 4.0, 5.0) == 15.0  # 4 x (10 - 3 - 2) - 5
    assert base_value(10.0, 1.0, 3.0, 2.0, 4.0, 0.0) == 20.0  # the base stands


@given(money, money, st.floats(0.0, 60.0))
def test_at_equal_profit_and_cost_a_base_is_worth_no_more_than_exports(
    profit: float, friction: float, quarters: float
) -> None:
    """What sets a base apart is what it earns more and costs less, never the option's own form."""
    exported = export_value(profit, 1.0, 0.0, friction, quarters)
    assert base_value(profit, 1.0, 0.0, friction, quarters, 0.0) <= exported


@given(st.floats(0.5, 6.0), st.floats(0.0, 0.05))
def test_compliance_is_paid_on_sales(elasticity: float, cost: float) -> None:
    """Of a small offer: profit less the cost on its sales, over the profit."""
    sales = 1e-9
    profit = offer_profit(1.0, sales, elasticity)
    assert after_compliance(cost, elasticity) == approx((profit - cost * sales) / profit, abs=1e-6)


def test_an_endless_base_is_worth_its_profit_over_the_rate() -> None:
    assert base_value(1.0, 1.0, 0.0, 0.0, annuity(0.975, 2000.0), 0.0) == approx(1.0 / 0.025)


@given(present_value, present_value, st.floats(0.0, 1.0))
def test_without_an_alternative_power_alone_pays_the_chinese_side(value: float, d_m: float, power: float) -> None:
    """Assumed: nothing. What the Chinese firm gets in the host comes from its power in the bargain alone."""
    assert chinese_alone_in_host() == 0.0
    pay = chinese_pay(value, d_m, chinese_alone_in_host(), power, False)
    assert pay == approx(power * (value - d_m))
