"""What follows a flip: first events after a product's flip, beside unflipped ventures; and an imposed lead."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.measures.dates import quarter_of
from sim.model.columns import HOST_TYPES, Happening
from sim.runs.recorded import Record
from sim.simulate import Run

YEARS = 5
WINDOW = 4 * YEARS
LIFTED = quarter_of(2008)  # when the experiment `flip` lifts partners' technology above their multinationals'
ENDS = (
    int(Happening.buyout_multinational),
    int(Happening.buyout_chinese),
    int(Happening.dissolution),
    int(Happening.severance),
)


class Follows(NamedTuple):
    """Shares of ventures whose first event within five years is of each kind."""

    chinese_gains: float  # a renegotiation by which the Chinese side gains
    multinational_gains: float
    converted: float  # by which the Chinese side does not gain
    sold_multinational: float
    sold_chinese: float
    dissolved: float
    converted_chinese: float  # by which it gains
    cases: float  # ventures counted

    @property
    def anything(self) -> float:
        """Share to whom anything happens."""
        return float(sum(self[:-1]))

    @property
    def raised(self) -> float:
        """Share in which the Chinese side gains, by new terms or by another form."""
        return self.chinese_gains + self.converted_chinese


FIRST = Follows._fields[:-1]  # kinds of first events: `_kind_of` gives their places
PLACE = {name: place for place, name in enumerate(FIRST)}


class Followed(NamedTuple):
    """Ventures whose product flipped, and unflipped ones of the same sectors and ages."""

    after: Follows
    beside: Follows


def _kind_of(events: np.ndarray) -> np.ndarray:
    """Positions in FIRST of events [n], -1 for others."""
    kind, gained = events["kind"], events["gain_chinese"] > events["gain_multinational"]
    found = np.full(len(events), -1)
    talks = kind == Happening.renegotiation
    found[talks & gained], found[talks & ~gained] = PLACE["chinese_gains"], PLACE["multinational_gains"]
    turned = kind == Happening.conversion
    found[turned] = np.where(events["gain_chinese"][turned] > 0.0, PLACE["converted_chinese"], PLACE["converted"])
    found[kind == Happening.buyout_multinational] = PLACE["sold_multinational"]
    found[kind == Happening.buyout_chinese] = PLACE["sold_chinese"]
    found[np.isin(kind, (Happening.dissolution, Happening.severance))] = PLACE["dissolved"]
    return found


class _Ventures(NamedTuple):
    """Host ventures of all runs, and their events in order of time."""

    sector: np.ndarray
    start: np.ndarray
    end: np.ndarray  # last quarter of the run for those in force
    flip: np.ndarray  # inf if none
    begins: np.ndarray  # first of its events
    stops: np.ndarray
    when: np.ndarray
    what: np.ndarray
    horizon: int


def _ventures(runs: Sequence[Run]) -> _Ventures:
    tables = []
    for run in runs:
        lives = run.lives[np.isin(run.lives["type_first"], HOST_TYPES)]
        events = run.events[run.events["partnership"] > 0]
        what = _kind_of(events)
        events, what = events[what >= 0], what[what >= 0]
        order = np.argsort(events["partnership"], kind="stable")
        tables.append((lives, events["partnership"][order], events["quarter"][order], what[order]))
    horizon = len(runs[0].outcome)
    begins: list[np.ndarray] = []
    stops: list[np.ndarray] = []
    when: list[np.ndarray] = []
    kinds_of: list[np.ndarray] = []
    offset = 0
    for lives, ids, quarters, kinds in tables:
        begins.append(offset + np.searchsorted(ids, lives["id"], "left"))
        stops.append(offset + np.searchsorted(ids, lives["id"], "right"))
        when.append(quarters)
        kinds_of.append(kinds)
        offset += len(ids)
    every = np.concatenate([lives for lives, *_ in tables])
    return _Ventures(
        every["sector"],
        every["start"],
        np.where(every["end"] < 0, horizon, every["end"]),
        np.where(every["product_flipped"] < 0, np.inf, every["product_flipped"]),
        np.concatenate(begins),
        np.concatenate(stops),
        np.concatenate(when),
        np.concatenate(kinds_of),
        horizon,
    )


def _first(v: _Ventures, who: np.ndarray, since: np.ndarray, until: np.ndarray) -> np.ndarray:
    """Position in FIRST of the first event of ventures [n] from `since` up to `until`, -1 if none.

    Reviews come after contributions in a quarter: what happens in the quarter of a flip follows it.
    """
    found = np.full(len(who), -1)
    for n, i in enumerate(who):
        times = v.when[v.begins[i] : v.stops[i]]
        place = int(np.searchsorted(times, since[n], "left"))
        if place < len(times) and times[place] <= until[n]:
            found[n] = v.what[v.begins[i] + place]
    return found


def _told(first: np.ndarray, weight: np.ndarray) -> Follows:
    total = max(float(weight.sum()), 1e-9)
    shares = {name: float(weight[first == kind].sum()) / total for kind, name in enumerate(FIRST)}
    return Follows(**shares, cases=total)


def followed(runs: Sequence[Run]) -> Followed:
    """First events within five years of a product's flip, and of unflipped ventures of the same sector and age.

    A venture that flips within the window is followed up to its flip. Sectors and ages weigh by how many flipped.
    """
    v = _ventures(runs)
    flipped = np.flatnonzero(np.isfinite(v.flip) & (v.flip + WINDOW < v.horizon))
    since = v.flip[flipped]
    after = _told(_first(v, flipped, since, since + WINDOW), np.ones(len(flipped)))
    age = (since - v.start[flipped]).astype(int) // 4  # whole years
    kinds, weights = [], []
    for sector, years in np.unique(np.stack([v.sector[flipped], age], 1), axis=0):
        cases = int(((v.sector[flipped] == sector) & (age == years)).sum())
        moment = v.start + 4 * years + 2
        same = (v.sector == sector) & (v.end > moment) & (v.flip > moment) & (moment + WINDOW < v.horizon)
        beside = np.flatnonzero(same)
        if len(beside) == 0:
            continue
        until = np.minimum(moment[beside] + WINDOW, v.flip[beside] - 1)
        kinds.append(_first(v, beside, moment[beside], until))
        weights.append(np.full(len(beside), cases / len(beside)))
    nothing = np.array([], int), np.array([], float)
    every = (np.concatenate(kinds), np.concatenate(weights)) if kinds else nothing
    return Followed(after, _told(*every))


class Imposed(NamedTuple):
    """Host ventures in force when technology is lifted, and what became of them within five years; shares."""

    ended: float
    converted: float
    renegotiated: float
    ventures: float  # a run


def imposed(record: Record) -> Imposed:
    """What became, within five years, of the host ventures in force at the beginning of 2008."""
    counts = np.zeros(4)
    for run in record.runs:
        lives = run.lives[np.isin(run.lives["type_first"], HOST_TYPES) & (run.lives["start"] < LIFTED)]
        watched = lives["id"][(lives["end"] < 0) | (lives["end"] >= LIFTED)]
        within = (run.events["quarter"] >= LIFTED) & (run.events["quarter"] < LIFTED + WINDOW)
        events = run.events[within & np.isin(run.events["partnership"], watched)]

        def touched(events: np.ndarray, *kinds: int) -> int:
            return len(np.unique(events["partnership"][np.isin(events["kind"], kinds)]))

        talks, turned = (touched(events, int(kind)) for kind in (Happening.renegotiation, Happening.conversion))
        counts += len(watched), touched(events, *ENDS), turned, talks
    total = max(counts[0], 1.0)
    return Imposed(counts[1] / total, counts[2] / total, counts[3] / total, counts[0] / len(record.runs))
