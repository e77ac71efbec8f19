"""A sector left out: draws as they would be had nothing been known of it, from the points that were run anyway."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.abc import Sample, accept
from sim.evidence.calibration.course import Calibration, energy
from sim.evidence.calibration.history_matching import Aim
from sim.evidence.calibration.targets import Targets
from sim.evidence.history.refit import shifts

Floats = NDArray[np.float64]


class Apart(NamedTuple):
    """What was asked without a sector, which points were then accepted, and their parameters [draw, parameter]."""

    asked: Targets
    sample: Sample
    draws: Floats


def refit(made: Calibration) -> dict[str, Apart]:
    """By sector of the ledger, draws from the points of the final stage, by the same energy as the set's own.

    The ledger counts for as many of its rows as are left: what the set's file says stands for all.
    """
    file, rows = made.found.file, max(len(made.targets.rows), 1)
    found = {}
    for sector, (asked, points) in made.without.items():
        settings = file.abc.model_copy(update={"ledger": file.abc.ledger * len(asked.rows) / rows})
        weighed = energy(points, Aim(asked.values, asked.spread), settings)
        sample = accept(points.points, weighed, settings.accepted, file.seed)
        found[sector] = Apart(asked, sample, made.space.parameters(points.points[sample.chosen]))
    return found


def told(made: Calibration) -> dict[str, Any]:
    """By sector: what was not known of it, and how far the medians moved from those of the set's own draws."""
    priors = {name: made.found.file.priors[name] for name in made.space.names}
    return {
        sector: {
            "sectors": list(each.asked.away),
            "rows": len(made.targets.rows) - len(each.asked.rows),
            **_moments(made.targets, each.asked),
            "draws": len(each.draws),
            "effective": float(1.0 / (each.sample.weights**2).sum()),
            "flattened": each.sample.flattened,
            "shift": shifts(priors, made.draws, each.draws),
        }
        for sector, each in refit(made).items()
    }


def _moments(whole: Targets, asked: Targets) -> dict[str, list[str]]:
    """Names of the moments that went, and of those whose target is another."""
    left = {each.name: each for each in asked.targets}
    return {
        "dropped": [each.name for each in whole.targets if each.name not in left],
        "changed": [each.name for each in whole.targets if each.name in left and left[each.name] != each],
    }
