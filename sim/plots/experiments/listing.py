"""E6: a sector's partnerships before and after its hub firms are listed, the way back, and what each rank adds."""

from typing import Any

import numpy as np
import pandas as pd

from sim.model.columns import Type
from sim.plots import style
from sim.plots.experiments import common
from sim.plots.experiments.arms import BASE, Arms, arms
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import decimal
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.effects import effect
from sim.sweeps.experiments.evidence import Evidence

BEFORE, AFTER = 2026.75, 2029.75
FROM = 2024
PARTNERED = (Type.market_access, Type.co_innovation, Type.globalize)


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Networks of one run, the resilience curve with the loss shaded, and the marginal effect of each rank."""
    assert shown.block
    rows = {common.contrast_words(evidence, name): evidence.layout.contrast(name) for name in shown.contrasts}
    stored = arms(evidence, rows, "")
    sheet = Sheet(
        "listing",
        shown.title,
        2,
        2,
        height=1.9,
        heights=(2.1, 1.6),
        left=0.6,
        right=0.2,
        gap_x=0.6,
        gap_y=0.5,
        below=0.5,
        above=0.06,
        key=[
            *(Entry(style.TYPE_LABELS[kind], style.TYPE_COLOURS[kind]) for kind in PARTNERED),
            *common.contrast_key(evidence, shown.contrasts),
        ],
        caption=common.caption(
            evidence,
            shown,
            f"Top: partnerships of one run (seed {stored.seeds[0]}), multinationals left, Chinese firms right by "
            f"partnerships before, sized by them; listed in 2027: “{stored.title(list(stored.points)[-1])}”; hollow: "
            f"no partnership. Below left: partnerships over those of the untreated twin, mean and {common.BOOTSTRAP}; "
            "shaded: the loss. Right: what listing one firm more adds to the loss, a dot per run; diamond: mean with "
            "interval.",
            [*rows.values(), *evidence.layout.of(shown.block)],
        ),
    )
    last = list(stored.points)[-1]
    _networks(sheet, stored, shown.sectors[0], last)
    tables = [_curve(sheet.axes[1, 0], evidence, shown), _ranks(sheet.axes[1, 1], evidence, shown)]
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = "Network of partnerships before and after a listing, resilience curve, and marginal loss by rank."
    return [sheet]


def _networks(sheet: Sheet, stored: Arms, sector: str, treated: str) -> None:
    wanted = ["scenario", "seed", "sector", "multinational", "chinese_firm", "type_last", "start", "end"]
    lives = stored.frame("partnerships", wanted)
    lives = lives[(lives["seed"] == stored.seeds[0]) & (lives["sector"].astype(str) == sector)]
    lives = lives.assign(start=decimal(lives["start"]), end=decimal(lives["end"]).fillna(np.inf))
    alive = {
        (when, name): lives[(lives["scenario"] == name) & (lives["start"] <= when) & (lives["end"] > when)]
        for when, name in ((BEFORE, BASE), (AFTER, BASE), (AFTER, treated))
    }
    before = alive[BEFORE, BASE]
    both = pd.concat([before, alive[AFTER, treated]])
    order = [before["chinese_firm"].astype(str).value_counts(), both["multinational"].astype(str).value_counts()]
    chinese = list(dict.fromkeys([*order[0].index, *both["chinese_firm"].astype(str)]))
    foreign = list(order[1].index)
    titles = ("End of 2026", "End of 2029, listed")
    shown = (alive[BEFORE, BASE], alive[AFTER, treated])
    for axes, title, table in zip(sheet.axes[0], titles, shown, strict=True):
        axes.set_axis_off()
        rest = f" ({len(alive[AFTER, BASE])} without)" if table is shown[1] else ""
        axes.set_title(f"{title}: {len(table)} partnerships{rest}", fontsize=7.5)
        _network(axes, table, foreign, chinese)


def _network(axes: Any, table: pd.DataFrame, foreign: list[str], chinese: list[str]) -> None:
    """Two columns of firms, a line a partnership in the colour of its type."""
    y = [
        {name: 1 - (place + 0.5) / max(len(side), 1) for place, name in enumerate(side)} for side in (foreign, chinese)
    ]
    for row in table.to_dict("records"):
        kind = Type[str(row["type_last"])]
        ends = [y[0][str(row["multinational"])], y[1][str(row["chinese_firm"])]]
        axes.plot([0, 1], ends, color=style.TYPE_COLOURS[kind], linewidth=1.0, alpha=0.9, zorder=1)
    for x, side, column in ((0, y[0], "multinational"), (1, y[1], "chinese_firm")):
        count = table[column].astype(str).value_counts()
        for name, at in side.items():
            size = int(count.get(name, 0))
            axes.plot(
                x,
                at,
                "o",
                markersize=2 + 1.6 * np.sqrt(size),
                color=style.FOREIGN if x == 0 else style.CHINESE,
                markerfacecolor="white" if size == 0 else None,
                markeredgewidth=0.6,
                zorder=2,
            )
    axes.set_xlim(-0.08, 1.08)
    axes.set_ylim(-0.02, 1.02)


def _curve(axes: Any, evidence: Evidence, shown: Shown) -> pd.DataFrame:
    measured = common.outcome(evidence, shown.outcomes[0])
    late = evidence.years >= FROM
    tables = []
    axes.axhline(1, color="black", linewidth=1.0, zorder=2)
    axes.axhline(0.95, color=style.GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for name in shown.contrasts:
        treated, untreated = common.pair_paths(evidence, evidence.layout.contrast(name), measured)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(untreated > 0, treated / untreated, np.nan)[:, late]
        found = common.path_effects(ratio)
        stroke = common.contrast_stroke(evidence, name)
        common.draw_band(axes, evidence.years[late], found, stroke)
        at = evidence.years[late] + style.YEAR_END
        axes.fill_between(at, found[0], 1, where=found[0] < 1, color=stroke.color, alpha=0.12, linewidth=0, zorder=0.5)
        columns: dict[str, Any] = dict(zip(("value", "lo", "hi"), found, strict=True))
        tables.append(pd.DataFrame({"panel": "resilience", "contrast": name, "year": evidence.years[late], **columns}))
    style.format_axis(axes.yaxis, style.declared("hub_share"))
    style.year_axis(axes, float(FROM), float(evidence.years[-1]), 4)
    axes.set_title("Partnerships over the untreated twin’s, %", fontsize=7.5)
    return pd.concat(tables, ignore_index=True)


def _ranks(axes: Any, evidence: Evidence, shown: Shown) -> pd.DataFrame:
    assert shown.block and shown.across
    measured = common.outcome(evidence, shown.outcomes[0])
    across = shown.across
    rows = sorted(evidence.layout.of(shown.block), key=lambda row: row.values[across])
    before = np.zeros(len(rows[0].seeds))
    table = []
    common.zero_line(axes)
    for row in rows:
        loss, _ = evidence.gaps(row, measured)
        rank = int(row.values[across])
        added, before = loss - before, loss
        found = effect(added, added)
        axes.plot(rank + np.linspace(-0.18, 0.18, len(added)), added, "o", markersize=2, color="#9AA7B4", zorder=2)
        axes.plot([rank, rank], [found.lo, found.hi], color="black", linewidth=1.4, zorder=3)
        axes.plot(rank, found.difference, "D", markersize=4, color="black", zorder=4)
        table.append(
            {"panel": "rank", "rank": rank, "value": found.difference, "lo": found.lo, "hi": found.hi, "n": found.n}
        )
    style.format_axis(axes.yaxis, style.declared("hub_share"), difference=True)
    axes.set_xticks([row["rank"] for row in table])
    axes.set_xlabel("rank by centrality of the firm listed", labelpad=2)
    axes.set_title("Added resilience loss of partnerships, % points", fontsize=7.5)
    return pd.DataFrame(table)
