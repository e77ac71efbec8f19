"""Stage 7: multinationals look for partners, propose, and are accepted or not; and decide what to do alone.

Candidates are drawn uniformly by key, so that luck is shared by scenarios. Every multinational makes at most one
proposal a quarter, every Chinese firm accepts at most the one that is worth most to it.
"""

import numpy as np

from sim.machine.compiled import stage
from sim.machine.draws import Stream, bits, gumbel, join, key, uniform
from sim.model.columns import Happening, Mode, Route, Trigger, Type
from sim.model.rules.policy import screened
from sim.model.rules.venture import technology_balance
from sim.model.stages.assumed import CANDIDATES, CONTRIBUTION_BAND
from sim.model.stages.deals import (
    Deal,
    Obstacle,
    abroad_deal,
    barred,
    enter,
    enter_abroad,
    host_deal,
    host_line,
    threshold_for,
    worthless,
)
from sim.model.stages.lanes import along_turns
from sim.model.stages.review import set_terms
from sim.model.stages.state import (
    NONE,
    State,
    begin_watch,
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
from sim.model.stages.values import market_scale, set_up_cost, strangers

SEARCH, CANDIDATE, TASTE = int(Stream.search), int(Stream.candidate), int(Stream.taste)
SCREENING = int(Stream.screening)
ALONE, ABROAD = 0, 2  # tastes: for no partner; a host type has its own number, a route abroad this and its own
FURTHER = 64  # draws of candidates abroad come after those in the host
PARTNER, PARTNER_SINCE, PARTNER_TYPE = 3, 4, 5  # positions in State.starts


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
    best = taste(st, t, m, m, ALONE) - (own.loss if own.mode != Mode.absent else 0.0)
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
        go_alone(st, t, m, own.mode, own.d_m, own.loss)


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
def refused(st: State, t: int, m: int, c: int, kind: int, r: int, equity: float) -> bool:
    """Whether screening stops the deal: in the host of the multinational's equity, abroad of the Chinese firm's.

    A state-owned investor is screened at any equity; licences and supply have none to screen.
    """
    s = st.firms.sector[m]
    origin = st.firms.home[m] if kind != Type.globalize else st.host
    stake = equity if kind != Type.globalize else (1.0 - equity)
    if not screened(stake, threshold_for(st, c, kind, origin, r)):
        return False
    chance = st.now.block[s, origin, r] * (1.0 - st.now.waived[s, origin, r])
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
    begin_watch(st, q)
    jv.gap_start[q] = x.composite[m] - x.composite[c]
    jv.technology_balance[q] = technology_balance(jv.gap_start[q], CONTRIBUTION_BAND)
    jv.access_balance[q] = 0.5
    jv.flow_to_chinese[q] = 0.0
    jv.flow_to_multinational[q] = 0.0
    jv.sales[q] = 0.0
    jv.pot[q] = 0.0
    jv.pay_multinational[q] = 0.0
    jv.pay_chinese[q] = 0.0
    x.expected_pot[q] = 0.0
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
