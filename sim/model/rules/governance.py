"""Speed against control, dependence against autonomy (M12, M13)."""

from sim.machine.arithmetic import clip
from sim.machine.compiled import rule


@rule
def autonomy(gain: float, exposure: float, hold_up: float) -> float:
    """Decisions left to a venture: speed gains `gain` per unit, hold-up costs hold_up g**2 / 2 x exposure.

    Formula: clip(gain / (hold_up * exposure), 0, 1) if hold_up * exposure > 0 else 1
    Units: gain, exposure: money, present values; hold_up: 1; result: share
    Limits: no exposure, full autonomy; no gain, none.
    Source: assumed
    """
    cost = hold_up * exposure
    return clip(gain / cost, 0.0, 1.0) if cost > 0.0 else 1.0


@rule
def hold_up_cost(autonomy: float, exposure: float, hold_up: float) -> float:
    """Cost of autonomy: a partner with a free hand can hold the other up.

    Formula: 0.5 * hold_up * autonomy * autonomy * exposure
    Units: autonomy: share; exposure: money a quarter; hold_up: 1; result: money a quarter
    Limits: no autonomy or no exposure, no cost.
    Source: assumed
    """
    return 0.5 * hold_up * autonomy * autonomy * exposure


@rule
def development_months(slow: float, speed: float) -> float:
    """Months to develop a product.

    45 months of a mass-market carmaker fall to about 24 at a speed of 1.37.

    Formula: slow / (speed * speed)
    Units: slow: months; speed: ratio; result: months
    Limits: speed 1 takes `slow` months.
    Source: assumed; months of carmakers in the project's series.csv
    """
    return slow / (speed * speed)


@rule
def governance_cost(base: float, trust_end: float, trust: float) -> float:
    """Cost of running a partnership, falling with trust.

    Formula: base * max(trust_end - trust, 0)
    Units: base: share of market per firm a year; trust_end: trust at which the cost vanishes; trust: share; result: as
        base
    Limits: 0 at `trust_end` and above; base * trust_end without trust.
    Source: assumed
    """
    return base * max(trust_end - trust, 0.0)


@rule
def hedge_level(hazard: float, loss: float, cost: float) -> float:
    """Share of dependence worth covering in-house, against a quadratic cost.

    Formula: clip(hazard * loss / cost, 0, 1)
    Units: hazard: probability a quarter; loss: quarters of dependent profit; cost: ratio to dependent profit; result:
        share
    Limits: no hazard, no hedge; a hazard * loss above the cost is covered in full.
    Source: assumed
    """
    return clip(hazard * loss / cost, 0.0, 1.0)


@rule
def dependence_cost(hazard: float, loss: float, hedge: float, cost: float) -> float:
    """Expected loss of being cut off, a quarter, per unit of dependent profit, with the hedge and its cost.

    Formula: hazard * loss * (1 - hedge) + 0.5 * cost * hedge * hedge
    Units: hazard: probability a quarter; loss: quarters of dependent profit; hedge: share; cost: ratio to dependent
        profit; result: ratio to dependent profit
    Limits: without hazard only the hedge costs; least at `hedge_level`.
    Source: assumed
    """
    return hazard * loss * (1.0 - hedge) + 0.5 * cost * hedge * hedge


@rule
def perceived_hazard(hazard: float, event: float, up: float, down: float) -> float:
    """Next perceived chance of being cut off: quick to rise after an event nearby, slow to fall.

    Formula: hazard + (up if event > hazard else down) * (event - hazard)
    Units: hazard, event: probability a quarter; up, down: 1/quarter; result: probability a quarter
    Limits: rates 0 freeze it, rates 1 make it the last event.
    Source: assumed
    """
    weight = up if event > hazard else down
    return hazard + weight * (event - hazard)
