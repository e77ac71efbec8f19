"""Stages 4 and 5: offers meet demand, profit is shared by contract, and contributions are weighed."""

from sim.compiled import rows, stage, step
from sim.quarter.lanes import along_clearing, along_earnings, along_margin, along_markup, along_operations
from sim.quarter.offers import (
    FROM_HOME,
    FROM_HOST,
    abroad_by_multinational,
    composite_of,
    host_alone,
    host_rate,
    lender_keeps,
    own_by_chinese,
    plant_works,
    pool,
    powered_offer,
    sold_offer,
    venture_offer,
)
from sim.quarter.state import FLIP, State, first_of, generations_of, last_of, live_row, log_event, middle_of
from sim.rules.capability import research_budget
from sim.rules.governance import governance_cost, hold_up_cost
from sim.rules.market import offer_profit, quality
from sim.rules.policy import blocked
from sim.rules.review import trust_next
from sim.rules.venture import access_balance, technology_balance


@stage
def own_chinese_offers(st: State, t: int, s: int) -> None:
    """Appeals of Chinese firms' own lines."""
    firms, x = st.firms, st.scratch
    for r in range(st.world.market.shape[2]):
        for i in range(middle_of(st, s), last_of(st, s)):
            if firms.active[i] == 0 or firms.contract[i, r] >= 0:
                continue
            local = r != st.host and (st.sectors.tradable[s] <= 0.0 or plant_works(st, t, i, r))
            x.appeal[i, r] = own_by_chinese(st, s, i, r, firms.access[i, r], local, False)
            x.host_made[i, r] = 0 if local else 1


@stage
def own_multinational_offers(st: State, t: int, s: int, i: int) -> None:
    """Appeals of a multinational's own lines, a lender's own offers among them."""
    firms, x = st.firms, st.scratch
    second = st.world.market.shape[2]
    line = st.host if firms.contract[i, st.host] < 0 else second
    if firms.contract[i, line] < 0 and firms.mode[i] > 0:
        own = host_alone(st, t, i, firms.mode[i], firms.access[i, st.host], False)
        x.appeal[i, line] = own * host_rate(st, i, line)
        x.host_made[i, line] = 1 if firms.mode[i] == 2 else 0
    for r in range(second):
        q = firms.contract[i, r]
        if r != st.host and (q < 0 or st.partnerships.route[q] == 1):
            made, way = abroad_by_multinational(st, t, i, r, False, firms.orientation[i] > 0)
            x.appeal[i, r] = made if q < 0 else made * lender_keeps(st, i)
            x.host_made[i, r] = 1 if way == FROM_HOST else 0


@stage
def place_own_offers(st: State, t: int, s: int) -> None:
    """Appeals of what firms offer without a contract."""
    firms, x = st.firms, st.scratch
    for i in range(first_of(st, s), last_of(st, s)):
        x.lifted[i] = 1.0
        for line in range(firms.share.shape[1]):
            x.appeal[i, line] = 0.0
            x.host_made[i, line] = 0
        if firms.active[i] > 0 and firms.kind[i] == 0:
            lift_products(st, t, s, i)
            own_multinational_offers(st, t, s, i)
    own_chinese_offers(st, t, s)


@stage
def lift_products(st: State, t: int, s: int, m: int) -> None:
    """Part of a joint technology's lead that the multinational uses in products abroad, as far as controls let it."""
    firms, x, jv = st.firms, st.scratch, st.partnerships
    for line in (st.host, firms.contract.shape[1] - 1):
        q = firms.contract[m, line]
        if q >= 0 and jv.type[q] == 2:
            _, demanded = venture_offer(st, t, m, jv.chinese[q], 2, jv.openness[q], jv.trust[q])
            g = generations_of(st, s) - 1
            stopped = blocked(
                st.now.control[s, g, st.host, firms.home[m]],
                st.now.over_compliance[s, st.host, firms.home[m]],
                st.parameters.over_compliance,
            )
            lead = max(composite_of(st, s, demanded) - x.composite[m], 0.0)
            gained = st.parameters.deployment * (1.0 - stopped) * lead
            x.lifted[m] = max(x.lifted[m], quality(x.sensitivity[s], gained, 0.0))


@stage
def place_contract_offers(st: State, t: int, s: int) -> None:
    """Appeals of what partnerships offer."""
    jv, x = st.partnerships, st.scratch
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, line, r = jv.multinational[q], jv.chinese[q], jv.line[q], jv.region[q]
        if jv.type[q] != 3:
            made, _ = venture_offer(st, t, m, c, jv.type[q], jv.openness[q], jv.trust[q])
            x.appeal[m, line] = made * host_rate(st, m, line)
            x.host_made[m, line] = 1
        elif jv.route[q] == 1:
            x.appeal[c, line] = sold_offer(st, t, m, c, r, jv.place[q] != st.host, False)
            x.host_made[c, line] = 1 if jv.place[q] == st.host else 0
        else:
            x.appeal[m, line] = powered_offer(
                st, t, m, c, r, jv.place[q] != st.host, jv.trust[q], jv.openness[q], False
            )
            x.host_made[m, line] = 1 if jv.place[q] == st.host else 0


@stage
def clear_markets(st: State, s: int) -> None:
    """Shares move towards what appeals call for; shares and the outside good sum to one."""
    firms, x, p = st.firms, st.scratch, st.parameters
    first, last = first_of(st, s), last_of(st, s)
    regions = st.world.market.shape[2]
    second = firms.share.shape[1] - 1
    alpha = st.sectors.price_elasticity[s]
    if p.pass_on > 0.0:
        along_markup(alpha, rows(x.firm_share, first, last), rows(x.markup, first, last))
    for r in range(regions):  # rows of firms that do not live have no appeal and no share
        total = p.outside_share + 1e-12
        for i in range(first, last):
            kept = x.markup[i, r] if p.pass_on > 0.0 else 1.0
            x.appeal[i, r] *= kept
            total += x.appeal[i, r]
            if r == st.host:
                x.appeal[i, second] *= kept
                total += x.appeal[i, second]
        x.denominator[s, r] = total
        x.per_appeal[s, r] = 1.0 / total
    for line in range(second + 1):
        r = line if line < regions else st.host
        for i in range(first, last):
            x.target[i, line] = x.appeal[i, line] * x.per_appeal[s, r]
            x.spent[i, line] = x.expenditure[s, r]
    target = rows(x.target, first, last)
    along_clearing(p.share_speed, target, rows(firms.share, first, last))
    along_earnings(alpha, rows(x.spent, first, last), target, rows(x.earned, first, last))
    for r in range(regions):
        chinese = 0.0
        for i in range(first, last):
            sold = firms.share[i, r] + (firms.share[i, second] if r == st.host else 0.0)
            x.firm_share[i, r] = sold
            chinese += sold if firms.kind[i] == 1 else 0.0
        x.chinese_share[s, r] = chinese
    along_margin(alpha, rows(x.firm_share, first, last), rows(x.rate, first, last))


@stage
def sell_chinese_lines(st: State, s: int, i: int) -> None:
    """A Chinese firm's sales, duties and profit; what belongs to a contract is shared later."""
    firms, x = st.firms, st.scratch
    revenue, profit, own, gain, gain_abroad = 0.0, 0.0, 0.0, 0.0, 0.0
    for r in range(st.world.market.shape[2]):
        share = firms.share[i, r]
        if share <= 0.0:
            continue
        sales = x.expenditure[s, r] * share
        revenue += sales
        duty = 0.0
        if x.host_made[i, r] > 0:
            x.made_in_host[s, r] += sales
            x.chinese_made_host[s, r] += sales
            duty = tariff_on(st, s, i, r, FROM_HOST, sales)
            x.tariff_revenue[s, r] += duty
        else:
            x.chinese_local[s, r] += sales
        x.duty[i, r] = duty
        if firms.contract[i, r] >= 0:
            continue
        profit += (x.rate[i, r] - x.compliance[s, st.host, r]) * (sales - duty)
        own += sales
        worth = x.sensitivity[s] * x.earned[i, r] * (1.0 - share)
        gain += worth
        if r != st.host:
            gain_abroad += worth
    firms.revenue[i] = revenue
    firms.profit[i] = profit
    x.rd_own[i] = own
    x.gain[i] = gain
    x.gain_abroad[i] = gain_abroad


@stage
def sell_multinational_lines(st: State, t: int, s: int, i: int) -> None:
    """A multinational's sales, duties and profit; what belongs to a contract is shared later."""
    firms, x, host, home = st.firms, st.scratch, st.host, st.firms.home[i]
    revenue, profit, own, gain, gain_abroad, exposed = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for line in range(firms.share.shape[1]):
        share = firms.share[i, line]
        if share <= 0.0:
            continue
        r = line if line < st.world.market.shape[2] else host
        sales = x.expenditure[s, r] * share
        revenue += sales
        q = firms.contract[i, line]
        powered = q >= 0 and st.partnerships.route[q] == 2
        duty = 0.0
        if x.host_made[i, line] > 0:
            x.made_in_host[s, r] += sales
            if r != host:
                firms.exports[i] += sales
                duty = tariff_on(st, s, i, r, FROM_HOST, sales * (st.parameters.power_tariff if powered else 1.0))
        elif home != r and not powered and not plant_works(st, t, i, r):
            duty = tariff_on(st, s, i, r, FROM_HOME, sales)
        x.duty[i, line] = duty
        x.tariff_revenue[s, r] += duty
        if r == host:
            firms.host_revenue[i] += sales
        if q >= 0 and st.partnerships.route[q] != 1:
            continue
        profit += (x.rate[i, r] - x.compliance[s, home, r]) * (sales - duty)
        own += sales
        lifted = x.sensitivity[s] * x.earned[i, line]
        gain += lifted * (1.0 - share)
        if r != host:
            gain_abroad += lifted * (1.0 - share)
        exposed += lifted * x.chinese_share[s, r]
    firms.revenue[i] = revenue
    firms.profit[i] = profit
    x.rd_own[i] = own
    x.gain[i] = gain
    x.gain_abroad[i] = gain_abroad
    x.exposed[i] = exposed


@stage
def sell_own_lines(st: State, t: int, s: int) -> None:
    """Sales of every firm of a sector."""
    firms, x = st.firms, st.scratch
    for i in range(first_of(st, s), last_of(st, s)):
        firms.host_revenue[i] = 0.0
        firms.exports[i] = 0.0
        firms.borrowed[i] = 0.0
        firms.venture_income[i] = 0.0
        x.rd_venture[i] = 0.0
        x.exposed[i] = 0.0
        if firms.active[i] == 0:
            firms.revenue[i] = 0.0
            firms.profit[i] = 0.0
            firms.rd[i] = 0.0
            x.gain[i] = 0.0
            x.gain_abroad[i] = 0.0
        elif firms.kind[i] == 1:
            sell_chinese_lines(st, s, i)
        else:
            sell_multinational_lines(st, t, s, i)


@step
def tariff_on(st: State, s: int, i: int, region: int, way: int, sales: float) -> float:
    """Tariff in sales at consumers' prices that cross the border, over generations."""
    x = st.scratch
    home = st.firms.home[i]
    total = 0.0
    paid = 0.0
    for g in range(generations_of(st, s)):
        weight = x.demand_weight[s, g, region] * x.quality[i, g]
        total += weight
        paid += weight * x.taxed[s, way, home, region, g]
    return sales * paid / total if paid > 0.0 else 0.0


@stage
def fixed_cost(st: State, t: int, m: int, s: int, kind: int, region: int, trust: float, autonomy: float) -> float:
    """Fixed and governance cost of a partnership a quarter."""
    p, x = st.parameters, st.scratch
    if kind == 3:
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
    if kind == 2:
        cost += p.governance * governance_cost(p.cost_co_innovation, p.cost_trust, trust) * st.firms.cost_scale[m]
        cost += st.now.localisation_cost[s, st.host]
    return x.unit[s] * cost + hold_up_cost(autonomy, x.exposed[m], p.hold_up) * (0.0 if kind == 1 else 1.0)


@stage
def share_by_contract(st: State, t: int, s: int) -> None:
    """Splits each partnership's profit: royalty to the side that gives technology, the rest by equity."""
    firms, jv, x, p = st.firms, st.partnerships, st.scratch, st.parameters
    news = p.forecast_speed if p.expectations <= 0.0 else 1.0
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, r, line = jv.multinational[q], jv.chinese[q], jv.region[q], jv.line[q]
        owner = c if jv.type[q] == 3 and jv.route[q] == 1 else m
        alpha = st.sectors.price_elasticity[s]
        sales = x.expenditure[s, r] * firms.share[owner, line]
        rate = x.rate[owner, r] - x.compliance[s, firms.home[owner], r]
        cost = fixed_cost(st, t, m, s, jv.type[q], r, jv.trust[q], jv.autonomy[q])
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
        if jv.type[q] == 3 and jv.route[q] == 2:
            x.powered[s, r] += sales
            firms.borrowed[m] += sales
        elif jv.type[q] == 3:
            firms.borrowed[c] += sales
        elif jv.technology_balance[q] > 0.5:
            firms.borrowed[m] += sales
        else:
            firms.borrowed[c] += sales
        kept = 1.0 if to_m >= 0.0 and to_c >= 0.0 else 0.0
        jv.trust[q] = trust_next(jv.trust[q], kept, p.trust_speed)


@stage
def royalty_side(st: State, q: int) -> float:
    """1 if the multinational receives the royalty (host contracts), 0 if the Chinese firm does (globalising)."""
    return 0.0 if st.partnerships.type[q] == 3 else 1.0


@stage
def pay_firms(st: State, t: int, s: int) -> None:
    """R&D, overheads and the cost of what a firm does alone; net worth."""
    firms, x, p = st.firms, st.scratch, st.parameters
    rho = st.sectors.rd_intensity[s]
    a_firm = 1.0 / max(st.sectors.chinese[s] + st.sectors.multinationals[s], 1.0)
    first, last = first_of(st, s), last_of(st, s)
    for i in range(first, last):
        if firms.active[i] == 0:
            continue
        support = 0.0
        if firms.kind[i] == 1:
            tilt = 1.0 + p.state_tilt if firms.ownership[i] == 0 else 1.0 - p.state_tilt
            support = x.rd_reference[s] * p.rd_floor * st.world.floor[t] * st.sectors.floor[s] * tilt
        support += x.rd_reference[s] * st.now.subsidy_rd[s, firms.home[i]]
        dampening = p.rent_dampening if firms.kind[i] == 1 else 0.0
        firms.rd[i] = research_budget(rho, x.rd_own[i], x.rd_venture[i], dampening, support)
        if firms.access_holder[i] > 0:
            firms.rd[i] = 0.0
            support = 0.0
        x.outlays[s, firms.home[i]] += support
        cost = p.overhead * x.expenditure[s, firms.home[i]] * pool(st, i)
        if firms.mode[i] == 1:
            friction = st.now.sole_entry_friction[s, st.host]
            cost += (p.cost_export * firms.cost_scale[i] + 0.5 * friction) * x.unit[s]
        elif firms.mode[i] == 2:
            friction = st.now.sole_entry_friction[s, st.host]
            cost += (p.cost_wholly_owned * firms.cost_scale[i] + friction) * x.unit[s]
        if firms.orientation[i] > 0:
            cost += (p.cost_hub * firms.cost_scale[i] + st.now.localisation_cost[s, st.host]) * x.unit[s]
        if firms.kind[i] == 1:
            for r in range(st.world.market.shape[2]):
                if firms.branding[i, r] > 0:
                    cost += p.brand_cost * x.expenditure[s, r] * a_firm
        if x.supported[s, firms.home[i]] > 0.0:
            x.outlays[s, firms.home[i]] += production_support(st, t, s, i)
        firms.profit[i] += support - firms.rd[i] - cost
        firms.worth[i] += firms.profit[i]
    along_operations(
        st.sectors.learning_rate[s],
        0.25 / max(x.unit[s], 1e-30),
        rows(firms.revenue, first, last),
        rows(firms.output, first, last),
        rows(firms.operations, first, last),
    )


@stage
def production_support(st: State, t: int, s: int, i: int) -> float:
    """Production subsidy of a quarter on a firm's sales: the part of cost that the state pays."""
    firms, x = st.firms, st.scratch
    outlay = 0.0
    for r in range(st.world.market.shape[2]):
        total = 0.0
        subsidised = 0.0
        for g in range(generations_of(st, s)):
            weight = x.demand_weight[s, g, r] * x.quality[i, g]
            total += weight
            subsidised += weight * st.now.subsidy_production[s, g, firms.home[i]]
        if subsidised > 0.0:
            part = subsidised / total
            outlay += part / (1.0 - part) * (1.0 - x.rate[i, r]) * x.expenditure[s, r] * x.firm_share[i, r]
    return outlay


@stage
def weigh_contributions(st: State, t: int, s: int) -> None:
    """Stage 5: who brings technology, who brings access; a flip is a balance above one half for four quarters."""
    firms, jv, x = st.firms, st.partnerships, st.scratch
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, r = jv.multinational[q], jv.chinese[q], jv.region[q]
        jv.technology_balance[q] = technology_balance(x.composite[m] - x.composite[c], st.parameters.contribution_band)
        jv.access_balance[q] = access_balance(firms.access[c, r], firms.access[m, r])
        jv.reversed[q] = jv.reversed[q] + 1 if jv.technology_balance[q] > 0.5 else 0
        if jv.reversed[q] == 4 and jv.flipped[q] < 0:
            jv.flipped[q] = t
            log_event(st, t, FLIP, s, r, -1, q, m, c, jv.type[q], jv.type[q], 0)


@stage
def trade(st: State, t: int, s: int) -> None:
    """Stages 4 and 5."""
    place_own_offers(st, t, s)
    place_contract_offers(st, t, s)
    clear_markets(st, s)
    sell_own_lines(st, t, s)
    share_by_contract(st, t, s)
    pay_firms(st, t, s)
    weigh_contributions(st, t, s)
