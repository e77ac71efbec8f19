"""How long partnerships last, how they end, and for whom."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.evidence.scorecard.statistic import Floats, ratio, statistic
from sim.evidence.scorecard.worlds import Record
from sim.machine.declare import Column
from sim.measures.dates import quarter_of
from sim.measures.survival import survival
from sim.model.columns import HOST_TYPES, Happening, Ownership, Trigger

BUYOUTS = (Happening.buyout_multinational, Happening.buyout_chinese)
ENDS = (*BUYOUTS, Happening.dissolution, Happening.severance)
REWORKED = (Happening.renegotiation, Happening.conversion)
Mask = NDArray[np.bool_]


def _span(first: int, last: int) -> slice:
    return slice(quarter_of(first), quarter_of(last + 1))


@statistic
def hazard(
    record: Record, first: int, last: int, sectors: Sequence[str] | None = None, per_year: bool = True
) -> Floats:
    """Partnerships ended per partnership-year (or quarter) of the years first to last."""
    span, places = _span(first, last), record.places(sectors)
    ends, live = (record.metrics[name][:, span][..., places].sum((1, 2)) for name in ("exits", "active"))
    return ratio((4.0 if per_year else 1.0) * ends, live)


@statistic
def hazard_after_flip(record: Record, first: int, last: int, sectors: Sequence[str] | None = None) -> Floats:
    """Hazard while Chinese technology leads (level at least 1), over the hazard while it does not."""
    span, places = _span(first, last), record.places(sectors)
    level, ends, live = (record.metrics[name][:, span][..., places] for name in ("technology_level", "exits", "active"))
    after = level >= 1.0
    rates = [ratio((ends * part).sum((1, 2)), (live * part).sum((1, 2))) for part in (after, ~after)]
    return ratio(*rates)


def spells(record: Record, n: int, first: int, last: int) -> tuple[Column, Floats, Mask]:
    """Host ventures of run n signed in the years first to last, their quarters in force, and whether they ended."""
    lives = record.lives[n]
    signed = (lives["start"] >= quarter_of(first)) & (lives["start"] < quarter_of(last + 1))
    mine = lives[signed & np.isin(lives["type_first"], HOST_TYPES)]
    ended = mine["end"] >= 0
    until = np.where(ended, mine["end"], record.levels.shape[1])
    return mine, np.asarray(until - mine["start"], float), ended


def _free(record: Record, mine: Column) -> Mask:
    """Signed where no cap on equity held."""
    return np.asarray(record.cap[mine["start"], mine["sector"]] >= 1.0)


@statistic
def median_life(record: Record, first: int, last: int, free: bool = False, years: bool = True) -> Floats:
    """Median life of host ventures (Kaplan and Meier), of those without a cap if `free`; infinite if under half end."""
    found = []
    for n in range(record.runs):
        mine, lasted, ended = spells(record, n, first, last)
        keep = _free(record, mine) if free else np.ones(len(mine), bool)
        times, alive = survival(lasted[keep], ended[keep])
        below = np.flatnonzero(alive <= 0.5)
        found.append(times[below[0]] / (4.0 if years else 1.0) if len(below) else np.inf)
    return np.array(found)


@statistic
def ended_within(record: Record, years: int, first: int, last: int) -> Floats:
    """Share of host ventures that end within so many years (Kaplan and Meier)."""
    found = []
    for n in range(record.runs):
        _, lasted, ended = spells(record, n, first, last)
        times, alive = survival(lasted, ended)
        found.append(1.0 - float(np.append(1.0, alive)[np.searchsorted(times, 4 * years, "right")]))
    return np.array(found)


@statistic
def end_share(record: Record, kind: str, first: int, last: int) -> Floats:
    """Ends by buy-out (`sold`), or by anything but chance outside the model (`unintended`), over all ends."""
    found = []
    for events in record.events:
        mine = events[np.isin(events["kind"], ENDS)]
        mine = mine[(mine["quarter"] >= quarter_of(first)) & (mine["quarter"] < quarter_of(last + 1))]
        hit = np.isin(mine["kind"], BUYOUTS) if kind == "sold" else mine["trigger"] != Trigger.exogenous
        found.append(hit.mean() if len(mine) else np.nan)
    return np.array(found)


def _rate(lasted: Floats, ended: Mask, chosen: Mask) -> float:
    exposed = lasted[chosen].sum()
    return float(4.0 * ended[chosen].sum() / exposed) if exposed > 0 else float("nan")


@statistic
def mortality_by_equity(record: Record, first: int, last: int, split: float = 0.5) -> Floats:
    """Ends a year of host ventures with foreign equity above the split, less those at or below it."""
    found = []
    for n in range(record.runs):
        mine, lasted, ended = spells(record, n, first, last)
        high = mine["equity_start"] > split + 1e-9
        found.append(_rate(lasted, ended, high) - _rate(lasted, ended, ~high))
    return np.array(found)


@statistic
def mortality_by_ownership(record: Record, first: int, last: int) -> Floats:
    """Ends a year of host ventures with a state-owned partner over those with a private one."""
    found = []
    for n in range(record.runs):
        mine, lasted, ended = spells(record, n, first, last)
        state = record.ownership[mine["chinese"]] == Ownership.state
        found.append(float(ratio(_rate(lasted, ended, state), _rate(lasted, ended, ~state))))
    return np.array(found)


@statistic
def exits_of_small(record: Record, sector: str, year: int, years: int = 5) -> Floats:
    """Share of ventures in the smaller half by sales that end within some years, less that of the larger half."""
    stop, found = quarter_of(year, 4), []
    for n in range(record.runs):
        shot = record.snapshots[n][stop]
        mine = np.flatnonzero(record.sector_of[shot.multinational] == record.sectors.index(sector))
        gone = set(
            record.lives[n]["id"][(record.lives[n]["end"] > stop) & (record.lives[n]["end"] <= stop + 4 * years)]
        )
        order = mine[np.argsort(shot.sales[mine], kind="stable")]
        ends = np.array([shot.partnership[place] in gone for place in order], float)
        half = len(ends) // 2
        found.append(ends[:half].mean() - ends[half:].mean() if half else np.nan)
    return np.array(found)


def _reworked(record: Record, n: int) -> dict[int, int]:
    """First quarter in which a partnership's terms or type were changed, by its id."""
    events = record.events[n]
    mine = events[np.isin(events["kind"], REWORKED)]
    return {int(row["partnership"]): int(row["quarter"]) for row in mine[::-1]}


@statistic
def restructured_success(
    record: Record, first: int, last: int, landmark: int = 0, horizon: int = 20, matched: bool = False
) -> Floats:
    """Success of partnerships that changed terms or type over that of unchanged ones.

    Success is to be in force `horizon` quarters after signing. Naive: changed at any time before, so that those which
    last have had more time to change. Matched: of those in force at the `landmark`, changed by then or not, `horizon`
    quarters later.
    """
    found = []
    for n in range(record.runs):
        mine, lasted, ended = spells(record, n, first, last)
        changed_at = _reworked(record, n)
        age = np.array([changed_at.get(int(row["id"]), 10**6) - row["start"] for row in mine])
        start = landmark if matched else 0
        known = (lasted >= start) & (ended | (lasted >= start + horizon))
        changed = age <= (landmark if matched else horizon)
        lives_on = lasted >= start + horizon
        rates = [lives_on[known & part].mean() if (known & part).any() else np.nan for part in (changed, ~changed)]
        found.append(float(ratio(rates[0], rates[1])))
    return np.array(found)
