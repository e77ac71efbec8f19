"""Experiment `flip`: what becomes of ventures in force when their lead is lost at once, by law and by who may buy."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import common
from sim.plots.sheet import Entry, Sheet
from sim.runs.tables import ALL
from sim.scenario.experiment import Measured, Shown
from sim.sweeps.experiments.cohort import Ratio, ratio
from sim.sweeps.experiments.effects import effect
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import Row

FILLS = ("#BBBBBB", "#4477AA")  # without and with the lift
WIDTH = 0.36
EVENTS = 3  # outcomes a group of sectors


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """A row of panels per contrast, a panel per group of sectors: shares of the cohort with and without, and ratios."""
    outcomes = [common.outcome(evidence, name) for name in shown.outcomes]
    groups = list(dict.fromkeys(each.sector for each in outcomes))
    rows = [evidence.layout.contrast(name) for name in shown.contrasts]
    sheet = Sheet(
        "lifted",
        shown.title,
        len(rows),
        len(groups),
        height=1.5,
        left=0.62,
        gap_x=0.2,
        gap_y=0.62,
        below=0.34,
        above=0.2,
        key=[
            Entry(text, color, linewidth=0, alpha=1.0)
            for text, color in zip(("Not lifted", "Lifted"), FILLS, strict=True)
        ],
        caption=common.caption(
            evidence,
            shown,
            f"Host ventures in force as {evidence.year(outcomes[0])} begins: part that ends, changes type or gets new "
            f"terms within five years; mean of runs, bar: {common.BOOTSTRAP}. Above the bars: lifted over not, of sums "
            "over runs, with its interval.",
            rows,
        ),
    )
    table = []
    for line, (name, row) in enumerate(zip(shown.contrasts, rows, strict=True)):
        for column, group in enumerate(groups):
            axes = sheet.axes[line, column]
            mine = [each for each in outcomes if each.sector == group]
            table += [{"contrast": name, **told} for told in _panel(axes, evidence, row, mine)]
            axes.set_title(f"{common.contrast_words(evidence, name)}\n{_group(group)}", fontsize=7)
    _axes(sheet)
    sheet.table = pd.DataFrame(table)
    first = sheet.table.iloc[0]
    sheet.alt = (
        f"Bars of what becomes of host ventures. Of all, {first['without']:.0%} end without and {first['with']:.0%} "
        f"with the lift, {first['ratio']:.2f} times as many ({first['ratio_lo']:.2f} to {first['ratio_hi']:.2f})."
    )
    return [sheet]


def _ratio(evidence: Evidence, row: Row, measured: Measured) -> Ratio:
    found = evidence.cohort(measured.sector, evidence.year(measured)).groupby(["point", "seed"])[measured.metric].sum()
    with_, without = (
        found.reindex(pd.MultiIndex.from_product([[point], row.seeds]), fill_value=0).to_numpy(float)
        for point in (row.point, row.reference)
    )
    return ratio(with_, without)


def _panel(axes: Any, evidence: Evidence, row: Row, outcomes: list[Measured]) -> list[dict[str, Any]]:
    seeds = np.searchsorted(evidence.seeds, np.array(row.seeds))
    told = []
    for place, measured in enumerate(outcomes):
        level = evidence.level(measured)
        bars = [effect(level[point, seeds], level[point, seeds]) for point in (row.reference, row.point)]
        for side, (bar, color) in enumerate(zip(bars, FILLS, strict=True)):
            x = place + (side - 0.5) * WIDTH
            axes.bar(x, bar.difference, WIDTH, color=color, zorder=2)
            axes.vlines(x, bar.lo, bar.hi, color=style.INK, linewidth=0.9, zorder=3)
        times = _ratio(evidence, row, measured)
        top = max([0.0, *(each for bar in bars for each in (bar.difference, bar.hi) if np.isfinite(each))])
        axes.text(place, top + 0.02, _times(times), fontsize=6, ha="center", va="bottom", linespacing=1.1)
        told.append(
            {
                "outcome": measured.metric, "sectors": measured.sector, "n": bars[0].n, "without": bars[0].difference,
                "without_lo": bars[0].lo, "without_hi": bars[0].hi, "with": bars[1].difference, "with_lo": bars[1].lo,
                "with_hi": bars[1].hi, "ratio": times.value, "ratio_lo": times.lo, "ratio_hi": times.hi,
            }
        )  # fmt: skip
    axes.set_xticks(
        range(len(outcomes)),
        [
            evidence.declared(each).text.split(" that ")[-1].split(" with ")[-1].removesuffix(" within 5 years")
            for each in outcomes
        ],
    )
    return told


def _times(found: Ratio) -> str:
    if not np.isfinite(found.value):
        return "none without"
    return f"×{found.value:.1f}\n({found.lo:.1f} to {found.hi:.1f})" if np.isfinite(found.lo) else f"×{found.value:.1f}"


def _group(sector: str) -> str:
    return "all sectors" if sector == ALL else style.words(sector).lower().replace(" sectors", " demand")


def _axes(sheet: Sheet) -> None:
    top = max(max(text.get_position()[1] for text in axes.texts) for axes in sheet.panels) + 0.14
    for place, axes in enumerate(sheet.panels):
        axes.set_ylim(0, top)
        style.format_axis(axes.yaxis, style.declared("hub_share"))
        axes.tick_params(labelleft=place % sheet.columns == 0)
        axes.tick_params(axis="x", length=0, labelsize=6.5)
    sheet.label_left("share of ventures in force, %")
