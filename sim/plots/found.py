"""What `discover` found: the box as ranges, and the way of peeling that led to it."""

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style, swept
from sim.plots.sheet import Sheet
from sim.sweeps.analysis.boxes import Box, Limit
from sim.sweeps.analysis.outcome import Condition

ROW = 0.34  # inches
INSIDE, WAY, CHOSEN = "#0072B2", "#777777", "#D55E00"


def draw(condition: Condition, box: Box, title: str) -> Sheet:
    """Left the box within the range sampled, right coverage against density with the step chosen."""
    sheet = Sheet(
        f"discover-{str(condition.outcome).replace('@', '-').replace('_', '-')}",
        f"Where {condition_words(condition)}",
        1,
        2,
        height=max(1.7, ROW * len(box.limits) + 0.2),
        left=1.95,
        right=0.2,
        gap_x=0.75,
        below=0.42,
        above=-0.05,
        caption=_caption(condition, box, title),
    )
    _draw_ranges(sheet.axes[0, 0], box)
    _draw_way(sheet.axes[0, 1], box)
    sheet.table = _table(box)
    sheet.alt = sentence(condition, box)
    return sheet


def condition_words(condition: Condition) -> str:
    """The condition with its metric's words and unit."""
    about = condition.outcome.field
    limit = style.number(condition.limit, about)
    unit = " %" if style.percent(about) else ""
    where = (
        ""
        if condition.outcome.sector == "all" and not condition.outcome.region
        else f" in {swept.where(condition.outcome)}"
    )
    signs = {">": "is above", ">=": "is at least", "<": "is below", "<=": "is at most"}
    return f"“{about.text}”{where} {signs[condition.sign]} {limit}{unit} in {condition.outcome.year}"


def limit_words(limit: Limit) -> str:
    """A restriction in words."""
    factor = limit.factor
    if limit.among:
        return f"{factor.text} is {' or '.join(swept.value_words(factor, value) for value in limit.among)}"
    low, high = (swept.value_words(factor, value, 3) for value in (limit.low, limit.high))
    if math.isinf(limit.low):
        return f"{factor.text} is below {high}"
    return f"{factor.text} is above {low}" if math.isinf(limit.high) else f"{factor.text} is between {low} and {high}"


def sentence(condition: Condition, box: Box) -> str:
    """The box in words, with how much it holds and how pure it is."""
    limits = "; ".join(limit_words(limit) for limit in box.limits)
    coverage, density = (
        f"{part[0] * 100:.0f} % [{part[1] * 100:.0f}, {part[2] * 100:.0f}]" for part in (box.coverage, box.density)
    )
    rate = f"{box.cases / box.runs * 100:.0f} %"
    return (
        f"{condition_words(condition)} mostly where {limits}: {coverage} of all such "
        f"runs lie there (coverage), and {density} of the runs there are such (density); overall {rate}."
    )


def _draw_ranges(axes: Any, box: Box) -> None:
    for place, limit in enumerate(box.limits):
        factor = limit.factor
        axes.barh(place, 1, 0.34, color="#E8E8E8", linewidth=0, zorder=1)
        if limit.among:
            width = 1 / len(factor.levels)
            for number, level in enumerate(factor.levels):
                inside = level in limit.among
                if inside:
                    axes.barh(place, width, 0.34, left=number * width, color=INSIDE, linewidth=0, zorder=2)
                axes.text(
                    (number + 0.5) * width,
                    place + 0.2,
                    swept.value_words(factor, level),
                    fontsize=6,
                    ha="center",
                    va="top",
                )
            continue
        first, last = factor.levels[0], factor.levels[-1]
        low, high = max(limit.low, first), min(limit.high, last)
        start, end = ((value - first) / (last - first) for value in (low, high))
        axes.barh(place, end - start, 0.34, left=start, color=INSIDE, linewidth=0, zorder=2)
        for at, value, bound in ((0.0, first, False), (1.0, last, False), (start, low, True), (end, high, True)):
            if bound == (start < at < end or (0 < at < 1)):
                axes.text(
                    at,
                    place - 0.2 if bound else place + 0.2,
                    swept.value_words(factor, value, 3),
                    fontsize=6.5 if bound else 6,
                    color=INSIDE if bound else "#555555",
                    fontweight="bold" if bound else "normal",
                    ha="center",
                    va="bottom" if bound else "top",
                )
    axes.set_yticks(range(len(box.limits)), [textwrap.fill(limit.factor.text, 34) for limit in box.limits], fontsize=7)
    spare = max(4 - len(box.limits), 0) / 2  # rows, so that bars keep their height
    axes.set_ylim(len(box.limits) - 0.4 + spare, -0.6 - spare)
    axes.set_xlim(-0.05, 1.05)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("the box within what was sampled", pad=3, fontsize=7.5)


def _draw_way(axes: Any, box: Box) -> None:
    steps = box.trajectory
    axes.plot(steps["density"], steps["coverage"], color=WAY, linewidth=0.8, zorder=1)
    axes.plot(steps["density"], steps["coverage"], "o", markersize=2.2, color=WAY, zorder=2)
    (coverage, low, high), (density, left, right) = box.coverage, box.density
    axes.plot([density, density], [low, high], color=CHOSEN, linewidth=1.0, zorder=3)
    axes.plot([left, right], [coverage, coverage], color=CHOSEN, linewidth=1.0, zorder=3)
    axes.plot(density, coverage, "D", markersize=5, color=CHOSEN, zorder=4)
    start = steps.iloc[0]
    axes.annotate(
        "all runs",
        (start["density"], start["coverage"]),
        xytext=(-4, -3),
        textcoords="offset points",
        ha="right",
        fontsize=6.5,
    )
    axes.set_xlim(0, 1.04)
    axes.set_ylim(0, 1.04)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, [f"{tick * 100:.0f}" for tick in ticks])
    axes.set_xlabel("density: runs in the box that are such, %", labelpad=2)
    axes.set_ylabel("coverage, %")


def _table(box: Box) -> pd.DataFrame:
    limits = pd.DataFrame(
        [
            {
                "kind": "limit",
                "factor": limit.factor.path,
                "low": limit.low if np.isfinite(limit.low) else None,
                "high": limit.high if np.isfinite(limit.high) else None,
                "among": " ".join(limit.among) or None,
                "quasi_p": limit.p,
            }
            for limit in box.limits
        ]
    )
    quality = pd.DataFrame(
        [
            {"kind": name, "estimate": part[0], "lo": part[1], "hi": part[2], "n": box.runs}
            for name, part in (("coverage", box.coverage), ("density", box.density))
        ]
    )
    steps = (
        box.trajectory.rename_axis("step").reset_index().assign(kind="step", chosen=box.trajectory.index == box.step)
    )
    return pd.concat([limits, quality, steps], ignore_index=True)


def _caption(condition: Condition, box: Box, title: str) -> str:
    return (
        f"“{title}”. PRIM over {box.runs} runs, {box.cases} of them such. {sentence(condition, box)} Grey: steps of "
        "peeling; diamond: the step that goes with the outcome best (Matthews’ correlation), without limits that "
        "chance explains (quasi-p ≥ 0.05); lines: 95 % intervals by bootstrap over points."
    )
