"""The back-test as a whole: evidence in, one dictionary of scores out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import NotEnough
from sim.history import exits, formations, sectors, series
from sim.history.evidence import Case, Fact, Point, read_cases, read_sectors, read_series, shipped
from sim.history.mapping import Mapping, mapping
from sim.history.worlds import Ensemble

UNTIL = 2014  # last year of the fit window
EACH = "each"  # every sector left out in turn


class Evidence(NamedTuple):
    """What is scored, and the project's own records, which naive forecasts are estimated on."""

    mapping: Mapping
    cases: list[Case]
    series: list[Point]
    sectors: list[Fact]
    own_cases: list[Case]
    own_series: list[Point]


class Outcome(NamedTuple):
    """Scores as `--json` writes them, and the odds at which the ledger records a base of one's own."""

    scores: dict[str, Any]
    odds: float


def read(cases: Path | None = None, series: Path | None = None, sectors: Path | None = None) -> Evidence:
    """Evidence of the files given, the shipped ones for those left out. Raises ScenarioError."""
    table = mapping()
    own_cases, own_series = read_cases(shipped("cases.csv"), table), read_series(shipped("series.csv"))
    return Evidence(
        table,
        read_cases(cases, table) if cases else own_cases,
        read_series(series) if series else own_series,
        read_sectors(sectors or shipped("sectors.csv")),
        own_cases,
        own_series,
    )


def backtest(ensemble: Ensemble, evidence: Evidence, until: int = UNTIL) -> Outcome:
    """Every score of an ensemble on what happened after `until`. Raises NotEnough where there is nothing to score."""
    table, last = evidence.mapping, ensemble.last_year
    known, _ = formations.adoptions(evidence.own_cases, table, last)
    asked, unmapped = formations.adoptions(evidence.cases, table, last)
    asked = [row for row in asked if row.year > until]
    told, odds = formations.forecasts(ensemble, [row for row in known if row.year <= until], asked)
    ended, ends_unmapped = exits.score(evidence.cases, table, ensemble, until)
    if not asked and not ended["n"]:
        raise NotEnough(f"no row of the ledger after {until} has a counterpart in the model", "an earlier --until")
    paths, paths_unmapped = series.score(evidence.series, evidence.own_series, table, ensemble, until)
    flipped, order, sectors_unmapped = sectors.score(evidence.sectors, table, ensemble, until)
    scores = {
        "formations": formations.score(told, asked),
        "exits": ended,
        "series": paths,
        "sectors": flipped,
        "flip_order_rank_correlation": order,
        "unmapped": {
            "formations": _named([case for case in unmapped if case.year > until]),
            "exits": _named(ends_unmapped),
            "series": paths_unmapped,
            "sectors": sectors_unmapped,
        },
    }
    return Outcome(_plain(scores), odds)


def leave_out(
    ensemble: Ensemble,
    evidence: Evidence,
    which: str,
    until: int = UNTIL,
    without: Callable[[str], Ensemble | None] = lambda sector: None,
) -> dict[str, Any]:
    """Scores of formations in sectors whose rows nobody knew: one sector of the ledger, or `each` in turn.

    `without` a sector gives runs under parameters that did not know it either, None where there are none; those of
    `ensemble` are taken then. Raises NotEnough if there is no scored row.
    """
    table, last = evidence.mapping, ensemble.last_year
    known, _ = formations.adoptions(evidence.own_cases, table, last)
    asked = [row for row in formations.adoptions(evidence.cases, table, last)[0] if row.year > until]
    names = sorted({row.sector for row in asked}) if which == EACH else [which]
    told, rows = formations.left_out(ensemble, without, [row for row in known if row.year <= until], asked, names)
    if not rows:
        known_names = ", ".join(sorted({row.sector for row in asked}))
        raise NotEnough(f"no row of {which!r} after {until} can be scored", f"sectors of the ledger: {known_names}")
    return dict(_plain({"left_out": which, **formations.score(told, rows)}))


def _named(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Rows as the reader can find them again."""
    return [{"case_id": case.case_id, "sector": case.sector, "year": case.year} for case in cases]


def _plain(value: Any) -> Any:
    """The same with None for what is not a number, as JSON wants it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and value != value else value
