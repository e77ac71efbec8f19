"""The page of what two articles say names every statement once, and only things that exist."""

import ast
import csv
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.documents import described
from sim.documents.coverage import HOW, statements
from sim.machine.declare import fields
from sim.model.columns import (
    Firms,
    Happening,
    Mode,
    Partnerships,
    Policy,
    Route,
    Scratch,
    Sectors,
    SubForm,
    Trigger,
    Type,
    World,
)
from sim.model.parameters import parameters
from sim.model.records import Event, Life, Market, Outcome, Vintage
from sim.scenario import reader
from sim.scenario.shocks import KINDS

ROOT = Path(__file__).parent.parent.parent
FOUND, COMING = statements(ROOT)
IDS = [f"{source}-{n:02d}" for source, last in (("S0", 144), ("S3", 63)) for n in range(1, last + 1)]
EVIDENCE = {
    "case",
    "series",
    "claim",
    "figure",
    "command",
    "experiment",
    "test",
}  # shows or scores, is not the thing itself


def test_every_statement_occurs_once_and_in_order() -> None:
    assert [row.id for row in FOUND] == IDS
    written = (ROOT / "docs" / "coverage.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^    (S\d-\d+):", written, re.MULTILINE) == IDS
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (S\d-\d+) \|", page, re.MULTILINE) == IDS


def test_nearly_all_is_stood_for_and_the_rest_says_why() -> None:
    assert sum(row.how in ("full", "partial") for row in FOUND) >= 190


def test_what_stands_for_a_statement_exists(subtests: pytest.Subtests) -> None:
    for row in FOUND:
        with subtests.test(row.id):
            assert row.how in HOW and row.says
            assert len(set(row.by)) == len(row.by)
            assert bool(row.by) == (row.how != "out")
            assert row.note or row.how == "full"
            missing = {pointer for pointer in row.by if not exists(*pointer)}
            assert missing <= COMING
            there = {kind for kind, name in row.by if (kind, name) not in missing}
            assert there or row.how == "out"
            if row.how == "evidence":
                assert there <= {"case", "series"}
            if row.how == "full":
                assert there - EVIDENCE
            if row.how == "partial":
                assert there - {"case", "series"}


@pytest.mark.parametrize(
    "pointer", ["rule capability.lessons", "metric flip", "test test_nothing", "input sectors.ships", "odd x"]
)
def test_a_wrong_name_is_found(pointer: str) -> None:
    kind, _, name = pointer.partition(" ")
    assert not exists(kind, name)


def test_nothing_is_called_coming_that_nobody_names() -> None:
    assert {pointer for row in FOUND for pointer in row.by} >= COMING


# what there is, by kind


def exists(kind: str, name: str) -> bool:
    return kind in KNOWN and KNOWN[kind](name)


def among(names: Callable[[], Iterable[str]]) -> Callable[[str], bool]:
    known = cache(lambda: frozenset(names()))
    return lambda name: name in known()


def functions(folder: str, pattern: str = "*.py") -> set[tuple[str, str]]:
    """Pairs of module and function."""
    paths = sorted((ROOT / folder).rglob(pattern))
    trees = ((path.stem, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)
    return {(stem, node.name) for stem, tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def columns() -> set[str]:
    tables = {
        "firms": Firms,
        "partnerships": Partnerships,
        "sectors": Sectors,
        "policy": Policy,
        "world": World,
        "scratch": Scratch,
    }
    return {f"{table}.{name}" for table, declared in tables.items() for name in fields(declared)}


def recorded() -> set[str]:
    tables = {"events": Event, "partnerships": Life}
    return {f"{table}.{name}" for table, declared in tables.items() for name in fields(declared)}


@cache
def shipped(name: str) -> Any:
    return reader.shipped(ROOT / "scenarios" / name)


def given(path: str) -> bool:
    """Whether the world file has a key, by its path."""
    place = shipped("world.yaml")
    for key in path.split("."):
        if not isinstance(place, dict) or key not in place:
            return False
        place = place[key]
    return True


def stems(folder: str, pattern: str) -> set[str]:
    place = ROOT / folder
    return {path.relative_to(place).with_suffix("").as_posix() for path in place.rglob(pattern)}


def commands() -> set[str]:
    from sim.cli import app

    return {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}


def checked() -> set[str]:
    from sim.verify import checks

    return {check.id for check in checks()}


def scenarios() -> set[str]:
    """Names as the command line takes them; sweeps, groups and experiments are of other kinds."""
    return {
        name
        for name in stems("scenarios", "*.yaml")
        if name.partition("/")[0] not in ("sweeps", "groups", "experiments")
    }


def experiments() -> set[str]:
    """Definition files begin with the experiment's id."""
    return {
        name.rpartition("/")[2].partition("_")[0]
        for folder in ("scenarios", "sim")
        for name in stems(folder, "E*.yaml")
    }


def rows(name: str) -> set[str]:
    with (ROOT / "sim" / "data" / name).open(encoding="utf-8") as file:
        return {row[0] for row in csv.reader(file)}


def claimed(text: str) -> bool:
    """Whether a claim of `verify --story` says this, a sector's name before it aside."""
    files = (ROOT / "sim" / "runs" / name for name in ("story.py", "further.py"))
    return any(text in path.read_text(encoding="utf-8") for path in files)


KNOWN: dict[str, Callable[[str], bool]] = {
    "rule": among(lambda: (f"{path.stem}.{rule.name}" for path, rules in described().items() for rule in rules)),
    "step": among(lambda: (f"{stem}.{name}" for stem, name in functions("sim/model/stages"))),
    "parameter": among(parameters),
    "state": among(columns),
    "input": given,
    "scenario": among(scenarios),
    "policy": among(lambda: (shock["id"] for shock in shipped("history.yaml")["shocks"])),
    "instrument": among(lambda: KINDS),
    "metric": among(lambda: {*fields(Outcome), *fields(Market), *fields(Vintage)}),
    "column": among(recorded),
    "event": among(lambda: (kind.name for kind in Happening)),
    "trigger": among(lambda: (cause.name for cause in Trigger)),
    "type": among(lambda: (kind.name for kind in Type)),
    "route": among(lambda: (route.name for route in Route)),
    "form": among(lambda: (form.name for form in SubForm)),
    "mode": among(lambda: (mode.name for mode in Mode)),
    "figure": among(lambda: stems("sim/plots", "*.py")),
    "command": among(commands),
    "test": among(lambda: (name for _, name in functions("tests", "test_*.py") if name.startswith("test_"))),
    "check": among(checked),
    "claim": claimed,
    "case": among(lambda: rows("cases.csv")),
    "series": among(lambda: rows("series.csv")),
    "experiment": among(experiments),
}
