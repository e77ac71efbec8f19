"""Mechanisms, switched: taken out of a world that has them, brought into one that is without."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.model.parameters import parameters
from sim.scenario.resolve import Scenario
from sim.scenario.vary import value_at


class Switch(NamedTuple):
    """Settings to lay over a world, and whether they bring the mechanism in."""

    settings: dict[str, Any]
    brings: bool


def switched(world: Scenario, off: Mapping[str, Any]) -> Switch:
    """The other position. `off`: values of parameters, by their paths, without the mechanism; with it they have those
    that they are declared to have at work."""
    if any(value_at(world, path) != value for path, value in off.items()):
        return Switch(dict(off), False)
    return Switch({path: _at_work(path.rpartition(".")[2]) for path in off}, True)


def verdict(low: float, high: float) -> str:
    """What the interval of what a mechanism adds says of it."""
    return "needed" if low > 0 else "harmful" if high < 0 else "undecided"


def _at_work(name: str) -> float | str:
    about = parameters()[name]
    return about.written(about.at_work)
