"""What all tests share: Hypothesis settings, headless figures, and a Python of one's own to try the package in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile(  # a busy machine breaks no law; where CI is set every run draws the same examples
    "contraflow",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("contraflow")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
Interpreter = Callable[..., str]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One for all tests that open pages; its sandbox cannot be had by root."""
    if CHROMIUM is None:
        pytest.skip("no chromium here to show the pages")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def interpreter() -> Interpreter:
    """`interpreter(code, folder=ROOT, **environment) -> stdout`: run by a fresh Python that imports `sim` from folder.

    Warnings are errors. Of the caller's Numba settings only the cache is kept; None removes a variable.
    """

    def run(code: str, folder: Path = ROOT, **environment: str | None) -> str:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_") or k == "NUMBA_CACHE_DIR"}
        given = {**kept, "PYTHONPATH": str(folder), **environment}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=folder,
            env={k: v for k, v in given.items() if v is not None},
            capture_output=True,
            text=True,
            timeout=900,  # compiling for another processor, on a busy machine
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the benchmarks; they stand here because pytest reads them before it knows the tests."""
    speed = parser.getgroup("benchmarks (pytest -m benchmark)")
    speed.addoption(
        "--full", action="store_true", help="1,000 runs instead of some in proportion; 1,000,000 firms in 16 sectors"
    )
    speed.addoption("--hold", action="store_true", help='fail where a "must" is missed, instead of only telling it')
    speed.addoption("--write", action="store_true", help="put the table into docs/speed.md")
