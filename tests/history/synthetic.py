"""An ensemble with known adoptions, hazards and levels, and ledger rows drawn from it."""

import numpy as np

from sim.evidence.history.mapping import mapping
from sim.evidence.history.worlds import PLAIN, TYPES, Ensemble
from sim.model.columns import FIRST_YEAR

LAST = 2030
QUARTERS = 4 * (LAST + 1 - FIRST_YEAR)
PLACES = [place for place in mapping().sectors.values() if place]
SECTORS = tuple(dict.fromkeys(name for place in PLACES for name in place.sectors))
GENERATIONS = tuple(("combustion", "electric") if name == "cars" else ("first",) for name in SECTORS)


def world(runs: int = 4) -> Ensemble:
    """All metrics zero but markets of 1 and levels of one half: tests fill in what they ask for."""
    shape = (runs, QUARTERS, len(SECTORS))
    metrics = {name: np.zeros(shape) for name in PLAIN}
    metrics["technology_level"] += 0.5
    metrics["market_home"] += 1.0
    metrics["market_abroad"] += 1.0
    return Ensemble(SECTORS, GENERATIONS, metrics, np.full((*shape, 2), 0.5))


def quarters(year: float) -> int:
    """Quarters from the beginning of the run to the beginning of a year."""
    return int((year - FIRST_YEAR) * 4)


def drifting(runs: int = 4) -> Ensemble:
    """Adoptions move, sector by sector at its own date, from market access to globalising."""
    made = world(runs)
    when = np.arange(QUARTERS) / 4 + FIRST_YEAR
    for n in range(len(SECTORS)):
        turned = 1 / (1 + np.exp(-(when - (2008 + 2.2 * (n % 8))) / 1.5))
        weights = {"market_access": 1 - turned, "globalize": 0.7 * turned, "hub": 0.3 * turned}
        for name in TYPES:
            made.metrics[f"adoptions_{name}"][..., n] = weights.get(name, 0.02)
    return made


def ledger(ensemble: Ensemble, forecast, rows: int, seed: int = 3):
    """Formations of 1985 to 2024 in all sectors, their types drawn from the forecast."""
    from sim.evidence.history.shares import Adoption

    rng = np.random.default_rng(seed)
    names = [name for name, place in mapping().sectors.items() if place]
    drawn = [
        Adoption(f"case-{n}", name, mapping().sectors[name], int(rng.integers(1985, 2025)), 0)
        for n, name in enumerate(rng.choice(names, rows))
    ]
    chances = forecast(ensemble, drawn)
    return [row._replace(type=int(rng.choice(len(TYPES), p=p))) for row, p in zip(drawn, chances, strict=True)]
