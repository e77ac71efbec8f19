"""Figure 8: how multinationals move between types from decade to decade.

A multinational's state at a date is the type it adopted last and still holds: a live partnership's type, a hub, a
wholly owned base, or none.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sim.model.columns import Type
from sim.plots import style
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Array, Stored, decimal
from sim.runs.tables import ALL

ORDER = (Type.none, Type.market_access, Type.co_innovation, Type.globalize, Type.hub, Type.wholly_owned)
ALONE = (Type.hub.name, Type.wholly_owned.name)
WHO = ["scenario", "seed", "sector", "multinational"]
EVERY = 10  # years between dates


def spells(stored: Stored) -> pd.DataFrame:
    """Every spell of a type that a multinational holds: columns WHO, type, begin, finish (decimal years)."""
    lives = stored.frame("partnerships", [*WHO, "partnership", "type_first", "start", "end"])
    events = stored.frame("events", [*WHO, "partnership", "year", "kind", "type_after"])
    text = ["scenario", "sector", "multinational", "partnership"]
    lives = lives.astype(dict.fromkeys([*text, "type_first"], object)).assign(
        start=decimal(lives["start"]), end=decimal(lives["end"]).fillna(np.inf)
    )
    events = events.astype(dict.fromkeys([*text, "kind", "type_after"], object)).dropna(subset=["multinational"])
    return pd.concat([_partnered(lives, events), _alone(events)], ignore_index=True)


def _partnered(lives: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Partnerships cut at their conversions, so that each spell has one type."""
    keys = ["scenario", "seed", "partnership"]
    changes = events[(events["kind"] == "conversion") & events["partnership"].notna()]
    parts = lives.rename(columns={"type_first": "type", "start": "begin"})[
        [*WHO, "partnership", "type", "begin", "end"]
    ]
    changed = changes.rename(columns={"type_after": "type", "year": "begin"}).merge(lives[[*keys, "end"]], on=keys)
    parts = pd.concat([parts, changed[[*WHO, "partnership", "type", "begin", "end"]]]).sort_values(
        [*keys, "begin"], kind="stable"
    )
    following = parts.groupby(keys, sort=False)["begin"].shift(-1)
    finish = np.fmin(following, parts["end"])
    return parts.assign(finish=finish)[[*WHO, "type", "begin", "finish"]]


def _alone(events: pd.DataFrame) -> pd.DataFrame:
    """Spells as hub or wholly owned: from the adoption until another of the two."""
    adopted = (
        events[events["type_after"].isin(ALONE)]
        .rename(columns={"type_after": "type", "year": "begin"})
        .sort_values([*WHO, "begin"], kind="stable")
    )
    finish = adopted.groupby(WHO, sort=False)["begin"].shift(-1).fillna(np.inf)
    return adopted.assign(finish=finish)[[*WHO, "type", "begin", "finish"]]


def states(table: pd.DataFrame, dates: Array) -> pd.DataFrame:
    """State of every multinational ever seen, a row each and a column per date (end of that year)."""
    firms = table[WHO].drop_duplicates().set_index(WHO).index
    columns = {}
    for date in dates:
        held = table[(table["begin"] < date + 1) & (table["finish"] >= date + 1)].sort_values("begin", kind="stable")
        columns[int(date)] = held.groupby(WHO)["type"].last().reindex(firms).fillna(Type.none.name)
    return pd.DataFrame(columns)


def flows(stored: Stored) -> tuple[pd.DataFrame, list[int]]:
    """Mean number of multinationals a run by scenario, date, type there and type at the next date."""
    cube = stored.cube(("firms_multinational",))
    years = np.floor(cube.times).astype(int)
    dates = sorted({int(year) for year in years if (year - years[-1]) % EVERY == 0})
    if len(dates) < 2:  # a short report: from its first year to its last
        dates = sorted({int(years[0]), int(years[-1])})
    found = states(spells(stored), np.array(dates))
    rows = []
    for scenario in cube.scenarios:
        mine = (
            found.xs(scenario, level="scenario")
            if scenario in found.index.get_level_values("scenario")
            else found.iloc[:0]
        )
        ran = int(cube.ran(scenario).sum())
        firms = float(np.nanmean(cube.pick("firms_multinational", scenario, ALL)[:, -1]))
        for now, then in pairwise(dates):
            tally = mine.groupby([now, then]).size() / ran
            unseen = max(firms - float(tally.sum()), 0.0)  # never had a tie in the report
            none = (Type.none.name, Type.none.name)
            tally.loc[none] = tally.get(none, 0.0) + unseen
            rows += [(scenario, now, then, a, b, float(size)) for (a, b), size in tally.items()]
    return pd.DataFrame(rows, columns=["scenario", "year", "next_year", "type", "next_type", "multinationals"]), dates


def key() -> list[Entry]:
    """What the colours stand for."""
    labels = {kind: style.TYPE_LABELS[kind] if kind is not Type.none else "No tie" for kind in ORDER}
    return [Entry(label, style.TYPE_COLOURS[kind], linewidth=0, alpha=1.0) for kind, label in labels.items()]


def draw(stored: Stored) -> list[Sheet]:
    """The alluvial figure for the base; its CSV has every scenario. None of a single year, or without firms."""
    table, dates = flows(stored)
    mine = table[table["scenario"] == stored.base]
    if not (mine["multinationals"] > 0).any():
        return []
    seeds = stored.cube(("firms_multinational",)).counted(stored.base)
    sheet = Sheet(
        "08-flows-between-types",
        "How multinationals move between types, by decade",
        1,
        1,
        height=3.6,
        left=0.3,
        right=1.0,
        below=0.3,
        key=key(),
        caption="Multinationals of the chosen sectors by the type adopted last and still held at the end of the "
        f"year, base, mean of {seeds} seeds. Bands take the "
        "colour of the type they leave; numbers: multinationals. No tie: absent, or exporting.",
    )
    axes = sheet.axes[0, 0]
    axes.set_axis_off()
    placed = nodes(mine, dates)
    draw_flows(axes, mine, placed, dates)
    draw_nodes(axes, placed, dates, [str(date) for date in dates])
    sheet.table = table
    sheet.alt = _alt(placed, dates)
    return [sheet]


Node = tuple[float, float]  # bottom, height


def nodes(table: pd.DataFrame, dates: list[int]) -> dict[tuple[int, str], Node]:
    """Where the types of each date stand, from the flows between dates."""
    sizes: dict[tuple[int, str], float] = {}
    for (year, name), size in table.groupby(["year", "type"])["multinationals"].sum().items():
        sizes[int(year), str(name)] = float(size)
    for name, size in table[table["next_year"] == dates[-1]].groupby("next_type")["multinationals"].sum().items():
        sizes[dates[-1], str(name)] = float(size)
    gap = 0.03 * max((sum(size for (year, _), size in sizes.items() if year == date) for date in dates), default=1.0)
    placed = {}
    for date in dates:
        bottom = 0.0
        for kind in ORDER:
            size = sizes.get((date, kind.name), 0.0)
            if size > 0:
                placed[date, kind.name] = (bottom, size)
                bottom += size + gap
    return placed


def draw_flows(axes: Any, table: pd.DataFrame, placed: dict[tuple[int, str], Node], dates: list[int]) -> None:
    """Ribbons from each date to the next, in the colour of the type they leave."""
    leaving = {key: bottom for key, (bottom, _) in placed.items()}
    arriving = dict(leaving)
    place = {kind.name: i for i, kind in enumerate(ORDER)}
    by_next = table.assign(a=table["type"].map(place), b=table["next_type"].map(place)).sort_values(["year", "a", "b"])
    ends = {}
    for row in by_next.itertuples():
        ends[row.year, row.type, row.next_type] = leaving[row.year, row.type]
        leaving[row.year, row.type] += row.multinationals
    for row in by_next.itertuples():
        low_right = arriving[row.next_year, row.next_type]
        arriving[row.next_year, row.next_type] += row.multinationals
        low_left = ends[row.year, row.type, row.next_type]
        color = style.TYPE_COLOURS[Type[str(row.type)]]
        axes.add_patch(
            _ribbon(row.year, row.next_year, low_left, low_right, row.multinationals, color, row.type == row.next_type)
        )
    axes.set_xlim(dates[0] - 0.4, dates[-1] + 0.4)
    axes.set_ylim(-0.01, max(bottom + size for bottom, size in placed.values()) * 1.01)


def _ribbon(year: float, following: float, left: float, right: float, size: float, color: str, stays: bool) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    x0, x1 = year + 0.35, following - 0.35
    middle = (x0 + x1) / 2
    points = [
        (x0, left),
        (middle, left),
        (middle, right),
        (x1, right),
        (x1, right + size),
        (middle, right + size),
        (middle, left + size),
        (x0, left + size),
        (x0, left),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(
        Path(points, codes), facecolor=color, alpha=0.38 if stays else 0.65, linewidth=0, zorder=1 if stays else 2
    )


def draw_nodes(axes: Any, placed: dict[tuple[int, str], Node], dates: list[int], words: Sequence[str]) -> None:
    """A bar per type and date with its number, `words` below the dates, types named at the last."""
    from matplotlib.patches import Rectangle

    top = axes.get_ylim()[1]
    for (date, name), (bottom, size) in placed.items():
        color = style.TYPE_COLOURS[Type[name]]
        axes.add_patch(
            Rectangle((date - 0.35, bottom), 0.7, size, facecolor=color, edgecolor=style.INK, linewidth=0.4, zorder=3)
        )
        if size > 0.028 * top:
            axes.text(
                date + 0.6 if date < dates[-1] else date - 0.6,
                bottom + size / 2,
                f"{size:,.0f}",
                fontsize=7,
                va="center",
                ha="left" if date < dates[-1] else "right",
                zorder=4,
            )
    for date, word in zip(dates, words, strict=True):
        axes.text(date, -0.015 * top, word, ha="center", va="top", fontsize=8)
    last = [
        (bottom + size / 2, "No tie" if name == "none" else style.TYPE_LABELS[Type[name]], style.INK)
        for (date, name), (bottom, size) in placed.items()
        if date == dates[-1]
    ]
    style.end_labels(axes, dates[-1] + 0.4, last, gap=0.045)


def _alt(placed: dict[tuple[int, str], Node], dates: list[int]) -> str:
    told = []
    for date in (dates[0], dates[-1]):
        mix = ", ".join(
            f"{style.TYPE_LABELS[Type[name]].lower()} {size:,.0f}"
            for (year, name), (_, size) in placed.items()
            if year == date
        )
        told.append(f"in {date} {mix}")
    return "Flows of multinationals between types by decade: " + "; ".join(told) + "."
