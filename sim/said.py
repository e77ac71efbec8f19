"""Numbers as people read them, in what is printed and in stories: one way of rounding."""

from decimal import Decimal


def number(value: float | None, sign: bool = False, digits: int = 3) -> str:
    """Three significant digits by default, all that stand before the point, and never an exponent; a dash for none."""
    if value is None or value != value:
        return "-"
    plus = "+" if sign else ""
    if abs(value) >= 999.5:
        return f"{value:{plus},.0f}"
    said = f"{value:{plus}.{digits}g}"
    return f"{Decimal(said):{plus}f}" if "e" in said else said


def interval(bounds: list[float] | None) -> str:
    """Low to high; a dash for none."""
    return "-" if bounds is None else f"{number(bounds[0])} to {number(bounds[1])}"
