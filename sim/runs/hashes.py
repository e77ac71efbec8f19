"""Whether a file is what was written: its hash, taken once a process, and by size and time after that."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sim.errors import Conflict, IoFailure
from sim.files import Ledger, ledger_above, signature

believed: ContextVar[bool] = ContextVar("believed", default=False)  # --no-verify: files are read as they stand
HINT = "the command of the study computes it again; --no-verify reads what is there"
_THREADS = min(8, os.cpu_count() or 1)
_Look = tuple[int, int, int]
_known: dict[Path, tuple[_Look, str]] = {}  # what a file looked like when its hash was taken
_ledgers: dict[Path, tuple[_Look, Ledger]] = {}


def _look(path: Path) -> _Look:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns, found.st_ino


def sha256(path: Path) -> str:
    """The hash of a file, from memory if it looks as it did when that was taken. Raises OSError."""
    path = path.absolute()
    look = _look(path)
    known = _known.get(path)
    if known is None or known[0] != look:
        known = _known[path] = look, signature(path).sha256
    return known[1]


def wrong(path: Path, noted: Mapping[str, Any], hashed: bool = True) -> str:
    """What is wrong with a file of which `bytes` and `sha256` were noted; empty if nothing is. Without `hashed` only
    its size is compared."""
    try:
        size = os.stat(path).st_size
        if size != noted["bytes"]:
            return f"has {size:,} bytes, {noted['bytes']:,} were written"
        return "" if not hashed or sha256(path) == noted["sha256"] else "is not what was written: its hash differs"
    except OSError as error:
        return "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror or error}"


def check(files: Iterable[tuple[Path, Mapping[str, Any]]]) -> None:
    """Raises IoFailure that names the first file that is not what was noted of it."""
    if believed.get():
        return
    for path, told in differing(files):
        raise IoFailure(f"{path} {told}", HINT)


def differing(files: Iterable[tuple[Path, Mapping[str, Any]]]) -> Iterator[tuple[Path, str]]:
    """Files that are not what was noted of them, and what is wrong; hashed on threads, since hashing is most of it."""
    listed = list(files)
    with ThreadPoolExecutor(_THREADS) as pool:
        for (path, _), told in zip(listed, pool.map(lambda each: wrong(*each), listed), strict=True):
            if told:
                yield path, told


def _ledger(path: Path) -> Ledger | None:
    """The ledger above a file, from memory if it looks as it did."""
    there = ledger_above(path)
    if there is None:
        return None
    look = _look(there)
    known = _ledgers.get(there)
    if known is None or known[0] != look:
        known = _ledgers[there] = look, Ledger(there.parent)
    return known[1]


def wrong_listed(path: Path) -> str:
    """What is wrong with a file that the ledger above it has to list; empty if nothing is."""
    ledger = _ledger(path)
    if ledger is None or not ledger.nonce:
        return "cannot be verified: no ledger (.contraflow) lists it"
    known = ledger.files.get(path.absolute().relative_to(ledger.folder.absolute()).as_posix())
    if not known:
        return "is not of this study: no command of this program wrote it"
    found = [wrong(path, each._asdict()) for each in known]
    return "" if "" in found else found[-1]


def check_listed(path: Path) -> None:
    """Raises IoFailure where a file is missing or was altered, Conflict where it is none of ours."""
    if not believed.get() and (told := wrong_listed(path)):
        foreign = told.startswith(("is not of", "cannot be verified"))
        raise (Conflict if foreign else IoFailure)(f"{path} {told}", HINT)
