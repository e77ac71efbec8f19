"""Whether a partnership goes on: the laws of sim/rules/review.py."""

from sim.rules import review
from tests.rules.declared import between, money, present_value, share, within
from tests.rules.law import SPEED, Law, Laws, least, most, trust

LAWS: Laws = {
    review.dissatisfied: Law(
        {"pay": present_value, "outside": present_value, "tolerance": money},
        rises="outside",
        falls="pay tolerance",
        limits=(({"pay": 0.0, "outside": 0.0}, False), ({"pay": 0.0, "outside": 1.0, "tolerance": 0.5}, True)),
        money="pay outside tolerance",
    ),
    review.renegotiation_chance: Law(
        {"base": within("renegotiation"), "trust": trust, "moved": share, "strain": within("balance_strain")},
        rises="base trust",
        falls="moved strain",
        low=0.0,
        high="base",
        limits=(({"base": 0.0}, 0.0), ({"trust": 1.0, "strain": 0.0}, "base")),
    ),
    review.gain_by_terms: Law(
        {"before": present_value, "after": present_value},
        rises="after",
        falls="before",
        limits=(({"before": 2.0, "after": 2.0}, 0.0), ({"before": 0.0}, "after")),
        money="before after",
        degree=1,
    ),
    review.worth_moving: Law(
        {"gain": present_value, "cost": money, "hysteresis": within("hysteresis")},
        rises="gain",
        falls="cost hysteresis",
        limits=(({"gain": 0.0}, False), ({"gain": 1.0, "cost": 0.0}, True)),
        money="gain cost",
    ),
    review.plant_use: Law(
        {"plant": money, "fills": between(-5.0, 5.0)},
        rises="plant fills",
        low=0.0,
        high="plant",
        limits=(({"fills": 0.0}, 0.0), ({"fills": 1.0}, "plant")),
        money="plant",
        degree=1,
    ),
    review.trust_next: Law(
        {"trust": trust, "kept": share, "speed": within("trust_speed")},
        rises="trust kept",
        free={"speed": SPEED},
        low=least("trust", "kept"),
        high=most("trust", "kept"),
        limits=(({"speed": 0.0}, "trust"), ({"speed": 1.0}, "kept")),
    ),
}
