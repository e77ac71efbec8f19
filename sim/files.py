"""The one place that writes: every file is whole or absent, stays in its folder, and replaces nothing of a stranger.

A folder that we own holds a ledger: a line with our name and a nonce, then a line for each file written there, with its
SHA-256, before the file appears. What no ledger lists is somebody else's.
"""

import errno
import hashlib
import json
import os
import secrets
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from sim.errors import CannotCreate, Conflict, ContraflowError, IoFailure

LEDGER = ".contraflow"
_PROGRAM = "contraflow"
_DEEP = 2  # folders of ours are at most so deep below their ledger
_NO_PLACE = {
    *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
}


class Signed(NamedTuple):
    """What was written under a name."""

    bytes: int
    sha256: str


class Ledger:
    """Which files of a folder are ours. `nonce` is empty where the folder has no ledger that is whole at its start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / LEDGER
        self.nonce = ""
        self.files: dict[str, list[Signed]] = {}  # the last two of each name: one of them is there, even after a kill
        with suppress(OSError, ValueError):
            if self.path.is_file() and not self.path.is_symlink():  # a pipe never ends; a link is another's ledger
                self._read(self.path.read_bytes().split(b"\n"))

    def _read(self, lines: list[bytes]) -> None:
        told = json.loads(lines[0])
        if not isinstance(told, dict) or told.get("program") != _PROGRAM:
            return
        self.nonce = str(told.get("nonce", ""))
        for line in lines[1:]:
            with suppress(ValueError, TypeError, KeyError):  # torn, or damaged: it lists nothing
                each = json.loads(line)
                self._add(str(each["name"]), Signed(int(each["bytes"]), str(each["sha256"])))

    def _add(self, name: str, signed: Signed) -> None:
        self.files[name] = [*self.files.get(name, [])[-1:], signed]

    def begin(self) -> None:
        """Make the folder ours, or shorten the ledger of one that is. Raises IoFailure, CannotCreate."""
        self.nonce = self.nonce or secrets.token_hex(8)
        lines = [json.dumps({"program": _PROGRAM, "nonce": self.nonce})]
        lines += [_line(name, each) for name, known in self.files.items() for each in known]
        with whole(self.path) as part:
            part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def note(self, name: str, signed: Signed) -> None:
        """List a file that is about to appear; several processes may do so at once."""
        if self.files.get(name, [None])[-1] == signed:
            return
        self._add(name, signed)
        handle = grown(self.path)
        try:
            os.write(handle, f"{_line(name, signed)}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def forget(self, names: list[str]) -> None:
        """Take files off the list."""
        for name in names:
            self.files.pop(name, None)
        self.begin()


def _line(name: str, signed: Signed) -> str:
    return json.dumps({"name": name, **signed._asdict()})


def ledger_above(path: Path) -> Path | None:
    """The ledger of the folder that a file is, or will be, in; None where nobody keeps one."""
    near = list(path.absolute().parents)[: _DEEP + 1]
    return next((folder / LEDGER for folder in near if (folder / LEDGER).is_file()), None)


@contextmanager
def writing(path: Path, hint: str = "") -> Iterator[Path]:
    """A path beside `path` that becomes it when the block ends well; in a folder of ours it is listed and hashed.

    Raises Conflict where that would replace a stranger's file or a link leads out of the folder; CannotCreate,
    IoFailure.
    """
    above = ledger_above(path)
    ledger = Ledger(above.parent) if above else None
    if ledger is not None and ledger.nonce:
        name = path.absolute().relative_to(ledger.folder).as_posix()
        stay_inside(path, ledger.folder)
        if os.path.lexists(path) and name not in ledger.files:
            raise Conflict(f"{path} is a file that this program did not write", "move it away, or choose another place")
        make_folder(path.parent)
    with whole(path, hint) as part:
        yield part
        if ledger is not None and ledger.nonce:
            ledger.note(name, signature(part))


@contextmanager
def telling(path: Path, hint: str = "") -> Iterator[None]:
    """Tells of a path what fails in the block. Raises CannotCreate, IoFailure."""
    try:
        yield
    except OSError as error:
        raise failed(path, error, hint) from error


def make_folder(path: Path, hint: str = "") -> None:
    """Make a folder and those above it where they are missing; raises CannotCreate, IoFailure."""
    with telling(path, hint):
        path.mkdir(parents=True, exist_ok=True)


def write_text(path: Path, text: str, hint: str = "") -> None:
    """Replace a text file in one step, byte by byte as it is; raises as `writing` does."""
    write_bytes(path, text.encode("utf-8"), hint)


def write_bytes(path: Path, data: bytes, hint: str = "") -> None:
    """Replace a file in one step; raises as `writing` does."""
    with writing(path, hint) as part:
        part.write_bytes(data)


def stay_inside(path: Path, folder: Path) -> None:
    """Raises Conflict where a link leads out of the folder."""
    if not is_inside(path, folder):
        raise Conflict(f"{path.parent} leads out of {folder}", "remove the link, or choose another place")


@contextmanager
def whole(path: Path, hint: str = "") -> Iterator[Path]:
    """Write beside the target, sync, rename: readers see the old file or the whole new one. No ledger is asked.

    Raises IoFailure where the disk is full or fails, CannotCreate where no file can be made there.
    """
    with suppress(OSError):  # what cannot be looked at cannot be written to, and that is told below
        if path.exists() and not path.is_file() and not path.is_dir():  # a device or a pipe, which must stay one
            raise CannotCreate(f"cannot write {path}: it is no file", hint or "choose another place")
    part = path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}.{threading.get_ident():x}.part")
    try:
        with telling(path, hint):
            yield part
            sync(part)
            os.replace(part, path)
            if sys.platform != "win32":  # a folder cannot be opened there
                sync(path.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def grown(path: Path) -> int:
    """A descriptor to read and append to a file of ours that is written in place, made where there is none.

    Raises CannotCreate where a link, a pipe or a device stands in its place, IoFailure where the disk fails.
    """
    no_link, no_wait = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_NONBLOCK", 0)
    with telling(path, "remove it, or choose another place"):
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | no_link | no_wait, 0o666)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise CannotCreate(f"cannot write {path}: it is no file", "remove it, or choose another place")
    return handle


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def failed(path: Path, error: OSError, hint: str = "") -> ContraflowError:
    """What is said when writing fails: there is no place for the file, or the disk fails."""
    told = f"cannot write {path}: {error.strerror or error}"
    if error.errno in _NO_PLACE:
        return CannotCreate(told, hint or "choose another place")
    return IoFailure(told, hint or "what was there before is kept; free space and run again")


def signature(path: Path) -> Signed:
    """Size and SHA-256 of a file."""
    with open(path, "rb") as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
        return Signed(handle.tell(), found)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a file lies in the folder, and not behind a link that leads out of it."""
    return path.parent.resolve().is_relative_to(folder.resolve())


def remove_listed(ledger: Ledger, last: str) -> None:
    """Remove the files that a ledger lists, `last` at the end, and folders that are then empty; all else stays, and so
    does what lies behind a link."""
    names = sorted(ledger.files, key=lambda name: name == last)
    for name in names:
        path = ledger.folder / name
        if is_inside(path, ledger.folder) and not path.is_dir():
            path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                for parent in path.parents[: len(Path(name).parts) - 1]:
                    parent.rmdir()
    ledger.forget(names)
