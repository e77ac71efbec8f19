"""How policy reaches a decision: the laws of sim/model/rules/policy.py."""

from hypothesis import strategies as st

from sim.machine.declare import fields
from sim.model.columns import Partnerships, Policy, Route, SubForm, Type
from sim.model.rules import policy
from tests.rules.declared import within
from tests.rules.law import Law, Laws, least, most

LAWS: Laws = {
    policy.blocked: Law(
        {
            "coverage": within("control", Policy),
            "spill": within("over_compliance", Policy),
            "scale": within("over_compliance"),
        },
        rises="coverage spill scale",
        low="coverage",
        high=1.0,
        limits=(({"scale": 0.0}, "coverage"), ({"spill": 0.0}, "coverage"), ({"coverage": 1.0}, 1.0)),
    ),
    policy.ahead: Law(
        {"in_force": within("tariff", Policy), "announced": within("tariff", Policy), "weight": within("anticipation")},
        rises="in_force announced",
        free={"weight": "how far, not where to"},
        low=least("in_force", "announced"),
        high=most("in_force", "announced"),
        limits=(({"weight": 0.0}, "in_force"), ({"weight": 1.0}, "announced")),
    ),
    policy.screened: Law(
        {"equity": within("equity", Partnerships), "threshold": within("threshold", Policy)},
        rises="equity",
        falls="threshold",
        limits=(({"equity": 0.0}, False), ({"threshold": 1.0}, False)),
    ),
    policy.sub_form: Law(
        {
            "kind": st.sampled_from([int(Type.market_access), int(Type.co_innovation), int(Type.globalize)]),
            "route": st.sampled_from([int(route) for route in Route if route]),
            "equity": within("equity", Partnerships),
            "local": st.booleans(),
        },
        free=dict.fromkeys(("kind", "route", "equity", "local"), "forms have no order"),
        low=float(min(form for form in SubForm if form)),
        high=fields(Partnerships)["sub_form"].high,
        limits=(({"kind": int(Type.market_access), "equity": 0.5}, float(SubForm.equity_jv)),),
    ),
}
