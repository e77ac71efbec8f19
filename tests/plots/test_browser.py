"""The pages in a real browser: they load, show every figure, can be used by keyboard, and can be read.

Skipped where no Chromium is installed (Debian: `apt-get install chromium`).
"""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sim import plots, report
from sim.explain import account, without_shocks
from sim.report import life
from sim.verify.laboratory import Laboratory

PAGES = ("compare", "run", "life")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1200, "height": 900}

# Every text with its ratio of contrast, worst first: colours as computed, text of figures on the white they stand on.
CONTRAST = """() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const linear = part => { part /= 255; return part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest("title, desc, style")) continue;
    const style = getComputedStyle(element), drawn = element instanceof SVGElement;
    const ink = channels(drawn ? style.fill : style.color);
    if (drawn && ink.slice(0, 3).every(part => part === 255)) continue;  // white on a patch of its own
    const [low, high] = [luminance(ink), luminance(behind(element))].sort((a, b) => a - b);
    const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 700;
    found.push([(high + .05) / (low + .05), !drawn && (size >= 24 || size >= 18.66 && bold) ? 3 : 4.5, text]);
  }
  return found.sort((a, b) => a[0] - b[0]);
}"""
REACHABLE = """() => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility()).map((each, n) => { each.dataset.stop = n; return n; })"""
FOCUSED = "() => document.activeElement === document.body ? null : Number(document.activeElement.dataset.stop)"


@pytest.fixture(scope="module")
def pages(
    folder: Path, drawn: list[Path], synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A page of each kind; the last is the longest life of a small world, without one of its shocks."""
    alone = synthetic.results(
        tmp_path_factory.mktemp("alone"), seeds=3, sectors={"cars": 2023.0}, scenarios={"baseline": "Policies stay"}
    )
    plots.draw(alone, formats=("png",))  # pages do with pixels where no SVG was asked for
    written = {"compare": report.write(folder), "run": report.write(alone)}
    written["life"] = tmp_path_factory.mktemp("life") / "life.html"
    written["life"].write_text(_life(Laboratory(tmp_path_factory.mktemp("world"))), encoding="utf-8")
    return written


def _life(lab: Laboratory) -> str:
    tariff = {"kind": "tariff", "origin": "us", "destination": "china", "rate": 0.3, "start": "1995Q1"}
    scenario = lab.scenario({**tariff, "id": "duty", "sectors": "all", "label": "The duty"})
    from sim.explain import firm_names
    from sim.explain.past import life_names
    from sim.scenario.build import labels
    from sim.simulate import simulate

    run = simulate(scenario, 1)
    names = life_names(run.lives, firm_names(labels(scenario), run.firm_ids))
    spans = {name: int(run.lives["end"][n]) - int(run.lives["start"][n]) for name, n in names.items()}
    longest = max(spans, key=lambda name: spans[name])
    told = account(scenario, 1, longest, base=without_shocks(scenario, ["duty"]))
    return life.render(told, "python run.py explain", [("scenario", scenario.hash)])


@pytest.fixture(params=PAGES)
def opened(request: pytest.FixtureRequest, browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    """Each page, opened on a desk; whatever it complains of or asks for is kept in `page.complaints`."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith("data:") else complaints.append(asked.url))
    here = pages[request.param].as_uri()
    page.goto(here)
    complaints.remove(here)
    page.complaints = complaints  # type: ignore[attr-defined]
    yield page
    context.close()


def test_a_page_loads_without_complaint_and_asks_for_nothing(opened: Any) -> None:
    assert opened.complaints == []
    assert opened.title() and opened.locator("h1").count() == 1
    assert "nan" not in opened.locator("main").inner_text().split()


def test_every_figure_is_seen_and_said(opened: Page) -> None:
    figures = opened.locator("figure").all()
    assert figures
    for figure in figures:
        image = figure.locator("svg[role=img], img")
        assert image.count() == 1
        box = image.bounding_box()
        assert image.is_visible() and box is not None and box["width"] > 300 and box["height"] > 100
        assert len(image.get_attribute("aria-label") or image.get_attribute("alt") or "") > 40
        if image.evaluate("each => each.tagName") == "IMG":
            assert image.evaluate("each => each.naturalWidth") > 300


def test_the_keyboard_reaches_everything(opened: Page) -> None:
    """Tab goes through every link, fold and scrolled part once, in their order; the first leads to the content."""
    stops = opened.evaluate(REACHABLE)
    assert len(stops) > 8
    reached = []
    for _ in stops:
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate(FOCUSED))
        if len(reached) == 1:
            assert opened.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
            assert opened.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert reached == stops
    fold = opened.locator("details:not([open]) > summary").first.element_handle()
    fold.press("Enter")
    assert fold.evaluate("each => each.parentElement.open")
    opened.locator(".skip").press("Enter")
    assert opened.url.endswith("#main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(opened: Page, scheme: Any) -> None:
    opened.emulate_media(color_scheme=scheme)
    for fold in opened.locator("details").all():
        fold.evaluate("each => { each.open = true; }")
    found = opened.evaluate(CONTRAST)
    assert len(found) > 50
    assert [each for each in found if each[0] < each[1]] == []
    paper = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    # Figures are drawn for white paper and keep it.
    cards = opened.locator("figure > .scroll").evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
    assert set(cards) == {"rgb(255, 255, 255)"}


def test_contrast_is_measured(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        '<p style="color: #777">weak <b style="color: #000">strong</b></p><svg><text fill="#aaa">pale</text></svg>'
    )
    found = {text: ratio for ratio, _, text in page.evaluate(CONTRAST)}
    assert found["weak"] == pytest.approx(4.48, abs=0.01) and found["strong"] == pytest.approx(21)
    assert found["pale"] == pytest.approx(2.32, abs=0.01)
    page.close()


def test_a_phone_scrolls_down_only(opened: Page) -> None:
    opened.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for fold in opened.locator("details").all():
        fold.evaluate("each => { each.open = true; }")
    assert opened.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    small = opened.evaluate(
        "() => [...document.querySelectorAll('main p, main td, figcaption')]"
        ".filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 12).length"
    )
    assert small == 0


def test_paper_is_white_and_shows_what_is_folded(opened: Page) -> None:
    """Printed from a dark screen."""
    opened.emulate_media(media="print", color_scheme="dark")
    look = "each => { const s = getComputedStyle(each); return [s.color, s.backgroundColor]; }"
    assert opened.locator("body").evaluate(look) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not opened.locator("nav").first.is_visible() and not opened.locator(".skip").is_visible()
    closed = opened.locator("details:not([open])").first
    assert closed.evaluate("each => getComputedStyle(each, '::details-content').contentVisibility") == "visible"
    assert [each for each in opened.evaluate(CONTRAST) if each[0] < each[1]] == []
    paper = opened.pdf(format="A4")
    assert paper.startswith(b"%PDF") and paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") >= 1
