"""Figure 4: when each sector flips, as ridges over the runs, with the observed range."""

from typing import Any

import numpy as np
import pandas as pd

from sim.measures.flips import flip_times, restricted
from sim.plots import style
from sim.plots.observed import Flip, observed
from sim.plots.sheet import Entry, Sheet, scenario_key
from sim.plots.stored import Array, Cube, Stored
from sim.plots.technology import LEVEL, level_cubes, units

EVIDENCE_ENDS = 2025.0  # "not by 2025" in the evidence
BANDWIDTH = 0.8  # years, of the ridges' smoothing
NEVER = 33  # points a column of shares takes
ROOM = 0.72  # of a row's height that the highest ridge takes


def _ridge(dates: Array, at: Array) -> Array:
    """Density of the dates a year, of all runs: its area is the share that flips."""
    flipped = dates[np.isfinite(dates)]
    kernel = np.exp(-0.5 * ((at[:, None] - flipped) / BANDWIDTH) ** 2) / (BANDWIDTH * np.sqrt(2 * np.pi))
    return np.asarray(kernel.sum(axis=1) / max(len(dates), 1))


def _lateness(dates: Array) -> tuple[float, float]:
    """Orders sectors by the median over runs, in which those that never flip come last; then by how many never do."""
    late = restricted(dates, 9999.0)
    return float(np.median(late)), float(np.mean(late))


def _dates(stored: Stored, names: list[str]) -> tuple[Cube, dict[str, dict[str, Array]]]:
    """The cube of levels, and when runs flip by unit and scenario; units in which no run has a level are left out."""
    cube, generations = level_cubes(stored, quarters=True)
    dates = {
        unit: {name: flip_times(source.pick(LEVEL, name, sector)[source.ran(name)], source.times) for name in names}
        for unit, sector, source in units(cube, generations)
    }
    return cube, {unit: told for unit, told in dates.items() if all(map(len, told.values()))}


def draw(stored: Stored) -> list[Sheet]:
    """Ridges of the base (filled) and outlines of scenarios, sectors in the order of the base's medians.

    No figure where no sector has firms of both kinds, so that no run has a level.
    """
    names = [stored.base, *stored.others]
    cube, dates = _dates(stored, names)
    if not dates:
        return []
    order = sorted(dates, key=lambda unit: _lateness(dates[unit][stored.base]))
    first, last = float(np.floor(cube.times[0])), float(np.floor(cube.times[-1]))
    evidence = {unit: observed().flips[unit] for unit in order if unit in observed().flips}
    side = NEVER / 72 * len(names) + (0.15 if len(names) > 1 else 0.35)
    key = scenario_key(stored)
    if evidence:
        key.append(Entry("Observed range (arrow: not by 2025)", style.CHINESE, linewidth=2.2, marker="d"))
    sheet = Sheet(
        "04-flip-dates",
        "When the technology of a sector flips",
        1,
        1,
        height=0.3 * len(order) + 0.35,
        left=1.55,
        right=side + 0.1,
        above=0.02,
        key=key,
        caption=f"Density over {cube.counted(*names)} seeds of the first quarter in which the Chinese technology level "
        "is at least 1 and stays so for four quarters "
        "(ridges: area = share of runs that flip; tick: median of those). Right: share of runs without a flip by "
        "the end. Dotted line: history ends in 2026." + stored.note,
    )
    axes = sheet.axes[0, 0]
    at = np.linspace(first, last, 205)
    ridges = {(unit, name): _ridge(dates[unit][name], at) for unit in order for name in names}
    scale = ROOM / max(max(float(ridge.max()) for ridge in ridges.values()), 1e-9)
    for row, unit in enumerate(reversed(order)):
        for name in reversed(names):
            _draw_ridge(
                axes,
                row,
                at,
                ridges[unit, name] * scale,
                dates[unit][name],
                style.stroke(name, names),
                name == stored.base,
            )
        if unit in evidence:
            _draw_range(axes, row, evidence[unit], last)
    _write_never(axes, order, names, dates, last)
    axes.set_ylim(-0.35, len(order) - 0.15)
    axes.set_yticks(range(len(order)), [style.words(unit) for unit in reversed(order)])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    style.year_axis(axes, first, last, ticks=8)
    sheet.table = _table(order, names, dates, evidence)
    sheet.alt = _alt(sheet.table, stored.base, int(last))
    return [sheet]


def _draw_ridge(
    axes: Any, row: int, at: Array, ridge: Array, dates: Array, stroke: style.Stroke, is_base: bool
) -> None:
    if is_base:
        axes.fill_between(at, row, row + ridge, color="#9AA7B4", linewidth=0, alpha=0.8, zorder=2)
    seen = ridge > 1e-4 * max(float(ridge.max()), 1e-9)
    line = np.where(seen, row + ridge, np.nan)
    axes.plot(at, line, color=stroke.color, linestyle=stroke.linestyle, linewidth=stroke.linewidth * 0.6, zorder=3)
    axes.axhline(row, color="#DDDDDD", linewidth=0.5, zorder=1)
    if np.isfinite(dates).any():
        middle = float(np.median(dates[np.isfinite(dates)]))
        axes.plot([middle, middle], [row, row + 0.16], color=stroke.color, linewidth=1.2 if is_base else 0.9, zorder=4)


def _draw_range(axes: Any, row: int, flip: Flip, last: float) -> None:
    y = row - 0.14
    low = EVIDENCE_ENDS if flip.low is None else flip.low
    if flip.high is None:
        tip = min(EVIDENCE_ENDS + 4, last)
        axes.annotate(
            "",
            (tip, y),
            (low, y),
            arrowprops={
                "arrowstyle": "-|>,head_length=0.35,head_width=0.18",
                "color": style.CHINESE,
                "linewidth": 1.6,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    else:
        axes.plot([low, flip.high], [y, y], color=style.CHINESE, linewidth=2.2, solid_capstyle="butt", zorder=4)
    if flip.value is not None:
        axes.plot(
            flip.value,
            y,
            "d",
            color=style.CHINESE,
            markersize=4,
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=5,
        )


def _write_never(
    axes: Any, order: list[str], names: list[str], dates: dict[str, dict[str, Array]], last: float
) -> None:
    """Shares of runs without a flip, a column per scenario right of the panel."""
    for place, name in enumerate(names):
        color = style.readable(style.stroke(name, names).color)
        for row, unit in enumerate(reversed(order)):
            share = float(np.mean(~np.isfinite(dates[unit][name])))
            text = f"{100 * share:.0f} %" if share else "0"
            offset = (NEVER * (place + 1), 0)
            axes.annotate(
                text,
                (last, row),
                xytext=offset,
                textcoords="offset points",
                fontsize=7.5,
                color=color,
                ha="right",
                va="bottom",
                annotation_clip=False,
                fontweight="bold" if place == 0 else "normal",
            )
    axes.annotate(
        f"not by {last:.0f}",
        (last, len(order) - 0.15),
        xytext=(NEVER * len(names), -2),
        textcoords="offset points",
        fontsize=7.5,
        ha="right",
        va="bottom",
        annotation_clip=False,
    )


def _table(
    order: list[str], names: list[str], dates: dict[str, dict[str, Array]], evidence: dict[str, Flip]
) -> pd.DataFrame:
    rows = []
    for unit in order:
        seen = evidence.get(unit, Flip(None, None, None))
        for name in names:
            found = dates[unit][name]
            flipped = found[np.isfinite(found)]
            q05, q50, q95 = np.quantile(flipped, [0.05, 0.5, 0.95]) if len(flipped) else (np.nan,) * 3
            rows.append(
                {
                    "scenario": name,
                    "sector": unit,
                    "n": len(found),
                    "flipped": len(flipped),
                    "not_by_end": 1 - len(flipped) / len(found),
                    "q05": q05,
                    "median": q50,
                    "q95": q95,
                    "observed_low": seen.low,
                    "observed": seen.value,
                    "observed_high": seen.high,
                }
            )
    return pd.DataFrame(rows)


def _alt(table: pd.DataFrame, base: str, last: int) -> str:
    rows = table[table["scenario"] == base]
    told = [
        f"{style.words(row.sector)} {row.median:.0f}" if row.flipped else f"{style.words(row.sector)} not by {last}"
        for row in rows.itertuples()
    ]
    return "Ridges of flip dates by sector. Medians of runs that flip: " + ", ".join(told) + "."
