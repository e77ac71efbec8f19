"""Every command: what it prints, what it writes, how it ends."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from sim.cli import app, main
from sim.cli.options import aligned
from sim.cli.panels import PANELS
from sim.cli.progress import duration
from sim.runs.bearing import about
from sim.runs.claim import Claim
from sim.said import number

COMMANDS = """run compare sweep merge sensitivity discover plot show check diff explain schema new verify status doctor
    replay export""".split()  # noqa: SIM905


@pytest.fixture(scope="session")
def compared(tmp_path_factory):
    """A small comparison with figures and report."""
    folder = tmp_path_factory.mktemp("compared") / "r"
    words = ["compare", "baseline", "tariff_escalation", "--seeds", "3", "--workers", "1", "--format", "png"]
    assert main([*words, "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture(scope="session")
def alone(tmp_path_factory):
    """Two runs of the baseline, summary only."""
    folder = tmp_path_factory.mktemp("alone") / "r"
    assert main(["run", "baseline", "--seeds", "2", "--workers", "1", "--keep", "summary", "--out", str(folder)]) == 0
    return folder


def short(folder, *more):
    return ("run", "baseline", "--seeds", "1", "--workers", "1", "--keep", "summary", "--out", folder, *more)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_screen_and_ends_with_an_example(call, command):
    code, told, _ = call(command, "--help")
    assert code == 0 and len(told.splitlines()) <= 40
    assert re.search(rf"Example: python run\.py {command} .*\n?.*$|Example: python run\.py {command}$", told.strip())


def test_help_lists_all_commands_and_loads_nothing_heavy(interpreter):
    heavy = "numpy numba pandas pyarrow matplotlib scipy mesa pydantic yaml".split()  # noqa: SIM905
    told = interpreter(
        "import sys\nfrom sim.cli import main\nmain(['--help'])\n"
        f"print('LOADED', [name for name in {heavy} if name in sys.modules])"
    )
    assert all(re.search(rf"^  {command} ", told, re.M) for command in COMMANDS)
    assert told.endswith("LOADED []")


def test_help_groups_every_command_and_cuts_no_line(call):
    registered = [each.name or each.callback.__name__ for each in app.registered_commands]
    assert sorted(name for names in PANELS.values() for name in names) == sorted(registered)
    _, told, _ = call("--help")
    assert [line[:-1] for line in told.splitlines() if re.fullmatch(r"[A-Z].*:", line)] == ["Options", *PANELS]
    assert "..." not in told.partition("Options:")[2]


def test_a_shell_completes_the_installed_command_only(interpreter):
    """A shell asks by way of environment variables; of `python run.py` it knows no completion, and none is offered."""
    code = "import sys\nsys.argv = ['contraflow']\nfrom sim.cli import main\nmain([])"
    asked = {"_CONTRAFLOW_COMPLETE": "complete_bash", "COMP_WORDS": "contraflow co", "COMP_CWORD": "1"}
    assert interpreter(code, **asked) == "compare"
    for name, offered in (("contraflow", True), ("run.py", False)):
        told = interpreter(f"import sys\nsys.argv = [{name!r}]\nfrom sim.cli import main\nmain(['--help'])")
        assert ("--install-completion" in told) == offered


def test_a_run_whose_summary_is_kept_loads_nothing_it_does_not_need(interpreter, tmp_path):
    heavy = "pandas matplotlib scipy.special scipy.linalg mesa".split()  # noqa: SIM905
    told = interpreter(
        f"import sys\nfrom sim.cli import main\nmain({[str(word) for word in short(tmp_path / 'r')]})\n"
        f"print('LOADED', [name for name in {heavy} if name in sys.modules])"
    )
    assert "baseline in 2040" in told and told.endswith("LOADED []")


def test_run_prints_levels_and_where_things_are(call, tmp_path):
    code, told, _ = call(*short(tmp_path / "r"))
    assert code == 0 and "baseline in 2040, all sectors, 1 runs" in told
    assert f"Tables:  {tmp_path / 'r'}" in told and "Figures" not in told


COMPARE = ("compare", "baseline", "tariff_escalation", "--seeds", "2", "--workers", "1", "--keep", "summary")


def test_compare_prints_effects_and_pairing(call, tmp_path):
    code, told, _ = call(*COMPARE, "--out", tmp_path / "r")
    assert code == 0 and "2 pairs" in told and re.search(r"^technology_gap .* [▲▼·] +\d\.\d\d$", told, re.M)
    assert re.search(r"Pairing: correlation of base and scenario over seeds -?\d\.\d\d on average", told)


def test_compare_draws_figures_and_writes_the_report(compared):
    assert list((compared / "figures").glob("*.png")) and (compared / "report.html").stat().st_size > 10_000


def test_json_is_one_object_on_standard_output(call, tmp_path):
    code, told, _ = call(*COMPARE, "--out", tmp_path / "r", "--json")
    found = json.loads(told)
    effect = next(each for each in found["effects"] if each["metric"] == "welfare")
    assert code == 0 and effect["scenario"] == "tariff_escalation" and effect["n"] == 2
    assert effect["lo"] <= effect["difference"] <= effect["hi"] and found["counts"]["done"] == 4


def test_years_and_settings_reach_the_run(call, tmp_path):
    code, told, _ = call(*short(tmp_path / "r", "--start", "2000", "--end", "2010", "--set", "parameters.horizon=24"))
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert code == 0 and "baseline in 2010" in told
    assert manifest["scenarios"]["baseline"]["changed_parameters"]["horizon"] == 24
    assert manifest["scenarios"]["baseline"]["start"] == 2000


def test_changed_assumptions_are_compared_under_the_same(call, tmp_path, root):
    what_if = tmp_path / "patient.yaml"
    what_if.write_text("extends: baseline\ntitle: Patience\nparameters: {horizon: 48}\n")
    words = ("compare", "baseline", what_if, "--seeds", "2", "--workers", "1", "--keep", "summary")
    code, told, _ = call(*words, "--out", tmp_path / "r")
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert code == 0 and manifest["references"] == {"patient": "baseline--patient"}
    assert list(manifest["scenarios"]) == ["baseline", "patient"]
    assert "patient changes assumptions: its base is baseline under the same ones." in told
    assert re.search(r"^welfare .* \+0 ± 0 · +0\.00$", told, re.M)


def test_a_group_brings_its_base_and_its_treatment_is_seen(call, tmp_path, root):
    words = ("compare", "@resilience", "--seeds", "1", "--workers", "1", "--keep", "summary", "--end", "1995")
    assert call(*words, "--out", tmp_path / "r")[0] == 0
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert manifest["references"] == {"decoupling_with_little_doubt": "full_decoupling"}
    code, told, _ = call("compare", "@resilience", "--seeds", "2", "--dry-run")
    assert code == 0 and "results/resilience (new)" in told


def test_groups_are_listed_shown_and_missed(call, root):
    listed = json.loads(call("show", "scenarios", "--json")[1])
    assert {"scenario": "@tariffs", "title": "Tariffs on China"} in listed
    assert "base       full_decoupling" in call("show", "@resilience")[1]
    assert json.loads(call("show", "@resilience", "--json")[1])["scenarios"] == ["decoupling_with_little_doubt"]
    assert call("check", "scenarios/groups/tariffs.yaml")[0] == 0
    code, _, error = call("compare", "baseline", "@tarifs")
    assert code == 4 and "did you mean '@tariffs'?" in error
    code, _, error = call("compare", "@tariffs", "@resilience")
    assert code == 2 and "hint: give the base first" in error
    assert call("run", "@tariffs")[0] == 4 and call("compare", "baseline")[0] == 2


def test_a_setting_of_a_shock_holds_where_the_shock_is(call, tmp_path):
    words = ("compare", "baseline", "tariff_escalation", "--seeds", "1", "--workers", "1", "--keep", "summary")
    from sim.scenario import load

    own = next(shock for shock in load("tariff_escalation").shocks if shock.own and shock.kind == "tariff")
    code, _, _ = call(*words, "--out", tmp_path / "r", "--set", f"shocks.{own.id}.rate=0.01")
    told = json.loads((tmp_path / "r" / "manifest.json").read_text())["scenarios"]["tariff_escalation"]["resolved"]
    assert code == 0 and next(shock for shock in told["shocks"] if shock["id"] == own.id)["rate"] == 0.01
    code, _, error = call(*words, "--out", tmp_path / "s", "--set", "shocks.nobody.rate=0.01")
    assert code == 2 and "no scenario here has the shock nobody" in error


def test_dry_run_tells_time_and_disk_and_runs_nothing(call, tmp_path):
    code, told, _ = call("run", "baseline", "--seeds", "50", "--dry-run", "--out", tmp_path / "r")
    assert code == 0 and "1 scenario x 50 seeds = 50 runs" in told and "MB (free:" in told and "Nothing was run" in told
    assert not (tmp_path / "r").exists()


def test_dry_run_tells_bounds_where_intervals_ask_for_more_seeds(call, tmp_path):
    words = ("run", "baseline", "--seeds", "10", "--dry-run", "--out", tmp_path / "r", "--until-ci", "welfare=1")
    code, told, _ = call(*words, "--max-seeds", "2000")
    assert code == 0 and "1 scenario x 10 to 2,000 seeds = 10 to 2,000 runs" in told and "2,000 seeds ran" in told
    least, most = map(int, re.search(r"disk +([\d,]+) to ([\d,]+) MB", told)[0].replace(",", "").split()[1::2])
    assert 100 * least <= most <= 400 * least and re.search(r"time +about .* to .* of runs", told)
    found = json.loads(call(*words, "--json")[1])
    assert found["most_runs"] == found["most_seeds"] == 1000
    assert found["most_seconds"] == pytest.approx(100 * found["seconds"])
    assert "10 seeds = 10 runs" in call(*words, "--max-seeds", "5")[1]  # the seeds asked for run in any case
    code, _, error = call(*words[:-1], "wellfare=1")
    assert code == 2 and "welfare" in error


def test_progress_and_results_do_not_mix(tmp_path, root):
    command = [sys.executable, "run.py", *map(str, short(tmp_path / "r"))]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "baseline in 2040" in done.stdout and "baseline in 2040" not in done.stderr


def test_show_lists_and_tells(call, compared):
    assert "tariff_escalation" in call("show", "scenarios")[1]
    assert re.search(r"^horizon +32 +4 to 120 +quarters", call("show", "parameters")[1], re.M)
    assert re.search(r"^formations +trajectories +count +sum", call("show", "metrics")[1], re.M)
    assert "tariff_escalation" in call("show", "tariff_escalation")[1]
    assert "6 done, 0 failed, 6 planned" in call("show", compared)[1]
    first = json.loads(call("show", compared / "summary.csv", "--json")[1])[0]
    assert (first["scenario"], first["year"], first["region"], first["n"]) == ("baseline", 1990, "all", 3)
    assert "rows" in call("show", compared / "events")[1].splitlines()[0]
    assert json.loads(call("show", compared, "--json")[1])["kind"] == "compare"
    assert json.loads(call("show", "baseline", "--json")[1])["name"] == "baseline"


def test_check_diff_schema_new(call, tmp_path, root):
    assert call("check", root / "scenarios" / "baseline.yaml")[:2] == (0, "1 file is valid\n")
    assert "adds" in call("diff", "baseline", "tariff_escalation")[1]
    assert call("diff", "baseline", "baseline")[1] == "no difference\n"
    assert "properties" in json.loads(call("schema")[1])
    code, told, _ = call("new", "mine", "--folder", tmp_path)
    assert code == 0 and told == f"written: {tmp_path / 'mine.yaml'}\n"
    assert call("check", tmp_path / "mine.yaml")[0] == 0
    code, _, error = call("new", "mine", "--folder", tmp_path)
    assert code == 5 and "exists" in error


def test_errors_of_scenario_files_come_all_at_once(call, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("extends: baseline\nhorizen: 3\nshocks:\n  - {id: a, kind: tarif, start: 2030}\n")
    code, told, error = call("check", wrong)
    assert code == 4 and told == "" and "wrong.yaml:2:1" in error and "wrong.yaml:4:" in error
    assert error.splitlines()[-1] == "error: 3 problems; nothing was run"  # key, kind, and the rate that it lacks
    assert call("run", wrong, "--out", tmp_path / "r")[0] == 4 and not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["run"], 2, "Missing argument"),
        (["run", "baseline", "--seeds", "many"], 2, "--seeds 100"),
        (["run", "baseline", "--set", "horizon"], 2, "is not PATH=VALUE"),
        (["run", "baseline", "--workers", "0"], 2, "workers: at least 1"),
        (["run", "baseline", "--format", "gif"], 2, "png, svg or pdf"),
        (["run", "baseline", "--sedes", "3"], 2, "No such option"),
        (["run", "basline"], 4, "did you mean"),
        (["run", "baseline", "--set", "parameters.horizon=9999"], 4, "--set"),
        (["frobnicate"], 2, "No such command"),
        (["verify", "nonsense"], 2, "a topic (learning, "),
        (["verify", "T12", "--story"], 2, "--story goes without names"),
        (["verify", "--seeds", "3"], 2, "--seeds goes with --story"),
        (["status", "nowhere"], 2, "is not a results folder"),
        (["run", "baseline", "--out", "/dev/null/x"], 73, "cannot write"),
    ],
)
def test_errors_are_one_line_and_a_hint(call, words, code, message, tmp_path, monkeypatch, root):
    monkeypatch.chdir(root)
    found, told, error = call(*words)
    lines = error.strip().splitlines()
    assert found == code and message in error and told == ""
    assert lines[0].startswith("error: ") and len(lines) <= 2 and all(line.startswith("hint: ") for line in lines[1:])


def test_debug_shows_the_traceback(call):
    assert "Traceback" in call("run", "basline", "--debug")[2]


def test_folder_conflicts_and_force(call, alone):
    code, _, error = call(*short(alone, "--set", "parameters.horizon=24"))
    assert code == 5 and "baseline parameters.horizon: 32.0 -> 24.0" in error and "--force" in error


def test_status_and_export(call, alone, tmp_path):
    code, told, _ = call("status", alone)
    assert code == 0 and re.search(r"^done +2$", told, re.M) and re.search(r"^status +complete$", told, re.M)
    code, told, _ = call("export", alone, "--out", tmp_path, "--tables", "yearly,runs.parquet")
    assert code == 0 and (tmp_path / "yearly.csv").read_text().count("\n") == 1 + 2 * 51 * 17
    assert (tmp_path / "runs.csv").read_text().startswith('"run_id","scenario"')
    assert call("export", alone, "--format", "xml")[0] == 2
    assert call("export", alone, "--tables", "events", "--out", tmp_path)[0] == 6


def test_replay_finds_the_same_bytes(call, alone, compared):
    for folder in (alone, compared):
        from sim.runs import Results

        run = Results.open(folder).runs.iloc[-1].run_id
        code, told, _ = call("replay", folder, run)
        assert code == 0 and "the same bytes as stored" in told
    assert call("replay", alone, "0" * 16)[0] == 2


def test_explain_hands_over_the_stored_scenario_and_knows_its_partnerships(call, compared, monkeypatch):
    told = []

    def fake(*given, base):
        told.append((*given, base.name))
        return "STORY"

    monkeypatch.setitem(sys.modules, "sim.explain", SimpleNamespace(story=fake))
    from sim.runs import Results

    row = Results.open(compared).partnerships.query("scenario == 'tariff_escalation' and seed == 2").iloc[0]
    words = ("explain", compared, "--seed", 2, "--scenario", "tariff_escalation", "--partnership")
    code, said, _ = call(*words, row.partnership, "--quarter", "2020Q1")
    assert code == 0 and said == "STORY\n"
    assert told[0][0].name == "tariff_escalation" and told[0][1:] == (2, row.partnership, "2020Q1", "baseline")
    code, _, error = call(*words, row.partnership[:-1])
    assert code == 2 and "no partnership" in error and row.partnership in error


def test_explain_writes_a_page_with_the_world_less_a_shock(call, compared, tmp_path):
    from sim.runs import Results

    row = Results.open(compared).partnerships.query("scenario == 'tariff_escalation' and seed == 2").iloc[0]
    words = ("explain", compared, "--seed", 2, "--scenario", "tariff_escalation", "--partnership", row.partnership)
    code, said, _ = call(*words, "--without", "eu_escalation", "--page", tmp_path / "life.html")
    assert code == 0 and said.strip() == str(tmp_path / "life.html")
    text = (tmp_path / "life.html").read_text(encoding="utf-8")
    assert row.partnership in text and "Without “EU tariff on all goods” (same seed)" in text
    assert [path.name for path in tmp_path.iterdir()] == ["life.html"]
    assert call(*words, "--without", "nothing")[0] == 2
    assert call(*words, "--without", "eu_escalation", "--base", "open_door")[0] == 2
    assert call(*words, "--page", tmp_path / "a.html", "--quarter", "2020Q1")[0] == 2
    assert call(*words, "--page", tmp_path / "none" / "a.html")[0] == 73


def test_verify_prints_claims_and_fails_with_6(call, monkeypatch, tmp_path):
    found = [
        Claim("S1", "flips", "it flips", 0.5, 0.0, 1.0, about("flips")),
        Claim("H1", "ends a year", "some end", 0.11, 0.03, 0.08, about("exits", "cars")),
    ]
    monkeypatch.setattr("sim.runs.story.verify", lambda seeds, workers: found[: len(seeds)])
    code, told, error = call("verify", "--story", "--seeds", "2")
    assert code == 6 and re.search(r"^MISS +H1 +ends a year +0\.11 +0\.03 to 0\.08$", told, re.M)
    assert "1 of 1 of the source test and 1 of 2 claims hold" in error
    assert call("verify", "--story", "--seeds", "1", "--json", tmp_path / "story.json")[0] == 0
    kept = json.loads((tmp_path / "story.json").read_text())
    assert kept["seeds"] == 1 and [each["verdict"] for each in kept["claims"]] == ["ok"]
    assert kept["claims"][0]["bears"] == {"outcomes": ["flips"]} and len(kept["about"]["levels"]["2040"]) == 5


def test_verify_prints_what_is_expected_and_found(call):
    code, told, _ = call("verify", "T20a", "one-firm", "--all", "--workers", "1")
    assert code == 0 and "2 of 2 checks hold." in told
    assert re.search(r"^ok +X5 +a single firm .* +0\.952381 +0\.952381 +1e-12$", told, re.M)
    assert re.search(r"^T26 +learning race", told, re.M)
    found = json.loads(call("verify", "X5", "--json")[1])
    assert found["not_applicable"] == [] and [each["id"] for each in found["checks"]] == ["X5"]
    assert found["checks"][0]["value"] == pytest.approx(1 / 1.05) and found["checks"][0]["holds"]


def test_verify_fails_with_6_and_says_what_was_empty(call, monkeypatch):
    from sim import verify

    first, second = verify.chosen(["T14a", "T14b"])
    findings = [
        verify.Finding(first, verify.Found(0.5, 0.6, 0.01), "", 0.1),
        verify.Finding(second, None, "no sellers", 0.1),
    ]
    monkeypatch.setattr(verify, "verify", lambda wanted, workers: findings)
    code, told, error = call("verify", "T14")
    assert code == 6 and "2 of 2 checks do not hold" in error
    assert re.search(r"^FAILS +T14a .* 0\.6 +0\.5 +1e-02$", told, re.M) and re.search(
        r"^FAILS +T14b .* no sellers$", told, re.M
    )
    found = json.loads(call("verify", "T14", "--json")[1])["checks"]
    assert [each["value"] for each in found] == [0.5, None] and found[1]["note"] == "no sellers"


def test_plot_draws_what_is_asked_and_names_what_is_not_there(call, compared):
    code, told, _ = call("plot", compared, "--metrics", "trust", "--years", "2020:2040", "--format", "svg")
    assert code == 0 and "files in" in told and list((compared / "figures" / "trust-2020-2040").glob("*trust*.svg"))
    code, _, error = call("plot", compared, "--metrics", "trusst")
    assert code == 2 and "did you mean trust?" in error
    code, _, error = call("plot", compared, "--metrics", "chinese_share@car@eu")
    assert code == 2 and "there are cars" in error
    assert call("plot", compared, "--years", "2040")[0] == 2


def test_closed_pipe_is_no_error(root):
    done = subprocess.run(
        f"{sys.executable} run.py show parameters | head -1", shell=True, cwd=root, capture_output=True, text=True
    )
    assert done.stdout.startswith("parameter") and "Traceback" not in done.stderr and "Error" not in done.stderr


def test_run_without_packages_gives_the_line_to_paste(root, tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", "-E", "run.py", "compare", "baseline", "open_door"],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2 and len(lines) == 2 and "numba" in lines[0]
    assert "venv .venv && " in lines[1] and lines[1].endswith("run.py compare baseline open_door")


def test_numbers_and_columns_read_well():
    assert [number(value) for value in (12345.6, 0.01234, float("nan"))] == ["12,346", "0.0123", "-"]
    assert number(5.26e-05, sign=True) == "+0.0000526" and number(999.9) == "1,000"
    assert number(0.5, sign=True) == "+0.5" and [duration(s) for s in (9.6, 200, 7500)] == [
        "10 s",
        "3 min 20 s",
        "2 h 5 min",
    ]
    assert aligned([["a", "b"], ["long", "1"]]) == "a     b\nlong  1"


def test_check_asks_about_what_looks_odd_and_strict_refuses_it(call, tmp_path):
    path = tmp_path / "odd.yaml"
    shock = "{id: a, kind: tariff, sectors: [cars], origin: china, destination: [eu], rate: 450%, start: 2027Q1}"
    path.write_text(f"extends: baseline\nshocks:\n  - {shock}\n")
    code, out, err = call("check", path)
    assert code == 0 and "warning:" in err and "a: rate is 450 %; is it meant?" in err and "450 % of it by this" in out
    code, _, err = call("check", "--strict", path)
    assert code == 4 and "is it meant?" in err
