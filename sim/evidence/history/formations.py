"""Formations and conversions: which type is chosen, where and when; the model against naive forecasts."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import NotEnough
from sim.evidence.history.chances import chances, observed, recording_odds
from sim.evidence.history.evidence import ADOPTIONS, Case
from sim.evidence.history.mapping import Mapping
from sim.evidence.history.rivals import DERIVED, Forecasts, Learnt, foretold, learn, rivals
from sim.evidence.history.scores import brier, counted, log_loss, skill
from sim.evidence.history.shares import NAIVE, Adoption, period, period_name
from sim.evidence.history.worlds import TYPES, Ensemble
from sim.measures.intervals import of_cases
from sim.model.columns import FIRST_YEAR

MODEL = "model"
POOLED = "model_pooled"  # the same with all runs counted as those of one draw
AS_FITTED = "model_as_fitted"  # where a sector is left out: the same with parameters that knew it
BEST = "best"  # the naive forecast that turns out best on the scored rows: the yardstick of release 0.1.0
Floats = NDArray[np.float64]


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


def forecasts(
    ensemble: Ensemble, known: Sequence[Adoption], asked: Sequence[Adoption], learnt: Learnt
) -> tuple[Forecasts, float]:
    """Every forecast of the asked rows, and the odds at which a base of one's own is recorded.

    `known`: rows that naive forecasts and the odds may use. Raises NotEnough if there are none.
    """
    if not known:
        raise NotEnough("no formation or conversion is early enough to estimate naive forecasts", "a later --until")
    pooled, _ = of_model(ensemble._replace(drawn=()), known, asked)
    own, odds = of_model(ensemble, known, asked)
    return {POOLED: pooled, MODEL: own, **rivals(known, asked, learnt)}, odds


def of_model(ensemble: Ensemble, known: Sequence[Adoption], asked: Sequence[Adoption]) -> tuple[Floats, float]:
    """The model's forecast as a ledger records it, and the odds, estimated on known rows."""
    odds = recording_odds(chances(ensemble, known), np.array([row.type for row in known]))
    return observed(chances(ensemble, asked), odds), odds


def left_out(
    ensemble: Ensemble,
    without: Callable[[str], Ensemble | None],
    known: Sequence[Adoption],
    asked: Sequence[Adoption],
    sectors: Sequence[str],
    until: int,
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
        before = foretold(rest, until)
        found, _ = forecasts(ensemble if runs is None else runs, rest, mine, learn(before.told, before.rows))
        told.append(found | {AS_FITTED: found[MODEL] if runs is None else of_model(ensemble, rest, mine)[0]})
        rows += mine
    return {name: np.concatenate([each[name] for each in told]) for name in (told[0] if told else ())}, rows


def score(told: Forecasts, asked: Sequence[Adoption], chosen: str) -> dict[str, Any]:
    """All scores of the asked rows, None where there are no rows; docs/backtest.md says what the keys mean.

    `chosen`: the naive forecast that skill is over, by rows that were known before.
    """
    if not asked:
        empty = dict.fromkeys(told)
        keys = ("skill", "interval", "interval_by_sector")
        nothing: dict[str, Any] = {"n": 0, "log_loss": empty, "brier": empty, **dict.fromkeys(keys)}
        return nothing | {"by_sector": {}, "by_period": {}, "skill_over": {}, "calibration": {}}
    outcomes = np.array([row.type for row in asked])
    losses = {name: log_loss(forecast, outcomes) for name, forecast in told.items()}
    means = {name: float(loss.mean()) for name, loss in losses.items()}

    def part(rows: Sequence[bool]) -> dict[str, Any]:
        weight = np.array(rows, float)
        return {"n": int(sum(rows)), "skill": skill(float(losses[MODEL] @ weight), float(losses[chosen] @ weight))}

    best = min(NAIVE, key=means.__getitem__)
    others = {name: over(losses[MODEL], losses[name], asked) for name in (*NAIVE, *DERIVED)}
    return {
        "n": len(asked),
        "log_loss": means,
        "brier": {name: float(brier(forecast, outcomes).mean()) for name, forecast in told.items()},
        **others[chosen],
        "by_sector": {
            sector: part([row.sector == sector for row in asked]) for sector in sorted({row.sector for row in asked})
        },
        "by_period": {
            period_name(n): part([period(row.year) == n for row in asked])
            for n in sorted({period(row.year) for row in asked})
        },
        "skill_over": others | {BEST: {"name": best, **others[best]}},
        "calibration": calibration(told[MODEL], asked),
    }


def over(model: Floats, other: Floats, asked: Sequence[Adoption]) -> dict[str, Any]:
    """Skill of losses [row] over others, with intervals by bootstrap of whole cases, and of whole sectors."""

    def of(weight: Floats) -> float:
        return skill(float(model @ weight), float(other @ weight))

    return {
        "skill": of(np.ones(len(asked))),
        "interval": of_cases([row.case_id for row in asked], of),
        "interval_by_sector": of_cases([row.sector for row in asked], of),
    }


def calibration(forecast: Floats, asked: Sequence[Adoption]) -> dict[str, Any]:
    """By period and type: rows foretold and recorded, and how many 90 % of ledgers drawn from the forecast hold."""
    found: dict[str, Any] = {}
    for n in sorted({period(row.year) for row in asked}):
        rows = [i for i, row in enumerate(asked) if period(row.year) == n]
        recorded = np.bincount([asked[i].type for i in rows], minlength=len(TYPES))
        found[period_name(n)] = {
            name: {
                "foretold": float(forecast[rows, kind].sum()),
                "recorded": int(recorded[kind]),
                "range": counted(forecast[rows, kind]),
            }
            for kind, name in enumerate(TYPES)
        }
    return found
