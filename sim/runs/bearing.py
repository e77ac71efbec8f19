"""What a statement about the model bears on: declared beside each claim and fact, so that a report can name the misses
that concern its own answer."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

Words = tuple[str, ...]


class Bearing(NamedTuple):
    """Names of sectors, regions and metrics; no sector or region: all of them. `kinds`: of shocks whose effect the
    statement measures; it bears on no others. `nothing`: the value that an effect of no size has, None where the sign
    of value less this says nothing of the policy's strength."""

    outcomes: Words
    sectors: Words = ()
    regions: Words = ()
    kinds: Words = ()
    nothing: float | None = None

    def plain(self) -> dict[str, Any]:
        """As records hold it: what is empty is left out."""
        told = {key: list(value) if isinstance(value, tuple) else value for key, value in self._asdict().items()}
        return {key: value for key, value in told.items() if value not in ([], None)}


def bearing(told: Mapping[str, Any]) -> Bearing:
    """From a record or a file; raises ValueError for keys there are not."""
    unknown = sorted(set(told) - set(Bearing._fields))
    if unknown or "outcomes" not in told:
        raise ValueError(f"bears: {', '.join(unknown) or 'no outcomes'}; allowed: {', '.join(Bearing._fields)}")
    words = {key: _words(value) for key, value in told.items() if key != "nothing"}
    return Bearing(**words, nothing=told.get("nothing"))


def about(
    outcomes: str, sectors: str | Iterable[str] = (), regions: str = "", kinds: str = "", nothing: float | None = None
) -> Bearing:
    """A bearing in short: names parted by blanks."""
    chosen = sectors.split() if isinstance(sectors, str) else sectors
    return Bearing(tuple(outcomes.split()), tuple(chosen), tuple(regions.split()), tuple(kinds.split()), nothing)


def _words(value: Any) -> Words:
    return (value,) if isinstance(value, str) else tuple(value)


class Asked(NamedTuple):
    """What an answer is about: sectors, regions and metrics that it tells of; and what policies are: their kinds, the
    sectors (empty: all) and regions that they are aimed at, and the other side's regions."""

    outcomes: frozenset[str]
    sectors: frozenset[str]
    regions: frozenset[str]
    kinds: frozenset[str]
    acting: frozenset[str]
    aims: frozenset[str]
    origins: frozenset[str]


# How near a statement is to an answer, the nearest first.
EFFECT, PLACE, SECTOR, ORIGIN, GENERAL = range(5)


def nearness(statement: Bearing, asked: Asked) -> int | None:
    """How near a statement is to what is asked, the least the nearest; None where it does not bear on it."""
    if not _meets(statement.outcomes, asked.outcomes):
        return None
    if statement.kinds:
        where = not asked.acting or _meets(statement.sectors, asked.acting)
        near = where and _meets(statement.regions, asked.aims)
        return EFFECT if near and asked.kinds.intersection(statement.kinds) else None
    if not _meets(statement.sectors, asked.sectors):
        return None
    if statement.regions and not _meets(statement.regions, asked.regions):
        return ORIGIN if statement.sectors and _meets(statement.regions, asked.origins) else None
    return GENERAL if not statement.sectors else PLACE if statement.regions else SECTOR


def _meets(named: Words, asked: Collection[str]) -> bool:
    """Whether a name is among those asked; no name stands for all."""
    return not named or bool(set(named) & set(asked))


def direction(
    statement: Bearing, value: float, low: float | None, high: float | None, runs: tuple[float, float] | None = None
) -> str:
    """How an effect that misses its range compares with it: `larger`, `smaller`, `reversed`, or nothing where that
    cannot be told. `runs`: an interval of runs; an effect is reversed only if all of it is."""
    if statement.nothing is None:
        return ""
    size, ends = value - statement.nothing, [end - statement.nothing for end in (low, high) if end is not None]
    near = min(ends, key=abs)
    if low is not None and high is not None and low < statement.nothing < high:
        return "larger"
    sign = 1.0 if (low is not None and low >= statement.nothing) else -1.0
    if size * sign < 0:
        open_ = runs is not None and runs[0] <= statement.nothing <= runs[1]
        return "smaller" if open_ else "reversed"
    return "smaller" if abs(size) < abs(near) else "larger"
