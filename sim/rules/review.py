"""Whether a partnership goes on: review, renegotiation that can fail, ends and trust (M9, M10, M11, M16)."""

from sim.arithmetic import clip
from sim.compiled import rule


@rule
def dissatisfied(pay: float, outside: float, tolerance: float) -> bool:
    """A side asks for new terms when what it gets falls short of its best alternative by more than the tolerance.

    Formula: pay < outside - tolerance
    Units: pay, outside, tolerance: money, present values; result: flag
    Limits: a side exactly at its alternative stays; tolerance 0 moves it at the first loss.
    Source: definition
    """
    return pay < outside - tolerance


@rule
def renegotiation_chance(base: float, trust: float, moved: float, strain: float) -> float:
    """Chance that talks succeed: more with trust, less the further the technology balance has moved.

    Contracts with an adaptation clause have a higher base.

    Formula: clip(base * (0.5 + 0.5 * trust) - strain * moved, 0, 1)
    Units: base: probability; trust, moved: share; strain: 1; result: probability
    Limits: `base` at full trust and nothing moved, half of it without trust.
    Source: [Ernst2005]; the form assumed
    """
    return clip(base * (0.5 + 0.5 * trust) - strain * moved, 0.0, 1.0)


@rule
def gain_by_terms(before: float, after: float) -> float:
    """What new terms are worth to a side beyond the old ones; rounding is nobody's gain.

    Formula: after - before if abs(after - before) > 1e-6 * max(abs(before), abs(after)) else 0
    Units: before, after: money; result: money
    Limits: terms that law leaves as they were bring nothing.
    Source: definition
    """
    gain = after - before
    return gain if abs(gain) > 1e-6 * max(abs(before), abs(after)) else 0.0


@rule
def worth_moving(gain: float, cost: float, hysteresis: float) -> bool:
    """Real options: move only when the gain exceeds the cost of moving by the hysteresis ratio.

    1.37 at 10 % yearly volatility and a 5 % rate.

    Formula: gain > hysteresis * cost
    Units: gain, cost: money, present values; hysteresis: ratio; result: flag
    Limits: ratio 1 is the rule without uncertainty; a gain equal to the bound does not move.
    Source: [Dixit1994]
    """
    return gain > hysteresis * cost


@rule
def plant_use(plant: float, fills: float) -> float:
    """What a side can make of the venture's plant: its value times how well the side's own products fill it.

    Formula: plant * clip(fills, 0, 1)
    Units: plant: money; fills: share; result: money
    Limits: nothing to fill it with, nothing; never more than the plant.
    Source: assumed
    """
    return plant * clip(fills, 0.0, 1.0)


@rule
def trust_next(trust: float, kept: float, speed: float) -> float:
    """Next trust: towards 1 if promises were kept, towards 0 if not.

    With the same news each quarter the distance to it falls as (1 - speed)**t.

    Formula: trust + speed * (kept - trust)
    Units: trust: share; kept: 1 or 0; speed: 1/quarter; result: share
    Limits: speed 0 keeps trust for ever, 1 makes it the last quarter's news.
    Source: assumed
    """
    return trust + speed * (kept - trust)
