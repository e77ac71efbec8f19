"""Birth and death of firms: entry through windows, imitation from a distance, distress."""

import math

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Policy, Sectors
from sim.model.rules.firms import entrant_technology, entry_chance, in_distress
from tests.rules.declared import OFF, between, log_points, money, money_unit, present_value, share, within

rate = within("entry_rate", Sectors)
firms = st.floats(0.0, 200.0)


def test_entry_by_hand() -> None:
    assert entry_chance(0.02, 10.0, 0.0, 0.0) == approx(0.05)  # a quarter of 2 % x 10 firms
    assert entry_chance(0.02, 10.0, 0.5, 0.0) == approx(0.25)  # five times as often when generations share demand
    assert entry_chance(0.02, 10.0, 0.1, 0.0) == approx(0.122)  # 1 + 16 x 0.09 = 2.44
    assert entry_chance(0.02, 10.0, 0.0, 1.0) == approx(0.10)  # a subsidy of all reference R&D doubles it


def test_entry_limits() -> None:
    assert entry_chance(OFF["entry"] * 0.02, 10.0, 0.5, 1.0) == 0.0
    assert entry_chance(0.02, 0.0, 0.5, 1.0) == 0.0  # nobody to learn from
    assert entry_chance(2.0, 200.0, 0.5, 10.0) == 1.0  # at most one a quarter


@given(rate, firms, share, within("subsidy_rd", Policy))
def test_windows_open_and_close(yearly: float, count: float, window: float, support: float) -> None:
    """Entry peaks when old and new share demand evenly, and is alike before and after."""
    chance = entry_chance(yearly, count, window, support)
    assert 0.0 <= entry_chance(yearly, count, 0.0, support) <= chance <= entry_chance(yearly, count, 0.5, support) <= 1
    assert chance == approx(entry_chance(yearly, count, 1.0 - window, support))
    assert entry_chance(yearly, count, window, 0.0) <= chance
    assert entry_chance(yearly, 0.5 * count, window, support) <= chance


def test_a_subsidy_is_no_substitute_for_a_window() -> None:
    """Effects add: support of one opens as much as a window at 0.067, where 16 w (1 - w) = 1."""
    window = 0.5 - math.sqrt(0.25 - 1 / 16)
    assert entry_chance(0.02, 10.0, window, 0.0) == approx(entry_chance(0.02, 10.0, 0.0, 1.0))


def test_an_entrant_by_hand() -> None:
    assert entrant_technology(3.0, 0.3, 0.0) == approx(2.7)
    assert entrant_technology(3.0, 0.3, 1.0) == approx(2.55)  # 3 - 0.3 x 1.5
    assert entrant_technology(3.0, 0.3, -1.0) == approx(2.85)
    assert entrant_technology(3.0, 0.0, 2.0) == 3.0  # imitation without loss


@given(log_points, between(0.0, 2.0), st.floats(-2.0, 3.47), st.floats(0.0, 3.0))
def test_entrants_start_behind_the_best(best: float, discount: float, draw: float, more: float) -> None:
    start = entrant_technology(best, discount, draw)
    assert start <= best
    assert entrant_technology(best, discount, draw + more) <= start
    assert entrant_technology(best + 1.0, discount, draw) == approx(start + 1.0, abs=1e-9)


def test_distress_by_hand() -> None:
    assert in_distress(-0.01)  # owes more than it owns
    assert not in_distress(0.0)
    assert not in_distress(5.0)  # small is no sin: what a firm sells is not asked


@given(present_value, money, money_unit)
def test_distress_passes_with_money_and_has_no_unit(worth: float, more: float, unit: float) -> None:
    assert in_distress(worth * unit) == in_distress(worth)
    if not in_distress(worth):
        assert not in_distress(worth + more)
