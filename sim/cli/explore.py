"""`explore`: a results folder as a page that opens by double click."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options as o


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(epilog="Example: python run.py explore results/duty_and_patience")(explore)


def explore(
    folder: o.Folder,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to [FOLDER/explore.html].")] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", metavar="LIST", help="Only these; the first opens.")
    ] = None,
    sectors: Annotated[str | None, typer.Option("--sectors", metavar="LIST", help="Only these [all that fit].")] = None,
) -> int:
    """One page to explore results in a browser, without a server.

    Outcomes, places, scenarios, sliders over a sweep.
    """
    from sim import explorer, report

    path = explorer.write(folder, out, o.listed(metrics), o.listed(sectors))
    if out is None and (folder / report.REPORT).is_file():
        report.write(folder)  # it leads to the page from now on
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB): open it by double click; it needs no server and no network")
    return 0
