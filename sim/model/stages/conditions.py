"""Stage 1 and the reading of the state at a quarter's start: policy in force, demand by generation, technology."""

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import lane, stage, take_over
from sim.model.columns import Kind
from sim.model.rules.capability import damping
from sim.model.rules.ecosystem import able_suppliers, cut_inputs, imported_part, made_appeal, suppliers_next
from sim.model.rules.policy import blocked
from sim.model.stages.borders import reckon_all_sold, reckon_borders
from sim.model.stages.inputs import feed
from sim.model.stages.lanes import along_composite, along_operations, along_quality, along_wage
from sim.model.stages.quotas import enter_licences, note_ceilings
from sim.model.stages.state import BUYS, State, first_of, generations_of, last_of, list_living, made_of, middle_of

FAR_BELOW = -1e3


@stage
def weights_moved(st: State, t: int, s: int) -> bool:
    """Whether the world's demand for generations differs from what was read last; reads it, and who has arrived."""
    x, world = st.scratch, st.world
    moved = False
    for g in range(generations_of(st, s)):
        if world.arrived[t, s, g] > 0.0:
            x.made[s] = max(x.made[s], g + 1)
        for r in range(world.market.shape[2]):
            weight = world.weight[t, s, g, r]
            moved = moved or weight != x.weight_read[s, g, r]
            x.weight_read[s, g, r] = weight
    return moved


@stage
def reckon_weights(st: State, s: int) -> None:
    """Share of each generation in demand, after demand shocks; only when they or the world's demand have moved."""
    x, demand = st.scratch, st.now.demand
    for r in range(st.world.market.shape[2]):
        factor = 0.0
        for g in range(generations_of(st, s)):
            factor += x.weight_read[s, g, r] * demand[s, g, r]
        for g in range(generations_of(st, s)):
            part = x.weight_read[s, g, r] * demand[s, g, r]
            x.demand_weight[s, g, r] = part / factor if factor > 0.0 else x.weight_read[s, g, r]
        x.demand_factor[s, r] = factor


@stage
def reckon_demand(st: State, t: int, s: int) -> None:
    """Expenditure of the quarter, and the share of each generation in that of the world."""
    x, world = st.scratch, st.world
    regions = world.market.shape[2]
    total = 0.0
    for r in range(regions):
        x.expenditure[s, r] = 0.25 * world.market[t, s, r] * x.demand_factor[s, r]
        total += x.expenditure[s, r]
    firms = st.sectors.multinationals[s] + st.sectors.chinese[s]
    x.unit[s] = total / max(firms, 1.0)
    reference = st.sectors.rd_intensity[s] * total / max(st.sectors.multinationals[s], 1.0)
    x.rd_reference[s] = reference if reference > 1e-300 else 0.0  # less is too small to divide by
    for g in range(generations_of(st, s)):
        weighted = 0.0
        for r in range(regions):
            weighted += x.demand_weight[s, g, r] * x.expenditure[s, r]
        x.world_weight[s, g] = weighted / total if total > 0.0 else 0.0


@stage
def reckon_flows(st: State, s: int) -> None:
    """Share of foreign technology flow into the host that no export control stops, by generation."""
    firms, x = st.firms, st.scratch
    regions = st.world.market.shape[2]
    count = 0.0
    for r in range(regions):
        x.origins[s, r] = 0.0
    for i in range(first_of(st, s), middle_of(st, s)):
        if firms.active[i] > 0 and firms.access_holder[i] == 0:
            x.origins[s, firms.home[i]] += 1.0
            count += 1.0
    for g in range(generations_of(st, s)):
        flow = 0.0
        for r in range(regions):
            if x.origins[s, r] > 0.0:
                stopped = blocked(
                    st.now.control[s, g, r, st.host],
                    st.now.over_compliance[s, r, st.host],
                    st.parameters.over_compliance,
                )
                flow += (1.0 - stopped) * x.origins[s, r]
        x.inflow[s, g] = flow / count if count > 0.0 else 0.0


@lane
def best_of(st: State, g: int, first: int, last: int) -> float:
    """Best technology of a generation among firms of an origin, FAR_BELOW where nobody makes it."""
    firms = st.firms
    best = FAR_BELOW
    for i in range(first, last):
        level = firms.technology[i, g]
        makes = (firms.adopted[i, g] > 0) & (firms.active[i] > 0) & (firms.access_holder[i] == 0)
        best = max(best, level if makes else FAR_BELOW)
    return best


@lane
def living_and_best(st: State, first: int, last: int) -> tuple[float, float]:
    """Active firms of an origin, and their best technology over generations, FAR_BELOW if none has any."""
    firms = st.firms
    living, best = 0.0, FAR_BELOW
    for i in range(first, last):
        lives, level = firms.active[i] > 0, st.scratch.composite[i]
        living += 1.0 if lives else 0.0
        best = max(best, level if lives & (firms.access_holder[i] == 0) else FAR_BELOW)
    return living, best


@stage
def reckon_frontiers(st: State, s: int) -> None:
    """Best technology of each generation: of the world, of multinationals, of Chinese firms."""
    firms, x = st.firms, st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    for g in range(generations_of(st, s)):
        made = g < made_of(st, s)
        foreign = best_of(st, g, first, middle) if made else FAR_BELOW
        chinese = best_of(st, g, middle, last) if made else FAR_BELOW
        x.frontier_foreign[s, g] = foreign
        x.frontier_chinese[s, g] = chinese
        x.frontier[s, g] = max(foreign, chinese)
        if not made:
            continue
        for i in range(first, middle):
            if firms.access_holder[i] > 0:  # buys the best non-Chinese supplier's technology
                firms.technology[i, g] = foreign if foreign > FAR_BELOW else 0.0
                firms.adopted[i, g] = 1 if foreign > FAR_BELOW else 0


@stage
def read_firms(st: State, s: int, first: int, last: int) -> None:
    """What the technology of firms in these rows is worth to buyers, by generation and over all."""
    along_operations(st, s, first, last)
    for g in range(made_of(st, s)):
        along_quality(st, s, g, first, last)
    along_composite(st, s, first, last)


@stage
def build_suppliers(st: State, t: int, s: int, able: float) -> None:
    """Local suppliers grow; what still has to be imported, and what controls cut off, follows from them."""
    x, p, need = st.scratch, st.parameters, st.sectors.foreign_inputs[s]
    stopped = 0.0
    for g in range(made_of(st, s)):
        stopped += x.demand_weight[s, g, st.host] * (1.0 - x.inflow[s, g])
    before = x.suppliers[s] if t > 0 else able
    x.suppliers[s] = suppliers_next(before, able, stopped, p.ecosystem_growth)
    x.usable[s] = min(x.suppliers[s], able)  # what controls have made local is not yet what the frontier uses
    x.imported[s] = imported_part(need, x.usable[s])
    for g in range(generations_of(st, s)):
        cut = cut_inputs(need, x.suppliers[s], x.inflow[s, g])
        x.cut_before[s, g] = x.cut[s, g] if t > 0 else cut  # technology at the start has what was cut then
        x.cut[s, g] = cut
    for home in range(st.world.market.shape[2]):
        inward = 0.0
        for g in range(made_of(st, s)):
            kept = x.trade[s, g, home, st.host] if home != st.host else 1.0
            inward += x.demand_weight[s, g, st.host] * log(max(kept, 1e-9))
        x.inward[s, home] = p.supplied_content * inward
        x.kits[s, home] = made_appeal(need, x.cost_worth[s], x.inward[s, home], 0.0)


@stage
def reckon_technology(st: State, t: int, s: int, moved: bool) -> None:
    """What each firm's technology is worth to buyers, over generations, and what the host's suppliers can make."""
    x = st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    read_firms(st, s, first, last)
    before = x.peers[s, Kind.multinational]
    x.peers[s, Kind.multinational], foreign = living_and_best(st, first, middle)
    x.peers[s, Kind.chinese], chinese = living_and_best(st, middle, last)
    x.pool[s, Kind.multinational] = 1.0 / max(st.sectors.multinationals[s], 1.0)
    x.pool[s, Kind.chinese] = 1.0 / max(st.sectors.chinese[s], 1.0)
    x.best_foreign[s] = foreign
    x.best_chinese[s] = chinese
    if moved or x.peers[s, Kind.multinational] != before:  # they never enter
        reckon_flows(st, s)
    build_suppliers(st, t, s, able_suppliers(st.parameters.ecosystem, foreign - chinese))
    along_wage(st, s, first, middle)


@stage
def most_central(st: State, s: int, origin: int, region: int) -> int:
    """The sector's firm from `origin` with most partnerships that is not yet listed, or -1; sales break ties."""
    firms = st.firms
    best = -1
    rank = -1.0
    for i in range(first_of(st, s), last_of(st, s)):
        if firms.active[i] == 0 or firms.home[i] != origin or firms.listed[i, region] > 0:
            continue
        central = float(firms.ventures[i] + firms.supplies[i]) + firms.share[i, st.host]
        if firms.kind[i] == Kind.multinational:
            for line in range(firms.contract.shape[1]):
                central += 1.0 if firms.contract[i, line] >= 0 else 0.0
        if central > rank:
            rank = central
            best = i
    return best


@lane
def count_listed(st: State, t: int, regions: int, first: int, last: int) -> int:
    """How often firms are listed by regions, or will be by name."""
    found = 0
    for r in range(regions):
        for i in range(first, last):
            listed = (st.firms.listed[i, r] > 0) | (st.named_listing[i, r, 1] >= t)
            found += 1 if listed else 0
    return found


@stage
def list_firms(st: State, t: int, s: int) -> None:
    """Entity listings: named firms, and the most central of an origin, who stay listed while the listing lasts."""
    firms, listing = st.firms, st.now.listing
    regions = st.world.market.shape[2]
    for i in range(first_of(st, s), last_of(st, s)):
        for r in range(regions):
            first, last = st.named_listing[i, r, 0], st.named_listing[i, r, 1]
            named = 0 <= first <= t <= last
            stays = firms.listed[i, r] > 0 and listing[s, firms.home[i], r] >= 1.0
            firms.listed[i, r] = 1 if named or stays else 0
    for o in range(regions):
        for r in range(regions):
            missing = int(listing[s, o, r])
            if missing <= 0:
                continue
            for i in range(first_of(st, s), last_of(st, s)):
                named = 0 <= st.named_listing[i, r, 0] <= t <= st.named_listing[i, r, 1]
                missing -= 1 if firms.home[i] == o and firms.listed[i, r] > 0 and not named else 0
            for _ in range(missing):
                i = most_central(st, s, o, r)
                if i >= 0:
                    firms.listed[i, r] = 1


@stage
def trend(st: State, s: int) -> float:
    """Pace of the outside good: that of reference research, damped as research on today's generations is; a quarter."""
    x, slower = st.scratch, 0.0
    for g in range(made_of(st, s)):
        slower += x.world_weight[s, g] * damping(x.frontier[s, g], x.start_front[s, g], st.parameters.room)
    return 0.25 * st.sectors.innovation[s] * slower


@stage
def read_conditions(st: State, t: int, s: int) -> None:
    """Stage 1: apply policy, then read the state that the whole quarter works from."""
    list_living(st, s)
    x = st.scratch
    regions = st.world.market.shape[2]
    if t > 0:
        x.reference[s] += trend(st, s)
    x.advantage[s] = st.world.advantage[t] * st.sectors.cost_advantage[s]
    worth = st.sectors.price_elasticity[s] * x.advantage[s]
    x.cost_worth[s] = worth
    x.wage[s] = exp(worth)
    x.wage_content[s] = exp(st.parameters.supplied_content * worth)
    x.sensitivity[s] = st.sectors.quality_sensitivity[s] * st.parameters.quality_scale
    moved = t == 0
    for r in range(regions):
        moved = moved or st.announced.changed[t, s, r] > 0.0
    if moved:
        take_over(st.now, st.in_force, t, s)
    demand_moved = weights_moved(st, t, s) or moved
    if demand_moved:
        reckon_weights(st, s)
    reckon_demand(st, t, s)
    listing = count_listed(st, t, regions, first_of(st, s), last_of(st, s)) > 0
    for r in range(regions):
        for o in range(regions):
            listing = listing or st.now.listing[s, o, r] > 0.0
        x.tariff_revenue[s, r] = 0.0
        x.made_in_host[s, r] = 0.0
        x.chinese_made_host[s, r] = 0.0
        x.chinese_local[s, r] = 0.0
        x.powered[s, r] = 0.0
        x.partner_made[s, r] = 0.0
        x.outlays[s, r] = 0.0
    fed = feed(st, s) if st.linked[s, BUYS] > 0.0 else False
    if moved or fed:
        reckon_borders(st, t, s)
        note_ceilings(st, t, s)
    if demand_moved or fed:
        if x.limiting[s] > 0.0:
            enter_licences(st, t, s)
        else:
            reckon_all_sold(st, s)
    reckon_frontiers(st, s)
    reckon_technology(st, t, s, moved)
    if listing:
        list_firms(st, t, s)
