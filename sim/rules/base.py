"""The multinational's base in the host: local supply web, platform for the world, hub (M14)."""

from sim.arithmetic import exp
from sim.compiled import rule


@rule
def cost_part(without_web: float, web: float) -> float:
    """Part of the Chinese cost advantage that a foreign-run plant has: all of it once its supply web is local.

    Formula: without_web + (1 - without_web) * web
    Units: without_web, web: share; result: share
    Limits: web = 0 gives `without_web`, web = 1 gives 1.
    Source: assumed
    """
    return without_web + (1.0 - without_web) * web


@rule
def platform_quality(sensitivity: float, loss: float, ecosystem: float) -> float:
    """Appeal of exports from the base relative to the lead plant's.

    Formula: exp(-sensitivity * loss * (1 - ecosystem))
    Units: sensitivity: 1; loss: log; ecosystem: share; result: ratio
    Limits: a full ecosystem or no loss gives 1.
    Source: assumed
    """
    return exp(-sensitivity * loss * (1.0 - ecosystem))


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
def access_growth(access: float, rate: float, cap: float) -> float:
    """Next own access: learnt slowly by presence.

    Formula: access + rate * max(cap - access, 0)
    Units: access, cap: share; rate: 1/quarter; result: share
    Limits: tends to the cap; access above the cap, or rate = 0, stays.
    Source: assumed
    """
    return access + rate * max(cap - access, 0.0)


@rule
def access_later(access: float, rate: float, cap: float, quarters: float) -> float:
    """Own access after some quarters of presence; `access_growth` in continuous time.

    Formula: cap - (cap - access) * exp(-rate * quarters) if cap > access else access
    Units: access, cap: share; rate: 1/quarter; quarters: quarters; result: share
    Limits: no time or no growth leaves it, endless time gives the cap.
    Source: assumed
    """
    return cap - (cap - access) * exp(-rate * quarters) if cap > access else access


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
