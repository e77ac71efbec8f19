"""The multinational's base in the host: local supply web, platform for the world, hub (M14)."""

from sim.arithmetic import exp
from sim.compiled import rule


@rule
def cost_part(without_web: float, web: float) -> float:
    """Part of the Chinese cost advantage that a foreign-run plant has: all of it once its supply web is local."""
    return without_web + (1.0 - without_web) * web


@rule
def platform_quality(sensitivity: float, loss: float, ecosystem: float) -> float:
    """Appeal of exports from the base relative to the lead plant's: exp(-alpha_q loss (1 - ecosystem))."""
    return exp(-sensitivity * loss * (1.0 - ecosystem))


@rule
def grow(level: float, rate: float, towards: float) -> float:
    """Next level of something built step by step: at most `rate` a quarter nearer to `towards`."""
    return min(level + rate, towards) if towards >= level else max(level - rate, towards)


@rule
def access_growth(access: float, rate: float, cap: float) -> float:
    """Next own access: learnt slowly by presence, rate (cap - access) a quarter."""
    return access + rate * max(cap - access, 0.0)


@rule
def access_later(access: float, rate: float, cap: float, quarters: float) -> float:
    """Own access after some quarters of presence: cap - (cap - access) exp(-rate quarters)."""
    return cap - (cap - access) * exp(-rate * quarters) if cap > access else access


@rule
def serves_world(exports: float, host_sales: float, hub: float, rd_intensity: float) -> bool:
    """Whether a base works mainly for the world: exports and global R&D over half of its output.

    Output is host sales, exports and the R&D done there; global R&D is the hub's share of it.
    """
    rd = rd_intensity * (host_sales + exports)
    return exports + hub * rd > 0.5 * (host_sales + exports + rd) and host_sales + exports > 0.0
