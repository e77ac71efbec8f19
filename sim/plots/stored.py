"""Reading a results folder for figures: only the columns and rows a figure needs, as dense arrays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from numpy.typing import NDArray

from sim.errors import NotEnough
from sim.measures import intervals
from sim.runs.inert import is_text
from sim.runs.tables import ALL
from sim.runs.verified import Verified

Array = NDArray[Any]


class Line(NamedTuple):
    """One policy of a scenario, in decimal years; `end` is infinite where the policy stays."""

    label: str
    announce: float
    start: float
    end: float


class Cube(NamedTuple):
    """Metrics by [scenario, seed, time, sector]; nan where a run or a value is missing. `times` are decimal years;
    `asked`: seeds that the study was to run."""

    scenarios: tuple[str, ...]
    seeds: Array
    times: Array
    sectors: tuple[str, ...]
    values: dict[str, Array]
    asked: int

    def ran(self, scenario: str) -> Array:
        """Which seeds have a run of the scenario, [seed]: one that failed is missing, not a run without events."""
        place = self.scenarios.index(scenario)
        return np.any([np.isfinite(values[place]).any(axis=(1, 2)) for values in self.values.values()], axis=0)

    def counted(self, *scenarios: str) -> str:
        """How many seeds these scenarios (all, if none is named) have, for captions."""
        return of_asked([int(self.ran(name).sum()) for name in scenarios or self.scenarios], self.asked)

    def pick(self, metric: str, scenario: str, sector: str) -> Array:
        """Values of one scenario and sector, [seed, time]."""
        return self.values[metric][self.scenarios.index(scenario), :, :, self.sectors.index(sector)]


def of_asked(counts: Iterable[int], asked: int | None) -> str:
    """Numbers of runs for captions: `200`, or `198 to 199 of 200` where some are missing; `asked` None: unknown."""
    found = [int(count) for count in counts] or [0]  # of what has no run at all, as in a part of a study
    low, high = min(found), max(found)
    told = f"{low}" if low == high else f"{low} to {high}"
    return told if asked is None or low >= asked else f"{told} of {asked}"


class Spread(NamedTuple):
    """Mean over runs, its 95 % interval (lo, hi) and the range of 5 to 95 % of runs (low, high), each [time]."""

    mean: Array
    lo: Array
    hi: Array
    low: Array
    high: Array
    middle: Array
    n: Array


def spread(values: Array) -> Spread:
    """Summary over runs of an array [seed, time]; nan are left out, and a time without any value is nan."""
    runs = np.where(np.isfinite(values), values, np.nan).T
    n, mean, sd = intervals.spread(runs)
    half = intervals.half_width(sd, n)
    low, middle, high = intervals.quantiles(runs, (0.05, 0.5, 0.95))
    return Spread(mean, mean - half, mean + half, low, high, middle, n)


def decimal(quarters: "pd.Series[Any]") -> "pd.Series[float]":
    """Decimal years of quarters written YYYYQn; missing stays nan."""
    codes, names = pd.factorize(quarters)  # a few hundred quarters are named many times
    parts = pd.Series(names, dtype="string").str.extract(r"^(\d{4})Q([1-4])$").astype("Float64")
    dates = (parts[0] + (parts[1] - 1) / 4).astype(float).to_numpy()
    return pd.Series(np.append(dates, np.nan)[codes], quarters.index, name=quarters.name)  # missing: code -1, the last


@dataclass(frozen=True)
class Stored:
    """A results folder of `run` or `compare`; `sectors` and `years` (first, last) narrow what is read.

    note: a sentence that captions end with.
    """

    folder: Path
    sectors: tuple[str, ...] | None = None
    years: tuple[int, int] | None = None
    note: str = ""
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def door(self) -> Verified:
        """Through which all is read."""
        return Verified(self.folder)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The folder's manifest."""
        return self.door.manifest

    @cached_property
    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Scenario name -> what the manifest says of it; the base first."""
        found = self.manifest["scenarios"]
        named = dict(found) if isinstance(found, dict) else {entry["name"]: entry for entry in found}
        base = self.manifest.get("base") or next(iter(named))
        return {base: named[base]} | named

    @property
    def asked(self) -> int:
        """Seeds that every scenario was to run with."""
        return len(self.manifest["seeds"])

    @property
    def base(self) -> str:
        """The scenario the others are compared with, or the only one."""
        return next(iter(self.entries))

    @property
    def references(self) -> dict[str, str]:
        """Scenario -> the run it is compared with: the base, or the base under the scenario's assumptions."""
        found = self.manifest.get("references") or {}
        return dict(found) or dict.fromkeys(list(self.entries)[1:], self.base)

    @property
    def others(self) -> tuple[str, ...]:
        """The scenarios compared with the base."""
        return tuple(self.references)

    @property
    def variants(self) -> tuple[str, ...]:
        """The base under other assumptions, where a scenario changes them."""
        return tuple(dict.fromkeys(name for name in self.references.values() if name != self.base))

    def title(self, scenario: str) -> str:
        """A scenario's title, or its name."""
        entry = self.entries.get(scenario) or (self.manifest.get("variants") or {}).get(scenario) or {}
        return str(entry.get("title") or scenario.replace("_", " "))

    def lines(self, scenario: str) -> list[Line]:
        """The policies in which a scenario differs from the base; of the base, those its own file adds."""
        found = (self.manifest.get("lines") or {}).get(scenario, [])
        return [
            Line(str(label), float(announce), float(start), np.inf if end is None else float(end))
            for label, announce, start, end in found
        ]

    def first_change(self, scenario: str) -> float:
        """When a scenario first differs from the base: its first announcement, or the start if assumptions differ."""
        lines = self.lines(scenario)
        treated = bool((self.entries[scenario].get("resolved") or {}).get("treatment"))
        same = self.references.get(scenario) == self.base and not treated
        return min(line.announce for line in lines) if lines and same else -np.inf

    @property
    def reported(self) -> tuple[float, float]:
        """Beginning and end of the report, in decimal years."""
        times = self.cube(("active",)).times
        return float(np.floor(times[0])), float(np.floor(times[-1])) + 1

    def has(self, table: str) -> bool:
        """Whether the folder holds this table with at least one file."""
        return self.door.has(table)

    def read(self, table: str, columns: Iterable[str], where: pc.Expression | None = None) -> pa.Table:
        """Columns of a Parquet table; those the folder lacks are left out."""
        source = ds.dataset([str(file) for file in self.door.files(table)], format="parquet")
        names = [name for name in columns if name in source.schema.names]
        return source.to_table(columns=names, filter=where)

    def frame(self, table: str, columns: Sequence[str]) -> pd.DataFrame:
        """Columns of a table of events or partnerships, of the chosen sectors; a frame of the caller's own."""
        key = (table, tuple(columns))
        if key not in self._cache:
            self._cache[key] = self._frame(table, columns)
        cached: pd.DataFrame = self._cache[key]
        return cached.copy(deep=False)

    def _frame(self, table: str, columns: Sequence[str]) -> pd.DataFrame:
        where = pc.field("sector").cast("string").isin(list(self.sectors)) if self.sectors else None
        found = self.read(table, columns, where)
        lacking = [name for name in columns if name not in found.column_names]
        if lacking:
            told = ", ".join(lacking)
            raise NotEnough(f"{self.folder}/{table} has no {told}: an earlier version wrote it", "run it again")
        return found.to_pandas()

    def sums(self, name: str) -> pd.DataFrame:
        """`summary` or `differences`, within the chosen years, texts as categories; empty if the folder has none, or
        one by points."""
        if name not in self._cache:
            table = f"{name}.parquet"
            there = self.has(table) and self.manifest.get("kind") != "sweep"
            found = _coded(pa.concat_tables(self.door.read(table))).to_pandas() if there else pd.DataFrame()
            if len(found):
                found["region"] = found["region"].cat.rename_categories({ALL: ""})
                first, last = self.years or (-np.inf, np.inf)
                found = found[found["year"].between(first, last)]
            self._cache[name] = found
        cached: pd.DataFrame = self._cache[name]
        return cached

    def cube(self, metrics: Sequence[str], quarters: bool = False) -> Cube:
        """Metrics of `trajectories` at each year's last quarter, as stocks are reported, or at every quarter."""
        return self._cube("trajectories", metrics, quarters, self._chosen(quarters))

    def generation_cube(self, metrics: Sequence[str], quarters: bool = False) -> Cube:
        """The same of `generations`; its sectors read `sector/generation`."""
        return self._cube("generations", metrics, quarters, self._chosen(quarters))

    def _chosen(self, quarters: bool) -> pc.Expression | None:
        terms = []
        year = pc.field("year")
        if not quarters:
            terms.append((year - pc.floor(year)) > 0.7)
        if self.years:
            terms.append((year >= float(self.years[0])) & (year < float(self.years[1] + 1)))
        if self.sectors:
            terms.append(pc.field("sector").cast("string").isin([*self.sectors, ALL]))
        whole: pc.Expression | None = None
        for term in terms:
            whole = term if whole is None else whole & term
        return whole

    def _cube(self, table: str, metrics: Sequence[str], quarters: bool, where: pc.Expression | None) -> Cube:
        key = (table, tuple(metrics), quarters)
        if key not in self._cache:
            read = self.read(table, ["scenario", "seed", "year", "sector", "generation", *metrics], where)
            scenario, scenarios = _codes(read["scenario"])
            sector, sectors = _codes(read["sector"])
            if "generation" in read.column_names:
                generation, generations = _codes(read["generation"])
                pairs, sector = np.unique(sector * len(generations) + generation, return_inverse=True)
                sectors = tuple(
                    f"{sectors[pair // len(generations)]}/{generations[pair % len(generations)]}" for pair in pairs
                )
            seeds, seed = np.unique(read["seed"].to_numpy(), return_inverse=True)
            times, time = np.unique(read["year"].to_numpy(), return_inverse=True)
            shape = (len(scenarios), len(seeds), len(times), len(sectors))
            values = {}
            for metric in metrics:
                values[metric] = np.full(shape, np.nan)
                values[metric][scenario, seed, time, sector] = read[metric].to_numpy()
            self._cache[key] = Cube(scenarios, seeds, times.astype(float), sectors, values, self.asked)
        cached: Cube = self._cache[key]
        return cached


def _coded(table: pa.Table) -> pa.Table:
    """The table with texts as categories, whose rows are found by number, many times faster."""
    texts = [field.name for field in table.schema if is_text(field.type)]
    for name in texts:
        table = table.set_column(table.column_names.index(name), name, table[name].dictionary_encode())
    return table


def _codes(column: pa.ChunkedArray) -> tuple[Array, tuple[str, ...]]:
    """Codes and names of a column of strings, in order of appearance."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), tuple(encoded.dictionary.to_pylist())
