"""Birth and death of firms (M18)."""

from sim.machine.compiled import rule


@rule
def entry_chance(rate: float, firms: float, window: float, support: float) -> float:
    """Chance that a Chinese firm enters a sector: more while a window is open and where R&D is supported.

    Formula: min(0.25 * rate * firms * (1 + 16 * window * (1 - window) + support), 1)
    Units: rate: 1/year; firms: count; window: share of demand for the newest generation; support: ratio to reference
        R&D; result: probability a quarter
    Limits: the window's part is 4 when old and new generation share demand and 0 at either end; rate = 0, no entry.
    Source: assumed
    """
    return min(0.25 * rate * firms * (1.0 + 16.0 * window * (1.0 - window) + support), 1.0)


@rule
def entrant_technology(best: float, discount: float, draw: float) -> float:
    """An entrant imitates the best firm it can see, from a distance of `discount`, less luck.

    Formula: best - discount * max(1 + 0.5 * draw, 0)
    Units: best, discount: log; draw: standard deviations; result: log
    Limits: nobody enters above the best; discount 0 enters level with it.
    Source: assumed
    """
    return best - discount * max(1.0 + 0.5 * draw, 0.0)


@rule
def in_distress(worth: float) -> bool:
    """A firm is in distress when it owes more than it owns.

    Formula: worth < 0
    Units: worth: money; result: flag
    Limits: a firm that owes nothing is never in distress, however small.
    Source: definition
    """
    return worth < 0.0
