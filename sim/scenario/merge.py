"""A chain of files into one tree: children say only what differs.

Mappings merge by key; shocks, firms and generations by id or name; everything else, dated paths included, is replaced.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from sim.errors import Problem
from sim.scenario.reader import Mark, Node
from sim.scenario.values import is_dated, slug

IDENTITY = {
    "shocks": "id",
    "firms": "name",
    "generations": "name",
}  # lists that merge, and what their items are known by
COMMAND = Mark("--set")


def nearest(name: str, known: Iterable[str]) -> str:
    """`, did you mean X?`, or the names there are if few, or nothing."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(name.lower(), names, 1, 0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; allowed: {', '.join(names)}" if 0 < len(names) <= 16 else ""


def known_by(key: str, items: Any) -> str:
    """What the items of the list under `key` are known by; empty: replaced as a whole, as a shock's `firms`."""
    named = isinstance(items, list) and all(isinstance(getattr(item, "value", item), dict) for item in items)
    return IDENTITY.get(key, "") if named else ""


def identity(item: Node, key: str) -> str:
    """What an item of a merging list is known by; empty if it has no id."""
    named = item.value.get(key) if isinstance(item.value, dict) else None
    return slug(str(named.value)) if named is not None and isinstance(named.value, str | int | float) else ""


def merge(base: Node, child: Node, key: str = "") -> Node:
    """`child` over `base`; places are those of whoever gave the value."""
    old, new = base.value, child.value
    if isinstance(old, dict) and isinstance(new, dict) and not is_dated(new):
        merged = {name: merge(old[name], node, name) if name in old else node for name, node in new.items()}
        return Node({**old, **merged}, child.mark, child.key)
    by = known_by(key, new)
    if by and by == known_by(key, old):
        known = {identity(item, by): item for item in old}
        for item in new:
            name = identity(item, by) or f"{item.mark}"  # without an id: kept, and told later
            known[name] = merge(known[name], item) if name in known else item
        return Node(list(known.values()), child.mark, child.key)
    return child


def drop(tree: Node, dropped: Node) -> tuple[Node, list[Problem]]:
    """`tree` without the shocks whose ids `dropped` lists."""
    shocks = tree.value.get("shocks")
    items = shocks.value if shocks is not None and isinstance(shocks.value, list) else []
    ids = [identity(item, "id") for item in items]
    listed = dropped.value if isinstance(dropped.value, list) else [dropped]
    wanted = {slug(str(node.value)): node for node in listed if isinstance(node.value, str)}
    problems = [
        node.mark.problem("drop", f"no inherited shock '{node.value}'{nearest(name, ids)}")
        for name, node in wanted.items()
        if name not in ids
    ]
    if shocks is None:
        return tree, problems
    kept = [item for item, name in zip(items, ids, strict=True) if name not in wanted]
    return Node({**tree.value, "shocks": Node(kept, shocks.mark, shocks.key)}, tree.mark, tree.key), problems


def repeated(tree: Node) -> list[Problem]:
    """Ids that stand twice in one file."""
    problems = []
    for name in ("shocks", "firms"):
        node = tree.value.get(name)
        seen: dict[str, Mark] = {}
        for item in node.value if node is not None and isinstance(node.value, list) else []:
            known = identity(item, IDENTITY[name])
            if known and known in seen:
                message = f"duplicate {IDENTITY[name]} '{known}', on lines {seen[known].line} and {item.mark.line}"
                problems.append(item.mark.problem(name, message))
            seen.setdefault(known, item.mark)
    return problems


def override(tree: Node, path: str, value: Any) -> tuple[Node, list[Problem]]:
    """`tree` with the value at a dotted path (`shocks.eu_duty.rate`) replaced, as `--set` asks."""
    parts = path.split(".")
    try:
        return _replaced(tree, parts, value, ""), []
    except LookupError as error:
        return tree, [COMMAND.problem(path, str(error.args[0]))]


def _replaced(node: Node, parts: list[str], value: Any, key: str) -> Node:
    if not parts:
        return plant(value)
    name, rest = parts[0], parts[1:]
    if by := known_by(key, node.value):
        ids = [identity(item, by) for item in node.value]
        known = name if name in ids else slug(name)
        if known not in ids or not rest:
            raise LookupError(
                f"no {name} in {key}{nearest(name, ids)}" if known not in ids else f"say which key of {name}"
            )
        at = ids.index(known)
        items = [*node.value[:at], _replaced(node.value[at], rest, value, ""), *node.value[at + 1 :]]
        return Node(items, node.mark, node.key)
    if not isinstance(node.value, dict):
        raise LookupError(f"nothing to set below {key}, which is a value")
    if rest and name not in node.value:
        raise LookupError(f"no {name} here{nearest(name, node.value)}")
    inner = _replaced(node.value[name], rest, value, name) if rest else plant(value)
    return Node({**node.value, name: inner}, node.mark, node.key)


def plant(value: Any) -> Node:
    """Plain data as a tree whose places are those of `--set`."""
    if isinstance(value, dict):
        return Node({str(name): plant(inner) for name, inner in value.items()}, COMMAND, COMMAND)
    if isinstance(value, list | tuple):
        return Node([plant(inner) for inner in value], COMMAND, COMMAND)
    return Node(value.item() if hasattr(value, "item") else value, COMMAND, COMMAND)  # item: numpy's numbers


def at(tree: Node, location: Iterable[str | int]) -> tuple[Node, str, bool]:
    """The deepest node on a location, its dotted path with ids for positions, and whether the location was reached."""
    node, path, key = tree, "", ""
    for part in location:
        if isinstance(node.value, dict) and str(part) in node.value:
            node, key = node.value[str(part)], str(part)
            path = f"{path}.{key}" if path else key
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            by, node = known_by(key, node.value), node.value[part]
            path += f".{name}" if by and (name := identity(node, by)) else f"[{part}]"
            key = ""
        else:
            return node, f"{path}.{part}" if path else str(part), False
    return node, path, True
