"""How a quantity is declared once, and what follows from a declaration: arrays, record types, metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, TypeVar, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

INF = float("inf")
SEAT = "seat"  # dimension of a firm's working numbers, which groups of sectors may take in turn
AS_LONG_AS = {"home": "region", "origin": "region", "destination": "region"}  # dimensions of one length


@dataclass(frozen=True)
class Field:
    """Metadata of one quantity.

    unit: of the value; text: meaning; per: names of the array's dimensions, space separated; low, high: bounds that
    hold after every quarter (or, for inputs, that a file must respect); dtype: of the array; given: True if a world
    file supplies it; default: value before anything is known, or of an optional input; pool: how sectors combine in the
    row `all` ("sum", or the name of the metric that weights the mean); formula: of a metric, in words.
    """

    unit: str
    text: str
    per: str = ""
    low: float = -INF
    high: float = INF
    dtype: str = "f8"
    given: bool = False
    default: float | None = 0.0
    pool: str = "sum"
    formula: str = ""


Column = NDArray[Any]


@cache
def fields(declared: type) -> dict[str, Field]:
    """The declared quantities of a NamedTuple, in order: name -> Field; shared, so never written to."""
    hints = get_type_hints(declared, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items()}


@cache
def dimensions(declared: type) -> dict[str, tuple[str, ...]]:
    """Names of the dimensions of a NamedTuple's declared columns; several names of one length get the same name."""
    hints = get_type_hints(declared, include_extras=True)
    declarations = {name: part for name, hint in hints.items() for part in get_args(hint) if isinstance(part, Field)}
    return {name: tuple(AS_LONG_AS.get(each, each) for each in part.per.split()) for name, part in declarations.items()}


def order(per: str) -> Literal["C", "F"]:
    """Memory order of a column: what lies along firms lies firm after firm, line by line, for loops over firms."""
    return "F" if per.startswith(("firm ", f"{SEAT} ")) else "C"


Columns = TypeVar("Columns", bound=tuple[Any, ...])


def allocate(declared: type[Columns], sizes: Mapping[str, int]) -> Columns:
    """Arrays for every declared column, filled with its default; `sizes` gives the length of each named dimension."""
    arrays = [np.zeros(shape, kind, how) for shape, kind, how in _shapes(declared, tuple(sizes.items()))]
    for array, field in zip(arrays, fields(declared).values(), strict=True):
        if field.default:
            array.fill(field.default)
    return declared(*arrays)


@lru_cache(maxsize=64)
def _shapes(declared: type, sizes: tuple[tuple[str, int], ...]) -> list[tuple[tuple[int, ...], str, Literal["C", "F"]]]:
    """Shape, dtype and memory order of every declared column."""
    known = dict(sizes)
    each = ((tuple(known[dimension] for dimension in field.per.split()), field) for field in fields(declared).values())
    return [(shape, field.dtype, order(field.per)) for shape, field in each]


@cache
def record(declared: type) -> np.dtype[np.void]:
    """The record dtype of a table the kernel writes, with attribute access in plain Python as in compiled code."""
    plain = np.dtype([(name, field.dtype) for name, field in fields(declared).items()])
    return np.dtype((np.record, plain))
