"""A whole calibration of the model itself, small: it resumes, repeats, and leaves what `load` reads."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.evidence.calibration import Options, calibrate
from sim.evidence.calibration.evaluations import FILE
from sim.evidence.calibration.record import Lesson, record
from sim.scenario import load, read_set
from sim.simulate import simulate


def test_an_interrupted_calibration_gives_the_same_draws(home: Path) -> None:
    """Whether it is stopped half-way or not, and on one thread or two."""
    whole = calibrate(read_set("tiny"), Options(home / "whole"))
    assert whole.draws.shape == (3, 2) and len(whole.every.points) == 16
    lines = (home / "whole" / FILE).read_text().splitlines()
    shutil.copytree(home / "whole", home / "part")
    (home / "part" / FILE).write_text("\n".join(lines[:11]) + "\n")
    told: list[tuple[int, int, int]] = []
    again = calibrate(read_set("tiny"), Options(home / "part", 2, progress=lambda *each: told.append(each)))
    assert told[0] == (8, 8, 8) and {each[2] for each in told} == {8, 3, 0}  # found, not run again
    assert np.array_equal(again.draws, whole.draws) and np.array_equal(again.last.moments, whole.last.moments)


def test_the_command_leaves_draws_that_load(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["calibrate", "tiny", "--out", "out", "--workers", "1", "--format", "png", "--twin"]
    assert main([*asked, "--quick", "--points", "8", "--waves", "1"]) == 0
    assert "a trial" in capsys.readouterr().out and (home / "out" / "tiny.left_out.csv").is_file()
    assert [path.name for path in (home / "sets").iterdir()] == ["tiny.yaml"]
    assert main([*asked, "--json", "all.json"]) == 0
    assert "ambient" in capsys.readouterr().out
    told = json.loads((home / "all.json").read_text())
    assert told["parameters"].keys() == {"ambient", "partner_learning"} and told["moments"].keys() == {"ends", "cars"}
    assert told["draws"] == 3 and "identification" in told and "twin" in told
    assert {path.name for path in (home / "sets").iterdir()} == {
        *("tiny.yaml", "tiny.csv", "tiny.left_out.csv", "tiny.json")
    }
    kept = json.loads((home / "sets" / "tiny.json").read_text())
    assert kept == told and kept["identification"]["directions"] and kept["twin"]["twins"] == 8
    assert {path.suffix for path in (home / "out" / "figures").glob("calibration-*")} == {".png", ".csv"}
    drawn = read_set("tiny").draws
    assert drawn is not None and len(drawn.marks) == 3
    scenario = load("baseline", {"end": 1990}, {"set": "tiny", "draws": 3})
    assert scenario.parameters["horizon"] == 30 and scenario.draws["ambient"] == drawn.values["ambient"]
    assert main(["run", "baseline", "--set", "posterior.set=tiny", "--posterior", "3", "--seeds", "2", "--end", "1990",
                 "--out", "run", "--keep", "summary", "--quiet", "--workers", "1"]) == 0  # fmt: skip
    manifest = json.loads((home / "run" / "manifest.json").read_text())
    assert manifest["scenarios"]["baseline"]["resolved"]["posterior"]["draws"] == 3


def test_a_set_is_checked_as_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "sets" / "tiny.yaml"
    assert main(["check", str(path)]) == 0
    path.write_text(path.read_text().replace("ends, cars", "ends, cras").replace("absorption", "absorbtion"))
    assert main(["check", str(path)]) == 4 and "did you mean 'cars'" in capsys.readouterr().err
    path.write_text(path.read_text().replace("cras", "cars"))
    assert main(["check", str(path)]) == 4 and "sets/tiny.yaml:4" in capsys.readouterr().err


def test_flags(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "tny"]) == 4 and "did you mean 'tiny'" in capsys.readouterr().err
    assert main(["calibrate", "tiny", "--points", "0"]) == 2
    assert main(["calibrate", "tiny", "--json", "none/x.json"]) == 73
    assert main(["run", "baseline", "--posterior", "0"]) == 2
    assert main(["run", "baseline", "--posterior", "500"]) == 4 and "all2025 has 100 draws" in capsys.readouterr().err
    assert not (home / "results").exists()


def test_a_branch_without_learning_changes_nothing_in_the_run_itself() -> None:
    scenario = load("baseline", {"end": 1996})
    plain = simulate(scenario, 3)
    branched = record(scenario, [3], Lesson("cars", 1988, 1996))
    assert np.array_equal(branched.ensemble.metrics["active"][0], plain.outcome["active"])
    assert 0.0 < branched.increments[0] < 1.0
    untaught = load("baseline", {"end": 1996, "parameters.partner_learning": 0})
    assert record(untaught, [3], Lesson("cars", 1988, 1996)).increments[0] == 0.0
    assert np.isnan(record(scenario, [3], None).increments[0])
