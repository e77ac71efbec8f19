"""Closed forms at an experiment's own numbers: at which added tariff a plant pays, and exports from the host end."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.model.columns import FIRST_YEAR
from sim.model.stages.assumed import LEAST_PLANT
from sim.scenario import Scenario
from sim.sweeps.experiments.closed import annuity, reverse_export, tariff_jump_small
from sim.sweeps.experiments.evidence import Evidence


class Ground(NamedTuple):
    """What a closed form needs of a sector and a region in a year: elasticity, log Chinese cost advantage, log shipping
    from the host, the tariff that stands there on goods made in the host, and the firms of the sector at the start."""

    elasticity: float
    advantage: float
    shipping: float
    tariff: float
    firms: float


@lru_cache(maxsize=64)
def ground(scenario: Scenario, sector: str, region: str, year: int) -> Ground:
    """Inputs of a run in the last quarter of a year, tariffs by the demand for generations."""
    from sim.scenario.build import build

    inputs = build(scenario, 0)
    s = list(scenario.world.sectors).index(sector)
    r = list(scenario.world.regions).index(region)
    host = list(scenario.world.regions).index(scenario.world.host)
    t = (year - FIRST_YEAR) * 4 + 3
    weight = inputs.world.weight[t, s, :, r]
    tariff = float(np.sum(weight * inputs.in_force.tariff[t, s, :, host, r]) / np.sum(weight))
    own = inputs.sectors
    return Ground(
        float(own.price_elasticity[s]),
        float(inputs.world.advantage[t] * own.cost_advantage[s]),
        float(inputs.shipping[s, host, r]),
        tariff,
        float(own.multinationals[s] + own.chinese[s]),
    )


def plant_pays(evidence: Evidence, sector: str, region: str, share: float, plant_cost: float | None = None) -> float:
    """The tariff, on top of what stands, from which a plant pays a Chinese firm of this share (small-share form).

    share: that it would have if it made there; a plant costs a part of a year's sales from it, and has a least size.
    Shipping keeps the whole Chinese cost advantage, a plant abroad the part that Chinese content keeps.
    """
    scenario = evidence.layout.definition.scenario
    found = ground(scenario, sector, region, int(evidence.years[-1]))
    p = scenario.parameters
    cost = 4.0 * (p["plant_cost"] if plant_cost is None else plant_cost) * max(share, LEAST_PLANT / found.firms)
    lead = (1.0 - p["supplied_content"]) * found.advantage - found.shipping
    total = tariff_jump_small(share, found.elasticity, lead, cost, annuity(p["discount"], p["horizon"]))
    return total - found.tariff


def exports_end(evidence: Evidence, sector: str, region: str) -> float:
    """The tariff, on top of what stands, from which a full base in the host no longer serves a market where it could
    produce.
    """
    found = ground(evidence.layout.definition.scenario, sector, region, int(evidence.years[-1]))
    return reverse_export(found.advantage, found.shipping) - found.tariff
