"""Observed values drawn beside the model's, from the evidence shipped with the package.

`mapping.yaml` says which evidence is which metric of which sector; where a file is missing, figures go without markers.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

DATA = Path(__file__).parent.parent / "data"


class Mark(NamedTuple):
    """An observed value with its range; a `bound` is an observation that the value is at least so high."""

    year: float
    value: float
    low: float
    high: float
    bound: bool = False


class Flip(NamedTuple):
    """The observed range of a flip's year; None stands for "not by 2025"."""

    low: float | None
    value: float | None
    high: float | None


class Observed(NamedTuple):
    """Evidence by sector, or by `sector/generation` where it is about one generation; marks by metric first."""

    marks: Mapping[str, Mapping[str, list[Mark]]]
    flips: Mapping[str, Flip]

    def of(self, metric: str, sector: str, times: NDArray[Any] | None = None) -> list[Mark]:
        """Marks of a metric in a sector, by year; with `times` (decimal years, in order) only of the years these span,
        for a marker outside its panel would be taken for its neighbour's."""
        found = sorted(self.marks.get(metric, {}).get(sector, []))
        return found if times is None else [mark for mark in found if times[0] // 1 <= mark.year <= times[-1] // 1]


@lru_cache(maxsize=4)
def observed(data: Path = DATA) -> Observed:
    """All evidence that is a metric, under the world's names of sectors."""
    told = _yaml(data / "mapping.yaml")
    names = {name: tuple(_keys(entry)) for name, entry in told.get("sectors", {}).items()}
    marks: dict[str, dict[str, list[Mark]]] = {}
    flips: dict[str, Flip] = {}
    for row in _rows(data / "sectors.csv"):
        for key in names.get(row["sector"], ()):
            if row["variable"] == told["flip"]["variable"]:
                flips[key] = Flip(*(_year(row[column]) for column in ("low", "value", "high")))
            elif row["variable"] in told["variables"] and not _skipped(row, told.get("skip", [])):
                _add(marks, key, row, row["period"], told["variables"][row["variable"]])
    series = {entry["series"]: entry for entry in told.get("series", [])}
    for row in _rows(data / "series.csv"):
        if row["series"] in series:
            _add(marks, series[row["series"]]["sector"], row, row["year"], series[row["series"]])
    return Observed(marks, flips)


def _add(
    marks: dict[str, dict[str, list[Mark]]], key: str, row: Mapping[str, str], when: str, rule: Mapping[str, Any]
) -> None:
    scale = float(rule.get("scale", 1.0))
    try:
        value = float(row["value"]) * scale
        low, high = (float(row[side]) * scale if row.get(side) else value for side in ("low", "high"))
        mark = Mark(float(when), value, low, high, rule.get("bound") == "low")
    except ValueError:
        return  # a period of several years, or a value in words
    marks.setdefault(rule["metric"], {}).setdefault(key, []).append(mark)


def _skipped(row: Mapping[str, str], rules: list[Mapping[str, Any]]) -> bool:
    return any(
        all(str(rule[name]) == row[name] for name in ("variable", "sector", "period") if name in rule) for rule in rules
    )


def _keys(entry: Mapping[str, Any] | None) -> Iterator[str]:
    """`{sectors: [cars], generation: electric}` as cars/electric."""
    for sector in entry["sectors"] if entry else ():
        yield f"{sector}/{entry['generation']}" if entry and "generation" in entry else sector


def _yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    from sim.scenario.reader import shipped

    return shipped(path)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file() and path.with_name("mapping.yaml").is_file():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _year(text: str) -> float | None:
    found = re.match(r"\d{4}", text.strip())
    return float(found.group()) if found else None
