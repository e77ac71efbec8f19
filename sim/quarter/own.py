"""Stage 4, what firms offer and sell alone: loops over the firms of one origin, one line and generation after the other.

Offers under contract are reckoned one by one (`market.place_contract_offers`) and replace what stands here.
"""

from sim.columns import Way
from sim.compiled import lane
from sim.quarter.state import State

LOCAL, FROM_HOME, FROM_HOST = int(Way.local), int(Way.from_home), int(Way.from_host)
FREE, LENT, GIVEN, POWERED = 0, 1, 2, 3  # a line: the firm's own, its access lent, the offer a contract's, or powered


@lane
def along_chinese_baskets(st: State, t: int, s: int, r: int, g: int, first: int, last: int) -> None:
    """Adds a generation to the appeal of Chinese brands in a region, made there or in the host."""
    x, firms = st.scratch, st.firms
    must = st.sectors.tradable[s] <= 0.0
    for i in range(first, last):
        local = (r != st.host) & (must | ((firms.plant[i, r] >= 0) & (firms.plant[i, r] <= t)))
        sold = x.sold[s, LOCAL, st.host, r, g] if local else x.sold[s, FROM_HOST, st.host, r, g]
        x.appeal[i, r] = x.quality[i, g] * sold + (x.appeal[i, r] if g > 0 else 0.0)


@lane
def along_chinese_offers(st: State, t: int, s: int, r: int, first: int, last: int) -> None:
    """Appeals of Chinese brands in a region, out of their baskets."""
    x, firms = st.scratch, st.firms
    must = st.sectors.tradable[s] <= 0.0
    for i in range(first, last):
        local = (r != st.host) & (must | ((firms.plant[i, r] >= 0) & (firms.plant[i, r] <= t)))
        cost = x.wage_content[s] if local else x.wage[s]
        made = x.appeal[i, r] * cost * firms.access[i, r] * x.pool[s, 1]
        x.appeal[i, r] = made if firms.active[i] > 0 else 0.0
        x.host_made[i, r] = 0 if local | (firms.active[i] == 0) else 1
        x.bound[i, r] = FREE


@lane
def along_baskets_abroad(st: State, t: int, s: int, r: int, g: int, first: int, last: int) -> None:
    """Adds a generation to the appeal of multinationals' products in a region abroad, made there or at home."""
    x, firms = st.scratch, st.firms
    must = st.sectors.tradable[s] <= 0.0
    for i in range(first, last):
        home = firms.home[i]
        local = (home == r) | must | ((firms.plant[i, r] >= 0) & (firms.plant[i, r] <= t))
        sold = x.sold[s, LOCAL if local else FROM_HOME, home, r, g]
        x.appeal[i, r] = x.quality[i, g] * sold + (x.appeal[i, r] if g > 0 else 0.0)


@lane
def along_offers_abroad(st: State, s: int, r: int, first: int, last: int) -> None:
    """Appeals of multinationals in a region abroad, out of their baskets; a base that works for the world comes on top."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        made = x.appeal[i, r] * x.lifted[i] * firms.access[i, r] * x.pool[s, 0]
        x.appeal[i, r] = made if firms.active[i] > 0 else 0.0
        x.host_made[i, r] = 0
        x.bound[i, r] = FREE


@lane
def along_baskets_in_host(st: State, s: int, g: int, first: int, last: int) -> None:
    """Adds a generation to the appeal of what multinationals sell in the host alone: exported, or made in their base."""
    x, firms, host = st.scratch, st.firms, st.host
    for i in range(first, last):
        home = firms.home[i]
        base = firms.mode[i] == 2
        allowed = (firms.mode[i] == 1) | (base & (st.now.cap[s, g, home, host] >= 1.0))
        made = x.quality[i, g] * x.sold[s, LOCAL if base else FROM_HOME, home, host, g]
        before = x.appeal[i, host]
        x.appeal[i, host] = (made if allowed else 0.0) + (before if g > 0 else 0.0)


@lane
def along_offers_in_host(st: State, s: int, first: int, last: int) -> None:
    """Appeals of multinationals alone in the host, on their lead line or, beside a contract there, with half its weight."""
    x, firms, host = st.scratch, st.firms, st.host
    second = st.world.market.shape[2]
    for i in range(first, last):
        base = firms.mode[i] == 2
        wage = x.base_wage[i]
        made = x.appeal[i, host] * (wage if base else 1.0) * firms.access[i, host] * x.pool[s, 0]
        made = made if firms.active[i] > 0 else 0.0
        half = 0.5 * made
        leads = firms.contract[i, host] < 0
        beside = (firms.contract[i, host] >= 0) & (firms.contract[i, second] < 0)
        x.appeal[i, host] = made if leads else 0.0
        x.appeal[i, second] = half if beside else 0.0
        x.host_made[i, host] = 1 if leads & base else 0
        x.host_made[i, second] = 1 if beside & base else 0
        x.bound[i, host] = FREE
        x.bound[i, second] = FREE


@lane
def along_taxed_multinational(st: State, s: int, line: int, r: int, g: int, first: int, last: int) -> None:
    """Adds a generation to the appeals that cross a border on a line, and to the tariffs they pay."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        weight = x.demand_weight[s, g, r] * x.quality[i, g]
        way = FROM_HOST if x.host_made[i, line] > 0 else FROM_HOME
        taxed = x.taxed[s, way, firms.home[i], r, g]
        x.weighed[i] = weight + (x.weighed[i] if g > 0 else 0.0)
        x.charged[i] = weight * taxed + (x.charged[i] if g > 0 else 0.0)


@lane
def along_taxed_chinese(st: State, s: int, r: int, g: int, first: int, last: int) -> None:
    """The same of Chinese brands made in the host."""
    x = st.scratch
    for i in range(first, last):
        weight = x.demand_weight[s, g, r] * x.quality[i, g]
        x.weighed[i] = weight + (x.weighed[i] if g > 0 else 0.0)
        x.charged[i] = weight * x.taxed[s, FROM_HOST, st.host, r, g] + (x.charged[i] if g > 0 else 0.0)


@lane
def along_start_of_sales(st: State, first: int, last: int) -> None:
    """Nothing sold yet."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        firms.revenue[i] = 0.0
        firms.profit[i] = 0.0
        firms.host_revenue[i] = 0.0
        firms.exports[i] = 0.0
        firms.borrowed[i] = 0.0
        firms.venture_income[i] = 0.0
        firms.rd[i] = firms.rd[i] if firms.active[i] > 0 else 0.0
        x.rd_own[i] = 0.0
        x.rd_venture[i] = 0.0
        x.gain[i] = 0.0
        x.gain_abroad[i] = 0.0
        x.exposed[i] = 0.0


@lane
def along_chinese_sales(st: State, s: int, r: int, first: int, last: int) -> None:
    """Adds a region to the sales, duties and profits of Chinese firms; what belongs to a contract is shared later."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        share, charged = firms.share[i, r], x.charged[i]
        sales = x.expenditure[s, r] * share
        duty = sales * charged / x.weighed[i]
        duty = duty if (x.host_made[i, r] > 0) & (charged > 0.0) else 0.0
        own = x.bound[i, r] == FREE
        profit = (x.rate[i, r] - x.compliance[s, st.host, r]) * (sales - duty)
        worth = x.sensitivity[s] * x.earned[i, r] * (1.0 - share)
        firms.revenue[i] += sales
        x.duty[i, r] = duty
        firms.profit[i] += profit if own else 0.0
        x.rd_own[i] += sales if own else 0.0
        x.gain[i] += worth if own else 0.0
        x.gain_abroad[i] += worth if own & (r != st.host) else 0.0


@lane
def along_multinational_sales(st: State, t: int, s: int, line: int, r: int, first: int, last: int) -> None:
    """Adds a line to the sales, duties and profits of multinationals; what belongs to a contract is shared later."""
    x, firms, of_parts = st.scratch, st.firms, st.parameters.power_tariff
    for i in range(first, last):
        share, home, charged = firms.share[i, line], firms.home[i], x.charged[i]
        sales = x.expenditure[s, r] * share
        from_host = x.host_made[i, line] > 0
        powered = x.bound[i, line] == POWERED
        no_plant = (firms.plant[i, r] < 0) | (firms.plant[i, r] > t)
        from_home = (home != r) & (x.bound[i, line] != POWERED) & (x.host_made[i, line] == 0) & no_plant
        crosses = from_home | (from_host & (r != st.host))
        part = of_parts if from_host & powered else 1.0
        duty = sales * part * charged / x.weighed[i]
        duty = duty if crosses & (charged > 0.0) else 0.0
        own = x.bound[i, line] < GIVEN
        profit = (x.rate[i, r] - x.compliance[s, home, r]) * (sales - duty)
        lifted = x.sensitivity[s] * x.earned[i, line]
        worth = lifted * (1.0 - share)
        exposed = lifted * x.chinese_share[s, r]
        firms.revenue[i] += sales
        firms.exports[i] += sales if from_host & (r != st.host) else 0.0
        firms.host_revenue[i] += sales if r == st.host else 0.0
        x.duty[i, line] = duty
        firms.profit[i] += profit if own else 0.0
        x.rd_own[i] += sales if own else 0.0
        x.gain[i] += worth if own else 0.0
        x.gain_abroad[i] += worth if own & (r != st.host) else 0.0
        x.exposed[i] += exposed if own else 0.0
