"""Stages 4 and 5: offers meet demand, profit is shared by contract, and contributions are weighed."""

from sim.arithmetic import log
from sim.columns import Bound, Happening, Kind, Route, Trigger, Type, Way
from sim.compiled import lane, stage
from sim.quarter.lanes import along_clearing, along_learning, along_markup, along_markup_beside
from sim.quarter.offers import (
    abroad_by_chinese,
    abroad_by_multinational,
    access_with,
    host_rate,
    lead_deployed,
    lender_keeps,
    plant_works,
    powered_offer,
    venture_offer,
)
from sim.quarter.own import (
    along_accounts,
    along_baskets_abroad,
    along_baskets_in_host,
    along_brands,
    along_chinese_baskets,
    along_chinese_costs,
    along_chinese_offers,
    along_chinese_sales,
    along_multinational_costs,
    along_multinational_sales,
    along_offers_abroad,
    along_offers_in_host,
    along_start_of_sales,
    along_taxed_chinese,
    along_taxed_multinational,
)
from sim.quarter.state import (
    State,
    first_of,
    last_of,
    live_row,
    log_partnership,
    made_of,
    mean_sales,
    middle_of,
)
from sim.rules.governance import governance_cost, hold_up_cost
from sim.rules.market import offer_profit, quality
from sim.rules.review import trust_next
from sim.rules.venture import access_balance, technology_balance

NO_APPEAL = 1e-30  # what nobody makes counts as this much


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
                along_baskets_in_host(st, s, g, first, middle)
        along_chinese_offers(st, t, s, r, middle, last)
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
            x.appeal[i, r], way = abroad_by_multinational(st, t, i, r, plant_works(st, t, i, r), False, True)
            x.host_made[i, r] = 1 if way == Way.from_host else 0


@stage
def lift_products(st: State, s: int, q: int) -> None:
    """Part of a joint technology's lead that the multinational uses in products abroad, as far as controls let it."""
    x, jv = st.scratch, st.partnerships
    m = jv.multinational[q]
    _, demanded = venture_offer(st, m, jv.chinese[q], Type.co_innovation, jv.openness[q], jv.trust[q])
    gained = lead_deployed(st, m, demanded)
    x.lifted[m] = max(x.lifted[m], quality(x.sensitivity[s], gained, 0.0))


@stage
def place_contract_offers(st: State, s: int) -> None:
    """Appeals of what partnerships offer."""
    jv, x = st.partnerships, st.scratch
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, line, r = jv.multinational[q], jv.chinese[q], jv.line[q], jv.region[q]
        if jv.type[q] != Type.globalize:
            made, _ = venture_offer(st, m, c, jv.type[q], jv.openness[q], jv.trust[q])
            x.appeal[m, line] = made * host_rate(st, m)
            x.host_made[m, line] = 1
            x.bound[m, line] = Bound.given
        elif jv.route[q] == Route.sell:
            x.appeal[m, line] *= lender_keeps(st, m)
            x.bound[m, line] = Bound.lent
            x.bound[c, line] = Bound.given
            x.appeal[c, line] = abroad_by_chinese(st, c, r, access_with(st, m, c, r), jv.place[q] != st.host, False)
            x.host_made[c, line] = 1 if jv.place[q] == st.host else 0
        else:
            x.appeal[m, line] = powered_offer(st, m, c, r, jv.place[q] != st.host, jv.trust[q], jv.openness[q], False)
            x.host_made[m, line] = 1 if jv.place[q] == st.host else 0
            x.bound[m, line] = Bound.powered


@stage
def clear_markets(st: State, s: int) -> None:
    """Shares move towards what appeals call for; shares and the outside good sum to one."""
    x = st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    second = st.world.market.shape[2]
    if st.parameters.pass_on > 0.0:  # rows of firms that do not live have no appeal and no share
        for r in range(second):
            along_markup(st, s, r, first, last)
            if r == st.host:
                along_markup_beside(st, second, first, middle)
    for r in range(second):  # sums one after the other: the processor works at several
        x.denominator[s, r] = all_appeals(st, r, first, middle, last)
        x.per_appeal[s, r] = 1.0 / x.denominator[s, r]
    along_clearing(st, s, second, st.host, first, middle)
    for r in range(second):
        along_clearing(st, s, r, r, first, last)
    for r in range(second):
        chinese = 0.0
        for i in range(middle, last):
            chinese += x.firm_share[i, r]
        x.chinese_share[s, r] = chinese


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


@lane
def add_up_sales(st: State, s: int, r: int, first: int, middle: int, last: int) -> None:
    """Where a region's sales were made, and the tariffs they paid."""
    firms, x, second = st.firms, st.scratch, st.world.market.shape[2]
    spent = x.expenditure[s, r]
    made, duties, chinese, local, foreign = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(first, middle):
        foreign += spent * firms.share[i, r]
        made += spent * firms.share[i, r] if x.host_made[i, r] > 0 else 0.0
        duties += x.duty[i, r]
        if r == st.host:
            foreign += spent * firms.share[i, second]
            made += spent * firms.share[i, second] if x.host_made[i, second] > 0 else 0.0
            duties += x.duty[i, second]
    for i in range(middle, last):
        sales = spent * firms.share[i, r]
        from_host = x.host_made[i, r] > 0
        made += sales if from_host else 0.0
        chinese += sales if from_host else 0.0
        local += 0.0 if from_host else sales
        duties += x.duty[i, r]
    x.made_in_host[s, r] = made
    x.chinese_made_host[s, r] = chinese
    x.chinese_local[s, r] = local
    x.foreign_sales[s, r] = foreign
    x.tariff_revenue[s, r] = duties


@stage
def fixed_cost(st: State, m: int, s: int, kind: int, region: int, trust: float, autonomy: float) -> float:
    """Fixed and governance cost of a partnership a quarter."""
    p, x = st.parameters, st.scratch
    if kind == Type.globalize:
        world = 0.0
        for r in range(st.world.market.shape[2]):
            world += x.expenditure[s, r]
        part = x.expenditure[s, region] / world if world > 0.0 else 0.0
        return (
            x.unit[s]
            * part
            * p.governance
            * governance_cost(p.cost_globalize, p.cost_trust, trust)
            * st.firms.cost_scale[m]
        )
    cost = p.cost_market_access * st.firms.cost_scale[m]
    if kind == Type.co_innovation:
        cost += p.governance * governance_cost(p.cost_co_innovation, p.cost_trust, trust) * st.firms.cost_scale[m]
        cost += st.now.localisation_cost[s, st.host]
    shared = 0.0 if kind == Type.market_access else 1.0
    return x.unit[s] * cost + hold_up_cost(autonomy, x.exposed[m], p.hold_up) * shared


@stage
def share_by_contract(st: State, t: int, s: int) -> None:
    """Splits each partnership's profit: royalty to the side that gives technology, the rest by equity."""
    firms, jv, x, p = st.firms, st.partnerships, st.scratch, st.parameters
    news = p.forecast_speed if p.expectations <= 0.0 else 1.0
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, r, line = jv.multinational[q], jv.chinese[q], jv.region[q], jv.line[q]
        owner = c if jv.type[q] == Type.globalize and jv.route[q] == Route.sell else m
        alpha = st.sectors.price_elasticity[s]
        sales = x.expenditure[s, r] * firms.share[owner, line]
        rate = x.rate[owner, r] - x.compliance[s, firms.home[owner], r]
        cost = fixed_cost(st, m, s, jv.type[q], r, jv.trust[q], jv.autonomy[q])
        if jv.clause[q] > 0:
            cost += p.clause_cost * rate * sales
        jv.sales[q] = sales
        jv.pot[q] = rate * (sales - x.duty[owner, line]) - cost
        royalty = jv.royalty[q] * sales
        to_m = royalty_side(st, q) * royalty + jv.equity[q] * (jv.pot[q] - royalty)
        to_c = (1.0 - royalty_side(st, q)) * royalty + (1.0 - jv.equity[q]) * (jv.pot[q] - royalty)
        firms.venture_income[m] += to_m
        firms.venture_income[c] += to_c
        firms.profit[m] += to_m
        firms.profit[c] += to_c
        x.rd_venture[m] += jv.equity[q] * sales
        x.rd_venture[c] += (1.0 - jv.equity[q]) * sales
        target = x.target[owner, line]
        profit = offer_profit(x.expenditure[s, r], target, alpha)
        expected = x.expenditure[s, r] * target
        profit -= x.compliance[s, firms.home[owner], r] * expected
        fresh = 1.0 if t == jv.start[q] + 1 else news
        x.forecast_pot[q] += fresh * (profit - x.forecast_pot[q])
        x.forecast_sales[q] += fresh * (expected - x.forecast_sales[q])
        if jv.type[q] == Type.globalize and jv.route[q] == Route.power:
            x.powered[s, r] += sales
            firms.borrowed[m] += sales
        elif jv.type[q] == Type.globalize:
            firms.borrowed[c] += sales
            x.partner_made[s, r] += sales if jv.place[q] != st.host else 0.0
        elif jv.technology_balance[q] > 0.5:
            firms.borrowed[m] += sales
        else:
            firms.borrowed[c] += sales
        kept = 1.0 if to_m >= 0.0 and to_c >= 0.0 else 0.0
        jv.trust[q] = trust_next(jv.trust[q], kept, p.trust_speed)


@stage
def royalty_side(st: State, q: int) -> float:
    """1 if the multinational receives the royalty (host contracts), 0 if the Chinese firm does (globalising)."""
    return 0.0 if st.partnerships.type[q] == Type.globalize else 1.0


@stage
def pay_firms(st: State, t: int, s: int) -> None:
    """R&D, overheads and the cost of what a firm does alone; net worth."""
    firms, x, p = st.firms, st.scratch, st.parameters
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    regions = st.world.market.shape[2]
    floor = x.rd_reference[s] * p.rd_floor * st.world.floor[t] * st.sectors.floor[s]
    along_multinational_costs(st, s, p.overhead * mean_sales(st, s, Kind.multinational), first, middle)
    along_chinese_costs(st, s, p.overhead * mean_sales(st, s, Kind.chinese), floor, middle, last)
    a_firm = 1.0 / max(st.sectors.chinese[s] + st.sectors.multinationals[s], 1.0)
    for r in range(regions):
        along_brands(st, r, p.brand_cost * x.expenditure[s, r] * a_firm, middle, last)
    along_accounts(st, first, last)
    for i in range(first, middle):
        if firms.active[i] > 0:
            x.outlays[s, firms.home[i]] += x.support[i]
            if x.supported[s, firms.home[i]] > 0.0:
                x.outlays[s, firms.home[i]] += production_support(st, s, i)
    paid, supported = x.outlays[s, st.host], x.supported[s, st.host] > 0.0
    for i in range(middle, last):
        if firms.active[i] > 0:
            paid += x.support[i]
            if supported:
                paid += production_support(st, s, i)
    x.outlays[s, st.host] = paid
    along_learning(st, s, 0.25 / max(x.unit[s], 1e-30), first, last)


@stage
def production_support(st: State, s: int, i: int) -> float:
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
def product_lead(st: State, s: int, q: int) -> float:
    """Lead of a host venture's product over what its Chinese partner sells alone there, in technology (log).

    Both as buyers see them, prices included, per weight of a brand.
    """
    jv, x = st.partnerships, st.scratch
    m, c, line = jv.multinational[q], jv.chinese[q], jv.line[q]
    theirs = x.appeal[m, line] / (host_rate(st, m) * x.pool[s, 0])
    own = x.appeal[c, st.host] / x.pool[s, 1]
    return log(max(theirs, NO_APPEAL) / max(own, NO_APPEAL)) / x.sensitivity[s]


@stage
def weigh_product(st: State, t: int, s: int, q: int) -> None:
    """A product flips when it led at first and has been behind the partner's own for four quarters since."""
    jv = st.partnerships
    lead = product_lead(st, s, q)
    jv.product_lead[q] = lead
    if t == jv.start[q] + 1:
        jv.lead_start[q] = lead
    jv.behind[q] = jv.behind[q] + 1 if lead < 0.0 else 0
    if jv.behind[q] == 4 and jv.lead_start[q] > 0.0 and jv.product_flipped[q] < 0:
        jv.product_flipped[q] = t
        log_partnership(st, t, Happening.product_flip, q, jv.type[q], jv.type[q], Trigger.none)


@stage
def weigh_access(st: State, t: int, q: int) -> None:
    """Access flips when the side that brought less of it at first has brought more for four quarters."""
    jv = st.partnerships
    balance = jv.access_balance[q]
    side = 1 if balance > 0.5 else -1 if balance < 0.5 else 0
    if t == jv.start[q] + 1:
        jv.access_side[q] = side
    jv.access_turned[q] = jv.access_turned[q] + 1 if side * jv.access_side[q] < 0 else 0
    if jv.access_turned[q] == 4 and jv.access_flipped[q] < 0:
        jv.access_flipped[q] = t
        log_partnership(st, t, Happening.access_flip, q, jv.type[q], jv.type[q], Trigger.none)


@stage
def weigh_contributions(st: State, t: int, s: int) -> None:
    """Stage 5: who brings technology, who brings access; a balance above one half for four quarters is logged."""
    firms, jv, x = st.firms, st.partnerships, st.scratch
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, r = jv.multinational[q], jv.chinese[q], jv.region[q]
        jv.technology_balance[q] = technology_balance(x.composite[m] - x.composite[c], st.parameters.contribution_band)
        jv.access_balance[q] = access_balance(firms.access[c, r], firms.access[m, r])
        jv.reversed[q] = jv.reversed[q] + 1 if jv.technology_balance[q] > 0.5 else 0
        if jv.reversed[q] == 4 and jv.flipped[q] < 0:
            jv.flipped[q] = t
            log_partnership(st, t, Happening.flip, q, jv.type[q], jv.type[q], Trigger.none)
        if jv.type[q] != Type.globalize:
            weigh_product(st, t, s, q)
        weigh_access(st, t, q)


@stage
def trade(st: State, t: int, s: int) -> None:
    """Stages 4 and 5."""
    place_own_offers(st, t, s)
    place_contract_offers(st, s)
    clear_markets(st, s)
    sell_own_lines(st, t, s)
    share_by_contract(st, t, s)
    pay_firms(st, t, s)
    weigh_contributions(st, t, s)
