"""E12: reverse exports over the destination's tariff with thresholds; hubs against reverse exports over time."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import common, lines
from sim.plots.sheet import Entry, Sheet, grid
from sim.scenario.experiment import Measured, Shown
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.thresholds import exports_end

THRESHOLD = "#CC3311"
FROM = 1995
MARKED = (2000, 2010, 2020, 2030, 2040)
DESTINATIONS = ("us", "eu", "japan_korea")


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Small multiples by sector with closed forms; trajectories of hubs and reverse exports."""
    return [_responses(evidence, shown), _trajectories(evidence, shown)]


def _responses(evidence: Evidence, shown: Shown) -> Sheet:
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    values = sorted({row.values[shown.along] for row in rows})
    told = [
        lines.Line(
            f"λ_R = {value:g}",
            [row for row in rows if row.values[shown.along] == value],
            shown.across,
            style.STROKES[place],
        )
        for place, value in enumerate(values)
    ]
    number, columns = grid(len(shown.sectors), 3)
    sheet = Sheet(
        "reverse-exports",
        "Reverse exports by the destination’s tariff",
        number,
        columns,
        height=1.2,
        left=0.6,
        gap_x=0.42,
        gap_y=0.42,
        below=0.5,
        above=0.04,
        key=[
            *(Entry(f"{line.text} a year", *line.stroke, alpha=0.18, edged=True) for line in told),
            Entry("closed form: exports end", THRESHOLD, (0, (4, 2)), 1.0),
        ],
        caption=common.caption(
            evidence,
            shown,
            f"Exports of multinationals from China over their sales there, {evidence.years[-1]}, by the rate λ_R at "
            f"which they learn from the Chinese frontier; mean, edged band = {common.BOOTSTRAP}. Dashed: the added "
            "tariffs of the US, of Europe and of Japan and Korea from which a full base no longer serves them, "
            "e^(advantage − shipping) − 1 (T19) less the duties that stand; left of 0 they have ended already and "
            "are not drawn.",
            rows,
        ),
    )
    tables = []
    for axes, sector in zip(sheet.panels, shown.sectors, strict=False):
        measured = Measured(metric="reverse_export_ratio", sector=sector)
        table = lines.doses(axes, evidence, told, measured, difference=False).assign(sector=sector)
        for region in DESTINATIONS:
            table[f"closed_form_{region}"] = _threshold(axes, exports_end(evidence, sector, region))
        axes.set_ylim(bottom=0)
        axes.set_title(style.words(sector))
        lines.share_axis(axes, "")
        tables.append(table)
    for place, axes in enumerate(sheet.panels):
        axes.set_visible(place < len(shown.sectors))
    sheet.label_left("reverse-export ratio")
    sheet.label_below("added tariff on goods made in China, %")
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = "Reverse-export ratio by sector over the destination's tariff, with closed-form thresholds."
    return sheet


def _threshold(axes: Any, at: float) -> float:
    """A tariff, drawn where the panel has it."""
    if 0 <= at <= 1:
        axes.axvline(at, color=THRESHOLD, linewidth=0.9, linestyle=(0, (4, 2)), zorder=2.5)
    return at


def _trajectories(evidence: Evidence, shown: Shown) -> Sheet:
    rows = {name: evidence.layout.contrast(name) for name in shown.contrasts}
    ratio, hubs = (common.outcome(evidence, name) for name in shown.outcomes)
    number, columns = grid(len(shown.sectors), 3)
    sheet = Sheet(
        "hubs",
        shown.title,
        number,
        columns,
        height=1.3,
        left=0.6,
        gap_x=0.42,
        gap_y=0.42,
        below=0.5,
        above=0.04,
        key=common.standing_key(evidence, shown.contrasts, alpha=0.0),
        caption=common.caption(
            evidence,
            shown,
            f"Means of runs at the end of each year from {FROM}, a dot each ten years ({MARKED[0]} to {MARKED[-1]}, "
            "growing): share of multinationals whose base in China is a hub against their exports from China over "
            "sales there.",
            list(rows.values()),
        ),
    )
    late = evidence.years >= FROM
    standing = next(iter(rows.values()))
    seeds = np.searchsorted(evidence.seeds, np.array(standing.seeds))
    table = []
    for axes, sector in zip(sheet.panels, shown.sectors, strict=False):
        paths = [np.nanmean(evidence.path(each.metric, sector)[:, seeds][:, :, late], axis=1) for each in (ratio, hubs)]
        points = {"as_it_stands": standing.reference} | {name: row.point for name, row in rows.items()}
        for name, point in points.items():
            stroke = style.BASE if name == "as_it_stands" else common.contrast_stroke(evidence, name)
            x, y = paths[1][point], paths[0][point]
            axes.plot(x, y, color=stroke.color, linestyle=stroke.linestyle, linewidth=stroke.linewidth * 0.8, zorder=3)
            for place, year in enumerate(MARKED):
                at = evidence.years[late] == year
                axes.plot(x[at], y[at], "o", color=stroke.color, markersize=1.5 + 0.8 * place, zorder=4)
            table.append(
                pd.DataFrame(
                    {
                        "sector": sector,
                        "contrast": name,
                        "year": evidence.years[late],
                        "hub_share": x,
                        "reverse_export_ratio": y,
                    }
                )
            )
        style.format_axis(axes.xaxis, style.declared("hub_share"))
        style.format_axis(axes.yaxis, style.declared("reverse_export_ratio"))
        axes.set_title(style.words(sector))
    for place, axes in enumerate(sheet.panels):
        axes.set_visible(place < len(shown.sectors))
    sheet.label_left("reverse-export ratio")
    sheet.label_below("multinationals whose base in China is a hub, %")
    sheet.table = pd.concat(table, ignore_index=True)
    sheet.alt = "Trajectories of hub share against reverse exports by sector, 1995 to 2040."
    return sheet
