"""What tests ask of an open explorer."""

from playwright.sync_api import Locator, Page


def settled(page: Page, turn: int) -> int:
    """Wait until the page has drawn a view after that turn; its number."""
    for _ in range(3000):  # the page's policy forbids to hand it code that waits
        if (now := turn_of(page)) > turn:
            return now
        page.wait_for_timeout(10)
    raise AssertionError(f"nothing was drawn: {page.complaints}")  # type: ignore[attr-defined]


def turn_of(page: Page) -> int:
    return int(page.evaluate("Number(document.documentElement.dataset.ready || 0)"))


def changed(page: Page, change: object) -> None:
    """Do something, and wait until the page shows what it led to."""
    turn = turn_of(page)
    change()  # type: ignore[operator]
    settled(page, turn)


def slide(page: Page, label: str, place: int) -> None:
    """Move a slider, as its keys do."""
    slider: Locator = page.get_by_label(label, exact=True)
    changed(page, lambda: slider.fill(str(place)))


def curves(page: Page) -> list[str]:
    """The lines drawn, as SVG paths."""
    lines = page.locator("#plot .mark-line path")
    return [str(each.get_attribute("d")) for each in lines.all()]


def numbers(page: Page) -> list[list[str]]:
    """The chart as its table says it."""
    if not page.locator("#numbers").evaluate("each => each.open"):
        page.locator("#numbers > summary").click()
        page.wait_for_selector("#numbers-table tbody tr")
    rows = "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    found: list[list[str]] = page.locator("#numbers-table tbody tr").evaluate_all(rows)
    return found
