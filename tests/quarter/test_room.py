"""A run has room for one sector at a time and a guess at its partnerships; neither may reach a result."""

import numpy as np
import pytest

from sim import simulate as simulation
from sim.columns import Scratch
from sim.compiled import bundle
from sim.declare import SEAT, fields
from sim.quarter import State, in_force, run
from sim.scenario import Scenario
from sim.scenario.build import build, host
from sim.simulate import EVENTS_A_FIRM, ROWS, collect, prepare, simulate
from sim.verify.laboratory import TURMOIL, Laboratory
from tests.quarter.fingerprint import fingerprint


@pytest.fixture(scope="module")
def turmoil(lab: Laboratory) -> Scenario:
    return lab.scenario(*TURMOIL)


def prepared(scenario: Scenario, rows: float | None) -> State:
    inputs = build(scenario, 1)
    return prepare(inputs, host(scenario), 1, EVENTS_A_FIRM * len(inputs.firms.id), rows)


def test_sectors_take_seats_in_turn(turmoil: Scenario) -> None:
    narrow, wide = prepared(turmoil, ROWS), prepared(turmoil, None)
    firms = len(wide.firms.id)
    assert (
        len(narrow.scratch.turn) == (narrow.sectors.last - narrow.sectors.first).max() < len(wide.scratch.turn) == firms
    )
    assert len(narrow.partnerships.id) < len(wide.partnerships.id)
    for state in (narrow, wide):
        run(state, len(state.outcome))
    assert fingerprint(collect(narrow)) == fingerprint(collect(wide)) == fingerprint(simulate(turmoil, 1))
    told = [state.partnerships.id[in_force(state)] for state in (narrow, wide)]
    assert len(told[0]) > 3 and np.array_equal(*told)  # in the same order, wherever they lie


def test_what_an_earlier_sector_left_in_its_seats_is_not_read(turmoil: Scenario) -> None:
    clean, dirty = prepared(turmoil, ROWS), prepared(turmoil, ROWS)
    for name, field in fields(Scratch).items():
        if field.per.startswith(SEAT):
            getattr(dirty.scratch, name).fill(1)
    for state in (clean, dirty):
        run(state, len(state.outcome))
    assert fingerprint(collect(clean)) == fingerprint(collect(dirty))


def test_a_run_that_lacks_rows_is_repeated_with_more(turmoil: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    needed: dict[str, float] = {}
    monkeypatch.setattr(simulation, "ROWS", 0.1)
    monkeypatch.setattr(simulation, "_rows_needed", needed)
    found = fingerprint(simulate(turmoil, 1))
    assert needed[turmoil.world_hash] > 0.1  # and the next run of this world begins with as many
    monkeypatch.undo()
    assert found == fingerprint(simulate(turmoil, 1))


def test_a_sector_with_more_firms_than_seats_is_refused(turmoil: Scenario) -> None:
    state = prepared(turmoil, ROWS)
    with pytest.raises(ValueError, match="more firms than there are seats"):
        bundle(state).seat(0, len(state.scratch.turn) + 1)
