"""A statement about history beside what the runs say of it."""

from typing import Any, NamedTuple

import numpy as np

from sim.runs.bearing import Bearing
from sim.runs.recorded import TYPES

OPEN, TINY = np.inf, 1e-6
LAGGARDS = ("semiconductors", "aerospace", "machine_tools")
# What claims bear on.
ACCESS, JOINT, GLOBAL = ("active_market_access", "active_co_innovation", "active_globalize")
OWNED = "adoptions_wholly_owned wholly_owned_share"
ENDS = "exits buyouts dissolutions"
LEAD = "technology_gap technology_level flips"


class Claim(NamedTuple):
    """One statement about history and what the runs say. A claim of several parts has a row for each, under one id."""

    id: str
    claim: str
    sentence: str  # of the sources, that it stands for
    value: float
    low: float  # -inf or inf where the range is open
    high: float
    bears: Bearing  # what it is about

    @property
    def holds(self) -> bool:
        """Whether the value lies within the range; an unknown one does not."""
        return bool(self.low <= self.value <= self.high)

    def plain(self) -> dict[str, Any]:
        """As `--json` has it: open ends and unknown values are null."""
        value, low, high = (float(each) if np.isfinite(each) else None for each in (self.value, self.low, self.high))
        verdict = "ok" if self.holds else "miss"
        told = {"id": self.id, "claim": self.claim, "value": value, "low": low, "high": high, "verdict": verdict}
        return {**told, "sentence": self.sentence, "bears": self.bears.plain()}


def part_of(adopted: np.ndarray, kind: str) -> float:
    """Share of a type in adoptions by type."""
    return float(adopted[TYPES.index(kind)] / max(adopted.sum(), 1e-9))


def ratio(above: float, below: float) -> float:
    """A ratio, infinite over nothing."""
    return float(above / below) if below > 0 else np.inf if above > 0 else np.nan


def number(value: float | None) -> str:
    """A value in three digits, years whole."""
    return "unknown" if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def within(low: float | None, high: float | None) -> str:
    """A range in words; open ends are None or infinite, a low end next to nothing asks for a sign."""
    if low is None or low == -OPEN:
        return f"at most {number(high)}"
    tiny = 0 < low < TINY
    if high is None or high == OPEN:
        return "above 0" if tiny else f"at least {number(low)}"
    return f"{0 if tiny else number(low)} to {number(high)}"
