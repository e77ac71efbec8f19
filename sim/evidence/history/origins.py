"""The yardstick at one origin: what was known by then, what came after, and every rival beside the model."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history import exits, formations, order
from sim.evidence.history.chances import REACH
from sim.evidence.history.evidence import Case
from sim.evidence.history.formations import MODEL, of_model, over
from sim.evidence.history.mapping import Mapping as Table
from sim.evidence.history.mixtures import best_weight, pool_losses, pooled
from sim.evidence.history.rivals import DERIVED, ORIGINS, STACK, Forecasts, Foretold, foretold, learn
from sim.evidence.history.scores import log_loss
from sim.evidence.history.shares import NAIVE, Adoption, period_name
from sim.evidence.history.worlds import Ensemble
from sim.measures.intervals import of_cases
from sim.scenario import fitted_sets

POOL = "pool"
Floats = NDArray[np.float64]


class Ledger(NamedTuple):
    """Rows that are scored, and the project's own, which everything is estimated on."""

    table: Table
    cases: Sequence[Case]
    own_cases: Sequence[Case]


class Found(NamedTuple):
    """Scores of an origin as `--json` writes them; the odds of recording; rows without a counterpart."""

    scores: dict[str, Any]
    odds: float
    unmapped: dict[str, list[Case]]


def rolling(until: int, beyond: bool = False) -> list[int]:
    """The declared origins before a year, and the year; `beyond`: also later ones up to which a set is fitted."""
    known = {each.file.until for each in fitted_sets()} if beyond else set()
    later = [year for year in ORIGINS if any(until < each <= year for each in known)]
    return [*(year for year in ORIGINS if year < until), until, *later]


def spans(until: int, others: Sequence[int]) -> dict[int, int | None]:
    """By origin the last year it is scored to: the next origin, None for `until` and what is later: the end."""
    years = sorted({*others, until})
    return {year: next((each for each in years if each > year), None) if year < until else None for year in years}


def stop(origin: int, until: int) -> int:
    """The last year that runs of an origin before `until` need: what counts for the last scored row."""
    return min(year for year in (*ORIGINS, until) if year > origin) + REACH


def at_origin(ensembles: Mapping[int, Ensemble], ledger: Ledger, origin: int, last: int | None = None) -> Found:
    """All scores of rows later than an origin, up to `last`. `ensembles`: runs by origin, this one among them.

    Raises NotEnough where nothing is known by the origin.
    """
    ensemble = ensembles[origin]
    end = ensemble.last_year if last is None else min(last, ensemble.last_year)
    every, _ = formations.adoptions(ledger.own_cases, ledger.table, ensemble.last_year)
    known = [row for row in every if row.year <= origin]
    asked, unmapped = formations.adoptions(ledger.cases, ledger.table, ensemble.last_year)
    asked = [row for row in asked if origin < row.year <= end]
    past = foretold(known, origin)
    learnt = learn(past.told, past.rows)
    parts = order.parts(asked, origin + 1, max((row.year for row in asked), default=origin))
    both, odds = formations.forecasts(ensemble, known, [*asked, *order.grid(parts)], learnt)
    told, on_grid = ({name: each[rows] for name, each in both.items()} for rows in _cut(len(asked)))
    weighed = pool(ensembles, past, known, told, asked)
    if weighed["weight"] is not None:
        told[POOL] = pooled(told[MODEL], told[STACK], weighed["weight"])
    ended, ends_unmapped = exits.score(ledger.cases, ledger.own_cases, ledger.table, ensemble, origin, end)
    scores = {
        "last": max((row.year for row in asked), default=None) if last is None else last,
        "chosen_naive": learnt.chosen,
        "formations": formations.score(told, asked, learnt.chosen),
        "order": leads(on_grid, parts, asked),
        "pool": weighed,
        "exits": ended,
    }
    late = [case for case in unmapped if origin < case.year <= end]
    return Found(scores, odds, {"formations": late, "exits": ends_unmapped})


def pool(
    ensembles: Mapping[int, Ensemble],
    past: Foretold,
    known: Sequence[Adoption],
    told: Forecasts,
    asked: Sequence[Adoption],
) -> dict[str, Any]:
    """The model's weight in a log-linear pool with the stack, fitted to rows foretold before, and what it is worth.

    `hindsight`: the weight that the scored rows themselves would give. None where there are no rows, or no runs of an
    origin before.
    """
    found: dict[str, Any] = {"n": len(past.rows), "weight": None, "interval": None, "interval_by_sector": None}
    found |= {"skill_over_stack": None, "hindsight": None}
    if asked:
        found["hindsight"] = _weight(told[MODEL], told[STACK], asked)
    if not past.rows or not ensembles.keys() >= set(past.spans):
        return found
    parts = []
    for year in sorted(set(past.spans)):
        mine = [row for row, origin in zip(past.rows, past.spans, strict=True) if origin == year]
        parts.append(of_model(ensembles[year], [row for row in known if row.year <= year], mine)[0])
    found |= _weight(np.concatenate(parts), past.told[STACK], past.rows)
    if asked:
        outcomes = np.array([row.type for row in asked])
        own = log_loss(pooled(told[MODEL], told[STACK], found["weight"]), outcomes)
        found["skill_over_stack"] = over(own, log_loss(told[STACK], outcomes), asked)
    return found


def _weight(model: Floats, stack: Floats, rows: Sequence[Adoption]) -> dict[str, Any]:
    """The weight that makes rows most likely, with intervals by bootstrap of whole cases, and of whole sectors."""
    losses = pool_losses(model, stack, np.array([row.type for row in rows]))

    def of(counts: Floats) -> float:
        return best_weight(losses, counts)

    return {
        "weight": of(np.ones(len(rows))),
        "interval": of_cases([row.case_id for row in rows], of),
        "interval_by_sector": of_cases([row.sector for row in rows], of),
    }


def _cut(count: int) -> tuple[slice, slice]:
    return slice(count), slice(count, None)


def leads(told: Forecasts, parts: Sequence[order.Part], asked: Sequence[Adoption]) -> dict[str, Any]:
    """Order scores from forecasts of the grid: of the model with intervals and by period, and of every rival."""
    if not asked:
        return {"n": 0, "score": None, "interval": None, "interval_by_sector": None, "by_period": {}, "rivals": {}}
    every, said = np.ones(len(asked)), {name: order.leads(each, parts) for name, each in told.items()}

    def of(counts: Floats) -> float:
        return order.score(said[MODEL], parts, counts)

    return {
        "n": len(asked),
        "score": of(every),
        "interval": of_cases([row.case_id for row in asked], of),
        "interval_by_sector": of_cases([row.sector for row in asked], of),
        "by_period": {
            period_name(part.period): {"n": len(part.rows), "score": order.score([own], [part], every)}
            for own, part in zip(said[MODEL], parts, strict=True)
        },
        "rivals": {name: order.score(said[name], parts, every) for name in (*NAIVE, *DERIVED)},
    }
