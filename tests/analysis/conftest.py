"""Sweep folders with known answers, made once."""

from pathlib import Path

import pytest

from sim.runs import Results
from tests.analysis import synthetic

RATE, BLOCK, FLOOR = "shocks.eu_duty.rate", "shocks.screen.block", "parameters.rd_floor"
BASE = {RATE: 0.2, BLOCK: 0.1, FLOOR: 0.6}


def response(values: dict, seed: int) -> dict[str, float]:
    """Luck is common to all points of a seed, so paired differences are exact."""
    rate, block, floor = (values.get(path, BASE[path]) for path in (RATE, BLOCK, FLOOR))
    luck = synthetic.luck(seed)
    return {
        "hub_share": 0.5 - 0.25 * rate + 0.1 * rate * block + luck,
        "welfare": 1000 - 100 * rate + 20 * floor + 50 * luck,
        "technology_balance": 0.5 + luck,
    }


@pytest.fixture(scope="session")
def grid(tmp_path_factory) -> Results:
    """Six rates by three probabilities, eight seeds; the scenario as it stands is a point of the grid."""
    design = synthetic.grid(shocks__eu_duty__rate=[0.0, 0.2, 0.4, 0.6, 0.8, 1.0], shocks__screen__block=[0.0, 0.1, 0.5])
    base = {path: BASE[path] for path in (RATE, BLOCK)}
    return Results(synthetic.folder(tmp_path_factory.mktemp("grid") / "r", design, base, response))


@pytest.fixture(scope="session")
def line(tmp_path_factory) -> Results:
    """One path, five values, the scenario as it stands among them."""
    design = synthetic.grid(shocks__eu_duty__rate=[0.0, 0.2, 0.4, 0.6, 0.8])
    return Results(synthetic.folder(tmp_path_factory.mktemp("line") / "r", design, {RATE: 0.2}, response))


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> Results:
    """A Latin hypercube of 120 points over three paths, four seeds."""
    import pandas as pd
    from scipy.stats import qmc

    drawn = qmc.LatinHypercube(3, seed=1).random(120)
    design = pd.DataFrame({RATE: drawn[:, 0], BLOCK: drawn[:, 1], FLOOR: 2 * drawn[:, 2]})
    path: Path = tmp_path_factory.mktemp("lhs") / "r"
    return Results(synthetic.folder(path, design, dict(BASE), response, seeds=4, kind="lhs"))
