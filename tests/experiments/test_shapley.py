"""Shapley values: by hand, and the four axioms that define them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.sweeps.experiments.shapley import coalitions, shapley_values

PLAYERS = st.integers(1, 5)
WORTH = PLAYERS.flatmap(lambda k: arrays(float, (2**k, 2), elements=st.floats(-1e3, 1e3)))


def test_two_players_by_hand() -> None:
    # nobody 1, second alone 4, first alone 3, both 10: half of what each adds first and last
    assert shapley_values(np.array([1.0, 4.0, 3.0, 10.0])) == pytest.approx([(2 + 6) / 2, (3 + 7) / 2])


def test_the_glove_game() -> None:
    """One owns a left glove, two a right one; a pair is worth 1: 2/3, 1/6, 1/6."""
    worth = [float(left and (right or other)) for left, right, other in coalitions(3)]
    assert shapley_values(np.array(worth)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@given(WORTH)
def test_values_add_up_to_the_whole_in_every_run(worth) -> None:
    assert shapley_values(worth).sum(axis=0) == pytest.approx(worth[-1] - worth[0], abs=1e-9)


@given(WORTH, st.data())
def test_who_changes_nothing_gets_nothing(worth, data) -> None:
    members = np.array(coalitions(int(np.log2(len(worth)))))
    player = data.draw(st.integers(0, members.shape[1] - 1))
    for place in np.flatnonzero(members[:, player]):
        worth[place] = worth[place - 2 ** (members.shape[1] - 1 - player)]
    assert shapley_values(worth)[player] == pytest.approx(0.0, abs=1e-12)


@given(arrays(float, 4, elements=st.floats(-1e3, 1e3)))
def test_equal_players_get_equal_values(by_size) -> None:
    worth = by_size[np.array(coalitions(3)).sum(axis=1)]
    assert np.ptp(shapley_values(worth)) == pytest.approx(0.0, abs=1e-9)


@given(PLAYERS.flatmap(lambda k: arrays(float, (2, 2**k), elements=st.floats(-1e3, 1e3))))
def test_values_of_a_sum_are_the_sum_of_values(games) -> None:
    one, two = games
    assert shapley_values(one + two) == pytest.approx(shapley_values(one) + shapley_values(two), abs=1e-9)


def test_numbers_of_coalitions_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="3 coalitions"):
        shapley_values(np.zeros(3))
    with pytest.raises(ValueError, match="at most 8 players"):
        coalitions(9)
