"""Stage 7: multinationals look for partners, propose, and are accepted or not; and decide what to do alone.

Candidates are drawn uniformly by key, so that luck is shared by scenarios. Every multinational makes at most one
proposal a quarter, every Chinese firm accepts at most the one that is worth most to it.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.arithmetic import power
from sim.columns import Happening, Mode, Ownership, Route, Trigger, Type
from sim.compiled import stage, step
from sim.draws import Stream, bits, gumbel, join, key, uniform
from sim.quarter.abroad import abroad_worth, alone_abroad, own_abroad
from sim.quarter.host import SECOND_LINE, alone_in_host, chinese_alone_in_host, host_worth
from sim.quarter.lanes import along_turns
from sim.quarter.offers import Abroad
from sim.quarter.review import SAME, set_terms
from sim.quarter.state import (
    NONE,
    State,
    first_of,
    last_of,
    list_living,
    log_alone,
    log_event,
    log_partnership,
    middle_of,
    pay_once,
    take_row,
)
from sim.quarter.values import CHOSEN, Pair, Terms, Worth, market_scale, set_up_cost, strangers, under
from sim.rules.bargaining import nash_pay
from sim.rules.policy import blocked, screened
from sim.rules.venture import technology_balance

SEARCH, CANDIDATE, TASTE = int(Stream.search), int(Stream.candidate), int(Stream.taste)
SCREENING = int(Stream.screening)
CANDIDATES = 5  # Chinese firms that a multinational compares in a search; assumed
ALONE, ABROAD = 0, 2  # tastes: for no partner; a host type has its own number, a route abroad this and its own
FURTHER = 64  # draws of candidates abroad come after those in the host
PARTNER, PARTNER_SINCE, PARTNER_TYPE = 3, 4, 5  # positions in State.starts


class Obstacle(IntEnum):
    """Why two firms would not sign now; the first that applies."""

    none = 0
    listed = 1  # an entity listing forbids it
    no_technology = 2  # an access holder brings nothing to the host
    line_taken = 3  # the multinational's line is in use
    same_partner = 4  # and its other line in the host is with the same firm
    partner_full = 5  # the Chinese firm has as many partnerships as it can run
    no_surplus = 6  # alone both do as well
    no_pay = 7  # nothing would be left for the Chinese firm
    no_gain = 8  # nothing would be left for the multinational, though together they would gain


@stage
def pick_candidate(st: State, t: int, m: int, n: int) -> int:
    """The n-th Chinese firm drawn for a multinational this quarter, -1 if that row is empty; uniform over all rows."""
    s = st.firms.sector[m]
    rows = np.uint64(st.sectors.last[s] - middle_of(st, s))
    if rows == np.uint64(0):
        return -1
    drawn = bits(key(st.seed, CANDIDATE, t), join(st.firms.id[m], np.uint64(n)))
    c = middle_of(st, s) + np.int64(((drawn >> np.uint64(32)) * rows) >> np.uint64(32))
    return int(c) if st.firms.active[c] > 0 else -1


@stage
def taste(st: State, t: int, m: int, c: int, option: int) -> float:
    """A firm's taste for an option this quarter, in money: Gumbel noise scaled by the sector's market per firm."""
    u = uniform(key(st.seed, TASTE, t), join(st.firms.id[m], join(st.firms.id[c], np.uint64(option))))
    return st.parameters.fit_noise * st.annuity * st.scratch.unit[st.firms.sector[m]] * gumbel(u)


@stage
def host_line(st: State, m: int) -> int:
    """The host line a multinational can fill: its lead line, else a second one if allowed, else -1."""
    firms = st.firms
    second = firms.contract.shape[1] - 1
    if firms.contract[m, st.host] < 0:
        return st.host
    ending = st.partnerships.ends[firms.contract[m, st.host]] >= 0
    free = firms.contract[m, second] < 0 and firms.mode[m] == Mode.absent
    return second if free and not ending else -1


@stage
def listed_pair(st: State, m: int, c: int) -> bool:
    """Whether a listing forbids the two firms to work together."""
    return st.firms.listed[c, st.firms.home[m]] > 0 or st.firms.listed[m, st.host] > 0


@stage
def avoided(st: State, t: int, m: int, region: int) -> float:
    """Part of a deal's value lost because controls on the pair's countries make firms keep away."""
    s, home = st.firms.sector[m], st.firms.home[m]
    scale = st.parameters.over_compliance
    out = blocked(0.0, st.now.over_compliance[s, home, st.host], scale)
    back = blocked(0.0, st.now.over_compliance[s, st.host, region], scale)
    return 0.5 * (out + back)


@stage
def half_line_loss(st: State, m: int, line: int) -> float:
    """What a multinational's lead line loses, in money, when a second line takes half of the brand's weight."""
    if line == st.host:
        return 0.0
    q = st.firms.contract[m, st.host]
    part = st.partnerships.equity[q] if q >= 0 else 1.0
    return (1.0 - SECOND_LINE) * part * st.scratch.earned[m, st.host] * st.annuity


@stage
def waited(st: State, t: int, s: int, origin: int, destination: int) -> float:
    """Part of a deal's value left after screening has taken its time."""
    delay = st.now.delay[s, origin, destination]
    return power(st.parameters.discount, delay) if delay > 0.0 else 1.0


class Deal(NamedTuple):
    """A possible contract of two firms, before taste; present values after waiting, avoidance and signing."""

    worth: Worth
    terms: Terms
    gain_m: float  # over what it has without
    gain_c: float
    d_m: float
    d_c: float
    trust: float


class Entry(NamedTuple):
    """What every contract on a multinational's line is held against, whoever the partner is; present values."""

    d_m: float  # its best alternative
    mode: int  # what it would do alone
    once: float  # cost of signing, and what its lead line loses
    kept: float  # part of a deal's value left after waiting and avoidance
    own: Abroad  # its own offer in a region abroad


@stage
def enter(st: State, t: int, m: int, line: int) -> Entry:
    """What a multinational has and pays on a host line before any partner is looked at."""
    s, home = st.firms.sector[m], st.firms.home[m]
    d_m, mode = alone_in_host(st, t, m, line)
    kept = waited(st, t, s, home, st.host) * (1.0 - avoided(st, t, m, home))
    return Entry(d_m, mode, set_up_cost(st, m) + half_line_loss(st, m, line), kept, Abroad(0.0, 0.0, 0.0))


@stage
def enter_abroad(st: State, t: int, m: int, r: int) -> Entry:
    """The same in a region abroad, where the alternative depends on the partner."""
    s = st.firms.sector[m]
    kept = waited(st, t, s, st.host, r) * (1.0 - avoided(st, t, m, r))
    once = set_up_cost(st, m) * market_scale(st, s, r, Type.globalize) / max(st.scratch.unit[s], 1e-30)
    return Entry(0.0, Mode.absent, once, kept, own_abroad(st, t, m, r))


@stage
def host_deal(st: State, t: int, m: int, c: int, line: int, kind: int, own: Entry, pair: Pair) -> Deal:
    """Market access or co-innovation on a host line, against the best that both have without it."""
    w = host_worth(st, t, m, c, line, kind, pair, CHOSEN, CHOSEN)
    d_c = chinese_alone_in_host(st, m, c, line, own.mode)
    pay_c = nash_pay(w.value - own.once, own.d_m, d_c, st.parameters.bargaining_power)
    agreed = under(st, t, m, kind, Route.none, st.host, w, pay_c)
    gain_m = agreed.multinational * own.kept - own.once - own.d_m
    return Deal(w, agreed, gain_m, (agreed.chinese - d_c) * own.kept, own.d_m, d_c, pair.trust)


@step
def worthless(st: State, m: int, deal: Deal) -> bool:
    """Whether a deal leaves a side less than it has, or both together nothing; one of them may be held to its option."""
    least = -SAME * st.scratch.unit[st.firms.sector[m]]
    return deal.gain_m < least or deal.gain_c < least or deal.gain_m + deal.gain_c <= 0.0


@stage
def abroad_deal(st: State, t: int, m: int, c: int, r: int, route: int, own: Entry, pair: Pair) -> Deal:
    """Selling or powering in a region abroad, against what both have there without each other."""
    w = abroad_worth(st, t, m, c, r, route, pair, own.own, CHOSEN, CHOSEN)
    d_m, d_c = alone_abroad(st, t, m, c, r, route, own.own)
    pay_c = nash_pay(w.value - own.once, d_m, d_c, st.parameters.bargaining_power)
    agreed = under(st, t, m, Type.globalize, route, r, w, pay_c)
    gain_m = (agreed.multinational - d_m) * own.kept - own.once
    return Deal(w, agreed, gain_m, (agreed.chinese - d_c) * own.kept, d_m, d_c, pair.trust)


@stage
def barred(st: State, m: int, c: int, kind: int, route: int, r: int) -> int:
    """What keeps two firms apart whatever the deal is worth: the first obstacle."""
    firms, p = st.firms, st.parameters
    if listed_pair(st, m, c):
        return Obstacle.listed
    if kind == Type.globalize:
        if firms.contract[m, r] >= 0:
            return Obstacle.line_taken
        full = firms.contract[c, r] >= 0 if route == Route.sell else firms.supplies[c] >= p.capacity_supply
        return Obstacle.partner_full if full else Obstacle.none
    if firms.access_holder[m] > 0:
        return Obstacle.no_technology
    line = host_line(st, m)
    if line < 0:
        return Obstacle.line_taken
    if line != st.host and st.partnerships.chinese[firms.contract[m, st.host]] == c:
        return Obstacle.same_partner
    return Obstacle.partner_full if firms.ventures[c] >= p.capacity_host else Obstacle.none


@stage
def propose(st: State, m: int, c: int, kind: int, route: int, r: int, line: int, deal: Deal) -> None:
    """Notes a multinational's best deal so far as its proposal."""
    x = st.scratch
    x.proposed_to[m] = c
    x.proposed_type[m] = kind
    x.proposed_route[m] = route
    x.proposed_region[m] = r
    x.proposed_line[m] = line
    x.proposed_value[m] = deal.gain_c


@stage
def look_in_host(st: State, t: int, m: int, line: int) -> None:
    """One menu: absent, export, wholly owned, or a partner for market access or co-innovation."""
    own = enter(st, t, m, line)
    loss = half_line_loss(st, m, line)
    best = taste(st, t, m, m, ALONE) - (loss if own.mode != Mode.absent else 0.0)
    for n in range(CANDIDATES):
        c = pick_candidate(st, t, m, n)
        if c < 0 or barred(st, m, c, Type.market_access, Route.none, st.host) != Obstacle.none:
            continue
        pair = strangers(st, m, c, Type.market_access)
        for kind in (Type.market_access, Type.co_innovation):
            deal = host_deal(st, t, m, c, line, kind, own, pair)
            if worthless(st, m, deal):
                continue
            gain = deal.gain_m + taste(st, t, m, c, kind)
            if gain > best:
                best = gain
                propose(st, m, c, kind, Route.none, st.host, line, deal)
    if st.scratch.proposed_to[m] < 0 and (line == st.host or own.mode == Mode.wholly_owned):
        go_alone(st, t, m, own.mode, own.d_m, loss)


@stage
def go_alone(st: State, t: int, m: int, mode: int, value: float, loss: float) -> None:
    """Moves to what a multinational does best alone in the host, if that beats what it does now by enough."""
    firms = st.firms
    before = firms.mode[m]
    if mode == before or (mode == Mode.wholly_owned and value <= loss):
        return
    firms.mode[m] = mode
    if mode == Mode.wholly_owned:
        log_alone(st, t, Happening.formation, m, Type.none, Type.wholly_owned, Trigger.search)
        if firms.plant[m, st.host] < 0:
            firms.plant[m, st.host] = t
        pay_once(st, m, set_up_cost(st, m))
    elif before == Mode.wholly_owned:
        log_alone(st, t, Happening.dissolution, m, Type.wholly_owned, Type.none, Trigger.search)
        firms.orientation[m] = 0
        firms.is_hub[m] = 0
        firms.plant[m, st.host] = -1


@stage
def look_abroad(st: State, t: int, m: int, r: int) -> None:
    """Globalising in one region outside the host: sell a Chinese brand, or power one's own with Chinese technology."""
    best = 0.0
    own = enter_abroad(st, t, m, r)
    for n in range(CANDIDATES):
        c = pick_candidate(st, t, m, n + FURTHER)
        if c < 0:
            continue
        pair = strangers(st, m, c, Type.globalize)
        for route in (Route.sell, Route.power):
            if barred(st, m, c, Type.globalize, route, r) != Obstacle.none:
                continue
            deal = abroad_deal(st, t, m, c, r, route, own, pair)
            if worthless(st, m, deal):
                continue
            gain = deal.gain_m + taste(st, t, m, c, ABROAD + route)
            if gain > best:
                best = gain
                propose(st, m, c, Type.globalize, route, r, r, deal)


@stage
def threshold_for(st: State, c: int, kind: int, origin: int, r: int) -> float:
    """Equity from which an investor is screened: a state-owned one abroad is at any equity."""
    owned_by_state = kind == Type.globalize and st.firms.ownership[c] == Ownership.state
    return 0.0 if owned_by_state else st.now.threshold[st.firms.sector[c], origin, r]


@stage
def refused(st: State, t: int, m: int, c: int, kind: int, r: int, equity: float) -> bool:
    """Whether screening stops the deal: in the host of the multinational's equity, abroad of the Chinese firm's.

    A state-owned investor is screened at any equity; licences and supply have none to screen.
    """
    s = st.firms.sector[m]
    origin = st.firms.home[m] if kind != Type.globalize else st.host
    stake = equity if kind != Type.globalize else (1.0 - equity)
    if not screened(stake, threshold_for(st, c, kind, origin, r)):
        return False
    chance = st.now.block[s, origin, r]
    return uniform(key(st.seed, SCREENING, t), join(st.firms.id[m], st.firms.id[c])) < chance


@stage
def free_slot(st: State, m: int, line: int) -> int:
    """The slot of a multinational's line; the two host lines share two slots, since a second venture may move up."""
    second = st.firms.contract.shape[1] - 1
    for other in (st.host, second):
        q = st.firms.contract[m, other]
        if q >= 0 and st.scratch.slot[q] == line:
            return second if line == st.host else st.host
    return line


@stage
def sign(st: State, t: int, m: int, c: int) -> None:
    """Writes a new partnership from the multinational's proposal, unless screening refuses it."""
    firms, jv, x = st.firms, st.partnerships, st.scratch
    kind, route, r, line = x.proposed_type[m], x.proposed_route[m], x.proposed_region[m], x.proposed_line[m]
    s = firms.sector[m]
    if kind == Type.globalize:
        deal = abroad_deal(st, t, m, c, r, route, enter_abroad(st, t, m, r), strangers(st, m, c, kind))
    else:
        deal = host_deal(st, t, m, c, line, kind, enter(st, t, m, line), strangers(st, m, c, kind))
    if refused(st, t, m, c, kind, r, deal.terms.equity):
        log_event(st, t, Happening.screening_refusal, s, r, NONE, NONE, m, c, Type.none, kind, Trigger.search)
        return
    q = take_row(st, s)
    if q < 0:
        return
    begin_partnership(st, t, q, m, c, kind, route, r, line, deal.trust)
    set_terms(st, t, q, kind, route, deal.worth, deal.terms)
    jv.type_first[q] = kind
    jv.equity_start[q] = jv.equity[q]
    part = market_scale(st, s, r, kind) / max(x.unit[s], 1e-30)
    pay_once(st, m, set_up_cost(st, m) * part)
    before = Type.none
    if kind != Type.globalize and line == st.host:
        before = Type.wholly_owned if firms.mode[m] == Mode.wholly_owned else Type.none
        firms.mode[m] = Mode.absent
        firms.plant[m, st.host] = -1  # a base of its own goes into the venture
    log_partnership(st, t, Happening.formation, q, before, kind, Trigger.search)


@stage
def begin_partnership(
    st: State, t: int, q: int, m: int, c: int, kind: int, route: int, r: int, line: int, trust: float
) -> None:
    """Takes a free row, the lines and the slots of a new partnership."""
    firms, jv, x = st.firms, st.partnerships, st.scratch
    jv.id[q] = join(join(firms.id[m], firms.id[c]), np.uint64(t) * np.uint64(64) + np.uint64(line))
    jv.active[q] = 1
    jv.multinational[q] = m
    jv.chinese[q] = c
    jv.sector[q] = firms.sector[m]
    jv.type[q] = kind
    jv.route[q] = route
    jv.region[q] = r
    jv.line[q] = line
    jv.trust[q] = trust
    jv.start[q] = t
    jv.ends[q] = -1
    jv.end_kind[q] = NONE
    jv.end_trigger[q] = Trigger.none
    jv.next_mode[q] = Mode.absent
    jv.reversed[q] = 0
    jv.flipped[q] = -1
    jv.gap_start[q] = x.composite[m] - x.composite[c]
    jv.technology_balance[q] = technology_balance(jv.gap_start[q], st.parameters.contribution_band)
    jv.access_balance[q] = 0.5
    jv.flow_to_chinese[q] = 0.0
    jv.flow_to_multinational[q] = 0.0
    jv.sales[q] = 0.0
    jv.pot[q] = 0.0
    jv.pay_multinational[q] = 0.0
    jv.pay_chinese[q] = 0.0
    x.expected_pot[q] = 0.0
    x.expected_sales[q] = 0.0
    x.slot[q] = free_slot(st, m, line)
    firms.contract[m, line] = q
    if kind != Type.globalize:
        firms.ventures[c] += 1
    elif route == Route.sell:
        firms.contract[c, line] = q
    else:
        firms.supplies[c] += 1


@stage
def sign_named(st: State, t: int, m: int) -> None:
    """Signs the partnership that a named firm's file dates to this quarter, in the host, at terms bargained today."""
    c, kind = int(st.starts[m, PARTNER]), int(st.starts[m, PARTNER_TYPE])
    if st.firms.active[c] > 0 and barred(st, m, c, kind, Route.none, st.host) == Obstacle.none:
        line = host_line(st, m)
        deal = host_deal(st, t, m, c, line, kind, enter(st, t, m, line), strangers(st, m, c, kind))
        propose(st, m, c, kind, Route.none, st.host, line, deal)
        sign(st, t, m, c)


@stage
def seek_partners(st: State, t: int, s: int) -> None:
    """Stage 7: proposals are made by all, then each Chinese firm accepts the one worth most to it."""
    firms, x, p = st.firms, st.scratch, st.parameters
    regions = st.world.market.shape[2]
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    along_turns(st, key(st.seed, SEARCH, t), first, middle)
    for m in range(first, middle):
        x.proposed_to[m] = -1
        if firms.active[m] == 0:
            continue
        if st.starts[m, PARTNER] >= 0.0 and st.starts[m, PARTNER_SINCE] == t:
            sign_named(st, t, m)
            x.proposed_to[m] = -1
            continue
        u = x.turn[m]
        if u < p.search and firms.access_holder[m] == 0:
            line = host_line(st, m)
            if line >= 0:
                look_in_host(st, t, m, line)
        elif u >= 1.0 - p.search and regions > 1:
            spread = (u - (1.0 - p.search)) / max(p.search, 1e-12)
            r = min(int(spread * (regions - 1)), regions - 2)
            r = r + 1 if r >= st.host else r
            if firms.contract[m, r] < 0:
                look_abroad(st, t, m, r)
    for c in range(middle, last):
        x.best_proposer[c] = -1
    for m in range(first, middle):
        c = x.proposed_to[m]
        if c >= 0 and (x.best_proposer[c] < 0 or x.proposed_value[m] > x.proposed_value[x.best_proposer[c]]):
            x.best_proposer[c] = m
    for c in range(middle, last):
        if x.best_proposer[c] >= 0:
            sign(st, t, x.best_proposer[c], c)
    list_living(st, s)
