"""A sector left out: draws as they would be had nothing been known of it, from the points that were run anyway."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calibration.abc import Sample, accept, distance
from sim.calibration.evaluations import Evaluations
from sim.calibration.targets import Targets
from sim.history.evidence import read_cases, shipped
from sim.history.formations import adoptions
from sim.history.mapping import mapping
from sim.history.refit import shifts
from sim.scenario.drawn import SECTOR
from sim.scenario.files import LAST_YEAR
from sim.scenario.sets import Acceptance, Prior

Floats = NDArray[np.float64]


class Apart(NamedTuple):
    """What was asked without a sector, and which points were then accepted."""

    asked: Targets
    sample: Sample


def away() -> dict[str, tuple[str, ...]]:
    """By sector of the ledger that adopts anything, the sectors of the world that go with it."""
    table = mapping()
    rows, _ = adoptions(read_cases(shipped("cases.csv"), table), table, LAST_YEAR)
    return {row.sector: row.place.sectors for row in sorted(rows, key=lambda row: row.sector)}


def refit(
    whole: Targets, settings: Acceptance, seed: int, known: Mapping[str, Targets], found: Sequence[Evaluations]
) -> dict[str, Apart]:
    """By sector of `known`, the draws from its evaluations, by the same distance and weights as the set's own.

    The ledger counts for as many of its rows as are left: `settings.ledger` stands for all.
    """
    made = {}
    for (sector, asked), each in zip(known.items(), found, strict=True):
        distances = distance(each.moments, asked.values, asked.spread, each.variance, settings.seeds)
        ledger = settings.ledger * len(asked.rows) / max(len(whole.rows), 1)
        made[sector] = Apart(asked, accept(each.points, distances, each.losses, ledger, settings.accepted, seed))
    return made


def table(draws: Mapping[str, Floats], names: Sequence[str]) -> str:
    """Draws [draw, parameter] by sector, as a set's file of sectors left out holds them."""
    lines = [",".join((SECTOR, "draw", *names))]
    for sector, rows in draws.items():
        lines += [",".join((sector, str(n), *(f"{value:.6g}" for value in row))) for n, row in enumerate(rows, 1)]
    return "\n".join(lines) + "\n"


def told(
    whole: Targets, priors: Mapping[str, Prior], every: Floats, made: Mapping[str, Apart], draws: Mapping[str, Floats]
) -> dict[str, Any]:
    """By sector: what was not known, and how far the draws [draw, parameter] moved from `every`, the set's own."""
    return {
        sector: {
            "sectors": list(each.asked.away),
            "rows": len(whole.rows) - len(each.asked.rows),
            **_moments(whole, each.asked),
            "draws": len(draws[sector]),
            "effective": float(1.0 / (each.sample.weights**2).sum()),
            "flattened": each.sample.flattened,
            "shift": shifts(priors, every, draws[sector]),
        }
        for sector, each in made.items()
    }


def _moments(whole: Targets, asked: Targets) -> dict[str, list[str]]:
    """Names of the moments that went, and of those whose target is another."""
    left = {each.name: each for each in asked.targets}
    return {
        "dropped": [each.name for each in whole.targets if each.name not in left],
        "changed": [each.name for each in whole.targets if each.name in left and left[each.name] != each],
    }
