"""What a policy changed: pairs of worlds under the same seeds, so that only the policy differs."""

from collections.abc import Sequence

import numpy as np

from sim.evidence.scorecard.statistic import Floats, ratio, statistic
from sim.evidence.scorecard.worlds import Record, chinese
from sim.measures.dates import quarter_of
from sim.model.columns import Kind


def imports(record: Record, region: str) -> Floats:
    """Sales in a region of goods made in the host [run, quarter, sector]."""
    place = record.regions.index(region)
    told = record.markets["imports_china"][..., place] * record.markets["expenditure"][..., place]
    return np.asarray(told, float)


def raised(record: Record, other: Record, region: str, quarter: int) -> Floats:
    """How much higher the tariff of a region on the host's goods is here than there [sector]."""
    place = record.regions.index(region)
    return np.asarray(record.tariff[quarter, :, place] - other.tariff[quarter, :, place])


@statistic
def tariff_drop(record: Record, without: Record, region: str, quarters: int = 6) -> Floats:
    """Change of imports of sectors under a new tariff, so many quarters after each was hit; weighed by trade."""
    here, there = imports(record, region), imports(without, region)
    place = record.regions.index(region)
    both = min(len(record.tariff), len(without.tariff))
    apart = record.tariff[:both, :, place] - without.tariff[:both, :, place]
    lost, base = np.zeros(record.runs), np.zeros(record.runs)
    for s in np.flatnonzero(apart.max(0) > 0):
        when = int(np.argmax(apart[:, s] > 0)) + quarters
        lost += here[:, when, s] - there[:, when, s]
        base += there[:, when, s]
    return ratio(lost, base)


@statistic
def welfare_gain(
    record: Record, other: Record, first: int, last: int, inside: Sequence[str] = (), outside: Sequence[str] = ()
) -> Floats:
    """Welfare here less there, over expenditure there, summed over the years first to last.

    `inside`: regions counted, all but `outside` if empty.
    """
    span = slice(quarter_of(first), quarter_of(last + 1))
    chosen = [n for n, name in enumerate(record.regions) if (name in inside if inside else name not in outside)]
    here, there = (
        each.markets["welfare"][:, span][..., chosen].sum((1, 2, 3), dtype=float) for each in (record, other)
    )
    spent = other.markets["expenditure"][:, span][..., chosen].sum((1, 2, 3), dtype=float)
    return ratio(here - there, spent)


def resampled(over: Floats, under: Floats) -> Floats:
    """Ratio of two sums over runs, for as many draws of runs with replacement as there are runs.

    For effects whose base is a few partnerships, or may be zero, in a single run.
    """
    runs = len(over)
    weights = np.random.default_rng(1).multinomial(runs, np.full(runs, 1 / runs), runs).astype(float)
    return ratio(weights @ over, weights @ under)


@statistic
def loss_ratio(
    free: Record, cut: Record, still: Record, still_cut: Record, first: int, last: int, inside: Sequence[str] = ()
) -> Floats:
    """Loss of welfare by cutting ties when nothing diffuses, over that when it does; runs resampled."""
    losses = [-welfare_gain(one, other, first, last, inside) for one, other in ((still_cut, still), (cut, free))]
    return resampled(*losses)


@statistic
def links_to_unlisted(record: Record, without: Record, sectors: Sequence[str], region: str, year: int) -> Floats:
    """Partnerships of a region's multinationals with Chinese firms that nobody listed: change by listing others.

    The same unlisted firms are looked at in both worlds. A share of those there would be; runs resampled.
    """
    stop, home = quarter_of(year, 4), record.regions.index(region)
    rows = np.zeros(len(record.sector_of), bool)
    for place in record.places(sectors):
        rows |= chinese(record, place)
    counts = []
    for world in (record, without):
        told = []
        for n in range(record.runs):
            clean = rows & ~record.snapshots[n][stop].listed & (record.firms[n] == without.firms[n])
            shot = world.snapshots[n][stop]
            told.append((clean[shot.chinese] & (record.home[shot.multinational] == home)).sum())
        counts.append(np.array(told, float))
    return resampled(counts[0] - counts[1], counts[1])


@statistic
def catching_up(record: Record, other: Record, year: int) -> Floats:
    """Chinese technology over the frontier (log of levels, mean of sectors) here less there, at the end of a year."""
    stop = quarter_of(year, 4)
    here, there = (np.log(np.maximum(each.metrics["technology_level"][:, stop], 1e-6)) for each in (record, other))
    return np.asarray((here - there).mean(1))


def passed_on(record: Record, without: Record, region: str, year: int) -> tuple[Floats, Floats]:
    """Change of consumer prices and of ln(1 + tariff) of the host's goods in a region, by a tariff [run, sector].

    Prices: costs are as they were, so a price moves with the tariff and with the seller's markup, which answers its
    market share (Bertrand): p = (1 + t) (1 + 1 / (alpha (1 - s))), weighed by sales without the tariff.
    """
    stop, place = quarter_of(year, 4), record.regions.index(region)
    sectors = [s for s in range(len(record.sectors)) if raised(record, without, region, stop)[s] > 0]
    alphas = [float(sector.price_elasticity) for sector in record.scenario.world.sectors.values()]  # type: ignore[attr-defined]
    prices = np.full((record.runs, len(sectors)), np.nan)
    rises = np.log1p(record.tariff[stop, :, place]) - np.log1p(without.tariff[stop, :, place])
    for n in range(record.runs):
        shots = [each.snapshots[n][stop] for each in (record, without)]
        for k, s in enumerate(sectors):
            mine = (record.sector_of == s) & shots[0].from_host[:, place] & shots[1].from_host[:, place]
            mine &= (record.kind == Kind.chinese) & (shots[1].share[:, place] > 0)
            marks = [np.log1p(1.0 / (alphas[s] * (1.0 - shot.share[mine, place]))) for shot in shots]
            weight = shots[1].share[mine, place]
            if weight.sum() > 0:
                prices[n, k] = rises[s] + ((marks[0] - marks[1]) @ weight) / weight.sum()
    return prices, np.broadcast_to(rises[sectors], prices.shape)


@statistic
def pass_through(record: Record, without: Record, region: str, year: int) -> Floats:
    """Mean over sectors under a new tariff of the rise of consumer prices over ln(1 + tariff)."""
    prices, rises = passed_on(record, without, region, year)
    return np.asarray(np.nanmean(prices / rises, 1))
