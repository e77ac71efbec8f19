"""Shapley values: how much each of k players, mechanisms or instruments, adds to an outcome over all coalitions."""

from itertools import product
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST = 8  # players; 2 ** 8 coalitions


def coalitions(players: int) -> list[tuple[bool, ...]]:
    """All coalitions, from nobody to everybody, the first player moving slowest.

    Raises ValueError beyond `MOST` players.
    """
    if players > MOST:
        raise ValueError(f"{players} players have {2**players} coalitions; at most {MOST} players")
    return [tuple(members) for members in product((False, True), repeat=players)]


def shapley_values(worth: Floats) -> Floats:
    """The value of each player, [player, ...], of `worth` [coalition, ...] in the order of `coalitions`.

    phi_i = sum over S without i of |S|! (k - |S| - 1)! / k! (v(S with i) - v(S)). For every trailing index (a seed) the
    values add up to v(all) - v(nobody).

    Source: [Shapley1953], [Shorrocks2013]
    """
    players = int(np.log2(len(worth)))
    if 2**players != len(worth):
        raise ValueError(f"{len(worth)} coalitions are not those of any number of players")
    members = np.array(coalitions(players), bool).reshape(len(worth), players)
    sizes = members.sum(axis=1)
    weights = np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])
    found = np.zeros((players, *worth.shape[1:]))
    for player in range(players):
        step = 2 ** (players - 1 - player)  # to the coalition that this player joins
        without = np.flatnonzero(~members[:, player])
        gain = worth[without + step] - worth[without]
        found[player] = np.tensordot(weights[sizes[without]], gain, axes=1)
    return found
