"""What a firm knows: own research, what it learns from others, and what a new generation makes obsolete (M2 to M4)."""

from sim.machine.arithmetic import clip, exp, log, power
from sim.machine.compiled import rule


@rule
def absorptive(rd: float, half: float) -> float:
    """Absorptive capacity: learning needs research of one's own.

    Scaled so that it is 1 at the reference.

    Formula: (1 + half) * rd / (rd + half) if rd + half > 0 else 1
    Units: rd, half: ratio to reference R&D; result: ratio within [0, 1 + half)
    Limits: no R&D, no learning; half = 0 lets every firm learn alike (1).
    Source: [CohenLevinthal1990]
    """
    return (1.0 + half) * rd / (rd + half) if rd + half > 0.0 else 1.0


@rule
def research_return(rd: float, elasticity: float) -> float:
    """What R&D finds, over what reference R&D finds.

    Formula: power(rd, elasticity)
    Units: rd: ratio to reference R&D; elasticity: 1; result: ratio
    Limits: zero R&D finds nothing; elasticity 0 makes what is found independent of R&D.
    Source: [Griffith2004], [Blundell2002]
    """
    return power(rd, elasticity)


@rule
def innovation(pace: float, finds: float, speed: float, damping: float, luck: float) -> float:
    """Technology a firm finds in a quarter.

    Formula: pace * finds * speed * damping * luck
    Units: pace: log a quarter at reference R&D; finds: ratio, the return to the firm's own R&D; speed, damping, luck:
        ratio; result: log
    Limits: finds, damping or luck 0 leave nothing found.
    Source: [Griffith2004]
    """
    return pace * finds * speed * damping * luck


@rule
def operations_learnt(rate: float, made: float, output: float) -> float:
    """Cost advantage that a firm learns by doing in a quarter.

    Formula: rate * log(1 + made / output)
    Units: rate: 1; made: ratio, output of the quarter; output: ratio, all output before it; result: log
    Limits: nothing made, nothing learnt; learning slows as output accumulates.
    Source: [Arrow1962]
    """
    return rate * log(1.0 + made / output)


@rule
def luck(draw: float, spread: float) -> float:
    """Multiplicative luck with mean 1 for a standard normal draw.

    Formula: exp(spread * draw - spread * spread / 2)
    Units: draw: standard deviations; spread: 1; result: ratio
    Limits: spread = 0 gives 1.
    Source: assumed (lognormal)
    """
    return exp(spread * draw - 0.5 * spread * spread)


@rule
def damping(frontier: float, start: float, room: float) -> float:
    """The S-curve, alike for all firms of a generation: research pays less as the world frontier nears the ceiling.

    A curve for each firm would close gaps by itself.

    Formula: clip(1 - (frontier - start) / room, 0, 1)
    Units: frontier, start, room: log; result: ratio
    Limits: 1 at the start of a generation or without a ceiling (endless room), 0 at the ceiling.
    Source: [Foster1986]
    """
    return clip(1.0 - (frontier - start) / room, 0.0, 1.0)


@rule
def catch_up(rate: float, gap: float) -> float:
    """What spills over in a quarter: a share of the gap to whoever is ahead, nothing when ahead.

    Against a frontier at rest the gap falls as gap (1 - rate)**t.

    Formula: min(rate, 1) * max(gap, 0)
    Units: rate: 1/quarter; gap: log; result: log
    Limits: rate = 0 or no gap gives nothing; nobody is carried past the leader.
    Source: [Griffith2004]
    """
    return min(rate, 1.0) * max(gap, 0.0)


@rule
def lesson(rate: float, openness: float, trust: float, absorptive: float, blocked: float, gap: float) -> float:
    """What a partner learns in a quarter: a share of the gap that openness, trust and law let through.

    Symmetric between the sides: the one behind is the pupil.

    Formula: min(rate * openness * trust * absorptive, 1) * (1 - blocked) * max(gap, 0)
    Units: rate: 1/quarter; openness, trust, blocked: share; absorptive: ratio; gap: log; result: log
    Limits: a closed contract, no trust, no R&D or full control teaches nothing.
    Source: [Bai2025]
    """
    return min(rate * openness * trust * absorptive, 1.0) * (1.0 - blocked) * max(gap, 0.0)


@rule
def adoption_chance(rate: float, distance: float, half: float) -> float:
    """Chance that a firm takes up a generation: `rate` at the frontier, halved with each `half` of distance.

    Formula: rate * 2**(-max(distance, 0) / half)
    Units: rate: 1/quarter; distance, half: log; result: probability a quarter
    Limits: `rate` at the frontier, towards 0 far behind it.
    Source: [Landini2017]; the form assumed
    """
    return rate * exp(-0.6931471805599453 * max(distance, 0.0) / half)


@rule
def generation_start(old: float, old_frontier: float, drop: float, reach: float, lock_in: float) -> float:
    """Technology with which a firm enters a new generation.

    Part of the old technology carries over; who has less at stake loses less of it.

    Formula: old_frontier - drop + (1 - lock_in) * max(old - (old_frontier - reach), 0)
    Units: old, old_frontier, drop, reach: log; lock_in: share; result: log
    Limits: lock_in = 1, or old technology out of reach, starts all alike, which is the whole window; lock_in = 0 keeps
        the gap.
    Source: [Landini2017]; the form assumed
    """
    return old_frontier - drop + (1.0 - lock_in) * max(old - (old_frontier - reach), 0.0)


@rule
def effort_wanted(weight: float, latecomer: bool, start: float) -> float:
    """Share of R&D for a new generation: its share of demand; latecomers lead demand.

    Formula: clip(weight + start, 0, 1) if latecomer else weight
    Units: weight, start: share; latecomer: flag; result: share
    Limits: start 0 treats latecomers as incumbents.
    Source: assumed
    """
    return clip(weight + start, 0.0, 1.0) if latecomer else weight


@rule
def effort_move(effort: float, wanted: float, inertia: float) -> float:
    """Next quarter's share of R&D: towards what is wanted, by at most `inertia`.

    Formula: effort + clip(wanted - effort, -inertia, inertia)
    Units: effort, wanted: share; inertia: share a quarter; result: share
    Limits: inertia 1 moves at once, 0 never.
    Source: assumed
    """
    return effort + clip(wanted - effort, -inertia, inertia)


@rule
def research_budget(intensity: float, own_sales: float, venture_sales: float, support: float) -> float:
    """R&D of a quarter: the sector's share of the sales that feed it, and public support.

    Formula: intensity * (own_sales + venture_sales) + support
    Units: intensity: share; own_sales, venture_sales: money; support: money; result: money
    Limits: no sales leave support alone.
    Source: definition
    """
    return intensity * (own_sales + venture_sales) + support


@rule
def chosen_research(
    reference: float, elasticity: float, pace: float, gain: float, annuity: float, leak: float, cash: float
) -> float:
    """R&D at which another unit earns what it costs: research answers what technology is worth, up to what it can pay.

    What is found at R is pace * (R / reference)**elasticity a quarter; a unit of it earns `gain` a quarter, which
    rivals wear away at the rate `leak`.

    Formula: min(reference * power(elasticity * pace * gain * annuity / (1 + leak * annuity) / reference,
            1 / (1 - elasticity)), max(cash, 0)) if gain > 0 and reference > 0 else 0
    Units: reference, cash: money a quarter; elasticity: share, below one; pace: 1/quarter, log found at reference R&D;
        gain: money a quarter over log; annuity: quarters; leak: 1/quarter; result: money a quarter
    Limits: nothing to gain, or nothing to pay with, finds nothing; at most what there is to pay with.
    Source: [Griffith2004] for the elasticity; the condition of first order
    """
    if gain <= 0.0 or reference <= 0.0:
        return 0.0
    worth = gain * annuity / (1.0 + leak * annuity)
    return min(reference * power(elasticity * pace * worth / reference, 1.0 / (1.0 - elasticity)), max(cash, 0.0))


@rule
def feeding_sales(share: float, sales: float, paid: float, intensity: float) -> float:
    """Sales of a venture that feed a side's R&D: its share of them, but no more research than the venture pays it.

    Formula: min(share * sales, max(paid, 0) / max(intensity, 1e-9))
    Units: share, intensity: share; sales, paid: money; result: money
    Limits: a venture that pays nothing feeds no research; one that pays well feeds the share of sales.
    Source: definition
    """
    return min(share * sales, max(paid, 0.0) / max(intensity, 1e-9))


@rule
def spillover_reach(distance: float, presence: float) -> float:
    """Part of an origin's spillovers that reach a firm of the other origin: more the more it works where they arise.

    Formula: distance + (1 - distance) * presence
    Units: distance, presence: share; result: share
    Limits: full presence learns as locals do; without presence `distance` is left.
    Source: [Jiang2018]; the form assumed
    """
    return distance + (1.0 - distance) * presence
