"""The figure of history as numbers: the model's band, what was observed, and what naive forecasts said."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import history
from sim.evidence.history import formations
from sim.evidence.history.evidence import number_of
from sim.evidence.history.paths import forecasts
from sim.evidence.history.rivals import foretold, learn
from sim.evidence.history.series import path
from sim.evidence.history.shares import PERIODS, Adoption, period
from sim.evidence.history.worlds import TYPES
from sim.evidence.scorecard.card import BAND
from sim.evidence.scorecard.entry import owned_share_of_entries
from sim.evidence.scorecard.worlds import Record
from sim.measures.dates import quarter_of

FIRST, LAST = 1990, 2030
Floats = NDArray[np.float64]


class Point(NamedTuple):
    """An observation with its range."""

    year: float
    value: float
    low: float
    high: float


class Panel(NamedTuple):
    """One curve: years, 5, 50 and 95 % of runs [3, year], observations, naive forecasts by name at `naive_years`."""

    title: str
    unit: str  # share or ratio
    years: Floats
    band: Floats
    observed: tuple[Point, ...]
    naive_years: Floats
    naive: Mapping[str, Floats]


class Bar(NamedTuple):
    """Composition of recorded adoptions in a period, by type: observed, the model's forecast, the best naive one's."""

    period: str
    rows: int
    tested: bool
    observed: Floats
    model: Floats
    naive: Floats | None


def panels(declared: Sequence[Mapping[str, Any]], record: Record, past: history.Evidence, until: int) -> list[Panel]:
    """Every declared panel."""
    return [_panel(each, record, past, until) for each in declared]


def _panel(rule: Mapping[str, Any], record: Record, past: history.Evidence, until: int) -> Panel:
    years = np.arange(FIRST, min(LAST, record.ensemble.last_year) + 1, dtype=float)
    if "series" in rule:
        mapped = past.mapping.series[rule["series"]]
        values = path(record.ensemble, mapped)[:, [quarter_of(year, 4) for year in years]]
        seen = _series(past, rule["series"], mapped.get("scale", 1.0))
        unit = "share"
    elif "level" in rule:
        place = past.mapping.place(rule["level"])
        assert place is not None  # a panel of the shipped file
        values = record.ensemble.level(place)[:, [quarter_of(year, 4) for year in years]]
        seen, unit = _levels(past, rule["level"]), "ratio"
    else:
        years = years[years <= 2015]
        values = np.stack([owned_share_of_entries(record, int(y) - 1, int(y) + 1) for y in years], 1)
        seen, unit = _entries(past, rule), "share"
    known = [each for each in seen if each.year <= until]
    ahead = np.array([year for year in years if year > until] if unit == "ratio" or len(seen) > len(known) else [])
    when, what = (np.array([getattr(each, key) for each in known]) for key in ("year", "value"))
    told = forecasts(when, what, ahead)
    if unit == "ratio":
        values = np.where((values > 0).any(0), values, np.nan)  # nobody makes it yet
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # years in which no run has a value
        band = np.nanquantile(values, BAND, axis=0)
    return Panel(rule["title"], unit, years, band, tuple(seen), ahead, told if len(ahead) else {})


def _series(past: history.Evidence, name: str, scale: float) -> list[Point]:
    found = [
        each for each in past.own_series if each.series == name and not np.isnan(each.value) and each.year >= FIRST
    ]
    return [Point(each.year, *[each.value * scale] * 3) for each in found]


def _entries(past: history.Evidence, rule: Mapping[str, Any]) -> list[Point]:
    """One series over the sum of two, where both are known."""
    one, other = (
        {each.year: each.value for each in past.own_series if each.series == rule[key]}
        for key in ("entries", "against")
    )
    both = {year: one[year] / (one[year] + other[year]) for year in sorted(one.keys() & other.keys())}
    return [Point(year, *[value] * 3) for year, value in both.items() if year >= FIRST and not np.isnan(value)]


def _levels(past: history.Evidence, sector: str) -> list[Point]:
    found = []
    for fact in past.sectors:
        if (fact.sector, fact.variable) == (sector, past.mapping.level) and fact.value:
            low, high = (number_of(fact, side if getattr(fact, side) else "value") for side in ("low", "high"))
            found.append(Point(number_of(fact, "period"), number_of(fact, "value"), low, high))
    return found


def composition(record: Record, past: history.Evidence, until: int) -> tuple[list[Bar], str]:
    """Recorded adoptions by period and type, and the name of the naive forecast that did best up to `until`.

    Forecasts are those of the recorded rows, so that sectors count as the ledger counts them.
    """
    rows, _ = formations.adoptions(past.own_cases, past.mapping, record.ensemble.last_year)
    known = [row for row in rows if row.year <= until]
    before = foretold(known, until)
    learnt = learn(before.told, before.rows)
    best = learnt.chosen
    told, _ = formations.forecasts(record.ensemble, known, rows, learnt)
    bars = []
    for n, (first, last) in enumerate(PERIODS):
        here = np.array([period(row.year) == n for row in rows])
        tested = first > until
        bars.append(
            Bar(
                f"{first}-{last % 100:02d}",
                int(here.sum()),
                tested,
                _shares([row for row, mine in zip(rows, here, strict=True) if mine]),
                told[formations.MODEL][here].mean(0),
                told[best][here].mean(0) if tested else None,
            )
        )
    return bars, best


def _shares(rows: Sequence[Adoption]) -> Floats:
    return np.bincount([row.type for row in rows], minlength=len(TYPES)) / len(rows)
