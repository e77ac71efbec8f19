"""E5: what a control costs the controller against the target's gap, and the gap of controlled, listed and untreated
sectors.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.experiments import common, lines
from sim.plots.sheet import Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.evidence import Evidence

COVERAGE, BEYOND = "shocks.control.coverage", "shocks.control.over_compliance"
FROM = 2018


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """The frontier over coverage, then an event study by sector."""
    return [_frontier(evidence, shown), _events(evidence, shown)]


def _frontier(evidence: Evidence, shown: Shown) -> Sheet:
    assert shown.block
    rows = evidence.layout.of(shown.block)
    told: list[lines.Line] = []
    for start in dict.fromkeys(row.name for row in rows):
        for beyond in sorted({row.values[BEYOND] for row in rows}):
            mine = [row for row in rows if row.name == start and row.values[BEYOND] == beyond]
            text = f"{start}, {'nothing' if not beyond else f'{100 * beyond:.0f} %'} beyond the rule"
            told.append(lines.Line(text, mine, COVERAGE, style.STROKES[len(told)]))
    said = lines.Doses(
        "boomerang",
        shown.title,
        "coverage, %",
        "over the share of technology flow that is stopped",
        "Controller's profit, target's gap and target's profit over the coverage of an export control.",
        height=1.7,
    )
    return lines.dose_sheet(evidence, shown, told, rows, said)


def _events(evidence: Evidence, shown: Shown) -> Sheet:
    gap = common.outcome(evidence, shown.outcomes[0])
    rows = {name: evidence.layout.contrast(name) for name in shown.contrasts}
    sheet = Sheet(
        "events",
        "Technology gap of treated and untreated sectors",
        1,
        len(shown.sectors),
        height=1.5,
        left=0.6,
        gap_x=0.14,
        below=0.3,
        above=0.02,
        key=common.contrast_key(evidence, shown.contrasts),
        caption=common.caption(
            evidence,
            shown,
            f"Treated less untreated runs by year: mean, edged band = {common.BOOTSTRAP}. The last sector is neither "
            "controlled nor listed. Above 0 the gap is wider.",
            list(rows.values()),
        ),
    )
    late = evidence.years >= FROM
    table: list[pd.DataFrame] = []
    for axes, sector in zip(sheet.axes[0], shown.sectors, strict=True):
        common.zero_line(axes)
        for name, row in rows.items():
            treated, untreated = common.pair_paths(evidence, row, common.in_sector(gap, sector))
            found = common.path_effects((treated - untreated)[:, late])
            common.draw_band(axes, evidence.years[late], found, common.contrast_stroke(evidence, name))
            columns: dict[str, Any] = dict(zip(("difference", "lo", "hi"), found, strict=True))
            table.append(pd.DataFrame({"sector": sector, "contrast": name, "year": evidence.years[late], **columns}))
        style.year_axis(axes, float(FROM), float(evidence.years[-1]), 4)
        axes.set_title(style.words(sector))
    low = min(axes.get_ylim()[0] for axes in sheet.axes[0])
    high = max(axes.get_ylim()[1] for axes in sheet.axes[0])
    for place, axes in enumerate(sheet.axes[0]):
        axes.set_ylim(low, high)
        style.format_axis(axes.yaxis, evidence.declared(gap), difference=True)
        axes.tick_params(labelleft=place == 0)
    sheet.axes[0, 0].set_ylabel("difference, log")
    sheet.table = pd.concat(table, ignore_index=True)
    last = [
        f"{row.sector} {row.contrast} {row.difference:+.3f}"
        for row in sheet.table[sheet.table["year"] == evidence.years[-1]].itertuples()
    ]
    sheet.alt = f"Event study of the technology gap; in {int(np.max(evidence.years))}: {', '.join(last)}."
    return sheet
