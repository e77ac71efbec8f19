"""Who sells how much: the laws of sim/model/rules/market.py."""

from sim.model.columns import Firms, Policy, Sectors
from sim.model.rules import market
from tests.rules.declared import between, log_points, money, share, within
from tests.rules.law import SIGN, SPEED, Law, Laws, elasticity, least, most, scaled_sensitivity, written

LAWS: Laws = {
    market.quality: Law(
        {"sensitivity": scaled_sensitivity(), "technology": within("technology", Firms), "reference": log_points},
        rises="technology",
        falls="reference",
        free={"sensitivity": SIGN},
        low=0.0,
        limits=(({"technology": 1.0, "reference": 1.0}, 1.0),),
    ),
    market.border: Law(
        {
            "elasticity": elasticity,
            "shipping": within("transport", Sectors),
            "tariff": within("tariff", Policy),
        },
        falls="elasticity shipping tariff",
        low=0.0,
        high=1.0,
        limits=(({"shipping": 0.0, "tariff": 0.0}, 1.0), ({"elasticity": 0.0}, 1.0)),
    ),
    market.spared_appeal: Law(
        {
            "elasticity": elasticity,
            "tariff": within("tariff", Policy),
            "spared": within("spared", Policy),
        },
        rises="elasticity spared",
        free={"tariff": "more can be spared of more; where all is, nothing is left to gain"},
        low=1.0,
        limits=(({"spared": 0.0}, 1.0), ({"tariff": 0.0}, 1.0), ({"elasticity": 0.0}, 1.0)),
    ),
    market.floor_rent: Law(
        {"tariff": within("tariff", Policy), "floor": within("price_floor", Policy)},
        rises="floor",
        falls="tariff",
        low=0.0,
        high=1.0,
        limits=(({"floor": 0.0}, 0.0), ({"floor": 0.25, "tariff": 0.0}, 0.2)),
    ),
    market.rent_kept: Law(
        {"rent": share, "profit": money, "sales": money},
        rises="sales",
        falls="profit",
        free={"rent": "a rent adds where sales exceed the profit on them, as they do"},
        limits=(({"rent": 0.0}, 0.0), ({"profit": 1.0, "sales": 1.0}, 0.0)),
    ),
    market.brand_factor: Law(
        {
            "elasticity": elasticity,
            "perception": within("perception", Policy),
            "subsidy": within("subsidy_production", Policy),
            "tariff": within("owner_tariff", Policy),
        },
        rises="perception subsidy",
        falls="tariff",
        free={"elasticity": SIGN},
        low=0.0,
        limits=(
            ({"perception": 0.0, "subsidy": 0.0, "tariff": 0.0}, 1.0),
            ({"subsidy": 0.5, "tariff": 1.0, "perception": 0.0}, 1.0),
        ),
    ),
    market.markup_factor: Law(
        {"elasticity": elasticity, "share": between(0.0, 0.999)},
        falls="elasticity share",
        low=0.0,
        high=1.0,
        limits=(({"share": 0.0}, 1.0),),
    ),
    market.margin: Law(
        {"elasticity": elasticity, "share": within("share", Firms)},
        rises="share",
        falls="elasticity",
        low=lambda elasticity, **_: 1.0 / (1.0 + elasticity),
        high=1.0,
        limits=(({"share": 1.0}, 1.0), ({"share": 0.0}, lambda elasticity, **_: 1.0 / (1.0 + elasticity))),
    ),
    market.share_of: Law(
        {"appeal": money, "rivals": money},
        rises="appeal",
        falls="rivals",
        **written("share", Firms),
        limits=(({"appeal": 0.0}, 0.0), ({"appeal": 1.0, "rivals": 0.0}, 1.0)),
        money="appeal rivals",
    ),
    market.adjust: Law(
        {"share": within("share", Firms), "target": share, "speed": within("share_speed")},
        rises="share target",
        free={"speed": SPEED},
        low=least("share", "target"),
        high=most("share", "target"),
        limits=(({"speed": 0.0}, "share"), ({"speed": 1.0}, "target")),
    ),
    market.offer_profit: Law(
        {"expenditure": money, "share": within("share", Firms), "elasticity": elasticity},
        rises="expenditure share",
        falls="elasticity",
        low=0.0,
        high="expenditure",
        limits=(({"share": 0.0}, 0.0), ({"share": 1.0}, "expenditure")),
        money="expenditure",
        degree=1,
    ),
    market.plant_rent: Law(
        {"cost": within("plant_cost"), "annuity": between(1.0, 120.0)},
        rises="cost",
        falls="annuity",
        low=0.0,
        limits=(({"cost": 0.0}, 0.0), ({"annuity": 4.0}, "cost")),
    ),
    market.tariff_paid: Law(
        {"sales": money, "tariff": within("tariff", Policy)},
        rises="sales tariff",
        low=0.0,
        high="sales",
        limits=(({"tariff": 0.0}, 0.0), ({"tariff": 1.0}, lambda sales, **_: 0.5 * sales)),
        money="sales",
        degree=1,
    ),
    market.buyers_gain: Law(
        {"expenditure": money, "elasticity": elasticity, "logsum": between(-100.0, 100.0)},
        rises="logsum",
        free={"expenditure": SIGN, "elasticity": SIGN},
        limits=(({"logsum": 0.0}, 0.0), ({"expenditure": 0.0}, 0.0)),
        money="expenditure",
        degree=1,
    ),
}
