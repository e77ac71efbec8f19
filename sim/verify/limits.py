"""Extreme conditions: nothing, everything, nobody."""

from typing import Any

import numpy as np

from sim.model.columns import Happening
from sim.simulate import Run
from sim.verify.bench import EU, US, bench
from sim.verify.check import Found, check, near, need
from sim.verify.laboratory import Laboratory, advanced, shock, start, state_at
from sim.verify.learning import ALONE


def not_finite(run: Run) -> int:
    """Numbers in a run's tables that are not finite."""
    tables = (run.outcome, run.markets, run.vintages)
    return sum(int((~np.isfinite(table[name])).sum()) for table in tables for name in table.dtype.names or ())


def world(lab: Laboratory, **changed: Any) -> Run:
    """A run of the small world whose sectors differ so."""
    sectors = {name: {**one, **changed} for name, one in lab.content["sectors"].items()}
    return lab.simulate(lab.load_content({**lab.content, "sectors": sectors}), 0)


@check("X1", "all rates of learning 0: no technology flows", "limit")
def nothing_to_learn(lab: Laboratory) -> Found:
    """Recorded flows both ways in three runs with every rate at zero."""
    names = ("knowledge_to_chinese", "knowledge_to_multinational")
    return near([run.outcome[name].sum() for run in lab.runs(seeds=3, **ALONE) for name in names], 0.0, 0.0)


@check("X2", "no research: the frontier stands still", "limit")
def no_research(lab: Laboratory) -> Found:
    """Largest rise over 50 years of the best technology of the small world's first generation, nobody
    doing research.
    """
    scenario = lab.load_content(
        {**lab.content, "sectors": {name: {**one, "rd_intensity": 0} for name, one in lab.content["sectors"].items()}}
    )
    best = [state_at(scenario, quarter).firms.technology[:, 0].max() for quarter in (0, 50, 199)]
    return near(np.diff(best), 0.0, 0.0)


@check("X3", "a tariff of 1000 % ends direct exports", "limit")
def prohibitive_tariff(lab: Laboratory) -> Found:
    """Market share of a taxed exporter that has a fifth of the market without the tariff."""
    walls = [shock("tariff", origin="us", destination="eu", rate=5.0, start="1979Q1")] * 2
    return Found(float(state_at(bench(lab, *walls), 0).firms.share[0, EU]), 1e-3, 0.0, "<")


@check("X4", "a region without demand buys nothing and breaks nothing", "limit")
def no_market(lab: Laboratory) -> Found:
    """Expenditure and surplus there, and numbers that are not finite, over a run of the small world without the US
    market.
    """
    shares = {**next(iter(lab.content["sectors"].values()))["market_share"], "us": {1979: 0}}
    run = world(lab, market_share=shares)
    need(len(run.lives) > 0, "no partnerships")
    spent = [
        np.abs(run.markets[name][:, :, US]).max() for name in ("expenditure", "consumer_surplus", "tariff_revenue")
    ]
    return near([*spent, not_finite(run)], 0.0, 0.0)


@check("X5", "a single firm has u / (u + u_0) of its market", "logit demand")
def one_firm(lab: Laboratory) -> Found:
    """A multinational at home, where nobody else sells: appeal 1 against 0.05."""
    scenario = bench(lab, sector={"multinationals": {"us": 1}}, newcomer_abroad=0.0)
    return near(state_at(scenario, 0).firms.share[0, US], 1.0 / 1.05, 1e-12)


@check("X6", "no Chinese firms: no partnerships, finite numbers", "limit")
def no_chinese_firms(lab: Laboratory) -> Found:
    """Partnerships, and numbers that are not finite, in a run of the small world without Chinese firms and entrants."""
    run = world(lab, chinese={}, entrants=0)
    need(run.outcome["firms_multinational"].min() > 0, "no firms")
    return near([len(run.lives), run.outcome["firms_chinese"].max(), not_finite(run)], 0.0, 0.0)


@check("X7", "no multinationals: no partnerships, finite numbers", "limit")
def no_multinationals(lab: Laboratory) -> Found:
    """The same without multinationals."""
    run = world(lab, multinationals={}, access_holders=0)
    need(run.outcome["firms_chinese"].min() > 0, "no firms")
    return near([len(run.lives), run.outcome["firms_multinational"].max(), not_finite(run)], 0.0, 0.0)


@check("X8", "sides who know each other: no talks fail", "limit")
def no_doubt(lab: Laboratory) -> Found:
    """Ends by failed talks in eight runs at a doubt of one in a trillion; at the default there are some."""
    need(sum(run.outcome["ends_failed_talks"].sum() for run in lab.runs(seeds=8)) > 0, "none at the default either")
    failed = 0.0
    for seed in range(8):
        state = start(lab.scenario(), seed)
        certain = state._replace(parameters=state.parameters._replace(doubt=1e-12))
        failed += float(advanced(certain, len(state.outcome)).outcome["ends_failed_talks"].sum())
    return Found(failed, 0.0)


@check("X9", "prohibitive costs: no partnership is formed", "limit")
def costly(lab: Laboratory) -> Found:
    """Partnerships of four runs in which each kind costs the whole market per firm and more."""
    prices: dict[str, Any] = {
        "cost_market_access": 1.0,
        "governance": 1.0,
        "cost_spread": 0.0,
    }
    return Found(sum(len(run.lives) for run in lab.runs(**prices)), 0)


@check("X11", "a generation that never comes is never made", "limit")
def no_arrival(lab: Laboratory) -> Found:
    """Adoptions, adopters and demand in a run of the small world whose new generation arrives after its end."""
    later = [{"name": "old"}, {"name": "new", "arrival": "2100Q1", "midpoint": 2110, "width": 2}]
    run = world(lab, generations=later)
    adopted = (run.events["kind"] == Happening.generation_adoption).sum()
    return near(
        [adopted, run.vintages["adopters_chinese"][..., 1].max(), run.vintages["weight_home"][..., 1].max()], 0.0, 0.0
    )


@check("X12", "buyers who shun an origin: share below one in a million", "limit")
def shunned(lab: Laboratory) -> Found:
    """Share of a Chinese brand abroad in its first quarter at a perception of -20."""
    shun = shock("perception", origin="china", destination="us", shift=-20, start="1979Q1")
    return Found(float(state_at(bench(lab, shun), 0).firms.share[2, US]), 1e-6, 0.0, "<")
