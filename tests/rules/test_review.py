"""Whether a partnership goes on: Coase, rigid terms, clauses, the real-option band, trust."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.rules.review import dissatisfied, gain_by_terms, plant_use, renegotiation_chance, trust_next, worth_moving
from tests.rules.declared import AT_WORK, DEFAULT, OFF, money, money_unit, present_value, share, within

shortfall = st.floats(0.0, 1e6)


# satisfaction and talks


def test_dissatisfaction_by_hand() -> None:
    assert dissatisfied(4.0, 5.0, 0.5)
    assert not dissatisfied(4.0, 5.0, 1.0)  # short by just what is tolerated
    assert not dissatisfied(6.0, 5.0, 0.0)
    assert not dissatisfied(-1e300, 1e300, math.inf)  # who tolerates all never leaves


@given(present_value, present_value, shortfall, shortfall)
def test_dissatisfaction_grows_with_the_alternative(pay: float, outside: float, tolerance: float, more: float) -> None:
    if dissatisfied(pay, outside, tolerance):
        assert dissatisfied(pay, outside + more, tolerance)
        assert dissatisfied(pay - more, outside, tolerance)
    else:
        assert not dissatisfied(pay, outside, tolerance + more)


@given(present_value, present_value, shortfall, money_unit)
def test_dissatisfaction_has_no_unit(pay: float, outside: float, tolerance: float, unit: float) -> None:
    assert dissatisfied(pay * unit, outside * unit, tolerance * unit) == dissatisfied(pay, outside, tolerance)


def test_talks_by_hand() -> None:
    # 0.45 x (0.5 + 0.5 x 0.6) - 0.3 x 0.4 = 0.36 - 0.12
    assert renegotiation_chance(0.45, 0.6, 0.4, 0.3) == approx(0.24)
    assert renegotiation_chance(0.45, 1.0, 0.0, 0.3) == 0.45  # full trust and the balance of the signing day
    assert renegotiation_chance(0.45, 0.0, 0.0, 0.3) == 0.225  # strangers succeed half as often
    assert renegotiation_chance(0.45, 0.6, 0.4, OFF["balance_strain"]) == approx(0.36)
    assert renegotiation_chance(0.2, 0.0, 1.0, 0.3) == 0.0  # 0.1 - 0.3


@given(share, share, share, share, share, st.floats(0.0, 3.0))
def test_talks_succeed_with_trust_and_fail_with_strain(
    base: float, a: float, b: float, still: float, moved: float, strain: float
) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= renegotiation_chance(base, low, moved, strain) <= renegotiation_chance(base, high, moved, strain) <= 1
    assert renegotiation_chance(base, a, max(still, moved), strain) <= renegotiation_chance(
        base, a, min(still, moved), strain
    )


def test_a_clause_helps_talks() -> None:
    """T28: at any trust and strain, by default."""
    for trust, moved in itertools.product((0.0, 0.4, 1.0), (0.0, 0.5, 1.0)):
        chance = renegotiation_chance(DEFAULT.renegotiation, trust, moved, DEFAULT.balance_strain)
        assert renegotiation_chance(DEFAULT.clause_success, trust, moved, DEFAULT.balance_strain) > chance


def exit_share(success: float) -> float:
    """Share of ends when both sides hold one half, over an even grid of V in (0, 2), d_M and d_C in (0, 1).

    A side that is short asks for talks; they fail with 1 - success, or if there is nothing to share.
    """
    steps = [(k + 0.5) / 20 for k in range(20)]
    total = 0.0
    for value, d_m, d_c in itertools.product([2 * x for x in steps], steps, steps):
        if dissatisfied(0.5 * value, d_m, 0.0) or dissatisfied(0.5 * value, d_c, 0.0):
            chance = renegotiation_chance(success, 1.0, 0.0, 0.0)
            total += 1.0 if value <= d_m + d_c else 1.0 - chance
    return total / 20**3


def test_coase() -> None:
    """T28: when talks cost nothing and cannot fail, a partnership ends only if its parts are worth more: P = 1/2.

    Under rigid terms one side short is enough: P(V / 2 < max(d_M, d_C)) = E max = 2/3, and all that ended before ends.
    """
    assert exit_share(1.0) == approx(1 / 2, abs=0.03)
    assert exit_share(0.0) == approx(2 / 3, abs=0.03)


def test_talks_move_exits_from_rigid_to_coase() -> None:
    """Each point of success removes the same part of the inefficient exits, and none of the efficient ones."""
    rigid, coase = exit_share(0.0), exit_share(1.0)
    for success in (0.25, 0.5, 0.75):
        assert exit_share(success) == approx(rigid + success * (coase - rigid))


@given(st.floats(0.0, 1.0), money, money, money)
def test_efficient_exits_are_always_wanted(equity: float, value: float, d_m: float, d_c: float) -> None:
    """However equity is split, if the parts are worth more than the whole some side is short."""
    if value < (d_m + d_c) * (1 - 1e-9):
        assert dissatisfied(equity * value, d_m, 0.0) or dissatisfied((1 - equity) * value, d_c, 0.0)


# the real-option band


def test_a_gain_by_terms_by_hand() -> None:
    assert gain_by_terms(1.0, 1.5) == 0.5 and gain_by_terms(1.5, 1.0) == -0.5
    assert gain_by_terms(-1.0, -0.5) == 0.5  # a smaller loss is a gain
    assert gain_by_terms(1e6, 1e6 * (1.0 + 1e-12)) == 0.0  # rounding is nobody's


def test_the_band_by_hand() -> None:
    assert worth_moving(1.38, 1.0, 1.37)
    assert not worth_moving(1.36, 1.0, 1.37)
    assert not worth_moving(0.0, 0.0, 1.37)  # indifferent stays
    assert worth_moving(1.01, 1.0, OFF["hysteresis"])  # without uncertainty any gain over the cost will do
    assert not worth_moving(1e300, math.inf, 1.37)


def option_multiple(volatility: float, rate: float) -> float:
    """Dixit and Pindyck's b / (b - 1) for a driftless value; b solves volatility**2 b (b - 1) / 2 = rate."""
    b = 0.5 + math.sqrt(0.25 + 2 * rate / volatility**2)
    return b / (b - 1)


def test_the_declared_band_is_the_value_of_waiting() -> None:
    """T31: 10 % yearly volatility and 5 % interest: b = 0.5 + 10.25**0.5 = 3.702, 3.702 / 2.702 = 1.37."""
    assert option_multiple(0.1, 0.05) == approx(1.370, abs=5e-4)
    assert AT_WORK["hysteresis"] == approx(option_multiple(0.1, 0.05), abs=5e-3)
    assert option_multiple(1e-6, 0.05) == approx(OFF["hysteresis"], abs=1e-5)


@given(present_value, money, st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_uncertainty_makes_firms_stay(gain: float, cost: float, a: float, b: float) -> None:
    """T31: the band widens with volatility, so that who stays in calm stays in a storm."""
    calm, storm = sorted((a, b))
    if not worth_moving(gain, cost, option_multiple(calm, 0.05)):
        assert not worth_moving(gain, cost, option_multiple(storm, 0.05) * (1 + 1e-12))


@given(st.floats(0.01, 1e3), within("hysteresis"))
def test_inside_the_band_neither_way_is_taken(cost: float, ratio: float) -> None:
    """A gain that is not worth moving for is not worth moving back from: no oscillation between types."""
    gain = 0.99 * ratio * cost
    assert not worth_moving(gain, cost, ratio)
    assert not worth_moving(-gain, cost, ratio)


@given(present_value, money, within("hysteresis"), money_unit)
def test_the_band_has_no_unit(gain: float, cost: float, ratio: float, unit: float) -> None:
    assert worth_moving(gain * unit, cost * unit, ratio) == worth_moving(gain, cost, ratio)


# the plant, and trust


def test_the_plant_by_hand() -> None:
    assert plant_use(80.0, 0.25) == 20.0
    assert plant_use(80.0, 0.0) == plant_use(80.0, -0.5) == 0.0  # products that nobody would make there
    assert plant_use(80.0, 1.0) == plant_use(80.0, 1.7) == 80.0  # no plant makes more than it can


@given(money, st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_better_products_use_more_of_a_plant(plant: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= plant_use(plant, low) <= plant_use(plant, high) <= plant


def test_trust_by_hand() -> None:
    assert trust_next(0.4, 1.0, 0.1) == approx(0.46)  # a tenth of the way to 1
    assert trust_next(0.4, 0.0, 0.1) == approx(0.36)
    assert trust_next(0.4, 1.0, 0.0) == 0.4


@given(share, st.sampled_from([0.0, 1.0]), within("trust_speed"), st.integers(0, 100))
def test_trust_is_a_moving_average(start: float, kept: float, speed: float, quarters: int) -> None:
    """T34: T_t = x + (T_0 - x) (1 - omega)**t, and never outside [0, 1]."""
    trust = start
    for _ in range(quarters):
        trust = trust_next(trust, kept, speed)
        assert -1e-12 <= trust <= 1 + 1e-12
    assert trust == approx(kept + (start - kept) * (1 - speed) ** quarters, abs=1e-12)


def test_half_of_distrust_is_gone_in_six_to_seven_quarters() -> None:
    # ln(1/2) / ln(0.9) = 6.58
    distrust = [1.0]
    while distrust[-1] > 0.5:
        distrust.append(1.0 - trust_next(1.0 - distrust[-1], 1.0, 0.1))
    assert len(distrust) - 1 == 7


@pytest.mark.parametrize("honest", [0.0, 0.25, 0.9, 1.0])
def test_trust_tends_to_how_often_promises_are_kept(honest: float) -> None:
    trust, kept, owed = 0.5, 0.0, 0.0
    mean = []
    for quarter in range(800):
        owed += honest
        kept = 1.0 if owed >= 1.0 else 0.0
        owed -= kept
        trust = trust_next(trust, kept, 0.1)
        mean += [trust] if quarter >= 400 else []
    assert sum(mean) / len(mean) == approx(honest, abs=0.01)
