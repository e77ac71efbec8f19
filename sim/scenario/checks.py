"""What a model of one value cannot see: names that must exist, dates that must be in order, numbers that must agree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.model.columns import FIRST_YEAR, Ownership
from sim.scenario.files import Generation, NamedFirm, Sector, WorldFile
from sim.scenario.merge import nearest
from sim.scenario.shocks import KINDS, Shock
from sim.scenario.values import quarter_name, slug

Found = tuple[tuple[str | int, ...], str]  # location and message
SPARES = ("spares", "exempts")  # sizes that are about goods of local partners


@dataclass(frozen=True)
class Names:
    """What a world calls its places and sectors; `generations` by sector, those that shocks add included."""

    regions: tuple[str, ...]
    countries: dict[str, tuple[str, float]]
    sectors: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    generations: dict[str, tuple[str, ...]]

    def sectors_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Sectors, groups and `all` as sectors, in the world's order."""
        wanted = {sector for name in names for sector in self.groups.get(name, (name,))}
        return self.sectors if "all" in names else tuple(sector for sector in self.sectors if sector in wanted)


def names(plain: dict[str, Any], shocks: Iterable[Shock]) -> Names:
    """The names in plain data, valid or not, with the generations that shocks add."""
    countries = {
        name: (
            str(country.get("region")),
            float(share) if isinstance(share := country.get("share"), int | float) else 1.0,
        )
        for name, country in _mapping(plain, "countries").items()
        if isinstance(country, dict)
    }
    groups = {
        name: (members,) if isinstance(members, str) else tuple(members or ())
        for name, members in _mapping(plain, "groups").items()
    }
    generations = {}
    for name, sector in _mapping(plain, "sectors").items():
        items = sector.get("generations") if isinstance(sector, dict) else None
        listed = [item.get("name") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        generations[name] = tuple(slug(str(item)) for item in listed)
    known = Names(tuple(_mapping(plain, "regions")), countries, tuple(generations), groups, generations)
    for shock in shocks:
        if shock.kind == "generation":
            for sector in known.sectors_of(shock.sectors):
                generations[sector] = tuple(dict.fromkeys((*generations[sector], shock.name)))
    return known


def _mapping(plain: dict[str, Any], key: str) -> dict[str, Any]:
    value = plain.get(key)
    return value if isinstance(value, dict) else {}


def world_problems(world: WorldFile) -> Iterator[Found]:
    """Names of the world file that do not fit together."""
    regions, sectors = list(world.regions), list(world.sectors)
    for kind, keys in (
        ("regions", regions),
        ("sectors", sectors),
        ("countries", world.countries),
        ("groups", world.groups),
    ):
        for name in keys:
            if slug(name) != name or name == "all":
                yield (
                    (kind, name),
                    f"{name!r} cannot be a name; write {slug(name)!r}" if name != "all" else "`all` is taken",
                )
    if world.host not in regions:
        yield ("host",), f"{world.host!r} is no region{nearest(world.host, regions)}"
    for name, country in world.countries.items():
        if country.region not in regions:
            yield ("countries", name, "region"), f"{country.region!r} is no region{nearest(country.region, regions)}"
        if name in regions:
            yield ("countries", name), "is also a region; use another name"
    for name, members in world.groups.items():
        if name in sectors:
            yield ("groups", name), "is also a sector; use another name"
        for member in members:
            if member not in sectors:
                yield ("groups", name), f"{member!r} is no sector{nearest(member, sectors)}"
    for name, sector in world.sectors.items():
        for location, message in _sector_problems(sector, regions, world.host):
            yield ("sectors", name, *location), message
        for location, message in _input_problems(name, world):
            yield ("sectors", name, *location), message
        drawn = [n for n, generation in enumerate(sector.generations) if generation.drawn]
        if drawn and world.takeoffs is None:
            yield ("sectors", name, "generations", drawn[0], "midpoint"), "drawn, but nothing says how: give `takeoffs`"
        elif drawn and sector.cycle is None:
            yield ("sectors", name, "cycle"), "missing; drawn midpoints need the length of a technology cycle"


def _input_problems(name: str, world: WorldFile) -> Iterator[Found]:
    """What is wrong with what a sector buys from others."""
    sector = world.sectors[name]
    own = [generation.name for generation in sector.generations]
    for supplier, given in (sector.inputs or {}).items():
        at = ("inputs", supplier)
        if supplier not in world.sectors or supplier == name:
            others = [other for other in world.sectors if other != name]
            what = "is the sector itself" if supplier == name else f"{supplier!r} is no sector"
            yield at, f"{what}{nearest(supplier, others)}"
            continue
        theirs = [generation.name for generation in world.sectors[supplier].generations]
        if given.of is not None and given.of not in theirs:
            yield (*at, "of"), f"{given.of!r} is no generation of {supplier}{nearest(given.of, theirs)}"
        for key in ("cost", "technology"):
            parts = getattr(given, key)
            for generation in parts if isinstance(parts, dict) else ():
                if generation not in own:
                    yield (*at, key, generation), f"no generation of {name}{nearest(generation, own)}"
    for key in ("cost", "technology"):
        for generation in own:
            whole = sum(given.part(key, generation) for given in (sector.inputs or {}).values())
            if whole > 1.0:
                yield ("inputs",), f"shares of {key} of {generation} add up to {whole:g}; at most 1"


def _sector_problems(sector: Any, regions: list[str], host: str) -> Iterator[Found]:
    for region in sector.market_share:
        if region not in regions:
            yield ("market_share", region), f"no region{nearest(region, regions)}"
    missing = [region for region in regions if region not in sector.market_share]
    if missing:
        yield ("market_share",), f"missing {', '.join(missing)}; every region must be given"
    elif not any(any(path.values()) for path in sector.market_share.values()):
        yield ("market_share",), "all zero; at least one region must have demand"
    for region in sector.multinationals:
        if region not in regions:
            yield ("multinationals", region), f"no region{nearest(region, regions)}"
        elif region == host:
            yield ("multinationals", region), "is the host; multinationals come from elsewhere"
    for key in sector.assumed:
        if key not in Sector.model_fields:
            yield ("assumed",), f"{key!r} is no key of a sector{nearest(key, Sector.model_fields)}"
    yield from _generation_problems(sector.generations, regions)


def _generation_problems(generations: list[Generation], regions: list[str]) -> Iterator[Found]:
    seen: set[str] = set()
    for n, generation in enumerate(generations):
        if generation.name in seen or generation.name == "all":
            yield ("generations", n, "name"), f"{generation.name!r} is taken; use another name"
        seen.add(generation.name)
        dated = (generation.arrival, generation.midpoint, generation.width)
        if n == 0 and any(value is not None for value in dated):
            yield ("generations", n), "the first generation was always there; it has no arrival, midpoint or width"
        if n > 0 and any(value is None for value in dated):
            yield ("generations", n), "missing arrival, midpoint or width; every later generation needs them"
        if isinstance(generation.midpoint, dict):
            for region in generation.midpoint:
                if region not in (*regions, "default"):
                    yield ("generations", n, "midpoint", region), f"no region{nearest(region, regions)}"
            missing = [region for region in regions if region not in generation.midpoint]
            if missing and "default" not in generation.midpoint:
                yield ("generations", n, "midpoint"), f"missing {', '.join(missing)}; give them or `default`"


def shock_problems(shock: Shock, known: Names, last: int) -> Iterator[Found]:
    """What is wrong with a shock in this world; `last` is the last quarter a shock may still concern."""
    kind = KINDS[shock.kind]
    for sector in shock.sectors:
        if sector != "all" and sector not in known.sectors and sector not in known.groups:
            yield (
                ("sectors",),
                f"{sector!r} is no sector or group{nearest(sector, (*known.sectors, *known.groups, 'all'))}",
            )
    answered = shock.retaliation is not None and KINDS[shock.retaliation.kind].whole
    for key in ("origin", "destination"):
        for place in getattr(shock, key):
            if place in known.countries and (kind.whole or answered):
                what = (
                    shock.kind
                    if kind.whole
                    else f"its answer, a {shock.retaliation.kind if shock.retaliation else ''},"
                )
                yield (
                    (key,),
                    f"{place!r} is a country; {what} holds for whole regions; write {known.countries[place][0]}",
                )
            if place not in known.regions and place not in known.countries:
                hint = nearest(place, (*known.regions, *known.countries, "all"))
                yield (key,), f"{place!r} is no region or country{hint}"
    if shock.generation and shock.generation != "all":
        there = {g for sector in known.sectors_of(shock.sectors) for g in known.generations[sector]}
        if shock.generation not in there:
            yield (
                ("generation",),
                f"{shock.generation!r} is no generation of these sectors{nearest(shock.generation, sorted(there))}",
            )
    if kind.sizes and not shock.sizes and not shock.firms:
        yield (), f"no size; give {' or '.join((*kind.sizes, *kind.keys))}"
    if shock.firms and shock.sizes:
        yield ("firms",), "firms and top; give one"
    for key, value in shock.sizes:
        high = kind.sizes[key].bounds(shock.option)[1]
        if value > high:
            yield (key,), f"{value:g}; must be at most {high:g} with {kind.option}: {shock.option}"
    if shock.retaliation is not None:
        yield from _answer_problems(shock, known)
    yield from _date_problems(shock, last)


def _answer_problems(shock: Shock, known: Names) -> Iterator[Found]:
    """What is wrong with the answer to a shock."""
    answer = shock.retaliation
    assert answer is not None
    sizes, at = KINDS[answer.kind].sizes, "retaliation"
    for key, _ in answer.sizes:
        if key not in sizes:
            yield (at, key), f"no size of {answer.kind}{nearest(key, sizes)}"
    if not any(key in sizes for key, _ in answer.sizes):
        yield (at,), f"no size; {answer.kind} has {' or '.join(sizes)}"
    for sector in answer.sectors:
        if sector != "all" and sector not in known.sectors and sector not in known.groups:
            hint = nearest(sector, (*known.sectors, *known.groups, "all"))
            yield (at, "sectors"), f"{sector!r} is no sector or group{hint}"
    there = {g for sector in known.sectors_of(answer.sectors or shock.sectors) for g in known.generations[sector]}
    if answer.generation not in ("", "all", *there):
        hint = nearest(answer.generation, sorted(there))
        yield (at, "generation"), f"{answer.generation!r} is no generation of these sectors{hint}"
    elif answer.generation and not KINDS[answer.kind].by_generation:
        yield (at, "generation"), f"{answer.kind} knows no generations"


def condition_problems(shocks: Iterable[Shock]) -> Iterator[tuple[str, str]]:
    """Shocks that wait for one that is not there, or for themselves: id and message."""
    needs = {shock.id: shock.only_if for shock in shocks}
    for name, needed in needs.items():
        if not needed:
            continue
        if needed not in needs:
            yield name, f"{needed!r} is no shock of this scenario{nearest(needed, [n for n in needs if n != name])}"
            continue
        seen = [name]
        while needed and needed in needs and needed not in seen:
            seen.append(needed)
            needed = needs[needed]
        if needed == name:
            yield name, f"{' waits for '.join((*seen, name))}; none of them could ever happen first"


def _date_problems(shock: Shock, last: int) -> Iterator[Found]:
    start = quarter_name(shock.start)
    if shock.announce > shock.start:
        yield ("announce",), f"{quarter_name(shock.announce)}; must not be after start ({start})"
    if shock.end is not None and shock.end < shock.start:
        yield ("end",), f"{quarter_name(shock.end)}; must not be before start ({start})"
    elif shock.end is not None and shock.end < 0:
        yield ("end",), f"{quarter_name(shock.end)}; the shock ends before {FIRST_YEAR}, so it never acts"
    if shock.start > last:
        yield ("start",), f"{start}; the shock begins after the last quarter ({quarter_name(last)}), so it never acts"


def misses_host(shock: Shock, world: WorldFile) -> str:
    """A warning if a size that acts in the host only is given for other places alone; empty otherwise."""
    places = {world.countries[name].region if name in world.countries else name for name in shock.destination}
    if not places or world.host in places:
        return ""
    lost = [key for key, _ in shock.sizes if KINDS[shock.kind].sizes[key].host_only]
    return f"{', '.join(lost)} acts in {world.host} only; here it changes nothing" if lost else ""


def adds_generation(shock: Shock, declared: Names) -> bool:
    """Whether a shock adds a generation that a sector it names does not declare."""
    if shock.kind != "generation":
        return False
    return any(shock.name not in declared.generations[sector] for sector in declared.sectors_of(shock.sectors))


def partly_outside(shock: Shock, last: int) -> str:
    """A warning if part of a shock falls outside the quarters of a run; empty otherwise."""
    if shock.start < 0:
        return f"starts {quarter_name(shock.start)}, before the run; it acts from {FIRST_YEAR}Q1"
    if shock.start > last:
        return f"starts {quarter_name(shock.start)}, after the run; it never acts"
    if shock.end is not None and shock.end > last:
        return f"ends {quarter_name(shock.end)}, after the run, which ends {quarter_name(last)}"
    return ""


def concerns_nobody(shock: Shock, known: Names) -> bool:
    """Whether origin and destination are one and the same region, where only trade between regions is concerned."""
    if KINDS[shock.kind].own or len(KINDS[shock.kind].places) < 2 or not (shock.origin and shock.destination):
        return False
    places = [{known.countries.get(p, (p, 1.0))[0] for p in names_} for names_ in (shock.origin, shock.destination)]
    return len(places[0] | places[1]) == 1


def spares_nobody(shock: Shock, known: Names, host: str) -> bool:
    """Whether goods of local partners, which come from the host, are spared by what does not concern the host's."""
    origins = {known.countries.get(place, (place, 1.0))[0] for place in shock.origin}
    spared = max(dict(shock.sizes).get(key, 0.0) for key in SPARES)
    return spared > 0.0 and bool(origins) and host not in origins


def firm_problems(firm: NamedFirm, world: WorldFile, firms: dict[str, NamedFirm]) -> Iterator[Found]:
    """What is wrong with a named firm; that rows are left for it is seen when rows are made."""
    if firm.sector not in world.sectors:
        yield ("sector",), f"{firm.sector!r} is no sector{nearest(firm.sector, world.sectors)}"
    if firm.home not in world.regions:
        yield ("home",), f"{firm.home!r} is no region{nearest(firm.home, world.regions)}"
    if firm.ownership is not None and (firm.ownership == Ownership.foreign.name) == (firm.home == world.host):
        yield ("ownership",), f"{firm.ownership}; foreign outside the host, state or private in it"
    if firm.partner is None and (firm.partner_since is not None or firm.partner_type is not None):
        yield ("partner",), "missing; partner_since and partner_type belong to a partner"
    if firm.partner_since is not None and firm.partner_since < 0:
        yield ("partner_since",), f"{quarter_name(firm.partner_since)}; a run begins in {FIRST_YEAR}Q1"
    other = firms.get(slug(firm.partner)) if firm.partner else None
    if other is not None and other.sector != firm.sector:
        yield ("partner",), f"{other.name} is in {other.sector}; partners share a sector"
    if other is not None and (other.home == world.host) == (firm.home == world.host):
        yield (
            ("partner",),
            f"{other.name} is at home on the same side; partners are a multinational and a firm of the host",
        )
