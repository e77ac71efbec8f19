"""How rules and stages are compiled and cached: the only module that knows Numba.

Numba's disk cache looks at the caller's own file only, so that an edited rule would silently keep its old machine code.
The cache folder is therefore named by a hash of every source that can reach a kernel.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.extending import intrinsic
from numba.experimental import structref
from numba.experimental.jitclass.base import imp_dtor

_PACKAGE = Path(__file__).parent
_SOURCES = ("compiled.py", "arithmetic.py", "draws.py", "columns.py", "parameters.py", "quarter*.py", "quarter/*.py", "rules/*.py")


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
    return numba.njit(forceinline=True, **_OPTIONS)(function)  # type: ignore[no-any-return]


def stage(function: Function) -> Function:
    """A function over columns, compiled once."""
    return numba.njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


@structref.register
class _Bundle(types.StructRef):
    """Compiled twin of a NamedTuple of columns, passed by one pointer instead of field by field."""


def _bundled(given: types.Type) -> types.Type:
    """Bundle type of a NamedTuple that holds columns; any other type as it is (parameters stay plain values)."""
    if isinstance(given, types.NamedTuple) and any(isinstance(kind, types.Array | types.NamedTuple) for kind in given.types):
        return _Bundle(tuple((name, _bundled(kind)) for name, kind in zip(given.fields, given.types, strict=True)))
    return given


@intrinsic  # type: ignore[untyped-decorator]
def _bundle(context: Any, columns: Any) -> Any:
    def build(target: Any, builder: Any, given: Any, value: Any, bundled: Any) -> Any:
        layout = bundled.get_data_type()
        size = target.get_constant(types.uintp, target.get_abi_sizeof(target.get_value_type(layout)))
        memory = target.nrt.meminfo_alloc_dtor(builder, size, imp_dtor(target, builder.module, bundled))
        data = cgutils.create_struct_proxy(layout)(target, builder)
        for position, (name, kind) in enumerate(bundled.field_dict.items()):
            item = builder.extract_value(value, position)
            if isinstance(kind, _Bundle):
                item = build(target, builder, given.types[position], item, kind)
            elif isinstance(kind, types.Array):
                # The caller's tuple outlives the bundle, so columns are borrowed: counting references costs time.
                array = target.make_array(kind)(target, builder, value=item)
                array.meminfo = cgutils.get_null_value(array.meminfo.type)
                array.parent = cgutils.get_null_value(array.parent.type)
                item = array._getvalue()
            setattr(data, name, item)
        place = builder.bitcast(target.nrt.meminfo_data(builder, memory), target.get_value_type(layout).as_pointer())
        builder.store(data._getvalue(), place)
        bundle = cgutils.create_struct_proxy(bundled)(target, builder)
        bundle.meminfo = memory
        return bundle._getvalue()

    def codegen(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return build(target, builder, signature.args[0], arguments[0], signature.return_type)

    return _bundled(columns)(columns), codegen


def _same(columns: Any) -> Any:
    return columns


# Stages share columns through one pointer: passing 170 arrays by value made compilation eight times slower.
bundle = _same if INTERPRETED else _bundle
