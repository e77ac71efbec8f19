"""The data dictionary, from the declarations: for `show metrics` and docs/results.md."""

from collections.abc import Iterator

from sim.records import Event, Life
from sim.study.tables import METRICS, fields
from sim.study.yearly import YEARLY, is_flow


def metrics() -> Iterator[list[str]]:
    """Rows of metric, table, unit, year (sum or last quarter), meaning, formula; from the declarations."""
    yearly = set(YEARLY.values())
    for table, declared in METRICS.items():
        for name, field in fields(declared).items():
            year = ("sum" if is_flow(name, field.unit) else "Q4") if declared in yearly else "-"
            yield [name, table, field.unit, year, field.text, field.formula]


def documented() -> dict[str, str]:
    """The generated parts of docs/results.md, by the name between their marks."""
    rows = [["metric", "table", "unit", "a year", "meaning", "formula"], *metrics()]
    events = [["column", "unit", "meaning"], *([name, f.unit, f.text] for name, f in fields(Event).items())]
    lives = [["column", "unit", "meaning"], *([name, f.unit, f.text] for name, f in fields(Life).items())]
    return {"events": _markdown(events), "partnerships": _markdown(lives), "metrics": _markdown(rows)}


def _markdown(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)
