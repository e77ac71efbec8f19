"""The page's drawing: a map of partnerships, sector by sector, and what they add up to, as one SVG.

Text and axes take the page's own colour, so that it reads on light and on dark.
"""

from collections.abc import Iterator, Sequence
from html import escape
from math import floor, log10
from typing import Any

import numpy as np

from sim.app.shown import ABROAD, FLIPS, IN_FORCE, Shown
from sim.model.columns import FIRST_YEAR, HOST_TYPES, Kind, Type
from sim.plots import style

TYPES = (*HOST_TYPES, Type.globalize)
COLUMNS, WIDE, HIGH = 4, 176, 150  # of the map: panels in a row, and the size of one
TOP, CHARTS = 58, 744  # where the map begins, and where the charts stand
CHART_WIDE, CHART_HIGH = 270, 118
FULL = 60  # firms a side, or partnerships, beyond which a sector is drawn by type
CAPTION = {
    "active": "Partnerships in force",
    "flips": "Flips so far",
    "abroad": "Sales abroad, % of the market there",
}
LINES = {
    "active": [
        (name, style.TYPE_LABELS[type_], style.TYPE_COLOURS[type_]) for name, type_ in zip(IN_FORCE, TYPES, strict=True)
    ],
    "flips": [(FLIPS[0], "Of technology", "#0072B2"), (FLIPS[1], "Of the product", "#D55E00")],
    "abroad": [(ABROAD[0], "Chinese brands", style.CHINESE), (ABROAD[1], "All on Chinese technology", "#009E73")],
}


def drawing(shown: Shown, reference: Shown) -> str:
    """The run in its quarter as an SVG; dashed: the scenario as the page opened with it."""
    height = TOP + HIGH * -(-len(shown.labels.sectors) // COLUMNS) + 4
    parts = [*_legend(), *_map(shown), *_charts(shown, reference)]
    return (
        f'<svg viewBox="0 0 1070 {height}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(told(shown))}" data-quarter="{shown.now}" '
        'style="width:100%;height:auto;font-family:sans-serif">'
        f"{''.join(parts)}</svg>"
    )


def told(shown: Shown) -> str:
    """The drawing in words, for those who cannot see it."""
    counts = np.bincount(shown.contracts()["type"], minlength=len(Type))
    by_type = ", ".join(f"{style.TYPE_LABELS[each]} {counts[each]}" for each in TYPES)
    flips = shown.series(FLIPS[1])
    return f"{shown.now}: partnerships in force: {by_type}. Product flips so far: {flips[-1] if flips else 0:.0f}."


def _text(x: float, y: float, words: str, size: float = 11, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="currentColor" {more}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" {more}/>'


def _dot(x: float, y: float, radius: float, color: str, more: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{color}" {more}/>'


IN_FORCE_LINE, FLIPPED_LINE, ENDED_LINE = (
    'stroke-width="1.5"',
    'stroke-width="3" stroke-dasharray="5 2.5"',
    'stroke-width="1.5" opacity="0.3"',
)


def _legend() -> Iterator[str]:
    x = 4.0
    for type_ in TYPES:
        yield _line(x, 12, x + 24, 12, style.TYPE_COLOURS[type_], 'stroke-width="3"')
        yield _text(x + 30, 16, style.TYPE_LABELS[type_])
        x += 48 + 6.3 * len(style.TYPE_LABELS[type_])
    yield _dot(x + 4, 12, 3, "currentColor")
    yield _text(x + 12, 16, "multinational (left)")
    yield _dot(x + 144, 12, 3, style.CHINESE)
    yield _text(x + 152, 16, "Chinese firm (right)")
    x = 4.0
    for words, more in (
        ("signed this quarter", IN_FORCE_LINE),
        ("in force", IN_FORCE_LINE),
        ("its product has flipped", FLIPPED_LINE),
        ("ended this quarter", ENDED_LINE),
    ):
        yield _line(x, 34, x + 24, 34, "currentColor", more)
        if words.startswith("signed"):
            yield _dot(x + 12, 34, 3.5, "none", 'stroke="currentColor" stroke-width="1.3"')
        yield _text(x + 30, 38, words)
        x += 48 + 6.0 * len(words)


def _map(shown: Shown) -> Iterator[str]:
    contracts = shown.contracts()
    for sector, name in enumerate(shown.labels.sectors):
        x, y = (sector % COLUMNS) * WIDE, TOP + (sector // COLUMNS) * HIGH
        mine = _of(contracts, sector)
        yield _text(x + 4, y + 11, style.words(name), 11, 'font-weight="600"')
        yield _text(x + WIDE - 16, y + 11, f"{len(mine['id'])}", 11, 'text-anchor="end"')
        sides = [_places(shown, sector, kind) for kind in (Kind.multinational, Kind.chinese)]
        if max(len(mine["id"]), *map(len, sides)) > FULL:
            yield from _bands(mine["type"], x, y)
            continue
        at = (x + 8, x + WIDE - 18)
        ended = _of(shown.ended, sector)
        yield from _lines(shown, ended, (at, sides, y), ENDED_LINE)
        yield from _lines(shown, mine, (at, sides, y))
        for place, side, color in zip(at, sides, ("currentColor", style.CHINESE), strict=True):
            yield from (_dot(place, y + height, 1.6, color) for row, height in side.items() if _lives(shown, row))


def _of(contracts: dict[str, Any], sector: int) -> dict[str, Any]:
    mine = contracts["sector"] == sector
    return {name: values[mine] for name, values in contracts.items()}


def _lives(shown: Shown, row: int) -> bool:
    return bool(shown.state.firms.active[row])


def _places(shown: Shown, sector: int, kind: Kind) -> dict[int, float]:
    """Height in the panel of every firm that ever was on a side: it keeps its place when others go."""
    firms = shown.state.firms
    rows = np.flatnonzero((firms.sector == sector) & (firms.kind == kind) & (firms.id > 0)).tolist()
    gap = (HIGH - 30) / max(len(rows), 1)
    return {row: 20 + gap * (n + 0.5) for n, row in enumerate(rows)}


def _lines(shown: Shown, contracts: dict[str, Any], panel: Any, drawn: str = "") -> Iterator[str]:
    (left, right), (multinationals, chinese), y = panel
    columns = ("multinational", "chinese", "type", "start", "product_flipped")
    for m, c, type_, start, flipped in zip(*(contracts[name].tolist() for name in columns), strict=True):
        color = style.TYPE_COLOURS[Type(type_)]
        from_, to = y + multinationals[m], y + chinese[c]
        yield _line(left, from_, right, to, color, drawn or (FLIPPED_LINE if flipped >= 0 else IN_FORCE_LINE))
        if start == shown.quarter and not drawn:
            yield _dot((left + right) / 2, (from_ + to) / 2, 3.5, "none", f'stroke="{color}" stroke-width="1.3"')


def _bands(types: Any, x: float, y: float) -> Iterator[str]:
    """A sector with too many firms to tell apart: a bar a type, as thick as its part, with the count."""
    counts = np.bincount(types, minlength=len(Type))
    for n, type_ in enumerate(TYPES):
        height = y + 36 + 28 * n
        width = 1 + 18 * counts[type_] / max(counts.sum(), 1)
        yield _line(x + 8, height, x + WIDE - 60, height, style.TYPE_COLOURS[type_], f'stroke-width="{width:.1f}"')
        yield _text(x + WIDE - 52, height + 4, f"{counts[type_]}")


def _charts(shown: Shown, reference: Shown) -> Iterator[str]:
    first, last = shown.setting.start, shown.setting.end + 1
    for n, (key, lines) in enumerate(LINES.items()):
        scale = 100 if key == "abroad" else 1
        series = [[scale * v for v in shown.series(name)] for name, _, _ in lines]
        before = [[scale * v for v in reference.series(name)] for name, _, _ in lines]
        top = _round_up(max((max(values, default=0) for values in (*series, *before)), default=0))
        y = TOP + 14 + n * (CHART_HIGH + 82)
        yield _text(CHARTS, y - 8, CAPTION[key], 11, 'font-weight="600"')
        yield from _axes(y, top, first, last)
        x_of = _years(first, last)
        for values, earlier, (_, words, color) in zip(series, before, lines, strict=True):
            earlier = earlier[: max(len(values), 1)]
            yield _path(earlier, (x_of, y, top), color, 'stroke-width="1" stroke-dasharray="2 2.5"')
            yield _path(values, (x_of, y, top), color, 'stroke-width="1.8"', words)
        yield from _key(y + CHART_HIGH + 32, lines, series)


def _key(y: float, lines: Sequence[tuple[str, str, str]], series: list[list[float]]) -> Iterator[str]:
    """Names of a chart's lines with their last values, below it."""
    x = float(CHARTS)
    for (_, words, color), values in zip(lines, series, strict=True):
        said = f"{words} {values[-1]:.3g}" if values else words
        yield _line(x, y - 4, x + 12, y - 4, color, 'stroke-width="3"')
        yield _text(x + 16, y, said, 10)
        x += 26 + 5.6 * len(said)


def _years(first: int, last: int) -> Any:
    return lambda year: CHARTS + 28 + CHART_WIDE * (year - first) / (last - first)


def _axes(y: float, top: float, first: int, last: int) -> Iterator[str]:
    x_of = _years(first, last)
    grey = 'stroke-width="0.7" opacity="0.35"'
    for value in (0.0, top / 2, top):
        height = y + CHART_HIGH * (1 - value / top)
        yield _line(x_of(first), height, x_of(last), height, "currentColor", grey)
        yield _text(x_of(first) - 4, height + 3.5, f"{value:g}", 10, 'text-anchor="end"')
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100) if (last - first) / each <= 6)
    for year in range(-(-first // step) * step, last + 1, step):
        yield _line(x_of(year), y + CHART_HIGH, x_of(year), y + CHART_HIGH + 3, "currentColor", grey)
        yield _text(x_of(year), y + CHART_HIGH + 14, f"{year}", 10, 'text-anchor="middle"')


def _path(values: list[float], where: Any, color: str, more: str, words: str = "") -> str:
    """A series from 1979Q1 as far as it lies in the years shown; a quarter without a value interrupts it."""
    x_of, y, top = where
    points, pen = [], "M"
    for n, value in enumerate(values):
        x = x_of(FIRST_YEAR + (n + 1) / 4)
        if value != value or x < x_of(0) or x < CHARTS + 28:
            pen = "M"
            continue
        points.append(f"{pen}{x:.1f} {y + CHART_HIGH * (1 - value / top):.1f}")
        pen = "L"
    titled = f"<title>{escape(words)}</title>" if words else ""
    return f'<path d="{"".join(points)}" fill="none" stroke="{color}" {more}>{titled}</path>'


def _round_up(value: float) -> float:
    """A round number at or above a value, for the top of an axis."""
    ten = 10.0 ** floor(log10(max(value, 1.0)))
    return next(ten * each for each in (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10) if ten * each >= value)
