"""What the kernel is made of, and where its machine code is kept.

Numba's disk cache looks at the caller's own file only, so that an edited rule would silently keep its old machine code.
The cache folder is therefore named by a hash of every source that can reach a kernel.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent
_SOURCES = (
    "sources.py",
    "compiled/*.py",
    "declare.py",
    "arithmetic.py",
    "draws.py",
    "columns.py",
    "parameters.py",
    "quarter*.py",
    "quarter/*.py",
    "rules/*.py",
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
    """The first writable of: NUMBA_CACHE_DIR, the package, the user's cache, the temporary folder.

    `variant`: of a kernel in which other functions stand for some rules, what tells it from others.
    """
    known = kernel_hash()
    if variant:
        digest = _digest(_SOURCES + _VARIANTS)
        digest.update(variant.encode())
        known = digest.hexdigest()
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    choices = [Path(given)] if given else [_PACKAGE / "__pycache__", Path(home) / "contraflow"]
    for choice in [*choices, Path(tempfile.gettempdir()) / "contraflow"]:
        folder = choice / f"kernel-{known[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="contraflow-"))
