"""Technology: gaps, flips, ceilings, absorptive capacity, and new generations."""

from typing import Any

import numpy as np
from scipy.optimize import brentq

from sim.machine.declare import Column
from sim.model.columns import Happening
from sim.model.rules.capability import absorptive, catch_up
from sim.model.stages.assumed import ABSORPTION_HALF
from sim.scenario import Scenario
from sim.verify.bench import bench
from sim.verify.check import Found, check, falling, near, need, rising, worst
from sim.verify.laboratory import Laboratory, shock, state_at, steps

ROOM = 20.0  # the bench's distance from the first frontier to the ceiling
YEARLY, PACE = 0.2, 0.08  # rate of catching up, and of innovation, of the growing bench
SATED: dict[str, Any] = {"rd_floor": 1.0}  # with the floor below absorptive capacity is at its bound, to ten digits
FULL = 1.0 + ABSORPTION_HALF  # that bound, over what research at the reference absorbs
FLOOR = {"floor": {1979: 1e10}}  # over reference research; the null model takes nothing of it
LATE = {"generations": [{"name": "old"}, {"name": "new", "arrival": "1980Q1", "midpoint": 2100, "width": 2}]}


def growing(
    lab: Laboratory, speed: float, rate: float = YEARLY, *shocks: Any, end: int = 2030, **changed: Any
) -> Scenario:
    """One multinational and one Chinese firm that innovate without luck, the latter `speed` times as fast."""
    sector = {"innovation": PACE, "absorption": rate, "multinationals": {"us": 1}, **changed.pop("sector", {})}
    paths = {"chinese_speed": {1979: speed}, **FLOOR}
    return bench(lab, *shocks, sector=sector, paths=paths, end=end, ambient=1.0, **changed)


def gaps(scenario: Scenario, quarters: int) -> Column:
    """Gap of the first multinational to the first Chinese firm after each quarter."""
    place = 1
    return np.array(
        [s.firms.technology[0, 0] - s.firms.technology[place, 0] for t, s in steps(scenario) if 0 <= t < quarters]
    )


def gap_law(first: float, n: Any, speed: float, rate: float) -> Any:
    """Closed form of the gap n quarters on, with the ceiling: both innovate less as the frontier nears it.

    G_n = G_0 (1 - l)^n + g (1 - v) ((1 - g / C)^n - (1 - l)^n) / (l - g / C); for C without bound the law in T1.
    """
    g, left = 0.25 * PACE, 1.0 - 0.25 * rate
    shrinks = 1.0 - g / ROOM
    return first * left**n + g * (1.0 - speed) * (shrinks**n - left**n) / (shrinks - left)


@check("T1a", "gap law: G_t = G* + (G_0 - G*)(1 - l)^t, G* = (g_F - g_i) / l", "Griffith2004")
def gap_law_of_the_rule(lab: Laboratory) -> Found:
    """The rule of catching up, iterated 200 times with constant growth on both sides."""
    rate, lead, gap, found = 0.05, 0.004, 1.2, []
    for _ in range(200):
        gap += lead - catch_up(rate, gap)
        found.append(gap)
    n = np.arange(1, 201)
    return near(found, lead / rate + (1.2 - lead / rate) * (1.0 - rate) ** n, 1e-12)


@check("T1b", "the gap in a run follows the law, with its ceiling", "Griffith2004; Foster1986")
def gap_law_of_a_run(lab: Laboratory) -> Found:
    """A follower that innovates at 0.8 of the leader's pace and catches up by a fifth a year, over 50 years.

    It does so much research that it absorbs all that it can, 1.05 of what the reference would.
    """
    found = gaps(growing(lab, 0.8, **SATED), 200)
    return near(found, gap_law(found[0], np.arange(200), 0.8, FULL * YEARLY), 1e-10)


ALONE: dict[str, Any] = {  # what firms know, nobody else learns, and partners change nothing else
    "ambient": 0, "spillover": 0, "partner_learning": 0, "hub_speed": 0, "entry": 0, "rd_elasticity": 0,
}  # fmt: skip


@check("T2a", "without learning partnerships move no technology, to the byte", "limit")
def no_learning(lab: Laboratory) -> Found:
    """The small world to 1997 with all spillovers off and research that pays alike at any scale, with search and
    without.
    """
    found = 0
    for seed in range(3):
        with_them, without = (
            state_at(lab.scenario(end=1997, patience=80, **ALONE, **search), 75, seed)
            for search in (dict[str, Any](), {"search": 0})
        )
        need(with_them.partnerships.active.any() and not without.partnerships.active.any(), "no partnerships")
        found += int((with_them.firms.technology != without.firms.technology).sum())
    return Found(found, 0)


@check("T2b", "without learning the gap is G_0 + t (g_F - g_i)", "limit")
def gap_without_learning(lab: Laboratory) -> Found:
    """A run of the growing bench at a rate of zero, against the sum of growth differences under its ceiling."""
    found = gaps(growing(lab, 0.8, 0.0), 200)
    return near(found, gap_law(found[0], np.arange(200), 0.8, 0.0), 1e-10)


def flip(scenario: Scenario, quarters: int = 200) -> float:
    """Quarters after the first until the Chinese firm leads; inf if it never does."""
    behind = gaps(scenario, quarters) >= 0.0
    return float("inf") if behind.all() else float(np.argmin(behind))


@check("T3a", "flip time: the root of the gap law", "Griffith2004")
def flip_time(lab: Laboratory) -> Found:
    """First quarter in which a follower that innovates 1.35 times as fast leads, against the law's root by SciPy."""
    scenario = growing(lab, 1.35, **SATED)
    first = gaps(scenario, 1)[0]
    return near(flip(scenario), np.ceil(brentq(lambda n: gap_law(first, n, 1.35, FULL * YEARLY), 0, 200)), 0.0)


@check("T3b", "flip time without learning: G_0 / (g_c - g_m)", "limit")
def flip_time_without_learning(lab: Laboratory) -> Found:
    """The same at a rate of zero; the ceiling is in the law solved."""
    scenario = growing(lab, 1.35, 0.0)
    first = gaps(scenario, 1)[0]
    return near(flip(scenario), np.ceil(brentq(lambda n: gap_law(first, n, 1.35, 0.0), 0, 400)), 0.0)


@check("T3c", "no flip if g_c <= g_m: the gap stays above zero", "limit")
def no_flip_of_the_slower(lab: Laboratory) -> Found:
    """Smallest gap over 50 years of a follower that innovates as fast as the leader and catches up besides."""
    return Found(float(gaps(growing(lab, 1.0), 200).min()), 0.0, 0.0, ">")


def _alone(lab: Laboratory, place: str, leader: float, row: int) -> Column:
    """Technology, over the start, of the only firm that sells, whose research is half above the reference."""
    alone = {"multinationals": {"us": 1}, "innovation": 0.2, "start_level": 1.0,
             "market_share": {each: {1979: float(each == place)} for each in ("china", "us", "eu")}}  # fmt: skip
    half = shock("subsidy", origin=place, target="rd", rate=0.5, start="1979Q1")
    given: dict[str, Any] = {"rd_elasticity": 0.3, "room": 4.0, "outside_share": 0.0, "newcomer_abroad": 0.0}
    scenario = bench(lab, half, sector=alone, leader=leader, end=2020, **given)
    found = np.array([state.firms.technology[row, 0] for t, state in steps(scenario) if 0 <= t < 160])
    return found - found[0]


@check("T4a", "S-curve: a_t = a_0 + C - C (1 - psi r^gamma / C)^t", "Foster1986")
def s_curve(lab: Laboratory) -> Found:
    """For 40 years a Chinese firm spends one and a half times the reference on research; the ceiling is 4 above its
    start. The multinational is far behind and sells nothing. The outside good keeps two in a hundred thousand of the
    market: that is the tolerance.
    """
    return near(_alone(lab, "china", -5.0, 1), 4.0 - 4.0 * (1.0 - 0.05 * 1.5**0.3 / 4.0) ** np.arange(160), 2e-5)


@check("T4b", "the largest multinational's research sets the pace: r = 1, whatever its size", "design")
def pace_of_the_leader(lab: Laboratory) -> Found:
    """The same of a lone multinational: all are measured by the largest, or superstars would outrun the trend."""
    return near(_alone(lab, "us", 0.0, 0), 4.0 - 4.0 * (1.0 - 0.05 / 4.0) ** np.arange(160), 1e-9)


def _learnt(lab: Laboratory, rate: float) -> tuple[float, float, float]:
    """In the first quarter of a partnership at full openness: gap before, closure, recorded flow to the
    Chinese firm.
    """
    open_door = shock("ownership_cap", destination="china", mandate=1.0, start="1979Q1")
    sector = {"absorption": YEARLY, "multinationals": {"us": 1}}
    given: dict[str, Any] = {"ambient": 1.0, "partner_learning": rate, **SATED}
    scenario = bench(lab, open_door, sector=sector, paths=FLOOR, partner="market_access", **given)
    before, after = gaps(scenario, 2)
    state = state_at(scenario, 1)
    return float(before), float(before - after), float(state.partnerships.flow_to_chinese.max())


@check("T5a", "closure of the gap is linear in lambda_P", "Bai2025")
def partner_learning_is_linear(lab: Laboratory) -> Found:
    """Closure beyond ambient spillover at four rates, against rate x openness 1 x trust 0.4 x gap, fully absorbed."""
    found = [_learnt(lab, rate) for rate in (0.0, 0.01, 0.02, 0.05)]
    gap = found[0][0]
    expected = [FULL * r * 0.4 * gap for r in (0, 0.01, 0.02, 0.05)]
    return near([closed - found[0][1] for _, closed, _ in found], expected, 1e-12)


@check("T5b", "share from the partner: lesson over lesson and ambient", "Bai2025")
def share_from_the_partner(lab: Laboratory) -> Found:
    """Recorded flow over the whole closure, against the two rates by hand."""
    rate = 0.05
    _, closed, flow = _learnt(lab, rate)
    return near(flow / closed, rate * 0.4 / (rate * 0.4 + 0.25 * YEARLY), 1e-9)


@check("T6a", "absorptive capacity is 0 without research, 1 at the reference, and rises", "CohenLevinthal1990")
def absorptive_capacity_rises(lab: Laboratory) -> Found:
    """The rule at both points for three half-saturations, then its smallest step over a grid of research."""
    halves = (0.05, 0.5, 2.0)
    at = [near([absorptive(0.0, half), absorptive(1.0, half)], [0.0, 1.0], 1e-12) for half in halves]
    return worst([*at, *(rising(absorptive(rd, half) for rd in np.linspace(0, 3, 61)) for half in halves)])


@check("T6b", "absorptive capacity is concave", "CohenLevinthal1990")
def absorptive_capacity_is_concave(lab: Laboratory) -> Found:
    """Largest change of slope over the same grid."""
    return worst(falling(np.diff([absorptive(rd, half) for rd in np.linspace(0, 3, 61)])) for half in (0.05, 0.5, 2.0))


@check("T6c", "no research, nothing learnt from abroad or from partners", "CohenLevinthal1990")
def no_research_no_learning(lab: Laboratory) -> Found:
    """Technology that flowed either way in the small world, nobody doing research, bases next door teaching nothing."""
    world = {
        **lab.content,
        "sectors": {name: {**one, "rd_intensity": 0} for name, one in lab.content["sectors"].items()},
    }
    run = lab.simulate(lab.load_content({**world, "parameters": {**world["parameters"], "spillover_distance": 0}}), 0)
    need(len(run.lives) > 0, "no partnerships")
    flows = [run.outcome[name].sum() for name in ("knowledge_to_chinese", "knowledge_to_multinational")]
    return near(flows, 0.0, 0.0)


def _delayed(lab: Laboratory, support: float) -> float:
    faster = shock("subsidy", origin="us", target="rd", rate=support, start="1979Q1")
    floor = shock("subsidy", origin="china", target="rd", rate=1.0, start="1979Q1")
    return flip(growing(lab, 1.35, 0.02, faster, floor, end=2040, rd_elasticity=0.3), 240)


@check("T7a", "faster foreign innovation delays the flip", "Kobrin1987")
def faster_leaders_delay(lab: Laboratory) -> Found:
    """Smallest delay, in quarters, from one size of an American research subsidy to the next."""
    return rising(_delayed(lab, support) for support in (0.0, 0.2, 0.4, 0.6))


@check("T7b", "the flip never comes once foreign innovation is as fast", "Kobrin1987")
def fast_leaders_stay(lab: Laboratory) -> Found:
    """Flips by 2040 when the subsidy makes up for the Chinese firm's speed."""
    return Found(float(np.isfinite(_delayed(lab, 5.0))), 0.0)


def _wait(lab: Laboratory, distance: float) -> float:
    """Mean quarters that 400 firms, this far behind one leader, take to adopt a generation; 0.2 at the frontier."""
    sector = {"multinationals": {"us": 1, "eu": 400}, **LATE}
    firms = {"technology": -distance}
    scenario = bench(lab, sector=sector, firm=firms, leader=0.0, end=2040, windows="on", adoption_rate=0.2)
    events = lab.simulate(scenario, 1).events
    adopted = events[(events["kind"] == Happening.generation_adoption) & (events["multinational"] > 0)]
    need(len(adopted) == 400, "not all adopted")
    return float((adopted["quarter"] - 4 + 1).mean())


@check("T8a", "wait for a generation at the frontier: mean 1 / pi_0", "Landini2017")
def wait_at_the_frontier(lab: Laboratory) -> Found:
    """400 equal firms in one run; tolerance three standard errors of a geometric mean."""
    return near(_wait(lab, 0.0), 5.0, 3.0 * np.sqrt(0.8) / 0.2 / 20.0)


@check("T8b", "wait twice the half-distance behind: four times as long", "Landini2017")
def wait_behind_the_frontier(lab: Laboratory) -> Found:
    """The same firms 3.0 behind a leader, where 1.5 halves the chance."""
    return near(_wait(lab, 3.0), 20.0, 3.0 * np.sqrt(0.95) / 0.05 / 20.0)


def _entered(lab: Laboratory, **changed: Any) -> Column:
    """Technology [firm, generation] of four unequal firms in the new generation's first quarter."""
    sector = {"multinationals": {"us": 2, "eu": 2}, **LATE}
    firms = state_at(bench(lab, sector=sector, alike=False, adoption_rate=1.0, **changed), 60).firms
    need(firms.adopted[:4].all(), "not adopted")
    return firms.technology[:4].copy()


@check("T9a", "without a window nobody's place changes in a new generation", "Landini2017")
def no_window(lab: Laboratory) -> Found:
    """Technology in the new generation less that in the old, of firms that differ, with windows off."""
    technology = _entered(lab)
    need(np.ptp(technology[:, 0]) > 0.01, "the firms do not differ")
    return near(technology[:, 1] - technology[:, 0], 0.0, 0.0)


@check("T9b", "in a full window all start alike", "Landini2017")
def full_window(lab: Laboratory) -> Found:
    """Spread of the same firms in the new generation when all old technology is lost."""
    technology = _entered(lab, windows="on", lock_in_incumbent=1.0)
    return near(np.ptp(technology[:, 1]), 0.0, 1e-12)
