"""Figure 2: technology of multinationals and Chinese firms, and the Chinese level against the frontier as observed."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.observed import Mark, observed
from sim.plots.sheet import Entry, Sheet, grid, scenario_key
from sim.plots.stored import Array, Cube, Stored, spread
from sim.runs.tables import ALL

SIDES = {
    "technology_multinational": ("Multinationals", style.FOREIGN, (0, (5, 1.5))),
    "technology_chinese": ("Chinese firms", style.CHINESE, "-"),
}
LEVEL = "technology_level"


def draw(stored: Stored) -> list[Sheet]:
    """Both sides' mean technology by sector, and the level of the best Chinese firms with observed ranges."""
    return [_both_sides(stored), _levels(stored)]


def _both_sides(stored: Stored) -> Sheet:
    cube = stored.cube(tuple(SIDES))
    sectors = [sector for sector in cube.sectors if sector != ALL]
    rows, columns = grid(len(sectors))
    sheet = Sheet(
        "02-technology",
        "Technology of multinationals and of Chinese firms",
        rows,
        columns,
        height=1.1,
        gap_y=0.28,
        key=[Entry(label, color, line, alpha=0.15) for label, color, line in SIDES.values()],
        caption="Mean product technology in natural logs (0.1 is about 10 %), multinationals in the first year = "
        f"0. Lines: mean of {cube.counted(stored.base)} seeds; "
        "shade: 5 to 95 % of runs. Dotted line: history ends in 2026.",
    )
    years = cube.times
    table: list[dict[str, Any]] = []
    low, high = 0.0, 0.0
    for axes, sector in zip(sheet.panels, sectors, strict=False):
        first = cube.pick("technology_multinational", stored.base, sector)[:, 0]
        zero = spread(first[:, None]).mean[0]  # nan where there are none
        for metric, (_, color, line) in SIDES.items():
            found = spread(cube.pick(metric, stored.base, sector) - zero)
            style.band(axes, years, found.low, found.high, color)
            axes.plot(years, found.mean, color=color, linestyle=line)
            low, high = np.nanmin(found.low, initial=low), np.nanmax(found.high, initial=high)
            table += _rows(sector, metric, years, found)
        style.year_axis(axes, years[0], years[-1], ticks=3)
        if np.isnan(zero):
            style.nothing(axes)
        axes.set_title(style.words(sector))
    margin = 0.05 * (high - low) or 1.0
    for axes in sheet.panels:
        axes.set_ylim(low - margin, high + margin)
        style.format_axis(axes.yaxis, style.declared("technology_gap"))
    sheet.share(len(sectors))
    sheet.label_left("technology, log")
    sheet.table = pd.DataFrame(table)
    sheet.alt = "Technology of multinationals and Chinese firms over the years by sector. " + _gaps(sheet.table)
    return sheet


def _rows(sector: str, metric: str, years: Array, found: Any) -> list[dict[str, Any]]:
    columns = zip(years.astype(int), found.mean, found.lo, found.hi, found.low, found.high, strict=True)
    return [
        dict(zip(("sector", "metric", "year", "mean", "lo", "hi", "q05", "q95"), (sector, metric, *row), strict=True))
        for row in columns
    ]


def _gaps(table: pd.DataFrame) -> str:
    last = table[table["year"] == table["year"].max()].pivot(index="sector", columns="metric", values="mean")
    ahead = last.index[last["technology_chinese"] > last["technology_multinational"]]
    return (
        f"By {table['year'].max()} Chinese firms are ahead on average in "
        f"{', '.join(map(style.words, ahead)) or 'no sector'}."
    )


def units(cube: Cube, generations: Cube | None) -> list[tuple[str, str, Cube]]:
    """Rows of figures about levels: every sector, and each generation that the evidence speaks of on its own."""
    found = []
    evidence = observed()
    for sector in (name for name in cube.sectors if name != ALL):
        found.append((sector, sector, cube))
        for key in generations.sectors if generations else ():
            if generations and key.split("/")[0] == sector and (key in evidence.flips or evidence.of(LEVEL, key)):
                found.append((key, key, generations))
    return found


def level_cubes(stored: Stored, quarters: bool = False) -> tuple[Cube, Cube | None]:
    """The technology level by sector and, where the folder has it, by generation."""
    generations = stored.generation_cube([LEVEL], quarters) if stored.has("generations") else None
    return stored.cube([LEVEL], quarters), generations


def _levels(stored: Stored) -> Sheet:
    cube, generations = level_cubes(stored)
    rows_of = units(cube, generations)
    rows, columns = grid(len(rows_of))
    names = [stored.base, *stored.others]
    strokes = {name: style.stroke(name, names) for name in names}
    evidence = observed()
    has_marks = any(evidence.of(LEVEL, unit, cube.times) for unit, _, _ in rows_of)
    sheet = Sheet(
        "02b-catching-up",
        "Chinese technology against the foreign frontier",
        rows,
        columns,
        height=1.1,
        gap_y=0.28,
        key=[
            *scenario_key(stored),
            *([Entry("Observed, with range", style.CHINESE, linewidth=0, marker="o")] if has_marks else []),
        ],
        caption="Best three Chinese firms over the best three foreign ones, sales-weighted; 1 is parity; "
        f"logarithmic axis. Lines: mean of logs over {cube.counted(*names)} seeds; "
        "shade: 5 to 95 % of the base's runs. Dotted line: history ends in 2026."
        + (" Markers: judgement on named proxies (sim/data/sectors.csv), with its range." if has_marks else ""),
    )
    table: list[dict[str, Any]] = []
    for axes, (unit, sector, source) in zip(sheet.panels, rows_of, strict=False):
        years = source.times
        for name in reversed(names):
            found = spread(_logs(source.pick(LEVEL, name, sector)))
            color, line, width = strokes[name]
            if name == stored.base:
                style.band(axes, years, np.exp(found.low), np.exp(found.high), color)
            axes.plot(
                years,
                np.exp(found.mean),
                color=color,
                linestyle=line,
                linewidth=width * 0.8,
                zorder=3 if name == stored.base else 2.5,
            )
            logs = found._replace(
                **{part: np.exp(getattr(found, part)) for part in ("mean", "lo", "hi", "low", "high")}
            )
            table += [{"scenario": name} | row for row in _rows(unit, LEVEL, years, logs)]
        table += _draw_marks(axes, unit, evidence.of(LEVEL, unit, years))
        axes.set_title(style.words(unit))
    ends = pd.concat([pd.DataFrame(table)[name].dropna() for name in ("mean", "lo", "hi") if table])
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (1.0, 1.0)  # nobody to compare: parity alone
    for axes in sheet.panels:
        _level_axis(axes, cube.times[0], cube.times[-1], low, high)
    sheet.share(len(rows_of))
    sheet.label_left("technology level, ratio")
    sheet.table = pd.DataFrame(table)
    last = sheet.table[(sheet.table["year"] == sheet.table["year"].max()) & (sheet.table["scenario"] == stored.base)]
    at_end = ", ".join(f"{style.words(row.sector)} {row.mean:.2f}" for row in last.itertuples(index=False))
    sheet.alt = f"Chinese technology level against the frontier by sector. In {sheet.table['year'].max()}: {at_end}."
    return sheet


def _logs(levels: Array) -> Array:
    """Natural logs; nan where nobody makes it yet and the level is zero."""
    return np.log(np.where(levels > 0, levels, np.nan))


def _draw_marks(axes: Any, unit: str, marks: list[Mark]) -> list[dict[str, Any]]:
    style.marks(axes, marks, style.CHINESE)
    told = ({"year": mark.year, "mean": mark.value, "lo": mark.low, "hi": mark.high} for mark in marks)
    return [{"scenario": "observed", "sector": unit, "metric": LEVEL} | row for row in told]


def _level_axis(axes: Any, first: float, last: float, low: float, high: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_yscale("log")
    axes.set_ylim(max(low, 0.06) * 0.9, min(max(high, 1.5), 20) * 1.1)
    axes.yaxis.set_major_locator(FixedLocator([0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.axhline(1, color=style.GREY, linewidth=0.6, zorder=0.5)
    style.year_axis(axes, first, last, ticks=3)
