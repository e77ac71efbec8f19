"""Every reader returns the undisturbed bytes or refuses with the name of the file: deleted, altered, cut, foreign."""

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from sim.errors import Conflict, ContraflowError, IoFailure
from sim.files import LEDGER
from sim.plots.stored import Stored
from sim.runs import Results, hashes, merge, store
from sim.runs import batch as worker
from sim.runs.export import export
from sim.runs.store import MANIFEST, Folder
from sim.runs.verified import Verified
from tests.runs.synthetic import Scenario
from tests.runs.test_ensemble import LOUD, QUIET, content, study

STORED = ("trajectories", "markets", "events", "partnerships", "final")
TABLES = (*STORED, "yearly")  # which is made of the first
FLAT = ("summary.csv", "summary.parquet", "differences.csv", "differences.parquet", "runs.parquet", "failures.csv")


def read_all(folder: Path, aside: Path) -> dict[str, object]:
    """What every reader says of a folder."""
    results, stored = Results.open(folder), Stored(folder)
    said: dict[str, object] = {name: content(results, name) for name in TABLES}
    said |= {name: results.table(name).to_pydict() for name in FLAT if name != "runs.parquet"}
    said["runs"] = results.runs.drop(columns="seconds").to_dict()
    said["plots"] = stored.cube(("trust",)).values["trust"].tobytes(), stored.sums("summary").to_csv()
    said["export"] = {p.name: p.read_bytes() for p in export(results, "csv", ["yearly", "events"], aside / "csv")}
    said["merge"] = content(merge([folder], aside / "merged"), "yearly")
    for table in TABLES:
        results.stored.present(table)
    return said


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two scenarios in three chunks, and what readers say of them."""
    place = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker, "LARGEST", 2)
        folder = study(place / "r", QUIET, LOUD).folder
    return folder, read_all(folder, place)


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole[0], tmp_path / "r")
    return tmp_path / "r"


def flip(path: Path, at: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(at * (len(data) - 1))] ^= 1
    path.write_bytes(data)


DAMAGE = {
    "gone": Path.unlink,
    "flipped": flip,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
}


def refused(folder: Path, aside: Path, name: str) -> None:
    """At least one reader refuses and names the file; no reader says anything else than before."""
    with pytest.raises((IoFailure, Conflict)) as caught:
        read_all(folder, aside)
    assert name in caught.value.message and caught.value.code in (5, 74)
    assert any(name in line for line in Verified(folder).problems())


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_refused_by_name(copy, whole, tmp_path, damage):
    """Of every kind of file that is read: tables, receipts, what was summed up, the manifest."""
    chunk = sorted((copy / "final").iterdir())[0].stem
    names = [*(f"{table}/{chunk}.parquet" for table in STORED), f".chunks/{chunk}.json", *FLAT, MANIFEST]
    for n, name in enumerate(names):
        path = copy / name
        held = path.read_bytes()
        DAMAGE[damage](path)
        refused(copy, tmp_path / str(n), path.name)
        path.write_bytes(held)
    assert read_all(copy, tmp_path / "again") == whole[1]


def test_a_whole_chunk_that_is_gone_is_missed(copy, tmp_path):
    """Its receipt and all its files: the manifest lists it."""
    chunk = sorted((copy / "final").iterdir())[0].stem
    for path in copy.glob(f"*/{chunk}.*"):
        path.unlink()
    refused(copy, tmp_path, chunk)


def test_what_is_foreign_is_refused_and_spared(copy, tmp_path):
    """A copied table, a chunk of another study with its receipt, and a file of the user's."""
    first = sorted((copy / "trajectories").iterdir())[0]
    other = study(tmp_path / "other", Scenario("loud", effect=0.7), seeds=1).folder
    (receipt,) = Folder(other).receipts()
    for source, target in (
        (first, copy / "trajectories" / "mine.parquet"),
        (first, copy / "trajectories" / "quiet-000001-0123456789ab.parquet"),
        (other / ".chunks" / f"{receipt.chunk}.json", copy / ".chunks" / f"{receipt.chunk}.json"),
    ):
        shutil.copy(source, target)
        refused(copy, tmp_path / target.name, target.name)
        target.unlink()


def test_a_manifest_of_another_schema_is_refused(copy, tmp_path):
    from tests.signed import sign

    told = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps({**told, "schema": 99}))
    sign(copy)
    with pytest.raises(Conflict, match=r"manifest\.json is of schema 99"):
        Results.open(copy).table("yearly")


def test_without_its_ledger_a_folder_is_not_believed_unless_asked_for(copy):
    (copy / LEDGER).unlink()
    with pytest.raises(Conflict, match=r"no ledger \(\.contraflow\) lists it") as caught:
        Results.open(copy).table("yearly")
    assert "--no-verify" in caught.value.hint
    token = hashes.believed.set(True)
    try:
        assert Results.open(copy).table("yearly").num_rows
    finally:
        hashes.believed.reset(token)


def test_a_chunk_flipped_during_the_run_is_not_summed_up(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 2)
    done = []

    def damage(told):
        if told.done and not done:
            done.append(sorted((tmp_path / "r" / "trajectories").iterdir())[0])
            flip(done[0])

    with pytest.raises(IoFailure) as caught:
        study(tmp_path / "r", progress=damage)
    assert done[0].name in caught.value.message and not (tmp_path / "r" / "summary.csv").exists()
    assert study(tmp_path / "r").manifest["status"] == "complete"


def test_the_command_of_the_study_mends_every_damage(copy, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 2)
    chunk = sorted((copy / "final").iterdir())[0].stem
    for name in (f"trajectories/{chunk}.parquet", f".chunks/{chunk}.json", "summary.csv", "runs.parquet"):
        flip(copy / name)
        study(copy, QUIET, LOUD)
        assert read_all(copy, tmp_path / chunk / name.replace("/", "-")) == whole[1]
        chunk = sorted((copy / "final").iterdir())[0].stem


def test_hashes_are_taken_once_a_process(copy, monkeypatch):
    taken = []
    real = hashes.signature
    monkeypatch.setattr(hashes, "signature", lambda path: taken.append(path) or real(path))
    results = Results.open(copy)
    results.table("yearly")
    assert len(taken) >= 3  # chunks
    taken.clear()
    Results.open(copy).table("yearly")
    assert taken == []
    flip(sorted((copy / "trajectories").iterdir())[0])
    with pytest.raises(ContraflowError):
        Results.open(copy).table("yearly")


def test_receipts_are_read_once(copy, monkeypatch):
    """Whatever is asked of a folder: of many chunks that is half of the time that verifying takes."""
    read = []
    real = store._read
    monkeypatch.setattr(store, "_read", lambda path: read.append(path) or real(path))
    held = Verified(copy)
    assert held.whole() and list(held.problems()) == []
    assert len(read) == len(set(read)) == len(held.receipts)


def test_results_opened_before_more_seeds_were_run_stay_readable(copy):
    results = Results.open(copy)
    before = content(results, "yearly")
    study(copy, QUIET, LOUD, seeds=9)
    assert content(results, "yearly") == before and len(results.table("events"))


def test_a_file_of_another_size_is_refused_without_its_hash(copy):
    path = sorted((copy / "trajectories").iterdir())[0]
    DAMAGE["longer"](path)
    with pytest.raises(IoFailure, match=path.name):
        Verified(copy).present("trajectories")


def test_a_stranger_stands_in_the_way_of_its_table_alone(copy):
    (copy / "trajectories" / "mine.parquet").write_bytes(b"mine")
    held = Verified(copy)
    held.present("events")
    with pytest.raises(Conflict, match=r"mine\.parquet is not of this study"):
        held.present("trajectories")
    token = hashes.believed.set(True)
    try:
        held.present("trajectories")
    finally:
        hashes.believed.reset(token)


def test_the_whole_is_every_file_but_hidden_ones_and_exports(copy):
    export(Results.open(copy), "csv", ["events"], copy / "export")
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    expected = {name for name in names if not name.startswith((".", "export/"))}
    token = hashes.believed.set(True)
    try:
        assert {path.relative_to(copy).as_posix() for path in Verified(copy).whole()} == expected
    finally:
        hashes.believed.reset(token)
    assert {path.relative_to(copy).as_posix() for path in Verified(copy).whole()} == expected
    sorted((copy / "events").iterdir())[0].unlink()
    with pytest.raises(IoFailure):
        Verified(copy).whole()


def test_a_table_of_which_every_file_is_gone_is_missed(copy):
    for path in (copy / "events").iterdir():
        path.unlink()
    with pytest.raises(IoFailure, match=r"events/.*is missing"):
        Results.open(copy).table("events")


def test_a_receipt_counts_under_its_own_name_alone(copy):
    first, *_, last = sorted((copy / ".chunks").glob("*.json"))
    for one, other in ((first, last), (last, first)):
        kept = other.read_bytes()
        other.write_bytes(one.read_bytes())
        assert Folder(copy).read_receipts()[other] is None
        other.write_bytes(kept)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes with names")
@pytest.mark.parametrize("which", [LEDGER, MANIFEST, ".chunks/*.json", "trajectories/*.parquet"])
def test_nobody_waits_for_a_pipe(copy, which):
    """What is no file is refused, where reading it would never end."""
    path = next(copy.glob(which))
    path.unlink()
    os.mkfifo(path)
    told = []

    def read():
        with pytest.raises((IoFailure, Conflict)) as caught:
            Results.open(copy).table("trajectories")
        told.append(caught.value.code)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(30)
    assert told and told[0] in (5, 74)
