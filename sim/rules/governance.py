"""Speed against control, dependence against autonomy (M12, M13)."""

from sim.arithmetic import clip
from sim.compiled import rule


@rule
def autonomy(gain: float, exposure: float, hold_up: float) -> float:
    """Decisions left to a venture: speed is worth `gain` per unit, hold-up costs hold_up g**2 / 2 x exposure.

    The optimum min(1, gain / (hold_up exposure)).
    """
    cost = hold_up * exposure
    return clip(gain / cost, 0.0, 1.0) if cost > 0.0 else 1.0


@rule
def hold_up_cost(autonomy: float, exposure: float, hold_up: float) -> float:
    """Cost of autonomy: hold_up g**2 / 2 x exposure."""
    return 0.5 * hold_up * autonomy * autonomy * exposure


@rule
def development_months(slow: float, speed: float, veto: float, autonomy: float) -> float:
    """Months to develop a product: slow / speed**2, plus the delay of shared vetoes, largest at half autonomy.

    45 months of a mass-market carmaker fall to about 24 at a speed of 1.37. Shared control is the worst of both when
    the veto's delay is long.
    """
    return slow / (speed * speed) + 4.0 * veto * autonomy * (1.0 - autonomy)


@rule
def governance_cost(base: float, trust_end: float, trust: float) -> float:
    """Cost of running a partnership, falling with trust: base (trust_end - trust)_+."""
    return base * max(trust_end - trust, 0.0)


@rule
def hedge_level(hazard: float, loss: float, cost: float) -> float:
    """Share of dependence worth covering in-house, with quadratic cost: min(1, q L / c). No hazard, no hedge."""
    return clip(hazard * loss / cost, 0.0, 1.0)


@rule
def dependence_cost(hazard: float, loss: float, hedge: float, cost: float) -> float:
    """Expected loss of being cut off, a quarter, per unit of dependent profit: q L (1 - h) + c h**2 / 2."""
    return hazard * loss * (1.0 - hedge) + 0.5 * cost * hedge * hedge


@rule
def perceived_hazard(hazard: float, event: float, up: float, down: float) -> float:
    """Next perceived chance of being cut off: quick to rise after an event nearby, slow to fall."""
    weight = up if event > hazard else down
    return hazard + weight * (event - hazard)
