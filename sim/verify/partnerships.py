"""Partnerships over time: review, renegotiation, ends, trust, autonomy, hedges."""

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import ks_1samp

from sim.machine.declare import Column
from sim.machine.draws import gumbel
from sim.measures.survival import aalen_johansen
from sim.model.columns import Happening, Trigger, Type
from sim.model.rules.governance import autonomy, dependence_cost, hedge_level, hold_up_cost
from sim.model.rules.review import trust_next
from sim.model.stages.assumed import NOTICE
from sim.simulate import Run
from sim.verify.bench import bench
from sim.verify.check import Found, check, falling, near, need, rising
from sim.verify.laboratory import Laboratory, shock, steps

CERTAIN: dict[str, Any] = {  # talks that always succeed where there is something to share, and no end but for value
    "doubt": 0.001, "exogenous_end": 0,
}  # fmt: skip


def ends_of(runs: list[Run], *kinds: Happening) -> Column:
    """Events that end partnerships, other than by listing or a firm's end."""
    events = np.concatenate([run.events for run in runs])
    return events[np.isin(events["kind"], kinds) & (events["partnership"] != 0)]


def _given_up(runs: list[Run]) -> int:
    """Ends that a review decided."""
    found = ends_of(runs, Happening.dissolution, Happening.buyout_multinational, Happening.buyout_chinese)
    return int(np.isin(found["trigger"], (Trigger.surplus, Trigger.policy)).sum())


def _rate(runs: list[Run]) -> float:
    """Ends decided in reviews, over partnerships in force."""
    return _given_up(runs) / float(sum(run.outcome["active"].sum() for run in runs))


@check("T28b", "doubt ends partnerships that costless talks keep", "Coase1960", slow=True)
def doubt_ends_partnerships(lab: Laboratory) -> Found:
    """Ends decided in reviews over partnerships in force, of 16 runs at three doubts, smallest step."""
    return rising(_rate(lab.runs(seeds=16, **{**CERTAIN, "doubt": doubt})) for doubt in (0.001, 0.3, 2.0))


@check("T28c", "whoever asks sooner for new terms renegotiates more often", "Blodgett1992")
def claims_renegotiate(lab: Laboratory) -> Found:
    """Renegotiations over partnerships in force, of eight runs at three gains that a side claims, largest step."""

    def rate(least: float) -> float:
        runs = lab.runs(seeds=8, claim=least)
        told = [sum(run.outcome[name].sum() for run in runs) for name in ("renegotiations", "active")]
        return float(told[0] / told[1])

    return falling(rate(least) for least in (0.0, 0.2, 1.0))


CHANCE: dict[str, Any] = {  # nothing ends a partnership but chance
    "exogenous_end": 0.03, "review_rate": 0, "patience": 80, "soft_budget": 20, "overhead": 0,
}  # fmt: skip


def _lives(lab: Laboratory, seeds: int) -> tuple[Column, Column, Column]:
    """Quarters at risk of ending by chance and whether it did, and when each partnership was signed.

    Chance gives notice: what it decides in the last quarters is not seen to end.
    """
    lives = np.concatenate([run.lives for run in lab.runs(seeds=seeds, **CHANCE)])
    ended = lives["end"] >= 0
    decided = np.where(ended, lives["end"], 199) - NOTICE
    return (decided - lives["start"]).clip(0), ended, lives["start"]


@check("T29a", "constant hazard: ends over quarters at risk are h", "geometric law")
def constant_hazard(lab: Laboratory) -> Found:
    """Twelve runs in which only chance, 0.03 a quarter, ends partnerships; tolerance three standard errors."""
    quarters, ended, _ = _lives(lab, 12)
    at_risk = quarters.sum()
    hazard = 0.03
    return near(ended.sum() / at_risk, hazard, 3.0 * np.sqrt(hazard * (1.0 - hazard) / at_risk))


@check("T29b", "constant hazard: survival (1 - h)^t", "geometric law")
def survival(lab: Laboratory) -> Found:
    """Kolmogorov-Smirnov p of the lives of partnerships signed before 2000 in twelve runs, against the geometric law
    cut at 28 years.
    """
    quarters, ended, begun = _lives(lab, 12)
    horizon, hazard = 112, 0.03
    lived = quarters[(begun <= 199 - NOTICE - horizon) & ended & (quarters <= horizon)]
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
    scenario = bench(lab, sector={"multinationals": {"us": 1}}, partner="market_access", cost_market_access=0.0)
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


@check("T35", "autonomy maximises what speed gains less what hold-up costs", "design")
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
    return near(lab.run(listing, hazard_speed=0).outcome["hedge"].max(), 0.0, 0.0)


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
