"""Studies on a synthetic model: what is written, what is found again, what survives."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.errors import CannotCreate, Conflict, IoFailure, NotEnough, UsageError
from sim.runs import Options, Plan, Results, carry_out, ensemble, parse_seeds, turned
from sim.runs import batch as worker
from sim.runs.store import Folder
from sim.runs.summary import HEADLINES, read_sums, write_summaries
from tests.runs import synthetic
from tests.runs.synthetic import Scenario

SUMS = ("summary", "differences")
QUIET, LOUD = Scenario(), Scenario("loud", effect=0.2)


def study(out, *scenarios, seeds=6, workers=1, **options):
    base, *others = scenarios or (QUIET,)
    names = {each.name: each for each in (base, *others)}
    plan = Plan("compare" if others else "run", names, parse_seeds(seeds), {each.name: base.name for each in others})
    models = {"simulate": synthetic.simulate, "labels": synthetic.labels}
    return carry_out(plan, Options(workers=workers, out=out, **models, **options))


def content(results, table):
    """A table's bytes after sorting."""
    frame = results.table(table).to_pandas()
    keys = [key for key in frame if not pd.api.types.is_float_dtype(frame[key])]
    frame = frame.astype({key: str for key in keys if frame[key].dtype.name == "category"})
    return frame.sort_values(keys, kind="stable").to_csv(index=False)


def same(one, other, tables=("trajectories", "markets", "generations", "events", "partnerships", "yearly")):
    return all(content(one, table) == content(other, table) for table in tables)


def test_the_folder_holds_what_it_promises(tmp_path):
    results = study(tmp_path / "r", QUIET, LOUD)
    assert results.manifest["status"] == "complete" and results.manifest["counts"]["done"] == 12
    assert {path.name for path in results.folder.iterdir() if not path.name.startswith(".")} == {
        *("manifest.json", "scenario.yaml", "scenarios", "runs.parquet", "failures.csv", "summary.csv"),
        *("dictionary.csv", "summary.parquet", "differences.csv", "differences.parquet"),
        *("trajectories", "markets", "generations", "events", "partnerships"),
        *("final", "final_markets", "journal.jsonl"),
    }
    assert len(results.trajectories) == 2 * 6 * 12 * 3 and set(results.events.scenario) == {"quiet", "loud"}
    assert results.manifest["lines"]["loud"] == [["Duty", 1990.5, 1991.0, None]]
    assert results.manifest["scenarios"]["quiet"]["title"] == "A quiet world"
    assert not list(tmp_path.rglob("*.part"))


def test_headlines_stand_in_csv_and_everything_in_parquet(tmp_path):
    results = study(tmp_path / "r", QUIET, LOUD)
    for name, values in (("summary", ["mean", "sd", "q05", "lo"]), ("differences", ["difference", "lo", "p_positive"])):
        whole, short = getattr(results, name), pd.read_csv(results.folder / f"{name}.csv")
        ends = whole["metric"].isin(HEADLINES) & (whole["year"] == 1992)
        shown = (whole["region"] == "all") & ((whole["sector"] == "all") | ends)
        keys = ["scenario", "year", "sector", "metric"]
        one, two = (each.set_index(keys).sort_index()[values].astype(float) for each in (whole[shown], short))
        pd.testing.assert_frame_equal(one, two, rtol=1e-6, atol=1e-30)
        assert (
            set(whole["metric"]) > set(HEADLINES) and (whole["region"] != "all").any() and len(short) < len(whole) / 2
        )
        assert pq.read_schema(results.folder / f"{name}.parquet").field(values[0]).type == "float"


def test_runs_hold_the_outcomes_of_the_last_year(tmp_path):
    results = study(tmp_path / "r")
    runs = results.runs
    assert list(runs)[:4] == ["run_id", "scenario", "point", "seed"] and list(runs)[-2:] == ["seconds", "status"]
    row = results.trajectories.query("seed == 4 and quarter == '1992Q4' and sector == 'all'").iloc[0]
    assert runs.set_index("seed").trust[4] == pytest.approx(row.trust, rel=1e-6)
    assert runs.trust.dtype == "float64" and results.trajectories.trust.dtype == "float32"


def test_workers_and_batches_change_no_byte(tmp_path, monkeypatch):
    one = study(tmp_path / "one", QUIET, LOUD, workers=1)
    two = study(tmp_path / "two", QUIET, LOUD, workers=2)
    monkeypatch.setattr(worker, "LARGEST", 1)
    small = study(tmp_path / "small", QUIET, LOUD, workers=1)
    assert same(one, two) and same(one, small)
    for name in ("summary.csv", "differences.csv", "summary.parquet", "differences.parquet"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()
    assert len(Folder(small.folder).receipts()) == 6  # of two scenarios each


def test_workers_of_a_system_without_fork_change_no_byte(tmp_path, monkeypatch):
    """As on Windows: a context of `spawn`, whose workers import everything anew."""
    import multiprocessing

    forked = study(tmp_path / "forked", seeds=2, workers=2)
    asked = []
    context = multiprocessing.get_context
    monkeypatch.setattr(multiprocessing, "get_context", lambda method=None: asked.append(method) or context(method))
    monkeypatch.delattr(os, "fork")
    spawned = study(tmp_path / "spawned", seeds=2, workers=2)
    assert "spawn" in asked and "forkserver" not in asked
    assert spawned.manifest["counts"]["failed"] == 0
    assert same(forked, spawned)


@pytest.mark.parametrize("how", ["file", "stdin"])
def test_a_script_without_a_guard_may_use_several_processes(root, tmp_path, how):
    """Workers do not begin the caller's script anew, and need no file of it."""
    script = tmp_path / "mine.py"
    script.write_text("""
import sys
from tests.runs.test_ensemble import study
print("begun", study(sys.argv[1], seeds=4, workers=2).manifest["counts"]["done"])
""")
    with open(script) as text:
        done = subprocess.run(
            [sys.executable, script if how == "file" else "-", tmp_path / "r"], cwd=root, stdin=text,
            env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "begun 4\n"), done.stderr


def test_a_slow_batch_is_written_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "SECONDS", 0.0)
    results = study(tmp_path / "r", seeds=3)
    assert [len(receipt.runs) for receipt in Folder(results.folder).receipts()] == [1, 1, 1]
    assert results.manifest["counts"]["done"] == 3


def test_more_seeds_extend_and_leave_old_chunks_alone(tmp_path):
    first = study(tmp_path / "r", seeds=4)
    before = {path: path.read_bytes() for path in (first.folder / "trajectories").iterdir()}
    notes = []
    more = study(tmp_path / "r", seeds=6, note=notes.append)
    assert all(path.read_bytes() == held for path, held in before.items())
    assert more.manifest["counts"]["done"] == 6 and notes == [f"found 4 of 6 runs in {tmp_path / 'r'}"]
    assert same(more, study(tmp_path / "whole", seeds=6))


def test_fewer_seeds_keep_what_is_there(tmp_path):
    study(tmp_path / "r", seeds=4)
    assert study(tmp_path / "r", seeds=2).manifest["seeds"] == [1, 2, 3, 4]


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "receipt"])
def test_a_damaged_chunk_is_found_and_computed_again(tmp_path, damage):
    results = study(tmp_path / "r")
    whole = content(results, "trajectories")
    (path,) = (results.folder / "trajectories").iterdir()
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    elif damage == "flip":
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "gone":
        path.unlink()
    else:
        (results.folder / ".chunks" / f"{path.stem}.json").write_text("{")
    broken = path.read_bytes() if damage in ("cut", "flip") else b""
    notes = []
    again = study(tmp_path / "r", note=notes.append)
    assert "is damaged" in notes[0] and content(again, "trajectories") == whole
    evidence = {
        left.name: left.read_bytes() for left in (results.folder / ".chunks").iterdir() if left.suffix == ".corrupt"
    }
    receipt, table = f"{path.stem}.json.corrupt", f"{path.stem}.trajectories.parquet.corrupt"
    assert evidence.pop(receipt) and evidence == ({table: broken} if broken else {})


def test_leftovers_of_a_killed_run_are_not_read(tmp_path):
    results = study(tmp_path / "r")
    (path,) = (results.folder / "events").iterdir()
    (path.parent / ".x.parquet.host.1.part").write_bytes(b"half")
    path.with_stem("quiet-000099-0123456789ab").write_bytes(b"no receipt")
    study(tmp_path / "r")
    assert list(path.parent.iterdir()) == [path]


def test_another_scenario_or_code_in_the_folder_is_a_conflict_that_names_it(tmp_path, monkeypatch):
    study(tmp_path / "r")
    with pytest.raises(Conflict, match=r"quiet effect: 0.0 -> 0.5"):
        study(tmp_path / "r", Scenario(effect=0.5))
    with pytest.raises(Conflict, match="scenarios quiet -> loud"):
        study(tmp_path / "r", LOUD)
    with pytest.raises(Conflict, match="--keep trajectories -> summary"):
        study(tmp_path / "r", keep="summary")
    monkeypatch.setattr("sim.machine.compiled.kernel_hash", lambda: "f" * 64)
    with pytest.raises(Conflict, match="the model's code changed") as caught:
        study(tmp_path / "r")
    assert caught.value.code == 5 and "--force" in caught.value.hint
    assert study(tmp_path / "r", Scenario(effect=0.5), force=True).manifest["counts"]["done"] == 6


def newer(monkeypatch, kernel=None, numpy=None):
    """From now on the model's code, or a package, is another one."""
    from sim.runs import manifest

    if kernel:
        monkeypatch.setattr("sim.machine.compiled.kernel_hash", lambda: kernel * 64)
    if numpy:
        known = manifest.versions()
        monkeypatch.setattr(manifest, "versions", lambda: {**known, "numpy": numpy})


def test_other_code_is_accepted_if_asked_for_and_both_are_recorded(tmp_path, monkeypatch):
    before = study(tmp_path / "r", seeds=3)
    old, ids = before.manifest, set(before.runs.run_id)
    newer(monkeypatch, kernel="e", numpy="9.9")
    with pytest.raises(Conflict, match=rf"code changed .*; numpy {old['versions']['numpy']} -> 9\.9") as caught:
        study(tmp_path / "r", seeds=5)
    assert "--accept-code-change" in caught.value.hint
    notes = []
    more = study(tmp_path / "r", seeds=5, note=notes.append, accept_code_change=True)
    assert notes == [f"found 3 of 5 runs in {tmp_path / 'r'}"] and more.manifest["counts"]["done"] == 5
    assert ids < set(more.runs.run_id) and len(more.runs) == 5
    assert more.manifest["kernel_hash"] == "e" * 64 and more.manifest["versions"]["numpy"] == "9.9"
    (earlier,) = more.manifest["earlier_code"]
    assert earlier == {key: old[key] for key in ("kernel_hash", "versions", "git")}
    assert study(tmp_path / "r", seeds=5).manifest["earlier_code"] == [earlier]  # accepted once, and remembered
    newer(monkeypatch, kernel="d")
    with pytest.raises(Conflict, match="code changed"):
        study(tmp_path / "r", seeds=5)
    (damaged, *_) = (tmp_path / "r" / "trajectories").iterdir()
    damaged.write_bytes(b"")
    mended = study(tmp_path / "r", seeds=5, accept_code_change=True)
    assert [code["kernel_hash"] for code in mended.manifest["earlier_code"]] == [old["kernel_hash"], "e" * 64]
    assert mended.manifest["counts"]["done"] == 5 and sorted(mended.runs.seed) == [1, 2, 3, 4, 5]


def test_code_may_change_but_the_scenario_may_not(tmp_path, monkeypatch):
    study(tmp_path / "r", seeds=2)
    newer(monkeypatch, kernel="e")
    with pytest.raises(Conflict, match=r"effect: 0.0 -> 0.5; the model's code changed") as caught:
        study(tmp_path / "r", Scenario(effect=0.5), seeds=2, accept_code_change=True)
    assert "--accept-code-change" not in caught.value.hint


def test_a_package_that_numbers_do_not_pass_through_is_only_recorded(tmp_path, monkeypatch):
    from sim.runs import manifest

    study(tmp_path / "r", seeds=2)
    known = manifest.versions()
    monkeypatch.setattr(manifest, "versions", lambda: {**known, "matplotlib": "9.9", "python": "4.0"})
    assert study(tmp_path / "r", seeds=3).manifest["versions"]["matplotlib"] == "9.9"


def test_force_removes_only_what_is_ours(tmp_path):
    before = {path.stem for path in (study(tmp_path / "r").folder / "events").iterdir()}
    (tmp_path / "r" / "notes.txt").write_text("mine")
    study(tmp_path / "r", LOUD, force=True)
    assert (tmp_path / "r" / "notes.txt").read_text() == "mine"
    assert before.isdisjoint({path.stem for path in (tmp_path / "r" / "events").iterdir()})


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(Conflict, match="holds other files"):
        study(tmp_path, force=True)


class Killed(BaseException):
    """As if the process had died."""


@pytest.mark.parametrize("before", range(4))
def test_a_study_that_died_before_its_first_run_can_be_begun_again(tmp_path, monkeypatch, before):
    """Whatever it had written: manifest, scenario.yaml, scenarios/quiet.yaml, scenarios/loud.yaml."""
    write, told = Folder.write, []

    def dying(folder, name, text):
        if len(told) == before:
            raise Killed
        told.append(name)
        write(folder, name, text)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Folder, "write", dying)
        study(tmp_path / "r", QUIET, LOUD)
    assert len(told) == before
    assert study(tmp_path / "r", QUIET, LOUD).manifest["status"] == "complete"


def test_a_study_that_died_while_it_cleared_its_folder_can_be_begun_again(tmp_path, monkeypatch):
    study(tmp_path / "r")
    unlink = Path.unlink

    def dying(path, missing_ok=False):
        if path.name == "scenario.yaml":
            raise Killed
        unlink(path, missing_ok)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Path, "unlink", dying)
        study(tmp_path / "r", LOUD, force=True)
    assert study(tmp_path / "r", LOUD, force=True).manifest["status"] == "complete"


def test_a_folder_in_use_names_its_owner(tmp_path):
    study(tmp_path / "r")
    with Folder(tmp_path / "r").lock(), pytest.raises(Conflict, match=f"in use by process {os.getpid()} on "):
        study(tmp_path / "r")
    assert Folder(tmp_path / "r").in_use() == ""


def test_an_unwritable_place_is_refused_before_any_run(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotCreate) as caught:
        study(tmp_path / "file" / "r")
    assert caught.value.code == 73


def test_a_full_disk_ends_with_finished_chunks_kept(tmp_path, monkeypatch):
    study(tmp_path / "r", seeds=2)
    real, calls = os.replace, []

    def full(source, target):
        calls.append(target)
        if "markets" in str(target):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(IoFailure, match="No space left on device") as caught:
        study(tmp_path / "r", seeds=4)
    assert caught.value.code == 74 and not list(tmp_path.rglob("*.part"))
    monkeypatch.undo()
    assert same(study(tmp_path / "r", seeds=4), study(tmp_path / "whole", seeds=4))


def test_a_run_that_raises_is_recorded_and_the_others_go_on(tmp_path):
    results = study(tmp_path / "r", Scenario(failing=(2, 3), broken=(5,), negative=(7,)), seeds=7)
    failures = results.table("failures.csv").to_pandas()
    assert list(failures) == ["run_id", "scenario", "point", "seed", "quarter", "error", "replay"]
    assert failures.error[0] == "ZeroDivisionError: seed 2 fails" and list(failures.seed) == [2, 3, 5, 7]
    assert failures.quarter[2] == "1991Q3" and failures.error[2].startswith(
        "Broken: hub_share is 2, allowed are 0 to 1"
    )
    assert failures.error[3].startswith("Broken: formations is -1, allowed are 0 to ")
    assert failures.replay[0].endswith(f"replay {tmp_path / 'r'} {failures.run_id[0]}")
    assert results.manifest["counts"]["failed"] == 4 and results.runs.status.tolist().count("failed") == 4
    assert set(results.trajectories.seed) == {1, 4, 6} and (results.summary.n == 3).all()


def test_blocks_are_small_and_sums_the_same_for_any_number_of_workers(tmp_path, monkeypatch):
    """Metrics that do not fit into memory pass through a file, in blocks of some cells; what is written is the same."""
    study(tmp_path / "r", QUIET, LOUD, seeds=7)
    names, pairs = [QUIET.name, LOUD.name], {LOUD.name: QUIET.name}

    def written():
        texts = [sorted((tmp_path / "r" / f"{name}.csv").read_text().splitlines()) for name in SUMS]
        wholes = [read_sums(tmp_path / "r" / f"{name}.parquet").to_pandas().to_csv() for name in SUMS]
        return texts + [sorted(line.partition(",")[2] for line in whole.splitlines()) for whole in wholes]

    whole = written()
    for name in ("_HELD", "_SPOOLED", "_PARCEL", "_BLOCK"):
        monkeypatch.setattr(turned, name, 500)
    folder = Folder(tmp_path / "r")
    blocks = [block for pair in turned.samples(folder, folder.receipts(), names, map) for block in pair]
    assert max(block.values.nbytes for block in blocks) <= 500 and {len(block.metrics) for block in blocks} == {1}
    assert all(block.seeds.tolist() == list(range(1, 8)) for block in blocks)
    for workers in (1, 3):
        write_summaries(folder, folder.receipts(), names, pairs, workers)
        assert written() == whole


def test_failed_runs_are_tried_again(tmp_path):
    study(tmp_path / "r", Scenario(failing=(2,)))
    mended = study(tmp_path / "r", QUIET)
    assert mended.manifest["counts"]["failed"] == 0 and same(mended, study(tmp_path / "whole"))


def test_a_run_that_kills_its_worker_costs_only_itself(tmp_path):
    results = study(tmp_path / "r", Scenario(killing=(2,), killed=(4,)), seeds=5, workers=2)
    told = results.table("failures.csv").to_pandas()
    ends = {"WorkerDied: died (exit code 9)", "WorkerDied: died (signal 9)"}
    assert set(told.error) <= ends  # two that die at the same moment may be told by the end of one
    assert told.seed.tolist() == [2, 4] and set(results.trajectories.seed) == {1, 3, 5}


def test_if_nothing_succeeds_the_rest_is_not_tried_and_the_first_traceback_is_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 5)
    notes = []
    results = study(tmp_path / "r", Scenario(failing=tuple(range(1, 101))), seeds=100, note=notes.append)
    assert results.manifest["status"] == "stopped" and results.manifest["counts"]["failed"] == 20
    (told,) = notes
    assert told.startswith("no run succeeds, the rest is not tried; the first failed with\n")
    assert 'synthetic.py", line ' in told and told.endswith("ZeroDivisionError: seed 1 fails")


def test_failures_of_several_kinds_are_no_reason_to_stop(tmp_path):
    mixed = Scenario(failing=tuple(range(1, 31, 2)), odd=tuple(range(2, 31, 2)))
    results = study(tmp_path / "r", mixed, seeds=30)
    assert results.manifest["status"] == "complete" and results.manifest["counts"]["failed"] == 30


def test_keep_says_which_tables_remain(tmp_path):
    short = study(tmp_path / "s", keep="summary")
    assert not (short.folder / "trajectories").exists()
    assert (short.folder / "summary.csv").read_bytes() == (study(tmp_path / "t").folder / "summary.csv").read_bytes()
    with pytest.raises(NotEnough, match="--keep summary"):
        _ = short.trajectories
    with pytest.raises(UsageError, match="keep: 'all' is not one of trajectories, events, summary"):
        study(tmp_path / "u", keep="all")


def test_seeds():
    assert parse_seeds(3) == parse_seeds("3") == parse_seeds("1:3") == parse_seeds([3, 2, 1, 2]) == (1, 2, 3)
    for wrong in (0, -1, "0", "5:4", "a", "1:b", "1-3", [], "", [2**32]):
        with pytest.raises(UsageError):
            parse_seeds(wrong)


def test_open_refuses_what_is_no_results_folder(tmp_path):
    with pytest.raises(UsageError, match="is not a results folder"):
        Results.open(tmp_path)


SCRIPT = """
import sys
from sim.runs import Options, Plan, carry_out
from sim.errors import ContraflowError
from tests.runs import synthetic

if __name__ == "__main__":
    scenario = synthetic.Scenario(pause=0.02)
    options = Options(workers=int(sys.argv[2]), out=sys.argv[1], command="COMMAND",
                      simulate=synthetic.simulate, labels=synthetic.labels)
    try:
        carry_out(Plan("run", {scenario.name: scenario}, tuple(range(1, 200))), options)
    except ContraflowError as error:
        print(error, "|", error.hint)
        sys.exit(error.code)
"""


@pytest.fixture
def running(tmp_path, root):
    """Start a long study in a process of its own and wait for its first chunk."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    started = []

    def start(workers):
        command = [sys.executable, str(script), str(tmp_path / "r"), str(workers)]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        until = time.monotonic() + 60
        while not list((tmp_path / "r").glob(".chunks/*.json")):
            assert time.monotonic() < until and process.poll() is None
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize(("sent", "workers", "code"), [(signal.SIGINT, 1, 130), (signal.SIGTERM, 2, 143)])
def test_an_interruption_keeps_what_ran_and_says_how_to_go_on(running, tmp_path, sent, workers, code):
    process = running(workers)
    process.send_signal(sent)
    told, _ = process.communicate(timeout=30)
    assert process.returncode == code
    assert "interrupted after " in told and "| go on with: COMMAND" in told
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    done = manifest["counts"]["done"]
    assert manifest["status"] == "interrupted" and 0 < done < 199
    assert study(tmp_path / "r", seeds=199).manifest["counts"]["done"] == 199


def test_without_out_results_live_as_long_as_they_are_held(monkeypatch):
    results = study(None, seeds=2)
    folder = results.folder
    assert len(results.runs) == 2 and folder.exists()
    results._holder.cleanup()
    assert not folder.exists()


def test_ensemble_takes_options_by_name_only_if_they_exist():
    with pytest.raises(TypeError):
        ensemble("baseline", seeds=1, threads=3)


def test_a_comparison_adds_seeds_until_its_differences_are_known(tmp_path):
    shifted = Scenario("other", end=1991)  # its last year is another, so that pairs differ by luck alone
    results = study(tmp_path / "r", Scenario(end=1991), shifted, seeds=20, until_ci={"technology_gap": 0.03})
    assert len(results.manifest["seeds"]) == 20  # the same luck: differences are all zero
    alone = study(tmp_path / "a", seeds=20, until_ci={"technology_gap": 0.03})
    rows = alone.summary.query("metric == 'technology_gap' and sector == 'all' and year == 1992")
    assert len(alone.manifest["seeds"]) > 20 and float(rows.hi.iloc[0] - rows.lo.iloc[0]) / 2 <= 0.03
    course = pd.read_csv(alone.folder / "convergence.csv")
    assert course.half_width.iloc[-1] == pytest.approx(float(rows.hi.iloc[0] - rows.lo.iloc[0]) / 2, rel=1e-6)


def test_the_journal_tells_what_happened(tmp_path):
    results = study(tmp_path / "r", Scenario(failing=(2,)))
    lines = [json.loads(line) for line in (results.folder / "journal.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["started", "chunk", "complete"]
    assert lines[1]["runs"] == 5 and lines[1]["failed"] == 1 and lines[1]["memory"] > 0
