"""Derived metrics and closed forms against numbers by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.machine.declare import fields
from sim.model.records import Market, Outcome
from sim.plots.experiments.frontier import efficient, shortfall
from sim.sweeps.experiments import closed
from sim.sweeps.experiments.derived import DERIVED, DISCOUNT, accumulated, flip_year, mean_since, present_value, ratio
from sim.sweeps.experiments.evidence import compare_paths

YEARS = np.array([2025, 2026, 2027, 2028, 2029])


def test_every_derived_metric_is_made_of_declared_ones() -> None:
    for name, derived in DERIVED.items():
        declared = fields(Market if derived.regional else Outcome)
        assert set(derived.needs) <= set(declared) and name not in declared
        assert derived.field.unit and derived.field.text and derived.field.formula


def test_present_values_by_hand() -> None:
    flow = np.array([9.0, 9.0, 10.0, 20.0, np.nan])
    found = present_value(flow, YEARS, 2027)
    assert np.isnan(found[:2]).all()
    assert found[2:] == pytest.approx([10.0, 10.0 + 20.0 * DISCOUNT**4, 10.0 + 20.0 * DISCOUNT**4])
    assert accumulated(flow, YEARS, 2026)[1:4] == pytest.approx([9.0, 19.0, 39.0])
    assert mean_since(np.array([1.0, 2.0, np.nan, 4.0, 6.0]), YEARS, 2026)[-1] == pytest.approx(4.0)


def test_a_flip_has_to_hold_for_a_year() -> None:
    levels = np.array([[0.9, 1.1, 0.9, 1.0, 1.2], [0.5, 0.6, 0.7, 0.8, 0.9], [0.9, 0.9, 0.9, 0.9, 1.1], [1.0] * 5])
    assert flip_year(levels, YEARS, 0)[:, 0].tolist() == [2028, 2030, 2029, 2025]
    assert np.isnan(flip_year(np.full((1, 5), np.nan), YEARS, 0)).all()


def test_shares_and_risk_by_hand() -> None:
    whole = {need: np.array([0.2]) for each in DERIVED.values() for need in each.needs}
    series = {**whole, "hazard": np.array([0.1]), "dependence": np.array([0.5]), "chinese_content": np.array([0.3])}
    series |= {"active_market_access": np.array([3.0]), "active_co_innovation": np.array([1.0])}
    series |= {"wholly_owned_share": np.array([0.4]), "firms_multinational": np.array([10.0])}

    def at(name: str) -> float:
        return float(DERIVED[name].compute(series, np.array([2030]), 2027)[0])

    assert at("at_risk") == pytest.approx((1 - 0.9**4) * 0.5)
    assert at("autonomy_index") == 0.5
    assert at("powered_share") == pytest.approx(0.1)
    assert at("joint_venture_share") == pytest.approx(4 / 8)
    assert np.isnan(ratio(np.ones(1), np.zeros(1)))


def test_lost_paths_by_hand() -> None:
    """Y / Y untreated of 1, .5, .9, .96, 1: lost .128 on average, half at worst, back for good after three years."""
    untreated = np.full((1, 5), 10.0)
    treated = untreated * [1.0, 0.5, 0.9, 0.96, 1.0]
    assert compare_paths(treated, untreated, "loss") == pytest.approx(1 - 4.36 / 5)
    assert compare_paths(treated, untreated, "depth") == pytest.approx(0.5)
    assert compare_paths(treated, untreated, "recovery") == pytest.approx(3.0)
    assert compare_paths(untreated, untreated, "recovery") == pytest.approx(0.0)
    assert compare_paths(untreated / 2, untreated, "recovery") == pytest.approx(5.0)


# closed forms


@given(st.floats(1.5, 5), st.floats(-0.1, 0.3), st.floats(1e-6, 1e-5))
def test_the_small_share_form_is_the_limit_of_the_exact_one(elasticity, lead, share) -> None:
    cost = 0.4 * share * 20 / (1 + elasticity)
    exact = closed.tariff_jump(share, 1.0, elasticity, lead, cost, 20.0)
    assert closed.tariff_jump_small(share / (1 + share), elasticity, lead, cost, 20.0) == pytest.approx(exact, abs=1e-3)


def test_the_threshold_solves_the_equation_it_comes_from() -> None:
    """Gain over the horizon of a plant at the threshold, by hand, equals its cost."""
    local, rivals, alpha, lead, cost, quarters = 0.1, 0.9, 3.0, -0.08, 0.2, 20.0
    rate = closed.tariff_jump(local, rivals, alpha, lead, cost, quarters)

    def profit(appeal: float) -> float:
        return (appeal / (appeal + rivals)) / (1 + alpha * (1 - appeal / (appeal + rivals)))

    shipped = local * np.exp(alpha * lead) * (1 + rate) ** -alpha
    assert quarters * (profit(local) - profit(shipped)) == pytest.approx(cost, rel=1e-9)


def test_dearer_plants_and_cheaper_shipping_need_higher_tariffs() -> None:
    base = {"share": 0.05, "elasticity": 3.0, "quarters": 20.0}
    rates = [closed.tariff_jump_small(lead=0.1, cost=cost, **base) for cost in (0.02, 0.05, 0.1)]
    assert rates == sorted(rates) and rates[0] > 0
    leads = [closed.tariff_jump_small(lead=lead, cost=0.05, **base) for lead in (-0.1, 0.0, 0.1, 0.3)]
    assert leads == sorted(leads)
    assert closed.tariff_jump_small(lead=0.1, cost=5.0, **base) == np.inf
    assert closed.tariff_jump(0.05, 0.95, 3.0, -0.5, 0.0, 20.0) == 0.0
    assert closed.tariff_jump(0.05, 0.95, 3.0, 0.1, 5.0, 20.0) == np.inf


def test_reverse_exports_and_governance() -> None:
    assert closed.reverse_export(0.3, 0.08) == pytest.approx(np.exp(0.22) - 1)
    assert closed.reverse_export(0.08, 0.08) == 0.0
    free = np.linspace(0, 1, 1001)
    for cost in (0.4, 1.0, 2.5, 8.0):  # the ridge is where the value is highest
        assert free[closed.governance_value(free, np.array(cost)).argmax()] == pytest.approx(min(1, 1 / cost), abs=1e-3)


def test_crossings_lie_on_straight_lines() -> None:
    assert closed.crossing(np.array([2.0, 1.0, -1.0]), np.array([0.0, 0.1, 0.3])) == pytest.approx(0.2)
    assert np.isnan(closed.crossing(np.array([2.0, 1.0]), np.array([0.0, 1.0])))
    assert closed.annuity(1.0, 8) == 8 and closed.annuity(0.5, 3) == pytest.approx(1.75)


def test_the_efficient_frontier_leaves_out_what_is_beaten() -> None:
    import pandas as pd

    table = pd.DataFrame({"policy": list("abcd"), "mean": [1.0, 2.0, 1.5, 2.0], "shortfall": [0.1, 0.3, 0.4, 0.5]})
    assert efficient(table)["policy"].tolist() == ["a", "b"]
    assert shortfall(np.array([1.0, 2.0, 3.0, 6.0])) == pytest.approx(2.0)
