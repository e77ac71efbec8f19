"""Limits on one run in a worker of its own. Compiled code cannot be stopped from inside its process, so a thread beside
it notes in the folder which run went too far and ends the process; the runner then goes on without that run."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sim.study.store import Folder

PULSE = 0.25  # seconds between two looks
LONGEST = 100  # without a limit of seconds: a run may take so many times the longest one before it in its process
LEAST = 60.0  # seconds that every run may take then
SHARE = 0.9  # of the machine's memory, for a worker without a limit of its own


class Limits(NamedTuple):
    """What a run may take: seconds (None: as `LONGEST` and `LEAST` say) and bytes its process holds (0: any number)."""

    seconds: float | None
    memory: int


class Stopped(Exception):
    """A run that went beyond its limits when it was tried before."""


class Watch:
    """Knows which run goes on; `allowed` is in seconds, infinite until a run of this process has ended."""

    longest: dict[Path, float] = {}  # noqa: RUF012  by folder; of this process

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.run: tuple[str, float] | None = None
        self.over = threading.Event()

    @property
    def allowed(self) -> float:
        if self.limits.seconds is not None:
            return self.limits.seconds
        before = self.longest.get(self.folder.path)
        return float("inf") if before is None else max(LEAST, LONGEST * before)

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
        took = time.monotonic() - began
        self.longest[self.folder.path] = max(took, self.longest.get(self.folder.path, 0.0))

    def look(self) -> None:
        """Until the batch ends."""
        while not self.over.wait(PULSE):
            run = self.run
            if run is None:
                continue
            if time.monotonic() - run[1] > self.allowed:
                self._stop(run[0], f"stopped after {self.allowed:g} s, its limit of time (--run-timeout)")
            elif self.limits.memory and held() > self.limits.memory:
                limit = f"{self.limits.memory / 1e9:.3g} GB"
                self._stop(run[0], f"stopped at {limit}, its limit of memory (--memory-per-worker)")

    def _stop(self, run: str, told: str) -> None:
        try:
            self.folder.note_stopped(run, told)
        finally:
            os._exit(1)


@contextmanager
def watched(folder: Folder, limits: Limits | None) -> Iterator[Watch | None]:
    """A watch over the runs of a batch, or none without limits."""
    if limits is None:
        yield None
        return
    watch = Watch(folder, limits)
    threading.Thread(target=watch.look, daemon=True).start()
    try:
        yield watch
    finally:
        watch.over.set()


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
