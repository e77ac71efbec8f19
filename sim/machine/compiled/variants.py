"""Kernels in which other functions stand for some rules: what is compiled from them, and where it is kept.

A variant is the kernel's modules loaded once more (see `sim.kernel`) while `replacing` is in force. Its machine code
has names of its own, so that variants live side by side in one process, and a folder of its own, so that none is taken
for another's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from numba.core import types
from numba.core.errors import NumbaError

from sim.machine.compiled.functions import declared as declared
from sim.machine.compiled.functions import inlined, result_of
from sim.machine.compiled.making import INTERPRETED, Making, folder_of, making

_KINDS = {"float": types.float64, "int": types.int64, "bool": types.boolean}
_PLACE = re.compile(r'File "([^"]+)", line (\d+)')
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Refused(NamedTuple):
    """Why a function cannot be compiled, and at which line of its file (0: unknown)."""

    line: int
    message: str


@contextmanager
def replacing(functions: Mapping[str, Callable[..., Any]], digest: str) -> Iterator[None]:
    """While this lasts, a rule that is declared becomes the compiled function of its name, if there is one."""
    before = making[0]
    making[0] = Making(folder_of(digest), f"_{digest[:12]}", functions)
    try:
        yield
    finally:
        making[0] = before


def helper(function: Callable[..., Any]) -> Any:
    """A function that only functions of a variant call: inlined, and kept on no disk."""
    return inlined(function)


def refused(function: Any, kinds: Sequence[str], result: str) -> Refused | None:
    """Why compiled rules cannot call this function; None if they can.

    Args: a compiled function; "float", "int" or "bool" of each argument, and of the result.
    """
    if INTERPRETED:
        return None
    try:
        found = result_of(function, tuple(_KINDS[kind] for kind in kinds))
    except NumbaError as error:
        return _told(str(error))
    allowed = types.Number if result == "float" else (types.Integer, types.Boolean)
    if not isinstance(found, allowed) and not (result == "float" and isinstance(found, types.Boolean)):
        return Refused(0, f"gives back {found}; must be one {result}")
    return None


def _told(text: str) -> Refused:
    """The reason that Numba gives last and the last line it names, without what the two stand among."""
    plain = _COLOUR.sub("", text)
    places = _PLACE.findall(plain)
    lines = [line.strip() for line in plain.splitlines()]
    noise = ("Failed in", "File ", "During:", "def ", "<source", "There are", "-", ">>>", "raised from", "^", "[1]")
    reasons = [line for line in lines if line and not line.startswith(noise)]
    return Refused(int(places[-1][1]) if places else 0, reasons[0] if reasons else "Numba cannot compile it")
