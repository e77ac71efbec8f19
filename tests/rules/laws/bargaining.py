"""What a contract says: the laws of sim/rules/bargaining.py."""

from hypothesis import strategies as st

from sim.columns import Partnerships, Policy
from sim.rules import bargaining
from tests.rules.declared import money, present_value, share, within
from tests.rules.law import SIGN, SWITCH, Law, Laws, most, written

LAWS: Laws = {
    bargaining.annuity: Law(
        {"discount": within("discount"), "horizon": within("horizon")},
        rises="discount horizon",
        low=1.0,
        high="horizon",
        limits=(({"discount": 1.0}, lambda horizon, **_: int(horizon)), ({"discount": 0.0}, 1.0)),
    ),
    bargaining.ramp_value: Law(
        {"discount": within("discount"), "horizon": within("horizon")},
        rises="discount horizon",
        low=0.0,
        high=lambda horizon, **_: horizon * (horizon - 1.0) / 2.0,
        limits=(
            ({"discount": 1.0}, lambda horizon, **_: int(horizon) * (int(horizon) - 1) / 2),
            ({"discount": 0.0}, 0.0),
        ),
    ),
    bargaining.chinese_pay: Law(
        {
            "value": present_value,
            "outside_m": present_value,
            "outside_c": present_value,
            "power": within("bargaining_power"),
            "deal_me_out": st.booleans(),
        },
        rises="value outside_c",
        falls="outside_m",
        free={"power": SIGN, "deal_me_out": SWITCH},
        limits=(
            ({"power": 0.0, "deal_me_out": False}, "outside_c"),
            ({"power": 1.0, "deal_me_out": False}, lambda value, outside_m, **_: value - outside_m),
            ({"power": 0.0, "deal_me_out": True, "value": 1.0, "outside_m": 0.0, "outside_c": 0.0}, 0.0),
        ),
        money="value outside_m outside_c",
        degree=1,
    ),
    bargaining.royalty_needed: Law(
        {
            "wanted": present_value,
            "profit": present_value,
            "sales": money,
            "cap": within("cap", Policy),
            "usual": within("royalty"),
            "ceiling": within("royalty_ceiling"),
        },
        rises="wanted ceiling",
        free={
            "profit": "pays for equity, and for the usual royalty",
            "sales": "bear the royalty, and are what it is a share of",
            "cap": "more equity leaves less to royalty, unless more is wanted than there is",
            "usual": "is paid first, and leaves less to equity",
        },
        low=0.0,
        high=most("usual", "ceiling"),
        limits=(({"sales": 0.0}, 0.0), ({"wanted": 0.0, "profit": 1.0}, 0.0)),
        money="wanted profit sales",
    ),
    bargaining.equity_share: Law(
        {"wanted": present_value, "profit": present_value, "royalty": money, "low": share, "high": share},
        rises="wanted low high",
        free={"profit": "what is shared, or a loss", "royalty": "comes off what is wanted and off what is shared"},
        low="low",
        high="high",
        limits=(({"profit": 0.0, "low": 0.0, "high": 1.0}, 0.5),),
        money="wanted profit royalty",
        where=lambda low, high, **_: low <= high,
    ),
    bargaining.openness: Law(
        {
            "most": within("openness_co_innovation"),
            "gain": money,
            "leak": money,
            "ip_bonus": within("ip_openness"),
            "promised": within("mandate", Policy),
        },
        rises="most gain ip_bonus promised",
        falls="leak",
        **written("openness", Partnerships),
        limits=(({"promised": 1.0}, 1.0), ({"gain": 0.0}, "promised"), ({"most": 0.0}, "promised")),
        money="gain leak",
    ),
}
