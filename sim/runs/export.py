"""A results folder for other programs: CSV, Parquet, Excel, the IAMC format, NetCDF; RO-Crate for archives."""

import csv
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

import sim
from sim.errors import NotEnough, UsageError
from sim.files import make_folder
from sim.machine.declare import Field, fields
from sim.model.records import Market, Outcome
from sim.runs import rocrate
from sim.runs.inert import inert_frame, inert_table
from sim.runs.results import Results
from sim.runs.store import Folder
from sim.runs.tables import ALL
from sim.runs.yearly import is_flow

ROWS_OF_EXCEL = 1_048_576
STATISTICS = {"mean": "", "q05": "|5th Percentile", "q95": "|95th Percentile"}
KEYS = ("scenario", "point", "seed", "quarter", "year", "sector", "generation", "region")


def export(results: Results, form: str, tables: Sequence[str] | None, target: Path) -> Iterator[Path]:
    """Write `tables`, or those usual for the format, into the folder `target`; yields the files as they are ready.

    Raises UsageError for a format or table that is not there, NotEnough, CannotCreate, IoFailure.
    """
    if form not in FORMATS:
        raise UsageError(f"--format {form!r} is not a format", ", ".join(FORMATS))
    results.check_any()
    usual, write = FORMATS[form]
    wanted = tuple(tables or (name for name in usual(results) if holds(results, name)))
    missing = next((name for name in wanted if not holds(results, name)), None)
    if missing or not wanted:
        raise NotEnough(f"{results.folder} holds no {missing or 'such table'}", f"it holds {', '.join(kept(results))}")
    make_folder(target, "choose another --out")
    folder = Folder(target)
    yield from write(results, wanted, folder)


def kept(results: Results) -> list[str]:
    """Names of the tables that a folder holds, without endings."""
    return [name for name in (*_LONG, *_FLAT) if holds(results, name)]


_LONG = (
    "trajectories",
    "markets",
    "generations",
    "events",
    "partnerships",
    "yearly",
    "yearly_markets",
    "final",
    "final_markets",
)
_FLAT = ("runs", "design", "summary", "differences")


def holds(results: Results, name: str) -> bool:
    return _stored(results, name) is not None


def _stored(results: Results, name: str) -> str | None:
    """The name under which a table is stored; one with its ending stands for itself."""
    if results.stored.has(name):
        return name
    name = name.removesuffix(".parquet").removesuffix(".csv")
    for suffix in ("", ".parquet", ".csv"):
        if results.stored.has(f"{name}{suffix}"):
            return f"{name}{suffix}"
    return None


def _parts(results: Results, name: str) -> Iterator[pa.Table]:
    """A table chunk by chunk, so that memory does not grow with the number of runs; names as text."""
    for part in results.chunks(str(_stored(results, name))):
        yield part.cast(pa.schema([_plain(field) for field in part.schema]))


def _plain(field: pa.Field) -> pa.Field:
    """Names as text: files of other programs need no dictionaries."""
    return field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field


def _csv(results: Results, tables: Sequence[str], folder: Folder) -> Iterator[Path]:
    yield from _streamed(results, tables, folder, "csv", lambda path, schema: pa.csv.CSVWriter(path, schema))


def _parquet(results: Results, tables: Sequence[str], folder: Folder) -> Iterator[Path]:
    yield from _streamed(results, tables, folder, "parquet", lambda path, schema: pq.ParquetWriter(path, schema))


def _streamed(
    results: Results, tables: Sequence[str], folder: Folder, form: str, opened: Callable[[Path, pa.Schema], Any]
) -> Iterator[Path]:
    for table in tables:
        name = f"{table.removesuffix('.parquet').removesuffix('.csv')}.{form}"
        with folder.writing(name) as path:
            parts = _parts(results, table)
            first = next(parts)
            with opened(path, first.schema) as sink:
                for part in itertools.chain([first], parts):
                    told = part.cast(first.schema)
                    sink.write(inert_table(told) if form == "csv" else told)
        yield folder.path / name


def _excel(results: Results, tables: Sequence[str], folder: Folder) -> Iterator[Path]:
    """One workbook: a sheet per table, and one that says what the columns mean."""
    for table in tables:
        rows = sum(part.num_rows for part in _parts(results, table))
        if rows >= ROWS_OF_EXCEL:
            raise UsageError(f"{table} has {rows:,} rows, more than a sheet of Excel holds", "--format csv or parquet")
    with folder.writing("results.xlsx") as path:
        _book(results, tables).save(path)
    yield folder.path / "results.xlsx"


def _book(results: Results, tables: Sequence[str]) -> Any:
    """The workbook; its sheets wait in temporary files."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    about = book.create_sheet("about")
    manifest = results.manifest
    for key in ("kind", "command", "status", "started", "kernel_hash"):
        about.append([key, _cell(about, str(manifest.get(key, "")))])
    about.append(["contraflow", sim.__version__])
    about.append([])
    about.append(["metric", "unit", "a year", "meaning", "formula"])
    for name, field in {**fields(Outcome), **fields(Market)}.items():
        about.append([name, field.unit, "sum" if is_flow(name, field.unit) else "Q4", field.text, field.formula])
    for table in tables:
        sheet = book.create_sheet(table.removesuffix(".parquet").removesuffix(".csv"))
        for place, part in enumerate(_parts(results, table)):
            if place == 0:
                sheet.append(part.column_names)
            for row in zip(*(column.to_pylist() for column in part.columns), strict=True):
                sheet.append([_cell(sheet, value) for value in row])
    return book


def _cell(sheet: Any, value: Any) -> Any:
    """A cell that is never a formula, whatever its text begins with."""
    if value != value:
        return None
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("�", value))
    cell.data_type = "s"
    return cell


def _iamc(results: Results, tables: Sequence[str], folder: Folder) -> Iterator[Path]:
    """Model, Scenario, Region, Variable, Unit and a column per year, as pyam reads it: means over seeds, two quantiles.

    A variable is named metric|sector; metrics without a region stand under World. A sweep's points are scenarios, and
    `iamc_meta.csv` says what each was.
    """
    frame = pa.concat_tables(list(_parts(results, "summary"))).to_pandas()
    declared: dict[str, Field] = {**fields(Market), **fields(Outcome)}
    points = "point" in frame
    names = frame["scenario"] + ("|" + frame["point"].astype(str) if points else "")
    sector = frame["sector"].map(lambda name: "" if name == ALL else f"|{_titled(name)}")
    metric = frame["metric"].map({name: field.text for name, field in declared.items()})
    region = frame["region"].map(lambda name: "World" if name == ALL else _titled(name))
    unit = frame["metric"].map({name: UNITS.get(field.unit, field.unit) for name, field in declared.items()})
    parts = []
    for column, suffix in STATISTICS.items():
        keys = {"Model": f"Contraflow {sim.__version__}", "Scenario": names, "Region": region}
        told = frame.assign(**keys, Variable=metric + sector + suffix, Unit=unit)
        parts.append(told.pivot(index=[*keys, "Variable", "Unit"], columns="year", values=column))
    import pandas as pd

    with folder.writing("iamc.csv") as path:
        pd.concat(parts).sort_index().to_csv(path, lineterminator="\n", float_format="%.9g")
    yield folder.path / "iamc.csv"
    if points and holds(results, "design"):
        design = pa.concat_tables(list(_parts(results, "design"))).to_pandas()
        design.insert(0, "Scenario", f"{results.manifest['base']}|" + design["point"].astype(str))
        design.insert(0, "Model", f"Contraflow {sim.__version__}")
        with folder.writing("iamc_meta.csv") as path:
            inert_frame(design).to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        yield folder.path / "iamc_meta.csv"


UNITS = {
    "share": "1",
    "ratio": "1",
    "probability": "1/quarter",
    "count": "1",
    "index": "1",
    "money": "billion USD_2020/yr",
}


def _titled(name: str) -> str:
    return {"us": "US", "eu": "EU", "row": "Rest of World"}.get(name, name.replace("_", " ").title())


def _netcdf(results: Results, tables: Sequence[str], folder: Folder) -> Iterator[Path]:
    """A file per table with an array per metric over scenario or point, seed, year, sector and region (NetCDF 3)."""
    from scipy.io import netcdf_file

    for table in tables:
        whole = pa.concat_tables(list(_parts(results, table)))
        with folder.writing(f"{table}.nc") as path, netcdf_file(path, "w", version=2) as file:
            file.Conventions, file.title = "CF-1.8", f"Contraflow: {table} of {results.manifest['base']}"
            file.source = f"Contraflow {sim.__version__}, kernel {results.manifest.get('kernel_hash', '')}"
            _fill(file, whole, results)
        yield folder.path / f"{table}.nc"


def _fill(file: Any, table: pa.Table, results: Results) -> None:
    keys = {key: table[key].to_numpy(zero_copy_only=False) for key in KEYS if key in table.column_names}
    if "point" in keys:  # a sweep has one scenario
        del keys["scenario"]
    points = np.unique(keys.get("point", np.array([])))
    if "point" in keys and (runs := _runs(keys["point"], keys["seed"])) is not None:
        place, points, seeds = runs
        keys = {"run": place, **{key: values for key, values in keys.items() if key not in ("point", "seed")}}
        file.createDimension("run", len(points))
        _variable(file, "point", points, ("run",))
        _variable(file, "seed", seeds, ("run",))
    codes, sizes = [], []
    for key, column in keys.items():
        values, code = np.unique(column, return_inverse=True)
        codes.append(code)
        sizes.append(len(values))
        if key != "run":
            file.createDimension(key, len(values))
            _variable(file, key, values, (key,))
    declared: dict[str, Field] = {**fields(Market), **fields(Outcome)}
    for metric in (name for name in table.column_names if name in declared):
        cube = np.full(sizes, np.nan)
        cube[tuple(codes)] = table[metric].to_numpy()
        made = _variable(file, metric, cube, tuple(keys))
        made.units, made.long_name = UNITS.get(declared[metric].unit, declared[metric].unit), declared[metric].text
        made._FillValue = np.nan
    if len(points) and holds(results, "design"):
        design = results.table("design.parquet").to_pandas().set_index("point").loc[points]
        for path in design.columns:
            _variable(file, str(path), design[path].to_numpy(), ("run" if "run" in keys else "point",))


def _runs(point: Any, seed: Any) -> tuple[Any, Any, Any] | None:
    """Where points have seeds of their own: the run of each row, and point and seed of each run. None where most points
    have most seeds, which an array over both holds well."""
    pairs, place = np.unique(np.stack([point, seed]), axis=1, return_inverse=True)
    if 2 * pairs.shape[1] >= len(np.unique(point)) * len(np.unique(seed)):
        return None
    return place.reshape(-1), pairs[0], pairs[1]


def _variable(file: Any, name: str, values: Any, dimensions: tuple[str, ...]) -> Any:
    """A variable of numbers, or of text as an array of characters, which is what NetCDF 3 has."""
    if values.dtype.kind in "OUT":
        texts = np.array([str(value).encode("utf-8") for value in values])
        width = f"{name}_length"
        file.createDimension(width, texts.dtype.itemsize)
        made = file.createVariable(name, "c", (*dimensions, width))
        made[:] = texts.astype(f"S{texts.dtype.itemsize}").view("S1").reshape(len(texts), -1)
        made._Encoding = "utf-8"
        return made
    kind = "i4" if values.dtype.kind in "iub" else "f8"
    made = file.createVariable(name, kind, dimensions)
    made[:] = values.astype(kind)
    return made


def _all(results: Results) -> list[str]:
    return [*(name for name in _LONG if holds(results, name)), "runs", "design"]


def _overview(results: Results) -> list[str]:
    return ["runs", "design", "summary", "differences"]


def _sheets(results: Results) -> list[str]:
    """Of summary and differences the short tables where there are any: a workbook of millions of cells takes minutes to
    write, and to open."""
    short = (f"{name}.csv" if results.stored.has(f"{name}.csv") else name for name in ("summary", "differences"))
    return ["runs", "design", *short]


def _summary(results: Results) -> list[str]:
    return ["summary"]


def _yearly(results: Results) -> list[str]:
    return ["yearly", "yearly_markets"] if holds(results, "yearly") else ["final", "final_markets"]


Usual = Callable[[Results], list[str]]
Write = Callable[[Results, Sequence[str], Folder], Iterator[Path]]
FORMATS: dict[str, tuple[Usual, Write]] = {
    "csv": (_all, _csv),
    "parquet": (_all, _parquet),
    "xlsx": (_sheets, _excel),
    "iamc": (_summary, _iamc),
    "netcdf": (_yearly, _netcdf),
    "rocrate": (_overview, rocrate.write),
}
