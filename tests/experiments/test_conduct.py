"""A small experiment from file to findings: what its runs must say whatever the world is like."""

import json

import numpy as np
import pandas as pd
import pytest

from sim.runs import Options
from sim.sweeps.experiments import conduct, lay_out, open_definition, read_findings, write_tables
from sim.sweeps.experiments.findings import attribution, came_out, effects, reversal, sized, verdict
from tests.experiments.conftest import DRAWS


def table(evidence, name: str) -> pd.DataFrame:
    return pd.read_csv(evidence.results.folder / f"{name}.csv", keep_default_na=False, na_values=[""])


def test_every_row_has_its_runs(evidence) -> None:
    runs = evidence.results.runs
    done = {(int(point), int(seed)) for point, seed in zip(runs["point"], runs["seed"], strict=True)}
    assert done == evidence.layout.wanted and evidence.results.manifest["status"] == "complete"


def test_a_treatment_of_size_zero_does_nothing_at_all(evidence) -> None:
    found = effects(evidence)
    nothing = found[found["contrast"] == "nothing"]
    assert (nothing[["difference", "lo", "hi"]] == 0).all().all()


def test_a_sector_that_is_not_treated_does_not_answer(evidence) -> None:
    signs = table(evidence, "signs").set_index("outcome")
    assert (str(signs.loc["other", "found"]), signs.loc["other", "verdict"]) == ("0", "as expected")


def test_effects_are_those_of_the_stored_runs(evidence) -> None:
    """The share, by hand from the Parquet tables of the last year."""
    row = evidence.layout.contrast("full")
    stored = evidence.results.final_markets
    stored = stored[(stored["sector"] == "cars") & (stored["region"] == "eu")].set_index(["point", "seed"])
    gaps = [
        stored["imports_home_made"][row.point, seed] - stored["imports_home_made"][row.reference, seed]
        for seed in row.seeds
    ]
    found = effects(evidence).set_index(["contrast", "outcome"]).loc[("full", "share")]
    assert found["difference"] == pytest.approx(np.mean(gaps)) and found["n"] == 3 and found["difference"] < 0


def test_attributions_add_up_seed_by_seed_and_idle_players_get_nothing(evidence) -> None:
    for _, own in attribution(evidence, "players").groupby("outcome"):
        found = own.set_index("player")["value"]
        whole = found["everybody"] - found["nobody"]
        assert found[["duty", "idle", "windows"]].sum() == pytest.approx(whole, abs=1e-12)
        assert found["idle"] == 0.0
    effect = attribution(evidence, "effect").set_index("player")["value"]
    assert effect["nobody"] + effect["windows"] == pytest.approx(effect["everybody"], abs=1e-12)
    row = evidence.layout.contrast("full")
    both = evidence.gaps(row, evidence.layout.definition.experiment.outcomes["share"])[0][:2]
    assert effect["everybody"] == pytest.approx(both.mean())  # all mechanisms on is the contrast itself


def test_robustness_asks_the_headline_in_every_world(evidence) -> None:
    found = table(evidence, "robustness")
    assert found["kind"].value_counts().to_dict() == {"variants": 7, "draws": 1, "as it stands": 1}
    assert found.loc[found["kind"] == "draws", "parameters.rd_floor"].item() == 0.5
    assert set(table(evidence, "reversal")["parameter"]) == {"rd_floor", "horizon"}


def test_reversal_counts_draws_of_the_other_sign() -> None:
    worlds = pd.DataFrame({"kind": ["as it stands"] + ["draws"] * 4, "difference": [2.0, 1.0, -1.0, -3.0, 0.0],
                           "parameters.x": [np.nan, 0.1, 0.2, 0.8, 0.9]})  # fmt: skip
    found = reversal(worlds).set_index("half")
    assert found["share"].to_dict() == {"lower": 0.5, "upper": 0.5} and found["draws"].tolist() == [2, 2]


def test_findings_hold_signs_and_can_be_read_again(evidence) -> None:
    (told,) = read_findings(evidence.results.folder.parent)
    assert told["name"] == "duty" and told["runs"] == len(evidence.layout.wanted) and told["failed"] == 0
    assert [each["outcome"] for each in told["signs"]] == ["share", "other"]
    assert told["variants"]["worlds"] == 7 and told["draws"]["worlds"] == 1
    json.dumps(told, allow_nan=False)


def test_an_interrupted_experiment_goes_on_to_the_same_tables(definition, evidence, tmp_path) -> None:
    """First some seeds, then all: the same bytes as at once; the third time nothing is run."""
    made = open_definition(definition)
    chosen = {"workers": 1, "out": tmp_path / "duty", "keep": made.experiment.keep}
    conduct(lay_out(made, "small", 1, DRAWS), Options(**chosen))
    told = []
    again = conduct(lay_out(made, draws=DRAWS), Options(**chosen, progress=told.append))
    write_tables(again)
    assert told[0].found > 0 and told[-1].done == len(evidence.layout.wanted)
    for name in ("effects", "signs", "robustness", "attribution-players", "rows"):
        assert (again.results.folder / f"{name}.csv").read_bytes() == (
            evidence.results.folder / f"{name}.csv"
        ).read_bytes()
    third: list = []
    conduct(lay_out(made, draws=DRAWS), Options(**chosen, progress=third.append))
    assert third[0].found == third[0].planned


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        ("+", "+", "as expected"),
        ("+", "-", "surprise"),
        ("-", "0", "surprise"),
        ("-", "unresolved", "unresolved"),
        ("0", "0", "as expected"),
        ("0", "+", "surprise"),
        ("0", "unresolved", "as expected"),
        ("?", "+", "open"),
        ("?", "unresolved", "open"),
    ],
)
def test_verdicts(expected: str, found: str, said: str) -> None:
    assert verdict(expected, found) == said


def test_a_sign_needs_holm_and_nothing_is_not_unresolved() -> None:
    assert came_out(1.0, 0.5, 1.5, 0.04) == "+" and came_out(-1.0, -1.5, -0.5, 0.04) == "-"
    assert came_out(1.0, 0.5, 1.5, 0.06) == "unresolved" and came_out(0.0, 0.0, 0.0, 1.0) == "0"
    assert came_out(0.0, -1.0, 1.0, 1.0) == "unresolved" and came_out(1.0, 0.0, 2.0, np.nan) == "unresolved"


def test_a_right_sign_of_another_size_is_told() -> None:
    assert sized("as expected", (0.0, 3.0), 4.5, 7.0) == "other size" == sized("as expected", (0.0, 3.0), -2.0, -1.0)
    assert sized("as expected", (0.0, 3.0), 2.5, 7.0) == "as expected" == sized("as expected", None, 4.5, 7.0)
    assert sized("surprise", (0.0, 3.0), -2.0, -1.0) == "surprise"
