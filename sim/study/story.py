"""`verify --story`: does the default run tell history as it went? Claims, expected and found."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.columns import FIRST_YEAR, Type
from sim.measures.flips import flip_dates
from sim.measures.hazards import RateRatio, around, mantel_haenszel
from sim.scenario import load
from sim.scenario.build import build, labels
from sim.simulate import on_threads, simulate
from sim.study.engines import default_workers

TYPES = ("market_access", "co_innovation", "globalize", "hub", "wholly_owned")
LEADERS, LAGGARDS = ("cars", "batteries", "solar"), ("semiconductors", "aerospace", "machine_tools")
EARLY = ("batteries", "solar", "telecom")
# The shares that history asks for were counted in a ledger of news, which records a base of one's own less often than a
# partnership: the odds, one for all periods, are those of the trial; `found` gives the raw share beside.
RECORDED = np.array([1.0, 1.0, 1.0, 0.5, 0.5])


class Claim(NamedTuple):
    """One statement about history and what the runs say; `found` is a number with its unit, in words."""

    claim: str
    expected: str
    found: str
    holds: bool


class _Record(NamedTuple):
    """All runs of the default scenario: metrics [seed, quarter, sector], levels [seed, quarter, sector, generation]."""

    sectors: tuple[str, ...]
    uncapped: list[int]
    metrics: dict[str, np.ndarray]
    levels: np.ndarray
    in_force: np.ndarray  # [type, seed, sector] partnerships and bases at the end
    controlled: list[int]  # sectors under export control at the end
    lives: np.ndarray  # partnerships of all runs

    def adoptions(self, first: float, last: float, sectors: Sequence[int] | None = None) -> np.ndarray:
        """Adoptions by type, mean of runs, from the first year to before the last."""
        chosen = range(len(self.sectors)) if sectors is None else sectors
        span = slice(_quarter(first), _quarter(last))
        return np.array(
            [self.metrics[f"adoptions_{kind}"][:, span][..., list(chosen)].sum((1, 2)).mean() for kind in TYPES]
        )

    def places(self, *names: str) -> list[int]:
        return [self.sectors.index(name) for name in names]

    def flips(self, sector: str, generation: int | None = None) -> np.ndarray:
        """Year of the flip in each run, inf if none: the level is at least 1 for four quarters."""
        place = self.places(sector)[0]
        level = self.metrics["technology_level"][..., place]
        if generation is not None:
            level = self.levels[..., place, generation]
        return flip_dates(level)


def _quarter(year: float) -> int:
    return int((year - FIRST_YEAR) * 4)


def _gather(seeds: Sequence[int], workers: int) -> _Record:
    scenario = load("baseline")
    names = labels(scenario)
    runs = on_threads(lambda seed: simulate(scenario, seed), seeds, workers)
    wanted = [f"adoptions_{kind}" for kind in TYPES] + ["technology_level", "active", "exits", "chinese_share_home"]
    wanted += ["active_market_access", "active_co_innovation", "active_globalize"]
    wanted += ["hub_share", "wholly_owned_share", "firms_multinational"]
    metrics = {name: np.stack([run.outcome[name] for run in runs]) for name in wanted}
    in_force = np.stack([metrics[f"active_{kind}"][:, -1] for kind in TYPES[:3]] + _alone(metrics))
    host = names.regions.index(scenario.world.host)
    policy = build(scenario, seeds[0]).in_force
    caps = policy.cap[_quarter(1995) : _quarter(2005), :, :, :, host]
    uncapped = [s for s in range(len(names.sectors)) if caps[:, s].min() >= 1.0]
    levels = np.stack([run.vintages["technology_level"] for run in runs])
    lives = np.concatenate([run.lives for run in runs])
    controlled = [s for s in range(len(names.sectors)) if policy.control[-1, s].max() > 0.2]
    return _Record(names.sectors, uncapped, metrics, levels, in_force, controlled, lives)


def _alone(metrics: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Hubs, and other wholly owned bases, at the end [seed, sector]."""
    hubs, owned, firms = (metrics[name][:, -1] for name in ("hub_share", "wholly_owned_share", "firms_multinational"))
    return [hubs * firms, np.maximum(owned - hubs, 0.0) * firms]


def verify(seeds: Sequence[int] = range(1, 101), workers: int | None = None) -> list[Claim]:
    """The story of the default run, claim by claim."""
    record = _gather(list(seeds), workers or default_workers())
    return [
        *_composition(record),
        *_flip_order(record),
        *_ends(record),
        *_entry(record),
        *_cars(record),
        *_future(record),
    ]


def _share(adopted: np.ndarray, kind: str) -> float:
    return float(adopted[TYPES.index(kind)] / max(adopted.sum(), 1e-9))


def _composition(record: _Record) -> list[Claim]:
    told = []
    for span in ((1979, 1995), (2000, 2015), (2020, 2026)):
        adopted = record.adoptions(*span)
        recorded = _share(adopted * RECORDED, "market_access")
        told.append(
            (recorded, f"{recorded:.2f} as a ledger would record it, {_share(adopted, 'market_access'):.2f} raw")
        )
    (early, first), (middle, second), (late, third) = told
    claims = [
        Claim("market access among adoptions before 1995", "over 0.90", first, early > 0.90),
        Claim("market access among adoptions 2000-14", "about 2/3 (0.57 to 0.76)", second, 0.57 <= middle <= 0.76),
        Claim("market access among adoptions 2020-25", "under 0.40", third, late < 0.40),
    ]
    for sector in LEADERS:
        adopted = record.adoptions(2020, 2026, record.places(sector))
        new = sum(_share(adopted, kind) for kind in ("co_innovation", "globalize", "hub"))
        text = f"{new:.2f} of {adopted.sum():.1f} adoptions"
        claims.append(
            Claim(f"{sector}: globalising, co-innovation and hubs 2020-25", "lead (over 0.50)", text, new > 0.5)
        )
    adopted = record.adoptions(2020, 2026, record.places("auto_components"))
    text = ", ".join(f"{kind} {count:.1f}" for kind, count in zip(TYPES, adopted, strict=True))
    claims.append(Claim("auto components: most adopted 2020-25", "hub", text, TYPES[int(adopted.argmax())] == "hub"))
    old = _share(record.adoptions(2015, 2026, record.places(*LAGGARDS)), "market_access")
    rest = [s for s in range(len(record.sectors)) if record.sectors[s] not in LAGGARDS]
    others = _share(record.adoptions(2015, 2026, rest), "market_access")
    text = f"{old:.2f} against {others:.2f} elsewhere"
    claims.append(
        Claim(
            "market access lasts longest in chips, aerospace, machine tools (2015-25)",
            "more than elsewhere",
            text,
            old > others,
        )
    )
    return claims


def _flip_order(record: _Record) -> list[Claim]:
    claims = []
    for sector in LAGGARDS:
        early = float((record.flips(sector) < 2026).mean())
        claims.append(Claim(f"{sector}: flipped by 2025", "in under 0.10 of runs", f"{early:.2f}", early < 0.10))
    cars = float(np.median(record.flips("cars", 1)))
    for sector in EARLY:
        year = float(np.median(record.flips(sector)))
        claims.append(Claim(f"{sector} flips before electric cars", f"before {cars:.1f}", f"{year:.1f}", year < cars))
    return claims


def _ends(record: _Record) -> list[Claim]:
    exits, active = record.metrics["exits"], record.metrics["active"]
    claims = []
    for first, last in ((1990, 2000), (2000, 2015), (2015, 2026)):
        span = slice(_quarter(first), _quarter(last))
        rate = 4.0 * exits[:, span].sum() / max(active[:, span].sum(), 1.0)
        claims.append(
            Claim(f"partnerships ended a year, {first}-{last - 1}", "0.03 to 0.08", f"{rate:.3f}", 0.03 <= rate <= 0.08)
        )
    found = _after_flip(record, range(len(record.sectors)))
    cars = _after_flip(record, record.places("cars"))
    text = f"ratio {found.ratio:.2f} ({found.low:.2f} to {found.high:.2f}); cars alone {cars.ratio:.2f}"
    claim = "ends come more often after a flip of the product (host ventures, sector by sector, 1990-2025)"
    claims.append(Claim(claim, "ratio of rates over 1", text, found.ratio > 1.0))
    return claims


def _after_flip(record: _Record, sectors: Sequence[int]) -> RateRatio:
    """How much more often host ventures that led at first end once their product has flipped: Mantel and Haenszel."""
    first, last = _quarter(1990), _quarter(2026)
    lives = record.lives[(record.lives["type_first"] != Type.globalize) & (record.lives["product_lead_start"] > 0)]
    start, flipped = lives["start"].astype(float), lives["product_flipped"].astype(float)
    end = np.where(lives["end"] >= 0, lives["end"], np.inf)
    turn = np.where(flipped >= 0, flipped, np.inf)
    before, after = around(start, end, turn, first, last)
    ended = (end >= first) & (end < last)

    def by_sector(values: np.ndarray) -> np.ndarray:
        return np.array([values[lives["sector"] == sector].sum() for sector in sectors], float)

    told = (ended & (end > turn), after, ended & (end <= turn), before)
    return mantel_haenszel(*(by_sector(values) for values in told))


def _entry(record: _Record) -> list[Claim]:
    """The first year from 1990 in which, over three years, wholly owned entries outnumber those by market access."""
    year = np.inf
    for first in range(1990, 2020):
        adopted = record.adoptions(first - 1, first + 2, record.uncapped)
        if adopted[4] + adopted[3] > adopted[0]:
            year = first
            break
    text = f"{year:.0f}" if np.isfinite(year) else "never by 2020"
    return [
        Claim(
            "wholly owned entry overtakes joint ventures where no cap binds", "1997 to 2000", text, 1996 <= year <= 2001
        )
    ]


def _cars(record: _Record) -> list[Claim]:
    share = record.metrics["chinese_share_home"][..., record.places("cars")[0]].mean(0)
    plateau = [float(share[_quarter(year) + 3]) for year in range(2010, 2020)]
    text = f"{min(plateau):.2f} to {max(plateau):.2f}"
    level = min(plateau) >= 0.33 and max(plateau) <= 0.47
    end = float(share[_quarter(2025) + 3])
    return [
        Claim("Chinese brands' share of cars in China, 2010s", "flat near 0.40 (0.33 to 0.47)", text, level),
        Claim("Chinese brands' share of cars in China, 2025", "over 0.60", f"{end:.2f}", end > 0.60),
    ]


def _future(record: _Record) -> list[Claim]:
    """Sectors in which one type fills the stock in 2040, and whether a measured fact says why."""
    shares = (record.in_force / np.maximum(record.in_force.sum(0), 1.0)).mean(1)
    told, explained = [], True
    for s, name in enumerate(record.sectors):
        kind = TYPES[int(shares[:, s].argmax())]
        if shares[:, s].max() <= 0.80:
            continue
        reason = "no reason known"
        if kind == "globalize" and record.metrics["technology_level"][:, -1, s].mean() >= 0.95:
            reason = "Chinese technology is at the frontier"
        elif s in record.controlled:
            reason = "controls keep partners apart"
        elif kind == "hub" and record.metrics["technology_level"][:, -1, s].mean() < 0.95:
            reason = "multinationals lead, own their bases and need no partner"
        explained &= reason != "no reason known"
        told.append(f"{name} {kind} {shares[:, s].max():.2f}: {reason}")
    text = "; ".join(told) or f"largest {shares.max():.2f}"
    return [Claim("sectors with over 0.80 of one type in force in 2040", "none, or a reason", text, explained)]
