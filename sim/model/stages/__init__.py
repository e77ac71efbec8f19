"""One quarter, and the run over all quarters: the only place that writes state.

 1. Policy       announced and applied; what the quarter works from is read       conditions.read_conditions
 2. Generations  arrive and are taken up, firm by firm                             learning.learn
 3. R&D          own innovation, spillovers, partner learning                      learning.learn
 4. Markets      offers meet demand; profit is shared by contract                  market.trade
 5. Contribution technology and access brought; flips                              market.trade
 6. Review       renegotiation, conversion, buy-out, dissolution, severance        review.hold_reviews
 7. Search       partners are sought, proposals made, accepted, screened           search.seek_partners
 8. Investment   bases and hubs, plants, customers, hedges                          investment.invest
 9. Firms        bankruptcy and entry                                              firms.turn_over
10. Record       one pass writes all metrics                                       record.write_record

Markets use technology as it was at the quarter's start; what is learnt in a quarter is sold in the next. Sectors share
nothing but the calendar, unless one buys from another (`inputs`). A run takes one group of them after the other through
all quarters, so that what they need stays near the processor; a stage goes through all of its group, so that its code
does, too. The logs are put into the order of time in the end, as if each stage had gone through all sectors.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.machine.compiled import Bundle, bundle, precompile, stage, step
from sim.machine.declare import Column
from sim.model.stages.conditions import read_conditions
from sim.model.stages.firms import turn_over
from sim.model.stages.investment import invest
from sim.model.stages.learning import learn
from sim.model.stages.market import trade
from sim.model.stages.record import write_record
from sim.model.stages.review import hold_reviews
from sim.model.stages.search import seek_partners
from sim.model.stages.start import set_out
from sim.model.stages.state import EVENTS, LIVES, NONE, NOW, State, file_life, in_force, live_row

__all__ = [
    "State",
    "advance",
    "begin",
    "finish",
    "from_review",
    "groups",
    "in_force",
    "run",
    "seats",
    "stretch",
    "to_review",
    "warm",
]


TOGETHER = 640  # rows of firms, as many as have their columns near the processor; a larger sector goes alone
WHOLE, TO_REVIEW, FROM_REVIEW = 0, 1, 2  # parts of a quarter
STAGES = (read_conditions, learn, trade, hold_reviews, seek_partners, invest, turn_over, write_record)


def warm(columns: Any, backwards: bool) -> None:
    """Compiles the stages one by one, last first if `backwards`: two processes share the work through the cache."""
    precompile(reversed(STAGES) if backwards else STAGES, bundle(columns), 0, 0)


@step
def enter_stage(st: State, t: int, number: int) -> None:
    """Sets the time of what is logged from now on."""
    st.scratch.counts[NOW] = 8 * t + number


@stage
def sector_quarters(st: State, begin: int, end: int, part: int, first: int, last: int) -> None:
    """Quarters from `begin` up to `end` of sectors from `first` up to `last`: whole ones, or a part of each."""
    for t in range(begin, end):
        if part != FROM_REVIEW:
            enter_stage(st, t, 0)
            for s in range(first, last):
                read_conditions(st, t, s)
            enter_stage(st, t, 1)
            for s in range(first, last):
                learn(st, t, s)
            enter_stage(st, t, 2)
            for s in range(first, last):
                trade(st, t, s)
        if part != TO_REVIEW:
            enter_stage(st, t, 3)
            for s in range(first, last):
                hold_reviews(st, t, s)
            enter_stage(st, t, 4)
            for s in range(first, last):
                seek_partners(st, t, s)
            enter_stage(st, t, 5)
            for s in range(first, last):
                invest(st, t, s)
            enter_stage(st, t, 6)
            for s in range(first, last):
                turn_over(st, t, s)
            enter_stage(st, t, 7)
            for s in range(first, last):
                write_record(st, t, s)


@stage
def file_living(st: State, first: int, last: int) -> None:
    """Files the lives of the sectors' partnerships still in force when a run ends."""
    for s in range(first, last):
        for k in range(st.scratch.live[s]):
            q = live_row(st, s, k)
            if st.partnerships.active[q] > 0:
                file_life(st, NONE, q, NONE)


def groups(first: Column, last: Column, bought: Column) -> list[tuple[int, int]]:
    """Sectors that go through a quarter together, neighbours up to `TOGETHER` rows: (first, one past the last) of each.

    Sectors that buy from each other, and those between them, are not parted.

    Args: first and one past the last row of firms of every sector; what sectors buy, as `State.bought`.
    """
    links = np.argwhere(bought.any(axis=1))
    begins = [0]
    for s in range(1, len(first)):
        spanned = any(min(link) < s <= max(link) for link in links)
        if last[s] - first[begins[-1]] > TOGETHER and not spanned:
            begins.append(s)
    return list(zip(begins, [*begins[1:], len(first)], strict=True))


def seats(first: Column, last: Column, bought: Column) -> int:
    """Seats that firms need where groups of sectors take them in turn: as many as the largest has rows."""
    return max(int(last[end - 1] - first[begin]) for begin, end in groups(first, last, bought))


def _all_sectors(columns: Any, go: Callable[[Any, int, int], None]) -> None:
    """Goes through every group of sectors, and puts what was logged into the order of time."""
    st = bundle(columns)
    state = st.columns if isinstance(st, Bundle) else st
    before = state.scratch.counts.copy()
    begins, ends = state.sectors.first, state.sectors.last
    for first, last in groups(begins, ends, state.bought):
        if isinstance(st, Bundle):
            st.seat(begins[first], ends[last - 1])
        go(st, first, last)
    logs = ((EVENTS, state.events, state.event_time), (LIVES, state.lives, state.life_time))
    for kind, log, time in logs:
        new = slice(before[kind], state.scratch.counts[kind])
        rows = log.view(np.uint8).reshape(len(log), log.itemsize)  # moved whole, not field by field
        rows[new] = rows[new][np.argsort(time[new], kind="stable")]


def begin(columns: Any) -> None:
    """Sets the state of 1979Q1. `columns`: a State, or its bundle where the same state is stepped many times."""
    set_out(bundle(columns))


def advance(columns: Any, t: int, part: int = WHOLE) -> None:
    """Quarter t of a state that has gone through all quarters before."""
    _all_sectors(columns, lambda st, *sectors: sector_quarters(st, t, t + 1, part, *sectors))


def to_review(columns: Any, t: int) -> None:
    """The stages of quarter t before review: with `from_review` a quarter for those who stop on the way.

    Needs working numbers for all firms, as does whoever reads them between quarters.
    """
    advance(columns, t, TO_REVIEW)


def from_review(columns: Any, t: int) -> None:
    """The other stages of quarter t."""
    advance(columns, t, FROM_REVIEW)


def finish(columns: Any) -> None:
    """After the last quarter."""
    _all_sectors(columns, file_living)


def stretch(columns: Any, first: int, last: int, closes: bool) -> None:
    """Quarters from `first` up to `last`, one group of sectors after the other; `closes`: these end the run."""

    def go(st: Any, *sectors: int) -> None:
        sector_quarters(st, first, last, WHOLE, *sectors)
        if closes:
            file_living(st, *sectors)

    _all_sectors(columns, go)


def run(columns: State, quarters: int) -> None:
    """A whole run: start, every quarter, close."""
    st = bundle(columns)
    begin(st)
    stretch(st, 0, quarters, closes=True)
