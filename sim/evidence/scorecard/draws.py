"""The worlds that evidence is scored in: a parameter set, and what a world of `facts.yaml` changes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sim.scenario import Scenario, load, read_set
from sim.scenario.vary import vary


class World(NamedTuple):
    """A world of `facts.yaml`: a scenario, values set on it, and the shocks that do not happen in it.

    `without`: each entry names keys that a shock must have to be left out.
    """

    scenario: str = "baseline"
    set: Mapping[str, Any] = {}
    without: Sequence[Mapping[str, Any]] = ()


def standing(name: str) -> dict[str, str]:
    """The settings that make a scenario stand on a parameter set, on all of its draws."""
    found = read_set(name).draws
    return {"posterior.set": name, **({"posterior.draws": str(len(found.marks))} if found else {})}


def drawing(name: str, settings: Mapping[str, Any] | None = None, scenario: str = "baseline") -> Scenario:
    """A scenario under the draws of a parameter set, with `settings` on top; seeds take the draws in turn."""
    return _loaded(scenario, tuple({**standing(name), **(settings or {})}.items()))


@lru_cache(maxsize=32)
def _loaded(scenario: str, settings: tuple[tuple[str, Any], ...]) -> Scenario:
    return load(scenario, dict(settings))


def under(name: str, world: World, settings: Mapping[str, Any] | None = None) -> Scenario:
    """A world under the draws of a set; what the world sets goes over `settings`."""
    base = drawing(name, settings, world.scenario)
    return vary(base, {**_absent(base, world.without), **world.set})


def _absent(scenario: Scenario, rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Settings by which shocks that fit one of the rules do not happen."""
    left_out = [shock for shock in scenario.resolved["shocks"] if any(_fits_all(shock, rule) for rule in rules)]
    return {f"shocks.{shock['id']}.probability": 0 for shock in left_out}


def _fits_all(shock: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    return all(shock.get(key) in (wanted if isinstance(wanted, list) else [wanted]) for key, wanted in rule.items())
