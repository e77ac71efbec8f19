"""Cells of two swept paths side by side: numbers, colour, hatching where a sign is not resolved."""

from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style
from sim.plots.sheet import Sheet

LINES, HATCH = "//////", "#777777"
PERCENT = 1.0  # values up to this are read as shares, in percent


def heat(
    axes: Any,
    table: pd.DataFrame,
    across: str,
    along: str,
    field: Field,
    reach: float | None = None,
    numbers: bool = True,
) -> Any:
    """Paired differences as a diverging heat map; hatched where the interval covers 0. `reach`: end of the scale."""
    from matplotlib.patches import Rectangle

    x, y = sorted(table[across].unique()), sorted(table[along].unique())
    values = table.pivot(index=along, columns=across, values="difference").reindex(index=y, columns=x).to_numpy(float)
    end = reach or float(np.nanmax(np.abs(values))) or 1.0
    mesh = axes.pcolormesh(values, edgecolors="white", linewidth=0.5, cmap="PuOr_r", vmin=-end, vmax=end)
    for row in table.to_dict("records"):
        corner = (x.index(row[across]), y.index(row[along]))
        if not (row["lo"] > 0 or row["hi"] < 0):
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, hatch=LINES, edgecolor=HATCH, linewidth=0, zorder=2))
    if numbers:
        print_numbers(axes, values, field, end)
    ticks(axes.xaxis, x)
    ticks(axes.yaxis, y)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    return mesh


def print_numbers(axes: Any, values: Any, field: Field, end: float, signed: bool = True) -> None:
    """Values in cells, readable on any colour."""
    from matplotlib.patheffects import withStroke

    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            far = abs(value) > 0.72 * end
            axes.text(
                column + 0.5,
                row + 0.5,
                style.number(value, field, signed),
                fontsize=6.5,
                ha="center",
                va="center",
                color="white" if far else "black",
                zorder=5,
                path_effects=[] if far else [withStroke(linewidth=1.6, foreground="white", alpha=0.8)],
            )


def ticks(axis: Any, values: list[Any]) -> None:
    """Values of a path in the middle of their cells; shares in percent."""
    share = all(isinstance(value, int | float) and 0 <= value <= PERCENT for value in values)
    texts = [
        f"{100 * value:g}" if share else f"{value:g}" if isinstance(value, int | float) else str(value)
        for value in values
    ]
    axis.set_ticks([place + 0.5 for place in range(len(values))], texts)


def colour_bar(sheet: Sheet, axes: Any, mesh: Any, field: Field, unit: str) -> None:
    """A colour bar right of a panel, in the unit of the differences."""
    box = axes.get_position()
    bar_axes = sheet.figure.add_axes((box.x1 + 0.1 / style.WIDTH, box.y0, 0.1 / style.WIDTH, box.height))
    bar = sheet.figure.colorbar(mesh, cax=bar_axes)
    bar.outline.set_visible(False)
    style.format_axis(bar_axes.yaxis, field, difference=True)
    bar_axes.set_ylabel(f"difference, {unit}", fontsize=7.5)
