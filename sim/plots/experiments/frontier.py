"""E13: mean against risk of profit for attitudes to dependence, over the chance of being cut off."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import common
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.effects import effect
from sim.sweeps.experiments.evidence import Evidence

TAIL = 0.1  # of runs, that risk looks at
MARKERS = ("o", "s", "^", "D", "v", "P")


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """A panel per side: policies as lines through the chances of a cut-off, the efficient ones joined."""
    assert shown.block and shown.across
    rows = evidence.layout.of(shown.block)
    arms = list(dict.fromkeys(row.name for row in rows))
    chances = sorted({row.values[shown.across] for row in rows})
    sheet = Sheet(
        "frontier",
        shown.title,
        1,
        len(shown.outcomes),
        height=2.2,
        left=0.65,
        gap_x=0.65,
        below=0.5,
        above=0.2,
        key=[
            *(Entry(arm, style.STROKES[place].color, linewidth=1.2) for place, arm in enumerate(arms)),
            None,
            *(
                Entry(f"cut off with {100 * chance:g} %", style.INK, linewidth=0, marker=MARKERS[place])
                for place, chance in enumerate(chances)
            ),
        ],
        caption=common.caption(
            evidence,
            shown,
            "Profit from 2027, present value, relative to the same run as the scenario stands. Vertical: mean over "
            f"runs, bars: {common.BOOTSTRAP}; horizontal: mean of the worst {100 * TAIL:.0f} % of runs below the mean "
            "(shortfall). Dotted: efficient attitudes at the highest chance of a cut-off.",
            rows,
        ),
    )
    tables = []
    for axes, name in zip(sheet.axes[0], shown.outcomes, strict=True):
        table = _table(evidence, shown, name)
        _panel(axes, table, arms, chances)
        measured = common.outcome(evidence, name)
        field = common.about(evidence, measured)
        axes.set_title(common.panel_title(field, "%", 44), fontsize=7.5)
        for axis in (axes.xaxis, axes.yaxis):
            style.format_axis(axis, field, difference=axis is axes.yaxis)
        axes.set_xlabel("shortfall of the worst runs, % points", labelpad=2)
        tables.append(table.assign(outcome=name))
    sheet.axes[0, 0].set_ylabel("mean, % of as it stands")
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = "Mean and shortfall of profit by attitude to dependence and chance of being cut off."
    return [sheet]


def shortfall(values: "np.ndarray[Any, Any]") -> float:
    """Mean less the mean of the worst tenth of runs, at least one."""
    ordered = np.sort(values[np.isfinite(values)])
    worst = ordered[: max(1, int(np.ceil(TAIL * len(ordered))))]
    return float(ordered.mean() - worst.mean())


def efficient(table: pd.DataFrame) -> pd.DataFrame:
    """Points that no other point beats in both mean and shortfall, by shortfall."""
    kept = [
        not (
            (table["mean"] >= row.mean_)
            & (table["shortfall"] <= row.shortfall)
            & ((table["mean"] > row.mean_) | (table["shortfall"] < row.shortfall))
        ).any()
        for row in table.rename(columns={"mean": "mean_"}).itertuples()
    ]
    return table[kept].sort_values("shortfall")


def _table(evidence: Evidence, shown: Shown, name: str) -> pd.DataFrame:
    assert shown.block and shown.across
    measured = common.outcome(evidence, name)
    found = []
    for row in evidence.layout.of(shown.block):
        gaps, _ = evidence.gaps(row, measured)
        own = effect(gaps, gaps)
        numbers = {"mean": own.difference, "lo": own.lo, "hi": own.hi, "shortfall": shortfall(gaps), "n": own.n}
        found.append({"policy": row.name, "chance": row.values[shown.across], **numbers})
    return pd.DataFrame(found)


def _panel(axes: Any, table: pd.DataFrame, arms: list[str], chances: list[float]) -> None:
    common.zero_line(axes)
    for place, arm in enumerate(arms):
        mine = table[table["policy"] == arm].sort_values("chance")
        color = style.STROKES[place].color
        axes.plot(mine["shortfall"], mine["mean"], color=color, linewidth=1.0, zorder=2.5)
        for row in mine.to_dict("records"):
            axes.plot([row["shortfall"]] * 2, [row["lo"], row["hi"]], color=color, linewidth=0.7, alpha=0.6, zorder=2)
            marker = MARKERS[chances.index(row["chance"])]
            axes.plot(
                row["shortfall"], row["mean"], marker, color=color, markersize=4.5, markerfacecolor="white", zorder=4
            )
    best = efficient(table[table["chance"] == chances[-1]])
    axes.plot(best["shortfall"], best["mean"], color=style.INK, linewidth=1.0, linestyle=(0, (1, 1.5)), zorder=3)
