"""Outcomes of one's own: a function from a run's tables to a number, written in a file as `FILE.py:function`.

The function is ordinary Python. Its text travels to the workers, so that they need no file, and its hash stands in the
manifest. Of each run it gets the tables (see docs/results.md), as data frames: `tables.events`, `tables["yearly"]`.
"""

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.errors import Problem, ScenarioError, UsageError
from sim.machine.declare import Field
from sim.runs.arrays import known
from sim.runs.tables import ALL, METRICS, fields
from sim.scenario.merge import nearest

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = "for example --outcome my_outcomes.py:flips_before_2035"


class Own(NamedTuple):
    """An outcome of one's own: its name, file, text, and what its docstring says."""

    name: str
    file: str
    source: str
    text: str

    @property
    def told(self) -> dict[str, str]:
        """How the manifest tells it."""
        digest = hashlib.sha256(self.source.encode()).hexdigest()
        return {"file": self.file, "text": self.text, "sha256": digest}


class Tables(Mapping[str, "pd.DataFrame"]):
    """The tables of one run as data frames, each made when it is asked for."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = dict(tables)
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> "pd.DataFrame":
        if name not in self._made:
            self._made[name] = _plain(self._tables[name]).to_pandas()
        return self._made[name]

    def __getattr__(self, name: str) -> "pd.DataFrame":
        if name.startswith("_") or name not in self._tables:
            raise AttributeError(f"there is no table {name!r}{nearest(name, self._tables)}")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _plain(table: pa.Table) -> pa.Table:
    """A table whose words are texts, which compare and sort as such."""
    coded = pa.types.is_dictionary
    kinds = [each.with_type(pa.string()) if coded(each.type) else each for each in table.schema]
    return table.cast(pa.schema(kinds, table.schema.metadata))


def is_own(text: str) -> bool:
    """Whether a text names a function of a file."""
    file, colon, name = text.strip().rpartition(":")
    return bool(colon) and file.endswith(".py") and name.strip().isidentifier()


def read_own(text: str) -> Own:
    """The outcome that FILE.py:function names. Raises UsageError on another form, ScenarioError on the file."""
    metrics = {metric for each in METRICS.values() for metric in fields(each)}
    if not is_own(text):
        hint = f"a metric stands in --outcomes: --outcomes {text}" if text.partition("@")[0] in metrics else EXAMPLE
        raise UsageError(f"--outcome {text!r} is not FILE.py:function", hint)
    file, _, name = text.strip().rpartition(":")
    try:
        source = Path(file).read_text(encoding="utf-8-sig")
        tree = ast.parse(source)
    except OSError as error:
        raise ScenarioError([Problem(file, 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # the last two: nested beyond sense
        message = f"is no Python: {str(getattr(error, 'msg', error)) or type(error).__name__}"
        raise ScenarioError([Problem(file, getattr(error, "lineno", 0) or 0, 1, "", message)]) from error
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if name not in functions:
        raise ScenarioError([Problem(file, 0, 0, name, f"no such function{nearest(name, functions)}")])
    node = functions[name]
    if len(node.args.args) != 1 or name in metrics:
        told = "takes one argument, the tables of a run" if len(node.args.args) != 1 else "is the name of a metric"
        raise ScenarioError([Problem(file, node.lineno, node.col_offset + 1, name, told)])
    said = (ast.get_docstring(node) or name.replace("_", " ")).splitlines()[0].rstrip(".")
    return Own(name, file, source, said)


@lru_cache(maxsize=16)
def _function(own: Own) -> Callable[[Tables], Any]:
    names: dict[str, Any] = {"__name__": "contraflow_outcomes", "__file__": own.file}
    exec(compile(own.source, own.file, "exec"), names)  # the user's own, named on the command line
    function: Callable[[Tables], Any] = names[own.name]
    return function


def with_own(own: tuple[Own, ...], tables: Mapping[str, pa.Table], into: pa.Table) -> pa.Table:
    """The table `final` with a column for each outcome, which stands in the row of all sectors.

    Raises TypeError where a function gives back no number, RuntimeError where it would end the program.
    """
    given = Tables(tables)
    place = into["sector"].cast(pa.string()).to_pylist().index(ALL)
    for each in own:
        try:
            value = _function(each)(given)
        except SystemExit as error:  # else one run would end them all
            raise RuntimeError(f"{each.file}:{each.name} ends the program") from error
        if isinstance(value, bool | str) or (not np.isscalar(value) and not hasattr(value, "item")):
            raise TypeError(f"{each.file}:{each.name} gave back {value!r:.60}, which is no number")
        column = np.full(into.num_rows, np.nan)
        column[place] = float(value)
        note = pa.field(each.name, pa.float64(), metadata={"unit": "", "text": each.text})
        into = into.append_column(note, known(column))
    return into


def fields_of(design: Mapping[str, Any] | None) -> dict[str, Field]:
    """Own outcomes that a manifest's design names, as metrics are declared."""
    return {name: Field("", told["text"]) for name, told in ((design or {}).get("own") or {}).items()}
