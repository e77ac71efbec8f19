"""Birth and death of firms (M18)."""

from sim.compiled import rule


@rule
def entry_chance(rate: float, firms: float, window: float, support: float) -> float:
    """Chance that a Chinese firm enters a sector this quarter: more while a window is open and where R&D is supported.

    rate / 4 firms (1 + 16 w (1 - w) + support): the window term peaks when old and new generation share demand.
    """
    return min(0.25 * rate * firms * (1.0 + 16.0 * window * (1.0 - window) + support), 1.0)


@rule
def entrant_technology(best: float, discount: float, draw: float) -> float:
    """An entrant imitates the best firm it can see, from a distance of `discount`, less luck."""
    return best - discount * max(1.0 + 0.5 * draw, 0.0)


@rule
def in_distress(worth: float, sales: float, mean_sales: float, smallest: float) -> bool:
    """A firm is in distress when it owes more than it owns, or sells far less than the mean firm of its origin."""
    return worth < 0.0 or sales < smallest * mean_sales
