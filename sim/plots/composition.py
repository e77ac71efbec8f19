"""Figure 1: what partnerships are, by type, and what multinationals do alone, over the years."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.model.columns import Type
from sim.plots import style
from sim.plots.sheet import Entry, Sheet, grid
from sim.plots.stored import Array, Cube, Stored, spread
from sim.runs.tables import ALL

METRICS = (
    "active_market_access",
    "active_co_innovation",
    "active_globalize",
    "hub_share",
    "wholly_owned_share",
    "firms_multinational",
)
ORDER = (Type.market_access, Type.co_innovation, Type.globalize, Type.hub, Type.wholly_owned)


def counts(cube: Cube, scenario: str, sector: str) -> dict[Type, Array]:
    """Number of relations of each type, [seed, year]: partnerships, hubs, and wholly owned bases that are no hubs."""
    get = {metric: cube.pick(metric, scenario, sector) for metric in METRICS}
    firms = get["firms_multinational"]

    def of_firms(share: Array) -> Array:
        return np.where(firms == 0, 0.0, share * firms)  # where no multinational is, a share of them is not known

    return {
        Type.market_access: get["active_market_access"],
        Type.co_innovation: get["active_co_innovation"],
        Type.globalize: get["active_globalize"],
        Type.hub: of_firms(get["hub_share"]),
        Type.wholly_owned: of_firms(np.maximum(get["wholly_owned_share"] - get["hub_share"], 0)),
    }


def _panel(axes: Any, years: Array, by_type: dict[Type, Array]) -> list[dict[str, float | str]]:
    total = np.sum([by_type[kind] for kind in ORDER], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = {kind: spread(np.where(total > 0, by_type[kind] / total, np.nan)) for kind in ORDER}
    heights = [np.nan_to_num(shares[kind].mean) for kind in ORDER]
    colors = [style.TYPE_COLOURS[kind] for kind in ORDER]
    axes.stackplot(years, heights, colors=colors, linewidth=0.4, edgecolor="white")
    axes.set_ylim(0, 1)
    number = np.nanmean(total, axis=0)
    axes.text(
        0.98,
        0.03,
        f"{number[0]:,.0f} → {number[-1]:,.0f}",
        transform=axes.transAxes,
        ha="right",
        fontsize=7,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1},
    )
    return [
        {"type": kind.name, "year": int(year), "share": mean, "q05": low, "q95": high, "number": count}
        for kind in ORDER
        for year, mean, low, high, count in zip(
            years,
            shares[kind].mean,
            shares[kind].low,
            shares[kind].high,
            np.nanmean(by_type[kind], axis=0),
            strict=True,
        )
    ]


def _sheet(
    name: str, title: str, cube: Cube, pairs: Sequence[tuple[str, str]], labels: Sequence[str], columns: int, note: str
) -> Sheet:
    rows, columns = grid(len(pairs), columns)
    sheet = Sheet(
        name,
        title,
        rows,
        columns,
        height=1.1 if columns > 3 else 1.7,
        gap_y=0.28,
        key=[Entry(style.TYPE_LABELS[kind], style.TYPE_COLOURS[kind], linewidth=0, alpha=1.0) for kind in ORDER],
        caption="Share of each type among partnerships in force, hubs and wholly owned bases at the end of each "
        f"year; mean of {cube.counted(*dict(pairs))} seeds. "
        "Numbers: relations in the first and the last year, mean. Dotted line: history ends in 2026. The CSV gives "
        "5 to 95 % of runs." + note,
    )
    table: list[dict[str, Any]] = []
    for axes, (scenario, sector), label in zip(sheet.panels, pairs, labels, strict=False):
        found = _panel(axes, cube.times, counts(cube, scenario, sector))
        table += [{"scenario": scenario, "sector": sector} | row for row in found]
        style.format_axis(axes.yaxis, style.declared("hub_share"))
        style.year_axis(axes, cube.times[0], cube.times[-1], ticks=3, at=style.YEAR_END)
        axes.set_title(label, fontweight="bold" if sector == ALL and columns > 3 else "normal")
    sheet.share(len(pairs))
    sheet.label_left("share of partnerships and bases, %")
    sheet.table = pd.DataFrame(table)
    sheet.alt = _alt(sheet.table, *pairs[0])
    return sheet


def _alt(table: pd.DataFrame, scenario: str, sector: str) -> str:
    rows = table[(table["scenario"] == scenario) & (table["sector"] == sector)]
    parts = []
    for year in (rows["year"].min(), rows["year"].max()):
        at = rows[rows["year"] == year]
        mix = ", ".join(f"{style.TYPE_LABELS[Type[row.type]].lower()} {row.share:.0%}" for row in at.itertuples())
        parts.append(f"in {year} {mix}")
    return f"Stacked areas of partnership types by sector. {style.words(sector)}: " + "; ".join(parts) + "."


def draw(stored: Stored) -> list[Sheet]:
    """Figure 1 for the base by sector and, in a comparison, all sectors pooled for each scenario side by side."""
    cube = stored.cube(METRICS)
    order = [ALL, *[sector for sector in cube.sectors if sector != ALL]]
    title = "Composition of partnerships by type"
    sheets = [
        _sheet(
            "01-composition",
            title,
            cube,
            [(stored.base, sector) for sector in order],
            [style.words(s) for s in order],
            4,
            stored.note,
        )
    ]
    if stored.others:
        names = [stored.base, *stored.others]
        labels = [style.short(stored.title(name)) for name in names]
        sheets.append(
            _sheet(
                "01b-composition-scenarios",
                f"{title}, all sectors, by scenario",
                cube,
                [(n, ALL) for n in names],
                labels,
                2 if len(names) in (2, 4) else 3,
                stored.note,
            )
        )
    return sheets
