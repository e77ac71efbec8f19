"""What both sides have in a region abroad: alone, selling a Chinese brand, powering the other's, or from a hub."""

from typing import NamedTuple

from sim.machine.compiled import stage, step
from sim.model.columns import Route, Type, Way
from sim.model.rules.bargaining import openness
from sim.model.rules.market import rent_kept
from sim.model.stages.assumed import HUB_PRESENCE, OPENNESS_IN_LAG
from sim.model.stages.market import fixed_cost, rent
from sim.model.stages.offers import (
    Abroad,
    abroad_by_chinese,
    abroad_by_multinational,
    hub_part,
    lender_keeps,
    local_part,
    partner_way,
    powered_offer,
    pull_with,
)
from sim.model.stages.state import State
from sim.model.stages.values import CHOSEN, Pair, Worth, dependence, offer_worth, rivals_of


@stage
def world_worth(st: State, t: int, m: int) -> float:
    """Value of turning the base in the host to the world: exports, speed and lessons, less its cost; present value.

    Only a base that the multinational runs, alone or in co-innovation, can work for the world.
    """
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    full = firms.capacity[m]
    flow = 0.0
    for r in range(st.world.market.shape[2]):
        if r == st.host or powered_there(st, m, r):
            continue
        works = local_part(st, t, m, r)
        rivals = rivals_of(st, s, m, r, r)
        flow += earned_abroad(st, s, r, abroad_by_multinational(st, t, m, r, works, full, True), rivals)
        flow -= earned_abroad(st, s, r, abroad_by_multinational(st, t, m, r, works, 0.0, True), rivals)
    quicker = 0.25 * st.sectors.innovation[s] * p.hub_speed * x.usable[s]
    nearer = 0.25 * p.spillover * (1.0 - p.spillover_distance) * HUB_PRESENCE
    lesson = nearer * max(x.best_chinese[s] - x.composite[m], 0.0)
    cost = p.cost_hub * min(full, 1.0) * firms.cost_scale[m] * x.unit[s]
    cost += st.now.localisation_cost[s, st.host] * x.unit[s]
    return st.annuity * (flow - cost) + st.ramp * (quicker + lesson) * x.gain[m]


@step
def powered_there(st: State, m: int, r: int) -> bool:
    """Whether a multinational's line abroad runs on a partner's technology."""
    q = st.firms.contract[m, r]
    return q >= 0 and st.partnerships.route[q] == Route.power


@stage
def earned_abroad(st: State, s: int, r: int, offer: Abroad, rivals: float) -> float:
    """Profit a quarter of an offer abroad, duties paid and rents earned."""
    earned, sales = offer_worth(st, s, r, offer.appeal, rivals)
    return earned * (1.0 - offer.duty) + rent_kept(offer.rent, earned, sales)


@stage
def openness_abroad(st: State, m: int, c: int, r: int, pair: Pair) -> float:
    """Openness of a globalising contract: a shorter lag against what both sides learn from each other."""
    p, x, s = st.parameters, st.scratch, st.firms.sector[m]
    shorter = p.transfer_lag * max(p.trust_end - pair.trust, 0.0) * OPENNESS_IN_LAG
    gain = x.sensitivity[s] * shorter * x.earned[m, r] * st.annuity
    leak = (pair.to_chinese * pair.leak + pair.to_multinational * x.gain[c]) * st.ramp
    return openness(p.openness_most, gain, leak, p.ip_openness * st.now.ip[s, r], st.now.mandate[s, st.host, r])


class Placed(NamedTuple):
    """A contract's offer abroad where it is best made: profit and sales a quarter, appeal, place."""

    profit: float
    sales: float
    appeal: float
    place: int


@stage
def best_placed(st: State, s: int, r: int, shipped: Abroad, local: Abroad, rivals: float, only: int) -> Placed:
    """Made in the host and shipped, or in the region in a plant that pays rent; `only`: a place that is given."""
    sent, sent_sales = offer_worth(st, s, r, shipped.appeal, rivals)
    there, there_sales = offer_worth(st, s, r, local.appeal, rivals)
    sent = sent * (1.0 - shipped.duty) + rent_kept(shipped.rent, sent, sent_sales)
    there -= rent(st, s, Type.globalize, r) * there_sales
    local_only = st.sectors.tradable[s] <= 0.0 or only == r
    if local_only or (only == CHOSEN and there > sent):
        return Placed(there, there_sales, local.appeal, r)
    return Placed(sent, sent_sales, shipped.appeal, st.host)


@stage
def abroad_worth(
    st: State, t: int, m: int, c: int, r: int, route: int, pair: Pair, own: Abroad, tau: float, place: int
) -> Worth:
    """Worth of globalising in a region, against what both sell there without it; openness and place may be CHOSEN.

    The lender's loss when its partner sells, and the own offers given up, are in the sides; `own` is as of
    `own_abroad`.
    """
    x, s = st.scratch, st.firms.sector[m]
    total, ramp = st.annuity, st.ramp
    opened = openness_abroad(st, m, c, r, pair) if tau == CHOSEN else tau
    side_m = opened * ramp * (pair.to_multinational * x.gain[m] - pair.to_chinese * pair.leak)
    side_c = opened * ramp * pair.to_chinese * x.gain[c]
    if route == Route.sell:
        pulled, rivals = pull_with(st, m, c, r), rivals_of(st, s, c, r, r)
        shipped = abroad_by_chinese(st, c, r, pulled, 0.0, partner_way(st, s), True)
        local = abroad_by_chinese(st, c, r, pulled, 1.0, partner_way(st, s), True)
        sold = best_placed(st, s, r, shipped, local, rivals, place)
        others = rivals_of(st, s, m, r, r) - x.appeal[c, r] + sold.appeal
        kept, sold_still = offer_worth(st, s, r, own.appeal * lender_keeps(st), others)
        side_m += (kept * (1.0 - own.duty) + rent_kept(own.rent, kept, sold_still)) * total
        side_c -= dependence(st, c) * max(sold.profit, 0.0) * total
    else:
        rivals = rivals_of(st, s, m, r, r)
        shipped = powered_offer(st, t, m, c, r, 0.0, pair.trust, opened, True)
        local = powered_offer(st, t, m, c, r, 1.0, pair.trust, opened, True)
        sold = best_placed(st, s, r, shipped, local, rivals, place)
        side_m -= dependence(st, m) * max(sold.profit, 0.0) * total
    profit = sold.profit - fixed_cost(st, m, s, Type.globalize, r, pair.trust, 0.0)
    value = total * profit + side_m + side_c
    return Worth(profit, sold.sales, side_m, side_c, opened, 0.0, sold.place, value)


@stage
def own_abroad(st: State, t: int, m: int, r: int) -> Abroad:
    """What a multinational offers in a region of its own, as announced."""
    return abroad_by_multinational(st, t, m, r, local_part(st, t, m, r), hub_part(st, m), True)


@stage
def alone_abroad(st: State, t: int, m: int, c: int, r: int, route: int, own: Abroad) -> tuple[float, float]:
    """What both sides have in a region without a contract: (multinational, Chinese firm), present values."""
    firms, s = st.firms, st.firms.sector[m]
    rivals = rivals_of(st, s, m, r, r)
    hers = 0.0
    if route == Route.sell:
        chinese = abroad_by_chinese(st, c, r, firms.pull[c, r], local_part(st, t, c, r), Way.from_host, True)
        hers = earned_abroad(st, s, r, chinese, rivals_of(st, s, c, r, r)) * st.annuity
        rivals += chinese.appeal - st.scratch.appeal[c, r]
    return earned_abroad(st, s, r, own, rivals) * st.annuity, hers
