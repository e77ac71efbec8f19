"""The host's suppliers: the laws of sim/model/rules/ecosystem.py."""

import math

from sim.model.columns import Sectors
from sim.model.rules import ecosystem
from tests.rules.declared import between, log_points, money, share, within
from tests.rules.law import SIGN, SPEED, Law, Laws, least

foreign = within("foreign_inputs", Sectors)

LAWS: Laws = {
    ecosystem.able_suppliers: Law(
        {"slope": within("ecosystem"), "lead": log_points},
        falls="slope lead",
        low=0.0,
        high=1.0,
        limits=(({"slope": 0.0}, 1.0), ({"lead": -1.0}, 1.0), ({"slope": 2.0, "lead": 0.5}, math.exp(-1.0))),
    ),
    ecosystem.suppliers_next: Law(
        {"suppliers": share, "able": share, "cut": share, "rate": within("ecosystem_growth")},
        rises="suppliers able cut",
        free={"rate": SPEED},
        low=least("suppliers", "able"),
        high=1.0,
        limits=(
            ({"rate": 0.0}, "suppliers"),
            ({"rate": 1.0, "cut": 0.0}, "able"),
            ({"rate": 1.0, "cut": 1.0}, 1.0),
            ({"able": 1.0, "suppliers": 1.0}, 1.0),
        ),
    ),
    ecosystem.imported_part: Law(
        {"foreign_inputs": foreign, "usable": share},
        rises="foreign_inputs",
        falls="usable",
        low=0.0,
        high="foreign_inputs",
        limits=(({"usable": 1.0}, 0.0), ({"usable": 0.0}, "foreign_inputs")),
    ),
    ecosystem.made_appeal: Law(
        {"imported": share, "cost": between(-3.0, 6.0), "border": between(-10.0, 0.0), "lost": between(0.0, 10.0)},
        rises="cost border",
        falls="lost",
        free={"imported": SIGN},
        low=0.0,
        limits=(
            ({"imported": 0.0, "lost": 0.0}, lambda cost, **_: math.exp(cost)),
            ({"imported": 1.0, "lost": 0.0}, lambda border, **_: math.exp(border)),
            ({"cost": 0.0, "border": 0.0}, lambda lost, **_: math.exp(-lost)),
        ),
    ),
    ecosystem.cut_inputs: Law(
        {"foreign_inputs": foreign, "suppliers": share, "passes": share},
        rises="foreign_inputs",
        falls="suppliers passes",
        low=0.0,
        high="foreign_inputs",
        limits=(
            ({"passes": 1.0}, 0.0),
            ({"suppliers": 1.0}, 0.0),
            ({"passes": 0.0, "suppliers": 0.0}, "foreign_inputs"),
        ),
    ),
    ecosystem.capacity_next: Law(
        {"capacity": between(0.0, 3.0), "host_sales": money, "elsewhere": money, "wear": share},
        rises="capacity host_sales",
        falls="wear",
        free={"elsewhere": "asks for more, and where nothing is sold there is nothing to ask for"},
        low=0.0,
        high=lambda capacity, **_: max(capacity, 1.0),
        limits=(
            ({"elsewhere": 0.0}, 1.0),
            ({"host_sales": 0.0, "elsewhere": 1.0, "wear": 0.0}, "capacity"),
            ({"host_sales": 0.0, "elsewhere": 1.0, "wear": 1.0}, 0.0),
            ({"host_sales": 3.0, "elsewhere": 2.0, "capacity": 0.0}, 1.0),
        ),
        money="host_sales elsewhere",
    ),
}
