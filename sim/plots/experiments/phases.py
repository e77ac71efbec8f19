"""E11: which way of serving a market dominates, over brand access and tariff, and where a plant pays."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots.experiments import cells, common
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.thresholds import plant_pays

WAYS = {
    "shipped": ("Ship", "#4477AA"),
    "local": ("Plant or partner there", "#CCBB44"),
    "powered": ("Power another brand", "#EE6677"),
}
BOUNDARY = "#222222"


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """A panel per screening regime: cells in the colour of the largest way, its share of Chinese-technology sales
    printed.
    """
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    tables = {name: common.cells(evidence, rows, common.outcome(evidence, name)) for name in WAYS}
    table = tables["shipped"][["arm", shown.across, shown.along, "n"]].copy()
    for name, each in tables.items():
        table[name] = each["level"]
    total = table[list(WAYS)].sum(axis=1)
    table["way"] = table[list(WAYS)].idxmax(axis=1)
    table["part"] = table[list(WAYS)].max(axis=1) / total
    boundary = _boundary(evidence, shown)
    arms = list(dict.fromkeys(table["arm"]))
    sheet = Sheet(
        "phases",
        shown.title,
        1,
        len(arms),
        height=1.8,
        left=0.75,
        gap_x=0.2,
        below=0.5,
        above=0.04,
        key=[
            *(Entry(text, color, linewidth=0, alpha=0.85) for text, color in WAYS.values()),
            Entry("closed form: a plant pays right of it", BOUNDARY, (0, (4, 2)), 1.6),
        ],
        caption=common.caption(
            evidence,
            shown,
            "Way with the largest part of sales on Chinese technology, "
            f"{common.where(common.outcome(evidence, 'shipped'))}, {evidence.years[-1]}, mean of runs; numbers: its "
            "part, %. Dashed: the added tariff from which a plant pays a Chinese firm of mean share at that access, "
            "closed form T18; at an edge, it pays at any or at no tariff shown. Where it lies right of cells that "
            "are made there, partners sell the Chinese brand instead.",
            rows,
        ),
    )
    for place, (axes, arm) in enumerate(zip(sheet.axes[0], arms, strict=True)):
        _panel(axes, table[table["arm"] == arm], shown, boundary)
        axes.set_title(arm)
        axes.tick_params(labelleft=place == 0)
        axes.set_xlabel("added tariff, %", labelpad=2)
    sheet.axes[0, 0].set_ylabel("growth of access that brands\ncan buy abroad, % a year")
    sheet.table = table.merge(boundary, on=shown.along)
    counts = table["way"].map({name: text for name, (text, _) in WAYS.items()}).value_counts()
    sheet.alt = "Phase diagram: " + ", ".join(f"{text} in {count} cells" for text, count in counts.items()) + "."
    return [sheet]


def _boundary(evidence: Evidence, shown: Shown) -> pd.DataFrame:
    """The added tariff at which a plant pays, at the mean share of Chinese firms at each access without tariff."""
    assert shown.block and shown.across and shown.along
    sector, region = shown.sectors[0], shown.regions[0]
    share = evidence.path("chinese_share", sector, region)[:, :, -1]
    firms = evidence.path("firms_chinese", sector)[:, :, -1]
    rows = [row for row in evidence.layout.of(shown.block) if row.values[shown.across] == 0]
    found = {
        row.values[shown.along]: float(np.nanmean(share[row.point] / firms[row.point]))
        for row in rows[: len(rows) // 2 + 1]
    }
    return pd.DataFrame(
        {
            shown.along: list(found),
            "mean_share": list(found.values()),
            "closed_form": [plant_pays(evidence, sector, region, each) for each in found.values()],
        }
    )


def _panel(axes: Any, table: pd.DataFrame, shown: Shown, boundary: pd.DataFrame) -> None:
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    x, y = sorted(table[shown.across].unique()), sorted(table[shown.along].unique())
    for row in table.to_dict("records"):
        corner = (x.index(row[shown.across]), y.index(row[shown.along]))
        axes.add_patch(
            Rectangle(corner, 1, 1, facecolor=WAYS[row["way"]][1], edgecolor="white", linewidth=0.8, alpha=0.85)
        )
        axes.text(
            corner[0] + 0.5,
            corner[1] + 0.5,
            f"{100 * row['part']:.0f}",
            fontsize=6.5,
            ha="center",
            va="center",
            zorder=5,
            path_effects=[withStroke(linewidth=1.8, foreground="white", alpha=0.8)],
        )
    known = boundary.sort_values(shown.along)
    curve = known["closed_form"].to_numpy(float)
    at = np.interp(np.clip(curve, x[0], x[-1]), x, np.arange(len(x)) + 0.5)
    at = np.where(curve <= x[0], 0.06, np.where(curve >= x[-1], len(x) - 0.06, at))
    axes.plot(
        at,
        np.arange(len(at)) + 0.5,
        color=BOUNDARY,
        linestyle=(0, (4, 2)),
        linewidth=1.6,
        marker="o",
        markersize=3,
        zorder=4,
    )
    axes.set_xlim(0, len(x))
    axes.set_ylim(0, len(y))
    cells.ticks(axes.xaxis, x)
    cells.ticks(axes.yaxis, y)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
