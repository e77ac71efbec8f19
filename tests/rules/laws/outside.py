"""Outside options in the host: the laws of sim/rules/outside.py."""

from sim.columns import Policy
from sim.rules import outside
from tests.rules.declared import between, money, within
from tests.rules.law import SIGN, Law, Laws, elasticity

kept = between(-1.0, 1.0)
quarters = between(0.0, 80.0)

LAWS: Laws = {
    outside.after_compliance: Law(
        {"cost": within("compliance", Policy), "elasticity": elasticity},
        falls="cost elasticity",
        high=1.0,
        limits=(({"cost": 0.0}, 1.0),),
    ),
    outside.export_value: Law(
        {"profit": money, "kept": kept, "fixed": money, "friction": money, "quarters": quarters},
        rises="kept",
        falls="fixed friction",
        free={"profit": SIGN, "quarters": SIGN},
        limits=(
            ({"quarters": 0.0}, 0.0),
            ({"kept": 1.0, "fixed": 0.0, "friction": 0.0}, lambda profit, quarters, **_: quarters * profit),
        ),
        money="profit fixed friction",
        degree=1,
    ),
    outside.base_value: Law(
        {
            "profit": money,
            "kept": kept,
            "fixed": money,
            "friction": money,
            "quarters": quarters,
            "set_up": money,
        },
        rises="kept",
        falls="fixed friction set_up",
        free={"profit": SIGN, "quarters": SIGN},
        limits=(
            ({"quarters": 0.0}, lambda set_up, **_: -set_up),
            (
                {"kept": 1.0, "fixed": 0.0, "friction": 0.0, "set_up": 0.0},
                lambda profit, quarters, **_: quarters * profit,
            ),
        ),
        money="profit fixed friction set_up",
        degree=1,
    ),
    outside.chinese_alone_in_host: Law({}, low=0.0, high=0.0),
}
