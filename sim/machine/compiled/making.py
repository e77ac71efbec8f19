"""In which way functions are compiled, and where what they become is kept."""

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numba
import numpy as np

from sim.machine.sources import cache_folder

INTERPRETED = bool(numba.config.DISABLE_JIT)
PLAIN = not INTERPRETED and os.environ.get("CONTRAFLOW_PLAIN", "0") not in (
    "",
    "0",
)  # without `sim.machine.compiled.machine`
if INTERPRETED:
    np.seterr(all="ignore")  # as compiled: integers wrap around, x / 0 is infinite, nobody is warned


class Making(NamedTuple):
    """What functions become that are declared now: where code is kept, what names end with, which stand for rules."""

    folder: str
    suffix: str = ""
    instead: Mapping[str, Callable[..., Any]] = {}


def folder_of(variant: str = "") -> str:
    """Where code is kept, of a kernel in which other functions stand for some rules if a variant is given."""
    return str(cache_folder(f"plain {variant}" if PLAIN else variant))


making = [Making(folder_of())]  # one: what is in force
