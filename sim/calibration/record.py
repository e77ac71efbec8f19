"""What moments are taken from: runs of one point, reduced to a few metrics, and what partners taught in them."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import FIRST_YEAR, Kind
from sim.compiled import bundle
from sim.history.worlds import PLAIN, Ensemble
from sim.quarter import State, advance, begin, finish
from sim.scenario import Scenario
from sim.scenario.build import build, host, labels
from sim.simulate import EVENTS_A_FIRM, Run, collect, prepare, quietly

METRICS = (*PLAIN, "firms_multinational")
Floats = NDArray[np.float64]


class Lesson(NamedTuple):
    """For whom, and over which years, learning from partners is taken away in a second branch of the run."""

    sector: str
    first: int
    last: int


class Record(NamedTuple):
    """Runs of one point; `increments` [run]: share of the technology gained that partners taught; `uncapped` [quarter,
    sector]: whether foreign owners may hold all of a firm in the host."""

    ensemble: Ensemble
    increments: Floats
    uncapped: NDArray[np.bool_]

    @property
    def runs(self) -> int:
        return len(self.increments)

    def without(self, run: int) -> "Record":
        """All runs but one."""
        kept = [n for n in range(self.runs) if n != run]
        metrics = {name: values[kept] for name, values in self.ensemble.metrics.items()}
        ensemble = self.ensemble._replace(metrics=metrics, levels=self.ensemble.levels[kept])
        return self._replace(ensemble=ensemble, increments=self.increments[kept])


def record(scenario: Scenario, seeds: Sequence[int], lesson: Lesson | None) -> Record:
    """The runs of a scenario under some seeds."""
    names = labels(scenario)
    done = [_branched(scenario, seed, lesson) for seed in seeds]
    metrics = {name: np.stack([run.outcome[name] for run, _ in done]) for name in METRICS}
    levels = np.stack([run.vintages["technology_level"] for run, _ in done])
    ensemble = Ensemble(names.sectors, names.generations, metrics, levels)
    caps = build(scenario, seeds[0]).in_force.cap[..., host(scenario)]
    return Record(ensemble, np.array([increment for _, increment in done]), caps.min((2, 3)) >= 1.0)


def _branched(scenario: Scenario, seed: int, lesson: Lesson | None) -> tuple[Run, float]:
    """A run, and the increment of `lesson`: nan without one, or where the run ends before it."""
    inputs = build(scenario, seed)
    length = EVENTS_A_FIRM * len(inputs.firms.id)
    quarters = len(inputs.world.market)
    begins, ends = ((year - FIRST_YEAR) * 4 for year in ((lesson.first, lesson.last + 1) if lesson else (10**6, 10**6)))
    while True:
        state = prepare(inputs, host(scenario), seed, length)
        other, then, taught = None, np.empty(0), np.empty(0)
        columns = bundle(state)
        quietly(begin, columns)
        for t in range(quarters):
            if t == begins:
                other, then = _apart(state), state.scratch.composite.copy()
            quietly(advance, columns, t)
            if t == ends - 1:
                taught = state.scratch.composite.copy()
        quietly(finish, columns)
        if max(state.scratch.counts[:2]) <= length:
            break
        inputs, length = build(scenario, seed), length * 2
    run = collect(state)
    if other is None or lesson is None or not len(taught):
        return run, float("nan")
    branch = bundle(other)
    for t in range(begins, ends):
        quietly(advance, branch, t)
    pupils = _affiliated(run, state, labels(scenario).sectors.index(lesson.sector), host(scenario), begins, ends)
    pupils = pupils[(state.firms.active[pupils] > 0) & (other.firms.active[pupils] > 0)]
    gained, alone = taught[pupils] - then[pupils], other.scratch.composite[pupils] - then[pupils]
    return run, float(1.0 - alone.mean() / gained.mean()) if len(pupils) and gained.mean() > 0 else float("nan")


def _apart(state: State) -> State:
    """A copy of a run on its way, in which nobody learns from a partner any more. Inputs are shared."""
    logs = ("events", "lives", "event_time", "life_time")
    written = ("firms", "partnerships", "scratch", "now", "outcome", "markets", "vintages", *logs)
    copies = {name: copy.deepcopy(getattr(state, name)) for name in written}
    return state._replace(**copies, parameters=state.parameters._replace(partner_learning=0.0))


def _affiliated(run: Run, state: State, sector: int, home: int, begins: int, ends: int) -> NDArray[np.int64]:
    """Rows of the Chinese firms of a sector that had a partnership in the host between two quarters."""
    lives = run.lives
    here = (lives["sector"] == sector) & (lives["region"] == home) & (lives["start"] < ends)
    here &= (lives["end"] < 0) | (lives["end"] >= begins)
    rows = np.unique(lives["chinese"][here])
    return rows[state.firms.kind[rows] == Kind.chinese]
