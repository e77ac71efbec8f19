"""A run by year, in float64: what summary, differences and final outcomes are computed from."""

from collections.abc import Container
from functools import cache

import numpy as np
import pyarrow as pa

from sim.records import Market, Outcome
from sim.study.arrays import arrow, known
from sim.study.tables import Frame, Measures, Values, fields, grid, named, table

YEARLY: dict[str, type] = {"yearly": Outcome, "yearly_markets": Market}
FINAL: dict[str, type] = {"final": Outcome, "final_markets": Market}

# `sim.columns` does not say which metrics are flows. Money is always per quarter; of the others, these count or add up
# what happened in a quarter. All remaining metrics are states (or ratios) and a year shows its last quarter.
_COUNTED = {"formations", "renegotiations", "conversions", "buyouts", "dissolutions", "severances", "exits"}
_COUNTED |= {"inefficient_exits", "refusals", "flips", "entries", "bankruptcies"}
_COUNTED |= {"knowledge_to_chinese", "knowledge_to_multinational"}


def is_flow(metric: str, unit: str) -> bool:
    """Whether a metric sums over a year."""
    return unit == "money" or metric in _COUNTED or metric.startswith("adoptions_")


@cache
def _flows(declared: type) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([is_flow(name, field.unit) for name, field in fields(declared).items()])


def by_year(declared: type, values: Values) -> Values:
    """[metric, quarter, ...] as [metric, year, ...]: flows summed, states of the last quarter."""
    quarters = values.reshape(len(values), -1, 4, *values.shape[2:])
    out = quarters[:, :, 3].copy()
    flows = _flows(declared)
    out[flows] = quarters[flows].sum(axis=2)
    return out


def yearly(measures: Measures, frame: Frame, seed: int, wanted: Container[str] = YEARLY) -> dict[str, pa.Table]:
    """Tables `yearly` (by sector) and `yearly_markets` (by sector and region), both with the sector `all`."""
    return {
        name: _table(declared, by_year(declared, values), frame.years[0], frame, seed)
        for (name, declared), values in zip(YEARLY.items(), measures[:2], strict=True)
        if name in wanted
    }


def final(measures: Measures, frame: Frame, seed: int) -> dict[str, pa.Table]:
    """Tables `final` and `final_markets`: the last year of `yearly`."""
    return {
        name: _table(declared, by_year(declared, values[:, -4:]), frame.years[-1], frame, seed)
        for (name, declared), values in zip(FINAL.items(), measures[:2], strict=True)
    }


def shortened(table: pa.Table) -> pa.Table:
    """A table with its metrics in float32."""
    doubles = pa.float64()
    fields_ = [each.with_type(pa.float32()) if each.type == doubles else each for each in table.schema]
    return table.cast(pa.schema(fields_, table.schema.metadata))


def _table(declared: type, values: Values, first: int, frame: Frame, seed: int) -> pa.Table:
    """Metrics [metric, year, ...] from the year `first`, with keys."""
    index = grid(*values.shape[1:])
    keys = {
        "year": arrow((index[0] + first).astype(np.int32)),
        "sector": named(index[1], frame.sectors),
    }
    if len(index) == 3:
        keys["region"] = named(index[2], frame.labels.regions)
    flat = values.reshape(len(values), -1)
    metrics = {name: known(flat[row]) for row, name in enumerate(fields(declared))}
    return table({**frame.run(seed, flat.shape[1]), **keys, **metrics}, fields(declared))
