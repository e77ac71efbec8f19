"""`experiment` and `check` of definitions, as they are typed."""

import json

import pytest

from sim.sweeps.experiments.words import effect_words
from tests.experiments.conftest import TEXT


@pytest.fixture
def short(tmp_path):
    """The small experiment without blocks and attributions."""
    head, _, rest = TEXT.partition("  blocks:")
    path = tmp_path / "duty.yaml"
    path.write_text(head + rest[rest.index("  robustness") :], encoding="utf-8")
    return path


def test_without_a_name_experiments_are_listed(call):
    code, told, _ = call("experiment")
    assert code == 0 and [line.split()[0] for line in told.splitlines()[:15]] == [f"E{n}" for n in range(1, 16)]
    assert [each["name"] for each in json.loads(call("experiment", "--json")[1])][14:] == ["E15", "flip"]


def test_an_experiment_runs_tells_and_goes_on(call, short, tmp_path):
    draws = tmp_path / "draws.csv"
    draws.write_text("rd_floor,horizon\n0.5,20\n0.6,24\n", encoding="utf-8")
    words = ("experiment", short, "--seeds", "1:2", "--draws", draws, "--workers", "1", "--out", tmp_path / "r")
    code, told, _ = call(*words, "--format", "svg", "--record", tmp_path / "record.json")
    assert code == 0 and "A duty on cars (" in told and "as expected" in told and "of 7 variants and" in told
    folder = tmp_path / "r" / "duty"
    figures = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert figures == {"duty-effects", "duty-robustness", "duty-reversal"}
    assert all((folder / "figures" / f"{name}.csv").is_file() for name in figures)
    (record,) = json.loads((tmp_path / "record.json").read_text())
    assert record["draws"]["worlds"] == 2
    code, told, noted = call(*words, "--format", "svg", "--json")
    assert code == 0 and f"found {record['runs']} of {record['runs']} runs" in noted
    assert json.loads(told)["experiments"][0]["signs"] == record["signs"]
    code, _, error = call("plot", folder)
    assert code == 2 and "is an experiment" in error


def test_dry_run_counts_and_leaves_nothing(call, short, tmp_path):
    code, told, _ = call("experiment", short, "E4", "--out", tmp_path / "r", "--dry-run")
    assert code == 0 and "duty" in told and "together" in told and not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("E4", "--budget", "large"), 2, "--budget 'large' is not a size"),
        (("E4", "--seeds", "x"), 2, "seeds: 'x' is neither a number nor a range"),
        (("E4", "--draws", "nowhere.csv"), 2, "nowhere.csv cannot be read"),
        (("E4", "--format", "bmp"), 2, "bmp is not a format"),
        (("E16",), 4, "no such experiment"),
        (("nowhere.yaml",), 4, "no such experiment"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, tmp_path, words, code, told):
    found, _, error = call("experiment", *words, "--out", tmp_path / "r")
    assert (found, (tmp_path / "r").exists()) == (code, False) and told in error
    assert sum(line.startswith("error: ") for line in error.splitlines()) == 1


@pytest.mark.parametrize("text", ["rd_flor\n0.5\n", "rd_floor\n-3\n", "rd_floor\nx\n", "rd_floor\n"])
def test_wrong_draws_are_refused(call, short, tmp_path, text):
    (tmp_path / "draws.csv").write_text(text, encoding="utf-8")
    code, _, error = call("experiment", short, "--draws", tmp_path / "draws.csv", "--out", tmp_path / "r")
    assert code in (2, 4) and "error: " in error and not (tmp_path / "r").exists()


def test_check_reads_definitions(call, short):
    assert call("check", short)[:2] == (0, "1 file is valid\n")
    short.write_text(short.read_text().replace("shocks.duty.rate: 1", "shocks.duty.rat: 1"), encoding="utf-8")
    code, _, error = call("check", short)
    assert code == 4 and "duty.yaml" in error and "contrasts.full" in error and "did you mean" in error


def test_effects_in_words():
    told = {"difference": 0.0123, "lo": 0.01, "hi": 0.0151, "compare": "difference", "unit": "share"}
    assert effect_words(told) == "+1.23 [+1, +1.51] % points"
    assert effect_words({**told, "unit": "log"}) == "+0.0123 [+0.01, +0.0151] log"
    assert effect_words({**told, "compare": "relative", "unit": "money"}) == "+1.23 [+1, +1.51] %"
    assert effect_words({**told, "difference": -12345.6, "lo": None, "unit": "ratio"}) == "-12,346"
    assert effect_words({**told, "difference": None}) == "-"
