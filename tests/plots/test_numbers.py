"""What figures compute: incidence, flip dates, quantiles, states by decade, observed values."""

import numpy as np
import pandas as pd
import pytest

from sim.measures.flips import flip_times
from sim.measures.intervals import quantiles
from sim.measures.survival import aalen_johansen
from sim.plots import alluvial, style
from sim.plots.observed import DATA, Observed, observed
from sim.plots.stored import decimal, spread


def test_incidence_of_a_worked_example() -> None:
    # Five cases: cause 1 at 2, censored at 3, cause 2 at 4, cause 1 at 5, censored at 6.
    quarters = np.array([2, 3, 4, 5, 6])
    cause = np.array([1, 0, 2, 1, 0])
    found, at_risk = aalen_johansen(quarters, cause, np.zeros(5, int), 1, 2, 6)
    first, second = found[:, 0]
    # S after 2 = 4/5; at 4 one of three: 4/5 x 1/3; S = 8/15; at 5 one of two: 8/15 x 1/2.
    assert first[[1, 2, 4, 5, 6]] == pytest.approx([0, 1 / 5, 1 / 5, 1 / 5 + 4 / 15, 1 / 5 + 4 / 15])
    assert second[[3, 4, 6]] == pytest.approx([0, 4 / 15, 4 / 15])
    assert at_risk[0].tolist() == [5, 5, 5, 4, 3, 2, 1]


def test_incidence_without_censoring_is_the_share_of_cases() -> None:
    rng = np.random.default_rng(1)
    quarters, cause = rng.integers(0, 40, 500), rng.integers(1, 4, 500)
    found, _ = aalen_johansen(quarters, cause, np.zeros(500, int), 1, 3, 40)
    assert found[:, 0, -1] == pytest.approx(np.bincount(cause, minlength=4)[1:] / 500)
    assert found[:, 0, -1].sum() == pytest.approx(1)


def test_incidence_of_a_group_without_cases_is_nan() -> None:
    found, at_risk = aalen_johansen(np.array([3]), np.array([1]), np.array([1]), 2, 1, 5)
    assert np.isnan(found[0, 0]).all() and found[0, 1, -1] == 1
    assert at_risk[0].sum() == 0


def test_flip_needs_four_quarters_in_a_row() -> None:
    times = np.arange(12) / 4 + 2000
    level = np.array(
        [
            [0.5, 1, 1, 1, 0.9, 1, 1, 1, 1, 1, 1, 1],  # three quarters are not enough
            [0.5] * 12,  # never
            [0.5] * 9 + [1.2] * 3,  # too late to tell
            [1.0] * 12,  # from the start
            [np.nan] * 6 + [1.1] * 6,  # before anybody makes it there is no flip
        ]
    )
    found = flip_times(level, times)
    assert found.tolist() == [2001.25, np.inf, np.inf, 2000, 2001.5]


def test_quantile_agrees_with_numpy_and_leaves_out_nan() -> None:
    values = np.random.default_rng(2).normal(size=(50, 7))
    values[::3, 2] = np.nan
    for p in (0.05, 0.5, 0.95):
        assert quantiles(values.T, (p,))[0] == pytest.approx(np.nanquantile(values, p, axis=0))


def test_spread_is_ordered_and_its_interval_is_students() -> None:
    found = spread(np.array([[1.0, np.nan], [2.0, np.nan], [3.0, np.nan]]))
    assert found.mean[0] == 2 and np.isnan(found.mean[1])
    # sd 1, n 3: half width 4.3027 / sqrt(3)
    assert (found.lo[0], found.hi[0]) == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-3)
    assert found.low[0] <= found.middle[0] <= found.high[0]


def test_quarters_as_decimal_years() -> None:
    found = decimal(pd.Series(["1990Q1", "2025Q4", None], dtype=object))
    assert found.tolist()[:2] == [1990, 2025.75] and np.isnan(found[2])


def test_state_of_a_multinational_is_the_last_tie_still_held() -> None:
    who = {"scenario": "s", "seed": 1, "sector": "cars"}
    spells = pd.DataFrame(
        [
            who | {"multinational": "a", "type": "market_access", "begin": 1990.0, "finish": 2015.0},
            who | {"multinational": "a", "type": "co_innovation", "begin": 2005.0, "finish": 2008.0},
            who | {"multinational": "b", "type": "hub", "begin": 2012.0, "finish": np.inf},
        ]
    )
    found = (
        alluvial.states(spells, np.array([2000, 2006, 2010, 2020]))
        .reset_index("multinational")
        .set_index("multinational")
    )
    assert found.loc["a"].tolist() == ["market_access", "co_innovation", "market_access", "none"]
    assert found.loc["b"].tolist() == ["none", "none", "none", "hub"]


def test_evidence_is_read_under_the_worlds_names() -> None:
    found = observed(DATA)
    assert found.flips["cars/electric"].value == 2021
    assert found.flips["semiconductors"] == (None, None, None)
    levels = found.of("technology_level", "batteries")
    assert [mark.year for mark in levels] == sorted(mark.year for mark in levels)
    assert all(mark.low <= mark.value <= mark.high for mark in levels)
    share = {mark.year: mark.value for mark in found.of("chinese_share_home", "cars")}
    assert share[2025] == pytest.approx(0.695, abs=0.05)


def test_figures_go_without_evidence(tmp_path) -> None:
    assert observed(tmp_path) == Observed({}, {})


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (0.1234, "hub_share", "12.3"),
        (-1234.5, "welfare", "−1,234"),
        (0.0, "welfare", "0"),
        (0.012, "technology_gap", "0.012"),
    ],
)
def test_numbers_are_written_in_the_metrics_unit(value: float, metric: str, text: str) -> None:
    assert style.number(value, style.declared(metric)) == text
