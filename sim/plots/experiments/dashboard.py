"""E15: three futures on a page: fans of four outcomes, which instrument carries the difference, signs with their
chances.
"""

import textwrap
from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import cells, common, shares
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments import findings
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import attributed

FROM = 2020
FANS = {
    "welfare": "World welfare",
    "active": "Partnerships in force",
    "technology_gap": "Technology gap",
    "globalize_share": "Globalising among partnerships",
}


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Fans, the tornado of instruments, the table of signs."""
    found = [_fans(evidence, shown), _signs(evidence, shown)]
    return [*found, _tornado(evidence, shown)] if evidence.layout.definition.experiment.attribution else found


def _fans(evidence: Evidence, shown: Shown) -> Sheet:
    rows = {name: evidence.layout.contrast(name) for name in shown.contrasts}
    sheet = Sheet(
        "dashboard",
        shown.title,
        2,
        2,
        height=1.45,
        left=0.65,
        gap_x=0.6,
        gap_y=0.4,
        below=0.3,
        above=0.04,
        key=common.standing_key(evidence, shown.contrasts),
        caption=common.caption(
            evidence,
            shown,
            "Median of runs, shades 25 to 75 and 5 to 95 %. Welfare: yearly, difference from as it stands, run by "
            "run; the others: levels at the end of the year.",
            list(rows.values()),
        ),
    )
    late = evidence.years >= FROM
    table = []
    for axes, (metric, text) in zip(sheet.panels, FANS.items(), strict=True):
        path = evidence.path(metric)[:, :, late]
        gap = metric == "welfare"
        for name, row in ([] if gap else [("as_it_stands", next(iter(rows.values())))]) + list(rows.items()):
            stroke = style.BASE if name == "as_it_stands" else common.contrast_stroke(evidence, name)
            seeds = np.searchsorted(evidence.seeds, np.array(row.seeds))
            values = path[row.reference if name == "as_it_stands" else row.point, seeds]
            values = values - path[row.reference, seeds] if gap else values
            common.fan(axes, evidence.years[late], values, stroke)
            q05, q50, q95 = np.nanquantile(values, (0.05, 0.5, 0.95), axis=0)
            columns = {"year": evidence.years[late], "q05": q05, "median": q50, "q95": q95}
            table.append(pd.DataFrame({"panel": metric, "contrast": name, **columns}))
        field = style.declared(metric) if metric != "globalize_share" else style.declared("hub_share")
        if gap or metric == "technology_gap":
            common.zero_line(axes)
        style.format_axis(axes.yaxis, field, difference=gap)
        style.year_axis(axes, float(FROM), float(evidence.years[-1]), 4)
        axes.set_title(f"{text}{', difference' if gap else ''}; {style.unit(field)}", fontsize=7.5)
    sheet.table = pd.concat(table, ignore_index=True)
    sheet.alt = "Fan charts of welfare, partnerships, technology gap and globalising under three futures."
    return sheet


def _tornado(evidence: Evidence, shown: Shown) -> Sheet:
    asked = evidence.layout.definition.experiment
    name, attribution = next(iter(asked.attribution.items()))
    table = findings.attribution(evidence, name)
    rows = evidence.layout.of(attributed(name))
    sheet = Sheet(
        "instruments",
        "Which instrument of decoupling carries the difference",
        2,
        2,
        height=1.05,
        left=1.45,
        right=0.2,
        gap_x=1.65,
        gap_y=0.72,
        below=0.42,
        above=0.14,
        key=[Entry("raises", shares.UP, linewidth=0, alpha=1.0), Entry("lowers", shares.DOWN, linewidth=0, alpha=1.0)],
        caption=common.caption(
            evidence,
            shown,
            f"Shapley values over all {len(rows)} coalitions of instruments at full size, {evidence.years[-1]}; bars: "
            f"{common.BOOTSTRAP}, hollow where it covers 0. In every run they add up to the effect of all together.",
            rows,
        ),
    )
    for axes, outcome in zip(sheet.panels, attribution.outcomes, strict=False):
        measured = common.outcome(evidence, outcome)
        own = table[table["outcome"] == outcome]
        field = evidence.declared(measured)
        shares.tornado(axes, own, field)
        whole = float(
            own.loc[own["player"] == "everybody", "value"].iloc[0] - own.loc[own["player"] == "nobody", "value"].iloc[0]
        )
        text = "Partnerships in force" if measured.metric == "active" else (measured.text or field.text).split(",")[0]
        axes.set_title(f"{text}: {style.number(whole, field, True)}", fontsize=7.5)
        axes.set_xlabel("% points" if style.percent(field) else style.unit(field), labelpad=1, fontsize=7)
    for axes in sheet.panels[len(attribution.outcomes) :]:
        axes.set_visible(False)
    sheet.table = table
    sheet.alt = (
        "Tornado of instruments: "
        + "; ".join(f"{row.outcome} {row.text} {row.value:.3g}" for row in table.itertuples())
        + "."
    )
    return sheet


def _signs(evidence: Evidence, shown: Shown) -> Sheet:
    """Chance of a positive difference, a cell per outcome and future."""
    table = findings.effects(evidence)
    table = table[table["contrast"].isin(shown.contrasts) & table["outcome"].isin(shown.outcomes)]
    outcomes, contrasts = list(shown.outcomes), list(shown.contrasts)
    sheet = Sheet(
        "signs",
        "How sure the signs are",
        1,
        1,
        height=0.24 * len(outcomes),
        left=2.9,
        right=0.3,
        below=0.18,
        above=0.1,
        key=[Entry("Holm’s p-value above 5 %", cells.HATCH, linewidth=0, hatch=cells.LINES)],
        caption=common.caption(
            evidence,
            shown,
            "Mean paired difference, and in brackets the share of runs in which it is positive, which gives the "
            "colour. Hatched: not resolved after Holm’s correction over all effects of the experiment.",
            [evidence.layout.contrast(each) for each in contrasts],
        ),
    )
    axes = sheet.axes[0, 0]
    chance = table.pivot(index="outcome", columns="contrast", values="p_positive").reindex(
        index=outcomes, columns=contrasts
    )
    axes.pcolormesh(chance.to_numpy(float), cmap="PuOr_r", vmin=-0.25, vmax=1.25, edgecolors="white", linewidth=0.8)
    for row in table.to_dict("records"):
        _cell(axes, evidence, row, outcomes, contrasts)
    axes.set_ylim(len(outcomes), 0)
    axes.set_yticks(
        [place + 0.5 for place in range(len(outcomes))], [_words(evidence, name) for name in outcomes], fontsize=7
    )
    axes.set_xticks(
        [place + 0.5 for place in range(len(contrasts))], [common.contrast_words(evidence, each) for each in contrasts]
    )
    axes.xaxis.tick_top()
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    sheet.table = table
    sheet.alt = "Table of mean differences and chances of a positive sign by outcome and future."
    return sheet


def _words(evidence: Evidence, name: str) -> str:
    """An outcome with its unit, on a line."""
    measured = common.outcome(evidence, name)
    unit = common.difference_unit(common.about(evidence, measured), measured).split(",")[0]
    return f"{textwrap.shorten(evidence.words(measured), 46, placeholder=' …')}; {unit}"


def _cell(axes: Any, evidence: Evidence, row: dict[str, Any], outcomes: list[str], contrasts: list[str]) -> None:
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    x, y = contrasts.index(row["contrast"]), outcomes.index(row["outcome"])
    if not row["p_holm"] < 0.05:
        axes.add_patch(
            Rectangle((x, y), 1, 1, fill=False, hatch=cells.LINES, edgecolor=cells.HATCH, linewidth=0, zorder=2)
        )
    measured = common.outcome(evidence, row["outcome"])
    field = common.about(evidence, measured)
    told = f"{style.number(row['difference'], field, True)} ({row['p_positive']:.2f})"
    axes.text(
        x + 0.5,
        y + 0.5,
        told,
        fontsize=7,
        ha="center",
        va="center",
        zorder=3,
        path_effects=[withStroke(linewidth=1.8, foreground="white", alpha=0.8)],
    )
