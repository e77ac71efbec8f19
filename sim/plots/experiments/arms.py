"""Some points of an experiment seen as scenarios of a comparison, so that the pages of `compare` draw them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sim.plots.stored import Line, Stored
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import Row

BASE = "base"


@dataclass(frozen=True)
class Arms(Stored):
    """points: name of a scenario -> point, the base first; titles: what keys call them; seeds: those read."""

    points: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()

    @cached_property
    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Scenario name -> its title; the base first."""
        return {name: {"title": self.titles[name]} for name in self.points}

    @property
    def references(self) -> dict[str, str]:
        """All are compared with the base."""
        return dict.fromkeys(list(self.points)[1:], next(iter(self.points)))

    @property
    def reported(self) -> tuple[float, float]:
        """Beginning and end of the report, as the manifest has them."""
        told = next(iter(self.manifest["scenarios"].values()))
        return float(told["start"]), float(told["end"]) + 1

    def lines(self, scenario: str) -> list[Line]:
        """Policies are told by the captions of experiments."""
        return []

    def read(self, table: str, columns: Iterable[str], where: pc.Expression | None = None) -> pa.Table:
        """Columns of a table, only of these points, whose names stand for the scenario."""
        asked = list(columns)
        places = pa.array(list(self.points.values()))
        own = pc.is_in(pc.field("point"), value_set=places)
        own &= pc.is_in(pc.field("seed"), value_set=pa.array(self.seeds))
        found = super().read(table, dict.fromkeys(["point", "seed", *asked]), own if where is None else own & where)
        codes = pc.index_in(found["point"], value_set=places).combine_chunks()
        names = pa.DictionaryArray.from_arrays(codes, pa.array(list(self.points), pa.string()))
        columns_ = {name: names if name == "scenario" else found[name] for name in asked if name in found.column_names}
        return pa.table(columns_)


def arms(evidence: Evidence, rows: Mapping[str, Row], note: str, base: str = "As it stands") -> Arms:
    """Rows by title as scenarios; the base is what the first of them is compared with."""
    first = next(iter(rows.values()))
    points = {BASE: first.reference} | {f"arm_{place}": row.point for place, row in enumerate(rows.values())}
    titles = dict(zip(points, (base, *rows), strict=True))
    return Arms(evidence.results.folder, note=note, points=points, titles=titles, seeds=first.seeds)
