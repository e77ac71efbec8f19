"""One scenario at many points of a design, all with the same seeds."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.errors import Problem, ScenarioError, UsageError, WrongType, expect, expect_list
from sim.runs.course import carry_out
from sim.runs.design import (
    DESIGNS,
    MOST_POINTS,
    Design,
    TooManyPoints,
    factor,
    grid,
    read_points,
    read_value,
    references,
    sampled,
    table,
    together,
)
from sim.runs.own import Own, read_own
from sim.runs.plan import Arm, Options, Plan, Seeds, parse_seeds
from sim.runs.results import Results
from sim.scenario import Scenario, find, load
from sim.scenario.merge import nearest
from sim.scenario.outcome import check_place, parse
from sim.scenario.sweeps import Sweep, is_sweep, read_sweep
from sim.scenario.values import slug
from sim.scenario.vary import value_at, vary

SEEDS = 20
_SHOWN = 20  # problems of points, at most
Near = Callable[[Any, Mapping[str, Any]], Any]
Place = Callable[[str, str], Problem]  # a problem of a key, in words, at its place


def sweep(
    scenario: Scenario | str | Path,
    vary: Mapping[str, Any] | None = None,
    design: Any = None,
    samples: int | None = None,
    seeds: Seeds | None = None,
    outcomes: Sequence[str] | None = None,
    set: Mapping[str, Any] | None = None,
    rules: Any = None,
    outcome: Sequence[str] = (),
    reference: Mapping[str, Any] | None = None,
    workers: int | None = None,
    **options: Any,
) -> Results:
    """Run a scenario, or a sweep file, at the points of a design; tables of the results are joined with their values.

    vary: path -> values, "0:1:0.05" (both ends included), or (low, high) for sampled designs. design: "grid", "list"
    (the first values together, then the second), "lhs", "sobol" (with `samples`), a CSV file, or a data frame whose
    columns are paths and, if you like, `seed`. seeds: as in `ensemble`, 20 by default. outcomes: of the summary, all
    metrics by default. rules: as in `load`. outcome: functions from a run's tables to a number, as
    "FILE.py:function". reference: path -> value: every point is compared with the one that differs from it by these
    alone, instead of point 0. Other options as in `Options`; `keep` is "summary" by default. Raises as `ensemble` does.
    """
    if vary is not None and not isinstance(vary, Mapping):
        raise WrongType(f"vary: {vary!r} is no mapping", 'for example vary={"parameters.horizon": "12,24,40"}')
    for path in vary or ():
        expect("vary", path, str, "path")
    if samples is not None:
        expect("samples", samples, Integral, "whole number")
    expect_list("outcomes", outcomes, "outcomes")
    expect_list("outcome", outcome, "functions")
    if reference is not None:
        expect("reference", reference, Mapping, "mapping of paths")
    asked = {"vary": vary, "design": design, "samples": samples, "seeds": seeds, "outcomes": outcomes}
    asked["reference"] = reference or None
    asked["own"] = tuple(map(read_own, outcome or ())) or None
    told = ask(scenario, {key: value for key, value in asked.items() if value is not None}, set or {}, rules)
    chosen = Options(workers=workers, **{"keep": "summary", **options})
    return carry_out(told.plan(chosen.vary), chosen)


@dataclass(frozen=True)
class Asked:
    """The scenario to vary, what is asked of it, the sweep's name, and how its problems are placed."""

    scenario: Any
    given: dict[str, Any]
    name: str
    file: Sweep | None = None

    def plan(self, near: Near | None = None, most: int = MOST_POINTS) -> Plan:
        """All points, each validated. Raises UsageError on a wrong design (ScenarioError if a file gives it),
        ScenarioError on wrong paths and values, TooManyPoints."""
        problem = self.file.problem if self.file else _on_command_line
        try:
            return plan(self.scenario, self.given, near, most, problem)
        except TooManyPoints:
            raise
        except UsageError as error:
            key = error.message.removeprefix("vary ").partition(":")[0]
            message = error.message.removeprefix(f"vary {key}: ")
            if self.file is None and message == error.message:  # not of one path's values
                raise
            raise ScenarioError([problem(key if message != error.message else "", message)], error.hint) from None

    def alone(self) -> Plan:
        """The plan without its points: the scenario as it stands, for a pilot."""
        seeds = parse_seeds(self.given.get("seeds") or SEEDS)
        frame = pa.table({"point": pa.array([0], pa.int64()), "designed": [True]})
        return Plan("sweep", {self.scenario.name: self.scenario}, seeds, design=frame)


def check(path: str | Path) -> list[Problem]:
    """Everything wrong with a sweep file, its scenario and its points; empty: good."""
    try:
        ask(path, {}, {}).plan(most=sys.maxsize)
    except ScenarioError as error:
        return list(error.problems)
    return []


def ask(scenario: Any, asked: Mapping[str, Any], settings: Mapping[str, Any], rules: Any = None) -> Asked:
    """The scenario and what is asked of it, from a sweep file where one is named; what is asked directly comes first.

    `rules`: as in `load`.
    Raises ScenarioError with every problem of the files.
    """
    if not isinstance(scenario, str | Path):
        if not hasattr(scenario, "hash"):
            raise WrongType(f"{scenario!r} is not a scenario", "give a name such as 'baseline', a path, or a scenario")
        return Asked(scenario, dict(asked), scenario.name)
    if not is_sweep(scenario):
        told = load(scenario, settings, rules=rules)
        return Asked(told, dict(asked), f"{told.name}-sweep")
    file = read_sweep(scenario)
    given = {**file.given, **asked}
    if "vary" in file.given and "vary" in asked:
        given["vary"] = {**file.given["vary"], **asked["vary"]}
    told = load(_beside(file), {**file.settings, **settings}, rules=rules)
    return Asked(told, given, slug(file.name), file)


def _beside(file: Sweep) -> Path:
    """The scenario's file, looked up from the sweep's own."""
    found = find.named(file.scenario, file.place.path.parent)
    assert isinstance(found, find.Place)  # the reader of the file has checked it
    return found.path


def _on_command_line(key: str, message: str) -> Problem:
    return Problem("--vary", 0, 0, key, message)


def plan(
    scenario: Any,
    given: Mapping[str, Any],
    near: Near | None = None,
    most: int = MOST_POINTS,
    problem: Place = _on_command_line,
) -> Plan:
    """All points of what is given (the arguments of `sweep`), each validated; see `Asked.plan`."""
    design = _design(given, most)
    outcomes = given.get("outcomes")
    _check_outcomes(outcomes, scenario)
    seeds = parse_seeds(given.get("seeds") or SEEDS)
    if design.seeds is not None:
        seeds = parse_seeds(design.seeds)
    reference = {path: read_value(f"reference {path}", value) for path, value in (given.get("reference") or {}).items()}
    arms, points, frame = _settle(scenario, design, near or vary, problem, reference)
    only = None
    if design.seeds is not None:
        pairs, against = list(zip(points, design.seeds, strict=True)), references(frame)
        only = frozenset(pairs) | frozenset((0, seed) for seed in seeds)
        only |= frozenset((against[point], seed) for point, seed in pairs)
    about = {**design.told(), "outcomes": list(outcomes) if outcomes else None}
    if reference:
        about["reference"] = reference
    own: tuple[Own, ...] = given.get("own") or ()
    if own:
        about["own"] = {each.name: each.told for each in own}
    return Plan("sweep", {scenario.name: scenario}, seeds, {}, arms, frame, about, only, own)


def _design(given: Mapping[str, Any], most: int) -> Design:
    kind: Any = given.get("design")
    if hasattr(kind, "to_dict"):
        return table(kind.to_dict("records"), most)
    points = given.get("points")
    if points is None and isinstance(kind, str | Path) and str(kind).endswith(".csv"):
        points = kind
    if points is not None:
        if given.get("vary"):
            raise UsageError("points of a file and values to vary do not go together", "put all paths into the file")
        return read_points(Path(points), most)
    kind = kind or "grid"
    if kind not in DESIGNS:
        raise UsageError(f"design: {kind!r} is not one of {', '.join(DESIGNS)}{nearest(str(kind), DESIGNS)}")
    factors = [factor(path, values) for path, values in (given.get("vary") or {}).items()]
    _check_paths([each.path for each in factors])
    samples = given.get("samples")
    if kind in ("lhs", "sobol"):
        if samples is None:
            raise UsageError(f"design {kind} needs a number of samples", "for example --samples 256")
        return sampled(kind, factors, int(samples), most=most) if factors else grid(factors)
    if samples is not None:
        raise UsageError(f"samples belong to the designs lhs and sobol, not to {kind}")
    return grid(factors, most) if kind == "grid" else together(factors, most)


def _check_paths(paths: Sequence[str]) -> None:
    for path in paths:
        inside = next((other for other in paths if other.startswith(f"{path}.")), None)
        if inside:
            raise UsageError(f"vary {path} and {inside}: one holds the other", "vary one of them")


def _check_outcomes(outcomes: Sequence[str] | None, scenario: Any) -> None:
    """Raises UsageError for an outcome that is none, or in a sector, region or year that the scenario has not."""
    for text in outcomes or ():
        named = parse(text, "outcomes:")
        check_place(named, scenario.world.sectors, scenario.world.regions, "outcomes:")
        if named.year is not None and not scenario.start <= named.year <= scenario.end:
            told = f"outcomes: {text}: {named.year} is not between {scenario.start} and {scenario.end}"
            raise UsageError(told, "--start and --end say which years are reported")


def _settle(
    scenario: Any, design: Design, near: Near, problem: Place, reference: Mapping[str, Any]
) -> tuple[tuple[Arm, ...], list[int], pa.Table]:
    """Arms (point 0, every different row, and what `reference` makes of them), the point of each row, and the table of
    points.

    Raises ScenarioError with the problems of all rows, each said once.
    """
    made = _Points(scenario, near, problem, [*dict.fromkeys((*design.paths, *reference))])
    points: list[int] = []
    for row in design.rows:
        points.append(made.add(dict(zip(design.paths, row, strict=True))))
        if len(made.problems) >= _SHOWN:
            break
    designed = {*points}
    asked = [arm for arm in made.arms if arm.point in designed]
    against = {arm.point: made.add({**dict(arm.settings), **reference}) if reference else 0 for arm in asked}
    if made.problems:
        raise ScenarioError(list(made.problems))
    count = len(made.arms)
    columns: dict[str, Any] = {
        "point": pa.array(range(count), pa.int64()),
        "designed": pa.array([n in designed for n in range(count)]),
    }
    if reference:  # a point that is nothing but a reference is its own
        columns["reference"] = pa.array([against.get(n, n) for n in range(count)], pa.int64())
    for path, column in zip(made.paths, zip(*made.values, strict=True), strict=True):
        columns[path] = _column(column)
    return tuple(made.arms), points, pa.table(columns)


class _Points:
    """Arms that differ, point 0 first, with their values at `paths`, and what is wrong with the others."""

    def __init__(self, scenario: Any, near: Near, problem: Place, paths: list[str]) -> None:
        self.scenario, self.near, self.problem, self.paths = scenario, near, problem, paths
        self.arms = [Arm(scenario.name, 0, scenario.hash, ())]
        self.known = {scenario.hash: 0}
        self.values = [[value_at(scenario, path) for path in paths]]
        self.problems: dict[Problem, None] = {}

    def add(self, settings: Mapping[str, Any]) -> int:
        """The number of the point with these settings; -1 where they are wrong."""
        try:
            point = self.near(self.scenario, settings)
        except ScenarioError as error:
            self.problems |= {self.problem(each.key, each.message): None for each in error.problems}
            return -1
        if point.hash not in self.known:
            self.known[point.hash] = len(self.arms)
            self.arms.append(Arm(self.scenario.name, len(self.arms), point.hash, tuple(settings.items())))
            self.values.append([value_at(point, path) for path in self.paths])
        return self.known[point.hash]


def _column(values: Sequence[Any]) -> pa.Array:
    """Numbers as float64, anything else as text."""
    if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    texts = [
        value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False) for value in values
    ]
    return pa.array(texts, pa.string())
