"""More seeds until intervals are narrow: in keyed order, a round at a time."""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.study.design import references
from sim.study.plan import ROUND, Options, Plan
from sim.study.store import Folder, Receipt
from sim.study.summary import half_width, spread
from sim.study.tables import ALL, fields
from sim.study.yearly import FINAL

Floats = NDArray[np.float64]
Name = tuple[str, int]  # scenario and point


class Adaptive:
    """Watches the half-widths of 95 % intervals in the last year, all sectors together: of the paired differences where
    a study has a base to compare with, else of means."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan, self.wanted, self.most = plan, dict(options.until_ci), options.max_seeds
        self.told = ""
        known = [*fields(FINAL["final"]), *(each.name for each in plan.own)]
        for metric, width in self.wanted.items():
            if metric not in known:
                from difflib import get_close_matches

                near = get_close_matches(metric, known, 1)
                hint = f"did you mean {near[0]}?" if near else "`show metrics` lists them"
                raise UsageError(f"until-ci: {metric!r} is no metric of the table trajectories", hint)
            if not width > 0:
                raise UsageError(f"until-ci: {metric}={width} must be above zero")

    def more(self, folder: Folder, receipts: list[Receipt], seeds: Sequence[int]) -> list[int]:
        """The next seeds to run; none if all intervals are narrow, or as many as allowed have run."""
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
        seeds = sorted({run[1] for receipt in receipts for run in receipt.runs.values()})
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
        pointed = self.plan.design is not None
        columns = ["scenario", "seed", "sector", *self.wanted, *(["point"] if pointed else [])]
        for path in folder.paths("final", receipts):
            table = pq.ParquetFile(path).read(columns=columns)
            rows = table.filter(pc.equal(table["sector"], ALL)).to_pylist()
            for row in rows:
                if row["seed"] in order:
                    name = (row["scenario"], row.get("point", 0))
                    empty = {metric: np.full(len(seeds), np.nan) for metric in self.wanted}
                    for metric, values in found.setdefault(name, empty).items():
                        values[order[row["seed"]]] = np.nan if row[metric] is None else row[metric]
        return found
