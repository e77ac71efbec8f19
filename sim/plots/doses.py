"""Dose and response: an outcome over a swept path, levels above differences paired by seed."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style, swept
from sim.plots.sheet import Entry, Sheet
from sim.plots.swept import Swept
from sim.sweeps.analysis import response
from sim.sweeps.analysis.outcome import OutcomeAt

LEVEL, GAP = 1.5, 1.35  # inches of the panels


def draw(study: Swept, outcome: OutcomeAt) -> Sheet:
    """Lines for up to three values of a second path, panels for up to three of a third; further paths are held."""
    across, along, beside = study.across, study.along, study.beside
    found = swept.at(study.runs(outcome), study.held)
    columns = swept.some(beside, swept.PANELS) if beside else [None]
    lines = swept.some(along, swept.LINES) if along else [None]
    strokes = swept.strokes(lines)
    paired = study.points.has_base
    table = _table(study, found)
    sheet = Sheet(
        swept.file_name("dose", outcome),
        swept.title(outcome, [across]),
        2 if paired else 1,
        len(columns),
        height=LEVEL,
        heights=[LEVEL, GAP][: 2 if paired else 1],
        left=0.95,
        right=0.2,
        gap_x=0.28,
        gap_y=0.24,
        below=0.5,
        above=0.22 if beside else -0.1,
        key=_key(study, lines),
        caption=_caption(study, outcome, table, len(lines)),
    )
    for column, panel in enumerate(columns):
        mine = table if beside is None else table[table[beside.path] == panel]
        for row, kind in enumerate(("level", "difference")[: sheet.rows]):
            axes = sheet.axes[row, column]
            for place, value in enumerate(lines):
                rows = mine[mine["kind"] == kind]
                rows = rows if along is None else rows[rows[along.path] == value]
                _line(axes, study, rows, kind, strokes[place], spread=len(lines) == 1)
            style.format_axis(axes.yaxis, outcome.field, difference=kind == "difference")
            swept.format_across(axes, across, ticks=8 // len(columns) + 1)
            axes.tick_params(labelbottom=row == sheet.rows - 1)
        if beside:
            sheet.axes[0, column].set_title(swept.panel_title(beside, panel, len(columns)), pad=3, fontsize=7.5)
    _finish(sheet, study, outcome)
    sheet.table = table
    sheet.alt = _alt(study, outcome, table)
    return sheet


def _table(study: Swept, found: pd.DataFrame) -> pd.DataFrame:
    by = [factor.path for factor in (study.across, study.along, study.beside) if factor]
    parts = [response.levels(found, by).assign(kind="level").drop(columns="p_positive")]
    if study.points.has_base:
        parts.append(response.levels(found, by, "difference").assign(kind="difference"))
    return pd.concat(parts, ignore_index=True)


def _key(study: Swept, lines: list[Any]) -> list[Entry]:
    if study.along is None:
        return []
    return [
        Entry(swept.named_value(study.along, value), *style.STROKES[place], marker="o")
        for place, value in enumerate(lines)
    ]


def _line(axes: Any, study: Swept, rows: pd.DataFrame, kind: str, stroke: style.Stroke, spread: bool) -> None:
    rows = rows[rows["n"] > 0]
    x = np.array(swept.places(study.across, rows[study.across.path].tolist()))
    order = np.argsort(x)
    x, rows = x[order], rows.iloc[order]
    color, line, width = stroke
    if kind == "difference":
        axes.axhline(0, color="black", linewidth=1.0, zorder=2)
    if not study.across.numeric:
        reach = np.abs(rows[["lo", "hi"]].to_numpy().T - rows["mean"].to_numpy())
        axes.errorbar(x, rows["mean"], yerr=reach, fmt="none", ecolor=color, elinewidth=1.2, zorder=3)
    elif kind == "difference":
        style.band(axes, x, rows["lo"], rows["hi"], color, edged=True)
    elif spread:
        style.band(axes, x, rows["q05"], rows["q95"], color)
    if study.across.numeric:
        axes.plot(x, rows["mean"], color=color, linestyle=line, linewidth=width, zorder=3)
    hollow = response.unresolved(rows).to_numpy() if kind == "difference" else np.zeros(len(rows), bool)
    for open_, fill in ((False, color), (True, "white")):
        here = hollow == open_
        axes.plot(x[here], rows["mean"][here], "o", markersize=3, color=color, markerfacecolor=fill, zorder=4)


def _finish(sheet: Sheet, study: Swept, outcome: OutcomeAt) -> None:
    """One scale per row of panels, labels at the left and below."""
    units = (style.unit(outcome.field), f"difference,\n{swept.difference_unit(outcome.field)}")
    for row in range(sheet.rows):
        low = min(axes.get_ylim()[0] for axes in sheet.axes[row])
        high = max(axes.get_ylim()[1] for axes in sheet.axes[row])
        for column, axes in enumerate(sheet.axes[row]):
            axes.set_ylim(low, high)
            axes.tick_params(labelleft=column == 0)
        sheet.axes[row, 0].set_ylabel(units[row])
    sheet.figure.align_ylabels(list(sheet.axes[:, 0]))
    sheet.label_below(swept.label(study.across))


def _caption(study: Swept, outcome: OutcomeAt, table: pd.DataFrame, lines: int) -> str:
    level = table[table["kind"] == "level"]
    shade = ", shade 5 to 95 % of runs" if lines == 1 and study.across.numeric else ""
    text = swept.heading(study, outcome)
    text += f" Levels: mean of {swept.seeds_words(study, level['n'])} a point{shade}."
    if study.points.has_base:
        bars = "band" if study.across.numeric else "bar"
        text += (
            f" Differences from {swept.against(study)}, paired by seed: mean, {bars} = 95 % interval "
            "of the mean; hollow where it covers 0."
        )
    return (
        text + swept.shown(study.along, swept.LINES) + swept.shown(study.beside, swept.PANELS) + swept.held_words(study)
    )


def _alt(study: Swept, outcome: OutcomeAt, table: pd.DataFrame) -> str:
    level = table[table["kind"] == "level"]
    ends = level[level[study.across.path].isin([study.across.levels[0], study.across.levels[-1]])]
    told = [
        f"at {swept.value_words(study.across, row[study.across.path])}"
        + (f", {swept.named_value(study.along, row[study.along.path])}" if study.along else "")
        + f": {style.number(row['mean'], outcome.field)}"
        for row in ends.to_dict("records")[:12]
    ]
    unit = style.unit(outcome.field)
    return f"{outcome.field.text} ({unit}) in {outcome.year} over {study.across.text}: {'; '.join(told)}."
