"""A run by year, in float64: what summary, differences and final outcomes are computed from."""

from functools import cache

import numpy as np
import pyarrow as pa

from sim.records import Market, Outcome
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


def yearly(measures: Measures, frame: Frame, seed: int) -> dict[str, pa.Table]:
    """Tables `yearly` (by sector) and `yearly_markets` (by sector and region), both with the sector `all`."""
    return {
        "yearly": _table(Outcome, by_year(Outcome, measures.outcome), frame, seed),
        "yearly_markets": _table(Market, by_year(Market, measures.markets), frame, seed),
    }


def final(made: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Tables `final` and `final_markets`: the last year of `yearly`."""
    found = {}
    for name, source in zip(FINAL, YEARLY, strict=True):
        year = made[source]["year"].chunk(0)
        rows = int((year.to_numpy() == year[-1].as_py()).sum())  # years come one after the other
        found[name] = made[source].slice(made[source].num_rows - rows)
    return found


def shortened(table: pa.Table) -> pa.Table:
    """A table with its metrics in float32."""
    doubles = pa.float64()
    fields_ = [each.with_type(pa.float32()) if each.type == doubles else each for each in table.schema]
    return table.cast(pa.schema(fields_, table.schema.metadata))


def _table(declared: type, values: Values, frame: Frame, seed: int) -> pa.Table:
    index = grid(*values.shape[1:])
    keys = {
        "year": pa.array((index[0] + frame.years[0]).astype(np.int32)),
        "sector": named(index[1], frame.sectors),
    }
    if len(index) == 3:
        keys["region"] = named(index[2], frame.labels.regions)
    flat = values.reshape(len(values), -1)
    metrics = {name: pa.array(flat[row], from_pandas=True) for row, name in enumerate(fields(declared))}
    return table({**frame.run(seed, flat.shape[1]), **keys, **metrics}, fields(declared))
