"""What the runs of an experiment say: series by point, seed and year, outcomes, effects of rows, attributions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from numpy.typing import NDArray

from sim.errors import NotEnough
from sim.machine.declare import Field, fields
from sim.model.records import Market, Outcome
from sim.runs import Results
from sim.runs.tables import ALL
from sim.scenario.experiment import Measured
from sim.sweeps.experiments.cohort import COHORT, EVENTS, LIVES, WITHIN, cohort, dated
from sim.sweeps.experiments.derived import DERIVED, FIRST, Derived
from sim.sweeps.experiments.effects import Effect, effect
from sim.sweeps.experiments.layout import Layout, Row

Floats = NDArray[np.float64]
RECOVERED = 0.95  # of the untreated path, that counts as recovery


@dataclass(frozen=True)
class Evidence:
    """Results of an experiment and the layout that made them; series are read once."""

    layout: Layout
    results: Results
    _cache: dict[tuple[str, str, str], Floats] = field(default_factory=dict, repr=False, compare=False)
    _listings: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """The years reported."""
        scenario = self.layout.definition.scenario
        return np.arange(scenario.start, scenario.end + 1)

    @cached_property
    def seeds(self) -> NDArray[np.int64]:
        """All seeds that any row asks for."""
        return np.array(sorted({seed for _, seed in self.layout.wanted}), np.int64)

    def declared(self, measured: Measured) -> Field:
        """Unit, words and formula of an outcome's metric."""
        if measured.metric in COHORT:
            return COHORT[measured.metric]
        if measured.metric in DERIVED:
            return DERIVED[measured.metric].field
        return fields(Outcome if measured.region is None else Market)[measured.metric]

    def words(self, measured: Measured) -> str:
        """An outcome as figures call it."""
        return measured.text or self.declared(measured).text

    def year(self, measured: Measured) -> int:
        """The year an outcome is read in."""
        return int(self.years[-1]) if measured.year is None else measured.year

    def path(self, metric: str, sector: str = ALL, region: str | None = None, since: int | None = None) -> Floats:
        """A metric over the years, [point, seed, year]; nan where a run is missing or has no value."""
        if metric in COHORT:
            return np.stack([self._of_cohort(metric, sector, int(year)) for year in self.years], axis=-1)
        derived = DERIVED.get(metric)
        if derived is not None:
            series = {need: self._stored(need, sector, region or "") for need in derived.needs}
            return self._compute(derived, series, since)
        return self._stored(metric, sector, region or "")

    def _compute(self, derived: Derived, series: dict[str, Floats], since: int | None) -> Floats:
        found = derived.compute(series, self.years, max(FIRST if since is None else since, int(self.years[0])))
        known = np.asarray(np.isfinite(np.stack(list(series.values()))).any(axis=(0, -1)))
        return np.asarray(np.where(known[..., None], found, np.nan))

    def cohort(self, sector: str, year: int) -> pd.DataFrame:
        """Host ventures in force as a year begins, of a sector, a group of sectors or all: see `cohort.cohort`."""
        world = self.layout.definition.scenario.world
        sectors = tuple(world.sectors) if sector == ALL else world.groups.get(sector, (sector,))
        return cohort(self._listed("partnerships", LIVES), self._listed("events", EVENTS), sectors, year)

    def _listed(self, name: str, columns: list[str]) -> pd.DataFrame:
        if name not in self._listings:
            files = sorted(str(path) for path in (self.results.folder / name).rglob("*.parquet"))
            if not files:
                raise NotEnough(f"{self.results.folder} holds no {name}", "the definition needs `keep: events`")
            self._listings[name] = dated(ds.dataset(files, format="parquet").to_table(columns=columns).to_pandas())
        return self._listings[name]

    def _of_cohort(self, metric: str, sector: str, year: int) -> Floats:
        """Share of a year's cohort, [point, seed]; nan where five years are not reported, or nobody was in force."""
        key = (f"{metric} {year}", sector, "")
        if key not in self._cache:
            for name in COHORT:
                self._cache[f"{name} {year}", sector, ""] = np.full((len(self.layout.arms), len(self.seeds)), np.nan)
            if year + WITHIN <= self.years[-1] + 1:
                shares = self.cohort(sector, year).groupby(["point", "seed"]).mean()
                point = shares.index.get_level_values("point").to_numpy(int)
                seed = np.searchsorted(self.seeds, shares.index.get_level_values("seed").to_numpy())
                for name in COHORT:
                    self._cache[f"{name} {year}", sector, ""][point, seed] = shares[name].to_numpy(float)
        return self._cache[key]

    def _stored(self, metric: str, sector: str, region: str) -> Floats:
        key = (metric, sector, region)
        if key not in self._cache:
            self._read([metric], sector, region)
        return self._cache[key]

    def read_ahead(self, metrics: Sequence[str], sector: str = ALL, region: str | None = None) -> None:
        """Read several metrics in one pass over the files."""
        metrics = [name for name in metrics if name not in COHORT]
        needed = [need for name in metrics for need in (DERIVED[name].needs if name in DERIVED else (name,))]
        missing = [name for name in dict.fromkeys(needed) if (name, sector, region or "") not in self._cache]
        if missing:
            self._read(missing, sector, region or "")

    def _read(self, metrics: list[str], sector: str, region: str) -> None:
        table = self._table(metrics, sector, region)
        point = table["point"].to_numpy()
        seed = np.searchsorted(self.seeds, table["seed"].to_numpy())
        year = table["year"].to_numpy() - self.years[0]
        known = np.asarray((seed < len(self.seeds)) & (point < len(self.layout.arms)))
        known &= self.seeds[np.minimum(seed, len(self.seeds) - 1)] == table["seed"].to_numpy()
        for metric in metrics:
            values = np.full((len(self.layout.arms), len(self.seeds), len(self.years)), np.nan)
            values[point[known], seed[known], year[known]] = table[metric].to_numpy()[known]
            self._cache[metric, sector, region] = values

    def _table(self, metrics: list[str], sector: str, region: str) -> pa.Table:
        """Rows of one sector and region: of `yearly`, or of `yearly_markets`, else the last year's `final_markets`."""
        folder = self.results.folder
        names = ["yearly_markets", "final_markets"] if region else ["yearly"]
        name = next((each for each in names if self.results.stored.has(each)), "")
        if not name:
            raise NotEnough(f"{folder} holds no {' or '.join(names)}", "run the experiment again: it continues")
        where = pc.field("sector").cast(pa.string()) == sector
        if region:
            where &= pc.field("region").cast(pa.string()) == region
        columns = ["point", "seed", "year", *metrics]
        keys = ["sector", *(["region"] if region else [])]
        parts = self.results.chunks(name, [*columns, *keys])
        return pa.concat_tables([part.filter(where).select(columns) for part in parts])

    def level(self, measured: Measured) -> Floats:
        """An outcome's metric in its year, [point, seed]."""
        if measured.metric in COHORT:
            return self._of_cohort(measured.metric, measured.sector, self.year(measured))
        path = self.path(measured.metric, measured.sector, measured.region, measured.since)
        return path[:, :, self.year(measured) - int(self.years[0])]

    def gaps(self, row: Row, measured: Measured) -> tuple[Floats, Floats]:
        """A row's paired comparison and its reference's level, both [seed], over the row's seeds.

        difference: treated less untreated; relative: treated over untreated less 1; loss, depth, recovery: see
        `compare_paths`.
        """
        seeds = np.searchsorted(self.seeds, np.array(row.seeds))
        level = self.level(measured)
        treated, untreated = level[row.point, seeds], level[row.reference, seeds]
        if measured.compare == "difference":
            return treated - untreated, untreated
        if measured.compare == "relative":
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.where(untreated != 0, treated / untreated - 1.0, np.nan), untreated
        path = self.path(measured.metric, measured.sector, measured.region, measured.since)
        last = self.year(measured) + 1 - int(self.years[0])
        first = (FIRST if measured.since is None else measured.since) - int(self.years[0])
        pair = (path[row.point, seeds, first:last], path[row.reference, seeds, first:last])
        return compare_paths(*pair, measured.compare), untreated

    def effect(self, row: Row, measured: Measured) -> Effect:
        """A row's effect on an outcome."""
        return effect(*self.gaps(row, measured))

    def worth(self, rows: Sequence[Row], measured: Measured, of_effect: bool) -> Floats:
        """What coalitions are worth, [coalition, seed]: the effect of the treatment, or the level without one."""
        if of_effect:
            return np.stack([self.gaps(row, measured)[0] for row in rows])
        seeds = np.searchsorted(self.seeds, np.array(rows[0].seeds))
        return self.level(measured)[[row.point for row in rows]][:, seeds]


def compare_paths(treated: Floats, untreated: Floats, how: str) -> Floats:
    """Of paths [seed, year] since a shock, Y over its untreated twin: what is lost.

    loss: 1 - mean(Y / Y untreated); depth: 1 - min; recovery: years until the ratio is back at 95 % for good, the
    length of the path where it is not.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(untreated > 0, treated / untreated, np.nan)
    if how == "loss":
        return np.asarray(1.0 - np.nanmean(ratio, axis=-1))
    if how == "depth":
        return np.asarray(1.0 - np.nanmin(ratio, axis=-1))
    below = np.nan_to_num(ratio, nan=1.0) < RECOVERED
    length = below.shape[-1]
    last_below = length - np.argmax(below[..., ::-1], axis=-1)
    return np.asarray(np.where(below.any(axis=-1), last_below, 0), float)
