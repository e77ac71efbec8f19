"""One scenario, many seeds."""

from pathlib import Path
from typing import Any

from sim.runs.course import carry_out
from sim.runs.plan import Options, Plan, Seeds, parse_seeds
from sim.runs.results import Results
from sim.scenario import Scenario, load


def ensemble(
    scenario: Scenario | str | Path, seeds: Seeds = 100, workers: int | None = None, **options: Any
) -> Results:
    """Run a scenario for many seeds. `seeds`: N for 1 to N, "A:B" inclusive, or the seeds themselves.

    Options are those of `Options`; without `out` the results live in a temporary folder as long as the returned object.
    A run that fails is recorded (`results.manifest["counts"]["failed"]`, failures.csv) and the others go on.
    Raises ScenarioError, Conflict, CannotCreate, IoFailure.
    """
    told = scenario if isinstance(scenario, Scenario) else load(scenario)
    return carry_out(Plan("run", {told.name: told}, parse_seeds(seeds)), Options(workers=workers, **options))
