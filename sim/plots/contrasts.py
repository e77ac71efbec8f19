"""Figures of `compare`: levels over paired differences, a figure a metric; of a single run the levels alone."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import UsageError
from sim.machine.declare import Field
from sim.plots import forest, style
from sim.plots.cells import Cell, cell_words, cells, pairing, places, span
from sim.plots.observed import observed
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Stored
from sim.runs.summary import HEADLINES
from sim.runs.yearly import is_flow
from sim.scenario.outcome import parse

VARIANT = style.Stroke("#777777", (0, (3, 1)), 1.1)  # the base under a scenario's assumptions
COLUMNS = 3  # panels side by side
BEFORE = 5  # years shown before the first announcement
STRIP = 0.14  # inches a scenario takes in the strip of policies


def figures(
    stored: Stored, metrics: Sequence[str] | None = None, regions: Sequence[str] | None = None
) -> list[Callable[[], list[Sheet]]]:
    """In a comparison the forest, and a figure per metric; raises UsageError for a metric the folder lacks."""
    chosen = tuple(metrics or (HEADLINES if stored.others else ()))
    if not chosen:
        return []
    known = set(stored.sums("summary")["metric"].unique()) if len(stored.sums("summary")) else set()
    unknown = [text for text in metrics or () if parse(text, "--metrics").metric not in known]
    if unknown:
        raise UsageError(f"{stored.folder} has no metric {', '.join(unknown)}", "see `show metrics`")
    found = {metric: cells(stored, metric, regions) for metric in chosen}
    drawn: list[Callable[[], list[Sheet]]] = []
    if stored.others:
        drawn.append(partial(forest.draw, stored, [cell for panels in found.values() for cell in panels]))
    return drawn + [partial(_of_metric, stored, metric, panels) for metric, panels in found.items() if panels]


def _of_metric(stored: Stored, metric: str, panels: list[Cell]) -> list[Sheet]:
    return [_levels_over_differences(stored, metric, panels)]


def _levels_over_differences(stored: Stored, metric: str, panels: list[Cell]) -> Sheet:
    names = [stored.base, *stored.others]
    columns = min(COLUMNS, len(panels))
    blocks = -(-len(panels) // columns)
    per_block = 2 if stored.others else 1
    tall = (1.9, 1.7) if columns == 1 else (1.35, 1.2)
    field = panels[0].field
    strip = STRIP * sum(bool(stored.lines(name)) for name in stored.others)
    sheet = Sheet(
        f"{'compare' if stored.others else 'levels'}-{metric.replace('@', '-').replace('_', '-')}",
        style.heading(field.text, panels[0].sector, panels[0].region) if len(panels) == 1 else field.text,
        blocks * per_block,
        columns,
        height=tall[0],
        heights=[*tall[:per_block]] * blocks,
        left=0.95,
        right=0.15 if columns > 1 else 0.3,
        gap_x=0.3,
        gap_y=0.34,
        above=strip + (0.0 if len(panels) > 1 else -0.1),
        key=_key(stored, names),
        caption=_caption(stored, panels),
    )
    for place, cell in enumerate(panels):
        block, column = divmod(place, columns)
        upper = sheet.axes[block * per_block, column]
        _draw_levels(upper, cell, stored, names)
        if len(panels) > 1:
            upper.set_title(cell_words(cell), pad=3)
        if stored.others:
            _draw_differences(sheet.axes[block * per_block + 1, column], cell, stored, names)
    for axes in sheet.panels:
        axes.set_visible(bool(axes.lines) or bool(axes.collections))
    _finish(sheet, stored, field, per_block, len(panels) > 1)
    if strip:
        _policy_strip(sheet, stored, names)
    sheet.table = _table(stored, panels)
    sheet.alt = _alt(stored, panels[0])
    return sheet


def _key(stored: Stored, names: list[str]) -> list[Entry]:
    shown = [Entry(style.short(stored.title(name), 44), *style.stroke(name, names), alpha=0.15) for name in names]
    return [*shown, *(Entry(style.short(stored.title(name), 44), *VARIANT) for name in stored.variants)]


def _caption(stored: Stored, panels: Sequence[Cell]) -> str:
    cell = panels[0]
    field = cell.field
    when = "Sum over the year." if is_flow(cell.metric, field.unit) else "Last quarter of each year."
    seeds = span(cell.of(stored.sums("summary"))["n"], stored.asked)
    text = f"{style.formula(field)}.{places(panels)} {when} Levels: mean of {seeds} seeds, shade 5 to 95 % of runs."
    if not stored.others:
        return text
    return (
        f"{text} {pairing(stored)}: mean, edged band = 95 % interval of the mean. Scenarios are drawn from "
        "where they can differ. Open triangle: policy announced; filled: in force. Vertical lines: end of history "
        "(dotted), first announcement (dashed), first in force."
    )


def _draw_levels(axes: Any, cell: Cell, stored: Stored, names: list[str]) -> None:
    rows = _shown(stored, cell.of(stored.sums("summary")))
    for name in reversed(names):
        mine = rows[rows["scenario"] == name]
        if name != stored.base:  # before its first announcement it is the base: the last year in common joins them
            mine = mine[mine["at"] > stored.first_change(name) - 1]
        color, line, width = style.stroke(name, names)
        style.band(axes, mine["at"], mine["q05"], mine["q95"], color)
        axes.plot(
            mine["at"],
            mine["mean"],
            color=color,
            linestyle=line,
            linewidth=width,
            zorder=2.5 if name == stored.base else 3,
        )
    for name in stored.variants:
        mine = rows[rows["scenario"] == name]
        axes.plot(
            mine["at"],
            mine["mean"],
            color=VARIANT.color,
            linestyle=VARIANT.linestyle,
            linewidth=VARIANT.linewidth,
            zorder=2.4,
        )
    style.format_axis(axes.yaxis, cell.field)
    _years(axes, rows)
    first, last = axes.get_xlim()
    seen = observed().of(cell.metric, cell.sector) if not cell.region else []
    style.marks(axes, [mark for mark in seen if first <= mark.year <= last], style.GREY)


def _shown(stored: Stored, rows: pd.DataFrame) -> pd.DataFrame:
    """The chosen years, or in a comparison those from some years before anything differs; `at`: where they stand."""
    rows = rows.assign(at=rows["year"] + style.YEAR_END)
    change = min((stored.first_change(name) for name in stored.others), default=-np.inf)
    if stored.years is None and np.isfinite(change):
        return rows[rows["year"] >= (change - BEFORE) // 5 * 5]
    return rows


def _years(axes: Any, rows: pd.DataFrame) -> None:
    if not len(rows):
        return
    ticks = 6 if axes.get_position().width > 0.5 else 3
    style.year_axis(axes, float(rows["year"].min()), float(rows["year"].max()), ticks)


def _draw_differences(axes: Any, cell: Cell, stored: Stored, names: list[str]) -> None:
    rows = _shown(stored, cell.of(stored.sums("differences")))
    axes.axhline(0, color="black", linewidth=1.0, zorder=2)
    if not len(rows):  # one of the worlds lacks what the metric is of
        style.nothing(axes)
        style.format_axis(axes.yaxis, cell.field, difference=True)
        _years(axes, _shown(stored, cell.of(stored.sums("summary"))))
        return
    for name in stored.others:
        mine = rows[rows["scenario"] == name]
        color, line, width = style.stroke(name, names)
        # Before its first announcement a scenario is its reference, to the byte: the line leaves zero there.
        change = stored.first_change(name)
        mine = pd.concat(
            [mine[mine["at"] >= change], pd.DataFrame({"at": [change], "difference": 0.0, "lo": 0.0, "hi": 0.0})]
        )
        mine = mine[np.isfinite(mine["at"])].sort_values(["at", "year"], na_position="first")
        style.band(axes, mine["at"], mine["lo"], mine["hi"], color, edged=True)
        axes.plot(mine["at"], mine["difference"], color=color, linestyle=line, linewidth=width, zorder=3)
    style.format_axis(axes.yaxis, cell.field, difference=True)
    _years(axes, rows)


def _finish(sheet: Sheet, stored: Stored, field: Field, per_block: int, shared: bool) -> None:
    """Labels, event lines, and one scale per row of panels so that they compare."""
    points = "% points" if style.percent(field) else style.unit(field)
    for part in range(per_block) if shared else ():
        alike = [one for one in sheet.axes[part::per_block].ravel() if one.get_visible()]
        low, high = min(one.get_ylim()[0] for one in alike), max(one.get_ylim()[1] for one in alike)
        for one in alike:
            one.set_ylim(low, high)
    for row in range(sheet.rows):
        axes = [one for one in sheet.axes[row] if one.get_visible()]
        axes[0].set_ylabel(style.unit(field) if row % per_block == 0 else f"difference,\n{points}")
        for one in axes:
            one.tick_params(labelbottom=per_block == 1 or row % per_block == 1, labelleft=one is axes[0])
            for when, linestyle in _dates(stored):
                if one.get_xlim()[0] <= when <= one.get_xlim()[1]:
                    one.axvline(when, color=style.GREY, linewidth=0.6, linestyle=linestyle, zorder=0.6)
    sheet.figure.align_ylabels(list(sheet.axes[:, 0]))


def _dates(stored: Stored) -> list[tuple[float, Any]]:
    """First announcement (dashed) and first start (solid) over all scenarios."""
    lines = [line for name in stored.others for line in stored.lines(name)]
    if not lines:
        return []
    return [(min(line.announce for line in lines), (0, (3, 2))), (min(line.start for line in lines), "-")]


def _policy_strip(sheet: Sheet, stored: Stored, names: list[str]) -> None:
    """Above each column a row per scenario: when its policies are announced, come into force and end."""
    with_lines = [name for name in stored.others if stored.lines(name)]
    for upper in (axes for axes in sheet.axes[0] if axes.get_visible()):
        first, last = upper.get_xlim()
        title = 0.16 if upper.get_title(loc="left") else 0.0
        for place, name in enumerate(reversed(with_lines)):
            y = 1 + (0.1 + title + STRIP * place) / (upper.get_position().height * sheet.total)
            color = style.stroke(name, names).color
            transform = upper.get_xaxis_transform()
            for line in stored.lines(name):
                reach = [max(line.start, first), min(line.end, last)]
                if reach[0] < reach[1]:
                    upper.plot(reach, [y, y], color=color, linewidth=1.0, transform=transform, clip_on=False)
            _name_strip(upper, y, stored, name)
            for mark, fill, zorder in (("announce", "white", 4), ("start", color, 5)):
                dates = sorted(
                    {getattr(line, mark) for line in stored.lines(name) if first <= getattr(line, mark) <= last}
                )
                upper.plot(
                    dates,
                    [y] * len(dates),
                    "v",
                    markersize=4,
                    color=color,
                    markerfacecolor=fill,
                    markeredgewidth=0.8,
                    transform=transform,
                    clip_on=False,
                    zorder=zorder,
                )


def _name_strip(axes: Any, y: float, stored: Stored, name: str) -> None:
    """A scenario's title before its first mark, where there is room for it."""
    first, last = axes.get_xlim()
    begin = min(max(line.announce, first) for line in stored.lines(name))
    room = (begin - first) / (last - first) * axes.get_position().width * style.WIDTH - 0.1
    title = style.short(stored.title(name), 44)
    if style.text_width(title, 6.5) < room:
        axes.annotate(
            title,
            (begin, y),
            xycoords=axes.get_xaxis_transform(),
            xytext=(-5, 0),
            textcoords="offset points",
            fontsize=6.5,
            ha="right",
            va="center_baseline",
            annotation_clip=False,
        )


def _table(stored: Stored, panels: list[Cell]) -> pd.DataFrame:
    levels = pd.concat([cell.of(stored.sums("summary")) for cell in panels]).assign(table="level")
    found = [cell.of(stored.sums("differences")) for cell in panels]
    gaps = pd.concat(found).assign(table="difference") if any(map(len, found)) else pd.DataFrame()
    return pd.concat([levels, gaps], ignore_index=True)


def _alt(stored: Stored, cell: Cell) -> str:
    rows = cell.of(stored.sums("summary"))
    last = int(rows["year"].max())
    told = [
        f"{stored.title(row.scenario)} {style.number(row.mean, cell.field)}"
        for row in rows[rows["year"] == last].itertuples()
    ]
    text = f"{cell.field.text}, {cell_words(cell)}, in {last} ({style.unit(cell.field)}): " + ", ".join(told)
    gaps = cell.of(stored.sums("differences"))
    for row in gaps[gaps["year"] == last].itertuples() if len(gaps) else ():
        interval = f"{style.number(row.lo, cell.field, True)} to {style.number(row.hi, cell.field, True)}"
        text += (
            f"; {stored.title(row.scenario)} differs by {style.number(row.difference, cell.field, True)} ({interval})"
        )
    return text + "."
