"""The files that a scenario is made of, as one tree: the chain of what each extends, `drop`, `--set`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError, WrongType
from sim.scenario import find
from sim.scenario import later as dated
from sim.scenario.files import OWN_KEYS
from sim.scenario.find import Place
from sim.scenario.merge import drop, identity, merge, nearest, override, repeated
from sim.scenario.posterior import without_replaced
from sim.scenario.reader import Node, read, value_of
from sim.scenario.values import is_dated

MOST_FILES = 20  # in a chain
LOOKED_UP = (
    "; names are looked up in this folder, in a folder `scenarios` here or above it, and among those that are shipped; "
    "a file elsewhere is given by its path, such as ../mine/eu_duty.yaml"
)


def placed(name: str | Path) -> Place:
    """A path is a path as soon as it has a suffix; anything else is a name."""
    if not isinstance(name, str | Path):
        raise WrongType(f"{name!r} is not a scenario", "give a name such as 'baseline', or a path")
    if long := find.too_long(str(name)):
        raise ScenarioError([Problem(str(name), 0, 0, "", long)])
    if isinstance(name, Path) or name.endswith(find.SUFFIXES):
        place = find.given(Path(name))
        if not place.inside:
            message = f"leads out of the folder {place.root.name}; reading stays under it{find.ASK}"
            raise ScenarioError([Problem(place.shown, 0, 0, "", message)])
        if place.path.is_file():
            return place
    if str(name).startswith("@"):
        raise ScenarioError([Problem(str(name), 0, 0, "", "is a group; `compare` and `show` take groups")])
    found = find.named(str(name), Path.cwd())
    if isinstance(found, Place):
        return found
    message = found or f"is no scenario{nearest(str(name), find.known(Path.cwd())) or LOOKED_UP}"
    raise ScenarioError([Problem(str(name), 0, 0, "", message)])


def chain_of(place: Place) -> tuple[list[tuple[Place, Node]], list[Problem]]:
    """The file and all that it extends, base first."""
    chain: list[tuple[Place, Node]] = []
    problems: list[Problem] = []
    seen: list[str] = []
    while True:
        tree, wrong = read(place.path, place.shown)
        problems += wrong
        seen.append(place.shown)
        if tree is None:
            return chain, problems
        tree = dated.apart(tree)
        chain.insert(0, (place, tree))
        problems += repeated(tree)
        base = tree.value.get("extends")
        if base is None:
            return chain, problems
        if not isinstance(base.value, str):
            return chain, [*problems, base.mark.problem("extends", f"{base.value!r}; must be one name")]
        found = find.named(base.value, place.path.parent)
        if not isinstance(found, Place):
            hint = nearest(base.value, find.known(place.path.parent))
            return chain, [*problems, base.mark.problem("extends", f"{base.value!r}; {found or f'no such file{hint}'}")]
        if found.shown in seen or len(seen) >= MOST_FILES:
            circle = " -> ".join([*seen, found.shown])
            return chain, [*problems, base.mark.problem("extends", f"goes in a circle: {circle}")]
        place = found


def merged(chain: list[tuple[Place, Node]]) -> tuple[Node, frozenset[str], list[Problem]]:
    """The chain as one tree, and the ids of the shocks that its last file adds."""
    tree, problems, before = chain[0][1], [], frozenset[str]()
    for _, child in chain[1:]:
        tree = Node({key: node for key, node in tree.value.items() if key not in OWN_KEYS}, tree.mark, tree.key)
        before = _ids(tree)
        if "drop" in child.value:
            tree, wrong = drop(tree, child.value["drop"])
            problems += wrong
        given = child.value.get("parameters")
        tree = merge(dated.taken_back(tree, given.value if given and isinstance(given.value, dict) else {}), child)
    return tree, _ids(tree) - before, problems


def _ids(tree: Node) -> frozenset[str]:
    shocks = tree.value.get("shocks")
    return (
        frozenset(identity(item, "id") for item in shocks.value)
        if shocks and isinstance(shocks.value, list)
        else frozenset()
    )


def with_settings(tree: Node, settings: Mapping[str, Any]) -> tuple[Node, list[Problem]]:
    """`--set` on top; text is read as YAML, parameters may be set where no file gave any."""
    problems: list[Problem] = []
    if "parameters" not in tree.value:
        tree = Node({**tree.value, "parameters": Node({}, tree.mark, tree.key)}, tree.mark, tree.key)
    tree = dated.taken_back(tree, {path.split(".")[1]: None for path in settings if path.startswith("parameters.")})
    for path, value in _dated_last(settings):
        if path.startswith(f"{dated.KEY}."):
            tree = dated.room(tree, path.split(".")[1])
        if path.split(".")[0] in OWN_KEYS:
            problems.append(Problem("--set", 0, 0, path, "belongs to the file and cannot be set"))
            continue
        try:
            tree, wrong = override(tree, path, value_of(value) if isinstance(value, str) else value)
        except ValueError as error:
            wrong = [Problem("--set", 0, 0, path, f"{value!r} is not a value: {error}")]
        problems += wrong
    return without_replaced(tree, settings), [dated.told(problem) for problem in problems]


def _dated_last(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Settings as they stand inside: what holds from a date on after what holds for all time."""
    later: list[tuple[str, Any]] = []
    for path, given in settings.items():
        value = value_of(given) if isinstance(given, str) and path.startswith("parameters.") and "{" in given else given
        if isinstance(value, dict) and is_dated(value):
            later += [(dated.inside(f"{path}.{date}"), each) for date, each in value.items()]
        elif dated.inside(path) != path:
            later.append((dated.inside(path), value))
        else:
            yield path, value
    yield from later
