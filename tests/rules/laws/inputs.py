"""What a sector feels of those it buys from: the laws of sim/model/rules/inputs.py."""

import math

from sim.model.rules import inputs
from tests.rules.declared import between, log_points, within
from tests.rules.law import SIGN, Law, Laws, elasticity, scaled_sensitivity

LAWS: Laws = {
    inputs.money_buys: Law(
        {"logsum": log_points, "sensitivity": scaled_sensitivity(), "reference": log_points, "elasticity": elasticity},
        rises="logsum",
        falls="reference",
        free={"sensitivity": SIGN, "elasticity": SIGN},
        limits=(({"logsum": 0.0, "reference": 0.0}, 0.0), ({"logsum": 3.0, "reference": 0.0, "elasticity": 2.0}, 1.5)),
    ),
    inputs.fed_appeal: Law(
        {"elasticity": elasticity, "linkage": within("linkage"), "change": between(-3.0, 3.0)},
        rises="change",
        free={"elasticity": SIGN, "linkage": SIGN},
        low=0.0,
        limits=(
            ({"linkage": 0.0}, 1.0),
            ({"change": 0.0}, 1.0),
            ({"elasticity": 3.0, "linkage": 1.0, "change": -0.1}, math.exp(-0.3)),
        ),
    ),
}
