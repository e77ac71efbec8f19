"""Paths, markets and generations of a world file, and the shocks that move generations, to `World`."""

import numpy as np

from sim.machine.declare import Column
from sim.model.columns import FIRST_YEAR, World
from sim.scenario.checks import Names
from sim.scenario.files import DRAWN, PATHS, Generation, WorldFile
from sim.scenario.shocks import Shock


def years(quarters: int) -> Column:
    """The date of each quarter's start, as decimal year."""
    return FIRST_YEAR + np.arange(quarters) / 4


def interpolated(path: dict[float, float], when: Column) -> Column:
    """A dated path at the dates `when`: linear between, flat outside. Plain operations: the same bytes everywhere."""
    dates = np.array(sorted(path))
    values = np.array([path[date] for date in dates])
    if len(dates) == 1:
        return np.full(len(when), values[0])
    at = np.clip(np.searchsorted(dates, when, side="right") - 1, 0, len(dates) - 2)
    part = np.clip((when - dates[at]) / (dates[at + 1] - dates[at]), 0.0, 1.0)
    return np.where(part == 1.0, values[at + 1], values[at] + part * (values[at + 1] - values[at]))


def _logistic(x: Column) -> Column:
    """As the rules compute it: the machine's own exp differs between machines."""
    from sim.machine.arithmetic import logistic  # brings Numba

    with np.errstate(over="ignore"):  # the bits wrap round when it is not compiled
        return np.array([logistic(value) for value in x.ravel().tolist()]).reshape(x.shape)


def world(
    file: WorldFile,
    known: Names,
    generations: int,
    quarters: int,
    happened: tuple[Shock, ...],
    takeoffs: dict[tuple[str, str], float],
) -> World:
    """`World` over `quarters` from 1979Q1, regions in the file's order.

    `happened`: the shocks of this run; `takeoffs`: its drawn midpoints, by sector and generation.
    """
    when, regions = years(quarters), list(file.regions)
    market = np.empty((quarters, len(file.sectors), len(regions)))
    weight = np.zeros((quarters, len(file.sectors), generations, len(regions)))
    arrived = np.zeros((quarters, len(file.sectors), generations))
    for s, (name, sector) in enumerate(file.sectors.items()):
        share = np.stack([interpolated(sector.market_share[region], when) for region in regions], axis=1)
        total = share.sum(axis=1, keepdims=True)
        market[:, s] = interpolated(sector.market, when)[:, None] * share / np.where(total > 0, total, 1.0)
        moved = {
            shock.name: shock
            for shock in happened
            if shock.kind == "generation" and name in known.sectors_of(shock.sectors)
        }
        declared = {generation.name: generation for generation in sector.generations}
        taken = np.zeros((generations, quarters, len(regions)))
        for g, called in enumerate(known.generations[name]):
            takeoff = takeoffs.get((name, called), np.nan)
            first, part = _demand(declared.get(called), moved.get(called), g == 0, regions, when, takeoff)
            arrived[first:, s, g] = 1.0
            taken[g] = part
        left = np.ones((quarters, len(regions)))
        for g in reversed(range(generations)):
            weight[:, s, g] = left * taken[g]
            left = left * (1.0 - taken[g])
    national = {field: interpolated(getattr(file.paths, key), when) for key, field in PATHS.items()}
    return World(market=market, weight=weight, arrived=arrived, **national)


def _demand(
    declared: Generation | None, shock: Shock | None, first: bool, regions: list[str], when: Column, takeoff: float
) -> tuple[int, Column]:
    """First quarter of a generation, and its share of the demand left by those after it [quarter, region].

    `takeoff` stands for midpoints that are drawn. The share is logistic in time, and nothing before the generation
    arrives. A shock moves arrival and midpoints of a declared generation alike; a new one gets a midpoint half-way
    through the ramp and an eighth of the ramp as width, so that demand goes from 2 to 98 % within the ramp.
    """
    if first and shock is None:
        return 0, np.ones((len(when), len(regions)))
    if declared is None or declared.arrival is None or declared.midpoint is None or declared.width is None:
        if shock is None:  # a generation that a shock would add did not come
            return len(when), np.zeros((len(when), len(regions)))
        arrival, width = shock.start, shock.ramp / 32
        midpoints = np.full(len(regions), FIRST_YEAR + shock.start / 4 + shock.ramp / 8)
    else:
        arrival = declared.arrival if shock is None else shock.start
        given, width = declared.midpoint, declared.width
        by_region = given if isinstance(given, dict) else {"default": given}
        told = [by_region.get(region, by_region.get("default")) for region in regions]
        midpoints = np.array([takeoff if midpoint == DRAWN else midpoint for midpoint in told], dtype=float)
        midpoints = midpoints + (arrival - declared.arrival) / 4
    share = _logistic((when[:, None] - midpoints) / width)
    first_quarter = min(max(arrival, 0), len(when))
    share[:first_quarter] = 0.0
    return first_quarter, share
