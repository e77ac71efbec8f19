"""Batches over processes: a dying worker costs its batch a repeat, never the study."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Any

from sim.study import batch as worker
from sim.study.batch import Batch, Job
from sim.study.store import Receipt

DEATHS = 2  # a run that ends its worker is tried so often, then recorded as failed
Report = Callable[[Receipt | None], None]  # called with each receipt, and with None now and then


def default_workers() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_batches(job: Job, batches: Iterable[Batch], workers: int, report: Report, stop: Callable[[], bool]) -> None:
    """Carry out batches until done or `stop()`; what runs is finished and written either way.

    One worker runs in this process. Raises IoFailure when a chunk cannot be written.
    """
    if workers == 1:
        _run_here(job, deque(batches), report, stop)
    else:
        _Pool(job, deque(batches), workers, report, stop).run()


def _run_here(job: Job, queue: deque[Batch], report: Report, stop: Callable[[], bool]) -> None:
    worker.prepare(job)
    while queue and not stop():
        batch = queue.popleft()
        receipt, rest = worker.work(batch)
        report(receipt)
        if rest:
            queue.appendleft(batch._replace(seeds=rest))


class _Pool:
    """A pool that is made anew when a worker dies; its batches in flight are then tried one by one, alone."""

    def __init__(self, job: Job, queue: deque[Batch], workers: int, report: Report, stop: Callable[[], bool]) -> None:
        self.job, self.queue, self.workers, self.report, self.stop = job, queue, workers, report, stop
        self.suspects: deque[Batch] = deque()
        # Importing Mesa's batch runner changes the global start method, so the context is always named.
        self.context: Any = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
        if hasattr(os, "fork"):
            self.context.set_forkserver_preload([worker.__name__, job.simulate.__module__])

    def run(self) -> None:
        while (self.queue or self.suspects) and not self.stop():
            if self.suspects:
                self._run_alone(self.suspects.popleft())
            else:
                self._run_queue()

    def _open(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=self.context, initializer=_start, initargs=(self.job,))

    def _run_queue(self) -> None:
        flying: dict[Future[tuple[Receipt, tuple[int, ...]]], Batch] = {}
        with self._open(self.workers) as pool:
            try:
                while (self.queue or flying) and not self.suspects:
                    while self.queue and len(flying) < 2 * self.workers and not self.stop():
                        batch = self.queue.popleft()
                        flying[pool.submit(worker.work, batch)] = batch
                    if self.stop():
                        self.queue.extendleft(flying.pop(future) for future in list(flying) if future.cancel())
                        if not flying:
                            return
                    self._collect(flying)
            except BrokenProcessPool:
                self.suspects.extend(flying.values())
            except KeyboardInterrupt:  # asked twice: at once
                for child in multiprocessing.active_children():
                    child.kill()
                raise

    def _collect(self, flying: dict[Future[tuple[Receipt, tuple[int, ...]]], Batch]) -> None:
        ready, _ = wait(flying, timeout=0.5, return_when=FIRST_COMPLETED)
        self.report(None)
        for future in ready:
            receipt, rest = future.result()  # raises BrokenProcessPool with the batch still in flight
            batch = flying.pop(future)
            self.report(receipt)
            if rest:
                self.queue.appendleft(batch._replace(seeds=rest))

    def _run_alone(self, batch: Batch) -> None:
        with self._open(1) as pool:
            try:
                receipt, rest = pool.submit(worker.work, batch).result()
            except BrokenProcessPool:
                self._halve(batch)
            else:
                self.report(receipt)
                if rest:
                    self.suspects.appendleft(batch._replace(seeds=rest))

    def _halve(self, batch: Batch) -> None:
        middle = len(batch.seeds) // 2
        if middle:
            self.suspects.extend(batch._replace(seeds=half) for half in (batch.seeds[:middle], batch.seeds[middle:]))
        elif batch.deaths + 1 < DEATHS:
            self.suspects.append(batch._replace(deaths=batch.deaths + 1))
        else:
            self.report(worker.record_death(self.job, batch))


def _start(job: Job) -> None:
    """Begin a worker: it leaves interruptions to the main process and dies with it."""
    import signal

    import pyarrow as pa

    for name in ("SIGINT", "SIGHUP"):  # sent to the whole terminal; SIGTERM stays, a broken pool ends workers with it
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    pa.set_cpu_count(1)
    worker.prepare(job)
    if job.warm:  # neighbours start at different ends and meet in the cache
        number = int(multiprocessing.current_process().name.rpartition("-")[2])
        job.warm(job.scenarios[0], number % 2 == 0)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
