"""Ranges, defaults and off values as the model declares them, for tests that should move with the declarations."""

from typing import Any

from hypothesis import strategies as st

from sim.columns import fields
from sim.parameters import defaults, parameters

DEFAULT = defaults()
OFF = {name: parameter.off for name, parameter in parameters().items() if parameter.off is not None}

share = st.floats(0.0, 1.0, allow_subnormal=False)
inner = st.floats(0.001, 0.999)  # a share that is neither nothing nor all
log_points = st.floats(-10.0, 10.0, allow_subnormal=False)
money = st.floats(0.0, 1e6, allow_subnormal=False)
present_value = st.floats(-1e6, 1e6, allow_subnormal=False)
money_unit = st.integers(-20, 20).map(lambda power: 2.0**power)  # powers of two, so that rescaling rounds nothing


def within(name: str, table: Any = None) -> st.SearchStrategy[float]:
    """Any value inside the declared bounds of a parameter or, with its table, of a column."""
    declared = fields(table)[name] if table else parameters()[name]
    return st.floats(declared.low, declared.high, allow_subnormal=False)
