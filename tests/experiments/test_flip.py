"""A lead that is lost at once: what the lift does in a run, how the cohort is counted, and how large the effect is."""

import numpy as np
import pandas as pd
import pytest

from sim.model.columns import FIRST_YEAR, Happening, Type
from sim.scenario import load
from sim.scenario.vary import vary
from sim.simulate import simulate
from sim.sweeps.experiments import open_definition
from sim.sweeps.experiments.cohort import cohort, dated, ratio

SEEDS = range(1, 7)
DATE, WITHIN = (2008 - FIRST_YEAR) * 4, 20
LIFTED = {"shocks.lift.lead": 0.3}


def counted(run) -> tuple[int, int, int]:
    """Host ventures in force in 2008Q1 of a run; those that end within five years; those that change type."""
    lives, events = run.lives, run.events
    there = np.isin(lives["type_first"], (Type.market_access, Type.co_innovation)) & (lives["start"] < DATE)
    there &= (lives["end"] < 0) | (lives["end"] >= DATE)
    ended = there & (lives["end"] >= 0) & (lives["end"] < DATE + WITHIN)
    soon = (events["quarter"] >= DATE) & (events["quarter"] < DATE + WITHIN)
    converted = events["partnership"][soon & (events["kind"] == Happening.conversion)]
    return int(there.sum()), int(ended.sum()), int(np.isin(lives["id"][there], converted).sum())


@pytest.fixture(scope="module")
def totals() -> dict[bool, np.ndarray]:
    """Over seeds, with and without the lift."""
    scenario = open_definition("flip").scenario
    worlds = {True: vary(scenario, LIFTED), False: scenario}
    return {key: np.sum([counted(simulate(world, seed)) for seed in SEEDS], axis=0) for key, world in worlds.items()}


def test_a_lost_lead_ends_and_converts_ventures(totals: dict[bool, np.ndarray]) -> None:
    """The registered bounds: two and a half to six times as many ends, at least three times as many conversions."""
    (cohort_with, ended, converted), (cohort_without, ended_anyway, converted_anyway) = totals[True], totals[False]
    assert cohort_with == cohort_without > 100  # the same ventures: nothing differs before the date
    assert 2.5 <= ended / ended_anyway <= 6
    assert converted / converted_anyway >= 3


def test_nothing_differs_before_the_lift_and_it_leads_from_then() -> None:
    scenario = open_definition("flip").scenario
    plain, lifted = (simulate(world, 1) for world in (scenario, vary(scenario, LIFTED)))
    for name in ("outcome", "markets", "vintages"):
        assert getattr(plain, name)[:DATE].tobytes() == getattr(lifted, name)[:DATE].tobytes()
    gap = [run.outcome["technology_chinese"][DATE + 1].sum() for run in (plain, lifted)]
    assert gap[1] > gap[0] + 0.1


def test_a_lift_of_nothing_changes_no_byte() -> None:
    """The experiment's scenario, whose lift has size zero, against the baseline."""
    ours, theirs = simulate(open_definition("flip").scenario, 1), simulate(load("baseline"), 1)
    assert all(
        getattr(ours, name).tobytes() == getattr(theirs, name).tobytes() for name in ("outcome", "events", "lives")
    )


def test_a_cohort_is_who_is_in_force_as_the_year_begins() -> None:
    columns = ["point", "seed", "partnership", "sector", "type_first", "start", "end"]
    lives = pd.DataFrame(
        [
            (0, 1, "a", "cars", "market_access", "2007Q4", "2012Q4"),  # ends in its last quarter
            (0, 1, "b", "cars", "co_innovation", "2000Q1", None),
            (0, 1, "c", "cars", "market_access", "2000Q1", "2007Q4"),  # over before
            (0, 1, "d", "cars", "market_access", "2008Q1", "2009Q1"),  # signed too late
            (0, 1, "e", "cars", "globalize", "2000Q1", "2009Q1"),  # not in the host
            (0, 1, "f", "rail", "market_access", "2000Q1", "2009Q1"),  # another sector
            (0, 2, "a", "cars", "market_access", "2000Q1", "2013Q1"),  # ends a quarter too late
        ],
        columns=columns,
    )
    events = pd.DataFrame(
        [
            (0, 1, "b", "2010Q1", "conversion"),
            (0, 2, "a", "2007Q4", "conversion"),
            (0, 2, "a", "2012Q4", "renegotiation"),
        ],
        columns=["point", "seed", "partnership", "quarter", "kind"],
    )
    found = cohort(dated(lives), dated(events), ["cars"], 2008)
    assert found["seed"].tolist() == [1, 1, 2]
    assert found["ventures_ended"].tolist() == [True, False, False]
    assert found["ventures_converted"].tolist() == [False, True, False]
    assert found["ventures_renegotiated"].tolist() == [False, False, True]


def test_a_ratio_is_of_sums_and_its_interval_holds_it() -> None:
    found = ratio(np.array([4.0, 6.0, 8.0]), np.array([2.0, 2.0, 2.0]))
    assert found.value == 3.0 and 2.0 <= found.lo < 3.0 < found.hi <= 4.0
    assert np.isnan(ratio(np.array([1.0, 2.0]), np.zeros(2)).value)
