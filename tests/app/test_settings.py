"""What the page lets move and draws, without a browser."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from sim.app import serve
from sim.app.choices import choice, choices
from sim.app.drawing import drawing, told
from sim.app.shown import FLIPS, IN_FORCE, Shown
from sim.cli import main
from sim.errors import ScenarioError, UsageError
from sim.model.parameters import parameters
from sim.scenario import load
from sim.scenario.vary import value_at, vary
from sim.simulate import simulate


def test_choices_hold_the_value_of_now_and_only_what_set_takes() -> None:
    scenario = load("tariff_escalation")
    found = choices(scenario)
    assert found[0].path == "shocks.us_escalation.rate"  # of the scenario's own file first
    assert "acts from 2027Q1" in found[0].acts
    for each in found:
        assert each.title and each.text and "acts" in each.acts
        if not each.levels:
            continue
        assert each.levels[each.place(float(value_at(scenario, each.path)))] == value_at(scenario, each.path)
        for value in (each.levels[0], each.levels[-1]):
            assert value_at(vary(scenario, {each.path: value}), each.path) == value


def test_a_parameter_is_described_by_its_declaration() -> None:
    about, found = parameters()["habit"], choice(load("baseline"), "parameters.habit")
    assert (found.levels[0], found.levels[-1], found.unit) == (about.low, about.high, about.unit)
    assert found.text == about.text


def test_a_path_that_cannot_be_moved_is_told() -> None:
    with pytest.raises(UsageError, match="neither a parameter nor a size or date"):
        choices(load("baseline"), ["parameters.horizn"])


def test_a_run_is_that_of_simulate() -> None:
    """The series are those of the same scenario and seed; what ended was in force and is no more."""
    scenario = load("baseline", {"end": "2000"})
    shown, outcome = Shown(scenario, 5, 10**9), simulate(scenario, 5).outcome
    assert not shown.running
    for name in (*IN_FORCE, *FLIPS):
        totals = outcome[name].sum(axis=1)
        np.testing.assert_array_equal(shown.series(name), np.cumsum(totals) if name in FLIPS else totals)
    shown.step()  # nothing after the end
    assert shown.now == "2000Q4"


def test_what_ended_was_in_force_before() -> None:
    shown = Shown(load("baseline", {"end": "1996"}), 5, 40)
    while shown.running:
        before = set(shown.contracts()["id"].tolist())
        shown.step()
        assert set(shown.ended["id"].tolist()) == before - set(shown.contracts()["id"].tolist())


def test_the_drawing_holds_every_partnership() -> None:
    shown = Shown(load("baseline", {"end": "2020"}), 1, 10**9)
    root = ET.fromstring(drawing(shown, shown))
    assert root.get("aria-label") == told(shown)
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    counts = np.bincount(shown.contracts()["sector"], minlength=len(shown.labels.sectors))
    assert "Cars" in words and [words[words.index("Cars") + 1]] == [str(counts[0])]


def test_errors_come_before_the_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra one line says how to get it; a wrong setting is told as everywhere."""
    monkeypatch.setitem(__import__("sys").modules, "solara", None)
    assert main(["app", "--no-browser"]) == 2
    assert 'pip install "contraflow[app]"' in capsys.readouterr().err
    monkeypatch.setattr("sim.app._need_the_extra", lambda: None)
    monkeypatch.setitem(__import__("sys").modules, "sim.app.page", type("page", (), {}))
    with pytest.raises(ScenarioError, match="horizn"):
        serve("baseline", {"parameters.horizn": "24"}, browser=False)
