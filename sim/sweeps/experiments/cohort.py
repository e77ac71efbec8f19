"""What becomes of host ventures in force when a year begins, within five years: shares of the cohort, by run.

A table by sector and year cannot say it: whoever was signed later is no part of the cohort.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.machine.declare import Field
from sim.measures.intervals import LEVEL, RESAMPLES, SEED
from sim.model.columns import FIRST_YEAR, HOST_TYPES

Floats = NDArray[np.float64]
WITHIN = 5  # years
HOST = tuple(each.name for each in HOST_TYPES)
KEYS = ["point", "seed", "partnership"]
LIVES = [*KEYS, "sector", "type_first", "start", "end"]
EVENTS = [*KEYS, "quarter", "kind"]
_TIME = f"within {WITHIN} years"
COHORT: dict[str, Field] = {
    "ventures_ended": Field(
        "share",
        f"Host ventures that end {_TIME}",
        low=0,
        high=1,
        formula="ended / in force as the year begins",
    ),
    "ventures_converted": Field(
        "share",
        f"Host ventures that change type {_TIME}",
        low=0,
        high=1,
        formula="converted / in force as the year begins",
    ),
    "ventures_renegotiated": Field(
        "share",
        f"Host ventures with new terms {_TIME}",
        low=0,
        high=1,
        formula="renegotiated / in force as the year begins",
    ),
}  # fmt: skip
KIND = {"ventures_converted": "conversion", "ventures_renegotiated": "renegotiation"}


def dated(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its quarters YYYYQn as numbers since 1979Q1, infinite where there is none."""
    return table.assign(**{name: _numbers(table[name]) for name in ("start", "end", "quarter") if name in table})


def _numbers(written: "pd.Series[str]") -> Floats:
    names, code = np.unique(written.astype(object).fillna("").astype(str), return_inverse=True)
    known = [(int(name[:4]) - FIRST_YEAR) * 4 + int(name[5]) - 1 if name else np.inf for name in names]
    return np.asarray(known, float)[code]


def cohort(lives: pd.DataFrame, events: pd.DataFrame, sectors: Sequence[str], year: int) -> pd.DataFrame:
    """Host ventures of the sectors in force as `year` begins: columns point, seed and a flag for each of COHORT.

    lives, events: tables `partnerships` and `events` with the columns LIVES and EVENTS, `dated`.
    """
    begin = (year - FIRST_YEAR) * 4
    until = begin + 4 * WITHIN
    lives = lives[lives["type_first"].isin(HOST) & lives["sector"].isin(list(sectors))]
    start, end = lives["start"].to_numpy(float), lives["end"].to_numpy(float)
    there = (start < begin) & (end >= begin)
    made = lives.loc[there, KEYS].reset_index(drop=True)
    made["ventures_ended"] = end[there] < until
    when = events["quarter"].to_numpy(float)
    within = events[(when >= begin) & (when < until)]
    mine = pd.MultiIndex.from_frame(made[KEYS].astype({"partnership": str}))
    for name, kind in KIND.items():
        hit = within.loc[within["kind"] == kind, KEYS].astype({"partnership": str})
        made[name] = mine.isin(pd.MultiIndex.from_frame(hit))
    return made.drop(columns="partnership")


class Ratio(NamedTuple):
    """Treated over untreated, of sums over runs, with its 95 % interval by bootstrap over pairs of runs."""

    value: float
    lo: float
    hi: float


def ratio(treated: Floats, untreated: Floats) -> Ratio:
    """Of counts by pair of runs [seed]; nan where the untreated have none."""
    n = len(treated)
    if n < 2 or not untreated.sum() > 0:
        return Ratio(float(treated.sum() / untreated.sum()) if untreated.sum() > 0 else np.nan, np.nan, np.nan)
    drawn = np.random.default_rng(SEED).integers(n, size=(RESAMPLES, n))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = treated[drawn].sum(axis=1) / untreated[drawn].sum(axis=1)
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(found, (tail, 1 - tail))
    return Ratio(float(treated.sum() / untreated.sum()), float(low), float(high))
