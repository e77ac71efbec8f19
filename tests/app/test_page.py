"""The live view in a real browser: it steps, stops at the end, and a setting gives what `--set` gives."""

import xml.etree.ElementTree as ET

from playwright.sync_api import Page, expect

from sim.app.choices import choices
from sim.app.drawing import drawing
from sim.app.shown import Shown
from sim.scenario import load
from tests.app.conftest import SCENARIO, SEED, WINDOW

HORIZON = "parameters.horizon"


def turned_to(page: Page, quarter: str) -> None:
    expect(page.locator("#now")).to_have_text(quarter, timeout=30_000)


def press(page: Page, slider: str, *keys: str) -> None:
    """Keys on a slider; its handle has no size, so it cannot be clicked."""
    page.get_by_role("slider", name=slider).focus()
    for key in keys:
        page.keyboard.press(key)


def drawn(page: Page) -> str:
    """Every number and word of the drawing."""
    return page.locator("svg[data-quarter]").text_content() or ""


def expected(moved: dict[str, float]) -> str:
    """The same of the last quarter, by the scenario with these settings."""
    runs = [Shown(load(SCENARIO, {**WINDOW, **values}), SEED, 10**9) for values in (moved, {})]
    return "".join(ET.fromstring(drawing(*runs)).itertext())


def test_a_step_moves_the_date_and_the_end_stops_play(page: Page) -> None:
    turned_to(page, "2025Q4")
    page.get_by_role("button", name="Step").click()
    turned_to(page, "2026Q1")
    press(page, "Pause, ms", "Home")
    page.get_by_role("button", name="▶").click()
    turned_to(page, "2031Q4")
    expect(page.locator("h2")).to_contain_text("the run has ended")
    expect(page.get_by_role("button", name="❚❚")).to_be_disabled()
    expect(page.get_by_role("button", name="Step")).to_be_disabled()
    assert drawn(page) == expected({})
    page.get_by_role("button", name="Reset").click()
    turned_to(page, "2025Q4")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_setting_gives_what_set_gives(page: Page) -> None:
    press(page, "Year", "End")
    turned_to(page, "2031Q4")
    before = drawn(page)
    horizon = next(each for each in choices(load(SCENARIO, WINDOW)) if each.path == HORIZON)
    press(page, "Horizon", "End")
    after = expected({HORIZON: horizon.levels[-1]})
    expect(page.locator("svg[data-quarter]")).to_have_text(after, use_inner_text=False, timeout=30_000)
    assert drawn(page) == after != before == expected({})
    turned_to(page, "2031Q4")
    page.get_by_role("button", name="Settings as they were").click()
    expect(page.locator("svg[data-quarter]")).to_have_text(before, use_inner_text=False, timeout=30_000)


def test_what_is_wrong_stands_on_the_page(page: Page) -> None:
    date = page.get_by_label("shocks.eu_ev_duty.start")
    date.fill("2024Q9")
    date.press("Enter")
    expect(page.locator(".problem")).to_contain_text("shocks.eu_ev_duty.start", timeout=30_000)
    turned_to(page, "2025Q4")
    date.fill("2024Q4")
    date.press("Enter")
    expect(page.locator(".problem")).to_have_count(0, timeout=30_000)
