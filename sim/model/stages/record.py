"""Stage 10: one pass over firms and partnerships writes the quarter's metrics."""

from typing import NamedTuple

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import lane, stage
from sim.model.columns import Kind, Mode, Type
from sim.model.rules.market import adjust, buyers_gain
from sim.model.stages.assumed import PUBLIC_FUNDS
from sim.model.stages.inputs import note_supply
from sim.model.stages.state import SELLS, State, first_of, generations_of, last_of, live_row, made_of, middle_of

NOTHING = -1e8


@lane
def three_best(st: State, g: int, first: int, last: int) -> tuple[tuple[int, float], ...]:
    """Rows and levels of the three most advanced, best first, over generations (g = -1) or in one; row -1 if missing.

    Without branches: who is among the three is a guess that the processor would often lose.
    """
    firms, x, over = st.firms, st.scratch, g < 0
    most, second, third = NOTHING, NOTHING, NOTHING
    best, next_best, last_best = -1, -1, -1
    of = max(g, 0)
    for i in range(first, last):
        makes = (firms.active[i] > 0) & (firms.access_holder[i] == 0) & (over | (firms.adopted[i, of] > 0))
        in_one, in_all = firms.technology[i, of], x.composite[i]
        level = in_all if over else in_one
        level = level if makes else NOTHING
        above_most, above_second, above_third = level > most, level > second, level > third
        third = second if above_second else (level if above_third else third)
        last_best = next_best if above_second else (i if above_third else last_best)
        second = most if above_most else (level if above_second else second)
        next_best = best if above_most else (i if above_second else next_best)
        most = level if above_most else most
        best = i if above_most else best
    return (best, most), (next_best, second), (last_best, third)


@stage
def top_three(st: State, s: int, kind: int, g: int) -> float:
    """Sales-weighted mean technology of the three most advanced of an origin, over generations (g = -1) or in one.

    Without sales the mean is unweighted; NOTHING if there is no such firm.
    """
    firms, x = st.firms, st.scratch
    first = first_of(st, s) if kind == Kind.multinational else middle_of(st, s)
    last = middle_of(st, s) if kind == Kind.multinational else last_of(st, s)
    weight = 0.0
    total = 0.0
    for i, level in three_best(st, g, first, last):
        if i >= 0:
            sales = firms.revenue[i] + 1e-9 * x.unit[s] + 1e-30
            weight += sales
            total += sales * level
    return total / weight if weight > 0.0 else NOTHING


class Total(NamedTuple):
    """Sums over the firms of an origin; profit, R&D, sales and what is borrowed include firms closed in the quarter."""

    profit: float
    rd: float
    sales: float
    borrowed: float
    living: float
    hazard: float
    hedge: float
    concentration: float


@lane
def add_up(st: State, first: int, last: int, before: Total) -> Total:
    """Adds the firms of an origin, one after the other, to the sums that both origins share."""
    firms, x = st.firms, st.scratch
    profit, rd, count = 0.0, 0.0, 0.0
    sales, borrowed = before.sales, before.borrowed
    hazard, hedge, concentration = before.hazard, before.hedge, before.concentration
    for i in range(first, last):
        share = x.firm_share[i, st.host]
        lives = firms.active[i] > 0
        borrowed += firms.borrowed[i] * (1.0 - firms.hedge[i])
        sales += firms.revenue[i]
        profit += firms.profit[i]
        rd += firms.rd[i]
        hazard += firms.hazard[i] if lives else 0.0
        hedge += firms.hedge[i] if lives else 0.0
        concentration += share * share if lives else 0.0
        count += 1.0 if lives else 0.0
    return Total(profit, rd, sales, borrowed, count, hazard, hedge, concentration)


@stage
def record_firms(st: State, t: int, s: int) -> None:
    """Metrics that come from firms."""
    x, row = st.scratch, st.outcome[t, s]
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    foreign = add_up(st, first, middle, Total(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    all_firms = add_up(st, middle, last, foreign)
    m_count, c_count = foreign.living, all_firms.living
    skilled = record_multinationals(st, t, s, m_count)
    c_level, largest, spent = 0.0, 0.0, 0.0
    for i in range(middle, last):
        lives = st.firms.active[i] > 0
        c_level += x.composite[i] if lives else 0.0
        largest = max(largest, st.firms.revenue[i] if lives else 0.0)
    for r in range(st.world.market.shape[2]):
        spent += x.expenditure[s, r]
    row.local_suppliers = x.suppliers[s]
    row.largest_chinese = min(largest / spent, 1.0) if spent > 0.0 else 0.0
    row.profit_multinational, row.profit_chinese = foreign.profit, all_firms.profit
    row.rd_multinational, row.rd_chinese = foreign.rd, all_firms.rd
    row.firms_multinational, row.firms_chinese = m_count, c_count
    everyone = max(m_count + c_count, 1.0)
    row.hazard = all_firms.hazard / everyone
    row.hedge = all_firms.hedge / everyone
    row.concentration = all_firms.concentration
    row.technology_chinese = c_level / max(c_count, 1.0)
    row.technology_gap = row.technology_multinational - row.technology_chinese
    both = skilled > 0.0 and c_count > 0.0
    row.frontier_gap = x.best_foreign[s] - x.best_chinese[s] if both else 0.0
    ahead = top_three(st, s, Kind.multinational, -1)
    chinese = top_three(st, s, Kind.chinese, -1)
    row.technology_level = exp(chinese - ahead) if ahead > NOTHING and chinese > NOTHING else 0.0
    row.dependence = all_firms.borrowed / all_firms.sales if all_firms.sales > 0.0 else 0.0


@stage
def record_multinationals(st: State, t: int, s: int, count: float) -> float:
    """Metrics that come from multinationals alone; how many have technology of their own."""
    firms, x, row = st.firms, st.scratch, st.outcome[t, s]
    months, hubs, owned, skilled, level, host_sales, exports = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(first_of(st, s), middle_of(st, s)):
        host_sales += firms.host_revenue[i]
        exports += firms.exports[i]
        if firms.active[i] == 0:
            continue
        months += firms.months[i]
        hubs += float(firms.is_hub[i])
        owned += 1.0 if firms.mode[i] == Mode.wholly_owned else 0.0
        if firms.access_holder[i] == 0:
            skilled += 1.0
            level += x.composite[i]
    row.development_months = months / max(count, 1.0)
    row.hub_share = hubs / max(count, 1.0)
    row.wholly_owned_share = owned / max(count, 1.0)
    row.technology_multinational = level / max(skilled, 1.0)
    row.host_sales = host_sales
    row.reverse_exports = exports
    row.reverse_export_ratio = exports / host_sales if host_sales > 0.0 else 0.0
    return skilled


@stage
def record_partnerships(st: State, t: int, s: int) -> None:
    """Metrics that come from partnerships in force."""
    jv, row = st.partnerships, st.outcome[t, s]
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        if jv.active[q] == 0:  # its firm was closed
            continue
        row.active += 1.0
        if jv.type[q] == Type.market_access:
            row.active_market_access += 1.0
        elif jv.type[q] == Type.co_innovation:
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
        pay_c -= jv.royalty[q] * jv.sales[q] if jv.type[q] != Type.globalize else 0.0
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


@lane
def along_logsums(st: State, s: int, begins: bool, regions: int) -> None:
    """What buyers of all regions have to choose from, as a level that follows slowly."""
    x, speed = st.scratch, st.parameters.share_speed
    for r in range(regions):
        before, level = x.logsum[s, r], log(x.denominator[s, r]) + x.sensitivity[s] * x.reference[s]
        x.logsum[s, r] = adjust(level if begins else before, level, speed)


@stage
def record_abroad(st: State, t: int, s: int) -> None:
    """Sales outside the host: on Chinese brands and technology, and by where they were made."""
    x, row = st.scratch, st.outcome[t, s]
    abroad, chinese, content = 0.0, 0.0, 0.0
    exported, own_plants, by_partners, lead_plants, from_base = 0.0, 0.0, 0.0, 0.0, 0.0
    for r in range(st.world.market.shape[2]):
        if r == st.host:
            continue
        spent = x.expenditure[s, r]
        abroad += spent
        chinese += spent * x.chinese_share[s, r]
        content += spent * st.markets[t, s, r].chinese_content
        shipped = x.made_in_host[s, r] - x.chinese_made_host[s, r]
        exported += x.chinese_made_host[s, r]
        own_plants += max(x.chinese_local[s, r] - x.partner_made[s, r], 0.0)
        by_partners += x.partner_made[s, r]
        lead_plants += max(x.foreign_sales[s, r] - shipped, 0.0)
        from_base += max(shipped, 0.0)
    row.market_abroad = abroad
    if abroad > 0.0:
        row.chinese_share_abroad = chinese / abroad
        row.chinese_content_abroad = content / abroad
        row.chinese_exports_abroad = exported / abroad
        row.chinese_plants_abroad = own_plants / abroad
        row.chinese_partners_abroad = by_partners / abroad
        row.lead_plants_abroad = lead_plants / abroad
        row.china_base_abroad = from_base / abroad


@stage
def record_markets(st: State, t: int, s: int) -> None:
    """A sector's regions: shares, surplus, tariff revenue, profits by owner, welfare."""
    x, row = st.scratch, st.outcome[t, s]
    regions = st.world.market.shape[2]
    alpha = st.sectors.price_elasticity[s]
    tariffs, surplus, outlays, welfare = 0.0, 0.0, 0.0, 0.0
    along_logsums(st, s, t == 0, regions)
    if st.linked[s, SELLS] > 0.0:
        note_supply(st, t, s)
    for r in range(regions):
        cell = st.markets[t, s, r]
        spent = x.expenditure[s, r]
        cell.expenditure = spent
        cell.chinese_share = x.chinese_share[s, r]
        if spent > 0.0:
            cell.chinese_content = min(x.chinese_share[s, r] + x.powered[s, r] / spent, 1.0)
            cell.imports_china = x.made_in_host[s, r] / spent
            cell.imports_home_made = x.chinese_made_host[s, r] / spent
            cell.local_chinese = x.chinese_local[s, r] / spent
            cell.partner_made = x.partner_made[s, r] / spent
            cell.multinational_share = x.foreign_sales[s, r] / spent
        cell.tariff_revenue = x.tariff_revenue[s, r]
        cell.consumer_surplus = buyers_gain(spent, alpha, x.logsum[s, r])
        cell.public_outlays = x.outlays[s, r]
        tariffs += cell.tariff_revenue
        surplus += cell.consumer_surplus
        outlays += cell.public_outlays
    for i in range(first_of(st, s), middle_of(st, s)):
        st.markets[t, s, st.firms.home[i]].profit_owners += st.firms.profit[i]
    at_home = st.markets[t, s, st.host].profit_owners
    for i in range(middle_of(st, s), last_of(st, s)):
        at_home += st.firms.profit[i]
    st.markets[t, s, st.host].profit_owners = at_home
    for r in range(regions):
        cell = st.markets[t, s, r]
        gains = cell.consumer_surplus + cell.tariff_revenue + cell.profit_owners
        cell.welfare = gains - PUBLIC_FUNDS * cell.public_outlays
        welfare += cell.welfare
    row.tariff_revenue, row.consumer_surplus, row.public_outlays, row.welfare = tariffs, surplus, outlays, welfare
    row.market_home = x.expenditure[s, st.host]
    row.chinese_share_home = x.chinese_share[s, st.host]
    last = generations_of(st, s) - 1
    row.new_generation_share = x.demand_weight[s, last, st.host] if last > 0 else 0.0
    if row.knowledge_to_chinese > 1e-12:  # less is nothing, and may be too small to divide by
        row.reverse_knowledge_ratio = row.knowledge_to_multinational / row.knowledge_to_chinese


@lane
def adopters(st: State, g: int, first: int, last: int) -> tuple[float, float]:
    """Who makes a generation, of an origin: (count, sum of technology)."""
    firms = st.firms
    count, total = 0.0, 0.0
    for i in range(first, last):
        makes = (firms.active[i] > 0) & (firms.adopted[i, g] > 0) & (firms.access_holder[i] == 0)
        level = firms.technology[i, g]
        count += 1.0 if makes else 0.0
        total += level if makes else 0.0
    return count, total


@stage
def record_vintages(st: State, t: int, s: int) -> None:
    """Technology of each generation among those who make it."""
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    for g in range(generations_of(st, s)):
        cell = st.vintages[t, s, g]
        cell.weight_home = st.scratch.demand_weight[s, g, st.host]
        if g >= made_of(st, s):
            continue
        many, total = adopters(st, g, first, middle)
        cell.adopters_multinational = many
        cell.technology_multinational = total / max(many, 1.0)
        many, total = adopters(st, g, middle, last)
        cell.adopters_chinese = many
        cell.technology_chinese = total / max(many, 1.0)
        foreign = top_three(st, s, Kind.multinational, g)
        chinese = top_three(st, s, Kind.chinese, g)
        cell.technology_level = exp(chinese - foreign) if foreign > NOTHING and chinese > NOTHING else 0.0


@stage
def write_record(st: State, t: int, s: int) -> None:
    """Stage 10."""
    record_firms(st, t, s)
    record_markets(st, t, s)
    record_abroad(st, t, s)
    record_vintages(st, t, s)
    record_partnerships(st, t, s)
