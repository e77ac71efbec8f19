"""Parameters from a date on: `parameters: {horizon: {2027Q1: 16}}`, so that an assumption about what is to come leaves
history as it was.

In a file such a parameter stands where all others do. Inside, what is dated stands under `later`: a parameter's own
value holds up to its first date, whoever gave it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.errors import Problem
from sim.model.parameters import parameters
from sim.scenario.merge import nearest
from sim.scenario.reader import Node
from sim.scenario.values import is_dated, quarter_name, quarter_of

KEY = "later"
Later = dict[str, tuple[tuple[int, float], ...]]  # by parameter: quarter and value, in order of time


def apart(tree: Node) -> Node:
    """A file's tree with its dated parameters under `later`."""
    given = tree.value.get("parameters")
    if given is None or not isinstance(given.value, dict):
        return tree
    dated = {name: node for name, node in given.value.items() if isinstance(node.value, dict) and is_dated(node.value)}
    if not dated:
        return tree
    plain = Node({name: node for name, node in given.value.items() if name not in dated}, given.mark, given.key)
    own = tree.value.get(KEY)
    there = own.value if own is not None and isinstance(own.value, dict) else {}
    moved = Node({**there, **dated}, given.mark, given.key)
    return Node({**tree.value, "parameters": plain, KEY: moved}, tree.mark, tree.key)


def taken_back(tree: Node, names: Mapping[str, Any]) -> Node:
    """A tree without the dates of parameters that are given a value for all time further up."""
    later = tree.value.get(KEY)
    if later is None or not isinstance(later.value, dict):
        return tree
    kept = {name: node for name, node in later.value.items() if name not in names}
    return Node({**tree.value, KEY: Node(kept, later.mark, later.key)}, tree.mark, tree.key)


def room(tree: Node, name: str) -> Node:
    """A tree in which dates of a parameter may be set."""
    later = tree.value.get(KEY)
    there = later.value if later is not None and isinstance(later.value, dict) else {}
    if name in there:
        return tree
    return Node(
        {**tree.value, KEY: Node({**there, name: Node({}, tree.mark, tree.key)}, tree.mark, tree.key)},
        tree.mark,
        tree.key,
    )


def inside(path: str) -> str:
    """A path as it stands inside: `later.horizon.2027Q1` of `parameters.horizon.2027Q1`."""
    head, *rest = path.split(".")
    if head != "parameters" or len(rest) != 2 or not is_dated([rest[1]]):
        return path
    return f"{KEY}.{rest[0]}.{quarter_name(quarter_of(rest[1]))}"


def outside(path: str) -> str:
    """The same path as a file or a command gives it."""
    return f"parameters{path[len(KEY) :]}" if path.startswith(f"{KEY}.") else path


def read(given: Mapping[str, Mapping[str, Any]]) -> Later:
    """What a valid file says, as quarters and numbers."""
    return {
        name: tuple(sorted((quarter_of(date), _number(name, value)) for date, value in dates.items()))
        for name, dates in given.items()
        if dates
    }


def problems(given: Mapping[str, Mapping[str, Any]], last: int) -> Iterator[tuple[tuple[str, ...], str]]:
    """Locations and messages of what is wrong; `last`: the last quarter of a run."""
    for name, dates in given.items():
        if name not in parameters():
            yield (KEY, name), f"{name!r} is no parameter{nearest(name, parameters())}"
            continue
        for date, value in dates.items():
            if not 0 < quarter_of(date) <= last:
                yield (KEY, name, date), f"{date}; must be after {quarter_name(0)} and not after {quarter_name(last)}"
            try:
                _number(name, value)
            except ValidationError as error:
                yield (KEY, name, date), str(error.errors(include_url=False)[0]["msg"])


def told(problem: Problem) -> Problem:
    """A problem whose key is that of the file."""
    return Problem(problem.file, problem.line, problem.column, outside(problem.key), problem.message)


def _number(name: str, value: Any) -> float:
    from sim.scenario.files import Assumptions

    return float(getattr(Assumptions.model_validate({name: value}), name))
