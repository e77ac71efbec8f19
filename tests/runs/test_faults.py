"""What may befall a study while it runs: kills, signals, limits, full disks, chunks from elsewhere."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.errors import CannotCreate, Conflict, IoFailure, UsageError
from sim.runs import Results, bounds, engines, limits, manifest, store
from sim.runs import batch as worker
from sim.runs.store import Folder, Receipt
from sim.runs.tables import plain
from tests.runs import synthetic
from tests.runs.synthetic import Scenario
from tests.runs.test_ensemble import content, same, study

SEEDS = 48
SCRIPT = """
import sys
from sim.errors import ContraflowError
from sim.runs import Options, Plan, carry_out
from sim.runs import batch
from tests.runs import synthetic

if __name__ == "__main__":
    batch.LARGEST = 1
    scenario = synthetic.Scenario(pause=float(sys.argv[3]))
    options = Options(workers=int(sys.argv[2]), out=sys.argv[1], simulate=synthetic.simulate, labels=synthetic.labels)
    try:
        carry_out(Plan("run", {scenario.name: scenario}, tuple(range(1, 49))), options)
    except ContraflowError as error:
        sys.exit(error.code)
    except KeyboardInterrupt:
        sys.exit(130)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills, and reads /proc")


@pytest.fixture
def place():
    """A folder in memory where there is one: a disk that takes seconds to sync would be measured instead of us."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as path:
        yield Path(path)


@pytest.fixture
def start(place, root):
    """`start(workers, pause) -> process`: a study in a process of its own, writing to `place / "r"`."""
    (place / "script.py").write_text(SCRIPT)
    started = []

    def launch(workers, pause=0.02):
        command = [sys.executable, str(place / "script.py"), str(place / "r"), str(workers), str(pause)]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        started.append(subprocess.Popen(command, cwd=root, env=environment))
        return started[-1]

    yield launch
    for process in started:
        process.kill()
        process.wait()


def until(true, seconds=60.0):
    """Wait for something; fails after a while."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def kin(process):
    """Process ids of a process's descendants."""
    parents = {}
    for path in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    found = {process.pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process.pid}


def running(pid):
    """Command line of a process that has not ended; empty for one that waits to be collected, or is gone."""
    try:
        state = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
        command = Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
    return "" if state in "ZX" else f"{state} {command}"


def killed(process):
    """Kill the main process; those of its kin that are left two seconds later."""
    family = kin(process)
    process.kill()
    process.wait()
    end = time.monotonic() + 2.0
    while (left := {pid: told for pid in family if (told := running(pid))}) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def survives(start, place, whole, times, seed):
    """Kill a study of one or two workers `times` times at random moments, resume, and compare with an undisturbed one.

    How many of the kills came before the end.
    """
    luck, met = random.Random(seed), 0
    for n in range(times):
        if n % 5 == 0:
            shutil.rmtree(place / "r", ignore_errors=True)
        process = start(2 - (n % 3 == 2))
        until(lambda running=process: (place / "r" / ".lock").exists() or running.poll() is not None)
        time.sleep(luck.uniform(0.0, 2.0))
        met += process.poll() is None
        assert killed(process) == {}
        if n % 5 == 4 or n == times - 1:
            assert same(study(place / "r", seeds=SEEDS), whole)
            assert not list((place / "r").rglob("*.part"))
    return met


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return study(tmp_path_factory.mktemp("whole") / "r", seeds=SEEDS)


def test_killed_at_random_moments_and_resumed_it_ends_in_the_same_bytes(start, place, whole):
    assert survives(start, place, whole, 3, seed=1) > 0


@pytest.mark.verification
def test_killed_twenty_times_with_two_workers_it_ends_in_the_same_bytes(start, place, whole):
    assert survives(start, place, whole, 20, seed=2) > 5


def test_no_process_is_left_two_seconds_after_the_main_process_died_in_long_runs(start, place):
    process = start(2, pause=60)
    until(lambda: len(kin(process)) >= 4)  # server, tracker, two workers
    time.sleep(0.5)
    assert killed(process) == {}


# signals


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 143)])
def test_signals_end_with_their_code_and_what_ran_is_kept(start, place, sent, code):
    process = start(2)
    until(lambda: list(place.glob("r/.chunks/*.json")))
    process.send_signal(sent)
    assert process.wait(30) == code
    assert json.loads((place / "r" / "manifest.json").read_text())["status"] == "interrupted"


def test_ctrl_c_twice_does_not_wait_for_what_runs(start, place):
    process = start(2, pause=60)
    until(lambda: len(kin(process)) >= 4)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


# limits


def failures(results):
    return results.table("failures.csv").to_pandas()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_never_ends_is_given_up_and_the_others_go_on(tmp_path, workers):
    results = study(tmp_path / "r", Scenario(endless=(2,)), seeds=4, workers=workers, run_timeout=2.0)
    told = failures(results)
    assert list(told.seed) == [2]
    assert told.error[0] == "Stopped: stopped after 2 s, its limit of time (--run-timeout)"
    assert set(results.trajectories.seed) == {1, 3, 4} and results.manifest["status"] == "complete"
    assert study(tmp_path / "r", seeds=4).manifest["counts"]["failed"] == 0  # tried again by the next command


def test_without_a_limit_a_run_may_take_a_hundred_times_the_median_before_it(tmp_path):
    watch = limits.Watch(Folder(tmp_path), limits.Limits(None, 0))
    assert watch.allowed == float("inf")
    watch.before.extend([0.2, 0.4])
    assert watch.allowed == 60.0
    watch.before.extend([3.0, 4.0, 90.0])
    assert watch.allowed == pytest.approx(300.0)
    with watch.over_run("r"):
        pass
    assert len(watch.before) == 6
    assert limits.Watch(Folder(tmp_path), limits.Limits(None, 0)).allowed == watch.allowed  # the next batch goes on
    assert limits.Watch(Folder(tmp_path), limits.Limits(7.0, 0)).allowed == 7.0


def test_a_run_that_eats_memory_is_given_up_and_named(tmp_path):
    results = study(tmp_path / "r", Scenario(greedy=(3,)), seeds=4, workers=2, memory=0.6)
    told = failures(results)
    assert list(told.seed) == [3] and "its limit of memory (--memory-per-worker)" in told.error[0]
    assert told.scenario[0] == "quiet" and set(results.trajectories.seed) == {1, 2, 4}


def test_a_worker_may_not_take_all_memory_of_the_machine(tmp_path, monkeypatch):
    assert limits.machine_memory() > 1e8
    seen = []
    monkeypatch.setattr(worker, "watched", lambda folder, limit: seen.append(limit) or limits.watched(folder, None))
    study(tmp_path / "r", seeds=2)
    assert seen == [None]  # nobody ends the process that the user talks to
    monkeypatch.setattr(limits, "machine_memory", lambda: 10**9)
    assert limits.Watch(Folder(tmp_path), limits.Limits(None, None)).memory == 9 * 10**8


def test_limits_are_above_zero():
    for wrong in ({"run_timeout": 0}, {"memory": -1}):
        with pytest.raises(UsageError, match="must be above zero"):
            study(None, **wrong)


def test_more_workers_than_help_are_not_started(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "default_workers", lambda: 1)
    monkeypatch.setattr(engines, "MOST_A_CORE", 2)
    notes = []
    results = study(tmp_path / "r", seeds=5, workers=500, note=notes.append)
    assert results.manifest["counts"]["done"] == 5
    assert notes == ["2 workers instead of 500: 2 a core are the most"]


# the disk


def free(monkeypatch, size):
    usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 0, int(size)))


def test_a_full_disk_is_seen_before_the_first_run(tmp_path, monkeypatch):
    free(monkeypatch, 1e6)
    with pytest.raises(IoFailure, match=r"6 more runs need about 10 MB; 1 MB are free") as caught:
        study(tmp_path / "r")
    assert caught.value.code == 74 and not list((tmp_path / "r").rglob("*.parquet"))


def test_a_disk_too_small_for_the_study_is_seen_with_the_first_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 1)
    free(monkeypatch, 2e7)
    with pytest.raises(IoFailure, match="999 more runs need about") as caught:
        study(tmp_path / "r", seeds=1000)
    assert caught.value.code == 74 and "--keep summary" in caught.value.hint
    monkeypatch.undo()
    notes = []
    assert study(tmp_path / "r", seeds=2, note=notes.append, force=True).manifest["counts"]["done"] == 2


def test_files_and_folders_are_synced_around_the_renaming(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace

    def name(handle):
        return Path(os.readlink(f"/proc/self/fd/{handle}")).name

    monkeypatch.setattr(os, "fsync", lambda handle: done.append(("sync", name(handle))) or sync(handle))
    monkeypatch.setattr(os, "replace", lambda one, two: done.append(("rename", one.name)) or replace(one, two))
    Folder(tmp_path).write_chunk(Receipt("c"), {})
    part = done[0][1]
    assert part.startswith(".c.json.") and done == [("sync", part), ("rename", part), ("sync", ".chunks")]


def test_a_chunk_of_another_study_is_not_taken_in(tmp_path):
    mine = study(tmp_path / "r")
    expected = content(mine, "trajectories")
    other = study(tmp_path / "other", Scenario(effect=0.5), seeds=3)
    (receipt,) = Folder(other.folder).receipts()
    for table in receipt.files:
        source = other.folder / table / f"{receipt.chunk}.parquet"
        shutil.copy(source, mine.folder / table / source.name)
    shutil.copy(other.folder / ".chunks" / f"{receipt.chunk}.json", mine.folder / ".chunks")
    with pytest.raises(Conflict, match=rf"{receipt.chunk}.json is of another study"):
        Results.open(tmp_path / "r").table("trajectories")
    notes = []
    again = study(tmp_path / "r", note=notes.append)
    assert "of another study" in notes[0] and (mine.folder / ".chunks" / f"{receipt.chunk}.json.corrupt").is_file()
    assert content(again, "trajectories") == expected
    assert again.manifest["counts"]["done"] == 6


def test_seeds_that_were_added_are_found_again_by_the_next_command(tmp_path, monkeypatch):
    """A study that adds seeds says so before it runs them: its chunks are its own after a kill."""
    noted = []
    write = Folder.write
    monkeypatch.setattr(
        Folder, "write",
        lambda self, name, text: (name == "manifest.json" and noted.append(len(json.loads(text)["seeds"])))
        or write(self, name, text),
    )  # fmt: skip
    results = study(tmp_path / "r", seeds=20, until_ci={"trust": 0.01}, max_seeds=40)
    assert len(results.manifest["seeds"]) == 40 and noted == [20, 40, 40]
    assert Results.open(tmp_path / "r").manifest["counts"]["done"] == 40


# the clock


class Backwards(datetime):
    """A clock that jumps back an hour with every look at it."""

    looks = 0

    @classmethod
    def now(cls, tz=None):
        cls.looks += 1
        return datetime(2030, 1, 1, tzinfo=tz) - timedelta(hours=cls.looks)


def test_a_clock_that_jumps_back_changes_no_number_and_no_order(tmp_path, monkeypatch):
    whole = study(tmp_path / "whole", seeds=4)
    for module in (store, manifest):
        monkeypatch.setattr(module, "datetime", Backwards)
    monkeypatch.setattr(time, "time", lambda: 2e9 - 3600 * Backwards.looks)
    monkeypatch.setattr(worker, "LARGEST", 1)
    seen = []
    study(tmp_path / "r", seeds=2, progress=seen.append)
    results = study(tmp_path / "r", seeds=4, progress=seen.append)
    assert same(results, whole) and Backwards.looks > 8
    assert all(told.seconds >= 0 for told in seen) and (results.runs.seconds >= 0).all()
    journal = [json.loads(line) for line in (tmp_path / "r" / "journal.jsonl").read_text().splitlines()]
    assert [told["event"] for told in journal] == ["started", "chunk", "chunk", "complete"] * 2
    times = [told["time"] for told in journal]
    assert times == sorted(times, reverse=True) and all(told.endswith("+00:00") for told in times)


# numbers that are none


@pytest.mark.parametrize(
    ("metric", "value", "told"),
    [
        ("formations", np.nan, "formations is nan"),  # adds up: must be a number
        ("hub_share", np.inf, "hub_share is inf"),
        ("technology_gap", -np.inf, "technology_gap is -inf"),
        ("formations", -1.0, "formations is -1, allowed are 0 to inf"),
        ("hub_share", 1.01, "hub_share is 1.01, allowed are 0 to 1"),
        ("trust", np.nan, ""),  # of no partnership: says nothing
        ("hub_share", 1 + 1e-12, ""),  # rounding
    ],
)
def test_bounds_and_numbers_that_are_none(metric, value, told):
    run = synthetic.simulate(Scenario(), 1)
    bounds.check_bounds(plain(run))
    run.outcome[metric][45, 1] = value
    if not told:
        bounds.check_bounds(plain(run))
        return
    with pytest.raises(bounds.Broken, match=re.escape(told)) as caught:
        bounds.check_bounds(plain(run))
    assert caught.value.quarter == "1990Q2" and str(caught.value).endswith("sector 1")


@pytest.mark.parametrize("name", [".lock", "journal.jsonl"])
def test_what_is_written_in_place_follows_no_link_and_waits_for_no_pipe(tmp_path, name):
    study(out=tmp_path / "r")
    ours, theirs = tmp_path / "r" / name, tmp_path / "theirs.txt"
    theirs.write_text("precious")
    ours.unlink()
    ours.symlink_to(theirs)
    with pytest.raises(CannotCreate, match=re.escape(str(ours))):
        study(out=tmp_path / "r", seeds=5)
    assert theirs.read_text() == "precious"
    ours.unlink()
    os.mkfifo(ours)
    with pytest.raises(CannotCreate, match="is no file"):
        study(out=tmp_path / "r", seeds=5)
