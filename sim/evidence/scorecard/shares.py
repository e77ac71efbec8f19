"""Who sells, who leads and when: market shares, technology levels, dates of flips."""

from collections.abc import Sequence

import numpy as np

from sim.evidence.history.evidence import read_sectors, shipped
from sim.evidence.history.mapping import Place, mapping
from sim.evidence.history.scores import rank_correlation
from sim.evidence.history.series import DERIVED
from sim.evidence.scorecard.statistic import Floats, ratio, statistic
from sim.evidence.scorecard.worlds import Record
from sim.measures.dates import quarter_of
from sim.measures.flips import flip_dates
from sim.model.columns import Kind, SubForm, Type


def path(record: Record, metric: str, sector: str) -> Floats:
    """A metric of a sector [run, quarter]; `chinese_share_world` and `foreign_share_home` as the back-test has them."""
    if metric in DERIVED:
        return DERIVED[metric](record.ensemble, record.places([sector]))
    return record.metrics[metric][..., record.sectors.index(sector)]


@statistic
def level(record: Record, metric: str, sector: str, year: int) -> Floats:
    """A metric at the end of a year."""
    return path(record, metric, sector)[:, quarter_of(year, 4)]


@statistic
def change(record: Record, metric: str, sector: str, first: int, last: int) -> Floats:
    """What a metric gains from the end of one year to the end of another."""
    told = path(record, metric, sector)
    return np.asarray(told[:, quarter_of(last, 4)] - told[:, quarter_of(first, 4)])


@statistic
def growth(record: Record, metric: str, sector: str, first: int, last: int) -> Floats:
    """A metric at the end of one year over that at the end of another."""
    told = path(record, metric, sector)
    return ratio(told[:, quarter_of(last, 4)], told[:, quarter_of(first, 4)])


@statistic
def difference(record: Record, one: str, other: str, sector: str, year: int) -> Floats:
    """One metric less another at the end of a year."""
    return np.asarray(level(record, one, sector, year) - level(record, other, sector, year))


@statistic
def slope(record: Record, metric: str, on: str, sector: str, first: int, last: int) -> Floats:
    """Least-squares slope of one metric on another over year ends."""
    quarters = [quarter_of(year, 4) for year in range(first, last + 1)]
    y, x = path(record, metric, sector)[:, quarters], path(record, on, sector)[:, quarters]
    away = x - x.mean(1, keepdims=True)
    return ratio((away * y).sum(1), (away**2).sum(1))


@statistic
def imported_share(record: Record, sector: str, year: int) -> Floats:
    """Part of what is sold in the host that is not made there."""
    made = record.markets["imports_china"][:, quarter_of(year, 4), record.sectors.index(sector), record.host]
    return np.asarray(1.0 - made, float)


@statistic
def leader_share(record: Record, sector: str, year: int) -> Floats:
    """World market share of the largest Chinese firm at the end of a year."""
    stop, place = quarter_of(year, 4), record.sectors.index(sector)
    found = []
    for n, shots in enumerate(record.snapshots):
        spent = record.markets["expenditure"][n, stop, place]
        sold = shots[stop].share @ spent / spent.sum()
        found.append(sold[(record.sector_of == place) & (record.kind == Kind.chinese)].max())
    return np.array(found, float)


@statistic
def flip(record: Record, sector: str, since: float = 0.0, generation: str | None = None) -> Floats:
    """Year of the flip less `since`; infinite if none."""
    told = record.ensemble.level(Place((sector,), generation))
    return flip_dates(told) - since


@statistic
def cycle_order(record: Record, year: int) -> Floats:
    """Rank correlation, over sectors, of the length of technology cycles with the level of technology."""
    table, found = mapping(), {}
    for fact in read_sectors(shipped("sectors.csv")):
        place = table.place(fact.sector)
        if fact.variable == "tech_cycle_time" and place is not None and fact.value:
            found[place] = float(fact.value)
    levels = [record.ensemble.level(place)[:, quarter_of(year, 4)] for place in found]
    return np.array([rank_correlation(np.array(list(found.values())), run) for run in np.array(levels).T])


@statistic
def generations_behind(record: Record, sector: str, first: int, last: int, cycle: float) -> Floats:
    """Change of the gap of the best, in generations: in what the frontier gains in a cycle of so many years.

    None where no Chinese firm is left.
    """
    pace = float(getattr(record.scenario.world.sectors[sector], "innovation"))  # noqa: B009
    moved = change(record, "frontier_gap", sector, first, last) / (pace * cycle)
    left = [level(record, "firms_chinese", sector, year) > 0 for year in (first, last)]
    return np.where(left[0] & left[1], moved, np.nan)


@statistic
def firms_left(record: Record, sector: str, first: int, last: int) -> Floats:
    """Chinese firms at the end of one year over those at the end of another."""
    return growth(record, "firms_chinese", sector, first, last)


@statistic
def equity_forms(record: Record, region: str, first: int, last: int, then_first: int, then_last: int) -> Floats:
    """Share of forms with equity in partnerships that globalise in a region: in later years less in earlier ones."""
    forms = (SubForm.equity_jv, SubForm.minority_stake, SubForm.acquisition)
    place = record.regions.index(region)
    found = []
    for lives in record.lives:
        mine = lives[(lives["type_first"] == Type.globalize) & (lives["region"] == place)]
        spans: Sequence[tuple[int, int]] = ((then_first, then_last), (first, last))
        shares = []
        for one, other in spans:
            chosen = mine[(mine["start"] >= quarter_of(one)) & (mine["start"] < quarter_of(other + 1))]
            shares.append(np.isin(chosen["sub_form"], forms).mean() if len(chosen) else np.nan)
        found.append(shares[1] - shares[0])
    return np.array(found)
