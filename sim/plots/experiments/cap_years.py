"""E2: what another year of lifting ownership caps changes, by year; and ventures against full ownership as slopes."""

import numpy as np
import pandas as pd

from sim.experiments.effects import effect
from sim.experiments.evidence import Evidence
from sim.plots import style
from sim.plots.experiments import common, lines
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Measured, Shown

FROM = 1992
DATES = (1995, 2000, 2005, 2010, 2015, 2025)
SIDES = {"joint_venture_share": "Partnerships among operations in China", "wholly_owned_share": "Multinationals wholly owned"}


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Small multiples of paired differences, and slopes of the two modes."""
    return [lines.paths(evidence, shown, "differences", shown.title, FROM), _slopes(evidence, shown)]


def _slopes(evidence: Evidence, shown: Shown) -> Sheet:
    rows = {name: evidence.layout.contrast(name) for name in shown.contrasts}
    sheet = Sheet(
        "slopes", "Ventures against full ownership, by when caps are lifted", 1, 2, height=1.9, left=0.55, gap_x=0.55, right=0.3,
        above=0.08,
        key=[Entry("As it stands", *style.BASE), *common.contrast_key(evidence, shown.contrasts, edged=False)],
        caption=common.caption(
            evidence, shown, f"Levels at the end of the year, mean over runs; bars: {common.BOOTSTRAP}.", list(rows.values())
        ),
    )  # fmt: skip
    table = []
    standing = next(iter(rows.values()))
    points = {"as_it_stands": standing.reference} | {name: row.point for name, row in rows.items()}
    for axes, (metric, text) in zip(sheet.axes[0], SIDES.items(), strict=True):
        path = evidence.path(metric)
        seeds = np.searchsorted(evidence.seeds, np.array(standing.seeds))
        for place, (name, point) in enumerate(points.items()):
            stroke = style.BASE if name == "as_it_stands" else common.contrast_stroke(evidence, name)
            found = [effect(values, values) for year in DATES for values in [path[point, seeds, year - evidence.years[0]]]]
            x = np.arange(len(DATES)) + 0.05 * (place - len(points) / 2)
            mean = np.array([each.difference for each in found])
            reach = [mean - [each.lo for each in found], np.array([each.hi for each in found]) - mean]
            axes.errorbar(x, mean, yerr=reach, color=stroke.color, linestyle=stroke.linestyle, linewidth=stroke.linewidth,
                          marker="o", markersize=3, elinewidth=0.8)  # fmt: skip
            table += [
                {"mode": metric, "contrast": name, "year": year, "mean": each.difference, "lo": each.lo, "hi": each.hi, "n": each.n}
                for year, each in zip(DATES, found, strict=True)
            ]
        axes.set_xticks(range(len(DATES)), [str(year) for year in DATES])
        axes.set_ylim(bottom=0)
        field = evidence.declared(Measured(metric=metric))
        style.format_axis(axes.yaxis, field)
        axes.set_title(f"{text}; %")
    sheet.table = pd.DataFrame(table)
    sheet.alt = "Slopes of ventures and of full ownership from 1995 to 2025 by when caps are lifted."
    return sheet
