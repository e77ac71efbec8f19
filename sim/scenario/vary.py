"""Points near a scenario: values at paths of its resolved data, validated, at a small part of the cost of loading it.

A parameter, a key of a shock or a number of a sector is checked alone, because nothing else depends on it; anything
else, and every value that is refused there, takes the long way through all checks. Both give the same scenario.
"""

import dataclasses
import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from pydantic import ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario import checks, later
from sim.scenario.chain import with_settings
from sim.scenario.files import DEFAULT_END, GIVEN, SHOCKS, Assumptions, Sector, WorldFile
from sim.scenario.merge import plant
from sim.scenario.posterior import KEY
from sim.scenario.reader import value_of
from sim.scenario.resolve import (
    Scenario,
    check_tree,
    data_of,
    drawn_of,
    hash_of,
    last_quarter,
    shock_from,
    warnings,
)
from sim.scenario.shocks import Shock

_SET = "--set"
_SPLIT = ("parameters", "sectors", "shocks")  # parts of `resolved` whose texts are kept piece by piece
_BOUND = {"id", "kind", "firms", "name", "only_if"}  # keys of a shock that other checks depend on


def vary(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """`scenario` with values at dotted paths (`shocks.eu_duty.rate`), as `load` with `set` gives it.

    Raises ScenarioError where a path or a value is wrong, naming the nearest path.
    """
    return _template(scenario).at(values) if values else scenario


def value_at(scenario: Scenario, path: str) -> Any:
    """The resolved value at a path: plain data, None where nothing is given."""
    found: Any = scenario.resolved
    for part in later.inside(path).split("."):
        if isinstance(found, list):
            found = next((item for item in found if part in (item.get("id"), item.get("name"))), None)
        else:
            found = found.get(part) if isinstance(found, dict) else None
    return found


@lru_cache(maxsize=4)
def _template(scenario: Scenario) -> "_Template":
    return _Template(scenario)


class _Template:
    """What all points near a scenario share."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.places = {shock.id: n for n, shock in enumerate(scenario.shocks)}
        self.known = checks.names(scenario.resolved, scenario.shocks)
        self.last = last_quarter(max(scenario.end, DEFAULT_END))
        self.texts = {key: _json(value) for key, value in scenario.resolved.items()}
        self.parts = {key: {name: _json(value) for name, value in _items(scenario.resolved[key])} for key in _SPLIT}

    @cached_property
    def tree(self) -> Any:
        return plant(self.scenario.resolved)

    def at(self, values: Mapping[str, Any]) -> Scenario:
        """The point with these values."""
        kinds: dict[str, dict[str, Any]] = {"parameters": {}, "shocks": {}, "sectors": {}}
        for path, value in values.items():
            kind = self._alone(path)
            if not kind:
                return self._whole(values)
            kinds[kind][path] = value
        try:
            return self._quick(**kinds)
        except (ValidationError, ValueError, _Refused):
            return self._whole(values)

    def _alone(self, path: str) -> str:
        """The kind of a path whose value nothing else depends on; empty: all checks are needed."""
        head, _, rest = path.partition(".")
        name, _, key = rest.partition(".")
        if head == "parameters" and name in self.scenario.parameters and not key:
            return "" if name in self.scenario.draws or name in self.scenario.later else head
        if head == "shocks" and key and name in self.places and key.partition(".")[0] not in _BOUND:
            return "" if self.scenario.shocks[self.places[name]].kind == "generation" else head
        return head if head == "sectors" and name in self.scenario.world.sectors and key in GIVEN else ""

    def _quick(self, parameters: dict[str, Any], shocks: dict[str, Any], sectors: dict[str, Any]) -> Scenario:
        base = self.scenario
        resolved, parts = dict(base.resolved), {key: self.parts[key] for key in _SPLIT}
        changes: dict[str, Any] = {"origins": {**base.origins, **dict.fromkeys((*parameters, *shocks, *sectors), _SET)}}
        if parameters:
            data = {**base.resolved["parameters"], **{path.split(".")[1]: _read(v) for path, v in parameters.items()}}
            checked = Assumptions.model_validate(data)
            moved = {path.split(".")[1]: float(getattr(checked, path.split(".")[1])) for path in parameters}
            changes["parameters"] = {**base.parameters, **moved}
            new = {key: value for key, value in moved.items() if value != base.parameters[key]}
            changes["changed_parameters"] = {**base.changed_parameters, **new}
            plain = checked.model_dump(mode="json", include=set(moved))
            resolved["parameters"] = {**base.resolved["parameters"], **plain}
            parts["parameters"] = {**parts["parameters"], **{key: _json(value) for key, value in plain.items()}}
        if shocks:
            made, plain_shocks = self._shocks(shocks)
            changes["shocks"], resolved["shocks"] = made, plain_shocks
            moved_ids = {path.split(".")[1] for path in shocks}
            texts = {name: _json(plain_shocks[self.places[name]]) for name in moved_ids}
            parts["shocks"] = {**parts["shocks"], **texts}
            changes["warnings"] = warnings(made, base.quarters - 1, base.world)
        if sectors:
            changes["world"], plain = self._sectors(sectors)
            resolved["sectors"] = {**base.resolved["sectors"], **plain}
            parts["sectors"] = {**parts["sectors"], **{key: _json(value) for key, value in plain.items()}}
        point = dataclasses.replace(base, resolved=resolved, **changes)
        point.__dict__["hash"] = hash_of(self._document(parts))  # fills the cached property
        if not sectors:
            point.__dict__["world_hash"] = base.world_hash
        return point

    def _shocks(self, values: dict[str, Any]) -> tuple[tuple[Shock, ...], list[dict[str, Any]]]:
        made, plain = list(self.scenario.shocks), list(self.scenario.resolved["shocks"])
        for path, value in values.items():
            _, name, *keys = path.split(".")
            place = self.places[name]
            plain[place] = _put(plain[place], keys, _read(value))
        for name in {path.split(".")[1] for path in values}:
            place = self.places[name]
            model = SHOCKS[plain[place]["kind"]].model_validate(plain[place])
            shock = shock_from(model, made[place].own)
            if [*checks.shock_problems(shock, self.known, self.last)] or checks.concerns_nobody(shock, self.known):
                raise _Refused
            made[place], plain[place] = shock, model.model_dump(mode="json", exclude_none=True)
        return tuple(made), plain

    def _sectors(self, values: dict[str, Any]) -> tuple[WorldFile, dict[str, Any]]:
        base = self.scenario
        given: dict[str, dict[str, Any]] = {}
        for path, value in values.items():
            _, name, key = path.split(".")
            given.setdefault(name, dict(base.resolved["sectors"][name]))[key] = _read(value)
        made = {name: Sector.model_validate(data) for name, data in given.items()}
        plain = {name: one.model_dump(mode="json", by_alias=True, exclude_none=True) for name, one in made.items()}
        return base.world.model_copy(update={"sectors": {**base.world.sectors, **made}}), plain

    def _document(self, parts: dict[str, dict[str, str]]) -> str:
        """`resolved` as JSON, put together from the texts of its parts."""
        texts = dict(self.texts)
        for key in _SPLIT:
            if parts[key] is not self.parts[key]:
                inner = parts[key].values() if key == "shocks" else (f"{_json(k)}: {v}" for k, v in parts[key].items())
                opening, closing = "[]" if key == "shocks" else "{}"
                texts[key] = f"{opening}{', '.join(inner)}{closing}"
        return f"{{{', '.join(f'{_json(key)}: {text}' for key, text in texts.items())}}}"

    def _whole(self, values: Mapping[str, Any]) -> Scenario:
        """The long way: all checks, and every problem in words."""
        base = self.scenario
        chosen = [path for path in values if path.split(".")[0] == KEY]
        if chosen:
            raise ScenarioError(
                [Problem(_SET, 0, 0, path, "cannot be varied; --posterior N runs over draws") for path in chosen]
            )
        tree, unset = with_settings(self.tree, values)
        own = frozenset(shock.id for shock in base.shocks if shock.own)
        file, models, shocks, problems = check_tree(tree, own)
        if unset or problems or file is None:
            raise ScenarioError([*unset, *problems])
        complete = tuple(shock for shock in shocks if shock)
        moved = {key: float(getattr(file.parameters, key)) for key in base.parameters}
        new = {key: value for key, value in moved.items() if value != base.parameters[key]}
        return dataclasses.replace(
            base,
            world=WorldFile(**{key: getattr(file, key) for key in WorldFile.model_fields}),
            parameters=moved,
            later=later.read(file.later),
            changed_parameters={**base.changed_parameters, **new},
            draws=drawn_of(file),
            shocks=complete,
            firms=tuple(file.firms),
            start=file.start,
            end=file.end,
            resolved=data_of(file, models, base.name, base.title),
            origins={**base.origins, **dict.fromkeys(values, _SET)},
            warnings=warnings(complete, last_quarter(file.end), file),
        )


class _Refused(Exception):
    """The quick way found something wrong; the long way says what."""


def _items(data: Any) -> list[tuple[str, Any]]:
    return [(item["id"], item) for item in data] if isinstance(data, list) else list(data.items())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(value: Any) -> Any:
    """Text as YAML, numbers of NumPy as plain ones; raises ValueError."""
    if isinstance(value, str):
        return value_of(value)
    return value.item() if hasattr(value, "item") else value


def _put(data: dict[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    """A copy of nested data with one value replaced."""
    if len(keys) == 1:
        return {**data, keys[0]: value}
    if not isinstance(data.get(keys[0]), dict):
        raise _Refused
    return {**data, keys[0]: _put(data[keys[0]], keys[1:], value)}
