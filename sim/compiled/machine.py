"""What a function becomes: how LLVM is asked to work, when there is machine code, and where it is kept."""

import hashlib
import pickle
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import binding
from numba.core import caching, codegen, runtime

from sim.sources import cache_folder

_TUNING = (
    "-prefer-predicate-over-epilogue=predicate-else-scalar-epilogue",  # short loops end in masked steps
    "-force-vector-interleave=1",  # and are too short to work at several steps at a time
    "-unroll-allow-remainder=false",  # nor several times over, which only makes more code
    "-inline-threshold=2000",  # what a deal is worth is many functions of many numbers
    "-pre-RA-sched=list-ilp",  # arithmetic that waits for its own results stands far from what it waits for
)
for option in _TUNING if 14 <= binding.llvm_version_info[0] <= 22 else ():  # where they are known to exist
    binding.set_option("", option)


_NEAR = {"x86_64", "linux"} <= set(binding.get_process_triple().split("-"))
if _NEAR:
    numba.config.USE_LLVMLITE_MEMORY_MANAGER = True  # in one piece of memory


class Making(NamedTuple):
    """What functions become that are declared now: where code is kept, what names end with, which stand for rules."""

    folder: str
    suffix: str = ""
    instead: Mapping[str, Callable[..., Any]] = {}


making = [Making(str(cache_folder()))]  # one: what is in force
INTERPRETED = bool(numba.config.DISABLE_JIT)
if INTERPRETED:
    np.seterr(all="ignore")  # as compiled: integers wrap around, x / 0 is infinite, nobody is warned


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


class Cache(caching.FunctionCache):  # type: ignore[misc]
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


class PartCache(Cache):
    """Cache of a function as compiled functions call it, apart from what Python calls."""

    def _index_key(self, sig: Any, target: Any) -> Any:
        return (*super()._index_key(sig, target), "part")
