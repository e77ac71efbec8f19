"""Small studies of each kind, run once, and their pages."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sim import explorer
from sim.runs import Results, compare, ensemble, sweep
from sim.scenario import load
from tests.explorer.pages import settled

YEARS = {"start": "2020", "end": "2031"}
DUTY, HORIZON = "shocks.eu_escalation_electric.rate", "parameters.horizon"


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """First values together, then the second: not every combination is a point."""
    scenario = load("tariff_escalation", YEARS)
    vary = {DUTY: [0.0, 0.5, 1.0], HORIZON: [12, 32, 60]}
    out = tmp_path_factory.mktemp("swept") / "r"
    return sweep(scenario, vary=vary, design="list", seeds=3, workers=1, out=out)


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Results:
    told = [load(name, YEARS) for name in ("baseline", "tariff_escalation", "tight_controls")]
    return compare(*told, seeds=3, workers=1, out=tmp_path_factory.mktemp("compared") / "r")


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Results:
    out = tmp_path_factory.mktemp("alone") / "r"
    return ensemble(load("baseline", YEARS), seeds=1, workers=1, keep="summary", out=out)


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`show(results, address, ...)`: the page in a window of its own; what it complains of or asks for is kept in
    `page.complaints`."""
    contexts = []

    def opened(results: Results, address: str = "", **window: Any) -> Page:
        path = results.folder / explorer.EXPLORER
        if not path.is_file():
            explorer.write(results.folder)
        return there(f"{path.as_uri()}{address}", **window)

    def there(url: str, **window: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **window}))
        page = contexts[-1].new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url))
        page.goto(url)
        complaints.remove(url.split("#")[0])
        page.complaints = complaints  # type: ignore[attr-defined]
        settled(page, 0)
        return page

    opened.there = there  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
