"""Speed against control, dependence against autonomy: the laws of sim/model/rules/governance.py."""

from sim.model.columns import Firms, Partnerships
from sim.model.rules import governance
from tests.rules.declared import between, money, share, within
from tests.rules.law import Law, Laws, least, loss, most, perceived, trust, trust_end, written

LAWS: Laws = {
    governance.autonomy: Law(
        {"gain": money, "exposure": money, "hold_up": within("hold_up")},
        rises="gain",
        falls="exposure hold_up",
        **written("autonomy", Partnerships),
        limits=(({"exposure": 0.0}, 1.0), ({"gain": 0.0, "exposure": 1.0}, 0.0)),
        money="gain exposure",
    ),
    governance.hold_up_cost: Law(
        {"autonomy": within("autonomy", Partnerships), "exposure": money, "hold_up": within("hold_up")},
        rises="autonomy exposure hold_up",
        low=0.0,
        limits=(({"autonomy": 0.0}, 0.0), ({"exposure": 0.0}, 0.0)),
        money="exposure",
        degree=1,
    ),
    governance.development_months: Law(
        {"slow": within("months", Firms), "speed": between(0.2, 5.0)},
        rises="slow",
        falls="speed",
        low=0.0,
        limits=(({"speed": 1.0}, "slow"), ({"speed": 2.0}, lambda slow, **_: 0.25 * slow)),
    ),
    governance.governance_cost: Law(
        {"base": within("governance"), "trust_end": trust_end, "trust": trust},
        rises="base trust_end",
        falls="trust",
        low=0.0,
        limits=(({"base": 0.0}, 0.0), ({"trust_end": 1.0, "trust": 1.0}, 0.0)),
    ),
    governance.hedge_level: Law(
        {"hazard": perceived, "loss": loss, "cost": within("hedge_cost")},
        rises="hazard loss",
        falls="cost",
        **written("hedge", Firms),
        limits=(({"hazard": 0.0}, 0.0), ({"loss": 0.0}, 0.0), ({"hazard": 1.0, "loss": 1e6}, 1.0)),
    ),
    governance.dependence_cost: Law(
        {"hazard": perceived, "loss": loss, "hedge": within("hedge", Firms), "cost": within("hedge_cost")},
        rises="hazard loss cost",
        free={"hedge": "saves losses and costs itself"},
        low=0.0,
        limits=(({"hazard": 0.0, "hedge": 0.0}, 0.0), ({"hedge": 1.0}, lambda cost, **_: 0.5 * cost)),
    ),
    governance.perceived_hazard: Law(
        {"hazard": perceived, "event": share, "up": within("hazard_speed"), "down": within("hazard_speed")},
        rises="hazard event up",
        falls="down",
        low=least("hazard", "event"),
        high=most("hazard", "event"),
        limits=(({"up": 0.0, "down": 0.0}, "hazard"), ({"up": 1.0, "down": 1.0}, "event")),
    ),
}
