"""How evidence speaks of the model: `sim/data/mapping.yaml`, read and checked against nothing but itself."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sim.scenario.reader import shipped

DATA = Path(__file__).parents[2] / "data"


class Place(NamedTuple):
    """Where a sector of the evidence stands in the world: sectors, pooled, and a generation if it is about one."""

    sectors: tuple[str, ...]
    generation: str | None = None


class Mapping(NamedTuple):
    """Names of the evidence and what they are in the model.

    `sectors`: None is outside the model; `types`: partnership types; `series`: rules with metric, sector, scale and
    perhaps offset and bound; `inputs`: series that the world is given, which prove nothing when they fit.
    """

    sectors: dict[str, Place | None]
    types: dict[str, str]
    series: dict[str, dict[str, Any]]
    inputs: frozenset[str]
    level: str  # variable of sectors.csv that is a level of technology
    flip: str  # variable that is the year of a flip
    never: str  # how a year begins that stands for "never so far"

    def place(self, sector: str) -> Place | None:
        """The counterpart of a sector of the evidence, None if it has none."""
        return self.sectors.get(sector)


@lru_cache(maxsize=4)
def mapping(path: Path = DATA / "mapping.yaml") -> Mapping:
    """The table that ships with the package."""
    told = shipped(path)
    flip = told["flip"]
    return Mapping(
        sectors={
            name: Place(tuple(entry["sectors"]), entry.get("generation")) if entry else None
            for name, entry in told["sectors"].items()
        },
        types=dict(told["types"]),
        series={rule["series"]: rule for rule in told["series"]},
        inputs=frozenset(told["inputs"]),
        level=next(name for name, rule in told["variables"].items() if rule["metric"] == flip["metric"]),
        flip=flip["variable"],
        never=flip["null_prefix"],
    )
