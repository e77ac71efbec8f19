"""Other worlds in which an experiment's headline is asked again: structural variants, and draws of parameters."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import UsageError
from sim.model.parameters import parameters
from sim.scenario import Scenario, read_set

Overrides = dict[str, Any]  # path -> value

VARIANTS: Mapping[str, tuple[str, Overrides]] = {
    "no_windows": ("No windows of new generations", {"parameters.windows": "off"}),
    "no_partner_learning": ("No learning from partners", {"parameters.partner_learning": 0.0}),
    "no_ecosystem": ("Local suppliers can make all", {"parameters.ecosystem": 0.0}),
    "no_habit": ("Brands alike whatever they sold", {"parameters.habit": 0.0}),
    "no_reserved_demand": ("No margin for local owners", {"parameters.procurement_margin": 0.0}),
    "no_tied_assets": ("Ventures tie up nothing", {"parameters.tied_assets": 0.0}),
    "short_horizon": ("Firms look 3 years ahead", {"parameters.horizon": 12}),
}
SPREAD = 0.5  # of a parameter's value, up and down, from which draws come where no parameter set has them
DRAWS = {"small": 10, "paper": 64}
_DRAWS_HINT = "parameters in the first row, a draw in each other row"


def drawn(scenario: Scenario, count: int) -> list[Overrides]:
    """Draws of the parameter set that the scenario stands on, after the first; a Latin hypercube if it has too few."""
    found = read_set(scenario.posterior.set).draws if scenario.posterior is not None else None
    if found is not None and len(found.marks) > count:
        columns = found.values.items()
        return [{f"parameters.{name}": values[n + 1] for name, values in columns} for n in range(count)]
    return _around(scenario, count)


def _around(scenario: Scenario, count: int) -> list[Overrides]:
    """A Latin hypercube over the fitted parameters, from half to one and a half of each value within its bounds."""
    from scipy.stats import qmc

    moved = {name: about for name, about in parameters().items() if about.fitted}
    shares = qmc.LatinHypercube(len(moved), rng=np.random.default_rng(0)).random(count)
    found: list[Overrides] = []
    for row in shares:
        overrides: Overrides = {}
        for share, (name, about) in zip(row, moved.items(), strict=True):
            value = scenario.parameters[name] * (1.0 - SPREAD + 2.0 * SPREAD * float(share))
            overrides[f"parameters.{name}"] = round(min(max(value, about.low), about.high), 6)
        found.append(overrides)
    return found


def read_draws(path: Path) -> list[Overrides]:
    """Draws of a posterior, a CSV file: names of parameters (or paths) in the first row, a draw in each other row.

    Raises UsageError where it cannot be read or holds no draw.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            rows = [{key.strip(): value for key, value in row.items() if key} for row in csv.DictReader(lines)]
        known = parameters()
        found = [
            {f"parameters.{key}" if key in known else key: _value(known, key, text) for key, text in row.items()}
            for row in rows
        ]
    except (OSError, ValueError, AttributeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}", _DRAWS_HINT) from error
    if not found:
        raise UsageError(f"{path} holds no draw", _DRAWS_HINT)
    return found


def _value(known: Mapping[str, Any], key: str, text: str) -> Any:
    switch = key in known and known[key].choices
    return text.strip() if switch else float(text)
