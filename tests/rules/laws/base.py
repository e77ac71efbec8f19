"""The base in the host: the laws of sim/model/rules/base.py."""

from sim.model.columns import Firms, Sectors
from sim.model.rules import base
from tests.rules.declared import between, money, share, within
from tests.rules.law import SPEED, Law, Laws, least, most

LAWS: Laws = {
    base.grow: Law(
        {"level": within("hub", Firms), "rate": within("hub_growth"), "towards": share},
        rises="level towards",
        free={"rate": SPEED},
        low=least("level", "towards"),
        high=most("level", "towards"),
        limits=(({"rate": 0.0}, "level"), ({"rate": 1.0}, "towards")),
    ),
    base.ramped: Law(
        {"quarters": between(-40.0, 400.0), "rate": within("hub_growth")},
        rises="quarters rate",
        low=0.0,
        high=1.0,
        limits=(({"quarters": -1.0}, 0.0), ({"rate": 0.0}, 0.0), ({"quarters": 0.0, "rate": 1.0}, 1.0)),
    ),
    base.serves_world: Law(
        {
            "exports": money,
            "host_sales": money,
            "hub": within("hub", Firms),
            "rd_intensity": within("rd_intensity", Sectors),
        },
        rises="exports hub",
        falls="host_sales",
        free={"rd_intensity": "is for the world or for the host, as the hub goes"},
        limits=(({"exports": 0.0, "host_sales": 0.0}, False), ({"exports": 0.0, "hub": 0.0}, False)),
        money="exports host_sales",
    ),
}
