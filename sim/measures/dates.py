"""Years and quarters: quarters are counted from 1979Q1, which is 0."""

from sim.model.columns import FIRST_YEAR


def quarter_of(year: float, part: int = 1) -> int:
    """Index of a year's first quarter, or of its second, third, fourth by `part`; 2008.25 is its second."""
    return int((year - FIRST_YEAR) * 4) + part - 1
