"""Shapley values drawn: a waterfall from nobody to everybody, and a tornado of several outcomes."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style

UP, DOWN, TOTAL = "#0072B2", "#D55E00", "#777777"


def waterfall(axes: Any, table: pd.DataFrame, field: Field) -> None:
    """Steps from the level of nobody to that of everybody, a bar per player with its interval."""
    reached = float(table.loc[table["player"] == "nobody", "value"].iloc[0])
    names, lowest = [], min(0.0, reached)
    for place, row in enumerate(table.to_dict("records")):
        total = row["player"] in ("nobody", "everybody")
        bottom, height = (0.0, row["value"]) if total else (reached, row["value"])
        color = TOTAL if total else UP if height > 0 else DOWN
        axes.bar(place, height, 0.62, bottom=bottom, color=color, zorder=2)
        end = bottom + height
        if not total:
            axes.plot(
                [place, place], [reached + row["lo"], reached + row["hi"]], color="black", linewidth=0.9, zorder=3
            )
            axes.plot([place - 1 + 0.31, place - 0.31], [reached, reached], color=style.GREY, linewidth=0.6, zorder=1)
            reached = end
        told = style.number(row["value"], field, signed=not total)
        top = max(end, bottom, bottom + row["hi"] if not total else end)
        axes.annotate(
            told, (place, top), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=7
        )
        names.append(
            {"nobody": "none of\nthese", "everybody": "all of\nthese"}.get(row["player"], textwrap.fill(row["text"], 9))
        )
        lowest = min(lowest, end, bottom)
    axes.set_xticks(range(len(names)), names, fontsize=5.5)
    axes.tick_params(axis="x", length=0)
    axes.axhline(0, color="black", linewidth=0.8, zorder=1.5)
    low, high = axes.get_ylim()
    axes.set_ylim(lowest - 0.05 * (high - low) if lowest < 0 else 0, high + 0.08 * (high - low))
    style.format_axis(axes.yaxis, field)


def tornado(axes: Any, table: pd.DataFrame, field: Field) -> None:
    """Players by the size of their value, with intervals; hollow where an interval covers zero."""
    mine = table[~table["player"].isin(["nobody", "everybody"])]
    mine = mine.iloc[np.argsort(-mine["value"].abs().to_numpy(), kind="stable")]
    for place, row in enumerate(mine.to_dict("records")):
        color = UP if row["value"] > 0 else DOWN
        covers = not (row["lo"] > 0 or row["hi"] < 0)
        axes.barh(
            place, row["value"], 0.62, color="white" if covers else color, edgecolor=color, linewidth=0.8, zorder=2
        )
        axes.plot([row["lo"], row["hi"]], [place, place], color="black", linewidth=0.9, zorder=3)
    axes.set_yticks(range(len(mine)), [textwrap.fill(text, 26) for text in mine["text"]], fontsize=6.5)
    axes.set_ylim(len(mine) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color="black", linewidth=1.0, zorder=4)
    style.format_axis(axes.xaxis, field, difference=True)
