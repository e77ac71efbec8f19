"""What a firm knows: the laws of sim/model/rules/capability.py."""

import math

from hypothesis import strategies as st

from sim.model.columns import Firms, Partnerships, Sectors, World
from sim.model.rules import capability
from tests.rules.declared import between, log_points, money, present_value, share, within
from tests.rules.law import SPEED, Law, Laws, draw, least, most, quarterly, research, trust, written

LAWS: Laws = {
    capability.absorptive: Law(
        {"rd": research, "half": between(0.0, 2.0)},
        rises="rd",
        free={"half": "asks for more research and promises more"},
        low=0.0,
        high=lambda half, **_: 1.0 + half,
        limits=(({"rd": 1.0}, 1.0), ({"half": 0.0}, 1.0), ({"rd": 0.0, "half": 1.0}, 0.0)),
    ),
    capability.research_return: Law(
        {"rd": research, "elasticity": within("rd_elasticity")},
        rises="rd",
        free={"elasticity": "helps who spends more than the reference"},
        low=0.0,
        limits=(({"rd": 0.0}, 0.0), ({"rd": 1.0}, 1.0)),
    ),
    capability.innovation: Law(
        {
            "pace": quarterly("innovation", Sectors),
            "finds": between(0.0, 20.0),
            "speed": between(0.1, 5.0),
            "damping": share,
            "luck": between(0.0, 20.0),
        },
        rises="pace finds speed damping luck",
        low=0.0,
        limits=(
            ({"finds": 0.0}, 0.0),
            ({"damping": 0.0}, 0.0),
            ({"finds": 1.0}, lambda pace, speed, damping, luck, **_: pace * speed * damping * luck),
        ),
    ),
    capability.operations_learnt: Law(
        {"rate": within("learning_rate", Sectors), "made": between(0.0, 100.0), "output": between(1.0, 1000.0)},
        rises="rate made",
        falls="output",
        low=0.0,
        limits=(({"made": 0.0}, 0.0), ({"made": 3.0, "output": 3.0}, lambda rate, **_: rate * math.log(2.0))),
    ),
    capability.luck: Law(
        {"draw": draw, "spread": within("innovation_noise")},
        rises="draw",
        free={"spread": "makes good luck better and bad luck worse"},
        low=0.0,
        limits=(({"spread": 0.0}, 1.0),),
    ),
    capability.damping: Law(
        {"frontier": within("technology", Firms), "start": log_points, "room": within("room")},
        rises="start room",
        falls="frontier",
        low=0.0,
        high=1.0,
        limits=(({"frontier": -30.0}, 1.0), ({"frontier": 100.0}, 0.0)),
    ),
    capability.catch_up: Law(
        {"rate": between(0.0, 1.0), "gap": log_points},
        rises="rate gap",
        low=0.0,
        high=lambda gap, **_: max(gap, 0.0),
        limits=(({"rate": 0.0}, 0.0), ({"rate": 1.0}, lambda gap, **_: max(gap, 0.0)), ({"gap": -1.0}, 0.0)),
    ),
    capability.lesson: Law(
        {
            "rate": within("partner_learning"),
            "openness": within("openness", Partnerships),
            "trust": trust,
            "absorptive": between(0.0, 3.0),
            "blocked": share,
            "gap": log_points,
        },
        rises="rate openness trust absorptive gap",
        falls="blocked",
        low=0.0,
        high=lambda gap, **_: max(gap, 0.0),
        limits=(({"blocked": 1.0}, 0.0), ({"openness": 0.0}, 0.0), ({"trust": 0.0}, 0.0), ({"gap": -1.0}, 0.0)),
    ),
    capability.adoption_chance: Law(
        {"rate": within("adoption_rate"), "distance": log_points, "half": between(0.1, 5.0)},
        rises="rate half",
        falls="distance",
        low=0.0,
        high="rate",
        limits=(({"distance": 0.0}, "rate"), ({"distance": 2.0, "half": 2.0}, lambda rate, **_: 0.5 * rate)),
    ),
    capability.generation_start: Law(
        {
            "old": log_points,
            "old_frontier": log_points,
            "drop": within("start_drop"),
            "reach": within("start_reach"),
            "lock_in": within("lock_in_incumbent"),
        },
        rises="old old_frontier reach",
        falls="drop lock_in",
        low=lambda old_frontier, drop, **_: old_frontier - drop,
        limits=(({"lock_in": 1.0}, lambda old_frontier, drop, **_: old_frontier - drop),),
    ),
    capability.effort_wanted: Law(
        {
            "weight": within("weight", World),
            "latecomer": st.booleans(),
            "start": within("latecomer_start"),
        },
        rises="weight start",
        free={"latecomer": "leads demand, and so wants more"},
        **written("effort", Firms),
        limits=(({"latecomer": False}, "weight"), ({"start": 0.0}, "weight")),
    ),
    capability.effort_move: Law(
        {"effort": within("effort", Firms), "wanted": share, "inertia": within("inertia")},
        rises="effort wanted",
        free={"inertia": SPEED},
        low=least("effort", "wanted"),
        high=most("effort", "wanted"),
        limits=(({"inertia": 1.0}, "wanted"), ({"inertia": 0.0}, "effort")),
    ),
    capability.research_budget: Law(
        {
            "intensity": within("rd_intensity", Sectors),
            "own_sales": money,
            "venture_sales": money,
            "support": money,
        },
        rises="intensity own_sales venture_sales support",
        low="support",
        limits=(({"intensity": 0.0}, "support"), ({"own_sales": 0.0, "venture_sales": 0.0}, "support")),
        money="own_sales venture_sales support",
        degree=1,
    ),
    capability.chosen_research: Law(
        {
            "reference": money,
            "elasticity": between(0.0, 0.8),
            "pace": between(0.0, 0.1),
            "gain": money,
            "annuity": between(1.0, 80.0),
            "leak": between(0.0, 0.2),
            "cash": present_value,
        },
        rises="pace gain annuity cash",
        falls="leak",
        free={
            "reference": "less is found at the same R&D, and more is its measure",
            "elasticity": "as research_return",
        },
        low=0.0,
        high=lambda cash, **_: max(cash, 0.0),
        limits=(({"gain": 0.0}, 0.0), ({"cash": 0.0}, 0.0), ({"reference": 0.0}, 0.0)),
        money="reference gain cash",
        degree=1,
    ),
    capability.feeding_sales: Law(
        {"share": share, "sales": money, "paid": present_value, "intensity": within("rd_intensity", Sectors)},
        rises="share sales paid",
        falls="intensity",
        low=0.0,
        high=lambda share, sales, **_: share * sales,
        limits=(
            ({"paid": 0.0}, 0.0),
            ({"paid": 1e6, "intensity": 1e-3}, lambda share, sales, **_: share * sales),
            ({"share": 1.0, "sales": 1e6, "paid": 2.0, "intensity": 0.5}, 4.0),
        ),
        money="sales paid",
        degree=1,
    ),
    capability.spillover_reach: Law(
        {"distance": within("spillover_distance"), "presence": share},
        rises="distance presence",
        low="distance",
        high=1.0,
        limits=(({"presence": 0.0}, "distance"), ({"presence": 1.0}, 1.0), ({"distance": 1.0}, 1.0)),
    ),
}
