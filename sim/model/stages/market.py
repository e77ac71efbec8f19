"""Stages 4 and 5: offers meet demand, profit is shared by contract, and contributions are weighed."""

from sim.machine.compiled import lane, stage, step
from sim.model.columns import Bound, Kind, Route, Type
from sim.model.rules.base import ramped
from sim.model.rules.capability import feeding_sales
from sim.model.rules.customers import procurement_penalty, reserved_reach
from sim.model.rules.governance import governance_cost, hold_up_cost
from sim.model.rules.market import offer_profit, plant_rent, quality, rent_kept
from sim.model.rules.review import trust_next
from sim.model.stages.contributions import weigh_contributions
from sim.model.stages.lanes import along_clearing, along_learning, along_markup, along_markup_beside
from sim.model.stages.offers import (
    abroad_by_chinese,
    abroad_by_multinational,
    deployed,
    exports_beside,
    host_rate,
    hub_part,
    lender_keeps,
    local_part,
    partner_way,
    powered_offer,
    pull_with,
    venture_product,
    venture_pull,
)
from sim.model.stages.own import (
    along_accounts,
    along_baskets_abroad,
    along_baskets_in_host,
    along_chinese_baskets,
    along_chinese_costs,
    along_chinese_offers,
    along_chinese_sales,
    along_chosen_research,
    along_multinational_costs,
    along_multinational_sales,
    along_offers_abroad,
    along_offers_in_host,
    along_start_of_sales,
    along_taxed_chinese,
    along_taxed_multinational,
)
from sim.model.stages.quotas import enter_licences, limit_imports, turn_back
from sim.model.stages.rents import earn_rents
from sim.model.stages.state import (
    State,
    first_of,
    last_of,
    live_row,
    made_of,
    mean_sales,
    middle_of,
)

REPLACED = 4  # times that offers are placed in a quarter, at most, until prices of licences move no more


@stage
def place_own_offers(st: State, t: int, s: int) -> None:
    """Appeals of what firms offer without a contract."""
    firms, x, jv = st.firms, st.scratch, st.partnerships
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    for i in range(first, middle):
        x.lifted[i] = 1.0
    for k in range(x.live[s]):
        q = live_row(st, s, k)
        if jv.type[q] == Type.co_innovation:
            lift_products(st, s, q)
    for r in range(st.world.market.shape[2]):
        for g in range(made_of(st, s)):
            along_chinese_baskets(st, t, s, r, g, middle, last)
            if r != st.host:
                along_baskets_abroad(st, t, s, r, g, first, middle)
            else:
                along_baskets_in_host(st, t, s, g, first, middle)
        along_chinese_offers(st, s, r, middle, last)
        if r != st.host:
            along_offers_abroad(st, s, r, first, middle)
        else:
            along_offers_in_host(st, s, first, middle)
    for i in range(first, middle):
        if firms.orientation[i] > 0 and firms.active[i] > 0:
            offer_from_hub(st, t, i)


@stage
def offer_from_hub(st: State, t: int, i: int) -> None:
    """Offers abroad of a multinational whose base works for the world: from there where it sells better."""
    x = st.scratch
    for r in range(st.world.market.shape[2]):
        if r != st.host:
            offer = abroad_by_multinational(st, t, i, r, local_part(st, t, i, r), hub_part(st, i), False)
            x.appeal[i, r] = offer.appeal
            x.host_made[i, r] = offer.from_host


@stage
def lift_products(st: State, s: int, q: int) -> None:
    """Part of a joint technology's lead that the multinational uses in products abroad, as far as controls let it."""
    x, jv = st.scratch, st.partnerships
    m = jv.multinational[q]
    demanded = venture_product(st, 0, m, jv.chinese[q], Type.co_innovation, jv.openness[q], jv.trust[q]).demanded
    x.lifted[m] = max(x.lifted[m], quality(x.sensitivity[s], deployed(st, s, m, demanded), 0.0))


@stage
def place_contract_offers(st: State, t: int, s: int) -> None:
    """Appeals of what partnerships offer."""
    jv, x, second = st.partnerships, st.scratch, st.world.market.shape[2]
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, line, r = jv.multinational[q], jv.chinese[q], jv.line[q], jv.region[q]
        local = 0.0 if jv.place[q] == st.host else ramped(float(t - jv.start[q]), st.parameters.hub_growth)
        if jv.type[q] != Type.globalize:
            made = venture_product(st, t, m, c, jv.type[q], jv.openness[q], jv.trust[q]).appeal
            exported = exports_beside(st, m, line, made)
            x.appeal[m, line] = made * venture_pull(st, m, c, exported) * host_rate(st, m, line)
            x.host_made[m, line] = 1.0
            x.bound[m, line] = Bound.given
            if exported > 0.0:
                x.appeal[m, second] = exported
                x.host_made[m, second] = 0.0
        elif jv.route[q] == Route.sell:
            x.appeal[m, line] *= lender_keeps(st)
            x.bound[m, line] = Bound.lent
            x.bound[c, line] = Bound.given
            offer = abroad_by_chinese(st, c, r, pull_with(st, m, c, r), local, partner_way(st, s), False)
            x.appeal[c, line] = offer.appeal
            x.host_made[c, line] = offer.from_host
        else:
            offer = powered_offer(st, t, m, c, r, local, jv.trust[q], jv.openness[q], False)
            x.appeal[m, line] = offer.appeal
            x.host_made[m, line] = offer.from_host
            x.bound[m, line] = Bound.powered


@stage
def mark_up(st: State, s: int) -> None:
    """Appeals after the higher markups of large sellers."""
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    second = st.world.market.shape[2]
    for r in range(second):  # rows of firms that do not live have no appeal and no share
        along_markup(st, s, r, first, last)
        if r == st.host:
            along_markup_beside(st, second, first, middle)


@stage
def license_imports(st: State, t: int, s: int) -> bool:
    """Prices of licences, where ceilings need them, and what they do to appeals; whether any has moved."""
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    moved = False
    for r in range(st.world.market.shape[2]):
        if st.scratch.limited[s, r] > 0.0:
            moved = limit_imports(st, t, s, r, all_appeals(st, r, first, middle, last)) or moved
    if moved:
        enter_licences(st, t, s)
    return moved


@stage
def clear_markets(st: State, t: int, s: int) -> None:
    """Shares move towards what appeals call for; shares and the outside good sum to one."""
    x = st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    second = st.world.market.shape[2]
    for r in range(second):  # sums one after the other: the processor works at several
        x.denominator[s, r] = all_appeals(st, r, first, middle, last)
        x.per_appeal[s, r] = 1.0 / x.denominator[s, r]
    if st.sectors.reserved_demand[s] > 0.0:
        reserve(st, s, first, middle, last)
    along_clearing(st, s, second, st.host, first, middle)
    for r in range(second):
        along_clearing(st, s, r, r, first, last)
    if x.limiting[s] > 0.0:
        for r in range(second):
            if x.limited[s, r] > 0.0:
                turn_back(st, t, s, r)
    for r in range(second):
        chinese = 0.0
        for i in range(middle, last):
            chinese += x.firm_share[i, r]
        x.chinese_share[s, r] = chinese


@stage
def reserve(st: State, s: int, first: int, middle: int, last: int) -> None:
    """Splits the host's demand into one open to all and one that prefers local owners and ventures.

    Shares in both add up to each appeal, times its reach, over the sum of all as it was.
    """
    x, reserved = st.scratch, st.sectors.reserved_demand[s]
    kept = procurement_penalty(st.sectors.price_elasticity[s], st.parameters.procurement_margin)
    everybody = x.denominator[s, st.host]
    preferred = everybody - (1.0 - kept) * foreign_appeals(st, first, middle)
    x.reach[s, Kind.multinational] = reserved_reach(reserved, kept, everybody, preferred)
    x.reach[s, Kind.chinese] = reserved_reach(reserved, 1.0, everybody, preferred)
    along_reach(st, s, st.host, first, last, middle)
    along_reach(st, s, st.world.market.shape[2], first, middle, middle)


@lane
def foreign_appeals(st: State, first: int, middle: int) -> float:
    """Appeals in the host of multinationals alone: not of their ventures, which count as local."""
    x, second = st.scratch, st.world.market.shape[2]
    total = 0.0
    for i in range(first, middle):
        total += x.appeal[i, st.host] if x.bound[i, st.host] != Bound.given else 0.0
        total += x.appeal[i, second] if x.bound[i, second] != Bound.given else 0.0
    return total


@lane
def along_reach(st: State, s: int, line: int, first: int, last: int, middle: int) -> None:
    """What reserved demand makes of the appeals of a line in the host."""
    x = st.scratch
    local, foreign = x.reach[s, Kind.chinese], x.reach[s, Kind.multinational]
    for i in range(first, last):
        x.appeal[i, line] *= local if (i >= middle) | (x.bound[i, line] == Bound.given) else foreign


@lane
def all_appeals(st: State, r: int, first: int, middle: int, last: int) -> float:
    """Sum of all appeals in a region, the outside good's included; only multinationals have a second line."""
    x, second = st.scratch, st.world.market.shape[2]
    total = st.parameters.outside_share + 1e-12
    for i in range(first, middle):
        total += x.appeal[i, r]
        if r == st.host:
            total += x.appeal[i, second]
    for i in range(middle, last):
        total += x.appeal[i, r]
    return total


@stage
def sell_own_lines(st: State, t: int, s: int) -> None:
    """Sales, duties and profits of every firm of a sector; what belongs to a contract is shared later."""
    x = st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    regions = st.world.market.shape[2]
    along_start_of_sales(st, first, last)
    for line in range(regions + 1):
        r = line if line < regions else st.host
        dutied = x.dutied[s, r] > 0.0
        if dutied:
            for g in range(made_of(st, s)):
                along_taxed_multinational(st, s, line, r, g, first, middle)
        along_multinational_sales(st, t, s, line, r, dutied, first, middle)
    for r in range(regions):
        dutied = x.dutied[s, r] > 0.0 and r != st.host
        if dutied:
            for g in range(made_of(st, s)):
                along_taxed_chinese(st, s, r, g, middle, last)
        along_chinese_sales(st, s, r, dutied, middle, last)
    for r in range(regions):
        add_up_sales(st, s, r, first, middle, last)
        if x.floored[s, r] > 0.0:
            earn_rents(st, s, r, r, first, last)
            if r == st.host:
                earn_rents(st, s, r, regions, first, middle)


@lane
def add_up_sales(st: State, s: int, r: int, first: int, middle: int, last: int) -> None:
    """Where a region's sales were made, and the tariffs they paid."""
    firms, x, second = st.firms, st.scratch, st.world.market.shape[2]
    spent = x.expenditure[s, r]
    made, duties, chinese, local, foreign = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(first, middle):
        foreign += spent * firms.share[i, r]
        made += spent * firms.share[i, r] * x.host_made[i, r]
        duties += x.duty[i, r]
        if r == st.host:
            foreign += spent * firms.share[i, second]
            made += spent * firms.share[i, second] * x.host_made[i, second]
            duties += x.duty[i, second]
    for i in range(middle, last):
        sales = spent * firms.share[i, r]
        from_host = sales * x.host_made[i, r]
        made += from_host
        chinese += from_host
        local += sales - from_host
        duties += x.duty[i, r]
    x.made_in_host[s, r] = made
    x.chinese_made_host[s, r] = chinese
    x.chinese_local[s, r] = local
    x.foreign_sales[s, r] = foreign
    x.tariff_revenue[s, r] = duties


@stage
def fixed_cost(st: State, m: int, s: int, kind: int, region: int, trust: float, autonomy: float) -> float:
    """Fixed and governance cost of a partnership a quarter."""
    p, x, scale = st.parameters, st.scratch, st.firms.cost_scale[m]
    governed = governance_cost(p.governance, p.trust_end, trust)
    if kind == Type.globalize:
        world = 0.0
        for r in range(st.world.market.shape[2]):
            world += x.expenditure[s, r]
        part = x.expenditure[s, region] / world if world > 0.0 else 0.0
        return x.unit[s] * part * governed * scale
    cost = x.unit[s] * p.cost_market_access * scale
    if kind == Type.co_innovation:
        cost += x.unit[s] * (governed * scale + st.now.localisation_cost[s, st.host])
        cost += hold_up_cost(autonomy, x.exposed[m], p.hold_up)
    return cost


@step
def rent(st: State, s: int, kind: int, place: int) -> float:
    """What a contract's plant abroad costs a quarter over the sales made in it; 0 in the host and for services."""
    abroad = kind == Type.globalize and place != st.host and st.sectors.tradable[s] > 0.0
    return plant_rent(st.parameters.plant_cost, st.annuity) if abroad else 0.0


@stage
def share_by_contract(st: State, t: int, s: int) -> None:
    """Splits each partnership's profit: royalty to the side that gives technology, the rest by equity."""
    firms, jv, x, p = st.firms, st.partnerships, st.scratch, st.parameters
    intensity = st.sectors.rd_intensity[s]
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, r, line = jv.multinational[q], jv.chinese[q], jv.region[q], jv.line[q]
        owner = c if jv.type[q] == Type.globalize and jv.route[q] == Route.sell else m
        sales = x.expenditure[s, r] * firms.share[owner, line]
        rate = x.rate[owner, r] - x.compliance[s, firms.home[owner], r]
        plant = rent(st, s, jv.type[q], jv.place[q])
        cost = fixed_cost(st, m, s, jv.type[q], r, jv.trust[q], jv.autonomy[q])
        jv.sales[q] = sales
        rented = x.rent[owner, line] / sales if x.floored[s, r] > 0.0 and sales > 0.0 else 0.0
        jv.pot[q] = rate * (sales - x.duty[owner, line]) - plant * sales - cost
        jv.pot[q] += rent_kept(rented, x.rate[owner, r] * sales, sales)
        royalty = jv.royalty[q] * sales
        to_m = royalty_side(st, q) * royalty + jv.equity[q] * (jv.pot[q] - royalty)
        to_c = (1.0 - royalty_side(st, q)) * royalty + (1.0 - jv.equity[q]) * (jv.pot[q] - royalty)
        firms.venture_income[m] += to_m
        firms.venture_income[c] += to_c
        firms.profit[m] += to_m
        firms.profit[c] += to_c
        x.rd_venture[m] += feeding_sales(jv.equity[q], sales, to_m, intensity)
        x.rd_venture[c] += feeding_sales(1.0 - jv.equity[q], sales, to_c, intensity)
        target = x.target[owner, line]
        expected = x.expenditure[s, r] * target
        kept = 1.0 - x.duty[owner, line] / sales if sales > 0.0 else 1.0
        usual = offer_profit(x.expenditure[s, r], target, st.sectors.price_elasticity[s])
        profit = kept * usual + rent_kept(rented, usual, expected)
        x.expected_pot[q] = profit - (x.compliance[s, firms.home[owner], r] + plant) * expected
        borrow(st, s, q, m, c, r, sales)
        if jv.type[q] == Type.globalize and jv.route[q] == Route.sell:
            x.partner_made[s, r] += sales * (1.0 - x.host_made[c, line])
        paid = 1.0 if to_m >= 0.0 and to_c >= 0.0 else 0.0
        jv.trust[q] = trust_next(jv.trust[q], paid, p.trust_speed)


@stage
def borrow(st: State, s: int, q: int, m: int, c: int, r: int, sales: float) -> None:
    """Notes sales that run on a partner's technology."""
    firms, jv = st.firms, st.partnerships
    if jv.type[q] == Type.globalize and jv.route[q] == Route.power:
        st.scratch.powered[s, r] += sales
        firms.borrowed[m] += sales
    elif jv.type[q] != Type.globalize and jv.technology_balance[q] > 0.5:
        firms.borrowed[m] += sales
    else:
        firms.borrowed[c] += sales


@stage
def royalty_side(st: State, q: int) -> float:
    """1 if the multinational receives the royalty (host contracts), 0 if the Chinese firm does (globalising)."""
    return 0.0 if st.partnerships.type[q] == Type.globalize else 1.0


@step
def host_floor(st: State, t: int, s: int) -> float:
    """R&D that state and market give each Chinese firm beyond its own revenue: sized by the host's market."""
    x, p = st.scratch, st.parameters
    reference = st.sectors.rd_intensity[s] * x.expenditure[s, st.host] / max(st.sectors.chinese[s], 1.0)
    return reference * p.rd_floor * st.world.floor[t] * st.sectors.floor[s]


@stage
def pay_firms(st: State, t: int, s: int) -> None:
    """R&D, overheads and the cost of what a firm does alone; net worth."""
    firms, x, p = st.firms, st.scratch, st.parameters
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    floor = host_floor(st, t, s)
    along_multinational_costs(st, s, p.overhead * mean_sales(st, s, Kind.multinational), first, middle)
    along_chinese_costs(st, s, p.overhead * mean_sales(st, s, Kind.chinese), floor, middle, last)
    if p.research > 0.0:
        along_chosen_research(st, s, first, last)
    along_accounts(st, first, last)
    for i in range(first, middle):
        if firms.active[i] > 0:
            x.outlays[s, firms.home[i]] += x.support[i]
            if x.supported[s, firms.home[i]] > 0.0:
                x.outlays[s, firms.home[i]] += production_support(st, t, s, i)
    paid, supported = x.outlays[s, st.host], x.supported[s, st.host] > 0.0
    for i in range(middle, last):
        if firms.active[i] > 0:
            paid += x.support[i]
            if supported:
                paid += production_support(st, t, s, i)
    x.outlays[s, st.host] = paid
    along_learning(st, s, 0.25 / max(x.unit[s], 1e-30), first, last)


@stage
def production_support(st: State, t: int, s: int, i: int) -> float:
    """Production subsidy of a quarter on a firm's sales: the part of cost that the state pays."""
    firms, x = st.firms, st.scratch
    outlay = 0.0
    for r in range(st.world.market.shape[2]):
        total = 0.0
        subsidised = 0.0
        for g in range(made_of(st, s)):
            weight = x.demand_weight[s, g, r] * x.quality[i, g]
            total += weight
            subsidised += weight * st.now.subsidy_production[s, g, firms.home[i]]
        if subsidised > 0.0:
            part = subsidised / total
            outlay += part / (1.0 - part) * (1.0 - x.rate[i, r]) * x.expenditure[s, r] * x.firm_share[i, r]
    return outlay


@stage
def trade(st: State, t: int, s: int) -> None:
    """Stages 4 and 5. Who supplies from where depends on what licences cost, and the other way round."""
    for _ in range(REPLACED):
        place_own_offers(st, t, s)
        place_contract_offers(st, t, s)
        mark_up(st, s)
        if st.scratch.limiting[s] <= 0.0 or not license_imports(st, t, s):
            break
    clear_markets(st, t, s)
    sell_own_lines(st, t, s)
    share_by_contract(st, t, s)
    pay_firms(st, t, s)
    weigh_contributions(st, t, s)
