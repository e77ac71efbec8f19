"""Batches over an engine: a dying worker costs its batch a repeat, never the study."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import suppress

from sim.runs import batch as worker
from sim.runs.batch import Batch, Job, Order, Sent
from sim.runs.engines import Engine
from sim.runs.store import Receipt

Report = Callable[[Receipt | None], None]  # called with each receipt, and with None now and then
Done = tuple[Receipt, tuple[Order, ...]]


def run_batches(
    job: Job, sent: Sent, batches: Iterator[Batch], engine: Engine, report: Report, stop: Callable[[], bool]
) -> None:
    """Carry out batches until done or `stop()`; what runs is finished and written either way.

    Raises IoFailure when a chunk cannot be written.
    """
    _Loop(job, sent, batches, engine, report, stop).run()


class _Loop:
    """Batches in flight. When a worker dies, those that were with it are suspects and are tried one by one, alone."""

    def __init__(
        self, job: Job, sent: Sent, batches: Iterator[Batch], engine: Engine, report: Report, stop: Callable[[], bool]
    ) -> None:
        self.job, self.sent, self.engine, self.report, self.stop = job, sent, engine, report, stop
        self.batches = batches
        self.first: deque[Batch] = deque()  # parts of batches that were not finished
        self.suspects: deque[Batch] = deque()
        self.flying: dict[Future[Done], Batch] = {}

    def run(self) -> None:
        while not self.stop():
            if self.suspects:
                self._alone(self.suspects.popleft())
            elif (batch := self._next()) is not None:
                self.first.appendleft(batch)
                self._together()
            else:
                return

    def _next(self) -> Batch | None:
        return self.first.popleft() if self.first else next(self.batches, None)

    def _together(self) -> None:
        with self.engine.open(self.engine.workers) as pool:
            try:
                while not self.suspects and self._submit(pool):
                    self._collect()
                while self.flying:  # of a pool that broke, or of a study that is to stop
                    self._collect()
            except KeyboardInterrupt:  # asked twice: at once
                self.engine.kill()
                raise
            except BaseException:  # a chunk cannot be written: no use in trying those that wait
                for future in self.flying:
                    future.cancel()
                raise

    def _submit(self, pool: Executor) -> bool:
        """Keep the pool busy; False if nothing is to be done any more."""
        while len(self.flying) < self.engine.ahead and not self.stop():
            batch = self._next()
            if batch is None:
                break
            try:
                self.flying[pool.submit(worker.work, self.sent, batch)] = batch
            except self.engine.deaths:  # of a batch in flight, which tells of it
                self.first.appendleft(batch)
                break
        if self.stop():
            self.first.extend(self.flying.pop(future) for future in list(self.flying) if future.cancel())
        return bool(self.flying) and not self.stop()

    def _collect(self) -> None:
        ready, _ = wait(self.flying, timeout=0.5, return_when=FIRST_COMPLETED)
        self.report(None)
        for future in ready:
            batch = self.flying.pop(future)
            try:
                self._take(batch, future.result())
            except self.engine.deaths:
                self.suspects.append(batch)

    def _take(self, batch: Batch, done: Done) -> None:
        receipt, rest = done
        self.report(receipt)
        if rest:
            self.first.appendleft(batch._replace(orders=rest))

    def _alone(self, batch: Batch) -> None:
        done: Done | None = None
        with self.engine.open(1) as pool, suppress(*self.engine.deaths):
            future = pool.submit(worker.work, self.sent, batch)
            self.engine.watch()
            done = future.result()
        if done is None:
            self._halve(batch)
            return
        receipt, rest = done
        self.report(receipt)
        if rest:
            self.suspects.appendleft(batch._replace(orders=rest))

    def _halve(self, batch: Batch) -> None:
        middle = len(batch.orders) // 2
        if middle:
            halves = (batch.orders[:middle], batch.orders[middle:])
            self.suspects.extend(batch._replace(orders=half) for half in halves)
        elif batch.deaths + 1 < self.engine.tries:
            self.suspects.append(batch._replace(deaths=batch.deaths + 1))
        else:
            self.report(worker.record_death(self.job, batch, self.engine.ended()))
