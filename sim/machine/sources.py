"""What the kernel is made of, and where its machine code is kept.

Numba's disk cache looks at the caller's own file only, so that an edited rule would silently keep its old machine code.
The cache folder is therefore named by a hash of every source that can reach a kernel.
"""

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

SHARED = "CONTRAFLOW_CACHE"  # environment variable: a folder that the process made which started this one
_PACKAGE = Path(__file__).parents[1]
_SOURCES = (
    "machine/*.py",
    "machine/compiled/*.py",
    "model/columns.py",
    "model/parameters.py",
    "model/stages/*.py",
    "model/rules/*.py",
)
_VARIANTS = ("kernel.py", "scenario/plugin.py")  # and what makes another kernel of it


def kernel_hash() -> str:
    """SHA-256 of the sources that make the kernel; it names the cache and stands in every manifest."""
    return _digest(_SOURCES).hexdigest()


def _digest(patterns: tuple[str, ...]) -> Any:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in _PACKAGE.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest


def cache_folder(variant: str = "") -> Path:
    """The first of ours and writable: below NUMBA_CACHE_DIR, or else below the package and the user's cache.

    Code in it is run, so that nobody else may write there. Without such a place it is a new folder of the temporary
    ones, under a name that nobody can guess, which processes started from here share and which ends with this one.
    `variant`: of a kernel in which other functions stand for some rules, what tells it from others.
    """
    known = kernel_hash()
    if variant:
        digest = _digest(_SOURCES + _VARIANTS)
        digest.update(variant.encode())
        known = digest.hexdigest()
    given, home = os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    users = Path(home) if home else Path(os.path.expanduser("~")) / ".cache"
    choices = [Path(given) if given else _PACKAGE / "__pycache__", users / "contraflow"]
    shared = os.environ.get(SHARED)
    for choice in [*choices, *([Path(shared)] if shared else [])]:
        folder = choice.absolute() / f"kernel-{known[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
            if is_private(folder):
                return folder
        except OSError:
            continue
    made = tempfile.mkdtemp(prefix="contraflow-")
    os.environ[SHARED] = made
    atexit.register(_remove, made, os.getpid())
    folder = Path(made) / f"kernel-{known[:16]}"
    folder.mkdir(mode=0o700)
    return folder


def is_private(folder: Path) -> bool:
    """Whether a folder is a real one, ours, and nobody else can write to it or put another in its place.

    All folders above it count, those that links lead to as well: whoever may rename one of them decides what is in it.
    """
    if not hasattr(os, "getuid"):  # the system keeps users' folders apart in another way
        return True
    own, known = os.lstat(folder), (os.getuid(), 0)
    mine = stat.S_ISDIR(own.st_mode) and own.st_uid == os.getuid() and not own.st_mode & 0o022
    return mine and all(
        above.st_uid in known and (not above.st_mode & stat.S_IWOTH or bool(above.st_mode & stat.S_ISVTX))
        for above in map(os.stat, {*folder.parents, *folder.resolve().parents})
    )


def _remove(folder: str, process: int) -> None:
    """Not by a process that was forked."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
