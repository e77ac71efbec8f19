"""What a run wrote against the bounds that its quantities declare."""

from math import isfinite, isnan

import numpy as np

from sim.machine.declare import Field
from sim.model.columns import FIRST_YEAR
from sim.model.records import Vintage
from sim.runs.tables import METRICS, Measures, Values, fields

SLACK = 1e-9  # rounding that a bound forgives


class Broken(Exception):
    """A run whose numbers break a declared bound."""

    def __init__(self, message: str, quarter: str) -> None:
        super().__init__(message)
        self.quarter = quarter


def check_bounds(written: Measures, begin: int = 0) -> None:
    """Raises Broken where a metric leaves its declared bounds or is infinite, or what adds up is not a number.

    `begin`: quarter of the first number.
    """
    for declared, values in zip(METRICS.values(), written, strict=True):
        flat = values.reshape(len(values), -1)
        least, most = np.fmin.reduce(flat, axis=1), np.fmax.reduce(flat, axis=1)  # these two pass over nan
        numbers = zip(least.tolist(), most.tolist(), np.isnan(flat.sum(axis=1)).tolist(), strict=True)
        for (name, about), own, (low, high, unknown) in zip(fields(declared).items(), values, numbers, strict=True):
            adds = about.pool == "sum" and declared is not Vintage
            inside = low >= about.low - SLACK and high <= about.high + SLACK and isfinite(high - low)
            if not (inside or isnan(low)) or (adds and unknown):
                _tell(name, about, own, adds, begin)


def _tell(name: str, about: Field, values: Values, adds: bool, begin: int) -> None:
    wrong = (values < about.low - SLACK) | (values > about.high + SLACK) | np.isinf(values) | (adds & np.isnan(values))
    quarter, *where = (int(place) for place in np.argwhere(wrong)[0])
    told = f"{name} is {values[(quarter, *where)]:.6g}, allowed are {about.low:g} to {about.high:g}; sector {where[0]}"
    quarter += begin
    raise Broken(told, f"{FIRST_YEAR + quarter // 4}Q{quarter % 4 + 1}")
