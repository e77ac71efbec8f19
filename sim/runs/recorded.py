"""What runs of a scenario wrote down, and the numbers that the story asks of them; means over runs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.measures.dates import quarter_of
from sim.measures.flips import flip_dates
from sim.measures.hazards import around
from sim.model.columns import HOST_TYPES, Happening, Type
from sim.model.stages.assumed import SLOW_MONTHS
from sim.scenario import load
from sim.scenario.build import build, labels
from sim.simulate import Run, on_threads, simulate

TYPES = ("market_access", "co_innovation", "globalize", "hub", "wholly_owned")


class Record(NamedTuple):
    """All runs of a scenario: metrics [seed, quarter, sector], markets [seed, quarter, sector, region]."""

    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    runs: tuple[Run, ...]
    metrics: dict[str, np.ndarray]
    markets: dict[str, np.ndarray]
    levels: np.ndarray  # [seed, quarter, sector, generation]
    caps: (
        np.ndarray
    )  # largest foreign equity allowed in the host [quarter, sector], the least over homes and generations
    speed: np.ndarray  # Chinese firms' speed of development [quarter]

    def places(self, names: Sequence[str] | str | None = None) -> list[int]:
        """Positions of sectors, all without names."""
        if names is None:
            return list(range(len(self.sectors)))
        return [self.sectors.index(name) for name in ([names] if isinstance(names, str) else names)]

    def but(self, names: Sequence[str]) -> tuple[str, ...]:
        """All other sectors."""
        return tuple(name for name in self.sectors if name not in names)

    def at(self, metric: str, year: int, names: Sequence[str] | str | None = None, by: str = "") -> float:
        """Sum over sectors of a metric at a year's end, each times another metric if `by` is given; mean of runs."""
        t, chosen = quarter_of(year) + 3, self.places(names)
        found = self.metrics[metric][:, t][:, chosen]
        weighed = found * self.metrics[by][:, t][:, chosen] if by else found
        return float(weighed.sum(1).mean())

    def mean(self, metric: str, names: Sequence[str]) -> np.ndarray:
        """Sum over sectors of a metric [quarter]; mean of runs."""
        return np.asarray(self.metrics[metric][..., self.places(names)].sum(-1).mean(0))

    def region(self, metric: str, sector: str, region: str, year: int) -> float:
        """A metric of a sector's market at a year's end; mean of runs."""
        place = self.sectors.index(sector), self.regions.index(region)
        return float(self.markets[metric][:, quarter_of(year) + 3, place[0], place[1]].mean())

    def adoptions(self, first: float, last: float, names: Sequence[str] | None = None) -> np.ndarray:
        """Adoptions by type, mean of runs, from the first year to before the last."""
        span, chosen = slice(quarter_of(first), quarter_of(last)), self.places(names)
        return np.array([self.metrics[f"adoptions_{kind}"][:, span][..., chosen].sum((1, 2)).mean() for kind in TYPES])

    def relations(self, year: int, names: Sequence[str] | str | None = None) -> float:
        """Partnerships and wholly owned bases in force at a year's end, mean of runs."""
        signed = sum(self.at(f"active_{kind}", year, names) for kind in TYPES[:3])
        return max(signed + self.at("wholly_owned_share", year, names, by="firms_multinational"), 1e-9)

    def flips(self, sector: str, generation: int | None = None) -> np.ndarray:
        """Date of the flip in each run, inf if none."""
        place = self.sectors.index(sector)
        level = self.metrics["technology_level"][..., place]
        return flip_dates(level if generation is None else self.levels[..., place, generation])

    def hazard(self, sector: str, first: float, last: float) -> float:
        """Ends a year of a sector's host ventures."""
        begin, stop, place = quarter_of(first), quarter_of(last), self.sectors.index(sector)
        ends, years = 0, 0.0
        for run in self.runs:
            lives = run.lives[(run.lives["sector"] == place) & np.isin(run.lives["type_first"], HOST_TYPES)]
            end = np.where(lives["end"] < 0, stop, lives["end"])
            years += np.clip(np.minimum(end, stop) - np.maximum(lives["start"], begin), 0, None).sum() / 4
            ends += int(((lives["end"] >= begin) & (lives["end"] < stop)).sum())
        return ends / years if years else float("nan")

    def ends(self, first: float, last: float) -> float:
        """Ends a year of all partnerships."""
        span = slice(quarter_of(first), quarter_of(last))
        ended, lived = (float(self.metrics[name][:, span].sum()) for name in ("exits", "active"))
        return 4.0 * ended / max(lived, 1.0)

    def around_flips(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Host ventures by sector, 1990-2025: ends and years after a product's flip, ends and years before."""
        lives = np.concatenate([run.lives for run in self.runs])
        lives = lives[np.isin(lives["type_first"], HOST_TYPES)]
        first, last = quarter_of(1990), quarter_of(2026)
        turned = np.where(lives["product_flipped"] < 0, np.inf, lives["product_flipped"])
        end = np.where(lives["end"] < 0, np.inf, lives["end"])
        before, after = around(lives["start"].astype(float), end, turned, first, last)
        counted = (lives["end"] >= first) & (lives["end"] < last)
        late = counted & (lives["end"] >= turned)
        size = len(self.sectors)
        tallies = [np.bincount(lives["sector"], each, size) for each in (late, after / 4, counted & ~late, before / 4)]
        return tallies[0], tallies[1], tallies[2], tallies[3]

    def from_china(self, sector: str, year: int) -> float:
        """Goods made in China among multinationals' sales outside it, over a year; mean of runs."""
        place, span = self.sectors.index(sector), slice(quarter_of(year), quarter_of(year) + 4)
        sent = self.metrics["china_base_abroad"][:, span, place]
        sold = sent + self.metrics["lead_plants_abroad"][:, span, place]
        return float(sent.sum() / max(sold.sum(), 1e-12))

    def chinese_months(self, year: int) -> float:
        """Months of development of Chinese firms."""
        return float(SLOW_MONTHS / self.speed[quarter_of(year) + 3] ** 2)

    def outside_good(self, year: int, sector: str) -> float:
        """What neither Chinese brands nor multinationals sell in the host, share."""
        return 1.0 - sum(self.region(name, sector, "china", year) for name in ("chinese_share", "multinational_share"))

    def first_entries_alone(self, first: float, last: float) -> float:
        """Full ownership among first entries, in sectors that no cap has bound from five years before."""
        begin, stop = quarter_of(first), quarter_of(last)
        free = np.flatnonzero(self.caps[quarter_of(first - 5) : stop].min(0) >= 1.0)
        alone, entered = 0, 0
        for run in self.runs:
            events = run.events[(run.events["kind"] == Happening.formation) & (run.events["multinational"] >= 0)]
            events = events[np.isin(events["type_after"], (*HOST_TYPES, Type.wholly_owned))]
            _, places = np.unique(events["multinational"], return_index=True)
            came = events[places]
            came = came[(came["quarter"] >= begin) & (came["quarter"] < stop) & np.isin(came["sector"], free)]
            entered += len(came)
            alone += int((came["type_after"] == Type.wholly_owned).sum())
        return alone / entered if entered else float("nan")

    def owned_overtakes(self) -> float:
        """First year from 1990 in which, over three years, wholly owned entries outnumber those for market access."""
        free = self.caps[quarter_of(1995) : quarter_of(2005)].min(0) >= 1.0
        names = [name for name, open_to_all in zip(self.sectors, free, strict=True) if open_to_all]
        for year in range(1990, 2020):
            adopted = self.adoptions(year - 1, year + 2, names)
            if adopted[4] + adopted[3] > adopted[0]:
                return float(year)
        return float("nan")


def _stacked(tables: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Fields of records [...], each [run, ...]."""
    return {field: np.stack([table[field] for table in tables]) for field in tables[0].dtype.names or ()}


def gather(name: str, seeds: Sequence[int], workers: int, changed: Mapping[str, Any] | None = None) -> Record:
    """All runs of a shipped scenario, with values of it changed."""
    scenario = load(name, set=changed)
    names = labels(scenario)
    runs = tuple(on_threads(lambda seed: simulate(scenario, seed), seeds, workers))
    inputs = build(scenario, seeds[0])
    host = names.regions.index(scenario.world.host)
    return Record(
        sectors=tuple(names.sectors),
        regions=tuple(names.regions),
        runs=runs,
        metrics=_stacked([run.outcome for run in runs]),
        markets=_stacked([run.markets for run in runs]),
        levels=np.stack([run.vintages["technology_level"] for run in runs]),
        caps=inputs.in_force.cap[..., host].min((2, 3)),
        speed=np.asarray(inputs.world.speed),
    )
