"""Whether runs are those that a record was made of, by their numbers: another word in a file or in the code does not
matter, another rule, parameter or policy does."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.model.columns import FIRST_YEAR
from sim.scenario import load
from sim.simulate import simulate

METRIC, SEEDS = "welfare", 5
FIRST = 2025  # last year of a study, at the earliest, whose runs are known again
_SAME = 1e-9  # summed in another order

Levels = Mapping[str, Sequence[float]]  # year -> of seeds 1, 2, ...


def levels(name: str = "baseline") -> Levels:
    """World welfare of a shipped scenario in each year that a study may end in, of the first seeds."""
    scenario = load(name)
    sums = [simulate(scenario, seed).outcome[METRIC].sum(1) for seed in range(1, SEEDS + 1)]
    found = {}
    for year in range(FIRST, scenario.end + 1):
        quarters = slice((year - FIRST_YEAR) * 4, (year + 1 - FIRST_YEAR) * 4)
        found[str(year)] = [float(each[quarters].sum()) for each in sums]
    return found


def recognised(kept: Levels, runs: Any, scenario: str, end: int) -> bool:
    """Whether a scenario's runs are those of a record; `runs`: runs.parquet as a frame, of a study that ends in `end`.

    Of runs with drawn parameters those of the first draw are asked, with which a plain scenario runs too.
    """
    mine = runs[(runs["scenario"].astype(str) == scenario) & (runs["status"] == "done")]
    seeds = "seed"
    if "draw" in mine and mine["draw"].notna().any():
        mine, seeds = mine[mine["draw"] == 1], "luck"
    told = kept.get(str(end), ())
    pairs = [(row[METRIC], told[int(row[seeds]) - 1]) for _, row in mine.iterrows() if row[seeds] <= len(told)]
    return bool(pairs) and all(math.isclose(*pair, rel_tol=_SAME) for pair in pairs)
