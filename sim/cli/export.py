"""`export`: a results folder's tables for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options as o


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(epilog="Example: python run.py export results/baseline --format xlsx")(export)


def export(
    folder: o.Folder,
    format_: Annotated[
        str, typer.Option("--format", metavar="WHAT", help="csv, parquet, xlsx, iamc, netcdf or rocrate.")
    ] = "csv",
    tables: Annotated[
        str | None, typer.Option("--tables", metavar="LIST", help="Only these tables [those usual for the format].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to [FOLDER/export; of rocrate FOLDER].")
    ] = None,
) -> int:
    """Tables for other programs: CSV, Excel, NetCDF and others.

    Also Parquet and IAMC, or an RO-Crate that says how they came about.
    """
    from sim.runs import Results
    from sim.runs.export import export as write

    results, target = Results.open(folder), out or (folder if format_ == "rocrate" else folder / "export")
    for path in write(results, format_, o.listed(tables), target):
        print(path)
    return 0
