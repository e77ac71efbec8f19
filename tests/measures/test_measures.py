"""Measures by hand: flips, ends, gains, sales by way, ratios of rates, intervals."""

import numpy as np
import pytest

from sim.measures.ends import CAUSES, FEWER, WAYS, fewer, ways
from sim.measures.flips import flip_dates, flip_times, restricted, signed_reversed
from sim.measures.hazards import around, mantel_haenszel
from sim.measures.intervals import half_width, intervals
from sim.measures.sales import SOLD, by_way
from sim.measures.survival import aalen_johansen, survival
from sim.measures.terms import GAINED, MOVED, what_moved, who_gained
from sim.model.columns import Cause, Happening, Type


def test_never_is_infinite_everywhere() -> None:
    level = np.array([[0.9, 1.0, 1.1, 1.0, 1.0], [1.1, 1.1, 1.1, 0.9, 1.1], [np.nan] * 5])
    assert flip_dates(level).tolist() == [1979.25, np.inf, np.inf]
    assert flip_times(level[:, :2], np.array([0.0, 1.0])).tolist() == [np.inf] * 3  # too short to tell
    assert restricted(flip_dates(level), 2041.0).tolist() == [1979.25, 2041.0, 2041.0]


def test_signed_reversed_looks_at_technology_abroad_and_at_the_product_in_the_host() -> None:
    first = np.array([Type.globalize, Type.globalize, Type.market_access, Type.co_innovation, Type.market_access])
    gap, lead = np.array([-0.1, 0.1, -0.1, 0.3, -0.3]), np.array([0.5, -0.5, 0.2, -0.2, np.nan])
    assert signed_reversed(first, gap, lead).tolist() == [True, False, False, True, False]


def test_a_sale_is_told_by_its_buyer_and_any_other_end_by_its_cause() -> None:
    kinds = ["buyout_chinese", "buyout_multinational", "dissolution", "severance", "severance", ""]
    causes = ["failed_talks", "chance", "lost_surplus", "listing", "bankruptcy_chinese", ""]
    found = ways(kinds, causes)
    assert found == ["sale_chinese", "sale_multinational", "lost_surplus", "listing", "bankruptcy_chinese", ""]
    assert fewer(found)[2:] == ["no_agreement", "listing", "bankruptcy", ""]
    assert set(found) <= {*WAYS, ""} and set(FEWER) <= set(WAYS)
    assert len(CAUSES) == len(Cause) - 1 and Happening.buyout_chinese.name not in WAYS


def test_who_gained_and_what_moved() -> None:
    gained = who_gained(np.array([0.0, 1.0, -1.0, 0.5]), np.array([0.0, -1.0, 1.0, 0.5]))
    assert [GAINED[code] for code in gained] == ["neither", "multinational", "chinese", "both"]
    moved = what_moved(np.array([0.0, 1e-12, -0.1, 0.2]), np.array([0.0, 0.01, 0.0, 0.03]))
    assert [MOVED[code] for code in moved] == ["neither", "royalty", "equity", "both"]


def test_ways_of_selling_add_up_to_the_market() -> None:
    market = dict(zip(SOLD, map(np.array, (0.30, 0.60, 0.25, 0.15, 0.15, 0.05)), strict=True))
    found = by_way(market)
    assert found.chinese_exports + found.chinese_plants + found.chinese_partners == pytest.approx(0.30)
    assert found.lead_plants + found.china_base == pytest.approx(0.60)
    assert (float(found.china_base), float(found.chinese_plants)) == pytest.approx((0.10, 0.10))
    assert sum(found) == pytest.approx(1.0)


def test_exposure_is_cut_at_the_turn_and_at_the_window() -> None:
    start, end = np.array([0.0, 5.0, 8.0, 0.0]), np.array([10.0, np.inf, 20.0, 2.0])
    before, after = around(start, end, np.array([6.0, np.nan, 2.0, 1.0]), 3.0, 12.0)
    assert before.tolist() == [3.0, 7.0, 0.0, 0.0]
    assert after.tolist() == [4.0, 0.0, 4.0, 0.0]


def test_strata_are_compared_within_themselves() -> None:
    """Two sectors in which the rate doubles: pooled, the quiet one's long exposure after hides it (Simpson)."""
    after, exposed_after = np.array([2.0, 40.0]), np.array([1000.0, 100.0])
    before, exposed_before = np.array([0.1, 200.0]), np.array([100.0, 1000.0])
    assert after.sum() / exposed_after.sum() < before.sum() / exposed_before.sum()
    found = mantel_haenszel(after, exposed_after, before, exposed_before)
    assert found.ratio == pytest.approx(2.0) and found.low < 2.0 < found.high and found.strata == 2
    one = mantel_haenszel(*(np.array([value]) for value in (8.0, 100.0, 4.0, 100.0)))
    assert one.ratio == pytest.approx(2.0)
    assert np.log(one.high / one.ratio) == pytest.approx(
        1.959964 * np.sqrt(1 / 8 + 1 / 4)
    )  # the usual variance of a log ratio
    alone = mantel_haenszel(np.array([3.0]), np.array([10.0]), np.array([0.0]), np.array([0.0]))
    assert np.isnan(alone.ratio) and alone.strata == 0


def test_mantel_haenszel_finds_the_ratio_it_was_given() -> None:
    rng = np.random.default_rng(7)
    hazards, exposed = rng.uniform(0.01, 0.1, 16), rng.uniform(100, 2000, (2, 16))
    inside = 0
    for _ in range(400):
        found = mantel_haenszel(
            rng.poisson(1.6 * hazards * exposed[0]), exposed[0], rng.poisson(hazards * exposed[1]), exposed[1]
        )
        inside += found.low <= 1.6 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def test_survival_is_one_less_the_incidence_of_all_ends() -> None:
    rng = np.random.default_rng(3)
    lasted, ended = rng.integers(1, 30, 200), rng.uniform(size=200) < 0.7
    times, alive = survival(lasted.astype(float), ended)
    gone = aalen_johansen(lasted, ended.astype(int), np.zeros(200, int), 1, 1, 30)[0][0, 0]
    assert 1.0 - gone[times.astype(int)] == pytest.approx(alive)


def test_both_intervals_of_a_mean_cover_it_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    draws = rng.normal(size=(400, 12))
    n = np.full(400, 12)
    half = half_width(draws.std(axis=1, ddof=1), n)
    low, high = intervals(draws.T)
    assert 0.92 <= (np.abs(draws.mean(axis=1)) <= half).mean() <= 0.98
    assert 0.92 <= ((low <= 0) & (high >= 0)).mean() <= 0.98
