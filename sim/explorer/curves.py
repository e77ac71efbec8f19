"""Which curves a results folder has: scenarios, points of a sweep, treatments of an experiment; and what is paired."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from sim.errors import NotEnough
from sim.plots import style
from sim.plots.stored import Stored
from sim.plots.swept import axis_field, value_words
from sim.runs import Results
from sim.sweeps.analysis import points as designs
from sim.sweeps.analysis.points import BASE, Factor, described
from sim.sweeps.experiments.conduct import FINDINGS

ROWS = "rows.csv"  # of an experiment: which point is compared with which
AS_IT_STANDS = "as it stands"  # a value that a point leaves to the scenario


class Curve(NamedTuple):
    """A scenario or a point of a design; point 0 for scenarios."""

    key: str
    title: str
    point: int = 0


class Pair(NamedTuple):
    """A curve compared with another, seed by seed; over the first `seeds` that both have, if that is given."""

    curve: int
    reference: int
    seeds: int | None = None


@dataclass
class Choice:
    """What can be chosen together: scenarios by name, or points by the values of what varies.

    members: curve, pair or -1, name, and a value per factor; factors: path, words, unit and values in order.
    """

    title: str
    factors: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    grid: bool = True


@dataclass
class Curves:
    """All curves and pairs of a folder, and the choices that lead to them."""

    curves: list[Curve]
    pairs: list[Pair]
    choices: list[Choice]


def read(results: Results, stored: Stored) -> Curves:
    """The curves of any results folder. Raises NotEnough for an experiment that was not evaluated."""
    if results.manifest.get("kind") != "sweep":
        return _scenarios(stored)
    if (results.manifest.get("design") or {}).get("kind") == "experiment":
        return _experiment(results)
    return _sweep(results, stored)


def _scenarios(stored: Stored) -> Curves:
    names = [stored.base, *stored.others, *stored.variants]
    variants = stored.manifest.get("variants") or {}
    titles = {name: str((variants.get(name) or {}).get("title") or name) for name in stored.variants}
    curves = [Curve(name, titles.get(name) or stored.title(name)) for name in names]
    pairs = [Pair(names.index(name), names.index(stored.references[name])) for name in stored.others]
    paired = {pair.curve: n for n, pair in enumerate(pairs)}
    members = [
        {"curve": n, "pair": paired.get(n, -1), "name": curve.title, "values": [], "shown": n <= len(stored.others)}
        for n, curve in enumerate(curves)
    ]
    return Curves(curves, pairs, [Choice("Scenarios", [], members)])


def _sweep(results: Results, stored: Stored) -> Curves:
    """Points, each compared with the scenario as it stands."""
    try:
        design = designs.read(results)
    except NotEnough:  # a single point varies nothing
        title = stored.title(stored.base)
        member = {"curve": 0, "pair": -1, "name": title, "values": [], "shown": True}
        return Curves([Curve("point 0", title)], [], [Choice("Points of the sweep", [], [member])])
    table = design.table
    has_base = BASE in table.index
    curves = [Curve(f"point {point}", f"Point {point}", int(point)) for point in table.index]
    base = list(table.index).index(BASE) if has_base else -1
    place = {curve.point: n for n, curve in enumerate(curves)}
    against = {n: place.get(design.references[curve.point], n) for n, curve in enumerate(curves)}
    pairs = [Pair(n, reference) for n, reference in against.items() if reference != n]
    paired = {pair.curve: n for n, pair in enumerate(pairs)}
    factors = [_factor(factor, design.table[factor.path]) for factor in design.factors]
    members = []
    for n, curve in enumerate(curves):
        row = design.table.loc[curve.point]
        values = [each["levels"].index(_plain(row[each["path"]])) for each in factors]
        name = (
            f"{stored.title(stored.base)}, {AS_IT_STANDS}"
            if n == base
            else "; ".join(
                f"{each['short']} = {each['shown'][value]}" for each, value in zip(factors, values, strict=True)
            )
        )
        members.append({"curve": n, "pair": paired.get(n, -1), "name": name or curve.title, "values": values})
    sizes = [len(each["levels"]) for each in factors]
    sampled = design.kind != "grid" and max(sizes) > max(12, len(curves) // 2)  # hardly two points share a value
    return Curves(curves, pairs, [Choice("Points of the sweep", factors, members, not sampled)])


def _told(results: Results) -> dict[str, Any]:
    manifest = results.manifest
    found: dict[str, Any] = manifest["scenarios"][manifest["base"]]["resolved"]
    return found


def _factor(factor: Factor, column: "pd.Series[Any]") -> dict[str, Any]:
    """A swept path with every value that some point has, the scenario's own among them."""
    return _words(factor, _in_order(_plain(value) for value in column))


def _words(factor: Factor, levels: list[Any]) -> dict[str, Any]:
    about = axis_field(factor)
    percent = style.percent(about)
    unit = {"share": "%", "probability": "%"}.get(about.unit, about.unit)
    text = style.polish(about.text)
    short = text.rpartition(": ")[2]
    return {
        "path": factor.path,
        "text": text,
        "short": short[:1].lower() + short[1:] if not short[:2].isupper() else short,
        "unit": unit,
        "axis": ", ".join(filter(None, (text, unit, factor.note))),
        "scale": 100 if percent else 1,
        "numeric": all(isinstance(value, float) for value in levels),
        "levels": levels,
        "shown": [AS_IT_STANDS if value is None else value_words(factor, value) for value in levels],
    }


def _in_order(values: Iterable[Any]) -> list[Any]:
    """Different plain values: numbers, then texts, then none."""
    return sorted(set(values), key=lambda value: (value is None, isinstance(value, str), value))


def _plain(value: Any) -> Any:
    if isinstance(value, bool | str):
        return str(value)
    return None if value is None or value != value else float(value)


def _experiment(results: Results) -> Curves:
    """Treatments by block, each compared with its own reference."""
    if not results.stored.has(ROWS):
        raise NotEnough(f"{results.folder} holds no {ROWS}", "run the experiment again: it continues")
    with results.stored.file(ROWS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = _contrasts(results)
    points = sorted({int(row[key]) for row in rows for key in ("point", "reference")})
    place = {point: n for n, point in enumerate(points)}
    curves = [Curve(f"point {point}", f"Point {point}", point) for point in points]
    pairs: dict[Pair, int] = {}
    choices: dict[str, Choice] = {}
    scenario = _told(results)
    for row in rows:
        block, name = _block(row, names)
        choice = choices.setdefault(block, Choice(block))
        pair = Pair(place[int(row["point"])], place[int(row["reference"])], int(row["seeds"]))
        at = -1 if pair.curve == pair.reference else pairs.setdefault(pair, len(pairs))
        values = {} if row["block"] in ("variants", "draws") else json.loads(row["values"])
        choice.members.append({"curve": pair.curve, "pair": at, "against": pair.reference, "name": name, "at": values})
    for choice in choices.values():
        _axes(choice, scenario)
    return Curves(curves, list(pairs), list(choices.values()))


def _contrasts(results: Results) -> dict[str, str]:
    """The words of contrasts, as the definition has them; those without a registered sign keep their names."""
    stored = results.stored
    signs = json.loads(stored.file(FINDINGS).read_text(encoding="utf-8"))["signs"] if stored.has(FINDINGS) else []
    return {each["contrast"]: each["treatment"] for each in signs}


def _block(row: dict[str, str], names: dict[str, str]) -> tuple[str, str]:
    block, name = row["block"], row["name"]
    told = names.get(name, name.replace("_", " ")) if block == "contrasts" else name.replace("_", " ")
    title = block[:1].upper() + block[1:].replace("_", " ")
    titles = {"contrasts": "Contrasts", "variants": "The headline in other worlds", "draws": "The headline over draws"}
    return titles.get(block, title), told


def _axes(choice: Choice, scenario: dict[str, Any]) -> None:
    """Factors of a block from the values of its members; arms of a block are a factor too."""
    paths = list(dict.fromkeys(path for member in choice.members for path in member["at"]))
    if paths and len({member["name"] for member in choice.members}) > 1:
        for member in choice.members:
            member["at"] = {"treatment": member["name"], **member["at"]}
        paths = ["treatment", *paths]
    for path in paths:
        values = [_plain(member["at"].get(path)) for member in choice.members]
        levels = list(dict.fromkeys(values)) if path == "treatment" else _in_order(values)
        factor = Factor(
            path, tuple(levels), None, *(("", "treatment") if path == "treatment" else described(path, scenario))
        )
        choice.factors.append(_words(factor, levels))
    for member in choice.members:
        at = member.pop("at")
        member["values"] = [each["levels"].index(_plain(at.get(each["path"]))) for each in choice.factors]
        if choice.factors:
            member["name"] = "; ".join(
                f"{each['short']} = {each['shown'][value]}"
                for each, value in zip(choice.factors, member["values"], strict=True)
            )
