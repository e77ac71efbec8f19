"""One model in every lane: interpreted or compiled, for any processor, the same bytes."""

import platform
from pathlib import Path

import pytest
from llvmlite.binding import get_host_cpu_features

from sim.scenario import Scenario, load
from sim.simulate import simulate
from sim.verify.laboratory import NEW, SHARES, WORLD, Laboratory, sector, shock
from tests.stages.fingerprint import fingerprint

PROCESSORS = {
    "SSE2": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+sse,+sse2"},  # of 2003: two numbers at a time
    "AVX2": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma"},  # four, and fused multiplication
}


@pytest.fixture(scope="module")
def tiny(lab: Laboratory) -> Path:
    """Two sectors, three regions, few firms, a few years in which partnerships form, turn and end, under policy."""
    few = {"multinationals": {"us": 2}, "chinese": {"state": 1, "private": 1}, "entrants": 1, "start_level": 0.8,
           "market_share": {region: SHARES[region] for region in ("china", "us", "row")}}  # fmt: skip
    early = {**NEW, "arrival": "1980Q1", "midpoint": {"default": 1982}}
    shocks = [
        shock("tariff", id="t", sectors="goods", origin="china", destination="us", rate=0.5, start="1982Q1"),
        shock("entity_list", id="e", origin="china", destination="us", top=1, start="1985Q1"),
    ]
    world = {
        **WORLD,
        "start": 1979,
        "end": 1986,
        "regions": {"china": {"label": "China"}, "us": {}, "row": {}},
        "groups": {},
        "sectors": {
            "goods": sector(**few, generations=[{"name": "old"}, early]),
            "care": sector(**few, tradable=0, access_holders=0.5),
        },
        "parameters": {
            **WORLD["parameters"],
            "search": 0.4,
            "review_rate": 0.4,
            "entry": 5.0,
        },
        "shocks": shocks,
    }
    return lab.world(world, "tiny")


def test_the_interpreted_lane_gives_the_same_bytes(tiny: Path, root: Path, interpreter) -> None:  # type: ignore[no-untyped-def]
    compiled = fingerprint(simulate(load(tiny), 1))
    assert int(compiled.split()[1]) > 15
    code = f"from tests.stages.fingerprint import tell; tell({str(tiny)!r}, 1)"
    assert interpreter(code, root, NUMBA_DISABLE_JIT="1") == f"{load(tiny).name} 1 {compiled}"


@pytest.mark.verification
def test_plain_numba_gives_the_same_bytes(tiny: Path, root: Path, interpreter) -> None:  # type: ignore[no-untyped-def]
    """Without what we replace in Numba's code generation (`sim.machine.compiled.machine`); compiling takes minutes."""
    here = f"{load(tiny).name} 1 {fingerprint(simulate(load(tiny), 1))}"
    code = f"from tests.stages.fingerprint import tell; tell({str(tiny)!r}, 1)"
    assert interpreter(code, root, CONTRAFLOW_PLAIN="1") == here


@pytest.mark.verification
@pytest.mark.parametrize("name", PROCESSORS)
def test_any_processor_gives_the_same_bytes(shipped: Scenario, root: Path, interpreter, name: str) -> None:  # type: ignore[no-untyped-def]
    """The whole shipped world to its last year, compiled for less than this machine has; the cache keeps it apart."""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("names processors of another family")
    if name == "AVX2" and not get_host_cpu_features().get("avx2"):
        pytest.skip("this processor has no AVX2")
    code = "from tests.stages.fingerprint import tell; tell('baseline', 1, 2); tell('tight_controls', 1)"
    here = [f"baseline {seed} {fingerprint(simulate(shipped, seed))}" for seed in (1, 2)]
    here.append(f"tight_controls 1 {fingerprint(simulate(load('tight_controls'), 1))}")
    assert interpreter(code, root, **PROCESSORS[name]).splitlines() == here
