"""Naive forecasts by hand."""

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.evidence.history import paths
from sim.evidence.history.mapping import Place
from sim.evidence.history.shares import NAIVE, Adoption, period, period_name
from sim.evidence.history.worlds import TYPES

ACCESS, GLOBALIZE = TYPES.index("market_access"), TYPES.index("globalize")
CARS, SOLAR, PHARMA = Place(("cars",)), Place(("solar",)), Place(("pharma",))


def row(place, year, kind):
    return Adoption(f"{place.sectors[0]}-{year}", place.sectors[0], place, year, kind)


THREE = [row(CARS, 1985, ACCESS), row(CARS, 2005, ACCESS), row(SOLAR, 2012, GLOBALIZE)]
ASKED = [row(CARS, 2020, ACCESS), row(SOLAR, 2020, ACCESS), row(PHARMA, 2020, ACCESS)]


def shares(access, globalize):
    counts = np.full(5, 0.5)
    counts[[ACCESS, GLOBALIZE]] += [access, globalize]
    return counts / counts.sum()


def test_shares_of_three_rows():
    assert NAIVE["constant"](THREE, ASKED) == pytest.approx(np.tile(shares(2, 1), (3, 1)))
    assert NAIVE["period"](THREE, ASKED) == pytest.approx(np.tile(shares(0, 1), (3, 1)))
    assert NAIVE["sector"](THREE, ASKED) == pytest.approx(np.array([shares(2, 0), shares(0, 1), shares(2, 1)]))


def test_logit_of_two_rows():
    """One row of each type at -1 and +1 standard years: w (1 + exp 2w) = 2, types without rows keep their share."""
    known = [row(CARS, 2000, ACCESS), row(CARS, 2010, GLOBALIZE)]
    weight = brentq(lambda w: w * (1 + np.exp(2 * w)) - 2, 0, 2)
    forecast = NAIVE["trend"](known, [row(CARS, 2010, ACCESS)])[0]
    rest = 2 * 1.5 / 4.5
    assert forecast[GLOBALIZE] == pytest.approx(rest / (1 + np.exp(-2 * weight)), rel=1e-4)
    assert forecast[[n for n in range(5) if n not in (ACCESS, GLOBALIZE)]] == pytest.approx(0.5 / 4.5)


def test_logit_reproduces_shares_and_learns_the_sector():
    known = [row(CARS, year, ACCESS) for year in range(1990, 2010)] + [
        row(SOLAR, y, GLOBALIZE) for y in range(1990, 2010)
    ]
    for name in ("trend", "trend_sector"):
        fitted = NAIVE[name](known, known)
        assert fitted.sum(1) == pytest.approx(1) and fitted.min() > 0
        assert fitted[:, ACCESS].mean() == pytest.approx(fitted[:, GLOBALIZE].mean(), rel=1e-3)
    forecast = NAIVE["trend_sector"](known, ASKED)
    assert forecast[0, ACCESS] > 0.8 > 0.2 > forecast[1, ACCESS]
    assert forecast[2, ACCESS] == pytest.approx(forecast[2, GLOBALIZE], rel=1e-3)


def test_periods():
    assert [period_name(period(year)) for year in (1984, 1999, 2000, 2014, 2015, 2026, 2031)] == [
        *("1979-99", "1979-99", "2000-09", "2010-14", "2015-19", "2020-26", "2020-26")
    ]


def test_paths_by_hand():
    years, values, asked = np.array([2010.0, 2012.0, 2014.0]), np.array([0.2, 0.5, 0.5]), np.array([2016.0, 2018.0])
    told = paths.forecasts(years[::-1], values[::-1], asked)
    assert told["constant"] == pytest.approx([0.5, 0.5])
    assert told["trend"] == pytest.approx([0.4 + 0.075 * 4, 0.4 + 0.075 * 6])
    assert told["random_walk"] == pytest.approx([0.5 + 0.15, 0.5 + 0.3])
    assert paths.forecasts(years, values * 100, asked).keys() == {"constant", "trend", "random_walk"}
    assert paths.forecasts(years[:1], values[:1], asked).keys() == {"constant"}
    assert paths.forecasts(years[:0], values[:0], asked) == {}


def test_a_logistic_path_is_continued_exactly():
    years = np.arange(2000.0, 2014.0)
    curve = 1 / (1 + np.exp(-(np.arange(2000.0, 2024.0) - 2012) / 3))
    told = paths.forecasts(years, curve[:14], np.arange(2014.0, 2024.0))
    assert told["logistic"] == pytest.approx(curve[14:], rel=1e-6)
