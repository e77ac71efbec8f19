"""A partnership as a figure: both technologies, and what each side has over its alternative."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.explain import Account, Reading
from sim.model.columns import FIRST_YEAR
from sim.plots import style
from sim.plots.sheet import Entry, Sheet

SIDES = {
    "multinational": ("Multinational", style.FOREIGN, (0, (5, 1.5))),
    "chinese": ("Chinese firm", style.CHINESE, "-"),
}
SLANT = 35  # degrees, of what happened
CLOSE = 0.035  # of the panel's width: nearer ones share a label


def draw(told: Account) -> Sheet:
    """The figure of an account; quarters as decimal years, technology as a share of the best foreign firm's."""
    years = _frame(told.readings)
    other = _frame(told.readings_without)
    key = [Entry(*side) for side in SIDES.values()]
    if len(other):
        key += [
            Entry(f"{label}, {_head(told)}", color, (0, (1, 1.5)), linewidth=1.0) for label, color, _ in SIDES.values()
        ]
    sheet = Sheet(
        "life",
        "Technology, and what each side has over its alternative",
        2,
        1,
        height=1.5,
        left=0.75,
        right=0.25,
        gap_y=0.2,
        above=0.45,
        key=key,
        caption="Top: composite technology. Bottom: value of the contract in force less that of the best alternative, "
        f"present value over {told.horizon:.0f} quarters in the unit of the markets, wherever the partners could "
        "have held a review; below 0 a side does better apart."
        + (f" Dotted curves: the same seed {_head(told)}." if len(other) else ""),
    )
    upper, lower = sheet.axes[:, 0]
    for frame, plain in ((other, False), (years, True)):
        for axes, what in ((upper, ""), (lower, "over_")):
            for side, (_, color, line) in SIDES.items() if len(frame) else ():
                axes.plot(
                    frame["year"],
                    frame[what + side],
                    color=color,
                    linestyle=line if plain else (0, (1, 1.5)),
                    linewidth=1.4 if plain else 1.0,
                    zorder=3 if plain else 2.5,
                )
    upper.axhline(1, color=style.GREY, linewidth=0.6, zorder=0.5)
    lower.axhline(0, color="black", linewidth=0.9, zorder=2)
    style.format_axis(upper.yaxis, style.declared("hub_share"))
    style.format_axis(lower.yaxis, style.declared("profit_chinese"), difference=True)
    for axes in (upper, lower):
        first, last = (
            float(years["year"].min()),
            float(max(years["year"].max(), other["year"].max() if len(other) else 0)),
        )
        style.year_axis(axes, first, max(last, first + 2), ticks=8)
        for t, _ in told.marks:
            axes.axvline(FIRST_YEAR + t / 4, color=style.GREY, linewidth=0.6, zorder=0.6)
    upper.tick_params(labelbottom=False)
    upper.set_ylabel("technology, % of\nthe best foreign firm’s")
    lower.set_ylabel("value over\nalternative")
    sheet.figure.align_ylabels([upper, lower])
    _write_marks(upper, told.marks)
    sheet.table = pd.concat(
        [years.assign(policy=told.scenario), *([other.assign(policy=_head(told))] if len(other) else [])]
    )
    sheet.alt = _alt(told, years)
    return sheet


def _frame(readings: Sequence[Reading]) -> pd.DataFrame:
    table = pd.DataFrame(readings, columns=list(Reading._fields))
    table.insert(0, "year", FIRST_YEAR + table.pop("t") / 4)
    return table


def _head(told: Account) -> str:
    """The other world as a key says it."""
    assert told.without is not None
    name = told.without.scenario.name
    return style.short(name if name.startswith("without ") else f"under {name}", 40)


def _write_marks(axes: Any, marks: Sequence[tuple[int, str]]) -> None:
    """What happened, slanted above the panel; those close together are told as one."""
    first, last = axes.get_xlim()
    groups: list[tuple[float, list[str]]] = []
    for t, text in marks:
        year = FIRST_YEAR + t / 4
        if groups and year - groups[-1][0] < CLOSE * (last - first):
            groups[-1][1].append(text)
        else:
            groups.append((year, [text]))
    for year, texts in groups:
        axes.annotate(
            style.short(", ".join(dict.fromkeys(texts)), 30),
            (year, 1),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 2),
            textcoords="offset points",
            rotation=SLANT,
            rotation_mode="anchor",
            fontsize=6.5,
            ha="left" if year < first + 0.8 * (last - first) else "right",
            va="bottom",
            annotation_clip=False,
        ).set_rotation(SLANT if year < first + 0.8 * (last - first) else -SLANT)


def _alt(told: Account, years: pd.DataFrame) -> str:
    ends = years.iloc[[0, -1]]
    said = " and ".join(
        f"{row.multinational:.0%} for the multinational, {row.chinese:.0%} for the Chinese firm in {row.year:.0f}"
        for row in ends.itertuples()
    )
    known = years.dropna()
    apart = ""
    if len(known):
        share = {side: float(np.mean(known[f"over_{side}"] < 0)) for side in SIDES}
        apart = (
            f" The multinational would have done better apart in {share['multinational']:.0%} of the quarters, "
            f"the Chinese firm in {share['chinese']:.0%}."
        )
    return f"Technology as a share of the best foreign firm’s: {said}.{apart}"
