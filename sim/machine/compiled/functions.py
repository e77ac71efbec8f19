"""Rules, stages and lanes: what a function is compiled with."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import numba

from sim.machine.compiled.making import INTERPRETED, PLAIN, making

Function = TypeVar("Function", bound=Callable[..., Any])
declared: dict[str, list[Any]] = {}  # what functions of the shipped kernel became, by name
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "boundscheck": True}


def _compiled(function: Function, kept: bool = True, **options: Any) -> Function:
    """Compiles a function when it is first called. `kept`: whether on disk, too."""
    if kept:
        function.__qualname__ += making[0].suffix
    made = _made(function, making[0].folder if kept else "", _OPTIONS | options)
    if kept and not making[0].suffix:
        declared.setdefault(function.__name__, []).append(made)
    return cast(Function, made)


def _made(function: Callable[..., Any], folder: str, options: dict[str, Any]) -> Any:
    if INTERPRETED:
        return function
    if PLAIN:
        numba.config.CACHE_DIR = folder  # for what is declared now
        return numba.njit(cache=bool(folder), **options)(function)
    from sim.machine.compiled.machine import compiled

    return compiled(function, options, folder)


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
            result_of(function, kinds)


def result_of(function: Any, kinds: tuple[Any, ...]) -> Any:
    """Type of what a function gives back for arguments of these types; it is compiled for them."""
    if PLAIN:
        function.compile(kinds)
        return function.overloads[kinds].signature.return_type
    return function.get_call_template(kinds, {})[0].cases[0].return_type
