"""What two firms can offer together: the laws of sim/model/rules/venture.py."""

from hypothesis import strategies as st

from sim.model.columns import Firms, Partnerships
from sim.model.rules import venture
from tests.rules.declared import between, log_points, share, within
from tests.rules.law import Law, Laws, most, trust, trust_end, written

LAWS: Laws = {
    venture.transfer_lag: Law(
        {
            "base": within("transfer_lag"),
            "trust_end": trust_end,
            "trust": trust,
            "openness_part": share,
            "openness": within("openness", Partnerships),
        },
        rises="base trust_end",
        falls="trust openness_part openness",
        low=0.0,
        high=lambda base, trust_end, **_: base * trust_end,
        limits=(({"trust_end": 1.0, "trust": 1.0}, 0.0), ({"base": 0.0}, 0.0)),
    ),
    venture.complementarity: Law(
        {
            "gain": within("complementarity"),
            "slope": within("complementarity_slope"),
            "gap": log_points,
            "trust": trust,
        },
        rises="gain trust",
        falls="slope",
        peaks={"gap": 0.0},
        low=0.0,
        high="gain",
        limits=(({"gap": 0.0, "trust": 1.0}, "gain"), ({"gain": 0.0}, 0.0)),
    ),
    venture.joint_technology: Law(
        {
            "multinational": within("technology", Firms),
            "chinese": within("technology", Firms),
            "lag": within("transfer_lag"),
            "gain": within("complementarity"),
        },
        rises="multinational chinese gain",
        falls="lag",
        limits=(({"lag": 0.0, "gain": 0.0}, most("multinational", "chinese")),),
    ),
    venture.access_lent: Law(
        {
            "share": within("lend_share"),
            "access": share,
            "distance": between(0.0, 20.0),
            "lead": log_points,
        },
        rises="share access",
        falls="distance lead",
        low=0.0,
        high=lambda share, access, **_: share * access,
        limits=(({"lead": -1.0}, lambda share, access, **_: share * access), ({"access": 0.0}, 0.0)),
    ),
    venture.technology_balance: Law(
        {"gap": log_points, "band": between(0.01, 1.0)},
        falls="gap",
        free={"band": "draws the balance to one half, from either side"},
        **written("technology_balance", Partnerships),
        limits=(({"gap": 0.0}, 0.5), ({"gap": 1e3}, 0.0), ({"gap": -1e3}, 1.0)),
    ),
    venture.access_balance: Law(
        {"chinese": between(0.0, 10.0), "multinational": between(0.0, 10.0)},
        rises="chinese",
        falls="multinational",
        **written("access_balance", Partnerships),
        limits=(({"chinese": 0.0, "multinational": 0.0}, 0.5), ({"chinese": 0.0, "multinational": 0.1}, 0.0)),
    ),
    venture.tie_up: Law(
        {"tied": within("tied_assets"), "ventures": st.integers(0, 10).map(float)},
        falls="tied ventures",
        low=0.05,
        high=1.0,
        limits=(({"tied": 0.0}, 1.0), ({"ventures": 0.0}, 1.0), ({"tied": 0.4, "ventures": 10.0}, 0.05)),
    ),
}
