"""What the page lets move: a path as `--set` has it, with words, bounds and unit from where it is declared."""

from collections.abc import Sequence
from math import floor, log10
from typing import Any, NamedTuple

from sim.errors import UsageError
from sim.parameters import parameters
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
DATES = {"start": "begins in", "end": "last quarter; null: none", "announce": "known from"}


class Choice(NamedTuple):
    """One setting. low, high, step: of a slider; both bounds 0 for what is typed. acts: from when, in words."""

    path: str
    title: str
    text: str
    unit: str
    low: float
    high: float
    step: float
    acts: str

    @property
    def typed(self) -> bool:
        """Whether it is a text and no number on a slider."""
        return self.low == self.high

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
        title = f"{_label(shock)}: {DATES[key]}"
        return Choice(path, title, _about(shock), "", 0, 0, 0, f"acts {_dates(shock)}")
    raise UsageError(
        f"--slider {path}: is neither a parameter nor a size or date of a shock of {scenario.name}",
        "for example --slider parameters.horizon --slider shocks.eu_ev_duty.rate",
    )


def _parameter(scenario: Scenario, name: str) -> Choice:
    about = parameters()[name]
    whole = about.unit == "quarters"
    step = 1.0 if whole else _step(about.low, about.high)
    typed = bool(about.choices)
    text = f"{about.text}; {' or '.join(about.choices)}" if typed else about.text
    title = name.replace("_", " ")
    bounds = (0.0, 0.0) if typed else (about.low, about.high)
    acts = f"acts from {quarter_name(0)}, the whole run"
    return Choice(f"parameters.{name}", f"{title[:1].upper()}{title[1:]}", text, about.unit, *bounds, step, acts)


def _size(scenario: Scenario, shock: Shock, key: str) -> Choice:
    size = KINDS[shock.kind].sizes[key]
    path, unit = f"shocks.{shock.id}.{key}", size.unit
    low, high = size.bounds(shock.option or None)
    now = value_at(scenario, path)
    if takes_percent(unit):  # a duty may be 500 %; a slider to there could not be set to 20 %
        high = min(high, max(1.0, 2.0 * float(now or 0)))
    title = f"{_label(shock)}: {key.replace('_', ' ')}"
    return Choice(
        path, title, f"{size.text}; {_about(shock)}", unit, low, high, _step(low, high), f"acts {_dates(shock)}"
    )


def _step(low: float, high: float) -> float:
    """A hundredth of the range, as a power of ten or five of them."""
    exact = (high - low) / 100
    ten = 10.0 ** floor(log10(exact))
    return ten * 5 if exact >= ten * 5 else ten


def _label(shock: Shock) -> str:
    return f"{shock.label[:1].upper()}{shock.label[1:]}"


def _about(shock: Shock) -> str:
    return f"{KINDS[shock.kind].text} on {places(shock)}"


def _dates(shock: Shock) -> str:
    """From when and until when, as the scenario stands."""
    end = f" to {quarter_name(shock.end)}" if shock.end is not None else ""
    before = f", known from {quarter_name(shock.announce)}" if shock.announce != shock.start else ""
    return f"from {quarter_name(shock.start)}{end}{before}"
