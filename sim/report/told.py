"""What a scenario changes, in plain sentences: what, in which sector and region, by which way, how sure."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style
from sim.plots.stored import Stored
from sim.runs.acting import acting
from sim.runs.tables import ALL

SEEN = 0.0001  # of a share: a hundredth of a point, what two digits show
WAYS = {
    "chinese_exports_abroad": "exports from China",
    "chinese_plants_abroad": "own plants abroad",
    "chinese_partners_abroad": "goods that partners make abroad",
}


def sentences(stored: Stored, scenario: str) -> list[str]:
    """The answer for one scenario in the last year; empty where there are no pairs of runs."""
    gaps = stored.sums("differences")
    if not len(gaps):
        return []
    mine = gaps[(gaps["scenario"] == scenario) & (gaps["year"] == gaps["year"].max())]
    if not len(mine) or mine["n"].max() < 2:
        return []
    return [*_share(mine), *_place(mine, stored, scenario), *_welfare(mine), *_sure(mine)]


def _row(rows: pd.DataFrame, metric: str, sector: str = ALL, region: str = "") -> Any:
    found = rows[(rows["metric"] == metric) & (rows["sector"] == sector) & (rows["region"] == region)]
    return next(found.itertuples(), None)


def _known(row: Any) -> bool:
    return bool(row is not None and (row.lo > 0 or row.hi < 0))


def _size(row: Any, metric: str, regional: bool = False) -> str:
    """A difference with its interval, in the metric's unit."""
    field = style.declared(metric, regional)
    said, low, high = (style.number(getattr(row, key), field, signed=True) for key in ("difference", "lo", "hi"))
    unit = "percentage points" if style.percent(field) else style.unit(field).split(",")[0]
    return f"{said} {unit} ({low} to {high})"


def _share(mine: pd.DataFrame) -> Iterator[str]:
    """Chinese brands abroad, and by which way they sell more or less."""
    whole = _row(mine, "chinese_share_abroad")
    if whole is None:
        return
    how = "sell less abroad" if whole.difference < 0 else "sell more abroad"
    if not _known(whole):
        how = "may sell more or less abroad, the sign is not known"
    yield f"Chinese brands {how}: their share of sales there moves by {_size(whole, 'chinese_share_abroad')}."
    field = style.declared("chinese_share_abroad")
    ways = {name: _row(mine, metric) for metric, name in WAYS.items()}
    told = [
        f"{name} {style.number(row.difference, field, signed=True)}{'' if _known(row) else ' (sign not known)'}"
        for name, row in sorted(ways.items(), key=lambda way: -abs(way[1].difference if way[1] is not None else 0.0))
        if row is not None
    ]
    if told:
        yield f"By way, in percentage points: {', '.join(told)}."


def place(mine: pd.DataFrame, stored: Stored) -> Any:
    """The row of the sector and region abroad in which the share of Chinese brands moves most, of those with a known
    sign and a size that is seen; None where there is none."""
    host = (stored.entries[stored.base].get("resolved") or {}).get("host", "china")
    rows = mine[(mine["metric"] == "chinese_share") & (mine["sector"] != ALL) & ~mine["region"].isin(["", host])]
    rows = rows[((rows["lo"] > 0) | (rows["hi"] < 0)) & (rows["difference"].abs() >= SEEN)]
    return next(rows.loc[[rows["difference"].abs().idxmax()]].itertuples()) if len(rows) else None


def _place(mine: pd.DataFrame, stored: Stored, scenario: str) -> Iterator[str]:
    """What the share does where the policies act, and where else it moves most."""
    most, told = place(mine, stored), []
    for each in acting(stored.manifest, scenario):
        row = _row(mine, *each) if each.metric == "chinese_share" and each.region != ALL else None
        if row is not None:
            open_ = "" if _known(row) else ", the sign is not known"
            told.append(f"by {_size(row, 'chinese_share', True)} in {_where(row)}{open_}")
            most = None if most is not None and _where(row) == _where(most) else most
    if told:
        yield f"Where the policies act, their share moves {'; '.join(told)}."
    if most is not None:
        yield f"It moves most{' otherwise' if told else ''} in {_where(most)}: {_size(most, 'chinese_share', True)}."


def _where(row: Any) -> str:
    return style.place_words(row.sector, row.region, inside=True)


def _welfare(mine: pd.DataFrame) -> Iterator[str]:
    """World welfare, and the region that gains or loses most."""
    whole = _row(mine, "welfare")
    if whole is None:
        return
    rows = mine[(mine["metric"] == "welfare") & (mine["sector"] == ALL) & (mine["region"] != "")]
    rows = rows[(rows["lo"] > 0) | (rows["hi"] < 0)]
    most = ""
    if len(rows):
        row = next(rows.loc[[rows["difference"].abs().idxmax()]].itertuples())
        most = f"; {style.region_words(row.region)} {'gains' if row.difference > 0 else 'loses'} most, "
        most += style.number(row.difference, style.declared("welfare", True), signed=True)
    what = "rises" if whole.lo > 0 else "falls" if whole.hi < 0 else "rises or falls, the sign is not known"
    yield f"World welfare {what}: {_size(whole, 'welfare')}{most}."


def _sure(mine: pd.DataFrame) -> Iterator[str]:
    """How many pairs agree on the two outcomes above."""
    told = []
    for metric, name in (("chinese_share_abroad", "the share abroad"), ("welfare", "welfare")):
        row = _row(mine, metric)
        if row is not None:
            told.append(f"{name} rises in {100 * row.p_positive:.0f} %")
    if told:
        yield f"Of {int(mine['n'].max())} pairs of runs, {' and '.join(told)}."


def effect(row: Any, field: Field) -> dict[str, str]:
    """A cell of a table of effects: mark of the sign, difference, interval if several pairs give one, P(+)."""
    if row is None:
        return {"mark": "", "difference": "–", "interval": "", "chance": ""}
    mark = "▲" if row.lo > 0 else "▼" if row.hi < 0 else "·"
    said, low, high = (style.number(float(getattr(row, key)), field, signed=True) for key in ("difference", "lo", "hi"))
    interval = f"{low} to {high}" if row.n > 1 and np.isfinite(row.lo) else ""
    return {"mark": mark, "difference": said, "interval": interval, "chance": f"{row.p_positive:.2f}"}


def welfare_by_region(stored: Stored) -> list[dict[str, Any]]:
    """A row per region: each scenario's effect on welfare in the last year, bn USD, with its interval."""
    gaps = stored.sums("differences")
    if not len(gaps):
        return []
    rows = gaps[(gaps["year"] == gaps["year"].max()) & (gaps["metric"] == "welfare") & (gaps["sector"] == ALL)]
    field, found = style.declared("welfare", True), []
    for region in [name for name in dict.fromkeys(rows["region"]) if name] + [""]:
        cells = []
        for name in stored.others:
            cells.append(effect(_row(rows[rows["scenario"] == name], "welfare", ALL, region), field))
        found.append({"region": style.region_words(region) if region else "World", "cells": cells})
    return found if len(found) > 1 else []
