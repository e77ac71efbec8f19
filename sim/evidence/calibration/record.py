"""What moments are taken from: runs of one point, reduced to a few metrics, and what partners taught in them."""

import copy
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history.worlds import PLAIN, Ensemble
from sim.kernel import kernel
from sim.machine.compiled import bundle
from sim.model.columns import FIRST_YEAR, Kind
from sim.model.stages import State
from sim.scenario import Scenario
from sim.scenario.build import build, host, labels
from sim.simulate import Run, quietly, simulate, stepped

METRICS = (*PLAIN, "firms_multinational", "largest_chinese")
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

    def apart(self, away: Collection[str]) -> "Record":
        """All sectors but some."""
        old = self.ensemble
        kept = [n for n, name in enumerate(old.sectors) if name not in away]
        ensemble = Ensemble(
            tuple(old.sectors[n] for n in kept),
            tuple(old.generations[n] for n in kept),
            {name: values[..., kept] for name, values in old.metrics.items()},
            old.levels[:, :, kept],
            old.drawn,
        )
        return self._replace(ensemble=ensemble, uncapped=self.uncapped[:, kept])


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
    if lesson is None:
        return simulate(scenario, seed), float("nan")
    begins, ends = ((year - FIRST_YEAR) * 4 for year in (lesson.first, lesson.last + 1))
    branches: list[State] = []
    levels: dict[int, Floats] = {}

    def look(state: State, t: int) -> None:
        if t in (begins - 1, ends - 1):
            levels[t] = state.scratch.composite.copy()
        if t == begins - 1:
            branches[:] = [_apart(state)]

    run, state = stepped(scenario, seed, look)
    if ends - 1 not in levels:
        return run, float("nan")
    then, taught, other = levels[begins - 1], levels[ends - 1], branches[0]
    branch = bundle(other)
    for t in range(begins, ends):
        quietly(kernel(scenario.rules).advance, branch, t)
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
