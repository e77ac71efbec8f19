"""Exits and renegotiations: are they where and when the model says partnerships are at risk?"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import FIRST_YEAR
from sim.history.chances import ALONE
from sim.history.evidence import ENDS, Case
from sim.history.mapping import Mapping, Place
from sim.history.scores import rank_correlation
from sim.history.shares import PERIODS
from sim.history.worlds import TYPES, Ensemble
from sim.measures.intervals import of_cases

PARTNERED = {name for name, alone in zip(TYPES, ALONE, strict=True) if not alone}
Floats = NDArray[np.float64]


class Cell(NamedTuple):
    """A sector of the ledger in the scored years of a period."""

    sector: str
    first: int
    last: int


class Spell(NamedTuple):
    """What one case lived through in a cell: years with a partnership, and exits and renegotiations."""

    case_id: str
    cell: Cell
    years: int
    ends: int


def score(cases: Sequence[Case], mapping: Mapping, ensemble: Ensemble, until: int) -> tuple[dict[str, Any], list[Case]]:
    """Rank correlation, over sectors and periods after `until`, of simulated and recorded hazards; rows unmapped.

    Recorded: exits and renegotiations per year that a case has a partnership. Simulated: ends and renegotiations per
    partnership-year, all runs together. Hubs and full ownership are no partnerships and stay out.
    """
    scored = [case for case in cases if case.event in ENDS and until < case.year <= ensemble.last_year]
    rest = [case for case in scored if mapping.place(case.sector) is None]
    found = [each for each in spells(cases, until, ensemble.last_year) if mapping.place(each.cell.sector) is not None]
    cells = sorted({each.cell for each in found})
    simulated = np.array([hazard(ensemble, _place(mapping, cell), cell.first, cell.last) for cell in cells])
    position = np.array([cells.index(each.cell) for each in found], int)
    ends, exposed = (np.array([getattr(each, name) for each in found], float) for name in ("ends", "years"))

    def correlation(weight: Floats) -> float:
        events, years = (np.bincount(position, values * weight, len(cells)) for values in (ends, exposed))
        with np.errstate(invalid="ignore"):  # a cell without cases in this draw
            return rank_correlation(simulated, events / years)

    return {
        "n": int(ends.sum()),
        "rank_correlation": correlation(np.ones(len(found))),
        "interval": of_cases([each.case_id for each in found], correlation) if found else None,
    }, rest


def hazard(ensemble: Ensemble, place: Place, first: int, last: int) -> float:
    """Simulated ends and renegotiations per partnership-year; nan where nobody has a partnership."""
    quarters = ensemble.total("active", place, first, last)
    events = sum(ensemble.total(metric, place, first, last) for metric in ("exits", "renegotiations"))
    return 4.0 * events / quarters if quarters > 0 else float("nan")


def spells(cases: Sequence[Case], until: int, last_year: int) -> list[Spell]:
    """Cases by cell, years after `until`. A case whose first row is an exit or a renegotiation began in that year."""
    last = min(max((case.year for case in cases), default=until), last_year)
    cells = [(max(first, until + 1), min(end, last)) for first, end in PERIODS]
    found = []
    for case_id, rows in _by_case(cases).items():
        exposed, ends = _life(rows, last)
        for first, end in cells:
            years, events = (sum(first <= year <= end for year in dates) for dates in (exposed, ends))
            if years:
                found.append(Spell(case_id, Cell(rows[0].sector, first, end), years, events))
    return found


def _life(rows: Sequence[Case], last: int) -> tuple[set[int], list[int]]:
    """Years in which a case has a partnership, and the years of its exits and renegotiations."""
    exposed: set[int] = set()
    ends: list[int] = []
    since: int | None = None
    for number, row in enumerate(rows):
        if row.event in ENDS and (since is not None or number == 0):
            ends.append(row.year)
            exposed.add(row.year)
        if since is not None:
            exposed |= set(range(since, row.year + 1))
        since = row.year if row.type in PARTNERED else None
    if since is not None:
        exposed |= set(range(since, last + 1))
    return {year for year in exposed if year >= FIRST_YEAR}, ends


def _by_case(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Rows of each case by year; rows of one year keep the order of the file."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: case.year):
        found[case.case_id].append(case)
    return found


def _place(mapping: Mapping, cell: Cell) -> Place:
    place = mapping.place(cell.sector)
    assert place is not None  # unmapped sectors are left out before
    return place
