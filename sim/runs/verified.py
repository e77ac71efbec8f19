"""The one door to what a results folder holds: nothing is believed that was not compared with what was signed.

The manifest, listed in the folder's ledger, names the chunks; a chunk's sealed receipt names its files; other files
stand in the ledger themselves. What is missing, altered or cut raises IoFailure, what is of another study Conflict,
both with the file's name.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from sim.errors import Conflict, IoFailure, NotEnough, UsageError, WrongType
from sim.runs import manifest as manifests
from sim.runs.hashes import HINT, believed, check_listed, differing, wrong, wrong_listed
from sim.runs.parts import QUARTERS, part
from sim.runs.store import MANIFEST, Folder, Receipt
from sim.runs.summary import SUMS, read_sums

_SETTLED = ("complete", "stopped")  # nobody writes chunks any more
_WORDS = ("base", "scenario", "sector", "region", "metric", "run_id", "quarter", "error", "replay")
_WHOLE = ("year", "n", "seed", "point", "seeds")


class Verified:
    """What a folder holds. Receipts and manifest are read once; a study that goes on shows what there was then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held = Folder(folder)

    @classmethod
    def open(cls, path: str | Path) -> "Verified":
        """Raises UsageError where the folder holds no results."""
        try:
            held = Folder(Path(path))
            there = held.holds_results or MANIFEST in held.ledger.files
        except (TypeError, ValueError, OSError) as error:
            told = f"{str(path)[:200]!r} is not a results folder: {error}"
            raise (WrongType if isinstance(error, TypeError) else UsageError)(told) from error
        if not there:
            raise UsageError(f"{path} is not a results folder", "give the folder that run or compare wrote")
        return cls(Path(path))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with which code, and how far it came."""
        return manifests.read(self.folder)

    @cached_property
    def _signed(self) -> dict[Path, Receipt | None]:
        """Every receipt there is by its file, None where it is damaged; of many chunks reading them takes a while."""
        return self.held.read_receipts()

    @cached_property
    def _sound(self) -> list[Receipt]:
        return [receipt for receipt in self._signed.values() if receipt is not None]

    @cached_property
    def receipts(self) -> list[Receipt]:
        """Receipts of the chunks that the manifest lists and, while a study goes on, of those written since."""
        if believed.get():
            return self._sound
        nonce, listed = self.held.ledger.nonce, set(self.manifest["chunks"])
        found: list[Receipt] = []
        for path, receipt in self._signed.items():
            if receipt is None:
                raise IoFailure(f"{path} is not what was written", HINT)
            if receipt.study != nonce:
                raise Conflict(f"{path} is of another study", "move it and the files it names away")
            if receipt.chunk in listed or not self._settled:
                found.append(receipt)
        missing = sorted(listed - {receipt.chunk for receipt in found})
        if missing:
            raise IoFailure(f"{self.folder / '.chunks' / f'{missing[0]}.json'} is missing", HINT)
        return found

    @property
    def _settled(self) -> bool:
        return self.manifest["status"] in _SETTLED

    def has(self, name: str) -> bool:
        """Whether the folder holds a table (`yearly`), or a file (`summary.csv`)."""
        if name != Path(name).name:
            return False
        if "." in name:
            return (self.folder / name).is_file() or (name in self.held.ledger.files and not believed.get())
        names = {name, QUARTERS.get(name, name)}
        if believed.get():
            return any(path for each in names for path in (self.folder / each).glob("*.parquet"))
        return any(not names.isdisjoint(receipt.files) for receipt in self.receipts)

    def files(self, name: str) -> list[Path]:
        """Files that hold a table, or the file of this name. Raises NotEnough where it was not kept."""
        if not self.has(name):
            told = f"; it was run with --keep {self.manifest['keep']}"
            raise NotEnough(f"{self.folder} holds no {name}{told}", "run again with --keep trajectories")
        if "." in name:
            return [self.file(name)]
        if believed.get():
            there = (sorted((self.folder / each).glob("*.parquet")) for each in (name, QUARTERS.get(name, name)))
            return next(found for found in there if found)
        stored = any(name in receipt.files for receipt in self.receipts)
        self._refuse_strangers(name if stored else QUARTERS.get(name, name))
        return self.held.paths(name, self.receipts)

    def present(self, table: str) -> None:
        """Raises IoFailure where a file of a table is missing or of another size, Conflict where one is a stranger's.
        Hashes are not taken."""
        if believed.get():
            return
        self._refuse_strangers(table)
        for receipt in self.receipts:
            noted, path = receipt.files.get(table), self.folder / table / f"{receipt.chunk}.parquet"
            if noted and (told := wrong(path, noted, hashed=False)):
                raise IoFailure(f"{path} {told}", HINT)

    def file(self, name: str) -> Path:
        """A file of the folder that is no table."""
        path = self.folder / name
        check_listed(path)
        return path

    def _refuse_strangers(self, name: str) -> None:
        if not self._settled or self.held.in_use():
            return
        strange = list(self.held.strangers(self._sound, [name]))
        if strange:  # or of chunks written since
            strange = [path for path in self.held.strangers(self.held.receipts(), [name]) if path in strange]
        for path in strange:
            raise Conflict(f"{path} is not of this study", "move it away; --no-verify reads it as if it were")

    def read(self, name: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """A table part by part; `columns` reads only some."""
        for path in self.files(name):
            try:
                yield _table(name, path, columns)
            except (pa.ArrowException, OSError, ValueError) as error:
                raise IoFailure(f"{path} cannot be read: {str(error).splitlines()[0]}", HINT) from error

    def whole(self) -> list[Path]:
        """Every file of the study but what an export left, each compared with what was written."""
        if believed.get():
            found = [path for path in self.folder.rglob("*") if path.is_file()]
        else:
            tables = {table for receipt in self.receipts for table in receipt.files}
            listed = {name: known for name, known in self.held.ledger.files.items() if (self.folder / name).is_file()}
            found = [path for table in tables for path in self.files(table)]
            for name, known in listed.items():  # what has no hash grows
                found.append(self.file(name) if any(each.sha256 for each in known) else self.folder / name)
        inside = {path: path.relative_to(self.folder).parts for path in found}
        hidden = {path for path, parts in inside.items() if any(part.startswith(".") for part in parts)}
        return sorted(path for path, parts in inside.items() if parts[0] != "export" and path not in hidden)

    def problems(self) -> Iterator[str]:
        """Everything that is not what was written, and all that is of no study, a line each."""
        if told := wrong_listed(self.folder / MANIFEST):
            yield f"{self.folder / MANIFEST} {told}"
            return
        ledger = self.held.ledger
        for path, receipt in self._signed.items():
            if receipt is None:
                yield f"{path} is not what was written"
            elif receipt.study != ledger.nonce:
                yield f"{path} is of another study"
        for chunk in sorted({*self.manifest["chunks"]} - {receipt.chunk for receipt in self._sound}):
            yield f"{self.folder / '.chunks' / f'{chunk}.json'} is missing"
        noted = (
            (self.folder / table / f"{receipt.chunk}.parquet", each)
            for receipt in self._sound
            for table, each in receipt.files.items()
        )
        for path, told in differing(noted):
            yield f"{path} {told}"
        for path in self.held.strangers(self._sound):
            yield f"{path} is not of this study"
        for name, known in ledger.files.items():
            if any(each.sha256 for each in known) and (told := wrong_listed(self.folder / name)):
                yield f"{self.folder / name} {told}"


def _table(name: str, path: Path, columns: list[str] | None) -> pa.Table:
    if path.name in SUMS:
        return read_sums(path, columns)
    return read_csv(path, columns) if path.suffix == ".csv" else part(name, path, columns)


def read_csv(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A CSV file of ours; empty is null, and every column but keys and counts is float64."""
    with open(path, encoding="utf-8") as lines:
        header = lines.readline().strip().split(",")
    types = {name: pa.string() if name in _WORDS else pa.int64() if name in _WHOLE else pa.float64() for name in header}
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, include_columns=columns or [])
    return pa.csv.read_csv(path, convert_options=options)
