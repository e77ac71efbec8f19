"""What keeps a firm alive: overheads follow what its origin sells, so that laggards live on a small share."""

import numpy as np
import pytest

from sim.model.columns import Kind
from sim.model.stages import State
from sim.scenario import Scenario, load
from sim.scenario.build import labels
from sim.scenario.vary import vary
from sim.simulate import simulate, stepped


def first_quarter(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Own sales and profits of Chinese firms by sector in the first quarter."""
    found: list[tuple[np.ndarray, np.ndarray]] = []

    def look(state: State, t: int) -> None:
        if t == 0:
            sectors = np.unique(state.firms.sector)
            chinese = (state.firms.kind == Kind.chinese) & (state.firms.active > 0)
            sums = [
                np.array([each[chinese & (state.firms.sector == s)].sum() for s in sectors])
                for each in (state.firms.revenue, state.firms.profit)
            ]
            found.append((sums[0], sums[1]))

    stepped(scenario, 1, look)
    return found[0]


def test_overheads_are_a_share_of_what_the_origin_sells(small: Scenario) -> None:
    """Over all firms of an origin they are that share of its sales, however large the market at home is."""
    shares = 0.0, 0.05
    (sales, free), (same, paid) = (first_quarter(vary(small, {"parameters.overhead": each})) for each in shares)
    assert np.array_equal(sales, same) and (sales > 0).all()
    assert free - paid == pytest.approx(0.05 * sales, rel=1e-9)


def test_a_sector_that_lags_keeps_its_firms() -> None:
    """Chip makers hold a few per cent of their home market for decades; a fixed part of it as a cost would end them."""
    scenario = load("baseline", {"end": 2026})
    chips = labels(scenario).sectors.index("semiconductors")
    for seed in (1, 2, 3, 4):
        outcome = simulate(scenario, seed).outcome[:, chips]
        assert outcome["chinese_share_home"][:144].max() < 0.15 and outcome["firms_chinese"].min() >= 3
