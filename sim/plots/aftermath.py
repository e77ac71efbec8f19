"""What follows when a venture's product flips: first events within five years, beside unflipped ventures like it.

Like it: of the same sector, in force at the same age, whose product leads still. Each flipped venture is held against
all of them, so that sectors and ages weigh as among the flipped.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.measures.survival import aalen_johansen
from sim.plots import style
from sim.plots.incidence import KEYS
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Array, Stored, decimal, spread

WITHIN = 20  # quarters
EVENTS = {
    "chinese_gains": "New terms, the Chinese side gains",
    "multinational_gains": "New terms, the multinational gains",
    "converted": "Converted to another type",
    "sold_multinational": "Sold to the multinational",
    "sold_chinese": "Sold to the Chinese firm",
    "dissolved": "Dissolved or severed",
}
RAISED = "converted_chinese"  # a conversion by which the Chinese side gains; "converted" holds it, too
CAUSES = (*EVENTS, RAISED)
GROUPS = {
    "flipped": ("Product flipped", "#CC3311", "-"),
    "unflipped": ("Unflipped, same sector and age", "#4D4D4D", (0, (5, 1.5))),
}
ENDS = {"buyout_multinational": "sold_multinational", "buyout_chinese": "sold_chinese"}
GAINS = {"chinese": "chinese_gains", "multinational": "multinational_gains"}
NEEDED = ("product_flipped", "signed_reversed")
_FAR = 10_000  # quarters: never


class Ventures(NamedTuple):
    """Host ventures whose product led at signing, [venture]; ages in quarters, those of the report; `_FAR`: never.

    moments: (venture, age, place in CAUSES) of what happened to them [n, 3], by venture and age.
    """

    seed: Array
    sector: Array
    entered: Array  # age at which the report begins to see it
    left: Array  # age at its end, or at the end of the report
    flipped: Array
    moments: Array


def ventures(stored: Stored, scenario: str) -> Ventures:
    """Those of a scenario. Raises NotEnough where the folder's tables do not know flips of products."""
    lives = stored.frame("partnerships", [*KEYS, "sector", "type_first", "start", "end", "end_kind", *NEEDED])
    events = stored.frame("events", [*KEYS, "year", "kind", "gained"])
    lives = lives[(lives["scenario"] == scenario) & (lives["type_first"] != "globalize")]
    lives = lives[~lives["signed_reversed"].fillna(False).astype(bool)].reset_index(drop=True)
    begin, close = stored.reported
    start = decimal(lives["start"]).to_numpy()
    end, flip = decimal(lives["end"]).to_numpy(), decimal(lives["product_flipped"]).to_numpy()
    told = _moments(lives, events[events["scenario"] == scenario], start, end)
    return Ventures(
        lives["seed"].to_numpy(),
        pd.factorize(lives["sector"].astype(str), sort=True)[0],
        np.maximum(_age(np.full(len(start), begin), start), 0),
        _age(np.where(np.isnan(end), close, end), start),
        _age(flip, start),
        told,
    )


def _age(when: Array, start: Array) -> Array:
    age = np.round((when - start) * 4)
    return np.where(np.isnan(age), _FAR, age).astype(np.int64)


def _moments(lives: pd.DataFrame, events: pd.DataFrame, start: Array, end: Array) -> Array:
    """What happened to ventures, [n, 3]: see `Ventures`."""
    place = {name: number for number, name in enumerate(CAUSES)}
    kind = events["kind"].astype(str)
    name = events["gained"].astype(object).map(GAINS).where(kind == "renegotiation")
    raised = events["gained"].astype(object).isin(("chinese", "both"))
    name = name.where(kind != "conversion", np.where(raised, RAISED, "converted"))
    happened = events.assign(place=name.map(place)).dropna(subset=["place"])
    row = pd.Series(
        np.arange(len(lives)), pd.MultiIndex.from_frame(lives[KEYS].astype({"scenario": str, "partnership": str}))
    )
    at = row.reindex(pd.MultiIndex.from_frame(happened[KEYS].astype({"scenario": str, "partnership": str}))).to_numpy(
        float
    )
    known = np.isfinite(at)
    venture = at[known].astype(np.int64)
    during = np.column_stack(
        [venture, _age(happened["year"].to_numpy(float)[known], start[venture]), happened["place"].to_numpy(int)[known]]
    )
    ended = np.flatnonzero(np.isfinite(end))
    last = lives["end_kind"].astype(object).iloc[ended].map(lambda told: place[ENDS.get(str(told), "dissolved")])
    over = np.column_stack([ended, _age(end[ended], start[ended]), last.to_numpy(int)])
    found = np.concatenate([during, over]).astype(np.int64)
    return found[np.lexsort((found[:, 2], found[:, 1], found[:, 0]))]


def first_events(found: Ventures, venture: Array, since: Array, last: Array) -> tuple[Array, Array]:
    """Quarters to the first event from the age `since` on, and its place in CAUSES + 1; 0: none by the age `last`.

    As `sim.runs.followed` counts: reviews come after contributions in a quarter, so that of the flip itself is in.
    """
    key = found.moments[:, 0] * (2 * _FAR) + found.moments[:, 1]
    at = np.searchsorted(key, venture * (2 * _FAR) + since)
    padded = np.concatenate([found.moments, [[-1, _FAR, 0]]])[at]
    happened = (padded[:, 0] == venture) & (padded[:, 1] <= last)
    time = np.where(happened, padded[:, 1], last) - since
    return time, np.where(happened, padded[:, 2] + 1, 0)


def compared(found: Ventures) -> dict[str, tuple[Array, Array, Array, Array]]:
    """By group: seed, quarters to the first event, its place + 1, and weight of every case, [case]."""
    flips = np.flatnonzero((found.flipped >= found.entered) & (found.flipped <= found.left))
    time, cause = first_events(found, flips, found.flipped[flips], found.left[flips])
    told = {"flipped": (found.seed[flips], time, cause, np.ones(len(flips)))}
    wanted = (
        pd.Series(1.0, pd.MultiIndex.from_arrays([found.sector[flips], found.flipped[flips]]))
        .groupby(level=[0, 1])
        .sum()
    )
    parts: list[tuple[Array, Array, Array]] = []
    for (sector, age), number in wanted.items():
        there = (found.sector == sector) & (found.entered <= age) & (found.left > age) & (found.flipped > age)
        like = np.flatnonzero(there)
        if len(like):
            parts.append((like, np.full(len(like), age), np.full(len(like), number / len(like))))
    if not parts:
        return told
    venture, since, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    last = np.minimum(found.left[venture], found.flipped[venture] - 1)  # as long as it is unflipped
    time, cause = first_events(found, venture, since, last)
    return told | {"unflipped": (found.seed[venture], time, cause, weight)}


def table(stored: Stored) -> pd.DataFrame:
    """A row per scenario, group, event and quarter: incidence, its 95 % interval over runs, runs and cases."""
    seeds = np.asarray(stored.manifest["seeds"])
    rows: list[pd.DataFrame] = []
    for scenario in (stored.base, *stored.others):
        for group, (seed, time, cause, weight) in compared(ventures(stored, scenario)).items():
            at = np.searchsorted(seeds, seed)
            incidence, _ = aalen_johansen(time, cause, at, len(seeds), len(CAUSES), WITHIN, weight)
            pooled, _ = aalen_johansen(time, cause, np.zeros_like(at), 1, len(CAUSES), WITHIN, weight)
            for curves in (incidence, pooled):
                curves[CAUSES.index("converted")] += curves[CAUSES.index(RAISED)]
            number = len(np.unique(seed))
            for place, event in enumerate(CAUSES):
                told = spread(incidence[place])
                half = (told.hi - told.lo) / 2
                mean = pooled[place, 0]
                columns = {"incidence": mean, "lo": np.maximum(mean - half, 0), "hi": mean + half}
                about = {"scenario": scenario, "group": group, "event": event, "n": number, "cases": weight.sum()}
                rows.append(pd.DataFrame({**about, "quarters": np.arange(WITHIN + 1), **columns}))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def draw(stored: Stored) -> list[Sheet]:
    """A panel per event: its incidence after a flip and without one, for the base."""
    found = table(stored)
    if not len(found) or set(found.loc[found["scenario"] == stored.base, "group"]) != set(GROUPS):
        return []
    base = found[found["scenario"] == stored.base]
    cases = base.groupby("group")["cases"].first()
    sheet = Sheet(
        "05c-flip-and-after",
        "The flip of a venture’s product and what follows",
        2,
        3,
        height=1.35,
        left=0.6,
        gap_x=0.2,
        gap_y=0.46,
        below=0.5,
        above=0.06,
        key=[Entry(label, color, line, alpha=0.18, edged=True) for label, color, line in GROUPS.values()],
        caption=f"Host ventures of the base whose product led at signing: first event in the five years after the "
        f"product has been behind the partner’s own for a year ({cases['flipped']:,.0f} ventures), events compete "
        "(Aalen-Johansen); beside it ventures of the same sector and age that lead still, weighted to the same sectors "
        f"and ages. All of {int(base['n'].max())} seeds together; edged band: 95 % interval over seeds. Number: ratio "
        f"after five years.{_gains(base)} Ends follow the surplus that also moves the flip: this describes and does "
        "not identify.",
    )
    top = min(1.0, 1.12 * base["hi"].max())
    for place, (axes, event) in enumerate(zip(sheet.panels, EVENTS, strict=True)):
        _panel(axes, base[base["event"] == event])
        axes.set_title(EVENTS[event], fontsize=7.5)
        axes.set_ylim(0, top)
        axes.set_xlim(0, WITHIN / 4)
        style.format_axis(axes.yaxis, style.declared("hub_share"))
        axes.tick_params(labelleft=place % 3 == 0, labelbottom=place >= 3)
    sheet.label_left("first event, % of ventures")
    sheet.label_below("years since the flip, or since the same age")
    sheet.table = found
    sheet.alt = _alt(base)
    return [sheet]


def _gains(base: pd.DataFrame) -> str:
    """How many conversions after a flip raise what the Chinese side gets."""
    raised, whole = (_last(base[base["event"] == event])[0] for event in (RAISED, "converted"))
    return f" By {100 * raised / whole:.0f} % of conversions after a flip the Chinese side gains." if whole > 0 else ""


def _panel(axes: Any, rows: pd.DataFrame) -> None:
    for group, (_, color, line) in GROUPS.items():
        mine = rows[rows["group"] == group]
        years = mine["quarters"].to_numpy() / 4
        style.band(axes, years, mine["lo"].to_numpy(), mine["hi"].to_numpy(), color, edged=True)
        axes.plot(years, mine["incidence"], color=color, linestyle=line, zorder=3)
    one, other = _last(rows)
    if other > 0:
        axes.text(0.03, 0.95, f"×{one / other:.1f}", transform=axes.transAxes, fontsize=7.5, va="top")


def _last(rows: pd.DataFrame) -> tuple[float, float]:
    """Incidence after five years of an event among the flipped and the others."""
    last = rows[rows["quarters"] == WITHIN].set_index("group")["incidence"]
    return float(last["flipped"]), float(last["unflipped"])


def _alt(base: pd.DataFrame) -> str:
    told = []
    for event, text in EVENTS.items():
        one, other = _last(base[base["event"] == event])
        told.append(f"{text.lower()} {one:.0%} against {other:.0%}")
    return "Incidence of first events within five years, flipped against unflipped ventures: " + "; ".join(told) + "."
