"""From a definition to runs: every point that an experiment needs, what each is compared with, and with which seeds."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from sim.errors import Problem, ScenarioError, UsageError
from sim.runs.design import factor
from sim.runs.plan import Arm, Plan, parse_seeds
from sim.scenario import Scenario
from sim.scenario.experiment import Attribution, Block, Budget
from sim.scenario.vary import value_at, vary
from sim.sweeps.experiments.definition import Definition, open_definition
from sim.sweeps.experiments.robust import DRAWS, VARIANTS, Overrides, drawn
from sim.sweeps.experiments.shapley import coalitions

Size = Literal["small", "paper"]
SIZES: tuple[Size, ...] = ("small", "paper")
_TIMES = re.compile(r"x\s*(\d+(?:\.\d+)?)")
CONTRASTS, VARIED, DRAWN = "contrasts", "variants", "draws"


@dataclass(frozen=True)
class Row:
    """A treatment of a block: its name, its values on the block's axes, its point and what it is compared with."""

    block: str
    name: str
    values: Mapping[str, Any]
    point: int
    reference: int
    seeds: tuple[int, ...]


@dataclass
class Layout:
    """All rows of an experiment at a size, and the points that they share; point 0 is the scenario as it stands."""

    definition: Definition
    size: Size
    draws: list[Overrides]
    seeds: tuple[int, ...] | None = None  # instead of the definition's
    rows: list[Row] = field(default_factory=list)
    arms: list[Arm] = field(default_factory=list)
    wanted: set[tuple[int, int]] = field(default_factory=set)
    _known: dict[str, int] = field(default_factory=dict)
    _settings: list[dict[str, Any]] = field(default_factory=list)
    _problems: dict[Problem, None] = field(default_factory=dict)

    def of(self, block: str) -> list[Row]:
        """The rows of a block, in order."""
        return [row for row in self.rows if row.block == block]

    def contrast(self, name: str) -> Row:
        """The row of a contrast."""
        return next(row for row in self.rows if row.block == CONTRASTS and row.name == name)

    def plan(self) -> Plan:
        """What the runner of all studies is asked."""
        scenario = self.definition.scenario
        seeds = tuple(sorted({seed for _, seed in self.wanted}))
        paths = list(dict.fromkeys(path for settings in self._settings for path in settings))
        columns: dict[str, Any] = {
            "point": pa.array(range(len(self.arms)), pa.int64()),
            "designed": pa.array([True] * len(self.arms)),
        }
        for path in paths:
            standing = value_at(scenario, path)
            values = [settings.get(path, standing) for settings in self._settings]
            columns[path] = pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
        about = {"kind": "experiment", "size": self.size, "outcomes": None}
        scenarios = {scenario.name: scenario}
        return Plan("sweep", scenarios, seeds, {}, tuple(self.arms), pa.table(columns), about, frozenset(self.wanted))

    def add(self, row: tuple[str, str, Mapping[str, Any]], settings: Any, against: Any, seeds: Sequence[int]) -> None:
        """A row, with its point and the one it is compared with."""
        point, reference = self._point(settings, row), self._point(against, row)
        if point is None or reference is None:
            return
        self.rows.append(Row(*row, point, reference, tuple(seeds)))
        self.wanted |= {(each, seed) for each in (point, reference) for seed in seeds}

    def _point(self, settings: Mapping[str, Any], row: tuple[str, str, Mapping[str, Any]]) -> int | None:
        scenario = self.definition.scenario
        try:
            made = vary(scenario, settings)
        except ScenarioError as error:
            for each in error.problems:
                self._problems[self.definition.problem(_location(*row[:2]), f"{each.key}: {each.message}")] = None
            return None
        if made.hash not in self._known:
            self._known[made.hash] = len(self.arms)
            self.arms.append(Arm(scenario.name, len(self.arms), made.hash, tuple(settings.items())))
            self._settings.append(dict(settings))
        return self._known[made.hash]

    def check(self) -> "Layout":
        """Itself; raises ScenarioError with the problems of all settings."""
        if self._problems:
            raise ScenarioError(list(self._problems))
        return self

    def budget(self, given: Budget) -> tuple[int, ...]:
        """The seeds of a part of the experiment."""
        return self.seeds or parse_seeds(getattr(given, self.size))


def lay_out(
    definition: Definition, size: Size = "small", seeds: Any = None, draws: list[Overrides] | None = None
) -> Layout:
    """Every point of an experiment, validated. `seeds`: instead of the definition's; `draws`: parameter overrides.

    Raises ScenarioError with the problems of all settings, at their places in the file.
    """
    asked, scenario = definition.experiment, definition.scenario
    given = drawn(scenario, DRAWS[size]) if draws is None else draws
    made = Layout(definition, size, given, None if seeds is None else parse_seeds(seeds))
    made._point({}, (CONTRASTS, "", {}))
    for name, contrast in asked.contrasts.items():
        treated, untreated = (settled(scenario, each) for each in (contrast.set, contrast.against))
        made.add((CONTRASTS, name, {}), treated, untreated, made.budget(asked.seeds))
    for name, block in asked.blocks.items():
        _add_block(made, name, block)
    for name, attribution in asked.attribution.items():
        for label, on, off in coalition_settings(attribution):
            treated, untreated = (settled(scenario, each) for each in (on, off))
            made.add((attributed(name), label, {}), treated, untreated, made.budget(attribution.seeds))
    headline = asked.contrasts[asked.headline.contrast]
    worlds = [(VARIED, name, overrides) for name, (_, overrides) in VARIANTS.items()]
    worlds += [(DRAWN, f"draw {number}", overrides) for number, overrides in enumerate(given, 1)]
    for where, name, overrides in worlds:
        treated, untreated = (settled(scenario, each, overrides) for each in (headline.set, headline.against))
        made.add((where, name, overrides), treated, untreated, made.budget(asked.robustness))
    return made.check()


def settled(scenario: Scenario, settings: Mapping[str, Any], world: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Settings as plain values, on top of those of another world.

    `x0.5` is half of what stands at the path in that world; a path set to null is left as it stands there.
    """
    found = dict(world or {})
    for path, value in settings.items():
        factor_ = _TIMES.fullmatch(value.strip()) if isinstance(value, str) else None
        if factor_:
            found[path] = float(factor_[1]) * float(found.get(path, value_at(scenario, path)))
        elif value is not None:
            found[path] = value
    return found


def check(path: str | Path) -> list[Problem]:
    """Everything wrong with a definition file and the settings of its points; empty: good."""
    try:
        definition = open_definition(path)
        for size in SIZES:
            lay_out(definition, size)
    except ScenarioError as error:
        return list(error.problems)
    return []


def attributed(name: str) -> str:
    """The block of an attribution."""
    return f"attribution {name}"


def coalition_settings(asked: Attribution) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each coalition as text of 0 and 1 in the order of the players, with settings of the point and of its reference.

    Without `of` nothing is subtracted: the reference is the coalition's own point.
    """
    players = list(asked.players.values())
    for members in coalitions(len(players)):
        settings: dict[str, Any] = {}
        for player, present in zip(players, members, strict=True):
            settings |= player.on if present else player.off
        label = "".join(str(int(each)) for each in members)
        yield label, {**asked.of, **settings} if asked.of else settings, settings


def axes(made: Layout, block: Block, name: str) -> dict[str, tuple[Any, ...]]:
    """Path -> values of a block, at the size chosen. Raises ScenarioError where values are no values."""
    given = {**block.vary, **(block.fine if made.size == "paper" else {})}
    found = {}
    for path, values in given.items():
        key = "fine" if made.size == "paper" and path in block.fine else "vary"
        try:
            read = factor(path, values)
            if read.law:
                raise UsageError(f"vary {path}: a block needs values: a list, or low:high:step")
        except UsageError as error:
            told = error.message.removeprefix(f"vary {path}: ")
            raise ScenarioError([made.definition.problem(("blocks", name, key, path), told)]) from None
        found[path] = read.values
    return found


def _add_block(made: Layout, name: str, block: Block) -> None:
    factors = axes(made, block, name)
    for arm, own in (block.arms or {"": {}}).items():
        for values in product(*factors.values()):
            at = dict(zip(factors, values, strict=True))
            settings = {**block.set, **own, **at}
            against = {} if block.against is None else {**settings, **block.against}
            treated, untreated = (settled(made.definition.scenario, each) for each in (settings, against))
            made.add((name, arm, at), treated, untreated, made.budget(block.seeds))


def _location(block: str, name: str) -> tuple[str, ...]:
    """Where the settings of a row stand in the section."""
    if block == CONTRASTS:
        return ("contrasts", name)
    kind, _, rest = block.partition(" ")
    return ("attribution", rest) if kind == "attribution" else ("blocks", block)


def table(made: Layout) -> list[dict[str, Any]]:
    """The rows as they are written beside the results: block, name, values, point, reference, number of seeds."""
    return [
        {
            "block": row.block, "name": row.name, "values": json.dumps(dict(row.values)), "point": row.point,
            "reference": row.reference, "seeds": len(row.seeds),
        }
        for row in made.rows
    ]  # fmt: skip
