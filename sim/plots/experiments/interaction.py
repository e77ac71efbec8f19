"""E14: two instruments together: heat maps of each outcome, and lines that would be parallel without interaction."""

import pandas as pd

from sim.plots import style
from sim.plots.experiments import cells, common, lines
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.evidence import Evidence


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """Above maps over both instruments, below lines over the first, one per value of the second."""
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    values = sorted({row.values[shown.along] for row in rows})
    told = [
        lines.Line(
            f"+{value:g}" if value else "as it stands",
            [row for row in rows if row.values[shown.along] == value],
            shown.across,
            style.STROKES[place],
        )
        for place, value in enumerate(lines.some(values, 4))
    ]
    columns = len(shown.outcomes)
    sheet = Sheet(
        "interaction",
        shown.title,
        2,
        columns,
        height=1.5,
        left=0.75,
        right=0.75,
        gap_x=1.25,
        gap_y=0.66,
        below=0.5,
        above=0.14,
        key=[
            Entry("sign not resolved", cells.HATCH, linewidth=0, hatch=cells.LINES),
            None,
            *(Entry(f"protection {line.text}", *line.stroke, alpha=0.18, edged=True) for line in told),
        ],
        caption=common.caption(
            evidence,
            shown,
            f"Paired differences from the scenario as it stands, {evidence.years[-1]}. Above: means, hatched where "
            f"the {common.BOOTSTRAP} covers 0. Below: the same over the cost of localisation, edged band = that "
            "interval; parallel lines are no interaction.",
            rows,
        ),
    )
    tables = []
    for place, name in enumerate(shown.outcomes):
        measured = common.outcome(evidence, name)
        field = common.about(evidence, measured)
        unit = common.difference_unit(field, measured)
        table = common.cells(evidence, rows, measured)
        upper, lower = sheet.axes[0, place], sheet.axes[1, place]
        mesh = cells.heat(upper, table, shown.across, shown.along, field)
        cells.colour_bar(sheet, upper, mesh, field, unit)
        upper.set_title(common.panel_title(field, unit, 40), fontsize=7.5)
        upper.set_xlabel("localisation, % of market per firm", labelpad=2)
        upper.set_ylabel("protection, added, %", labelpad=1)
        lines.doses(lower, evidence, told, measured, difference=True)
        lines.share_axis(lower, "localisation, % of market per firm")
        lower.set_ylabel(f"difference, {unit}")
        tables.append(table.assign(outcome=name))
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = "Heat maps and interaction lines of protection and localisation."
    return [sheet]
