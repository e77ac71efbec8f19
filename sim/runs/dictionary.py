"""The data dictionary, from the declarations: for `show metrics`, the documents, and beside a study's tables."""

import csv
import io
from collections.abc import Iterator

from sim.runs.tables import METRICS, fields
from sim.runs.yearly import YEARLY, is_flow


def metrics() -> Iterator[list[str]]:
    """Rows of metric, table, unit, year (sum or last quarter; empty where no year is kept), meaning, formula."""
    yearly = set(YEARLY.values())
    for table, declared in METRICS.items():
        for name, field in fields(declared).items():
            year = ("sum" if is_flow(name, field.unit) else "Q4") if declared in yearly else ""
            yield [name, table, field.unit, year, field.text, field.formula]


def dictionary_csv() -> str:
    """dictionary.csv: a row per metric and table with unit, what a year shows of it, meaning and formula."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(("metric", "table", "unit", "a_year", "meaning", "formula"))
    writer.writerows(metrics())
    return sink.getvalue()
