"""The map of the code names what there is, and the README stays short."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def layers() -> list[list[str]]:
    """Modules of `sim` by layer, highest first, as import-linter holds them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [re.findall(r"\w+", layer) for layer in contract["layers"]]


def test_every_path_on_the_map_exists() -> None:
    for page in (PAGE, (ROOT / "README.md").read_text(encoding="utf-8").partition("## Map")[2]):
        named = re.findall(r"\b(?:sim|tests|docs|scenarios)/[\w/.]*\w(?=[/`\s;,])", page)
        assert len(named) > 8
        assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_diagram_is_the_order_of_imports() -> None:
    diagram = PAGE.partition("```mermaid")[2].partition("```")[0]
    labels = dict(re.findall(r'(\w+)\["([^":]+)', diagram))
    depth = {name: place for place, layer in enumerate(layers()) for name in layer}
    members = {node: [word for word in re.findall(r"\w+", label) if word in depth] for node, label in labels.items()}
    chains = [re.findall(r"\w+", line) for line in diagram.splitlines() if "-->" in line]
    for above, below in (pair for chain in chains for pair in pairwise(chain)):
        assert max(depth[name] for name in members[above]) < min(depth[name] for name in members[below]), (above, below)
    there = {name for name in depth if (ROOT / "sim" / name).exists() or (ROOT / "sim" / f"{name}.py").exists()}
    assert there - {name for names in members.values() for name in names} == {"__main__", "preload"}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 900
