"""Which scenarios there are, and everything that is wrong with one."""

from pathlib import Path

from sim.errors import Problem, ScenarioError
from sim.scenario import find
from sim.scenario.find import Place
from sim.scenario.reader import read
from sim.scenario.resolve import load
from sim.scenario.values import slug


def check(path: str | Path) -> list[Problem]:
    """Everything wrong with a file and those it extends, a name shared with another file included; empty: good."""
    try:
        scenario = load(path)
    except ScenarioError as error:
        return list(error.problems)
    root = find.root_of(scenario.path.parent)
    others = [other for other in find.names(root).values() if other != scenario.path]
    same = [other for other in others if _name(other, root) == scenario.name]
    shown = Place(scenario.path, root).shown
    return [
        Problem(shown, 0, 0, "name", f"{scenario.name!r} is also the name of {Place(other, root).shown}")
        for other in same
    ]


def _name(path: Path, root: Path) -> str:
    """The name a file would have, or nothing if it is no readable scenario."""
    tree = read(path, Place(path, root).shown)[0]
    if tree is None or "vary" in tree.value:
        return ""
    named = tree.value.get("name")
    stem = path.relative_to(root).with_suffix("").as_posix()
    return slug(str(named.value)) if named is not None and named.value else slug(stem)


def catalogue(root: Path | None = None) -> list[tuple[str, str, Path]]:
    """Name to load by, title and file of every scenario under `root` (default: where names are looked up from here)."""
    base = root if root is not None else list(find.folders(Path.cwd()))[-1][0]
    listed = []
    for name, path in find.names(base).items():
        tree = read(path, Place(path, base).shown)[0]
        if tree is not None and "vary" not in tree.value:
            title = tree.value.get("title") or tree.value.get("name")
            listed.append((name, str(title.value) if title else name, path))
    return listed
