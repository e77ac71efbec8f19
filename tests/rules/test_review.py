"""Whether a partnership goes on: who asks for new terms, talks that can fail, Coase, trust."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.rules.review import breakdown, claims, gain_by_terms, trust_next
from tests.rules.declared import money, money_unit, present_value, share, within

# who asks for new terms


def test_claims_by_hand() -> None:
    assert claims(3.0, 10.0, 0.2)  # more than a fifth of what there is to bargain about
    assert not claims(2.0, 10.0, 0.2)  # just a fifth
    assert claims(0.1, 0.0, 0.2) and claims(0.1, -5.0, 0.2)  # where nothing is left, any gain is enough
    assert not claims(0.0, -5.0, 0.2) and not claims(-1.0, 0.0, 0.0)  # but nobody asks for a loss
    assert claims(1e-9, 10.0, 0.0)  # without a threshold every gain reopens a contract


@given(present_value, present_value, money, within("claim"), money_unit)
def test_claims_grow_with_the_gain(gain: float, stake: float, more: float, least: float, unit: float) -> None:
    if claims(gain, stake, least):
        assert claims(gain + more, stake, least) and claims(gain, stake - more, least)
    assert claims(gain * unit, stake * unit, least) == claims(gain, stake, least)


def test_a_gain_by_terms_by_hand() -> None:
    assert gain_by_terms(1.0, 1.5) == 0.5 and gain_by_terms(1.5, 1.0) == -0.5
    assert gain_by_terms(-1.0, -0.5) == 0.5  # a smaller loss is a gain
    assert gain_by_terms(1e6, 1e6 * (1.0 + 1e-12)) == 0.0  # rounding is nobody's


# talks


def test_breakdown_by_hand() -> None:
    assert breakdown(0.0, 2.0) == 0.5  # nothing is lost, so that anything may end it
    assert breakdown(2.0, 2.0) == approx(1 / (1 + math.e))  # 0.269
    assert breakdown(-2.0, 2.0) == approx(math.e / (1 + math.e))
    assert breakdown(1.0, 0.0) == approx(0.0, abs=1e-20)  # who knows all ends nothing that is worth more
    assert breakdown(-1.0, 0.0) == approx(1.0)


@given(present_value, st.floats(0.01, 1e6), st.floats(1.0, 100.0))
def test_talks_fail_the_less_the_more_there_is_to_lose(surplus: float, doubt: float, more: float) -> None:
    assert breakdown(surplus + more, doubt) <= breakdown(surplus, doubt)
    assert breakdown(surplus, doubt) + breakdown(-surplus, doubt) == approx(1.0)
    if surplus > 0.0:  # doubt makes good contracts end and saves bad ones
        assert breakdown(surplus, doubt * more) >= breakdown(surplus, doubt)
        assert breakdown(-surplus, doubt * more) <= breakdown(-surplus, doubt)


def exit_share(doubt: float) -> float:
    """Share of ends when talks are held, over an even grid of V in (0, 2), d_M and d_C in (0, 1)."""
    steps = [(k + 0.5) / 20 for k in range(20)]
    cells = itertools.product([2 * x for x in steps], steps, steps)
    return sum(breakdown(value - d_m - d_c, doubt) for value, d_m, d_c in cells) / 20**3


def test_coase() -> None:
    """T28: without doubt a partnership ends only if its parts are worth more, P = 1/2 on the grid, however it is split.

    The grid is even about its middle, so that doubt moves which contracts end, not how many.
    """
    assert exit_share(1e-9) == approx(1 / 2, abs=0.03)
    assert exit_share(0.3) == approx(1 / 2, abs=0.03)


def inefficient(doubt: float) -> float:
    """Share of contracts with a surplus, even over (0, 1), that talks end."""
    return sum(breakdown((k + 0.5) / 1000, doubt) for k in range(1000)) / 1000


def test_doubt_makes_inefficient_ends() -> None:
    """The mean of 1 / (1 + exp(S / d)) over S in (0, 1) is d (ln 2 - ln(1 + exp(-1 / d)))."""
    assert inefficient(1e-9) < 1e-3
    for doubt in (0.1, 0.3, 1.0):
        closed = doubt * (math.log(2.0) - math.log(1.0 + math.exp(-1.0 / doubt)))
        assert inefficient(doubt) == approx(closed, rel=1e-3)
    assert inefficient(0.1) < inefficient(0.3) < inefficient(1.0) < 0.5


# trust


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
