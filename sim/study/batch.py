"""What a worker does: carry out some runs, write the chunk, hand back a receipt."""

import hashlib
import pickle
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite, isnan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.columns import FIRST_YEAR
from sim.declare import Field
from sim.errors import Conflict
from sim.records import Vintage
from sim.study.arrays import arrow
from sim.study.limits import Limits, Watch, watched
from sim.study.own import Own, measured
from sim.study.plan import Settings
from sim.study.store import Failure, Folder, Receipt
from sim.study.tables import METRICS, Frame, Measures, Run, Values, fields, measure, plain, tables
from sim.study.yearly import YEARLY, final, shortened, yearly, years

SECONDS = 4.0  # after this much time a worker writes what it has, so that an interruption costs little
SLACK = 1e-9  # rounding that a bound forgives
LARGEST = 32  # runs in a chunk: bounds a worker's memory
_prepared: set[str] = set()  # jobs whose model this process has ready


@dataclass(frozen=True)
class Job:
    """What all batches share. `keep`: tables to write; `points`: they say which; `replay`: command to repeat a run."""

    scenarios: Mapping[str, Any]
    folder: Path
    keep: tuple[str, ...]
    points: bool
    kernel_hash: str
    replay: str
    simulate: Callable[[Any, int], Run]
    labels: Callable[[Any], Any]
    vary: Callable[[Any, Mapping[str, Any]], Any]
    warm: Callable[[Any, bool], None] | None = None  # compiles the kernel, from either end
    limits: Limits | None = None  # of one run, where workers are processes of their own
    own: tuple[Own, ...] = ()


class Order(NamedTuple):
    """One run: a point (settings) of a scenario, and a seed."""

    run_id: str
    scenario: str
    point: int
    settings: Settings
    seed: int


class Batch(NamedTuple):
    """Runs of one scenario; `deaths`: how often a worker died of it."""

    orders: tuple[Order, ...]
    deaths: int = 0


class Sent(NamedTuple):
    """A job as it travels, with every batch: a worker unpacks it when it sees it first."""

    name: str
    data: bytes


class Broken(Exception):
    """A run whose numbers break a declared bound."""

    def __init__(self, message: str, quarter: str) -> None:
        super().__init__(message)
        self.quarter = quarter


class WorkerDied(Exception):
    """A run that ends every process it runs in."""


def run_id(scenario_hash: str, kernel_hash: str, seed: int) -> str:
    """Names a run by its content: the resolved scenario, the kernel, the seed."""
    return hashlib.sha256(f"{scenario_hash} {kernel_hash} {seed}".encode()).hexdigest()[:16]


def pack(job: Job) -> Sent:
    """A job ready to travel."""
    data = pickle.dumps(job)
    return Sent(hashlib.sha256(data).hexdigest(), data)


@lru_cache(maxsize=1)
def unpack(sent: Sent) -> Job:
    """The job, once per process. Raises Conflict where this process runs other code than the one that asks."""
    job: Job = pickle.loads(sent.data)
    if job.warm is not None:
        from sim.compiled import kernel_hash

        if kernel_hash() != job.kernel_hash:
            raise Conflict("a worker has other code of the model", "install one version on all machines of the cluster")
    return job


def prepare(sent: Sent, backwards: bool = False) -> None:
    """Compile the model, or load it, in a worker of its own, once: no run's limit of time holds that."""
    if sent.name in _prepared:
        return
    job = unpack(sent)
    if job.warm:
        job.warm(next(iter(job.scenarios.values())), backwards)
    _prepared.add(sent.name)


@lru_cache(maxsize=16)
def _frame(labels: Any, scenario: str, start: int, end: int) -> Frame:
    return Frame(scenario, labels, start, end)


def work(sent: Sent, batch: Batch) -> tuple[Receipt, tuple[Order, ...]]:
    """Carry out a batch until its orders or `SECONDS` are used up; returns the receipt and the orders left.

    A run that raises is noted in the receipt and the others go on. Raises IoFailure if the chunk cannot be written.
    """
    job = unpack(sent)
    if job.limits is not None:
        prepare(sent)
    began = time.monotonic()
    runs: dict[str, tuple[int, int, float]] = {}
    failures: list[Failure] = []
    parts: dict[str, list[pa.Table]] = {name: [] for name in job.keep}
    done = 0
    with watched(Folder(job.folder), job.limits) as watch:
        for order in batch.orders:
            started = time.perf_counter()
            try:
                made = _carry_out(job, order, watch)
            except Exception as error:
                failures.append(failure(job, order, error))
            else:
                for name in job.keep:
                    parts[name].append(made[name])
                runs[order.run_id] = (order.point, order.seed, time.perf_counter() - started)
            done += 1
            if time.monotonic() - began > SECONDS or done == LARGEST:
                break
    first = batch.orders[0]
    receipt = Receipt(
        _chunk(first, [*runs, *(told.run_id for told in failures)]), first.scenario, runs, failures,
        host=socket.gethostname(), memory=peak_memory(),
    )  # fmt: skip
    whole = {name: pa.concat_tables(listed) for name, listed in parts.items() if listed}
    return Folder(job.folder).write_chunk(receipt, whole), batch.orders[done:]


def _carry_out(job: Job, order: Order, watch: Watch | None) -> dict[str, pa.Table]:
    if watch is None:
        return _tables(job, order)
    with watch.over_run(order.run_id):
        return _tables(job, order)


def _chunk(first: Order, ids: list[str]) -> str:
    return f"{first.scenario}-{first.seed:06d}-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:12]}"


def peak_memory() -> int:
    """Bytes that this process held at most; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _tables(job: Job, order: Order) -> dict[str, pa.Table]:
    scenario = job.scenarios[order.scenario]
    if order.settings:
        scenario = job.vary(scenario, dict(order.settings))
    run = job.simulate(scenario, order.seed)
    written = plain(run)
    check_bounds(written)
    frame = _frame(job.labels(scenario), order.scenario, scenario.start, scenario.end)
    by_year = years(written, frame)
    made = yearly(by_year, frame, order.seed, YEARLY if job.own else job.keep)
    whole = dict(made)
    if job.points:  # summed up from `final`, so that paths may be short
        made = {name: shortened(path) for name, path in made.items()}
    made |= final(by_year, frame, order.seed)
    if job.own or not made.keys() >= set(job.keep):
        made |= tables(run, frame, measure(written, frame))
    if job.own:
        made["final"] = measured(job.own, made | whole, made["final"])
    if job.points:
        made = {name: _pointed(table, order.point) for name, table in made.items()}
    return made


def _pointed(table: pa.Table, point: int) -> pa.Table:
    return table.add_column(1, "point", arrow(np.full(table.num_rows, point, np.int64)))


def check_bounds(written: Measures) -> None:
    """Raises Broken where a metric leaves its declared bounds or is infinite, or what adds up is not a number."""
    for declared, values in zip(METRICS.values(), written, strict=True):
        flat = values.reshape(len(values), -1)
        least, most = np.fmin.reduce(flat, axis=1), np.fmax.reduce(flat, axis=1)  # these two pass over nan
        numbers = zip(least.tolist(), most.tolist(), np.isnan(flat.sum(axis=1)).tolist(), strict=True)
        for (name, about), own, (low, high, unknown) in zip(fields(declared).items(), values, numbers, strict=True):
            adds = about.pool == "sum" and declared is not Vintage
            inside = low >= about.low - SLACK and high <= about.high + SLACK and isfinite(high - low)
            if not (inside or isnan(low)) or (adds and unknown):
                _tell(name, about, own, adds)


def _tell(name: str, about: Field, values: Values, adds: bool) -> None:
    wrong = (values < about.low - SLACK) | (values > about.high + SLACK) | np.isinf(values) | (adds & np.isnan(values))
    quarter, *where = (int(place) for place in np.argwhere(wrong)[0])
    told = f"{name} is {values[(quarter, *where)]:.6g}, allowed are {about.low:g} to {about.high:g}; sector {where[0]}"
    raise Broken(told, f"{FIRST_YEAR + quarter // 4}Q{quarter % 4 + 1}")


def failure(job: Job, order: Order, error: BaseException) -> Failure:
    """A failed run as it is recorded."""
    lines = traceback.format_exception(error)[-3:]
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    quarter = str(getattr(error, "quarter", ""))
    replay = f"{job.replay} {order.run_id}"
    return Failure(order.run_id, order.scenario, order.point, order.seed, quarter, told, replay, "".join(lines))


def record_death(job: Job, batch: Batch, how: str) -> Receipt:
    """A receipt for the one run that ends every process it runs in; how: as far as the engine knows."""
    (order,) = batch.orders
    noted = replace(failure(job, order, WorkerDied(f"died ({how})" if how else "died")), traceback="")
    receipt = Receipt(_chunk(order, [order.run_id]), order.scenario, {}, [noted])
    return Folder(job.folder).write_chunk(receipt, {})
