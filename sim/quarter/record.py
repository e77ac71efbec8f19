"""Stage 10: one pass over firms and partnerships writes the quarter's metrics."""

from sim.arithmetic import exp, log
from sim.compiled import stage
from sim.quarter.state import State, first_of, generations_of, last_of, live_row, middle_of
from sim.rules.market import adjust, buyers_gain

NOTHING = -1e8


@stage
def top_three(st: State, s: int, kind: int, g: int) -> float:
    """Sales-weighted mean technology of the three most advanced of an origin, over generations (g = -1) or in one.

    Without sales the mean is unweighted; NOTHING if there is no such firm.
    """
    firms, x = st.firms, st.scratch
    first = first_of(st, s) if kind == 0 else middle_of(st, s)
    last = middle_of(st, s) if kind == 0 else last_of(st, s)
    most, second, third = NOTHING, NOTHING, NOTHING
    best, next_best, last_best = -1, -1, -1
    for i in range(first, last):
        if firms.active[i] == 0 or firms.access_holder[i] > 0 or (g >= 0 and firms.adopted[i, g] == 0):
            continue
        level = firms.technology[i, g] if g >= 0 else x.composite[i]
        if level > most:
            most, second, third = level, most, second
            best, next_best, last_best = i, best, next_best
        elif level > second:
            second, third = level, second
            next_best, last_best = i, next_best
        elif level > third:
            third, last_best = level, i
    weight = 0.0
    total = 0.0
    for i, level in ((best, most), (next_best, second), (last_best, third)):
        if i >= 0:
            sales = firms.revenue[i] + 1e-9 * x.unit[s] + 1e-30
            weight += sales
            total += sales * level
    return total / weight if weight > 0.0 else NOTHING


@stage
def record_firms(st: State, t: int, s: int) -> None:
    """Metrics that come from firms."""
    firms, x, row = st.firms, st.scratch, st.outcome[t, s]
    m_count = 0.0
    c_count = 0.0
    m_level = 0.0
    skilled = 0.0
    c_level = 0.0
    hubs = 0.0
    owned = 0.0
    host_sales = 0.0
    exports = 0.0
    borrowed = 0.0
    sales = 0.0
    for i in range(first_of(st, s), last_of(st, s)):
        borrowed += firms.borrowed[i] * (1.0 - firms.hedge[i])  # money of the quarter, of firms closed in it too
        sales += firms.revenue[i]
        if firms.kind[i] == 0:
            row.profit_multinational += firms.profit[i]
            row.rd_multinational += firms.rd[i]
            host_sales += firms.host_revenue[i]
            exports += firms.exports[i]
        else:
            row.profit_chinese += firms.profit[i]
            row.rd_chinese += firms.rd[i]
        if firms.active[i] == 0:
            continue
        row.hazard += firms.hazard[i]
        row.hedge += firms.hedge[i]
        row.concentration += x.firm_share[i, st.host] * x.firm_share[i, st.host]
        if firms.kind[i] == 0:
            m_count += 1.0
            row.development_months += firms.months[i]
            hubs += float(firms.is_hub[i])
            owned += 1.0 if firms.mode[i] == 2 else 0.0
            if firms.access_holder[i] == 0:
                skilled += 1.0
                m_level += x.composite[i]
        else:
            c_count += 1.0
            c_level += x.composite[i]
    row.firms_multinational = m_count
    row.firms_chinese = c_count
    everyone = max(m_count + c_count, 1.0)
    row.hazard /= everyone
    row.hedge /= everyone
    row.development_months /= max(m_count, 1.0)
    row.hub_share = hubs / max(m_count, 1.0)
    row.wholly_owned_share = owned / max(m_count, 1.0)
    row.technology_multinational = m_level / max(skilled, 1.0)
    row.technology_chinese = c_level / max(c_count, 1.0)
    row.technology_gap = row.technology_multinational - row.technology_chinese
    row.frontier_gap = x.best_foreign[s] - x.best_chinese[s] if skilled > 0.0 and c_count > 0.0 else 0.0
    foreign = top_three(st, s, 0, -1)
    chinese = top_three(st, s, 1, -1)
    row.technology_level = exp(chinese - foreign) if foreign > NOTHING and chinese > NOTHING else 0.0
    row.host_sales = host_sales
    row.reverse_exports = exports
    row.reverse_export_ratio = exports / host_sales if host_sales > 0.0 else 0.0
    row.dependence = borrowed / sales if sales > 0.0 else 0.0


@stage
def record_partnerships(st: State, t: int, s: int) -> None:
    """Metrics that come from partnerships in force."""
    jv, row = st.partnerships, st.outcome[t, s]
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        if jv.active[q] == 0:  # its firm was closed
            continue
        row.active += 1.0
        if jv.type[q] == 1:
            row.active_market_access += 1.0
        elif jv.type[q] == 2:
            row.active_co_innovation += 1.0
        else:
            row.active_globalize += 1.0
        row.technology_balance += jv.technology_balance[q]
        row.access_balance += jv.access_balance[q]
        row.trust += jv.trust[q]
        row.openness += jv.openness[q]
        row.autonomy += jv.autonomy[q]
        row.equity_multinational += jv.equity[q]
        pay_c = jv.pot[q] - jv.equity[q] * (jv.pot[q] - jv.royalty[q] * jv.sales[q])
        pay_c -= jv.royalty[q] * jv.sales[q] if jv.type[q] != 3 else 0.0
        if jv.pot[q] > 0.0:
            row.value_share_chinese += min(max(pay_c / jv.pot[q], -1.0), 2.0)
        st.markets[t, s, jv.region[q]].partnerships += 1.0
    live = max(row.active, 1.0)
    row.technology_balance /= live
    row.access_balance /= live
    row.trust /= live
    row.openness /= live
    row.autonomy /= live
    row.equity_multinational /= live
    row.value_share_chinese /= live


@stage
def record_markets(st: State, t: int, s: int) -> None:
    """A sector's regions: shares, surplus, tariff revenue, profits by owner, welfare."""
    x, p, row = st.scratch, st.parameters, st.outcome[t, s]
    regions = st.world.market.shape[2]
    alpha = st.sectors.price_elasticity[s]
    abroad = 0.0
    abroad_chinese = 0.0
    abroad_content = 0.0
    for r in range(regions):
        cell = st.markets[t, s, r]
        spent = x.expenditure[s, r]
        level = log(x.denominator[s, r]) + x.sensitivity[s] * x.reference[s]
        if t == 0:
            x.logsum[s, r] = level
        x.logsum[s, r] = adjust(x.logsum[s, r], level, p.share_speed)
        cell.expenditure = spent
        cell.chinese_share = x.chinese_share[s, r]
        if spent > 0.0:
            cell.chinese_content = min(x.chinese_share[s, r] + x.powered[s, r] / spent, 1.0)
            cell.imports_china = x.made_in_host[s, r] / spent
            cell.imports_home_made = x.chinese_made_host[s, r] / spent
            cell.local_chinese = x.chinese_local[s, r] / spent
        cell.tariff_revenue = x.tariff_revenue[s, r]
        cell.consumer_surplus = buyers_gain(spent, alpha, x.logsum[s, r])
        cell.public_outlays = x.outlays[s, r]
        row.tariff_revenue += cell.tariff_revenue
        row.consumer_surplus += cell.consumer_surplus
        row.public_outlays += cell.public_outlays
        if r != st.host:
            abroad += spent
            abroad_chinese += spent * x.chinese_share[s, r]
            abroad_content += spent * cell.chinese_content
    for i in range(first_of(st, s), last_of(st, s)):
        st.markets[t, s, st.firms.home[i]].profit_owners += st.firms.profit[i]
    for r in range(regions):
        cell = st.markets[t, s, r]
        gains = cell.consumer_surplus + cell.tariff_revenue + cell.profit_owners
        cell.welfare = gains - p.public_cost * cell.public_outlays
        row.welfare += cell.welfare
    row.market_home = x.expenditure[s, st.host]
    row.market_abroad = abroad
    row.chinese_share_home = x.chinese_share[s, st.host]
    row.chinese_share_abroad = abroad_chinese / abroad if abroad > 0.0 else 0.0
    row.chinese_content_abroad = abroad_content / abroad if abroad > 0.0 else 0.0
    last = generations_of(st, s) - 1
    row.new_generation_share = x.demand_weight[s, last, st.host] if last > 0 else 0.0
    if row.knowledge_to_chinese > 0.0:
        row.reverse_knowledge_ratio = row.knowledge_to_multinational / row.knowledge_to_chinese


@stage
def record_vintages(st: State, t: int, s: int) -> None:
    """Technology of each generation among those who make it."""
    firms, x = st.firms, st.scratch
    for g in range(generations_of(st, s)):
        cell = st.vintages[t, s, g]
        for i in range(first_of(st, s), last_of(st, s)):
            if firms.active[i] == 0 or firms.adopted[i, g] == 0 or firms.access_holder[i] > 0:
                continue
            if firms.kind[i] == 0:
                cell.adopters_multinational += 1.0
                cell.technology_multinational += firms.technology[i, g]
            else:
                cell.adopters_chinese += 1.0
                cell.technology_chinese += firms.technology[i, g]
        cell.technology_multinational /= max(cell.adopters_multinational, 1.0)
        cell.technology_chinese /= max(cell.adopters_chinese, 1.0)
        foreign = top_three(st, s, 0, g)
        chinese = top_three(st, s, 1, g)
        cell.technology_level = exp(chinese - foreign) if foreign > NOTHING and chinese > NOTHING else 0.0
        cell.weight_home = x.demand_weight[s, g, st.host]


@stage
def write_record(st: State, t: int, s: int) -> None:
    """Stage 10."""
    record_firms(st, t, s)
    record_markets(st, t, s)
    record_vintages(st, t, s)
    record_partnerships(st, t, s)
