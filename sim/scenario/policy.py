"""Dated shocks to the two instances of `Policy`: what is in force, and what is announced.

Each field is compiled alone from the shocks that write it and kept, so that scenarios and seeds which agree on those
shocks share its arrays. Every combination leaves a cell that a shock does not concern, or concerns with size zero, as
it is to the last bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from sim.machine.declare import Column
from sim.model.columns import Policy
from sim.scenario.checks import Names
from sim.scenario.shocks import KINDS, POLICY, SET, Shock


@dataclass(frozen=True)
class Grid:
    """The dimensions of policy, by name: what turns words of shocks into indices. Hashable.

    countries: name, region and share of the region's market. tradable: flag per sector.
    """

    regions: tuple[str, ...]
    countries: tuple[tuple[str, str, float], ...]
    sectors: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    generations: tuple[tuple[str, ...], ...]
    tradable: tuple[bool, ...]
    quarters: int

    @cached_property
    def size(self) -> dict[str, int]:
        """Length of each dimension of `Policy`."""
        region, widest = len(self.regions), max((len(names) for names in self.generations), default=1)
        sizes = {"quarter": self.quarters, "sector": len(self.sectors), "generation": widest, "region": region}
        return {**sizes, "origin": region, "destination": region}

    @cached_property
    def names(self) -> Names:
        countries = {name: (region, share) for name, region, share in self.countries}
        return Names(
            self.regions,
            countries,
            self.sectors,
            dict(self.groups),
            dict(zip(self.sectors, self.generations, strict=True)),
        )

    def weights(self, names: tuple[str, ...]) -> Column:
        """Share of each region that a list of regions and countries concerns [region]; an empty list: all of each."""
        weights = np.zeros(len(self.regions))
        for name in names or self.regions:
            region, share = self.names.countries.get(name, (name, 1.0))
            at = self.regions.index(region)
            weights[at] = min(1.0, weights[at] + share)
        return weights


Felt = tuple[tuple[int, float], ...]  # quarter from which, and how far sectors feel those they buy from


class Link(NamedTuple):
    """What a generation of a sector buys from another: shares of its cost and of its technology.

    of: the supplier's generation whose control counts; -1: that which is controlled least.
    """

    buyer: int
    generation: int
    supplier: int
    of: int
    cost: float
    technology: float


class Links(NamedTuple):
    """What sectors buy from each other, and how far they feel it."""

    links: tuple[Link, ...]
    felt: Felt


def _either(old: Column, new: Column) -> Column:
    return old + new * (1.0 - old)  # 1 - (1 - old) (1 - new), exact where either is 0


def _any_screen(old: Column, new: Column) -> Column:
    return np.fmin(old, new)  # NaN: nobody screens


_COMBINE: dict[str, Callable[[Column, Column], Column]] = {
    "control": _either,
    "over_compliance": _either,
    "block": _either,
    "delay": np.maximum,
    "threshold": _any_screen,
    "waived": _either,
    "price_floor": np.maximum,
    "quota": np.minimum,
    "owner_quota": np.minimum,
    "auctioned": np.maximum,
    "exempt": _either,
    "cap": np.minimum,
    "demand": np.multiply,
    "supply": np.multiply,
}  # all other fields add


def combination(field: str) -> str:
    """How overlapping shocks combine in a field, in words."""
    words = {
        _either: "chances combine",
        np.maximum: "the highest holds" if field in ("price_floor", "auctioned") else "the longest holds",
        np.minimum: "the strictest holds",
        np.multiply: "factors multiply",
    }
    rule = _COMBINE.get(field, np.add)
    return "the lowest holds" if rule is _any_screen else words.get(rule, "sizes add")


@lru_cache(maxsize=32)
def _unchanged(field: str, shape: tuple[int, ...]) -> Column:
    return np.full(shape, POLICY[field].default or 0.0)


def _shape(grid: Grid, field: str) -> tuple[int, ...]:
    return tuple(grid.size[dimension] for dimension in POLICY[field].per.split())


Made = tuple[Column, Column, Column | None, Column | None]  # in force, announced, where either changes


@lru_cache(maxsize=96)
def compiled(grid: Grid, field: str, shocks: tuple[Shock, ...]) -> Made:
    """A field in force, the same as announced, and where either changes [quarter, sector, region] (None: nowhere).

    shocks: those that write the field, in the order of the file. Nobody may write to the arrays: they are shared.
    """
    shape = _shape(grid, field)
    if not shocks:
        return _unchanged(field, shape), _unchanged(field, shape), None, None
    inherited = next((n for n, shock in enumerate(shocks) if shock.own), len(shocks))  # what points of a sweep share
    in_force, announced = (values.copy() for values in _written(grid, field, shocks[:inherited]))
    for shock in shocks[inherited:]:
        _write(grid, field, shock, in_force, announced)
    for values in (in_force, announced):
        if field == "threshold":
            values[np.isnan(values)] = 0.0
        np.clip(values, POLICY[field].low, POLICY[field].high, out=values)
    return in_force, announced, _changes(field, in_force), _changes(field, announced)


@lru_cache(maxsize=4)
def _written(grid: Grid, field: str, shocks: tuple[Shock, ...]) -> tuple[Column, Column]:
    """A field in force and announced after the first shocks that write it, before it is clipped."""
    in_force = np.full(_shape(grid, field), np.nan if field == "threshold" else POLICY[field].default or 0.0)
    announced = in_force.copy()
    for shock in shocks:
        _write(grid, field, shock, in_force, announced)
    return in_force, announced


def _write(grid: Grid, field: str, shock: Shock, in_force: Column, announced: Column) -> None:
    """One shock into a field, from its announcement and its start to its end."""
    size = dict(shock.effects())[field]
    sectors, where = _sectors(grid, shock), _concerned(grid, field, shock)
    begin, stop = max(shock.start, 0), grid.quarters if shock.end is None else min(shock.end + 1, grid.quarters)
    known = max(shock.announce, 0)
    if not sectors or not where.any():
        return
    axes = range(where.ndim)
    box = [_span(np.any(where, axis=tuple(n for n in axes if n != axis), keepdims=True)) for axis in axes[1:]]
    where = where[(slice(None), *box)]  # most shocks concern few places: only those are written
    ramp = np.minimum((np.arange(begin, max(begin, stop)) - shock.start + 1) / max(shock.ramp, 1), 1.0)
    for values, first, part in ((in_force, begin, ramp), (announced, known, np.ones(max(0, stop - known)))):
        if first >= stop:
            continue
        strength = part.reshape(-1, *(1,) * where.ndim) * where
        at = (slice(first, stop), sectors if len(sectors) < len(grid.sectors) else slice(None), *box)
        if shock.mode == SET:
            values[at] = np.where(strength == 1.0, size, values[at] + (size - values[at]) * strength)
        else:
            values[at] = _COMBINE.get(field, np.add)(values[at], _sized(field, size, strength))


def _span(concerned: Column) -> slice:
    """From the first to the last place that is concerned."""
    places = np.flatnonzero(concerned)
    return slice(int(places[0]), int(places[-1]) + 1)


def _sized(field: str, size: float, strength: Column) -> Column:
    """A size of a strength in [0, 1]: neutral at 0, the size itself to the bit at 1."""
    if field == "threshold":  # holds for whoever is screened at all
        return np.where(strength > 0, size, np.nan)
    neutral = POLICY[field].default or 0.0
    return np.where(strength == 1.0, size, neutral + (size - neutral) * strength)


def _sectors(grid: Grid, shock: Shock) -> list[int]:
    goods = KINDS[shock.kind].goods
    named = grid.names.sectors_of(shock.sectors)
    return [s for s, name in enumerate(grid.sectors) if name in named and (grid.tradable[s] or not goods)]


def _concerned(grid: Grid, field: str, shock: Shock) -> Column:
    """How far a shock concerns each cell of one quarter [sector of the shock, *other dimensions of the field]."""
    dimensions = POLICY[field].per.split()[2:]
    where = np.ones((len(_sectors(grid, shock)), *(grid.size[dimension] for dimension in dimensions)))
    for axis, dimension in enumerate(dimensions, 1):
        along = [None] * where.ndim
        along[axis] = slice(None)  # type: ignore[call-overload]
        if dimension in ("origin", "destination"):
            where = where * grid.weights(getattr(shock, dimension))[tuple(along)]
        elif shock.generation not in ("", "all"):
            names = [grid.generations[s] for s in _sectors(grid, shock)]
            mask = [[shock.generation in each[g : g + 1] for g in range(where.shape[axis])] for each in names]
            shape = (*where.shape[: axis + 1], *(1,) * (where.ndim - 2))  # also where no sector is concerned
            where = where * np.reshape(mask, shape)
    if {"origin", "destination"} <= set(dimensions) and not (
        KINDS[shock.kind].own and shock.origin and shock.destination
    ):
        where = where * (1.0 - np.eye(len(grid.regions)))
    return where


def _changes(field: str, values: Column) -> Column | None:
    """Where a field differs from the quarter before, by region concerned [quarter, sector, region].

    None for a field that concerns no region: it is no policy that anybody reviews a contract for.
    """
    dimensions = POLICY[field].per.split()
    differs = np.zeros(values.shape, dtype=bool)
    differs[1:] = values[1:] != values[:-1]
    regional = [n for n, dimension in enumerate(dimensions) if dimension in ("origin", "destination")]
    if not regional:
        return None
    sides = [differs.any(axis=tuple(n for n in range(2, values.ndim) if n != keep)) for keep in regional]
    return np.logical_or.reduce(sides)


def _handed_on(grid: Grid, control: Made, links: Links) -> Made:
    """Export controls, with those over suppliers' technology as far as it is their buyers'.

    A buyer's technology is stopped as if so much of it, its supplier's share, were controlled as the supplier's is.
    """
    strength = np.zeros(grid.quarters)
    for quarter, felt in links.felt:
        strength[quarter:] = felt
    both = []
    for given in control[:2]:
        made = given.copy()
        for link in links.links:
            if link.technology > 0.0:
                own = given[:, link.supplier, : len(grid.generations[link.supplier])]
                stopped = own.min(axis=1) if link.of < 0 else own[:, link.of]
                part = link.technology * strength[:, None, None] * stopped
                made[:, link.buyer, link.generation] = _either(made[:, link.buyer, link.generation], part)
        both.append(made)
    return both[0], both[1], _changes("control", both[0]), _changes("control", both[1])


@lru_cache(maxsize=40)
def policies(grid: Grid, shocks: tuple[Shock, ...], links: Links | None = None) -> tuple[Policy, Policy]:
    """In force and announced, of the shocks that happen; answers to them included.

    What sets a total comes after all that adds to it: of two totals the later in the file holds.
    """
    answers = [mirror for shock in shocks if (mirror := shock.mirror()) is not None]
    writers: dict[str, list[Shock]] = {}
    for shock in sorted((*shocks, *answers), key=lambda shock: shock.mode == SET):
        for field, _ in shock.effects():
            writers.setdefault(field, []).append(shock)
    fields = [field for field in Policy._fields if field != "changed"]
    made = {field: compiled(grid, field, tuple(writers.get(field, ()))) for field in fields}
    if links is not None:
        made["control"] = _handed_on(grid, made["control"], links)
    moved = []
    for kinds in ((2,), (2, 3)):
        parts = [part for each in made.values() for n in kinds if (part := each[n]) is not None]
        changed = np.zeros(_shape(grid, "changed"))
        if parts:
            changed[np.logical_or.reduce(parts)] = 1.0
        moved.append(changed)
    in_force, announced = ({field: each[n] for field, each in made.items()} for n in (0, 1))
    return Policy(**in_force, changed=moved[0]), Policy(**announced, changed=moved[1])  # type: ignore[arg-type]
