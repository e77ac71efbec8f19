"""What the page lets move: a path as `--set` has it, with words, bounds and unit from where it is declared."""

from collections.abc import Sequence
from math import floor, log10
from typing import Any, NamedTuple

from sim.errors import UsageError
from sim.model.parameters import parameters
from sim.plots.style import REGION_LABELS
from sim.scenario import Scenario
from sim.scenario.shocks import KINDS, Shock
from sim.scenario.values import quarter_name, takes_percent
from sim.scenario.vary import value_at
from sim.scenario.words import amount, places

USUAL = (
    "shocks.eu_ev_duty.rate",
    "shocks.eu_ev_duty.start",
    "shocks.china_cars_cap.max_foreign_equity",
    "shocks.china_cars_cap.end",
    "shocks.us_chip_controls_2022.coverage",
    "parameters.horizon",
    "parameters.partner_learning",
    "parameters.habit",
)
OWN = 4  # sizes of shocks of the scenario's own file, offered before the usual
DATES = {"start": "begins in", "end": "last quarter", "announce": "known from"}


class Choice(NamedTuple):
    """One setting. levels: what a slider may be set to, the scenario's own value among them, exactly; none: it is
    typed. acts: from when, in words.
    """

    path: str
    title: str
    text: str
    unit: str
    levels: tuple[float, ...]
    acts: str

    def place(self, value: float) -> int:
        """The level nearest to a value."""
        return min(range(len(self.levels)), key=lambda n: abs(self.levels[n] - value))

    def shown(self, value: Any) -> str:
        """A value with its unit."""
        return amount(float(value), self.unit) if isinstance(value, int | float) else str(value)


def choices(scenario: Scenario, paths: Sequence[str] = ()) -> tuple[Choice, ...]:
    """What may be moved: the paths, or sizes of the scenario's own shocks and then those of the usual it has.

    Raises UsageError on a path that cannot be moved.
    """
    if paths:
        return tuple(choice(scenario, path) for path in paths)
    own = [f"shocks.{shock.id}.{size}" for shock in scenario.shocks if shock.own for size, _ in shock.sizes]
    known = {shock.id for shock in scenario.shocks}
    usual = [path for path in USUAL if path.split(".")[0] == "parameters" or path.split(".")[1] in known]
    return tuple(choice(scenario, path) for path in dict.fromkeys((*own[:OWN], *usual)))


def choice(scenario: Scenario, path: str) -> Choice:
    """A path as a setting of the page; raises UsageError where it is neither a parameter nor a key of a shock."""
    first, _, rest = path.partition(".")
    name, _, key = rest.partition(".")
    if first == "parameters" and name in parameters() and not key:
        return _parameter(scenario, name)
    shock = next((one for one in scenario.shocks if one.id == name), None) if first == "shocks" else None
    if shock is not None and key in KINDS[shock.kind].sizes:
        return _size(scenario, shock, key)
    if shock is not None and key in DATES:
        about = f"{_about(shock)}; null: it stays" if key == "end" else _about(shock)
        return Choice(path, f"{_label(shock)}: {DATES[key]}", about, "", (), f"acts {_dates(shock)}")
    raise UsageError(
        f"--slider {path}: is neither a parameter nor a size or date of a shock of {scenario.name}",
        "for example --slider parameters.horizon --slider shocks.eu_ev_duty.rate",
    )


def _parameter(scenario: Scenario, name: str) -> Choice:
    about = parameters()[name]
    text = f"{about.text}; {' or '.join(about.choices)}" if about.choices else about.text
    title = name.replace("_", " ")
    levels = () if about.choices else _levels(about.low, about.high, scenario.parameters[name], about.unit)
    acts = f"acts from {quarter_name(0)}, the whole run"
    return Choice(f"parameters.{name}", f"{title[:1].upper()}{title[1:]}", text, about.unit, levels, acts)


def _size(scenario: Scenario, shock: Shock, key: str) -> Choice:
    size = KINDS[shock.kind].sizes[key]
    path, unit = f"shocks.{shock.id}.{key}", size.unit
    low, high = size.bounds(shock.option or None)
    now = float(value_at(scenario, path) or 0)
    if takes_percent(unit):  # a duty may be 500 %; a slider to there could not be set to 20 %
        high = min(high, max(1.0, 2.0 * now))
    title = f"{_label(shock)}: {key.replace('_', ' ')}"
    return Choice(
        path, title, f"{size.text}; {_about(shock)}", unit, _levels(low, high, now, unit), f"acts {_dates(shock)}"
    )


def _levels(low: float, high: float, now: float, unit: str) -> tuple[float, ...]:
    """About twenty even steps from bound to bound, whole for what is counted, and the value of now."""
    exact = (high - low) / 20
    ten = 10.0 ** floor(log10(exact))
    step = next(ten * each for each in (1, 2, 2.5, 5, 10) if ten * each >= exact * 0.999)
    if unit in ("quarters", "count"):
        step = max(round(step), 1)
    count = floor((high - low) / step + 1e-9)
    return tuple(sorted({*(round(low + n * step, 10) for n in range(count + 1)), high, now}))


def _label(shock: Shock) -> str:
    told = " ".join(REGION_LABELS.get(word, word) for word in shock.label.split())
    return f"{told[:1].upper()}{told[1:]}"


def _about(shock: Shock) -> str:
    return f"{KINDS[shock.kind].text} on {places(shock)}"


def _dates(shock: Shock) -> str:
    """From when and until when, as the scenario stands."""
    end = f" to {quarter_name(shock.end)}" if shock.end is not None else ""
    before = f", known from {quarter_name(shock.announce)}" if shock.announce != shock.start else ""
    return f"from {quarter_name(shock.start)}{end}{before}"
