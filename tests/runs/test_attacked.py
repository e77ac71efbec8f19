"""A results folder under attack, step by step: run, die, flip, delete, copy, merge, export, replay, --force.

Invariant: every reader returns the undisturbed rows, or refuses with 5 or 74 and the name of a file.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from sim import files
from sim.cli import inspect
from sim.errors import Conflict, ContraflowError, IoFailure, NotEnough, UsageError
from sim.runs import Options, Results, course, merge
from sim.runs import batch as worker
from sim.runs.export import export
from sim.runs.store import MANIFEST
from tests.runs import synthetic
from tests.runs.synthetic import Scenario
from tests.runs.test_ensemble import QUIET, study
from tests.test_files import Cut

TABLES = ("yearly", "events", "final")
MOST = 5
OTHER = Scenario("other", effect=0.4)


def rows(results, table):
    """Rows of a table by seed, as text."""
    frame = results.table(table).unify_dictionaries().to_pandas()
    return {int(seed): part.to_csv(index=False) for seed, part in frame.groupby("seed")}


class Attacked(RuleBasedStateMachine):
    """Of one study that is asked for one to five seeds."""

    whole: Path  # all five seeds, undisturbed
    expected: dict[str, dict[int, str]]  # their rows

    def __init__(self):
        super().__init__()
        memory = Path("/dev/shm")  # where nobody waits for a disk
        self.place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
        self.folder = self.place / "r"

    def teardown(self):
        shutil.rmtree(self.place)

    def there(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != ".lock")

    def attempt(self, call):
        """The answer, or None where it is refused as promised."""
        try:
            return call()
        except (Conflict, IoFailure) as error:
            named = [word for word in str(error).replace(":", " ").split() if word.startswith(str(self.place))]
            assert named and error.code in (5, 74), error
        except NotEnough:
            pass  # not that far yet
        except UsageError as error:
            assert "is not a results folder" in str(error)
        return None

    @rule(seeds=st.integers(1, MOST), force=st.booleans())
    def run(self, seeds, force):
        self.attempt(lambda: study(self.folder, seeds=seeds, force=force))

    @rule(seeds=st.integers(1, MOST), at=st.integers(0, 60), how=st.sampled_from([None, 28, 5]))
    def die(self, seeds, at, how):
        """In the middle of a write, or by a disk that is full or fails for a moment."""
        left, real = [at], files.os.replace

        def replace(one, two):
            left[0] -= 1
            if left[0] < 0:
                raise Cut if how is None else OSError(how, os.strerror(how))
            real(one, two)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(files.os, "replace", replace)
            try:
                self.attempt(lambda: study(self.folder, seeds=seeds))
            except Cut:
                return

    @precondition(lambda self: self.folder.exists() and self.there())
    @rule(data=st.data(), where=st.floats(0, 1))
    def flip(self, data, where):
        path = data.draw(st.sampled_from(self.there()))
        held = bytearray(path.read_bytes())
        if held:
            held[int(where * (len(held) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            path.write_bytes(held)

    @precondition(lambda self: self.folder.exists() and self.there())
    @rule(data=st.data())
    def delete(self, data):
        data.draw(st.sampled_from(self.there())).unlink()

    @precondition(lambda self: self.folder.exists() and self.there())
    @rule(data=st.data(), name=st.sampled_from(["mine.parquet", "quiet-000001-0123456789ab.parquet", ""]))
    def copy(self, data, name):
        """One file over another, or beside it."""
        one, two = data.draw(st.sampled_from(self.there())), data.draw(st.sampled_from(self.there()))
        target = two.with_name(name) if name else two
        if one != target:
            shutil.copy(one, target)

    @rule()
    def share(self):
        """Merging, exporting: what is passed on is undisturbed, too."""
        if self.attempt(lambda: Results.open(self.folder)) is None:
            return
        aside = Path(tempfile.mkdtemp(dir=self.place))
        merged = self.attempt(lambda: merge([self.folder], aside / "m"))
        if merged is not None:
            self.check(merged)
        self.attempt(lambda: list(export(Results.open(self.folder), "csv", ["yearly"], aside / "csv")))

    @rule(seed=st.integers(1, MOST))
    def replay(self, seed):
        """What is stored of a run is what it gives again."""

        def again():
            results = Results.open(self.folder)
            runs = results.table("runs.parquet", ["run_id", "point", "scenario", "seed", "status"]).to_pylist()
            found = [row for row in runs if row["seed"] == seed and row["status"] == "done"]
            return inspect._again(results, QUIET, found[0]) if found else []

        assert not self.attempt(again)

    @invariant()
    def every_reader_is_right_or_refuses(self):
        results = self.attempt(lambda: Results.open(self.folder))
        if results is not None:
            self.check(results)

    def check(self, results):
        manifest = self.attempt(lambda: results.manifest)
        if manifest is None:
            return
        for table in TABLES:
            found = self.attempt(lambda table=table: rows(results, table))
            if found is not None:
                assert found == {seed: self.expected[table][seed] for seed in found}
                if manifest["status"] == "complete":
                    assert len(found) == manifest["counts"]["done"]
        done = self.attempt(lambda: results.table("runs.parquet", ["seed", "trust"]).to_pylist())
        if done is not None and manifest["status"] == "complete":
            whole = Results.open(self.whole).table("runs.parquet", ["seed", "trust"]).to_pylist()
            assert all(row in whole for row in done)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 1)
    Attacked.whole = study(tmp_path / "whole", seeds=MOST).folder
    Attacked.expected = {table: rows(Results.open(Attacked.whole), table) for table in TABLES}
    make_job = course.make_job
    model = {"simulate": synthetic.simulate, "labels": synthetic.labels}
    monkeypatch.setattr(course, "make_job", lambda plan, options, at: make_job(plan, Options(**model), at))
    assert (Attacked.whole / MANIFEST).is_file() and issubclass(ContraflowError, Exception)
    return Attacked


def attack(machine, examples, steps):
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_every_reader_is_right_or_refuses_whatever_befalls_the_folder(machine):
    attack(machine, 6, 8)


@pytest.mark.hostile
def test_every_reader_is_right_or_refuses_after_long_attacks(machine):
    attack(machine, 200, 30)
