"""YAML as it is read: what is refused, where, and in which words."""

import re
import time

import pytest

from sim.errors import ScenarioError
from sim.scenario import load
from sim.scenario.reader import MOST_BYTES, MOST_PROBLEMS, parse, value_of


def problem(data: bytes | str) -> str:
    text = data if isinstance(data, bytes) else data.encode()
    _, problems = parse(text, "f.yaml")
    assert problems, "nothing was found wrong"
    return str(problems[0])


def test_yaml_1_2_scalars():
    node, problems = parse(b"a: NO\nb: 012\nc: 1e3\nd: 12:30:45\ne: on\nf: 0x1F\ng: 2020-01-01\nh: ~\n", "f.yaml")
    assert not problems and node is not None
    assert node.plain() == dict(a="NO", b=12, c=1000.0, d="12:30:45", e="on", f=31, g="2020-01-01", h=None)


def test_every_value_knows_its_place():
    node, _ = parse("# first\na:\n  b: [1, 関税]\n".encode(), "f.yaml")
    assert node is not None
    inner = node.value["a"].value["b"]
    assert (inner.key.line, inner.key.column) == (3, 3) and (inner.mark.line, inner.mark.column) == (3, 6)
    assert inner.value[1].mark.column == 10


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1 a: duplicate key, on lines 1 and 3"),
        ("", "f.yaml:1:1 empty"),
        ("# nothing\n", "f.yaml:1:1 empty"),
        ("- a\n", "a list at the top"),
        ("word\n", "a single value at the top"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1 a second document"),
        ("a:\n\t- b\n", "f.yaml:2:1 a tab; indent with spaces"),
        ("a: 1\nb: 'x\n", "f.yaml:2:4 a quote or bracket that is never closed: b: 'x"),
        ("a: [1, 2\n", "never closed"),
        ("a:\n  b: 1\n   c: 2\n", "f.yaml:3:4 indented by 3, but lines it may stand beside by 2 or 0: c: 2"),
        ("a:\n    b: 1\n  c: 2\n", "f.yaml:3:3 indented by 2, but lines it may stand beside by 4 or 0: c: 2"),
        (
            "a:\n  - b: 1\n\n   # so\n   c: 2\n",
            "f.yaml:5:4 indented by 3, but lines it may stand beside by 4 or 2 or 0",
        ),
        (" a: 1\nb: 2\n", "f.yaml:2:1 indented by 0, but lines it may stand beside by 1: b: 2"),
        ("a: 1\n  b: 2\n", "f.yaml:2:3 indented by 2, but lines it may stand beside by 0: b: 2"),
        ("a: b: c\n", "f.yaml:1:5 mapping values are not allowed here: a: b: c"),
        ("a: 1\nb: c: d\n", "f.yaml:2:5 mapping values are not allowed here: b: c: d"),
        ("a: !!python/object:os.system x\n", "f.yaml:1:4 a: tag"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "c.<<: merge keys are not allowed"),
        ("%YAML 1.1\n---\na: NO\n", "directives are not allowed"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deeply"),
        ("a: &x [*x]\n", "nested too deeply"),
        ("a: \x01\n", "f.yaml:1:4 a control character"),
        ("a: {b: 1}: 2\n", "f.yaml:1"),
        ("a: 1\nb: 2\nname: caf\xe9\n".encode("latin-1"), "not UTF-8, byte 0xE9 at line 3"),
    ],
)
def test_refused(data, told):
    assert told in problem(data)
    assert len(problem(data).splitlines()) == 1


def test_aliases_are_limited():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "aliases expanded" in problem("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "a: [" + "1," * 499_000 + "]",
        "a: " + "[" * 400_000 + "]" * 400_000,
        "a: {" + ",".join(f"k{n}: 1" for n in range(90_000)) + "}",
        "a: 1\n" * 190_000,
        "\n".join(f"k{n}: &a{n} x" for n in range(50_000)),
    ],
)
def test_hostile_files_are_refused_soon(text):
    """The whole of the largest file allowed would take half a minute; only the first values are read."""
    assert len(text) < MOST_BYTES
    began = time.process_time()
    assert re.match(r"f\.yaml:\d+:\d+ (more than 15000 values|nested too deeply)", problem(text))
    assert time.process_time() - began < 6


def test_not_more_problems_are_told_than_one_reads():
    _, problems = parse(b"a: 1\n" * 5000, "f.yaml")
    assert len(problems) == MOST_PROBLEMS


def test_bom_crlf_and_chinese_are_fine():
    node, problems = parse("\ufeffname: 关税\r\nextends: base\r\n".encode(), "f.yaml")
    assert not problems and node is not None and node.plain() == {"name": "关税", "extends": "base"}


def test_size_limit(write):
    path = write("a: " + "x" * MOST_BYTES)
    with pytest.raises(ScenarioError, match="at most 1000000"):
        load(path)


def test_values_of_the_command_line():
    assert (value_of("0.4"), value_of("60%"), value_of("[eu, us]"), value_of("2027Q3")) == (
        0.4,
        "60%",
        ["eu", "us"],
        "2027Q3",
    )
    for text in ("[eu", "1\nb: 2", "!!python/name:os.system x"):
        with pytest.raises(ValueError):
            value_of(text)
