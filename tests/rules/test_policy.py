"""How policy reaches a decision: flows stopped, what is announced, screening, legal forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Route, SubForm, Type
from sim.model.rules.capability import lesson
from sim.model.rules.policy import ahead, blocked, screened, sub_form
from tests.rules.declared import OFF, share, within

size = st.floats(-20.0, 20.0)
HOST = [Type.market_access, Type.co_innovation]


# controls


def test_a_control_by_hand() -> None:
    # 1 - 0.6 x 0.75: of what is allowed, a quarter is avoided too
    assert blocked(0.4, 0.25, 1.0) == approx(0.55)
    assert blocked(0.4, 0.25, 2.0) == approx(0.7)  # 1 - 0.6 x 0.5
    assert blocked(0.4, 0.25, OFF["over_compliance"]) == approx(0.4)
    assert blocked(0.0, 0.25, 1.0) == approx(0.25)


def test_control_limits() -> None:
    assert blocked(0.0, 0.0, 1.0) == 0.0  # T38: a policy of size zero changes no bit
    assert blocked(1.0, 0.3, 1.0) == blocked(0.2, 1.0, 1.0) == blocked(0.2, 0.5, 3.0) == 1.0


@given(share, share, share, within("over_compliance"))
def test_controls_only_ever_stop_more(a: float, b: float, spill: float, scale: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= blocked(low, spill, scale) <= blocked(high, spill, scale) <= 1.0
    assert blocked(spill, low, scale) <= blocked(spill, high, scale)
    assert blocked(a, spill, scale) >= a - 1e-12  # over-compliance adds, as it did after the listings of 2018


@given(st.floats(0.0, 0.05), share, share, st.floats(0.0, 5.0))
def test_full_control_is_no_learning_and_no_control_is_no_change(
    rate: float, openness: float, trust: float, gap: float
) -> None:
    """T37."""
    free = lesson(rate, openness, trust, 1.0, 0.0, gap)
    assert lesson(rate, openness, trust, 1.0, blocked(0.0, 0.0, 1.0), gap) == free
    assert lesson(rate, openness, trust, 1.0, blocked(1.0, 0.0, 1.0), gap) == lesson(
        0.0, openness, trust, 1.0, 0.0, gap
    )


# announcements


def test_an_announcement_by_hand() -> None:
    assert ahead(0.1, 0.5, 0.25) == approx(0.2)
    assert ahead(0.1, 0.5, OFF["anticipation"]) == 0.1  # every policy is a surprise
    assert ahead(0.1, 0.5, 1.0) == approx(0.5)
    assert ahead(0.5, 0.1, 0.5) == approx(0.3)  # an end is reckoned with too


@given(size, size, within("anticipation"))
def test_expectations_lie_between_now_and_then(now: float, then: float, weight: float) -> None:
    assert min(now, then) - 1e-12 <= ahead(now, then, weight) <= max(now, then) + 1e-12
    assert ahead(now, now, weight) == now  # T41: nothing announced, nothing changed


# screening


def test_screening_by_hand() -> None:
    assert screened(0.25, 0.10)
    assert not screened(0.10, 0.10)  # above, not at
    assert not screened(1.0, 1.0)  # a threshold of one screens nobody
    assert not screened(0.0, 0.0)  # nor is a contract without equity an investment


@given(share, share, share)
def test_a_higher_threshold_screens_less(equity: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    if screened(equity, high):
        assert screened(equity, low)


# legal forms


@pytest.mark.parametrize(
    ("kind", "route", "equity", "local", "form"),
    [
        (Type.market_access, Route.none, 0.50, True, SubForm.equity_jv),
        (Type.market_access, Route.none, 0.05, True, SubForm.licence),  # the partner holds nearly all
        (Type.market_access, Route.none, 1.00, True, SubForm.contract_manufacturing),  # the multinational does
        (Type.market_access, Route.none, 0.15, True, SubForm.equity_jv),
        (Type.market_access, Route.none, 0.95, True, SubForm.equity_jv),
        (Type.co_innovation, Route.none, 0.50, True, SubForm.equity_jv),
        (Type.co_innovation, Route.none, 0.81, True, SubForm.minority_stake),
        (Type.co_innovation, Route.none, 0.90, True, SubForm.minority_stake),  # a small Chinese part
        (Type.co_innovation, Route.none, 0.10, True, SubForm.rd_alliance),  # a large one
        (Type.globalize, Route.sell, 0.00, False, SubForm.distribution),
        (Type.globalize, Route.sell, 0.24, True, SubForm.distribution),
        (Type.globalize, Route.sell, 0.25, True, SubForm.equity_jv),
        (Type.globalize, Route.sell, 0.60, True, SubForm.equity_jv),
        (Type.globalize, Route.power, 1.00, True, SubForm.licence),
        (Type.globalize, Route.power, 1.00, False, SubForm.supply),
    ],
)
def test_forms_by_hand(kind: Type, route: Route, equity: float, local: bool, form: SubForm) -> None:
    assert sub_form(int(kind), int(route), equity, local) == form


@given(st.sampled_from(HOST), st.floats(0.2, 0.8), st.booleans())
def test_shared_equity_in_the_host_is_a_joint_venture(kind: Type, equity: float, local: bool) -> None:
    assert sub_form(int(kind), int(Route.none), equity, local) == SubForm.equity_jv


@given(st.sampled_from([*HOST, Type.globalize]), st.sampled_from([Route.sell, Route.power]), share, st.booleans())
def test_every_contract_has_a_form(kind: Type, route: Route, equity: float, local: bool) -> None:
    form = SubForm(sub_form(int(kind), int(route), equity, local))
    assert form not in (SubForm.none, SubForm.acquisition)
    if route == Route.power and kind == Type.globalize:
        assert form != SubForm.equity_jv  # a powered offer stays the multinational's own
