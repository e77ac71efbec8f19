"""A merged tree against the models: every problem in words, at its place."""

import types
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.errors import Problem
from sim.scenario.files import SHOCKS, File
from sim.scenario.merge import at, nearest
from sim.scenario.reader import Node
from sim.scenario.shocks import KINDS

Location = tuple[str | int, ...]
_DATES = {"announce", "start", "end", "ramp"}
_SOME_QUARTER = "2027Q1"  # instead of a date that is wrong
_SHAPES = {
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "string_type": "must be text",
    "too_short": "must not be empty",
}


def problem_at(tree: Node, location: Location, message: str, at_key: bool = False) -> Problem:
    """A problem at the value (or the key) of a location, or at what encloses it."""
    node, path, reached = at(tree, location)
    mark = node.key if at_key and reached else node.mark
    return mark.problem(path, message)


def validated(tree: Node) -> tuple[File | None, list[BaseModel | None], list[Problem]]:
    """The file, its shocks, and all problems; what is invalid is left out of both, or, if nothing is left, None."""
    plain = tree.plain()
    shocks, problems = _shocks(tree, plain.get("shocks"))
    file = None
    if "regions" not in plain and "sectors" not in plain:
        message = "no world; add `extends: baseline`, or declare regions and sectors"
        return None, shocks, [*problems, tree.mark.problem("extends", message)]
    try:
        file = File.model_validate({**plain, "shocks": []})
    except ValidationError as error:
        problems += told(tree, error, File, ())
        file = _mended(plain, error)
    return file, shocks, problems


def _shocks(tree: Node, items: Any) -> tuple[list[BaseModel | None], list[Problem]]:
    if items is None:
        return [], []
    if not isinstance(items, list):
        return [], [problem_at(tree, ("shocks",), "must be a list of shocks, each with `- id:`")]
    shocks: list[BaseModel | None] = []
    problems: list[Problem] = []
    for n, item in enumerate(items):
        place: Location = ("shocks", n)
        kind = item.get("kind") if isinstance(item, dict) else None
        shocks.append(None)
        if not isinstance(item, dict):
            problems.append(problem_at(tree, place, "must be a mapping with `id`, `kind`, `start`"))
        elif not isinstance(kind, str) or kind not in SHOCKS:
            found = f"{kind!r} is no kind" if "kind" in item else "missing"
            hint = nearest(kind, SHOCKS) if isinstance(kind, str) else ""
            kinds = "" if hint.startswith("; allowed") else f"; kinds: {', '.join(SHOCKS)}"
            problems.append(problem_at(tree, (*place, "kind"), f"{found}{hint}{kinds}"))
            shocks[n], others = _as_if(tree, item, place)
            problems += others
        else:
            try:
                shocks[n] = SHOCKS[kind].model_validate(item)
            except ValidationError as error:
                problems += told(tree, error, SHOCKS[kind], place)
                shocks[n] = _stand_in(SHOCKS[kind], item, error)
    return shocks, problems


def _as_if(tree: Node, item: dict[str, Any], place: Location) -> tuple[BaseModel | None, list[Problem]]:
    """A shock whose kind is misspelt, read as the kind probably meant, and what is wrong with its other keys."""
    meant = get_close_matches(str(item.get("kind", "")).lower(), SHOCKS, 1, 0.6)
    if not meant:
        return None, []
    model, read_so = SHOCKS[meant[0]], {**item, "kind": meant[0]}
    try:
        return model.model_validate(read_so), []
    except ValidationError as error:
        return _stand_in(model, read_so, error), list(told(tree, error, model, place))


def _stand_in(model: type[BaseModel], item: dict[str, Any], error: ValidationError) -> BaseModel | None:
    """A shock without the keys that are wrong, for the checks of the others; None if too little is left."""
    wrong = {str(found["loc"][0]) for found in error.errors(include_url=False) if found["loc"]}
    if wrong & _DATES:  # what is left of its dates says nothing
        wrong |= _DATES
    rest = {"start": _SOME_QUARTER, **{key: value for key, value in item.items() if key not in wrong}}
    sizes = dict.fromkeys(wrong & set(KINDS[item["kind"]].sizes), 0)  # they are given, though wrong
    for tried in ({**rest, **sizes}, rest):
        with suppress(ValidationError):
            return model.model_validate(tried)
    return None


def _mended(plain: dict[str, Any], error: ValidationError) -> File | None:
    """A file without the values that are wrong, for the checks of the others; None if too little is left."""
    rest = deepcopy(plain)
    for found in error.errors(include_url=False):
        inner: Any = rest
        *path, last = found["loc"] or ("",)
        for part in path:
            inner = inner.get(part) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            inner.pop(last, None)
    try:
        return File.model_validate({**rest, "shocks": []})
    except ValidationError:
        return None


def told(tree: Node, error: ValidationError, model: type[BaseModel], place: Location) -> Iterator[Problem]:
    """What pydantic refused, in words, each at its place in the file."""
    seen: set[Location] = set()
    for found in error.errors(include_url=False):
        location = _without_unions(tree, (*place, *found["loc"]))
        if location in seen:  # a value may be refused by several members of a union: the first says enough
            continue
        seen.add(location)
        yield problem_at(tree, location, _message(found, model), at_key=found["type"] == "extra_forbidden")


def _without_unions(tree: Node, location: Location) -> Location:
    """A location without the parts that pydantic adds for keys and members of unions."""
    kept: Location = ()
    for part in location:
        reached = at(tree, (*kept, part))[2]
        if reached or (isinstance(part, str) and part.isidentifier() and not part.startswith("function")):
            kept = (*kept, part)
    return kept


def _message(found: Any, model: type[BaseModel]) -> str:
    kind, value = found["type"], found.get("input")
    if kind == "extra_forbidden":
        place = found["loc"]
        return f"unknown key{nearest(str(place[-1]), _keys(model, place[:-1])) or _own_keys(model, place)}"
    if kind == "missing":
        return "missing; must be given"
    if kind == "literal_error":
        allowed = str(found["ctx"]["expected"]).replace("'", "")
        return f"{value!r}; must be {allowed}{_meant(value, allowed)}"
    if kind in _SHAPES:
        shown = "empty" if value is None or value in ([], {}) else repr(value)[:60]
        return f"{shown}; {_SHAPES[kind]}"
    return str(found["msg"])


def _own_keys(model: type[BaseModel], location: Location) -> str:
    """The keys that not every kind of shock has; those that all have are too many to list."""
    kind = next((kind for kind, each in SHOCKS.items() if each is model), "")
    shared = set.intersection(*(set(each.model_fields) for each in SHOCKS.values()))
    own = [key for key in model.model_fields if key not in shared]
    return f"; {kind} has {', '.join(own)}" if kind and len(location) == 1 else ""


def _meant(value: Any, allowed: str) -> str:
    hint = nearest(value, allowed.replace(" or ", ", ").split(", ")) if isinstance(value, str) else ""
    return hint if "did you mean" in hint else ""


def _keys(model: type[BaseModel], location: Location) -> list[str]:
    """The keys allowed at a location inside a model."""
    annotation: Any = model
    for part in location:
        annotation = _plain_type(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = annotation.model_fields[str(part)].annotation
        elif get_args(annotation):
            annotation = get_args(annotation)[-1]
    annotation = _plain_type(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [field.alias or name for name, field in annotation.model_fields.items()]
    return []


def _plain_type(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain_type(next(inner for inner in get_args(annotation) if inner is not type(None)))
    return _plain_type(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation
