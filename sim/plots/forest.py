"""The forest of effects in the last year: every metric of a comparison with interval and probability of sign."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style
from sim.plots.cells import Cell, cell_words, pairing, span
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Stored
from sim.runs.tables import ALL

LINE = 0.13  # inches a scenario takes in a row
NAME_LINE = 0.125  # inches a line of a name takes
LEFT, RIGHT = 2.25, 2.3  # inches for the names and for the numbers
NUMBERS_AT, CHANCE_AT = 1.03, 1 + (RIGHT - 0.08) / (style.WIDTH - LEFT - RIGHT)  # in widths of the panel
FAR = 20.0  # standard deviations beyond which the axis is compressed


def effects(stored: Stored, panels: Sequence[Cell]) -> pd.DataFrame:
    """Effects in the last year: a row per cell and scenario, with the base's level and the effect in its standard "
    "deviations."""
    last = int(stored.sums("differences")["year"].max())
    rows = []
    for cell in panels:
        level = cell.of(stored.sums("summary"))
        level = level[level["year"] == last].set_index("scenario")
        gaps = cell.of(stored.sums("differences"))
        for row in gaps[gaps["year"] == last].itertuples():
            base, sd = (float(level[name].get(row.base, np.nan)) for name in ("mean", "sd"))
            rows.append(
                {
                    "scenario": row.scenario,
                    "metric": cell.metric,
                    "sector": cell.sector,
                    "region": cell.region,
                    "year": last,
                    "n": row.n,
                    "base": base,
                    "difference": row.difference,
                    "lo": row.lo,
                    "hi": row.hi,
                    "p_positive": row.p_positive,
                    "sd_base": sd,
                }
            )
    table = pd.DataFrame(rows)
    for name in ("difference", "lo", "hi") if len(table) else ():
        with np.errstate(invalid="ignore", divide="ignore"):
            table[f"{name}_standard"] = np.where(table["sd_base"] > 0, table[name] / table["sd_base"], np.nan)
    return table


def draw(stored: Stored, panels: Sequence[Cell]) -> list[Sheet]:
    """The forest of a comparison's cells; nothing if no pairs are stored."""
    table = effects(stored, panels)
    return [_forest(stored, panels, table)] if len(table) else []


def _forest(stored: Stored, panels: Sequence[Cell], table: pd.DataFrame) -> Sheet:
    names = [stored.base, *stored.others]
    lines = len(stored.others)
    said = [_row_words(cell) for cell in panels]
    step = max(LINE * lines + 0.08, NAME_LINE * max(words.count("\n") + 1 for words in said) + 0.05)
    last = int(table["year"].max())
    sheet = Sheet(
        "compare-effects",
        f"Effects in {last}, with their intervals",
        1,
        1,
        height=step * len(panels),
        left=LEFT,
        right=RIGHT,
        above=0.2,
        below=0.5,
        key=[
            Entry(style.short(stored.title(name), 44), *style.stroke(name, names), marker="o") for name in stored.others
        ],
        caption=f"{pairing(stored)}, n = {span(table['n'], stored.asked)}: mean and 95 % interval of the mean, "
        "plotted in standard deviations of the base’s runs and printed in the metric’s unit. "
        "P(+): share of pairs in which the difference is positive. Hollow: the interval covers 0.",
    )
    axes = sheet.axes[0, 0]
    axes.axvline(0, color="black", linewidth=1.0, zorder=2)
    for place, cell in enumerate(panels):
        for line, name in enumerate(stored.others):
            mine = table[
                (table["scenario"] == name)
                & (table["metric"] == cell.metric)
                & (table["sector"] == cell.sector)
                & (table["region"] == cell.region)
            ]
            y = place + 0.5 + LINE * (line + 0.5 - lines / 2) / step
            if len(mine):
                _draw_effect(axes, y, mine.iloc[0], cell.field, style.stroke(name, names))
        if place % 2:
            axes.axhspan(place, place + 1, color="#F3F3F3", zorder=0, linewidth=0)
    axes.set_ylim(len(panels), 0)
    axes.set_yticks([place + 0.5 for place in range(len(panels))], said, fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    scale(axes, table)
    for x, text, align in ((NUMBERS_AT, "difference [95 % interval]", "left"), (CHANCE_AT, "P(+)", "right")):
        y = 1 + 0.06 / (step * len(panels))
        axes.text(x, y, text, transform=axes.transAxes, fontsize=7, ha=align, va="bottom", color="#444444")
    sheet.table = table
    told = [
        f"{_row_words(Cell(row.metric, row.sector, row.region))}, {stored.title(row.scenario)}: {_effect_words(row)}"
        for row in table.itertuples()
    ]
    sheet.alt = f"Effects in {last} with 95 % intervals. " + "; ".join(told) + "."
    return sheet


def _row_words(cell: Cell) -> str:
    unit = "% points" if style.percent(cell.field) else style.unit(cell.field).split(",")[0]
    told = "" if unit in ("ratio", "index") else ", " + unit.replace(" ", "\u00a0")
    where = "" if cell.sector == ALL and not cell.region else f" ({cell_words(cell)})"
    return "\n".join(textwrap.wrap(style.polish(f"{cell.field.text}{where}{told}"), 34))


def _effect_words(row: Any) -> str:
    field = style.declared(row.metric, bool(row.region))
    interval = f" [{style.number(row.lo, field, True)}, {style.number(row.hi, field, True)}]" if row.n > 1 else ""
    return f"{style.number(row.difference, field, True)}{interval}, P(+) {row.p_positive:.2f}"


def _draw_effect(axes: Any, y: float, row: Any, field: Field, stroke: style.Stroke) -> None:
    unresolved = not (row.lo > 0 or row.hi < 0)
    if row.difference == 0 and not np.isfinite(row.difference_standard):
        axes.plot(0, y, "o", markersize=4, color=stroke.color, markerfacecolor="white", zorder=4)
    elif np.isfinite(row.difference_standard):
        axes.plot([row.lo_standard, row.hi_standard], [y, y], color=stroke.color, linewidth=1.3, zorder=3)
        axes.plot(
            row.difference_standard,
            y,
            "o",
            markersize=4,
            color=stroke.color,
            markerfacecolor="white" if unresolved else stroke.color,
            zorder=4,
        )
    value, _, rest = _effect_words(row).partition(" [")
    interval, _, chance = rest.partition("], P(+) ")
    place = axes.get_yaxis_transform()
    weight = "normal" if unresolved else "bold"
    axes.text(
        1.03,
        y,
        f"{value} [{interval}]",
        transform=place,
        fontsize=7,
        va="center",
        color=style.readable(stroke.color),
        fontweight=weight,
    )
    axes.text(
        CHANCE_AT, y, chance, transform=place, fontsize=7, va="center", ha="right", color=style.readable(stroke.color)
    )


def scale(axes: Any, table: pd.DataFrame) -> None:
    """Standard deviations on the axis: linear, or compressed beyond one where effects differ by orders of size."""
    ends = table[["lo_standard", "hi_standard"]].abs().to_numpy(dtype=float)
    reach = float(ends.max(initial=0.0, where=np.isfinite(ends))) or 1.0
    label = "standard deviations of the base’s runs"
    if reach > FAR:
        axes.set_xscale("symlog", linthresh=1.0)
        ticks = [tick for tick in (1, 10, 100, 1000) if tick <= reach * 1.1]
        axes.set_xticks([*(-tick for tick in reversed(ticks)), 0, *ticks])
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
        axes.minorticks_off()
        label += " (log beyond ±1)"
    axes.set_xlim(-reach * 1.1, reach * 1.1)
    axes.set_xlabel(label, labelpad=2)
