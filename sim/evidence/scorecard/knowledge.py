"""What partnerships teach, what R&D is spent, and whom multinationals choose."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.evidence.scorecard.statistic import Floats, ratio, statistic
from sim.evidence.scorecard.worlds import Record, Snapshot, chinese
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR, HOST_TYPES, Kind

Mask = NDArray[np.bool_]


def affiliated(record: Record, n: int, first: int, last: int) -> Mask:
    """Chinese firms of run n that had a host venture at some time from quarter first to last [F]."""
    lives = record.lives[n]
    open_then = (lives["start"] <= last) & ((lives["end"] < 0) | (lives["end"] >= first))
    mine = lives[open_then & np.isin(lives["type_first"], HOST_TYPES)]
    found = np.zeros(len(record.sector_of), bool)
    found[mine["chinese"]] = True
    return found


def _stops(first: int, last: int) -> tuple[int, int]:
    return quarter_of(first, 4), quarter_of(last, 4)


@statistic
def affiliation_increment(record: Record, without: Record, sector: str, first: int, last: int) -> Floats:
    """Part of the technology that affiliated firms gain between two years which is gone without partners' lessons.

    The same firms under the same seed in a world in which partners teach nothing. Source: the metric of Bai2025.
    """
    start, end = _stops(first, last)
    place, found = record.sectors.index(sector), []
    for n in range(record.runs):
        gains = []
        for world in (record, without):
            before, after = (world.snapshots[n][stop] for stop in (start, end))
            gains.append(np.where(before.active & after.active, after.technology - before.technology, np.nan))
        mine = affiliated(record, n, start, end) & chinese(record, place)
        same = mine & (record.firms[n] == without.firms[n]) & ~np.isnan(gains[0]) & ~np.isnan(gains[1])
        found.append(1.0 - gains[1][same].sum() / gains[0][same].sum() if same.any() else np.nan)
    return np.array(found)


@statistic
def deal_origin(record: Record, last: int) -> Floats:
    """Technology that Chinese firms learnt from partners, over all they gained since 1979, to the end of a year.

    The record must end with that year, so that lives still open hold what was learnt by then.
    """
    found = []
    for n in range(record.runs):
        before, after = (record.snapshots[n][quarter_of(year, 4)] for year in (FIRST_YEAR, last))
        mine = (record.kind == Kind.chinese) & before.active & after.active
        lives = record.lives[n]
        learnt = np.bincount(lives["chinese"], lives["flow_to_chinese"], len(mine))
        found.append(learnt[mine].sum() / (after.technology - before.technology)[mine].sum())
    return np.array(found)


@statistic
def technology_lost(record: Record, other: Record, side: str, year: int) -> Floats:
    """Mean technology of a side in another world over that in this one, less 1, over all sectors; a ratio."""
    stop = quarter_of(year, 4)
    here, there = (each.metrics[f"technology_{side}"][:, stop].mean(1) for each in (record, other))
    return np.asarray(np.expm1(there - here))


@statistic
def research_growth(record: Record, first: int, last: int, over: str) -> Floats:
    """Growth factor of Chinese firms' R&D over multinationals' R&D, or over their own sales, between two years."""
    told = []
    for year in (first, last):
        span = slice(quarter_of(year), quarter_of(year + 1))
        spent = record.metrics["rd_chinese"][:, span].sum((1, 2))
        base = record.metrics["rd_multinational"][:, span].sum((1, 2)) if over == "foreign" else _sales(record, span)
        told.append(ratio(spent, base))
    return np.asarray(told[1] / told[0])


def _sales(record: Record, span: slice) -> Floats:
    """Sales of Chinese brands everywhere [run]."""
    sold = [
        record.metrics[f"chinese_share_{side}"][:, span] * record.metrics[f"market_{side}"][:, span]
        for side in ("home", "abroad")
    ]
    return np.asarray(sum(sold)).sum((1, 2))


def _per_sector(record: Record, shot: Snapshot, mine: Mask, values: Floats, sectors: Sequence[str] | None) -> float:
    """Mean over sectors of what firms in `mine` have more than other active Chinese firms."""
    gaps = []
    for place in record.places(sectors):
        all_firms = chinese(record, place) & shot.active
        one, other = values[all_firms & mine], values[all_firms & ~mine]
        if len(one) and len(other):
            gaps.append(one.mean() - other.mean())
    return float(np.mean(gaps)) if gaps else float("nan")


@statistic
def partners_chosen(record: Record, year: int, later: int, what: str) -> Floats:
    """Log technology or sales of Chinese firms that enter a first host venture soon after a year, less that of others.

    Firms already in a venture are left out, so that what ventures teach does not count.
    """
    stop, found = quarter_of(year, 4), []
    for n in range(record.runs):
        shot = record.snapshots[n][stop]
        before = affiliated(record, n, 0, stop)
        chosen = affiliated(record, n, stop + 1, quarter_of(later, 4)) & ~before
        told = shot.technology if what == "technology" else np.log(np.maximum(shot.income, 1e-12))
        kept = shot._replace(active=shot.active & ~before)
        found.append(_per_sector(record, kept, chosen, told, None))
    return np.array(found)


@statistic
def own_effort_of_partners(record: Record, sector: str, year: int) -> Floats:
    """R&D over income of affiliated firms, relative to that of other Chinese firms of the sector, less 1."""
    stop, found = quarter_of(year, 4), []
    for n in range(record.runs):
        shot = record.snapshots[n][stop]
        mine = chinese(record, record.sectors.index(sector)) & shot.active & (shot.income > 0)
        tied = np.zeros_like(mine)
        tied[shot.chinese[np.isin(shot.type, HOST_TYPES)]] = True
        rates = [ratio(shot.rd[mine & side].sum(), shot.income[mine & side].sum()) for side in (tied, ~tied)]
        found.append(float(ratio(*rates)) - 1.0)
    return np.array(found)


@statistic
def months(record: Record, sector: str, year: int, kind: str) -> Floats:
    """Mean development time of a sector's multinationals or Chinese firms."""
    stop, place = quarter_of(year, 4), record.sectors.index(sector)
    return np.array(
        [
            shots[stop].months[(record.sector_of == place) & (record.kind == Kind[kind]) & shots[stop].active].mean()
            for shots in record.snapshots
        ]
    )


@statistic
def months_ratio(record: Record, sector: str, year: int) -> Floats:
    """Development time of multinationals over that of Chinese firms."""
    return ratio(*(months(record, sector, year, kind) for kind in ("multinational", "chinese")))
