"""What a rule promises over the whole of its declared inputs: range, directions, limits, freedom from money's unit.

`laws/` holds one page for each page of `sim/model/rules`, with one entry a rule; `test_laws.py` fails when a rule, or
an argument of one, has none. Inputs come from the declarations, and so does the range of what is written to a column.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from sim.machine.declare import INF, fields
from sim.model.columns import Firms, Partnerships, Sectors
from tests.rules.declared import between, within

Arguments = dict[str, Any]
Value = float | str | Callable[..., float]  # a number, the name of an argument, or a function of the arguments


@dataclass(frozen=True)
class Law:
    """A rule's promises.

    inputs: argument -> strategy. rises, falls: arguments with a direction, not strict. peaks: argument -> where it
    turns from rising to falling. free: argument -> why it has no direction. low, high: range of the result. limits:
    arguments held -> result. money: arguments in money, in which the result is of degree `degree`. where: which inputs
    make sense together.
    """

    inputs: dict[str, st.SearchStrategy[Any]]
    rises: str = ""
    falls: str = ""
    peaks: dict[str, float] = field(default_factory=dict)
    free: dict[str, str] = field(default_factory=dict)
    low: Value = -INF
    high: Value = INF
    limits: tuple[tuple[Arguments, Value], ...] = ()
    money: str = ""
    degree: int = 0
    where: Callable[..., bool] | None = None


Laws = dict[Callable[..., Any], Law]


def written(name: str, table: Any) -> dict[str, float]:
    """The declared range of the column that a result is written to."""
    declared = fields(table)[name]
    return {"low": declared.low, "high": declared.high}


def least(*names: str) -> Callable[..., float]:
    return lambda **x: min(x[name] for name in names)


def most(*names: str) -> Callable[..., float]:
    return lambda **x: max(x[name] for name in names)


def quarterly(name: str, table: Any = None) -> st.SearchStrategy[float]:
    """A quarter of an annual rate."""
    return within(name, table).map(lambda rate: 0.25 * rate)


def scaled_sensitivity() -> st.SearchStrategy[float]:
    """alpha_q as markets see it: the sector's, times the scale of all."""
    return st.tuples(within("quality_sensitivity", Sectors), within("quality_scale")).map(lambda x: x[0] * x[1])


elasticity = within("price_elasticity", Sectors)
draw = between(-8.0, 8.0)  # standard normal, further out than any
research = between(0.0, 20.0)  # R&D over reference R&D
perceived = within("hazard", Firms)
trust = within("trust", Partnerships)
trust_end = within("trust_end")
loss = within("cutoff_loss").map(lambda years: 4.0 * years)
SIGN = "turns with the sign of what it multiplies"
SPEED = "how fast, not where to"
SWITCH = "a switch"
