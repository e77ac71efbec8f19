"""`sensitivity`, `discover` and `plot` of sweeps, as they are typed."""

import json

import pandas as pd
import pytest

from sim.cli import main

SHORT = ("--workers", "1", "--format", "png", "--quiet")
VARY = ("--vary", "parameters.rd_floor=0:2", "--vary", "parameters.horizon=16:48")


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """Two Morris trajectories of two parameters and the seed, to 1994."""
    folder = tmp_path_factory.mktemp("screened") / "r"
    words = [
        "sensitivity",
        "baseline",
        *VARY,
        "--samples",
        "2",
        "--outcome",
        "technology_gap@1994",
        "--outcome",
        "trust@1992",
    ]
    assert main([*words, "--out", str(folder), *SHORT]) == 0
    return folder


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    """Forty points of a Latin hypercube, one seed, to 1992, with the figures that a sweep leaves."""
    folder = tmp_path_factory.mktemp("sampled") / "r"
    words = [
        "sweep",
        "baseline",
        "--vary",
        "parameters.ambient=0:1",
        "--vary",
        "parameters.rd_floor=0:2",
        "--design",
        "lhs",
    ]
    assert main([*words, "--samples", "40", "--seeds", "1", "--end", "1992", "--out", str(folder), *SHORT]) == 0
    return folder


def test_sensitivity_ends_with_the_last_year_asked_for_and_leaves_figures(screened):
    manifest = json.loads((screened / "manifest.json").read_text())
    assert manifest["scenarios"]["baseline"]["end"] == 1994 and manifest["counts"]["failed"] == 0
    for outcome in ("technology-gap-1994", "trust-1992"):
        assert (screened / "figures" / f"sensitivity-morris-{outcome}.png").is_file()
        assert (screened / "figures" / f"sensitivity-morris-{outcome}.csv").is_file()


def test_a_stored_sample_is_analysed_for_another_outcome(call, screened):
    code, told, _ = call(
        "sensitivity", screened, "--outcome", "technology_chinese@1994@cars", "--format", "png", "--json"
    )
    found = json.loads(told)[0]
    assert code == 0 and found["method"] == "morris" and (found["used"], found["planned"]) == (2, 2)
    assert {row["factor"] for row in found["indices"]} == {"parameters.rd_floor", "parameters.horizon", "seed"}
    code, told, _ = call("sensitivity", screened, "--outcome", "technology_gap@1994", "--format", "png")
    assert code == 0 and "mu_star" in told and "parameters.rd_floor" in told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--outcome", "nonsense@2000"), 2, "there is no metric 'nonsense'"),
        (("--outcome", "trust@2000", "--method", "anova"), 2, "is not one of morris, sobol, pawn"),
        (("--outcome", "trust@2000", "--vary", "parameters.horizn=1:2"), 4, "horizon"),
        (("--outcome", "trust@2000", "--vary", "parameters.ambient=0:7"), 4, "ambient"),
        (("--outcome", "trust@2000", "--vary", "parameters.ambient"), 2, "PATH=LOW:HIGH"),
        (("--outcome", "trust@2000", "--method", "sobol", "--samples", "100"), 2, "no power of two"),
    ],
)
def test_wrong_words_are_refused_before_anything_runs(call, tmp_path, words, code, told):
    found, _, said = call("sensitivity", "baseline", *words, "--out", tmp_path / "r", *SHORT)
    assert found == code and told in said and not (tmp_path / "r" / "manifest.json").exists()


def test_discover_says_the_box_in_words(call, sampled):
    middle = pd.read_parquet(sampled / "runs.parquet")["technology_gap"].median()
    code, told, _ = call("discover", sampled, "--outcome", f"technology_gap@1992 < {middle:g}", "--format", "png")
    assert code == 0 and "mostly where" in told and "coverage" in told and "parameters." in told
    assert (sampled / "figures" / "discover-technology-gap-1992.png").is_file()
    assert call("discover", sampled, "--outcome", "technology_gap@1992")[0] == 2
    assert call("discover", sampled, "--outcome", "technology_gap@1992 > 1e9")[0] == 6


def test_a_sweep_draws_its_figures_and_plot_draws_them_again(call, sampled):
    assert (sampled / "figures" / "scatter-welfare.png").is_file() and (sampled / "figures" / "tornado.csv").is_file()
    code, _, _ = call("plot", sampled, "--metrics", "trust", "--format", "png")
    assert code == 0 and (sampled / "figures" / "trust" / "scatter-trust.png").is_file()
    assert call("plot", sampled, "--metrics", "nonsense")[0] == 2
    assert call("plot", sampled, "--regions", "eu")[0] == 2


def test_analyses_refuse_what_is_no_sweep(call, tmp_path):
    assert call("discover", tmp_path, "--outcome", "trust > 0.5")[0] == 2
