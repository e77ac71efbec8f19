"""The multinational's base in the host: cost, platform, reverse exports, hub."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.columns import Sectors
from sim.rules.base import access_growth, access_later, cost_part, grow, platform_quality, serves_world
from sim.rules.market import border, quality
from tests.rules.declared import OFF, money, money_unit, share, within

sales = st.floats(0.01, 1e6)


# cost and platform


def test_cost_by_hand() -> None:
    assert cost_part(0.2, 0.0) == 0.2  # imports its parts
    assert cost_part(0.2, 0.5) == approx(0.6)
    assert cost_part(0.2, 1.0) == 1.0  # buys like a local
    assert cost_part(1.0, 0.0) == 1.0


@given(within("import_cost"), share, share)
def test_a_local_web_lowers_cost(without: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert without - 1e-12 <= cost_part(without, low) <= cost_part(without, high) + 1e-12 <= 1 + 2e-12


def test_a_platform_by_hand() -> None:
    assert platform_quality(2.0, 0.5, 0.6) == approx(math.exp(-0.4))  # 2 x 0.5 x 0.4
    assert platform_quality(2.0, 0.5, 1.0) == 1.0  # a full ecosystem loses nothing
    assert platform_quality(2.0, OFF["platform_quality"], 0.0) == 1.0
    assert platform_quality(6.0, 1e3, 0.0) < 1e-300


@given(within("quality_sensitivity", Sectors), within("platform_quality"), share, share)
def test_an_ecosystem_makes_a_platform(sensitivity: float, loss: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    poor, rich = platform_quality(sensitivity, loss, low), platform_quality(sensitivity, loss, high)
    assert 0.0 < poor <= rich * (1 + 1e-12) <= 1 + 2e-12
    assert poor == approx(quality(sensitivity, -loss * (1 - low), 0.0))  # as if technology were worse by the loss


def exported_back(tariff: float, advantage: float, web: float, loss: float, ecosystem: float) -> bool:
    """Whether the base serves the home market better: elasticity 3, sensitivity 2, shipping 8 %, import cost 0.2."""
    wage = quality(3.0, advantage, 0.0) ** cost_part(0.2, web)
    return bool(wage * border(3.0, 0.08, tariff) * platform_quality(2.0, loss, ecosystem) > 1.0)


@pytest.mark.parametrize(
    ("advantage", "web", "loss", "ecosystem", "threshold"),
    [
        (0.3, 1.0, 0.0, 0.0, math.exp(0.30 - 0.08) - 1),  # c_home / (c_host (1 + d)) - 1 = 24.6 %
        (0.3, 0.5, 0.0, 0.0, math.exp(0.18 - 0.08) - 1),  # parts come from abroad: 0.6 of the advantage
        (0.3, 1.0, 0.3, 0.5, math.exp(0.22 - 2 * 0.15 / 3) - 1),  # and quality is lost: alpha_q loss (1 - e) / alpha_s
    ],
)
def test_reverse_exports(advantage: float, web: float, loss: float, ecosystem: float, threshold: float) -> None:
    """T19: the base serves the home market iff c_host (1 + d) (1 + t) < c_home."""
    assert exported_back(threshold - 1e-6, advantage, web, loss, ecosystem)
    assert not exported_back(threshold + 1e-6, advantage, web, loss, ecosystem)


def test_a_base_without_advantage_exports_nothing_home() -> None:
    assert not exported_back(0.0, 0.0, 1.0, 0.0, 1.0)
    assert not exported_back(0.0, 0.3, 0.0, 0.0, 1.0)  # 0.2 x 0.3 = 0.06 does not pay for shipping


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


def test_access_by_hand() -> None:
    # 0.00625 a quarter of what is missing to 0.9: 0.06 + 0.00625 x 0.84
    assert access_growth(0.06, 0.00625, 0.9) == approx(0.06525)
    assert access_growth(0.95, 0.00625, 0.9) == 0.95  # who has more keeps it
    assert access_growth(0.06, 0.0, 0.9) == 0.06
    assert access_later(0.06, 0.0, 0.9, 40.0) == approx(0.06)
    assert access_later(0.06, 0.00625, 0.9, 0.0) == approx(0.06)
    # after 40 quarters: 0.9 - 0.84 exp(-0.25)
    assert access_later(0.06, 0.00625, 0.9, 40.0) == approx(0.245807, rel=1e-5)
    assert access_later(0.06, 0.00625, 0.9, 1e6) == approx(0.9)
    assert access_later(0.95, 0.00625, 0.9, 40.0) == 0.95


@given(share, st.floats(0.001, 0.075), within("host_access_cap"), st.integers(0, 120))
def test_expected_access_is_that_of_presence(access: float, rate: float, cap: float, quarters: int) -> None:
    """What a firm reckons with is what quarters of presence will teach it, to within half a quarter's growth."""
    level = access
    for _ in range(quarters):
        level = access_growth(level, rate, cap)
    expected = access_later(access, rate, cap, float(quarters))
    assert expected - 1e-12 <= level <= expected + 0.5 * rate * max(cap - access, 0.0) + 1e-12
    assert level <= max(cap, access) + 1e-12


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
