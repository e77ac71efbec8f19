"""Heat map over two swept paths: the paired difference in every cell, hatched where its sign is not resolved."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style, swept
from sim.plots.sheet import Entry, Sheet
from sim.plots.swept import Swept
from sim.sweeps.analysis import response
from sim.sweeps.analysis.outcome import OutcomeAt
from sim.sweeps.analysis.points import Factor

NUMBERS = 8  # cells a side up to which values are printed
BAR = 0.85  # inches for the colour bar and its numbers
CELL = 0.3  # inches
LETTERS = 15  # of a label, an inch
LINES, HATCH = "//////", "#777777"


def draw(study: Swept, outcome: OutcomeAt) -> Sheet:
    """Cells stand side by side, whatever the distance of their values; panels: up to three values of a third path."""
    across, along, beside = study.across, study.along, study.beside
    assert along is not None
    found = swept.at(study.runs(outcome), study.held)
    column = "difference" if study.points.has_base else "value"
    by = [factor.path for factor in (across, along, beside) if factor]
    table = response.levels(found, by, column)
    at_base = (table[by] == [factor.base for factor in (across, along, beside) if factor]).all(axis=1)
    if study.points.named:
        at_base |= (table[["lo", "hi"]] == 0).all(axis=1)
    table["resolved"] = ~response.unresolved(table) | at_base if study.points.has_base else True
    panels = swept.some(beside, swept.PANELS) if beside else [None]
    height = float(np.clip(CELL * len(along.levels), 1.5, 4.5))
    sheet = Sheet(
        swept.file_name("heat", outcome),
        swept.title(outcome, [across, along]),
        1,
        len(panels),
        height=height,
        left=0.95 if along.numeric else 1.5,
        right=BAR,
        gap_x=0.25,
        below=0.5,
        above=0.22 if beside else -0.05,
        key=_key(study),
        caption=_caption(study, outcome, table),
    )
    scale = _scale(table["mean"], study.points.has_base)
    for place, value in enumerate(panels):
        axes = sheet.axes[0, place]
        mine = table if beside is None else table[table[beside.path] == value]
        mesh = _cells(axes, study, mine, outcome, scale, len(panels))
        if beside is None or value == beside.base:
            _outline_base(axes, study)
        if beside:
            axes.set_title(swept.panel_title(beside, value, len(panels)), pad=3, fontsize=7.5)
        axes.tick_params(labelleft=place == 0)
    sheet.axes[0, 0].set_ylabel(swept.label(along, int(height * LETTERS)), fontsize=7.5)
    sheet.label_below(swept.label(across))
    _bar(sheet, mesh, study, outcome)
    sheet.table = table
    sheet.alt = _alt(study, outcome, table)
    return sheet


def _scale(values: "pd.Series[float]", centred: bool) -> dict[str, Any]:
    reach = float(np.nanmax(np.abs(values))) or 1.0
    if centred:
        return {"cmap": "PuOr_r", "vmin": -reach, "vmax": reach}
    return {"cmap": "cividis", "vmin": float(values.min()), "vmax": float(values.max())}


def _cells(axes: Any, study: Swept, table: pd.DataFrame, outcome: OutcomeAt, scale: dict[str, Any], panels: int) -> Any:
    from matplotlib.patches import Rectangle

    across, along = study.across, study.along
    assert along is not None
    cells = table.pivot(index=along.path, columns=across.path, values="mean").reindex(
        index=list(along.levels), columns=list(across.levels)
    )
    mesh = axes.pcolormesh(cells.to_numpy(float), edgecolors="white", linewidth=0.5, **scale)
    for row in table[~table["resolved"]].to_dict("records"):
        corner = (across.levels.index(row[across.path]), along.levels.index(row[along.path]))
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, hatch=LINES, edgecolor=HATCH, linewidth=0, zorder=2))
    if panels == 1 and len(across.levels) <= NUMBERS + 4 and len(along.levels) <= NUMBERS + 4:
        _print_numbers(axes, cells, outcome, scale)
    for axis, factor in ((axes.xaxis, across), (axes.yaxis, along)):
        _ticks(axis, factor, 12 // panels)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    return mesh


def _outline_base(axes: Any, study: Swept) -> None:
    """A frame round the scenario as it stands, where the design holds it."""
    from matplotlib.patches import Rectangle

    across, along = study.across, study.along
    assert along is not None
    if across.base in across.levels and along.base in along.levels:
        corner = (across.levels.index(across.base), along.levels.index(along.base))
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=1.4, zorder=4))


def _print_numbers(axes: Any, cells: pd.DataFrame, outcome: OutcomeAt, scale: dict[str, Any]) -> None:
    from matplotlib.patheffects import withStroke

    middle, reach = (scale["vmax"] + scale["vmin"]) / 2, (scale["vmax"] - scale["vmin"]) / 2
    signed = scale["vmin"] < 0
    for (row, column), value in np.ndenumerate(cells.to_numpy(float)):
        if np.isfinite(value):
            far = abs(value - middle) > 0.72 * reach if signed else value < middle
            axes.text(
                column + 0.5,
                row + 0.5,
                style.number(value, outcome.field, signed),
                fontsize=6.5,
                ha="center",
                va="center",
                color="white" if far else "black",
                zorder=5,
                path_effects=[] if far else [withStroke(linewidth=1.6, foreground="white", alpha=0.8)],
            )


def _ticks(axis: Any, factor: Factor, most: int) -> None:
    shown = factor.levels[:: -(-len(factor.levels) // max(most, 3))]
    where = [factor.levels.index(value) + 0.5 for value in shown]
    axis.set_ticks(where, [swept.value_words(factor, value).removesuffix(" %") for value in shown])


def _bar(sheet: Sheet, mesh: Any, study: Swept, outcome: OutcomeAt) -> None:
    last = sheet.axes[0, -1].get_position()
    place = (last.x1 + 0.1 / style.WIDTH, last.y0, 0.1 / style.WIDTH, last.height)
    axes = sheet.figure.add_axes(place)
    bar = sheet.figure.colorbar(mesh, cax=axes)
    bar.solids.set_rasterized(False)  # an SVG of lines alone: no picture inside it
    bar.outline.set_visible(False)
    paired = study.points.has_base
    style.format_axis(axes.yaxis, outcome.field, difference=paired)
    unit = f"difference, {swept.difference_unit(outcome.field)}" if paired else style.unit(outcome.field)
    axes.set_ylabel(unit, fontsize=7.5)


def _key(study: Swept) -> list[Entry]:
    if not study.points.has_base:
        return []
    hatched = Entry("sign not resolved", HATCH, linewidth=0, hatch=LINES)
    drawn = all(factor.base in factor.levels for factor in (study.across, study.along) if factor)
    return [hatched, *([Entry("as it stands", "#000000", linewidth=0, edged=True)] if drawn else [])]


def _caption(study: Swept, outcome: OutcomeAt, table: pd.DataFrame) -> str:
    text = swept.heading(study, outcome)
    if not study.points.has_base:
        return f"{text} Mean of {swept.seeds_words(study, table['n'])} a cell.{swept.held_words(study)}"
    part = f"{int((~table['resolved']).sum())} of {len(table)} cells"
    return (
        f"{text} Mean difference from {study.points.against}, paired by seed, "
        f"{swept.seeds_words(study, table['n'])} a cell. Hatched ({part}): the 95 % interval of the mean covers "
        f"0.{swept.held_words(study)}"
    )


def _alt(study: Swept, outcome: OutcomeAt, table: pd.DataFrame) -> str:
    assert study.along is not None
    told = []
    for name, place in (("largest", table["mean"].idxmax()), ("smallest", table["mean"].idxmin())):
        row = table.loc[place]
        at = " and ".join(swept.named_value(f, row[f.path]) for f in (study.across, study.along))
        told.append(f"{name} {style.number(row['mean'], outcome.field, True)} at {at}")
    return f"{outcome.field.text} ({style.unit(outcome.field)}) in {outcome.year}: {'; '.join(told)}."
