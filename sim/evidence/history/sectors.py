"""Sectors: when Chinese technology reaches the frontier, and how far it is at dates for which there is evidence."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ScenarioError
from sim.evidence.history.evidence import Fact, number_of
from sim.evidence.history.mapping import Mapping
from sim.evidence.history.scores import rank_correlation
from sim.evidence.history.worlds import Ensemble, quarter
from sim.measures.flips import flip_dates

PRESENT = 2025  # "not by 2025" in the evidence; a simulated flip after it matches that
QUANTILES = (0.05, 0.5, 0.95)
Floats = NDArray[np.float64]


def score(
    facts: Sequence[Fact], mapping: Mapping, ensemble: Ensemble, until: int
) -> tuple[dict[str, Any], float, list[str]]:
    """Scores by sector, rank correlation of the order of flips, and the sectors without a counterpart.

    `inside` asks whether the median flip lies between low and high of the evidence; `level_inside` is the share of
    dates after `until` at which the median level does; each is None where there is no evidence.
    """
    names = list(dict.fromkeys(fact.sector for fact in facts))
    scores, seen, simulated = {}, [], []
    for name in names:
        place = mapping.place(name)
        if place is None:
            continue
        level = ensemble.level(place)
        flips = flip_dates(level)
        scores[name] = {"flip_year": _quantiles(flips), "inside": None, **_levels(facts, name, mapping, level, until)}
        fact = next((each for each in facts if (each.sector, each.variable) == (name, mapping.flip)), None)
        if fact is not None and fact.value:
            low, value, high = (_year(fact, column, mapping.never) for column in ("low", "value", "high"))
            median = _dated(float(np.quantile(flips, 0.5, method="inverted_cdf")))
            scores[name]["inside"] = bool(low <= median <= high)
            seen.append(value)
            simulated.append(median)
    order = rank_correlation(np.array(simulated), np.array(seen))
    return scores, order, [name for name in names if mapping.place(name) is None]


def _quantiles(flips: Floats) -> list[float | None] | None:
    """Year of the flip at 5, 50 and 95 % of runs; None for never, and instead of three times never."""
    found = [float(year) for year in np.quantile(flips, QUANTILES, method="inverted_cdf")]
    return [year if np.isfinite(year) else None for year in found] if np.isfinite(found).any() else None


def _dated(year: float) -> float:
    """The calendar year, infinite if after the present."""
    return float(np.floor(year)) if year < PRESENT + 1 else np.inf


def _year(fact: Fact, column: str, never: str) -> float:
    """A year with words after it, infinity for "not by 2025"; an empty bound is the value itself."""
    text = getattr(fact, column) or fact.value
    if text.startswith(never):
        return np.inf
    found = re.match(r"\d{4}\b", text)
    if not found:
        problem = f"{text!r} is neither a year nor begins with {never!r}"
        raise ScenarioError([Problem(*fact.where, Fact._fields.index(column) + 1, column, problem)])
    return _dated(float(found.group()))


def _levels(facts: Sequence[Fact], name: str, mapping: Mapping, level: Floats, until: int) -> dict[str, Any]:
    told, inside = {}, []
    for fact in facts:
        if (fact.sector, fact.variable) != (name, mapping.level) or not fact.value:
            continue
        year = number_of(fact, "period")
        place = quarter(year)
        if not 0 <= place < level.shape[1]:
            continue
        found = [float(each) for each in np.quantile(level[:, place], QUANTILES)]
        told[fact.period] = found
        if year > until:
            low, high = (number_of(fact, column if getattr(fact, column) else "value") for column in ("low", "high"))
            inside.append(low <= found[1] <= high)
    return {"level": told, "level_inside": float(np.mean(inside)) if inside else None}
