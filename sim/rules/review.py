"""Whether a partnership goes on: review, renegotiation that can fail, ends and trust (M9, M10, M11, M16)."""

from sim.arithmetic import clip
from sim.compiled import rule


@rule
def dissatisfied(pay: float, outside: float, tolerance: float) -> bool:
    """A side asks for new terms when what it gets falls short of its best alternative by more than the tolerance."""
    return pay < outside - tolerance


@rule
def renegotiation_chance(base: float, trust: float, moved: float, strain: float) -> float:
    """Chance that talks succeed: base (0.5 + 0.5 trust) - strain x move of the technology balance, within [0, 1].

    Contracts with an adaptation clause have a higher base. Source: [Ernst2005].
    """
    return clip(base * (0.5 + 0.5 * trust) - strain * moved, 0.0, 1.0)


@rule
def worth_moving(gain: float, cost: float, hysteresis: float) -> bool:
    """Real options: move only when the gain exceeds the cost of moving by the hysteresis ratio.

    1.37 at 10 % yearly volatility and a 5 % rate; 1 without uncertainty. Source: [Dixit1994].
    """
    return gain > hysteresis * cost


@rule
def plant_use(plant: float, fills: float) -> float:
    """What a side can make of the venture's plant: its value times how well the side's own products fill it."""
    return plant * clip(fills, 0.0, 1.0)


@rule
def trust_next(trust: float, kept: float, speed: float) -> float:
    """Next trust: towards 1 if promises were kept, towards 0 if not. T_t = x + (T_0 - x) (1 - omega)**t."""
    return trust + speed * (kept - trust)
