"""Rules, stages and lanes: what a function is compiled with."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar, cast

import numba
from numba.core import types

from sim.compiled.bundles import ColumnType
from sim.compiled.machine import INTERPRETED, Cache, PartCache, making

Function = TypeVar("Function", bound=Callable[..., Any])
declared: dict[str, list[Any]] = {}  # what functions of the shipped kernel became, by name
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "boundscheck": True, "no_cfunc_wrapper": True}


def _compiled(function: Function, kept: bool = True, **options: Any) -> Function:
    """Compiles a function once for each set of argument types; Numba would do so again for every constant argument.

    What Python calls is compiled apart from what compiled functions call, and neither before it is needed. `kept`:
    whether on disk, too.
    """
    folder = making[0].folder if kept else ""
    if kept:
        function.__qualname__ += making[0].suffix
    dispatcher = _dispatcher(function, Cache, options, folder)
    if not INTERPRETED:
        part = cache(lambda: _dispatcher(function, PartCache, {**options, "no_cpython_wrapper": True}, folder))
        dispatcher.get_call_template = lambda args, kws: part().get_call_template(tuple(map(_general, args)), kws)
        dispatcher.get_overload = lambda sig: part().get_overload(sig)
    if kept and not making[0].suffix:
        declared.setdefault(function.__name__, []).append(dispatcher)
    return dispatcher


def _dispatcher(function: Callable[..., Any], kind: type[Cache], options: dict[str, Any], folder: str) -> Any:
    made = numba.njit(**_OPTIONS | options)(function)
    if folder and not INTERPRETED:
        made._cache = kind(function, folder)
    return made


def _general(kind: types.Type) -> types.Type:
    """The type a function is compiled for when it is called with an argument of this type."""
    if isinstance(kind, ColumnType):
        return types.Array(kind.dtype, kind.ndim, kind.layout)
    return kind.dtype if isinstance(kind, types.IntEnumMember) else types.unliteral(kind)


def rule(function: Function) -> Function:
    """A pure function of numbers, inlined; what stands for it in a variant of the kernel takes its place."""
    return cast(Function, making[0].instead.get(function.__name__)) or step(function)


def step(function: Function) -> Function:
    """A function over columns, inlined: what it reads is found once a loop."""
    return _compiled(function, forceinline=True)


def inlined(function: Function) -> Function:
    """As a rule, of a function that no file of ours holds."""
    return _compiled(function, kept=False, forceinline=True)


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
