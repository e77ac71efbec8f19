"""E8: where adaptation clauses pay, by their cost and the success of talks; and how long partnerships live with and
without.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.closed import crossing
from sim.experiments.evidence import Evidence
from sim.measures.survival import aalen_johansen
from sim.plots import incidence, style
from sim.plots.experiments import cells, common
from sim.plots.experiments.arms import arms
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import spread
from sim.scenario.experiment import Shown

EVEN = "#222222"


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Heat maps with the break-even line, then survival curves."""
    return [_map(evidence, shown), _survival(evidence, shown)]


def _map(evidence: Evidence, shown: Shown) -> Sheet:
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    measured = common.outcome(evidence, shown.outcomes[0])
    field = common.about(evidence, measured)
    table = common.cells(evidence, rows, measured)
    climates = list(dict.fromkeys(table["arm"]))
    reach = float(table["difference"].abs().max())
    sheet = Sheet(
        "breakeven",
        shown.title,
        1,
        len(climates),
        height=1.6,
        left=0.75,
        right=0.95,
        gap_x=0.15,
        below=0.5,
        above=0.04,
        key=[
            Entry("sign not resolved", cells.HATCH, linewidth=0, hatch=cells.LINES),
            Entry("break-even: pays below", EVEN, "-", 1.8),
        ],
        caption=common.caption(
            evidence,
            shown,
            f"{field.text}: clauses in all contracts against none, paired, in % of both sides’ profit; "
            f"{common.BOOTSTRAP}, hatched where it covers 0. The line joins costs at which the mean effect is zero; "
            "where it is missing the sign is the same at all costs.",
            rows,
        ),
    )
    lines = []
    for place, (axes, climate) in enumerate(zip(sheet.axes[0], climates, strict=True)):
        mine = table[table["arm"] == climate]
        mesh = cells.heat(axes, mine, shown.across, shown.along, field, reach)
        lines.append(_even(axes, mine, shown.across, shown.along).assign(arm=climate))
        axes.set_title(climate[:1].upper() + climate[1:])
        axes.set_xlabel("success of talks at full trust, %", labelpad=2)
        axes.tick_params(labelleft=place == 0)
    sheet.axes[0, 0].set_ylabel("yearly cost of a clause,\n% of the offer’s profit")
    cells.colour_bar(sheet, sheet.axes[0, -1], mesh, field, "%")
    sheet.table = table.merge(pd.concat(lines), on=["arm", shown.across])
    sheet.alt = "Heat maps of joint profit with clauses against without, over their cost and the success of talks."
    return sheet


def _even(axes: Any, table: pd.DataFrame, across: str, along: str) -> pd.DataFrame:
    """For each value across, the value along at which the mean effect crosses zero, drawn on axes of cells."""
    grid = table.pivot(index=along, columns=across, values="difference")
    costs = grid.index.to_numpy(float)
    even = [crossing(grid[column].to_numpy(float), costs) for column in grid.columns]
    at = np.interp(even, costs, np.arange(len(costs)) + 0.5)
    axes.plot(
        np.arange(len(even)) + 0.5,
        np.where(np.isnan(even), np.nan, at),
        color=EVEN,
        linewidth=1.8,
        marker="o",
        markersize=3,
        zorder=6,
    )
    return pd.DataFrame({across: grid.columns, "break_even": even})


def _survival(evidence: Evidence, shown: Shown) -> Sheet:
    """One less the incidence of any end, by quarters since signing, for partnerships signed within the report."""
    row = evidence.layout.contrast(shown.contrasts[0])
    stored = arms(evidence, {"Clauses in all contracts": row}, "", "No clauses")
    lives = incidence.lives(stored)
    seeds = np.array(stored.seeds)
    horizon = incidence.HORIZON * 4
    sheet = Sheet(
        "survival",
        "How long partnerships live, with and without adaptation clauses",
        1,
        2,
        height=1.7,
        left=0.6,
        gap_x=0.6,
        below=0.5,
        above=0.04,
        key=[Entry(stored.title(name), *style.stroke(name, list(stored.points)), alpha=0.15) for name in stored.points],
        caption=common.caption(
            evidence,
            shown,
            "Left: partnerships alive, one less the Aalen-Johansen incidence of all ends; mean of runs, shade 5 to "
            "95 %. Right: incidence of a renegotiation, the end competes. Partnerships signed within the report.",
            [row],
        ),
    )
    table = []
    for name in stored.points:
        mine = lives[lives["scenario"] == name]
        group = np.searchsorted(seeds, mine["seed"].to_numpy())
        life, ended = mine["life"].to_numpy(), mine["end"].notna().to_numpy()
        gone = aalen_johansen(life, ended.astype(int), group, len(seeds), 1, horizon)[0][0]
        when = mine["renegotiation"].to_numpy(float)
        happened = np.isfinite(when) & (when <= life)
        time = np.where(happened, np.nan_to_num(when), life).astype(int)
        talks = aalen_johansen(time, np.where(happened, 1, np.where(ended, 2, 0)), group, len(seeds), 2, horizon)[0][0]
        stroke = style.stroke(name, list(stored.points))
        years = np.arange(horizon + 1) / 4
        for axes, values, panel in ((sheet.axes[0, 0], 1 - gone, "alive"), (sheet.axes[0, 1], talks, "renegotiated")):
            found = spread(values)
            style.band(axes, years, found.low, found.high, stroke.color)
            axes.plot(years, found.mean, color=stroke.color, linestyle=stroke.linestyle, linewidth=stroke.linewidth)
            told = {"mean": found.mean[::4], "q05": found.low[::4], "q95": found.high[::4]}
            table.append(pd.DataFrame({"world": stored.title(name), "panel": panel, "years": years[::4], **told}))
    for axes, title in zip(sheet.axes[0], ("Alive, % of signed", "Renegotiated, % of signed"), strict=True):
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, incidence.HORIZON)
        style.format_axis(axes.yaxis, style.declared("hub_share"))
        axes.set_title(title)
        axes.set_xlabel("years since signing", labelpad=2)
    sheet.table = pd.concat(table, ignore_index=True)
    sheet.alt = "Survival of partnerships and incidence of renegotiation with and without clauses."
    return sheet
