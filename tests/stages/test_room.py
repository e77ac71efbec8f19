"""A run has room for one group of sectors at a time and a guess at its partnerships; neither may reach a result."""

from importlib import import_module

import numpy as np
import pytest

from sim.machine.compiled import bundle
from sim.machine.declare import SEAT, fields
from sim.model import stages as quarter
from sim.model.columns import Scratch
from sim.model.stages import State, in_force, run
from sim.scenario import Scenario
from sim.scenario.build import build, host
from sim.simulate import AMPLE, EVENTS_A_FIRM, ROWS, collect, prepare, simulate
from sim.verify.laboratory import TURMOIL, Laboratory
from tests.stages.fingerprint import fingerprint

simulation = import_module("sim.simulate")  # the package gives the function of that name


@pytest.fixture(scope="module")
def turmoil(lab: Laboratory) -> Scenario:
    return lab.scenario(*TURMOIL)


def prepared(scenario: Scenario, rows: float | None) -> State:
    inputs = build(scenario, 1)
    return prepare(inputs, host(scenario), 1, EVENTS_A_FIRM * len(inputs.firms.id), rows)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sector is a group of its own."""
    monkeypatch.setattr(quarter, "TOGETHER", 0)


def test_groups_are_neighbours_up_to_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds, nothing = np.array([0, 30, 50, 60, 160, 170]), np.zeros((5, 1, 5))
    for most, expected in ((0, 5), (60, 3), (50, 4), (1000, 1)):
        monkeypatch.setattr(quarter, "TOGETHER", most)
        found = quarter.groups(bounds[:-1], bounds[1:], nothing)
        assert [end for _, end in found[:-1]] == [begin for begin, _ in found[1:]]
        assert (found[0][0], found[-1][1], len(found)) == (0, 5, expected)
        rows = [int(bounds[end] - bounds[begin]) for begin, end in found]
        assert all(many <= most or end - begin == 1 for many, (begin, end) in zip(rows, found, strict=True))
        assert quarter.seats(bounds[:-1], bounds[1:], nothing) == max(rows)


def test_sectors_that_go_together_do_as_they_would_alone(turmoil: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for most in (0, 60, 10**6):
        monkeypatch.setattr(quarter, "TOGETHER", most)
        found.append(fingerprint(simulate(turmoil, 1)))
    assert found[0] == found[1] == found[2]


def test_sectors_take_seats_in_turn(turmoil: Scenario, alone: None) -> None:
    narrow, wide = prepared(turmoil, AMPLE), prepared(turmoil, None)
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


def test_what_an_earlier_sector_left_in_its_seats_is_not_read(turmoil: Scenario, alone: None) -> None:
    clean, dirty = prepared(turmoil, ROWS), prepared(turmoil, ROWS)
    for name, field in fields(Scratch).items():
        if field.per.startswith(SEAT):
            getattr(dirty.scratch, name).fill(1)
    for state in (clean, dirty):
        run(state, len(state.outcome))
    assert fingerprint(collect(clean)) == fingerprint(collect(dirty))


@pytest.mark.parametrize(("guess", "small"), [("AMPLE", 10**6), ("ROWS", 0)])
def test_a_run_that_lacks_rows_is_repeated_with_more(
    turmoil: Scenario, monkeypatch: pytest.MonkeyPatch, guess: str, small: int
) -> None:
    needed: dict[str, float] = {}
    monkeypatch.setattr(simulation, guess, 0.1)
    monkeypatch.setattr(simulation, "SMALL", small)
    monkeypatch.setattr(simulation, "_rows_needed", needed)
    found = fingerprint(simulate(turmoil, 1))
    assert needed[turmoil.world_hash] > 0.1  # and the next run of this world begins with as many
    monkeypatch.undo()
    assert found == fingerprint(simulate(turmoil, 1))


def test_more_firms_than_seats_are_refused(turmoil: Scenario) -> None:
    state = prepared(turmoil, ROWS)
    with pytest.raises(ValueError, match="more firms than seats"):
        bundle(state).seat(0, len(state.scratch.turn) + 1)
