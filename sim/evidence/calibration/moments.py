"""Summary moments: pure functions of a record of runs, each a number; docs/calibration.md says why these."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.record import Record
from sim.evidence.history.mapping import Place
from sim.evidence.history.series import DERIVED
from sim.evidence.history.worlds import TYPES, years

ENTRIES = ("market_access", "co_innovation", "wholly_owned", "hub")  # types that enter the host
ALONE = ("wholly_owned", "hub")
VENTURES = ("market_access", "co_innovation")
Floats = NDArray[np.float64]


def wholly_owned_entries(record: Record, year: int, reach: int = 2) -> float:
    """Full ownership and hubs over all entries to the host, by value: a sector's entries count by its host market per
    multinational. Only sectors that no cap binds in the year count, or all if it binds everywhere."""
    free = record.uncapped[years(year, year)].all(0)
    worth = _mean(record, "market_home", year) / np.maximum(_mean(record, "firms_multinational", year), 1.0)
    worth = worth * (free if free.any() else True)
    by_type = {name: worth @ _sum(record, f"adoptions_{name}", year - reach, year + reach) for name in ENTRIES}
    total = sum(by_type.values())
    return float(sum(by_type[name] for name in ALONE) / total) if total > 0 else 0.5


def ends(record: Record, first: int, last: int) -> float:
    """Partnerships ended a year, over those in force."""
    in_force = _sum(record, "active", first, last).sum()
    return float(4.0 * _sum(record, "exits", first, last).sum() / in_force) if in_force > 0 else 0.0


def affiliation(record: Record, **_: Any) -> float:
    """Share of the technology that affiliated firms gained which partners taught; mean of the runs in which any did."""
    known = record.increments[np.isfinite(record.increments)]
    return float(known.mean()) if len(known) else 0.0


def home_share(record: Record, sector: str, year: int) -> float:
    """Chinese brands' share in the host, last quarter of the year."""
    return float(_last(record, "chinese_share_home", year)[_rows(record, [sector])].mean())


def world_share(record: Record, sector: str, year: int) -> float:
    """Chinese brands' share of the world, host and abroad together, last quarter of the year."""
    shares = DERIVED["chinese_share_world"](record.ensemble, _rows(record, [sector]))
    return float(shares[:, years(year, year)][:, -1].mean())


def largest_share(record: Record, sector: str, year: int) -> float:
    """The largest Chinese firm's share of the world, last quarter of the year."""
    return float(_last(record, "largest_chinese", year)[_rows(record, [sector])].mean())


def level(record: Record, sectors: Sequence[str], year: int) -> float:
    """Chinese over foreign technology, mean over sectors, last quarter of the year."""
    return float(_last(record, "technology_level", year)[_rows(record, sectors)].mean())


def level_change(record: Record, sector: str, first: int, last: int) -> float:
    """Change of a sector's level of technology between two years."""
    return level(record, [sector], last) - level(record, [sector], first)


def signings(record: Record, year: int, base: int, reach: int) -> float:
    """Ventures adopted around a year over those around another, one added to both so that nobody divides by zero."""
    late, early = (
        sum(_sum(record, f"adoptions_{name}", when - reach, when + reach).sum() for name in VENTURES)
        for when in (year, base)
    )
    return float((late + 1.0) / (early + 1.0))


Statistic = Callable[..., float]
STATISTICS: Mapping[str, Statistic] = {
    each.__name__: each
    for each in (
        wholly_owned_entries, ends, affiliation, home_share, world_share, largest_share, level, level_change, signings,
    )
}  # fmt: skip


def adopted(record: Record, first: int, last: int) -> Floats:
    """Adoptions [type, sector] of all runs, from one year to another."""
    return np.array([_sum(record, f"adoptions_{name}", first, last) for name in TYPES])


def _rows(record: Record, sectors: Sequence[str]) -> list[int]:
    return record.ensemble.rows(Place(tuple(sectors)))


def _sum(record: Record, metric: str, first: int, last: int) -> Floats:
    """By sector, over all runs."""
    return np.asarray(record.ensemble.metrics[metric][:, years(first, last)].sum((0, 1)))


def _mean(record: Record, metric: str, year: int) -> Floats:
    return np.asarray(record.ensemble.metrics[metric][:, years(year, year)].mean((0, 1)))


def _last(record: Record, metric: str, year: int) -> Floats:
    return np.asarray(record.ensemble.metrics[metric][:, years(year, year)][:, -1].mean(0))
