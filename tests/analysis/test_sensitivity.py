"""Sensitivity through the runner of sweeps, with a model whose answers are known; and analyses of stored folders."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from sim.errors import Conflict, NotEnough, UsageError
from sim.runs import Options, Results, carry_out
from sim.runs.sweep import plan
from sim.sweeps.analysis import sensitivity
from sim.sweeps.analysis.outcome import OutcomeAt
from sim.sweeps.analysis.problem import SEED_FACTOR
from tests.analysis import synthetic as folders
from tests.analysis.conftest import BLOCK, FLOOR, RATE, response
from tests.runs import synthetic
from tests.signed import sign

GAP = OutcomeAt("technology_gap", 1992)


@dataclass(frozen=True)
class Scenario(synthetic.Scenario):
    """The synthetic scenario with two more paths: the outcome is effect + 2 slope, plus what the seed adds."""

    slope: float = 0.0
    spare: float = 0.0

    @property
    def hash(self):
        return f"{hash((self.effect, self.slope, self.spare)):x}"

    @property
    def resolved(self):
        return {**super().resolved, "slope": self.slope, "spare": self.spare}


def simulate(scenario, seed):
    run = synthetic.simulate(scenario, seed)
    run.outcome["technology_gap"] = scenario.effect + 2 * scenario.slope + (seed % 2) * 0.5
    return run


def vary(scenario, values):
    return replace(scenario, **values)


RANGES = {"effect": (0.0, 1.0), "slope": (1.0, 2.0), "spare": (0.0, 1.0)}


def runner(folder, scenario=None):
    """What `sensitivity` gives to the runner of sweeps, with the synthetic model in the model's place."""
    options = Options(workers=1, out=folder, keep="summary", simulate=simulate, labels=synthetic.labels, vary=vary)
    return lambda design: carry_out(plan(scenario or Scenario(), {"design": design}, vary), options)


@pytest.fixture(scope="module")
def morris(tmp_path_factory):
    asked = sensitivity.problem("morris", RANGES, samples=8)
    return asked, sensitivity.carry_out(asked, runner(tmp_path_factory.mktemp("morris") / "r"))


def by_factor(found, measure):
    return found.table[found.table["measure"] == measure].set_index("factor")["estimate"]


def test_morris_through_the_runner_is_exact(morris):
    asked, results = morris
    again, found = sensitivity.analyse(results, GAP)
    assert again == asked and found.note == "" and (found.used, found.planned) == (8, 8)
    assert np.allclose(by_factor(found, "mu_star")[list(RANGES)], [1, 2, 0])
    assert by_factor(found, "mu_star")[SEED_FACTOR] == pytest.approx(0.5 / (2 / 3))  # a move is two of three steps
    assert results.manifest["counts"]["failed"] == 0 and len(results.design) <= 1 + asked.runs


def test_the_same_sample_again_continues_and_another_is_refused(morris):
    asked, results = morris
    before = (results.folder / "runs.parquet").read_bytes()
    again = sensitivity.carry_out(asked, runner(results.folder))
    assert (again.folder / "runs.parquet").read_bytes() == before
    with pytest.raises(Conflict):
        sensitivity.carry_out(sensitivity.problem("morris", RANGES, samples=9), runner(results.folder))


def test_a_failed_run_costs_its_trajectory_and_is_said(tmp_path):
    asked = sensitivity.problem("morris", RANGES, samples=8)
    results = sensitivity.carry_out(asked, runner(tmp_path / "r", Scenario(failing=(5,))))
    _, found = sensitivity.analyse(results, GAP)
    assert found.used == 7 and found.note.startswith("1 of 8 trajectories left out whole, because ")
    assert np.allclose(by_factor(found, "mu_star")[list(RANGES)], [1, 2, 0])  # and not zeros
    broken = sensitivity.carry_out(asked, runner(tmp_path / "b", Scenario(failing=tuple(range(4, 15)))))
    with pytest.raises(NotEnough, match="of 8 trajectories are whole"):
        sensitivity.analyse(broken, GAP)
    lost = sensitivity.carry_out(asked, runner(tmp_path / "l", Scenario(failing=tuple(range(1, 17)))))
    with pytest.raises(NotEnough, match="no run of"):
        sensitivity.analyse(lost, GAP)


def test_the_method_must_fit_the_sample(morris, grid, sample):
    _, results = morris
    for method in ("sobol", "pawn"):
        with pytest.raises(UsageError):
            sensitivity.analyse(results, GAP, method)
    hub = OutcomeAt("hub_share", 2040)
    with pytest.raises(UsageError, match="is a grid"):
        sensitivity.analyse(grid, hub)
    with pytest.raises(UsageError, match="which sobol cannot use"):
        sensitivity.analyse(sample, hub, "sobol")


def test_a_sample_of_a_sweep_serves_pawn(sample):
    asked, found = sensitivity.analyse(sample, OutcomeAt("welfare", 2040))
    median = by_factor(found, "median")
    assert asked.method == "pawn" and asked.runs == 480 and list(median.index)[:4] == [RATE, BLOCK, FLOOR, SEED_FACTOR]
    assert median[RATE] == median.max() and median[RATE] > 2 * median[BLOCK]


def test_sobol_of_a_stored_sample_looks_rows_up_by_their_values(tmp_path):
    asked = sensitivity.problem("sobol", {RATE: (0.0, 1.0), FLOOR: (0.0, 2.0)}, samples=64, seeds=[1])
    base = {RATE: 0.2, FLOOR: 0.6}

    def sweep(design):
        return Results(folders.folder(tmp_path / "r", design, base, response, seeds=1, kind="list"))

    results = sensitivity.carry_out(asked, sweep)
    _, found = sensitivity.analyse(results, OutcomeAt("welfare", 2040))
    assert by_factor(found, "first")[RATE] == pytest.approx(100**2 / (100**2 + 40**2), abs=0.1)  # shares of a sum
    assert by_factor(found, "total")[FLOOR] == pytest.approx(40**2 / (100**2 + 40**2), abs=0.1)
    stored = results.folder / sensitivity.PROBLEM
    stored.write_text(stored.read_text().replace("2.0", "3.0"))
    sign(results.folder)
    with pytest.raises(Conflict, match="does not hold the sample"):
        sensitivity.analyse(results, OutcomeAt("welfare", 2040))
