"""Limits on one run in a worker of its own. Compiled code cannot be stopped from inside its process, so a thread beside
it notes in the folder which run went too far and ends the process; the runner then goes on without that run."""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sim.runs.store import Folder

PULSE = 0.25  # seconds between two looks
TIMES = 100  # without a limit of seconds: a run may take so many times the median of those before it in its process
REMEMBERED = 1000  # runs that this median is of
LEAST = 60.0  # seconds that every run may take then
SHARE = 0.9  # of the machine's memory, for a worker without a limit of its own


class Limits(NamedTuple):
    """What a run may take: seconds (None: as `TIMES` and `LEAST` say) and bytes its process holds (None: `SHARE` of
    the machine it runs on)."""

    seconds: float | None
    memory: int | None


class Stopped(Exception):
    """A run that went beyond its limits when it was tried before."""


class Watch:
    """Knows which run goes on; `allowed` is in seconds, infinite until a run of this process has ended."""

    took: dict[Path, deque[float]] = {}  # noqa: RUF012  seconds of runs by folder; of this process

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.memory = int(SHARE * machine_memory()) if limits.memory is None else limits.memory
        self.before = self.took.setdefault(folder.path, deque(maxlen=REMEMBERED))
        self.run: tuple[str, float] | None = None
        self.over = threading.Event()

    @property
    def allowed(self) -> float:
        if self.limits.seconds is not None:
            return self.limits.seconds
        return max(LEAST, TIMES * median(self.before)) if self.before else float("inf")

    @contextmanager
    def over_run(self, run: str) -> Iterator[None]:
        """Watch a run. Raises Stopped if it was stopped before."""
        if told := self.folder.stopped(run):
            raise Stopped(told)
        began = time.monotonic()
        self.run = (run, began)
        try:
            yield
        finally:
            self.run = None
        self.before.append(time.monotonic() - began)

    def look(self) -> None:
        """Until the batch ends."""
        while not self.over.wait(PULSE):
            run = self.run
            if run is None:
                continue
            if time.monotonic() - run[1] > self.allowed:
                self._stop(run[0], f"stopped after {self.allowed:g} s, its limit of time (--run-timeout)")
            elif self.memory and held() > self.memory:  # 0 where the system does not tell
                limit = f"{self.memory / 1e9:.3g} GB"
                self._stop(run[0], f"stopped at {limit}, its limit of memory (--memory-per-worker)")

    def _stop(self, run: str, told: str) -> None:
        try:
            self.folder.note_stopped(run, told)
        finally:
            os._exit(1)


@contextmanager
def watched(folder: Folder, limits: Limits | None) -> Iterator[Watch | None]:
    """A watch over the runs of a batch; none without limits, or where nobody would start this process again."""
    if limits is None or not comes_back():
        yield None
        return
    watch = Watch(folder, limits)
    threading.Thread(target=watch.look, daemon=True).start()
    try:
        yield watch
    finally:
        watch.over.set()


def comes_back() -> bool:
    """Whether a worker is started anew when it ends: ours always are, a cluster's only if they have a nanny."""
    if "distributed.worker" not in sys.modules:
        return True
    from distributed import get_worker

    try:
        return get_worker().nanny is not None
    except ValueError:  # this is no worker of a cluster
        return True


def held() -> int:
    """Bytes of memory this process holds now; 0 where the system does not tell in a file."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def machine_memory() -> int:
    """Bytes of memory this process and its kin may use together; 0 if unknown."""
    if sys.platform == "win32":
        return 0
    try:
        known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (ValueError, OSError):
        return 0
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):  # of a container
        try:
            known.append(int(Path(path).read_text()))
        except (OSError, ValueError):
            continue
    return min(known)
