"""What a contract says: the laws of sim/model/rules/bargaining.py."""

from sim.model.columns import Partnerships, Policy
from sim.model.rules import bargaining
from tests.rules.declared import between, money, present_value, share, within
from tests.rules.law import SIGN, Law, Laws, least, most, written

SPLIT = {
    "value": present_value,
    "outside_m": present_value,
    "outside_c": present_value,
    "power": within("bargaining_power"),
}
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
    bargaining.nash_pay: Law(
        SPLIT,
        rises="value outside_c",
        falls="outside_m",
        free={"power": SIGN},
        limits=(
            ({"power": 0.0}, "outside_c"),
            ({"power": 1.0}, lambda value, outside_m, **_: value - outside_m),
        ),
        money="value outside_m outside_c",
        degree=1,
    ),
    bargaining.stall_pay: Law(
        SPLIT,
        rises="value outside_c",
        falls="outside_m",
        free={"power": SIGN},
        low="outside_c",
        limits=(
            ({"value": 1.0, "outside_m": -10.0, "outside_c": -10.0}, "power"),
            ({"value": 2.0, "outside_m": 2.0, "outside_c": -10.0}, 0.0),
            ({"value": 1.0, "outside_m": -10.0, "outside_c": 1.0}, 1.0),
        ),
        money="value outside_m outside_c",
        degree=1,
    ),
    bargaining.sale_price: Law(
        {"use_m": money, "use_c": money, "power": within("bargaining_power")},
        rises="use_m use_c",
        free={"power": "draws the price towards what the plant is worth to the multinational"},
        low=least("use_m", "use_c"),
        high=most("use_m", "use_c"),
        limits=(({"use_m": 2.0, "use_c": 2.0}, 2.0), ({"use_m": 0.0, "power": 0.5}, lambda use_c, **_: 0.5 * use_c)),
        money="use_m use_c",
        degree=1,
    ),
    bargaining.royalty_needed: Law(
        {
            "wanted": present_value,
            "profit": present_value,
            "sales": money,
            "cap": within("cap", Policy),
            "usual": between(0.0, 0.3),
            "ceiling": between(0.0, 0.5),
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
            "most": within("openness_most"),
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
