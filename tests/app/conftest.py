"""The live view, served by a process of its own, and a browser that looks at it."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

SCENARIO, SEED, WINDOW = "tariff_escalation", 3, {"start": "2026", "end": "2031"}
ASSETS = Path(sys.prefix) / "share/solara/cdn/@widgetti"  # of the page's frame; else the server must fetch them
Show = Callable[[], Page]


@pytest.fixture(scope="session")
def address(root: Path) -> Iterator[str]:
    """Where the page is served: its port is any that is free."""
    if importlib.util.find_spec("solara") is None:
        pytest.skip('no solara here to serve the page: pip install "contraflow[app]"')
    if not ASSETS.is_dir():
        pytest.skip("the page's frame is not here, and no test may fetch it: pip install solara-assets")
    settings = [word for key, value in WINDOW.items() for word in ("--set", f"{key}={value}")]
    words = [SCENARIO, "--seed", str(SEED), *settings, "--port", "0", "--no-browser"]
    command = [sys.executable, str(root / "run.py"), "app", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ}) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("http://127.0.0.1:"), line
        yield line.split()[0]
        server.terminate()


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    """The page in a window of its own, once it shows a quarter; what goes wrong in it, or what it asks of others, is
    kept in `page.complaints`.
    """
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    shown.on("request", lambda asked: None if address in asked.url else complaints.append(asked.url))
    shown.goto(address)
    shown.wait_for_selector("#now", timeout=60_000)
    shown.complaints = complaints  # type: ignore[attr-defined]
    yield shown
    context.close()
