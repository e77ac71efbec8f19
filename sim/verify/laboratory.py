"""A laboratory for the kernel: a small world in its own folder, scenarios made of shocks, runs kept and compared.

The checks of this package and the tests work in it: 3 sectors of 14 firms each in 4 regions over 50 years, a run of
which takes some hundredths of a second.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from sim.machine.compiled import bundle
from sim.model.parameters import parameters
from sim.model.stages import State, advance, begin
from sim.scenario import Scenario, load
from sim.scenario.build import Inputs, build, host
from sim.simulate import EVENTS_A_FIRM, Run, prepare, quietly, simulate

Shock = dict[str, Any]

SHARES = {"china": {1979: 0.05, 2000: 0.15, 2015: 0.3}, "us": {1979: 0.4}, "eu": {1979: 0.35}, "row": {1979: 0.2}}


def sector(**changes: Any) -> dict[str, Any]:
    """A sector of 6 multinationals and 8 Chinese firms, like cars in 1979 but quicker to catch up."""
    return {
        "quality_sensitivity": 2.0,
        "price_elasticity": 3.0,
        "innovation": 0.03,
        "absorption": 0.16,
        "rd_intensity": 0.055,
        "start_level": 0.3,
        "entry_rate": 0.05,
        "market": {1979: 100, 2000: 200, 2028: 400},
        "market_share": SHARES,
        "generations": [{"name": "old"}],
        "multinationals": {"us": 3, "eu": 3},
        "chinese": {"state": 3, "private": 5},
        "entrants": 4,
        **changes,
    }


NEW = {"name": "new", "arrival": "1998Q1", "midpoint": {"china": 2008, "default": 2012}, "width": 2}
SECTORS = {
    "motors": sector(generations=[{"name": "old"}, NEW]),
    "parts": sector(absorption=0.2, access_holders=0.5, cost_advantage=1.4, reserved_demand=0.3),
    "services": sector(tradable=0, start_level=0.5),
}
WORLD: dict[str, Any] = {
    "schema": 1,
    "name": "world",
    "title": "Small world",
    "host": "china",
    "end": 2028,
    "regions": {"china": {"label": "China"}, "us": {}, "eu": {}, "row": {}},
    "groups": {"traded": ["motors", "parts"]},
    "paths": {
        "cost_advantage": {1979: 0.42, 2003: 0.42, 2015: 0.132, 2028: 0.25},
        "floor": {1990: 0.0, 2010: 1.0},
        "chinese_speed": {1979: 1.0, 2015: 1.35},
        "distribution_rights": {1979: 0.0, 1992: 0.0, 2005: 1.0},
    },
    "sectors": SECTORS,
    # every mechanism at work, the rest as in the shipped world, so that all types of partnership occur
    "parameters": {
        **{name: p.written(p.at_work) for name, p in parameters().items() if p.on is not None},
        "complementarity": 0.3,
        "ecosystem": 1.5,
        "cost_market_access": 0.04,
        "cost_wholly_owned": 0.05,
        "governance": 0.06,
        "search": 0.12,
    },
}


def shock(kind: str, **keys: Any) -> Shock:
    """A shock to all sectors, unless it says otherwise."""
    return {"kind": kind, "sectors": "all", **keys}


LISTING = shock("entity_list", origin="china", destination="us", top=2, start="2008Q1", end="2014Q4")
TURMOIL: tuple[Shock, ...] = (  # every instrument at once, so that invariants are tried under stress
    shock("ownership_cap", destination="china", max_foreign_equity=0.49, start="1979Q1", end="2001Q4"),
    shock("ownership_cap", destination="china", mandate=0.3, start="1990Q1", end="2015Q4"),
    shock("sole_entry_friction", destination="china", size=0.05, start="1979Q1", end="1999Q4"),
    shock("tariff", sectors="traded", origin="china", destination="us", rate=0.5, announce="1998Q1", start="2000Q1",
          end="2005Q4", retaliation={"rate": 0.3, "lag": 2}),
    shock("tariff", sectors="traded", basis="owner", origin="china", destination="eu", rate=0.3, start="2010Q1"),
    shock("export_control", origin="us", destination="china", coverage=0.8, over_compliance=0.3, announce="2003Q1",
          start="2004Q1", ramp=6),
    LISTING,
    shock("entity_list", destination="eu", firms=["motors-c01", "services-c02"], start="2009Q1"),
    shock("screening", origin="china", destination="all", block=0.5, delay=2, start="2005Q1"),
    shock("data_regime", destination="china", ip=0.5, localisation_cost=0.02, start="2012Q1"),
    shock("subsidy", origin="china", target="rd", rate=0.5, start="2002Q1"),
    shock("subsidy", origin="eu", target="production", rate=0.1, start="2006Q1"),
    shock("perception", origin="china", destination="us", shift=-2, start="2013Q1"),
    shock("compliance", origin="us", destination="china", cost=0.1, start="2011Q1"),
    shock("local_content", sectors="traded", destination="china", share=0.8, start="1995Q1"),
    shock("demand", sectors="motors", destination="eu", change=-1, start="2016Q1", end="2016Q4"),
    shock("supply", sectors="parts", origin="china", change=-1, start="2020Q1", end="2020Q3"),
    shock("generation", sectors="parts", name="digital", start="2010Q1", ramp=40),
)  # fmt: skip


RECORDS = ("outcome", "markets", "vintages", "events", "lives", "firm_ids")


def differing(a: Run, b: Run) -> list[str]:
    """Names of the records of two runs that differ in some byte."""
    return [name for name in RECORDS if getattr(a, name).tobytes() != getattr(b, name).tobytes()]


def bytes_apart(a: Run, b: Run) -> int:
    """How many bytes of two runs' records differ; all of a record whose length differs."""
    apart = 0
    for name in RECORDS:
        one, other = (np.frombuffer(getattr(run, name).tobytes(), np.uint8) for run in (a, b))
        apart += int((one != other).sum()) if len(one) == len(other) else max(len(one), len(other))
    return apart


def until(run: Run, quarter: int) -> Run:
    """What a run wrote down before a quarter."""
    lives = run.lives[(run.lives["end"] >= 0) & (run.lives["end"] < quarter)]
    events = run.events[run.events["quarter"] < quarter]
    cut = {name: getattr(run, name)[:quarter] for name in ("outcome", "markets", "vintages")}
    return run._replace(**cut, events=events, lives=lives, firm_ids=np.empty(0))


def of_sector(run: Run, number: int) -> Run:
    """What a run wrote down about one sector; rows of firms are left as they are."""
    cut = {name: getattr(run, name)[:, number] for name in ("outcome", "markets", "vintages")}
    own = {name: getattr(run, name)[getattr(run, name)["sector"] == number] for name in ("events", "lives")}
    return run._replace(**cut, **own, firm_ids=np.empty(0))


class Laboratory:
    """Writes scenario files into one folder, loads and runs them; equal requests are answered from memory.

    content: of the small world's file, to make others from.
    """

    content = WORLD

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = count()
        self.world(WORLD)
        self.load = cache(self._load)
        self.simulate = cache(simulate)

    def world(self, content: Mapping[str, Any], name: str = "world") -> Path:
        """A world file, in a folder of its own unless it is the small world itself."""
        folder = self.folder if name == "world" else self.folder / name
        folder.mkdir(exist_ok=True)
        path = folder / "world.yaml"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def _load(self, text: str) -> Scenario:
        path = self.folder / f"scenario_{next(self.written)}.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    def scenario(self, *shocks: Shock, base: str = "world", end: int | None = None, **parameters: Any) -> Scenario:
        """The small world with shocks (ids are given to them) and parameters."""
        content: dict[str, Any] = {"schema": 1, "title": "A test", "extends": base, "parameters": parameters}
        content["shocks"] = [{"id": f"shock_{n}", **shock} for n, shock in enumerate(shocks)]
        if end is not None:
            content["end"] = end
        return self.load_content(content)

    def load_content(self, content: Mapping[str, Any]) -> Scenario:
        """The scenario of a file's content."""
        return self.load(json.dumps(content))

    def run(self, *shocks: Shock, seed: int = 0, **changes: Any) -> Run:
        return self.simulate(self.scenario(*shocks, **changes), seed)

    def runs(self, *shocks: Shock, seeds: int = 4, **changes: Any) -> list[Run]:
        return [self.run(*shocks, seed=seed, **changes) for seed in range(seeds)]

    def inputs(self, *shocks: Shock, seed: int = 0, **changes: Any) -> Inputs:
        return build(self.scenario(*shocks, **changes), seed)


def start(scenario: Scenario, seed: int = 0) -> State:
    """The state before the first quarter."""
    inputs = build(scenario, seed)
    state = prepare(inputs, host(scenario), seed, 3 * EVENTS_A_FIRM * len(inputs.firms.id))
    quietly(begin, state)
    return state


def advanced(state: State, quarters: int) -> State:
    """A state that has not begun, after its first quarters; what it held is written over."""
    columns = bundle(state)
    for t in range(quarters):
        quietly(advance, columns, t)
    return state


def steps(scenario: Scenario, seed: int = 0) -> Iterator[tuple[int, State]]:
    """Steps a run quarter by quarter: -1 before the first quarter, then each quarter once it is over."""
    state = start(scenario, seed)
    columns = bundle(state)
    yield -1, state
    for t in range(len(state.outcome)):
        quietly(advance, columns, t)
        yield t, state


def state_at(scenario: Scenario, quarter: int, seed: int = 0) -> State:
    """The state once a quarter is over."""
    return advanced(start(scenario, seed), quarter + 1)
