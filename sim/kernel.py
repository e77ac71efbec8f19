"""The kernel that a scenario runs on: the shipped one, or one in which functions of its own stand for some rules.

A kernel of other rules is the same modules loaded once more, as far as they depend on the rules, with the rules
compiled from those functions. So it is the same code line by line, in every process that is handed the scenario; the
shipped kernel stays as it is beside it.
"""

import hashlib
import sys
from collections.abc import Callable
from functools import cache, lru_cache, partial
from importlib import import_module
from inspect import ismodule
from threading import RLock
from typing import Any, NamedTuple

from sim.errors import UsageError
from sim.machine.compiled.variants import declared, replacing
from sim.scenario.plugin import Rules, functions_of
from sim.scenario.plugin import declared as declared_rules

_PACKAGES = ("sim.model.rules", "sim.model.stages")  # what is loaded once more
_loading = RLock()


class Asking(NamedTuple):
    """What a state can be asked: see `sim.model.stages.asked`."""

    weigh: Callable[[int, int], Any]
    deal: Callable[..., Any]


class Kernel(NamedTuple):
    """The entries of `sim.model.stages`, and the rules that a run is prepared with."""

    run: Callable[[Any, int], None]
    begin: Callable[[Any], None]
    advance: Callable[[Any, int], None]
    to_review: Callable[[Any, int], None]
    from_review: Callable[[Any, int], None]
    finish: Callable[[Any], None]
    stretch: Callable[[Any, int, int, bool], None]
    warm: Callable[[Any, bool], None]
    weigh: Callable[[Any, int, int], Any]
    deal: Callable[..., Any]
    annuity: Callable[[float, float], float]
    ramp_value: Callable[[float, float], float]
    sector_quarters: Any

    def asking(self, columns: Any) -> Asking:
        """Questions to a state, or to its bundle where there are many."""
        return Asking(partial(self.weigh, columns), partial(self.deal, columns))


def kernel(rules: Rules | None) -> Kernel:
    """The kernel with these rules. Raises UsageError where a rule of the shipped modules was replaced in memory."""
    _check_unpatched()
    return _shipped() if rules is None else _other(rules)


@cache
def _shipped() -> Kernel:
    return _entries()


@lru_cache(maxsize=8)
def _other(rules: Rules) -> Kernel:
    with _loading:
        _shipped()
        functions = functions_of(rules)  # before, so that what they import of sim.model.rules is what is shipped
        own = {name: sys.modules.pop(name) for name in _touched(rules)}
        digest = hashlib.sha256(f"{rules.names} {rules.source}".encode()).hexdigest()
        try:
            with replacing(functions, digest):
                entries = _entries()
                _keep_classes(own)
                return entries
        finally:
            sys.modules.update(own)
            for name, module in own.items():
                package, _, last = name.rpartition(".")
                setattr(sys.modules[package], last, module)


def _keep_classes(own: dict[str, Any]) -> None:
    """Classes of the modules loaded once more become those of the shipped ones, by which they are stored on disk."""
    for name in own:
        module = sys.modules.get(name)
        for known, value in list(vars(module).items()) if module is not None else ():
            if isinstance(value, type) and value.__module__ in own:
                setattr(module, known, getattr(own[value.__module__], value.__name__))


def _touched(rules: Rules) -> set[str]:
    """Modules that hold a replaced rule, or import something from one that does; the others serve all kernels."""
    loaded = {name: module for name, module in sys.modules.items() if name.startswith(_PACKAGES)}
    touched = {f"sim.model.rules.{declared_rules()[name].page}" for name in rules.names}
    while True:
        more = {
            name
            for name, module in loaded.items()
            if name not in touched
            and any(getattr(value, "__module__", "") in touched for value in vars(module).values())
        }
        if not more:
            return touched
        touched |= more


def _entries() -> Kernel:
    """The entries of the modules as they are loaded now."""
    names = {"sim.model.stages.asked": ("weigh", "deal"), "sim.model.rules.bargaining": ("annuity", "ramp_value")}
    places = {name: module for module, listed in names.items() for name in listed}
    return Kernel(*(getattr(import_module(places.get(name, "sim.model.stages")), name) for name in Kernel._fields))


def _check_unpatched() -> None:
    """A compiled kernel never looks at its modules again: what is put there later would silently do nothing."""
    for module, name, function in _compiled():
        if getattr(module, name) is not function:
            hint = f"load(..., rules={{{name!r}: function}}), or --rules FILE.py, replaces a rule"
            raise UsageError(f"{module.__name__}.{name} was replaced in memory, which no run would see", hint)


@cache
def _compiled() -> tuple[tuple[Any, str, Any], ...]:
    """Module, name, function of all that the shipped kernel has compiled, wherever it is imported."""
    _shipped()
    found = []
    for module in [module for name, module in sys.modules.items() if name.startswith(_PACKAGES)]:
        for name, value in vars(module).items():
            known = declared.get(name, [])
            if known and not ismodule(value):  # a page may be called as a function of another
                found.append((module, name, value if any(value is each for each in known) else known[0]))
    return tuple(found)
