"""Stage 6: partnerships are reviewed, by turn or because policy changed, and go on, change or end."""

from typing import NamedTuple

from sim.columns import Cause, Happening, Mode, Route, Trigger, Type
from sim.compiled import stage
from sim.draws import Stream, key, uniform
from sim.quarter.assumed import PLANT_FIT, PLANT_KNOWHOW, PLANT_PRICE
from sim.quarter.market import fixed_cost
from sim.quarter.offers import composite_of, venture_offer
from sim.quarter.state import (
    Agreed,
    State,
    end_partnership,
    live_row,
    log_alone,
    log_partnership,
    note_terms,
    pay_once,
)
from sim.quarter.values import (
    ANY_PLACE,
    Conduct,
    Pair,
    Terms,
    Worth,
    abroad_openness,
    abroad_worth,
    alone_abroad,
    alone_in_host,
    between,
    equity_cap,
    host_worth,
    market_scale,
    own_abroad,
    pays,
    split,
    under,
    venture_conduct,
)
from sim.rules.outside import chinese_alone_in_host
from sim.rules.policy import sub_form
from sim.rules.review import dissatisfied, plant_use, renegotiation_chance, worth_moving

REVIEW, TALKS, EXOGENOUS = int(Stream.review), int(Stream.renegotiation), int(Stream.exogenous)
STAY, ENDING = -1, -2


class Form(NamedTuple):
    """A way for two firms to work together in a place, and what it is worth."""

    worth: Worth
    type: int
    route: int


class Outside(NamedTuple):
    """What the sides have without a contract, present values, and what the multinational would then do alone."""

    multinational: float
    chinese: float
    mode: int


class Table(NamedTuple):
    """What lies on the table of a review, before anybody answers; values are present values."""

    now: Worth  # the partnership as it stands, in today's market
    forecast: Worth  # the same with profit and sales as the sides forecast them
    pay_m: float  # of the forecast, under the terms in force
    pay_c: float
    outside: Outside
    other: Form  # the other form
    tolerance: float
    moving: float  # cost of changing form
    better: bool  # whether the other form is worth it
    unhappy_m: bool
    unhappy_c: bool


class Weighed(NamedTuple):
    """One review in numbers. `decision`: STAY, ENDING, or the happening it is."""

    table: Table
    again: Terms  # the same form, split anew
    changed: Terms  # the other form, under new terms
    moves: bool  # whether both would sign the other form
    renews: bool  # whether both would sign new terms in the same form
    chance: float  # that talks succeed
    talks: float  # the draw
    decision: int


@stage
def pair_of(st: State, q: int) -> Pair:
    """The two firms of a partnership."""
    jv = st.partnerships
    return between(st, jv.multinational[q], jv.chinese[q], jv.trust[q])


@stage
def own_of(st: State, t: int, q: int) -> float:
    """Appeal of what the multinational offers of its own in the region of a partnership abroad; 0 in the host."""
    jv = st.partnerships
    return own_abroad(st, t, jv.multinational[q], jv.region[q]) if jv.type[q] == Type.globalize else 0.0


@stage
def current_worth(st: State, q: int, pair: Pair, own: float) -> Worth:
    """Worth of a partnership as it stands, under its own openness and autonomy, in today's market."""
    jv = st.partnerships
    m, c, r, kind = jv.multinational[q], jv.chinese[q], jv.region[q], jv.type[q]
    if kind == Type.globalize:
        return abroad_worth(st, m, c, r, jv.route[q], pair, own, jv.openness[q], jv.place[q])
    conduct = Conduct(openness=jv.openness[q], autonomy=jv.autonomy[q])
    return host_worth(st, m, c, jv.line[q], kind, pair, conduct)


@stage
def as_forecast(st: State, q: int, w: Worth) -> Worth:
    """The same with profit and sales as the sides forecast them: reviews are about what is expected to last."""
    jv, x = st.partnerships, st.scratch
    cost = fixed_cost(st, jv.multinational[q], jv.sector[q], jv.type[q], jv.region[q], jv.trust[q], jv.autonomy[q])
    profit = x.forecast_pot[q] - cost
    return Worth(
        profit=profit,
        sales=x.forecast_sales[q],
        side_m=w.side_m,
        side_c=w.side_c,
        openness=w.openness,
        autonomy=w.autonomy,
        place=w.place,
        value=st.annuity * profit + w.side_m + w.side_c,
    )


@stage
def outside(st: State, t: int, q: int, own: float) -> Outside:
    """What the two sides of a partnership have without it."""
    jv = st.partnerships
    m, c = jv.multinational[q], jv.chinese[q]
    if jv.type[q] == Type.globalize:
        d_m, d_c = alone_abroad(st, t, m, c, jv.region[q], jv.route[q], own)
        return Outside(multinational=d_m, chinese=d_c, mode=Mode.absent)
    d_m, mode = alone_in_host(st, m, jv.line[q])
    return Outside(multinational=d_m, chinese=chinese_alone_in_host(), mode=mode)


@stage
def alternative(st: State, q: int, pair: Pair, own: float) -> Form:
    """The other way the same two firms could work in the same place."""
    jv = st.partnerships
    m, c, r = jv.multinational[q], jv.chinese[q], jv.region[q]
    if jv.type[q] == Type.globalize:
        route = other_route(st, q)
        chosen = abroad_openness(st, m, c, r, pair)
        w = abroad_worth(st, m, c, r, route, pair, own, chosen, ANY_PLACE)
        return Form(worth=w, type=Type.globalize, route=route)
    kind = Type.co_innovation if jv.type[q] == Type.market_access else Type.market_access
    w = host_worth(st, m, c, jv.line[q], kind, pair, venture_conduct(st, m, kind, pair))
    return Form(worth=w, type=kind, route=Route.none)


@stage
def other_route(st: State, q: int) -> int:
    """The other route of a partnership abroad or, if the Chinese firm has no room for it, the same."""
    jv, firms, c = st.partnerships, st.firms, st.partnerships.chinese[q]
    if jv.route[q] == Route.sell:
        full = firms.supplies[c] >= st.parameters.capacity_supply
        return Route.sell if full else Route.power
    full = firms.contract[c, jv.region[q]] >= 0
    return Route.power if full else Route.sell


@stage
def set_terms(st: State, q: int, kind: int, route: int, w: Worth, agreed: Terms) -> None:
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
    jv.balance_start[q] = jv.technology_balance[q]
    jv.promise_multinational[q] = agreed.multinational / st.annuity
    jv.promise_chinese[q] = agreed.chinese / st.annuity


@stage
def plant_uses(st: State, q: int, mode: int) -> tuple[float, float, float]:
    """Sales of a host venture's plant, and what multinational and Chinese firm could make of it alone."""
    jv, x = st.partnerships, st.scratch
    m, c, s = jv.multinational[q], jv.chinese[q], jv.sector[q]
    plant = max(x.forecast_sales[q], 0.0)
    _, demanded = venture_offer(st, m, c, Type.market_access, jv.openness[q], jv.trust[q])
    fills = 1.0 + (x.composite[c] - composite_of(st, s, demanded)) * PLANT_FIT * x.sensitivity[s]
    return plant, plant_use(plant, 1.0 if mode == Mode.wholly_owned else 0.0), plant_use(plant, fills)


@stage
def end_of(st: State, q: int, mode: int) -> int:
    """How a partnership would end: bought by the side that can use the plant better and may own it, else dissolved."""
    jv = st.partnerships
    if jv.type[q] == Type.globalize:
        return Happening.dissolution
    plant, use_m, use_c = plant_uses(st, q, mode)
    least = st.parameters.buyout_threshold * plant
    allowed = equity_cap(st, jv.sector[q], st.firms.home[jv.multinational[q]], st.host) >= 1.0
    if allowed and use_m - use_c > least:
        return Happening.buyout_multinational
    return Happening.buyout_chinese if use_c - use_m > least else Happening.dissolution


@stage
def give_notice(st: State, t: int, q: int, value: float, apart: Outside, trigger: int, cause: int) -> None:
    """Starts the notice period of an end; an end is inefficient if together both sides had more than apart."""
    jv = st.partnerships
    if value > apart.multinational + apart.chinese:
        st.outcome[t, jv.sector[q]].inefficient_exits += 1.0
    jv.ends[q] = t + int(st.parameters.notice)
    jv.end_kind[q] = end_of(st, q, apart.mode)
    jv.end_trigger[q] = trigger
    jv.end_cause[q] = cause
    jv.next_mode[q] = apart.mode


@stage
def carry_out_end(st: State, t: int, q: int) -> None:
    """When notice runs out: the plant changes hands at its value, or half of it is scrapped; lines become free."""
    jv, firms, x = st.partnerships, st.firms, st.scratch
    m, c, mode, kind = jv.multinational[q], jv.chinese[q], jv.next_mode[q], jv.end_kind[q]
    host_contract = jv.type[q] != Type.globalize
    line = jv.line[q]
    plant = PLANT_PRICE * x.forecast_sales[q] if host_contract else 0.0
    if kind == Happening.buyout_multinational:
        pay_once(st, m, (1.0 - jv.equity[q]) * plant)
        pay_once(st, c, -(1.0 - jv.equity[q]) * plant)
    elif kind == Happening.buyout_chinese:
        pay_once(st, c, jv.equity[q] * plant)
        pay_once(st, m, -jv.equity[q] * plant)
        firms.operations[c] += PLANT_KNOWHOW
    after = Type.wholly_owned if kind == Happening.buyout_multinational else Type.none
    end_partnership(st, t, q, kind, after, jv.end_trigger[q], jv.end_cause[q])
    if kind == Happening.buyout_multinational:
        firms.mode[m] = Mode.wholly_owned
        firms.plant[m, st.host] = t
    elif host_contract and line == st.host and firms.contract[m, line] < 0 and firms.mode[m] == Mode.absent:
        firms.mode[m] = mode
        if mode == Mode.wholly_owned:  # what it left the venture for
            firms.plant[m, st.host] = t
            pay_once(st, m, 4.0 * st.parameters.sunk_cost * firms.cost_scale[m] * x.unit[firms.sector[m]])
            log_alone(st, t, Happening.formation, m, Type.none, Type.wholly_owned, Trigger.surplus)


@stage
def consents(got: Terms, least_m: float, least_c: float, tolerance: float) -> bool:
    """Whether both sides would sign: what law and royalties leave them is not below what they have otherwise."""
    return got.multinational >= least_m - tolerance and got.chinese >= least_c - tolerance


@stage
def lay_out(st: State, t: int, q: int) -> Table:
    """What a review finds: the partnership, what each side has without it, and the other form."""
    jv, p = st.partnerships, st.parameters
    kind, route = jv.type[q], jv.route[q]
    pair, own = pair_of(st, q), own_of(st, t, q)
    now = current_worth(st, q, pair, own)
    forecast = as_forecast(st, q, now)
    pay_m, pay_c = pays(st, kind, forecast, jv.equity[q], jv.royalty[q])
    apart = outside(st, t, q, own)
    other = alternative(st, q, pair, own)
    scale = market_scale(st, jv.sector[q], jv.region[q], kind)
    tolerance = p.tolerance * scale * st.annuity
    moving = p.sunk_cost * 4.0 * scale * st.firms.cost_scale[jv.multinational[q]]
    gain = other.worth.value - max(now.value, apart.multinational + apart.chinese)
    differs = other.type != kind or other.route != route
    return Table(
        now=now,
        forecast=forecast,
        pay_m=pay_m,
        pay_c=pay_c,
        outside=apart,
        other=other,
        tolerance=tolerance,
        moving=moving,
        better=worth_moving(gain, moving, p.hysteresis) and differs,
        unhappy_m=dissatisfied(pay_m, apart.multinational, tolerance),
        unhappy_c=dissatisfied(pay_c, apart.chinese, tolerance),
    )


@stage
def talks_chance(st: State, q: int) -> float:
    """Chance that talks of a partnership succeed."""
    jv, p = st.partnerships, st.parameters
    moved = abs(jv.technology_balance[q] - jv.balance_start[q])
    base = p.clause_success if jv.clause[q] > 0 else p.renegotiation
    return renegotiation_chance(base, jv.trust[q], moved, p.balance_strain)


@stage
def weigh_review(st: State, t: int, q: int) -> Weighed:
    """All that a review weighs, and its decision.

    A side that falls short of its alternative asks for new terms, of the same or the other form, against the
    alternatives; talks can fail, and then the partnership ends. If nobody falls short, both move to the other form when
    that is worth the cost and neither loses by it.
    """
    jv, m = st.partnerships, st.partnerships.multinational[q]
    table = lay_out(st, t, q)
    w, other, d_m, d_c = table.forecast, table.other, table.outside.multinational, table.outside.chinese
    short = table.unhappy_m or table.unhappy_c
    pay_c = split(st, w.value, d_m, d_c)
    again = under(st, m, jv.type[q], jv.route[q], jv.region[q], w, pay_c)
    least_m, least_c = d_m, d_c
    if not short:
        least_m, least_c = pays(st, jv.type[q], table.now, jv.equity[q], jv.royalty[q])
    pay_c = split(st, other.worth.value, least_m, least_c)
    changed = under(st, m, other.type, other.route, jv.region[q], other.worth, pay_c)
    moves = table.better and consents(changed, least_m, least_c, table.tolerance)
    renews = w.value > d_m + d_c and consents(again, d_m, d_c, table.tolerance)
    chance, talks = talks_chance(st, q), uniform(key(st.seed, TALKS, t), jv.id[q])
    return Weighed(
        table=table,
        again=again,
        changed=changed,
        moves=moves,
        renews=renews,
        chance=chance,
        talks=talks,
        decision=decided(short, talks < chance, moves, renews),
    )


@stage
def decided(short: bool, agreed: bool, moves: bool, renews: bool) -> int:
    """What a review comes to: who falls short gets new terms or leaves, whoever does not may still move."""
    if short and not (agreed and (moves or renews)):
        return ENDING
    if moves:
        return Happening.conversion
    return Happening.renegotiation if short else STAY


@stage
def cause_of(trigger: int, agreeable: bool) -> int:
    """Why a review ends a partnership; `agreeable`: there were terms that both sides would have signed."""
    if trigger == Trigger.policy:
        return Cause.policy
    return Cause.failed_talks if agreeable else Cause.lost_surplus


@stage
def review_one(st: State, t: int, q: int, trigger: int) -> None:
    """Carries out what a review decides."""
    jv = st.partnerships
    w = weigh_review(st, t, q)
    table, before = w.table, jv.type[q]
    jv.pay_multinational[q] = table.pay_m / st.annuity
    jv.pay_chinese[q] = table.pay_c / st.annuity
    if w.decision == STAY:
        return
    if w.decision == ENDING:
        reason = trigger if trigger == Trigger.policy else Trigger.surplus
        lost = max(table.forecast.value, table.other.worth.value - table.moving)
        give_notice(st, t, q, lost, table.outside, reason, cause_of(trigger, w.moves or w.renews))
        return
    old = Agreed(jv.equity[q], jv.royalty[q], jv.pay_multinational[q], jv.pay_chinese[q])
    if w.decision == Happening.conversion:
        set_terms(st, q, table.other.type, table.other.route, table.other.worth, w.changed)
    else:
        set_terms(st, q, before, jv.route[q], table.forecast, w.again)
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
            w = current_worth(st, q, pair_of(st, q), own)
            give_notice(st, t, q, w.value, outside(st, t, q, own), Trigger.exogenous, Cause.chance)
            continue
        touched = called(st, t, q)
        if uniform(review_key, jv.id[q]) < p.review_rate:
            review_one(st, t, q, Trigger.policy if touched else Trigger.scheduled)
        elif touched:
            review_one(st, t, q, Trigger.policy)
