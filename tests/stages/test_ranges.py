"""No parameters, sectors or policies within their declared ranges break an invariant, alone, together or at corners."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.parameters import parameters
from sim.scenario import Scenario
from sim.scenario.files import GIVEN
from sim.scenario.shocks import KINDS, Shock
from tests.stages.drawn import (
    any_parameters,
    any_sectors,
    any_shocks,
    extreme_shock,
    extreme_shocks,
    survive,
    variant,
)

ENDS = {"low": 0, "high": -1}
LOW = {name: float(parameter.low) for name, parameter in parameters().items()}
HIGH = {name: float(parameter.high) for name, parameter in parameters().items()}
CORNERS = {"low": LOW, "high": HIGH}


def test_the_tiny_world_is_alive(tiny: Scenario) -> None:
    """So that its invariants are about something: all types of partnership, ends, flips, entry and exit occur.

    Firms as dear to run as this fail now and then; at the default nobody does in so short a time.
    """
    total: dict[str, float] = {}
    for seed in range(8):
        outcome = survive(variant(tiny, {"overhead": 0.1}), 8, seed).outcome
        for name in (
            "active_market_access",
            "active_co_innovation",
            "active_globalize",
            "exits",
            "flips",
            "entries",
            "bankruptcies",
            "renegotiations",
        ):
            total[name] = total.get(name, 0.0) + outcome[name].sum()
    assert all(total.values()), total


@settings(max_examples=60)
@given(parameters=any_parameters, sectors=any_sectors, shocks=any_shocks, seed=st.integers(0, 3))
def test_nothing_in_range_breaks_an_invariant(
    tiny: Scenario, parameters: dict[str, float], sectors: dict[str, float], shocks: tuple[Shock, ...], seed: int
) -> None:
    survive(variant(tiny, parameters, shocks, sectors), 4, seed)


def test_research_too_small_to_divide_by_is_none(tiny: Scenario) -> None:
    survive(variant(tiny, sectors={"rd_intensity": 2e-311}), 4, 0)


@settings(max_examples=40)
@given(shocks=any_shocks, seed=st.integers(0, 3))
def test_no_policy_breaks_an_invariant(tiny: Scenario, shocks: tuple[Shock, ...], seed: int) -> None:
    """In the world as it is, where partnerships thrive."""
    survive(variant(tiny, shocks=shocks), 2, seed)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("corner", CORNERS)
def test_corners(tiny: Scenario, corner: str, end: str) -> None:
    """All parameters at one end, without policy and with every instrument at one end; then all sectors as well."""
    for shocks in ((), extreme_shocks(ENDS[end])):
        survive(variant(tiny, CORNERS[corner], shocks), 1)
        survive(
            variant(tiny, CORNERS[corner], shocks, {name: (f.low, f.high)[ENDS[end]] for name, f in GIVEN.items()}), 1
        )


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", parameters())
def test_one_parameter_at_an_end(tiny: Scenario, name: str, end: str) -> None:
    for shocks in ((), extreme_shocks(-1)):
        survive(variant(tiny, {name: CORNERS[end][name]}, shocks), 16)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", GIVEN)
def test_one_number_of_the_sectors_at_an_end(tiny: Scenario, name: str, end: str) -> None:
    field = GIVEN[name]
    survive(variant(tiny, sectors={name: (field.low, field.high)[ENDS[end]]}), 4)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", KINDS)
def test_one_instrument_at_an_end(tiny: Scenario, kind: str, end: str) -> None:
    for shock in extreme_shock(kind, ENDS[end]):
        survive(variant(tiny, shocks=(shock,)), 2)
