"""One set of scores for worlds that are compared: on what a set fitted to a year may know, and on what came after."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import history
from sim.evidence.history import exits, formations, sectors
from sim.evidence.history.chances import adopted_near, observed, recording_odds
from sim.evidence.history.mapping import Place
from sim.evidence.history.scores import log_loss
from sim.evidence.history.shares import Adoption, smoothed
from sim.evidence.history.worlds import Ensemble, years
from sim.model.columns import FIRST_YEAR

NEVER = FIRST_YEAR - 1  # a bound that leaves nothing out
DRAWS = 200  # of cases and of runs together
CONFIDENCE = (0.025, 0.975)
Floats = NDArray[np.float64]


class Counted(NamedTuple):
    """Ledger rows and simulated adoptions near each of them [run, row, type], in its sectors and in all."""

    rows: list[Adoption]
    near: Floats
    anywhere: Floats
    draws: int = 1  # of parameters, taken in turn by the runs

    @property
    def parts(self) -> int:
        """What chance may draw anew: draws of parameters, or runs where there is one draw."""
        return self.draws if self.draws > 1 else len(self.near)


class Losses(NamedTuple):
    """Log-loss of rows up to a year and after it; `draws` [draw, 2]: the same for draws of runs and cases."""

    known: float
    later: float
    draws: Floats


def cropped(ensemble: Ensemble, last: int) -> Ensemble:
    """The same runs, ended with a year."""
    stop = years(FIRST_YEAR, last).stop
    return ensemble._replace(
        metrics={name: values[:, :stop] for name, values in ensemble.metrics.items()},
        levels=ensemble.levels[:, :stop],
    )


def counted(ensemble: Ensemble, rows: Sequence[Adoption]) -> Counted:
    """Adoptions within two years of each row."""
    everywhere = Place(ensemble.sectors)
    return Counted(
        list(rows),
        np.stack([adopted_near(ensemble, row.place, row.year) for row in rows], 1),
        np.stack([adopted_near(ensemble, everywhere, row.year) for row in rows], 1),
        ensemble.draws,
    )


def forecasts(told: Counted, weights: Floats) -> Floats:
    """Probabilities [row, type] as the back-test makes them, if parts count so often [part]."""
    if told.draws == 1:
        return _of_runs(told, weights)
    one = np.zeros((told.draws, len(told.near)))
    one[np.arange(len(told.near)) % told.draws, np.arange(len(told.near))] = 1.0
    return np.asarray(sum(w * _of_runs(told, runs) for w, runs in zip(weights, one, strict=True) if w) / weights.sum())


def _of_runs(told: Counted, weights: Floats) -> Floats:
    near, anywhere = (np.tensordot(weights, each, 1) for each in (told.near, told.anywhere))
    return smoothed(np.where(near.sum(1, keepdims=True) > 0, near, anywhere))


def losses(told: Counted, until: int, seed: int = 1) -> Losses:
    """Log-loss to a year and after it; worlds with as many runs share the resamples of runs (or draws) and cases."""
    early = np.array([row.year <= until for row in told.rows])
    types = np.array([row.type for row in told.rows])
    names, position = np.unique([row.case_id for row in told.rows], return_inverse=True)
    rng, runs = np.random.default_rng(seed), told.parts

    def parts(run_weights: Floats, row_weights: Floats) -> tuple[float, float]:
        chances = forecasts(told, run_weights)
        odds = recording_odds(chances[early], types[early])
        loss = log_loss(observed(chances, odds), types)
        known, later = (float(np.average(loss[part], weights=row_weights[part])) for part in (early, ~early))
        return known, later

    drawn = []
    for _ in range(DRAWS):
        run_weights = rng.multinomial(runs, np.full(runs, 1 / runs)).astype(float)
        case_weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names))).astype(float)
        drawn.append(parts(run_weights, case_weights[position] + 1e-12))
    return Losses(*parts(np.ones(runs), np.ones(len(types))), np.array(drawn))


def against(one: Losses, base: Losses) -> dict[str, Any]:
    """How much worse a world's log-loss is than the base's, to the year and after, with 95 % intervals."""
    told = {}
    for n, part in enumerate(("known", "later")):
        low, high = np.quantile(one.draws[:, n] - base.draws[:, n], CONFIDENCE)
        told[part] = {"difference": getattr(one, part) - getattr(base, part), "interval": [float(low), float(high)]}
    return told


def others(ensemble: Ensemble, evidence: history.Evidence, until: int) -> dict[str, Any]:
    """Hazards, levels and flips: rank correlation, partnership ends a year, share of levels inside, order of flips."""
    told: dict[str, Any] = {}
    early, table = cropped(ensemble, until), evidence.mapping
    everywhere = Place(ensemble.sectors)
    for part, runs, bound, first, last in (
        ("known", early, NEVER, 1990, until),
        ("later", ensemble, until, until + 1, 2025),
    ):
        cases = [case for case in evidence.cases if case.year <= runs.last_year]
        ends = exits.compared(cases, table, runs, bound, runs.last_year)
        by_sector, _, _ = sectors.score(evidence.sectors, table, runs, bound)
        inside = [each["level_inside"] for each in by_sector.values() if each["level_inside"] is not None]
        told[part] = {
            "hazard_order": exits.correlation(ends)(ends.hazards, np.ones(len(ends.spells))),
            "hazard": exits.hazard(runs, everywhere, first, last),
            "levels_inside": float(np.mean(inside)) if inside else None,
        }
    _, order, _ = sectors.score(evidence.sectors, table, ensemble, until)
    return told | {"flip_order": order}


def scored(ensemble: Ensemble, evidence: history.Evidence, until: int) -> tuple[Losses, dict[str, Any]]:
    """Everything above of one world."""
    rows, _ = formations.adoptions(evidence.cases, evidence.mapping, ensemble.last_year)
    return losses(counted(ensemble, rows), until), others(ensemble, evidence, until)


def passed(rows: Mapping[str, bool | None]) -> tuple[int, int]:
    """Patterns of which every row is inside, and all patterns; P5a and P5b are rows of P5."""
    verdicts: dict[str, list[bool]] = {}
    for name, inside in rows.items():
        verdicts.setdefault(name.rstrip("abcdefgh"), []).append(inside is True)
    return sum(all(each) for each in verdicts.values()), len(verdicts)
