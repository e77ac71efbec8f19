"""How rules and stages are compiled and cached: the only module that knows Numba.

Numba's disk cache looks at the caller's own file only, so that an edited rule would silently keep its old machine code.
The cache folder is therefore named by a hash of every source that can reach a kernel.
"""

import hashlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
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


def _compiled(function: Function, **options: Any) -> Function:
    """Compiles a function once for each set of argument types; Numba would do so again for every constant argument."""
    dispatcher = numba.njit(**_OPTIONS | options)(function)
    if not INTERPRETED:
        called = dispatcher.get_call_template
        dispatcher.get_call_template = lambda args, kws: called(tuple(map(types.unliteral, args)), kws)
    return dispatcher


def rule(function: Function) -> Function:
    """A pure function of numbers, inlined where it is called."""
    return _compiled(function, forceinline=True)


def stage(function: Function) -> Function:
    """A function over columns, compiled once."""
    return _compiled(function)


def step(function: Function) -> Function:
    """A short function over columns, inlined where it is called: what it reads is found once for a whole loop."""
    return _compiled(function, forceinline=True)


def lane(function: Function) -> Function:
    """A loop over flat columns without branches, which the processor works through several numbers at a time.

    Nothing checks its bounds: it takes views of equal length and never leaves them.
    """
    return _compiled(function, boundscheck=False)


def precompile(functions: Iterable[Any], *arguments: Any) -> None:
    """Compiles stages for these arguments without running them; what lies in the cache already is only loaded."""
    if not INTERPRETED:
        kinds = tuple(numba.typeof(argument) for argument in arguments)
        for function in functions:
            function.compile(kinds)


class _BundleType(types.Type):  # type: ignore[misc]
    """Type of a bundle: what its table holds, in order."""

    def __init__(self, members: tuple[tuple[str, types.Type], ...]) -> None:
        self.members = dict(members)
        listed = ", ".join(f"{name}: {kind}" for name, kind in members)
        # a digest, since the name becomes part of every symbol that the compiler handles
        super().__init__(name=f"Bundle{hashlib.sha256(listed.encode()).hexdigest()[:12]}")


register_model(_BundleType)(models.OpaqueModel)


@cache
def _array_kind(dtype: np.dtype[Any], dimensions: int) -> types.Type:
    return numba.typeof(np.empty((0,) * dimensions, dtype))


@cache
def _bundle_kind(members: tuple[tuple[str, types.Type], ...]) -> _BundleType:
    return _BundleType(members)


class Bundle:
    """Compiled code's view of a NamedTuple of columns: one pointer to a read-only table of its arrays and numbers.

    Passing the columns themselves means passing some 2,000 numbers a call, which made compiling eight times slower. The
    bundle keeps the columns alive; it borrows them, so that no references are counted. An array takes its address, size
    and shape; it must be C-contiguous.
    """

    def __init__(self, columns: Any) -> None:
        self.columns = columns
        self.words: list[int] = []
        self.nested: list[Bundle] = []
        self.kind = _bundle_kind(tuple((name, self._add(getattr(columns, name))) for name in columns._fields))
        self.table = np.array(self.words, dtype=np.uint64)
        self.address = self.table.ctypes.data

    def _add(self, value: Any) -> types.Type:
        """Appends a member to the table and returns its type."""
        if isinstance(value, np.ndarray):
            if not value.flags.c_contiguous:
                raise ValueError("columns must be C-contiguous")
            self.words += [value.ctypes.data, value.size, *value.shape]
            return _array_kind(value.dtype, value.ndim)
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
        return types.float64 if isinstance(value, float) else types.int64


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
        return bundled.members.get(name)


@lower_getattr_generic(_BundleType)
def _member(target: Any, builder: Any, bundled: _BundleType, pointer: Any, name: str) -> Any:
    """Loads a member word by word. A bundle never changes while it lives: a word is loaded once for a whole loop."""
    words = builder.bitcast(pointer, ir.IntType(64).as_pointer())
    never_changes = builder.module.add_metadata([])

    def word(place: int, kind: ir.Type) -> Any:
        address = builder.gep(words, [ir.Constant(ir.IntType(32), place)], inbounds=True)
        load = builder.load(builder.bitcast(address, kind.as_pointer()))
        load.set_metadata("invariant.load", never_changes)
        return load

    kinds = bundled.members
    place = sum(_length(target, kinds[other]) for other in itertools.takewhile(lambda other: other != name, kinds))
    kind = kinds[name]
    if isinstance(kind, types.Array):
        return _array(target, builder, kind, place, word)
    whole = target.get_value_type(kind)
    if not isinstance(whole, ir.Aggregate):
        return word(place, whole)
    value = ir.Constant(whole, ir.Undefined)
    for position, part in enumerate(whole.elements):
        value = builder.insert_value(value, word(place + position, part), position)
    return value


def _length(target: Any, kind: types.Type) -> int:
    """Words that a member takes in the table."""
    return 2 + kind.ndim if isinstance(kind, types.Array) else target.get_abi_sizeof(target.get_value_type(kind)) // 8


def _array(target: Any, builder: Any, kind: types.Array, place: int, word: Callable[[int, ir.Type], Any]) -> Any:
    """A C-contiguous array that nobody counts references to, from its address, size and shape."""
    size = ir.IntType(64)
    array = cgutils.create_struct_proxy(kind)(target, builder)
    array.meminfo = ir.Constant(array.meminfo.type, None)
    array.parent = ir.Constant(array.parent.type, None)
    array.itemsize = ir.Constant(size, target.get_abi_sizeof(target.get_data_type(kind.dtype)))
    array.data = word(place, array.data.type)
    array.nitems = word(place + 1, size)
    shape = [word(place + 2 + dimension, size) for dimension in range(kind.ndim)]
    steps = [array.itemsize]
    for length in reversed(shape[1:]):
        steps.append(builder.mul(steps[-1], length))
    array.shape = cgutils.pack_array(builder, shape, size)
    array.strides = cgutils.pack_array(builder, steps[::-1], size)
    return array._getvalue()
