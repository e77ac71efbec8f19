"""Figures of experiments: the headline figure of each kind, effects, robustness. `draw(evidence)` writes all of one."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.experiments.evidence import Evidence
    from sim.plots.sheet import Sheet
    from sim.scenario.experiment import Shown

Drawer = Callable[["Evidence", "Shown"], "list[Sheet]"]


def drawer(kind: str) -> Drawer:
    """What draws a kind of figure: the module of its name."""
    found: Drawer = import_module(f"sim.plots.experiments.{kind}").draw
    return found


def sheets(evidence: "Evidence") -> "Iterator[Sheet]":
    """All figures of an experiment, the headline first."""
    from sim.plots.experiments import overall

    name = evidence.layout.definition.name
    for shown in evidence.layout.definition.experiment.figures:
        for sheet in drawer(shown.kind)(evidence, shown):
            sheet.name = f"{name}-{sheet.name}"
            yield sheet
    for sheet in overall.draw(evidence):
        sheet.name = f"{name}-{sheet.name}"
        yield sheet


def draw(evidence: "Evidence", formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Draw an experiment's figures into `figures/` of its folder, each with its CSV; returns the files written."""
    from sim.plots import FIGURES

    written: list[Path] = []
    for sheet in sheets(evidence):
        written += sheet.save(evidence.results.folder / FIGURES, formats)
    return written
