"""A dated forecast by sector, with bands, that time can judge: its table, its page, and the hash that binds them."""

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import NotEnough
from sim.evidence.history.worlds import TYPES
from sim.evidence.scorecard.card import BAND
from sim.evidence.scorecard.statistic import ratio
from sim.evidence.scorecard.worlds import Record
from sim.measures.dates import quarter_of
from sim.measures.flips import flip_dates
from sim.model.columns import FIRST_YEAR

FIRST, LAST = 2026, 2030
ALL = "all"
COLUMNS = ("set", "sector", "measure", "year", "mean", "q05", "q50", "q95", "runs")
PAGE, TABLE = "forecast.md", "forecast.csv"
STAMP = re.compile(r"^- SHA-256 of \[forecast\.csv\]\((\S*forecast\.csv)\): `([0-9a-f]{64})`$", re.MULTILINE)
Floats = NDArray[np.float64]


class Line(NamedTuple):
    """One number of the forecast: of a set, a sector, a measure and a year; `runs` have a value."""

    set: str
    sector: str
    measure: str
    year: int
    mean: float
    q05: float
    q50: float
    q95: float
    runs: int


def lines(name: str, record: Record) -> Iterator[Line]:
    """Every number of one parameter set's runs, which go a year further: a flip is one if four quarters keep to it."""
    for place, sector in [*enumerate(record.sectors), (None, ALL)]:
        chosen = slice(None) if place is None else slice(place, place + 1)
        for measure, values in _measures(record, chosen).items():
            for year, of_runs in zip(range(FIRST, LAST + 1), values.T, strict=True):
                yield _line(name, sector, measure, year, of_runs)
        yield from _adopted(name, record, sector, chosen)
        if place is not None:
            flips = flip_dates(record.metrics["technology_level"][..., place])
            for year in range(FIRST, LAST + 1):
                yield _line(name, sector, "flipped_by", year, np.asarray(flips < year + 1, float))


def _line(name: str, sector: str, measure: str, year: int, values: Floats) -> Line:
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else float("nan")
    low, middle, high = (float(each) for each in np.quantile(known, BAND)) if len(known) else (mean, mean, mean)
    return Line(name, sector, measure, year, mean, low, middle, high, len(known))


def _measures(record: Record, chosen: slice) -> dict[str, Floats]:
    """Year-end stocks and shares [run, year] of the sectors chosen, pooled."""
    ends = [quarter_of(year, 4) for year in range(FIRST, LAST + 1)]
    taken = {name: values[:, ends][..., chosen] for name, values in record.metrics.items()}
    found = {
        f"chinese_share_{side}": ratio(
            (taken[f"chinese_share_{side}"] * taken[f"market_{side}"]).sum(2), taken[f"market_{side}"].sum(2)
        )
        for side in ("home", "abroad")
    }
    found["partnerships_in_force"] = taken["active"].sum(2)
    if chosen.start is not None:
        found["technology_level"] = taken["technology_level"][..., 0]
    return found


def _adopted(name: str, record: Record, sector: str, chosen: slice) -> Iterator[Line]:
    """Adoptions of each type by year, and its share over the five years, dated with the last of them."""
    totals = {}
    for kind in TYPES:
        path = record.metrics[f"adoptions_{kind}"][..., chosen].sum(2)
        years = path.reshape(len(path), -1, 4).sum(2)[:, FIRST - FIRST_YEAR : LAST + 1 - FIRST_YEAR]
        totals[kind] = years.sum(1)
        for year, values in zip(range(FIRST, LAST + 1), years.T, strict=True):
            yield _line(name, sector, f"adoptions_{kind}", year, values)
    for kind in TYPES:
        share = ratio(totals[kind], np.asarray(sum(totals.values())))
        yield _line(name, sector, f"adoption_share_{kind}", LAST, share)


def table(told: Sequence[Line]) -> str:
    """The lines as CSV, six significant digits; the same bytes for the same numbers."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in told:
        writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in line])
    return stream.getvalue()


def digest(text: str) -> str:
    """SHA-256 of a table."""
    return hashlib.sha256(text.encode()).hexdigest()


def page(told: Sequence[Line], about: Mapping[str, str], stamp: str, command: str, link: PurePath) -> str:
    """The page: what was forecast, when, with what, and the headline numbers; `link`: from the page to the table."""
    sets = list(dict.fromkeys(line.set for line in told))
    known = {(line.set, line.sector, line.measure, line.year): line for line in told}
    sectors = list(dict.fromkeys(line.sector for line in told))
    parts = [HEAD.format(first=FIRST, last=LAST, sets=", ".join(sets))]
    parts += [f"- {key}: {value}" for key, value in about.items()]
    parts += [f"- SHA-256 of [{TABLE}]({link.as_posix()}): `{stamp}`", "", TAIL.format(command=command)]
    for name in sets:
        parts += [f"## Set {name}: shares of types among adoptions, {FIRST}-{LAST}", ""]
        parts += ["| sector | adoptions | " + " | ".join(kind.replace("_", " ") for kind in TYPES) + " |"]
        parts += ["|---|---" + "|---" * len(TYPES) + "|"]
        for sector in sectors:
            count = sum(
                known[name, sector, f"adoptions_{kind}", y].mean for kind in TYPES for y in range(FIRST, LAST + 1)
            )
            cells = [_cell(known[name, sector, f"adoption_share_{kind}", LAST]) for kind in TYPES]
            parts += [f"| {sector} | {count:.1f} | " + " | ".join(cells) + " |"]
        parts += ["", f"## Set {name}: technology and Chinese brands, end of {LAST}", ""]
        parts += [
            "| sector | technology level | flipped by then, probability | share at home | share abroad |",
            "|---|---|---|---|---|",
        ]
        for sector in sectors[:-1]:
            flipped = known[name, sector, "flipped_by", LAST].mean
            level, home, abroad = (
                _cell(known[name, sector, measure, LAST])
                for measure in ("technology_level", "chinese_share_home", "chinese_share_abroad")
            )
            parts += [f"| {sector} | {level} | {flipped:.2f} | {home} | {abroad} |"]
        parts += [""]
    return "\n".join(parts)


HEAD = """# Forecast {first}-{last}

Written once, so that time can judge it: what the baseline (policies of early 2026 stay) says about {first} to {last},
by sector and type, under parameter set {sets}. Mean of runs, and in brackets 5 and 95 % of them: the spread of luck,
and of a set's draws where it has several, not that of policy or of the model itself. How far the model can be trusted
stands in [evidence.md](evidence.md).
"""

TAIL = """`python run.py forecast --check` holds page and table against each other. `{command}`
makes a new forecast from the model as it then is; the old one stays in the history of the repository.

All numbers, year by year, are in the table. `adoptions_TYPE` are counts a year, `adoption_share_TYPE` shares over the
five years (dated with the last), `flipped_by` is 1 if the technology level had reached 1 for four quarters that began
before the year's end (its mean is a probability), `chinese_share_*` are shares of sales and `partnerships_in_force`
counts, both at the end of the year; a level of 0 means that no Chinese firm is left; `nan` with 0 runs: nobody adopts.
"""


def _cell(line: Line) -> str:
    if not line.runs:
        return "–"
    return f"{line.mean:.2f} ({line.q05:.2f} to {line.q95:.2f})"


def check(folder: Path) -> str:
    """The hash that the page in a folder and the table it links to agree on.

    Raises NotEnough where they do not, or a file is absent.
    """
    page = folder / PAGE
    stamped = STAMP.search(_read(page).decode())
    if stamped is None:
        raise NotEnough(f"{page} bears no hash of {TABLE}")
    table = Path(os.path.normpath(folder / stamped.group(1)))
    actual = hashlib.sha256(_read(table)).hexdigest()
    if actual != stamped.group(2):
        raise NotEnough(f"{table} was changed: its hash is {actual[:12]}, the page says {stamped.group(2)[:12]}")
    return actual


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise NotEnough(f"there is no {path}", "python run.py forecast writes it")
    return path.read_bytes()
