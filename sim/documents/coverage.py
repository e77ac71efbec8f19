"""The page of what two articles say and what in the program stands for it, out of `docs/coverage.yaml`."""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from sim.documents.markdown import table
from sim.scenario.reader import shipped

HOW = {"full": "full", "partial": "partial", "evidence": "evidence only", "out": "left out"}


class Statement(NamedTuple):
    """One statement of an article; `by`: pairs of kind and name; `how`: a key of `HOW`; `note`: empty if none."""

    id: str
    section: str
    says: str
    how: str
    by: tuple[tuple[str, str], ...]
    note: str


def statements(root: Path) -> tuple[list[Statement], set[tuple[str, str]]]:
    """All statements in order, and the names that are declared as coming; `root`: the project's folder."""
    told = shipped(root / "docs" / "coverage.yaml")
    found = [_statement(id, section, row) for section, rows in told["sections"].items() for id, row in rows.items()]
    return found, {_pair(pointer) for pointer in told.get("coming") or ()}


def coverage(root: Path) -> dict[str, str]:
    """The generated parts of docs/coverage.md."""
    found, coming = statements(root)
    parts = []
    for section, rows in groupby(found, lambda statement: statement.section):
        cells = ([row.id, row.says, HOW[row.how], _written(row.by, coming), row.note] for row in rows)
        head = ["statement", "what is said", "how far", "stood for by", "what is missing, or how to read it"]
        parts.append(f"## {section}\n\n{table(head, cells)}")
    return {"counts": _counts(found), "statements": "\n\n".join(parts)}


def _statement(id: str, section: str, row: dict[str, Any]) -> Statement:
    pointers = tuple(_pair(pointer) for pointer in row.get("by") or ())
    return Statement(id, section, row["says"], row["how"], pointers, row.get("note") or "")


def _pair(pointer: str) -> tuple[str, str]:
    kind, _, name = pointer.partition(" ")
    return kind, name


def _counts(found: list[Statement]) -> str:
    rows = []
    for source in (*dict.fromkeys(row.id.partition("-")[0] for row in found), "all"):
        counted = Counter(row.how for row in found if source in (row.id.partition("-")[0], "all"))
        stood_for = counted["full"] + counted["partial"]
        rows.append([source, *(str(counted[how]) for how in HOW), f"**{stood_for}** of {counted.total()}"])
    return table(["article", *HOW.values(), "stood for, in full or in part"], rows)


def _written(by: tuple[tuple[str, str], ...], coming: set[tuple[str, str]]) -> str:
    """Pointers grouped by kind; a rule links to its page, a dagger marks what is not there yet."""
    groups = []
    for kind, pairs in groupby(sorted(by, key=lambda pair: [k for k, _ in by].index(pair[0])), lambda pair: pair[0]):
        names = (_linked(kind, name) + ("†" if (kind, name) in coming else "") for _, name in pairs)
        groups.append(f"{kind} {', '.join(names)}")
    return "; ".join(groups)


def _linked(kind: str, name: str) -> str:
    page, _, rule = name.partition(".")
    return f"[`{name}`](rules/{page}.md#{rule})" if kind == "rule" else f"`{name}`"
