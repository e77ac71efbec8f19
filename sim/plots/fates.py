"""What became of partnerships that were in force when policy was announced: shares by fate, by scenario."""

from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style
from sim.plots.incidence import ENDS, KEYS, TERMS, ways_of
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Array, Stored, decimal, spread

ALIVE = {
    "unchanged": ("In force, same terms", "#B8CBE0"),
    "renegotiation": ("In force, renegotiated", "#7FA6CF"),
    "conversion": ("In force, another type", "#4477AA"),
}
FATES = ALIVE | {
    "sale_multinational": (ENDS["sale_multinational"][0], "#CCBB44"),
    "sale_chinese": (ENDS["sale_chinese"][0], "#E8795F"),
    "no_agreement": (ENDS["no_agreement"][0], "#8C8C8C"),
    "policy": (ENDS["policy"][0], "#8F6100"),
    "chance": (ENDS["chance"][0], "#D0D0D0"),
    "bankruptcy": (ENDS["bankruptcy"][0], "#AA3377"),
    "listing": (ENDS["listing"][0], "#333333"),
}
DARK = ("listing", "conversion", "policy", "bankruptcy")  # fills that take white numbers
ROW = 0.34  # inches of one bar and its gap


def cohort_date(stored: Stored) -> float:
    """The end of the quarter before anything differs by policy; where history ends if nothing is dated."""
    found = [stored.first_change(name) for name in stored.others]
    dated = [date for date in found if np.isfinite(date)]
    return min(dated) if dated else style.HISTORY_ENDS


def table(stored: Stored) -> pd.DataFrame:
    """A row per scenario and fate: share of the cohort, and its paired difference from what it is compared with.

    Columns scenario, fate, n (runs), number (of partnerships a run), mean, lo, hi, q05, q95, difference,
    difference_lo, difference_hi: shares with 95 % intervals of means over runs (Student's t); the cohort is those
    signed before `cohort_date` and in force at it.
    """
    shares, size = _shares(stored)
    rows: list[dict[str, Any]] = []
    for name in (stored.base, *stored.others):
        for fate in FATES:
            mine = shares[name, fate]
            found = spread(mine[:, None])
            number = float(np.nanmean(size[name])) if np.isfinite(size[name]).any() else 0.0
            row = {"scenario": name, "fate": fate, "n": int(found.n[0]), "number": number}
            row |= {"mean": found.mean[0], "lo": found.lo[0], "hi": found.hi[0], "q05": found.low[0]}
            row |= {"q95": found.high[0]}
            if name != stored.base:
                gap = spread((mine - shares[stored.references[name], fate])[:, None])
                row |= {"difference": gap.mean[0], "difference_lo": gap.lo[0], "difference_hi": gap.hi[0]}
            rows.append(row)
    return pd.DataFrame(rows)


def _shares(stored: Stored) -> tuple[dict[tuple[str, str], Array], dict[str, Array]]:
    """Share of each fate by run, and the size of the cohort, each [seed]; nan for a run without a cohort."""
    date = cohort_date(stored)
    lives = stored.frame("partnerships", [*KEYS, "sector", "start", "end", "end_kind", "cause"])
    for name in ("start", "end"):
        lives[name] = decimal(lives[name])
    lives = lives[(lives["start"] < date) & (lives["end"].isna() | (lives["end"] >= date))]
    events = stored.frame("events", [*KEYS, "year", "kind"])
    events = events[events["kind"].isin(list(TERMS)) & (events["year"] >= date)]
    text = dict.fromkeys(["scenario", "partnership"], str)
    lives, events = lives.astype(text), events.astype({**text, "kind": str})
    fate = pd.Series("unchanged", index=pd.MultiIndex.from_frame(lives[KEYS]))
    for kind in TERMS:  # the later in the list prevails
        hit = pd.MultiIndex.from_frame(events.loc[events["kind"] == kind, KEYS])
        fate[fate.index.isin(hit)] = kind
    ended = lives["end"].notna().to_numpy()
    fate[ended] = ways_of(lives[ended])
    seeds = np.asarray(stored.manifest.get("seeds") or np.unique(lives["seed"]))
    by_run = fate.groupby(level=["scenario", "seed"])
    counts = by_run.value_counts().unstack(fill_value=0).reindex(columns=list(FATES), fill_value=0)
    found, sizes = {}, {}
    for name in (stored.base, *stored.others, *stored.variants):
        mine = counts.reindex(pd.MultiIndex.from_product([[name], seeds])).to_numpy(dtype=float)
        total = mine.sum(axis=1)
        sizes[name] = total
        for place, key in enumerate(FATES):
            with np.errstate(invalid="ignore"):
                found[name, key] = mine[:, place] / total
    return found, sizes


def draw(stored: Stored) -> list[Sheet]:
    """In a comparison: a bar per scenario, divided by fate."""
    if not stored.others:
        return []
    found = table(stored)
    if found["mean"].isna().all():
        return []
    names = [stored.base, *stored.others]
    when, last = cohort_date(stored), int(stored.sums("summary")["year"].max())
    sheet = Sheet(
        "05b-fates-by-scenario",
        f"What became, by the end of {last}, of partnerships in force at the announcement",
        1,
        1,
        height=ROW * len(names),
        left=2.3,
        right=0.3,
        below=0.5,
        key=[Entry(label, color, linewidth=0, alpha=1.0) for label, color in FATES.values()],
        caption=f"Partnerships in force as {style.quarter(when)} begins, {found['number'].iloc[0]:,.0f} a run; "
        f"share by fate, mean of {found['n'].max()} seeds. 95 % intervals and paired differences are in the CSV.",
    )
    axes = sheet.axes[0, 0]
    for place, name in enumerate(reversed(names)):
        left = 0.0
        for row in found[found["scenario"] == name].itertuples():
            color = FATES[row.fate][1]
            axes.barh(place, row.mean, left=left, height=0.66, color=color, edgecolor="white", linewidth=0.6)
            if row.mean > 0.045:
                dark = row.fate in DARK
                axes.text(
                    left + row.mean / 2,
                    place,
                    f"{100 * row.mean:.0f}",
                    ha="center",
                    va="center_baseline",
                    fontsize=7,
                    color="white" if dark else style.INK,
                )
            left += row.mean
    axes.set_xlim(0, 1)
    axes.set_yticks(range(len(names)), [style.short(stored.title(name)) for name in reversed(names)])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    style.format_axis(axes.xaxis, style.declared("hub_share"))
    sheet.label_below("share of partnerships, %")
    sheet.table = found
    sheet.alt = _alt(stored, found)
    return [sheet]


def _alt(stored: Stored, found: pd.DataFrame) -> str:
    told = []
    for name, rows in found.groupby("scenario", sort=False):
        parts = ", ".join(f"{FATES[row.fate][0].lower()} {row.mean:.0%}" for row in rows.itertuples() if row.mean > 0)
        told.append(f"{stored.title(str(name))}: {parts}")
    return "Bars of what became of partnerships in force at the announcement. " + "; ".join(told) + "."
