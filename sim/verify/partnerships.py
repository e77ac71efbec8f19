"""Partnerships over time: review, renegotiation, ends, the band of inaction, trust, autonomy, hedges."""

from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import ks_1samp

from sim.columns import Happening, Trigger, Type
from sim.declare import Column
from sim.draws import gumbel
from sim.experiments.closed import veto_threshold
from sim.measures.survival import aalen_johansen
from sim.parameters import parameters
from sim.rules.governance import autonomy, dependence_cost, development_months, hedge_level, hold_up_cost
from sim.rules.review import trust_next
from sim.simulate import Run
from sim.verify.bench import bench
from sim.verify.check import Found, check, falling, near, need
from sim.verify.laboratory import Laboratory, shock, state_at, steps

COSTLESS: dict[str, Any] = {  # renegotiation that always succeeds, and ends for no other reason than value
    "renegotiation": 1.0, "clause_success": 1.0, "trust_start": 1.0, "trust_speed": 0, "listing_trust": 0,
    "balance_strain": 0, "exogenous_end": 0, "hysteresis": 1.0, "tolerance": 0,
}  # fmt: skip
TRANSFERABLE: dict[str, Any] = {  # all value is profit, which equity can move; forecasts are what the market pays
    "partner_learning": 0, "deployment": 0, "joint_speed": 0, "search_abroad": 0, "clause_share": 0,
    "second_line": "off", "expectations": "naive", "pass_on": "constant", "share_speed": 1.0,
}  # fmt: skip


def ends_of(runs: list[Run], *kinds: Happening) -> Column:
    """Events that end partnerships, other than by listing or a firm's end."""
    events = np.concatenate([run.events for run in runs])
    return events[np.isin(events["kind"], kinds) & (events["partnership"] != 0)]


def _given_up(runs: list[Run]) -> int:
    """Ends that a review decided."""
    found = ends_of(runs, Happening.dissolution, Happening.buyout_multinational, Happening.buyout_chinese)
    return int(np.isin(found["trigger"], (Trigger.surplus, Trigger.policy)).sum())


@check("T28a", "costless renegotiation: no partnership ends that is worth more than apart", "Coase1960")
def coase(lab: Laboratory) -> Found:
    """Ends with V > d_M + d_C in eight runs in which talks always succeed, no cap binds and all value is profit."""
    runs = lab.runs(seeds=8, **COSTLESS, **TRANSFERABLE)
    need(_given_up(runs) > 0, "nothing ended")
    return Found(float(sum(run.outcome["inefficient_exits"].sum() for run in runs)), 0.0)


@check("T28b", "rigid terms end more partnerships than costless talks", "Coase1960", slow=True)
def rigid_terms(lab: Laboratory) -> Found:
    """Ends decided in reviews of 16 runs at three chances that talks succeed, largest step from one to the next."""
    given = {**COSTLESS, "clause_share": 0}
    return falling(_given_up(lab.runs(seeds=16, **{**given, "renegotiation": chance})) for chance in (0.0, 0.5, 1.0))


@check("T28c", "adaptation clauses move ends from the rigid to the costless case", "Ernst2005", slow=True)
def clauses(lab: Laboratory) -> Found:
    """The same where talks succeed under a clause only, at three shares of contracts with one."""
    given = {**COSTLESS, "renegotiation": 0.0, "clause_cost": 0.0}
    return falling(_given_up(lab.runs(seeds=16, **{**given, "clause_share": share})) for share in (0.0, 0.5, 1.0))


CHANCE: dict[str, Any] = {  # nothing ends a partnership but chance
    "exogenous_end": 0.03, "tolerance": 1.0, "notice": 0, "patience": 80, "smallest_share": 0, "soft_budget": 20,
}  # fmt: skip


def _lives(lab: Laboratory, seeds: int) -> tuple[Column, Column, Column]:
    """Quarters at risk of ending by chance and whether it did, and when each partnership was signed."""
    lives = np.concatenate([run.lives for run in lab.runs(seeds=seeds, **CHANCE)])
    ended = lives["end"] >= 0
    last = np.where(ended, lives["end"], 200)
    return last - lives["start"], ended, lives["start"]


@check("T29a", "constant hazard: ends over quarters at risk are h", "geometric law")
def constant_hazard(lab: Laboratory) -> Found:
    """Twelve runs in which only chance, 0.03 a quarter, ends partnerships; tolerance three standard errors."""
    quarters, ended, _ = _lives(lab, 12)
    at_risk = (quarters - 1).clip(0).sum()  # from the quarter after signing; an end is carried out one quarter later
    hazard = 0.03
    return near(ended.sum() / at_risk, hazard, 3.0 * np.sqrt(hazard * (1.0 - hazard) / at_risk))


@check("T29b", "constant hazard: survival (1 - h)^t", "geometric law")
def survival(lab: Laboratory) -> Found:
    """Kolmogorov-Smirnov p of the lives of partnerships signed before 2000 in twelve runs, against the geometric law
    cut at 28 years.
    """
    quarters, ended, begun = _lives(lab, 12)
    horizon, hazard = 112, 0.03
    lived = (quarters - 1)[(begun <= 200 - horizon - 2) & ended & (quarters - 1 <= horizon)]
    need(len(lived) > 50, "few lives")
    spread = lived - (np.arange(len(lived)) + 0.5) / len(lived)  # evenly within the quarter: the law is discrete
    whole = 1.0 - (1.0 - hazard) ** horizon
    test = ks_1samp(spread, lambda t: (1.0 - (1.0 - hazard) ** np.clip(t, 0, horizon)) / whole)
    return Found(float(test.pvalue), 0.01, 0.0, ">")


@check("T30", "competing risks: incidence h1 / (h1 + h2 - h1 h2) (1 - ((1 - h1)(1 - h2))^T)", "AalenJohansen1978")
def competing_risks(lab: Laboratory) -> Found:
    """The estimator of the figures, fed a million lives in the proportions of two constant hazards, events and ends."""
    first, second, horizon, cases = 0.02, 0.03, 40, 1_000_000
    left = (1.0 - first) * (1.0 - second)
    quarters = np.arange(1, horizon + 1)
    chances = np.array([np.full(horizon, first), np.full(horizon, (1.0 - first) * second)]) * left ** (quarters - 1)
    counts = np.rint(cases * chances).astype(int).ravel()
    censored = cases - counts.sum()
    time = np.concatenate([np.repeat(np.tile(quarters, 2), counts), np.full(censored, horizon + 1)])
    cause = np.concatenate([np.repeat(np.repeat([1, 2], horizon), counts), np.zeros(censored, int)])
    found = aalen_johansen(time, cause, np.zeros(cases, int), 1, 2, horizon)[0][0, 0, 1:]
    expected = first / (first + second - first * second) * (1.0 - left**quarters)
    return near(found, expected, 2e-5)


@check("T31a", "band of inaction: gain / cost 1.37 at 10 % volatility, 5 % interest", "Dixit1994")
def real_option(lab: Laboratory) -> Found:
    """`hysteresis` at work against b / (b - 1), b the positive root of s^2 b (b - 1) / 2 = r."""
    root = brentq(lambda b: 0.5 * 0.1**2 * b * (b - 1.0) - 0.05, 1.0 + 1e-9, 100.0)
    return near(parameters()["hysteresis"].at_work, root / (root - 1.0), 0.005)


@check("T31b", "a wider band means fewer moves", "Dixit1994")
def wider_bands(lab: Laboratory) -> Found:
    """Plants built abroad in eight runs at three ratios of gain over cost, largest step from one to the next."""

    def built(ratio: float) -> int:
        states = [state_at(lab.scenario(hysteresis=ratio), 199, seed) for seed in range(8)]
        return sum(int((state.firms.plant[:, 1:] > 0).sum()) for state in states)

    return falling(built(ratio) for ratio in (1.0, 1.37, 3.0))


@check("T32", "less equity of a multinational with options, more frequent ends", "DhanarajBeamish2004", slow=True)
def equity_and_mortality(lab: Laboratory) -> Found:
    """Ends a quarter of host contracts below the median equity of the multinational at signing, over that above it."""
    lives = np.concatenate([run.lives for run in lab.runs(seeds=48)])
    host = lives[(lives["type_first"] != Type.globalize) & (lives["end_kind"] != Happening.severance)]
    years = np.where(host["end"] >= 0, host["end"], 200) - host["start"]
    low = host["equity_start"] < np.median(host["equity_start"])
    rates = [(host["end"][part] >= 0).sum() / years[part].sum() for part in (low, ~low)]
    return Found(float(rates[0] / rates[1]), 1.0, 0.0, ">")


@check("T34a", "trust of partners who keep promises: T_t = 1 + (T_0 - 1)(1 - w)^t", "Tomasello2017")
def trust_in_a_run(lab: Laboratory) -> Found:
    """A partnership that earns both sides something, from signing on, for ten years."""
    found = []
    scenario = bench(lab, sector={"multinationals": {"us": 1}}, partner="market_access", tolerance=1.0)
    for t, state in steps(scenario):
        if 0 <= t <= 40:
            need(t == 0 or state.firms.venture_income.min() >= 0.0, "a side lost")
            found.append(state.partnerships.trust.max())
    return near(found, 1.0 + (0.4 - 1.0) * 0.9 ** np.arange(41), 1e-12)


@check("T34b", "trust: T_t = x + (T_0 - x)(1 - w)^t", "Tomasello2017")
def trust_in_the_rule(lab: Laboratory) -> Found:
    """The rule iterated from 0.7 with promises kept, broken, and kept in part."""
    found, expected = [], []
    for kept in (0.0, 0.4, 1.0):
        trust = 0.7
        for t in range(1, 30):
            trust = trust_next(trust, kept, 0.15)
            found.append(trust)
            expected.append(kept + (0.7 - kept) * 0.85**t)
    return near(found, expected, 1e-12)


@check("T35a", "autonomy maximises what speed gains less what hold-up costs", "design")
def best_autonomy(lab: Laboratory) -> Found:
    """gain g - cost(g), the cost by its rule, maximised by SciPy for 12 pairs of gain and exposure."""
    pairs = [(gain, exposure) for gain in (0.05, 0.2, 0.525, 2.0) for exposure in (0.5, 1.0, 3.0)]

    def best(gain: float, exposure: float) -> float:
        told = minimize_scalar(
            lambda g: hold_up_cost(float(g), exposure, 1.0) - gain * g,
            bounds=(0, 1),
            method="bounded",
            options={"xatol": 1e-10},
        )
        return float(told.x)

    return near([autonomy(*pair, 1.0) for pair in pairs], [best(*pair) for pair in pairs], 1e-5)


@check("T35b", "shared vetoes lose once their delay exceeds slow (1 - 1 / (1 + v / 2)^2)", "design")
def shared_vetoes(lab: Laboratory) -> Found:
    """The delay at which half autonomy is as slow as none, by the rule, for three gains of speed."""
    gains, slow = (0.1, 0.2, 0.5), 45.0
    found = [
        brentq(
            lambda h, v=v: development_months(slow, 1 + v / 2, h, 0.5) - development_months(slow, 1.0, h, 0.0), 0, 40
        )
        for v in gains
    ]
    return near(found, [veto_threshold(slow, v) for v in gains], 1e-9)


@check("T36a", "the hedge minimises expected loss and cost: min(1, q L / c)", "design")
def best_hedge(lab: Laboratory) -> Found:
    """Cost by its rule, minimised by SciPy for 12 pairs of hazard and cost; without hazard no hedge."""
    pairs = [(hazard, cost) for hazard in (0.0, 0.01, 0.05, 0.3) for cost in (0.1, 0.5, 2.0)]

    def best(hazard: float, cost: float) -> float:
        told = minimize_scalar(
            lambda h: dependence_cost(hazard, 8.0, float(h), cost),
            bounds=(0, 1),
            method="bounded",
            options={"xatol": 1e-10},
        )
        return float(told.x)

    return near([hedge_level(q, 8.0, c) for q, c in pairs], [best(*pair) for pair in pairs], 1e-5)


@check("T36b", "no cut-off ever seen, no hedge", "limit")
def no_fear(lab: Laboratory) -> Found:
    """Largest hedge in runs whose firms do not learn from cut-offs; they do hedge when they learn."""
    listing = shock("entity_list", origin="china", destination="us", top=2, start="2008Q1")
    need(lab.run(listing).outcome["hedge"].max() > 0.0, "nobody hedges")
    return near(lab.run(listing, hazard_up=0).outcome["hedge"].max(), 0.0, 0.0)


def _chosen(difference: float, scale: float) -> float:
    """How often the first of two options is taken, `difference` better, over a grid of a million pairs of draws."""
    tastes = np.array([gumbel((n + 0.5) / 1000) for n in range(1000)])
    return float((difference + scale * tastes[:, None] > scale * tastes[None, :]).mean())


@check("X10a", "tastes make logit choices: P = 1 / (1 + exp(-difference / scale))", "McFadden1974")
def logit_choice(lab: Laboratory) -> Found:
    """Choices between two options under the Gumbel tastes of evenly spread draws, at three scales."""
    scales = (0.2, 0.5, 2.0)
    return near([_chosen(0.7, s) for s in scales], [1.0 / (1.0 + np.exp(-0.7 / s)) for s in scales], 2e-3)


@check("X10b", "without taste the best is chosen, with nothing else all alike", "limit")
def extreme_tastes(lab: Laboratory) -> Found:
    """Share that takes the better option at a scale of 0, then at one of a million."""
    return near([_chosen(0.7, 0.0), _chosen(0.7, 1e6)], [1.0, 0.5], 2e-3)
