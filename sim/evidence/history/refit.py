"""Parameters estimated without a sector: the draws that a set keeps beside it, and how far they moved."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError
from sim.evidence.history.mapping import Mapping as Table
from sim.scenario import Scenario, read_set
from sim.scenario.drawn import SECTOR, Draws
from sim.scenario.merge import nearest
from sim.scenario.sets import ParameterSet, Prior

Floats = NDArray[np.float64]


def refitted(found: ParameterSet, table: Table) -> dict[str, Draws]:
    """By sector of the ledger, the draws that did not know it; none if the set has no such file.

    Raises ScenarioError on a wrong file, or on a sector that the evidence does not know.
    """
    known = found.left_out
    places = [name for name, place in table.sectors.items() if place is not None]
    problems = [
        draws.marks[0].problem(SECTOR, f"{name!r} is no sector of the evidence{nearest(name, places)}")
        for name, draws in known.items()
        if name not in places
    ]
    if problems:
        raise ScenarioError(problems)
    return known


class Refits(NamedTuple):
    """What a world that stands on draws of a set may take instead of them where a sector is left out."""

    found: ParameterSet
    draws: dict[str, Draws]
    wanted: int | None

    @classmethod
    def of(cls, world: Scenario, table: Table) -> "Refits | None":
        """None if the world takes no posterior draws. Raises ScenarioError."""
        if world.posterior is None or world.posterior.prior or not (world.posterior.draws or world.posterior.draw):
            return None
        found = read_set(world.posterior.set)
        return cls(found, refitted(found, table), world.posterior.draws)

    def settings(self, sector: str) -> dict[str, Any] | None:
        """Settings that make the world take the draws without a sector, as many as it takes, as far as there are."""
        if sector not in self.draws:
            return None
        many = {} if self.wanted is None else {"posterior.draws": min(self.wanted, len(self.draws[sector].marks))}
        return {"posterior.left_out": sector, **many}

    def told(self, sectors: Iterable[str]) -> dict[str, Any]:
        """By sector, how many draws it is foretold by and how far the medians moved; None where there are none."""
        priors, own = self.found.file.fitted, self.found.draws
        told: dict[str, Any] = dict.fromkeys(sectors)
        if own is None:
            return told
        for sector in told.keys() & self.draws.keys():
            draws = self.draws[sector]
            moved = shifts(priors, _rows(own, priors), _rows(draws, priors))
            told[sector] = {"draws": min(self.wanted or 1, len(draws.marks)), "shift": moved}
        return told


def _rows(draws: Draws, names: Iterable[str]) -> Floats:
    """Parameters [draw, parameter]."""
    return np.array([draws.values[name] for name in names]).T


def shifts(priors: Mapping[str, Prior], every: Floats, other: Floats) -> dict[str, float | None]:
    """By parameter, how far the median of other draws [draw, parameter] lies from that of `every`, in standard
    deviations of `every`, on the scale of the prior; None where these do not differ."""
    moved: dict[str, float | None] = {}
    for n, (name, prior) in enumerate(priors.items()):
        one, two = (np.log(rows[:, n]) if prior.scale == "log" else rows[:, n] for rows in (every, other))
        spread = one.std()
        moved[name] = float((np.median(two) - np.median(one)) / spread) if spread > 0 else None
    return moved


def largest(shift: Mapping[str, float | None]) -> tuple[str, float]:
    """The parameter whose median moved most, and how far; nan where none has a number."""
    known = {name: moved for name, moved in shift.items() if moved is not None}
    name = max(known, key=lambda each: abs(known[each]), default="-")
    return name, known.get(name, float("nan"))
