"""E8: what doubt between partners costs, by how readily they claim new terms; and how long partnerships live."""

import numpy as np
import pandas as pd

from sim.measures.survival import aalen_johansen
from sim.plots import incidence, style
from sim.plots.experiments import cells, common
from sim.plots.experiments.arms import arms
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import spread
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.evidence import Evidence


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Heat maps of the cost, then survival curves."""
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
        "doubt",
        shown.title,
        1,
        len(climates),
        height=1.6,
        left=0.75,
        right=0.95,
        gap_x=0.15,
        below=0.5,
        above=0.04,
        key=[Entry("sign not resolved", cells.HATCH, linewidth=0, hatch=cells.LINES)],
        caption=common.caption(
            evidence,
            shown,
            f"{field.text}: against a world with hardly any doubt, paired; {common.BOOTSTRAP}, hatched where it covers "
            "0. Doubt is the scale of what sides do not know of each other, over the venture's profit.",
            rows,
        ),
    )
    for place, (axes, climate) in enumerate(zip(sheet.axes[0], climates, strict=True)):
        mine = table[table["arm"] == climate]
        mesh = cells.heat(axes, mine, shown.across, shown.along, field, reach)
        axes.set_title(climate[:1].upper() + climate[1:])
        axes.set_xlabel("doubt, % of the venture’s profit", labelpad=2)
        axes.tick_params(labelleft=place == 0)
    sheet.axes[0, 0].set_ylabel("least gain that is claimed,\n% of what is bargained over")
    cells.colour_bar(sheet, sheet.axes[0, -1], mesh, field, common.difference_unit(field, measured))
    sheet.table = table
    sheet.alt = (
        "Heat maps of ends with doubt against hardly any, over doubt and the gain at which a side asks for new terms."
    )
    return sheet


def _survival(evidence: Evidence, shown: Shown) -> Sheet:
    """One less the incidence of any end, by quarters since signing, for partnerships signed within the report."""
    row = evidence.layout.contrast(shown.contrasts[0])
    stored = arms(evidence, {"A tenth of the doubt": row}, "", "As it stands")
    lives = incidence.lives(stored)
    seeds = np.array(stored.seeds)
    horizon = incidence.HORIZON * 4
    sheet = Sheet(
        "survival",
        "How long partnerships live, with less doubt between partners",
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
    sheet.alt = "Survival of partnerships and incidence of renegotiation with less doubt and with the standing one."
    return sheet
