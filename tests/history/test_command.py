"""`backtest` as it is typed."""

import json

import pytest

from sim.cli import main
from sim.measures import intervals


@pytest.fixture
def call(capsys, monkeypatch):
    """`call(*words) -> (exit code, stdout, stderr)`; intervals from few draws, which take most of the time."""
    monkeypatch.setattr(intervals, "CASE_DRAWS", 100)

    def run(*words):
        code = main(["backtest", *map(str, words)])
        return (code, *capsys.readouterr())

    return run


def test_a_short_run(call, tmp_path):
    target = tmp_path / "scores.json"
    code, out, err = call("--seeds", "2", "--set", "end=2027", "--until", "2016", "--json", target, "--workers", "1")
    assert code == 0 and not [word for word in err.splitlines() if word.startswith("error")]
    found = json.loads(target.read_text())
    assert found["formations"]["n"] > 100 and "rail" in found["formations"]["by_sector"]
    assert found["formations"]["by_period"].keys() == {"2015-19", "2020-26"}
    assert "trend_sector" in out and "Order of flips" in out
    assert "set fit2014, which knows data up to 2014" in out and "electric cars" in out
    assert found["parameters"]["set"] == "fit2014" and found["parameters"]["until"] == 2014
    assert list(found["by_origin"]) == ["1999", "2004", "2009", "2014", "2016"]
    assert [each["parameters"]["prior"] for each in found["by_origin"].values()] == [True] * 3 + [False] * 2
    assert found["pool"]["n"] > 100 and found["chosen_naive"] in found["formations"]["log_loss"]
    assert [path.name for path in tmp_path.iterdir()] == ["scores.json"]


def test_a_set_that_knows_too_much_is_told(call):
    short = ("--seeds", "1", "--single", "--set", "end=2027", "--workers", "1")
    code, out, _ = call(*short, "--set", "posterior.set=all2025")
    assert code == 0 and "skill here is no evidence" in out


def test_before_any_set_the_priors_speak(call, tmp_path):
    target = tmp_path / "scores.json"
    short = ("--seeds", "1", "--single", "--set", "end=2027", "--workers", "1", "--json", target)
    code, out, _ = call(*short, "--until", "2001", "--posterior", "3")
    assert code == 0 and "3 points of the priors of set fit2014: structure only, nothing was fitted" in out
    found = json.loads(target.read_text())
    assert found["parameters"]["until"] is None and found["parameters"]["draws"] == 3
    assert list(found["by_origin"]) == ["2001"] and found["pool"]["weight"] is None


@pytest.mark.parametrize("option", ["--cases", "--series", "--sectors"])
def test_a_bad_file_is_told_before_anything_runs(call, tmp_path, option):
    path = tmp_path / "bad.csv"
    path.write_text("sector,year\nrail,2001\n")
    code, out, err = call(option, path, "--json", tmp_path / "scores.json")
    assert (code, out) == (4, "") and f"error: {path}:1:1 lacks the column" in err and "hint: the columns" in err
    assert not (tmp_path / "scores.json").exists()


def test_nowhere_to_write_is_told_before_anything_runs(call, tmp_path):
    code, out, err = call("--json", tmp_path / "none" / "scores.json")
    assert (code, out) == (73, "") and "there is no folder" in err


def test_flags(call):
    assert call("--until", "soon")[0] == 2
    assert call("--seeds", "x")[0] == 2
    assert call("--workers", "0")[0] == 2
