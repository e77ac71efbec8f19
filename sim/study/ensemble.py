"""One scenario, many seeds; and the course every study takes: plan, resume, run, summarise."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.errors import UsageError
from sim.scenario import Scenario, load
from sim.study import manifest as manifests
from sim.study.batch import LARGEST, Batch, Job, run_id
from sim.study.executor import default_workers, run_batches
from sim.study.interrupt import Interrupted, Interruption
from sim.study.results import Results
from sim.study.store import KEEP, Failure, Folder, Receipt
from sim.study.summary import write_summaries
from sim.study.tables import ALL, Run, fields
from sim.study.yearly import YEARLY

Seeds = int | str | Iterable[int]
SAME_FAILURES = 20  # if that many runs fail and none succeeds, the rest is not tried


@dataclass(frozen=True)
class Progress:
    """How far a study is: runs planned, done (found ones included), failed, found from earlier; seconds so far."""

    planned: int
    done: int
    failed: int
    found: int
    seconds: float


@dataclass(frozen=True)
class Options:
    """How a study is carried out.

    workers: processes, all cores by default, 1 runs in this process; out: results folder; keep: a key of `store.KEEP`;
    force: start over where the folder holds other results; command: as it stands in manifest and hints;
    progress, note: called with how far it is, and with lines worth telling.
    """

    workers: int | None = None
    out: str | Path | None = None
    keep: str = "trajectories"
    force: bool = False
    command: str = ""
    progress: Callable[[Progress], None] = lambda progress: None
    note: Callable[[str], None] = lambda note: None
    simulate: Callable[[Any, int], Run] | None = None
    labels: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Plan:
    """Scenarios by name, the base first, and what each is compared with."""

    kind: str
    scenarios: Mapping[str, Any]
    seeds: tuple[int, ...]
    references: Mapping[str, str] = field(default_factory=dict)


def ensemble(
    scenario: Scenario | str | Path, seeds: Seeds = 100, workers: int | None = None, **options: Any
) -> Results:
    """Run a scenario for many seeds. `seeds`: N for 1 to N, "A:B" inclusive, or the seeds themselves.

    Options are those of `Options`; without `out` the results live in a temporary folder as long as the returned object.
    A run that fails is recorded (`results.manifest["counts"]["failed"]`, failures.csv) and the others go on.
    Raises ScenarioError, Conflict, CannotCreate, IoFailure.
    """
    told = scenario if isinstance(scenario, Scenario) else load(scenario)
    return carry_out(Plan("run", {told.name: told}, parse_seeds(seeds)), Options(workers=workers, **options))


def parse_seeds(seeds: Seeds) -> tuple[int, ...]:
    """Seeds of N, "N", "A:B" or an iterable; raises UsageError on anything else."""
    if isinstance(seeds, str):
        first, colon, last = seeds.partition(":")
        if not (first.strip().isdigit() and (not colon or last.strip().isdigit())):
            raise UsageError(f"seeds: {seeds!r} is neither a number nor a range", "write --seeds 100 or --seeds 1:100")
        found = range(int(first), int(last) + 1) if colon else range(1, int(first) + 1)
    elif isinstance(seeds, int):
        found = range(1, seeds + 1)
    else:
        found = sorted(set(seeds))  # type: ignore[assignment]
    if not found or found[0] < 0 or found[-1] >= 2**32:
        raise UsageError(f"seeds: {seeds!r} holds no seed between 0 and 2^32", "write --seeds 100 or --seeds 1:100")
    return tuple(found)


def carry_out(plan: Plan, options: Options) -> Results:
    """Run what the folder lacks, then write runs, failures, summary and differences.

    Raises Interrupted after a signal (what ran is kept), Conflict, CannotCreate, IoFailure; UsageError on bad options.
    """
    if options.keep not in KEEP:
        raise UsageError(f"keep: {options.keep!r} is not one of {', '.join(KEEP)}")
    if options.workers is not None and options.workers < 1:
        raise UsageError("workers: at least 1", "--workers 1 runs in one process")
    holder = tempfile.TemporaryDirectory(prefix="contraflow-") if options.out is None else None
    folder = Folder(Path(holder.name if holder else str(options.out)))
    folder.create()
    with folder.lock():
        _Study(plan, options, folder).run()
    return Results(folder.path, holder)


class _Study:
    """One study in a locked folder."""

    def __init__(self, plan: Plan, options: Options, folder: Folder) -> None:
        self.plan, self.options, self.folder = plan, options, folder
        self.job = make_job(plan, options, folder.path)
        self.planned: dict[str, tuple[int, int]] = {}  # run id -> place of the scenario, seed
        self.chunks: dict[str, Receipt] = {}
        self.failures: dict[str, Failure] = {}
        self.succeeded: set[str] = set()
        self.found = 0
        self.began = time.monotonic()

    def run(self) -> None:
        self.manifest = self._open()
        self._take_stock()
        self._save("running")
        with Interruption() as asked:
            workers = min(self.options.workers or default_workers(), len(self.planned) - self.found) or 1
            code = code_folder()
            if not self.options.simulate and code and not any(code.glob("*.one_quarter-*.nbc")):
                self.options.note("first run on this machine: the model is compiled, which takes about a minute")
            batches = self._batches(workers)
            run_batches(self.job, batches, workers, self._report, lambda: asked() or self._hopeless())
        self._tell()
        if asked():
            self._save("interrupted")
            told = f"interrupted after {len(self.succeeded)} of {len(self.planned)} runs; what ran is kept"
            raise Interrupted(told, f"go on with: {self.options.command or 'the same call'}", asked.code)
        self._finish()
        tried = len(self.succeeded) + len(self.failed)
        self._save("complete" if tried == len(self.planned) else "stopped")

    def _open(self) -> dict[str, Any]:
        """Compare with what the folder holds, and write the scenarios."""
        plan = self.plan
        new = manifests.begin(plan.kind, plan.scenarios, plan.references, self.options.keep, self.job.kernel_hash)
        seeds = set(plan.seeds)
        if self.folder.holds_results:
            if self.options.force:
                self.folder.clear()
            else:
                old = manifests.read(self.folder.path)
                manifests.check_same(self.folder, old, new)
                new["started"] = old["started"]
                seeds |= set(old["seeds"])
        self.seeds = sorted(seeds)
        for place, (name, scenario) in enumerate(plan.scenarios.items()):
            if place == 0:
                self.folder.write("scenario.yaml", scenario.text)
            if len(plan.scenarios) > 1:
                self.folder.write(f"scenarios/{name}.yaml", scenario.text)
        return {**new, "command": self.options.command, "seeds": self.seeds}

    def _take_stock(self) -> None:
        for place, scenario in enumerate(self.job.scenarios):
            for seed in self.seeds:
                self.planned[run_id(scenario, self.job.kernel_hash, seed)] = (place, seed)
        for receipt in self.folder.repair(self.options.note):
            self._note(receipt)
        self.found = len(self.succeeded)
        if self.found:
            self.options.note(f"found {self.found} of {len(self.planned)} runs in {self.folder.path}")

    def _batches(self, workers: int) -> Iterator[Batch]:
        """What is missing, in blocks of seeds over all scenarios, so that a part of a study is paired too."""
        missing = [self.planned[identity] for identity in self.planned if identity not in self.succeeded]
        parts = 2 * workers if workers > 1 else 1
        size = max(1, min(LARGEST, -(-len(missing) // parts)))
        for first in range(0, len(self.seeds), size):
            block = set(self.seeds[first : first + size])
            for place in range(len(self.job.scenarios)):
                seeds = tuple(seed for where, seed in missing if where == place and seed in block)
                if seeds:
                    yield Batch(place, seeds)

    def _note(self, receipt: Receipt) -> None:
        self.chunks[receipt.chunk] = receipt
        self.succeeded |= receipt.runs.keys() & self.planned.keys()
        self.failures |= {failure.run_id: failure for failure in receipt.failures}

    def _report(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            self._note(receipt)
        self._tell()

    def _tell(self) -> None:
        done, seconds = len(self.succeeded), time.monotonic() - self.began
        self.options.progress(Progress(len(self.planned), done, len(self.failed), self.found, seconds))

    @property
    def receipts(self) -> list[Receipt]:
        return list(self.chunks.values())

    @property
    def failed(self) -> dict[str, Failure]:
        """Failures of planned runs that no later try mended."""
        return {i: told for i, told in self.failures.items() if i in self.planned and i not in self.succeeded}

    def _hopeless(self) -> bool:
        return not self.succeeded and len(self.failed) >= SAME_FAILURES

    def _save(self, status: str) -> None:
        told = {**self.manifest, "status": status}
        manifests.write(self.folder, manifests.progress(told, self.receipts, len(self.failed), len(self.planned)))

    def _finish(self) -> None:
        self.folder.write_parquet("runs.parquet", self._runs())
        self.folder.write("failures.csv", _failures_csv(self.failed.values()))
        write_summaries(self.folder, self.receipts, list(self.plan.scenarios), self.plan.references)

    def _runs(self) -> pa.Table:
        """One row per run: id, scenario, point of a design (0), seed, outcomes of the last year, seconds, status."""
        seconds = {run: told[1] for receipt in self.receipts for run, told in receipt.runs.items()}
        tried = [run for run in self.planned if run in self.succeeded or run in self.failed]
        where = [self.planned[run] for run in tried]
        names = list(self.plan.scenarios)
        keys = pa.table(
            {
                "run_id": pa.array(tried, pa.string()),
                "scenario": pa.array([names[place] for place, _ in where], pa.string()),
                "point": pa.array([0] * len(tried), pa.int64()),
                "seed": pa.array([seed for _, seed in where], pa.int64()),
                "seconds": pa.array([seconds.get(run) for run in tried], pa.float64()),
                "status": pa.array(["done" if run in self.succeeded else "failed" for run in tried], pa.string()),
            }
        )
        joined = keys.join(self._finals(), ["scenario", "seed"]).sort_by(
            [("scenario", "ascending"), ("seed", "ascending")]
        )
        metrics = [name for name in joined.column_names if name not in keys.column_names]
        return joined.select(["run_id", "scenario", "point", "seed", *metrics, "seconds", "status"])

    def _finals(self) -> pa.Table:
        declared = YEARLY["yearly"]
        wanted = ["scenario", "seed", *fields(declared)]
        parts = [pa.table({"scenario": pa.array([], pa.string()), "seed": pa.array([], pa.int64())})]
        for path in self.folder.paths("yearly", self.receipts):
            table = pq.read_table(path)
            last = pc.equal(table["year"], pc.max(table["year"]))
            part = table.filter(pc.and_(last, pc.equal(table["sector"], ALL))).select(wanted)
            parts.append(part.set_column(0, "scenario", part["scenario"].cast(pa.string())))
        return pa.concat_tables(parts, promote_options="default")


def _failures_csv(failures: Iterable[Failure]) -> str:
    import csv
    import io

    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    columns = ("run_id", "scenario", "seed", "quarter", "error", "replay")
    writer.writerow(columns)
    writer.writerows([getattr(told, column) for column in columns] for told in failures)
    return sink.getvalue()


def code_folder() -> Path | None:
    """Where the kernel's machine code is kept; None if it runs interpreted."""
    from sim.quarter import one_quarter

    stats = getattr(one_quarter, "stats", None)
    return Path(stats.cache_path) if stats else None


def make_job(plan: Plan, options: Options, folder: Path) -> Job:
    """What workers need."""
    from sim.compiled import kernel_hash
    from sim.scenario.build import labels
    from sim.simulate import simulate, warm_up

    return Job(
        scenarios=tuple(plan.scenarios.values()),
        folder=folder,
        keep=KEEP[options.keep],
        kernel_hash=kernel_hash(),
        replay=f"python run.py replay {folder}",
        simulate=options.simulate or simulate,
        labels=options.labels or labels,
        warm=None if options.simulate else warm_up,
    )
