"""The multinational's base in the host: platform for the world, hub (M14)."""

from sim.machine.arithmetic import clip
from sim.machine.compiled import rule


@rule
def grow(level: float, rate: float, towards: float) -> float:
    """Next level of something built step by step: at most `rate` nearer to `towards`.

    Formula: min(level + rate, towards) if towards >= level else max(level - rate, towards)
    Units: level, towards: share; rate: share a quarter; result: share
    Limits: rate = 0 changes nothing; a rate of at least the distance arrives at once and never overshoots.
    Source: assumed
    """
    return min(level + rate, towards) if towards >= level else max(level - rate, towards)


@rule
def serves_world(exports: float, host_sales: float, hub: float, rd_intensity: float) -> bool:
    """Whether a base works mainly for the world: exports and global R&D are over half of its output.

    Output is host sales, exports and the R&D done there; global R&D is the hub's share of that R&D.

    Formula: exports + hub * rd_intensity * (host_sales + exports) > 0.5 * (host_sales + exports) * (1 + rd_intensity)
        and host_sales + exports > 0
    Units: exports, host_sales: money a quarter; hub, rd_intensity: share; result: flag
    Limits: a base without sales serves nobody; without exports at most a part `rd_intensity` of output counts, which
        is too little.
    Source: definition, the threshold assumed
    """
    rd = rd_intensity * (host_sales + exports)
    return exports + hub * rd > 0.5 * (host_sales + exports + rd) and host_sales + exports > 0.0


@rule
def ramped(quarters: float, rate: float) -> float:
    """Part of a brand's sales in a region that a plant there can make, some quarters after it began to work.

    Formula: clip((quarters + 1) * rate, 0, 1)
    Units: quarters: quarters, negative before the plant works; rate: share a quarter; result: share
    Limits: nothing before it works; all of it after 1 / rate quarters.
    Source: assumed
    """
    return clip((quarters + 1.0) * rate, 0.0, 1.0)
