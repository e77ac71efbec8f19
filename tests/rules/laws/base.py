"""The base in the host: the laws of sim/rules/base.py."""

from sim.columns import Firms, Sectors
from sim.rules import base
from tests.rules.declared import money, share, within
from tests.rules.law import SPEED, Law, Laws, least, most, quarterly, scaled_sensitivity

LAWS: Laws = {
    base.cost_part: Law(
        {"without_web": within("import_cost"), "web": within("web", Firms)},
        rises="without_web web",
        low="without_web",
        high=1.0,
        limits=(({"web": 0.0}, "without_web"), ({"web": 1.0}, 1.0)),
    ),
    base.platform_quality: Law(
        {"sensitivity": scaled_sensitivity(), "loss": within("platform_quality"), "ecosystem": share},
        rises="ecosystem",
        falls="sensitivity loss",
        low=0.0,
        high=1.0,
        limits=(({"ecosystem": 1.0}, 1.0), ({"loss": 0.0}, 1.0)),
    ),
    base.grow: Law(
        {"level": within("hub", Firms), "rate": within("hub_growth"), "towards": share},
        rises="level towards",
        free={"rate": SPEED},
        low=least("level", "towards"),
        high=most("level", "towards"),
        limits=(({"rate": 0.0}, "level"), ({"rate": 1.0}, "towards")),
    ),
    base.access_growth: Law(
        {
            "access": within("access", Firms),
            "rate": quarterly("abroad_access_growth"),
            "cap": within("host_access_cap"),
        },
        rises="access rate cap",
        low="access",
        high=most("access", "cap"),
        limits=(({"rate": 0.0}, "access"), ({"rate": 1.0, "access": 0.0}, "cap")),
    ),
    base.access_later: Law(
        {
            "access": within("access", Firms),
            "rate": quarterly("host_access_growth"),
            "cap": within("host_access_cap"),
            "quarters": within("horizon"),
        },
        rises="access rate cap quarters",
        low="access",
        high=most("access", "cap"),
        limits=(({"quarters": 0.0}, "access"), ({"quarters": 1e6, "rate": 1.0, "access": 0.0}, "cap")),
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
