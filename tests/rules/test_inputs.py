"""What a sector feels of those it buys from, by hand."""

import math

from pytest import approx

from sim.model.rules.inputs import fed_appeal, money_buys


def test_what_money_buys_by_hand() -> None:
    """A duty of one half on two fifths of what is bought, at an elasticity of 3: prices rise by 12 %."""
    before, after = math.log(5.0), math.log(5.0 * (0.6 + 0.4 * 1.5**-3.0))
    dearer = money_buys(before, 2.0, 0.7, 3.0) - money_buys(after, 2.0, 0.7, 3.0)
    assert math.exp(dearer) == approx((1.0 - 0.4 + 0.4 * 1.5**-3.0) ** (-1.0 / 3.0)) == approx(1.1165, abs=1e-4)


def test_a_better_sector_that_keeps_to_its_trend_buys_no_more() -> None:
    assert money_buys(2.0 * 0.4 + 1.0, 2.0, 0.4, 3.0) == approx(money_buys(1.0, 2.0, 0.0, 3.0))


def test_fed_appeal_by_hand() -> None:
    """A quarter of cost that is a tenth dearer, felt in full, makes a product 2.4 % dearer."""
    assert fed_appeal(3.0, 1.0, 0.25 * -math.log(1.1)) == approx(1.1 ** (-0.25 * 3.0))
