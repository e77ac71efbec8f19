"""Stage 8: bases and hubs, plants abroad, hedges and perceived hazard; and once a year customers."""

from sim.machine.compiled import lane, stage, step
from sim.machine.draws import Stream, bits, join, key, uniform
from sim.model.columns import Happening, Kind, Mode, Trigger, Type, Way
from sim.model.rules.base import grow, serves_world
from sim.model.rules.ecosystem import capacity_next
from sim.model.rules.governance import hedge_level, perceived_hazard
from sim.model.rules.policy import blocked
from sim.model.stages.abroad import earned_abroad, world_worth
from sim.model.stages.assumed import (
    BASE_PRESENCE,
    CALM,
    CAUTION,
    HUB_PRESENCE,
    LEAST_PLANT,
    LISTING_SHOCK,
    PLANT_LEAD,
    WEAR,
)
from sim.model.stages.fame import become_known
from sim.model.stages.lanes import along_turns
from sim.model.stages.offers import (
    Abroad,
    abroad_by_chinese,
    abroad_by_multinational,
    hub_part,
)
from sim.model.stages.state import NONE, State, first_of, last_of, live_row, log_alone, log_event, middle_of, pay_once
from sim.model.stages.values import equity_cap, market_scale, offer_worth, rivals_of, set_up_cost

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


@step
def grow_capacity(st: State, m: int) -> None:
    """Capacity of a base that could serve other markets."""
    firms = st.firms
    elsewhere = firms.revenue[m] - firms.host_revenue[m]
    firms.capacity[m] = capacity_next(firms.capacity[m], firms.host_revenue[m], elsewhere, WEAR)


@stage
def build_base(st: State, t: int, m: int, reviewing: bool) -> None:
    """Orientation, capacity and hub of a base; a base that works mainly for the world for four quarters is a hub."""
    p, firms, s = st.parameters, st.firms, st.firms.sector[m]
    base = runs_base(st, m)
    grow_capacity(st, m)
    if base == Type.none:
        firms.orientation[m] = 0
        firms.is_hub[m] = 0
        firms.hub_quarters[m] = 0
        firms.hub[m] = grow(firms.hub[m], p.hub_growth, 0.0)
        firms.plant[m, st.host] = -1
        return
    if firms.plant[m, st.host] < 0:
        firms.plant[m, st.host] = t
    if reviewing:
        gain = world_worth(st, t, m)
        if firms.orientation[m] == 0 and gain > set_up_cost(st, m):
            firms.orientation[m] = 1
            pay_once(st, m, set_up_cost(st, m))
        elif firms.orientation[m] == 1 and gain < 0.0:
            firms.orientation[m] = 0
    towards = 1.0 if firms.orientation[m] == 1 else 0.0
    firms.hub[m] = grow(firms.hub[m], p.hub_growth, towards)
    world = serves_world(firms.exports[m], firms.host_revenue[m], firms.hub[m], st.sectors.rd_intensity[s])
    firms.hub_quarters[m] = firms.hub_quarters[m] + 1 if world and firms.orientation[m] == 1 else 0
    if firms.hub_quarters[m] == 4 and firms.is_hub[m] == 0:
        firms.is_hub[m] = 1
        log_alone(st, t, Happening.conversion, m, base, Type.hub, Trigger.scheduled)
    elif firms.orientation[m] == 0:
        firms.is_hub[m] = 0


@stage
def plant_offer(st: State, t: int, i: int, r: int, local: float) -> Abroad:
    """What a firm would offer in a region with a plant that makes the part `local` of it."""
    if st.firms.kind[i] == Kind.multinational:
        return abroad_by_multinational(st, t, i, r, local, hub_part(st, i), True)
    return abroad_by_chinese(st, i, r, st.firms.pull[i, r], local, Way.from_host, True)


@stage
def consider_plant(st: State, t: int, i: int, r: int) -> None:
    """Tariff jumping: builds a plant in a region if local production earns enough more than shipping there.

    A Chinese firm may own one only where no cap binds; screening refuses it with its probability.
    """
    p, firms, s = st.parameters, st.firms, st.firms.sector[i]
    if firms.plant[i, r] >= 0 or firms.home[i] == r or r == st.host or st.sectors.tradable[s] <= 0.0:
        return
    if firms.contract[i, r] >= 0 or (firms.kind[i] == Kind.chinese and equity_cap(st, t, s, st.host, r) < 1.0):
        return
    rivals = rivals_of(st, s, i, r, r)
    built = plant_offer(st, t, i, r, 1.0)
    gain = earned_abroad(st, s, r, built, rivals) - earned_abroad(st, s, r, plant_offer(st, t, i, r, 0.0), rivals)
    _, sales = offer_worth(st, s, r, built.appeal, rivals)
    least = LEAST_PLANT * market_scale(st, s, r, Type.globalize)
    cost = 4.0 * p.plant_cost * max(sales * (1.0 - built.from_host), least) * firms.cost_scale[i]
    if gain * st.annuity <= cost:
        return
    stopped = st.now.block[s, firms.home[i], r] if firms.home[i] == st.host else 0.0
    place = bits(key(st.seed, INVESTMENT, r), firms.id[i])
    if uniform(key(st.seed, INVESTMENT, t), join(firms.id[i], place)) < stopped:
        return
    firms.plant[i, r] = t + PLANT_LEAD
    pay_once(st, i, cost)
    foreign, chinese = (i, NONE) if firms.kind[i] == Kind.multinational else (NONE, i)
    log_event(st, t, Happening.own_plant, s, r, NONE, NONE, foreign, chinese, Type.none, Type.none, Trigger.scheduled)


@lane
def along_fear(st: State, s: int, rate: float, caution: float, first: int, last: int) -> None:
    """Perceived hazard follows what happens to partnerships, and over-compliance at home; hedges follow."""
    p, firms = st.parameters, st.firms
    up, down, loss, cost, scale = (
        p.hazard_speed,
        CALM * p.hazard_speed,
        4.0 * p.cutoff_loss,
        p.hedge_cost,
        p.over_compliance,
    )
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
            st.partnerships.trust[live_row(st, s, k)] *= 1.0 - LISTING_SHOCK * rate


@stage
def consider_plants(st: State, t: int, i: int) -> None:
    """Every region comes up for a plant in turn."""
    if st.firms.access_holder[i] == 0:
        for r in range(st.world.market.shape[2]):
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
            present += HUB_PRESENCE * firms.hub[i] + (BASE_PRESENCE if firms.mode[i] == Mode.wholly_owned else 0.0)
        if x.turn[i] < rate:
            consider_plants(st, t, i)
    for i in range(middle, last):
        if x.turn[i] < rate and firms.active[i] > 0:
            consider_plants(st, t, i)
    become_known(st, t, s)
    x.presence[s] = present / max(st.sectors.multinationals[s], 1.0)
    fear(st, t, s)
