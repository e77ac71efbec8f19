"""What is shipped: scenarios and groups, out of their files."""

from pathlib import Path

from sim.documents.markdown import table
from sim.scenario import catalogue
from sim.scenario.find import Place
from sim.scenario.groups import listed_groups, read_group
from sim.scenario.reader import read


def shipped(root: Path) -> dict[str, str]:
    """The generated parts of docs/scenarios.md, by the name between their marks; `root`: the project's folder."""
    folder = root / "scenarios"
    groups = [read_group(folder / "groups" / f"{name[1:]}.yaml") for name, _ in listed_groups(folder)]
    rows = [
        [f"`@{group.name}`", group.question, f"`{group.base}`", ", ".join(f"`{each}`" for each in group.scenarios)]
        for group in groups
    ]
    return {
        "scenarios": table(["scenario", "extends", "asks", "by what way"], _scenarios(folder)),
        "groups": table(["group", "asks", "base", "scenarios"], rows),
    }


def _scenarios(folder: Path) -> list[list[str]]:
    """A row for each scenario, those that others extend first."""
    rows = {}
    for name, _, path in catalogue(folder):
        tree, _ = read(path, Place(path, folder).shown)
        said = tree.plain() if tree is not None else {}
        rows[name] = [str(said.get(key) or "") for key in ("extends", "question", "channel")]
    chain = ("world", "history", "baseline")
    order = sorted(rows, key=lambda name: (chain.index(name) if name in chain else len(chain), "/" in name, name))
    return [[f"`{name}`", *rows[name]] for name in order]
