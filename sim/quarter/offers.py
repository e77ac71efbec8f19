"""Stage 4, first half: what every firm offers where, as appeals. Read by markets and, for options, by values."""

import math

from sim.arithmetic import exp, log
from sim.columns import Mode, Type, Way
from sim.compiled import stage, step
from sim.quarter.assumed import BESIDE
from sim.quarter.state import State, generations_of, made_of
from sim.rules.market import quality
from sim.rules.policy import blocked
from sim.rules.venture import access_lent, complementarity, joint_technology, transfer_lag

NOT_MADE = -1e9


@step
def basket(st: State, s: int, i: int, way: int, region: int, home: int, ahead: bool) -> float:
    """Appeal of a firm's products in a region by way of supply, over generations, before access and wages."""
    x = st.scratch
    total = 0.0
    for g in range(made_of(st, s)):
        sold = x.sold_ahead[s, way, home, region, g] if ahead else x.sold[s, way, home, region, g]
        total += x.quality[i, g] * sold
    return total


@step
def pool(st: State, i: int) -> float:
    """Weight of a firm's brand: one over the firms of its origin, so that entrants share their origin's pool."""
    return st.scratch.pool[st.firms.sector[i], st.firms.kind[i]]


@step
def plant_works(st: State, t: int, i: int, region: int) -> bool:
    """Whether the firm has a plant in the region that works this quarter."""
    return 0 <= st.firms.plant[i, region] <= t


@step
def abroad_by_multinational(
    st: State, t: int, i: int, region: int, plant: bool, ahead: bool, hub: bool
) -> tuple[float, int]:
    """Appeal of a multinational's own offer outside the host, and its way there.

    From the region if `plant`, else from home; from the host base when that works for the world and sells better there.
    """
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    home = firms.home[i]
    tradable = st.sectors.tradable[s] > 0.0
    way = Way.local if home == region or plant or not tradable else Way.from_home
    best = basket(st, s, i, way, region, home, ahead)
    if hub and tradable and plant_works(st, t, i, st.host):
        other = basket(st, s, i, Way.from_host, region, home, ahead) * x.base_wage[i] * x.platform[s]
        if other > best:
            best = other
            way = Way.from_host
    return best * x.lifted[i] * firms.access[i, region] * pool(st, i), way


@step
def own_by_chinese(st: State, s: int, c: int, region: int, access: float, local: bool, ahead: bool) -> float:
    """Appeal of a Chinese brand with the given access, made in the host or, abroad and `local`, in the region."""
    x = st.scratch
    way = Way.local if local else Way.from_host
    cost = x.wage_content[s] if local else x.wage[s]
    return basket(st, s, c, way, region, st.host, ahead) * cost * access * pool(st, c)


@stage
def abroad_by_chinese(st: State, c: int, region: int, access: float, local: bool, ahead: bool) -> float:
    """Appeal of a Chinese brand outside the host; what cannot be shipped is made locally."""
    s = st.firms.sector[c]
    return own_by_chinese(st, s, c, region, access, local or st.sectors.tradable[s] <= 0.0, ahead)


@stage
def host_alone(st: State, i: int, mode: int, access: float, ahead: bool) -> float:
    """Appeal of a multinational alone in the host: exported from home, or made in its wholly owned base.

    A base may make only generations for which no ownership cap binds.
    """
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    home = firms.home[i]
    if mode == Mode.export:
        return basket(st, s, i, Way.from_home, st.host, home, ahead) * access * pool(st, i)
    if mode != Mode.wholly_owned:
        return 0.0
    total = 0.0
    for g in range(made_of(st, s)):
        if st.now.cap[s, g, home, st.host] >= 1.0:
            total += x.quality[i, g] * x.sold[s, Way.local, home, st.host, g]
    return total * x.base_wage[i] * access * pool(st, i)


@step
def stopped_flow(st: State, s: int, g: int, origin: int, destination: int) -> float:
    """Part of a generation's technology that controls, or firms that shun them, keep from crossing."""
    coverage, shunned = st.now.control[s, g, origin, destination], st.now.over_compliance[s, origin, destination]
    return blocked(coverage, shunned, st.parameters.over_compliance)


@step
def withheld(st: State, s: int, g: int, origin: int, destination: int) -> float:
    """Technology that export controls keep out of a partnership, log points."""
    return st.parameters.control_lag * stopped_flow(st, s, g, origin, destination)


@stage
def venture_technology(st: State, m: int, c: int, g: int, kind: int, lag: float, trust: float) -> float:
    """Technology of a host venture's product of one generation; NOT_MADE if neither side can make it."""
    p, firms, s = st.parameters, st.firms, st.firms.sector[m]
    given = firms.technology[m, g] - withheld(st, s, g, firms.home[m], st.host)
    if kind == Type.market_access:
        return given - lag if firms.adopted[m, g] > 0 else NOT_MADE
    own = firms.technology[c, g]
    if firms.adopted[m, g] > 0 and firms.adopted[c, g] > 0:
        joint = complementarity(p.complementarity, p.complementarity_slope, p.complementarity_floor, given - own, trust)
        return joint_technology(given, own, lag, joint)
    if firms.adopted[m, g] > 0:
        return given - lag
    return own - lag if firms.adopted[c, g] > 0 else NOT_MADE


@stage
def venture_offer(st: State, m: int, c: int, kind: int, openness: float, trust: float) -> tuple[float, float]:
    """Appeal of a host venture with the partner's access, and of its technology over generations, by host demand."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    home = firms.home[m]
    lag = transfer_lag(p.transfer_lag, p.lag_trust, trust, p.lag_openness, openness)
    total = 0.0
    demanded = 0.0
    for g in range(made_of(st, s)):
        technology = venture_technology(st, m, c, g, kind, lag, trust)
        if technology > NOT_MADE:
            q = quality(x.sensitivity[s], technology, x.reference[s])
            total += q * x.sold[s, Way.local, home, st.host, g]
            demanded += x.demand_weight[s, g, st.host] * q
    return total * x.operated[m] * x.wage_venture[s] * firms.access[c, st.host] * pool(st, m), demanded


@step
def composite_of(st: State, s: int, demanded: float) -> float:
    """Technology over generations (log) that has this appeal to the host's demand; NOT_MADE if it has none."""
    x = st.scratch
    return x.reference[s] + log(demanded) / x.sensitivity[s] if demanded > 0.0 else NOT_MADE


@stage
def lead_deployed(st: State, m: int, demanded: float) -> float:
    """Part of a joint technology's lead that a multinational uses in products abroad, as far as controls let it; log.

    demanded: as of `venture_offer`.
    """
    s = st.firms.sector[m]
    stopped = stopped_flow(st, s, generations_of(st, s) - 1, st.host, st.firms.home[m])
    lead = max(composite_of(st, s, demanded) - st.scratch.composite[m], 0.0)
    return st.parameters.deployment * (1.0 - stopped) * lead


@stage
def access_with(st: State, m: int, c: int, region: int) -> float:
    """Access of a Chinese brand that is sold through the partner's."""
    p, firms, x = st.parameters, st.firms, st.scratch
    lent = access_lent(p.lend_share, firms.access[m, region], p.lend_distance, x.composite[m] - x.composite[c])
    return min(firms.access[c, region] + lent, 1.0)


@stage
def powered_offer(
    st: State, m: int, c: int, region: int, local: bool, trust: float, openness: float, ahead: bool
) -> float:
    """Appeal of the partner's own brand on Chinese technology: a whole offer, never a mix of the better attributes."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    home = firms.home[m]
    way = Way.local if local or st.sectors.tradable[s] <= 0.0 else Way.as_parts
    near = transfer_lag(p.power_lag, p.cost_trust, trust, p.lag_openness, openness)
    total = 0.0
    for g in range(made_of(st, s)):
        if firms.adopted[c, g] > 0:
            lag = near + withheld(st, s, g, st.host, region)
            sold = x.sold_ahead[s, way, home, region, g] if ahead else x.sold[s, way, home, region, g]
            total += x.quality[c, g] * exp(-x.sensitivity[s] * lag) * sold
    kept = math.sqrt(x.wage_content[s]) if local else x.wage_content[s]
    return total * kept * firms.access[m, region] * pool(st, m)


@step
def lender_keeps(st: State, m: int) -> float:
    """Part of its own access that a lender keeps for its own offer."""
    p = st.parameters
    return 1.0 - (p.lend_loss_holder if st.firms.access_holder[m] > 0 else p.lend_loss)


@step
def host_rate(st: State, m: int) -> float:
    """Brand weight of a host line: a part while the multinational holds two lines there."""
    second = st.firms.contract.shape[1] - 1
    lead = st.firms.contract[m, st.host] >= 0
    other = st.firms.contract[m, second] >= 0 or st.firms.mode[m] != Mode.absent
    return BESIDE if lead and other else 1.0
