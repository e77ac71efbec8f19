"""Formations and conversions: which type is chosen, where and when; the model against naive forecasts."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.columns import FIRST_YEAR
from sim.errors import NotEnough
from sim.history.chances import chances, observed, recording_odds
from sim.history.evidence import ADOPTIONS, Case
from sim.history.mapping import Mapping
from sim.history.scores import brier, log_loss, skill
from sim.history.shares import NAIVE, Adoption, period, period_name
from sim.history.worlds import TYPES, Ensemble
from sim.measures.intervals import of_cases

MODEL = "model"
POOLED = "model_pooled"  # the same with all runs counted as those of one draw
AS_FITTED = "model_as_fitted"  # where a sector is left out: the same with parameters that knew it
Floats = NDArray[np.float64]
Forecasts = dict[str, Floats]  # by name of the forecast [row, type]


def adoptions(cases: Sequence[Case], mapping: Mapping, last_year: int) -> tuple[list[Adoption], list[Case]]:
    """Formations and conversions with a counterpart in the model, and those without one."""
    found, rest = [], []
    for case in cases:
        place = mapping.place(case.sector)
        if case.event not in ADOPTIONS:
            continue
        if place is None or case.type not in TYPES or not FIRST_YEAR <= case.year <= last_year:
            rest.append(case)
        else:
            found.append(Adoption(case.case_id, case.sector, place, case.year, TYPES.index(case.type)))
    return found, rest


def forecasts(ensemble: Ensemble, known: Sequence[Adoption], asked: Sequence[Adoption]) -> tuple[Forecasts, float]:
    """Every forecast of the asked rows, and the odds at which a base of one's own is recorded.

    `known`: rows that naive forecasts and the odds may use. Raises NotEnough if there are none.
    """
    if not known:
        raise NotEnough("no formation or conversion is early enough to estimate naive forecasts", "a later --until")
    pooled, _ = _of_model(ensemble._replace(drawn=()), known, asked)
    own, odds = _of_model(ensemble, known, asked)
    told = {POOLED: pooled, MODEL: own}
    return told | {name: forecast(known, asked) for name, forecast in NAIVE.items()}, odds


def _of_model(ensemble: Ensemble, known: Sequence[Adoption], asked: Sequence[Adoption]) -> tuple[Floats, float]:
    """The model's forecast as a ledger records it, and the odds, estimated on known rows."""
    odds = recording_odds(chances(ensemble, known), np.array([row.type for row in known]))
    return observed(chances(ensemble, asked), odds), odds


def left_out(
    ensemble: Ensemble,
    without: Callable[[str], Ensemble | None],
    known: Sequence[Adoption],
    asked: Sequence[Adoption],
    sectors: Sequence[str],
) -> tuple[Forecasts, list[Adoption]]:
    """Forecasts of the rows of each sector of the ledger, by one that knew no row of it; the rows in their order.

    Left out are known rows of every sector that shares a sector of the world with it: naive forecasts and the odds are
    estimated without them. `without` a sector gives runs whose parameters did not know it either, or None where there
    are none: then `ensemble` foretells it, as it does beside for comparison.
    """
    told: list[Forecasts] = []
    rows: list[Adoption] = []
    for sector in sectors:
        mine = [row for row in asked if row.sector == sector]
        if not mine:
            continue
        away = set(mine[0].place.sectors)
        rest = [row for row in known if not away & set(row.place.sectors)]
        runs = without(sector)
        found, _ = forecasts(ensemble if runs is None else runs, rest, mine)
        told.append(found | {AS_FITTED: found[MODEL] if runs is None else _of_model(ensemble, rest, mine)[0]})
        rows += mine
    return {name: np.concatenate([each[name] for each in told]) for name in (told[0] if told else ())}, rows


def score(told: Forecasts, asked: Sequence[Adoption]) -> dict[str, Any]:
    """All scores of the asked rows, None where there are no rows; docs/backtest.md says what the keys mean."""
    if not asked:
        empty = dict.fromkeys(told)
        nothing: dict[str, Any] = {"n": 0, "log_loss": empty, "brier": empty, "skill": None, "interval": None}
        return nothing | {"by_sector": {}, "by_period": {}}
    outcomes = np.array([row.type for row in asked])
    losses = {name: log_loss(forecast, outcomes) for name, forecast in told.items()}
    means = {name: float(loss.mean()) for name, loss in losses.items()}
    best = min(NAIVE, key=means.__getitem__)  # one for all parts below, so that they can be compared

    def of(weight: Floats) -> float:
        return skill(float(losses[MODEL] @ weight), float(losses[best] @ weight))

    def part(chosen: Sequence[bool]) -> dict[str, Any]:
        return {"n": int(sum(chosen)), "skill": of(np.array(chosen, float))}

    return {
        "n": len(asked),
        "log_loss": means,
        "brier": {name: float(brier(forecast, outcomes).mean()) for name, forecast in told.items()},
        "skill": of(np.ones(len(asked))),
        "interval": of_cases([row.case_id for row in asked], of),
        "by_sector": {
            sector: part([row.sector == sector for row in asked]) for sector in sorted({row.sector for row in asked})
        },
        "by_period": {
            period_name(n): part([period(row.year) == n for row in asked])
            for n in sorted({period(row.year) for row in asked})
        },
    }
