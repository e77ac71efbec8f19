"""One style for all figures: colours, line styles, fonts, axes and their units.

Partnership types have a fixed palette (Tol's "bright"), scenarios another (Okabe-Ito, the base thick and black), and
colour never speaks alone: types keep their order and labels, scenarios have a line style and a label.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sim.machine.declare import Field, fields
from sim.model.columns import FIRST_YEAR, Type
from sim.model.records import Market, Outcome, Vintage
from sim.plots.letters import lettered
from sim.plots.observed import Mark

WIDTH = 7.0  # inches, a journal's double column
HISTORY_ENDS = 2026.25  # dated policies drive the model to 2026Q1, then the scenario does
YEAR_END = 0.75  # a year's value stands at its last quarter, so that nothing seems to precede its cause

TYPE_COLOURS: Mapping[Type, str] = {
    Type.market_access: "#4477AA",
    Type.co_innovation: "#CCBB44",
    Type.globalize: "#EE6677",
    Type.hub: "#AA3377",
    Type.wholly_owned: "#A6A6A6",
    Type.none: "#EFEFEF",
}
TYPE_LABELS: Mapping[Type, str] = {
    Type.market_access: "Market access",
    Type.co_innovation: "Co-innovation",
    Type.globalize: "Globalise",
    Type.hub: "Hub",
    Type.wholly_owned: "Wholly owned",
    Type.none: "None",
}
FOREIGN, CHINESE, GREY, INK = "#4D4D4D", "#CC3311", "#777777", "#222222"


class Stroke(NamedTuple):
    """How a scenario's line is drawn."""

    color: str
    linestyle: Any
    linewidth: float


BASE = Stroke("#000000", "-", 1.8)
STROKES = (
    Stroke("#0072B2", (0, (5, 1.5)), 1.4),
    Stroke("#D55E00", (0, (5, 1.5, 1, 1.5)), 1.4),
    Stroke("#009E73", (0, (1.5, 1)), 1.6),
    Stroke("#CC79A7", (0, (8, 2)), 1.4),
    Stroke("#8F6100", (0, (3, 1, 1, 1, 1, 1)), 1.4),
    Stroke("#2A7EB0", (0, (1, 2)), 1.6),
)


def stroke(scenario: str, scenarios: Sequence[str]) -> Stroke:
    """The line of a scenario, bound to its place in the folder; beyond six the rest are grey."""
    place = scenarios.index(scenario)
    if place == 0:
        return BASE
    return STROKES[place - 1] if place <= len(STROKES) else Stroke("#999999", "-", 1.0)


CONTRAST = 4.5  # of small text on white, as WCAG 2 asks at level AA


@lru_cache
def readable(color: str) -> str:
    """A colour dark enough for small text on white: itself, or darkened until it is."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(color)
    while contrast(to_hex((red, green, blue))) < CONTRAST:
        red, green, blue = 0.97 * red, 0.97 * green, 0.97 * blue
    return str(to_hex((red, green, blue)))


def contrast(color: str, paper: str = "#FFFFFF") -> float:
    """Ratio of luminances of two colours, 1 to 21. Source: WCAG 2.2, relative luminance."""
    from matplotlib.colors import to_rgb

    def luminance(name: str) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(name)]
        return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])

    low, high = sorted((luminance(color), luminance(paper)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1)
def setup() -> Any:
    """Matplotlib's pyplot-free figure class, with this project's settings in force."""
    import matplotlib
    from matplotlib import font_manager

    matplotlib.use("Agg")
    known = {font.name for font in font_manager.fontManager.ttflist}
    wide = [
        name
        for name in ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "SimHei")
        if name in known
    ]
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(
        {
            "font.family": "sans-serif",  # written last into SVG, for readers without the first
            "font.sans-serif": ["DejaVu Sans", *wide],
            "font.size": 8,
            "axes.titlesize": 8,
            "axes.labelsize": 8,
            "xtick.labelsize": 7.5,
            "ytick.labelsize": 7.5,
            "axes.titlelocation": "left",
            "axes.titlepad": 3,
            "axes.titley": 1.0,  # no ticks stand above: nothing has to be measured for that
            "axes.linewidth": 0.6,
            "axes.edgecolor": GREY,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.unicode_minus": True,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "xtick.color": INK,
            "ytick.color": INK,
            "text.color": INK,
            "axes.labelcolor": INK,
            "lines.linewidth": 1.3,
            "hatch.linewidth": 0.5,
            "svg.fonttype": "none",
            "svg.hashsalt": "contraflow",
            "pdf.fonttype": 42,
            "savefig.dpi": 200,
        }
    )
    from matplotlib.figure import Figure

    return Figure


def quarter(year: float) -> str:
    """A decimal year as YYYYQn."""
    count = round((year - FIRST_YEAR) * 4)
    return f"{FIRST_YEAR + count // 4}Q{count % 4 + 1}"


def words(name: str) -> str:
    """A name as a label: `auto_components` reads Auto components, `cars/electric` Cars: electric."""
    if name == "all":
        return "All sectors"
    sector, _, generation = name.partition("/")
    label = sector.replace("_", " ")
    label = label[:1].upper() + label[1:]
    return f"{label}: {generation.replace('_', ' ')}" if generation else label


REGION_LABELS = {"us": "US", "eu": "EU", "japan_korea": "Japan and Korea", "row": "Rest of world"}


def region_words(region: str) -> str:
    """A region's label."""
    return REGION_LABELS.get(region, words(region))


def place_words(sector: str, region: str = "", inside: bool = False) -> str:
    """Sector and region as a label, or `inside` a sentence: `Cars, EU`, `cars, EU`."""
    told = words(sector)
    told = lowered(told) if inside else told
    return f"{told}, {region_words(region)}" if region else told


def heading(text: str, sector: str, region: str = "") -> str:
    """A metric's words, with the sector and region that they are about unless these are all."""
    return text if sector == "all" and not region else f"{text}: {place_words(sector, region, inside=True)}"


def declared(metric: str, regional: bool = False) -> Field:
    """The declaration of a metric; of `markets` before that of `trajectories` where both have it and it is regional."""
    for table in (Market, Outcome, Vintage) if regional else (Outcome, Market, Vintage):
        if metric in fields(table):
            return fields(table)[metric]
    return Field("", words(metric))


UNITS = {
    "share": "%",
    "probability": "% a quarter",
    "count": "number",
    "money": "bn 2020 USD a year",
    "log": "log points, 0.1 ≈ 10 %",
    "ratio": "ratio",
    "months": "months",
    "index": "index",
}


def unit(field: Field) -> str:
    """The unit as an axis says it."""
    return UNITS.get(field.unit, field.unit)


def formula(field: Field) -> str:
    """A metric's formula as a sentence's beginning, with typographic signs."""
    return polish(f"{field.formula[:1].upper()}{field.formula[1:]}".replace(" - ", " − ").replace(" x ", " × "))


def lowered(text: str) -> str:
    """A text as it goes on inside a sentence."""
    return text[:1].lower() + text[1:]


def polish(text: str) -> str:
    """Straight apostrophes, as declarations have them, made typographic."""
    return text.replace("'", "’")


def percent(field: Field) -> bool:
    """Whether values are shown times 100."""
    return field.unit in ("share", "probability")


def number(value: float, field: Field, signed: bool = False) -> str:
    """A value in its field's unit, to about three significant digits with thousands separators; a dash for none."""
    if value != value:
        return "–"
    scaled = value * 100 if percent(field) else value
    size = abs(scaled)
    if size < 0.00005:
        return "0"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4
    return f"{scaled:{'+' if signed else ''},.{digits}f}".replace("-", "−")


def format_axis(axis: Any, field: Field, difference: bool = False) -> None:
    """Ticks in the field's unit: percent or percentage points for shares, thousands separated elsewhere."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    def text(value: float, _: int) -> str:
        scaled = round(value * 100 if percent(field) else value, 9)
        sign = "+" if difference and scaled > 0 else ""
        return f"{sign}{scaled:,.10g}".replace("-", "−")

    axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(text))


def year_axis(axes: Any, first: float, last: float, ticks: int = 4, at: float | None = None) -> None:
    """The years first to last, both whole, on the horizontal axis, and a thin line where history ends.

    at: the part of a year at which ticks stand and the panel begins and ends, for areas that are to fill it; absent:
    ticks stand at the beginning of years, and the panel ends with the last year.
    """
    from matplotlib.ticker import FuncFormatter

    first, last = float(first // 1), float(last // 1)
    axes.set_xlim(*((first, last + 1) if at is None or first == last else (first + at, last + at)))
    step = next((step for step in (1, 2, 5, 10, 20, 25) if (last - first) / step <= ticks), 50)
    start = int(first if first % 10 == 0 or step == 1 else -(-first // step) * step)
    axes.set_xticks([year + (at or 0.0) for year in range(start, int(last) + 1, step)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value // 1:.0f}"))
    if first < HISTORY_ENDS < last + 1:
        axes.axvline(HISTORY_ENDS, color=GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=2.2)


def nothing(axes: Any) -> None:
    """Say in a panel that it has no values to show."""
    axes.text(0.5, 0.5, "nothing to show", transform=axes.transAxes, ha="center", va="center", color=GREY, fontsize=7)


def band(axes: Any, x: Any, low: Any, high: Any, color: str, edged: bool = False) -> None:
    """Spread of runs as plain shade; an interval of a mean as shade with edges."""
    axes.fill_between(x, low, high, color=color, alpha=0.18 if edged else 0.15, linewidth=0, zorder=1)
    if edged:
        for edge in (low, high):
            axes.plot(x, edge, color=color, linewidth=0.6, alpha=0.8, zorder=1.5)


def marks(axes: Any, found: Sequence[Mark], color: str) -> None:
    """Observed values with their ranges; a triangle where the value is a lower bound."""
    for bound, marker in ((False, "o"), (True, "^")):
        mine = [mark for mark in found if mark.bound is bound]
        if mine:
            years, values = [mark.year + 0.5 for mark in mine], [mark.value for mark in mine]
            reach = [[mark.value - mark.low for mark in mine], [mark.high - mark.value for mark in mine]]
            points = axes.errorbar(
                years,
                values,
                yerr=reach,
                fmt=marker,
                markersize=2.6,
                markerfacecolor="white",
                markeredgewidth=0.8,
                color=color,
                elinewidth=0.8,
                zorder=4,
            )
            points[0].set_clip_on(False)  # a value at the panel's edge is seen whole


def end_labels(
    axes: Any, x: float, labels: Sequence[tuple[float, str, str]], gap: float = 0.085, size: float = 7.5
) -> None:
    """Labels (height, text, colour) right of the last point, pushed apart to at least `gap` of the panel's height."""
    low, high = axes.get_ylim()
    order = sorted(range(len(labels)), key=lambda i: labels[i][0])
    heights = [min(max((labels[i][0] - low) / (high - low), 0.0), 1.0) for i in order]
    for place in range(1, len(heights)):
        heights[place] = max(heights[place], heights[place - 1] + gap)
    surplus = max(heights[-1] - 1.0, 0.0) if heights else 0.0
    heights = [height - surplus for height in heights]
    for place in range(len(heights) - 2, -1, -1):
        heights[place] = min(heights[place], heights[place + 1] - gap)
    for i, height in zip(order, heights, strict=True):
        _, text, color = labels[i]
        axes.annotate(
            text,
            (x, height),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            color=readable(color),
            fontsize=size,
            va="center",
            ha="left",
            annotation_clip=False,
        )


@lru_cache(maxsize=512)
def text_width(text: str, size: float) -> float:
    """Width of a text in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    setup()
    with lettered():
        width, _, _ = TextToPath().get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return float(width) / 72


def short(title: str, length: int = 38) -> str:
    """A title short enough for a key, cut at a word."""
    if len(title) <= length:
        return title
    return title[: length - 1].rsplit(" ", 1)[0].rstrip(",;: ") + " …"
