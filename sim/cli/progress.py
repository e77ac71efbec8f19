"""Progress on standard error: a bar on a terminal, a plain line every ten seconds elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EVERY = 10.0  # seconds between plain lines
LEAST = 4  # runs after the first report, before time left is told


class Display:
    """Receives `sim.runs.Progress`; nothing is shown when `quiet`."""

    def __init__(self, label: str, quiet: bool) -> None:
        self.label, self.quiet = label, quiet
        self._bar: Any = None
        self._task: Any = None
        self._said = time.monotonic()
        self._first: Any = None  # the first report of runs done: starting and compiling are over

    @contextmanager
    def shown(self) -> Iterator["Display"]:
        """Show the bar, where there is a terminal, while the block runs."""
        if self.quiet or not sys.stderr.isatty():
            yield self
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            "{task.description}",
            BarColumn(),
            "{task.completed}/{task.total}",
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as self._bar:
            self._task = self._bar.add_task(self.label, total=None, rate="", left="")
            yield self
        self._bar = None

    def note(self, text: str) -> None:
        """A line worth telling."""
        if not self.quiet:
            print(text, file=sys.stderr) if self._bar is None else self._bar.console.print(text, highlight=False)

    def __call__(self, told: Any) -> None:
        """How far the study is."""
        tried = told.done + told.failed
        if self._first and told.seconds < self._first.seconds:  # another stage, whose clock starts anew
            self._first = None
        if self._first is None and tried > told.found:
            self._first = told
        rate = _rate(told)
        if self._bar is not None:
            failed = f"  {told.failed} failed" if told.failed else ""
            left = f"{_left(told, self._first)} left" if self._first and _steady(told, self._first) else ""
            self._bar.update(self._task, total=told.planned, completed=tried, rate=f"{rate}{failed}", left=left)
        elif not self.quiet and time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            left = f", {_left(told, self._first)} left" if self._first and _steady(told, self._first) else ""
            failed = f", {told.failed} failed" if told.failed else ""
            print(f"{self.label}: {tried}/{told.planned} runs{failed}, {rate}{left}", file=sys.stderr)


def _rate(told: Any) -> str:
    done = told.done + told.failed - told.found
    return f"{done / told.seconds:.1f} runs/s" if done > 0 and told.seconds > 0 else "starting"


def _steady(told: Any, first: Any) -> bool:
    """Whether enough has run since the first report to say how long the rest takes."""
    return told.done + told.failed - first.done - first.failed >= LEAST


def _left(told: Any, first: Any) -> str:
    """Time left at the pace since the first report, which starting and compiling are not part of."""
    since = told.done + told.failed - first.done - first.failed
    return duration((told.planned - told.done - told.failed) * (told.seconds - first.seconds) / since)


def duration(seconds: float) -> str:
    """`45 s`, `3 min 20 s` or `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
