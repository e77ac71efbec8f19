"""Which number of a run an outcome is, as options and files write it: METRIC[@YEAR][@SECTOR[@REGION]]."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from sim.errors import UsageError
from sim.machine.declare import Field, fields
from sim.model.records import Market, Outcome

ALL = "all"  # the pool of sectors; as a region, all of them
FORM = "METRIC[@YEAR][@SECTOR[@REGION]]"
EXAMPLE = "for example hub_share@2035@cars or chinese_share@2040@cars@eu"
BY_SECTOR, BY_REGION = fields(Outcome), fields(Market)


class Named(NamedTuple):
    """An outcome as it was written; year None: the last, or all; region empty: all of them together."""

    metric: str
    year: int | None = None
    sector: str = ALL
    region: str = ""

    @property
    def field(self) -> Field:
        """The metric's declaration, of `markets` where a region is named."""
        return declared(self.metric, self.region)

    @property
    def place(self) -> tuple[str, str]:
        """Sector and region."""
        return self.sector, self.region

    def __str__(self) -> str:
        return written(*self)


def written(metric: str, year: int | None, sector: str, region: str) -> str:
    """An outcome as `parse` reads it, as short as it can be."""
    where = [sector, region] if region else [sector] if sector != ALL else []
    return "@".join([metric, *([str(year)] if year is not None else []), *where])


def declared(metric: str, region: str = "") -> Field:
    """Unit, words and formula of a metric, in a region or in all."""
    return BY_REGION[metric] if region or metric not in BY_SECTOR else BY_SECTOR[metric]


def form(text: str, option: str = "--outcome") -> Named:
    """The parts of a text, whatever their names; a year may also come last. Raises UsageError on a bad form."""
    metric, *rest = (part.strip() for part in text.split("@"))
    place = next((end for end in (0, -1) if rest and rest[end].isdecimal()), None)
    year = None if place is None else int(rest.pop(place))
    if not metric or len(rest) > 2 or not all(rest) or any(part.isdecimal() for part in rest):
        raise UsageError(f"{option} {text!r} is not {FORM}", EXAMPLE)
    return Named(metric, year, rest[0] if rest else ALL, rest[1] if len(rest) == 2 and rest[1] != ALL else "")


def parse(text: str, option: str = "--outcome") -> Named:
    """The outcome of a text. Raises UsageError on a bad form, an unknown metric, or a region where it has none."""
    found = form(text, option)
    metric = found.metric
    if metric not in BY_SECTOR and metric not in BY_REGION:
        near = get_close_matches(metric, [*BY_SECTOR, *BY_REGION], n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "`show metrics` lists them"
        raise UsageError(f"{option} {text!r}: there is no metric {metric!r}", hint)
    if found.region and metric not in BY_REGION:
        raise UsageError(f"{option} {text!r}: {metric} is not told by region", f"by region: {', '.join(BY_REGION)}")
    return found


def of_one_number(text: str, option: str = "--outcome") -> Named:
    """An outcome that is to be one number a run and year. Raises as `parse` does, and where its region is missing."""
    found = parse(text, option)
    if not found.region and found.metric not in BY_SECTOR:
        example = written(found.metric, found.year, found.sector, "eu")
        raise UsageError(f"{option} {text!r}: {found.metric} is told by region", f"name one, for example {example}")
    return found


def check_place(found: Named, sectors: Iterable[str], regions: Iterable[str], option: str = "--outcome") -> None:
    """Raises UsageError for a sector or region that is not among these, naming the nearest."""
    for what, name, known in (("sector", found.sector, {ALL, *sectors}), ("region", found.region, {"", *regions})):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(filter(None, known)))}"
            raise UsageError(f"{option} {found}: there is no {what} {name!r}", hint)
