"""What `sim.machine.compiled.machine` replaces in Numba: a test of each point fails where Numba needs it no longer."""

import hashlib
import inspect
import json
from pathlib import Path

import pytest
from llvmlite import binding
from numba.core import codegen as numba_codegen
from numba.core.registry import cpu_target

from sim.machine import compiled
from sim.machine.compiled import rule, stage

pytestmark = pytest.mark.skipif(compiled.INTERPRETED, reason="nothing is compiled")

PARTS = """
from sim.machine.compiled import rule, stage

@rule
def twice(x):
    return 2.0 * x

@stage
def read(values, i):
    return twice(values[i])

@stage
def both(values):
    return read(values, 0) + read(values, 1)
"""
CALL = """
import json
import numpy as np
from numba.core import cpu

refresh, refreshed = cpu.CPUContext.refresh, []
cpu.CPUContext.refresh = lambda self: refreshed.append(1) or refresh(self)
import sim.parts as parts

print(json.dumps([parts.both(np.arange(4.0)), sum(parts.both.stats.cache_hits.values()), len(refreshed)]))
"""


@rule
def _half(x):
    return 0.5 * x


@stage
def _halved(x):
    return _half(x)


def call(interpreter, package: Path, plain: str = "0") -> list[float]:  # type: ignore[no-untyped-def]
    (package / "sim/parts.py").write_text(PARTS)
    return json.loads(interpreter(CALL, package, NUMBA_CACHE_DIR=None, CONTRAFLOW_PLAIN=plain))


def test_llvm_knows_the_options() -> None:
    """It ends the process over one that it does not know: in another version, look which still exist."""
    assert 14 <= binding.llvm_version_info[0] <= 22


def test_code_stands_near_its_constants() -> None:
    codegen = cpu_target.target_context.codegen()
    options: dict[str, str] = {}
    codegen._customize_tm_options(options)
    if {"x86_64", "linux"} <= set(binding.get_process_triple().split("-")):
        assert (options["codemodel"], options["reloc"]) == ("small", "pic")
    known = inspect.getsource(numba_codegen)
    assert "self._customize_tm_options(" in known and "USE_LLVMLITE_MEMORY_MANAGER" in known


def test_only_what_python_calls_becomes_machine_code() -> None:
    assert _halved(3.0) == 1.5
    (called,) = _halved.overloads.values()
    (part,) = _half.get_call_template.__closure__[-1].cell_contents().overloads.values()
    assert called.library.machine and not part.library.machine
    assert not _half.overloads


def test_code_is_optimised_once(monkeypatch: pytest.MonkeyPatch) -> None:
    @stage
    def half(x):
        return x / 2.0

    @stage
    def third(x):
        return x / 3.0

    half._cache.disable()
    third._cache.disable()
    assert half(3.0) == 1.5  # with it comes what Numba itself compiles first
    codegen, runs = cpu_target.target_context.codegen(), []
    made = codegen._module_pass_manager

    def counted(*given, **more):
        runs.append(given)
        return made(*given, **more)

    monkeypatch.setattr(codegen, "_module_pass_manager", counted)
    assert third(3.0) == 1.0
    assert len(runs) == 1


def test_cached_code_bears_its_hash(interpreter, package: Path) -> None:  # type: ignore[no-untyped-def]
    """What happens to code that does not fit its hash is tested in `test_compiled`."""
    call(interpreter, package)
    found = [path.read_bytes() for path in package.rglob("*.nb[ic]")]
    assert len(found) > 4
    assert all(data[-32:] == hashlib.sha256(data[:-32]).digest() for data in found)


def test_cached_code_is_found_before_the_compiler_is_brought_up(interpreter, package: Path) -> None:  # type: ignore[no-untyped-def]
    for plain, early in (("0", True), ("1", False)):
        call(interpreter, package, plain)
        value, hits, refreshed = call(interpreter, package, plain)
        assert (value, hits) == (2.0, 1)
        assert (refreshed == 0) == early


def test_a_constant_makes_no_code_of_its_own(interpreter, package: Path) -> None:  # type: ignore[no-untyped-def]
    for plain, versions in (("0", 1), ("1", 2)):
        before = set(package.rglob("*.read-*.nbc"))
        assert call(interpreter, package, plain)[0] == 2.0
        assert len(set(package.rglob("*.read-*.nbc")) - before) == versions
