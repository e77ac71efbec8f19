"""Docking: statistics that stand beside numbers which other models and surveys published (`sim/data/docking.csv`)."""

from collections.abc import Mapping, Sequence

import numpy as np

from sim.evidence.scorecard.statistic import Floats, ratio, statistic
from sim.evidence.scorecard.worlds import Ints, Record
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR, HOST_TYPES, Kind, SubForm


def averaged(values: Floats) -> Floats:
    """Mean over runs, for as many draws of runs with replacement as there are runs: of effects on few events a run."""
    runs = len(values)
    weights = np.random.default_rng(1).multinomial(runs, np.full(runs, 1 / runs), runs)
    return np.asarray(weights @ values / runs)


@statistic
def entries_gained(record: Record, other: Record, after: Mapping[str, float], owned: bool, within: int = 5) -> Floats:
    """Entries a run within so many years after a date, by sector, here less there; runs resampled.

    `after`: decimal year by sector; `owned`: adoptions of full ownership, else equity ventures signed in the host.
    """
    found = []
    for world in (record, other):
        counts = np.zeros(world.runs)
        for name, date in after.items():
            place, first = world.sectors.index(name), quarter_of(date)
            last = first + 4 * within
            if owned:
                counts += world.metrics["adoptions_wholly_owned"][:, first:last, place].sum(1)
                continue
            for n, lives in enumerate(world.lives):
                mine = np.isin(lives["type_first"], HOST_TYPES) & (lives["sub_form"] == SubForm.equity_jv)
                mine &= (lives["sector"] == place) & (lives["start"] >= first) & (lives["start"] < last)
                counts[n] += mine.sum()
        found.append(counts)
    return averaged(found[0] - found[1])


@statistic
def adoptions_later(record: Record, kind: str, sector: str, years: Sequence[int], base: Sequence[int]) -> Floats:
    """Adoptions of a type in a sector in the years from one to another over those in base years; runs resampled."""
    place = record.sectors.index(sector)
    told = record.metrics[f"adoptions_{kind}"][..., place]
    late, early = (averaged(told[:, quarter_of(first) : quarter_of(last + 1)].sum(1)) for first, last in (years, base))
    return ratio(late, early)


@statistic
def effort_of_listed(record: Record, without: Record, year: int) -> Floats:
    """R&D over income of the Chinese firms that somebody listed by a year, over that without listing, less 1."""
    stop, found = quarter_of(year, 4), []
    rows = record.kind == Kind.chinese
    for n in range(record.runs):
        mine = rows & record.snapshots[n][stop].listed & (record.firms[n] == without.firms[n])
        shots = [each.snapshots[n][stop] for each in (record, without)]
        mine = mine & shots[0].active & shots[1].active
        here, there = (float(shot.rd[mine].sum() / max(shot.income[mine].sum(), 1e-12)) for shot in shots)
        found.append(here / there - 1.0 if mine.any() and there > 0 else np.nan)
    return np.array(found)


@statistic
def home_share_gained(record: Record, without: Record, sector: str, year: int) -> Floats:
    """Chinese brands' share in the host at the end of a year, here less there."""
    place, stop = record.sectors.index(sector), quarter_of(year, 4)
    here, there = (each.metrics["chinese_share_home"][:, stop, place] for each in (record, without))
    return np.asarray(here - there)


@statistic
def led(record: Record, home: str, present: int, year: int) -> Floats:
    """Share of a region's multinationals, active in the host at the end of one year, in sectors where the best Chinese
    firm is ahead of the best foreign one at the end of another."""
    ahead = record.metrics["frontier_gap"][:, quarter_of(year, 4)] < 0.0
    found = []
    for n in range(record.runs):
        sectors = record.sector_of[_present(record, n, home, present)]
        found.append(ahead[n, sectors].mean() if len(sectors) else np.nan)
    return np.array(found)


def _present(record: Record, run: int, home: str, year: int) -> Ints:
    """Rows of a region's multinationals that sell or have a partnership in the host at the end of a year."""
    shot = record.snapshots[run][quarter_of(year, 4)]
    here = shot.active & (shot.share[:, record.host] > 0)
    here[shot.multinational] = True
    foreign = (record.kind != Kind.chinese) & (record.home == record.regions.index(home))
    return np.flatnonzero(here & foreign)


@statistic
def led_more(record: Record, home: str, present: int, years: Sequence[int]) -> Floats:
    """`led` at the later of two years less that at the earlier."""
    early, late = years
    return led(record, home, present, late) - led(record, home, present, early)


@statistic
def signing(record: Record, home: str, present: int, first: int, last: int) -> Floats:
    """Share of a region's multinationals, active in the host at the end of a year, that sign from first to last."""
    begin, end = 4 * (first - FIRST_YEAR), 4 * (last + 1 - FIRST_YEAR)
    found = []
    for n, lives in enumerate(record.lives):
        rows = _present(record, n, home, present)
        signed = np.unique(lives["multinational"][(lives["start"] >= begin) & (lives["start"] < end)])
        found.append(np.isin(rows, signed).mean() if len(rows) else np.nan)
    return np.array(found)
