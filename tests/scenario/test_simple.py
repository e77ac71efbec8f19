"""What libyaml reads, pure Python reads alike, and the rest is left to it; what is written, all readers take alike."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver

from sim.scenario import simple
from sim.scenario.reader import Node, _Builder, _compose, _unwritable, parse
from sim.scenario.scalars import tag_of
from sim.scenario.writing import written

ROOT = Path(__file__).parents[2] / "scenarios"
LINES = st.sampled_from(
    [
        *("a: 1", "  b: {c: 1, d: [x, y z]}", "- id: q", "  k: 'it''s'", "e:", "  - f", "  - g: 1", "    h: 2", " # c"),
        *("", "x: [1,", "  2]", 's: "a', '  b"', "t: 2027Q3", "n: ~", "y: {a: 1, b}", "z: -1.5e3", "  w: a b # c"),
        *("u: a#b", "- - 1", "关税: 税 率", "v: {p q: 1, r: no}", "k: {a: b: c}", "l: a: b", "m: |", "o: *x", "---"),
        *(
            '"a b": 1',
            "em: 😀 [x]",
            "d: {😀: 1, b: 税}",
            "f:  {a:1}",
            "i: [a:b, ?c, ? d]",
            "k: [-1, -a, - b]",
            "? q",
            ": r",
        ),
        *(
            "  plain",
            "p: 'x",
            "  y'",
            "w: 12:30",
            "oct: 012",
            "&a aa: 1",
            "tt: !x y",
            "g: {a: , b}",
            '"u\\u0041": "\\x41\\/"',
        ),
    ]
)
MARKS = st.sampled_from(
    [*" :#-,[]{}'\"\n\\&*!|>%@`?~=.\t\u2028", "\n  ", ": ", "- ", " #", "''", "null", "...", "{}", "😀", "? "]
)


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
def test_what_every_start_reads_is_plain(name: str) -> None:
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
    "text",
    [
        *(
            "a: &x 1\n",
            "a: &x 1\nb: *x\n",
            "a: |\n  b\n",
            "a: >\n  b\n",
            "a:\tb\n",
            "a: b\r\n",
            "a: !t b\n",
            "a: !!map {}\n",
        ),
        *(
            "a:\n",
            "? a\n",
            "a: b: c\n",
            "- a\n",
            "a\n",
            "",
            "a: 1\n---\nb: 2\n",
            "a: [1\n",
            "a: 'b\n",
            "a: 1\n  b: 2\n",
        ),
        *("a: " + "[" * 100_000, "- " * 100_000, "a: [" + "1," * 30_000 + "]", "a: " + "b" * 200_000),
    ],
)
def test_what_is_not_plain_is_left(text: str) -> None:
    assert simple.compose(text) is None


PLAIN = st.text("0123456789abeEfinoxyYNT._+-:~<=truflsnlTRUEFALSE", max_size=8)


@given(PLAIN | st.integers().map(str) | st.floats().map(str) | st.sampled_from(["no", "on", "12:30", "0o17", ".inf"]))
def test_scalars_are_those_of_yaml_1_2(text: str) -> None:
    """Another reader, ruamel, is asked; a date, which it knows, is text here."""
    told = str(VersionedResolver().resolve(ScalarNode, text, (True, False)))
    assert tag_of(text) == told.replace(":timestamp", ":str")


def test_a_question_mark_in_brackets_is_text_beside_anything() -> None:
    node, problems = parse(b"a: &x [why?, {b?: does it flip? yes}]\nc: *x\n", "f.yaml")
    assert not problems and node is not None
    assert node.plain()["c"] == ["why?", {"b?": "does it flip? yes"}]


def test_what_is_plain_is_read() -> None:
    """So that the tests above do not pass by leaving everything."""
    text = "a: R&D *\nb: [x, {y: 'it''s', 😀: !z}]\n".replace("!z", "1.5")
    found = simple.compose(text)
    assert found is not None and built(found) == built(_compose(text, "f.yaml"))


def test_without_libyaml_files_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    fast = built(simple.compose(text))
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert built(simple.compose(text)) == fast


LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn"), include_characters="\n\t").filter(
    lambda letter: not _unwritable(letter)
)  # others are refused
NAMES = st.text(LETTERS, min_size=1)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(LETTERS)
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12)


@given(st.dictionaries(NAMES, DATA, min_size=1).filter(lambda data: "<<" not in repr(data)))
def test_what_is_written_reads_back(data: dict[str, Any]) -> None:
    node, problems = parse(written(data).encode(), "f.yaml")
    assert not problems and node is not None
    assert node.plain() == data


@pytest.mark.parametrize(
    "number", [1e-05, -1e-300, 1e16, 5e-324, 1.7976931348623157e308, 0.1, 1.0, -0.0, 100000000000000000000.0]
)
def test_floats_are_floats_to_every_reader(number: float) -> None:
    text = written({"a": number})
    node, _ = parse(text.encode(), "f.yaml")
    assert node is not None
    for read in (node.plain(), yaml.safe_load(text), YAML(typ="safe", pure=True).load(text)):
        assert isinstance(read["a"], float) and repr(read["a"]) == repr(number)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no",
            "Yes",
            "on",
            "y",
            "null",
            "~",
            "",
            "true",
            "1",
            "012",
            "0o17",
            "0x1F",
            "0b1",
            "1_000",
            "1e3",
            "1e-05",
            ".5",
            ".inf",
        ),
        *(
            "12:30:45",
            "2020-01-01",
            "=",
            "<<",
            "-",
            "- a",
            "a: b",
            "a #b",
            "%a",
            "*a",
            "&a",
            "!a",
            " a",
            "a ",
            "a\nb",
            "---",
            "1.0E+3",
        ),
    ],
)
def test_texts_are_texts_to_every_reader(text: str) -> None:
    document = written({"a": text, "b": [text]})
    node, _ = parse(document.encode(), "f.yaml")
    assert node is not None
    for read in (node.plain(), yaml.safe_load(document), YAML(typ="safe", pure=True).load(document)):
        assert read == {"a": text, "b": [text]}


def test_what_stands_in_two_places_is_written_out() -> None:
    shared = {"x": [1, 2]}
    node, problems = parse(written({"a": shared, "b": shared}).encode(), "f.yaml")
    assert not problems and node is not None and node.plain() == {"a": shared, "b": shared}
