"""Metrics that no table holds and that follow from those it holds: declared once, with unit and formula.

Each is a function of yearly series of one sector and region, [..., year], so that it can be asked of numbers by hand.
Flows of the series are sums over the year, states those of the fourth quarter, as in the tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.machine.declare import Field
from sim.measures.flips import flip_times, restricted
from sim.measures.sales import SOLD, by_way

Floats = NDArray[np.float64]
Series = Mapping[str, Floats]
VALUE = "bn 2020 USD"
DISCOUNT = 0.98  # a quarter, of welfare and profit over years
FIRST = 2027  # of what is added up, unless an outcome says otherwise


@dataclass(frozen=True)
class Derived:
    """A derived metric: its declaration, the metrics it needs, and how it follows from them.

    compute(series, years, since) -> [..., year]; regional: from `markets`, else from `trajectories`; absolute: two
    values are compared by their difference even if they are large.
    """

    field: Field
    needs: tuple[str, ...]
    compute: Callable[[Series, NDArray[np.int64], int], Floats]
    regional: bool = False


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, nan where the whole is nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))


def accumulated(flow: Floats, years: NDArray[np.int64], since: int) -> Floats:
    """Sum of a flow from the year `since`; nan before."""
    counted = np.where(years >= since, np.nan_to_num(flow), 0.0)
    return np.asarray(np.where(years >= since, np.cumsum(counted, axis=-1), np.nan))


def present_value(flow: Floats, years: NDArray[np.int64], since: int) -> Floats:
    """Sum of a yearly flow from the year `since`, discounted to its beginning at `DISCOUNT` a quarter."""
    return accumulated(flow * DISCOUNT ** (4.0 * np.maximum(years - since, 0)), years, since)


def mean_since(state: Floats, years: NDArray[np.int64], since: int) -> Floats:
    """Mean of a state from the year `since`, years without a value left out."""
    known = np.where(np.isnan(state), 0.0, 1.0)
    return ratio(accumulated(state, years, since), accumulated(known, years, since))


def flip_year(level: Floats, years: NDArray[np.int64], since: int) -> Floats:
    """First year at whose end the level is at least 1 and stays so to the end of the next, repeated over all years.

    A path that never flips has the year after the last: a mean over runs is then a mean restricted to the report.
    """
    ongoing = np.concatenate([level, level[..., -1:]], axis=-1)  # the last year is taken to go on
    found = restricted(flip_times(ongoing, years, hold=2), years[-1] + 1.0)
    missing = np.isnan(level).all(axis=-1)
    return np.broadcast_to(np.where(missing, np.nan, found)[..., None], level.shape).copy()


def _share(part: str, whole: str) -> Callable[[Series, NDArray[np.int64], int], Floats]:
    return lambda series, years, since: ratio(series[part], series[whole])


def _sums(part: str, whole: str, scale: float = 1.0) -> Callable[[Series, NDArray[np.int64], int], Floats]:
    def compute(series: Series, years: NDArray[np.int64], since: int) -> Floats:
        return scale * ratio(accumulated(series[part], years, since), accumulated(series[whole], years, since))

    return compute


def _value(metric: str) -> Callable[[Series, NDArray[np.int64], int], Floats]:
    return lambda series, years, since: present_value(series[metric], years, since)


def _mean(metric: str) -> Callable[[Series, NDArray[np.int64], int], Floats]:
    return lambda series, years, since: mean_since(series[metric], years, since)


def _joint_venture(series: Series, years: NDArray[np.int64], since: int) -> Floats:
    ventures = series["active_market_access"] + series["active_co_innovation"]
    return ratio(ventures, ventures + series["wholly_owned_share"] * series["firms_multinational"])


def _at_risk(series: Series, years: NDArray[np.int64], since: int) -> Floats:
    return (1.0 - (1.0 - series["hazard"]) ** 4) * series["dependence"]


def _powered(series: Series, years: NDArray[np.int64], since: int) -> Floats:
    return np.maximum(series["chinese_content"] - series["chinese_share"], 0.0)


def _way(way: str) -> Callable[[Series, NDArray[np.int64], int], Floats]:
    return lambda series, years, since: np.asarray(getattr(by_way(series), way))


def _abroad(text: str, way: str) -> Derived:
    """What is sold in a region by one way, as a share of its market."""
    return Derived(_metric("share", text, f"`{way}` of sim/measures/sales.py"), SOLD, _way(way), regional=True)


def _joint_profit(series: Series, years: NDArray[np.int64], since: int) -> Floats:
    return present_value(series["profit_multinational"] + series["profit_chinese"], years, since)


def _metric(unit: str, text: str, formula: str) -> Field:
    return Field(unit, text, formula=formula)


def _part(text: str, kind: str) -> Derived:
    """A type's share of partnerships in force."""
    return Derived(_metric("share", text, f"{kind} / active"), (kind, "active"), _share(kind, "active"))


def _added(unit: str, text: str, one: str, other: str) -> Derived:
    """One flow or stock over another, both added up."""
    return Derived(_metric(unit, text, f"{one} / {other}, both added up"), (one, other), _sums(one, other))


_PRESENT = "discounted by 2 % a quarter"
DERIVED: dict[str, Derived] = {
    "flip_year": Derived(
        _metric("year", "Year of the flip", "first year-end of a level of 1 that holds for a year; else the year "
                                            "after the last"),
        ("technology_level",),
        lambda series, years, since: flip_year(series["technology_level"], years, since),
    ),
    "market_access_share": _part("Market access among partnerships", "active_market_access"),
    "co_innovation_share": _part("Co-innovation among partnerships", "active_co_innovation"),
    "globalize_share": _part("Globalising among partnerships", "active_globalize"),
    "joint_venture_share": Derived(
        _metric("share", "Partnerships among operations in China", "market access and co-innovation / (these + wholly "
                                                                   "owned)"),
        ("active_market_access", "active_co_innovation", "wholly_owned_share", "firms_multinational"), _joint_venture,
    ),
    "inefficient_share": _added("share", "Ends that destroy value", "inefficient_exits", "exits"),
    "end_rate": _added("1/year", "Ends a partnership and year", "exits", "active"),
    "renegotiation_rate": _added("1/year", "Renegotiations a partnership and year", "renegotiations", "active"),
    "switch_rate": _added("1/year", "Changes of type a partnership and year", "conversions", "active"),
    "own_research_share": Derived(
        _metric("share", "Chinese R&D in Chinese and multinationals' R&D", "rd_chinese / (rd_chinese + "
                                                                           "rd_multinational)"),
        ("rd_chinese", "rd_multinational"),
        lambda series, years, since: ratio(series["rd_chinese"], series["rd_chinese"] + series["rd_multinational"]),
    ),
    "at_risk": Derived(
        _metric("share", "Sales expected to be cut off within a year", "(1 - (1 - hazard)^4) x dependence"),
        ("hazard", "dependence"), _at_risk,
    ),
    "autonomy_index": Derived(
        _metric("share", "Autonomy index", "1 - dependence"),
        ("dependence",), lambda series, years, since: 1.0 - series["dependence"],
    ),
    "joint_profit_value": Derived(
        _metric(VALUE, "Profit of both sides, present value", f"profits of both, {_PRESENT}"),
        ("profit_multinational", "profit_chinese"), _joint_profit,
    ),
    **{
        f"{name}_value": Derived(_metric(VALUE, f"{text}, present value", f"{name}, {_PRESENT}"), (name,), _value(name))
        for name, text in {
            "profit_multinational": "Profit of multinationals", "profit_chinese": "Profit of Chinese firms",
            "consumer_surplus": "Consumer surplus", "welfare": "World welfare",
        }.items()
    },
    "technology_gap_mean": Derived(
        _metric("log", "Technology gap, mean over years", "mean of technology_gap"),
        ("technology_gap",), _mean("technology_gap"),
    ),
    "local_part": Derived(
        _metric("share", "Chinese brands' sales that are made locally", "local_chinese / chinese_share"),
        ("local_chinese", "chinese_share"), _share("local_chinese", "chinese_share"), regional=True,
    ),
    "powered_share": Derived(
        _metric("share", "Other brands on Chinese technology", "chinese_content - chinese_share"),
        ("chinese_content", "chinese_share"), _powered, regional=True,
    ),
    "chinese_exports": _abroad("Chinese brands, exported from China", "chinese_exports"),
    "chinese_plants": _abroad("Chinese brands, made in plants of their own there", "chinese_plants"),
    "chinese_partners": _abroad("Chinese brands, made by partners there", "chinese_partners"),
    "lead_plants": _abroad("Multinationals' brands, made outside China", "lead_plants"),
    "china_base": _abroad("Multinationals' brands, made in China", "china_base"),
    "outside_good": _abroad("What neither sells", "outside"),
    "regional_welfare_value": Derived(
        _metric(VALUE, "Welfare, present value", f"welfare of the region, {_PRESENT}"),
        ("welfare",), _value("welfare"), regional=True,
    ),
    "regional_profit_value": Derived(
        _metric(VALUE, "Profit of firms owned here, present value", f"profit_owners, {_PRESENT}"),
        ("profit_owners",), _value("profit_owners"), regional=True,
    ),
}  # fmt: skip
