"""Who stands in which row: firms of a world by sector: multinationals, Chinese firms, room for entrants."""

from typing import NamedTuple
from zlib import crc32

from sim.model.columns import Kind, Ownership
from sim.scenario.files import NamedFirm, WorldFile
from sim.scenario.values import slug


class Row(NamedTuple):
    """Identity of one row; `id` 0 and `active` 0 for the rows of entrants. `named`: place of the named firm, or -1."""

    label: str
    id: int
    sector: int
    kind: int
    home: int
    ownership: int
    access_holder: int
    active: int
    named: int


def _identity(sector: str, kind: Kind, ordinal: int) -> int:
    return (crc32(sector.encode()) << 32) | (int(kind) << 24) | ordinal


def _sector_rows(world: WorldFile, number: int, name: str) -> list[Row]:
    sector, regions = world.sectors[name], list(world.regions)
    host = regions.index(world.host)
    homes = [regions.index(region) for region, count in sector.multinationals.items() for _ in range(count)]
    holders = round(sector.access_holders * len(homes))  # type: ignore[attr-defined]
    owners = [Ownership[key] for key in ("state", "private") for _ in range(sector.chinese.get(key, 0))]
    mnc, chinese = Kind.multinational, Kind.chinese
    return [
        *(
            Row(
                f"{name}-m{n:02d}",
                _identity(name, mnc, n),
                number,
                mnc,
                home,
                Ownership.foreign,
                int(n > len(homes) - holders),
                1,
                -1,
            )
            for n, home in enumerate(homes, 1)
        ),
        *(
            Row(f"{name}-c{n:02d}", _identity(name, chinese, n), number, chinese, host, owner, 0, 1, -1)
            for n, owner in enumerate(owners, 1)
        ),
        *(
            Row(f"{name}-e{n:02d}", 0, number, chinese, host, Ownership.private, 0, 0, -1)
            for n in range(1, sector.entrants + 1)
        ),
    ]


def rows(world: WorldFile, firms: tuple[NamedFirm, ...] | list[NamedFirm]) -> tuple[list[Row], list[int]]:
    """All rows in order, and the positions of named firms for which no row is left.

    A named firm takes the first free row of its sector, home and (if it says) ownership; it changes the row's label
    only, so that a world with names shares all luck with the same world without.
    """
    made = [row for number, name in enumerate(world.sectors) for row in _sector_rows(world, number, name)]
    sectors, regions = list(world.sectors), list(world.regions)
    homeless = []
    for n, firm in enumerate(firms):
        for place, row in enumerate(made):
            fits = (sectors[row.sector], regions[row.home], row.active, row.named) == (firm.sector, firm.home, 1, -1)
            if fits and firm.ownership in (None, Ownership(row.ownership).name):
                made[place] = row._replace(label=firm.name, named=n)
                break
        else:
            homeless.append(n)
    return made, homeless


def known_as(made: list[Row]) -> dict[str, int]:
    """Name or id, as files may write it (slugged) -> row."""
    return {slug(row.label): place for place, row in enumerate(made) if row.active}
