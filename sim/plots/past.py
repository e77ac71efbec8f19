"""Figure of history: the model's band beside what was observed and what naive forecasts said, fit window shaded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.evidence.history.worlds import TYPES
from sim.evidence.scorecard.panels import FIRST, LAST, Bar, Panel
from sim.model.columns import Type
from sim.plots import style
from sim.plots.sheet import Entry, Sheet

MODEL, FIT = "#0072B2", "#EDEBE4"
NAIVE: dict[str, tuple[str, Any]] = {  # words and dashes
    "constant": ("last value", (0, (1, 1.2))),
    "trend": ("trend", (0, (4, 1.5))),
    "logistic": ("logistic", (0, (6, 1.5, 1, 1.5))),
    "random_walk": ("random walk with drift", (0, (2, 1.5, 1, 1.5, 1, 1.5))),
}
COLUMNS, CURVES = 3, 1.22


def draw(panels: Sequence[Panel], bars: Sequence[Bar], best: str, until: int, runs: int, about: str) -> Sheet:
    """The sheet: a curve a panel, and below them the composition of recorded adoptions by period."""
    rows = -(-len(panels) // COLUMNS)
    sheet = Sheet(
        "history",
        "History: the model beside the record",
        rows + 1,
        COLUMNS,
        height=CURVES,
        heights=[CURVES] * rows + [1.75],
        left=0.45,
        right=0.15,
        gap_x=0.42,
        gap_y=0.47,
        below=0.22,
        key=_key(until),
        caption=f"Model: {runs} runs, median and 5 to 95 % ({about}). Technology: Chinese over foreign, log axis; its "
        "circles are judgements with their range, those of shares published numbers; where the band falls to the axis, "
        "no Chinese firm is left in those runs. Naive forecasts use observations of the fit window only; where there "
        "are none, there is none. Below: recorded formations and conversions, the model's and a naive forecast "
        f"({best.replace('_', ' ')}, chosen on earlier rows) of the same rows, in the same sectors and years; number "
        "of rows above the bars. Dotted line: history ends in 2026.",
    )
    for axes, panel in zip(sheet.panels, panels, strict=False):
        _curve(axes, panel, until)
    for axes in sheet.panels[len(panels) :]:
        axes.set_visible(False)
    _composition(sheet, bars)
    sheet.table = _table(panels, bars)
    sheet.alt = _alt(panels, until)
    return sheet


def _key(until: int) -> list[Entry | None]:
    entries: list[Entry | None] = [
        Entry("Model, median and 90 % of runs", MODEL, alpha=0.2),
        Entry("Observed", style.INK, linewidth=0, marker="o"),
        Entry(f"Fit window, to {until}", "#A9A492", linewidth=0, alpha=0.35),
    ]
    naive: list[Entry | None] = [
        Entry(f"Naive: {text}" if n == 0 else text, style.GREY, dashes, 1.0)
        for n, (text, dashes) in enumerate(NAIVE.values())
    ]
    types: list[Entry | None] = [
        Entry(style.TYPE_LABELS[Type[kind]], style.TYPE_COLOURS[Type[kind]], linewidth=0, alpha=1.0) for kind in TYPES
    ]
    return [*entries, None, *naive, None, *types]


def _curve(axes: Any, panel: Panel, until: int) -> None:
    axes.axvspan(FIRST, until + 1, color=FIT, linewidth=0, zorder=0)
    at = panel.years + style.YEAR_END
    low, middle, high = panel.band
    axes.fill_between(at, low, high, color=MODEL, alpha=0.22, linewidth=0, zorder=1.5)
    axes.plot(at, middle, color=MODEL, linewidth=1.4, zorder=3)
    for name, values in panel.naive.items():
        axes.plot(
            panel.naive_years + style.YEAR_END,
            values,
            color=style.GREY,
            linestyle=NAIVE[name][1],
            linewidth=0.9,
            zorder=2.5,
        )
    years = [point.year + (style.YEAR_END if point.year == int(point.year) else 0.0) for point in panel.observed]
    seen = [point.value for point in panel.observed]
    reach = [[p.value - p.low for p in panel.observed], [p.high - p.value for p in panel.observed]]
    axes.errorbar(
        years, seen, yerr=reach, fmt="o", markersize=2.8, markerfacecolor="white", markeredgewidth=0.8,
        color=style.INK, elinewidth=0.8, zorder=4,
    )  # fmt: skip
    _scale(axes, panel)
    style.year_axis(axes, FIRST, LAST)
    axes.set_title(f"{panel.title}, {'%' if panel.unit == 'share' else 'ratio'}")


def _scale(axes: Any, panel: Panel) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    if panel.unit == "share":
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}"))
        return
    axes.set_yscale("log")
    axes.set_ylim(0.1, 2.6)
    axes.axhline(1.0, color=style.GREY, linewidth=0.6, zorder=1)
    axes.yaxis.set_major_locator(FixedLocator([0.1, 0.25, 0.5, 1, 2]))
    axes.yaxis.set_minor_locator(FixedLocator([]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _composition(sheet: Sheet, bars: Sequence[Bar]) -> None:
    """Stacked bars over the whole width: observed, model and, where tested, naive."""
    first, last = sheet.axes[-1, 0].get_position(), sheet.axes[-1, -1].get_position()
    room = 0.16 / sheet.total  # for the periods, between the title and the bars
    axes = sheet.figure.add_axes((first.x0, first.y0, last.x1 - first.x0, first.height - room))
    names, at, texts = [], 0.0, []
    for bar in bars:
        start = at
        for word, shares in (("observed", bar.observed), ("model", bar.model), ("naive", bar.naive)):
            if shares is None:
                continue
            bottom = 0.0
            for kind, share in zip(TYPES, shares, strict=True):
                axes.bar(
                    at, share, 0.82, bottom, color=style.TYPE_COLOURS[Type[kind]], edgecolor="white", linewidth=0.4
                )
                bottom += share
            names.append((at, word))
            at += 1.0
        texts.append(((start + at - 1.0) / 2, start - 0.5, at - 0.5, bar))
        at += 0.7
    for middle, left, right, bar in texts:
        if not bar.tested:
            axes.axvspan(left - 0.1, right + 0.1, color=FIT, linewidth=0, zorder=0)
        axes.text(middle, 1.03, f"{bar.period}: {bar.rows} rows", ha="center", va="bottom", fontsize=7.5)
    axes.set_xticks([place for place, _ in names], [word for _, word in names], fontsize=6.8)
    axes.set_xlim(-0.7, at - 0.9)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1], ["0", "50", "100"])
    axes.tick_params(axis="x", length=0)
    axes.set_title("Recorded formations and conversions by type, %", pad=14)


def _table(panels: Sequence[Panel], bars: Sequence[Bar]) -> pd.DataFrame:
    """Everything drawn, one value a row."""
    rows: list[tuple[str, str, str, float]] = []
    for panel in panels:
        for kind, values in zip(("q05", "q50", "q95"), panel.band, strict=True):
            rows += [(panel.title, kind, f"{year:g}", value) for year, value in zip(panel.years, values, strict=True)]
        for kind in ("value", "low", "high"):
            rows += [(panel.title, f"observed_{kind}", f"{p.year:g}", getattr(p, kind)) for p in panel.observed]
        for name, told in panel.naive.items():
            rows += [
                (panel.title, name, f"{year:g}", value) for year, value in zip(panel.naive_years, told, strict=True)
            ]
    for bar in bars:
        for word, shares in (("observed", bar.observed), ("model", bar.model), ("naive", bar.naive)):
            if shares is not None:
                rows += [(kind, word, bar.period, value) for kind, value in zip(TYPES, shares, strict=True)]
    return pd.DataFrame(rows, columns=["panel", "what", "when", "value"])


def _alt(panels: Sequence[Panel], until: int) -> str:
    """How often observations of the test window lie inside the band, panel by panel."""
    told = []
    for panel in panels:
        tested = [point for point in panel.observed if point.year > until and point.year <= panel.years[-1]]
        low, high = (np.interp([point.year for point in tested], panel.years, panel.band[n]) for n in (0, 2))
        hit = sum(bool(a <= point.value <= b) for a, b, point in zip(low, high, tested, strict=True))
        told.append(f"{panel.title}: {hit} of {len(tested)} tested points in the band")
    return "; ".join(told) + "."
