"""Every write is whole: failed or cut at any moment, it leaves the old file and nothing half."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim import files, report
from sim.errors import CannotCreate, Conflict, ContraflowError, IoFailure
from sim.files import LEDGER, Ledger, signature, write_text
from sim.plots.sheet import Sheet
from sim.runs import Results, ensemble
from sim.runs import batch as worker
from sim.runs.export import export
from sim.runs.store import Folder
from sim.scenario import load
from tests.runs.test_ensemble import LOUD, QUIET, same, study


class Cut(BaseException):
    """The process is gone."""


def everything(folder: Path) -> None:
    """A study, its figures, its report, its exports: all kinds of writes there are."""
    results = study(folder, QUIET, LOUD, seeds=3)
    sheet = Sheet("figure", "A figure", 1, 1, 2.0)
    sheet.save(folder / "figures", ("svg",))
    write_text(folder / report.REPORT, "<!doctype html>")
    for form in ("csv", "xlsx", "netcdf"):
        list(export(results, form, ["yearly"], folder / "export"))


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def count(monkeypatch, tmp_path) -> int:
    """How many files are put in place."""
    done = []
    real = os.replace
    with monkeypatch.context() as patched:
        patched.setattr(files.os, "replace", lambda one, two: done.append(two) or real(one, two))
        everything(tmp_path / "count")
    return len(done)


KINDS = [(how, where) for how in (errno.ENOSPC, errno.EIO, errno.EDQUOT, None) for where in ("sync", "replace")]


def fails_once(folder, monkeypatch, expected, how, where, n) -> None:
    """The n-th write fails, or the process dies in it: exit 74, nothing half; the same command goes on to its end."""
    calls = []
    target = files if where == "sync" else files.os
    real = getattr(target, where)

    def failing(*words):
        calls.append(words)
        if len(calls) == n + 1:
            raise Cut if how is None else OSError(how, os.strerror(how))
        return real(*words)

    with monkeypatch.context() as patched, pytest.raises((Cut, IoFailure)) as caught:
        patched.setattr(target, where, failing)
        everything(folder)
    if how is not None:
        assert caught.value.code == 74 and os.strerror(how) in caught.value.message
        assert not list(folder.rglob("*.part"))
    everything(folder)
    assert same(Results.open(folder), expected) and not list(folder.rglob("*.part"))
    shutil.rmtree(folder)


def test_a_write_that_fails_or_is_cut_loses_nothing(tmp_path, monkeypatch):
    """Eight of all writes, from the first to the last, each by another fault; `-m hostile` tries all."""
    total = count(monkeypatch, tmp_path)
    expected = Results.open(tmp_path / "count")
    for place, (how, where) in enumerate(KINDS):
        fails_once(tmp_path / "r", monkeypatch, expected, how, where, (total - 1) * place // (len(KINDS) - 1))


@pytest.mark.hostile
def test_each_write_in_turn_fails_or_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 2)
    total = count(monkeypatch, tmp_path)
    expected = Results.open(tmp_path / "count")
    for how, where in KINDS:
        for n in range(total):
            fails_once(tmp_path / "r", monkeypatch, expected, how, where, n)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    everything(tmp_path / "r")
    before = contents(tmp_path / "r")
    volatile = {LEDGER, "journal.jsonl", "manifest.json", ".lock"}

    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    for write in (
        lambda: write_text(tmp_path / "r" / "report.html", "new"),
        lambda: Folder(tmp_path / "r").write("summary.csv", "new"),
        lambda: Sheet("figure", "Another", 1, 1, 2.0).save(tmp_path / "r" / "figures", ("svg",)),
        lambda: list(export(Results.open(tmp_path / "r"), "csv", ["yearly"], tmp_path / "r" / "export")),
    ):
        with pytest.raises(IoFailure):
            write()
    after = contents(tmp_path / "r")
    assert {k: v for k, v in after.items() if k not in volatile} == {
        k: v for k, v in before.items() if k not in volatile
    }
    monkeypatch.undo()
    assert len(Results.open(tmp_path / "r").summary)  # still what the ledger lists


SMALL = """
import json, resource, sys
from sim.cli import main
words, limits = json.loads(sys.argv[1]), json.loads(sys.argv[2])
for limit in limits:
    for each in words:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        code = main(each)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("code", limit, code, *each, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_each_writer_that_can_write_no_more_ends_with_74_in_one_line(root, tmp_path):
    """The system itself refuses to write on in mid-file, as on a full disk: at once, and after a few kilobytes."""
    folder = ensemble(load("baseline", {"start": 2029, "end": 2030}), seeds=2, workers=1, out=tmp_path / "r").folder
    forms = ("csv", "parquet", "xlsx", "iamc", "netcdf", "rocrate")
    words = [["export", str(folder), "--format", form] for form in forms]
    words += [["plot", str(folder), "--format", "svg"], ["explore", str(folder)], ["new", "mine"]]
    words += [["schema", "--out", str(tmp_path / "schema.json")]]
    before = contents(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", SMALL, json.dumps(words), json.dumps([10, 3000])],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True,
    )  # fmt: skip
    told = done.stderr.splitlines()
    codes = [line.split()[1:3] for line in told if line.startswith("code ")]
    assert len(codes) == 2 * len(words) and {code for _, code in codes} <= {"74", "0"}, told
    assert ["10", "0"] not in codes, told
    assert not [line for line in told if not line.startswith(("error: ", "hint: ", "code "))], told
    after = contents(tmp_path)
    assert {name: after[name] for name in before if name != f"r/{LEDGER}"} == {
        name: before[name] for name in before if name != f"r/{LEDGER}"
    }
    assert not [name for name in after if ".part" in name]


def test_nothing_else_writes(root):
    """No module opens a file to write but the one place; what it does otherwise is named here with the reason."""
    import re

    allowed = {
        "sim/files.py": "the place itself",
        "sim/runs/store.py": "the lock and the journal, which grow",
        "sim/verify/laboratory.py": "files of a temporary folder",
        "sim/documents/__main__.py": "documents of the repository",
        "sim/documents/whatifs.py": "documents of the repository",
        "sim/cli/__init__.py": "nowhere",
    }
    writes = re.compile(
        r"(?<!def )\b(?:path|PAGE|target|page|aside)\.write_(?:text|bytes)\(|open\([^)]*[\"'][wax]b?[\"']|os\.replace\("
    )
    found = {
        path.relative_to(root).as_posix()
        for path in (root / "sim").rglob("*.py")
        if writes.search(path.read_text(encoding="utf-8"))
    }
    assert found <= {*allowed, "sim/runs/summary.py", "sim/runs/export.py"}  # the last two write aside, by `writing`


# whose files they are


def test_a_strangers_folder_is_left_alone(tmp_path):
    """A manifest.json and folders that are called like ours do not make it ours, --force or not."""
    for name in ("manifest.json", "summary.csv", "report.html", "figures/mine.png", "markets/mine.parquet"):
        (tmp_path / "r" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "r" / name).write_text("mine")
    before = contents(tmp_path / "r")
    for force in (False, True):
        with pytest.raises(Conflict, match="holds other files"):
            study(tmp_path / "r", force=force)
    assert contents(tmp_path / "r") == before


def test_force_and_resume_spare_what_is_not_ours(tmp_path):
    study(tmp_path / "r")
    mine = {
        name: tmp_path / "r" / name for name in ("notes.txt", "figures/mine.png", "scenarios/mine.yaml", "export/a.csv")
    }
    for path in mine.values():
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    study(tmp_path / "r", seeds=7)
    before = {path.stem for path in (tmp_path / "r" / "events").glob("runs-*")}
    study(tmp_path / "r", LOUD, force=True)
    assert all(path.read_text() == "mine" for path in mine.values())
    assert before and before.isdisjoint({path.stem for path in (tmp_path / "r" / "events").iterdir()})
    stray = tmp_path / "r" / "markets" / "mine.parquet"
    stray.write_text("mine")
    for force in (False, True):
        with pytest.raises(Conflict, match=r"markets/mine\.parquet is not of this study"):
            study(tmp_path / "r", LOUD, force=force)
    assert stray.read_text() == "mine" and list((tmp_path / "r" / "events").iterdir())


def test_no_link_is_followed_out(tmp_path):
    study(tmp_path / "r")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "r" / "markets", elsewhere)
    before = contents(elsewhere)
    shutil.rmtree(tmp_path / "r" / "markets")
    (tmp_path / "r" / "markets").symlink_to(elsewhere)
    for words in ({"seeds": 7}, {"force": True}):
        with pytest.raises(Conflict, match="leads out of"):
            study(tmp_path / "r", **words)
    (tmp_path / "r" / "figures").symlink_to(elsewhere)
    with pytest.raises(Conflict, match="leads out of"):
        Sheet("figure", "A figure", 1, 1, 2.0).save(tmp_path / "r" / "figures", ("svg",))
    assert contents(elsewhere) == before


def test_a_file_that_the_ledger_does_not_list_is_not_replaced(tmp_path):
    study(tmp_path / "r")
    (tmp_path / "r" / "figures").mkdir()
    for name in ("report.html", "figures/figure.svg"):
        (tmp_path / "r" / name).write_text("mine")
        with pytest.raises(Conflict, match="did not write"):
            write_text(tmp_path / "r" / name, "ours")
        assert (tmp_path / "r" / name).read_text() == "mine"


def test_a_damaged_ledger_lists_less_and_never_more(tmp_path):
    study(tmp_path / "r")
    path = tmp_path / "r" / LEDGER
    whole, names = path.read_bytes(), set(Ledger(tmp_path / "r").files)
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :])
        try:
            Results.open(tmp_path / "r").table("yearly")
        except ContraflowError as error:
            assert error.code in (5, 74)
    path.write_bytes(whole[: len(whole) // 2])
    assert set(Ledger(tmp_path / "r").files) < names


def test_a_place_that_cannot_be_is_no_fault_of_the_disk(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "x", tmp_path / "none" / "x", tmp_path / ("x" * 300)):
        with pytest.raises(CannotCreate) as caught:
            write_text(path, "text")
        assert caught.value.code == 73


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes with names")
def test_what_is_no_file_is_not_replaced(tmp_path):
    """As `--json /dev/null` would: to put a file in place of a device harms everybody."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for path in (tmp_path / "pipe", tmp_path / "link"):
        with pytest.raises(CannotCreate, match="it is no file"):
            write_text(path, "text")
    assert (tmp_path / "pipe").is_fifo() and (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]


def test_the_ledger_of_another_study_makes_no_folder_ours(tmp_path):
    """A link in place of a ledger: nothing is listed there, nothing of a stranger replaced, the other ledger stays."""
    study(tmp_path / "r")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / LEDGER).symlink_to(tmp_path / "r" / LEDGER)
    before = (tmp_path / "r" / LEDGER).read_bytes()
    assert Ledger(theirs).nonce == ""
    write_text(theirs / "text", "told")
    with pytest.raises(CannotCreate):
        Ledger(theirs).note("text", signature(theirs / "text"))
    assert (tmp_path / "r" / LEDGER).read_bytes() == before
