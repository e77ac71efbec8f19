"""The interface of Contraflow under its own name: `import contraflow as cf`. The source stands in `sim`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim import HOMES
from sim import __all__ as _NAMES
from sim import __version__ as __version__

if TYPE_CHECKING:  # for editors and type checkers; at run time a name is loaded when it is first used
    from sim.economy import Economy as Economy
    from sim.plots import draw as draw
    from sim.runs import Results as Results
    from sim.runs import compare as compare
    from sim.runs import ensemble as ensemble
    from sim.runs import sweep as sweep
    from sim.scenario import Scenario as Scenario
    from sim.scenario import load as load
    from sim.simulate import simulate as simulate

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module 'contraflow' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
