"""A scenario and a seed to the arrays that a run reads. On the hot path: what does not depend on the seed is kept.

`Inputs` of one scenario share all arrays except those of `firms`, which are fresh in every call because a run writes to
them and to nothing else.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np

from sim.machine.declare import Column, allocate, fields
from sim.model.columns import FIRST_YEAR, Firms, Kind, Policy, Sectors, Type, World
from sim.model.parameters import Parameters
from sim.scenario.checks import names
from sim.scenario.files import GIVEN, Generation
from sim.scenario.paths import world
from sim.scenario.policy import Felt, Grid, Link, Links, policies
from sim.scenario.resolve import Scenario
from sim.scenario.rows import Row, known_as, rows
from sim.scenario.shocks import Shock
from sim.scenario.values import slug


class Starts(NamedTuple):
    """Start values of named firms [firm]; nan, -1 or `none` where not given. Partners stand with the multinational."""

    technology: Column  # log, relative to the mean of its group
    access_abroad: Column
    host_access: Column
    partner: Column  # row of the Chinese partner
    partner_since: Column  # quarter
    partner_type: Column


class Inputs(NamedTuple):
    """Everything a run reads.

    shipping [sector, origin, destination] is in logs. bought [sector, generation, supplier]: shares of cost, and linked
    [sector, 2]: who buys and who sells, all zero where no linkage is felt. named_listing [firm, region, 2]: the first
    and the last quarter, inclusive, in which the region lists the firm by name, -1 if it does not.
    """

    firms: Firms
    sectors: Sectors
    world: World
    in_force: Policy
    announced: Policy
    parameters: Parameters
    shipping: Column
    bought: Column
    linked: Column
    starts: Starts
    named_listing: Column


class Labels(NamedTuple):
    """Names in the order of the arrays; `generations` and `firms` per sector and per row."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    generations: tuple[tuple[str, ...], ...]
    firms: tuple[str, ...]


@dataclass(frozen=True)
class _Ground:
    """What scenarios share that differ only in parameters and shocks: the key of what is kept for all of them."""

    world_hash: str
    generations: tuple[Shock, ...]  # shocks that add or move generations
    scenario: Scenario = field(compare=False)


def _ground(scenario: Scenario) -> _Ground:
    return _Ground(scenario.world_hash, tuple(s for s in scenario.shocks if s.kind == "generation"), scenario)


def build(scenario: Scenario, seed: int) -> Inputs:
    """The inputs of one run. Write to `firms` only: the rest is shared by all runs of the scenario."""
    luck = scenario.luck_of(seed)
    shocks, ground = _happened(scenario, luck), _ground(scenario)
    inputs = _inputs(scenario, shocks, linkage(scenario, seed))
    if scenario.draws:
        inputs = inputs._replace(parameters=Parameters(**scenario.parameters_of(seed)))
    if _drawn(ground):
        inputs = inputs._replace(world=_world(ground, tuple(s for s in shocks if s.kind == "generation"), luck))
    return inputs._replace(firms=Firms(*[column.copy() for column in inputs.firms]))


def labels(scenario: Scenario) -> Labels:
    """What the indices of the arrays mean."""
    return _labels(_ground(scenario))


@lru_cache(maxsize=64)
def _labels(ground: _Ground) -> Labels:
    grid = _grid(ground)
    return Labels(grid.regions, grid.sectors, grid.generations, tuple(row.label for row in _rows(ground)))


def grid(scenario: Scenario) -> Grid:
    """What policies are written on: regions, sectors, generations, quarters."""
    return _grid(_ground(scenario))


def host(scenario: Scenario) -> int:
    """Index of the host region."""
    return list(scenario.world.regions).index(scenario.world.host)


@lru_cache(maxsize=64)
def _uncertain(scenario: Scenario) -> tuple[tuple[str, float, int, str], ...]:
    """Id, probability, identity and condition of the shocks that may not happen."""
    known = {shock.id: shock for shock in scenario.shocks}

    def certain(shock: Shock) -> bool:
        return shock.probability >= 1.0 and (not shock.only_if or certain(known[shock.only_if]))

    doubtful = (shock for shock in scenario.shocks if not certain(shock))
    return tuple((s.id, s.probability, crc32(s.id.encode()), s.only_if) for s in doubtful)


def _happened(scenario: Scenario, seed: int) -> tuple[Shock, ...]:
    """The shocks that happen under a seed: one draw for each that is uncertain, by its id, and what it depends on."""
    uncertain = _uncertain(scenario)
    if not uncertain:
        return scenario.shocks
    from sim.machine.draws import Stream, key, uniform  # brings Numba, which a scenario without chance does not need

    with np.errstate(over="ignore"):  # hashing wraps round when it is not compiled
        stream = np.uint64(key(seed, int(Stream.shock), 0))
        drawn = {name: uniform(stream, identity) < chance for name, chance, identity, _ in uncertain}
    needs = {name: needed for name, _, _, needed in uncertain}

    def happens(name: str) -> bool:
        return name not in needs or (bool(drawn[name]) and happens(needs[name]))

    return tuple(shock for shock in scenario.shocks if happens(shock.id))


@lru_cache(maxsize=64)
def _grid(ground: _Ground) -> Grid:
    scenario, file = ground.scenario, ground.scenario.world
    known = names(file.model_dump(include={"regions", "countries", "sectors", "groups"}), scenario.shocks)
    return Grid(
        regions=known.regions,
        countries=tuple((name, *place) for name, place in known.countries.items()),
        sectors=known.sectors,
        groups=tuple(known.groups.items()),
        generations=tuple(known.generations.values()),
        tradable=tuple(bool(sector.tradable) for sector in file.sectors.values()),  # type: ignore[attr-defined]
        quarters=scenario.quarters,
    )


@lru_cache(maxsize=8)
def _rows(ground: _Ground) -> list[Row]:
    return rows(ground.scenario.world, ground.scenario.firms)[0]


@lru_cache(maxsize=40)  # as many as a batch of points has
def _inputs(scenario: Scenario, shocks: tuple[Shock, ...], felt: Felt) -> Inputs:
    ground = _ground(scenario)
    some = _links(ground) if any(strength > 0.0 for _, strength in felt) else ()
    links = Links(some, felt) if some else None
    in_force, announced = policies(_grid(ground), shocks, links)
    bought, linked = _bought(ground, links is not None)
    return _fixed(ground)._replace(
        bought=bought,
        linked=linked,
        world=_world(ground, tuple(s for s in shocks if s.kind == "generation"), 0),
        in_force=in_force,
        announced=announced,
        parameters=Parameters(**scenario.parameters),
        named_listing=_named_listing(ground, tuple(s for s in shocks if s.firms)),
    )


@lru_cache(maxsize=64)
def _world(ground: _Ground, shocks: tuple[Shock, ...], seed: int) -> World:
    """The seed matters only where take-offs are drawn."""
    grid, file = _grid(ground), ground.scenario.world
    return world(file, grid.names, grid.size["generation"], grid.quarters, shocks, _takeoffs(ground, seed))


@lru_cache(maxsize=8)
def _drawn(ground: _Ground) -> tuple[tuple[str, Generation], ...]:
    """Sector and generation of the midpoints that are drawn per seed."""
    sectors = ground.scenario.world.sectors.items()
    return tuple((name, each) for name, sector in sectors for each in sector.generations if each.drawn)


def _takeoffs(ground: _Ground, seed: int) -> dict[tuple[str, str], float]:
    """The drawn midpoints of a seed: exponential waits from the first quarter in which nothing is known.

    A wait has no memory, so that a take-off that did not come by then is as far away as on the first day. One draw by
    sector and generation; the stream is that of shocks, at the quarter in which knowledge ends.
    """
    file = ground.scenario.world
    if file.takeoffs is None or not _drawn(ground):
        return {}
    from sim.machine.arithmetic import log  # brings Numba, as do draws
    from sim.machine.draws import Stream, key, uniform

    first = (file.takeoffs.after + 1 - FIRST_YEAR) * 4
    found = {}
    with np.errstate(over="ignore"):  # hashing wraps round when it is not compiled
        stream = np.uint64(key(seed, int(Stream.shock), first))
        for name, each in _drawn(ground):
            luck = uniform(stream, crc32(f"{name} {each.name}".encode()))
            mean = file.takeoffs.pace * (file.sectors[name].cycle or 0.0)
            begin = FIRST_YEAR + max(first, each.arrival or 0) / 4
            found[name, each.name] = float(begin - mean * log(1.0 - luck))
    return found


@lru_cache(maxsize=8)
def _fixed(ground: _Ground) -> Inputs:
    """What neither parameters nor shocks change; the rest is left empty."""
    empty = np.empty(0)
    sectors = _sectors(ground)
    return Inputs(
        firms=_firms(ground),
        sectors=sectors,
        world=World(*[empty] * len(World._fields)),
        in_force=Policy(*[empty] * len(Policy._fields)),
        announced=Policy(*[empty] * len(Policy._fields)),
        parameters=Parameters(**ground.scenario.parameters),
        shipping=_shipping(ground.scenario, sectors),
        bought=empty,
        linked=empty,
        starts=_starts(ground),
        named_listing=empty,
    )


def _firms(ground: _Ground) -> Firms:
    made = _rows(ground)
    size = _grid(ground).size
    firms = allocate(Firms, {**size, "firm": len(made), "line": size["region"] + 1})
    for name, about in fields(Firms).items():
        if about.low == -1:  # rows and quarters that do not exist
            getattr(firms, name).fill(-1)
    for name in ("id", "sector", "kind", "home", "ownership", "access_holder", "active"):
        column = getattr(firms, name)
        column[:] = np.array([getattr(row, name) for row in made], dtype=column.dtype)
    return firms


def _sectors(ground: _Ground) -> Sectors:
    """The world file's numbers, and where each sector's rows begin and end."""
    file, grid, made = ground.scenario.world, _grid(ground), _rows(ground)
    sectors = allocate(Sectors, grid.size)
    last = 0
    for s, (name, sector) in enumerate(file.sectors.items()):
        for key in GIVEN:
            getattr(sectors, key)[s] = getattr(sector, key)
        multinationals, chinese = sum(sector.multinationals.values()), sum(sector.chinese.values())
        sectors.key[s] = crc32(name.encode())
        sectors.first[s], sectors.middle[s] = last, last + multinationals
        last += sum(row.sector == s for row in made)
        sectors.last[s] = last
        sectors.multinationals[s], sectors.chinese[s] = multinationals, chinese
        sectors.generations[s] = len(grid.generations[s])
    return sectors


def _shipping(scenario: Scenario, sectors: Sectors) -> Column:
    apart = 1.0 - np.eye(len(scenario.world.regions))
    return np.asarray((sectors.transport * sectors.tradable)[:, None, None] * apart)


def linkage(scenario: Scenario, seed: int) -> Felt:
    """How far sectors feel each other under a seed: quarter from which, and the parameter then."""
    return tuple((t, scenario.parameters_of(seed, t)["linkage"]) for t in (0, *scenario.turns))


@lru_cache(maxsize=8)
def _links(ground: _Ground) -> tuple[Link, ...]:
    grid, file = _grid(ground), ground.scenario.world
    found = []
    for s, sector in enumerate(file.sectors.values()):
        for supplier, given in (sector.inputs or {}).items():
            u = grid.sectors.index(supplier)
            of = -1 if given.of is None else grid.generations[u].index(given.of)
            for g, generation in enumerate(grid.generations[s]):
                shares = (given.part(key, generation) for key in ("cost", "technology"))
                found.append(Link(s, g, u, of, *shares))
    return tuple(found)


@lru_cache(maxsize=16)
def _bought(ground: _Ground, felt: bool) -> tuple[Column, Column]:
    """Shares of cost [sector, generation, supplier], and who buys and who sells [sector, 2]; zero if nobody feels."""
    grid = _grid(ground)
    bought = np.zeros((len(grid.sectors), grid.size["generation"], len(grid.sectors)))
    for link in _links(ground) if felt else ():
        bought[link.buyer, link.generation, link.supplier] = link.cost
    return bought, np.stack([bought.any(axis=(1, 2)), bought.any(axis=(0, 1))], axis=1).astype(float)


def _starts(ground: _Ground) -> Starts:
    made = _rows(ground)
    known = known_as(made)
    unknown = np.full((3, len(made)), np.nan)
    none = np.full((2, len(made)), -1)
    starts = Starts(*unknown, *none, np.zeros(len(made), dtype=np.int64))  # type: ignore[call-arg]
    for firm in ground.scenario.firms:
        row = known[slug(firm.name)]
        for key in ("technology", "access_abroad", "host_access"):
            value = getattr(firm, key)
            getattr(starts, key)[row] = np.nan if value is None else value
        if firm.partner is not None:
            other = known[slug(firm.partner)]
            multinational, chinese = (row, other) if made[row].kind == Kind.multinational else (other, row)
            starts.partner[multinational] = chinese
            starts.partner_since[multinational] = 0 if firm.partner_since is None else firm.partner_since
            starts.partner_type[multinational] = Type[firm.partner_type or "market_access"]
    return starts


@lru_cache(maxsize=40)
def _named_listing(ground: _Ground, shocks: tuple[Shock, ...]) -> Column:
    """Several listings of a firm by a region count as one, from the first quarter of any to the last of any."""
    made, grid = _rows(ground), _grid(ground)
    known = known_as(made) if shocks else {}
    listing = np.full((len(made), len(grid.regions), 2), -1, np.int16, order="F")  # firm after firm, as columns lie
    for shock in shocks:
        last = grid.quarters - 1 if shock.end is None else min(shock.end, grid.quarters - 1)
        first, sectors = max(shock.start, 0), grid.names.sectors_of(shock.sectors)
        for row in (known[slug(name)] for name in shock.firms):
            if shock.start > last or grid.sectors[made[row].sector] not in sectors:
                continue
            for region in np.flatnonzero(grid.weights(shock.destination)):
                if region != made[row].home:
                    begin, end = listing[row, region]
                    listing[row, region] = first if begin < 0 else min(begin, first), max(end, last)
    return listing
