"""Runs of a world kept for statistics: metrics, markets, partnerships' lives, events, and the firms at some dates."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history.worlds import PLAIN, Ensemble
from sim.machine.declare import Column
from sim.measures.dates import quarter_of
from sim.model.columns import Kind
from sim.model.stages import State, in_force
from sim.scenario import Scenario
from sim.scenario.build import build, host, labels
from sim.simulate import on_threads, stepped

METRICS = (
    *PLAIN,
    *("active_market_access", "active_co_innovation", "wholly_owned_share", "hub_share", "buyouts"),
    *("technology_multinational", "technology_chinese", "technology_gap", "frontier_gap"),
    *("rd_multinational", "rd_chinese", "firms_multinational", "firms_chinese", "host_sales", "reverse_exports"),
)
MARKETS = ("expenditure", "imports_china", "chinese_share", "welfare")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Snapshot(NamedTuple):
    """Firms [firm] and partnerships in force [partnership] once a quarter is over."""

    technology: Floats  # log, over generations by the host's demand
    rd: Floats
    income: Floats  # own sales and income from ventures
    months: Floats
    active: NDArray[np.bool_]
    listed: NDArray[np.bool_]  # by any region
    share: Floats  # of a firm in each region [firm, region]
    from_host: NDArray[np.bool_]  # the firm's line there is made in the host [firm, region]
    partnership: NDArray[np.uint64]
    multinational: Ints
    chinese: Ints
    type: Ints
    sales: Floats


class Record(NamedTuple):
    """N runs of T quarters from 1979Q1, S sectors, R regions, F rows of firms."""

    scenario: Scenario  # the first draw; inputs below are its own
    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    host: int
    generations: tuple[tuple[str, ...], ...]
    metrics: dict[str, Floats]  # [N, T, S]
    markets: dict[str, Floats]  # [N, T, S, R]
    levels: Floats  # technology level of generations [N, T, S, G]
    lives: list[Column]
    events: list[Column]
    firms: list[Column]  # id of the firm in each row
    snapshots: list[dict[int, Snapshot]]
    cap: Floats  # highest foreign equity allowed in the host, least over generations and origins [T, S]
    tariff: Floats  # of goods made in the host, weighted by generations' demand there [T, S, R]
    sector_of: Ints  # [F]
    kind: Ints  # [F]
    home: Ints  # [F]
    ownership: Ints  # [F]
    drawn: tuple[int, ...]  # by run, which draw of parameters it took

    @property
    def runs(self) -> int:
        """N."""
        return len(self.lives)

    @property
    def ensemble(self) -> Ensemble:
        """The same runs as the back-test scores them."""
        return Ensemble(
            self.sectors, self.generations, {name: self.metrics[name] for name in PLAIN}, self.levels, self.drawn
        )

    def places(self, names: Sequence[str] | None) -> list[int]:
        """Indices of sectors; of all if nothing is named."""
        return list(range(len(self.sectors))) if names is None else [self.sectors.index(name) for name in names]


def records(
    scenario: Scenario,
    seeds: Sequence[int],
    workers: int,
    stops: Sequence[int] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> Record:
    """One run per seed, under the draw of parameters it takes; firms are kept as they are after quarters `stops`."""
    done = on_threads(lambda seed: _kept(scenario, seed, stops), seeds, workers, progress)
    names, inputs = labels(scenario), build(scenario, seeds[0])
    place = host(scenario)
    weights = inputs.world.weight
    tariff = (inputs.in_force.tariff[:, :, :, place, :] * weights).sum(2)
    return Record(
        scenario=scenario,
        sectors=names.sectors,
        regions=names.regions,
        host=place,
        generations=names.generations,
        metrics={name: np.stack([each.metrics[name] for each in done]) for name in METRICS},
        markets={name: np.stack([each.markets[name] for each in done]) for name in MARKETS},
        levels=np.stack([each.levels for each in done]),
        lives=[each.lives for each in done],
        events=[each.events for each in done],
        firms=[each.firms for each in done],
        snapshots=[each.snapshots for each in done],
        cap=inputs.in_force.cap[..., place].min(axis=tuple(range(2, inputs.in_force.cap.ndim - 1))),
        tariff=tariff,
        sector_of=inputs.firms.sector,
        kind=inputs.firms.kind,
        home=inputs.firms.home,
        ownership=inputs.firms.ownership,
        drawn=tuple(scenario.draw_of(seed) for seed in seeds),
    )


class _Kept(NamedTuple):
    metrics: dict[str, Floats]
    markets: dict[str, Floats]
    levels: Floats
    lives: Column
    events: Column
    firms: Column
    snapshots: dict[int, Snapshot]


def _kept(scenario: Scenario, seed: int, stops: Sequence[int]) -> _Kept:
    snapshots: dict[int, Snapshot] = {}

    def look(state: State, t: int) -> None:
        if t in stops:
            snapshots[t] = snapshot(state)

    run, _ = stepped(scenario, seed, look)
    return _Kept(
        {name: run.outcome[name].copy() for name in METRICS},
        {name: run.markets[name].astype(np.float32) for name in MARKETS},
        run.vintages["technology_level"].copy(),
        run.lives.copy(),
        run.events[["quarter", "sector", "kind", "partnership", "trigger", "type_before", "type_after"]].copy(),
        run.firm_ids.copy(),
        snapshots,
    )


def snapshot(state: State) -> Snapshot:
    """Firms and partnerships in force as they are now."""
    firms, jv, x = state.firms, state.partnerships, state.scratch
    live = in_force(state)
    regions = x.firm_share.shape[1]
    return Snapshot(
        technology=x.composite.copy(),
        rd=firms.rd.copy(),
        income=firms.revenue + np.maximum(firms.venture_income, 0.0),
        months=firms.months.copy(),
        active=firms.active > 0,
        listed=firms.listed.max(1) > 0.0,
        share=x.firm_share.copy(),
        from_host=x.host_made[:, :regions] > 0,
        partnership=jv.id[live].copy(),
        multinational=jv.multinational[live].copy(),
        chinese=jv.chinese[live].copy(),
        type=jv.type[live].copy(),
        sales=jv.sales[live].copy(),
    )


def chinese(record: Record, sector: int) -> NDArray[np.bool_]:
    """Rows of a sector's Chinese firms [F]."""
    return (record.sector_of == sector) & (record.kind == Kind.chinese)


def at(path: Mapping[str, Floats], metric: str, year: float) -> Floats:
    """A metric in the last quarter of a year [N, S]."""
    return path[metric][:, quarter_of(year, 4)]
