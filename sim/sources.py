"""What the kernel is made of, and where its machine code is kept.

Numba's disk cache looks at the caller's own file only, so that an edited rule would silently keep its old machine code.
The cache folder is therefore named by a hash of every source that can reach a kernel.
"""

import hashlib
import os
import tempfile
from pathlib import Path

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


def kernel_hash() -> str:
    """SHA-256 of the sources that make the kernel; it names the cache and stands in every manifest."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _SOURCES for path in _PACKAGE.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """The first writable of: NUMBA_CACHE_DIR, the package, the user's cache, the temporary folder."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    choices = [Path(given)] if given else [_PACKAGE / "__pycache__", Path(home) / "contraflow"]
    for choice in [*choices, Path(tempfile.gettempdir()) / "contraflow"]:
        folder = choice / f"kernel-{kernel_hash()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="contraflow-"))
