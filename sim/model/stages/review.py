"""Stage 6: partnerships are reviewed, by turn or because policy changed, and go on, change or end.

One protocol (M9): the sides bargain over the better of the forms that are open to them. What they have while the
venture stalls is the threat; what they have after leaving binds where it is more. A contract that is worth less than
that ends.
"""

from typing import NamedTuple

import numpy as np

from sim.machine.compiled import stage, step
from sim.machine.draws import Stream, join, key, uniform
from sim.model.columns import Cause, Happening, Mode, Route, Trigger, Type
from sim.model.rules.bargaining import annuity, nash_pay, sale_price, stall_pay
from sim.model.rules.policy import sub_form
from sim.model.rules.review import breakdown, claims
from sim.model.stages.abroad import abroad_worth, alone_abroad, own_abroad
from sim.model.stages.assumed import HIGHEST_ROYALTY, NOTICE, PLANT_KNOWHOW, PLANT_LEAD, SAME, SUPPLY_CAPACITY
from sim.model.stages.host import alone_in_host, diverted, host_worth, regained, stalled
from sim.model.stages.offers import Abroad
from sim.model.stages.state import (
    Agreed,
    State,
    end_partnership,
    live_row,
    log_alone,
    log_partnership,
    note_terms,
    pay_once,
)
from sim.model.stages.values import (
    CHOSEN,
    Pair,
    Terms,
    Worth,
    between,
    equity_cap,
    market_scale,
    pays,
    set_up_cost,
    under,
)

REVIEW, TALKS, EXOGENOUS = int(Stream.review), int(Stream.renegotiation), int(Stream.exogenous)
STAY, ENDING = -1, -2
SALE = np.uint64(1)  # talks about a plant's sale draw apart from talks about the contract


class Apart(NamedTuple):
    """What both sides have without the contract; present values over a stall in the host, of the whole abroad."""

    multinational: float
    chinese: float
    mode: int  # what the multinational does alone in the host
    use_m: float  # what keeping the plant is worth to each side
    use_c: float
    scrapped: float  # chance that nobody takes it over


class Weighed(NamedTuple):
    """One review in numbers; values are present values. `decision`: STAY, ENDING, or the happening it is."""

    now: Worth  # as it stands, reckoned as every other option is
    pay_m: float  # of that, under the terms in force
    pay_c: float
    apart: Apart
    again: Terms  # the same form under today's bargain
    other: Worth  # the other form
    changed: Terms  # under today's bargain
    other_type: int
    other_route: int
    moving: float  # cost of changing form
    better: bool  # whether the other form is worth more than that
    stake: float  # what there is to bargain about
    surplus: float  # what both have more than apart, as far as law lets it be shared
    allowed: bool  # whether law lets both have what they have apart
    gain_m: float  # by today's bargain over the terms in force
    gain_c: float
    opens: bool  # whether anybody opens talks
    success: float  # chance that they succeed
    talks: float  # the partnership's draw
    decision: int


@stage
def pair_of(st: State, q: int) -> Pair:
    """The two firms of a partnership."""
    jv = st.partnerships
    return between(st, jv.multinational[q], jv.chinese[q], jv.type[q], jv.trust[q])


@stage
def own_of(st: State, t: int, q: int) -> Abroad:
    """What the multinational offers of its own in the region of a partnership abroad; nothing in the host."""
    jv = st.partnerships
    if jv.type[q] != Type.globalize:
        return Abroad(0.0, 0.0, 0.0, 0.0)
    return own_abroad(st, t, jv.multinational[q], jv.region[q])


@stage
def current_worth(st: State, t: int, q: int, pair: Pair, own: Abroad) -> Worth:
    """Worth of a partnership as it stands, under its own openness and autonomy, in today's market."""
    jv = st.partnerships
    m, c, r, kind = jv.multinational[q], jv.chinese[q], jv.region[q], jv.type[q]
    if kind == Type.globalize:
        return abroad_worth(st, t, m, c, r, jv.route[q], pair, own, jv.openness[q], jv.place[q])
    return host_worth(st, t, m, c, jv.line[q], kind, pair, jv.openness[q], jv.autonomy[q])


@step
def later_part(st: State) -> float:
    """Part of a flow's present value that is left when it starts after the time it takes to build a plant."""
    return 1.0 - annuity(st.parameters.discount, PLANT_LEAD) / st.annuity


@step
def doubt_of(st: State, q: int, stake: float) -> float:
    """Scale of what the sides of a partnership do not know of each other, over what is at stake: less with trust."""
    return st.parameters.doubt * (2.0 - st.partnerships.trust[q]) * max(stake, 0.0)


@stage
def apart_in_host(st: State, t: int, q: int) -> Apart:
    """What both sides have after leaving a host venture.

    The multinational builds anew, unless it exports or keeps the plant; the Chinese side has its own brand with all its
    assets, at once if it keeps the plant. Who can use the plant better buys the other's part at the Nash price.
    """
    jv, p = st.partnerships, st.parameters
    m, c, s, line = jv.multinational[q], jv.chinese[q], jv.sector[q], jv.line[q]
    alone, mode = alone_in_host(st, t, m, line)
    own = stalled(st, m, c, line)
    leaves = regained(st, m, line, mode, own) * st.annuity
    diverts = diverted(st, s, own, st.scratch.appeal[m, line]) * st.annuity
    later = later_part(st)
    use_m, use_c = 0.0, max(leaves + diverts, 0.0) * (1.0 - later)
    if mode == Mode.wholly_owned and equity_cap(st, t, s, st.firms.home[m], st.host) >= 1.0:
        use_m = alone * (1.0 - later) + set_up_cost(st, m)
    d_m = alone * later if mode == Mode.wholly_owned else alone
    d_c = leaves * later - diverts * (1.0 - later)
    stake = st.scratch.expected_pot[q] * st.annuity * (1.0 - later)
    scrapped = breakdown(max(use_m, use_c), doubt_of(st, q, stake))
    sold_m, sold_c = (1.0 - scrapped) * use_m, (1.0 - scrapped) * use_c
    price = sale_price(sold_m, sold_c, p.bargaining_power)
    if use_m > use_c:
        part = (1.0 - jv.equity[q]) * price
        return Apart(d_m + sold_m - part, d_c + part, mode, use_m, use_c, scrapped)
    part = jv.equity[q] * price
    return Apart(d_m + part, d_c + sold_c - part, mode, use_m, use_c, scrapped)


@stage
def apart_of(st: State, t: int, q: int, own: Abroad) -> Apart:
    """What both sides have without a partnership."""
    jv = st.partnerships
    if jv.type[q] != Type.globalize:
        return apart_in_host(st, t, q)
    d_m, d_c = alone_abroad(st, t, jv.multinational[q], jv.chinese[q], jv.region[q], jv.route[q], own)
    return Apart(d_m, d_c, Mode.absent, 0.0, 0.0, 1.0)


@stage
def alternative(st: State, t: int, q: int, pair: Pair, own: Abroad) -> tuple[Worth, int, int]:
    """The other way the same two firms could work in the same place: (worth, type, route)."""
    jv = st.partnerships
    m, c = jv.multinational[q], jv.chinese[q]
    if jv.type[q] == Type.globalize:
        route = Route.power if jv.route[q] == Route.sell else Route.sell
        full = st.firms.supplies[c] >= SUPPLY_CAPACITY
        if (route == Route.power and full) or (route == Route.sell and st.firms.contract[c, jv.region[q]] >= 0):
            route = jv.route[q]
        return abroad_worth(st, t, m, c, jv.region[q], route, pair, own, CHOSEN, CHOSEN), Type.globalize, route
    kind = Type.co_innovation if jv.type[q] == Type.market_access else Type.market_access
    return host_worth(st, t, m, c, jv.line[q], kind, pair, CHOSEN, CHOSEN), kind, Route.none


@stage
def bargained(st: State, kind: int, value: float, apart: Apart) -> float:
    """The Chinese side's part of a contract: in the host a stall is the threat, abroad it is as good as leaving."""
    power = st.parameters.bargaining_power
    if kind == Type.globalize:
        return nash_pay(value, apart.multinational, apart.chinese, power)
    return stall_pay(value, apart.multinational, apart.chinese, power)


@stage
def retermed(st: State, t: int, q: int, w: Worth, pay_c: float) -> Terms:
    """New terms of the same form: royalty moves first, equity only where royalty cannot deliver."""
    jv = st.partnerships
    m, s, kind = jv.multinational[q], jv.sector[q], jv.type[q]
    equity = min(jv.equity[q], equity_cap(st, t, s, st.firms.home[m], st.host))
    if kind != Type.globalize and w.sales > 0.0 and equity < 1.0:
        wanted = w.profit - (pay_c - w.side_c) / st.annuity
        royalty = (wanted - equity * w.profit) / (w.sales * (1.0 - equity))
        if 0.0 <= royalty <= min(HIGHEST_ROYALTY, max(w.profit, 0.0) / w.sales):
            got_m, got_c = pays(st, kind, w, equity, royalty)
            return Terms(got_m, got_c, equity, royalty)
    return under(st, t, m, kind, jv.route[q], jv.region[q], w, pay_c)


@stage
def set_terms(st: State, t: int, q: int, kind: int, route: int, w: Worth, agreed: Terms) -> None:
    """Writes new terms into a partnership and remembers what was promised."""
    jv, firms = st.partnerships, st.firms
    c, r = jv.chinese[q], jv.region[q]
    if route != jv.route[q] and jv.type[q] == Type.globalize:  # the contract moves to the line of the other brand
        if route == Route.sell:
            firms.supplies[c] -= 1
            firms.contract[c, r] = q
        else:
            firms.supplies[c] += 1
            firms.contract[c, r] = -1
    jv.type[q] = kind
    jv.route[q] = route
    jv.equity[q] = agreed.equity
    jv.royalty[q] = agreed.royalty
    jv.openness[q] = w.openness
    jv.autonomy[q] = w.autonomy
    jv.place[q] = w.place
    jv.sub_form[q] = sub_form(kind, route, agreed.equity, w.place != st.host)
    jv.promise_multinational[q] = agreed.multinational / st.annuity
    jv.promise_chinese[q] = agreed.chinese / st.annuity


@stage
def give_notice(st: State, t: int, q: int, value: float, apart: Apart, trigger: int, cause: int) -> None:
    """Starts the notice period of an end; an end is inefficient if together both sides had more than apart."""
    jv = st.partnerships
    if value > apart.multinational + apart.chinese:
        st.outcome[t, jv.sector[q]].inefficient_exits += 1.0
    jv.ends[q] = t + NOTICE
    jv.end_kind[q] = end_of(st, t, q, apart)
    jv.end_trigger[q] = trigger
    jv.end_cause[q] = cause
    jv.next_mode[q] = apart.mode


@stage
def end_of(st: State, t: int, q: int, apart: Apart) -> int:
    """How a partnership would end: its plant goes to who can use it better, or is scrapped when talks on it fail."""
    jv = st.partnerships
    drawn = uniform(key(st.seed, TALKS, t), join(jv.id[q], SALE))
    if jv.type[q] == Type.globalize or drawn < apart.scrapped:
        return Happening.dissolution
    return buyout_of(apart)


@step
def buyout_of(apart: Apart) -> int:
    """Who can use a plant better buys it."""
    return Happening.buyout_multinational if apart.use_m > apart.use_c else Happening.buyout_chinese


@stage
def price_paid(st: State, q: int, kind: int, apart: Apart) -> float:
    """What the multinational pays for its partner's part of a plant when it changes hands; below 0 it is bought out."""
    if kind == Happening.dissolution:
        return 0.0
    equity = st.partnerships.equity[q]
    price = sale_price(apart.use_m, apart.use_c, st.parameters.bargaining_power)
    return (1.0 - equity) * price if kind == Happening.buyout_multinational else -equity * price


@stage
def hand_over(st: State, q: int, kind: int, apart: Apart) -> None:
    """The buyer of a plant pays the other side's part of its price."""
    paid = price_paid(st, q, kind, apart)
    pay_once(st, st.partnerships.multinational[q], paid)
    pay_once(st, st.partnerships.chinese[q], -paid)


@stage
def carry_out_end(st: State, t: int, q: int) -> None:
    """When notice runs out: the plant changes hands or is scrapped; lines become free."""
    jv, firms = st.partnerships, st.firms
    m, c, mode, kind, line = jv.multinational[q], jv.chinese[q], jv.next_mode[q], jv.end_kind[q], jv.line[q]
    host_contract = jv.type[q] != Type.globalize
    bought = kind == Happening.buyout_multinational
    if bought or kind == Happening.buyout_chinese:
        hand_over(st, q, kind, apart_in_host(st, t, q))
        firms.operations[c] += 0.0 if bought else PLANT_KNOWHOW
    end_partnership(st, t, q, kind, Type.wholly_owned if bought else Type.none, jv.end_trigger[q], jv.end_cause[q])
    if bought:
        firms.mode[m] = Mode.wholly_owned
        firms.plant[m, st.host] = t
    elif host_contract and line == st.host and firms.contract[m, line] < 0 and firms.mode[m] == Mode.absent:
        firms.mode[m] = mode
        if mode == Mode.wholly_owned:  # what it left the venture for
            firms.plant[m, st.host] = t + PLANT_LEAD
            pay_once(st, m, set_up_cost(st, m))
            log_alone(st, t, Happening.formation, m, Type.none, Type.wholly_owned, Trigger.surplus)


@stage
def weigh_review(st: State, t: int, q: int) -> Weighed:
    """All that a review weighs, and its decision.

    A side opens talks if the contract is worth less than leaving it, or if today's bargain would give it enough more.
    Talks break down the more often the less there is to lose; else the form and the terms are the bargain's.
    """
    jv, p = st.partnerships, st.parameters
    m, s, r, kind, route = jv.multinational[q], jv.sector[q], jv.region[q], jv.type[q], jv.route[q]
    pair, own = pair_of(st, q), own_of(st, t, q)
    now = current_worth(st, t, q, pair, own)
    pay_m, pay_c = pays(st, kind, now, jv.equity[q], jv.royalty[q])
    apart = apart_of(st, t, q, own)
    other, other_kind, other_route = alternative(st, t, q, pair, own)
    scale = market_scale(st, s, r, kind)
    moving = 4.0 * p.sunk_cost * scale * st.firms.cost_scale[m]
    better = other.value - moving > now.value and (other_kind != kind or other_route != route)
    again = retermed(st, t, q, now, bargained(st, kind, now.value, apart))
    changed = under(st, t, m, other_kind, other_route, r, other, bargained(st, kind, other.value - moving, apart))
    best = other.value - moving if better else now.value
    got_m = changed.multinational - moving if better else again.multinational
    got_c = changed.chinese if better else again.chinese
    both = apart.multinational + apart.chinese
    stake = best - both if kind == Type.globalize else best
    allowed = got_m >= apart.multinational - SAME * scale and got_c >= apart.chinese - SAME * scale
    surplus = best - both
    if surplus > 0.0 and not allowed:  # law does not let it be shared
        surplus = min(got_m - apart.multinational, got_c - apart.chinese)
    opens = surplus < 0.0 or claims(max(got_m - pay_m, got_c - pay_c), stake, p.claim)
    success = 1.0 - breakdown(surplus, doubt_of(st, q, st.scratch.expected_pot[q] * st.annuity))
    talks = uniform(key(st.seed, TALKS, 0), jv.id[q])  # drawn once: what a pair finds out about itself
    decision = STAY
    if opens and talks >= success:
        decision = ENDING
    elif opens and surplus > 0.0:
        decision = Happening.conversion if better else Happening.renegotiation
    return Weighed(
        now=now,
        pay_m=pay_m,
        pay_c=pay_c,
        apart=apart,
        again=again,
        other=other,
        changed=changed,
        other_type=other_kind,
        other_route=other_route,
        moving=moving,
        better=better,
        stake=stake,
        surplus=surplus,
        allowed=allowed,
        gain_m=got_m - pay_m,
        gain_c=got_c - pay_c,
        opens=opens,
        success=success,
        talks=talks,
        decision=decision,
    )


@stage
def review_one(st: State, t: int, q: int, trigger: int) -> None:
    """Carries out what a review decides."""
    jv = st.partnerships
    w = weigh_review(st, t, q)
    jv.pay_multinational[q] = w.pay_m / st.annuity
    jv.pay_chinese[q] = w.pay_c / st.annuity
    if w.decision == STAY:
        return
    if w.decision == ENDING:
        reason = trigger if trigger == Trigger.policy else Trigger.surplus
        cause = Cause.lost_surplus if w.surplus < 0.0 else Cause.failed_talks
        cause = Cause.policy if trigger == Trigger.policy else cause
        give_notice(st, t, q, max(w.now.value, w.other.value - w.moving), w.apart, reason, cause)
        return
    old = Agreed(jv.equity[q], jv.royalty[q], jv.pay_multinational[q], jv.pay_chinese[q])
    before = jv.type[q]
    if w.decision == Happening.conversion:
        set_terms(st, t, q, w.other_type, w.other_route, w.other, w.changed)
    else:
        set_terms(st, t, q, before, jv.route[q], w.now, w.again)
    log_partnership(st, t, w.decision, q, before, jv.type[q], trigger)
    new = Agreed(jv.equity[q], jv.royalty[q], jv.promise_multinational[q], jv.promise_chinese[q])
    note_terms(st, t, jv.sector[q], w.decision, old, new)


@stage
def called(st: State, t: int, q: int) -> bool:
    """Whether a changed field of policy calls a review: in the region; in the host, by its own law or with the home."""
    jv, s = st.partnerships, st.partnerships.sector[q]
    changed = st.announced.changed if st.parameters.anticipation > 0.0 else st.in_force.changed
    if jv.type[q] == Type.globalize:
        return changed[t, s, jv.region[q]] > 0.0
    elsewhere = 0.0
    for r in range(changed.shape[2]):
        elsewhere += changed[t, s, r] if r != st.host else 0.0
    at_home = changed[t, s, st.firms.home[jv.multinational[q]]] > 0.0
    return changed[t, s, st.host] > 0.0 and (at_home or elsewhere == 0.0)


@stage
def sever(st: State, t: int, q: int) -> bool:
    """Whether an entity listing by the multinational's home ends a partnership at once."""
    jv, firms = st.partnerships, st.firms
    m, c = jv.multinational[q], jv.chinese[q]
    if firms.listed[c, firms.home[m]] == 0 and firms.listed[m, st.host] == 0:
        return False
    end_partnership(st, t, q, Happening.severance, Type.none, Trigger.listing, Cause.listing)
    return True


@stage
def hold_reviews(st: State, t: int, s: int) -> None:
    """Stage 6: notices run out, listings sever, chance ends a few; reviews come by turn and where policy changed."""
    jv, p = st.partnerships, st.parameters
    review_key = key(st.seed, REVIEW, t)
    chance_key = key(st.seed, EXOGENOUS, t)
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        if jv.start[q] >= t:
            continue
        if sever(st, t, q):
            continue
        if jv.ends[q] >= 0:
            if t >= jv.ends[q]:
                carry_out_end(st, t, q)
            continue
        if uniform(chance_key, jv.id[q]) < p.exogenous_end:
            own = own_of(st, t, q)
            value = current_worth(st, t, q, pair_of(st, q), own).value
            give_notice(st, t, q, value, apart_of(st, t, q, own), Trigger.exogenous, Cause.chance)
            continue
        touched = called(st, t, q)
        if uniform(review_key, jv.id[q]) < p.review_rate:
            review_one(st, t, q, Trigger.policy if touched else Trigger.scheduled)
        elif touched:
            review_one(st, t, q, Trigger.policy)
