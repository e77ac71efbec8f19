"""Whether a partnership goes on: the laws of sim/model/rules/review.py."""

from sim.model.rules import review
from tests.rules.declared import money, present_value, share, within
from tests.rules.law import SPEED, Law, Laws, least, most, trust

LAWS: Laws = {
    review.breakdown: Law(
        {"surplus": present_value, "doubt": money},
        falls="surplus",
        free={"doubt": "saves contracts that are worth less than their ends and ends some that are worth more"},
        low=0.0,
        high=1.0,
        limits=(
            ({"surplus": 0.0}, 0.5),
            ({"surplus": 1.0, "doubt": 0.0}, 0.0),
            ({"surplus": -1.0, "doubt": 0.0}, 1.0),
        ),
        money="surplus doubt",
    ),
    review.claims: Law(
        {"gain": present_value, "stake": present_value, "least": within("claim")},
        rises="gain",
        falls="stake least",
        limits=(({"gain": 0.0}, False), ({"gain": 1.0, "least": 0.0}, True), ({"gain": 1.0, "stake": -1.0}, True)),
        money="gain stake",
    ),
    review.gain_by_terms: Law(
        {"before": present_value, "after": present_value},
        rises="after",
        falls="before",
        limits=(({"before": 2.0, "after": 2.0}, 0.0), ({"before": 0.0}, "after")),
        money="before after",
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
