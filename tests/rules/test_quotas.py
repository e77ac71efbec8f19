"""What a ceiling on imports costs, by hand."""

from pytest import approx

from sim.model.rules.market import adjust, border, floor_rent, share_of
from sim.model.rules.quotas import (
    kept_under_ceiling,
    kept_with_exempt,
    licence_part,
    licence_price,
    licensed_part,
    target_ceiling,
)


def test_a_licence_by_hand() -> None:
    """Two fifths would be imported, a fifth may be: odds fall from 2/3 to 1/4, to 3/8; at an elasticity of 3 that is
    what a duty of 38.7 % does.
    """
    kept = kept_under_ceiling(0.4, 0.2)
    assert kept == approx(3.0 / 8.0)
    assert share_of(0.4 * kept, 0.6) == approx(0.2)
    price = licence_price(3.0, kept)
    assert price == approx((8.0 / 3.0) ** (1.0 / 3.0) - 1.0) == approx(0.3867, abs=1e-4)
    assert border(3.0, 0.0, price) == approx(kept)


def test_a_wide_ceiling_costs_nothing() -> None:
    assert kept_under_ceiling(0.2, 0.2) == kept_under_ceiling(0.2, 0.9) == 1.0
    assert licence_price(3.0, 1.0) == 0.0


def test_a_licence_is_worth_what_a_floor_of_its_price_leaves() -> None:
    """Beside a duty of 10 %, which is paid on what goods sell for, licence and all."""
    taxed = 0.1 / 1.1
    assert licence_part(taxed, 0.3) == approx(floor_rent(0.1, 1.1 * 1.3 - 1.0))
    assert taxed + licence_part(taxed, 0.3) == approx(1.0 - 1.0 / (1.1 * 1.3))  # sold: as a duty of both


def test_slow_buyers_come_to_the_ceiling_and_not_beyond() -> None:
    """A tenth of them choose anew: those who hold 19 % may tend to 29 % to hold 20 % then."""
    assert target_ceiling(0.2, 0.19, 0.1) == approx(0.29)
    assert adjust(0.19, target_ceiling(0.2, 0.19, 0.1), 0.1) == approx(0.2)
    assert target_ceiling(0.2, 0.3, 0.1) == target_ceiling(0.2, 0.0, 1.0) == target_ceiling(0.2, 0.1, 0.0) == 0.2


def test_exempt_goods_need_no_licence() -> None:
    """Half is exempt; the other half keeps a third of its appeal: it is a quarter of what is sold."""
    assert kept_with_exempt(0.5, 1.0 / 3.0) == approx(2.0 / 3.0) and licensed_part(0.5, 2.0 / 3.0) == approx(0.25)
    assert licensed_part(0.0, 0.2) == 1.0 and licensed_part(1.0, kept_with_exempt(1.0, 0.2)) == 0.0
