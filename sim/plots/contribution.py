"""Figure 3: the contribution plane, what the Chinese side brings in technology against what it brings in access."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.sheet import Entry, Sheet, grid
from sim.plots.stored import Cube, Stored, spread
from sim.runs.tables import ALL

BALANCES = ("technology_balance", "access_balance")
MARK_EVERY = 10  # years
BESIDE = 0.15  # of the plane: dots so near share a label


def _path(
    axes: Any, cube: Cube, scenario: str, sector: str, stroke: style.Stroke, is_base: bool, since: float
) -> list[dict[str, Any]]:
    years = np.floor(cube.times).astype(int)
    x, y = (spread(cube.pick(metric, scenario, sector)) for metric in BALANCES)
    drawn = years >= since  # before its policies a scenario is the base
    axes.plot(
        x.mean[drawn],
        y.mean[drawn],
        color=stroke.color,
        linestyle=stroke.linestyle,
        linewidth=stroke.linewidth * 0.8,
        zorder=3 if is_base else 4,
    )
    known = drawn & np.isfinite(x.mean) & np.isfinite(y.mean)
    marked = [i for i, year in enumerate(years) if year % MARK_EVERY == 0 and known[i]]
    if is_base:
        for i in marked:
            axes.plot([x.low[i], x.high[i]], [y.mean[i]] * 2, color=style.GREY, linewidth=0.6, zorder=2)
            axes.plot([x.mean[i]] * 2, [y.low[i], y.high[i]], color=style.GREY, linewidth=0.6, zorder=2)
        ends = [(i, f"’{years[i] % 100:02d}") for i in dict.fromkeys((*marked[:1], *marked[-1:]))]
        if len(ends) > 1 and max(abs(np.ptp(each.mean[[ends[0][0], ends[1][0]]])) for each in (x, y)) < BESIDE:
            ends = [(ends[1][0], f"{ends[0][1]}, {ends[1][1]}")]
        for i, label in ends:
            axes.annotate(
                label,
                (x.mean[i], y.mean[i]),
                xytext=(3, 4 if y.mean[i] < 0.85 else -9),
                textcoords="offset points",
                fontsize=7,
                bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.3},
                zorder=5,
            )
    axes.plot(x.mean[marked], y.mean[marked], "o", color=stroke.color, markersize=2.6 if is_base else 2, zorder=4)
    columns = zip(years, x.mean, x.low, x.high, y.mean, y.low, y.high, strict=True)
    names = (
        "year",
        "technology_balance",
        "technology_q05",
        "technology_q95",
        "access_balance",
        "access_q05",
        "access_q95",
    )
    return [{"scenario": scenario, "sector": sector} | dict(zip(names, row, strict=True)) for row in columns]


def draw(stored: Stored) -> list[Sheet]:
    """The path of each sector's partnerships through the plane, marked each decade; scenarios over the base."""
    cube = stored.cube(BALANCES)
    order = [ALL, *[sector for sector in cube.sectors if sector != ALL]]
    names = [stored.base, *stored.others]
    rows, columns = grid(len(order))
    sheet = Sheet(
        "03-contribution-plane",
        "What the Chinese side contributes: technology against access",
        rows,
        columns,
        height=1.2,
        gap_y=0.28,
        below=0.5,
        key=[Entry(style.short(stored.title(name)), *style.stroke(name, names), marker="o") for name in names],
        caption=f"Mean over live partnerships, then over {cube.counted(*names)} seeds. Dots: 1990, 2000, … (first and "
        "last labelled); grey crosses: 5 to 95 % of the base's runs. "
        "Right of the line at 50 % the Chinese side brings more of the technology.",
    )
    table: list[dict[str, Any]] = []
    for axes, sector in zip(sheet.panels, order, strict=False):
        for name in names:
            table += _path(
                axes, cube, name, sector, style.stroke(name, names), name == stored.base, stored.first_change(name) - 1
            )
        for line in (axes.axhline, axes.axvline):
            line(0.5, color=style.GREY, linewidth=0.6, zorder=0.5)
        for axis, metric in ((axes.xaxis, BALANCES[0]), (axes.yaxis, BALANCES[1])):
            style.format_axis(axis, style.declared(metric))
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks([0, 0.5, 1])
        for text, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
            text.set_horizontalalignment(side)  # or the last of a panel runs into the first of the next
        axes.set_title(style.words(sector), fontweight="bold" if sector == ALL else "normal")
    sheet.share(len(order))
    sheet.label_left("access from the Chinese side, %")
    sheet.label_below("technology from the Chinese side, %")
    sheet.table = pd.DataFrame(table)
    last = sheet.table[(sheet.table["scenario"] == stored.base) & (sheet.table["sector"] == ALL)].iloc[[0, -1]]
    told = " and ".join(
        f"{row.technology_balance:.0%} of technology and {row.access_balance:.0%} of access in {row.year}"
        for row in last.itertuples()
    )
    sheet.alt = f"Paths through the plane of contributions by sector. All sectors: the Chinese side brings {told}."
    return [sheet]
