"""Numba, loaded without SciPy: what it would want that for, such as linear algebra, nobody asks for here."""

import importlib
import sys

_UNWANTED = [name for name in ("scipy", "scipy.linalg") if name not in sys.modules]

for name in _UNWANTED:
    sys.modules[name] = None  # type: ignore[assignment]
if not importlib.import_module("numba").config.DISABLE_JIT:
    importlib.import_module("numba.np.arraymath")
for name in _UNWANTED:
    del sys.modules[name]
