"""Posterior draws in CSV files beside a set: NAME.csv, and NAME.left_out.csv, those made without a sector's data."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.errors import Problem, ScenarioError
from sim.scenario.reader import Mark

SECTOR = "sector"  # column of the ledger's sector that is left out
LEFT_OUT = ".left_out.csv"


class Draws(NamedTuple):
    """Posterior draws: values by parameter, one a draw; `marks`: where each draw stands."""

    values: dict[str, tuple[float, ...]]
    marks: tuple[Mark, ...]


def read_draws(path: Path, shown: str, fitted: tuple[str, ...]) -> Draws | None:
    """The draws of a file with the columns draw and `fitted`; None if there is no file. Raises ScenarioError."""
    return _read(path, shown, ("draw",), fitted).get("")


def read_left_out(path: Path, shown: str, fitted: tuple[str, ...]) -> dict[str, Draws]:
    """The draws by sector left out; none if there is no file. Which sectors exist is not known here.

    Raises ScenarioError.
    """
    return _read(path, shown, (SECTOR, "draw"), fitted)


def written(names: Sequence[str], draws: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """The text of a file of draws [draw, parameter]: by sector left out, or those of a set under the empty text."""
    apart = "" not in draws
    lines = [",".join((*([SECTOR] if apart else []), "draw", *names))]
    for sector, rows in draws.items():
        head = [sector] if apart else []
        lines += [",".join((*head, str(n), *(f"{value:.6g}" for value in row))) for n, row in enumerate(rows, 1)]
    return "\n".join(lines) + "\n"


def _read(path: Path, shown: str, head: tuple[str, ...], fitted: tuple[str, ...]) -> dict[str, Draws]:
    if not path.is_file():
        return {}
    try:
        stat = path.stat()
        return _parsed(path, shown, head, fitted, stat.st_mtime_ns, stat.st_size)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError([Problem(shown, 0, 0, "", f"cannot be read: {error}")]) from error


@lru_cache(maxsize=32)
def _parsed(
    path: Path, shown: str, head: tuple[str, ...], fitted: tuple[str, ...], changed: int, size: int
) -> dict[str, Draws]:
    """By what the column of sectors says, or by the empty text where there is none."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    columns = list(reader.fieldnames or ())
    _check_columns(shown, columns, (*head, *fitted))
    problems: list[Problem] = []
    values: dict[str, dict[str, list[float]]] = {}
    marks: dict[str, list[Mark]] = {}
    for row in reader:
        sector = (row[SECTOR] or "") if SECTOR in head else ""
        mine = values.setdefault(sector, {name: [] for name in fitted})
        seen = marks.setdefault(sector, [])
        seen.append(Mark(shown, reader.line_num, 1))
        if row["draw"] != str(len(seen)):
            message = f"{row['draw']!r}; draws count from 1, by one"
            problems.append(Problem(shown, reader.line_num, columns.index("draw") + 1, "draw", message))
        for name in fitted:
            try:
                mine[name].append(float(row[name]))
            except (TypeError, ValueError):
                message = f"{row[name]!r} is no number"
                problems.append(Problem(shown, reader.line_num, columns.index(name) + 1, name, message))
    if not marks:
        problems.append(Problem(shown, 1, 1, "", "holds no draws"))
    if problems:
        raise ScenarioError(problems)
    return {
        sector: Draws({name: tuple(drawn) for name, drawn in values[sector].items()}, tuple(seen))
        for sector, seen in marks.items()
    }


def _check_columns(shown: str, columns: list[str], needed: tuple[str, ...]) -> None:
    if sorted(columns) == sorted(needed):
        return
    wrong = next((n for n, name in enumerate(columns, 1) if name not in needed), 1)
    message = f"has the columns {', '.join(columns)}; needs {', '.join(needed)}"
    raise ScenarioError([Problem(shown, 1, wrong, "", message)], "calibrate writes this file")
