"""What a worker does: run some seeds of a scenario, write the chunk, hand back a receipt."""

import hashlib
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.columns import FIRST_YEAR
from sim.declare import Field
from sim.records import Vintage
from sim.study.store import Failure, Folder, Receipt
from sim.study.tables import METRICS, Frame, Measures, Run, Values, fields, measure, plain, tables
from sim.study.yearly import YEARLY, yearly

SECONDS = 4.0  # after this much time a worker writes what it has, so that an interruption costs little
SLACK = 1e-9  # rounding that a bound forgives
LARGEST = 32  # runs in a chunk: bounds a worker's memory


@dataclass(frozen=True)
class Job:
    """What all batches share; sent to each worker once. `keep`: tables to write; `replay`: command to repeat a run."""

    scenarios: tuple[Any, ...]
    folder: Path
    keep: tuple[str, ...]
    kernel_hash: str
    replay: str
    simulate: Callable[[Any, int], Run]
    labels: Callable[[Any], Any]
    warm: Callable[[Any, bool], None] | None = None  # compiles the kernel, from either end


class Batch(NamedTuple):
    """Seeds of one scenario; `deaths`: how often a worker died of it."""

    scenario: int
    seeds: tuple[int, ...]
    deaths: int = 0


class Broken(Exception):
    """A run whose numbers break a declared bound."""

    def __init__(self, message: str, quarter: str) -> None:
        super().__init__(message)
        self.quarter = quarter


def run_id(scenario: Any, kernel_hash: str, seed: int) -> str:
    """Names a run by its content: the resolved scenario, the kernel, the seed."""
    told = f"{scenario.hash} {kernel_hash} {seed}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


_job: Job | None = None


def prepare(job: Job) -> None:
    """Tell this process what `work` belongs to."""
    global _job
    _job = job
    _frame.cache_clear()


@cache
def _frame(scenario: int) -> Frame:
    assert _job is not None
    told = _job.scenarios[scenario]
    return Frame(told.name, _job.labels(told), told.start, told.end)


def work(batch: Batch) -> tuple[Receipt, tuple[int, ...]]:
    """Run a batch until its seeds or `SECONDS` are used up; returns the receipt and the seeds left.

    A run that raises is noted in the receipt and the others go on. Raises IoFailure if the chunk cannot be written.
    """
    assert _job is not None
    scenario = _job.scenarios[batch.scenario]
    began = time.monotonic()
    runs: dict[str, tuple[int, float]] = {}
    failures: list[Failure] = []
    parts: dict[str, list[pa.Table]] = {name: [] for name in _job.keep}
    done = 0
    for seed in batch.seeds:
        started = time.perf_counter()
        try:
            made = _tables(_job, batch.scenario, seed)
        except Exception as error:
            failures.append(failure(_job, scenario, seed, error))
        else:
            for name in _job.keep:
                parts[name].append(made[name])
            runs[run_id(scenario, _job.kernel_hash, seed)] = (seed, time.perf_counter() - started)
        done += 1
        if time.monotonic() - began > SECONDS or done == LARGEST:
            break
    ids = [*runs, *(told.run_id for told in failures)]
    chunk = f"{scenario.name}-{batch.seeds[0]:06d}-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:12]}"
    whole = {name: pa.concat_tables(listed) for name, listed in parts.items() if listed}
    receipt = Folder(_job.folder).write_chunk(Receipt(chunk, scenario.name, runs, failures), whole)
    return receipt, batch.seeds[done:]


def _tables(job: Job, place: int, seed: int) -> dict[str, pa.Table]:
    run = job.simulate(job.scenarios[place], seed)
    written = plain(run)
    check_bounds(written)
    frame = _frame(place)
    measures = measure(written, frame)
    made = yearly(measures, frame, seed)
    if len(job.keep) > len(YEARLY):
        made |= tables(run, frame, measures)
    return made


def check_bounds(written: Measures) -> None:
    """Raises Broken where a metric leaves its declared bounds or is infinite, or what adds up is not a number."""
    for declared, values in zip(METRICS.values(), written, strict=True):
        for (name, about), own in zip(fields(declared).items(), values, strict=True):
            adds = about.pool == "sum" and declared is not Vintage
            least, most = np.fmin.reduce(own, axis=None), np.fmax.reduce(own, axis=None)  # these two pass over nan
            inside = least >= about.low - SLACK and most <= about.high + SLACK and np.isfinite(most - least)
            if not (inside or np.isnan(least)) or (adds and np.isnan(own.sum())):
                _tell(name, about, own, adds)


def _tell(name: str, about: Field, values: Values, adds: bool) -> None:
    wrong = (values < about.low - SLACK) | (values > about.high + SLACK) | np.isinf(values) | (adds & np.isnan(values))
    quarter, *where = (int(place) for place in np.argwhere(wrong)[0])
    told = f"{name} is {values[(quarter, *where)]:.6g}, allowed are {about.low:g} to {about.high:g}; sector {where[0]}"
    raise Broken(told, f"{FIRST_YEAR + quarter // 4}Q{quarter % 4 + 1}")


def failure(job: Job, scenario: Any, seed: int, error: BaseException) -> Failure:
    """A failed run as it is recorded."""
    identity = run_id(scenario, job.kernel_hash, seed)
    lines = traceback.format_exception(error)[-3:]
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    quarter = str(getattr(error, "quarter", ""))
    return Failure(identity, scenario.name, seed, quarter, told, f"{job.replay} {identity}", "".join(lines))


def record_death(job: Job, batch: Batch) -> Receipt:
    """A receipt for the one run that ends every process it runs in."""
    scenario = job.scenarios[batch.scenario]
    noted = failure(job, scenario, batch.seeds[0], RuntimeError("the worker died"))
    noted = replace(noted, traceback="")
    receipt = Receipt(f"{scenario.name}-{batch.seeds[0]:06d}-{noted.run_id[:12]}", scenario.name, {}, [noted])
    return Folder(job.folder).write_chunk(receipt, {})
