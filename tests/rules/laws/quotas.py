"""What a ceiling on imports costs: the laws of sim/model/rules/quotas.py."""

from sim.model.rules import quotas
from tests.rules.declared import between, inner, share, within
from tests.rules.law import Law, Laws, elasticity

kept = between(1e-9, 1.0)

LAWS: Laws = {
    quotas.target_ceiling: Law(
        {"ceiling": share, "held": share, "speed": within("share_speed")},
        rises="ceiling",
        falls="held",
        free={"speed": "the slower buyers are, the further from what they hold they may tend; at rest nothing moves"},
        low=lambda **x: x["ceiling"],
        limits=(({"speed": 1.0, "ceiling": 0.25}, 0.25), ({"speed": 0.5, "ceiling": 0.25, "held": 0.125}, 0.375)),
    ),
    quotas.kept_under_ceiling: Law(
        {"share": inner, "ceiling": share},
        rises="ceiling",
        falls="share",
        low=0.0,
        high=1.0,
        limits=(({"ceiling": 0.0}, 0.0), ({"ceiling": 1.0}, 1.0), ({"share": 0.5, "ceiling": 0.2}, 0.25)),
    ),
    quotas.licence_price: Law(
        {"elasticity": elasticity, "kept": kept},
        falls="elasticity kept",
        low=0.0,
        limits=(({"kept": 1.0}, 0.0), ({"kept": 0.25, "elasticity": 2.0}, 1.0)),
    ),
    quotas.licence_part: Law(
        {"paid": share, "price": between(0.0, 1e6)},
        rises="price",
        falls="paid",
        low=0.0,
        high=1.0,
        limits=(({"price": 0.0}, 0.0), ({"paid": 1.0}, 0.0), ({"paid": 0.0, "price": 0.25}, 0.2)),
    ),
    quotas.kept_with_exempt: Law(
        {"exempt": share, "kept": kept},
        rises="exempt kept",
        low=0.0,
        high=1.0,
        limits=(({"exempt": 1.0}, 1.0), ({"kept": 1.0}, 1.0), ({"exempt": 0.5, "kept": 0.5}, 0.75)),
    ),
    quotas.licensed_part: Law(
        {"exempt": between(0.0, 0.5), "kept": between(0.5, 1.0)},  # an offer keeps at least what is exempt of it
        rises="kept",
        falls="exempt",
        low=0.0,
        high=1.0,
        limits=(({"exempt": 0.0}, 1.0), ({"exempt": 0.5, "kept": 0.5}, 0.0), ({"exempt": 0.5, "kept": 1.0}, 0.5)),
    ),
}
