"""Small multiples of a sweep: all headline metrics, or all sectors, over the same swept path."""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style, swept
from sim.plots.sheet import Entry, Sheet, grid
from sim.plots.swept import Swept
from sim.runs.tables import ALL
from sim.sweeps.analysis import response
from sim.sweeps.analysis.outcome import OutcomeAt

SEEN = 0.01  # of the largest difference: half a dot of a line in a panel of this height


class Panel(NamedTuple):
    """One small panel."""

    outcome: OutcomeAt
    title: str
    table: pd.DataFrame


def metrics(study: Swept, outcomes: Sequence[OutcomeAt]) -> Sheet:
    """Every metric on its own scale."""
    panels = [Panel(outcome, _titled(outcome.field), _table(study, outcome)) for outcome in outcomes]
    title, note = f"Headline outcomes against {study.across.text}", " Every panel has its own scale."
    return _sheet(study, "overview", title, panels, note, own_scale=True)


def sectors(study: Swept, about: OutcomeAt, names: Sequence[str]) -> Sheet:
    """An outcome in the sectors in which it moves, on one scale, the largest first; the table holds all."""
    outcomes = [about._replace(sector=name) for name in names]
    study.read(outcomes)
    panels = [Panel(outcome, style.words(outcome.sector), _table(study, outcome)) for outcome in outcomes]
    panels.sort(
        key=lambda panel: -float(np.ptp(panel.table["mean"].dropna())) if panel.table["mean"].notna().any() else 0.0
    )
    place = f", {style.region_words(about.region)}" if about.region else ""
    title = f"{about.field.text} by sector{place}, against {study.across.text}"
    drawn, still = _seen(panels) if study.points.has_base else (panels, [])
    names = ", ".join(style.lowered(panel.title) for panel in still)
    note = f" Not drawn, since no difference would be seen on this scale: {names}." if still else ""
    sheet = _sheet(study, swept.file_name("sectors", about._replace(sector=ALL)), title, drawn, note, own_scale=False)
    sheet.table = pd.concat([sheet.table, *(panel.table for panel in still)], ignore_index=True)
    sheet.alt += note
    return sheet


def _seen(panels: list[Panel]) -> tuple[list[Panel], list[Panel]]:
    """Panels whose differences or intervals are seen beside the largest, and the others; all if nothing moves."""
    reach = [float(np.abs(np.nan_to_num(panel.table[["mean", "lo", "hi"]].to_numpy(float))).max()) for panel in panels]
    far = [each > SEEN * max(reach) for each in reach]
    if not any(far):
        return panels, []
    seen, still = ([p for p, known in zip(panels, far, strict=True) if known is side] for side in (True, False))
    return seen, still


def _titled(about: Field) -> str:
    unit = "% points" if style.percent(about) else style.unit(about).split(",")[0].removesuffix(" a year")
    text = about.text if unit in ("ratio", "index", "number") else f"{about.text}, {unit}"
    return textwrap.fill(text, 28)


def _table(study: Swept, outcome: OutcomeAt) -> pd.DataFrame:
    held = dict(study.held)
    if study.beside:
        held[study.beside.path] = swept.standing(study.beside)
    found = swept.at(study.runs(outcome), held)
    by = [factor.path for factor in (study.across, study.along) if factor]
    kind = "difference" if study.points.has_base else "value"
    return response.levels(found, by, kind).assign(metric=outcome.metric, sector=outcome.sector)


def _sheet(study: Swept, name: str, title: str, panels: list[Panel], note: str, own_scale: bool) -> Sheet:
    rows, columns = grid(len(panels))
    lines = swept.some(study.along, swept.LINES) if study.along else [None]
    strokes = swept.strokes(lines)
    paired = study.points.has_base
    first = panels[0].outcome
    sheet = Sheet(
        name,
        title,
        rows,
        columns,
        height=0.95,
        left=0.62,
        gap_x=0.42 if own_scale else 0.14,
        gap_y=0.42 if own_scale else 0.36,
        below=0.5,
        above=0.12 if own_scale else 0.02,
        key=_key(study, lines),
        caption=_caption(study, first, panels) + note,
    )
    for axes, panel in zip(sheet.panels, panels, strict=False):
        for place, value in enumerate(lines):
            mine = panel.table if study.along is None else panel.table[panel.table[study.along.path] == value]
            _line(axes, study, mine, strokes[place])
        if paired:
            axes.axhline(0, color="black", linewidth=0.8, zorder=2)
        style.format_axis(axes.yaxis, panel.outcome.field, difference=paired)
        swept.format_across(axes, study.across)
        axes.set_title(panel.title, fontsize=6.5 if own_scale else 7)
    sheet.share(len(panels))
    if own_scale:
        for axes in sheet.panels:
            axes.tick_params(labelleft=True, labelsize=6.5)
    else:
        _one_scale(sheet, len(panels))
    about = first.field
    unit = swept.difference_unit(about) if paired else style.unit(about)
    sheet.label_left(("difference" if paired else "level") + ("" if own_scale else f", {unit}"))
    sheet.label_below(swept.label(study.across))
    sheet.table = pd.concat([panel.table for panel in panels], ignore_index=True)
    sheet.alt = f"{title}: {', '.join(panel.title for panel in panels)}."
    return sheet


def _line(axes: Any, study: Swept, rows: pd.DataFrame, stroke: style.Stroke) -> None:
    x = np.array(swept.places(study.across, rows[study.across.path].tolist()))
    if study.across.numeric:
        style.band(axes, x, rows["lo"], rows["hi"], stroke.color, edged=True)
        axes.plot(x, rows["mean"], color=stroke.color, linestyle=stroke.linestyle, linewidth=1.1, zorder=3)
        return
    reach = np.abs(rows[["lo", "hi"]].to_numpy().T - rows["mean"].to_numpy())
    axes.errorbar(x, rows["mean"], yerr=reach, fmt="o", markersize=2.5, color=stroke.color, elinewidth=1.0, zorder=3)


def _one_scale(sheet: Sheet, used: int) -> None:
    shown = sheet.panels[:used]
    low, high = min(axes.get_ylim()[0] for axes in shown), max(axes.get_ylim()[1] for axes in shown)
    for axes in shown:
        axes.set_ylim(low, high)


def _key(study: Swept, lines: list[Any]) -> list[Entry]:
    if study.along is None:
        return []
    return [
        Entry(swept.named_value(study.along, value), *style.STROKES[place], alpha=0.18, edged=True)
        for place, value in enumerate(lines)
    ]


def _caption(study: Swept, outcome: OutcomeAt, panels: list[Panel]) -> str:
    n = pd.concat([panel.table["n"] for panel in panels])
    where = f", {swept.where(outcome)}" if len({panel.outcome.sector for panel in panels}) == 1 else ""
    what = f"Difference from {swept.against(study)}, paired by seed" if study.points.has_base else "Mean"
    held = dict(study.held) | ({study.beside.path: swept.standing(study.beside)} if study.beside else {})
    told = "; ".join(swept.named_value(study.points.factor(path), value) for path, value in held.items())
    return (
        f"“{study.title}”{where}, {outcome.year} (flows: sum over the year; states: its last quarter). {what}, "
        f"{swept.seeds_words(study, n[n > 0])} a point: mean, edged band = 95 % interval of the mean."
        + swept.shown(study.along, swept.LINES)
        + (f" Held: {told}." if told else "")
    )
