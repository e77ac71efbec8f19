"""Customer capital: the laws of sim/model/rules/customers.py."""

from hypothesis import strategies as st

from sim.model.columns import Sectors
from sim.model.rules import customers
from tests.rules.declared import between, share, within
from tests.rules.law import Law, Laws, elasticity, least, most

people = between(0.0, 200.0)  # customers over those of a firm of normal size: an origin may have one firm of hundreds
appeals = between(0.001, 1e6)
some_habit = st.one_of(st.just(0.0), between(0.1, 0.95))  # less makes the inverse of a pull grow without bound

LAWS: Laws = {
    customers.buyers_anew: Law(
        {"turnover": within("customer_turnover", Sectors), "growth": between(-3.0, 3.0), "turned": share},
        rises="turnover growth turned",
        low=0.0,
        high=1.0,
        limits=(
            ({"growth": -1.0, "turned": 0.0}, "turnover"),
            ({"turned": 1.0}, 1.0),
            ({"turnover": 0.0, "growth": 0.0, "turned": 0.0}, 0.0),
        ),
    ),
    customers.customers_next: Law(
        {"customers": people, "sold": people, "anew": share},
        rises="customers sold",
        free={"anew": "how fast, not where to"},
        low=least("customers", "sold"),
        high=most("customers", "sold"),
        limits=(({"anew": 0.0}, "customers"), ({"anew": 1.0}, "sold")),
    ),
    customers.habitual: Law(
        {"habit": within("habit"), "anew": share},
        rises="habit",
        falls="anew",
        low=0.0,
        high="habit",
        limits=(({"anew": 0.0}, "habit"), ({"anew": 1.0}, 0.0), ({"habit": 0.0}, 0.0)),
    ),
    customers.pull: Law(
        {"customers": people, "habit": within("habit")},
        rises="customers",
        free={"habit": "helps who has more customers than a firm of normal size"},
        low=0.0,
        high=lambda customers, **_: max(customers, 1.0),
        limits=(
            ({"customers": 1.0}, 1.0),
            ({"customers": 4.0, "habit": 0.5}, 2.0),
            ({"customers": 0.5, "habit": 0.0}, 1.0),
        ),
    ),
    customers.reach_of_two: Law(
        {"own": people, "reached": within("shared_customers"), "partner": people, "habit": within("habit")},
        rises="own reached partner",
        free={"habit": "helps who reaches more customers than a firm of normal size"},
        low=0.0,
        limits=(
            ({"reached": 0.0}, lambda own, habit, **_: customers.pull(own, habit)),
            ({"reached": 1.0}, lambda own, partner, habit, **_: customers.pull(own + partner, habit)),
        ),
    ),
    customers.procurement_penalty: Law(
        {"elasticity": elasticity, "margin": within("procurement_margin")},
        falls="elasticity margin",
        low=0.0,
        high=1.0,
        limits=(({"margin": 0.0}, 1.0),),
    ),
    customers.reserved_reach: Law(
        {
            "reserved": within("reserved_demand", Sectors),
            "preference": share,
            "everybody": appeals,
            "preferred": appeals,
        },
        rises="preference everybody",
        falls="preferred",
        free={"reserved": "helps whom buyers prefer and hurts all others"},
        low=0.0,
        limits=(({"reserved": 0.0}, 1.0), ({"preference": 1.0, "everybody": 2.0, "preferred": 2.0}, 1.0)),
        money="everybody preferred",
        where=lambda everybody, preferred, **_: preferred <= everybody,
    ),
    customers.customers_of: Law(
        {"pulled": between(0.0, 10.0), "habit": some_habit},
        rises="pulled",
        free={"habit": "the less of it, the more customers a large brand has"},
        low=0.0,
        limits=(({"pulled": 1.0}, 1.0), ({"pulled": 2.0, "habit": 0.5}, 4.0), ({"habit": 0.0}, 1.0)),
    ),
    customers.newcomers_pull: Law(
        {"open_pull": within("newcomer"), "rights": share},
        rises="open_pull rights",
        low=0.0,
        high="open_pull",
        limits=(({"rights": 1.0}, "open_pull"), ({"open_pull": 0.0}, 0.0)),
    ),
}
