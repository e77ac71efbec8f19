"""What contracts are worth and how they are split: parts of every option, in the host and abroad.

All values are present values over the horizon in money; rivals' offers and the firm's other contracts stay in place.
"""

from typing import NamedTuple

from sim.machine.compiled import stage, step
from sim.model.columns import Route, Type
from sim.model.rules.bargaining import equity_share, royalty_needed
from sim.model.rules.capability import absorptive
from sim.model.rules.governance import dependence_cost
from sim.model.rules.market import offer_profit, share_of
from sim.model.rules.policy import blocked
from sim.model.stages.assumed import ABSORPTION_HALF, HIGHEST_ROYALTY, LEAKAGE_SPREAD, USUAL_ROYALTY
from sim.model.stages.state import State, generations_of

CHOSEN = -1  # openness, autonomy or place that the contract's sides choose


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


@step
def set_up_cost(st: State, m: int) -> float:
    """Once: what a multinational pays to set up a base, or to sign and set up a contract in the host."""
    return 4.0 * st.parameters.sunk_cost * st.firms.cost_scale[m] * st.scratch.unit[st.firms.sector[m]]


@step
def dependence(st: State, i: int) -> float:
    """Part of what it earns with another's technology that a firm expects to lose by being cut off, hedged as it is."""
    firms, p = st.firms, st.parameters
    return dependence_cost(firms.hazard[i], 4.0 * p.cutoff_loss, firms.hedge[i], p.hedge_cost)


@stage
def leak_price(st: State, m: int, c: int) -> float:
    """What a log point learnt by this partner costs the multinational a quarter, in all its markets."""
    x, s = st.scratch, st.firms.sector[m]
    direct = 0.0
    for r in range(st.world.market.shape[2]):
        direct += x.earned[m, r] * x.firm_share[c, r]
    return x.sensitivity[s] * direct + LEAKAGE_SPREAD * x.exposed[m]


@stage
def stopped_to(st: State, s: int, origin: int, target: int) -> float:
    """Share of the newest technology's flow between two places that does not pass."""
    g = generations_of(st, s) - 1
    spill = st.now.over_compliance[s, origin, target]
    return blocked(st.now.control[s, g, origin, target], spill, st.parameters.over_compliance)


@stage
def lesson_rate(st: State, m: int, c: int, trust: float, shown: float) -> tuple[float, float]:
    """Technology a quarter that flows at full openness: (to the Chinese firm, to the multinational), log points.

    `shown`: part of the product that is made where the partner sees it.
    """
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    if firms.access_holder[m] > 0:
        return 0.0, 0.0
    gap = x.composite[m] - x.composite[c]
    pupil = c if gap > 0.0 else m
    origin = firms.home[m] if gap > 0.0 else st.host
    target = st.host if gap > 0.0 else firms.home[m]
    stopped = stopped_to(st, s, origin, target)
    rd = firms.rd[pupil] / x.rd_reference[s] if x.rd_reference[s] > 0.0 else 0.0
    flow = p.partner_learning * shown * trust * absorptive(rd, ABSORPTION_HALF) * (1.0 - stopped) * abs(gap)
    return (flow, 0.0) if gap > 0.0 else (0.0, flow)


class Pair(NamedTuple):
    """What two firms are to each other, whatever they sign."""

    trust: float
    to_chinese: float  # technology a quarter that flows at full openness, log points
    to_multinational: float
    leak: float  # what a log point learnt by the partner costs the multinational a quarter


@stage
def between(st: State, m: int, c: int, kind: int, trust: float) -> Pair:
    """Two firms who trust each other as given and work together in a type of contract."""
    shown = 1.0 if kind == Type.globalize else 1.0 - st.scratch.imported[st.firms.sector[m]]
    to_c, to_m = lesson_rate(st, m, c, trust, shown)
    return Pair(trust, to_c, to_m, leak_price(st, m, c))


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
def strangers(st: State, m: int, c: int, kind: int) -> Pair:
    """Two firms in search of a contract of a type."""
    return between(st, m, c, kind, known(st, m, c))


@stage
def equity_cap(st: State, t: int, s: int, origin: int, destination: int) -> float:
    """Largest equity an investor may hold in a partnership: the cap of each generation, weighted by demand."""
    total = 0.0
    for g in range(generations_of(st, s)):
        total += st.scratch.demand_weight[s, g, destination] * st.now.cap[s, g, origin, destination]
    return min(total, 1.0)


@stage
def terms(st: State, t: int, m: int, kind: int, route: int, r: int, w: Worth, pay_c: float) -> tuple[float, float]:
    """Equity of the multinational and royalty that give the Chinese side `pay_c` (present value) of a contract.

    Royalty goes to the technology side: the multinational in the host, the Chinese firm abroad. A powered offer stays
    the multinational's: all is paid by royalty. Equity is bound by ownership caps, royalty by its ceiling.
    """
    s = st.firms.sector[m]
    total = st.annuity
    profit, sales = w.profit, w.sales
    if kind == Type.globalize and route == Route.power:
        wanted = (pay_c - w.side_c) / total
        return 1.0, min(max(wanted / sales, 0.0), 1.0) if sales > 0.0 else 0.0
    if kind == Type.globalize:
        wanted = profit - (pay_c - w.side_c) / total
        return equity_share(wanted, profit, 0.0, 1.0 - equity_cap(st, t, s, st.host, r), 1.0), 0.0
    wanted = profit - (pay_c - w.side_c) / total
    cap = equity_cap(st, t, s, st.firms.home[m], st.host)
    royalty = royalty_needed(wanted, profit, sales, cap, USUAL_ROYALTY, HIGHEST_ROYALTY)
    return equity_share(wanted, profit, royalty * sales, 0.0, cap), royalty


@stage
def pays(st: State, kind: int, w: Worth, equity: float, royalty: float) -> tuple[float, float]:
    """Present value of a contract under given terms to (multinational, Chinese firm)."""
    total = st.annuity
    paid = royalty * w.sales
    flow = equity * (w.profit - paid) + (paid if kind != Type.globalize else 0.0)
    return total * flow + w.side_m, total * (w.profit - flow) + w.side_c


class Terms(NamedTuple):
    """A contract's worth to each side (present value) under its terms."""

    multinational: float
    chinese: float
    equity: float
    royalty: float


@stage
def under(st: State, t: int, m: int, kind: int, route: int, r: int, w: Worth, pay_c: float) -> Terms:
    """What each side gets when the Chinese side is to have `pay_c`, as far as law and royalties allow."""
    equity, royalty = terms(st, t, m, kind, route, r, w, pay_c)
    got_m, got_c = pays(st, kind, w, equity, royalty)
    return Terms(got_m, got_c, equity, royalty)


@step
def market_scale(st: State, s: int, r: int, kind: int) -> float:
    """A quarter's market per firm of the place that a contract is about, in money."""
    if kind != Type.globalize:
        return st.scratch.unit[s]
    return st.scratch.expenditure[s, r] / max(st.sectors.multinationals[s] + st.sectors.chinese[s], 1.0)
