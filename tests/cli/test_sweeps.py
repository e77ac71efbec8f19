"""`sweep`, `merge`, and `check` of sweep files: what is printed, what is written, how it ends."""

import html
import json
import re

import pandas as pd
import pytest

from sim.plots import style
from sim.runs import Results
from tests.plots.test_report import parse

SWEEP = ("sweep", "baseline", "--workers", "1", "--start", "2000", "--end", "2002")
HORIZON = ("--vary", "parameters.horizon=12,24")


@pytest.fixture
def write(tmp_path):
    """`write(text) -> path` of a sweep file beside the shipped scenarios."""

    def put(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return put


def test_a_sweep_tells_its_effects_and_goes_on(call, tmp_path):
    code, told, _ = call(*SWEEP, *HORIZON, "--seeds", "2", "--out", tmp_path / "r")
    assert code == 0 and "Differences to baseline as it stands in 2002, paired by seed; all sectors where" in told
    assert re.search(r"^welfare .* of 2$", told, re.M) and f"Tables:  {tmp_path / 'r'}" in told
    assert f"Report:  {tmp_path / 'r' / 'report.html'}" in told
    _check_report(Results.open(tmp_path / "r"))
    code, told, noted = call(*SWEEP, *HORIZON, "--seeds", "3", "--out", tmp_path / "r", "--json")
    assert code == 0 and "found 6 of 9 runs" in noted
    found = json.loads(told)
    assert found["counts"]["done"] == 9 and found["design"]["vary"] == {"parameters.horizon": {"values": [12, 24]}}
    code, _, error = call(*SWEEP, "--vary", "parameters.horizon=12,25", "--out", tmp_path / "r")
    assert code == 5 and "design vary:" in error and "hint: choose another --out" in error
    run = Results.open(tmp_path / "r").runs.iloc[-1]
    code, told, _ = call("replay", tmp_path / "r", run.run_id)
    assert code == 0 and f"baseline at point {run.point}, seed {run.seed}: done" in told
    assert "the same bytes as stored" in told


def _check_report(results):
    """The page of a sweep: whole, what was varied, the largest effect and where, and links that lead somewhere."""
    path = results.folder / "report.html"
    links = [link for link in parse(path).links if not link.startswith("#")]
    assert links and all((results.folder / link).is_file() for link in links)
    words = re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8").split("<body>")[1])
    told = re.sub(r"\s+", " ", html.unescape(words))
    assert "at 3 points" in told and "horizon of decisions parameters.horizon, quarters 32 12, 24" in told
    rows = results.differences.query("metric == 'welfare' and sector == 'all' and region == 'all'").sort_values(
        "difference"
    )
    least, most = (rows.iloc[place] for place in (0, -1))
    shown = [style.number(end.difference, style.declared("welfare"), signed=True) for end in (least, most)]
    (row,) = re.findall(r"World welfare bn 2020 USD a year (.*?) All points", told.replace("Dependence", "All points"))
    assert all(number in row for number in shown), (shown, row)
    assert [int(value) for value in re.findall(r"at (\d+)", row)] == [
        end["parameters.horizon"] for end in (least, most)
    ]


def test_dry_run_measures_a_pilot_and_leaves_nothing(call, tmp_path):
    words = (*SWEEP, "--vary", "parameters.horizon=4:120:1", "--seeds", "5", "--out", tmp_path / "r", "--dry-run")
    code, told, _ = call(*words)
    assert code == 0 and "117 points x 5 seeds = 585 runs" in told and not (tmp_path / "r").exists()
    assert all(re.search(rf"^  {word} .*\d", told, re.M) for word in ("pilot", "time", "disk", "memory"))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--vary", "parameters.horizn=12"), 4, "--vary parameters.horizn: unknown key; did you mean 'horizon'?"),
        (("--vary", "parameters.horizon=1"), 4, "--vary parameters.horizon: 1; must be between 4 and 120"),
        (("--vary", "horizon"), 2, "--vary 'horizon' is not PATH=VALUE"),
        (("--vary", "parameters.horizon=4:40"), 4, "has no step, which a grid needs"),
        ((*HORIZON, "--design", "sobl"), 2, "did you mean 'sobol'?"),
        ((*HORIZON, "--design", "sobol"), 2, "design sobol needs a number of samples"),
        ((*HORIZON, "--samples", "4"), 2, "samples belong to the designs lhs and sobol"),
        ((*HORIZON, "--shard", "3"), 2, "--shard '3' is not I/N"),
        ((*HORIZON, "--shard", "4/3"), 2, "shard: 4/3 is not one of n parts"),
        ((*HORIZON, "--until-ci", "trust=x"), 2, "'x' is not a number"),
        (("--vary", "parameters.horizon=4:120:1", "--vary", "parameters.rd_floor=0:2:0.001"), 4, "234,117 points"),
        (
            ("--vary", "parameters.horizon=12:24:0"),
            4,
            "--vary parameters.horizon: a step of 0 does not lead from 12 to 24",
        ),
        (("--vary", "parameters.horizon=24:12:1"), 4, "a step of 1 does not lead from 24 to 12"),
        (("--vary", "parameters.horizon=[]"), 4, "--vary parameters.horizon: no values"),
        (("--vary", "parameters.horizon=4:40:0.000001"), 4, "36,000,001 values; at most 100,000"),
        (("--points", "nowhere.csv"), 2, "nowhere.csv cannot be read"),
        ((), 2, "nothing to vary"),
    ],
)
def test_a_wrong_sweep_is_refused_before_anything_runs(call, tmp_path, words, code, told):
    found, _, error = call(*SWEEP, *words, "--out", tmp_path / "r")
    assert (found, (tmp_path / "r").exists()) == (code, False) and told in error
    assert sum(line.startswith("error: ") for line in error.splitlines()) == 1


def test_a_sweep_file_says_the_same_as_options(call, write, tmp_path):
    file = write(
        "scenario: baseline\nset: {start: 2000, end: 2002}\nvary: {parameters.horizon: [12, 24]}\n"
        "seeds: 2\noutcomes: [welfare]\n"
    )
    assert call("check", file)[0] == 0
    assert call("sweep", file, "--workers", "1", "--out", tmp_path / "file", "--quiet")[0] == 0
    assert call(*SWEEP, *HORIZON, "--seeds", "2", "--out", tmp_path / "options", "--quiet")[0] == 0
    one, other = (Results.open(tmp_path / name) for name in ("file", "options"))
    pd.testing.assert_frame_equal(one.runs.drop(columns="seconds"), other.runs.drop(columns="seconds"))
    assert set(one.summary.metric) == {"welfare"} < set(other.summary.metric)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scenario: baseline\nvary: {parameters.horizn: [12]}\n", "mine.yaml:2:27 vary.parameters.horizn: unknown key"),
        ("scenario: baseline\nvary:\n  parameters.horizon: 4:40\n", "mine.yaml:3:23 vary.parameters.horizon: 4:40 has"),
        ("scenario: baselin\nvary: {end: [2030]}\n", "mine.yaml:1:11 scenario: 'baselin'; no such scenario"),
        (
            "scenario: baseline\nvari: {}\nvary: {end: [2030]}\n",
            "mine.yaml:2:1 vari: unknown key; did you mean",
        ),
        ("scenario: baseline\nvary: {end: [2030]}\ndesign: box\n", "mine.yaml:3:9 design: 'box'; must be grid, list"),
        ("scenario: baseline\nvary: {end: [2030]}\npoints: a.csv\n", "give either paths to vary or a file of points"),
        ("scenario: baseline\npoints: ../a.csv\n", "mine.yaml:2:9 points: leads out of the folder"),
        ("vary: {end: [2030]}\n", "mine.yaml:1:1 scenario: missing; must be given"),
    ],
)
def test_mistakes_of_a_sweep_file_are_told_at_their_place(call, write, text, told):
    code, _, error = call("check", write(text))
    assert code == 4 and told in error


def test_shards_run_apart_and_merge(call, tmp_path):
    words = (*SWEEP, *HORIZON, "--seeds", "2", "--quiet")
    for part in ("1/2", "2/2"):
        assert call(*words, "--shard", part, "--out", tmp_path / "r")[0] == 0
    parts = sorted(tmp_path.glob("r.shard-*"))
    assert [part.name for part in parts] == ["r.shard-1-of-2", "r.shard-2-of-2"]
    code, told, _ = call("merge", *parts, "--out", tmp_path / "r")
    assert code == 0 and "Differences to baseline" in told
    assert call(*words, "--out", tmp_path / "whole")[0] == 0
    one, other = (Results.open(tmp_path / name) for name in ("r", "whole"))
    pd.testing.assert_frame_equal(one.differences, other.differences)
    code, _, error = call("merge", tmp_path, "--out", tmp_path / "x")
    assert code == 2 and "is not a results folder" in error


def test_very_many_points_are_told_with_what_they_would_take(call, tmp_path):
    vary = ("--vary", "parameters.horizon=4:120:1", "--vary", "parameters.rd_floor=0:2:0.001")
    code, _, error = call(*SWEEP, *vary, "--seeds", "3", "--out", tmp_path / "r")
    size, *told = error.splitlines()
    assert code == 4 and told[0].startswith("error: 234,117 points") and told[1:] == ["hint: --yes if you mean it"]
    assert re.fullmatch(r"234,117 points x 3 seeds = 702,351 runs: about .*\d (h|min|s)( .*)? and [\d,]+ GB", size)
