"""E4: responses to a tariff by plant and by owner, with the tariff at which a plant pays; and that tariff by plant
cost.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import cells, common, lines
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.scenario.vary import value_at
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.thresholds import plant_pays

THRESHOLD = "#CC3311"
BLOCKS = {"doses": ("by where it is made", "shocks.by_plant.rate"), "owners": ("by owner", "shocks.by_owner.rate")}


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Six panels of doses, and a heat map of tariff by plant cost."""
    return [_responses(evidence, shown), _map(evidence, shown)]


def mean_share(evidence: Evidence, shown: Shown) -> float:
    """Market share of a Chinese firm in the region, mean over active firms and runs, as the scenario stands."""
    sector, region = shown.sectors[0], shown.regions[0]
    share = np.nanmean(evidence.path("chinese_share", sector, region)[0, :, -1])
    return float(share / np.nanmean(evidence.path("firms_chinese", sector)[0, :, -1]))


def _responses(evidence: Evidence, shown: Shown) -> Sheet:
    told = [
        lines.Line(text, evidence.layout.of(block), across, style.STROKES[place])
        for place, (block, (text, across)) in enumerate(BLOCKS.items())
    ]
    at = plant_pays(evidence, shown.sectors[0], shown.regions[0], mean_share(evidence, shown))
    rows = [row for line in told for row in line.rows]
    sheet = Sheet(
        "doses",
        shown.title,
        2,
        3,
        height=1.3,
        left=0.6,
        gap_x=0.52,
        gap_y=0.52,
        below=0.5,
        above=0.12,
        key=[
            *(Entry(f"Tariff {line.text}", *line.stroke, alpha=0.18, edged=True) for line in told),
            Entry("closed form: a plant pays", THRESHOLD, (0, (4, 2)), 1.0),
        ],
        caption=common.caption(
            evidence,
            shown,
            f"Paired differences from the scenario as it stands in {evidence.years[-1]}: mean, edged band = "
            f"{common.BOOTSTRAP}; hollow where it covers 0. Dashed: the added tariff from which a plant pays a "
            f"Chinese firm of mean share ({100 * mean_share(evidence, shown):.1f} % of the market), closed form T18 "
            f"for small shares, {100 * at:+.0f} %{' (below nothing: it pays as things stand)' if at < 0 else ''}.",
            rows,
        ),
    )
    tables = []
    for axes, name in zip(sheet.panels, shown.outcomes, strict=True):
        measured = common.outcome(evidence, name)
        tables.append(lines.doses(axes, evidence, told, measured, difference=True).assign(outcome=name))
        field = common.about(evidence, measured)
        axes.set_title(common.panel_title(field, common.difference_unit(field, measured), 32), fontsize=7)
        if 0 <= at <= 1:
            axes.axvline(at, color=THRESHOLD, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2.5)
        lines.share_axis(axes, "added tariff, %" if axes in sheet.axes[1] else "")
    sheet.table = pd.concat(tables, ignore_index=True).assign(closed_form=at)
    sheet.alt = "Effects of tariffs by plant and by owner over their rate, with the threshold at which a plant pays."
    return sheet


def _map(evidence: Evidence, shown: Shown) -> Sheet:
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    measured = common.outcome(evidence, "local")
    table = common.cells(evidence, rows, measured)
    share = mean_share(evidence, shown)
    costs = sorted(table[shown.along].unique())
    curve = [plant_pays(evidence, shown.sectors[0], shown.regions[0], share, cost) for cost in costs]
    standing = value_at(evidence.layout.definition.scenario, shown.along)
    sheet = Sheet(
        "plants",
        "How far a tariff moves production behind the border, by the cost of a plant",
        1,
        1,
        height=1.7,
        left=1.0,
        right=1.3,
        below=0.5,
        above=-0.02,
        key=[
            Entry("sign not resolved", cells.HATCH, linewidth=0, hatch=cells.LINES),
            Entry("closed form: a plant pays from here", THRESHOLD, (0, (4, 2)), 1.4, marker="o"),
        ],
        caption=common.caption(
            evidence,
            shown,
            f"{evidence.words(measured)} in {evidence.years[-1]}, paired difference to no added tariff at the same "
            f"plant cost, % points; hatched: the {common.BOOTSTRAP} covers 0. Dots: closed form T18 at a share of "
            f"{100 * share:.1f} %; at the left edge a plant pays without any added tariff, beyond the right edge it "
            "never does.",
            rows,
        ),
    )
    axes = sheet.axes[0, 0]
    grid = cells.heat(axes, table, shown.across, shown.along, common.about(evidence, measured))
    cells.colour_bar(sheet, axes, grid, common.about(evidence, measured), "% points")
    _draw_curve(axes, sorted(table[shown.across].unique()), curve)
    axes.set_xlabel("added tariff, %", labelpad=2)
    axes.set_ylabel("plant, of the region’s\nmarket per firm, %")
    sheet.table = table.merge(pd.DataFrame({shown.along: costs, "closed_form": curve}), on=shown.along)
    sheet.alt = f"Heat map of the local part of sales over tariff and plant cost, now {standing}; closed form overlaid."
    return sheet


def _draw_curve(axes: Any, doses: list[float], curve: list[float]) -> None:
    """Thresholds at the middles of the rows, on an axis of cells side by side."""
    at = np.interp(np.clip(curve, doses[0], doses[-1]), doses, np.arange(len(doses)) + 0.5)
    at = np.where(np.array(curve) <= doses[0], 0.06, np.where(np.array(curve) >= doses[-1], len(doses) - 0.06, at))
    axes.plot(
        at,
        np.arange(len(curve)) + 0.5,
        "o",
        color=THRESHOLD,
        linestyle=(0, (4, 2)),
        linewidth=1.4,
        markersize=4,
        zorder=4,
    )
