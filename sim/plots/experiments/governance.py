"""E9: the value of autonomy in closed form with its ridge, what runs choose, and what control costs in speed."""

from typing import Any

import numpy as np
import pandas as pd

from sim.model.rules.governance import autonomy as rule
from sim.plots import style
from sim.plots.experiments import common, lines
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.closed import governance_value
from sim.sweeps.experiments.evidence import Evidence

RIDGE = "#CC3311"
COSTS = (0.25, 8.0)  # of hold-up times exposure, over the gain of full autonomy


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """The contour with its ridge, autonomy over the cost of hold-up, development time over it by the gain of speed."""
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    gains = sorted({row.values[shown.along] for row in rows})
    standing = evidence.layout.definition.scenario.parameters
    told = [
        lines.Line(
            f"speed gained: {100 * gain:g} %",
            [row for row in rows if row.values[shown.along] == gain],
            shown.across,
            style.STROKES[place],
        )
        for place, gain in enumerate(gains)
    ]
    sheet = Sheet(
        "governance",
        shown.title,
        1,
        3,
        height=1.9,
        left=0.55,
        right=0.15,
        gap_x=0.55,
        below=0.5,
        above=0.1,
        key=[
            *(Entry(line.text, *line.stroke, marker="o") for line in told),
            Entry("closed form", RIDGE, (0, (4, 2)), 1.4),
        ],
        caption=common.caption(
            evidence,
            shown,
            "Left: what a venture is worth over what full autonomy gains, by the rule, g − c g² / 2; dashed: the "
            "optimum g* = min(1, 1 / c), c the cost of hold-up times exposure over the gain. Middle and right: runs, "
            f"mean and {common.BOOTSTRAP}; closed form of the middle: g* scaled so that it passes through the runs as "
            "the scenario stands; ventures differ, and their mean falls more slowly. Speed gained: how much faster a "
            "venture with a free hand develops in a full ecosystem.",
            rows,
        ),
    )
    _contour(sheet.axes[0, 0])
    tables = [
        _panel(axes, evidence, told, name).assign(outcome=name)
        for axes, name in zip(sheet.axes[0, 1:], shown.outcomes[:2], strict=True)
    ]
    _closed(sheet.axes[0, 1], evidence, tables[0], standing["hold_up"])
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = "Value of autonomy with its ridge; autonomy of ventures and development time over the cost of hold-up."
    return [sheet]


def _contour(axes: Any) -> None:
    cost = np.geomspace(*COSTS, 120)
    free = np.linspace(0, 1, 101)
    values = governance_value(free[:, None], cost[None, :])
    levels = [-3, -2, -1, -0.5, 0, 0.1, 0.2, 0.3, 0.5, 0.7]
    filled = axes.contourf(cost, free, values, levels=[-4, *levels, 1], cmap="PuOr_r", vmin=-1, vmax=1)
    filled.set_edgecolor("face")
    drawn = axes.contour(
        cost, free, values, levels=[-2, -1, 0, 0.3, 0.7], colors="#444444", linewidths=0.5, negative_linestyles="solid"
    )
    axes.clabel(drawn, fontsize=6, fmt="%g")
    ridge = [rule(1.0, float(each), 1.0) for each in cost]
    axes.plot(cost, ridge, color=RIDGE, linestyle=(0, (4, 2)), linewidth=1.6)
    _cost_axis(axes, "hold-up × exposure / gain")
    style.format_axis(axes.yaxis, style.declared("hub_share"))
    axes.set_title("Value of autonomy, by the rule")
    axes.set_ylabel("autonomy, %", labelpad=1)


def _panel(axes: Any, evidence: Evidence, told: list[lines.Line], name: str) -> pd.DataFrame:
    measured = common.outcome(evidence, name)
    table = lines.doses(axes, evidence, told, measured, difference=False)
    _cost_axis(axes, "cost of hold-up, w")
    field = evidence.declared(measured)
    axes.set_ylim(bottom=max(axes.get_ylim()[0], 0.0))
    axes.set_title(common.panel_title(common.about(evidence, measured), style.unit(field), 30), fontsize=7.5)
    return table


def _closed(axes: Any, evidence: Evidence, table: pd.DataFrame, standing: float) -> None:
    """g* = min(1, k / w), k fixed by the runs at the standing cost, where the mean of min(1, k / w) over ventures is
    below 1.
    """
    at = table.loc[table["dose"] == standing, "level"]
    if len(at) and at.mean() < 1:
        cost = np.geomspace(float(table["dose"].min()), float(table["dose"].max()), 100)
        axes.plot(
            cost,
            np.minimum(1, at.mean() * standing / cost),
            color=RIDGE,
            linestyle=(0, (4, 2)),
            linewidth=1.4,
            zorder=5,
        )


def _cost_axis(axes: Any, label: str) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([0.25, 0.5, 1, 2, 4, 8]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel(label, labelpad=2)
