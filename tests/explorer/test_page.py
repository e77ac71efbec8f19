"""The explorer in a real browser: alone, right, restored by its link, usable without a mouse and without eyes."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from sim.plots import style
from sim.runs import Results
from tests.explorer.pages import changed, curves, numbers, settled, slide, turn_of

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
OUTCOME, SECTOR = "chinese_share_abroad", "cars"
VIEW = f"#outcome={OUTCOME}@{SECTOR}"
DUTY, HORIZON = "EU tariff on cars and batteries: rate", "Horizon of decisions"
REACHABLE = """() => [...document.querySelectorAll('a[href], summary, button, select, input, [tabindex="0"]')]
  .filter(each => each.checkVisibility() && !each.disabled)
  .map((each, n) => { each.dataset.stop = n; return n; })"""
Show = Callable[..., Page]


@pytest.fixture(params=["swept", "compared", "alone"])
def results(request: pytest.FixtureRequest) -> Results:
    """A folder of each kind."""
    found: Results = request.getfixturevalue(request.param)
    return found


def test_it_opens_alone(show: Show, results: Results) -> None:
    """No request, no complaint; its policy lets no script in and nothing out."""
    page = show(results)
    assert page.complaints == []  # type: ignore[attr-defined]
    assert len(curves(page)) >= 1 and page.title() and page.locator("h1").count() == 1
    assert "NaN" not in page.inner_text("body") and "undefined" not in page.inner_text("body")
    code = "try { done(new Function('return 1')()); } catch (error) { done(error.name); }"
    assert page.evaluate(f"() => new Promise(done => setTimeout(() => {{ {code} }}))") == "EvalError"
    assert page.evaluate("fetch('https://example.org').then(() => 'sent', error => error.name)") == "TypeError"


def stored(results: Results, point: int) -> pd.DataFrame:
    """Levels and paired differences of a point, computed from the runs as stored."""
    runs = results.yearly[results.yearly["sector"] == SECTOR]
    values = runs.pivot_table(index="year", columns=["point", "seed"], values=OUTCOME)
    own, base = values[point], values[0]
    gap = own - base
    half = 4.302652729911275 * gap.std(axis=1) / np.sqrt(3)  # Student's t, two degrees of freedom
    found = pd.DataFrame({"mean": own.mean(axis=1), "difference": gap.mean(axis=1)})
    return found.assign(lo=found["difference"] - half, hi=found["difference"] + half)


def says(shown: str, share: float) -> bool:
    """Whether a text in per cent is this share, to half of its last digit and the six digits that the page keeps."""
    digits = len(shown.partition(".")[2])
    return abs(float(shown.replace("−", "-")) - 100 * share) <= 0.5 * 10**-digits + 1e-4


def test_a_slider_shows_the_stored_numbers(show: Show, swept: Results) -> None:
    """At each point every year reads as computed from its runs, and the last as the sweep's own summary says it."""
    page = show(swept, VIEW)
    design, drawn = swept.design.set_index("point"), {}
    for place, point in enumerate(design.index[design["designed"]]):
        changed(page, page.get_by_role("button", name="As it stands").click)
        page.get_by_label(DUTY, exact=True).fill("023"[place])  # its second value is the scenario's own
        slide(page, HORIZON, place)
        drawn[point] = curves(page)
        rows = {int(row[0]): row for row in numbers(page) if row[1].startswith("rate")}
        told = stored(swept, point)
        assert list(rows) == list(told.index)
        for year, row in told.iterrows():
            shown = [rows[year][2], rows[year][5], *rows[year][6].split(" to ")]
            assert all(map(says, shown, row[["mean", "difference", "lo", "hi"]]))
        for table, column, cell in ((swept.summary, "mean", 2), (swept.differences, "difference", 5)):
            last = table[(table["point"] == point) & (table["metric"] == OUTCOME) & (table["sector"] == SECTOR)].iloc[0]
            assert says(rows[2031][cell], last[column])
    assert len({str(each) for each in drawn.values()}) == 3


def test_a_combination_without_runs_is_a_gap(show: Show, swept: Results) -> None:
    """Nothing is made up for it; what was computed nearest is one press away."""
    page = show(swept, VIEW)
    slide(page, DUTY, 3)
    slide(page, HORIZON, 0)
    gap = page.locator("#gap")
    assert gap.is_visible() and "No run has this combination" in gap.inner_text()
    assert {row[1] for row in numbers(page)} == {"US and EU raise tariffs on China, as it stands"}
    changed(page, gap.get_by_role("button").click)
    assert not gap.is_visible() and any(row[1].startswith("rate = 50 %") for row in numbers(page))


def test_a_link_restores_the_view(show: Show, swept: Results) -> None:
    page = show(swept, VIEW)
    changed(page, page.get_by_role("button", name="Keep this curve").click)
    changed(page, page.get_by_role("button", name="As it stands").click)
    changed(page, lambda: page.get_by_label("Band of levels").select_option("mean"))
    first = page.get_by_role("spinbutton", name="From")
    changed(page, lambda: first.fill("2024") or first.press("Enter"))
    page.get_by_role("slider", name="Read off").press("ArrowLeft")
    again = show.there(page.url)  # type: ignore[attr-defined]
    look = "() => document.getElementById('plot').innerHTML.replace(/(clip|gradient)[_0-9]+/g, '')"
    assert again.url == page.url and again.evaluate(look) == page.evaluate(look)
    assert again.inner_text("#read") == page.inner_text("#read") == "Read off 2030"
    for wrong in ("#outcome=nothing@nowhere&at=99.99&year=1066&band=x&of=7", "#%%%"):
        other = show.there(page.url.split("#")[0] + wrong)  # type: ignore[attr-defined]
        assert other.complaints == [] and curves(other)


def test_what_is_shown_can_be_saved(show: Show, compared: Results) -> None:
    page = show(compared, f"{VIEW}&years=2025-2031")
    with page.expect_download() as download:
        page.get_by_role("button", name="Numbers as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    told = pd.read_csv(io.StringIO(text))
    assert download.value.suggested_filename == f"explore-{OUTCOME}-{SECTOR}-2025-2031.csv"
    assert len(told) == 3 * 7 and set(told["metric"]) == {OUTCOME}
    titles = {name: entry["title"] for name, entry in compared.manifest["scenarios"].items()}
    of_page, of_folder, level = 1e-5, 2.0**-16, told[["mean", "q95"]].abs().max().max()  # both round
    for table, columns in (
        (compared.summary, ["mean", "lo", "hi", "q05", "q95", "n"]),
        (compared.differences, ["difference"]),
    ):
        rows = table[(table["metric"] == OUTCOME) & (table["sector"] == SECTOR) & (table["year"] >= 2025)]
        rows = rows.assign(curve=rows["scenario"].map(titles))
        both = rows.merge(told, on=["curve", "year"], suffixes=("", "_told"), validate="one_to_one")
        assert len(both) == len(rows)
        for column in columns:
            largest = max(both[column].abs().max(), level)
            bound = (of_page + 2 * of_folder) * largest
            assert np.allclose(both[column], both[f"{column}_told"], rtol=0, atol=bound)
    with page.expect_download() as download:
        page.get_by_role("button", name="Chart as SVG").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(show: Show, swept: Results, compared: Results, scheme: str) -> None:
    """As axe-core finds them, all unfolded: over the years, and along a path with a gap; in the dark, contrast."""
    views = ((compared, VIEW), (swept, f"{VIEW}&across=0&at=0.2"))
    rules = "{}" if scheme == "light" else "{runOnly: ['color-contrast']}"
    for results, view in views:
        page = show(results, view, color_scheme=scheme)
        numbers(page)
        for fold in page.locator("details").all():
            fold.evaluate("each => { each.open = true; }")
        page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
        found = page.evaluate(f"async () => {{ {AXE}; return await axe.run({rules}); }}")
        told = [(each["id"], each["impact"], each["nodes"][0]["html"][:90]) for each in found["violations"]]
        assert len(found["passes"]) > (20 if scheme == "light" else 0)
        assert [each for each in told if each[1] in ("serious", "critical")] == [], told


def test_the_keyboard_does_it_all(show: Show, swept: Results) -> None:
    """Tab reaches every control in order; arrows move the year read off and the point, and the focus stays."""
    page = show(swept, VIEW)
    stops = page.evaluate(REACHABLE)
    reached = []
    for _ in stops:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("Number(document.activeElement.dataset.stop)"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert reached == stops
    year = page.get_by_role("slider", name="Read off")
    year.press("ArrowLeft")
    assert page.inner_text("#read-year") == "2030" and "2030. " in (year.get_attribute("aria-valuetext") or "")
    point = page.get_by_label(HORIZON, exact=True)
    before = point.get_attribute("aria-valuetext")
    changed(page, lambda: point.press("ArrowLeft"))
    assert page.evaluate("document.activeElement.id") == "factor-1"
    assert page.get_by_label(HORIZON, exact=True).get_attribute("aria-valuetext") != before


def test_the_text_alternative_says_what_is_drawn(show: Show, compared: Results) -> None:
    page = show(compared, f"{VIEW}&year=2031")
    said = page.locator("#chart").get_attribute("aria-label") or ""
    field = style.declared(OUTCOME)
    rows = compared.differences
    rows = rows[(rows["metric"] == OUTCOME) & (rows["sector"] == SECTOR) & (rows["year"] == 2031)]
    assert page.locator("#chart").get_attribute("role") == "img" and len(rows) == 2
    assert f"{field.text.replace(chr(39), '’')}, Cars, 2020 to 2031, in %." in said
    for row in rows.itertuples():
        assert f"difference in 2031 is {style.number(row.difference, field, signed=True)} % points" in said
    changed(page, lambda: page.get_by_role("checkbox", name="US and EU raise tariffs").uncheck())
    assert "US and EU raise tariffs" not in (page.locator("#chart").get_attribute("aria-label") or "")


def test_the_pointer_reads_off_years(show: Show, compared: Results) -> None:
    page = show(compared, VIEW)
    box = page.locator("#plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 150)
    tip = page.locator("#tip")
    assert tip.is_visible() and tip.inner_text().startswith(page.inner_text("#read-year"))
    assert 2024 <= int(page.inner_text("#read-year")) <= 2027
    level = compared.summary.query(f"metric == '{OUTCOME}' and sector == '{SECTOR}' and scenario == 'baseline'")
    level = level.set_index("year")["mean"].loc[int(page.inner_text("#read-year"))]
    assert f"{style.number(level, style.declared(OUTCOME))} %" in tip.inner_text()


def test_policies_and_observations_are_drawn(show: Show, compared: Results) -> None:
    page = show(compared, "#outcome=technology_level@solar")
    shapes = page.locator("#plot .mark-symbol path").count()
    other = show(compared, "#outcome=welfare@solar")
    assert shapes > other.locator("#plot .mark-symbol path").count() or not _observed(page, "solar")
    assert "announced" in page.locator("#plot").inner_text()
    assert "announced 2026Q4, in force 2027Q1" in (page.locator("#policies").text_content() or "")


def _observed(page: Page, sector: str) -> bool:
    told = json.loads(page.locator("#data").inner_text())
    return any(row[0] >= 2020 for row in told["observed"].get("technology_level", {}).get(sector, []))


def test_a_phone_scrolls_down_only(show: Show, results: Results) -> None:
    page = show(results, viewport={"width": 390, "height": 844})
    numbers(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    wide = page.locator("#plot svg").bounding_box()
    assert wide is not None and 300 < wide["width"] <= 390
    turn = turn_of(page)
    page.set_viewport_size({"width": 800, "height": 844})
    settled(page, turn)
    wide = page.locator("#plot svg").bounding_box()
    assert wide is not None and wide["width"] > 600


def test_it_is_light_or_dark_as_the_screen(show: Show, compared: Results) -> None:
    page = show(compared, VIEW, color_scheme="dark")
    ink = "() => getComputedStyle(document.querySelector('#plot .mark-line path')).stroke"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 25, 28)"
    bright = page.evaluate(ink)
    changed(page, lambda: page.emulate_media(color_scheme="light"))
    assert re.findall(r"\d+", page.evaluate(ink)) != re.findall(r"\d+", bright)
