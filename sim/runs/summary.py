"""Over seeds: means, quantiles, 95 % intervals; and differences paired by seed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.measures.intervals import half_width, quantiles, spread
from sim.runs.abreast import abreast
from sim.runs.arrays import arrow, known, numpy, word, words
from sim.runs.store import Folder, Receipt, encoded
from sim.runs.tables import ALL
from sim.runs.turned import Sample, cells_of, samples

Floats = NDArray[np.float64]
SUMS = ("summary.parquet", "differences.parquet")
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
_DIGITS = 9  # significant, in the CSV files
_NARROW_DIGITS = 7  # that a number in 32 bits holds
_ROWS = 2**18  # of a group in a Parquet file, about
HEADLINES = (
    "active_market_access", "active_co_innovation", "active_globalize", "hub_share", "technology_gap",
    "technology_balance", "chinese_share_home", "chinese_share_abroad", "reverse_export_ratio",
    "reverse_knowledge_ratio", "profit_multinational", "profit_chinese", "consumer_surplus", "welfare",
    "dependence", "trust",
)  # fmt: skip


def summary(sample: Sample, scenario: str) -> pa.Table:
    """Rows of a summary: scenario, year, sector, region, metric, n, mean, sd, quantiles, lo, hi."""
    return _rows({"scenario": scenario}, sample, *levels(sample.values))


def differences(base: Sample, other: Sample, base_name: str, name: str) -> pa.Table:
    """Rows of differences, paired by seed: base, scenario, year, sector, region, metric, n, difference, lo, hi,
    p_positive (share of pairs above zero), correlation (of the two over seeds; nan where one does not vary)."""
    common = np.intersect1d(base.seeds, other.seeds)
    return _rows({"base": base_name, "scenario": name}, base, *effects(base.of(common), other.of(common)))


def levels(values: Floats) -> tuple[NDArray[np.int64], dict[str, Floats]]:
    """Of values over seeds, the last axis: how many, and mean, sd, quantiles, lo, hi."""
    n, mean, sd = spread(values)
    half = half_width(sd, n)
    found = dict(zip(QUANTILES, quantiles(values, list(QUANTILES.values())), strict=True))
    return n, {"mean": mean, "sd": sd, **found, "lo": mean - half, "hi": mean + half}


def effects(base: Floats, other: Floats) -> tuple[NDArray[np.int64], dict[str, Floats]]:
    """Of values paired by seed, the last axis: how many, and difference, lo, hi, p_positive, correlation."""
    gap = other - base
    n, mean, sd = spread(gap)
    half = half_width(sd, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        positive = np.where(n > 0, (gap > 0).sum(axis=-1) / n, np.nan)
    numbers = {"difference": mean, "lo": mean - half, "hi": mean + half, "p_positive": positive}
    return n, numbers | {"correlation": correlation(base, other)}


def correlation(one: Floats, two: Floats) -> Floats:
    """Pearson correlation over the last axis, of pairs without nan."""
    both = np.isnan(one) | np.isnan(two)
    some = bool(both.any())
    if some:
        one, two = np.where(both, np.nan, one), np.where(both, np.nan, two)
    n, mean_one, sd_one = spread(one)
    _, mean_two, sd_two = spread(two)
    product = one - mean_one[..., None]  # in place: large arrays cost more to get than to fill
    product *= two - mean_two[..., None]
    if some:
        product[both] = 0.0
    product = product.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.clip(product / ((n - 1) * sd_one * sd_two), -1, 1))


def _rows(names: dict[str, str], sample: Sample, n: NDArray[np.int64], numbers: dict[str, Floats]) -> pa.Table:
    metrics, cells = n.shape
    rows = metrics * cells
    columns: dict[str, Any] = {key: words([name]).take(arrow(np.zeros(rows, np.int8))) for key, name in names.items()}
    for key in ("year", "sector", "region"):
        told = sample.keys.get(key)
        pooled = words([ALL]).take(arrow(np.zeros(rows, np.int8)))  # of all regions together
        columns[key] = pooled if told is None else _plain(pa.concat_arrays([told] * metrics))
    columns["metric"] = words(sample.metrics).take(arrow(np.repeat(np.arange(metrics), cells)))
    columns["n"] = arrow(n.reshape(-1))
    for key, values in numbers.items():
        columns[key] = known(_rounded(values.reshape(-1)))
    return pa.table(columns).take(arrow(np.flatnonzero(n.reshape(-1))))


def _plain(values: pa.Array) -> pa.Array:
    return values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values


def _rounded(values: Floats, digits: int = _DIGITS) -> Floats:
    """To so many significant digits, so that CSV files stay readable."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
        scale = 10.0 ** np.clip(digits - 1 - size, -300, 300)
        return np.asarray(np.round(values * scale) / scale)


def write_summaries(
    folder: Folder,
    receipts: list[Receipt],
    scenarios: Sequence[str],
    references: Mapping[str, str],
    workers: int = 1,
) -> None:
    """Write summary.parquet and, where scenarios have a reference, differences.parquet, and of both the headlines as
    CSV; scenarios without runs are left out.

    Workers are threads; what is written is the same for any number of them.
    """
    ran = {run.scenario for receipt in receipts for run in receipt.runs.values()}
    present = [name for name in scenarios if name in ran]
    pairs = {name: base for name, base in references.items() if name in present and base in present}
    if not present:
        return

    def computed(block: tuple[Sample, ...]) -> tuple[list[pa.Table], list[pa.Table]]:
        found = dict(zip(present, block, strict=True))
        gaps = [differences(found[base], found[name], base, name) for name, base in pairs.items()]
        return [summary(sample, name) for name, sample in found.items()], gaps

    with ExitStack() as stack:
        last = int(numpy(pa.chunked_array([cells_of("yearly", folder.paths("yearly", receipts)[0])["year"]])).max())
        level = stack.enter_context(_sums(folder, "summary", last))
        effect = stack.enter_context(_sums(folder, "differences", last)) if pairs else level
        each = stack.enter_context(abreast(workers))
        for summaries, gaps in each(computed, samples(folder, receipts, present, each)):
            for sink, tables in ((level, summaries), (effect, gaps)):
                for rows in tables:
                    sink(rows)


@contextmanager
def _sums(folder: Folder, name: str, last: int) -> Iterator[Callable[[pa.Table], None]]:
    """A function that adds rows to a Parquet file and headlines to a CSV file; they appear when the block ends well."""
    with folder.writing(f"{name}.parquet") as whole, folder.writing(f"{name}.csv") as short, open(short, "wb") as text:
        csv: Any = None
        parquet: Any = None
        waiting: list[pa.Table] = []

        def flush() -> None:
            rows = pa.concat_tables(waiting)
            waiting.clear()
            parquet.write_table(rows, row_group_size=rows.num_rows)

        def add(rows: pa.Table) -> None:
            nonlocal csv, parquet
            narrow = _narrow(rows)
            if csv is None:
                text.write(f"{','.join(rows.column_names)}\n".encode())  # Arrow's own header has quotes
                options = pa.csv.WriteOptions(include_header=False, quoting_style="none")  # names hold no commas
                csv = pa.csv.CSVWriter(text, rows.schema, write_options=options)
                parquet = pq.ParquetWriter(whole, narrow.schema, **encoded(narrow.schema))
            csv.write(_headlines(rows, last))
            waiting.append(narrow)
            if sum(each.num_rows for each in waiting) > _ROWS:
                flush()

        yield add
        flush()
        parquet.close()
        csv.close()


def _headlines(rows: pa.Table, last: int) -> pa.Table:
    """Rows of all regions together: of all sectors together every metric, of each sector those of `HEADLINES` in the
    last year."""
    pooled = pc.equal(rows["sector"], word(ALL))
    headline = pc.is_in(rows["metric"], value_set=words(HEADLINES))
    ends = pc.and_(headline, pc.equal(rows["year"], arrow(np.array([last], np.int32))[0]))
    return rows.filter(pc.and_(pc.equal(rows["region"], word(ALL)), pc.or_(pooled, ends)))


def _narrow(rows: pa.Table) -> pa.Table:
    """The table with numbers to seven digits; counts and years as whole numbers of one type, which take little room."""
    narrower = {pa.float64(): pa.float32(), pa.int32(): pa.int64()}
    return rows.cast(pa.schema([field.with_type(narrower.get(field.type, field.type)) for field in rows.schema]))


def read_sums(path: Path, columns: list[str] | None = None) -> pa.Table:
    """summary.parquet or differences.parquet; numbers are float64, those of seven digits with no digit beyond them."""
    table = pq.ParquetFile(path).read(columns=columns)
    for place, field in enumerate(table.schema):
        if field.type == pa.float32():
            values = _rounded(numpy(table.column(place)).astype(np.float64), _NARROW_DIGITS)
            table = table.set_column(place, field.name, known(values))
    return table
