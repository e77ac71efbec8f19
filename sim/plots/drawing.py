"""Figures drawn on several cores. Each process makes the same list of figures; whoever is free draws the next."""

import multiprocessing
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import IoFailure
from sim.plots import letters
from sim.plots.sheet import Sheet, note_figures
from sim.runs.engines import Pool, attend, local_context

Figure = Callable[[], Iterable[Sheet]]  # lays out, when called, what is then saved
Make = Callable[..., Sequence[Figure]]
Meanwhile = Callable[[], None]
LEAST = 4  # figures of a process: for fewer it is not worth its start
MOST = 7  # processes: a folder has some thirty figures


class Asked(NamedTuple):
    """What travels to the other processes: what lists the figures, from what, and where they go."""

    make: Make
    about: tuple[Any, ...]
    folder: Path
    formats: Sequence[str]


class Saved(NamedTuple):
    """What a figure left: its files, and what the index says of it."""

    paths: list[Path]
    entries: list[dict[str, Any]]


class Told(NamedTuple):
    """What another process says of a figure: what it left, characters without a font, other warnings."""

    saved: Saved
    missing: set[str]
    warned: list[tuple[str, type[Warning]]]


def draw_all(
    make: Callable[..., Sequence[Figure]],
    about: tuple[Any, ...],
    folder: Path,
    formats: Sequence[str],
    workers: int = 1,
    meanwhile: Meanwhile = lambda: None,
) -> list[Path]:
    """Draw and save the figures that `make(*about)` lists; returns the files, in the order of the list.

    What is written is the same for any number of workers, of which this process is one. An error of a figure is raised
    as it is. `make` and `about` travel to the other processes, each of which makes the list for itself. `meanwhile`:
    what this process does first, while the others draw.
    """
    asked = Asked(make, about, folder, formats)
    with _helpers(asked, min(workers, MOST) - 1) as helpers:  # they begin while this process makes the list
        drawn = _drawn(make(*about), asked, helpers, meanwhile)
    note_figures(folder, [entry for saved in drawn for entry in saved.entries])
    return [path for saved in drawn for path in saved.paths]


@contextmanager
def _helpers(asked: Asked, size: int) -> Iterator["_Helpers | None"]:
    """So many other processes, which list the figures as they begin; ended with the block, whatever they do then."""
    if size < 1:
        yield None
        return
    strangers = {child.pid for child in multiprocessing.active_children()}
    with Pool(size, mp_context=local_context(), initializer=_begin, initargs=(asked,)) as pool:
        for _ in range(size):
            pool.submit(int)  # a process starts when there is something to do
        helpers, done = _Helpers(pool, size), False
        try:
            yield helpers
            done = bool(helpers.taken)  # or they begin still, and nobody waits for that
        finally:
            for child in multiprocessing.active_children() if not done else ():
                if child.pid not in strangers:
                    child.kill()


class _Helpers:
    """Other processes, each of which has a figure to draw and one that waits as long as there are figures."""

    def __init__(self, pool: Pool, size: int) -> None:
        self.pool, self.size = pool, size
        self.waiting: deque[int] = deque()
        self.taken: dict[int, Future[Told]] = {}

    def begin(self, waiting: deque[int]) -> None:
        """Draw figures of these numbers, from the first on, while others take from them too."""
        self.waiting = waiting
        for _ in range(2 * self.size):
            self._take()

    def _take(self, done: Future[Told] | None = None) -> None:
        if done is not None and done.exception() is not None:
            return
        # nothing waits, or all ended, or none can start: others go on
        with suppress(IndexError, BrokenProcessPool, RuntimeError, IoFailure):
            number = self.waiting.popleft()
            self.taken[number] = future = self.pool.submit(_one, number)
            future.add_done_callback(self._take)

    def told(self, number: int) -> Saved | None:
        """What a figure left; None if it was not drawn. What was warned of is told here."""
        future = self.taken.get(number)
        try:
            told = future.result() if future else None
        except BrokenProcessPool:  # ended from outside
            return None
        if told is None:
            return None
        letters.tell(told.missing)
        for text, category in told.warned:
            warnings.warn(text, category, stacklevel=2)
        return told.saved


def _drawn(figures: Sequence[Figure], asked: Asked, helpers: _Helpers | None, meanwhile: Meanwhile) -> list[Saved]:
    """What each figure left, in their order."""
    waiting = deque(range(len(figures)))
    if helpers and len(figures) >= 2 * LEAST:
        helpers.begin(waiting)
    meanwhile()
    here: dict[int, Saved] = {}
    while waiting:
        try:
            number = waiting.popleft()
        except IndexError:  # a helper took the last meanwhile
            break
        here[number] = _saved(figures[number], asked)
    for number, figure in enumerate(figures):
        if number not in here:
            told = helpers.told(number) if helpers else None
            here[number] = told or _saved(figure, asked)
    return [here[number] for number in range(len(figures))]


_asked: list[Asked] = []  # in another process: what it is to draw


def _begin(asked: Asked) -> None:
    """Begin another process: it lists the figures before it is asked for the first."""
    attend()
    _asked.append(asked)
    with warnings.catch_warnings(), suppress(Exception):  # the process that asks says it too
        warnings.simplefilter("ignore")
        _listed()


@lru_cache(maxsize=1)
def _listed() -> Sequence[Figure]:
    return _asked[0].make(*_asked[0].about)


def _one(number: int) -> Told:
    """A figure of another process."""
    with warnings.catch_warnings(record=True) as caught:
        saved = _saved(_listed()[number], _asked[0])
    others = [(str(one.message), one.category) for one in caught if not letters.ours(one.message)]
    return Told(saved, letters.missing(), others)


def _saved(figure: Figure, asked: Asked) -> Saved:
    found = Saved([], [])
    for sheet in figure():
        found.paths.extend(sheet.write(asked.folder, asked.formats))
        found.entries.append(sheet.entry(asked.formats))
    return found
