"""What the reader of simple files reads, ruamel reads alike, and what it does not know it leaves to ruamel."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import simple
from sim.scenario.reader import Node, _Builder, _compose, parse
from sim.scenario.writing import written

ROOT = Path(__file__).parents[2] / "scenarios"
LINES = st.sampled_from(
    [
        *("a: 1", "  b: {c: 1, d: [x, y z]}", "- id: q", "  k: 'it''s'", "e:", "  - f", "  - g: 1", "    h: 2", " # c"),
        *("", "x: [1,", "  2]", 's: "a', '  b"', "t: 2027Q3", "n: ~", "y: {a: 1, b}", "z: -1.5e3", "  w: a b # c"),
        *("u: a#b", "- - 1", "关税: 税 率", "v: {p q: 1, r: no}", "k: {a: b: c}", "l: a: b", "m: |", "o: *x", "---"),
    ]
)
MARKS = st.sampled_from([*" :#-,[]{}'\"\n\\&*!|>%@`?~=.\t\u2028", "\n  ", ": ", "- ", " #", "''", "null", "...", "{}"])


def places(node: Node) -> Any:
    """A tree with the places of all values and keys."""
    inner: Any = repr(node.value)
    if isinstance(node.value, dict):
        inner = {name: places(each) for name, each in node.value.items()}
    elif isinstance(node.value, list):
        inner = [places(each) for each in node.value]
    return inner, node.mark, node.key


def built(root: Any) -> tuple[Any, Any]:
    builder = _Builder("f.yaml")
    return places(builder.build(root)), builder.problems


@pytest.mark.parametrize("name", ["world", "history", "baseline", "sets/all2025"])
def test_what_every_start_reads_is_simple(name: str) -> None:
    text = (ROOT / f"{name}.yaml").read_text(encoding="utf-8")
    found = simple.compose(text)
    assert found is not None
    assert built(found) == built(_compose(text, "f.yaml"))


@given(st.lists(LINES, max_size=8), st.lists(st.tuples(st.integers(0, 80), MARKS), max_size=2))
def test_both_read_alike(lines: list[str], changes: list[tuple[int, str]]) -> None:
    text = "\n".join(lines)
    for place, mark in changes:
        text = text[:place] + mark + text[place:]
    found = simple.compose(text)
    if found is not None:
        assert built(found) == built(_compose(text, "f.yaml"))


@pytest.mark.parametrize(
    "text", ["a: &x 1\n", "a: |\n  b\n", "a: b\n  c\n", "a:\tb\n", "a: !t b\n", "a:\n", "a: b: c\n", "- a\n"]
)
def test_what_is_not_simple_is_left(text: str) -> None:
    assert simple.compose(text) is None


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner), max_leaves=12)


@given(st.dictionaries(st.text(min_size=1), DATA, min_size=1).filter(lambda data: "<<" not in repr(data)))
def test_what_is_written_reads_back(data: dict[str, Any]) -> None:
    node, problems = parse(written(data).encode(), "f.yaml")
    assert not problems and node is not None
    assert node.plain() == data
