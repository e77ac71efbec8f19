"""The ensemble that history is scored with: runs in memory, reduced to the metrics that scores need."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history.mapping import Place
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR, Type
from sim.scenario import Scenario
from sim.scenario.build import labels
from sim.simulate import on_threads, simulate

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
    drawn: tuple[int, ...] = ()  # by run, which draw of parameters it took; empty: all took one

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
        return self.vintages(place)[..., self.generation(place)]

    def generation(self, place: Place) -> int:
        """Index of the generation of a place that names one."""
        return self.generations[self.rows(place)[0]].index(str(place.generation))

    def vintages(self, place: Place) -> Floats:
        """Technology level of all generations [N, T, G] of the sector of a place that names a generation."""
        one = self.rows(place)[0]
        return self.levels[:, :, one, : len(self.generations[one])]

    def demand(self, place: Place) -> Floats:
        """Share of each generation in the host's demand [N, T, G]; what the last one leaves counts as the first's."""
        shares = np.zeros_like(self.vintages(place))
        shares[..., -1] = self.metrics["new_generation_share"][..., self.rows(place)[0]]
        shares[..., 0] += 1.0 - shares.sum(-1)
        return shares

    @property
    def draws(self) -> int:
        """How many draws of parameters the runs took."""
        return len(set(self.drawn)) or 1

    def by_draw(self) -> "list[Ensemble]":
        """The runs of each draw of parameters."""
        if not self.drawn:
            return [self]
        drawn = np.array(self.drawn)
        groups = [np.flatnonzero(drawn == each) for each in np.unique(drawn)]
        return [
            self._replace(metrics={n: path[own] for n, path in self.metrics.items()}, levels=self.levels[own], drawn=())
            for own in groups
        ]

    def total(self, metric: str, place: Place, first: int, last: int) -> float:
        """Sum of a metric over runs, the sectors of a place, and the years from first to last, clipped to the run."""
        return float(self.metrics[metric][:, years(first, last)][..., self.rows(place)].sum())

    def adoptions(self, place: Place, first: int, last: int) -> Floats:
        """Adoptions [N, t, type] in the sectors of a place, in the quarters of the years from first to last."""
        span, rows = years(first, last), self.rows(place)
        return np.stack([self.metrics[f"adoptions_{name}"][:, span][..., rows].sum(-1) for name in TYPES], -1)


def years(first: int, last: int) -> slice:
    """Quarters of the years first to last, both included."""
    return slice(max(0, (first - FIRST_YEAR) * 4), max(0, (last + 1 - FIRST_YEAR) * 4))


def quarter(year: float) -> int:
    """Quarter in which a dated value is read: a whole year shows its last quarter, a decimal year the one it is in."""
    return quarter_of(year, 4 if year == int(year) else 1)


def run_worlds(
    scenario: Scenario, seeds: Sequence[int], workers: int, progress: Callable[[int], None] = lambda done: None
) -> Ensemble:
    """One run per seed, under the draw of parameters that the seed takes.

    `progress` is called with the number of runs done.
    """
    names = labels(scenario)
    done = on_threads(lambda seed: _reduced(scenario, seed), seeds, workers, progress)
    metrics = {name: np.stack([plain[name] for plain, _ in done]) for name in PLAIN}
    levels = np.stack([levels for _, levels in done])
    drawn = tuple(scenario.draw_of(seed) for seed in seeds)
    return Ensemble(names.sectors, names.generations, metrics, levels, drawn)


def _reduced(scenario: Scenario, seed: int) -> tuple[dict[str, Floats], Floats]:
    run = simulate(scenario, seed)
    return {name: run.outcome[name].copy() for name in PLAIN}, run.vintages["technology_level"].copy()
