"""From a name to a resolved scenario: the chain of files, `drop`, `--set`, validation, the origin of every value."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.errors import Problem, ScenarioError, WrongType, expect
from sim.model.columns import FIRST_YEAR
from sim.model.parameters import parameters as declared_parameters
from sim.scenario import checks, find
from sim.scenario import later as dated
from sim.scenario.chain import chain_of, merged, placed, with_settings
from sim.scenario.files import DEFAULT_END, File, NamedFirm, Posterior, WorldFile
from sim.scenario.find import Place
from sim.scenario.lines import Line, differing, line
from sim.scenario.merge import at, known_by, nearest, plant
from sim.scenario.plugin import Rules, read_rules, rules_of
from sim.scenario.plugin import problems as rule_problems
from sim.scenario.posterior import KEY, lay
from sim.scenario.reader import Node
from sim.scenario.rows import known_as, rows
from sim.scenario.sets import read_set
from sim.scenario.shocks import Shock, shock_of
from sim.scenario.validate import problem_at, validated
from sim.scenario.values import is_dated, slug
from sim.scenario.writing import written

BASE = "baseline"


@dataclass(frozen=True, eq=False)
class Scenario:
    """A resolved scenario: immutable, picklable, equal to another with the same `hash`.

    files: the chain, base first. parameters: complete, switches as numbers. later: those that change in the course of
    a run. changed_parameters: those that a file above the chain's first, or --set, moved. treatment: parameters that a
    base which it is compared with keeps as its own. rules: functions that stand for rules of the model. start, end:
    years reported. resolved: plain data that loads as a file; origins: dotted path -> "scenarios/x.yaml:12", "--set" or
    "default". warnings: what is allowed but looks odd.
    """

    name: str
    title: str
    question: str
    channel: str
    path: Path
    files: tuple[Path, ...]
    world: WorldFile
    posterior: Posterior | None
    rules: Rules | None
    parameters: dict[str, float]
    later: dated.Later
    changed_parameters: dict[str, float]
    treatment: tuple[str, ...]
    draws: dict[str, tuple[float, ...]]
    shocks: tuple[Shock, ...]
    firms: tuple[NamedFirm, ...]
    start: int
    end: int
    resolved: dict[str, Any]
    origins: dict[str, str]
    warnings: tuple[str, ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `resolved` as JSON; order counts, because it is the order of regions, sectors and rows."""
        return hash_of(json.dumps(self.resolved, ensure_ascii=False))

    @cached_property
    def world_hash(self) -> str:
        """As `hash`, of what neither parameters nor shocks change."""
        fixed = {
            key: value for key, value in self.resolved.items() if key not in ("parameters", dated.KEY, "shocks", KEY)
        }
        return hash_of(json.dumps(fixed, ensure_ascii=False))

    @property
    def text(self) -> str:
        """`resolved` as YAML."""
        return written(self.resolved)

    @property
    def quarters(self) -> int:
        """Length of a run, from 1979Q1."""
        return (self.end + 1 - FIRST_YEAR) * 4

    def draw_of(self, seed: int) -> int:
        """Which of its N draws a seed takes: seed 1 the first, 0, and seed N + 1 again the first."""
        return (seed - 1) % self.drawn

    @property
    def drawn(self) -> int:
        """How many draws the seeds take in turn; 1 where nothing is drawn."""
        return max((len(drawn) for drawn in self.draws.values()), default=1)

    def luck_of(self, seed: int) -> int:
        """The seed of all luck: crossed with draws, the first N runs, one a draw, have luck 1, the next N luck 2."""
        return (seed - 1) // self.drawn + 1 if self.posterior is not None and self.posterior.crossed else seed

    def parameters_of(self, seed: int, quarter: int = 0) -> dict[str, float]:
        """The parameters under a seed, as they are in a quarter."""
        drawn = {name: values[self.draw_of(seed)] for name, values in self.draws.items()}
        now = {name: value for name, dates in self.later.items() for date, value in dates if date <= quarter}
        return {**self.parameters, **drawn, **now}

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """Quarters in which parameters change."""
        return tuple(sorted({quarter for dates in self.later.values() for quarter, _ in dates}))

    @property
    def standing(self) -> dict[str, Any]:
        """Settings that put another scenario on the same parameter set."""
        if self.posterior is None:
            return {}
        several = self.posterior.draws or self.posterior.prior
        keys = ("set", "draws" if several else "draw", "prior", "left_out", "crossed")
        said = {key: getattr(self.posterior, key) for key in keys}
        return {f"{KEY}.{key}": value for key, value in said.items() if value not in (None, False)}

    def policy_lines(self, base: "Scenario | None" = None) -> list[Line]:
        """The policies that `base` does not have; without a base, the shocks that the scenario's own file adds."""
        if base is None:
            return [line(shock) for shock in self.shocks if shock.own]
        return differing(self.shocks, base.shocks)

    def __hash__(self) -> int:
        return hash(self.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.hash == other.hash


def hash_of(document: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(document.encode()).hexdigest()


def load(
    name: str | Path,
    set: Mapping[str, Any] | None = None,
    posterior: Mapping[str, Any] | None = None,
    rules: Mapping[str, Callable[..., Any]] | Rules | str | Path | None = None,
) -> Scenario:
    """The scenario of a name ("baseline") or a path, with `set` (dotted path -> value, or its text) on top.

    `posterior`: another parameter set, draw or number of draws, as {"set": "fit2014", "draws": 20}. `rules`: functions
    that stand for rules of sim/model/rules, by name, or the file that holds them.
    Raises ScenarioError with every problem of every file, WrongType where an argument is of another type.
    """
    for called, given in (("set", set), ("posterior", posterior)):
        if given is not None and not isinstance(given, Mapping):
            raise WrongType(f"{called}: {given!r} is no mapping")
        for key in given or ():
            expect(called, key, str, "path")
    chosen = {f"{KEY}.{key}": value for key, value in (posterior or {}).items()}
    if isinstance(rules, Mapping):
        rules = rules_of(rules)
    elif isinstance(rules, str | Path):
        rules = read_rules(rules)
    elif rules is not None:
        expect("rules", rules, Rules, "mapping of names to functions, and no file")
    return _resolved(placed(name), {**chosen, **(set or {})}, rules)


def draws(
    name: str, n: int | None = None, scenario: str | Path = BASE, set: Mapping[str, Any] | None = None
) -> list[Scenario]:
    """A scenario under each of the first `n` draws of a parameter set, all of them by default.

    Raises ScenarioError if there is no such set or it has fewer draws.
    """
    found = read_set(name)
    count = n if n is not None else 0 if found.draws is None else len(found.draws.marks)
    numbers = range(1, max(count, 1) + 1)  # without draws the first is asked for, and its absence told
    return [load(scenario, set, {"set": name, "draw": number}) for number in numbers]


def _resolved(place: Place, settings: Mapping[str, Any], rules: Rules | None = None) -> Scenario:
    chain, problems = chain_of(place)
    if not chain:
        raise ScenarioError(problems)
    if "extends" in chain[0][1].value:
        raise ScenarioError([*problems, *_upon_another(chain, settings)])
    return _resolved_chain(place, chain, settings, rules, problems)


def _resolved_chain(
    place: Place,
    chain: list[tuple[Place, Node]],
    settings: Mapping[str, Any],
    rules: Rules | None,
    problems: list[Problem],
) -> Scenario:
    """The scenario of a whole chain. Raises ScenarioError with `problems` and all others."""
    world, laid, unlaid = lay([each for _, each in chain], settings, place.path.parent)
    if world is not None:
        chain[0] = (chain[0][0], world)
    tree, own, wrong = merged(chain)
    tree, unset = with_settings(tree, {path: value for path, value in settings.items() if path.split(".")[0] != KEY})
    tree = laid.onto(tree) if laid is not None else tree
    if rules is not None:
        tree = Node({**tree.value, "rules": plant(rules.model_dump(mode="json"))}, tree.mark, tree.key)
    problems += unlaid
    file, models, shocks, invalid = check_tree(tree, own)
    problems += [*wrong, *unset, *invalid]
    if problems or file is None:
        raise ScenarioError(problems)
    complete = tuple(shock for shock in shocks if shock)
    return _scenario(place, chain, tree, file, models, complete)


def _upon_another(chain: list[tuple[Place, Node]], settings: Mapping[str, Any]) -> list[Problem]:
    """What else is wrong in a chain whose base cannot be found, read upon the base that was probably meant."""
    place, tree = chain[0]
    known = find.names(place.root)
    wanted = tree.value["extends"].value
    meant = get_close_matches(str(wanted), known, 1, 0.6) or [BASE]
    found = find.named(meant[0], place.path.parent)
    shown = {each.shown for each, _ in chain}
    if not isinstance(found, Place) or found.shown in shown:
        return []
    base, problems = chain_of(found)
    if problems or not base or "extends" in base[0][1].value:
        return []
    try:
        _resolved_chain(place, [*base, *chain], settings, None, [])
    except ScenarioError as error:
        return [problem for problem in error.problems if problem.file in shown]
    return []


def check_tree(
    tree: Node, own: frozenset[str]
) -> tuple[File | None, list[BaseModel | None], list[Shock | None], list[Problem]]:
    """A merged tree as models and shocks (None where invalid), and every problem; `own`: ids its last file adds."""
    file, models, problems = validated(tree)
    shocks = [None if model is None else shock_from(model, model.id in own) for model in models]  # type: ignore[attr-defined]
    known = checks.names(tree.plain(), [shock for shock in shocks if shock])
    return file, models, shocks, [*problems, *_consistency(tree, file, shocks, known)]


def shock_from(model: BaseModel, own: bool) -> Shock:
    """A shock out of its validated model."""
    data = dict(model)
    data["label"] = data["label"] or data["id"].replace("_", " ")
    return shock_of(data, own)


def _last(tree: Node, file: File | None) -> int:
    """The last quarter a shock may concern: an end shortened by --set crops, and makes no shock wrong."""
    end = DEFAULT_END if file is None else file.end
    node = tree.value.get("end")
    return last_quarter(max(end, DEFAULT_END) if node is not None and not node.mark.line else end)


def last_quarter(end: int) -> int:
    """The last quarter of a run that ends with a year, from 1979Q1."""
    return (end + 1 - FIRST_YEAR) * 4 - 1


def _consistency(tree: Node, file: File | None, shocks: list[Shock | None], known: checks.Names) -> Iterator[Problem]:
    declared = checks.names(tree.plain(), ())
    last = _last(tree, file)
    for n, shock in enumerate(shocks):
        if shock is None:
            continue
        for location, message in checks.shock_problems(shock, known, last):
            yield problem_at(tree, ("shocks", n, *location), message)
        if checks.concerns_nobody(shock, known):
            yield problem_at(
                tree, ("shocks", n, "destination"), "origin and destination are one region; nobody is concerned"
            )
        if checks.adds_generation(shock, declared) and "ramp" not in at(tree, ("shocks", n))[0].value:
            yield problem_at(
                tree, ("shocks", n, "ramp"), f"missing; over how many quarters does demand move to {shock.name}?"
            )
    places = {shock.id: n for n, shock in enumerate(shocks) if shock is not None}
    for name, message in checks.condition_problems([shock for shock in shocks if shock]):
        yield problem_at(tree, ("shocks", places[name], "only_if"), message)
    if file is None:
        return
    for location, message in checks.world_problems(file):
        yield problem_at(tree, location, message)
    for name in file.treatment:
        if name not in declared_parameters():
            yield problem_at(tree, ("treatment",), f"{name!r} is no parameter{nearest(name, declared_parameters())}")
    for location, message in dated.problems(file.later, last_quarter(file.end)):
        yield dated.told(problem_at(tree, location, message))
    for n, shock in enumerate(shocks):
        if shock is not None and checks.spares_nobody(shock, known, file.host):
            key = next(key for key in checks.SPARES if key in dict(shock.sizes))
            yield problem_at(tree, ("shocks", n, key), f"{key} goods from {file.host}, which is not among the origins")
    if file.rules is not None:
        yield from rule_problems(file.rules)
    if file.start > file.end:
        yield problem_at(tree, ("start",), f"{file.start}; must not be after end ({file.end})")
    yield from _firm_consistency(tree, file, shocks)


def _firm_consistency(tree: Node, file: File, shocks: list[Shock | None]) -> Iterator[Problem]:
    homes = {file.host, *(home for sector in file.sectors.values() for home in sector.multinationals)}
    if not homes <= set(file.regions):  # which is told elsewhere; no rows can be made
        return
    made, homeless = rows(file, file.firms)
    firms = {slug(firm.name): firm for firm in file.firms}
    labels = known_as(made)
    for n, firm in enumerate(file.firms):
        found = list(checks.firm_problems(firm, file, firms))
        if n in homeless and not any(location in (("sector",), ("home",), ("ownership",)) for location, _ in found):
            found.append(((), f"no row left: {firm.sector} has no further firm from {firm.home} of that ownership"))
        if firm.partner and slug(firm.partner) not in labels:
            found.append((("partner",), f"{firm.partner!r} is no firm{nearest(firm.partner, labels)}"))
        for location, message in found:
            yield problem_at(tree, ("firms", n, *location), message)
    for n, shock in enumerate(shocks):
        for name in shock.firms if shock else ():
            if slug(name) not in labels:
                yield problem_at(tree, ("shocks", n, "firms"), f"{name!r} is no firm{nearest(name, labels)}")


def _scenario(
    place: Place,
    chain: list[tuple[Place, Node]],
    tree: Node,
    file: File,
    models: list[BaseModel | None],
    shocks: tuple[Shock, ...],
) -> Scenario:
    stem = place.path.relative_to(place.root).with_suffix("").as_posix()
    title = file.title or file.name or stem.replace("_", " ")
    name = slug(file.name or stem)
    resolved = data_of(file, models, name, title)
    base = chain[0][1].value.get("parameters")
    calibrated = base.value if base is not None else {}
    values = {key: float(getattr(file.parameters, key)) for key in declared_parameters()}
    given = at(tree, ("parameters",))[0].value
    changed = {
        key: values[key]
        for key in given
        if key not in calibrated or values[key] != float(getattr(_assumptions(calibrated[key], key), key))
    }
    return Scenario(
        name=name,
        title=title,
        question=file.question or "",
        channel=file.channel or "",
        path=place.path,
        files=tuple(each.path for each, _ in chain),
        world=WorldFile(**{key: getattr(file, key) for key in WorldFile.model_fields}),
        posterior=file.posterior,
        rules=file.rules,
        parameters=values,
        later=dated.read(file.later),
        changed_parameters=changed,
        treatment=file.treatment,
        draws=drawn_of(file),
        shocks=shocks,
        firms=tuple(file.firms),
        start=file.start,
        end=file.end,
        resolved=resolved,
        origins=dict(_origins(resolved, tree)),
        warnings=warnings(shocks, last_quarter(file.end), file),
    )


def warnings(shocks: Iterable[Shock], last: int, world: WorldFile) -> tuple[str, ...]:
    """What is allowed but looks odd: shocks partly outside a run up to the quarter `last`, or where nothing acts."""
    found = [(s.id, text) for s in shocks for text in (checks.partly_outside(s, last), checks.misses_host(s, world))]
    return tuple(f"{key}: {text}" for key, text in found if text)


def drawn_of(file: File) -> dict[str, tuple[float, ...]]:
    """By parameter, the values that seeds take in turn."""
    values = (file.posterior.values if file.posterior is not None else None) or {}
    return {name: tuple(drawn) for name, drawn in values.items()}


def _assumptions(node: Node, key: str) -> Any:
    from sim.scenario.files import Assumptions

    return Assumptions.model_validate({key: node.plain()})


def data_of(file: File, models: list[BaseModel | None], name: str, title: str) -> dict[str, Any]:
    """Plain data of the whole scenario, in the format of a file."""
    aside = {"shocks", "extends", "drop", "experiment"}
    data = file.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=aside)
    for key in ("treatment", dated.KEY):
        if not data[key]:
            del data[key]
    head = {"schema": data.pop("schema"), "name": name, "title": title}
    shocks = [model.model_dump(mode="json", exclude_none=True) for model in models if model is not None]
    return {**head, **{key: value for key, value in data.items() if key not in head}, "shocks": shocks}


def _origins(data: Any, tree: Node, path: str = "", key: str = "") -> Iterator[tuple[str, str]]:
    """Where each value of `data` stands: pairs of dotted path and origin."""
    if isinstance(data, dict) and not is_dated(data) and data:
        for name, inner in data.items():
            node = tree.value.get(name) if isinstance(tree.value, dict) else None
            yield from _origin(inner, node, f"{path}.{name}" if path else name, name)
    elif by := known_by(key, data):
        nodes = tree.value if isinstance(tree.value, list) else []
        for item, node in zip(data, nodes, strict=False):
            yield from _origin(item, node, f"{path}.{slug(str(item[by]))}", "")
    else:
        yield path, str(tree.mark)


def _origin(data: Any, node: Node | None, path: str, key: str) -> Iterator[tuple[str, str]]:
    if node is not None and node.value is not None:
        yield from _origins(data, node, path, key)
    elif isinstance(data, dict) and not is_dated(data) and data:
        for name, inner in data.items():
            yield from _origin(inner, None, f"{path}.{name}", name)
    else:
        yield path, "default"
