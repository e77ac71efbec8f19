"""Evidence in CSV files, checked: partnership events, dated series, facts of sectors.

Columns beyond those named here are ignored. All problems of a file are told at once.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.errors import Problem, ScenarioError
from sim.evidence.history.mapping import DATA, Mapping

EVENTS = ("form", "renegotiate", "convert", "exit")
ADOPTIONS = ("form", "convert")  # events that choose a type
ENDS = ("exit", "renegotiate")  # events that a hazard counts


class Case(NamedTuple):
    """One row of a ledger of partnerships; `type` is the model's name for what stands after the event."""

    case_id: str
    sector: str
    year: int
    event: str
    type: str


class Point(NamedTuple):
    """One row of a dated series, in the series' own unit; nan where the file leaves it empty or says it in words."""

    series: str
    year: float
    value: float


class Fact(NamedTuple):
    """One row of facts of a sector, as text: what it means depends on the variable."""

    sector: str
    variable: str
    period: str
    value: str
    low: str
    high: str
    where: tuple[str, int]  # file and line


def shipped(name: str) -> Path:
    """A file of evidence that comes with the package."""
    return DATA / name


def read_cases(path: Path, mapping: Mapping) -> list[Case]:
    """Rows of a ledger (columns case_id, sector, year, event, model). Raises ScenarioError."""
    cases, problems = [], []
    columns = ("case_id", "sector", "year", "event", "model")
    for line, row in _rows(path, columns):
        wrong = list(_wrong_case(row, mapping))
        problems += [_problem(path, line, columns, key, text) for key, text in wrong]
        if not wrong:
            kind = mapping.types[row["model"]]
            cases.append(Case(row["case_id"], row["sector"], int(float(row["year"])), row["event"], kind))
    _raise(problems)
    return cases


def _wrong_case(row: dict[str, str], mapping: Mapping) -> Iterator[tuple[str, str]]:
    year = _number(row["year"])
    if year is None or year != year // 1:
        yield "year", f"{row['year']!r} is not a year"
    if row["event"] not in EVENTS:
        yield "event", f"{row['event']!r} is not one of {', '.join(EVENTS)}"
    if row["model"] not in mapping.types:
        yield "model", f"{row['model']!r} is not one of {', '.join(mapping.types)}"
    if not row["case_id"]:
        yield "case_id", "is empty"


def read_series(path: Path) -> list[Point]:
    """Rows of dated series (columns series, year, value); years may be decimal. Raises ScenarioError."""
    points, problems = [], []
    columns = ("series", "year", "value")
    for line, row in _rows(path, columns):
        year, value = _number(row["year"]), _number(row["value"])
        if year is None:
            problems.append(_problem(path, line, columns, "year", f"{row['year']!r} is not a year"))
        else:
            points.append(Point(row["series"], year, float("nan") if value is None else value))
    _raise(problems)
    return points


def read_sectors(path: Path) -> list[Fact]:
    """Rows of facts of sectors (columns sector, variable, period, value, low, high). Raises ScenarioError."""
    columns = ("sector", "variable", "period", "value", "low", "high")
    return [Fact(**row, where=(str(path), line)) for line, row in _rows(path, columns)]


def number_of(fact: Fact, column: str) -> float:
    """A column of a fact as a number; raises ScenarioError if it is none."""
    text = getattr(fact, column)
    found = _number(text)
    if found is None:
        raise ScenarioError([Problem(*fact.where, Fact._fields.index(column) + 1, column, f"{text!r} is not a number")])
    return found


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and rows, cells stripped; raises ScenarioError if the file cannot be read or lacks a column."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", error)
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {reason}")]) from error
    missing = [name for name in columns if name not in header]
    needs = f"the columns needed are {', '.join(columns)}"
    if missing:
        what = f"lacks the column {missing[0]}" if header else "is empty"
        raise ScenarioError([Problem(str(path), 1, 1, "", what)], needs)
    for line, row in rows:
        yield line, {name: (row[name] or "").strip() for name in columns}
    if not rows:
        raise ScenarioError([Problem(str(path), 1, 1, "", "holds no rows")], needs)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def _problem(path: Path, line: int, columns: tuple[str, ...], key: str, text: str) -> Problem:
    return Problem(str(path), line, columns.index(key) + 1, key, text)


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise ScenarioError(problems)
