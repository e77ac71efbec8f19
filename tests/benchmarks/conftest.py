"""One table for all benchmarks, printed at the end."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.scenario import Scenario, load
from tests.benchmarks.table import Table, machine

TABLE = pytest.StashKey[Table]()


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load("baseline")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> Table:
    """The table of this session."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return request.config.stash.setdefault(TABLE, Table(busy))


@pytest.fixture
def note(table: Table, request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """`note(key, value, how)` adds a measurement; with --hold a missed "must" fails the test."""
    missed: list[str] = []

    def add(key: str, value: float, how: str = "") -> None:
        if table.add(key, value, how) == "MISS":
            missed.append(f"{key}: {value:.4g}")

    yield add
    if missed and request.config.getoption("--hold"):
        pytest.fail(f"asked for, but not reached: {'; '.join(missed)}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the table, and writes it into docs/speed.md if asked."""
    made = config.stash.get(TABLE, None)
    if made is not None and made.found:
        terminalreporter.write_line(f"\n{made.text()}\n\n{machine()}; load at the start {made.load:.1f}")
        if config.getoption("--write"):
            made.write_into(Path(str(config.rootpath)) / "docs" / "speed.md")
