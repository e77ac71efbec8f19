"""The course every study takes: plan, find what is there, run what is missing, sum up. One runner for all of them."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from sim.called import command
from sim.errors import IoFailure
from sim.runs import batch as worker
from sim.runs import manifest as manifests
from sim.runs import variance
from sim.runs.adaptive import Adaptive
from sim.runs.batch import Batch, Job, Order, pack, run_id
from sim.runs.design import references
from sim.runs.dictionary import dictionary_csv
from sim.runs.engines import apart, engine, local_workers
from sim.runs.executor import run_batches
from sim.runs.interrupt import Interrupted, Interruption
from sim.runs.limits import Limits
from sim.runs.outcomes import failures_csv, runs
from sim.runs.plan import Arm, Options, Plan, Progress
from sim.runs.points import write_points
from sim.runs.results import Results
from sim.runs.store import KEEP, SWEPT, Failure, Folder, Receipt
from sim.runs.summary import write_summaries
from sim.runs.tables import fields
from sim.runs.yearly import FINAL

SAME_FAILURES = 20  # if that many runs fail with one kind of error and none succeeds, the rest is not tried
SPARE = 1.2  # times the space that runs seem to need has to be free
LEAST_FREE = 10_000_000  # bytes, before anything is known of the size of a run
EVERY = 30.0  # seconds between two writings of the manifest while runs go on


def carry_out(plan: Plan, options: Options) -> Results:
    """Run what the folder lacks, then write runs, failures, summary and differences.

    Raises Interrupted after a signal (what ran is kept), Conflict, CannotCreate, IoFailure; UsageError on bad options.
    """
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
        self.arms = plan.arms
        self.adaptive = Adaptive(plan, options)
        self.planned: dict[str, tuple[int, int]] = {}  # run id -> place of the arm, seed
        self.chunks: dict[str, Receipt] = {}
        self.failures: dict[str, Failure] = {}
        self.succeeded: set[str] = set()
        self.found = 0
        self.began = self.saved = time.monotonic()

    def run(self) -> None:
        self.manifest = self._open()
        self._take_stock()
        self._check_space()
        self._save("running")  # before all else that is seen: it says whose folder this is, should we die now
        self._write_inputs()
        self.folder.log(event="started", command=self.options.command, planned=len(self.planned), found=self.found)
        with Interruption() as asked:
            most = max(len(self.planned) - self.found, len(self.arms) if self.options.until_ci else 0)
            if apart(self.options, most):
                self.job = replace(self.job, limits=_limits(self.options))
            sent = pack(self.job)
            with engine(self.options, most, sent) as chosen:
                self._announce_compiling()
                while True:
                    batches = self._batches(chosen.workers)
                    run_batches(self.job, sent, batches, chosen, self._report, lambda: asked() or self._hopeless())
                    if asked() or not self._extend():
                        break
        self._tell()
        if asked():
            self._save("interrupted")
            self.folder.log(event="interrupted", signal=asked.signal)
            told = f"interrupted after {len(self.succeeded)} of {len(self.planned)} runs; what ran is kept"
            raise Interrupted(told, f"go on with: {self.options.command or 'the same call'}", asked.code)
        self._finish()
        if self._hopeless():
            first = next(iter(self.failed.values()))
            told = (first.traceback or first.error).rstrip()
            self.options.note(f"no run succeeds, the rest is not tried; the first failed with\n{told}")
        tried = len(self.succeeded) + len(self.failed)
        status = "complete" if tried == len(self.planned) else "stopped"
        self._save(status)
        self.folder.log(event=status, done=len(self.succeeded), failed=len(self.failed))

    def _announce_compiling(self) -> None:
        code = code_folder(next(iter(self.plan.scenarios.values())) if self.job.warm else None)
        if self.job.warm and not self.options.cluster and code and not any(code.glob("*.sector_quarters*.nbc")):
            self.options.note("first run on this machine: the model is compiled, which takes about half a minute")

    def _open(self) -> dict[str, Any]:
        """Compare with what the folder holds."""
        plan = self.plan
        new = manifests.begin(plan, self.options, self.job.kernel_hash)
        seeds = set(plan.seeds)
        if self.folder.holds_results:
            if self.options.force:
                self.folder.clear()
            else:
                old = manifests.read(self.folder.path)
                manifests.check_same(self.folder, old, new, self.options.accept_code_change)
                new["started"] = old["started"]
                new["earlier_code"] = manifests.earlier_code(old, new)
                seeds |= set(old["seeds"])
        self.seeds = sorted(seeds)
        return {**new, "command": self.options.command}

    def _write_inputs(self) -> None:
        """The scenarios, and the design of a sweep."""
        plan = self.plan
        for place, (name, scenario) in enumerate(plan.scenarios.items()):
            if place == 0:
                self.folder.write("scenario.yaml", scenario.text)
            if len(plan.scenarios) > 1:
                self.folder.write(f"scenarios/{name}.yaml", scenario.text)
        if plan.design is not None:
            self.folder.write_parquet("design.parquet", plan.design)

    def _wanted(self) -> int:
        """How many runs the whole study has, all shards together."""
        return len(self.arms) * len(self.seeds) if self.plan.only is None else len(self.plan.only)

    def _take_stock(self) -> None:
        mixed = bool(self.manifest["earlier_code"])
        self._plan_runs(self.folder.receipts() if mixed else [])
        whole = self.folder.repair(self.options.note, self.planned)
        if mixed:
            self._plan_runs(whole)
        for receipt in whole:
            self._note(receipt)
        self.found = len(self.succeeded)
        if self.found:
            self.options.note(f"found {self.found} of {len(self.planned)} runs in {self.folder.path}")

    def _plan_runs(self, receipts: list[Receipt]) -> None:
        """Which runs are wanted: of all pairs of seed and arm, or of those of one shard, every n-th. One that receipts
        hold from earlier code, which was accepted, goes by the id it had."""
        codes = [self.job.kernel_hash, *(code["kernel_hash"] for code in self.manifest["earlier_code"])]
        held = {run for receipt in receipts for run in receipt.runs} if len(codes) > 1 else set()
        self.planned.clear()
        first, step = self.options.shard or (1, 1)
        only = self.plan.only
        pairs = ((place, seed) for seed in self.seeds for place in range(len(self.arms)))
        for number, (place, seed) in enumerate(pairs):
            arm = self.arms[place]
            if number % step == first - 1 and (only is None or (arm.point, seed) in only):
                ids = [run_id(arm.hash, code, seed) for code in codes]
                self.planned[next((run for run in ids if run in held), ids[0])] = (place, seed)

    def _batches(self, workers: int) -> Iterator[Batch]:
        """What is missing, seed after seed, so that a part of a study is balanced and paired.

        All that is run with one seed is in one batch, as far as it holds that, since such runs share what they have in
        common; but no worker is to stand idle for it.
        """
        missing = [(*self.planned[run], run) for run in self.planned if run not in self.succeeded]
        missing.sort(key=lambda each: (each[1], each[0]))
        families = [list(group) for _, group in groupby(missing, key=lambda each: each[1])]
        size = -(-len(missing) // (2 * workers if workers > 1 else 1))
        size = max(
            size, max(map(len, families), default=0) if len(families) >= workers else -(-len(missing) // workers)
        )
        size = min(size, worker.LARGEST * min(2, len(self.plan.scenarios)))
        orders: list[Order] = []
        for family in families:
            if len(orders) + len(family) > size and orders:
                yield Batch(tuple(orders))
                orders = []
            orders += [_order(self.arms[place], seed, run) for place, seed, run in family]
            while len(orders) >= size:
                yield Batch(tuple(orders[:size]))
                orders = orders[size:]
        if orders:
            yield Batch(tuple(orders))

    def _extend(self) -> bool:
        """Add seeds while intervals are wider than asked."""
        if self._hopeless():
            return False
        more = self.adaptive.more(self.folder, self.receipts, self.seeds)
        if more:
            self.options.note(self.adaptive.told)
            self.seeds = sorted({*self.seeds, *more})
            self._plan_runs(self.receipts)
            self._save("running")  # a receipt of a seed that no manifest names would be taken for a stranger's
        return bool(more)

    def _note(self, receipt: Receipt) -> None:
        self.chunks[receipt.chunk] = receipt
        self.succeeded |= receipt.runs.keys() & self.planned.keys()
        self.failures |= {failure.run_id: failure for failure in receipt.failures}

    def _report(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            first = not self.chunks
            self._note(receipt)
            seconds = round(sum(ran.seconds for ran in receipt.runs.values()), 3)
            counts = {"runs": len(receipt.runs), "failed": len(receipt.failures), "seconds": seconds}
            where = {"host": receipt.host, "memory": receipt.memory}
            self.folder.log(event="chunk", chunk=receipt.chunk, **counts, **where)
            if first:  # the first chunk is the pilot
                self._check_space()
        if time.monotonic() - self.saved > EVERY:
            self._save("running")
            self._check_space()
        self._tell()

    def _check_space(self) -> None:
        """Raises IoFailure where the runs to come will not fit on the disk, as far as the chunks so far tell."""
        done = sum(len(receipt.runs) for receipt in self.receipts)
        size = sum(file["bytes"] for receipt in self.receipts for file in receipt.files.values())
        missing = len(self.planned) - len(self.succeeded) - len(self.failed)
        needed = max(SPARE * missing * size / done if done else 0.0, LEAST_FREE if missing else 0)
        free = shutil.disk_usage(self.folder.path).free
        if free < needed:
            told = f"{missing:,} more runs need about {needed / 1e6:,.0f} MB; {free / 1e6:,.0f} MB are free"
            raise IoFailure(
                f"{self.folder.path}: {told}",
                "free space and run again, choose another --out, or keep less (--keep summary)",
            )

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
        """Whether nothing succeeded, and so many runs failed with one kind of error."""
        if self.succeeded or len(self.failed) < SAME_FAILURES:
            return False
        return max(Counter(told.error.partition(":")[0] for told in self.failed.values()).values()) >= SAME_FAILURES

    def _save(self, status: str) -> None:
        self.saved = time.monotonic()
        told = {**self.manifest, "status": status, "seeds": self.seeds, "runs": self._wanted()}
        manifests.write(self.folder, manifests.progress(told, self.receipts, len(self.failed), len(self.planned)))

    def _finish(self) -> None:
        # A worker that died after writing a chunk and before telling of it leaves runs that another one repeated.
        self.folder.keep_only(self.chunks)
        partial = self.options.shard is not None
        workers = local_workers(self.options, len(self.planned))
        finish(self.folder, self.plan, self.receipts, list(self.failed.values()), partial, workers)
        if self.options.until_ci:
            self.folder.write("convergence.csv", self.adaptive.course(self.folder, self.receipts))


def finish(
    folder: Folder, plan: Plan, receipts: list[Receipt], failed: list[Failure], partial: bool, workers: int
) -> None:
    """Sum up: runs and failures, and unless the study is a part of another one, summary and differences."""
    points, own = plan.design is not None, list(plan.about.get("own") or ())
    drawn = _posteriors(manifests.read(folder.path))
    made = runs(folder, receipts, failed, points, plan.design, own, drawn)
    folder.write_parquet("runs.parquet", made)
    if not points and (told := variance.table(made, list(fields(FINAL["final"])), plan.references)) is not None:
        folder.write("variance.csv", variance.csv(told))
    folder.write("failures.csv", failures_csv(failed))
    folder.write("dictionary.csv", dictionary_csv())
    if partial:
        return
    if points:
        wanted, base = plan.about.get("outcomes"), next(iter(plan.scenarios))
        write_points(folder, receipts, base, references(plan.design), own, wanted)
    else:
        write_summaries(folder, receipts, list(plan.scenarios), plan.references, workers)


def _posteriors(manifest: dict[str, Any]) -> dict[str, Any]:
    """Of each scenario whose seeds take draws in turn, how many there are and their parameters."""
    told = {**manifest["scenarios"], **manifest["variants"]}
    found = {name: each["resolved"].get("posterior") or {} for name, each in told.items()}
    return {name: each for name, each in found.items() if each.get("draws") and each.get("values")}


def _limits(options: Options) -> Limits:
    return Limits(options.run_timeout, None if options.memory is None else int(options.memory * 1e9))


def _order(arm: Arm, seed: int, run: str) -> Order:
    return Order(run, arm.scenario, arm.point, arm.settings, seed)


def code_folder(scenario: Any = None) -> Path | None:
    """Where the machine code of a scenario's kernel, or of the shipped one, is kept; None if it runs interpreted."""
    from sim.kernel import kernel

    stats = getattr(kernel(scenario.rules if scenario else None).sector_quarters, "stats", None)
    return Path(stats.cache_path) if stats else None


def make_job(plan: Plan, options: Options, folder: Path) -> Job:
    """What workers need."""
    from sim.branches import Branches
    from sim.machine.compiled import kernel_hash
    from sim.scenario.build import labels
    from sim.scenario.vary import vary
    from sim.simulate import simulate, warm_up

    return Job(
        scenarios=dict(plan.scenarios),
        folder=folder.resolve(),
        keep=SWEPT if plan.design is not None and options.keep == "summary" else KEEP[options.keep],
        points=plan.design is not None,
        kernel_hash=kernel_hash(),
        replay=command("replay", folder),
        simulate=options.simulate or simulate,
        together=None if options.simulate else Branches,
        labels=options.labels or labels,
        vary=options.vary or vary,
        warm=None if options.simulate else warm_up,
        own=plan.own,
    )
