"""How multinationals enter the host: ventures with equity against full ownership, where caps bind and where not."""

from collections.abc import Sequence

import numpy as np

from sim.evidence.scorecard.statistic import Floats, ratio, statistic
from sim.evidence.scorecard.worlds import Record
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR, HOST_TYPES, SubForm, Type

SIDES = ("all", "capped", "free")


def entries(record: Record) -> tuple[Floats, Floats]:
    """Equity ventures signed in the host, and entries with full ownership, each [run, year, sector]."""
    years, sectors = record.levels.shape[1] // 4, len(record.sectors)
    ventures = np.zeros((record.runs, years, sectors))
    for n, lives in enumerate(record.lives):
        mine = lives[np.isin(lives["type_first"], HOST_TYPES) & (lives["sub_form"] == SubForm.equity_jv)]
        np.add.at(ventures[n], (mine["start"] // 4, mine["sector"]), 1.0)
    owned = record.metrics["adoptions_wholly_owned"].reshape(record.runs, years, 4, sectors).sum(2)
    return ventures, owned


def capped(record: Record) -> Floats:
    """Whether equity is capped for most of a year [year, sector]."""
    return np.asarray((record.cap < 1.0).reshape(-1, 4, record.cap.shape[1]).mean(1) > 0.5, float)


def values(record: Record) -> Floats:
    """Expenditure in the host per multinational, which a new entry is weighed with [run, year, sector]."""
    market, firms = record.metrics["market_home"][:, 3::4], record.metrics["firms_multinational"][:, 3::4]
    return np.asarray(market / np.maximum(firms, 1.0))


@statistic
def venture_share_of_entries(
    record: Record,
    first: int,
    last: int,
    side: str = "all",
    sectors: Sequence[str] | None = None,
    by_value: bool = True,
) -> Floats:
    """Equity ventures over equity ventures and full ownership among entries of the years first to last.

    `side`: sectors under an ownership cap at the time, those without, or all; `by_value`: weighed by market.
    """
    ventures, owned = entries(record)
    weight = values(record) if by_value else np.ones_like(ventures)
    if side != "all":
        weight = weight * (capped(record) if side == "capped" else 1.0 - capped(record))
    span, places = slice(first - FIRST_YEAR, last + 1 - FIRST_YEAR), record.places(sectors)
    one, other = ((each * weight)[:, span][..., places].sum((1, 2)) for each in (ventures, owned))
    return ratio(one, one + other)


@statistic
def owned_share_of_entries(record: Record, first: int, last: int, side: str = "all", by_value: bool = True) -> Floats:
    """Full ownership over full ownership and equity ventures among entries of the years first to last."""
    return np.asarray(1.0 - venture_share_of_entries(record, first, last, side, None, by_value))


@statistic
def venture_change(record: Record, first: int, last: int) -> Floats:
    """Share of ventures in entries by value around one year, less that around another, each within a year."""
    now, then = (venture_share_of_entries(record, year - 1, year + 1) for year in (last, first))
    return np.asarray(now - then)


@statistic
def cap_gap(record: Record, first: int, last: int) -> Floats:
    """Share of ventures in entries where a cap binds, less that where none does, by number."""
    bound, free = (venture_share_of_entries(record, first, last, side, None, False) for side in ("capped", "free"))
    return np.asarray(bound - free)


@statistic
def owned_overtakes(record: Record, first: int = 1985, last: int = 2025) -> Floats:
    """First year in which, over three years, entries with full ownership outnumber ventures; infinite if none."""
    ventures, owned = (each.sum(2) for each in entries(record))
    ahead = np.full(record.runs, np.inf)
    for year in range(last, first - 1, -1):
        span = slice(year - 1 - FIRST_YEAR, year + 2 - FIRST_YEAR)
        more = owned[:, span].sum(1) > ventures[:, span].sum(1)
        ahead = np.where(more, year, ahead)
    return ahead


@statistic
def formation_index(record: Record, year: int, base: int, reach: int = 1) -> Floats:
    """Equity ventures signed around a year over those around a base year, each within `reach` years."""
    ventures, _ = entries(record)
    made = ventures.sum(2)
    now, then = (made[:, y - reach - FIRST_YEAR : y + reach + 1 - FIRST_YEAR].sum(1) for y in (year, base))
    return ratio(now, then)


@statistic
def composition(record: Record, kind: str, first: int, last: int) -> Floats:
    """Share of a type in all adoptions of the years first to last."""
    span = slice(quarter_of(first), quarter_of(last + 1))
    names = [each.name for each in Type if each is not Type.none]
    adopted = {name: record.metrics[f"adoptions_{name}"][:, span].sum((1, 2)) for name in names}
    return ratio(adopted[kind], np.asarray(sum(adopted.values())))
