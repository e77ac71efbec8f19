"""What the figures of experiments share: outcomes with their units, cells of a block, paths of pairs, captions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.machine.declare import Field
from sim.measures.intervals import intervals
from sim.plots import style
from sim.plots.sheet import Entry
from sim.runs.tables import ALL
from sim.scenario.experiment import Measured, Shown
from sim.sweeps.experiments.effects import effect
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import Row

Floats = NDArray[np.float64]
Years = NDArray[np.int64]
BOOTSTRAP = "95 % bootstrap interval of the mean over pairs"


def about(evidence: Evidence, measured: Measured) -> Field:
    """The declaration of a comparison: relative ones and losses are shares, a recovery counts years."""
    field = evidence.declared(measured)
    if measured.compare == "difference":
        return replace(field, text=evidence.words(measured))
    unit = "years" if measured.compare == "recovery" else "share"
    return Field(unit, evidence.words(measured), formula=field.formula)


def difference_unit(field: Field, measured: Measured) -> str:
    """The unit of an effect, as an axis says it."""
    if measured.compare != "difference":
        return "years" if measured.compare == "recovery" else "%"
    if field.unit == "year":  # a date: its differences are years
        return "years"
    return "% points" if style.percent(field) else style.unit(field)


def outcome(evidence: Evidence, name: str) -> Measured:
    """An outcome of the definition."""
    return evidence.layout.definition.experiment.outcomes[name]


def contrast_words(evidence: Evidence, name: str) -> str:
    """A contrast as keys call it."""
    return evidence.layout.definition.experiment.contrasts[name].text


def contrast_stroke(evidence: Evidence, name: str) -> style.Stroke:
    """The line of a contrast, bound to its place in the definition."""
    names = list(evidence.layout.definition.experiment.contrasts)
    return style.STROKES[names.index(name) % len(style.STROKES)]


def contrast_key(evidence: Evidence, names: Sequence[str], edged: bool = True) -> list[Entry]:
    """Contrasts as entries of a key."""
    alpha = 0.18 if edged else 0.0
    return [Entry(contrast_words(evidence, each), *contrast_stroke(evidence, each), alpha, edged) for each in names]


def standing_key(evidence: Evidence, names: Sequence[str], alpha: float = 0.15) -> list[Entry]:
    """The scenario as it stands and contrasts, with the shade of their runs."""
    told = [Entry(contrast_words(evidence, each), *contrast_stroke(evidence, each), alpha) for each in names]
    return [Entry("As it stands", *style.BASE, alpha), *told]


def caption(evidence: Evidence, shown: Shown | None, text: str, rows: Sequence[Row]) -> str:
    """Text, number of pairs, the channel, and what the definition wants said."""
    counts = sorted({len(row.seeds) for row in rows})
    n = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    channel = evidence.layout.definition.experiment.channel
    told = f"{text} n = {n} seeds, paired. Channel: {channel}."
    return f"{told} {shown.caption}" if shown and shown.caption else told


def cells(evidence: Evidence, rows: Sequence[Row], measured: Measured) -> pd.DataFrame:
    """A row per row of a block: arm, its values, the level with its interval, the paired effect with its own."""
    level = evidence.level(measured)
    found: list[dict[str, Any]] = []
    for row in rows:
        seeds = np.searchsorted(evidence.seeds, np.array(row.seeds))
        own = effect(level[row.point, seeds], level[row.point, seeds])
        gap = evidence.effect(row, measured)
        numbers = {"n": gap.n, "level": own.difference, "level_lo": own.lo, "level_hi": own.hi}
        numbers |= {key: getattr(gap, key) for key in ("difference", "lo", "hi", "p_positive")}
        found.append({"arm": row.name, **row.values, **numbers})
    return pd.DataFrame(found)


def pair_paths(evidence: Evidence, row: Row, measured: Measured) -> tuple[Floats, Floats]:
    """Treated and untreated paths of an outcome's metric, [seed, year]."""
    path = evidence.path(measured.metric, measured.sector, measured.region, measured.since)
    seeds = np.searchsorted(evidence.seeds, np.array(row.seeds))
    return path[row.point, seeds], path[row.reference, seeds]


def path_effects(gaps: Floats) -> Floats:
    """Mean and interval of paired differences [seed, year] by year: [3, year]."""
    if np.isfinite(gaps).all():
        return np.stack([gaps.mean(axis=0), *intervals(gaps)])
    found = [effect(column, column) for column in gaps.T]
    return np.array([[each.difference, each.lo, each.hi] for each in found]).T


def draw_band(axes: Any, years: Years, found: Floats, stroke: style.Stroke) -> None:
    """A mean with its edged interval over years."""
    at = years + style.YEAR_END
    style.band(axes, at, found[1], found[2], stroke.color, edged=True)
    axes.plot(at, found[0], color=stroke.color, linestyle=stroke.linestyle, linewidth=stroke.linewidth, zorder=3)


def fan(axes: Any, years: Years, values: Floats, stroke: style.Stroke) -> None:
    """Runs [seed, year] as median, 25 to 75 % and 5 to 95 %."""
    at = years + style.YEAR_END
    low, q25, middle, q75, high = np.nanquantile(values, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    for one, other in ((low, high), (q25, q75)):
        axes.fill_between(at, one, other, color=stroke.color, alpha=0.15, linewidth=0, zorder=1)
    axes.plot(at, middle, color=stroke.color, linestyle=stroke.linestyle, linewidth=stroke.linewidth, zorder=3)


def where(measured: Measured) -> str:
    """Sector and region in words, empty for everything."""
    parts = [] if measured.sector == ALL else [style.words(measured.sector).lower()]
    parts += [style.region_words(measured.region)] if measured.region else []
    return ", ".join(parts)


def in_sector(measured: Measured, sector: str) -> Measured:
    """The same outcome in another sector."""
    return measured.model_copy(update={"sector": sector, "text": style.words(sector)})


def zero_line(axes: Any) -> None:
    axes.axhline(0, color="black", linewidth=1.0, zorder=2)


def panel_title(field: Field, unit: str, width: int = 34) -> str:
    """An outcome and its unit above a panel."""
    import textwrap

    told = field.text if unit in ("ratio", "index", "number") else f"{field.text}; {unit.replace(' ', chr(0xA0))}"
    return textwrap.fill(told, width)
