"""Stage 6: partnerships are reviewed, by turn or because policy changed, and go on, change or end."""

from sim.compiled import stage
from sim.draws import Stream, key, uniform
from sim.quarter.market import fixed_cost
from sim.quarter.offers import venture_offer
from sim.quarter.state import (
    BUYOUT_C,
    BUYOUT_M,
    CONVERSION,
    DISSOLUTION,
    RENEGOTIATION,
    SEVERANCE,
    State,
    end_partnership,
    log_event,
)
from sim.quarter.values import (
    Worth,
    abroad_worth,
    alone_abroad,
    alone_in_host,
    equity_cap,
    host_worth,
    pays,
    split,
    terms,
)
from sim.rules.policy import sub_form
from sim.rules.review import dissatisfied, plant_use, renegotiation_chance, worth_moving

REVIEW, TALKS, EXOGENOUS = int(Stream.review), int(Stream.renegotiation), int(Stream.exogenous)
SCHEDULED, BY_POLICY, BY_SURPLUS, BY_CHANCE, BY_LISTING = 1, 2, 4, 5, 6


@stage
def current_worth(st: State, t: int, q: int) -> Worth:
    """Worth of a partnership as it stands, under its own openness and autonomy; profit and sales as the sides forecast them.

    `value` is that of today's market, to compare with other forms, which have no forecast.
    """
    jv, x = st.partnerships, st.scratch
    m, c, r, kind = jv.multinational[q], jv.chinese[q], jv.region[q], jv.type[q]
    if kind == 3:
        w = abroad_worth(st, t, m, c, r, jv.route[q], jv.trust[q], jv.openness[q], jv.place[q])
    else:
        w = host_worth(st, t, m, c, jv.line[q], kind, jv.trust[q], jv.openness[q], jv.autonomy[q])
    cost = fixed_cost(st, t, m, jv.sector[q], kind, r, jv.trust[q], jv.autonomy[q])
    profit = x.forecast_pot[q] - cost
    return Worth(profit, x.forecast_sales[q], w.side_m, w.side_c, w.openness, w.autonomy, w.place, w.value)


@stage
def outside(st: State, t: int, q: int) -> tuple[float, float, int]:
    """Best alternatives of (multinational, Chinese firm) to a partnership, and what the former would do alone."""
    jv = st.partnerships
    m, c = jv.multinational[q], jv.chinese[q]
    if jv.type[q] == 3:
        d_m, d_c = alone_abroad(st, t, m, c, jv.region[q], jv.route[q])
        return d_m, d_c, 0
    d_m, mode = alone_in_host(st, t, m, jv.line[q])
    return d_m, 0.0, mode


@stage
def alternative(st: State, t: int, q: int) -> tuple[Worth, int, int]:
    """The other way the same two firms could work in the same place: (worth, type, route)."""
    jv = st.partnerships
    m, c = jv.multinational[q], jv.chinese[q]
    if jv.type[q] == 3:
        route = 3 - jv.route[q]
        if st.firms.access_holder[m] > 0 and route == 2 and st.firms.supplies[c] >= st.parameters.capacity_supply:
            route = jv.route[q]
        return abroad_worth(st, t, m, c, jv.region[q], route, jv.trust[q], -1.0, -1), 3, route
    kind = 3 - jv.type[q]
    return host_worth(st, t, m, c, jv.line[q], kind, jv.trust[q], -1.0, -1.0), kind, 0


@stage
def set_terms(st: State, t: int, q: int, kind: int, route: int, w: Worth, pay_c: float) -> None:
    """Writes new terms into a partnership and remembers what was promised."""
    jv, firms = st.partnerships, st.firms
    m, c, r = jv.multinational[q], jv.chinese[q], jv.region[q]
    equity, royalty = terms(st, t, m, kind, route, r, w, pay_c)
    if route != jv.route[q] and jv.type[q] == 3:  # the contract moves to the line of the other brand
        if route == 1:
            firms.supplies[c] -= 1
            firms.contract[c, r] = q
        else:
            firms.supplies[c] += 1
            firms.contract[c, r] = -1
    jv.type[q] = kind
    jv.route[q] = route
    jv.equity[q] = equity
    jv.royalty[q] = royalty
    jv.openness[q] = w.openness
    jv.autonomy[q] = w.autonomy
    jv.place[q] = w.place
    jv.sub_form[q] = sub_form(kind, route, equity, w.place != st.host)
    jv.balance_start[q] = jv.technology_balance[q]
    got_m, got_c = pays(st, kind, w, equity, royalty)
    jv.promise_multinational[q] = got_m / st.annuity
    jv.promise_chinese[q] = got_c / st.annuity


@stage
def choose_end(st: State, t: int, q: int, mode: int, value: float, d_m: float, d_c: float, trigger: int) -> None:
    """Gives notice: buy-out by the side that can use the plant better and may own it, otherwise dissolution."""
    jv, firms, x, p = st.partnerships, st.firms, st.scratch, st.parameters
    m, c, s = jv.multinational[q], jv.chinese[q], jv.sector[q]
    plant = max(x.forecast_sales[q], 0.0)
    if jv.type[q] == 3:
        kind = DISSOLUTION
    else:
        _, joint = venture_offer(st, t, m, c, 1, jv.openness[q], jv.trust[q])
        fills = 1.0 + (x.composite[c] - joint) * 0.5 * x.sensitivity[s]
        use_m = plant_use(plant, 1.0 if mode == 2 else 0.0)
        use_c = plant_use(plant, fills)
        allowed = equity_cap(st, t, s, firms.home[m], st.host) >= 1.0
        if allowed and use_m - use_c > p.buyout_threshold * plant:
            kind = BUYOUT_M
        elif use_c - use_m > p.buyout_threshold * plant:
            kind = BUYOUT_C
        else:
            kind = DISSOLUTION
    if value > d_m + d_c:
        st.outcome[t, s].inefficient_exits += 1.0
    jv.ends[q] = t + int(p.notice)
    jv.end_kind[q] = kind
    jv.end_trigger[q] = trigger
    jv.next_mode[q] = mode


@stage
def carry_out_end(st: State, t: int, q: int) -> None:
    """When notice runs out: the plant changes hands at its value, or half of it is scrapped; lines become free."""
    jv, firms, x = st.partnerships, st.firms, st.scratch
    m, c, mode, kind = jv.multinational[q], jv.chinese[q], jv.next_mode[q], jv.end_kind[q]
    host_contract = jv.type[q] != 3
    line = jv.line[q]
    plant = 0.5 * x.forecast_sales[q] if host_contract else 0.0
    if kind == BUYOUT_M:
        firms.worth[m] -= (1.0 - jv.equity[q]) * plant
        firms.worth[c] += (1.0 - jv.equity[q]) * plant
    elif kind == BUYOUT_C:
        firms.worth[c] -= jv.equity[q] * plant
        firms.worth[m] += jv.equity[q] * plant
        firms.operations[c] += 0.02
    after = 5 if kind == BUYOUT_M else 0
    end_partnership(st, t, q, kind, after, jv.end_trigger[q])
    if host_contract and firms.contract[m, st.host] < 0 and line == st.host:
        if kind == BUYOUT_M:
            firms.mode[m] = 2
            firms.plant[m, st.host] = t
        elif firms.mode[m] == 0 and mode != 2:
            firms.mode[m] = mode


@stage
def review_one(st: State, t: int, q: int, trigger: int) -> None:
    """One review: terms that leave a side short are renegotiated or end; otherwise a better form may be found."""
    jv, firms, x, p = st.partnerships, st.firms, st.scratch, st.parameters
    m, c, s = jv.multinational[q], jv.chinese[q], jv.sector[q]
    w = current_worth(st, t, q)
    pay_m, pay_c = pays(st, jv.type[q], w, jv.equity[q], jv.royalty[q])
    jv.pay_multinational[q] = pay_m / st.annuity
    jv.pay_chinese[q] = pay_c / st.annuity
    d_m, d_c, mode = outside(st, t, q)
    scale = x.unit[s]
    if jv.type[q] == 3:
        scale *= x.expenditure[s, jv.region[q]] / max(
            x.unit[s] * (st.sectors.multinationals[s] + st.sectors.chinese[s]), 1e-30
        )
    tolerance = p.tolerance * scale * st.annuity
    unhappy = dissatisfied(pay_m, d_m, tolerance) or dissatisfied(pay_c, d_c, tolerance)
    other, kind, route = alternative(st, t, q)
    moving = p.sunk_cost * 4.0 * scale * firms.cost_scale[m]
    better = worth_moving(other.value - max(w.value, d_m + d_c), moving, p.hysteresis)
    if not unhappy and not better:
        return
    if unhappy:
        moved = abs(jv.technology_balance[q] - jv.balance_start[q])
        base = p.clause_success if jv.clause[q] > 0 else p.renegotiation
        chance = renegotiation_chance(base, jv.trust[q], moved, p.balance_strain)
        value = max(w.value, other.value - moving) if better else w.value
        agreed = uniform(key(st.seed, TALKS, t), jv.id[q]) < chance
        if value <= d_m + d_c or not agreed:
            choose_end(st, t, q, mode, value, d_m, d_c, trigger if trigger == BY_POLICY else BY_SURPLUS)
            return
    before = jv.type[q]
    route_before = jv.route[q]
    if better:
        set_terms(st, t, q, kind, route, other, split(st, other.value, d_m, d_c))
    else:
        set_terms(st, t, q, jv.type[q], jv.route[q], w, split(st, w.value, d_m, d_c))
    changed = jv.type[q] != before or jv.route[q] != route_before
    event = CONVERSION if changed else RENEGOTIATION
    log_event(st, t, event, s, jv.region[q], -1, q, m, c, before, jv.type[q], trigger)


@stage
def sever(st: State, t: int, q: int) -> bool:
    """Whether an entity listing by the multinational's home ends a partnership at once."""
    jv, firms = st.partnerships, st.firms
    m, c = jv.multinational[q], jv.chinese[q]
    if firms.listed[c, firms.home[m]] <= 0.0 and firms.listed[m, st.host] <= 0.0:
        return False
    end_partnership(st, t, q, SEVERANCE, 0, BY_LISTING)
    return True


@stage
def hold_reviews(st: State, t: int) -> None:
    """Stage 6: notices run out, listings sever, chance ends a few; reviews come by turn and where policy has changed."""
    jv, p, x = st.partnerships, st.parameters, st.scratch
    review_key = key(st.seed, REVIEW, t)
    chance_key = key(st.seed, EXOGENOUS, t)
    for q in range(x.counts[3]):
        if jv.active[q] == 0 or jv.start[q] >= t:
            continue
        if sever(st, t, q):
            continue
        if jv.ends[q] >= 0:
            if t >= jv.ends[q]:
                carry_out_end(st, t, q)
            continue
        if uniform(chance_key, jv.id[q]) < p.exogenous_end:
            w = current_worth(st, t, q)
            d_m, d_c, mode = outside(st, t, q)
            choose_end(st, t, q, mode, w.value, d_m, d_c, BY_CHANCE)
            continue
        s, m = jv.sector[q], jv.multinational[q]
        touched = st.in_force.changed[t, s, jv.region[q]] > 0.0 and st.in_force.changed[t, s, st.firms.home[m]] > 0.0
        touched = touched or (jv.type[q] != 3 and st.in_force.changed[t, s, st.host] > 0.0)
        if uniform(review_key, jv.id[q]) < p.review_rate:
            review_one(st, t, q, BY_POLICY if touched else SCHEDULED)
        elif touched:
            review_one(st, t, q, BY_POLICY)
