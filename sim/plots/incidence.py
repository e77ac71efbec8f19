"""Figure 5: what becomes of partnerships, as cumulative incidence since signing with competing risks."""

from typing import Any

import numpy as np
import pandas as pd

from sim.measures.ends import fewer, ways
from sim.measures.survival import aalen_johansen
from sim.model.columns import Type
from sim.plots import style
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Array, Spread, Stored, decimal, spread

HORIZON = 25  # years since signing
AT_LEAST = 1.0  # partnerships at risk a run; curves stop below it
RISK_AT = (0, 5, 10, 15, 20, 25)
ON_THE_WAY = {
    "product_flip": ("Flip of the product", "#AA3377", "-"),
    "access_flip": ("Flip of access", "#E377C2", (0, (4, 1.5))),
    "renegotiation": ("Renegotiation", "#009E73", (0, (8, 2))),
    "conversion": ("Conversion to another type", "#4477AA", (0, (3, 1, 1, 1, 1, 1))),
}
ENDS = {  # sim.measures.ends
    "sale_multinational": ("Sold to the multinational", "#0072B2", (0, (5, 1.5))),
    "sale_chinese": ("Sold to the Chinese firm", "#CC3311", (0, (5, 1.5, 1, 1.5))),
    "no_agreement": ("No terms, or talks failed", "#222222", "-"),
    "policy": ("Change of policy", "#8F6100", (0, (3, 1, 1, 1, 1, 1))),
    "chance": ("Chance", "#999999", (0, (1.5, 1))),
    "bankruptcy": ("Bankruptcy of either side", "#AA3377", (0, (8, 2))),
    "listing": ("Severance by a listing", "#333333", (0, (4, 1.5))),
}
TERMS = ("renegotiation", "conversion")  # on the way, out of the table of events
FIRST_TYPES = (Type.market_access, Type.co_innovation, Type.globalize)
KEYS = ["scenario", "seed", "partnership"]


def lives(stored: Stored) -> pd.DataFrame:
    """Partnerships signed within the report, with the time to each event in quarters (nan: did not happen)."""
    flips = {"product_flipped": "product_flip", "access_flipped": "access_flip"}
    wanted = [*KEYS, "sector", "type_first", "start", "end", "end_kind", "cause", *flips]
    table = stored.frame("partnerships", wanted).rename(columns=flips)
    for name in ("start", "end", *flips.values()):
        table[name] = decimal(table[name])
    events = stored.frame("events", [*KEYS, "year", "kind"])
    events = events[events["kind"].isin(list(TERMS)) & events["partnership"].notna()].astype(
        dict.fromkeys(["scenario", "partnership", "kind"], str)
    )
    first = events.groupby([*KEYS, "kind"], observed=True)["year"].min().unstack("kind")
    table = table.astype(dict.fromkeys(["scenario", "partnership"], str))
    table = table.join(first, on=KEYS) if len(first) else table  # pandas cannot join texts of which there are none
    begin, end = stored.reported
    table = table[(table["start"] >= begin) & (table["start"] < end)].copy()
    table["way"] = ways_of(table)
    table = table.reindex(columns=table.columns.union(list(ON_THE_WAY), sort=False))
    table["life"] = ((table["end"].fillna(end) - table["start"]) * 4).round().astype(int)
    for name in ON_THE_WAY:
        table[name] = ((table[name] - table["start"]) * 4).round()
    return table


def ways_of(table: pd.DataFrame) -> list[str]:
    """How each partnership of a table ended, as figures show it; empty for those in force."""
    told = [table[name].astype(object).where(table[name].notna(), "") for name in ("end_kind", "cause")]
    return fewer(ways(*told))


def _curves(cases: pd.DataFrame, seeds: Array) -> tuple[dict[str, Spread], Array]:
    """Spread over runs of the incidence of every event, and the mean number at risk a run, each [quarter]."""
    horizon = HORIZON * 4
    group = np.searchsorted(seeds, cases["seed"].to_numpy())
    life, kind = cases["life"].to_numpy(), cases["way"].to_numpy()
    ended = cases["end"].notna().to_numpy()
    found = {}
    for event in ON_THE_WAY:
        when = cases[event].to_numpy(dtype=float)
        happened = np.isfinite(when) & (when <= life)
        time = np.where(happened, np.nan_to_num(when), life).astype(int)
        cause = np.where(happened, 1, np.where(ended, 2, 0))
        found[event] = spread(aalen_johansen(time, cause, group, len(seeds), 2, horizon)[0][0])
    place = {name: i + 1 for i, name in enumerate(ENDS)}
    causes = [place.get(one, len(ENDS) + 1) if done else 0 for one, done in zip(kind, ended, strict=True)]
    incidence, at_risk = aalen_johansen(life, np.array(causes, dtype=int), group, len(seeds), len(ENDS) + 1, horizon)
    found |= {name: spread(incidence[i]) for i, name in enumerate(ENDS)}
    return found, at_risk.mean(axis=0)


def draw(stored: Stored) -> list[Sheet]:
    """Incidence by type at signing for the base: what happens on the way above, how partnerships end below."""
    table = lives(stored)
    if not len(table):
        return []
    cube = stored.cube(("active",))
    base = table[table["scenario"] == stored.base]
    types = [kind for kind in FIRST_TYPES if (base["type_first"] == kind.name).any()]
    if not types:  # others have partnerships, the base has none
        return []
    sheet = Sheet(
        "05-what-became",
        "What becomes of partnerships after signing",
        2,
        len(types),
        height=1.75,
        left=0.72,
        gap_x=0.34,
        gap_y=0.42,
        below=0.62,
        key=[*(Entry(*entry) for entry in ON_THE_WAY.values()), None, *(Entry(*entry) for entry in ENDS.values())],
        caption=f"Aalen-Johansen estimates, base, partnerships signed within the report; "
        f"mean of {cube.counted(stored.base)} seeds, shade 5 to 95 % of runs. Top: first event of each kind, the end "
        "of the partnership competes; products are compared in the host only. Bottom: ends compete with each other; a "
        "sale is told by its buyer, any other end by its cause. At risk: mean number of live partnerships a run.",
    )
    rows: list[dict[str, Any]] = []
    for scenario in [stored.base, *stored.others]:
        for column, kind in enumerate(types):
            cases = table[(table["scenario"] == scenario) & (table["type_first"] == kind.name)]
            curves, at_risk = _curves(cases, cube.seeds[cube.ran(scenario)])
            rows += _rows(scenario, kind, curves, at_risk)
            if scenario == stored.base:
                _draw_panel(
                    sheet.axes[0, column], curves, at_risk, ON_THE_WAY, f"Signed as {style.TYPE_LABELS[kind].lower()}"
                )
                _draw_panel(sheet.axes[1, column], curves, at_risk, ENDS, "")
                _write_risk(sheet, sheet.axes[1, column], at_risk, column == 0)
    for row in sheet.axes:
        top = max(axes.get_ylim()[1] for axes in row)
        for axes in row:
            axes.set_ylim(0, 1 if top > 0.75 else top)
            style.format_axis(axes.yaxis, style.declared("hub_share"))
            axes.tick_params(labelleft=axes is row[0])
    for axes, label in zip(sheet.axes[:, 0], ("on the way, % of signed", "ended, % of signed"), strict=True):
        axes.set_ylabel(label)
    sheet.table = pd.DataFrame(rows)
    sheet.alt = _alt(sheet.table, stored.base)
    return [sheet]


def _draw_panel(axes: Any, curves: dict[str, Spread], at_risk: Array, drawn: dict[str, Any], title: str) -> None:
    known = at_risk >= AT_LEAST
    years = np.arange(HORIZON * 4 + 1)[known] / 4
    for name, (_, color, line) in drawn.items():
        style.band(axes, years, curves[name].low[known], curves[name].high[known], color)
        axes.plot(years, curves[name].mean[known], color=color, linestyle=line)
    axes.set_xlim(0, HORIZON)
    axes.set_xticks(RISK_AT)
    axes.set_title(title)
    axes.set_xlabel("years since signing" if not title else "", labelpad=1)


def _write_risk(sheet: Sheet, axes: Any, at_risk: Array, labelled: bool) -> None:
    box = axes.get_position()
    for year in RISK_AT:
        x = box.x0 + box.width * year / HORIZON
        number = f"{at_risk[year * 4]:,.0f}" if at_risk[year * 4] >= 10 else f"{at_risk[year * 4]:.1f}"
        sheet.figure.text(x, box.y0 - 0.47 / sheet.total, number, fontsize=7, color="#444444", ha="center", va="center")
    if labelled:
        sheet.figure.text(
            0.1 / style.WIDTH, box.y0 - 0.47 / sheet.total, "At risk", fontsize=7, color="#444444", va="center"
        )


def _rows(scenario: str, kind: Type, curves: dict[str, Spread], at_risk: Array) -> list[dict[str, Any]]:
    return [
        {
            "scenario": scenario,
            "type_first": kind.name,
            "event": event,
            "years": year,
            "incidence": found.mean[year * 4],
            "lo": found.lo[year * 4],
            "hi": found.hi[year * 4],
            "q05": found.low[year * 4],
            "q95": found.high[year * 4],
            "at_risk": at_risk[year * 4],
        }
        for event, found in curves.items()
        for year in range(HORIZON + 1)
    ]


def _alt(table: pd.DataFrame, base: str) -> str:
    at = table[(table["scenario"] == base) & (table["years"] == 10)]
    labels = {name: entry[0].lower() for name, entry in (ON_THE_WAY | ENDS).items()}
    parts = []
    for kind, rows in at.groupby("type_first", sort=False):
        told = ", ".join(f"{labels[row.event]} {row.incidence:.0%}" for row in rows.itertuples())
        parts.append(f"signed as {style.TYPE_LABELS[Type[str(kind)]].lower()}: {told}")
    return "Cumulative incidence by type at signing. After ten years, " + "; ".join(parts) + "."
