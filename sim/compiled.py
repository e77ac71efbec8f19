"""How rules and stages are compiled and cached: the only module that knows Numba.

Numba's disk cache looks at the caller's own file only, so that an edited rule would silently keep its old machine code.
The cache folder is therefore named by a hash of every source that can reach a kernel.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

_PACKAGE = Path(__file__).parent
_SOURCES = (
    "compiled.py",
    "arithmetic.py",
    "draws.py",
    "columns.py",
    "parameters.py",
    "quarter*.py",
    "quarter/*.py",
    "rules/*.py",
)


def kernel_hash() -> str:
    """SHA-256 of the sources that make the kernel; it names the cache and stands in every manifest."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _SOURCES for path in _PACKAGE.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    """The first writable of: NUMBA_CACHE_DIR, the package, the user's cache, the temporary folder."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    choices = [Path(given)] if given else [_PACKAGE / "__pycache__", Path(home) / "contraflow"]
    for choice in [*choices, Path(tempfile.gettempdir()) / "contraflow"]:
        folder = choice / f"kernel-{kernel_hash()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="contraflow-"))


# Not in the environment: child processes would inherit it and nest a folder of their own in it.
numba.config.CACHE_DIR = str(_cache_folder())
INTERPRETED = bool(numba.config.DISABLE_JIT)
if INTERPRETED:
    np.seterr(all="ignore")  # as compiled: integers wrap around, x / 0 is infinite, nobody is warned

Function = TypeVar("Function", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True, "boundscheck": True}


def rule(function: Function) -> Function:
    """A pure function of numbers, inlined where it is called."""
    return numba.njit(forceinline=True, **_OPTIONS)(function)


def stage(function: Function) -> Function:
    """A function over columns, compiled once."""
    return numba.njit(**_OPTIONS)(function)


def precompile(functions: Iterable[Any], *arguments: Any) -> None:
    """Compiles stages for these arguments without running them; what lies in the cache already is only loaded."""
    if not INTERPRETED:
        kinds = tuple(numba.typeof(argument) for argument in arguments)
        for function in functions:
            function.compile(kinds)


class _BundleType(types.Type):  # type: ignore[misc]
    """Type of a bundle: what its table holds, in order."""

    def __init__(self, members: tuple[tuple[str, types.Type], ...]) -> None:
        self.members = members
        super().__init__(name=f"Bundle({', '.join(f'{name}: {kind}' for name, kind in members)})")


register_model(_BundleType)(models.OpaqueModel)


class Bundle:
    """Compiled code's view of a NamedTuple of columns: one pointer to a read-only table of its arrays and numbers.

    Passing the columns themselves means passing some 2,000 numbers a call, which made compiling eight times slower. The
    bundle keeps the columns alive; it borrows them, so that no references are counted.
    """

    def __init__(self, columns: Any) -> None:
        self.columns = columns
        self.words: list[int] = []
        self.nested: list[Bundle] = []
        members = tuple((name, self._add(getattr(columns, name))) for name in columns._fields)
        self.kind = _BundleType(members)
        self.table = np.array(self.words, dtype=np.uint64)
        self.address = self.table.ctypes.data

    def _add(self, value: Any) -> types.Type:
        """Appends a member to the table, as Numba lays it out, and returns its type."""
        if isinstance(value, np.ndarray):
            self.words += [0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides]
            return numba.typeof(value)
        if isinstance(value, tuple) and any(isinstance(part, np.ndarray | tuple) for part in value):
            inner = Bundle(value)
            self.nested.append(inner)
            self.words.append(inner.address)
            return inner.kind
        if isinstance(value, tuple):
            self.words += [int(np.float64(part).view(np.uint64)) for part in value]
            return numba.typeof(value)
        number = np.float64(value) if isinstance(value, float) else np.int64(value)
        self.words.append(int(number.view(np.uint64)))
        return numba.typeof(number)


def bundle(columns: Any) -> Any:
    """What a stage is called with: a bundle when compiled, the columns themselves when interpreted."""
    return columns if INTERPRETED or isinstance(columns, Bundle) else Bundle(columns)


@typeof_impl.register(Bundle)
def _type_of(value: Bundle, context: Any) -> types.Type:
    return value.kind


@unbox(_BundleType)
def _pointer_of(kind: _BundleType, value: Any, context: Any) -> NativeValue:
    address = context.pyapi.object_getattr_string(value, "address")
    pointer = context.pyapi.long_as_voidptr(address)
    context.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _BundleAttributes(AttributeTemplate):  # type: ignore[misc]
    key = _BundleType

    def generic_resolve(self, bundled: _BundleType, name: str) -> types.Type | None:
        return dict(bundled.members).get(name)


@lower_getattr_generic(_BundleType)
def _member(target: Any, builder: Any, bundled: _BundleType, pointer: Any, name: str) -> Any:
    """Loads a member. A bundle never changes while it lives, which lets the compiler load it once for a whole loop."""
    position = [member for member, _ in bundled.members].index(name)
    table = ir.LiteralStructType([target.get_value_type(kind) for _, kind in bundled.members])
    place = cgutils.gep_inbounds(builder, builder.bitcast(pointer, table.as_pointer()), 0, position)
    load = builder.load(place)
    load.set_metadata("invariant.load", builder.module.add_metadata([]))
    return load
