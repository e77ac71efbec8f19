"""The draws of a parameter set that evidence is scored with, and worlds that differ from them by what is asked."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.parameters import parameters
from sim.scenario import Scenario, load
from sim.scenario.vary import vary

SET = "all2025"  # the set that the shipped world carries


class World(NamedTuple):
    """A world of `facts.yaml`: a scenario, values set on it, and the shocks that do not happen in it.

    `without`: each entry names keys that a shock must have to be left out. `diffusion` needs no key of its own:
    it is a set of parameters like any other.
    """

    scenario: str = "baseline"
    set: Mapping[str, Any] = {}
    without: Sequence[Mapping[str, Any]] = ()


def draws(name: str = SET, settings: Mapping[str, Any] | None = None) -> list[Scenario]:
    """The baseline under one or more draws of a parameter set, with `settings` on top; seeds take them in turn."""
    return [load("baseline", settings or {})]


def sets() -> list[str]:
    """Names of the parameter sets there are."""
    return [SET]


def under(draw: Scenario, world: World) -> Scenario:
    """A draw in another world: its parameters hold, unless the world sets them."""
    base = draw if world.scenario == "baseline" else _same_parameters(load(world.scenario), draw)
    absent = {f"shocks.{each['id']}.probability": 0 for each in _shocks(base) if _left_out(each, world.without)}
    return vary(base, {**absent, **world.set})


def _same_parameters(scenario: Scenario, draw: Scenario) -> Scenario:
    declared = parameters()
    moved = {}
    for name, value in draw.parameters.items():
        if value != scenario.parameters[name]:
            choices = declared[name].choices
            moved[f"parameters.{name}"] = choices[int(value)] if choices else value
    return vary(scenario, moved)


def _shocks(scenario: Scenario) -> list[dict[str, Any]]:
    return list(scenario.resolved["shocks"])


def _left_out(shock: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> bool:
    return any(all(_fits(shock.get(key), wanted) for key, wanted in rule.items()) for rule in rules)


def _fits(value: Any, wanted: Any) -> bool:
    """A value that is one of those wanted; text that ends with a star fits by its beginning."""
    if isinstance(wanted, list):
        return any(_fits(value, each) for each in wanted)
    if isinstance(wanted, str) and wanted.endswith("*"):
        return str(value).startswith(wanted[:-1])
    return bool(value == wanted or value == [wanted])
