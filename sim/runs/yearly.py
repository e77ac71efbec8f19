"""A run by year: what summary, differences and final outcomes are computed from."""

from collections.abc import Callable, Container, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.model.records import Market, Outcome
from sim.runs.tables import Frame, Measures, Values, fields, metrics, pool, shortened, total

YEARLY: dict[str, type] = {"yearly": Outcome, "yearly_markets": Market}
FINAL: dict[str, type] = {"final": Outcome, "final_markets": Market}

# `sim.model.columns` does not say which metrics are flows. Money is always per quarter; of the others, these count or
# add up what happened in a quarter. All remaining metrics are states (or ratios) and a year shows its last quarter.
_COUNTED = {"formations", "renegotiations", "conversions", "buyouts", "dissolutions", "severances", "exits"}
_COUNTED |= {"inefficient_exits", "refusals", "flips", "entries", "bankruptcies"}
_COUNTED |= {"product_flips", "access_flips", "gains_multinational", "gains_chinese", "buyouts_chinese"}
_COUNTED |= {"knowledge_to_chinese", "knowledge_to_multinational"}


def is_flow(metric: str, unit: str) -> bool:
    """Whether a metric sums over a year."""
    return unit == "money" or metric in _COUNTED or metric.startswith(("adoptions_", "ends_"))


def flowing(declared: type, metrics: Sequence[str]) -> NDArray[np.bool_]:
    """Which metrics sum over a year."""
    return np.array([is_flow(name, fields(declared)[name].unit) for name in metrics], np.bool_)


class Years(NamedTuple):
    """Metrics of a run by year, with the sector `all`: [metric, year, sector, ...]."""

    outcome: Values
    markets: Values


Held = Callable[[Values], NDArray[Any]]


def exact(values: Values) -> Values:
    """Numbers as they are."""
    return values


def years(written: Measures, frame: Frame, begin: int = 0, held: Held = shortened) -> Years:
    """All that the tables by year hold, of the years reported; `begin`: quarter with which the metrics begin; `held`:
    how quarters are stored."""
    cropped = (values[:, frame.reported(begin)] for values in written[:2])
    return Years(*(by_year(declared, values, held) for declared, values in zip(YEARLY.values(), cropped, strict=True)))


def by_year(declared: type, values: Values, held: Held = exact) -> Values:
    """[metric, quarter, sector, ...] as [metric, year, sector, ...]: flows summed, states of the last quarter; of
    quarters as they are `held`.

    The last sector is the pool of all. Only the last quarters are pooled in full: flows are sums over sectors too.
    """
    out = held(pool(declared, values[:, 3::4])).astype(np.float64)
    flow = flowing(declared, tuple(fields(declared)))
    flows = values[flow]
    out[flow] = summed(held(np.concatenate([flows, np.expand_dims(total(flows, 2), 2)], axis=2)))
    return out


def summed(quarters: NDArray[Any]) -> Values:
    """Flows by year: [metric, quarter, ...] as [metric, year, ...]."""
    first, second, third, fourth = (quarters[:, quarter::4].astype(np.float64) for quarter in range(4))
    return np.asarray(first + second + third + fourth)


def yearly(measured: Years, frame: Frame, seed: int, wanted: Container[str] = YEARLY) -> dict[str, pa.Table]:
    """Tables `yearly` (by sector) and `yearly_markets` (by sector and region), both with the sector `all`; metrics are
    float32."""
    return {
        name: _table(name, declared, values.astype(np.float32), frame, seed)
        for (name, declared), values in zip(YEARLY.items(), measured, strict=True)
        if name in wanted
    }


def final(last: Years, frame: Frame, seed: int) -> dict[str, pa.Table]:
    """Tables `final` and `final_markets`: the last year, in float64 and full precision."""
    return {
        name: _table(name, declared, values, frame, seed)
        for (name, declared), values in zip(FINAL.items(), last, strict=True)
    }


def _table(name: str, declared: type, values: NDArray[Any], frame: Frame, seed: int) -> pa.Table:
    return metrics(name, declared, values, {**frame.run(seed, values[0].size), **frame.yearly(*values.shape[1:])})
