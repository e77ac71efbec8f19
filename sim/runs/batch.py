"""What a worker does: carry out some runs, write the chunk, hand back a receipt."""

import hashlib
import pickle
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from sim.errors import Conflict
from sim.runs.arrays import arrow
from sim.runs.limits import Limits, Watch, watched
from sim.runs.measured import Measured, measured
from sim.runs.own import Own, with_own
from sim.runs.plan import Settings
from sim.runs.store import Failure, Folder, Ran, Receipt
from sim.runs.tables import Frame, Run, tables
from sim.runs.yearly import FINAL, YEARLY, final, yearly

SECONDS = 4.0  # after this much time a worker writes what it has, so that an interruption costs little
LARGEST = 32  # runs in a chunk, and half of those in a batch of several: bounds a worker's memory
_prepared: set[str] = set()  # jobs whose model this process has ready


class Together(Protocol):
    """Runs of several scenarios with one seed, which may share what they have in common; as `sim.branches` has them."""

    @property
    def order(self) -> Sequence[tuple[int, int]]: ...  # place among the scenarios, first quarter unlike the run before
    def run(self, number: int, /) -> Run: ...  # at a place of the order, which is asked for in turn
    def unlike(self, before: int, number: int, /) -> int: ...  # first quarter in which two runs of the order differ


@dataclass(frozen=True)
class Job:
    """What all batches share. `keep`: tables to write; `points`: they say which; `replay`: command to repeat a run;
    `together`: runs of a seed, where they share what they have in common."""

    scenarios: Mapping[str, Any]
    folder: Path
    keep: tuple[str, ...]
    points: bool
    kernel_hash: str
    replay: str
    simulate: Callable[[Any, int], Run]
    together: Callable[[Sequence[Any], int], Together] | None
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
    """Runs, those with one seed side by side; `deaths`: how often a worker died while it ran them."""

    orders: tuple[Order, ...]
    deaths: int = 0


class Sent(NamedTuple):
    """A job as it travels, with every batch: a worker unpacks it when it sees it first."""

    name: str
    data: bytes


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
        from sim.machine.compiled import kernel_hash

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


@dataclass
class _Chunk:
    """Runs that a worker has made and not yet written, by their places in the batch."""

    tables: dict[int, dict[str, pa.Table]] = field(default_factory=dict)
    runs: dict[int, tuple[str, Ran]] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)

    def written(self, job: Job, orders: Sequence[Order]) -> Receipt:
        """Write it, in the order of the batch; returns the receipt."""
        first = orders[min([*self.runs, *self.failures])]
        runs = dict(self.runs[place] for place in sorted(self.runs))
        failures = [self.failures[place] for place in sorted(self.failures)]
        receipt = Receipt(
            _chunk(first, [*runs, *(told.run_id for told in failures)]), runs, failures,
            host=socket.gethostname(), memory=peak_memory(),
        )  # fmt: skip
        parts = [self.tables[place] for place in sorted(self.tables)]
        each = {name: pa.concat_tables([made[name] for made in parts]) for name in job.keep} if parts else {}
        whole = {name: table.unify_dictionaries().combine_chunks() for name, table in each.items()}
        return Folder(job.folder).write_chunk(receipt, whole)


def work(sent: Sent, batch: Batch) -> tuple[Receipt, tuple[Order, ...]]:
    """Carry out a batch until it ends or `SECONDS` are over; returns a receipt and the orders left.

    A run that raises is noted in the receipt and the others go on. Raises IoFailure if a chunk cannot be written.
    """
    job = unpack(sent)
    if job.limits is not None:
        prepare(sent)
    began = time.monotonic()
    chunk = _Chunk()
    left = dict(enumerate(batch.orders))
    with watched(Folder(job.folder), job.limits) as watch:
        for place, make in _runs(job, batch.orders):
            order, started = left.pop(place), time.perf_counter()
            try:
                chunk.tables[place] = _carry_out(order, make, watch)
            except Exception as error:
                chunk.failures[place] = failure(job, order, error)
            else:
                seconds = time.perf_counter() - started
                chunk.runs[place] = order.run_id, Ran(order.scenario, order.point, order.seed, seconds)
            if time.monotonic() - began > SECONDS:
                break
    return chunk.written(job, batch.orders), tuple(left.values())


def _runs(job: Job, orders: Sequence[Order]) -> Iterator[tuple[int, Callable[[], dict[str, pa.Table]]]]:
    """Places of orders, in the order in which they are carried out, and what makes their tables, to be called once."""
    for _, group in groupby(enumerate(orders), key=lambda each: each[1].seed):
        places, mine = zip(*group, strict=True)
        family = _Family(job, mine)
        for number, (place, _) in enumerate(family.runs.order):
            yield places[place], partial(family.tables, number, place)


class _Family:
    """Runs with one seed. Each is made for itself where there is only one, or where one of them cannot even begin."""

    def __init__(self, job: Job, orders: Sequence[Order]) -> None:
        self.job, self.orders = job, orders
        self.last: tuple[int, Measured] | None = None  # a run before, by its place in the order
        self.runs: Together = _Apart(job, orders)
        if job.together is not None and len(orders) > 1:
            with suppress(Exception):  # told by the run that it concerns
                points = [settled(job, order.scenario, order.settings) for order in orders]
                self.runs = job.together(points, orders[0].seed)

    def tables(self, number: int, place: int) -> dict[str, pa.Table]:
        """Tables of a run, at its place in the order and among the orders."""
        job, order = self.job, self.orders[place]
        scenario, run = settled(job, order.scenario, order.settings), self.runs.run(number)
        frame = _frame(job.labels(scenario), order.scenario, scenario.start, scenario.end)
        quarterly = bool(job.own) or not {*YEARLY, *FINAL} >= {*job.keep}
        before, since = None, 0
        if self.last is not None:
            before, since = self.last[1], self.runs.unlike(self.last[0], number)
        found = measured(run, frame, quarterly, before, since)
        self.last = number, found
        return _tables(job, order, run, found)


class _Apart:
    """Runs that share nothing."""

    def __init__(self, job: Job, orders: Sequence[Order]) -> None:
        self.job, self.orders = job, orders
        self.order = [(place, 0) for place in range(len(orders))]

    def unlike(self, before: int, number: int) -> int:
        return 0

    def run(self, number: int) -> Run:
        order = self.orders[number]
        return self.job.simulate(settled(self.job, order.scenario, order.settings), order.seed)


def settled(job: Job, scenario: str, settings: Settings) -> Any:
    """A scenario of the job, or a point near it."""
    return job.vary(job.scenarios[scenario], dict(settings)) if settings else job.scenarios[scenario]


def _carry_out(order: Order, make: Callable[[], dict[str, pa.Table]], watch: Watch | None) -> dict[str, pa.Table]:
    if watch is None:
        return make()
    with watch.over_run(order.run_id):
        return make()


def _chunk(first: Order, ids: list[str]) -> str:
    return f"runs-{first.seed:06d}-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:12]}"


def peak_memory() -> int:
    """Bytes that this process held at most; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def tables_of(job: Job, order: Order) -> dict[str, pa.Table]:
    """The tables that one run leaves, which shares nothing; errors of the run pass through."""
    return _Family(job, (order,)).tables(0, 0)


def _tables(job: Job, order: Order, run: Run, found: Measured) -> dict[str, pa.Table]:
    made = yearly(found.years, found.frame, order.seed, YEARLY if job.own else job.keep)
    made |= final(found.last, found.frame, order.seed)
    if found.quarters is not None:
        made |= tables(run, found.frame, found.quarters)
    if job.own:
        made["final"] = with_own(job.own, made, made["final"])
    if job.points:
        made = {name: _pointed(table, order.point) for name, table in made.items()}
    return made


def _pointed(table: pa.Table, point: int) -> pa.Table:
    return table.add_column(1, "point", arrow(np.full(table.num_rows, point, np.int64)))


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
    receipt = Receipt(_chunk(order, [order.run_id]), {}, [noted])
    return Folder(job.folder).write_chunk(receipt, {})
