"""The design of a sweep as its analyses see it: points, swept paths, their words, units and shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import NotEnough, UsageError
from sim.model.parameters import parameters
from sim.runs import Results
from sim.runs.design import references, swept_paths
from sim.scenario.shocks import KINDS
from sim.scenario.values import is_dated

BASE = 0  # the point of the scenario as it stands
_BESIDE = "beside"  # of a scenario's entry: by tariff, what else is in force where it acts
LONGEST = 40  # letters of a shock's label; beyond that its id stands for it


@dataclass(frozen=True)
class Factor:
    """A swept path: its values in the design, sorted, and the one of the scenario as it stands; text or numbers.

    note: what an axis says besides, of a tariff on top of which duty its rate comes.
    """

    path: str
    levels: tuple[Any, ...]
    base: Any
    unit: str
    text: str
    note: str = ""

    @property
    def numeric(self) -> bool:
        return all(isinstance(level, float) for level in self.levels)


@dataclass(frozen=True)
class Points:
    """Points of a design: `table` is indexed by point, a column per swept path; `designed`: asked for; `references`: by
    point the one it is compared with, which differs from it by the settings of `named`, if a sweep named any."""

    table: pd.DataFrame
    designed: "pd.Series[bool]"
    kind: str
    scenario: Mapping[str, Any]
    references: Mapping[int, int]
    named: Mapping[str, Any]

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """The paths that vary, in the order asked."""
        return tuple(found for path in self.table.columns if len((found := self._factor(path)).levels) > 1)

    @property
    def asked(self) -> pd.DataFrame:
        """The points that the design asked for."""
        return self.table[self.designed]

    @property
    def has_base(self) -> bool:
        return BASE in self.table.index

    @property
    def against(self) -> str:
        """What points are compared with, in words."""
        if not self.named:
            return "the scenario as it stands"
        told = [f"{described(path, self.scenario)[1]} = {value}" for path, value in self.named.items()]
        return f"the point of equal assumptions with {' and '.join(told)}"

    @cached_property
    def grid(self) -> bool:
        """Whether every combination of the values is a point."""
        sizes = [len(factor.levels) for factor in self.factors]
        return len(self.asked) == np.prod(sizes) and not self.asked.duplicated().any()

    def factor(self, path: str) -> Factor:
        """A swept path by its full name or its end; raises UsageError."""
        found = [factor for factor in self.factors if factor.path == path or factor.path.endswith(f".{path}")]
        if len(found) != 1:
            swept = ", ".join(factor.path for factor in self.factors)
            raise UsageError(f"{path!r} was not swept here", f"swept: {swept}")
        return found[0]

    def _factor(self, path: str) -> Factor:
        column = self.asked[path].dropna()
        base = self.table[path].get(BASE)
        unit, text = described(path, self.scenario)
        return Factor(path, tuple(sorted(column.unique().tolist())), base, unit, text, _note(path, self.scenario))


def read(results: Results) -> Points:
    """The design of a sweep's folder; raises UsageError if it is no sweep, NotEnough if nothing varies."""
    if results.manifest.get("kind") != "sweep":
        raise UsageError(f"{results.folder} is no sweep", "give a folder that `sweep` or `sensitivity` wrote")
    read_table = results.table("design.parquet")
    table: pd.DataFrame = read_table.to_pandas().set_index("point").sort_index()
    designed = table.pop("designed")
    table = table[list(swept_paths(table.columns.tolist()))]
    manifest = results.manifest
    entry = manifest["scenarios"][manifest["base"]]
    told = {**entry["resolved"], _BESIDE: entry.get(_BESIDE) or {}}
    named = manifest["design"].get("reference") or {}
    points = Points(table, designed, str(manifest["design"]["kind"]), told, references(read_table), named)
    if not points.factors:
        raise NotEnough(f"{results.folder}: no path takes more than one value")
    return points


def described(path: str, scenario: Mapping[str, Any]) -> tuple[str, str]:
    """Unit and meaning of a path of the resolved scenario: of a parameter as declared, of a shock by its kind."""
    first, _, rest = path.partition(".")
    if first == "parameters" and rest in parameters():
        about = parameters()[rest]
        return "" if about.choices else about.unit, about.text
    if first == "parameters" and is_dated({rest.rpartition(".")[2]: None}):
        name, _, date = rest.rpartition(".")
        unit, text = described(f"parameters.{name}", scenario)
        return unit, f"{text} from {date}"
    if first == "shocks" and "." in rest:
        identity, _, key = rest.partition(".")
        shock = _shock(identity, scenario)
        known = KINDS[shock["kind"]].sizes if shock.get("kind") in KINDS else {}
        units = {"probability": "share", "retaliation.rate": "share", "ramp": "quarters", "retaliation.lag": "quarters"}
        unit = known[key].unit if key in known else units.get(key, "")
        label = str(shock.get("label") or identity)
        return unit, f"{label if len(label) <= LONGEST else identity}: {key.replace('_', ' ').replace('.', ' ')}"
    return "", path.replace("_", " ").replace(".", ", ")


def _note(path: str, scenario: Mapping[str, Any]) -> str:
    first, _, rest = path.partition(".")
    identity, _, key = rest.partition(".")
    return str(scenario.get(_BESIDE, {}).get(identity, "")) if first == "shocks" and key == "rate" else ""


def _shock(identity: str, scenario: Mapping[str, Any]) -> dict[str, Any]:
    return next((shock for shock in scenario.get("shocks") or [] if shock.get("id") == identity), {})
