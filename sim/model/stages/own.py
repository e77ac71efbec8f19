"""Stage 4, what firms offer and sell alone: loops over firms of one origin, one line and generation after the other.

Offers under contract are reckoned one by one (`market.place_contract_offers`) and replace what stands here.
"""

from sim.machine.compiled import lane
from sim.model.columns import Bound, Kind, Mode, Way
from sim.model.rules.base import ramped
from sim.model.rules.capability import chosen_research, research_budget
from sim.model.rules.venture import tie_up
from sim.model.stages.assumed import EXPORTER, SECOND_LINE
from sim.model.stages.state import State


@lane
def along_chinese_baskets(st: State, t: int, s: int, r: int, g: int, first: int, last: int) -> None:
    """Adds a generation to the appeal of Chinese brands in a region, and to the part of it that is made in the host."""
    x, firms, growth = st.scratch, st.firms, st.parameters.hub_growth
    there, shipped = x.sold[s, Way.local, st.host, r, g], x.sold[s, Way.from_host, st.host, r, g] * x.wage[s]
    there = there * x.wage_content[s]
    must, abroad = st.sectors.tradable[s] <= 0.0, r != st.host
    for i in range(first, last):
        built = float(firms.plant[i, r])
        grown = ramped(float(t) - built, growth) if built >= 0.0 else 0.0
        part = (1.0 if must else grown) if abroad else 0.0
        sent = x.quality[i, g] * (1.0 - part) * shipped
        made = sent + x.quality[i, g] * part * there
        x.appeal[i, r] = made + (x.appeal[i, r] if g > 0 else 0.0)
        x.host_made[i, r] = sent + (x.host_made[i, r] if g > 0 else 0.0)


@lane
def along_chinese_offers(st: State, s: int, r: int, first: int, last: int) -> None:
    """Appeals of Chinese brands in a region, out of their baskets; at home ventures tie up part of a brand's assets."""
    x, firms = st.scratch, st.firms
    tied = st.parameters.tied_assets if r == st.host else 0.0
    for i in range(first, last):
        whole, sent, lives = x.appeal[i, r], x.host_made[i, r], firms.active[i] > 0
        made = whole * firms.pull[i, r] * x.pool[s, Kind.chinese] * tie_up(tied, float(firms.ventures[i]))
        x.appeal[i, r] = made if lives else 0.0
        x.host_made[i, r] = sent / whole if lives & (sent > 0.0) else 0.0
        x.bound[i, r] = Bound.own


@lane
def along_baskets_abroad(st: State, t: int, s: int, r: int, g: int, first: int, last: int) -> None:
    """Adds a generation to multinationals' appeal in a region abroad, and to what of it comes from home."""
    x, firms, growth = st.scratch, st.firms, st.parameters.hub_growth
    must = st.sectors.tradable[s] <= 0.0
    for i in range(first, last):
        home, built = firms.home[i], float(firms.plant[i, r])
        grown = ramped(float(t) - built, growth) if built >= 0.0 else 0.0
        part = 1.0 if (home == r) | must else grown
        sent = x.quality[i, g] * (1.0 - part) * x.sold[s, Way.from_home, home, r, g]
        made = sent + x.quality[i, g] * part * x.sold[s, Way.local, home, r, g]
        x.appeal[i, r] = made + (x.appeal[i, r] if g > 0 else 0.0)
        x.shipped[i, r] = sent + (x.shipped[i, r] if g > 0 else 0.0)


@lane
def along_offers_abroad(st: State, s: int, r: int, first: int, last: int) -> None:
    """Appeals of multinationals in a region abroad, out of their baskets; hubs in the host come on top."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        whole, sent = x.appeal[i, r], x.shipped[i, r]
        made = whole * x.lifted[i] * firms.pull[i, r] * x.pool[s, Kind.multinational]
        x.appeal[i, r] = made if firms.active[i] > 0 else 0.0
        x.shipped[i, r] = sent / whole if sent > 0.0 else 0.0
        x.host_made[i, r] = 0.0
        x.bound[i, r] = Bound.own


@lane
def along_baskets_in_host(st: State, t: int, s: int, g: int, first: int, last: int) -> None:
    """Adds a generation to what multinationals sell in the host alone: exported, or made in a base that works."""
    x, firms, host = st.scratch, st.firms, st.host
    for i in range(first, last):
        home = firms.home[i]
        base = firms.mode[i] == Mode.wholly_owned
        works = base & (firms.plant[i, host] <= t) & (st.now.cap[s, g, home, host] >= 1.0)
        allowed = (firms.mode[i] == Mode.export) | works
        made = x.quality[i, g] * x.sold[s, Way.local if base else Way.from_home, home, host, g]
        before = x.appeal[i, host]
        x.appeal[i, host] = (made if allowed else 0.0) + (before if g > 0 else 0.0)


@lane
def along_offers_in_host(st: State, s: int, first: int, last: int) -> None:
    """Appeals of multinationals alone in the host: on the lead line or, beside a contract, with half its weight."""
    x, firms, host = st.scratch, st.firms, st.host
    second = st.world.market.shape[2]
    for i in range(first, last):
        base = firms.mode[i] == Mode.wholly_owned
        wage = x.base_wage[i]
        made = x.appeal[i, host] * (wage if base else 1.0) * firms.pull[i, host] * x.pool[s, Kind.multinational]
        made = made if firms.active[i] > 0 else 0.0
        half = SECOND_LINE * made
        leads = firms.contract[i, host] < 0
        beside = (firms.contract[i, host] >= 0) & (firms.contract[i, second] < 0)
        x.appeal[i, host] = made if leads else 0.0
        x.appeal[i, second] = half if beside else 0.0
        x.shipped[i, host] = 1.0
        x.shipped[i, second] = 1.0
        x.host_made[i, host] = 1.0 if leads & base else 0.0
        x.host_made[i, second] = 1.0 if beside & base else 0.0
        x.bound[i, host] = Bound.own
        x.bound[i, second] = Bound.own


@lane
def along_taxed_multinational(st: State, s: int, line: int, r: int, g: int, first: int, last: int) -> None:
    """Adds a generation to the appeals that cross a border on a line, and to the tariffs they pay."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        weight = x.demand_weight[s, g, r] * x.quality[i, g]
        part, home = x.host_made[i, line], firms.home[i]
        powered = x.bound[i, line] == Bound.powered
        sent = 0.0 if powered else (1.0 - part) * x.shipped[i, line]
        alone, shared = x.taxed[s, Way.from_host, home, r, g], x.taxed[s, Way.with_partner, home, r, g]
        taxed = part * (shared if powered else alone) + sent * x.taxed[s, Way.from_home, home, r, g]
        x.weighed[i] = weight + (x.weighed[i] if g > 0 else 0.0)
        x.charged[i] = weight * taxed + (x.charged[i] if g > 0 else 0.0)


@lane
def along_taxed_chinese(st: State, s: int, r: int, g: int, first: int, last: int) -> None:
    """The same of Chinese brands made in the host."""
    x = st.scratch
    alone, shared = x.taxed[s, Way.from_host, st.host, r, g], x.taxed[s, Way.with_partner, st.host, r, g]
    for i in range(first, last):
        weight = x.demand_weight[s, g, r] * x.quality[i, g]
        taxed = shared if x.bound[i, r] == Bound.given else alone
        x.weighed[i] = weight + (x.weighed[i] if g > 0 else 0.0)
        x.charged[i] = weight * taxed + (x.charged[i] if g > 0 else 0.0)


@lane
def along_start_of_sales(st: State, first: int, last: int) -> None:
    """Nothing received from contracts yet; firms that do not live have no R&D."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        rd = firms.rd[i]
        firms.rd[i] = rd if firms.active[i] > 0 else 0.0
        firms.borrowed[i] = 0.0
        firms.venture_income[i] = 0.0
        x.rd_venture[i] = 0.0


@lane
def along_chinese_sales(st: State, s: int, r: int, dutied: bool, first: int, last: int) -> None:
    """Adds a region to the sales, duties and profits of Chinese firms; what belongs to a contract is shared later."""
    x, firms = st.scratch, st.firms
    before = 1.0 if r > 0 else 0.0  # what counts of the regions before: the first starts anew
    for i in range(first, last):
        share, charged = firms.share[i, r], x.charged[i]
        sales = x.expenditure[s, r] * share
        duty = x.host_made[i, r] * sales * charged / x.weighed[i]
        duty = duty if dutied & (charged > 0.0) else 0.0
        own = x.bound[i, r] == Bound.own
        profit = (x.rate[i, r] - x.compliance[s, st.host, r]) * (sales - duty)
        worth = x.sensitivity[s] * x.earned[i, r] * (1.0 - share)
        x.duty[i, r] = duty
        firms.revenue[i] = before * firms.revenue[i] + sales
        firms.profit[i] = before * firms.profit[i] + (profit if own else 0.0)
        x.rd_own[i] = before * x.rd_own[i] + (sales if own else 0.0)
        x.gain[i] = before * x.gain[i] + (worth if own else 0.0)
        x.gain_abroad[i] = before * x.gain_abroad[i] + (worth if own & (r != st.host) else 0.0)


@lane
def along_multinational_sales(
    st: State, t: int, s: int, line: int, r: int, dutied: bool, first: int, last: int
) -> None:
    """Adds a line to the sales, duties and profits of multinationals; what belongs to a contract is shared later."""
    x, firms, of_parts = st.scratch, st.firms, st.parameters.supplied_content
    before = 1.0 if line > 0 else 0.0
    for i in range(first, last):
        share, home, charged = firms.share[i, line], firms.home[i], x.charged[i]
        sales = x.expenditure[s, r] * share
        from_host = x.host_made[i, line]
        powered = x.bound[i, line] == Bound.powered
        crosses = (home != r) | (from_host > 0.0)
        part = of_parts if powered else 1.0
        duty = sales * part * charged / x.weighed[i]
        duty = duty if dutied & crosses & (charged > 0.0) else 0.0
        own = x.bound[i, line] < Bound.given
        profit = (x.rate[i, r] - x.compliance[s, home, r]) * (sales - duty)
        lifted = x.sensitivity[s] * x.earned[i, line]
        worth = lifted * (1.0 - share)
        exposed = lifted * x.chinese_share[s, r]
        x.duty[i, line] = duty
        firms.revenue[i] = before * firms.revenue[i] + sales
        sent = sales * from_host if r != st.host else 0.0
        firms.exports[i] = before * firms.exports[i] + sent
        firms.host_revenue[i] = before * firms.host_revenue[i] + (sales if r == st.host else 0.0)
        firms.profit[i] = before * firms.profit[i] + (profit if own else 0.0)
        x.rd_own[i] = before * x.rd_own[i] + (sales if own else 0.0)
        x.gain[i] = before * x.gain[i] + (worth if own else 0.0)
        x.gain_abroad[i] = before * x.gain_abroad[i] + (worth if own & (r != st.host) else 0.0)
        x.exposed[i] = before * x.exposed[i] + (exposed if own else 0.0)


@lane
def along_multinational_costs(st: State, s: int, overhead: float, first: int, last: int) -> None:
    """R&D of multinationals, public support for it, overheads and the cost of what they do alone in the host."""
    x, firms, p, host = st.scratch, st.firms, st.parameters, st.host
    rho, second = st.sectors.rd_intensity[s], st.world.market.shape[2]
    friction, apart = st.now.sole_entry_friction[s, host], st.now.localisation_cost[s, host]
    unit, exporting, owning, world = x.unit[s], p.cost_export, p.cost_wholly_owned, p.cost_hub
    for i in range(first, last):
        home, scale, mode, before = firms.home[i], firms.cost_scale[i], firms.mode[i], firms.rd[i]
        skilled, lives = firms.access_holder[i] == 0, firms.active[i] > 0
        support = x.rd_reference[s] * st.now.subsidy_rd[s, home]
        rd = research_budget(rho, x.rd_own[i], x.rd_venture[i], support)
        rd = rd if skilled else 0.0
        export = (exporting * scale + EXPORTER * friction) * unit
        owned = (owning * scale + friction) * unit
        hub = (world * scale * min(firms.capacity[i], 1.0) + apart) * unit
        one_venture = (firms.contract[i, host] >= 0) & (firms.contract[i, second] < 0)
        exports = (mode == Mode.export) | ((mode == Mode.absent) & one_venture & (x.appeal[i, second] > 0.0))
        cost = overhead + (owned if mode == Mode.wholly_owned else (export if exports else 0.0))
        cost += hub if firms.orientation[i] > 0 else 0.0
        x.support[i] = support if skilled else 0.0
        x.cost[i] = cost
        firms.rd[i] = rd if lives else before


@lane
def along_chinese_costs(st: State, s: int, overhead: float, floor: float, first: int, last: int) -> None:
    """R&D of Chinese firms, the floor and public support in it, and overheads."""
    x, firms = st.scratch, st.firms
    support = floor + x.rd_reference[s] * st.now.subsidy_rd[s, st.host]
    for i in range(first, last):
        before, skilled, lives = firms.rd[i], firms.access_holder[i] == 0, firms.active[i] > 0
        rd = research_budget(st.sectors.rd_intensity[s], x.rd_own[i], x.rd_venture[i], support)
        rd = rd if skilled else 0.0
        x.support[i] = support if skilled else 0.0
        x.cost[i] = overhead
        firms.rd[i] = rd if lives else before


@lane
def along_chosen_research(st: State, s: int, first: int, last: int) -> None:
    """R&D by choice: what another unit of technology earns decides on it, beside support and what ventures pay for.

    `x.support`, sales and profit of the quarter are known; net worth is that of the quarter before.
    """
    x, firms, p = st.scratch, st.firms, st.parameters
    pace, leak, rho = 0.25 * st.sectors.innovation[s], 0.25 * p.spillover, st.sectors.rd_intensity[s]
    for i in range(first, last):
        before, skilled, lives = firms.rd[i], firms.access_holder[i] == 0, firms.active[i] > 0
        cash = firms.profit[i] + max(firms.worth[i], 0.0)
        own = chosen_research(x.rd_reference[s], p.rd_elasticity, pace, x.gain[i], st.annuity, leak, cash)
        rd = own + research_budget(rho, 0.0, x.rd_venture[i], x.support[i])
        firms.rd[i] = (rd if skilled else 0.0) if lives else before


@lane
def along_accounts(st: State, first: int, last: int) -> None:
    """Profit after R&D and costs, and net worth."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        profit, worth, lives = firms.profit[i], firms.worth[i], firms.active[i] > 0
        after = profit + (x.support[i] - firms.rd[i] - x.cost[i])
        grown = worth + after
        firms.profit[i] = after if lives else profit
        firms.worth[i] = grown if lives else worth
