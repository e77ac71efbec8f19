"""The back-test as a whole: evidence in, one dictionary of scores out."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import NotEnough
from sim.evidence.history import formations, origins, sectors, series
from sim.evidence.history.evidence import Case, Fact, Point, read_cases, read_sectors, read_series, shipped
from sim.evidence.history.mapping import Mapping as Table
from sim.evidence.history.mapping import mapping
from sim.evidence.history.rivals import foretold, learn
from sim.evidence.history.worlds import Ensemble

UNTIL = 2014  # last year of the fit window
EACH = "each"  # every sector left out in turn


class Evidence(NamedTuple):
    """What is scored, and the project's own records, which naive forecasts are estimated on."""

    mapping: Table
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


def backtest(
    ensemble: Ensemble, evidence: Evidence, until: int = UNTIL, others: Mapping[int, Ensemble] | None = None
) -> Outcome:
    """Every score of an ensemble on what happened after `until`. Raises NotEnough where there is nothing to score.

    `others`: ensembles of other origins, under parameters that knew nothing later; those before `until` say how much
    the model should weigh beside naive forecasts.
    """
    table = evidence.mapping
    ensembles = {**(others or {}), until: ensemble}
    ledger = origins.Ledger(table, evidence.cases, evidence.own_cases)
    found = origins.at_origin(ensembles, ledger, until)
    if not found.scores["formations"]["n"] and not found.scores["exits"]["n"]:
        raise NotEnough(f"no row of the ledger after {until} has a counterpart in the model", "an earlier --until")
    paths, paths_unmapped = series.score(evidence.series, evidence.own_series, table, ensemble, until)
    flipped, order, sectors_unmapped = sectors.score(evidence.sectors, table, ensemble, until)
    scores = {
        "formations": found.scores["formations"],
        "exits": found.scores["exits"],
        "series": paths,
        "sectors": flipped,
        "flip_order_rank_correlation": order,
        "chosen_naive": found.scores["chosen_naive"],
        "order": found.scores["order"],
        "pool": found.scores["pool"],
        "by_origin": {
            str(year): found.scores if year == until else origins.at_origin(ensembles, ledger, year, last).scores
            for year, last in origins.spans(until, list(ensembles)).items()
        },
        "unmapped": {
            **{name: _named(rows) for name, rows in found.unmapped.items()},
            "series": paths_unmapped,
            "sectors": sectors_unmapped,
        },
    }
    return Outcome(_plain(scores), found.odds)


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
    known = [row for row in known if row.year <= until]
    told, rows = formations.left_out(ensemble, without, known, asked, names, until)
    if not rows:
        known_names = ", ".join(sorted({row.sector for row in asked}))
        raise NotEnough(f"no row of {which!r} after {until} can be scored", f"sectors of the ledger: {known_names}")
    before = foretold(known, until)
    chosen = learn(before.told, before.rows).chosen
    return dict(_plain({"left_out": which, **formations.score(told, rows, chosen)}))


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
