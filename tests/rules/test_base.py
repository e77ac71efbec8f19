"""The multinational's base in the host: reverse exports, growth, hub."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Sectors
from sim.model.rules.base import grow, ramped, serves_world
from sim.model.rules.ecosystem import imported_part, made_appeal
from sim.model.rules.market import border
from tests.rules.declared import money, money_unit, share, within

sales = st.floats(0.01, 1e6)


# what a base makes and ships home


def exported_back(tariff: float, advantage: float, foreign: float, usable: float, loss: float) -> bool:
    """Whether the base serves the home market better: elasticity 3, sensitivity 2, shipping 8 %."""
    imported = imported_part(foreign, usable)
    made = made_appeal(imported, 3.0 * advantage, 0.0, 2.0 * loss * imported)
    return bool(made * border(3.0, 0.08, tariff) > 1.0)


@pytest.mark.parametrize(
    ("advantage", "foreign", "usable", "loss", "threshold"),
    [
        (0.3, 0.5, 1.0, 0.3, math.exp(0.30 - 0.08) - 1),  # c_home / (c_host (1 + d)) - 1 = 24.6 %
        (0.3, 0.4, 0.0, 0.0, math.exp(0.18 - 0.08) - 1),  # four tenths are imported: 0.6 of the advantage
        (0.3, 0.4, 0.5, 0.3, math.exp(0.24 - 0.08 - 2 * 0.06 / 3) - 1),  # and quality is lost: alpha_q q z / alpha_s
    ],
)
def test_reverse_exports(advantage: float, foreign: float, usable: float, loss: float, threshold: float) -> None:
    """T19: the base serves the home market iff c_host (1 + d) (1 + t) < c_home."""
    assert exported_back(threshold - 1e-6, advantage, foreign, usable, loss)
    assert not exported_back(threshold + 1e-6, advantage, foreign, usable, loss)


def test_a_base_without_advantage_exports_nothing_home() -> None:
    assert not exported_back(0.0, 0.0, 0.4, 1.0, 0.0)
    assert not exported_back(0.0, 0.3, 0.8, 0.0, 0.0)  # 0.2 x 0.3 = 0.06 does not pay for shipping


# what is built and what is learnt


def test_growth_by_hand() -> None:
    assert grow(0.10, 0.05, 1.0) == approx(0.15)
    assert grow(0.98, 0.05, 1.0) == 1.0
    assert grow(0.10, 0.05, 0.0) == approx(0.05)  # what is not kept up is lost as slowly
    assert grow(0.02, 0.05, 0.0) == 0.0
    assert grow(0.40, 0.0, 1.0) == 0.40


@given(share, share, st.floats(0.01, 0.5))
def test_growth_arrives_and_never_overshoots(level: float, towards: float, rate: float) -> None:
    after = grow(level, rate, towards)
    assert abs(after - level) <= rate + 1e-12
    assert min(level, towards) <= after <= max(level, towards)
    for _ in range(math.ceil(1 / rate)):
        level = grow(level, rate, towards)
    assert level == approx(towards, abs=1e-9)


def test_a_plant_grows_into_its_market_by_hand() -> None:
    assert ramped(0.0, 0.05) == approx(0.05)  # the first quarter
    assert ramped(9.0, 0.05) == approx(0.5)
    assert ramped(40.0, 0.05) == 1.0
    assert ramped(-3.0, 0.05) == ramped(-1.0, 0.05) == 0.0  # still being built
    assert ramped(1e6, 0.0) == 0.0  # at rate 0 it never makes anything


@given(st.integers(-20, 400), st.floats(0.01, 0.5))
def test_a_plant_that_grows_is_what_growth_step_by_step_makes(quarters: int, rate: float) -> None:
    level = 0.0
    for _ in range(quarters + 1):
        level = grow(level, rate, 1.0)
    assert ramped(float(quarters), rate) == approx(level, abs=1e-9)


# for the world


def test_a_base_for_the_world_by_hand() -> None:
    assert serves_world(60.0, 40.0, 0.0, 0.0)
    assert not serves_world(50.0, 50.0, 0.0, 0.0)
    # R&D of 10 on sales of 100: 48 + 10 = 58 of 110 with a full hub, 48 of 110 without.
    assert serves_world(48.0, 52.0, 1.0, 0.1)
    assert not serves_world(48.0, 52.0, 0.0, 0.1)
    assert not serves_world(0.0, 0.0, 1.0, 0.1)  # an empty base serves nobody
    assert not serves_world(0.0, 100.0, 1.0, 0.6)  # research alone is no hub: 60 of 160


@given(sales, sales, share, within("rd_intensity", Sectors), money_unit)
def test_the_export_share_that_makes_a_hub(exports: float, host: float, hub: float, rd: float, unit: float) -> None:
    """Exports over sales above 1/2 + rd (1/2 - hub): research for the world lowers it, other research raises it."""
    part, bar = exports / (exports + host), 0.5 + rd * (0.5 - hub)
    if abs(part - bar) > 1e-9:
        assert serves_world(exports, host, hub, rd) == (part > bar)
        assert serves_world(exports * unit, host * unit, hub, rd) == (part > bar)


@given(money, money, share, within("rd_intensity", Sectors))
def test_more_exports_never_unmake_a_hub(exports: float, host: float, hub: float, rd: float) -> None:
    if serves_world(exports, host, hub, rd):
        assert serves_world(2 * exports + 1.0, host, hub, rd)
        assert serves_world(exports, host, 1.0, rd)
