"""Figures 6 and 7: Chinese brands' market shares at home and abroad; exports and knowledge that flow in reverse."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.observed import observed
from sim.plots.sheet import Entry, Sheet, grid, scenario_key
from sim.plots.stored import Array, Cube, Spread, Stored, spread
from sim.runs.tables import ALL

SHARES = {
    "chinese_share_home": ("At home", style.CHINESE, "-"),
    "chinese_share_abroad": ("Abroad", "#0072B2", (0, (5, 1.5))),
}
FAR = 33.0  # the map of reverse knowledge is coloured between this ratio and its inverse
RATIOS = {"reverse_export_ratio": "Reverse exports", "reverse_knowledge_ratio": "Reverse knowledge"}


def shares(stored: Stored) -> list[Sheet]:
    """Figure 6, the base by sector."""
    cube = stored.cube(tuple(SHARES))
    order = [ALL, *[sector for sector in cube.sectors if sector != ALL]]
    rows, columns = grid(len(order))
    evidence = observed()
    seen = any(evidence.of(metric, sector, cube.times) for metric in SHARES for sector in order)
    sheet = Sheet(
        "06-market-shares",
        "Chinese brands’ share of the market, at home and abroad",
        rows,
        columns,
        height=1.1,
        gap_y=0.28,
        key=[Entry(label, color, line, alpha=0.15) for label, color, line in SHARES.values()]
        + ([Entry("Observed (triangle: at least)", style.INK, linewidth=0, marker="o")] if seen else []),
        caption="Share of sales in China and of sales in all other regions, last quarter of each year, base. "
        f"Lines: mean of {cube.counted(stored.base)} seeds; shade: 5 to 95 % of runs. "
        "Dotted line: history ends in 2026."
        + (" Markers: sim/data, by colour; sources differ in what they count." if seen else ""),
    )
    years = cube.times
    table: list[dict[str, Any]] = []
    for axes, sector in zip(sheet.panels, order, strict=False):
        for metric, (_, color, line) in SHARES.items():
            found = spread(cube.pick(metric, stored.base, sector))
            style.band(axes, years, found.low, found.high, color)
            axes.plot(years, found.mean, color=color, linestyle=line)
            table += _rows(stored.base, sector, metric, years, found)
            seen_here = evidence.of(metric, sector, years)
            style.marks(axes, seen_here, color)
            table += [
                {"scenario": "observed", "sector": sector, "metric": metric, "year": mark.year, "mean": mark.value}
                for mark in seen_here
            ]
        axes.set_ylim(0, 1)
        style.format_axis(axes.yaxis, style.declared("chinese_share_home"))
        style.year_axis(axes, years[0], years[-1], ticks=3)
        axes.set_title(style.words(sector), fontweight="bold" if sector == ALL else "normal")
    sheet.share(len(order))
    sheet.label_left("share of sales, %")
    sheet.table = pd.DataFrame(table)
    sheet.alt = _share_alt(sheet.table)
    return [sheet]


def _rows(scenario: str, sector: str, metric: str, years: Array, found: Spread) -> list[dict[str, Any]]:
    names = ("scenario", "sector", "metric", "year", "mean", "lo", "hi", "q05", "q50", "q95")
    columns = zip(years.astype(int), found.mean, found.lo, found.hi, found.low, found.middle, found.high, strict=True)
    return [dict(zip(names, (scenario, sector, metric, *row), strict=True)) for row in columns]


def _share_alt(table: pd.DataFrame) -> str:
    last = table["year"].max()
    at = table[(table["year"] == last) & (table["scenario"] != "observed")].pivot(
        index="sector", columns="metric", values="mean"
    )
    told = ", ".join(
        f"{style.words(sector)} {row.chinese_share_home:.0%} and {row.chinese_share_abroad:.0%}"
        for sector, row in at.iterrows()
    )
    return f"Chinese brands' shares of sales at home and abroad over the years. In {last:.0f}: {told}."


def reversals(stored: Stored) -> list[Sheet]:
    """Figure 7: pooled lines for every scenario above, a map of sectors by years for the base below."""
    cube = stored.cube(tuple(RATIOS))
    sectors = [sector for sector in cube.sectors if sector != ALL]
    names = [stored.base, *stored.others]
    years = np.floor(cube.times)
    sheet = Sheet(
        "07-reverse-flows",
        "Exports and knowledge that flow in reverse",
        2,
        2,
        height=1.6,
        heights=[1.6, 0.17 * len(sectors) + 0.2],
        left=1.5,
        gap_x=0.7,
        gap_y=0.4,
        right=0.2,
        above=0.02,
        below=0.88,
        key=scenario_key(stored),
        caption=f"Top: all sectors pooled, median of {cube.counted(*names)} seeds, shade 5 to 95 % of the base’s runs. "
        f"Bottom: base, median by sector; blank: no flow to compare with; grey: below {1 / FAR:.2f}. "
        "Reverse exports: multinationals’ exports from China over their sales there. Reverse knowledge: technology "
        "learnt by multinationals over that learnt by "
        "Chinese firms; 1 is balance, hatched: 5 to 95 % of runs cover 1.",
    )
    table: list[dict[str, Any]] = []
    for (metric, label), (upper, lower) in zip(RATIOS.items(), sheet.axes.T, strict=True):
        table += _pooled(upper, cube, names, metric)
        upper.set_title(f"{label}, all sectors")
        lower.set_title(f"{label}, by sector")
        table += _map(sheet, lower, cube, stored.base, metric, sectors, lower is sheet.axes[1, 0])
    sheet.table = pd.DataFrame(table)
    last = sheet.table[(sheet.table["year"] == sheet.table["year"].max()) & (sheet.table["sector"] == ALL)]
    told = "; ".join(
        f"{stored.title(row.scenario)}: {RATIOS[row.metric].lower()} {row.q50:.2f}" for row in last.itertuples()
    )
    sheet.alt = (
        f"Reverse-export and reverse-knowledge ratios, pooled over the years and by sector. In {years[-1]:.0f}, {told}."
    )
    return [sheet]


def _pooled(axes: Any, cube: Cube, names: list[str], metric: str) -> list[dict[str, Any]]:
    years = cube.times
    table = []
    for name in reversed(names):
        found = spread(cube.pick(metric, name, ALL))
        color, line, width = style.stroke(name, names)
        if name == names[0]:
            style.band(axes, years, found.low, found.high, color)
        front = 3 if name == names[0] else 2.5
        axes.plot(years, found.middle, color=color, linestyle=line, linewidth=width, zorder=front)
        table += _rows(name, ALL, metric, years, found)
    axes.set_ylabel("ratio")
    style.year_axis(axes, years[0], years[-1], ticks=3)
    if not any(row["q95"] > 0 for row in table):
        style.nothing(axes)
    elif metric == "reverse_knowledge_ratio":
        _log_ratio(axes)
    else:
        axes.set_ylim(bottom=0)
        style.format_axis(axes.yaxis, style.declared(metric))
    return table


def _log_ratio(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    low, high = axes.get_ylim()
    low, high = max(low, 1e-3), min(max(high, 2.0), 1e3)
    axes.set_ylim(low, high)
    axes.axhline(1, color=style.GREY, linewidth=0.7, zorder=0.5)
    axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5) if high / low < 50 else (1,)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def _map(
    sheet: Sheet, axes: Any, cube: Cube, base: str, metric: str, sectors: list[str], labelled: bool
) -> list[dict[str, Any]]:
    from matplotlib import colormaps
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LogNorm, Normalize

    years = np.floor(cube.times)
    found = {sector: spread(cube.pick(metric, base, sector)) for sector in sectors}
    middle = np.array([found[sector].middle for sector in sectors])
    is_log = metric == "reverse_knowledge_ratio"
    norm: Normalize = LogNorm(1 / FAR, FAR) if is_log else Normalize(0, _top(middle))
    edges = np.append(years, years[-1] + 1)
    # Nothing must not look like much: what is next to nil is pale, in both.
    colors = colormaps["PuOr_r" if is_log else "YlGnBu"].with_extremes(bad="white", under="#E6E6E6")
    mesh = axes.pcolormesh(
        edges, np.arange(len(sectors) + 1), np.ma.masked_invalid(middle), norm=norm, cmap=colors, rasterized=False
    )
    if is_log:
        unresolved = np.array([(found[s].low < 1) & (found[s].high > 1) for s in sectors]) & np.isfinite(middle)
        corners = [
            [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for y, row in enumerate(unresolved) for x in years[row]
        ]
        axes.add_collection(
            PolyCollection(corners, facecolors="none", edgecolors="#666666", linewidth=0, hatch="/////")
        )
    axes.set_ylim(len(sectors), 0)
    axes.set_yticks(
        np.arange(len(sectors)) + 0.5, [style.words(sector) for sector in sectors] if labelled else [""] * len(sectors)
    )
    axes.tick_params(axis="y", length=0)
    style.year_axis(axes, years[0], years[-1], ticks=3)
    box = axes.get_position()
    bar = sheet.figure.add_axes((box.x0, box.y0 - 0.42 / sheet.total, box.width, 0.08 / sheet.total))
    _color_bar(sheet, bar, mesh, is_log)
    return [row for sector in sectors for row in _rows(base, sector, metric, years, found[sector])]


def _top(values: Array) -> float:
    """Upper end of a colour scale that a few large values do not stretch."""
    known = values[np.isfinite(values)]
    return max(float(np.quantile(known, 0.98)), 1e-6) if len(known) else 1.0


def _color_bar(sheet: Sheet, bar: Any, mesh: Any, is_log: bool) -> None:
    from matplotlib.ticker import NullLocator

    drawn = sheet.figure.colorbar(mesh, cax=bar, orientation="horizontal", extend="both" if is_log else "max")
    drawn.solids.set_rasterized(False)  # an SVG of lines alone: no picture inside it
    drawn.outline.set_linewidth(0.4)
    drawn.ax.xaxis.set_minor_locator(NullLocator())
    drawn.ax.tick_params(labelsize=7)
    drawn.set_label("ratio, median over runs", fontsize=7.5, labelpad=2)
    if is_log:
        drawn.set_ticks([0.03, 0.1, 0.3, 1, 3, 10, 30], labels=["0.03", "0.1", "0.3", "1", "3", "10", "30"])
