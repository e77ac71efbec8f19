"""Stage 4, first half: what every firm offers where, as appeals. Read by markets and, for options, by values."""

import math

from sim.arithmetic import exp, log, power
from sim.compiled import stage
from sim.quarter.state import State
from sim.rules.base import cost_part, platform_quality
from sim.rules.market import quality
from sim.rules.policy import blocked
from sim.rules.venture import access_lent, complementarity, joint_technology, transfer_lag

NOT_MADE = -1e9


@stage
def basket(st: State, s: int, i: int, place: int, region: int, home: int, ahead: bool) -> float:
    """Appeal of a firm's products in a region by place of production, over generations, before access and wages."""
    x = st.scratch
    total = 0.0
    for g in range(st.sectors.generations[s]):
        q = x.quality[i, g]
        if q > 0.0:
            trade = x.trade_ahead[s, g, place, region] if ahead else x.trade[s, g, place, region]
            brand = x.brand[s, g, home, region] if place == region else x.brand_import[s, g, home, region]
            total += x.demand_weight[s, g, region] * q * trade * brand
    return total


@stage
def pool(st: State, i: int) -> float:
    """Weight of a firm's brand: one over the firms of its origin, so that entrants share their origin's pool."""
    return 1.0 / max(st.scratch.peers[st.firms.sector[i], st.firms.kind[i]], 1.0)


@stage
def plant_works(st: State, t: int, i: int, region: int) -> bool:
    """Whether the firm has a plant in the region that works this quarter."""
    return 0 <= st.firms.plant[i, region] <= t


@stage
def base_wage(st: State, i: int) -> float:
    """Appeal that a foreign-run base in the host gains from Chinese cost, by how local its supply web is."""
    return power(st.scratch.wage[st.firms.sector[i]], cost_part(st.parameters.import_cost, st.firms.web[i]))


@stage
def abroad_by_multinational(st: State, t: int, i: int, region: int, ahead: bool, hub: bool) -> tuple[float, int]:
    """Appeal of a multinational's own offer outside the host, and where it is made.

    From a plant in the region, else from home; from the host base when that works for the world and sells better there.
    """
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    home = firms.home[i]
    tradable = st.sectors.tradable[s] > 0.0
    place = region if plant_works(st, t, i, region) or not tradable else home
    best = basket(st, s, i, place, region, home, ahead)
    if hub and tradable and plant_works(st, t, i, st.host):
        kept = platform_quality(x.sensitivity[s], st.parameters.platform_quality, x.ecosystem[s])
        other = basket(st, s, i, st.host, region, home, ahead) * base_wage(st, i) * kept
        if other > best:
            best = other
            place = st.host
    if x.lift[i] > 0.0:
        best *= exp(x.sensitivity[s] * x.lift[i])
    return best * firms.access[i, region] * pool(st, i), place


@stage
def abroad_by_chinese(st: State, t: int, c: int, region: int, access: float, local: bool, ahead: bool) -> float:
    """Appeal of a Chinese brand outside the host with the given access, made locally or shipped from the host."""
    s = st.firms.sector[c]
    if local or st.sectors.tradable[s] <= 0.0:
        made = basket(st, s, c, region, region, st.host, ahead) * st.scratch.wage_content[s]
    else:
        made = basket(st, s, c, st.host, region, st.host, ahead) * st.scratch.wage[s]
    return made * access * pool(st, c)


@stage
def host_alone(st: State, t: int, i: int, mode: int, access: float, ahead: bool) -> float:
    """Appeal of a multinational alone in the host: exported from home, or made in its wholly owned base.

    A base may make only generations for which no ownership cap binds.
    """
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    home = firms.home[i]
    if mode == 1:
        return basket(st, s, i, home, st.host, home, ahead) * access * pool(st, i)
    if mode != 2:
        return 0.0
    total = 0.0
    for g in range(st.sectors.generations[s]):
        if st.in_force.cap[t, s, g, home, st.host] >= 1.0:
            made = x.quality[i, g] * x.trade[s, g, st.host, st.host] * x.brand[s, g, home, st.host]
            total += x.demand_weight[s, g, st.host] * made
    return total * base_wage(st, i) * access * pool(st, i)


@stage
def withheld(st: State, t: int, s: int, g: int, origin: int, destination: int) -> float:
    """Technology that export controls keep out of a partnership, log points."""
    stopped = blocked(
        st.in_force.control[t, s, g, origin, destination],
        st.in_force.over_compliance[t, s, origin, destination],
        st.parameters.over_compliance,
    )
    return st.parameters.control_lag * stopped


@stage
def venture_technology(st: State, t: int, m: int, c: int, g: int, kind: int, openness: float, trust: float) -> float:
    """Technology of a host venture's product of one generation; NOT_MADE if neither side can make it."""
    p, firms, s = st.parameters, st.firms, st.firms.sector[m]
    lag = transfer_lag(p.transfer_lag, p.lag_trust, trust, p.lag_openness, openness)
    given = firms.technology[m, g] - withheld(st, t, s, g, firms.home[m], st.host)
    if kind == 1:
        return given - lag if firms.adopted[m, g] > 0 else NOT_MADE
    own = firms.technology[c, g]
    if firms.adopted[m, g] > 0 and firms.adopted[c, g] > 0:
        joint = complementarity(p.complementarity, p.complementarity_slope, p.complementarity_floor, given - own, trust)
        return joint_technology(given, own, lag, joint)
    if firms.adopted[m, g] > 0:
        return given - lag
    return own - lag if firms.adopted[c, g] > 0 else NOT_MADE


@stage
def venture_offer(st: State, t: int, m: int, c: int, kind: int, openness: float, trust: float) -> tuple[float, float]:
    """Appeal of a host venture with the partner's access, and its technology over generations (log)."""
    firms, x, s = st.firms, st.scratch, st.firms.sector[m]
    home = firms.home[m]
    total = 0.0
    demanded = 0.0
    for g in range(st.sectors.generations[s]):
        technology = venture_technology(st, t, m, c, g, kind, openness, trust)
        if technology > NOT_MADE:
            q = quality(x.sensitivity[s], technology, x.reference[s])
            total += x.demand_weight[s, g, st.host] * q * x.trade[s, g, st.host, st.host] * x.brand[s, g, home, st.host]
            demanded += x.demand_weight[s, g, st.host] * q
    operations = exp(st.sectors.price_elasticity[s] * firms.operations[m])
    composite = x.reference[s] + log(demanded) / x.sensitivity[s] if demanded > 0.0 else NOT_MADE
    return total * operations * x.wage_venture[s] * firms.access[c, st.host] * pool(st, m), composite


@stage
def sold_offer(st: State, t: int, m: int, c: int, region: int, local: bool, ahead: bool) -> float:
    """Appeal of a Chinese brand sold through the partner's access, made in the partner's region or shipped."""
    p, firms, x = st.parameters, st.firms, st.scratch
    lent = access_lent(p.lend_share, firms.access[m, region], p.lend_distance, x.composite[m] - x.composite[c])
    access = min(firms.access[c, region] + lent, 1.0)
    return abroad_by_chinese(st, t, c, region, access, local, ahead)


@stage
def powered_offer(
    st: State, t: int, m: int, c: int, region: int, local: bool, trust: float, openness: float, ahead: bool
) -> float:
    """Appeal of the partner's own brand on Chinese technology: a whole offer, never a mix of the better attributes."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    home = firms.home[m]
    tradable = st.sectors.tradable[s] > 0.0
    near = transfer_lag(p.power_lag, p.cost_trust, trust, p.lag_openness, openness)
    total = 0.0
    for g in range(st.sectors.generations[s]):
        if firms.adopted[c, g] > 0:
            lag = near + withheld(st, t, s, g, st.host, region)
            trade = x.trade_ahead[s, g, st.host, region] if ahead else x.trade[s, g, st.host, region]
            if local or not tradable:
                trade = x.trade[s, g, region, region]
            else:
                trade = power(trade, p.power_tariff)
            q = x.quality[c, g] * exp(-x.sensitivity[s] * lag)
            total += x.demand_weight[s, g, region] * q * trade * x.brand[s, g, home, region]
    kept = math.sqrt(x.wage_content[s]) if local else x.wage_content[s]
    return total * kept * firms.access[m, region] * pool(st, m)


@stage
def lender_keeps(st: State, m: int) -> float:
    """Part of its own access that a lender keeps for its own offer."""
    p = st.parameters
    return 1.0 - (p.lend_loss_holder if st.firms.access_holder[m] > 0 else p.lend_loss)


@stage
def host_rate(st: State, m: int, line: int) -> float:
    """Brand weight of a host line: one half while the multinational holds two lines there."""
    second = st.firms.contract.shape[1] - 1
    lead = st.firms.contract[m, st.host] >= 0
    other = st.firms.contract[m, second] >= 0 or st.firms.mode[m] > 0
    return 0.5 if lead and other else 1.0
