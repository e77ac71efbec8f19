"""Where batches run: this process, processes of this machine, a Dask cluster; each a `concurrent.futures.Executor`.

What happens when a worker dies is the same for all and stands in `executor`.
"""

import logging
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import wait as wait_for
from types import ModuleType
from typing import Any, Protocol

from sim.errors import IoFailure, UsageError
from sim.runs import batch as worker
from sim.runs.batch import Sent
from sim.runs.plan import Options

MOST_A_CORE = 4  # workers; already a second one gains nothing
PATIENCE = 10.0  # seconds in which a scheduler has to answer


class Engine(Protocol):
    """Something that carries out batches. `deaths`: what a batch raises whose worker died; `tries`: how often a run
    that ends its worker when it is alone there is tried."""

    @property
    def workers(self) -> int: ...
    @property
    def ahead(self) -> int: ...  # batches to hand over at a time
    @property
    def deaths(self) -> tuple[type[BaseException], ...]: ...
    @property
    def tries(self) -> int: ...
    def open(self, workers: int) -> AbstractContextManager[Executor]: ...
    def kill(self) -> None: ...
    def watch(self) -> None: ...  # called when the only worker has begun
    def ended(self) -> str: ...  # how the worker watched last ended, as far as anybody knows


def default_workers() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def local_workers(options: Options, most: int) -> int:
    """Processes for `most` runs on this machine: as many as asked for, unless that is more than help anybody."""
    return min(options.workers or default_workers(), MOST_A_CORE * default_workers(), most) or 1


def apart(options: Options, most: int) -> bool:
    """Whether runs have processes of their own, which may be ended without harm to this one."""
    return bool(options.cluster) or limited(options) or local_workers(options, most) > 1


def limited(options: Options) -> bool:
    """Whether runs are to be stopped at limits that were asked for."""
    return options.run_timeout is not None or options.memory is not None


@contextmanager
def engine(options: Options, most: int, sent: Sent) -> Iterator[Engine]:
    """The engine that options ask for, for at most `most` runs; closed when the block ends."""
    if options.cluster:
        with _cluster(options.cluster, limited(options)) as found:
            yield found
        return
    wanted = local_workers(options, most)
    if options.workers and wanted < min(options.workers, most):
        options.note(f"{wanted} workers instead of {options.workers}: {MOST_A_CORE} a core are the most")
    yield Local(wanted, sent) if apart(options, most) else Here()


class Here:
    """This process: no pickling, easy to debug."""

    workers = ahead = tries = 1
    deaths: tuple[type[BaseException], ...] = ()

    def open(self, workers: int) -> AbstractContextManager[Executor]:
        return Direct()

    def kill(self) -> None:
        """There is nobody else."""

    def watch(self) -> None:
        pass

    def ended(self) -> str:
        return ""


class Direct(Executor):
    """Runs what is submitted at once."""

    def submit(self, fn: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


_MAIN = threading.Lock()  # threads of this process submit to pools at once; each puts the script back in its place


class Pool(ProcessPoolExecutor):
    """Processes that do not load the caller's script, for one without `if __name__ == "__main__"` would begin anew in
    each of them. Raises IoFailure where none can be started."""

    def submit(self, fn: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        with _MAIN:
            script = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")  # of which multiprocessing tells new processes
            try:
                return super().submit(fn, *arguments, **named)
            except OSError as error:
                told = f"no process could be started: {error.strerror or error}"
                raise IoFailure(told, "one worker needs no process of its own (--workers 1)") from error
            finally:
                sys.modules["__main__"] = script


class Local:
    """Processes of this machine, forked from a server that has loaded the model."""

    deaths = (BrokenProcessPool,)
    tries = 2

    def __init__(self, workers: int, sent: Sent) -> None:
        self.workers, self.ahead, self.sent = workers, 2 * workers, sent
        self.strangers: set[int | None] = set()  # children of this process that are no workers of ours
        self.watched: list[Any] = []
        self.context = local_context()
        if hasattr(os, "fork"):
            os.environ["CONTRAFLOW_PARENT"] = str(os.getpid())
            self.context.set_forkserver_preload(["sim.preload"])

    def open(self, workers: int) -> AbstractContextManager[Executor]:
        self.strangers = {child.pid for child in multiprocessing.active_children()}
        named = b"__main__" in self.sent.data  # something that travels is the caller's own
        pool = ProcessPoolExecutor if named else Pool
        return pool(workers, mp_context=self.context, initializer=_start, initargs=(self.sent,))

    def kill(self) -> None:
        """Stop at once."""
        for child in multiprocessing.active_children():
            child.kill()

    def watch(self) -> None:
        self.watched = [child for child in multiprocessing.active_children() if child.pid not in self.strangers]

    def ended(self) -> str:
        codes = [child.exitcode for child in self.watched if child.exitcode]
        return "" if not codes else f"signal {-codes[0]}" if codes[0] < 0 else f"exit code {codes[0]}"


def local_context() -> Any:
    """How processes of this machine start; named always, since Mesa's batch runner changes the global method."""
    return multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")


def attend() -> None:
    """Begin a process that leaves interruptions to the main process and dies with it."""
    threading.Thread(target=_die_with_parent, daemon=True).start()  # before anything that takes time
    import signal

    import pyarrow as pa

    for name in ("SIGINT", "SIGHUP"):  # sent to the whole terminal; SIGTERM stays, a broken pool ends workers with it
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    pa.set_cpu_count(1)


def _start(sent: Sent) -> None:
    """Begin a worker."""
    attend()
    number = int(multiprocessing.current_process().name.rpartition("-")[2])
    worker.prepare(sent, number % 2 == 0)  # neighbours start at different ends and meet in the cache


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


class _Dask:
    """Workers of a Dask cluster; they see the results folder under the same path, and have the same code."""

    tries = 1  # the scheduler has tried it on several workers

    def __init__(self, client: Any, deaths: tuple[type[BaseException], ...]) -> None:
        self.client, self.deaths = client, deaths
        self.workers = max(1, sum(client.nthreads().values()))
        self.ahead = 2 * self.workers

    @contextmanager
    def open(self, workers: int) -> Iterator[Executor]:
        # Tasks with equal arguments are different tasks here: pure=True would merge a repeated batch with the first.
        yield self.client.get_executor(pure=False)

    def kill(self) -> None:
        """Workers go on; what they still write is whole, and found by the next run."""

    def watch(self) -> None:
        pass

    def ended(self) -> str:
        return ""


def _has_nanny(dask_worker: Any) -> bool:
    """Whether a worker is started anew when it ends."""
    return dask_worker.nanny is not None


@contextmanager
def _cluster(address: str, limits: bool) -> Iterator[Engine]:
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        hint = "install it with: pip install 'contraflow[cluster]'"
        raise UsageError(f"--cluster needs the package {error.name or 'distributed'}", hint) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost is told by us, in one line
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = "start one with: dask scheduler"
        raise IoFailure(f"no Dask scheduler answers at {address}: {error}".splitlines()[0], hint) from error
    with client:
        if not client.nthreads():
            raise IoFailure(f"the cluster at {address} has no workers", f"start one with: dask worker {address}")
        if limits and not all(client.run(_has_nanny).values()):
            raise UsageError(
                "--run-timeout and --memory-per-worker need workers that come back, with a nanny",
                "start workers without --no-nanny",
            )
        try:
            yield _Dask(client, (KilledWorker,))
        except CancelledError as error:
            raise IoFailure(
                f"the scheduler at {address} is gone", "finished chunks are kept; run again to go on"
            ) from error
