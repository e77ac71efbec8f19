"""The ensemble that history is scored with: runs in memory, reduced to the metrics that scores need."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import FIRST_YEAR, Type
from sim.history.mapping import Place
from sim.scenario import Scenario
from sim.scenario.build import labels
from sim.simulate import simulate

TYPES = tuple(each.name for each in Type if each is not Type.none)  # the order of every probability in this package
PLAIN = (
    *(f"adoptions_{name}" for name in TYPES),
    *("active", "exits", "renegotiations", "technology_level", "new_generation_share"),
    *("chinese_share_home", "chinese_share_abroad", "market_home", "market_abroad"),
)
Floats = NDArray[np.float64]


class Ensemble(NamedTuple):
    """Runs of a world; N runs, T quarters from 1979Q1, S sectors, G generations."""

    sectors: tuple[str, ...]
    generations: tuple[tuple[str, ...], ...]
    metrics: dict[str, Floats]  # each [N, T, S]
    levels: Floats  # technology level of generations [N, T, S, G]
    draws: int = 1  # of parameters, taken in turn by the runs

    @property
    def last_year(self) -> int:
        """The last year run."""
        return FIRST_YEAR + self.levels.shape[1] // 4 - 1

    def rows(self, place: Place) -> list[int]:
        """Indices of the sectors of a place."""
        return [self.sectors.index(name) for name in place.sectors]

    def level(self, place: Place) -> Floats:
        """Technology level [N, T] of a place: of its generation if it names one, the mean of pooled sectors."""
        rows = self.rows(place)
        if place.generation is None:
            return self.metrics["technology_level"][..., rows].mean(-1)
        one = rows[0]
        return self.levels[..., one, self.generations[one].index(place.generation)]

    def draw(self, number: int) -> "Ensemble":
        """The runs of one draw, counted from 0."""
        own = slice(number, None, self.draws)
        return Ensemble(
            self.sectors, self.generations, {name: path[own] for name, path in self.metrics.items()}, self.levels[own]
        )

    def total(self, metric: str, place: Place, first: int, last: int) -> float:
        """Sum of a metric over runs, the sectors of a place, and the years from first to last, clipped to the run."""
        return float(self.metrics[metric][:, years(first, last)][..., self.rows(place)].sum())


def years(first: int, last: int) -> slice:
    """Quarters of the years first to last, both included."""
    return slice(max(0, (first - FIRST_YEAR) * 4), max(0, (last + 1 - FIRST_YEAR) * 4))


def quarter(year: float) -> int:
    """Quarter in which a dated value is read: a whole year shows its last quarter, a decimal year the one it is in."""
    return int((year - FIRST_YEAR) * 4) + (3 if year == int(year) else 0)


def run_worlds(
    draws: Sequence[Scenario], seeds: Sequence[int], workers: int, progress: Callable[[int], None] = lambda done: None
) -> Ensemble:
    """One run per seed. `draws`: the scenario under one or more draws of its parameters, taken in turn by the seeds.

    `progress` is called with the number of runs done. Threads suffice: the kernel releases the interpreter's lock.
    """
    names = labels(draws[0])
    pairs = [(draws[n % len(draws)], seed) for n, seed in enumerate(seeds)]
    done = [_reduced(*pairs[0])]  # compiled once, before threads share it
    with ThreadPoolExecutor(workers) as pool:
        for one in pool.map(lambda pair: _reduced(*pair), pairs[1:]):
            done.append(one)
            progress(len(done))
    metrics = {name: np.stack([plain[name] for plain, _ in done]) for name in PLAIN}
    return Ensemble(
        names.sectors, names.generations, metrics, np.stack([levels for _, levels in done]), min(len(draws), len(seeds))
    )


def _reduced(scenario: Scenario, seed: int) -> tuple[dict[str, Floats], Floats]:
    run = simulate(scenario, seed)
    return {name: run.outcome[name].copy() for name in PLAIN}, run.vintages["technology_level"].copy()
