"""The host's suppliers: what they make, what it is worth to whom, and what controls cut off and have made."""

from typing import Any

import numpy as np

from sim.machine.declare import Column
from sim.model.rules.bargaining import annuity
from sim.model.rules.base import ramped
from sim.model.rules.ecosystem import capacity_next, suppliers_next
from sim.model.rules.market import plant_rent
from sim.model.stages.assumed import PLANT_LEAD
from sim.verify.bench import EU, US, bench
from sim.verify.check import Found, check, near, need, rising
from sim.verify.laboratory import Laboratory, Shock, shock, state_at, steps
from sim.verify.market import EARLY

SLOPE, GROWTH, NEED, ALPHA = 2.0, 0.04, 0.4, 3.0
ABLE = 0.5**SLOPE  # what suppliers can make where Chinese technology is half of the frontier's: exp(-k ln 2)
CUT = 24  # quarter in which controls begin
LOSS = 0.5  # technology lost with inputs that nobody delivers
GIVEN: dict[str, Any] = {"ecosystem": SLOPE, "ecosystem_growth": GROWTH, "input_quality": LOSS}


def control(begin: str = "1985Q1", coverage: float = 1.0) -> Shock:
    """A control of all foreign technology from a quarter on."""
    return shock("export_control", origin="all", destination="china", coverage=coverage, start=begin)


def _path(lab: Laboratory, *shocks: Shock, quarters: int = 80, **changed: Any) -> tuple[Column, Column]:
    """Suppliers and technology of the Chinese firm after each quarter where nobody innovates or learns."""
    scenario = bench(lab, *shocks, sector={"foreign_inputs": NEED, "innovation": 0.0}, end=2005, **{**GIVEN, **changed})
    told = [(s.scratch.suppliers[0], s.firms.technology[2, 0]) for t, s in steps(scenario) if 0 <= t < quarters]
    return np.array(told).T[0], np.array(told).T[1]


@check("E1", "suppliers: e_t = T + (e_0 - T)(1 - g)^t; T = a, or 1 under a full cut", "design")
def suppliers_converge(lab: Laboratory) -> Found:
    """The rule iterated 200 quarters from four levels at three cuts."""
    found, expected = [], []
    for first in (0.0, 0.25, 0.6, 1.0):
        for cut in (0.0, 0.5, 1.0):
            suppliers, able = first, 0.25
            towards = able + (1.0 - able) * cut
            for t in range(1, 201):
                suppliers = suppliers_next(suppliers, able, cut, GROWTH)
                found.append(suppliers)
                expected.append(towards + (first - towards) * (1.0 - GROWTH) ** t)
    return near(found, expected, 1e-12)


@check("E2", "suppliers in a run: what they can make, e^(-k gap); all after a full cut", "design")
def suppliers_in_a_run(lab: Laboratory) -> Found:
    """The bench at half of the frontier's technology for 20 years, with a full control from the sixth on.

    No technology is lost with inputs here, so that what suppliers can make stays.
    """
    found, _ = _path(lab, control(), input_quality=0.0)
    since = np.clip(np.arange(80) - CUT + 1, 0, None)
    return near(found, 1.0 + (ABLE - 1.0) * (1.0 - GROWTH) ** since, 1e-12)


@check("E3", "a cut costs a level of technology, which comes back as suppliers grow", "Liu2025")
def level_loss(lab: Laboratory) -> Found:
    """Technology of the Chinese firm under a full control, against q r (1 - e_t) below what it was, for 14 years.

    Suppliers' growth is taken from the run; what they can make answers the loss.
    """
    suppliers, technology = _path(lab, control())
    lost = np.where(np.arange(80) >= CUT, LOSS * NEED * (1.0 - suppliers), 0.0)
    need(lost.max() > 0.1, "nothing was lost")
    found = technology - technology[0]
    # what is cut in a quarter is lost in that quarter's research, and what suppliers have made anew is found in it
    return near(found, -lost, 1e-12)


@check("P7a", "after a cut the gap widens at once and then narrows, while suppliers grow", "Liu2025")
def widens_then_narrows(lab: Laboratory) -> Found:
    """Technology of the Chinese firm 0, 4, 8 and 13 years after, smallest step; all below what it was before."""
    _, technology = _path(lab, control())
    after = technology[[CUT, CUT + 16, CUT + 32, CUT + 52]]
    need(after.max() < technology[CUT - 1] - 0.01, "the gap did not widen")
    return rising(after)


@check("P7b", "without local growth a cut is never made good", "limit")
def no_substitution(lab: Laboratory) -> Found:
    """Technology 13 years after a full control over that one quarter after it, suppliers standing still."""
    _, technology = _path(lab, control(), ecosystem_growth=0.0)
    need(technology[CUT] < technology[CUT - 1] - 0.1, "nothing was lost")
    return near(technology[CUT + 52] - technology[CUT], 0.0, 1e-12)


@check("E6", "market access keeps 1 - r of the cost advantage, a base 1 - r (1 - e)", "definition")
def cost_advantage_kept(lab: Laboratory) -> Found:
    """Log appeal of making in the host, over that without a cost advantage, over alpha times the advantage."""
    told = {}
    for advantage in (0.0, 0.3):
        paths = {"cost_advantage": {1979: advantage}}
        x = state_at(bench(lab, sector={"foreign_inputs": NEED}, paths=paths, **GIVEN), 4).scratch
        told[advantage] = np.log([x.kits[0, US], x.base_wage[0], x.wage[0]])
    kept = (told[0.3] - told[0.0]) / (ALPHA * 0.3)
    return near(kept, [1.0 - NEED, 1.0 - NEED * (1.0 - ABLE), 1.0], 1e-12)


@check("E7", "a base loses q z of quality where suppliers lack, a kit nothing", "definition")
def quality_lost(lab: Laboratory) -> Found:
    """Log appeal of a base and of kits at no cost advantage, with quality lost and without, over its weight."""
    told = []
    for lost in (LOSS, 0.0):
        x = state_at(bench(lab, sector={"foreign_inputs": NEED}, **{**GIVEN, "input_quality": lost}), 4).scratch
        told.append(np.log([x.base_wage[0], x.kits[0, US]]))
    return near((told[0] - told[1]) / 2.0, [-LOSS * NEED * (1.0 - ABLE), 0.0], 1e-12)


@check("E8", "a duty on parts hits what is imported: r of kits, r (1 - e) of a base", "definition")
def duty_on_parts(lab: Laboratory) -> Found:
    """Log appeal of kits and of a base under a tariff of one half, over that without; half of it hits parts."""
    told = []
    for rate in (0.5, 0.0):
        wall = shock("tariff", origin="us", destination="china", rate=rate, start="1979Q1")
        x = state_at(bench(lab, wall, sector={"foreign_inputs": NEED}, **GIVEN), 4).scratch
        told.append(np.log([x.kits[0, US], x.base_wage[0]]))
    paid = -0.5 * ALPHA * np.log(1.5)
    return near(told[0] - told[1], [NEED * paid, NEED * (1.0 - ABLE) * paid], 1e-12)


@check("E9", "a base's capacity: host sales over sales elsewhere, worn by w a quarter", "definition")
def capacity(lab: Laboratory) -> Found:
    """The rule iterated: at rest at the ratio of sales, falling as (1 - w)^t once nothing is sold in the host."""
    found, expected, level = [], [], 0.0
    for _ in range(3):
        level = capacity_next(level, 30.0, 100.0, 0.02)
        found.append(level)
        expected.append(0.3)
    for t in range(1, 20):
        level = capacity_next(level, 0.0, 100.0, 0.02)
        found.append(level)
        expected.append(0.3 * 0.98**t)
    return near(found, expected, 1e-12)


@check("E10", "rent over the horizon is the plant's price", "definition")
def rent_is_the_price(lab: Laboratory) -> Found:
    """Present value of a plant's rent on a year's sales of one, a quarter each, over the price, at three horizons."""
    found = [
        sum(0.97**k * plant_rent(cost, annuity(0.97, quarters)) * 0.25 for k in range(quarters)) / cost
        for cost in (0.2, 0.75)
        for quarters in (8, 32, 60)
    ]
    return near(found, 1.0, 1e-12)


@check("E11", "a plant grows into its market in 1 / rate quarters", "definition")
def plants_grow(lab: Laboratory) -> Found:
    """The rule before a plant works, in its first quarter, half-way, at the end and later, at a rate of 0.05."""
    return near([ramped(n, 0.05) for n in (-8.0, -1.0, 0.0, 9.0, 19.0, 60.0)], [0, 0, 0.05, 0.5, 1.0, 1.0], 1e-12)


@check("E12", "a plant in a run takes over its part of sales, quarter by quarter", "definition")
def plants_in_a_run(lab: Laboratory) -> Found:
    """Appeal of an American firm in Europe over that of shipping, from the quarter its plant was decided on.

    By hand: parts of the two logits' worths, shipping costing 0.08, after two years of building.
    """
    scenario = bench(lab, plant_cost=0.0, review_rate=1.0, hub_growth=0.1, newcomer_abroad=0.0)
    found, expected, before = [], [], 0.0
    for t, state in steps(scenario, EARLY):
        if 0 <= t < 30:
            share = state.firms.share[:, EU]
            found.append(float(share[0] / (1.0 - share.sum())) / _kept(before))
            part = min(max((t - PLANT_LEAD + 1) * 0.1, 0.0), 1.0)
            expected.append(1.0 - part + part * np.exp(ALPHA * 0.08))
            before = float(share[0])
            need(state.firms.plant[0, EU] == PLANT_LEAD, "no plant was begun")
    return near(np.array(found) / found[0], expected, 1e-9)


def _kept(share: float) -> float:
    """Appeal that a seller's markup leaves it, by the first-order condition."""
    return float(((1.0 + 1.0 / (ALPHA * (1.0 - share))) / (1.0 + 1.0 / ALPHA)) ** -ALPHA)


@check("E13", "the outside good keeps its share where the frontier meets its ceiling", "limit")
def outside_good_at_the_ceiling(lab: Laboratory) -> Found:
    """Its share at home of a lone multinational that innovates, before and long after it meets the ceiling."""
    alone = {"multinationals": {"us": 1}, "innovation": 0.3}
    scenario = bench(lab, sector=alone, room=0.5, share_speed=0.3, newcomer_abroad=0.0, end=2055)
    told = [1.0 - float(state_at(scenario, quarter).firms.share[0, US]) for quarter in (30, 150, 300)]
    return near(told[1:], told[0], 1e-6)
