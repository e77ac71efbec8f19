"""E2: what another year of lifting ownership caps changes, by year; and ventures against full ownership as slopes."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import common, lines
from sim.plots.sheet import Sheet
from sim.scenario.experiment import Measured, Shown
from sim.sweeps.experiments.effects import effect
from sim.sweeps.experiments.evidence import Evidence

FROM = 1992
DATES = (1995, 2000, 2005, 2010, 2015, 2025)
SIDES = {
    "joint_venture_share": "Partnerships among operations in China",
    "wholly_owned_share": "Multinationals wholly owned",
}


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Small multiples of paired differences, and slopes of the two modes."""
    return [lines.paths(evidence, shown, "differences", shown.title, FROM), _slopes(evidence, shown)]


def _slopes(evidence: Evidence, shown: Shown) -> Sheet:
    rows = {name: evidence.layout.contrast(name) for name in shown.contrasts}
    sheet = Sheet(
        "slopes",
        "Ventures against full ownership, by when caps are lifted",
        1,
        2,
        height=1.9,
        left=0.55,
        gap_x=0.55,
        right=0.3,
        above=0.08,
        key=common.standing_key(evidence, shown.contrasts, alpha=0.0),
        caption=common.caption(
            evidence,
            shown,
            f"Levels at the end of the year, mean over runs; bars: {common.BOOTSTRAP}.",
            list(rows.values()),
        ),
    )
    standing = next(iter(rows.values()))
    points = {"as_it_stands": standing.reference} | {name: row.point for name, row in rows.items()}
    table: list[dict[str, Any]] = []
    for axes, (metric, text) in zip(sheet.axes[0], SIDES.items(), strict=True):
        table += _mode(axes, evidence, metric, points, np.searchsorted(evidence.seeds, np.array(standing.seeds)))
        axes.set_xticks(range(len(DATES)), [str(year) for year in DATES])
        axes.set_ylim(bottom=0)
        style.format_axis(axes.yaxis, evidence.declared(Measured(metric=metric)))
        axes.set_title(f"{text}; %")
    sheet.table = pd.DataFrame(table)
    sheet.alt = "Slopes of ventures and of full ownership from 1995 to 2025 by when caps are lifted."
    return sheet


def _mode(axes: Any, evidence: Evidence, metric: str, points: dict[str, int], seeds: Any) -> list[dict[str, Any]]:
    """Levels of a mode at the dates, a line per world."""
    path = evidence.path(metric)
    table = []
    for place, (name, point) in enumerate(points.items()):
        color, line, width = style.BASE if name == "as_it_stands" else common.contrast_stroke(evidence, name)
        levels = [path[point, seeds, year - int(evidence.years[0])] for year in DATES]
        found = [effect(values, values) for values in levels]
        x = np.arange(len(DATES)) + 0.05 * (place - len(points) / 2)
        mean = np.array([each.difference for each in found])
        reach = [mean - [each.lo for each in found], np.array([each.hi for each in found]) - mean]
        look = {"color": color, "linestyle": line, "linewidth": width}
        axes.errorbar(x, mean, yerr=reach, marker="o", markersize=3, elinewidth=0.8, **look)
        for year, each in zip(DATES, found, strict=True):
            told = {"mean": each.difference, "lo": each.lo, "hi": each.hi, "n": each.n}
            table.append({"mode": metric, "contrast": name, "year": year, **told})
    return table
