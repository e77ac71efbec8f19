"""The report of a results folder: one page that needs nothing else. `write(folder)` after the figures are drawn."""

from pathlib import Path
from typing import Any

from sim.files import write_text

REPORT = "report.html"
EXPLORER = "explore.html"  # what `sim.explorer` writes; the report leads there


def content(folder: str | Path) -> dict[str, Any]:
    """What the report tells, but for its figures: it can be made while they are drawn. Raises as `write` does."""
    from sim.report import page

    return page.content(Path(folder))


def write(folder: str | Path, told: dict[str, Any] | None = None) -> Path:
    """Write `report.html` into a results folder from its manifest, summaries and figures; returns its path.

    `told`: its content, if that was made before. Figures are those that `sim.plots.draw` left in `figures/`, drawn into
    the page as SVG where there is one. Raises NotEnough for a folder without summaries.
    """
    from sim.report.page import render

    path = Path(folder) / REPORT
    write_text(path, render(Path(folder), told))
    return path
