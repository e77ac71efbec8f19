"""Rules, stages and lanes: what a function is compiled with."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

import numba
from numba.core import types

from sim.compiled.bundles import ColumnType
from sim.compiled.machine import INTERPRETED, Cache, PartCache

Function = TypeVar("Function", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "boundscheck": True, "no_cfunc_wrapper": True}


def _compiled(function: Function, **options: Any) -> Function:
    """Compiles a function once for each set of argument types; Numba would do so again for every constant argument.

    What Python calls is compiled apart from what compiled functions call, and neither before it is needed.
    """
    dispatcher = _dispatcher(function, Cache, options)
    if not INTERPRETED:
        part = cache(lambda: _dispatcher(function, PartCache, {**options, "no_cpython_wrapper": True}))
        dispatcher.get_call_template = lambda args, kws: part().get_call_template(tuple(map(_general, args)), kws)
        dispatcher.get_overload = lambda sig: part().get_overload(sig)
    return dispatcher


def _dispatcher(function: Callable[..., Any], kept: type[Cache], options: dict[str, Any]) -> Any:
    made = numba.njit(**_OPTIONS | options)(function)
    if not INTERPRETED:
        made._cache = kept(function)
    return made


def _general(kind: types.Type) -> types.Type:
    """The type a function is compiled for when it is called with an argument of this type."""
    if isinstance(kind, ColumnType):
        return types.Array(kind.dtype, kind.ndim, kind.layout)
    return kind.dtype if isinstance(kind, types.IntEnumMember) else types.unliteral(kind)


def rule(function: Function) -> Function:
    """A pure function of numbers, inlined; as a `step`, one over columns: what it reads is found once a loop."""
    return _compiled(function, forceinline=True)


step = rule


def stage(function: Function) -> Function:
    """A function over columns, compiled once."""
    return _compiled(function)


def lane(function: Function) -> Function:
    """A loop over rows of columns without branches, which the processor works through several numbers at a time.

    Nothing checks its bounds: its caller knows that the rows exist (`state.first_of` and its like have looked).
    """
    return _compiled(function, boundscheck=False)


def precompile(functions: Iterable[Any], *arguments: Any) -> None:
    """Compiles stages for these arguments without running them; what lies in the cache already is only loaded."""
    if not INTERPRETED:
        kinds = tuple(numba.typeof(argument) for argument in arguments)
        for function in functions:
            function.get_call_template(kinds, {})
