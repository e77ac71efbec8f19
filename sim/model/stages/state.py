"""What the stages of a quarter share: all columns, the records a run writes, and the log of events."""

from typing import Annotated, NamedTuple

import numpy as np

from sim.machine.compiled import stage, step
from sim.machine.declare import Column, Field
from sim.model.columns import (
    Cause,
    Firms,
    Happening,
    Kind,
    Partnerships,
    Policy,
    Route,
    Scratch,
    Sectors,
    Trigger,
    Type,
    World,
)
from sim.model.parameters import Parameters
from sim.model.rules.review import gain_by_terms

EVENTS, LIVES, NOW, LACKING = 0, 1, 2, 3  # positions in Scratch.counts
BUYS, SELLS = 0, 1  # positions in State.linked
NONE = -1  # in records: no such row, region or generation, not ended


class State(NamedTuple):
    """Everything a stage may read; only stages write, and only firms, partnerships, scratch and the records."""

    firms: Firms
    partnerships: Partnerships
    sectors: Sectors
    world: World
    in_force: Policy
    now: Policy  # in force in the quarter that a sector is in: columns without a quarter, near the processor
    announced: Policy
    scratch: Scratch
    parameters: Parameters
    shipping: Annotated[Column, Field("log", "cost of shipping", "sector origin destination")]
    bought: Annotated[
        Column, Field("share", "part of cost that is bought from a supplying sector", "sector generation supplier")
    ]
    linked: Annotated[
        Column, Field("flag", "sectors that buy from others (0) and that others buy from (1)", "sector side")
    ]
    starts: Annotated[Column, Field("any", "nan where a named firm gives none", "firm start")]
    named_listing: Annotated[Column, Field("quarter", "first and last of a listing by name", "firm region end")]
    outcome: Annotated[Column, Field("Outcome", "metrics of sectors", "quarter sector")]
    markets: Annotated[Column, Field("Market", "metrics of their regions", "quarter sector region")]
    vintages: Annotated[Column, Field("Vintage", "metrics of their generations", "quarter sector generation")]
    events: Annotated[Column, Field("Event", "log of events, as long as its capacity", "event")]
    lives: Annotated[Column, Field("Life", "log of partnerships that ended, as long as its capacity", "life")]
    event_time: Annotated[Column, Field("index", "when each event happened: quarter and stage", "event")]
    life_time: Annotated[Column, Field("index", "when each life was filed: quarter and stage", "life")]
    host: int
    seed: int
    annuity: float  # present value of 1 a quarter over the horizon
    ramp: float  # present value of a gain that grows by 1 a quarter


def in_force(st: State) -> Column:
    """Rows of the partnerships in force, by sector, multinational and slot; for those outside of the kernel."""
    rows = np.flatnonzero(st.partnerships.active > 0)
    return rows[np.lexsort((st.scratch.slot[rows], st.partnerships.multinational[rows]))]


@step
def first_of(st: State, s: int) -> int:
    """First row of a sector's multinationals. Here, once, rows are found valid, so that no loop over them needs to."""
    row = st.sectors.first[s]
    if row < 0:
        raise IndexError("a sector's rows must be rows of firms")
    return row


@step
def middle_of(st: State, s: int) -> int:
    """First row of a sector's Chinese firms."""
    row = st.sectors.middle[s]
    if not 0 <= row <= st.firms.active.shape[0]:
        raise IndexError("a sector's rows must be rows of firms")
    return row


@step
def last_of(st: State, s: int) -> int:
    """One past the last row that a firm of the sector has ever had: the rest waits for entrants."""
    row = st.scratch.used[s]
    if row > st.firms.active.shape[0]:
        raise IndexError("a sector's rows must be rows of firms")
    return row


@step
def generations_of(st: State, s: int) -> int:
    """Generations that a sector declares."""
    count = st.sectors.generations[s]
    if count > st.firms.technology.shape[1]:
        raise IndexError("a sector's generations must have columns")
    return count


@step
def made_of(st: State, s: int) -> int:
    """Generations that firms of a sector may make by now: those that have arrived."""
    count = st.scratch.made[s]
    if count > st.firms.technology.shape[1]:
        raise IndexError("a sector's generations must have columns")
    return count


@stage
def pay_once(st: State, i: int, cost: float) -> None:
    """A cost paid once (a transfer received, if negative): out of this quarter's profit and net worth."""
    st.firms.worth[i] -= cost
    st.firms.profit[i] -= cost


@stage
def end_row(st: State, s: int) -> int:
    """One past a sector's last partnership row."""
    x = st.scratch
    return x.first_row[s + 1] if s + 1 < x.first_row.shape[0] else x.living.shape[0]


@stage
def precedes(st: State, p: int, q: int) -> bool:
    """Whether partnership p comes before q: by what they are, never by when they came or where they lie."""
    jv, slot = st.partnerships, st.scratch.slot
    same = jv.multinational[p] == jv.multinational[q]
    return slot[p] < slot[q] if same else jv.multinational[p] < jv.multinational[q]


@stage
def list_living(st: State, s: int) -> None:
    """Lists the rows of a sector's partnerships in force, in order, for all who go through them; the others are free.

    Those that have ended change places with the next in force; those that are new find their place from the end.
    """
    x = st.scratch
    first = x.first_row[s]
    new, end = first + x.live[s], first
    for k in range(first, first + x.taken[s]):
        q = x.living[k]
        if st.partnerships.active[q] == 0:
            continue
        x.living[k] = x.living[end]
        place = end
        while k >= new and place > first and precedes(st, q, x.living[place - 1]):
            x.living[place] = x.living[place - 1]
            place -= 1
        x.living[place] = q
        end += 1
    x.live[s] = end - first
    x.taken[s] = end - first


@stage
def take_row(st: State, s: int) -> int:
    """A free row of the sector, -1 if there is none: the run has to be repeated with more rows, and may go on."""
    x = st.scratch
    end = end_row(st, s)
    if x.first_row[s] + x.taken[s] == end:
        list_living(st, s)  # what ended this quarter is free
    place = x.first_row[s] + x.taken[s]
    if place == end:
        x.counts[LACKING] += 1
        return -1
    x.taken[s] += 1
    return x.living[place]


@step
def live_row(st: State, s: int, k: int) -> int:
    """Row of the k-th partnership that `list_living` found in force."""
    return st.scratch.living[st.scratch.first_row[s] + k]


@stage
def count_event(st: State, t: int, s: int, kind: int, after: int, partnered: bool) -> None:
    """Adds an event to the sector's metrics of the quarter."""
    row = st.outcome[t, s]
    if kind == Happening.formation and partnered:
        row.formations += 1.0
    elif kind == Happening.renegotiation:
        row.renegotiations += 1.0
    elif kind == Happening.conversion and partnered:
        row.conversions += 1.0
    elif kind in (Happening.buyout_multinational, Happening.buyout_chinese):
        row.buyouts += 1.0
        row.buyouts_chinese += 1.0 if kind == Happening.buyout_chinese else 0.0
        row.exits += 1.0
    elif kind == Happening.dissolution and partnered:
        row.dissolutions += 1.0
        row.exits += 1.0
    elif kind == Happening.severance:
        row.severances += 1.0
        row.exits += 1.0
    elif kind == Happening.screening_refusal:
        row.refusals += 1.0
    elif kind == Happening.flip:
        row.flips += 1.0
    elif kind == Happening.product_flip:
        row.product_flips += 1.0
    elif kind == Happening.access_flip:
        row.access_flips += 1.0
    elif kind == Happening.entry:
        row.entries += 1.0
    elif kind == Happening.bankruptcy:
        row.bankruptcies += 1.0
    bought = kind == Happening.buyout_multinational and after == Type.wholly_owned
    if bought or kind in (Happening.formation, Happening.conversion):
        if after == Type.market_access:
            row.adoptions_market_access += 1.0
        elif after == Type.co_innovation:
            row.adoptions_co_innovation += 1.0
        elif after == Type.globalize:
            row.adoptions_globalize += 1.0
        elif after == Type.hub:
            row.adoptions_hub += 1.0
        elif after == Type.wholly_owned:
            row.adoptions_wholly_owned += 1.0


@stage
def log_event(
    st: State,
    t: int,
    kind: int,
    s: int,
    region: int,
    generation: int,
    p: int,
    m: int,
    c: int,
    before: int,
    after: int,
    trigger: int,
) -> None:
    """Writes one event and counts it; p is the partnership's row, -1 if none. A full log is noticed by the caller."""
    count_event(st, t, s, kind, after, p >= 0)
    n = st.scratch.counts[EVENTS]
    st.scratch.counts[EVENTS] = n + 1
    if n >= st.events.shape[0]:
        return
    st.event_time[n] = st.scratch.counts[NOW]
    event = st.events[n]
    event.quarter = t
    event.sector = s
    event.region = region
    event.generation = generation
    event.kind = kind
    event.multinational = m
    event.chinese = c
    event.type_before = before
    event.type_after = after
    event.trigger = trigger
    if p >= 0:
        event.partnership = st.partnerships.id[p]
        event.sub_form = st.partnerships.sub_form[p]
        event.product_lead = st.partnerships.product_lead[p]
    if m >= 0 and c >= 0:
        event.technology_gap = st.scratch.composite[m] - st.scratch.composite[c]


@stage
def log_partnership(st: State, t: int, kind: int, p: int, before: int, after: int, trigger: int) -> None:
    """Writes an event of a partnership in force: between its two firms, in its region."""
    jv = st.partnerships
    m, c = jv.multinational[p], jv.chinese[p]
    log_event(st, t, kind, jv.sector[p], jv.region[p], NONE, p, m, c, before, after, trigger)


@stage
def log_alone(st: State, t: int, kind: int, m: int, before: int, after: int, trigger: int) -> None:
    """Writes what a multinational does alone in the host."""
    log_event(st, t, kind, st.firms.sector[m], st.host, NONE, NONE, m, NONE, before, after, trigger)


@stage
def log_firm(st: State, t: int, kind: int, i: int, generation: int) -> None:
    """Writes an event of one firm, of either origin, that concerns no region."""
    foreign = st.firms.kind[i] == Kind.multinational
    m, c = i if foreign else NONE, NONE if foreign else i
    log_event(st, t, kind, st.firms.sector[i], NONE, generation, NONE, m, c, Type.none, Type.none, Trigger.none)


@stage
def begin_watch(st: State, q: int) -> None:
    """A new partnership's leads and flips, of which nothing is known before its first quarter of sales."""
    jv = st.partnerships
    jv.end_cause[q] = 0
    jv.product_lead[q] = 0.0
    jv.lead_start[q] = 0.0
    jv.behind[q] = 0
    jv.product_flipped[q] = -1
    jv.access_side[q] = 0
    jv.access_turned[q] = 0
    jv.access_flipped[q] = -1


@stage
def note_cause(st: State, t: int, s: int, cause: int) -> None:
    """Adds to the end just logged why it came, and counts it. Who bought the plant is told by the event's kind."""
    row = st.outcome[t, s]
    if cause == Cause.chance:
        row.ends_chance += 1.0
    elif cause == Cause.lost_surplus:
        row.ends_lost_surplus += 1.0
    elif cause == Cause.failed_talks:
        row.ends_failed_talks += 1.0
    elif cause == Cause.policy:
        row.ends_policy += 1.0
    elif cause == Cause.listing:
        row.ends_listing += 1.0
    elif cause == Cause.bankruptcy_multinational:
        row.ends_bankruptcy_multinational += 1.0
    elif cause == Cause.bankruptcy_chinese:
        row.ends_bankruptcy_chinese += 1.0
    n = st.scratch.counts[EVENTS] - 1
    if n < st.events.shape[0]:
        st.events[n].cause = cause


class Agreed(NamedTuple):
    """Terms of a partnership and what they are worth a quarter to each side, by one forecast."""

    equity: float
    royalty: float
    multinational: float
    chinese: float


@stage
def note_terms(st: State, t: int, s: int, kind: int, before: Agreed, after: Agreed) -> None:
    """Adds to the new terms just logged what they changed, and counts who gained by a renegotiation."""
    gain_m = gain_by_terms(before.multinational, after.multinational)
    gain_c = gain_by_terms(before.chinese, after.chinese)
    if kind == Happening.renegotiation:
        row = st.outcome[t, s]
        row.gains_multinational += 1.0 if gain_m > 0.0 else 0.0
        row.gains_chinese += 1.0 if gain_c > 0.0 else 0.0
    n = st.scratch.counts[EVENTS] - 1
    if n < st.events.shape[0]:
        event = st.events[n]
        event.gain_multinational = gain_m
        event.gain_chinese = gain_c
        event.equity_change = after.equity - before.equity
        event.royalty_change = after.royalty - before.royalty


@stage
def file_life(st: State, t: int, p: int, kind: int) -> None:
    """Writes a partnership's life: at its end, or for those alive when the run stops (t = kind = NONE)."""
    n = st.scratch.counts[LIVES]
    st.scratch.counts[LIVES] = n + 1
    if n >= st.lives.shape[0]:
        return
    st.life_time[n] = st.scratch.counts[NOW]
    jv = st.partnerships
    life = st.lives[n]
    life.id = jv.id[p]
    life.sector = jv.sector[p]
    life.region = jv.region[p]
    life.line = jv.line[p]
    life.multinational = jv.multinational[p]
    life.chinese = jv.chinese[p]
    life.type_first = jv.type_first[p]
    life.type_last = jv.type[p]
    life.route = jv.route[p]
    life.sub_form = jv.sub_form[p]
    life.start = jv.start[p]
    life.end = t
    life.end_kind = kind
    life.technology_gap_start = jv.gap_start[p]
    life.technology_gap_end = st.scratch.composite[jv.multinational[p]] - st.scratch.composite[jv.chinese[p]]
    life.equity_start = jv.equity_start[p]
    life.equity_end = jv.equity[p]
    life.flow_to_chinese = jv.flow_to_chinese[p]
    life.flow_to_multinational = jv.flow_to_multinational[p]
    life.flipped = jv.flipped[p]
    life.cause = jv.end_cause[p] if t >= 0 else 0
    life.product_lead_start = jv.lead_start[p]
    life.product_lead_end = jv.product_lead[p]
    life.product_flipped = jv.product_flipped[p]
    life.access_flipped = jv.access_flipped[p]


@stage
def end_partnership(st: State, t: int, p: int, kind: int, after: int, trigger: int, cause: int) -> None:
    """Closes a partnership: the event, its life, and the lines and slots it held."""
    jv, firms = st.partnerships, st.firms
    m, c, line = jv.multinational[p], jv.chinese[p], jv.line[p]
    log_partnership(st, t, kind, p, jv.type[p], after, trigger)
    jv.end_cause[p] = cause
    note_cause(st, t, jv.sector[p], cause)
    file_life(st, t, p, kind)
    firms.contract[m, line] = -1
    if jv.type[p] == Type.globalize:
        if jv.route[p] == Route.sell:
            firms.contract[c, line] = -1
        else:
            firms.supplies[c] -= 1
    else:
        firms.ventures[c] -= 1
        second = firms.contract.shape[1] - 1
        if line == st.host and firms.contract[m, second] >= 0:  # the other venture becomes the lead line
            other = firms.contract[m, second]
            firms.contract[m, st.host] = other
            firms.contract[m, second] = -1
            jv.line[other] = st.host
            firms.share[m, st.host] += firms.share[m, second]
            firms.share[m, second] = 0.0
    jv.active[p] = 0


@stage
def mean_sales(st: State, s: int, kind: int) -> float:
    """Sales a quarter of an origin's active firms, over the firms that it began with: exits make no firm small."""
    total = 0.0
    first = first_of(st, s) if kind == Kind.multinational else middle_of(st, s)
    last = middle_of(st, s) if kind == Kind.multinational else last_of(st, s)
    for i in range(first, last):
        if st.firms.active[i] > 0:
            total += st.firms.revenue[i]
    begun = st.sectors.multinationals[s] if kind == Kind.multinational else st.sectors.chinese[s]
    return total / max(begun, 1.0)
