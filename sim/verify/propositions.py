"""Seven propositions on a bench of three firms: an American, a European and a Chinese one."""

from typing import Any, NamedTuple

import numpy as np

from sim.machine.compiled import bundle
from sim.model.columns import Happening, Mode, Route, Type
from sim.model.stages import State
from sim.model.stages.abroad import world_worth
from sim.model.stages.deals import Deal, abroad_deal, enter, enter_abroad, host_deal
from sim.model.stages.offers import venture_product
from sim.model.stages.review import weigh_review
from sim.model.stages.values import strangers
from sim.scenario import Scenario
from sim.simulate import simulate
from sim.verify.bench import EU, HOST, bench, in_mode, with_firms
from sim.verify.check import Found, check, falling, near, need, rising
from sim.verify.laboratory import Laboratory, Shock, advanced, shock, start, state_at

REST = 40  # a quarter by which markets are at rest
AMERICAN, EUROPEAN, CHINESE = 0, 1, 2
AT_WORK: dict[str, Any] = {  # mechanisms that the propositions are about, at their defaults
    "complementarity": 0.5, "input_quality": 0.5, "procurement_margin": 0.22, "shared_customers": 0.35,
    "share_speed": 0.3, "plant_cost": 0.35,
}  # fmt: skip


class Place(NamedTuple):
    """Where three firms meet: what the propositions vary."""

    gap: float = 0.7  # technology, multinationals' less the Chinese firm's, log
    name: float = 0.25  # pull of multinationals in the host
    abroad: float = 0.05  # pull of the Chinese firm abroad
    reserved: float = 0.0  # part of host demand
    need: float = 0.3  # inputs that come from abroad where nobody makes them in the host
    slope: float = 0.0  # fall of what local suppliers can make with the gap


def meeting(lab: Laboratory, place: Place, *shocks: Shock, sector: Any = None, **changed: Any) -> Scenario:
    """The bench at such a place; production in the host is 0.3 cheaper, log."""
    goods = {"start_level": float(np.exp(-place.gap)), "reserved_demand": place.reserved}
    goods |= {"foreign_inputs": place.need, **(sector or {})}
    given = {"newcomer": place.name, "newcomer_abroad": place.abroad, "ecosystem": place.slope, **AT_WORK, **changed}
    return bench(lab, *shocks, sector=goods, paths={"cost_advantage": {1979: 0.3}}, **given)


def _unit(state: State) -> float:
    """Present value of the market per firm."""
    return float(state.scratch.unit[0] * state.annuity)


def in_host(lab: Laboratory, place: Place, kind: Type, **changed: Any) -> tuple[float, Deal]:
    """What the American and the Chinese firm together gain by a contract in the host, in markets per firm; the deal."""
    state = state_at(meeting(lab, place, **changed), REST)
    columns = bundle(state)
    own = enter(columns, REST, AMERICAN, HOST)
    pair = strangers(columns, AMERICAN, CHINESE, kind)
    deal = host_deal(columns, REST, AMERICAN, CHINESE, HOST, kind, own, pair)
    return float(deal.gain_m + deal.gain_c) / _unit(state), deal


def abroad(lab: Laboratory, place: Place, *shocks: Shock, **changed: Any) -> tuple[float, Deal]:
    """The same of the European firm selling the Chinese brand in Europe."""
    state = state_at(meeting(lab, place, *shocks, **changed), REST)
    columns = bundle(state)
    own = enter_abroad(columns, REST, EUROPEAN, EU)
    pair = strangers(columns, EUROPEAN, CHINESE, Type.globalize)
    deal = abroad_deal(columns, REST, EUROPEAN, CHINESE, EU, Route.sell, own, pair)
    return float(deal.gain_m + deal.gain_c) / _unit(state), deal


def surpluses(lab: Laboratory, place: Place, quarters: tuple[int, ...], **changed: Any) -> list[float]:
    """What a venture of 1979 is worth over what both have apart, in markets per firm, as time goes by; no reviews."""
    found = []
    for quarter in quarters:
        state = state_at(meeting(lab, place, **{"partner": "market_access", "end": 2005, **changed}), quarter)
        rows = np.flatnonzero(state.partnerships.active)
        need(len(rows) == 1, "the venture ended")
        w = weigh_review(bundle(state), quarter, int(rows[0]))
        found.append(float(w.now.value - w.apart.multinational - w.apart.chinese) / _unit(state))
    return found


@check("P1a", "a partnership lives if and only if its value exceeds both outside options", "Coase1960")
def lives_while_worth_it(lab: Laboratory) -> Found:
    """Ventures of six fixed costs among twelve Chinese firms, reviewed each quarter without doubt for ten years.

    Whether one ends, against whether V less both options of the same venture without reviews falls below zero.
    """
    costs, wrong, ended = (0.0, 0.03, 0.06, 0.12, 0.25, 0.5), 0, 0
    crowd: dict[str, Any] = {"sector": {"chinese": {"private": 12}}, "partner": "market_access"}
    crowd |= {"complementarity": 0.0, "governance": 1.0}  # developing together never pays
    for cost in costs:
        given = {**crowd, "cost_market_access": cost}
        run = simulate(meeting(lab, Place(), review_rate=1.0, doubt=0.001, end=1990, **given), 0)
        over = surpluses(lab, Place(), tuple(range(1, 42, 4)), **given)
        gone = bool((run.lives["end"] >= 0).any())
        wrong += gone != (min(over) < 0.0)
        ended += gone
    need(0 < ended < len(costs), f"{ended} of {len(costs)} ended")
    return Found(wrong, 0)


@check("P1b", "market access needs a technology gap and an access wedge", "Bai2025")
def gap_and_wedge(lab: Laboratory) -> Found:
    """Joint gain with both; and without a gap, without a wedge and without either its negative: all above zero."""
    both, one, other, none = (
        in_host(lab, Place(gap=gap, name=name), Type.market_access)[0]
        for gap, name in ((0.7, 0.25), (-0.35, 0.25), (0.7, 1.0), (-0.35, 1.0))
    )
    return Found(min(both, -one, -other, -none), 0.0, 0.0, ">")


@check("P2a", "learnable technology obsolesces a venture", "Vernon1971; Bai2025")
def technology_obsolesces(lab: Laboratory) -> Found:
    """Surplus over both options 2, 5, 10 and 20 years after signing where the partner learns, largest step."""
    told = surpluses(lab, Place(), (8, 20, 40, 80), partner_learning=0.05, ip_openness=0.3)
    return falling(told)


@check("P2b", "learnable access makes the multinational better off alone, year by year", "Vernon1971")
def access_obsolesces(lab: Laboratory) -> Found:
    """What it has alone in the host 2, 4, 8 and 12 years after signing, where it wins its venture's buyers."""
    given: dict[str, Any] = {"learnable_access": 0.8, "sector": {"customer_turnover": 0.25, "tradable": 0}}
    told = []
    for quarter in (9, 17, 33, 49):
        state = state_at(meeting(lab, Place(), partner="market_access", end=2005, **given), quarter)
        told.append(float(enter(bundle(state), quarter, AMERICAN, HOST).d_m) / _unit(state))
    return rising(told)


@check("P2c", "where neither is learnt, a venture stays worth what it is", "limit")
def nothing_obsolesces(lab: Laboratory) -> Found:
    """Surplus 20 years after signing less that after ten, neither technology nor access being learnt."""
    told = surpluses(lab, Place(), (40, 80))
    return near(told[1] - told[0], 0.0, 1e-3)


@check("P2d", "terms move before ends", "Vernon1971; ReuerArino2002")
def terms_move_first(lab: Laboratory) -> Found:
    """Quarters from first new terms to the end of a venture whose partner learns, reviewed each quarter."""
    scenario = meeting(
        lab, Place(gap=0.9), partner="market_access", end=2020, review_rate=1.0, doubt=0.02, partner_learning=0.05
    )
    events = simulate(scenario, 0).events
    new = events["quarter"][np.isin(events["kind"], (Happening.renegotiation, Happening.conversion))]
    ends = (Happening.dissolution, Happening.buyout_multinational, Happening.buyout_chinese)
    gone = events["quarter"][np.isin(events["kind"], ends) & (events["partnership"] != 0)]
    need(len(new), "terms never moved")
    last = gone.min() if len(gone) else 165
    return Found(float(last - new.min()), 0.0, 0.0, ">")


GAPS = (0.7, 0.35, 0.0, -0.35)


@check("P3a", "a lost lead costs a venture its surplus", "Vernon1971")
def lost_lead(lab: Laboratory) -> Found:
    """Joint gain of market access at four gaps, from a lead to a lag, largest step."""
    return falling(in_host(lab, Place(gap=gap), Type.market_access)[0] for gap in GAPS)


@check("P3b", "less where demand is reserved", "Guobanfa2025")
def reserved_keeps(lab: Laboratory) -> Found:
    """Joint gain of market access at a lost lead and three parts of demand reserved, smallest step."""
    places = (Place(gap=-0.2, name=0.5, reserved=part) for part in (0.0, 0.3, 0.6))
    return rising(in_host(lab, place, Type.market_access)[0] for place in places)


@check("P4a", "what developing together adds peaks near parity", "design")
def co_innovation_peaks(lab: Laboratory) -> Found:
    """Gap, of thirteen from 0.6 to -0.6, at which what both add to the better technology is worth most."""
    gaps = np.linspace(0.6, -0.6, 13)
    added = [
        in_host(lab, Place(gap=float(gap)), Type.co_innovation)[0]
        - in_host(lab, Place(gap=float(gap)), Type.co_innovation, complementarity=0.0)[0]
        for gap in gaps
    ]
    return near(gaps[int(np.argmax(added))], 0.0, 0.1)


@check("P4b", "co-innovation is made at an own base's cost, market access at that of kits", "definition")
def local_cost(lab: Laboratory) -> Found:
    """Appeal of co-innovation without a joint gain over market access of the same pair, in logs, by hand."""
    place = Place(need=0.4, slope=2.0)
    state = state_at(meeting(lab, place, complementarity=0.0), REST)
    columns = bundle(state)
    co, access = (
        venture_product(columns, REST, AMERICAN, CHINESE, kind, 0.5, 0.4).appeal
        for kind in (Type.co_innovation, Type.market_access)
    )
    imported = 0.4 * (1.0 - np.exp(-2.0 * 0.7))
    shipping = -0.5 * 3.0 * 0.08  # of parts, log appeal
    expected = (0.4 - imported) * (3.0 * 0.3 - shipping) - 2.0 * 0.5 * imported
    return near(np.log(co / access), expected, 1e-9)


@check("P4c", "co-innovation pays near parity with suppliers, not behind without", "design")
def co_innovation_lasts(lab: Laboratory) -> Found:
    """Joint gain of co-innovation at parity with suppliers, and its negative at a gap without: both above zero."""
    near_parity, _ = in_host(lab, Place(gap=0.0), Type.co_innovation)
    behind, _ = in_host(lab, Place(gap=0.7, name=0.5, slope=4.0), Type.co_innovation)
    return Found(min(near_parity, -behind), 0.0, 0.0, ">")


@check("P5a", "globalising needs a Chinese lead", "design")
def lead_to_globalise(lab: Laboratory) -> Found:
    """Joint gain of selling a Chinese brand in Europe at a lead of 0.3, and its negative at a lag of 0.3."""
    ahead, _ = abroad(lab, Place(gap=-0.3))
    behind, _ = abroad(lab, Place(gap=0.3))
    return Found(min(ahead, -behind), 0.0, 0.0, ">")


@check("P5b", "and scarce access abroad: the better known, the less a partner adds", "design")
def scarce_access(lab: Laboratory) -> Found:
    """The same at a lead of 0.3 and four pulls of the brand abroad, largest step."""
    return falling(abroad(lab, Place(gap=-0.3, abroad=pull))[0] for pull in (0.05, 0.2, 0.6, 1.0))


@check("P5c", "duties shift shipping to local production", "Blonigen2002")
def duties_shift(lab: Laboratory) -> Found:
    """Where the brand would be made under four European tariffs on Chinese goods: host first, region last."""
    places = []
    for rate in (0.0, 0.1, 0.5, 1.0):
        wall = shock("tariff", origin="china", destination="eu", rate=rate, start="1979Q1")
        places.append(int(abroad(lab, Place(gap=-0.3), wall)[1].worth.place))
    need(places[0] == HOST and places[-1] == EU, f"made in {places}")
    return Found(float(np.diff(places).min()), -1e-9, 0.0, ">")


def _hub(lab: Laboratory, place: Place) -> float:
    """Worth of turning an own base in the host to the world, in markets per firm."""
    state = in_mode(start(meeting(lab, place)), AMERICAN, Mode.wholly_owned)
    advanced(state, REST)
    plant = state.firms.plant.copy()
    plant[AMERICAN, HOST] = 0
    return float(world_worth(bundle(with_firms(state, plant=plant)), REST - 1, AMERICAN)) / _unit(state)


@check("P6a", "hubs follow the ecosystem: worth more, the more local suppliers can make", "design")
def hubs_follow(lab: Laboratory) -> Found:
    """Worth of a hub at a gap of 0.7 and five falls of what suppliers can make with it, from steep to none."""
    return rising(_hub(lab, Place(name=0.5, slope=slope)) for slope in (8.0, 4.0, 2.0, 1.0, 0.0))


@check("P6b", "and only where inputs are made locally", "design")
def no_inputs_no_hub(lab: Laboratory) -> Found:
    """Worth of a hub where suppliers make all, and its negative where inputs are needed that nobody makes."""
    made, lacking = (_hub(lab, Place(name=0.5, need=0.9, slope=slope)) for slope in (0.0, 8.0))
    return Found(min(made, -lacking), 0.0, 0.0, ">")


@check("P6c", "late: as the gap closes", "design")
def hubs_come_late(lab: Laboratory) -> Found:
    """Worth of a hub at four gaps from 1.0 to none, smallest step."""
    return rising(_hub(lab, Place(gap=gap, name=0.5, need=0.6, slope=2.0)) for gap in (1.0, 0.6, 0.3, 0.0))
