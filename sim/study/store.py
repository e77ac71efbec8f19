"""A results folder on disk: complete files or none, one writer, chunks known by their content."""

import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import CannotCreate, Conflict, IoFailure
from sim.study.tables import TABLES
from sim.study.yearly import FINAL, YEARLY

_ALWAYS = (*YEARLY, *FINAL)
KEEP: dict[str, tuple[str, ...]] = {
    "trajectories": (*TABLES, *_ALWAYS),
    "events": ("events", "partnerships", *_ALWAYS),
    "summary": _ALWAYS,
}
SWEPT = ("yearly", *FINAL)  # what `summary` means in a sweep, whose runs are many
MANIFEST = "manifest.json"
CRATE = "ro-crate-metadata.json"
_JOURNAL = "journal.jsonl"
_CHUNKS = ".chunks"
_STOPPED = ".stopped"
_CORRUPT = ".corrupt"
_OURS = (*TABLES, *_ALWAYS, _CHUNKS, "figures", "scenarios", "export")
_FILES = (
    _JOURNAL, "scenario.yaml", "design.parquet", "runs.parquet", "failures.csv", "convergence.csv", "variance.csv",
    "summary.csv", "differences.csv", "summary.parquet", "differences.parquet", "report.html", "sensitivity.json",
    CRATE,
    MANIFEST,  # last to go: it says that the others are ours
)  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """A run that failed; `quarter` is empty where it is not known."""

    run_id: str
    scenario: str
    point: int
    seed: int
    quarter: str
    error: str
    replay: str
    traceback: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a worker returns for a chunk: the runs it wrote, failures, its files' hashes, and where it was made."""

    chunk: str
    scenario: str
    runs: dict[str, tuple[int, int, float]] = field(default_factory=dict)  # run id -> point, seed, seconds
    failures: list[Failure] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # table -> rows, bytes, sha256
    host: str = ""
    memory: int = 0  # bytes the worker held at most

    @classmethod
    def read(cls, path: Path) -> "Receipt":
        told = json.loads(path.read_text(encoding="utf-8"))
        runs = {run: (point, seed, seconds) for run, (point, seed, seconds) in told.pop("runs").items()}
        return cls(**{**told, "runs": runs, "failures": [Failure(**f) for f in told["failures"]]})


class Folder:
    """Paths and safe writing of one results folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the folder; raises CannotCreate, or Conflict if something else lives there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
            strangers = [name.name for name in self.path.iterdir() if not name.name.startswith(".")]
        except OSError as error:
            raise CannotCreate(
                f"cannot write results to {self.path}: {error.strerror}", "choose another --out"
            ) from error
        if strangers and not self.holds_results:
            raise Conflict(f"{self.path} holds other files ({strangers[0]})", "choose another --out")

    @property
    def holds_results(self) -> bool:
        return (self.path / MANIFEST).is_file()

    def clear(self) -> None:
        """Remove what a study wrote; anything else stays."""
        for name in _OURS:
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in _FILES:
            (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder while writing; raises Conflict naming who holds it. The system frees it if we die."""
        with open(self.path / ".lock", "a+", encoding="utf-8") as handle:
            if not _try_lock(handle.fileno()):
                handle.seek(0)
                owner = handle.read().strip() or "another process"
                raise Conflict(f"{self.path} is in use by {owner}", "wait until it ends or choose another --out")
            handle.truncate(0)
            since = datetime.now(UTC).isoformat(timespec="seconds")
            handle.write(f"process {os.getpid()} on {socket.gethostname()} since {since}")
            handle.flush()
            yield
            handle.truncate(0)

    def in_use(self) -> str:
        """Who holds the folder now, or nothing."""
        try:
            with open(self.path / ".lock", "r+", encoding="utf-8") as handle:
                return "" if _try_lock(handle.fileno()) else handle.read().strip()
        except OSError:
            return ""

    def write_chunk(self, receipt: Receipt, tables: dict[str, pa.Table]) -> Receipt:
        """Write a chunk's tables, then the receipt that makes them count."""
        files = {name: self._write_table(name, receipt.chunk, table) for name, table in tables.items()}
        signed = replace(receipt, files=files)
        self.sign(signed)
        return signed

    def sign(self, receipt: Receipt) -> None:
        """Write a receipt: from now on its chunk counts."""
        self.write(f"{_CHUNKS}/{receipt.chunk}.json", json.dumps(asdict(receipt), ensure_ascii=False))

    def note_stopped(self, run: str, told: str) -> None:
        """Leave word that a run went beyond its limits, for whoever tries it next."""
        self.write(f"{_CHUNKS}/{run}{_STOPPED}", told)

    def stopped(self, run: str) -> str:
        """Why a run was stopped when it was tried before in this study; empty if it was not."""
        try:
            return (self.path / _CHUNKS / f"{run}{_STOPPED}").read_text(encoding="utf-8")
        except OSError:
            return ""

    def _write_table(self, name: str, chunk: str, table: pa.Table) -> dict[str, Any]:
        path = self.path / name / f"{chunk}.parquet"
        floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
        others = [f.name for f in table.schema if f.name not in floats]
        options = {"compression": "zstd", "compression_level": 1, "use_dictionary": others}
        split = dict.fromkeys(floats, "BYTE_STREAM_SPLIT")
        with _aside(path) as part:
            pq.write_table(table, part, column_encoding=split, **options)
        return {"rows": table.num_rows, "bytes": path.stat().st_size, "sha256": _sha256(path)}

    def log(self, **told: Any) -> None:
        """Add a line to the journal: what happened, and when. A torn last line harms nobody."""
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **told}, ensure_ascii=False)
        try:
            with open(self.path / _JOURNAL, "a", encoding="utf-8") as journal:
                journal.write(f"{line}\n")
        except OSError as error:
            raise _full(self.path / _JOURNAL, error) from error

    def write(self, name: str, text: str) -> None:
        """Replace a text file in one step."""
        with _aside(self.path / name) as part:
            part.write_text(text, encoding="utf-8")

    def write_parquet(self, name: str, table: pa.Table) -> None:
        """Replace a Parquet file in one step."""
        with _aside(self.path / name) as part:
            pq.write_table(table, part, compression="zstd")

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A path aside that becomes `name` when the block ends well."""
        with _aside(self.path / name) as part:
            yield part

    def receipts(self) -> list[Receipt]:
        """Receipts of the chunks written so far, in the order of their names."""
        found = (_read(path) for path in sorted((self.path / _CHUNKS).glob("*.json")))
        return [receipt for receipt in found if receipt is not None]

    def repair(self, note: Callable[[str], None], planned: Collection[str] | None = None) -> list[Receipt]:
        """Receipts of whole chunks; everything else does not count any more. Needs the lock.

        What is damaged, or of runs that are not `planned`, is set aside in `.chunks` as evidence, named `*.corrupt`.
        Chunks of runs that another one holds (written late by a worker that was given up) are removed, and so are files
        that no receipt names.
        """
        whole: dict[str, Receipt] = {}
        wrong: dict[str, tuple[str, tuple[str, ...]]] = {}  # chunk -> what is wrong, tables worth keeping
        runs: set[tuple[str, int, int]] = set()  # not ids: other code of the model gives other ids to the same runs
        for receipt in self.receipts():
            mine = {(receipt.scenario, point, seed) for point, seed, _ in receipt.runs.values()}
            if planned is not None and not all(run in planned for run in receipt.runs):
                wrong[receipt.chunk] = "of another study", tuple(receipt.files)
            elif damaged := self._damaged(receipt):
                wrong[receipt.chunk] = "damaged", damaged
            elif runs.isdisjoint(mine):
                whole[receipt.chunk] = receipt
                runs |= mine
        for path in sorted((self.path / _CHUNKS).glob("*.json")):
            if path.stem not in whole:
                self._set_aside(path, *wrong.get(path.stem, ("double" if _read(path) else "damaged", ())), note)
        self.keep_only(whole)
        for path in (self.path / _CHUNKS).glob(f"*{_STOPPED}"):  # another try, perhaps with other limits
            path.unlink()
        for place in (self.path, *(self.path / name for name in _OURS)):
            for path in place.glob(".*.part"):  # of a writer that was killed
                path.unlink()
        return list(whole.values())

    def keep_only(self, chunks: Collection[str]) -> None:
        """Remove all other chunks. Needs the lock."""
        for pattern in (f"{_CHUNKS}/*.json", *(f"{table}/*.parquet" for table in KEEP["trajectories"])):
            for path in self.path.glob(pattern):
                if path.stem not in chunks:
                    path.unlink()

    def _damaged(self, receipt: Receipt) -> tuple[str, ...]:
        """Tables of a chunk whose file is missing or not what the receipt says."""
        found = []
        for name, noted in receipt.files.items():
            path = self.path / name / f"{receipt.chunk}.parquet"
            if not path.is_file() or path.stat().st_size != noted["bytes"] or _sha256(path) != noted["sha256"]:
                found.append(name)
        return tuple(found)

    def _set_aside(self, receipt: Path, what: str, tables: tuple[str, ...], note: Callable[[str], None]) -> None:
        """Make a chunk not count; what is not merely double stays in `.chunks`, where no reader of tables looks."""
        if what == "double":
            receipt.unlink()
            note(f"chunk {receipt.stem} is double and was removed")
            return
        for table in tables:
            path = self.path / table / f"{receipt.stem}.parquet"
            if path.is_file():
                os.replace(path, receipt.with_name(f"{receipt.stem}.{table}.parquet{_CORRUPT}"))
        os.replace(receipt, receipt.with_name(f"{receipt.name}{_CORRUPT}"))
        note(f"chunk {receipt.stem} is {what}: set aside in {_CHUNKS} as *{_CORRUPT}, its runs are computed again")

    def paths(self, table: str, receipts: list[Receipt], scenario: str | None = None) -> list[Path]:
        """Files of a table, in the order of their names."""
        chunks = sorted(r.chunk for r in receipts if table in r.files and scenario in (None, r.scenario))
        return [self.path / table / f"{chunk}.parquet" for chunk in chunks]


def _read(path: Path) -> Receipt | None:
    """The receipt in a file; None where it is damaged, or another chunk's."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        receipt = Receipt.read(path)
        return receipt if receipt.chunk == path.stem else None
    return None


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """Write beside the target, sync, rename: readers see the old file or the whole new one. Raises IoFailure."""
    part = path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        yield part
        with open(part, "r+b") as handle:
            os.fsync(handle.fileno())
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _full(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _full(path: Path, error: OSError) -> IoFailure:
    hint = "finished chunks are kept; free space and run again"
    return IoFailure(f"cannot write {path}: {error.strerror or error}", hint)


def _sync_folder(path: Path) -> None:
    if sys.platform != "win32":  # a folder cannot be opened there
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _sha256(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
