"""Questions to a state, answered by the stages' own functions: what a review weighs, what a deal is worth.

Nothing here writes, except `to_review` and `from_review`, which together are one quarter for callers that stop on the
way. Where functions take `columns`, that is a State, or its bundle where many questions are asked of it. Present values
are over the horizon, in money.
"""

from enum import IntEnum
from typing import Any, NamedTuple

from sim.compiled import bundle, stage
from sim.draws import key, uniform
from sim.quarter.conditions import read_conditions
from sim.quarter.firms import turn_over
from sim.quarter.investment import invest
from sim.quarter.learning import learn
from sim.quarter.market import trade
from sim.quarter.offers import venture_offer
from sim.quarter.record import write_record
from sim.quarter.review import EXOGENOUS, REVIEW, TALKS, alternative, current_worth, hold_reviews, outside
from sim.quarter.search import (
    SEARCH,
    avoided,
    half_line_loss,
    host_line,
    known,
    listed_pair,
    seek_partners,
    signing_cost,
    world_market,
)
from sim.quarter.state import BUYOUT_C, BUYOUT_M, CONVERSION, DISSOLUTION, RENEGOTIATION, State
from sim.quarter.values import (
    Worth,
    abroad_worth,
    alone_abroad,
    alone_in_host,
    equity_cap,
    host_worth,
    leak_price,
    lesson_rate,
    pays,
    split,
    terms,
)
from sim.rules.governance import dependence_cost
from sim.rules.policy import screened
from sim.rules.review import dissatisfied, plant_use, renegotiation_chance, worth_moving

STAY = -1


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


FREE, LISTED, NO_TECHNOLOGY, LINE_TAKEN, SAME_PARTNER, PARTNER_FULL, NO_SURPLUS, NO_PAY = (int(o) for o in Obstacle)


class Terms(NamedTuple):
    """A contract's worth to each side under its terms."""

    multinational: float
    chinese: float
    equity: float
    royalty: float


class Weighed(NamedTuple):
    """One review in numbers. `decision` is the event (state.py) it would lead to, or STAY."""

    now: Terms
    again: Terms  # the same form, split anew
    other: Terms  # the other form
    other_type: int
    other_route: int
    value: float  # of the whole in today's market
    other_value: float
    outside_multinational: float
    outside_chinese: float
    mode: int  # what the multinational would do alone
    tolerance: float
    moving: float  # cost of changing form
    better: bool  # whether the other form is worth it
    unhappy_multinational: bool
    unhappy_chinese: bool
    chance: float  # that talks succeed
    talks: float  # draws of the quarter: talks, turn of review, end by chance
    turn: float
    fate: float
    touched: bool  # whether policy calls a review
    plant: float  # sales of the plant, and what each side could make of it
    use_multinational: float
    use_chinese: float
    cap: float  # on foreign equity in the host
    end: int  # how it would end if it did
    decision: int
    lesson_chinese: float  # worth of what each side would learn
    lesson_multinational: float
    leak: float  # what the multinational loses by what the partner learns
    dependence: float  # expected loss of the side that depends on the other's technology


class Deal(NamedTuple):
    """A possible contract of two firms, and why it would not be signed."""

    terms: Terms
    value: float  # after waiting, avoidance and signing
    outside_multinational: float
    outside_chinese: float
    openness: float
    autonomy: float
    refusal: float  # chance that screening refuses it
    look: float  # the draw that decides whether the multinational looks this quarter
    trust: float
    mode: int  # what the multinational would do alone in the host
    obstacle: int


def to_review(columns: Any, t: int) -> None:
    """The stages of quarter t before review, as `one_quarter` goes through them."""
    st = bundle(columns)
    for each in (read_conditions, learn, trade):
        each(st, t)


def from_review(columns: Any, t: int) -> None:
    """The other stages of quarter t."""
    st = bundle(columns)
    for each in (hold_reviews, seek_partners, invest, turn_over, write_record):
        each(st, t)


def weigh(columns: Any, t: int, q: int) -> Weighed:
    """What a review of partnership row q in quarter t weighs and would decide."""
    return weigh_review(bundle(columns), t, q)


def deal(columns: Any, t: int, m: int, c: int, kind: int, route: int, r: int) -> Deal:
    """A contract of two firms as the search of quarter t values it, before taste; r is the host unless kind is 3."""
    return value_deal(bundle(columns), t, m, c, kind, route, r)


@stage
def under(st: State, t: int, m: int, kind: int, route: int, r: int, w: Worth, pay_c: float) -> Terms:
    """What each side gets when the Chinese side is to have `pay_c`, as far as law and royalties allow."""
    equity, royalty = terms(st, t, m, kind, route, r, w, pay_c)
    got_m, got_c = pays(st, kind, w, equity, royalty)
    return Terms(got_m, got_c, equity, royalty)


@stage
def market_scale(st: State, s: int, r: int, kind: int) -> float:
    """A quarter's market per firm of the place that a contract is about."""
    scale = st.scratch.unit[s]
    if kind == 3:
        firms = st.sectors.multinationals[s] + st.sectors.chinese[s]
        scale *= st.scratch.expenditure[s, r] / max(scale * firms, 1e-30)
    return scale


@stage
def end_of(st: State, t: int, q: int, use_m: float, use_c: float, cap: float) -> int:
    """How a partnership would end, as `review.choose_end` decides it."""
    plant = max(st.scratch.forecast_sales[q], 0.0)
    least = st.parameters.buyout_threshold * plant
    if st.partnerships.type[q] == 3:
        return DISSOLUTION
    if cap >= 1.0 and use_m - use_c > least:
        return BUYOUT_M
    return BUYOUT_C if use_c - use_m > least else DISSOLUTION


@stage
def fears(st: State, t: int, q: int) -> tuple[float, float, float, float]:
    """Worth of lessons to the Chinese firm and to the multinational, of what leaks, of the risk of being cut off."""
    jv, firms, x, p = st.partnerships, st.firms, st.scratch, st.parameters
    m, c = jv.multinational[q], jv.chinese[q]
    to_c, to_m = lesson_rate(st, t, m, c, jv.trust[q])
    open_ramp = jv.openness[q] * st.ramp
    dependent = c if jv.type[q] == 3 and jv.route[q] == 1 else m
    risk = dependence_cost(firms.hazard[dependent], p.cutoff_loss, firms.hedge[dependent], p.hedge_cost)
    lost = risk * max(x.forecast_pot[q], 0.0) * st.annuity * 0.25
    return open_ramp * to_c * x.gain[c], open_ramp * to_m * x.gain[m], open_ramp * to_c * leak_price(st, m, c), lost


@stage
def called(st: State, t: int, q: int) -> bool:
    """Whether a change of policy calls a review, as in `review.hold_reviews`."""
    jv, changed, s = st.partnerships, st.in_force.changed, st.partnerships.sector[q]
    home = st.firms.home[jv.multinational[q]]
    touched = changed[t, s, jv.region[q]] > 0.0 and changed[t, s, home] > 0.0
    return touched or (jv.type[q] != 3 and changed[t, s, st.host] > 0.0)


@stage
def weigh_review(st: State, t: int, q: int) -> Weighed:
    """The numbers and the decision of `review.review_one`."""
    jv, firms, x, p = st.partnerships, st.firms, st.scratch, st.parameters
    m, c, s, r, kind = jv.multinational[q], jv.chinese[q], jv.sector[q], jv.region[q], jv.type[q]
    w = current_worth(st, t, q)
    pay_m, pay_c = pays(st, kind, w, jv.equity[q], jv.royalty[q])
    d_m, d_c, mode = outside(st, t, q)
    other, other_kind, route = alternative(st, t, q)
    scale = market_scale(st, s, r, kind)
    tolerance = p.tolerance * scale * st.annuity
    moving = p.sunk_cost * 4.0 * scale * firms.cost_scale[m]
    better = worth_moving(other.value - max(w.value, d_m + d_c), moving, p.hysteresis)
    short_m, short_c = dissatisfied(pay_m, d_m, tolerance), dissatisfied(pay_c, d_c, tolerance)
    base = p.clause_success if jv.clause[q] > 0 else p.renegotiation
    moved = abs(jv.technology_balance[q] - jv.balance_start[q])
    chance = renegotiation_chance(base, jv.trust[q], moved, p.balance_strain)
    talks = uniform(key(st.seed, TALKS, t), jv.id[q])
    plant = max(x.forecast_sales[q], 0.0)
    _, joint = venture_offer(st, t, m, c, 1, jv.openness[q], jv.trust[q])
    use_m = plant_use(plant, 1.0 if mode == 2 else 0.0)
    use_c = plant_use(plant, 1.0 + (x.composite[c] - joint) * 0.5 * x.sensitivity[s])
    cap = equity_cap(st, t, s, firms.home[m], st.host)
    end = end_of(st, t, q, use_m, use_c, cap)
    decision = STAY
    if short_m or short_c:
        value = max(w.value, other.value - moving) if better else w.value
        decision = end if value <= d_m + d_c or talks >= chance else RENEGOTIATION
    if better and decision in (RENEGOTIATION, STAY):
        changes = other_kind != kind or route != jv.route[q]
        decision = CONVERSION if changes else RENEGOTIATION
    lesson_c, lesson_m, leak, dependence = fears(st, t, q)
    return Weighed(
        Terms(pay_m, pay_c, jv.equity[q], jv.royalty[q]),
        under(st, t, m, kind, jv.route[q], r, w, split(st, w.value, d_m, d_c)),
        under(st, t, m, other_kind, route, r, other, split(st, other.value, d_m, d_c)),
        other_kind,
        route,
        w.value,
        other.value,
        d_m,
        d_c,
        mode,
        tolerance,
        moving,
        better,
        short_m,
        short_c,
        chance,
        talks,
        uniform(key(st.seed, REVIEW, t), jv.id[q]),
        uniform(key(st.seed, EXOGENOUS, t), jv.id[q]),
        called(st, t, q),
        plant,
        use_m,
        use_c,
        cap,
        end,
        decision,
        lesson_c,
        lesson_m,
        leak,
        dependence,
    )


@stage
def barred(st: State, m: int, c: int, kind: int, route: int, r: int) -> int:
    """What keeps two firms apart whatever the deal is worth, as the search of either place checks it."""
    firms, p = st.firms, st.parameters
    if listed_pair(st, m, c):
        return LISTED
    if kind == 3:
        if firms.contract[m, r] >= 0:
            return LINE_TAKEN
        full = firms.contract[c, r] >= 0 if route == 1 else firms.supplies[c] >= p.capacity_supply
        return PARTNER_FULL if full else FREE
    if firms.access_holder[m] > 0:
        return NO_TECHNOLOGY
    line = host_line(st, m)
    if line < 0:
        return LINE_TAKEN
    if line != st.host and st.partnerships.chinese[firms.contract[m, st.host]] == c:
        return SAME_PARTNER
    return PARTNER_FULL if firms.ventures[c] >= p.capacity_host else FREE


@stage
def value_deal(st: State, t: int, m: int, c: int, kind: int, route: int, r: int) -> Deal:
    """The numbers of `search.look_in_host` and `search.look_abroad`."""
    p, s, home = st.parameters, st.firms.sector[m], st.firms.home[m]
    trust = known(st, m, c)
    mode = 0
    d_c = 0.0
    if kind == 3:
        w = abroad_worth(st, t, m, c, r, route, trust, -1.0, -1)
        d_m, d_c = alone_abroad(st, t, m, c, r, route)
        wait = p.discount ** st.in_force.delay[t, s, st.host, r]
        once = signing_cost(st, m) * st.scratch.expenditure[s, r] / max(world_market(st, s), 1e-30)
        value = (w.value - d_m - d_c) * wait * (1.0 - avoided(st, t, m, r)) + d_m + d_c - once
    else:
        line = max(host_line(st, m), st.host)  # if all are taken: as if the lead line were free
        w = host_worth(st, t, m, c, line, kind, trust, -1.0, -1.0)
        d_m, mode = alone_in_host(st, t, m, line)
        wait = p.discount ** st.in_force.delay[t, s, home, st.host]
        kept = wait * (1.0 - avoided(st, t, m, home))
        value = w.value * kept - signing_cost(st, m) - half_line_loss(st, m, line)
    obstacle = barred(st, m, c, kind, route, r)
    pay_c = split(st, value, d_m, d_c)
    if obstacle == FREE and value <= d_m + d_c:
        obstacle = NO_SURPLUS
    elif obstacle == FREE and kind != 3 and pay_c <= 0.0:
        obstacle = NO_PAY
    equity, royalty = terms(st, t, m, kind, route, r, w, pay_c)
    origin = st.host if kind == 3 else home
    least = 0.0 if kind == 3 and st.firms.ownership[c] == 0 else st.in_force.threshold[t, s, origin, r]
    stake = 1.0 - equity if kind == 3 else equity
    return Deal(
        Terms(value - pay_c, pay_c, equity, royalty),
        value,
        d_m,
        d_c,
        w.openness,
        w.autonomy,
        st.in_force.block[t, s, origin, r] if screened(stake, least) else 0.0,
        uniform(key(st.seed, SEARCH, t), st.firms.id[m]),
        trust,
        mode,
        obstacle,
    )
