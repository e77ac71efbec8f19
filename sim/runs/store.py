"""A results folder on disk: complete files or none, one writer, chunks known by their content."""

import hashlib
import json
import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import CannotCreate, Conflict
from sim.files import (
    Ledger,
    Signed,
    grown,
    is_inside,
    remove_listed,
    signature,
    stay_inside,
    telling,
    whole,
    writing,
)
from sim.runs.hashes import check, wrong
from sim.runs.parts import QUARTERS
from sim.runs.tables import TABLES
from sim.runs.yearly import FINAL, YEARLY

_ALWAYS = (*YEARLY, *FINAL)
KEEP: dict[str, tuple[str, ...]] = {
    "trajectories": (*TABLES, *FINAL),  # the tables by year are made of quarters when they are asked for
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
_TABLES = (*TABLES, *_ALWAYS)
_PAGE = 2**28  # bytes, and rows
_CHUNK = re.compile(r".+-\d{6,10}-[0-9a-f]{12}")  # what a chunk is called


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


class Ran(NamedTuple):
    """A run that a chunk holds."""

    scenario: str
    point: int
    seed: int
    seconds: float


@dataclass(frozen=True)
class Receipt:
    """What a worker returns for a chunk: the runs it wrote, failures, its files' hashes, and where it was made."""

    chunk: str
    runs: dict[str, Ran] = field(default_factory=dict)  # run id -> run, in the order of rows
    failures: list[Failure] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # table -> rows, bytes, sha256
    host: str = ""
    memory: int = 0  # bytes the worker held at most
    study: str = ""  # the nonce of the folder it was signed in

    @property
    def text(self) -> str:
        """What the file holds: all of it, and a seal over that."""
        told = asdict(self)
        return json.dumps({**told, "seal": _seal(told)}, ensure_ascii=False)

    @classmethod
    def read(cls, path: Path) -> "Receipt":
        """Raises ValueError and its kin where the file is not what `text` was."""
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("seal") != _seal(told) or told["chunk"] != path.stem:
            raise ValueError("altered")
        runs = {run: Ran(*each) for run, each in told.pop("runs").items()}
        return cls(**{**told, "runs": runs, "failures": [Failure(**f) for f in told["failures"]]})


class Folder:
    """Paths and safe writing of one results folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def ledger(self) -> Ledger:
        """Which files here are ours."""
        return Ledger(self.path)

    def create(self) -> None:
        """Make the folder; raises CannotCreate, or Conflict if something else lives there or a link leads out."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
            strangers = [name.name for name in self.path.iterdir() if not name.name.startswith(".")]
        except OSError as error:
            raise CannotCreate(
                f"cannot write results to {self.path}: {error.strerror}", "choose another --out"
            ) from error
        if strangers and not self.ledger.nonce:
            raise Conflict(f"{self.path} holds other files ({strangers[0]})", "choose another --out")
        for name in (*_TABLES, _CHUNKS):
            stay_inside(self.path / name / "any", self.path)

    @property
    def holds_results(self) -> bool:
        return (self.path / MANIFEST).is_file()

    def clear(self) -> None:
        """Remove what a study wrote, the manifest last; anything else stays. Needs the lock. Raises Conflict where
        something else is in the way."""
        self.refuse_strangers()
        with telling(self.path):
            for path in (self.path / _CHUNKS).glob("*"):
                if path.name.endswith((".json", _CORRUPT, _STOPPED, ".part")):
                    path.unlink()
            self.keep_only(())
        for name in (*_TABLES, _CHUNKS):
            with suppress(OSError):  # something else is in it
                (self.path / name).rmdir()
        remove_listed(self.ledger, MANIFEST)

    def strangers(self, receipts: Collection["Receipt"], tables: Collection[str] = _TABLES) -> Iterator[Path]:
        """Files in the folders of tables that no receipt names."""
        for name in tables:
            ours = {f"{receipt.chunk}.parquet" for receipt in receipts if name in receipt.files}
            place = self.path / name
            listed = sorted(place.iterdir()) if place.is_dir() else []
            yield from (path for path in listed if path.name not in ours and not path.name.startswith("."))

    def refuse_strangers(self) -> None:
        """Raises Conflict where a file beside our tables is none of ours; chunks without a receipt are."""
        for path in self.strangers(self.receipts()):
            if not _CHUNK.fullmatch(path.stem):
                raise Conflict(f"{path} is not of this study", "move it away")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder while writing, and make it ours; raises Conflict naming who holds it. The system frees it if
        we die."""
        with os.fdopen(grown(self.path / ".lock"), "a+", encoding="utf-8") as handle:
            if not _try_lock(handle.fileno()):
                handle.seek(0)
                owner = handle.read().strip() or "another process"
                raise Conflict(f"{self.path} is in use by {owner}", "wait until it ends or choose another --out")
            handle.truncate(0)
            since = datetime.now(UTC).isoformat(timespec="seconds")
            handle.write(f"process {os.getpid()} on {socket.gethostname()} since {since}")
            handle.flush()
            self.ledger.begin()
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
        signed = replace(receipt, study=self.ledger.nonce)
        with self.unlisted(f"{_CHUNKS}/{receipt.chunk}.json") as part:
            part.write_text(signed.text, encoding="utf-8")

    def note_stopped(self, run: str, told: str) -> None:
        """Leave word that a run went beyond its limits, for whoever tries it next."""
        with self.unlisted(f"{_CHUNKS}/{run}{_STOPPED}") as part:
            part.write_text(told, encoding="utf-8")

    def stopped(self, run: str) -> str:
        """Why a run was stopped when it was tried before in this study; empty if it was not."""
        try:
            return (self.path / _CHUNKS / f"{run}{_STOPPED}").read_text(encoding="utf-8")
        except OSError:
            return ""

    @contextmanager
    def unlisted(self, name: str) -> Iterator[Path]:
        """A path aside for a file of a chunk: its receipt lists it, or it is one."""
        path = self.path / name
        with suppress(OSError):  # what is wrong is told when the file is made
            path.parent.mkdir(exist_ok=True)
        stay_inside(path, self.path)
        with whole(path) as part:
            yield part

    def _write_table(self, name: str, chunk: str, table: pa.Table) -> dict[str, Any]:
        with self.unlisted(f"{name}/{chunk}.parquet") as part:
            pq.write_table(table, part, row_group_size=max(1, table.num_rows), **encoded(table.schema))
            signed = signature(part)
        return {"rows": table.num_rows, **signed._asdict()}

    def log(self, **told: Any) -> None:
        """Add a line to the journal: what happened, and when. A torn last line harms nobody."""
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **told}, ensure_ascii=False)
        path = self.path / _JOURNAL
        with telling(path):
            if not path.exists():
                self.ledger.note(_JOURNAL, Signed(0, ""))  # it grows: nobody believes it
            with os.fdopen(grown(path), "a", encoding="utf-8") as journal:
                journal.write(f"{line}\n")

    def write(self, name: str, text: str) -> None:
        """Replace a text file in one step."""
        with self.writing(name) as part:
            part.write_text(text, encoding="utf-8")

    def write_parquet(self, name: str, table: pa.Table) -> None:
        """Replace a Parquet file in one step."""
        with self.writing(name) as part:
            pq.write_table(table, part, compression="zstd")

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A path aside that becomes `name` when the block ends well."""
        with writing(self.path / name) as part:
            yield part

    def receipts(self) -> list[Receipt]:
        """Receipts of the chunks written so far, in the order of their names; damaged ones are left out."""
        return [receipt for receipt in self.read_receipts().values() if receipt is not None]

    def read_receipts(self) -> dict[Path, Receipt | None]:
        """Every receipt by its file; None where it is damaged, or another chunk's."""
        return {path: _read(path) for path in sorted((self.path / _CHUNKS).glob("*.json"))}

    def repair(self, note: Callable[[str], None], planned: Collection[str] | None = None) -> list[Receipt]:
        """Receipts of whole chunks; everything else does not count any more. Needs the lock.

        What is damaged, or of runs that are not `planned`, is set aside in `.chunks` as evidence, named `*.corrupt`.
        Chunks of runs that another one holds (written late by a worker that was given up) are removed, and so are our
        files that no receipt names. Raises Conflict where there is a file that is none of ours, IoFailure where the
        disk fails.
        """
        self.refuse_strangers()
        whole: dict[str, Receipt] = {}
        wrong: dict[str, tuple[str, tuple[str, ...]]] = {}  # chunk -> what is wrong, tables worth keeping
        runs: set[tuple[str, int, int]] = set()  # not ids: other code of the model gives other ids to the same runs
        for receipt in self.receipts():
            mine = {ran[:3] for ran in receipt.runs.values()}
            if planned is not None and not all(run in planned for run in receipt.runs):
                wrong[receipt.chunk] = "of another study", tuple(receipt.files)
            elif damaged := self._damaged(receipt):
                wrong[receipt.chunk] = "damaged", damaged
            elif runs.isdisjoint(mine):
                whole[receipt.chunk] = receipt
                runs |= mine
        with telling(self.path):
            for path in sorted((self.path / _CHUNKS).glob("*.json")):
                if path.stem not in whole:
                    self._set_aside(path, *wrong.get(path.stem, ("double" if _read(path) else "damaged", ())), note)
            self.keep_only(whole)
            for path in (self.path / _CHUNKS).glob(f"*{_STOPPED}"):  # another try, perhaps with other limits
                path.unlink()
            for name in (".", *_TABLES, _CHUNKS, "figures", "figures/*", "scenarios", "export"):
                for path in self.path.glob(f"{name}/.*.part"):  # of a writer that was killed
                    if is_inside(path, self.path):
                        path.unlink()
        return list(whole.values())

    def keep_only(self, chunks: Collection[str]) -> None:
        """Remove all other chunks, but nothing that is not called like one. Needs the lock."""
        for pattern in (f"{_CHUNKS}/*.json", *(f"{table}/*.parquet" for table in _TABLES)):
            for path in self.path.glob(pattern):
                if path.stem not in chunks and _CHUNK.fullmatch(path.stem) and is_inside(path, self.path):
                    path.unlink()

    def _damaged(self, receipt: Receipt) -> tuple[str, ...]:
        """Tables of a chunk whose file is missing or not what the receipt says."""
        noted = receipt.files.items()
        return tuple(name for name, each in noted if wrong(self.path / name / f"{receipt.chunk}.parquet", each))

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

    def paths(self, table: str, receipts: list[Receipt]) -> list[Path]:
        """Files that hold a table, which `parts.part` reads, in the order of their names; raises IoFailure where one is
        not what its receipt says."""
        if not any(table in receipt.files for receipt in receipts):
            table = QUARTERS.get(table, table)
        named = [receipt for receipt in receipts if table in receipt.files]
        found = {self.path / table / f"{r.chunk}.parquet": r.files[table] for r in sorted(named, key=lambda r: r.chunk)}
        check(found.items())
        return list(found)


def encoded(schema: pa.Schema) -> dict[str, Any]:
    """How Parquet writes a table: numbers byte by byte, whose first ones are alike, everything else by dictionary.

    A column of a row group is one page, which is compressed as a whole: what runs have in common, side by side, takes
    room once.
    """
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    others = [name for name in schema.names if name not in floats]
    split = dict.fromkeys(floats, "BYTE_STREAM_SPLIT")
    whole = {"data_page_size": _PAGE, "max_rows_per_page": _PAGE}
    return {"compression": "zstd", "compression_level": 3, "use_dictionary": others, "column_encoding": split, **whole}


def _read(path: Path) -> Receipt | None:
    """The receipt in a file; None where it is damaged, or another chunk's."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, OSError):
        if path.is_file():  # nobody waits for a pipe
            return Receipt.read(path)
    return None


def _seal(told: dict[str, Any]) -> str:
    """A hash of a receipt's content."""
    plain = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


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
