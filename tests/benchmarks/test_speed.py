"""How fast: each test measures one thing and adds it to the table that `pytest -m benchmark` prints.

A limit that is missed is told in the table and fails the test with --hold only: a run time depends on who else uses the
machine. Ratios to W, the reference workload beside this page, are medians of CPU time taken in turns; W has a process
of its own, since what our kernel asks of the compiler would reach it too (and make it a tenth faster).
"""

import math
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.machine.compiled import bundle
from sim.model.stages import State, advance, run
from sim.runs import compare, ensemble, sweep
from sim.runs.verified import Verified
from sim.scenario import Scenario
from sim.scenario.build import build, host
from sim.simulate import EVENTS_A_FIRM, ROWS, prepare, quietly, simulate, warm_up
from tests.benchmarks import w_numba
from tests.benchmarks.clock import beside, cpu, interleaved, python
from tests.benchmarks.tiled import RECORDS, bytes_of, state_before, tile
from tests.runs.local_cluster import local_cluster

pytestmark = pytest.mark.benchmark

Note = Callable[..., None]
FIRMS, QUARTERS, USUAL = 500, 248, 200  # of W: as large as the default world, and as long as where limits were set
WHEN = 160  # 2019Q1: partnerships of all types, policy in force


def w(quarters: int) -> AbstractContextManager[Callable[[], float]]:
    """CPU seconds of a run of W, when asked."""
    return beside(f"from tests.benchmarks import w_numba\nonce = lambda: w_numba.simulate({FIRMS}, Q={quarters})")


def test_default_run(scenario: Scenario, note: Note) -> None:
    simulate(scenario, 1)
    seeds = iter(range(2, 1000))
    with w(QUARTERS) as reference:
        found = interleaved(25, {"ours": lambda: cpu(lambda: simulate(scenario, next(seeds))), "w": reference})
    note("default", found["ours"] / found["w"], f"{1e3 * found['ours']:.1f} against {1e3 * found['w']:.1f} ms")


def kernel(scenario: Scenario) -> Callable[[], float]:
    """CPU seconds of the compiled part of a run."""
    inputs = build(scenario, 1)

    def once() -> float:
        view = bundle(prepare(inputs, host(scenario), 1, EVENTS_A_FIRM * len(inputs.firms.id), ROWS))
        return cpu(lambda: quietly(run, view, len(inputs.world.market)))

    return once


def study(clock: Callable[[], float], scenario: Scenario, runs: int, **options: Any) -> float:
    """Seconds of a study by a clock, from nothing to its summary."""
    with tempfile.TemporaryDirectory() as folder:
        began = clock()
        results = ensemble(scenario, runs, out=Path(folder) / "results", **options)
        seconds = clock() - began
        assert results.manifest["counts"]["done"] == runs
    return seconds


@pytest.mark.parametrize("keep", ["summary", "trajectories"])
def test_a_thousand_runs_in_cpu_time(scenario: Scenario, keep: str, note: Note) -> None:
    """Two studies of different length in this process: the difference is what a run costs, whatever a start costs."""
    few, many = 4, 64  # what both have in common, such as writing the summary, is as much as twenty runs
    study(time.process_time, scenario, few, workers=1, keep=keep)
    timed = {str(n): partial(study, time.process_time, scenario, n, workers=1, keep=keep) for n in (few, many)}
    with w(USUAL) as reference:
        found = interleaved(5, {**timed, "w": reference, "kernel": kernel(scenario)})
    each = (found[str(many)] - found[str(few)]) / (many - few)
    note(keep, each / found["w"], f"{1e3 * each:.1f} ms a run, W over 200 quarters {1e3 * found['w']:.1f} ms")
    if keep == "summary":
        around = (each - found["kernel"]) / found["kernel"]
        note("overhead", around, f"{1e3 * (each - found['kernel']):.1f} around {1e3 * found['kernel']:.1f} ms")


MAIN = ("baseline", "tariff_escalation", "tight_controls", "open_door")
RATES = {"shocks.us_escalation.rate": [round(0.05 * n, 2) for n in range(21)]}  # point 0 is the scenario as it stands


def test_what_runs_have_in_common_is_gone_through_once(scenario: Scenario, note: Note) -> None:
    """What a seed more costs in studies of one process, over what a run more costs: starts and ends cancel out."""
    few, many = 2, 10
    studies = {
        "one": partial(ensemble, scenario),
        "compared": partial(compare, *MAIN),
        "swept": partial(sweep, "tariff_escalation", RATES),
    }

    def spent(study: Callable[..., Any], seeds: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            return cpu(lambda: study(seeds=seeds, workers=1, keep="summary", out=Path(folder) / "results"))

    spent(studies["one"], 1)
    timed = {
        f"{name} {seeds}": partial(spent, study, seeds) for name, study in studies.items() for seeds in (few, many)
    }
    found = interleaved(3, timed)
    each = {name: (found[f"{name} {many}"] - found[f"{name} {few}"]) / (many - few) for name in studies}
    for name in ("compared", "swept"):
        note(name, each[name] / each["one"], f"{1e3 * each[name]:.0f} against {1e3 * each['one']:.1f} ms a seed")


def test_main_job(tmp_path: Path, note: Note) -> None:
    """README's first command but for its installing, and its figures once more with one process and with two."""
    out = tmp_path / "results"
    asked = ("run.py", "compare", *MAIN, "--seeds", "50", "--workers", "2", "--out", str(out))
    python("run.py", "compare", *MAIN, "--seeds", "2", "--out", str(tmp_path / "first"), bytecode=tmp_path / "code")
    with w(QUARTERS) as reference:
        spent = python(*asked, bytecode=tmp_path / "code")
        of_w = float(np.median([reference() for _ in range(9)]))
    note("main_job", spent.wall / (100 * of_w), f"{spent.wall:.1f} s of wall time")
    note("main_job_cpu", spent.cpu / (100 * of_w), f"{spent.cpu:.1f} s of CPU time")
    wall = {}
    for workers in (1, 2):
        code = f"from sim.plots import draw\nif __name__ == '__main__': draw({str(out)!r}, workers={workers})"
        wall[workers] = python("-c", code, bytecode=tmp_path / "code").wall
    note("drawing", wall[2] / wall[1], f"{wall[2]:.1f} against {wall[1]:.1f} s")


@pytest.mark.parametrize("keep", ["summary", "trajectories"])
def test_a_thousand_runs_on_two_cores(scenario: Scenario, keep: str, full: bool, note: Note) -> None:
    """Wall time; without --full from studies of 40 and 200 runs, in proportion."""
    warm_up(scenario)

    wall = partial(study, time.perf_counter, scenario, workers=2, keep=keep)
    if full:
        note(f"{keep}_wall", wall(1000), "wall time of 1,000 runs")
        return
    few, many = wall(40), wall(200)
    note(f"{keep}_wall", many + 800 * (many - few) / 160, "wall time of 40 and 200 runs, in proportion")


def test_results_are_verified(scenario: Scenario, tmp_path: Path, note: Note) -> None:
    """What `status --hashes` and every reader of all tables do: receipts read, sealed, and every file hashed."""
    runs = 320
    folder = ensemble(scenario, runs, workers=2, keep="summary", out=tmp_path / "results").folder
    began = time.perf_counter()
    spent = cpu(lambda: list(Verified(folder).problems()))
    wall = (time.perf_counter() - began) * 10_000 / runs
    note("verified", wall, f"from {runs} runs, in proportion; CPU time {spent * 10_000 / runs:.2f} s")


def test_a_second_worker_pays(scenario: Scenario, note: Note) -> None:
    """Studies of 40 and 200 runs each: the difference is what a run takes, whatever starting workers takes."""
    warm_up(scenario)
    took = {}
    for workers in (1, 2):
        wall = partial(study, time.perf_counter, scenario, workers=workers, keep="summary")
        wall(40)  # the first start of workers reads libraries from the disk
        few, many = wall(40), wall(200)
        took[workers] = (many - few) / 160
    note("two_workers", took[2] / took[1], f"{1e3 * took[2]:.0f} against {1e3 * took[1]:.0f} ms a run")


def test_a_second_dask_worker_pays(scenario: Scenario, root: Path, tmp_path: Path, note: Note) -> None:
    """As above, on clusters of one worker and of two on this machine."""
    from distributed import Client

    warm_up(scenario)
    took = {}
    for workers in (1, 2):
        with local_cluster(root, tmp_path / f"{workers}", workers) as address:
            with Client(address, timeout="60s", set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
            wall = partial(study, time.perf_counter, scenario, cluster=address, keep="summary")
            wall(40)  # the first start reads libraries and code
            few, many = wall(40), wall(200)
            took[workers] = (many - few) / 160
    note("two_dask_workers", took[2] / took[1], f"{1e3 * took[2]:.0f} against {1e3 * took[1]:.0f} ms a run")


def test_start(tmp_path: Path, note: Note) -> None:
    """Fresh processes, as a shell starts them; bytecode is there, as set-up leaves it."""
    bytecode = tmp_path / "bytecode"
    compiling = ("-c", "from tests.benchmarks import w_numba; w_numba.simulate(500, Q=2)")
    python(*compiling, bytecode=bytecode)
    python("run.py", *_study(tmp_path / "first", 2), bytecode=bytecode)
    cold = python("run.py", *_study(tmp_path / "cold", 2), bytecode=bytecode, cache=tmp_path / "empty")
    alone = python("run.py", *_study(tmp_path / "alone", 1), bytecode=bytecode, cache=tmp_path / "void")
    reference = python(*compiling, bytecode=bytecode, cache=tmp_path / "none")
    note("cold", cold.wall, "wall time of `run baseline --seeds 2 --keep summary`, nothing compiled before")
    note("cold_ratio", alone.cpu / reference.cpu, f"{alone.cpu:.0f} against {reference.cpu:.1f} s")
    warm = [python("run.py", *_study(tmp_path / f"warm{n}", 1), bytecode=bytecode) for n in range(5)]
    middle = sorted(warm)[len(warm) // 2]
    note("warm", middle.wall, f"wall time of `run baseline --seeds 1 --keep summary`; CPU time {middle.cpu:.2f} s")


def _study(out: Path, seeds: int) -> list[str]:
    return ["run", "baseline", "--seeds", str(seeds), "--keep", "summary", "--out", str(out)]


@pytest.fixture(scope="module")
def history(scenario: Scenario) -> State:
    return state_before(scenario, WHEN)


def quarter_of(state: State, quarters: int = 3) -> float:
    """CPU seconds of a quarter, median; the first, which brings the state into memory, does not count."""
    view = bundle(state)
    return float(np.median([cpu(lambda t=t: quietly(advance, view, t)) for t in range(WHEN, WHEN + quarters + 1)][1:]))


def live(state: State) -> int:
    return int(state.firms.active.sum())


def test_the_large_world_is_the_small_one_many_times(history: State) -> None:
    """What is measured below is the model: the first copy goes on as the run that it was made from."""
    small, large = tile(history, 1, 1, WHEN + 4), tile(history, 3, 1, WHEN + 4)
    own = small.outcome.shape[1]
    for t in range(WHEN, WHEN + 4):
        quietly(advance, small, t)
        quietly(advance, large, t)
    for name in RECORDS:
        one, three = getattr(small, name)[WHEN:], getattr(large, name)[WHEN:]
        assert one.tobytes() == np.ascontiguousarray(three[:, :own]).tobytes()
        assert one.tobytes() != np.ascontiguousarray(three[:, own : 2 * own]).tobytes()  # luck of its own


def test_a_million_firms(history: State, note: Note) -> None:
    """A world of two thousand sectors; W of the same size beside it, once its partnerships have formed."""
    state = tile(history, 122, 17, WHEN + 5)
    firms = live(state)
    assert firms > 1_000_000
    seconds = quarter_of(state) * 1e6 / firms
    size, sectors = sum(bytes_of(state).values()) / firms, len(state.sectors.key)
    del state
    reference = (_w_of_a_million(12) - _w_of_a_million(9)) / 3
    note("million", seconds, f"{firms:,} firms in {sectors:,} sectors, 2019")
    note("million_ratio", seconds / reference, f"W {reference:.2f} s")
    note("bytes", size, "columns of firms and partnerships and scratch, over firms alive")


def _w_of_a_million(quarters: int) -> float:
    state = w_numba.setup(1_000_000)
    firms, partnerships, order, start, parameters, tariffs, sizes = state
    record = np.zeros((quarters, 10, w_numba.NM))
    seed = np.uint64(1)
    w_numba.simulate(FIRMS, Q=2)
    return cpu(
        lambda: w_numba.run(firms, partnerships, order, start, parameters[0], tariffs, sizes, seed, quarters, record)
    )


@pytest.mark.parametrize(
    ("key", "shapes"),
    [("more_sectors", [(1, 17), (12, 17), (119, 17)]), ("larger_sectors", [(1, 2), (1, 20), (1, 201), (1, 2010)])],
)
def test_cost_is_linear(history: State, key: str, shapes: list[Any], full: bool, note: Note) -> None:
    """The slope of log cost over log firms, from the smallest world to the largest."""
    if key == "larger_sectors" and not full:
        shapes = shapes[:-1]  # the last has 63,000 firms in a sector
    sizes, costs = [], []
    for copies, factor in shapes:
        state = tile(history, copies, factor, WHEN + 5)
        sizes.append(live(state))
        costs.append(quarter_of(state))
    slope = math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0])
    each = [f"{1e9 * cost / size:.0f} ns at {size:,}" for cost, size in zip(costs, sizes, strict=True)]
    note(key, slope, f"a firm: {', '.join(each)}")
