"""Draws without a sector: weighed anew, kept beside the set, read and checked."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from sim.cli import main
from sim.errors import ScenarioError
from sim.evidence.calibration.abc import accept
from sim.evidence.calibration.course import Calibration, energy
from sim.evidence.calibration.emulator import Emulator
from sim.evidence.calibration.evaluations import Evaluations
from sim.evidence.calibration.history_matching import Aim
from sim.evidence.calibration.left_out import refit, told
from sim.evidence.calibration.targets import Target, Targets, check
from sim.evidence.history.mapping import Place
from sim.evidence.history.refit import largest, shifts
from sim.evidence.history.shares import Adoption
from sim.scenario import load, read_set
from sim.scenario.build import build
from sim.scenario.drawn import written
from sim.scenario.sets import Acceptance, ParameterSet, Prior, SetFile
from sim.scenario.space import Space

PRIORS = {"ambient": Prior(low=0.0, high=1.0), "quality_scale": Prior(low=0.5, high=2.0, scale="log")}
SETTINGS = Acceptance(points=4000, seeds=5, accepted=200, ledger=30)
HEAD = "sector,draw,quality_scale,ambient\n"
LEFT_OUT = HEAD + "wind,1,1.5,0.31\nwind,2,1.6,0.32\nrail,1,1.7,0.33\n"


def row(sector: str, n: int) -> Adoption:
    return Adoption(f"{sector}-{n}", sector, Place((sector,)), 2000, 0)


def level(sector: str, value: float) -> Target:
    return Target(sector, "level", {"sectors": [sector], "year": 2000}, value, 0.1, 0.0, 2000, "", {sector: value})


WHOLE = Targets((level("cars", 0.8), level("rail", 0.2)), (row("cars", 1), row("cars", 2), row("rail", 1)), 2014)


def evaluated(points: np.ndarray, moments: np.ndarray, losses: np.ndarray) -> Evaluations:
    return Evaluations(points, moments, np.zeros_like(moments), losses, np.ones(len(points)))


def made(last: Evaluations, without: dict[str, tuple[Targets, Evaluations]], settings: Acceptance) -> Calibration:
    """A course whose final stage gave this."""
    file = SetFile(until=2014, priors=PRIORS, abc=settings)
    found = cast(ParameterSet, SimpleNamespace(file=file))
    whole = Aim(WHOLE.values, WHOLE.spread)
    sample = accept(last.points, energy(last, whole, settings), settings.accepted, file.seed)
    return Calibration(found, WHOLE, Space(PRIORS), last, last, last, (), cast(Emulator, None), sample, without)


def test_draws_move_to_what_the_others_say() -> None:
    """Cars ask for .8 of the first parameter, rail for .2; together they are at .5, without cars at rail's .2."""
    points = np.random.default_rng(1).random((4000, 2))
    moments, none = points[:, [0, 0]], np.zeros(4000)
    without = {}
    for name in ("cars", "rail", "wind"):
        asked = WHOLE.without((name,))
        without[name] = asked, evaluated(points, moments[:, : len(asked.targets)], none)
    course = made(evaluated(points, moments, none), without, SETTINGS)
    found = refit(course)
    assert [each.draws[:, 0].mean() for each in found.values()] == pytest.approx([0.2, 0.8, 0.5], abs=0.03)
    assert np.array_equal(found["wind"].draws, course.draws)  # nothing is known of wind
    words = told(course)
    assert words["wind"]["shift"] == {"ambient": 0.0, "quality_scale": 0.0} and words["wind"]["dropped"] == []
    assert words["cars"]["shift"]["ambient"] < -2 and words["cars"]["dropped"] == ["cars"]
    assert [words[name]["rows"] for name in without] == [2, 1, 0]
    apart = {sector: each.draws.tolist() for sector, each in refit(course).items()}
    lines = written(course.space.names, apart).splitlines()
    assert lines[0] == "sector,draw,ambient,quality_scale"
    assert len(lines) == 1 + 3 * 200 and lines[201].startswith("rail,1,")


def test_the_ledger_counts_for_the_rows_that_are_left() -> None:
    points = np.linspace(0, 1, 400)[:, None] * [1.0, 1.0]
    asked = Targets((), WHOLE.rows[2:], 2014, ("cars",))  # one row of three
    every = evaluated(points, np.zeros((400, 2)), points[:, 0])
    nothing = evaluated(points, np.zeros((400, 0)), points[:, 0])
    course = made(every, {"cars": (asked, nothing)}, Acceptance(points=400, accepted=10, ledger=30))
    weights = refit(course)["cars"].sample.weights
    assert weights[0] / weights[-1] == pytest.approx(np.exp(30 / 3))


def test_shifts_by_hand() -> None:
    every = np.array([[0.1, 1.0], [0.2, np.e], [0.3, np.e**2]])
    other = np.array([[0.4, np.e**2], [0.4, np.e**2], [0.9, np.e**2]])
    spread = np.array([0.1, 0.2, 0.3]).std()
    moved = shifts(PRIORS, every, other)
    assert moved == pytest.approx({"ambient": 0.2 / spread, "quality_scale": 1.0 / np.array([0.0, 1.0, 2.0]).std()})
    assert largest(moved) == ("ambient", moved["ambient"])
    assert shifts(PRIORS, every[:1], other) == {"ambient": None, "quality_scale": None}
    assert largest({"ambient": None})[0] == "-"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set with draws, and with draws without wind and rail."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "one.yaml").write_text(
        "schema: 1\nuntil: 2010\npriors: {ambient: {low: 0.1, high: 0.5}, quality_scale: {low: 0.5, high: 2}}\n"
    )
    (tmp_path / "sets" / "one.csv").write_text("draw,quality_scale,ambient\n1,1.1,0.21\n2,1.2,0.22\n3,1.3,0.23\n")
    (tmp_path / "sets" / "one.left_out.csv").write_text(LEFT_OUT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_scenario_may_take_draws_without_a_sector(folder: Path) -> None:
    plain = load("baseline", posterior={"set": "one", "draws": 2})
    without = load("baseline", posterior={"set": "one", "left_out": "wind", "draws": 2})
    assert [build(without, seed).parameters.ambient for seed in (1, 2, 3)] == [0.31, 0.32, 0.31]
    assert without.hash != plain.hash and without.standing["posterior.left_out"] == "wind"
    assert "left_out" not in plain.resolved["posterior"] and "posterior.left_out" not in plain.standing
    single = load("baseline", posterior={"set": "one", "left_out": "rail"})
    assert single.parameters["ambient"] == 0.33 and single.origins["parameters.ambient"].endswith("one.left_out.csv:4")
    (folder / "copy.yaml").write_text(without.text, encoding="utf-8")
    (folder / "sets" / "one.left_out.csv").unlink()
    assert load(folder / "copy.yaml").hash == without.hash


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"left_out": "wnd"}, "one has no draws without 'wnd'; did you mean 'wind'?"),
        ({"left_out": "wind", "draws": 3}, "3; one has 2 draws"),
    ],
)
def test_wrong_choices_are_told(folder: Path, chosen: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("baseline", posterior={"set": "one", **chosen})
    assert said in str(caught.value) and "--set" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ambient", "ambeint", ":1:4 has the columns sector, draw, quality_scale, ambeint; needs sector, draw,"),
        ("sector,", "", ":1:1 has the columns draw, quality_scale, ambient"),
        ("rail,", "rial,", ":4:1 sector: 'rial' is no sector of the evidence; did you mean 'rail'?"),
        ("rail,1,", ",1,", ":4:1 sector: '' is no sector"),
        ("wind,2,", "wind,3,", ":3:2 draw: '3'; draws count from 1, by one"),
        ("1.6", "high", ":3:3 quality_scale: 'high' is no number"),
        (LEFT_OUT.removeprefix(HEAD), "", ":1:1 holds no draws"),
    ],
)
def test_problems_stand_at_their_line(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "sets" / "one.left_out.csv"
    path.write_text(LEFT_OUT.replace(old, new))
    problems = check("one")
    assert [f"one.left_out.csv{said}" in str(each) for each in problems] == [True], problems


def test_a_whole_course_leaves_draws_that_the_back_test_takes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["calibrate", "tiny", "--workers", "1", "--format", "png", "--quiet"]
    assert main([*asked, "--out", "out"]) == 0
    assert not check("tiny") and main(["check", str(home / "sets" / "tiny.yaml")]) == 0
    found = read_set("tiny")
    assert {"ice_vehicles", "electric_vehicles", "rail"} < found.left_out.keys()
    assert {len(draws.marks) for draws in found.left_out.values()} == {3}
    assert found.left_out["ice_vehicles"].values == found.left_out["electric_vehicles"].values
    summary = json.loads((home / "sets" / "tiny.json").read_text())
    assert summary["left_out"].keys() == found.left_out.keys() and "identification" in summary
    assert (
        summary["left_out"]["electric_vehicles"]["dropped"] == ["cars"] and summary["left_out"]["rail"]["dropped"] == []
    )

    capsys.readouterr()
    backtest = ["backtest", "--set", "posterior.set=tiny", "--seeds", "2", "--set", "end=2027", "--json", "scores.json"]
    assert main([*backtest, "--leave-out", "rail", "--posterior", "2"]) == 0
    assert "Parameters were weighed without it" in capsys.readouterr().out
    one = json.loads((home / "scores.json").read_text())["leave_one_out"]
    assert one["refit"].keys() == {"rail"} and one["refit"]["rail"]["draws"] == 2
    assert one["refit"]["rail"]["shift"].keys() == found.file.priors.keys()
    assert one["log_loss"].keys() > {"model", "model_as_fitted"}
    (home / "sets" / "tiny.left_out.csv").unlink()
    assert main([*backtest, "--leave-out", "rail"]) == 0
    assert "The parameters did: the set has no draws made without it" in capsys.readouterr().out
    two = json.loads((home / "scores.json").read_text())["leave_one_out"]
    assert two["refit"] == {"rail": None} and two["log_loss"]["model"] == two["log_loss"]["model_as_fitted"]
    assert two["log_loss"]["constant"] == one["log_loss"]["constant"]
