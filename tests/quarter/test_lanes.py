"""One model in every lane: interpreted or compiled, for any processor, the same bytes."""

import hashlib
import platform
from pathlib import Path

import pytest

from sim.scenario import load
from sim.simulate import Run, simulate
from sim.verify.laboratory import NEW, SHARES, WORLD, Laboratory, sector, shock

FINGERPRINT = """
import hashlib
from pathlib import Path
from sim.scenario import load
from sim.simulate import simulate
run = simulate(load(Path({path!r})), {seed})
records = (run.outcome, run.markets, run.vintages, run.events, run.lives, run.firm_ids)
print(hashlib.sha256(b"".join(table.tobytes() for table in records)).hexdigest(), len(run.events))
"""


def fingerprint(run: Run) -> str:
    records = (run.outcome, run.markets, run.vintages, run.events, run.lives, run.firm_ids)
    return f"{hashlib.sha256(b''.join(table.tobytes() for table in records)).hexdigest()} {len(run.events)}"


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
            "search_host": 0.4,
            "search_abroad": 0.4,
            "review_rate": 0.4,
            "entry": 5.0,
        },
        "shocks": shocks,
    }
    return lab.world(world, "tiny")


def test_the_interpreted_lane_gives_the_same_bytes(tiny: Path, root: Path, interpreter) -> None:  # type: ignore[no-untyped-def]
    compiled = fingerprint(simulate(load(tiny), 1))
    assert int(compiled.split()[1]) > 15
    code = FINGERPRINT.format(path=str(tiny), seed=1)
    assert interpreter(code, root, NUMBA_DISABLE_JIT="1") == compiled


@pytest.mark.verification
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names a processor of that family")
def test_any_processor_gives_the_same_bytes(lab: Laboratory, root: Path, tmp_path: Path, interpreter) -> None:  # type: ignore[no-untyped-def]
    """A processor of 2003: two numbers at a time and no fused multiplication."""
    path = lab.folder / "world.yaml"
    code = FINGERPRINT.format(path=str(path), seed=2)
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+sse,+sse2", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert interpreter(code, root, **plain) == fingerprint(simulate(load(path), 2))
