"""Dated series: the ensemble's path against what was observed after a year, and against naive paths."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.evidence.history.evidence import Point
from sim.evidence.history.mapping import Mapping as Table
from sim.evidence.history.mapping import Place
from sim.evidence.history.paths import forecasts
from sim.evidence.history.scores import covered, crps, rmse, skill
from sim.evidence.history.worlds import Ensemble, quarter
from sim.model.columns import FIRST_YEAR

Floats = NDArray[np.float64]
ERRORS = ndtri((np.arange(9) + 0.5) / 9)  # points of a standard normal, so that no draw is needed


def _world_share(ensemble: Ensemble, rows: list[int]) -> Floats:
    """Sales of Chinese brands over all sales, at home and abroad, of sectors together [N, T]."""
    home, abroad = (ensemble.metrics[f"market_{side}"][..., rows] for side in ("home", "abroad"))
    shares = [ensemble.metrics[f"chinese_share_{side}"][..., rows] for side in ("home", "abroad")]
    return (shares[0] * home + shares[1] * abroad).sum(-1) / (home + abroad).sum(-1)


def _foreign_share(ensemble: Ensemble, rows: list[int]) -> Floats:
    """What Chinese brands leave of sales at home [N, T]."""
    return 1.0 - ensemble.metrics["chinese_share_home"][..., rows].mean(-1)


# Metrics that no table holds because only the back-test asks for them; `mapping.yaml` names them with table `history`.
DERIVED: dict[str, Callable[[Ensemble, list[int]], Floats]] = {
    "chinese_share_world": _world_share,
    "foreign_share_home": _foreign_share,
}


def path(ensemble: Ensemble, rule: Mapping[str, Any]) -> Floats:
    """The metric that a rule of the mapping names, in its sector [N, T]."""
    rows = ensemble.rows(Place((rule["sector"],)))
    if rule["metric"] in DERIVED:
        return DERIVED[rule["metric"]](ensemble, rows)
    return ensemble.metrics[rule["metric"]][..., rows].mean(-1)


def score(
    points: Sequence[Point], own: Sequence[Point], table: Table, ensemble: Ensemble, until: int
) -> tuple[dict[str, Any], list[str]]:
    """Scores of every series with a counterpart, in the metric's unit, and the names of those without.

    `own`: the project's points, from which naive paths are estimated up to `until`; a series that the project lacks
    is estimated on the file's own points.
    """
    names = sorted({point.series for point in points})
    mapped = [name for name in names if name in table.series and name not in table.inputs]
    error = model_error(own, table, ensemble, until)
    scores = {}
    for name in mapped:
        rule = table.series[name]
        known = _observed(own, name, rule) or _observed(points, name, rule)
        asked = [each for each in _observed(points, name, rule) if until < each[0] < ensemble.last_year + 1]
        scores[name] = _scores(path(ensemble, rule), error, [each for each in known if each[0] <= until], asked, rule)
    return scores, [name for name in names if name not in mapped]


def model_error(own: Sequence[Point], table: Table, ensemble: Ensemble, until: int) -> float:
    """By how much the ensemble's mean misses what was known up to `until`: root mean square, each series as one.

    Runs differ by luck and by draw of parameters. How far a model of this kind is off for good they do not tell, but
    what it missed before does (docs/decisions/0024). 0 where nothing was known. All mapped series are shares.
    """
    squares = []
    for name, rule in table.series.items():
        known = [each for each in _observed(own, name, rule) if each[0] <= until]
        if known and name not in table.inputs and "bound" not in rule:
            mean = path(ensemble, rule).mean(0)
            squares.append(np.mean([(mean[quarter(year)] - value) ** 2 for year, value in known]))
    return float(np.sqrt(np.mean(squares))) if squares else 0.0


def _observed(points: Sequence[Point], name: str, rule: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Years and values of a series in the unit of its metric; points without a number are no observations."""
    return [
        (point.year, point.value * rule.get("scale", 1.0))
        for point in points
        if point.series == name and not np.isnan(point.value) and point.year >= FIRST_YEAR
    ]


def _scores(
    simulated: Floats,
    error: float,
    known: list[tuple[float, float]],
    asked: list[tuple[float, float]],
    rule: Mapping[str, Any],
) -> dict[str, Any]:
    empty = dict.fromkeys(("rmse", "crps", "coverage90", "coverage90_runs", "best_naive", "skill"))
    if not asked:
        return {"n": 0, **empty}
    years, values = (np.array(column) for column in zip(*asked, strict=True))
    runs = simulated[:, [quarter(year) for year in years]]
    draws = np.clip((runs[:, None] + error * ERRORS[:, None]).reshape(-1, len(years)), 0.0, 1.0)
    if rule.get("bound") == "low":  # the truth is not below the value: draws above it are no error
        runs, draws = np.minimum(runs, values), np.minimum(draws, values)
    missed = rmse(runs.mean(0) - values)
    known_years, known_values = (np.array([each[n] for each in known]) for n in (0, 1))
    naive = {name: rmse(told - values) for name, told in forecasts(known_years, known_values, years).items()}
    best = min(naive, key=naive.__getitem__) if naive else None
    return {
        "n": len(asked),
        "rmse": missed,
        "crps": float(np.mean([crps(draws[:, n], value) for n, value in enumerate(values)])),
        "coverage90": float(np.mean([covered(draws[:, n], value) for n, value in enumerate(values)])),
        "coverage90_runs": float(np.mean([covered(runs[:, n], value) for n, value in enumerate(values)])),
        "best_naive": best,
        "skill": skill(missed, naive[best]) if best else None,
    }
