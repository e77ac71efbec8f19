"""What every option is worth to each side: one contract, the best a multinational can do alone, and the split.

All values are present values over the horizon in money; rivals' offers and the firm's other contracts stay in place.
Read by review, search and investment, and by agents that are asked to explain themselves.
"""

from typing import NamedTuple

from sim.columns import Mode, Route, Type
from sim.compiled import stage, step
from sim.quarter.assumed import BESIDE, LEAST_EARNED, PART_COUNTED
from sim.quarter.market import fixed_cost
from sim.quarter.offers import (
    abroad_by_chinese,
    abroad_by_multinational,
    access_with,
    host_alone,
    lead_deployed,
    lender_keeps,
    plant_works,
    powered_offer,
    stopped_flow,
    venture_offer,
)
from sim.quarter.state import State, generations_of
from sim.rules.bargaining import chinese_pay, equity_share, openness, royalty_needed
from sim.rules.base import access_later
from sim.rules.capability import absorptive
from sim.rules.governance import autonomy, dependence_cost
from sim.rules.market import offer_profit, share_of
from sim.rules.outside import after_compliance, base_value, export_value

ANY_PLACE = -1  # where an offer abroad is made is still to be chosen


class Worth(NamedTuple):
    """A contract's worth before it is split; flows are a quarter's, sides are present values."""

    profit: float  # flow of the offer, after fixed cost
    sales: float
    side_m: float  # what the multinational gains or loses elsewhere
    side_c: float
    openness: float
    autonomy: float
    place: int
    value: float  # all of it, present value


@step
def offer_worth(st: State, s: int, r: int, appeal: float, rivals: float) -> tuple[float, float]:
    """Profit and sales a quarter of an offer at its target share."""
    share = share_of(appeal, rivals)
    sales = st.scratch.expenditure[s, r] * share
    return offer_profit(st.scratch.expenditure[s, r], share, st.sectors.price_elasticity[s]), sales


@step
def rivals_of(st: State, s: int, i: int, line: int, r: int) -> float:
    """Sum of all other appeals in the market of a line."""
    return st.scratch.denominator[s, r] - st.scratch.appeal[i, line]


@stage
def alone_in_host(st: State, m: int, line: int) -> tuple[float, int]:
    """Best of absence, export and full ownership on a host line: (present value, mode). A second line cannot export."""
    p, firms, x, s, host = st.parameters, st.firms, st.scratch, st.firms.sector[m], st.host
    rivals = rivals_of(st, s, m, line, host)
    scale = firms.cost_scale[m] * x.unit[s]
    friction = st.now.sole_entry_friction[s, host] * x.unit[s]
    kept = after_compliance(st.now.compliance[s, firms.home[m], host], st.sectors.price_elasticity[s])
    best = 0.0
    mode: int = Mode.absent
    if line == host:
        earned, _ = offer_worth(st, s, host, host_alone(st, m, Mode.export, firms.access[m, host], True), rivals)
        exported = export_value(earned, kept, p.cost_export * scale, friction, st.annuity)
        if exported > best:
            best, mode = exported, Mode.export
    access = access_later(firms.access[m, host], 0.25 * p.host_access_growth, p.host_access_cap, st.ramp / st.annuity)
    weight = 1.0 if line == host else BESIDE
    earned, _ = offer_worth(st, s, host, weight * host_alone(st, m, Mode.wholly_owned, access, True), rivals)
    set_up = 0.0 if firms.mode[m] == Mode.wholly_owned else p.sunk_cost * 4.0 * scale
    owned = base_value(earned, kept, p.cost_wholly_owned * scale, friction, st.annuity, set_up)
    if owned > best:
        best, mode = owned, Mode.wholly_owned
    return best, mode


@stage
def world_worth(st: State, t: int, m: int) -> float:
    """Value of turning the base in the host to the world: exports, speed and lessons, less its cost; present value.

    Only a base that the multinational runs, alone or in co-innovation, can work for the world.
    """
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    flow = 0.0
    for r in range(st.world.market.shape[2]):
        if r == st.host or (firms.contract[m, r] >= 0 and st.partnerships.route[firms.contract[m, r]] == Route.power):
            continue
        plant = plant_works(st, t, m, r)
        now, _ = abroad_by_multinational(st, t, m, r, plant, True, False)
        hub, _ = abroad_by_multinational(st, t, m, r, plant, True, True)
        rivals = rivals_of(st, s, m, r, r)
        earned, _ = offer_worth(st, s, r, now, rivals)
        better, _ = offer_worth(st, s, r, hub, rivals)
        flow += better - earned
    quicker = 0.25 * st.sectors.innovation[s] * p.hub_speed * x.ecosystem[s]
    lesson = 0.25 * p.hub_learning * max(x.best_chinese[s] - x.composite[m], 0.0)
    cost = p.cost_hub * firms.cost_scale[m] * x.unit[s]
    cost += st.now.localisation_cost[s, st.host] * x.unit[s]
    return st.annuity * (flow - cost) + st.ramp * (quicker + lesson) * x.gain[m]


@stage
def leak_price(st: State, m: int, c: int) -> float:
    """What a log point learnt by this partner costs the multinational a quarter, in all its markets."""
    x, s = st.scratch, st.firms.sector[m]
    direct = 0.0
    for r in range(st.world.market.shape[2]):
        direct += x.earned[m, r] * x.firm_share[c, r]
    return x.sensitivity[s] * direct + st.parameters.leakage_spread * x.exposed[m]


@stage
def lesson_rate(st: State, m: int, c: int, trust: float) -> tuple[float, float]:
    """Technology a quarter that flows at full openness: (to the Chinese firm, to the multinational), log points."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    if firms.access_holder[m] > 0:
        return 0.0, 0.0
    gap = x.composite[m] - x.composite[c]
    pupil = c if gap > 0.0 else m
    origin = firms.home[m] if gap > 0.0 else st.host
    target = st.host if gap > 0.0 else firms.home[m]
    stopped = stopped_flow(st, s, generations_of(st, s) - 1, origin, target)
    rd = firms.rd[pupil] / x.rd_reference[s] if x.rd_reference[s] > 0.0 else 0.0
    flow = p.partner_learning * trust * absorptive(rd, p.absorption_half) * (1.0 - stopped) * abs(gap)
    return (flow, 0.0) if gap > 0.0 else (0.0, flow)


class Pair(NamedTuple):
    """What two firms are to each other, whatever they sign."""

    trust: float
    to_chinese: float  # technology a quarter that flows at full openness, log points
    to_multinational: float
    leak: float  # what a log point learnt by the partner costs the multinational a quarter


@stage
def between(st: State, m: int, c: int, trust: float) -> Pair:
    """Two firms who trust each other as given."""
    to_c, to_m = lesson_rate(st, m, c, trust)
    return Pair(trust=trust, to_chinese=to_c, to_multinational=to_m, leak=leak_price(st, m, c))


@stage
def known(st: State, m: int, c: int) -> float:
    """Trust of two firms in each other: what a partnership in force has built, else that of strangers."""
    trust = st.parameters.trust_start
    for line in range(st.firms.contract.shape[1]):
        q = st.firms.contract[m, line]
        if q >= 0 and st.partnerships.chinese[q] == c:
            trust = max(trust, st.partnerships.trust[q])
    return trust


@stage
def strangers(st: State, m: int, c: int) -> Pair:
    """Two firms in search of a contract."""
    return between(st, m, c, known(st, m, c))


class Conduct(NamedTuple):
    """How two firms work together under a contract."""

    openness: float
    autonomy: float


@stage
def full_speed(st: State, s: int, m: int) -> float:
    """What joint development at full autonomy is worth to a multinational because it is quicker; present value."""
    p, x = st.parameters, st.scratch
    return 0.25 * st.sectors.innovation[s] * p.joint_speed * x.ecosystem[s] * x.gain[m] * st.ramp


@stage
def venture_openness(st: State, m: int, kind: int, pair: Pair) -> float:
    """Openness that a multinational chooses in a host venture: a product that lags less, against what leaks."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    most = p.openness_market_access if kind == Type.market_access else p.openness_co_innovation
    shorter = p.transfer_lag * max(p.lag_trust - pair.trust, 0.0) * p.lag_openness
    earns = max(x.earned[m, st.host], LEAST_EARNED * x.unit[s])
    gain = PART_COUNTED * x.sensitivity[s] * shorter * earns * st.annuity
    leak = pair.to_chinese * pair.leak * st.ramp
    bonus = p.ip_openness * st.now.ip[s, st.host]
    return openness(most, gain, leak, bonus, st.now.mandate[s, firms.home[m], st.host])


@stage
def venture_conduct(st: State, m: int, kind: int, pair: Pair) -> Conduct:
    """What a multinational would choose in a host venture; only joint development is left decisions of its own."""
    free = 0.0
    if kind == Type.co_innovation:
        s = st.firms.sector[m]
        free = autonomy(full_speed(st, s, m), st.scratch.exposed[m] * st.annuity, st.parameters.hold_up)
    return Conduct(openness=venture_openness(st, m, kind, pair), autonomy=free)


@stage
def abroad_openness(st: State, m: int, c: int, r: int, pair: Pair) -> float:
    """Openness that both choose in a region abroad: technology may leak either way."""
    p, x, s = st.parameters, st.scratch, st.firms.sector[m]
    shorter = p.power_lag * max(p.cost_trust - pair.trust, 0.0) * p.lag_openness
    gain = x.sensitivity[s] * shorter * x.earned[m, r] * st.annuity
    leak = pair.to_chinese * pair.leak * st.ramp + pair.to_multinational * x.gain[c] * st.ramp
    law = st.now.mandate[s, st.host, r]
    return openness(p.openness_globalize, gain, leak, p.ip_openness * st.now.ip[s, r], law)


@stage
def lessons(st: State, m: int, c: int, pair: Pair, chosen: float) -> tuple[float, float]:
    """What knowledge that crosses is worth to (multinational, Chinese firm) at an openness; present values."""
    x, ramp = st.scratch, st.ramp
    mine = chosen * ramp * (pair.to_multinational * x.gain[m] - pair.to_chinese * pair.leak)
    return mine, chosen * ramp * pair.to_chinese * x.gain[c]


@stage
def risked(st: State, i: int, profit: float) -> float:
    """What a firm expects to lose because its profit depends on another's technology; present value."""
    p, firms = st.parameters, st.firms
    risk = dependence_cost(firms.hazard[i], 4.0 * p.cutoff_loss, firms.hedge[i], p.hedge_cost)
    return risk * max(profit, 0.0) * st.annuity


@stage
def line_weight(st: State, m: int, line: int) -> float:
    """Brand weight of a host line under contract: a part where the multinational holds another line beside it."""
    firms, second = st.firms, st.firms.contract.shape[1] - 1
    base = firms.contract[m, st.host] >= 0 and firms.mode[m] != Mode.absent  # it goes into a first venture
    beside = firms.contract[m, second] >= 0 or base
    return BESIDE if line == second or (beside and line == st.host) else 1.0


@stage
def own_sales_lost(st: State, m: int, c: int, line: int, appeal: float, rivals: float) -> float:
    """What the Chinese firm's own brand loses to a venture that offers more than the line does now; present value."""
    x = st.scratch
    more = share_of(appeal, rivals) - share_of(x.appeal[m, line], rivals)
    return max(x.earned[c, st.host] * more * st.annuity, 0.0)


@stage
def host_worth(st: State, m: int, c: int, line: int, kind: int, pair: Pair, conduct: Conduct) -> Worth:
    """Worth of market access or co-innovation: what the venture earns, what is learnt and leaks, what else it moves."""
    x, s, chosen = st.scratch, st.firms.sector[m], conduct.openness
    made, demanded = venture_offer(st, m, c, kind, chosen, pair.trust)
    appeal, rivals = line_weight(st, m, line) * made, rivals_of(st, s, m, line, st.host)
    earned, sales = offer_worth(st, s, st.host, appeal, rivals)
    earned -= st.now.compliance[s, st.firms.home[m], st.host] * sales
    free = max(conduct.autonomy, 0.0)
    profit = earned - fixed_cost(st, m, s, kind, st.host, pair.trust, free)
    side_m, side_c = lessons(st, m, c, pair, chosen)
    if kind == Type.co_innovation:
        side_m = side_m + full_speed(st, s, m) * free + lead_deployed(st, m, demanded) * x.gain_abroad[m] * st.annuity
    side_m -= risked(st, m, earned)
    side_c -= own_sales_lost(st, m, c, line, appeal, rivals)
    return Worth(
        profit=profit,
        sales=sales,
        side_m=side_m,
        side_c=side_c,
        openness=chosen,
        autonomy=free,
        place=st.host,
        value=st.annuity * profit + side_m + side_c,
    )


@stage
def best_site(
    st: State, m: int, c: int, r: int, route: int, trust: float, chosen: float, place: int
) -> tuple[float, int]:
    """Appeal of what two firms offer in a region abroad, and where it is made: at `place` or, if ANY_PLACE, the better.

    What cannot be traded is made in the region.
    """
    local_only = st.sectors.tradable[st.firms.sector[m]] <= 0.0 or (place != ANY_PLACE and place != st.host)
    shipped_only = place == st.host
    if route == Route.sell:
        access = access_with(st, m, c, r)
        made = abroad_by_chinese(st, c, r, access, False, True) if not local_only else 0.0
        local = abroad_by_chinese(st, c, r, access, True, True) if not shipped_only else 0.0
    else:
        made = powered_offer(st, m, c, r, False, trust, chosen, True) if not local_only else 0.0
        local = powered_offer(st, m, c, r, True, trust, chosen, True) if not shipped_only else 0.0
    return max(made, local), r if local > made else st.host


@stage
def abroad_worth(
    st: State, m: int, c: int, r: int, route: int, pair: Pair, own: float, chosen: float, place: int
) -> Worth:
    """Worth of globalising in a region, against what both sell there without it.

    The lender's loss when its partner sells, and the own offers given up, are in the sides; `own` is as of
    `own_abroad`, `place` as of `best_site`.
    """
    x, s = st.scratch, st.firms.sector[m]
    seller = c if route == Route.sell else m
    appeal, site = best_site(st, m, c, r, route, pair.trust, chosen, place)
    earned, sales = offer_worth(st, s, r, appeal, rivals_of(st, s, seller, r, r))
    profit = earned - fixed_cost(st, m, s, Type.globalize, r, pair.trust, 0.0)
    side_m, side_c = lessons(st, m, c, pair, chosen)
    if route == Route.sell:
        others = rivals_of(st, s, m, r, r) - x.appeal[c, r] + appeal
        kept, _ = offer_worth(st, s, r, own * lender_keeps(st, m), others)
        side_m += kept * st.annuity
        side_c -= risked(st, c, earned)
    else:
        side_m -= risked(st, m, earned)
    return Worth(
        profit=profit,
        sales=sales,
        side_m=side_m,
        side_c=side_c,
        openness=chosen,
        autonomy=0.0,
        place=site,
        value=st.annuity * profit + side_m + side_c,
    )


@stage
def own_abroad(st: State, t: int, m: int, r: int) -> float:
    """Appeal of what a multinational offers in a region of its own, as announced."""
    own, _ = abroad_by_multinational(st, t, m, r, plant_works(st, t, m, r), True, st.firms.orientation[m] > 0)
    return own


@stage
def alone_abroad(st: State, t: int, m: int, c: int, r: int, route: int, own: float) -> tuple[float, float]:
    """What both sides have in a region without a contract: (multinational, Chinese firm), present values."""
    firms, s = st.firms, st.firms.sector[m]
    total = st.annuity
    if route == Route.sell:
        chinese = abroad_by_chinese(st, c, r, firms.access[c, r], plant_works(st, t, c, r), True)
        rivals_c = rivals_of(st, s, c, r, r)
        hers, _ = offer_worth(st, s, r, chinese, rivals_c)
        mine, _ = offer_worth(st, s, r, own, rivals_of(st, s, m, r, r) - st.scratch.appeal[c, r] + chinese)
        return mine * total, hers * total
    mine, _ = offer_worth(st, s, r, own, rivals_of(st, s, m, r, r))
    return mine * total, 0.0


@stage
def equity_cap(st: State, s: int, origin: int, destination: int) -> float:
    """Largest equity an investor may hold in a partnership: the cap of each generation, weighted by demand."""
    total = 0.0
    for g in range(generations_of(st, s)):
        total += st.scratch.demand_weight[s, g, destination] * st.now.cap[s, g, origin, destination]
    return min(total, 1.0)


@stage
def terms(st: State, m: int, kind: int, route: int, r: int, w: Worth, pay_c: float) -> tuple[float, float]:
    """Equity of the multinational and royalty that give the Chinese side `pay_c` (present value) of a contract.

    Royalty goes to the technology side: the multinational in the host, the Chinese firm abroad. A powered offer stays
    the multinational's: all is paid by royalty. Equity is bound by ownership caps, royalty by its ceiling.
    """
    p, s = st.parameters, st.firms.sector[m]
    total = st.annuity
    profit, sales = w.profit, w.sales
    if kind == Type.globalize and route == Route.power:
        wanted = (pay_c - w.side_c) / total
        return 1.0, min(max(wanted / sales, 0.0), 1.0) if sales > 0.0 else 0.0
    if kind == Type.globalize:
        wanted = profit - (pay_c - w.side_c) / total
        return equity_share(wanted, profit, 0.0, 1.0 - equity_cap(st, s, st.host, r), 1.0), 0.0
    wanted = profit - (pay_c - w.side_c) / total
    cap = equity_cap(st, s, st.firms.home[m], st.host)
    royalty = royalty_needed(wanted, profit, sales, cap, p.royalty, p.royalty_ceiling)
    return equity_share(wanted, profit, royalty * sales, 0.0, cap), royalty


@stage
def pays(st: State, kind: int, w: Worth, equity: float, royalty: float) -> tuple[float, float]:
    """Present value of a contract under given terms to (multinational, Chinese firm)."""
    total = st.annuity
    paid = royalty * w.sales
    flow = equity * (w.profit - paid) + (paid if kind != Type.globalize else 0.0)
    return total * flow + w.side_m, total * (w.profit - flow) + w.side_c


@stage
def split(st: State, value: float, outside_m: float, outside_c: float) -> float:
    """Present value the Chinese side gets out of a contract worth `value`, by the bargaining rule in use."""
    p = st.parameters
    return chinese_pay(value, outside_m, outside_c, p.bargaining_power, p.bargaining > 0.0)


class Terms(NamedTuple):
    """A contract's worth to each side (present value) under its terms."""

    multinational: float
    chinese: float
    equity: float
    royalty: float


@stage
def under(st: State, m: int, kind: int, route: int, r: int, w: Worth, pay_c: float) -> Terms:
    """What each side gets when the Chinese side is to have `pay_c`, as far as law and royalties allow."""
    equity, royalty = terms(st, m, kind, route, r, w, pay_c)
    got_m, got_c = pays(st, kind, w, equity, royalty)
    return Terms(multinational=got_m, chinese=got_c, equity=equity, royalty=royalty)


@step
def market_scale(st: State, s: int, r: int, kind: int) -> float:
    """A quarter's market per firm of the place that a contract is about, in money."""
    if kind != Type.globalize:
        return st.scratch.unit[s]
    return st.scratch.expenditure[s, r] / max(st.sectors.multinationals[s] + st.sectors.chinese[s], 1.0)
