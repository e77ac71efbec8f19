"""Birth and death of firms: the laws of sim/model/rules/firms.py."""

from hypothesis import strategies as st

from sim.model.columns import Policy, Sectors
from sim.model.rules import firms
from tests.rules.declared import between, log_points, present_value, share, within
from tests.rules.law import Law, Laws, draw

LAWS: Laws = {
    firms.entry_chance: Law(
        {
            "rate": within("entry_rate", Sectors),
            "firms": st.integers(0, 100).map(float),
            "window": share,
            "support": within("subsidy_rd", Policy),
        },
        rises="rate firms support",
        peaks={"window": 0.5},
        low=0.0,
        high=1.0,
        limits=(({"rate": 0.0}, 0.0), ({"firms": 0.0}, 0.0)),
    ),
    firms.entrant_technology: Law(
        {"best": log_points, "discount": between(0.0, 2.0), "draw": draw},
        rises="best",
        falls="discount draw",
        high="best",
        limits=(({"discount": 0.0}, "best"), ({"draw": 0.0}, lambda best, discount, **_: best - discount)),
    ),
    firms.in_distress: Law(
        {"worth": present_value},
        falls="worth",
        limits=(({"worth": -1e-9}, True), ({"worth": 0.0}, False)),
        money="worth",
    ),
}
