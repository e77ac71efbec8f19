"""The explorer of a results folder: one page that opens by double click and asks nobody for anything."""

from collections.abc import Sequence
from pathlib import Path

from sim.report import EXPLORER


def write(
    folder: str | Path,
    out: str | Path | None = None,
    metrics: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
) -> Path:
    """Write the page of a folder of `run`, `compare`, `sweep` or `experiment`; returns its path.

    out: the file, else `explore.html` in the folder; metrics, sectors: only these. Raises UsageError, NotEnough,
    CannotCreate, IoFailure.
    """
    from sim.errors import CannotCreate
    from sim.explorer.page import render
    from sim.files import make_folder, write_text

    path = Path(out) if out else Path(folder) / EXPLORER
    if path.is_dir():
        raise CannotCreate(f"{path} is a folder", "give --out a file, for example page.html")
    text = render(Path(folder), metrics, sectors)
    make_folder(path.parent, "choose another --out")
    write_text(path, text, "choose another --out")
    return path
