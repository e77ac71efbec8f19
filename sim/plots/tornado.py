"""Tornado: which swept path moves an outcome most; main effects of a grid, or rank regression of a sample."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style, swept
from sim.plots.sheet import Entry, Sheet
from sim.plots.swept import Swept
from sim.sweeps.analysis import response
from sim.sweeps.analysis.outcome import OutcomeAt
from sim.sweeps.analysis.points import Factor

BARS = 12  # factors shown at most
BAR = 0.24  # inches
LOW, HIGH = "#0072B2", "#D55E00"


def draw(study: Swept, outcomes: Sequence[OutcomeAt]) -> Sheet | None:
    """A panel per outcome, two side by side; nothing where no outcome varies."""
    grid = study.points.grid
    tables, found = [], []
    for outcome in outcomes:
        runs = study.runs(outcome)
        table, r2 = (response.main_effects(runs, study.points.factors), np.nan) if grid else _ranked(study, runs)
        if table["effect"].abs().max() > 0:
            tables.append(table.assign(metric=outcome.metric, r2=r2))
            found.append(outcome)
    if not found:
        return None
    columns = min(2, len(found))
    bars = min(BARS, len(study.points.factors))
    sheet = Sheet(
        "tornado",
        "What moves the outcomes" if len(found) > 1 else f"What moves {style.lowered(swept.heading_of(found[0]))}",
        -(-len(found) // columns),
        columns,
        height=BAR * bars + 0.1,
        left=1.7,
        right=0.25,
        gap_x=1.75 if columns == 2 else 0.1,
        gap_y=0.72,
        below=0.42,
        above=0.18,
        key=_key(grid),
        caption=_caption(study, found, tables),
    )
    for axes, outcome, table in zip(sheet.panels, found, tables, strict=False):
        (_bars if grid else _coefficients)(axes, study, outcome, table)
        axes.set_title(textwrap.fill(swept.heading_of(outcome), 32), pad=3, fontsize=7.5)
    for axes in sheet.panels[len(found) :]:
        axes.set_visible(False)
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = " ".join(_alt(study, outcome, table) for outcome, table in zip(found, tables, strict=True))
    return sheet


def _ranked(study: Swept, runs: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    return response.rank_regression(response.point_means(runs, study.points.factors), study.points.factors)


def order(table: pd.DataFrame) -> list[str]:
    """Factors by the size of what they move, largest first."""
    if "end" not in table:
        return list(table.assign(size=table["effect"].abs()).sort_values("size", ascending=False)["factor"])
    size = table.groupby("factor")["effect"].agg(lambda effects: effects.max() - effects.min())
    return list(size.sort_values(ascending=False, kind="stable").index)


def _key(grid: bool) -> list[Entry]:
    if grid:
        return [
            Entry("at the lowest value", LOW, linewidth=0, alpha=1.0),
            Entry("at the highest value", HIGH, linewidth=0, alpha=1.0),
        ]
    return [
        Entry("the more, the more", HIGH, linewidth=0, alpha=1.0),
        Entry("the more, the less", LOW, linewidth=0, alpha=1.0),
    ]


def _rows(axes: Any, study: Swept, names: list[str]) -> None:
    words = {factor.path: factor.text for factor in study.points.factors}
    texts = [textwrap.shorten(words[name], 60, placeholder=" …") for name in names]
    axes.set_yticks(range(len(names)), [textwrap.fill(text, 30) for text in texts], fontsize=6.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color="black", linewidth=1.0, zorder=4)


def _bars(axes: Any, study: Swept, outcome: OutcomeAt, table: pd.DataFrame) -> None:
    names = order(table)[:BARS]
    factors = {factor.path: factor for factor in study.points.factors}
    for place, name in enumerate(names):
        for row in table[table["factor"] == name].to_dict("records"):
            side = -0.18 if row["end"] == "low" else 0.18
            color = LOW if row["end"] == "low" else HIGH
            _bar(axes, place + side, row, color, 0.32)
            if row["effect"]:
                _end_label(axes, place + side, row, swept.value_words(factors[name], row["level"]))
    reach = float(np.nanmax(np.abs(table[["lo", "hi", "effect"]].to_numpy())))
    axes.set_xlim(-reach * 1.7, reach * 1.7)
    _rows(axes, study, names)
    style.format_axis(axes.xaxis, outcome.field, difference=True)
    axes.set_xlabel(f"from the mean, {swept.difference_unit(outcome.field)}", fontsize=7, labelpad=1)


def _end_label(axes: Any, y: float, row: dict[str, Any], text: str) -> None:
    right = row["effect"] >= 0
    at = max(row["effect"], row["hi"]) if right else min(row["effect"], row["lo"])
    side = {"xytext": (2.5, 0), "ha": "left"} if right else {"xytext": (-2.5, 0), "ha": "right"}
    place = (at if np.isfinite(at) else row["effect"], y)
    axes.annotate(text, place, textcoords="offset points", fontsize=6, va="center", color="#444444", **side)


def _bar(axes: Any, y: float, row: dict[str, Any], color: str, height: float) -> None:
    covers = not (row["lo"] > 0 or row["hi"] < 0)
    axes.barh(y, row["effect"], height, color="white" if covers else color, edgecolor=color, linewidth=0.8, zorder=2)
    axes.plot([row["lo"], row["hi"]], [y, y], color="black", linewidth=0.9, zorder=3)


def _coefficients(axes: Any, study: Swept, outcome: OutcomeAt, table: pd.DataFrame) -> None:
    names = order(table)[:BARS]
    for place, name in enumerate(names):
        row = table[table["factor"] == name].iloc[0].to_dict()
        _bar(axes, place, row, HIGH if row["effect"] > 0 else LOW, 0.62)
    axes.set_xlim(-1.1, 1.1)
    _rows(axes, study, names)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "+0.5", "+1"])
    axes.set_xlabel(f"coefficient of ranks (R² {table['r2'].iloc[0]:.2f})", fontsize=7, labelpad=1)


def _caption(study: Swept, outcomes: list[OutcomeAt], tables: list[pd.DataFrame]) -> str:
    places = {swept.where(outcome) for outcome in outcomes}
    where = places.pop() if len(places) == 1 else "in the sector and region that a title names, else in all"
    head = f"“{study.title}”, {where}, {outcomes[0].year}."
    n = pd.concat(tables)["n"]
    if study.points.grid:
        return (
            f"{head} Mean outcome at a path’s lowest and highest value less its mean over all values, the other paths "
            "averaged over the grid (of a text: where the outcome is lowest and highest); "
            f"{swept.seeds_words(study, n)}, paired within each. Lines: 95 % interval of the mean; hollow where it "
            "covers 0."
        )
    return (
        f"{head} Standardised rank regression over {int(n.max())} points, means over seeds. Lines: 95 % interval by "
        f"bootstrap over points ({response.RESAMPLES}); hollow where it covers 0. A low R² says that effects are not "
        "monotone or interact."
    )


def _alt(study: Swept, outcome: OutcomeAt, table: pd.DataFrame) -> str:
    words: dict[str, Factor] = {factor.path: factor for factor in study.points.factors}
    told = ", ".join(words[name].text for name in order(table)[:3])
    return f"{swept.heading_of(outcome)} in {outcome.year} is moved most by {told}."
