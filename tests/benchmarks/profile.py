"""Where a run's time goes: stage by stage at some quarters, what surrounds the kernel, and what a start loads.

    python -m tests.benchmarks.profile

Times are medians of CPU time. A stage is called alone, from Python, on the state that the run has reached; the cost of
such a call with nothing in it is taken off.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim.machine.compiled import bundle, stage
from sim.model.stages import STAGES, State, advance, begin, run
from sim.runs.bounds import check_bounds
from sim.runs.tables import Frame, measure, plain, tables
from sim.runs.yearly import yearly, years
from sim.scenario import Scenario, load
from sim.scenario.build import build, host, labels
from sim.simulate import EVENTS_A_FIRM, ROWS, prepare, quietly, simulate
from tests.benchmarks.clock import python

QUARTERS = (60, 120, 180, 240)
REPEATS = 25


@stage
def nothing(st: State, t: int, s: int) -> None:
    """What a call costs."""


def arrays(state: Any) -> Iterator[np.ndarray]:
    """Every array that a quarter may write."""
    for table in (state.firms, state.partnerships, state.scratch):
        yield from table
    yield from (state.outcome, state.markets, state.vintages)


def clock(function: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median CPU seconds of a call."""
    taken = []
    for _ in range(repeats):
        began = time.process_time_ns()
        function()
        taken.append(time.process_time_ns() - began)
    return median(taken) / 1e9


def stages_at(scenario: Scenario, quarters: tuple[int, ...], seed: int = 1) -> dict[int, dict[str, float]]:
    """Median seconds of each stage at each quarter, of a run that goes on undisturbed."""
    inputs = build(scenario, seed)
    state = prepare(inputs, host(scenario), seed, EVENTS_A_FIRM * len(inputs.firms.id))  # stages are called one by one
    view = bundle(state)
    quietly(begin, view)
    found: dict[int, dict[str, float]] = {}
    for t in range(max(quarters) + 1):
        if t in quarters:
            before = [array.copy() for array in arrays(state)]
            found[t] = _stages(view, state, before, t)
            _restore(state, before)
        quietly(advance, view, t)
    return found


def _stages(view: Any, state: State, before: list[np.ndarray], t: int) -> dict[str, float]:
    nothing(view, t, 0)
    call = clock(lambda: nothing(view, t, 0))
    taken: dict[str, list[float]] = {function.__name__: [] for function in STAGES}
    for _ in range(REPEATS):
        _restore(state, before)
        spent = dict.fromkeys(taken, 0.0)
        for s in range(len(state.sectors.first)):
            for function in STAGES:
                began = time.process_time_ns()
                quietly(function, view, t, s)
                spent[function.__name__] += (time.process_time_ns() - began) / 1e9 - call
        for name, seconds in spent.items():
            taken[name].append(seconds)
    return {name: median(times) for name, times in taken.items()}


def _restore(state: State, before: list[np.ndarray]) -> None:
    for array, kept in zip(arrays(state), before, strict=True):
        array[...] = kept


def around(scenario: Scenario) -> dict[str, float]:
    """Seconds per run of what surrounds the kernel, once everything is loaded."""
    run_1 = simulate(scenario, 1)
    inputs = build(scenario, 1)
    quarters, length = len(inputs.world.market), EVENTS_A_FIRM * len(inputs.firms.id)
    states = iter([prepare(inputs, host(scenario), 1, length, ROWS) for _ in range(6)])
    frame = Frame(scenario.name, labels(scenario), scenario.start, scenario.end)
    written = plain(run_1)
    measured, by_years = measure(written, frame), years(written, frame)
    return {
        "build inputs": clock(lambda: build(scenario, 2)),
        "allocate": clock(lambda: prepare(inputs, host(scenario), 1, length, ROWS)),
        "bundle": clock(lambda: bundle(prepare(inputs, host(scenario), 1, length, ROWS)))
        - clock(lambda: prepare(inputs, host(scenario), 1, length, ROWS)),
        "kernel": clock(lambda: quietly(run, next(states), quarters), 6),
        "simulate, all of the above": clock(lambda: simulate(scenario, 2), 6),
        "records to columns": clock(lambda: plain(run_1)),
        "check of bounds": clock(lambda: check_bounds(written)),
        "pool of sectors": clock(lambda: measure(written, frame)),
        "pool by year": clock(lambda: years(written, frame)),
        "yearly tables": clock(lambda: yearly(by_years, frame, 1)),
        "quarterly tables": clock(lambda: tables(run_1, frame, measured)),
    }


START = """
import time
def told(name, began=[time.process_time()]):
    print(name.ljust(28), f"{1e3 * (time.process_time() - began[0]):8.1f}")
    began[0] = time.process_time()
import numpy; told("import numpy")
import numba; told("import numba")
import sim.scenario; told("import sim.scenario")
from sim.simulate import build, simulate; told("import sim.simulate")
import sim.runs; told("import sim.runs")
scenario = sim.scenario.load("baseline"); told("read the scenario")
scenario.text; told("write the scenario")
build(scenario, 1); told("build, and load Numba")
simulate(scenario, 1); told("load the kernel, and run")
simulate(scenario, 1); told("run")
"""


def start() -> list[str]:
    """What a fresh process needs, step by step; the second of two, so that bytecode is there."""
    with tempfile.TemporaryDirectory() as bytecode:
        python("-c", START, bytecode=Path(bytecode))
        return python("-c", START, bytecode=Path(bytecode)).told.splitlines()


def main() -> None:
    scenario = load("baseline")
    found = stages_at(scenario, QUARTERS)
    print("CPU microseconds a quarter".ljust(28), *(f"q{t:>7}" for t in found))
    for function in STAGES:
        name = function.__name__
        print(name.ljust(28), *(f"{1e6 * found[t][name]:8.1f}" for t in found))
    print("sum".ljust(28), *(f"{1e6 * sum(found[t].values()):8.1f}" for t in found))
    print("\nCPU milliseconds a run")
    for name, seconds in around(scenario).items():
        print(name.ljust(28), f"{1e3 * seconds:8.2f}")
    print("\nCPU milliseconds of a warm start, one after the other")
    for line in start():
        print(line)


if __name__ == "__main__":
    main()
