"""Paired differences over the years, a panel per outcome and a line per contrast; and doses, a panel per outcome."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import common
from sim.plots.sheet import Entry, Sheet, grid
from sim.scenario.experiment import Measured, Shown
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import Row


def paths(evidence: Evidence, shown: Shown, name: str, title: str, first: int, columns: int = 3) -> Sheet:
    """Small multiples of paired differences from the year `first`."""
    rows_, columns = grid(len(shown.outcomes), columns)
    rows = {each: evidence.layout.contrast(each) for each in shown.contrasts}
    sheet = Sheet(
        name,
        title,
        rows_,
        columns,
        height=1.25,
        left=0.62,
        gap_x=0.5,
        gap_y=0.55,
        above=0.14,
        key=common.contrast_key(evidence, shown.contrasts),
        caption=common.caption(
            evidence,
            shown,
            f"Treated less untreated by year, paired by seed: mean, edged band = {common.BOOTSTRAP}. Every panel has "
            "its own scale.",
            list(rows.values()),
        ),
    )
    late = evidence.years >= first
    table = []
    for axes, key in zip(sheet.panels, shown.outcomes, strict=False):
        measured = common.outcome(evidence, key)
        field = evidence.declared(measured)
        common.zero_line(axes)
        for contrast, row in rows.items():
            treated, untreated = common.pair_paths(evidence, row, measured)
            found = common.path_effects((treated - untreated)[:, late])
            common.draw_band(axes, evidence.years[late], found, common.contrast_stroke(evidence, contrast))
            columns_ = dict(zip(("difference", "lo", "hi"), found, strict=True))
            table.append(pd.DataFrame({"outcome": key, "contrast": contrast, "year": evidence.years[late], **columns_}))
        style.format_axis(axes.yaxis, field, difference=True)
        style.year_axis(axes, float(first), float(evidence.years[-1]), 4)
        text = measured.text.split(",")[0] if measured.text else field.text
        unit = "% points" if style.percent(field) else style.unit(field)
        axes.set_title(
            f"{text}; {unit}" if style.text_width(f"{text}; {unit}", 7.5) < 2.0 else f"{text}\n{unit}", fontsize=7.5
        )
    for axes in sheet.panels[len(shown.outcomes) :]:
        axes.set_visible(False)
    sheet.table = pd.concat(table, ignore_index=True)
    sheet.alt = f"{title}: {', '.join(shown.outcomes)} by year."
    return sheet


class Line(NamedTuple):
    """A line of a dose figure: its rows, the path of its doses, how it is drawn."""

    text: str
    rows: Sequence[Row]
    across: str
    stroke: style.Stroke


def doses(axes: Any, evidence: Evidence, lines: Sequence[Line], measured: Measured, difference: bool) -> pd.DataFrame:
    """Effects (or levels) of an outcome over doses into a panel; hollow where the interval covers zero."""
    columns = ("difference", "lo", "hi") if difference else ("level", "level_lo", "level_hi")
    tables = []
    for line in lines:
        table = common.cells(evidence, line.rows, measured).sort_values(line.across, kind="stable")
        x = table[line.across].to_numpy(float)
        mean, low, high = (table[column].to_numpy(float) for column in columns)
        style.band(axes, x, low, high, line.stroke.color, edged=True)
        axes.plot(x, mean, color=line.stroke.color, linestyle=line.stroke.linestyle, linewidth=line.stroke.linewidth)
        resolved = (low > 0) | (high < 0) if difference else np.ones(len(x), bool)
        for mine, fill in ((resolved, line.stroke.color), (~resolved, "white")):
            axes.plot(x[mine], mean[mine], "o", markersize=3, color=line.stroke.color, markerfacecolor=fill, zorder=4)
        tables.append(table.rename(columns={line.across: "dose"}).assign(line=line.text))
    if difference:
        common.zero_line(axes)
    style.format_axis(axes.yaxis, common.about(evidence, measured), difference=difference)
    return pd.concat(tables, ignore_index=True)


class Doses(NamedTuple):
    """What a figure of effects over doses says: its name and title, under its axes, in its caption, its alt text;
    and the height of a panel."""

    name: str
    title: str
    across: str
    caption: str
    alt: str
    height: float


def dose_sheet(evidence: Evidence, shown: Shown, lines: Sequence[Line], rows: Sequence[Row], said: Doses) -> Sheet:
    """Paired differences over doses that are shares, a panel per outcome and the same lines in each."""
    sheet = Sheet(
        said.name,
        said.title,
        1,
        len(shown.outcomes),
        height=said.height,
        left=0.55,
        gap_x=0.5,
        below=0.5,
        above=0.14,
        key=[Entry(line.text, *line.stroke, alpha=0.18, edged=True) for line in lines],
        caption=common.caption(
            evidence,
            shown,
            f"Paired differences from the scenario as it stands, {said.caption}: mean, edged band = "
            f"{common.BOOTSTRAP}; hollow where it covers 0.",
            rows,
        ),
    )
    tables = []
    for axes, name in zip(sheet.axes[0], shown.outcomes, strict=True):
        measured = common.outcome(evidence, name)
        tables.append(doses(axes, evidence, lines, measured, difference=True).assign(outcome=name))
        field = common.about(evidence, measured)
        unit = common.difference_unit(field, measured)
        axes.set_title(common.panel_title(field, unit, 33), fontsize=7)
        share_axis(axes, said.across)
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = said.alt
    return sheet


def share_axis(axes: Any, label: str) -> None:
    """A horizontal axis of shares in percent."""
    style.format_axis(axes.xaxis, style.declared("hub_share"))
    axes.set_xlabel(label, labelpad=2)


def some(values: list[float], most: int) -> list[float]:
    """At most so many of sorted values, evenly chosen, the ends among them."""
    if len(values) <= most:
        return values
    return [values[round(place)] for place in np.linspace(0, len(values) - 1, most)]
