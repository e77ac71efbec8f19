"""Stage 8: bases and hubs, plants and brands abroad, access by presence, hedges and perceived hazard."""

from sim.columns import Happening, Kind, Mode, Trigger, Type
from sim.compiled import lane, stage
from sim.draws import Stream, bits, join, key, uniform
from sim.quarter.assumed import BASE_PRESENCE, CAUTION, GUEST_PACE, HUB_PRESENCE
from sim.quarter.lanes import along_turns
from sim.quarter.offers import abroad_by_chinese, abroad_by_multinational, plant_works
from sim.quarter.state import NONE, State, first_of, last_of, live_row, log_alone, log_event, middle_of, pay_once
from sim.quarter.values import equity_cap, offer_worth, rivals_of, world_worth
from sim.rules.base import access_growth, grow, serves_world
from sim.rules.governance import hedge_level, perceived_hazard
from sim.rules.policy import blocked
from sim.rules.review import worth_moving

INVESTMENT = int(Stream.investment)


@stage
def runs_base(st: State, m: int) -> int:
    """How a multinational runs a base in the host: wholly owned, in co-innovation, or not at all (`Type.none`)."""
    if st.firms.mode[m] == Mode.wholly_owned:
        return Type.wholly_owned
    for line in (st.host, st.firms.contract.shape[1] - 1):
        q = st.firms.contract[m, line]
        if q >= 0 and st.partnerships.type[q] == Type.co_innovation:
            return Type.co_innovation
    return Type.none


@stage
def build_base(st: State, t: int, m: int, reviewing: bool) -> None:
    """Orientation, supply web and hub of a base; a base that works mainly for the world for four quarters is a hub."""
    p, firms, s = st.parameters, st.firms, st.firms.sector[m]
    base = runs_base(st, m)
    if base == Type.none:
        firms.orientation[m] = 0
        firms.is_hub[m] = 0
        firms.hub_quarters[m] = 0
        firms.hub[m] = grow(firms.hub[m], p.hub_growth, 0.0)
        firms.web[m] = grow(firms.web[m], p.web_growth, 0.0)
        firms.plant[m, st.host] = -1
        return
    if firms.plant[m, st.host] < 0:
        firms.plant[m, st.host] = t
    if reviewing:
        setting_up = 4.0 * p.sunk_cost * firms.cost_scale[m] * st.scratch.unit[s]
        gain = world_worth(st, t, m)
        if firms.orientation[m] == 0 and worth_moving(gain, setting_up, p.hysteresis):
            firms.orientation[m] = 1
            pay_once(st, m, setting_up)
        elif firms.orientation[m] == 1 and gain < 0.0:
            firms.orientation[m] = 0
    towards = 1.0 if firms.orientation[m] == 1 else 0.0
    firms.hub[m] = grow(firms.hub[m], p.hub_growth, towards)
    firms.web[m] = grow(firms.web[m], p.web_growth, 1.0)
    world = serves_world(firms.exports[m], firms.host_revenue[m], firms.hub[m], st.sectors.rd_intensity[s])
    firms.hub_quarters[m] = firms.hub_quarters[m] + 1 if world and firms.orientation[m] == 1 else 0
    if firms.hub_quarters[m] == 4 and firms.is_hub[m] == 0:
        firms.is_hub[m] = 1
        log_alone(st, t, Happening.conversion, m, base, Type.hub, Trigger.scheduled)
    elif firms.orientation[m] == 0:
        firms.is_hub[m] = 0


@stage
def consider_plant(st: State, t: int, i: int, r: int) -> None:
    """Tariff jumping: builds a plant in a region if local production earns enough more than shipping there.

    A Chinese firm may own one only where no cap binds; screening refuses it with its probability.
    """
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[i]
    if firms.plant[i, r] >= 0 or firms.home[i] == r or r == st.host or st.sectors.tradable[s] <= 0.0:
        return
    if firms.contract[i, r] >= 0:
        return
    rivals = rivals_of(st, s, i, r, r)
    if firms.kind[i] == Kind.chinese:
        if equity_cap(st, s, st.host, r) < 1.0:
            return
        shipped = abroad_by_chinese(st, i, r, firms.access[i, r], False, True)
        local = abroad_by_chinese(st, i, r, firms.access[i, r], True, True)
    else:
        hub = firms.orientation[i] > 0
        shipped, _ = abroad_by_multinational(st, t, i, r, False, True, hub)
        local, _ = abroad_by_multinational(st, t, i, r, True, True, hub)
    now, _ = offer_worth(st, s, r, shipped, rivals)
    then, _ = offer_worth(st, s, r, local, rivals)
    firms_there = max(st.sectors.multinationals[s] + st.sectors.chinese[s], 1.0)
    cost = 4.0 * p.plant_cost * x.expenditure[s, r] / firms_there * firms.cost_scale[i]
    if not worth_moving((then - now) * st.annuity, cost, p.hysteresis):
        return
    stopped = st.now.block[s, firms.home[i], r] if firms.home[i] == st.host else 0.0
    if (
        uniform(key(st.seed, INVESTMENT, t), join(firms.id[i], bits(key(st.seed, INVESTMENT, r), firms.id[i])))
        < stopped
    ):
        return
    firms.plant[i, r] = t + int(p.plant_lead)
    pay_once(st, i, cost)
    foreign, chinese = (i, NONE) if firms.kind[i] == Kind.multinational else (NONE, i)
    log_event(st, t, Happening.own_plant, s, r, NONE, NONE, foreign, chinese, Type.none, Type.none, Trigger.scheduled)


@stage
def consider_brand(st: State, t: int, c: int, r: int) -> None:
    """A Chinese firm pays for a brand of its own in a region as long as the access it grows is worth the cost."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[c]
    rivals = rivals_of(st, s, c, r, r)
    local = plant_works(st, t, c, r)
    access = firms.access[c, r]
    now, _ = offer_worth(st, s, r, abroad_by_chinese(st, c, r, access, local, True), rivals)
    grown = access_growth(access, 0.25 * p.abroad_access_growth, p.host_access_cap)
    then, _ = offer_worth(st, s, r, abroad_by_chinese(st, c, r, grown, local, True), rivals)
    cost = p.brand_cost * x.expenditure[s, r] / max(st.sectors.multinationals[s] + st.sectors.chinese[s], 1.0)
    firms.branding[c, r] = 1 if (then - now) * st.ramp > cost * firms.cost_scale[c] * st.annuity else 0


@stage
def grow_access(st: State, i: int) -> None:
    """A multinational's access is learnt by presence in the host, half as fast in market access."""
    p, firms = st.parameters, st.firms
    pace = 0.0
    if firms.mode[i] == Mode.wholly_owned:
        pace = 1.0
    for line in (st.host, firms.contract.shape[1] - 1):
        q = firms.contract[i, line]
        if q >= 0:
            pace = max(pace, 1.0 if st.partnerships.type[q] == Type.co_innovation else GUEST_PACE)
    firms.access[i, st.host] = access_growth(
        firms.access[i, st.host], 0.25 * p.host_access_growth * pace, p.host_access_cap
    )


@lane
def along_access(st: State, r: int, first: int, last: int) -> None:
    """Chinese firms' access to a region grows by paid effort."""
    p, firms = st.parameters, st.firms
    rate, cap = 0.25 * p.abroad_access_growth, p.host_access_cap
    for i in range(first, last):
        access = firms.access[i, r]
        grown = access_growth(access, rate, cap)
        firms.access[i, r] = grown if (firms.active[i] > 0) & (firms.branding[i, r] > 0) else access


@lane
def along_fear(st: State, s: int, rate: float, caution: float, first: int, last: int) -> None:
    """Perceived hazard follows what happens to partnerships, and over-compliance at home; hedges follow."""
    p, firms = st.parameters, st.firms
    up, down, loss, cost, scale = p.hazard_up, p.hazard_down, 4.0 * p.cutoff_loss, p.hedge_cost, p.over_compliance
    for i in range(first, last):
        hazard, hedge, lives = firms.hazard[i], firms.hedge[i], firms.active[i] > 0
        near = blocked(0.0, st.now.over_compliance[s, firms.home[i], st.host], scale)
        event = min(rate + caution * near, 1.0) if caution > 0.0 else rate
        after = perceived_hazard(hazard, event, up, down)
        firms.hazard[i] = after if lives else hazard
        covered = hedge_level(after, loss, cost)
        firms.hedge[i] = covered if lives else hedge


@stage
def fear(st: State, t: int, s: int) -> None:
    """Severances and listings in the sector spread fear, and cost trust in all its partnerships."""
    live, cut = float(st.scratch.live[s]), st.outcome[t, s].severances
    rate = cut / (live + cut) if cut > 0.0 else 0.0
    along_fear(st, s, rate, CAUTION, first_of(st, s), middle_of(st, s))
    along_fear(st, s, rate, 0.0, middle_of(st, s), last_of(st, s))
    if cut > 0.0:
        for k in range(st.scratch.live[s]):
            st.partnerships.trust[live_row(st, s, k)] *= 1.0 - st.parameters.listing_trust * rate


@stage
def come_up(st: State, t: int, i: int, u: float) -> None:
    """One region comes up at a time: a brand, a plant."""
    firms, regions = st.firms, st.world.market.shape[2]
    r = min(int(u / st.parameters.review_rate * regions), regions - 1)
    if firms.kind[i] == Kind.chinese and r != st.host:
        consider_brand(st, t, i, r)
    if firms.access_holder[i] == 0:
        consider_plant(st, t, i, r)


@stage
def invest(st: State, t: int, s: int) -> None:
    """Stage 8; each decision comes up as often as partnerships are reviewed."""
    firms, x, rate = st.firms, st.scratch, st.parameters.review_rate
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    along_turns(st, key(st.seed, INVESTMENT, t), first, last)
    present = 0.0
    for i in range(first, middle):
        if firms.active[i] == 0:
            continue
        if firms.access_holder[i] == 0:
            build_base(st, t, i, x.turn[i] < rate)
            present += (BASE_PRESENCE if firms.mode[i] == Mode.wholly_owned else 0.0) + HUB_PRESENCE * firms.hub[i]
        if x.turn[i] < rate:
            come_up(st, t, i, x.turn[i])
        grow_access(st, i)
    for i in range(middle, last):
        if x.turn[i] < rate and firms.active[i] > 0:
            come_up(st, t, i, x.turn[i])
    for r in range(st.world.market.shape[2]):
        along_access(st, r, middle, last)
    x.presence[s] = present / max(st.sectors.multinationals[s], 1.0)
    fear(st, t, s)
