"""What a firm knows: own research, what it learns from others, and what a new generation makes obsolete (M2 to M4)."""

from sim.arithmetic import clip, exp, log, power
from sim.compiled import rule


@rule
def absorptive(rd: float, half: float) -> float:
    """Absorptive capacity in [0, 1 + half): learning needs research of one's own.

    (1 + half) rd / (rd + half), with R&D and half-saturation relative to reference R&D, so that it is 1 at the
    reference. No R&D, no learning; without half-saturation every firm learns alike. Source: [CohenLevinthal1990].
    """
    return (1.0 + half) * rd / (rd + half) if rd + half > 0.0 else 1.0


@rule
def research_return(rd: float, elasticity: float) -> float:
    """What R&D finds, over what reference R&D finds: rd**elasticity, with rd relative to that reference.

    Zero R&D finds nothing. Source: [Blundell2002].
    """
    return power(rd, elasticity)


@rule
def innovation(pace: float, finds: float, speed: float, damping: float, luck: float) -> float:
    """Technology a firm finds in a quarter, log points.

    pace finds speed damping luck; pace is the sector's log points a quarter at reference R&D, finds the return to
    the firm's own. Source: [Griffith2004].
    """
    return pace * finds * speed * damping * luck


@rule
def operations_learnt(rate: float, made: float, output: float) -> float:
    """Cost advantage from a quarter's learning by doing, log points: rate ln(1 + made / output so far).

    Source: [Arrow1962].
    """
    return rate * log(1.0 + made / output)


@rule
def luck(draw: float, spread: float) -> float:
    """Multiplicative luck with mean 1: exp(spread draw - spread**2 / 2) for a standard normal draw."""
    return exp(spread * draw - 0.5 * spread * spread)


@rule
def damping(frontier: float, start: float, room: float) -> float:
    """The S-curve, alike for all firms of a generation: research pays less as the world frontier nears the ceiling.

    (1 - (frontier - start) / room)_+, at most 1. A firm-specific curve would close gaps by itself.
    Source: [Foster1986].
    """
    return clip(1.0 - (frontier - start) / room, 0.0, 1.0)


@rule
def catch_up(rate: float, gap: float) -> float:
    """What spills over in a quarter: a share of the gap to whoever is ahead, nothing when ahead.

    The gap law G_t = G* + (G_0 - G*) (1 - rate)**t follows. Source: [Griffith2004].
    """
    return min(rate, 1.0) * max(gap, 0.0)


@rule
def lesson(rate: float, openness: float, trust: float, absorptive: float, blocked: float, gap: float) -> float:
    """What a partner learns in a quarter, log points: a share of the gap that openness, trust and law let through.

    rate openness trust absorptive (1 - blocked) (gap)_+; symmetric between the sides. Source: [Bai2025].
    """
    return min(rate * openness * trust * absorptive, 1.0) * (1.0 - blocked) * max(gap, 0.0)


@rule
def adoption_chance(rate: float, distance: float, half: float) -> float:
    """Chance a quarter that a firm takes up a generation: rate at the frontier, halved with each `half` of distance.

    Source: [Landini2017].
    """
    return rate * exp(-0.6931471805599453 * max(distance, 0.0) / half)


@rule
def generation_start(old: float, old_frontier: float, drop: float, reach: float, lock_in: float) -> float:
    """Technology with which a firm enters a new generation.

    (frontier - drop) + (1 - lock_in) (old - (frontier - reach))_+: part of the old technology carries over; who has
    less at stake loses less of it. With lock_in 1 all start alike, which is the whole window. Source: [Landini2017].
    """
    return old_frontier - drop + (1.0 - lock_in) * max(old - (old_frontier - reach), 0.0)


@rule
def effort_wanted(weight: float, latecomer: bool, ratio: float, start: float) -> float:
    """Share of R&D for a new generation: its demand share; latecomers lead demand by `ratio` and `start`."""
    return clip(ratio * weight + start, 0.0, 1.0) if latecomer else weight


@rule
def effort_move(effort: float, wanted: float, inertia: float) -> float:
    """Next quarter's share of R&D: towards what is wanted, by at most `inertia`."""
    return effort + clip(wanted - effort, -inertia, inertia)


@rule
def research_budget(intensity: float, own: float, venture: float, dampening: float, support: float) -> float:
    """R&D spending of a quarter: intensity x (own sales + (1 - dampening) x share of venture sales) + public support.

    The dampening is the Chinese partner's: rents of a venture feed its own research less. Source: [Howell2018].
    """
    return intensity * (own + (1.0 - dampening) * venture) + support
