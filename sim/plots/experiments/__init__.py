"""Figures of experiments: the headline figure of each kind, effects, robustness. `draw(evidence)` writes all of one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plots.drawing import Figure
    from sim.plots.sheet import Sheet
    from sim.scenario.experiment import Shown
    from sim.sweeps.experiments.evidence import Evidence

Drawer = Callable[["Evidence", "Shown"], "list[Sheet]"]


def drawer(kind: str) -> Drawer:
    """What draws a kind of figure: the module of its name."""
    found: Drawer = import_module(f"sim.plots.experiments.{kind}").draw
    return found


def figures(evidence: "Evidence") -> "list[Figure]":
    """All figures of an experiment, the headline first."""
    from sim.plots.experiments import overall

    drawers = [partial(drawer(shown.kind), evidence, shown) for shown in evidence.layout.definition.experiment.figures]
    name = evidence.layout.definition.name
    return [partial(_named, name, draw) for draw in (*drawers, partial(overall.draw, evidence))]


def _named(name: str, draw: "Callable[[], Iterable[Sheet]]") -> "Iterator[Sheet]":
    for sheet in draw():
        sheet.name = f"{name}-{sheet.name}"
        yield sheet


def draw(evidence: "Evidence", formats: Sequence[str] = ("png", "svg"), workers: int = 1) -> list[Path]:
    """Draw an experiment's figures into `figures/` of its folder, each with its CSV; returns the files written."""
    from sim.plots import FIGURES
    from sim.plots.drawing import draw_all

    return draw_all(figures, (evidence,), evidence.results.folder / FIGURES, formats, workers)
