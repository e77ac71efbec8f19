"""Clocks: CPU time of this process, interleaved; wall and CPU time of a fresh Python."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]


def cpu(function: Callable[[], Any]) -> float:
    """CPU seconds of a call, all threads of this process."""
    began = time.process_time()
    function()
    return time.process_time() - began


def interleaved(rounds: int, timed: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Medians of what each returns in seconds, taken in turns so that a busy machine slows all alike."""
    taken: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds):
        for name, function in timed.items():
            taken[name].append(function())
    return {name: median(times) for name, times in taken.items()}


_ANSWER = """
for _ in sys.stdin:
    began = time.process_time()
    once()
    print(time.process_time() - began, flush=True)
"""


@contextmanager
def beside(code: str) -> Iterator[Callable[[], float]]:
    """A Python of its own that knows `once` from `code`: CPU seconds of a call, whenever asked."""
    loop = f"import sys, time\n{code}\nonce()\n{_ANSWER}"
    with subprocess.Popen(
        [sys.executable, "-c", loop], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        to, back = child.stdin, child.stdout

        def ask() -> float:
            print(file=to, flush=True)
            return float(back.readline())

        yield ask
        to.close()


class Spent(NamedTuple):
    """Seconds, those of CPU with all processes that came of it; and what was printed."""

    wall: float
    cpu: float
    told: str


def python(*arguments: str, bytecode: Path, cache: Path | None = None) -> Spent:
    """Runs a fresh Python in the project's folder. `bytecode`, `cache`: where it and machine code are kept; without a
    cache of its own it shares ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    own = {} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}
    given = {**kept, **own, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(bytecode)}
    told = (sys.executable, "-m", "tests.benchmarks.tree", *arguments)
    done = subprocess.run(told, cwd=ROOT, env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    wall, used = map(float, re.findall(r"[\d.]+(?= s)", done.stderr.splitlines()[-1]))
    return Spent(wall, used, done.stdout)
