"""Ceilings on imports: never passed, worth the duty or floor that lets in as much, nothing where they are wide."""

from typing import Any

import numpy as np

from sim.machine.compiled import bundle
from sim.machine.declare import Column
from sim.model.columns import Basis, Bound, Kind, Term
from sim.model.stages import State, to_review
from sim.scenario import Scenario
from sim.simulate import quietly
from sim.verify.bench import EU, HOST
from sim.verify.check import Found, check, near, need, rising
from sim.verify.laboratory import TURMOIL, Laboratory, Shock, advanced, bytes_apart, shock, start, state_at, steps

IN_FORCE = 104  # 2005Q1
MOTORS, PARTS = 0, 1
AT_ONCE: dict[str, Any] = {"share_speed": 1.0}  # buyers do not wait
NO_HUBS: dict[str, Any] = {**AT_ONCE, "cost_hub": 1.0}  # what is sent does not depend on what licences cost


def _ceiling(share: float, **keys: Any) -> Shock:
    """A ceiling on goods of the host in the EU."""
    given: Shock = {"sectors": "traded", "origin": "china", "destination": "eu", "start": "2005Q1", **keys}
    return shock("quota", share=share, **given)


def _came(state: State, r: int, size: Column) -> tuple[Column, Column]:
    """Goods that came to a region this quarter: (made in the host, sent from multinationals' homes) [firm]."""
    x, multinational = state.scratch, state.firms.kind == Kind.multinational
    finished = (state.firms.active > 0) & (x.bound[:, r] != Bound.powered)  # parts need no licence
    here = np.where(finished, size[:, r] * x.host_made[:, r], 0.0)
    sent = size[:, r] * (1.0 - x.host_made[:, r]) * x.shipped[:, r]
    return here, np.where(finished & multinational & (x.bound[:, r] < Bound.given), sent, 0.0)


def _made_in_host(state: State, s: int) -> float:
    """Share of the EU's market that goods made in the host tend to."""
    return float(_came(state, EU, state.scratch.target)[0][state.firms.sector == s].sum())


def _price(state: State, s: int) -> float:
    """Price of a licence for goods of the host in the EU."""
    kept = state.scratch.licensed[s, Term.now, Basis.made, HOST, EU]
    return float(kept ** (-1.0 / state.sectors.price_elasticity[s]) - 1.0)


def _traded(scenario: Scenario, seed: int) -> State:
    """The state once the markets of a ceiling's first quarter are over."""
    state = advanced(start(scenario, seed), IN_FORCE)
    quietly(to_review, bundle(state), IN_FORCE)
    return state


@check("Q1", "a licence costs what makes the odds of buying an import those of the ceiling", "Bhagwati1965")
def price_of_a_licence(lab: Laboratory) -> Found:
    """Price in the first quarter of a ceiling, against the one by hand from the share that imports tend to without it,
    in two sectors, four runs and under ceilings of 2 and 10 %; buyers move at once, and no base works for the world.
    """
    found, expected = [], []
    for seed in range(4):
        free = state_at(lab.scenario(**NO_HUBS), IN_FORCE, seed)
        need(not free.firms.orientation.any(), "a base works for the world")
        for ceiling in (0.02, 0.1):
            bound = state_at(lab.scenario(_ceiling(ceiling), **NO_HUBS), IN_FORCE, seed)
            for s in (MOTORS, PARTS):
                share = _made_in_host(free, s)
                need(share > ceiling, "the ceiling is wide")
                odds = share / (1.0 - share) * (1.0 - ceiling) / ceiling
                found += [_price(bound, s), _made_in_host(bound, s)]
                expected += [odds ** (1.0 / free.sectors.price_elasticity[s]) - 1.0, ceiling]
    return near(found, expected, 1e-10)


@check("Q2", "a ceiling sells and pays as the floor, or sold as the duty, of its licence", "Bhagwati1965")
def equivalence(lab: Laboratory) -> Found:
    """Every firm's share, duty, rent and profit in the EU's first quarter under a ceiling of 5 %: with licences given,
    against a minimum price of their price; sold, against a duty of it. Two sectors, four runs, buyers move at once.
    """
    found: list[float] = []
    expected: list[float] = []
    for seed in range(4):
        for sold, kind, size in ((0.0, "minimum_price", "premium"), (1.0, "tariff", "rate")):
            bound = _traded(lab.scenario(_ceiling(0.05, auctioned=sold), **AT_ONCE), seed)
            priced = [
                shock(kind, sectors=name, origin="china", destination="eu", start="2005Q1", **{size: _price(bound, s)})
                for s, name in enumerate(("motors", "parts"))
            ]
            other = _traded(lab.scenario(*priced, **AT_ONCE), seed)
            paid = "duty" if sold else "rent"
            need(getattr(bound.scratch, paid)[:, EU].max() > 0.0, "nobody pays")
            for one, all_of in ((bound, found), (other, expected)):
                shares, paid_to = one.firms.share[:, EU], getattr(one.scratch, paid)[:, EU]
                all_of += [*shares, *paid_to, *one.firms.profit]
    return near(found, expected, 1e-9)


@check("Q3", "no quarter's imports are above a ceiling", "design")
def never_above(lab: Laboratory) -> Found:
    """Largest share above a ceiling, over two runs under every other instrument, of goods made in the host, and of
    goods from the United States by owner, one ceiling falling, the other with a third of partners' goods exempt.
    """
    ceilings = (
        _ceiling(0.2, start="1990Q1"),
        _ceiling(0.05, start="2000Q1"),
        _ceiling(0.04, basis="owner", origin="us", start="1985Q1"),
        _ceiling(0.03, destination="us", start="1995Q1", end="2012Q4", exempts=1 / 3),
    )
    over, met = [], 0
    for seed in (0, 1):
        for t, state in steps(lab.scenario(*ceilings, *TURMOIL), seed):
            for s in (MOTORS, PARTS) if t >= 0 else ():
                here, sent = (part * (state.firms.sector == s) for part in _came(state, EU, state.firms.share))
                american = state.firms.home == 1
                limits = state.now.quota[s, :, HOST, EU].min(), state.now.owner_quota[s, :, 1, EU].min()
                for limit, held in zip(limits, (here.sum(), ((here + sent) * american).sum()), strict=True):
                    if limit < 1.0:
                        over.append(held - limit)
                        met += abs(held - limit) < 1e-12
    need(met > 100, f"{met} quarters at a ceiling")
    return Found(float(max(over)), 1e-12, 0.0, "<")


@check("Q4", "a ceiling above what is imported changes no byte", "definition")
def wide_ceiling(lab: Laboratory) -> Found:
    """Bytes of two runs with a ceiling of 99.9 % beside a duty of 20 %, against the duty alone."""
    duty = shock("tariff", sectors="traded", origin="china", destination="eu", rate=0.2, start="2005Q1")
    wide = _ceiling(0.999, auctioned=0.5)
    return Found(sum(bytes_apart(lab.run(duty, seed=k), lab.run(duty, wide, seed=k)) for k in (0, 1)), 0)


@check("Q5", "the tighter a ceiling, the larger the rent on each unit that is let in", "Bhagwati1965")
def tighter_is_dearer(lab: Laboratory) -> Found:
    """Rent over sales of goods made in the host, in the first quarter of ceilings of 20, 10, 5, 2 and .5 %, a duty of
    20 % being paid; two runs.
    """
    duty = shock("tariff", sectors="traded", origin="china", destination="eu", rate=0.2, start="2005Q1")

    def rent(ceiling: float) -> float:
        states = [state_at(lab.scenario(duty, _ceiling(ceiling), **AT_ONCE), IN_FORCE, seed) for seed in (0, 1)]
        return float(np.mean([_rent_of_unit(state) for state in states]))

    return rising(rent(ceiling) for ceiling in (0.2, 0.1, 0.05, 0.02, 0.005))


def _rent_of_unit(state: State) -> float:
    x = state.scratch
    sold = _came(state, EU, state.firms.share)[0] * x.expenditure[state.firms.sector, EU]
    return float(np.where(sold > 0.0, x.rent[:, EU], 0.0).sum() / sold.sum())
