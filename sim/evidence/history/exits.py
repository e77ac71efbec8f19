"""Exits and renegotiations: are they where and when the model says partnerships are at risk?"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history.chances import ALONE
from sim.evidence.history.evidence import ENDS, Case
from sim.evidence.history.mapping import Mapping, Place
from sim.evidence.history.scores import rank_correlation
from sim.evidence.history.shares import PERIODS
from sim.evidence.history.worlds import TYPES, Ensemble
from sim.measures.intervals import of_cases
from sim.model.columns import FIRST_YEAR

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


class Compared(NamedTuple):
    """Spells after an origin with a counterpart, their cells, and a forecast hazard of each cell, nan if unknown."""

    spells: list[Spell]
    cells: list[Cell]
    hazards: Floats  # simulated [cell]

    @property
    def position(self) -> NDArray[np.int64]:
        """The cell of each spell."""
        place = {cell: n for n, cell in enumerate(self.cells)}
        return np.array([place[each.cell] for each in self.spells], int)

    @property
    def ends(self) -> Floats:
        """Recorded ends of each spell."""
        return np.array([each.ends for each in self.spells], float)

    @property
    def years(self) -> Floats:
        """Years with a partnership of each spell."""
        return np.array([each.years for each in self.spells], float)


def compared(cases: Sequence[Case], mapping: Mapping, ensemble: Ensemble, until: int, last: int) -> Compared:
    """Recorded spells after `until` to `last`, and the simulated hazards of their cells."""
    found = [each for each in spells(cases, until, last) if mapping.place(each.cell.sector) is not None]
    cells = sorted({each.cell for each in found})
    simulated = [hazard(ensemble, _place(mapping, cell), cell.first, cell.last) for cell in cells]
    return Compared(found, cells, np.array(simulated))


def correlation(found: Compared) -> Callable[[Floats, Floats], float]:
    """Rank correlation over cells of hazards [cell] with recorded ones, if spells count so often [spell]."""
    position, ends, years = found.position, found.ends, found.years

    def of(hazards: Floats, weight: Floats) -> float:
        events, exposed = (np.bincount(position, values * weight, len(hazards)) for values in (ends, years))
        with np.errstate(invalid="ignore"):  # a cell without cases in this draw
            return rank_correlation(hazards, events / exposed)

    return of


def level(found: Compared) -> Callable[[Floats, Floats], float]:
    """Ends that hazards [cell] foretell in the recorded years over recorded ends, if spells count so often [spell]."""
    position, ends, years = found.position, found.ends, found.years

    def of(hazards: Floats, weight: Floats) -> float:
        foretold, seen = np.nan_to_num(hazards)[position] * years @ weight, ends @ weight
        return float(foretold / seen) if seen > 0 else float("nan")

    return of


def score(
    cases: Sequence[Case], own: Sequence[Case], mapping: Mapping, ensemble: Ensemble, until: int, last: int
) -> tuple[dict[str, Any], list[Case]]:
    """Rank correlation, over sectors and periods after `until` to `last`, of simulated and recorded hazards.

    Recorded: exits and renegotiations per year that a case has a partnership. Simulated: ends and renegotiations per
    partnership-year, all runs together. Hubs and full ownership are no partnerships and stay out. Beside it the
    sectors' hazards of the project's `own` cases to `until`, and the ratio of levels. Gives the rows unmapped, too.
    """
    scored = [case for case in cases if case.event in ENDS and until < case.year <= last]
    rest = [case for case in scored if mapping.place(case.sector) is None]
    found = compared(cases, mapping, ensemble, until, last)
    model, baseline = found.hazards, _before(own, found.cells, until)
    rank, ratio, every = correlation(found), level(found), np.ones(len(found.spells))
    names = [each.case_id for each in found.spells]

    def drawn(statistic: Callable[[Floats], float], blocks: Sequence[str] = names) -> list[float] | None:
        return of_cases(blocks, statistic) if blocks else None

    return {
        "n": int(found.ends.sum()),
        "rank_correlation": rank(model, every),
        "interval": drawn(lambda weight: rank(model, weight)),
        "interval_by_sector": drawn(lambda weight: rank(model, weight), [each.cell.sector for each in found.spells]),
        "baseline": {
            "rank_correlation": rank(baseline, every),
            "interval": drawn(lambda weight: rank(baseline, weight)),
        },
        "gain": {
            "difference": rank(model, every) - rank(baseline, every),
            "interval": drawn(lambda weight: rank(model, weight) - rank(baseline, weight)),
        },
        "levels": {
            name: {"ratio": ratio(told, every), "interval": drawn(lambda weight, told=told: ratio(told, weight))}  # type: ignore[misc]
            for name, told in {"model": model, "baseline": baseline}.items()
        },
    }, rest


def _before(own: Sequence[Case], cells: Sequence[Cell], until: int) -> Floats:
    """Hazard [cell] of the cell's sector up to `until`, shrunk to that of all by one end."""
    ends: dict[str, float] = defaultdict(float)
    years: dict[str, float] = defaultdict(float)
    for each in spells([case for case in own if case.year <= until], FIRST_YEAR - 1, until):
        ends[each.cell.sector] += each.ends
        years[each.cell.sector] += each.years
    total, exposed = sum(ends.values()), sum(years.values())
    if not total:
        return np.full(len(cells), np.nan)
    return np.array([(ends[cell.sector] + 1.0) / (years[cell.sector] + exposed / total) for cell in cells])


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
