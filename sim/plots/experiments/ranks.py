"""E10: which answer to a flip earns most, by the gap at the decision and the tariff: ranks with the effects behind
them.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import cells, common
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.effects import effect
from sim.sweeps.experiments.evidence import Evidence

DECIDED = 2025  # the year whose gap groups sectors
GROUPS = (("ahead", -np.inf, 0.0), ("near", 0.0, 0.15), ("behind", 0.15, np.inf))
METRIC = "profit_multinational_value"


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """A heat map: rows are rules, columns gap groups by tariff; colour and number are effects, small figures ranks."""
    assert shown.block and shown.across
    rows = evidence.layout.of(shown.block)
    groups = grouped(evidence)
    table = _table(evidence, shown, groups)
    rules = list(dict.fromkeys(row.name for row in rows))
    doses = sorted({row.values[shown.across] for row in rows})
    sheet = Sheet(
        "ranks",
        shown.title,
        1,
        len(groups),
        height=1.5,
        left=0.95,
        right=0.95,
        gap_x=0.15,
        below=0.5,
        above=0.02,
        key=[Entry("sign not resolved", cells.HATCH, linewidth=0, hatch=cells.LINES)],
        caption=common.caption(
            evidence,
            shown,
            "Profit of multinationals, present value from 2027, under a rule for all partnerships against the rules "
            f"as they stand, same tariff, paired: mean in %, hatched where the {common.BOOTSTRAP} covers 0; in front "
            f"the rank in its column. Sectors by the mean technology gap of {DECIDED} as the scenario stands: "
            + "; ".join(f"{name}: {', '.join(map(style.words, sectors)).lower()}" for name, sectors in groups.items())
            + ".",
            rows,
        ),
    )
    reach = float(table["difference"].abs().max()) or 1.0
    field = style.declared("hub_share")
    for place, (axes, name) in enumerate(zip(sheet.axes[0], groups, strict=True)):
        mine = table[table["group"] == name]
        mesh = _cells(axes, mine, rules, doses, reach)
        axes.set_title(
            f"China {name}, gap of {DECIDED}" if name != "near" else f"Near parity in {DECIDED}", fontsize=7.5
        )
        axes.tick_params(labelleft=place == 0)
        axes.set_xlabel("added tariff, %", labelpad=2)
    cells.colour_bar(sheet, sheet.axes[0, -1], mesh, field, "%")
    sheet.table = table
    best = table.loc[table.groupby(["group", "dose"])["difference"].idxmax()]
    sheet.alt = (
        "Best rule by group and tariff: "
        + "; ".join(f"{row.group} {row.dose:g} {row.rule}" for row in best.itertuples())
        + "."
    )
    return [sheet]


def grouped(evidence: Evidence) -> dict[str, list[str]]:
    """Sectors by the technology gap as the scenario stands; groups without a sector are left out."""
    place = DECIDED - int(evidence.years[0])
    gaps = {
        sector: float(np.nanmean(evidence.path("technology_gap", sector)[0, :, place]))
        for sector in evidence.layout.definition.scenario.world.sectors
    }
    found = {name: [sector for sector, gap in gaps.items() if low < gap <= high] for name, low, high in GROUPS}
    return {name: sectors for name, sectors in found.items() if sectors}


def _table(evidence: Evidence, shown: Shown, groups: dict[str, list[str]]) -> pd.DataFrame:
    assert shown.block and shown.across
    last = int(evidence.years[-1]) - int(evidence.years[0])
    found = []
    for name, sectors in groups.items():
        values = np.nansum([evidence.path(METRIC, sector)[:, :, last] for sector in sectors], axis=0)
        for row in evidence.layout.of(shown.block):
            seeds = np.searchsorted(evidence.seeds, np.array(row.seeds))
            gaps = values[row.point, seeds] / values[row.reference, seeds] - 1.0
            own = effect(gaps, gaps)
            told = {"difference": own.difference, "lo": own.lo, "hi": own.hi, "n": own.n, "p_positive": own.p_positive}
            found.append({"group": name, "rule": row.name, "dose": row.values[shown.across], **told})
    table = pd.DataFrame(found)
    table["rank"] = table.groupby(["group", "dose"])["difference"].rank(ascending=False).astype(int)
    return table


def _cells(axes: Any, table: pd.DataFrame, rules: list[str], doses: list[float], reach: float) -> Any:
    from matplotlib.patches import Rectangle

    values = table.pivot(index="rule", columns="dose", values="difference").reindex(index=rules, columns=doses)
    mesh = axes.pcolormesh(
        values.to_numpy(float), edgecolors="white", linewidth=0.5, cmap="PuOr_r", vmin=-reach, vmax=reach
    )
    for row in table.to_dict("records"):
        x, y = doses.index(row["dose"]), rules.index(row["rule"])
        if not (row["lo"] > 0 or row["hi"] < 0):
            axes.add_patch(
                Rectangle((x, y), 1, 1, fill=False, hatch=cells.LINES, edgecolor=cells.HATCH, linewidth=0, zorder=2)
            )
        axes.text(x + 0.06, y + 0.08, f"{row['rank']}.", fontsize=5.5, ha="left", va="top", color="#333333", zorder=5)
    cells.print_numbers(axes, values.to_numpy(float), style.declared("hub_share"), reach)
    cells.ticks(axes.xaxis, doses)
    axes.set_yticks([place + 0.5 for place in range(len(rules))], rules)
    axes.set_ylim(len(rules), 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    return mesh
