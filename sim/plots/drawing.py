"""Figures drawn on several cores. Each process makes the same list of figures and draws its share of them."""

import multiprocessing
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

from sim.plots import letters
from sim.plots.sheet import Sheet, note_figures
from sim.runs.engines import Pool, attend, local_context

Figure = Callable[[], Iterable[Sheet]]  # lays out, when called, what is then saved
Make = Callable[..., Sequence[Figure]]
LEAST = 4  # figures of a process: for fewer it is not worth its start


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


class Share(NamedTuple):
    """What a process drew: figures in their order, characters without a font, other warnings."""

    saved: list[Saved]
    missing: set[str]
    warned: list[tuple[str, type[Warning]]]


def draw_all(
    make: Callable[..., Sequence[Figure]],
    about: tuple[Any, ...],
    folder: Path,
    formats: Sequence[str],
    workers: int = 1,
) -> list[Path]:
    """Draw and save the figures that `make(*about)` lists; returns the files, in the order of the list.

    What is written is the same for any number of workers, of which this process is one. An error of a figure is raised
    as it is. `make` and `about` travel to the other processes, each of which makes the list for itself.
    """
    figures = make(*about)
    parts = max(1, min(workers, len(figures) // LEAST))
    if parts == 1:
        shares = [[_saved(figure, folder, formats) for figure in figures]]
    else:
        shares = _shared_out(figures, parts, Asked(make, about, folder, formats))
    in_order = [shares[number % parts][number // parts] for number in range(len(figures))]
    note_figures(folder, [entry for saved in in_order for entry in saved.entries])
    return [path for saved in in_order for path in saved.paths]


def _shared_out(figures: Sequence[Figure], parts: int, asked: Asked) -> list[list[Saved]]:
    """Shares of so many processes, the first of which is this one."""
    folder, formats = asked.folder, asked.formats
    strangers = {child.pid for child in multiprocessing.active_children()}
    with Pool(parts - 1, mp_context=local_context(), initializer=attend) as pool:
        try:
            others = [pool.submit(_share, asked, part, parts) for part in range(1, parts)]
            shares = [[_saved(figure, folder, formats) for figure in figures[::parts]]]
            for part, other in enumerate(others, 1):
                try:
                    shares.append(_heard(other.result()))
                except BrokenProcessPool:  # ended from outside: what it was to draw is drawn here
                    shares.append([_saved(figure, folder, formats) for figure in figures[part::parts]])
        except BaseException:
            for child in multiprocessing.active_children():
                if child.pid not in strangers:
                    child.kill()
            raise
    return shares


def _share(asked: Asked, part: int, parts: int) -> Share:
    """The share of one process: every n-th figure, from the `part`-th on."""
    with warnings.catch_warnings(record=True) as caught:
        figures = asked.make(*asked.about)[part::parts]
        saved = [_saved(figure, asked.folder, asked.formats) for figure in figures]
    missing = letters.missing()
    others = [(str(one.message), one.category) for one in caught if not letters.ours(one.message)]
    return Share(saved, missing, others)


def _heard(share: Share) -> list[Saved]:
    """What another process drew; what it warned of is told here."""
    letters.tell(share.missing)
    for text, category in share.warned:
        warnings.warn(text, category, stacklevel=2)
    return share.saved


def _saved(figure: Figure, folder: Path, formats: Sequence[str]) -> Saved:
    found = Saved([], [])
    for sheet in figure():
        found.paths.extend(sheet.write(folder, formats))
        found.entries.append(sheet.entry(formats))
    return found
