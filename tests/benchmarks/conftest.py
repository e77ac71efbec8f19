"""One table for all benchmarks, printed at the end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.scenario import Scenario, load
from tests.benchmarks.table import Table, machine


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load("baseline")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest, root: Path) -> Iterator[Table]:
    """The table; told when all is measured, and written into README.md if asked."""
    made = Table()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    yield made
    request.config.get_terminal_writer().write(f"\n\n{made.text()}\n\non {machine()}; load at the start {busy:.1f}\n")
    if request.config.getoption("--write-readme"):
        made.write_into(root / "README.md")


@pytest.fixture
def note(table: Table, request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """`note(key, value, how)` adds a measurement; with --hold a missed "must" fails the test."""
    missed: list[str] = []

    def add(key: str, value: float, how: str = "") -> None:
        if table.add(key, value, how) == "MISS":
            missed.append(f"{key}: {value:.4g}")

    yield add
    if missed and request.config.getoption("--hold"):
        pytest.fail(f"asked for, but not reached: {'; '.join(missed)}", pytrace=False)
