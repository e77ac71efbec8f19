"""What we replace in Numba's code generation, and why. All of it stands here; without it the model runs slower.

 1. Options of LLVM           loops over rows are short, and what a deal is worth is many small functions
 2. Code near its constants   one piece of memory and short addresses: fewer instructions
 3. Machine code on demand    of a function that only compiled ones call, nobody needs any
 4. One optimisation          Numba does two, to prune counts of references between, and here are none
 5. Hashes of cached code     what is damaged is compiled anew, never run
 6. Early look at the cache   before the whole compiler is brought up, which takes most of a start
 7. Parts apart               what compiled functions call is compiled apart from what Python calls, once for any number

These are no public interface of Numba: `tests/machine/test_numba.py` has a test of each, which fails when Numba
changes, and pyproject.toml bounds its version. `CONTRAFLOW_PLAIN=1` leaves all seven out: functions are then compiled
and kept by `numba.njit` as it comes. What stays is the type of a bundle, which `sim.machine.compiled.bundles` adds to
Numba by way of `numba.extending`.
"""

import hashlib
import pickle
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from llvmlite import binding
from numba.core import caching, codegen, runtime, types

from sim.machine.compiled.bundles import ColumnType

_TUNING = (
    "-prefer-predicate-over-epilogue=predicate-else-scalar-epilogue",  # short loops end in masked steps
    "-force-vector-interleave=1",  # and are too short to work at several steps at a time
    "-unroll-allow-remainder=false",  # nor several times over, which only makes more code
    "-inline-threshold=2000",  # what a deal is worth is many functions of many numbers
    "-pre-RA-sched=list-ilp",  # arithmetic that waits for its own results stands far from what it waits for
)
_NEAR = {"x86_64", "linux"} <= set(binding.get_process_triple().split("-"))


class _Library(codegen.JITCodeLibrary):  # type: ignore[misc]
    """Code of one function, and of what it calls.

    It becomes machine code when somebody asks for its address, which nobody does of a function that only compiled ones
    call. It is optimised once: Numba does so twice, to prune counts of references between, and there are none here.
    """

    machine = False

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager()
        passes.run(self._final_module, builder)

    def _finalize_specific(self) -> None:
        """Leaves what would be done here to the first who asks."""

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        module = self._shared_module or self._final_module
        if not self.machine and any(each.name == name for each in module.functions if not each.is_declaration):
            self.machine = True
            self._codegen._engine.add_module(self._final_module)
            super()._finalize_specific()
        return super().get_pointer_to_function(name)

    def serialize_using_object_code(self) -> Any:
        """Of machine code, which nobody links, the names of functions stand where others keep code to be linked."""
        if not self.machine:
            return self.serialize_using_bitcode()
        own = (each for each in self._final_module.functions if each.linkage == binding.Linkage.external)
        names = [each.name for each in own if not each.is_declaration]
        known = binding.parse_assembly("\n".join(f'define void @"{name}"() {{ ret void }}' for name in names))
        return self.name, "object", (self._get_compiled_object(), known.as_bitcode())


class _Codegen(codegen.JITCPUCodegen):  # type: ignore[misc]
    """Numba's, of such libraries."""

    _library_class = _Library

    def _customize_tm_options(self, options: dict[str, Any]) -> None:
        super()._customize_tm_options(options)
        if _NEAR:  # code reaches its constants by a short address: fewer instructions
            options.update(codemodel="small", reloc="pic")

    def _add_module(self, module: Any) -> None:
        """Leaves this, too, to the first who asks for an address."""

    def set_env(self, env_name: str, env: Any) -> None:
        """Python objects that a function uses, where it is machine code."""
        if self._engine.get_global_value_address(env_name):
            super().set_env(env_name, env)


for option in _TUNING if 14 <= binding.llvm_version_info[0] <= 22 else ():  # where they are known to exist
    binding.set_option("", option)
if _NEAR:
    numba.config.USE_LLVMLITE_MEMORY_MANAGER = True  # in one piece of memory
codegen.JITCPUCodegen = _Codegen  # Numba makes one when it first compiles


class _Entries(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Files of a cache, each followed by its hash: what is damaged is thrown away and compiled anew.

    An entry tells what it is of, since two processes that compile at once may give their files one name.
    """

    def save(self, key: Any, data: Any) -> None:
        super().save(key, (key, data))

    def load(self, key: Any) -> Any:
        known, data = super().load(key) or (None, None)
        return data if known == key else None

    def _load_index(self) -> Any:
        data = self._read(self._index_path)
        version, stamp, overloads = pickle.loads(data) if data else (None, None, {})
        return overloads if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: Any) -> None:
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        data = self._read(self._data_path(name))
        return pickle.loads(data) if data else None

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), data)

    def _write(self, path: str, value: Any) -> None:
        data = self._dump(value)
        with self._open_for_write(path) as file:
            file.write(data + hashlib.sha256(data).digest())

    def _read(self, path: str) -> bytes:
        """What was written; nothing where no file is, or none that is whole."""
        try:
            found = Path(path).read_bytes()
        except OSError:
            return b""
        data, signed = found[:-32], found[-32:]
        if hashlib.sha256(data).digest() == signed:
            return data
        _tell_of_damage(path)
        Path(path).unlink(missing_ok=True)
        return b""


@cache
def _tell_of_damage(path: str) -> None:
    print(f"note: {path} is damaged compiled code; it is thrown away and compiled anew", file=sys.stderr)


class _Cache(caching.FunctionCache):  # type: ignore[misc]
    """Numba's cache of a function, which here looks for code before the whole compiler has been brought up."""

    def __init__(self, function: Callable[..., Any], folder: str) -> None:
        # Not in the environment: child processes would inherit it and nest a folder of their own in it.
        numba.config.CACHE_DIR = folder
        super().__init__(function)
        where = self._impl
        self._cache_file = _Entries(self._cache_path, where.filename_base, where.locator.get_source_stamp())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        runtime.rtsys.initialize(target_context)  # what code is linked with
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


class _PartCache(_Cache):
    """Cache of a function as compiled functions call it, apart from what Python calls."""

    def _index_key(self, sig: Any, target: Any) -> Any:
        return (*super()._index_key(sig, target), "part")


def compiled(function: Callable[..., Any], options: dict[str, Any], folder: str) -> Any:
    """A function compiled once for each set of argument types; Numba would do so again for every constant argument.

    What Python calls is compiled apart from what compiled functions call, and neither before it is needed. Code is kept
    below `folder`; nowhere if that is empty.
    """
    dispatcher = _dispatcher(function, _Cache, options, folder)
    part = cache(lambda: _dispatcher(function, _PartCache, {**options, "no_cpython_wrapper": True}, folder))
    dispatcher.get_call_template = lambda args, kws: part().get_call_template(tuple(map(_general, args)), kws)
    dispatcher.get_overload = lambda sig: part().get_overload(sig)
    return dispatcher


def _dispatcher(function: Callable[..., Any], kind: type[_Cache], options: dict[str, Any], folder: str) -> Any:
    made = numba.njit(no_cfunc_wrapper=True, **options)(function)
    if folder:
        made._cache = kind(function, folder)
    return made


def _general(kind: types.Type) -> types.Type:
    """The type a function is compiled for when it is called with an argument of this type."""
    if isinstance(kind, ColumnType):
        return types.Array(kind.dtype, kind.ndim, kind.layout)
    return kind.dtype if isinstance(kind, types.IntEnumMember) else types.unliteral(kind)
