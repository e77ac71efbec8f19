"""The kernel's cache cannot go stale, both lanes give the same bytes, and no index goes out of bounds."""

import json
import math
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.machine import compiled
from sim.machine.compiled import kernel_hash, stage

# gumbel (draws.py) calls log (arithmetic.py): an edit of the second must reach the machine code of the first.
PROBE = """
import json
import numba
from sim.machine.compiled import kernel_hash
from sim.machine.draws import gumbel
value = gumbel(0.3)
hits = sum(gumbel.stats.cache_hits.values())
print(json.dumps([value, kernel_hash(), numba.config.CACHE_DIR, hits]))
"""
EDIT = "\n_log = log\n\n\n@rule\ndef log(x: float) -> float:\n    return 2.0 * _log(x)\n"

PARTS = """
from sim.machine.compiled import rule, stage

@rule
def twice(x):
    return 2.0 * x

@stage
def read(values, i):
    return twice(values[i])

@stage
def total(values, n):
    found = 0.0
    for i in range(n):
        found += read(values, i)
    return found

@stage
def both(values, n):
    return total(values, n) + read(values, 0)
"""
CALLS = """
import json
import numpy as np
import pytest
import sim.parts as parts

names = ("both", "total", "read", "twice")
values = np.arange(4.0)
found = [{call}]
with pytest.raises(IndexError, match="out of bounds"):
    parts.total(values, 5)
functions = [getattr(parts, name) for name in names]
hits = [sum(each.stats.cache_hits.values()) for each in functions]
print(json.dumps([found, hits, [len(each.overloads) for each in functions]]))
"""

LANES = """
import hashlib
import numpy as np
from sim.machine.arithmetic import clip, exp, log, logistic, power
from sim.machine.draws import Stream, bits, gumbel, join, key, normal, uniform
digest = hashlib.sha256()
for x in np.linspace(-720, 720, 241):
    x = float(x)
    values = [exp(x), log(abs(x)), logistic(x), power(abs(x), 0.3), clip(x, -1.0, 1.0)]
    digest.update(np.array(values, dtype="f8").tobytes())
for stream in Stream:
    for quarter in (0, 199):
        address = np.uint64(key(2**32 - 1, stream.value, quarter))
        for identity in (0, 1, 2**31, 2**32 - 1):
            pair = np.uint64(join(identity, stream.value))
            digest.update(np.array([address, bits(address, identity), pair], dtype="u8").tobytes())
            u = uniform(address, pair)
            digest.update(np.array([u, normal(address, pair), gumbel(u)], dtype="f8").tobytes())
print(digest.hexdigest())
"""


def probe(interpreter, package: Path, **environment: str | None) -> tuple[float, str, Path, int]:
    value, kernel, folder, hits = json.loads(interpreter(PROBE, package, **{"NUMBA_CACHE_DIR": None, **environment}))
    return value, kernel, Path(folder), hits


def test_an_edited_rule_is_recompiled_and_a_reverted_one_is_found_again(interpreter, package: Path) -> None:
    edited = package / "sim/machine/arithmetic.py"
    original = edited.read_text(encoding="utf-8")
    value, kernel, folder, hits = probe(interpreter, package)
    assert folder.is_relative_to(package)
    assert hits == 0

    edited.write_text(original + EDIT, encoding="utf-8")
    other = probe(interpreter, package)
    assert math.isclose(other[0], -2 * math.log(-2 * math.log(0.3)))
    assert other[0] != value
    assert other[1] != kernel
    assert other[2] != folder
    assert other[3] == 0

    edited.write_text(original, encoding="utf-8")
    assert probe(interpreter, package) == (value, kernel, folder, 1)


def test_the_hash_names_what_reaches_the_kernel_and_nothing_else(interpreter, package: Path) -> None:
    code = "from sim.machine.compiled import kernel_hash; print(kernel_hash())"
    before = interpreter(code, package)
    (package / "sim/plots").mkdir()
    (package / "sim/plots/figure.py").write_text("COLOUR = 1\n")
    assert interpreter(code, package) == before
    (package / "sim/model/rules").mkdir()
    (package / "sim/model/rules/market.py").write_text("ELASTICITY = 1\n")
    assert interpreter(code, package) != before


def test_a_child_process_uses_the_folder_of_its_parent(interpreter, package: Path) -> None:
    """Or every worker would compile the kernel again."""
    code = "from sim.machine.compiled.making import making; print(making[0].folder)"
    child = f"import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', {code!r}], text=True))"
    ours, theirs = interpreter(f"{code}\n{child}", package, NUMBA_CACHE_DIR=None).split()
    assert ours == theirs


def test_where_the_package_cannot_be_written_the_user_s_cache_is_used(interpreter, package: Path) -> None:
    (package / "sim/__pycache__").write_text("a file where the folder should be")
    cache = package / "cache"
    assert probe(interpreter, package, XDG_CACHE_HOME=str(cache))[2].is_relative_to(cache)
    cache = cache / "contraflow"
    shutil.rmtree(cache)
    cache.write_text("and here")
    temporary = package / "temporary"
    temporary.mkdir()
    where = {"XDG_CACHE_HOME": str(cache.parent), "TMPDIR": str(temporary)}
    guessed = temporary / "contraflow"
    guessed.mkdir(mode=0o777)  # somebody else's, who waits for us
    found = [probe(interpreter, package, **where)[2] for _ in range(2)]
    assert all(path.is_relative_to(temporary) and not path.is_relative_to(guessed) for path in found)
    assert found[0] != found[1] and not found[0].exists() and not list(guessed.iterdir())


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes")
def test_a_folder_that_others_can_write_to_is_not_used(interpreter, package: Path) -> None:
    """Code in it would be run as ours: one that is open, a link, one in a folder where anybody can replace it."""
    home = package / "cache"
    (package / "sim/__pycache__").write_text("a file where the folder should be")
    (package / "temporary").mkdir()
    where = {"XDG_CACHE_HOME": str(home), "TMPDIR": str(package / "temporary")}
    ours = probe(interpreter, package, **where)[2]
    assert ours.is_relative_to(home) and ours.stat().st_mode & 0o777 == 0o700
    aside = package / "aside"
    for spoil, mend in (
        (lambda: ours.chmod(0o777), lambda: ours.chmod(0o700)),
        (lambda: (ours.rename(aside), ours.symlink_to(aside)), lambda: (ours.unlink(), aside.rename(ours))),
        (lambda: ours.parent.chmod(0o777), lambda: ours.parent.chmod(0o700)),
        (lambda: home.chmod(0o777), lambda: home.chmod(0o700)),
    ):
        spoil()
        assert probe(interpreter, package, **where)[2].is_relative_to(package / "temporary")
        mend()
    assert probe(interpreter, package, **where)[2] == ours


def test_damaged_code_is_thrown_away_and_compiled_anew(interpreter, package: Path) -> None:
    """Cut, flipped, emptied, or of another function: one line says so, and the result is the same."""
    value, _, folder, _ = probe(interpreter, package)
    index, *code = sorted(folder.rglob("*gumbel*.nb[ic]"), key=lambda path: path.suffix, reverse=True)
    assert index.suffix == ".nbi" and code
    for path, damage in (
        (code[0], lambda data: data[: len(data) // 2]),
        (code[0], lambda data: bytes([data[0] ^ 1]) + data[1:]),
        (index, lambda data: b""),
    ):
        path.write_bytes(damage(path.read_bytes()))
        assert probe(interpreter, package)[::3] == (value, 0)
        assert probe(interpreter, package)[::3] == (value, 1)  # whole again


def test_the_kernel_hash_is_stable_within_a_process() -> None:
    assert kernel_hash() == kernel_hash()
    assert len(kernel_hash()) == 64


def test_interpreted_gives_the_same_bytes_without_a_warning(interpreter) -> None:
    assert interpreter(LANES, NUMBA_DISABLE_JIT="1") == interpreter(LANES)


def test_plain_numba_gives_the_same_bytes(interpreter) -> None:
    """Without what we replace in Numba, of which nothing is loaded; `test_lanes` runs a world so."""
    code = f"{LANES}\nimport sys; print('sim.machine.compiled.machine' in sys.modules)"
    plain, ours = (interpreter(code, CONTRAFLOW_PLAIN=given).split() for given in ("1", "0"))
    assert plain[0] == ours[0]
    assert (plain[1], ours[1]) == ("False", "True")


def test_baseline_and_host_processor_give_the_same_bytes(interpreter) -> None:
    """Vector width and fused multiplication must not reach a result."""
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    assert interpreter(LANES, **plain) == interpreter(LANES)


@stage
def _read(values, index):
    return values[index]


@stage
def _inverse(x):
    return 1.0 / x


def test_bounds_are_checked() -> None:
    values = np.arange(4.0)
    assert _read(values, 3) == 3.0
    with pytest.raises(IndexError):
        _read(values, 4)


def test_a_function_is_one_thing_for_python_and_another_for_compiled_functions(interpreter, package: Path) -> None:
    """Each is compiled when it is first called so; new or from the cache, it gives and raises the same."""
    (package / "sim/parts.py").write_text(PARTS)

    def call(what: str) -> list[list[float]]:
        return json.loads(interpreter(CALLS.format(call=what), package, NUMBA_CACHE_DIR=None))

    assert call("parts.total(values, 4)") == [[12.0], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert call("parts.total(values, 4)") == [[12.0], [0, 1, 0, 0], [0, 1, 0, 0]]
    assert call("parts.both(values, 4)") == [[12.0], [0, 1, 0, 0], [1, 1, 0, 0]]  # from what `total` was made of
    every = "parts.both(values, 4), parts.read(values, 3), parts.twice(4.0)"
    assert call(every) == [[12.0, 6.0, 8.0], [1, 1, 0, 0], [1, 1, 1, 1]]
    assert call(every) == [[12.0, 6.0, 8.0], [1, 1, 1, 1], [1, 1, 1, 1]]


def test_division_by_zero_is_infinite_in_both_lanes() -> None:
    assert _inverse(np.float64(0.0)) == math.inf


def test_the_lane_is_known() -> None:
    assert hasattr(_read, "signatures") != compiled.INTERPRETED
