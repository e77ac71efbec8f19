"""Stage 4, first half: what every firm offers where, as appeals. Read by markets and, for options, by values."""

import math
from typing import NamedTuple

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import stage, step
from sim.model.columns import Kind, Mode, Type, Way
from sim.model.rules.base import ramped
from sim.model.rules.customers import reach_of_two
from sim.model.rules.market import offer_profit, quality, rent_kept
from sim.model.rules.policy import blocked
from sim.model.rules.venture import access_lent, complementarity, joint_technology, transfer_lag
from sim.model.stages.assumed import EXPORTER, LENDING_DISTANCE, OPENNESS_IN_LAG, SECOND_LINE
from sim.model.stages.state import State, made_of
from sim.model.stages.values import stopped_to

NOT_MADE = -1e9


class Abroad(NamedTuple):
    """An offer outside the host."""

    appeal: float
    from_host: float  # part of it that is made in the host
    duty: float  # share of its sales that is paid as tariff
    rent: float  # share of its sales that is the rent of a minimum price


@step
def basket(st: State, s: int, i: int, way: int, region: int, home: int, ahead: bool) -> float:
    """Appeal of a firm's products in a region by way of supply, over generations, before wages and the brand's pull."""
    x = st.scratch
    total = 0.0
    for g in range(made_of(st, s)):
        sold = x.sold_ahead[s, way, home, region, g] if ahead else x.sold[s, way, home, region, g]
        total += x.quality[i, g] * sold
    return total


@step
def partner_way(st: State, s: int) -> int:
    """By which way a local partner's goods come from the host: one of their own where they are spared a tariff."""
    return Way.with_partner if st.scratch.sparing[s] > 0.0 else Way.from_host


@step
def pool(st: State, i: int) -> float:
    """Weight of a brand of normal pull: one over the firms that its origin began with."""
    return st.scratch.pool[st.firms.sector[i], st.firms.kind[i]]


@step
def duty_on(st: State, s: int, i: int, way: int, region: int, home: int) -> float:
    """Share of a firm's sales in a region that is paid as tariff, by way of supply; over generations."""
    dutied = st.scratch.dutied[s, region] > 0.0 and way != Way.local
    return part_of_sales(st, s, i, way, region, home, False) if dutied else 0.0


@step
def rent_on(st: State, s: int, i: int, way: int, region: int, home: int) -> float:
    """Share of a firm's sales in a region that is the rent of a minimum price, by way of supply; over generations."""
    floored = st.scratch.floored[s, region] > 0.0 and way != Way.local
    return part_of_sales(st, s, i, way, region, home, True) if floored else 0.0


@step
def part_of_sales(st: State, s: int, i: int, way: int, region: int, home: int, rent: bool) -> float:
    """Tariff or rent in a firm's sales in a region, by way of supply; over generations."""
    x = st.scratch
    parts = x.rented if rent else x.taxed
    crossing = Way.with_partner if way == Way.as_parts else way
    part = st.parameters.supplied_content if way == Way.as_parts else 1.0
    weighed, charged = 0.0, 0.0
    for g in range(made_of(st, s)):
        weight = x.demand_weight[s, g, region] * x.quality[i, g]
        weighed += weight
        charged += weight * parts[s, crossing, home, region, g]
    return part * charged / weighed if charged > 0.0 else 0.0


@step
def plant_works(st: State, t: int, i: int, region: int) -> bool:
    """Whether the firm has a plant in the region that works this quarter."""
    return 0 <= st.firms.plant[i, region] <= t


@step
def local_part(st: State, t: int, i: int, region: int) -> float:
    """Part of what a firm sells in a region outside the host that is made there: its plant grows into its market."""
    s, built = st.firms.sector[i], st.firms.plant[i, region]
    if st.firms.home[i] == region or st.sectors.tradable[s] <= 0.0:
        return 1.0
    return ramped(float(t - built), st.parameters.hub_growth) if built >= 0 else 0.0


@stage
def abroad_by_multinational(st: State, t: int, i: int, region: int, local: float, hub: float, ahead: bool) -> Abroad:
    """A multinational's own offer outside the host.

    The part `local` is made in a plant in the region, the rest at home. A base that works for the world takes over the
    part `hub` of the brand where what it ships sells better.
    """
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    home = firms.home[i]
    there = local * basket(st, s, i, Way.local, region, home, ahead) if local > 0.0 else 0.0
    sent = (1.0 - local) * basket(st, s, i, Way.from_home, region, home, ahead) if local < 1.0 else 0.0
    appeal = there + sent
    duty = duty_on(st, s, i, Way.from_home, region, home) * sent / appeal if sent > 0.0 else 0.0
    rent = rent_on(st, s, i, Way.from_home, region, home) * sent / appeal if sent > 0.0 else 0.0
    part = 0.0
    if hub > 0.0 and st.sectors.tradable[s] > 0.0 and plant_works(st, t, i, st.host):
        shipped = basket(st, s, i, Way.from_host, region, home, ahead) * x.base_wage[i]
        if shipped > appeal:
            whole = (1.0 - hub) * appeal + hub * shipped
            part = hub * shipped / whole
            appeal = whole
            duty = (1.0 - part) * duty + part * duty_on(st, s, i, Way.from_host, region, home)
            rent = (1.0 - part) * rent + part * rent_on(st, s, i, Way.from_host, region, home)
    return Abroad(appeal * x.lifted[i] * firms.pull[i, region] * pool(st, i), part, duty, rent)


@step
def hub_part(st: State, i: int) -> float:
    """Part of what a multinational sells outside the host that its base could take over now."""
    return st.firms.hub[i] * st.firms.capacity[i] if st.firms.orientation[i] > 0 else 0.0


@stage
def abroad_by_chinese(st: State, c: int, region: int, pull: float, local: float, way: int, ahead: bool) -> Abroad:
    """A Chinese brand with the given pull outside the host: the part `local` made in the region, the rest shipped,
    alone or with a partner (`way`).
    """
    x, s, host = st.scratch, st.firms.sector[c], st.host
    part = local if st.sectors.tradable[s] > 0.0 else 1.0
    there, sent = 0.0, 0.0
    if part > 0.0:
        there = part * basket(st, s, c, Way.local, region, host, ahead) * x.wage_content[s]
    if part < 1.0:
        sent = (1.0 - part) * basket(st, s, c, way, region, host, ahead) * x.wage[s]
    whole = there + sent
    from_host = sent / whole if sent > 0.0 else 0.0
    duty, rent = duty_on(st, s, c, way, region, host), rent_on(st, s, c, way, region, host)
    return Abroad(whole * pull * pool(st, c), from_host, from_host * duty, from_host * rent)


@stage
def host_alone(st: State, i: int, mode: int, pull: float, ahead: bool) -> float:
    """Appeal of a multinational alone in the host: exported from home, or made in its wholly owned base.

    A base may make only generations for which no ownership cap binds.
    """
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    home = firms.home[i]
    if mode == Mode.export:
        return basket(st, s, i, Way.from_home, st.host, home, ahead) * pull * pool(st, i)
    if mode != Mode.wholly_owned:
        return 0.0
    total = 0.0
    for g in range(made_of(st, s)):
        if st.now.cap[s, g, home, st.host] >= 1.0:
            total += x.quality[i, g] * x.sold[s, Way.local, home, st.host, g]
    return total * x.base_wage[i] * pull * pool(st, i)


@step
def withheld(st: State, t: int, s: int, g: int, origin: int, destination: int) -> float:
    """Technology that export controls keep out of a partnership, log points."""
    stopped = blocked(
        st.now.control[s, g, origin, destination],
        st.now.over_compliance[s, origin, destination],
        st.parameters.over_compliance,
    )
    return st.parameters.control_lag * stopped


@stage
def venture_technology(st: State, t: int, m: int, c: int, g: int, kind: int, lag: float, trust: float) -> float:
    """Technology of a host venture's product of one generation; NOT_MADE if neither side can make it."""
    p, firms, s = st.parameters, st.firms, st.firms.sector[m]
    given = firms.technology[m, g] - withheld(st, t, s, g, firms.home[m], st.host)
    if kind == Type.market_access:
        return given - lag if firms.adopted[m, g] > 0 else NOT_MADE
    own = firms.technology[c, g]
    if firms.adopted[m, g] > 0 and firms.adopted[c, g] > 0:
        joint = complementarity(p.complementarity, p.complementarity_slope, given - own, trust)
        return joint_technology(given, own, lag, joint)
    if firms.adopted[m, g] > 0:
        return given - lag
    return own - lag if firms.adopted[c, g] > 0 else NOT_MADE


class Product(NamedTuple):
    """What a host venture makes: its appeal at normal pull, and its technology to buyers."""

    appeal: float
    demanded: float


@stage
def venture_product(st: State, t: int, m: int, c: int, kind: int, openness: float, trust: float) -> Product:
    """A host venture's product: market access assembles imported inputs, co-innovation uses local suppliers."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    home = firms.home[m]
    lag = transfer_lag(p.transfer_lag, p.trust_end, trust, OPENNESS_IN_LAG, openness)
    total = 0.0
    demanded = 0.0
    for g in range(made_of(st, s)):
        technology = venture_technology(st, t, m, c, g, kind, lag, trust)
        if technology > NOT_MADE:
            q = quality(x.sensitivity[s], technology, x.reference[s])
            total += q * x.sold[s, Way.local, home, st.host, g]
            demanded += x.demand_weight[s, g, st.host] * q
    made = x.base_wage[m] if kind == Type.co_innovation else x.kits[s, home]
    return Product(total * x.operated[m] * made * pool(st, m), demanded)


@step
def venture_pull(st: State, m: int, c: int, exported: float) -> float:
    """Pull of a venture's product: the multinational's customers, unless it exports to them, part of its partner's."""
    p, customers = st.parameters, st.firms.customers
    own = customers[m, st.host] if exported <= 0.0 else 0.0
    return reach_of_two(own, p.shared_customers, customers[c, st.host], st.scratch.habit[st.firms.sector[m], st.host])


@step
def export_cost(st: State, m: int) -> float:
    """Fixed cost of exporting to the host, a quarter."""
    s = st.firms.sector[m]
    friction = EXPORTER * st.now.sole_entry_friction[s, st.host]
    return st.scratch.unit[s] * (st.parameters.cost_export * st.firms.cost_scale[m] + friction)


@stage
def exports_beside(st: State, m: int, line: int, made: float) -> float:
    """Appeal of what a multinational exports to its own customers beside its only venture; 0 if that does not pay.

    `made`: appeal of the venture's product to a brand of normal pull, which these customers would buy otherwise.
    """
    firms, x, s, host = st.firms, st.scratch, st.firms.sector[m], st.host
    second = firms.contract.shape[1] - 1
    alone = line == host and firms.contract[m, second] < 0 and firms.mode[m] != Mode.wholly_owned
    if not alone or st.sectors.tradable[s] <= 0.0 or x.denominator[s, host] <= 0.0:
        return 0.0
    shipped = host_alone(st, m, Mode.export, firms.pull[m, host], False)
    foreign, local = x.reach[s, Kind.multinational], x.reach[s, Kind.chinese]
    more = foreign * shipped - local * made * firms.pull[m, host]
    if more <= 0.0:
        return 0.0
    share = min(more / x.denominator[s, host], 0.99)
    kept = 1.0 - duty_on(st, s, m, Way.from_home, host, firms.home[m])
    earned = offer_profit(x.expenditure[s, host], share, st.sectors.price_elasticity[s])
    rent = rent_on(st, s, m, Way.from_home, host, firms.home[m])
    gained = kept * earned + rent_kept(rent, earned, x.expenditure[s, host] * share)
    return shipped if gained > export_cost(st, m) else 0.0


@step
def composite_of(st: State, s: int, demanded: float) -> float:
    """Technology over generations (log) that has this appeal to the host's demand; NOT_MADE if it has none."""
    x = st.scratch
    return x.reference[s] + log(demanded) / x.sensitivity[s] if demanded > 0.0 else NOT_MADE


@stage
def deployed(st: State, s: int, m: int, demanded: float) -> float:
    """Part of a joint technology's lead that a multinational uses in products abroad, as far as controls let it."""
    lead = max(composite_of(st, s, demanded) - st.scratch.composite[m], 0.0)
    return st.parameters.deployment * (1.0 - stopped_to(st, s, st.host, st.firms.home[m])) * lead


@stage
def pull_with(st: State, m: int, c: int, region: int) -> float:
    """Pull of a Chinese brand sold through a partner's channels: its own customers and those that are lent."""
    p, customers, x = st.parameters, st.firms.customers, st.scratch
    lent = access_lent(p.lend_share, 1.0, LENDING_DISTANCE, x.composite[m] - x.composite[c])
    return reach_of_two(customers[c, region], lent, customers[m, region], x.habit[st.firms.sector[m], region])


@stage
def powered_offer(
    st: State, t: int, m: int, c: int, region: int, local: float, trust: float, openness: float, ahead: bool
) -> Abroad:
    """The partner's own brand on Chinese technology: a whole offer, never a mix of the better attributes.

    The part `local` is made in the region, for the rest parts are sent.
    """
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    home = firms.home[m]
    near = transfer_lag(p.transfer_lag, p.trust_end, trust, OPENNESS_IN_LAG, openness)
    part = local if st.sectors.tradable[s] > 0.0 else 1.0
    there, sent = 0.0, 0.0
    for g in range(made_of(st, s)):
        if firms.adopted[c, g] > 0:
            lag = near + withheld(st, t, s, g, st.host, region)
            made = x.quality[c, g] * exp(-x.sensitivity[s] * lag)
            sold = x.sold_ahead if ahead else x.sold
            there += made * sold[s, Way.local, home, region, g]
            sent += made * sold[s, Way.as_parts, home, region, g]
    there *= part * math.sqrt(x.wage_content[s])
    sent *= (1.0 - part) * x.wage_content[s]
    whole = there + sent
    from_host = sent / whole if sent > 0.0 else 0.0
    duty = from_host * duty_on(st, s, m, Way.as_parts, region, home)
    rent = from_host * rent_on(st, s, m, Way.as_parts, region, home)
    return Abroad(whole * firms.pull[m, region] * pool(st, m), from_host, duty, rent)


@step
def lender_keeps(st: State) -> float:
    """Part of its own pull that a lender keeps for its own offer."""
    return 1.0 - st.parameters.lend_loss


@step
def host_rate(st: State, m: int, line: int) -> float:
    """Brand weight of a host line: one half while the multinational holds two lines there."""
    second = st.firms.contract.shape[1] - 1
    lead = st.firms.contract[m, st.host] >= 0
    other = st.firms.contract[m, second] >= 0 or st.firms.mode[m] != Mode.absent
    return SECOND_LINE if lead and other else 1.0
