"""What all figures of a sweep share: the runs read once, words and axes of swept paths, slices, which lines to draw."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style
from sim.plots.stored import of_asked
from sim.runs import Results
from sim.runs.own import fields_of
from sim.runs.tables import ALL
from sim.runs.yearly import is_flow
from sim.scenario.outcome import of_one_number, written
from sim.sweeps.analysis import response
from sim.sweeps.analysis.outcome import OutcomeAt, last_year
from sim.sweeps.analysis.points import Factor, Points

LINES = 3  # at most, in one panel: bands of more would hide each other
PANELS = 3  # at most, side by side


@dataclass(frozen=True)
class Swept:
    """A sweep's folder as its figures see it; `years`: the last one counts, `sectors`: those asked for."""

    results: Results
    points: Points
    sectors: tuple[str, ...] = ()
    year: int | None = None
    _cache: dict[OutcomeAt, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def title(self) -> str:
        """The scenario that was swept."""
        manifest = self.results.manifest
        return str(manifest["scenarios"][manifest["base"]].get("title") or manifest["base"])

    @cached_property
    def asked(self) -> int | None:
        """Seeds that every point was to run with; None where points have seeds of their own."""
        manifest = self.results.manifest
        seeds = len(manifest["seeds"])
        return seeds if manifest["runs"] == seeds * manifest["design"]["points"] else None

    def outcome(self, metric: str, sector: str | None = None) -> OutcomeAt:
        """An outcome as written (`chinese_share@2040@cars@eu`), or one of one's own by its name.

        What it leaves open is the year shown, and `sector`, the first sector asked for, or all pooled.
        """
        own = fields_of(self.results.manifest["design"])
        if metric in own:  # a function of the whole run
            return OutcomeAt(metric, last_year(self.results), own=own[metric])
        named = of_one_number(metric, "--metrics")
        where = sector or (self.sectors[0] if self.sectors and named.sector == ALL else named.sector)
        return OutcomeAt(named.metric, named.year or self.year or last_year(self.results), where, named.region)

    def runs(self, outcome: OutcomeAt) -> pd.DataFrame:
        """The runs that the design asked for, with the swept columns and the paired difference; read once."""
        self.read([outcome])
        return self._cache[outcome]

    def read(self, outcomes: Sequence[OutcomeAt]) -> None:
        """Read the runs of several outcomes in one go through the tables, which costs little more than one outcome."""
        wanted = [outcome for outcome in dict.fromkeys(outcomes) if outcome not in self._cache]
        if wanted:
            for outcome, found in zip(wanted, response.runs_of_all(self.results, self.points, wanted), strict=True):
                self._cache[outcome] = found[found["point"].isin(self.points.asked.index)]

    @cached_property
    def across(self) -> Factor:
        """The factor on the horizontal axis: of the numbers the one with most values, else the first."""
        return max(self.points.factors, key=lambda factor: (factor.numeric, len(factor.levels)))

    @cached_property
    def along(self) -> Factor | None:
        """The factor that makes lines: the first of the others."""
        return next((factor for factor in self.points.factors if factor is not self.across), None)

    @cached_property
    def beside(self) -> Factor | None:
        """The factor that makes panels: the next of the others."""
        return next((factor for factor in self.points.factors if factor not in (self.across, self.along)), None)

    @cached_property
    def held(self) -> dict[str, Any]:
        """Values at which all further factors are held: as they stand if the design has that value, else the middle."""
        used = (self.across, self.along, self.beside)
        return {factor.path: standing(factor) for factor in self.points.factors if factor not in used}


def against(study: Swept) -> str:
    """What differences are taken from, for captions."""
    return study.points.against + ("" if study.points.named else " (dotted line)")


def standing(factor: Factor) -> Any:
    """The value of the scenario as it stands, or the middle one if the design does not have it."""
    return factor.base if factor.base in factor.levels else factor.levels[len(factor.levels) // 2]


def strokes(lines: Sequence[Any]) -> list[style.Stroke]:
    """How so many lines are drawn: one alone is solid."""
    return list(style.STROKES[: len(lines)]) if len(lines) > 1 else [style.STROKES[0]._replace(linestyle="-")]


def shown(factor: Factor | None, most: int) -> str:
    """Says, for captions, that not all values of a factor are drawn."""
    if factor is None or len(factor.levels) <= most:
        return ""
    return f" {most} of {len(factor.levels)} values of “{factor.text}” are drawn; the CSV has all."


def some(factor: Factor, most: int) -> list[Any]:
    """At most so many of a factor's values, evenly chosen, the ends among them."""
    levels = list(factor.levels)
    if len(levels) <= most:
        return levels
    return [levels[round(place)] for place in np.linspace(0, len(levels) - 1, most)]


def at(found: pd.DataFrame, held: dict[str, Any]) -> pd.DataFrame:
    """The runs at these values."""
    for path, value in held.items():
        found = found[found[path] == value]
    return found


def axis_field(factor: Factor) -> Field:
    """A factor's unit and words as those of a metric."""
    unit = "" if factor.unit in ("1", "switch") else factor.unit
    text = factor.text
    return Field(unit, text if "_" in text.partition(":")[0] else text[:1].upper() + text[1:])


def label(factor: Factor, width: int = 60) -> str:
    """Words and unit for an axis."""
    about = axis_field(factor)
    unit = {"share": "%", "probability": "%"}.get(about.unit, about.unit)
    told = f"{about.text}, {unit}" if unit else about.text
    return textwrap.fill(f"{told}, {factor.note}" if factor.note else told, width)


def value_words(factor: Factor, value: Any, digits: int = 4) -> str:
    """A value of a factor, in its unit."""
    if not isinstance(value, float):
        return str(value).replace("_", " ")
    if style.percent(axis_field(factor)):
        return f"{value * 100:.{digits}g} %"
    return f"{value:.{digits}g}".replace("-", "−")


def named_value(factor: Factor, value: Any) -> str:
    """A value with its unit and the factor's words, for keys and captions."""
    unit = "" if factor.unit in ("1", "switch", "share", "probability", "ratio", "count") else factor.unit
    return f"{factor.text} = {value_words(factor, value)} {unit}".rstrip()


def title(outcome: OutcomeAt, factors: Sequence[Factor]) -> str:
    """The outcome against what is swept, as far as it fits on a line."""
    head = heading_of(outcome)
    head += "" if head == outcome.field.text else ","
    told = f"{head} against {' and '.join(factor.text for factor in factors)}"
    return told if style.text_width(told, 10.2) < style.WIDTH - 0.2 else f"{head} against what is swept"


def heading_of(outcome: OutcomeAt) -> str:
    """The metric's words, and sector and region unless they are all."""
    return style.heading(outcome.field.text, outcome.sector, outcome.region)


def file_name(kind: str, outcome: OutcomeAt) -> str:
    """What a figure of an outcome is called: kind, metric, and sector and region unless they are all."""
    return f"{kind}-{written(outcome.metric, None, outcome.sector, outcome.region)}".replace("@", "-").replace("_", "-")


def panel_title(factor: Factor, value: Any, columns: int) -> str:
    """The value that a panel shows, on two lines where panels are narrow."""
    return textwrap.fill(named_value(factor, value), 84 // columns)


def places(factor: Factor, values: Sequence[Any]) -> list[float]:
    """Where values stand on the horizontal axis: numbers at themselves, texts one beside the other."""
    if factor.numeric:
        return [float(value) for value in values]
    return [float(factor.levels.index(value)) for value in values]


def format_across(axes: Any, factor: Factor, ticks: int = 4) -> None:
    """Ticks of a swept path, and a thin line at the scenario as it stands."""
    if factor.numeric:
        style.format_axis(axes.xaxis, axis_field(factor))
        axes.xaxis.get_major_locator().set_params(nbins=ticks)
        span = factor.levels[-1] - factor.levels[0]
        axes.set_xlim(factor.levels[0] - 0.03 * span, factor.levels[-1] + 0.03 * span)
    else:
        axes.set_xticks(range(len(factor.levels)), [textwrap.fill(value_words(factor, v), 12) for v in factor.levels])
        axes.set_xlim(-0.5, len(factor.levels) - 0.5)
    base = places(factor, [factor.base])[0] if factor.numeric or factor.base in factor.levels else np.nan
    if factor.base is not None and axes.get_xlim()[0] <= base <= axes.get_xlim()[1]:
        axes.axvline(base, color=style.GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0.6)


def when(outcome: OutcomeAt) -> str:
    """How a year is reported, for captions."""
    if outcome.own is not None:
        return "A function of each run’s tables"
    return (
        f"Sum over {outcome.year}" if is_flow(outcome.metric, outcome.field.unit) else f"Last quarter of {outcome.year}"
    )


def heading(study: Swept, outcome: OutcomeAt) -> str:
    """Scenario, sector, formula and year, as captions begin."""
    return f"“{study.title}”, {where(outcome)}. {style.formula(outcome.field)}. {when(outcome)}."


def where(outcome: OutcomeAt) -> str:
    """Sector and region in words, inside a sentence."""
    return style.place_words(outcome.sector, outcome.region, inside=True)


def seeds_words(study: Swept, n: "pd.Series[int]") -> str:
    """The range of numbers of seeds, of how many that every point was to have."""
    return f"{of_asked(n, study.asked)} seeds"


def held_words(study: Swept) -> str:
    """At which values further factors are held, as a sentence."""
    if not study.held:
        return ""
    told = [named_value(study.points.factor(path), value) for path, value in study.held.items()]
    return f" Held: {'; '.join(told)}."


def difference_unit(about: Field) -> str:
    """The unit of a difference."""
    return "% points" if style.percent(about) else style.unit(about)
