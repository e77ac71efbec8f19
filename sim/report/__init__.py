"""The report of a results folder: one page that needs nothing else. `write(folder)` after the figures are drawn."""

from pathlib import Path

from sim.files import write_text

REPORT = "report.html"
EXPLORER = "explore.html"  # what `sim.explorer` writes; the report leads there


def write(folder: str | Path) -> Path:
    """Write `report.html` into a results folder from its manifest, summaries and figures; returns its path.

    Figures are those that `sim.plots.draw` left in `figures/`, drawn into the page as SVG where there is one. Raises
    NotEnough for a folder without summaries.
    """
    from sim.report.page import render

    path = Path(folder) / REPORT
    write_text(path, render(Path(folder)))
    return path
