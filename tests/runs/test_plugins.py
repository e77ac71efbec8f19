"""Rules and outcomes of one's own, from the command line to the tables: the shipped examples, in every process."""

import json
import re

import pyarrow.parquet as pq
import pytest

from sim import Economy, load
from sim.cli import main
from sim.errors import UsageError
from sim.simulate import simulate

RULES, OUTCOME = "docs/examples/rules.py", "docs/examples/outcomes.py:flips_before_2035"


def folders_of(tmp_path, *words):
    return main([*words, "--out", str(tmp_path), "--quiet"])


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A sweep under other rules, with an outcome of one's own, in two worker processes."""
    folder = tmp_path_factory.mktemp("swept")
    varied = ["sweep", "baseline", "--vary", "parameters.horizon=24,40", "--seeds", "2", "--workers", "2"]
    told = ["--rules", RULES, "--outcome", OUTCOME, "--until-ci", "flips_before_2035=1000"]
    assert folders_of(folder, *varied, *told) == 0
    return folder


def test_workers_run_the_rules_that_the_front_door_runs(swept):
    ruled = load("baseline", rules=RULES)
    run, plain = simulate(ruled, 1), simulate(load("baseline"), 1)
    assert run.outcome.tobytes() != plain.outcome.tobytes()
    assert simulate(load("baseline"), 1).outcome.tobytes() == plain.outcome.tobytes()  # both stand side by side
    assert Economy(ruled, 1).run_to(2060).run.outcome.tobytes() == run.outcome.tobytes()
    stored = pq.read_table(swept / "runs.parquet").to_pylist()
    row = next(row for row in stored if row["seed"] == 1 and row["point"] == 0)
    technology = run.outcome[-1]["hub_share"]
    assert main(["replay", str(swept), row["run_id"]]) == 0 and technology is not None


def test_the_manifest_holds_the_rules_and_other_rules_are_refused(swept, tmp_path, capsys):
    manifest = json.loads((swept / "manifest.json").read_text())
    held = manifest["scenarios"]["baseline"]["resolved"]["rules"]
    assert held["names"] == ["autonomy", "governance_cost"] and "def _softened" in held["source"]
    again = ["sweep", "baseline", "--vary", "parameters.horizon=24,40", "--seeds", "2", "--outcome", OUTCOME]
    assert folders_of(swept, *again) == 5
    assert "rules" in capsys.readouterr().err
    other = tmp_path / "other.py"
    other.write_text("def autonomy(gain, exposure, hold_up):\n    return 0.5\n")
    run = pq.read_table(swept / "runs.parquet")["run_id"][0].as_py()
    assert main(["replay", str(swept), run, "--rules", str(other)]) == 5
    assert main(["replay", str(swept), run, "--rules", RULES]) == 0


def test_an_outcome_of_ones_own_is_the_number_that_its_function_gives(swept):
    runs = pq.read_table(swept / "runs.parquet").to_pylist()
    design = {row["point"]: row for row in pq.read_table(swept / "design.parquet").to_pylist()}
    events = simulate(load("baseline", {"parameters.horizon": 24}, rules=RULES), 2).events
    quarter = (2026 - 1979) * 4, (2035 - 1979) * 4
    from sim.model.columns import Happening

    flips = (events["kind"] == Happening.flip) & (events["quarter"] >= quarter[0]) & (events["quarter"] < quarter[1])
    found = [row for row in runs if row["seed"] == 2 and design[row["point"]]["parameters.horizon"] == 24.0]
    assert found[0]["flips_before_2035"] == flips.sum()
    assert "flips_before_2035" in pq.read_table(swept / "summary.parquet")["metric"].to_pylist()
    assert "flips_before_2035" in (swept / "convergence.csv").read_text()


def test_analyses_take_it_by_name_and_by_file(swept, capsys):
    assert main(["discover", str(swept), "--outcome", "flips_before_2035@2030 > 3"]) == 2
    assert "has no year" in capsys.readouterr().err
    assert main(["discover", str(swept), "--outcome", "docs/examples/outcomes.py:other > 3"]) == 2
    assert "sweep with --outcome" in capsys.readouterr().err
    assert main(["plot", str(swept), "--metrics", "flips_before_2035", "--format", "png"]) == 0
    assert [path for path in (swept / "figures").glob("*.png") if "flips_before_2035" in path.name]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(tables):\n    return 1\n", "no such function; did you mean 'f'"),
        ("def ff(tables, year):\n    return 1\n", "takes one argument"),
        ("def ff(tables:\n", "is no Python"),
    ],
)
def test_an_outcome_that_cannot_be_asked_is_refused_before_anything_runs(tmp_path, capsys, text, said):
    path = tmp_path / "mine.py"
    path.write_text(text)
    words = ["sweep", "baseline", "--vary", "parameters.horizon=24", "--outcome", f"{path}:ff"]
    assert folders_of(tmp_path / "out", *words) == 4
    assert re.search(said, capsys.readouterr().err) and not (tmp_path / "out").exists()


def test_a_metric_where_a_function_is_asked_is_shown_its_place(tmp_path, capsys):
    words = ["sweep", "baseline", "--vary", "parameters.horizon=24", "--outcome", "chinese_share@cars@eu@2040"]
    assert folders_of(tmp_path / "out", *words) == 2
    assert "--outcomes chinese_share@cars@eu@2040" in capsys.readouterr().err


def test_a_rule_patched_in_memory_is_no_run(monkeypatch):
    from sim.model.rules import governance

    simulate(load("baseline"), 1)
    monkeypatch.setattr(governance, "autonomy", lambda gain, exposure, hold_up: 0.5)
    with pytest.raises(UsageError, match=r"governance.autonomy was replaced in memory"):
        simulate(load("baseline"), 1)
