"""More seeds until intervals are narrow: in keyed order, a round at a time."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.measures.intervals import half_width, spread
from sim.runs.design import references
from sim.runs.plan import ROUND, Options, Plan
from sim.runs.store import Folder, Receipt
from sim.scenario.outcome import Named, check_place, of_one_number

Floats = NDArray[np.float64]
Name = tuple[str, int]  # scenario and point


class Adaptive:
    """Watches the half-widths of 95 % intervals in the last year, all sectors together unless a sector or region is
    named: of the paired differences where a study has a base to compare with, else of means."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan, self.wanted, self.most = plan, dict(options.until_ci), options.max_seeds
        self.told = ""
        own = {each.name for each in plan.own}
        self.outcomes = {text: Named(text) if text in own else of_one_number(text, "until-ci:") for text in self.wanted}
        first = next(iter(plan.scenarios.values()))
        for text, width in self.wanted.items():
            named = self.outcomes[text]
            check_place(named, first.world.sectors, first.world.regions, "until-ci:")
            if named.year not in (None, first.end):
                told = f"until-ci: {text}: intervals are watched in the last year, {first.end}"
                raise UsageError(told, f"--end {named.year} makes it the last")
            if not width > 0:
                raise UsageError(f"until-ci: {text}={width} must be above zero")

    def more(self, folder: Folder, receipts: list[Receipt], seeds: Sequence[int]) -> list[int]:
        """The next seeds to run; none if all intervals are narrow, or if the most allowed have run."""
        if not self.wanted or len(seeds) >= self.most:
            return []
        widths = [
            (each, wide) for each, wide in self._widths(folder, receipts, seeds) if not wide <= self.wanted[each[1]]
        ]
        if not widths:
            return []
        (name, metric), wide = max(widths, key=lambda each: np.nan_to_num(each[1], nan=np.inf))
        where = f"point {name[1]}" if name[1] else name[0]
        self.told = (
            f"{len(seeds)} seeds: {len(widths)} intervals are still too wide; {metric} of {where} is "
            f"± {wide:.3g}, wanted ± {self.wanted[metric]:g}"
        )
        return list(range(seeds[-1] + 1, seeds[-1] + 1 + min(ROUND, self.most - len(seeds))))

    def _widths(
        self, folder: Folder, receipts: list[Receipt], seeds: Sequence[int]
    ) -> Iterator[tuple[tuple[Name, str], float]]:
        samples = self._samples(folder, receipts, seeds)
        for metric in self.wanted:
            for name, values in self._measured(samples, metric):
                n, _, sd = spread(values)
                if n > 0:  # a metric that is not defined there, such as trust without partnerships, holds nothing up
                    yield (name, metric), float(half_width(sd, n))

    def course(self, folder: Folder, receipts: list[Receipt]) -> str:
        """convergence.csv: half-width by number of seeds, after each round."""
        seeds = sorted({run.seed for receipt in receipts for run in receipt.runs.values()})
        samples = self._samples(folder, receipts, seeds)
        counts = sorted({*range(ROUND, len(seeds) + 1, ROUND), len(seeds)})
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(("metric", "scenario", "point", "seeds", "half_width", "wanted"))
        for metric, width in self.wanted.items():
            for (scenario, point), values in self._measured(samples, metric):
                for count in counts:
                    n, _, sd = spread(values[:count])
                    half = float(half_width(sd, n))
                    writer.writerow((metric, scenario, point, count, "" if np.isnan(half) else f"{half:.9g}", width))
        return sink.getvalue()

    def _measured(self, samples: dict[Name, dict[str, Floats]], metric: str) -> Iterator[tuple[Name, Floats]]:
        """What is to be known well, per seed: differences to the base, or levels where there is none."""
        base = next(iter(self.plan.scenarios))
        pairs = {(name, 0): (reference, 0) for name, reference in self.plan.references.items()}
        if self.plan.design is not None:
            against = references(self.plan.design)
            pairs = {
                (arm.scenario, arm.point): (base, against[arm.point])
                for arm in self.plan.arms
                if against[arm.point] != arm.point
            }
        for name in pairs or samples:
            if name in samples:
                values = samples[name][metric]
                reference = samples.get(pairs[name]) if name in pairs else None
                yield name, values if not pairs else values - (reference[metric] if reference else np.nan)

    def _samples(self, folder: Folder, receipts: list[Receipt], seeds: Sequence[int]) -> dict[Name, dict[str, Floats]]:
        """Metrics by scenario and point [seed]; nan where a run is missing."""
        order = {seed: place for place, seed in enumerate(seeds)}
        found: dict[Name, dict[str, Floats]] = {}
        for text, named in self.outcomes.items():
            for row in self._rows(folder, receipts, named):
                if row["seed"] in order:
                    name = (row["scenario"], row.get("point", 0))
                    values = found.setdefault(name, {each: np.full(len(seeds), np.nan) for each in self.wanted})
                    known = row[named.metric]
                    values[text][order[row["seed"]]] = np.nan if known is None else known
        return found

    def _rows(self, folder: Folder, receipts: list[Receipt], named: Named) -> Iterator[dict[str, Any]]:
        """Rows of an outcome's sector and region, of all runs."""
        place = {"sector": named.sector} | ({"region": named.region} if named.region else {})
        columns = ["scenario", "seed", *place, named.metric, *(["point"] if self.plan.design is not None else [])]
        for path in folder.paths("final_markets" if named.region else "final", receipts):
            table = pq.ParquetFile(path).read(columns=columns)
            for key, value in place.items():
                table = table.filter(pc.equal(table[key].cast(pa.string()), value))
            yield from table.to_pylist()
