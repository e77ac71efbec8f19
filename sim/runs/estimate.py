"""What a study would take, from a pilot: time, disk, memory."""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sim.runs.adaptive import Adaptive
from sim.runs.batch import LARGEST, Batch, Job, Order, pack, peak_memory, run_id, settled, work
from sim.runs.course import make_job
from sim.runs.engines import default_workers, local_workers
from sim.runs.plan import Options, Plan

PILOT = 3  # runs that are tried, spread over the arms


def crowding(workers: int) -> float:
    """How much slower runs go with so many workers than in the pilot, where others use the machine too."""
    if not hasattr(os, "getloadavg"):
        return 1.0
    cores, others = default_workers(), max(os.getloadavg()[0] - 1.0, 0.0)  # the pilot itself is one
    return max(1.0, (others + workers) / cores) / max(1.0, (others + 1) / cores)


@dataclass(frozen=True)
class Estimate:
    """runs; seconds of one run as the pilot took them by itself, fastest and slowest; how many times as long it takes
    beside the other workers and what else the machine does; part of all quarters that runs share with others, and need
    not go through again; seconds and bytes of all; bytes of memory a worker holds. `most_...`: where intervals ask for
    more seeds, the same with as many as are allowed."""

    runs: int
    workers: int
    seconds_a_run: float
    fastest: float
    slowest: float
    crowding: float
    shared: float
    seconds: float
    bytes: int
    memory: int
    free: int
    exists: bool
    most_seeds: int
    most_runs: int
    most_seconds: float
    most_bytes: int


def estimate(plan: Plan, options: Options) -> Estimate:
    """Try a few runs aside, in this process; nothing stays. Raises UsageError for outcomes that cannot be watched."""
    arms, seeds = plan.arms, len(plan.seeds)
    watched = Adaptive(plan, options)
    most = max(seeds, watched.most) if watched.wanted else seeds
    runs = len(arms) * seeds if plan.only is None else len(plan.only)
    if options.shard:
        runs = -(-runs // options.shard[1])
    workers = local_workers(options, runs)
    pilot = [(len(arms) * n // PILOT, plan.seeds[n % seeds]) for n in range(PILOT)]
    times, size = [], 0
    with tempfile.TemporaryDirectory() as aside:
        job = make_job(plan, options, Path(aside))
        sent = pack(job)
        for number, (place, seed) in enumerate([pilot[0], *pilot]):  # the first run loads or compiles the model
            arm = arms[place]
            order = Order(run_id(arm.hash, job.kernel_hash, seed), arm.scenario, arm.point, arm.settings, seed)
            began = time.perf_counter()
            receipt, _ = work(sent, Batch((order,)))
            if number:
                times.append(time.perf_counter() - began)
                size += sum(file["bytes"] for file in receipt.files.values())
    mean, slower = sum(times) / len(times), crowding(workers)
    common = _shared(plan, options, job)
    out = Path(str(options.out)).resolve()
    there = next(path for path in [out, *out.parents] if path.exists())
    seconds, size = mean * slower * runs * (1.0 - common) / workers, size // len(times) * runs
    return Estimate(
        runs, workers, mean, min(times), max(times), slower, common, seconds, size,
        peak_memory(), shutil.disk_usage(there).free, (out / "manifest.json").is_file(),
        most, runs * most // seeds, seconds * most / seeds, size * most // seeds,
    )  # fmt: skip


def _shared(plan: Plan, options: Options, job: Job) -> float:
    """The part of all quarters that runs with the first seed have in common, as far as one batch holds them."""
    from sim.branches import shared

    part, parts = options.shard or (1, 1)
    arms = plan.arms[part - 1 :: parts][:LARGEST]
    if job.together is None or plan.only is not None or len(arms) < 2:
        return 0.0
    return shared([settled(job, arm.scenario, arm.settings) for arm in arms], plan.seeds[0])
