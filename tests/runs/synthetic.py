"""A synthetic scenario and its runs, for tests of what stands around the model."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ScenarioError
from sim.machine.declare import fields, record
from sim.model.columns import FIRST_YEAR, Happening, Type
from sim.model.records import Event, Life, Market, Outcome, Vintage


class Labels(NamedTuple):
    regions: tuple[str, ...] = ("china", "us", "eu")
    sectors: tuple[str, ...] = ("cars", "solar")
    generations: tuple[tuple[str, ...], ...] = (("combustion", "electric"), ("first",))
    firms: tuple[str, ...] = ("cars-m01", "cars-c01", "solar-m01", "solar-c01", "solar-e01", "solar-e02")


class Run(NamedTuple):
    seed: int
    outcome: NDArray[Any]
    markets: NDArray[Any]
    vintages: NDArray[Any]
    events: NDArray[Any]
    lives: NDArray[Any]
    firm_ids: NDArray[Any]


@dataclass(frozen=True)
class Scenario:
    """What the study needs of a scenario."""

    name: str = "quiet"
    effect: float = 0.0
    start: int = 1990
    end: int = 1992
    title: str = "A quiet world"
    question: str = "What happens?"
    parameters: dict[str, float] = field(default_factory=dict)
    changed_parameters: dict[str, float] = field(default_factory=dict)
    draws: dict[str, tuple[float, ...]] = field(default_factory=dict)
    standing: dict[str, Any] = field(default_factory=dict)
    shocks: tuple[Any, ...] = ()
    files: tuple[Any, ...] = ()
    failing: tuple[int, ...] = ()  # seeds whose run raises
    killing: tuple[int, ...] = ()  # seeds that end their process
    killed: tuple[int, ...] = ()  # seeds whose process is killed, as the system does where memory ends
    odd: tuple[int, ...] = ()  # seeds whose run raises something else than the failing ones
    negative: tuple[int, ...] = ()  # seeds that return a negative count
    broken: tuple[int, ...] = ()  # seeds that return a value out of bounds
    endless: tuple[int, ...] = ()  # seeds whose run does not end
    greedy: tuple[int, ...] = ()  # seeds whose run takes memory and does not end
    pause: float = 0.0

    @property
    def hash(self) -> str:
        return f"{zlib.crc32(repr((self.name, self.effect, self.start, self.end)).encode()):08x}"

    @property
    def world(self) -> Labels:
        """Its sectors and regions."""
        return labels(self)

    @property
    def text(self) -> str:
        return f"name: {self.name}\neffect: {self.effect}\nstart: {self.start}\nend: {self.end}\n"

    @property
    def resolved(self) -> dict[str, Any]:
        return {"name": self.name, "effect": self.effect, "start": self.start, "end": self.end}

    def policy_lines(self, base: Any = None) -> list[tuple[str, float, float, float | None]]:
        return [("Duty", 1990.5, 1991.0, None)] if self.effect else []


def vary(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """A point: the only paths are `effect` and `end`, and `effect` must be below 10."""
    wrong = [path for path in values if path not in ("effect", "end")]
    wrong += [path for path, value in values.items() if path == "effect" and not value < 10]
    if wrong:
        raise ScenarioError([Problem("--set", 0, 0, path, "wrong") for path in wrong])
    return replace(scenario, **values)


def labels(scenario: Scenario) -> Labels:
    return Labels()


FIRM_IDS = np.array(
    [1 << 32 | 1, 1 << 32 | 1 << 24 | 1, 2 << 32 | 1, 2 << 32 | 1 << 24 | 1, 2 << 32 | 3 << 24 | 45, 0], np.uint64
)


def simulate(scenario: Scenario, seed: int) -> Run:
    """Numbers from the seed alone, with `effect` added to every probability-like metric's base."""
    import os
    import signal
    import time

    if seed in scenario.failing:
        raise ZeroDivisionError(f"seed {seed} fails")
    if seed in scenario.odd:
        raise KeyError(f"seed {seed} is odd")
    if seed in scenario.killing:
        os._exit(9)
    if seed in scenario.killed:
        os.kill(os.getpid(), signal.SIGKILL)
    hoard = np.ones(10**8) if seed in scenario.greedy else None
    time.sleep(3600 if seed in scenario.endless or hoard is not None else scenario.pause)
    names, quarters = Labels(), (scenario.end + 1 - FIRST_YEAR) * 4
    luck = np.random.default_rng(seed)
    sizes = {Outcome: (2,), Market: (2, 3), Vintage: (2, 2)}
    made = {}
    for declared, size in sizes.items():
        made[declared] = np.zeros((quarters, *size), record(declared))
        for name, about in fields(declared).items():
            drawn = luck.uniform(0.1, 0.9, (quarters, *size))
            made[declared][name] = np.floor(drawn * 9) + 1 if about.unit == "count" else drawn
    made[Outcome]["technology_gap"] += scenario.effect
    if seed in scenario.broken:
        made[Outcome]["hub_share"][50, 1] = 2.0
    if seed in scenario.negative:
        made[Outcome]["formations"][51, 0] = -1.0
    return Run(seed, made[Outcome], made[Market], made[Vintage], _events(names), _lives(), FIRM_IDS)


def _events(names: Labels) -> NDArray[Any]:
    events = np.zeros(4, record(Event))
    events["quarter"] = [40, 44, 45, 50]
    events["sector"] = [0, 0, 1, 1]
    events["region"] = [0, 0, -1, 2]
    events["generation"] = [1, -1, -1, 0]
    events["kind"] = [Happening.formation, Happening.conversion, Happening.entry, Happening.flip]
    events["partnership"] = [11, 11, 0, 99]
    events["multinational"] = [0, 0, -1, 2]
    events["chinese"] = [1, 1, 4, 3]
    events["type_before"] = [Type.none, Type.market_access, Type.none, Type.globalize]
    events["type_after"] = [Type.market_access, Type.co_innovation, Type.none, Type.globalize]
    events["sub_form"] = [1, 6, 0, 2]
    events["trigger"] = [3, 1, 0, 0]
    events["technology_gap"] = [0.5, 0.25, np.nan, -0.1]
    return events


def _lives() -> NDArray[Any]:
    lives = np.zeros(4, record(Life))
    lives["id"] = [99, 11, 12, 13]
    lives["sector"] = [1, 0, 0, 0]
    lives["region"] = [2, 0, 1, 0]
    lives["line"] = [2, 0, 1, 0]
    lives["multinational"] = [2, 0, 0, 0]
    lives["chinese"] = [3, 1, 1, 1]
    lives["type_first"] = [3, 1, 3, 1]
    lives["type_last"] = [3, 2, 3, 1]
    lives["sub_form"] = [2, 1, 8, 1]
    lives["start"] = [48, 40, 40, 4]
    lives["end"] = [-1, 52, -1, 40]
    lives["end_kind"] = [-1, Happening.dissolution, -1, Happening.buyout_chinese]
    lives["flipped"] = [50, -1, -1, -1]
    lives["equity_start"] = 0.5
    return lives
