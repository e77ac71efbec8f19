"""Ranges, defaults and off values as the model declares them, for tests that should move with the declarations."""

from typing import Any

from hypothesis import strategies as st

from sim.machine.declare import fields
from sim.model.parameters import defaults, parameters

DEFAULT = defaults()
OFF = {name: parameter.off for name, parameter in parameters().items() if parameter.off is not None}
AT_WORK = {name: parameter.at_work for name, parameter in parameters().items()}


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """Any value between the bounds to 12 decimals: nothing so small that products of it lose digits."""
    return st.floats(low, high).map(lambda x: round(x, 12))


share = between(0.0, 1.0)
inner = st.floats(0.001, 0.999)  # a share that is neither nothing nor all
log_points = between(-10.0, 10.0)
money = between(0.0, 1e6)
present_value = between(-1e6, 1e6)
money_unit = st.integers(-20, 20).map(lambda power: 2.0**power)  # powers of two, so that rescaling rounds nothing


def within(name: str, table: Any = None) -> st.SearchStrategy[float]:
    """Any value inside the declared bounds of a parameter or, with its table, of a column."""
    declared = fields(table)[name] if table else parameters()[name]
    return between(declared.low, declared.high)
