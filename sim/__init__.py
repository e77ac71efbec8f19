"""Contraflow: when does the exchange between multinationals and Chinese firms flip, and what does policy change?

The public names are loaded on first use, so that `import sim` stays cheap.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.2.0"

HOMES = {  # modules of the public names
    "load": "sim.scenario",
    "Scenario": "sim.scenario",
    "simulate": "sim.simulate",
    "Economy": "sim.economy",
    "ensemble": "sim.runs",
    "compare": "sim.runs",
    "sweep": "sim.runs",
    "Results": "sim.runs",
    "draw": "sim.plots",
}
__all__ = ["Economy", "Results", "Scenario", "compare", "draw", "ensemble", "load", "simulate", "sweep"]


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


class _Package(ModuleType):
    """A package in which `simulate` is the function, also once the module of that name is loaded."""

    @property
    def simulate(self) -> Any:
        return import_module("sim.simulate").simulate

    @simulate.setter
    def simulate(self, module: ModuleType) -> None:
        """Python puts a module into its package as it is loaded; here the name is taken."""


sys.modules[__name__].__class__ = _Package
