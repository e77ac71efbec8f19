"""The scorecard: every declared fact, pattern, published number and regression beside what the runs say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.history import UNTIL
from sim.evidence.scorecard.declared import Evidence, Fact
from sim.evidence.scorecard.draws import under
from sim.evidence.scorecard.regressions import REGRESSIONS, Estimates
from sim.evidence.scorecard.statistic import statistics
from sim.evidence.scorecard.worlds import Record, records
from sim.measures.dates import quarter_of

BAND = (0.05, 0.5, 0.95)
Floats = NDArray[np.float64]
Worlds = Mapping[str, Record]


class Plan(NamedTuple):
    """What every world of a comparison shares: the parameter set, the seeds, threads, and settings on top."""

    set: str
    seeds: Sequence[int]
    workers: int
    until: int = UNTIL
    settings: Mapping[str, Any] = {}


class Row(NamedTuple):
    """One line of the scorecard; numbers that do not exist are None, "never" is infinite.

    inside: whether the simulated median lies in the observed range; where one number was observed, whether the 90 %
    interval of runs holds it; where a sign or a bound was, whether the whole interval keeps to it, False if it is all
    beyond, None if it is on both or there is nothing to say. fitted: whether a set fitted to `until` may use the fact.
    """

    id: str
    section: str
    text: str
    unit: str
    observed: float | None
    low: float | None
    high: float | None
    kind: str
    band: tuple[float, float, float] | None  # 5, 50 and 95 % of runs
    runs: int  # with a value
    inside: bool | None
    use: str
    fitted: bool
    dated: int
    worlds: tuple[str, ...]
    source: str


class Regression(NamedTuple):
    """A published regression on simulated data: coefficients of runs, and the standard error of the median run."""

    id: str
    text: str
    unit: str
    observed: float | None
    low: float | None
    high: float | None
    band: tuple[float, float, float] | None
    error: float | None  # median over runs
    spread: float | None  # s.d. of coefficients over runs
    rows: int
    clusters: int
    inside: bool | None
    design: str
    source: str


def run_worlds(
    evidence: Evidence,
    names: Iterable[str],
    plan: Plan,
    progress: Callable[[int], None] = lambda done: None,
) -> Worlds:
    """Records of the worlds named, all with the same seeds. `progress` is called with the number of runs done."""
    wanted, found = list(dict.fromkeys(names)), {}
    for place, name in enumerate(wanted):
        scenario = under(plan.set, evidence.worlds[name], plan.settings)
        stops = [quarter_of(year, 4) for year in evidence.years[name]]

        def told(done: int, before: int = place * len(plan.seeds)) -> None:
            progress(before + done)

        found[name] = records(scenario, plan.seeds, plan.workers, stops, told)
    return found


def needed(rows: Iterable[Fact]) -> list[str]:
    """Worlds that rows compare, each once."""
    return list(dict.fromkeys(name for row in rows for name in row.worlds))


def scorecard(evidence: Evidence, worlds: Worlds, until: int = UNTIL) -> tuple[list[Row], list[Regression]]:
    """Every row whose worlds were run."""
    rows = [row(each, worlds, until) for each in evidence.facts if set(each.worlds) <= set(worlds)]
    runs = [regression(each, worlds) for each in evidence.regressions if set(each.worlds) <= set(worlds)]
    return rows, runs


def row(fact: Fact, worlds: Worlds, until: int) -> Row:
    """A fact beside its statistic."""
    values = statistics()[fact.statistic](*(worlds[name] for name in fact.worlds), **fact.given)
    found = band(values)
    return Row(
        fact.id,
        fact.section,
        fact.text,
        fact.unit,
        fact.observed,
        fact.low,
        fact.high,
        fact.kind,
        found,
        int((~np.isnan(values)).sum()),
        inside(fact, found),
        fact.use,
        fact.use == "FIT" and fact.dated <= until,
        fact.dated,
        fact.worlds,
        fact.source,
    )


def band(values: Floats) -> tuple[float, float, float] | None:
    """5, 50 and 95 % of runs that have a value; never comes last."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    if np.isinf(known).any():
        low, middle, high = np.quantile(known, BAND, method="inverted_cdf")
    else:
        low, middle, high = np.quantile(known, BAND)
    return float(low), float(middle), float(high)


def inside(fact: Fact, found: tuple[float, float, float] | None) -> bool | None:
    """The verdict; see `Row`."""
    if found is None or fact.kind == "shown":
        return None
    if fact.kind == "number" and fact.observed is not None:
        return bool(found[0] <= fact.observed <= found[2])
    if fact.low is not None and fact.high is not None:
        return bool(fact.low <= found[1] <= fact.high)
    bound = found[0] >= fact.low if fact.low is not None else found[2] <= fact.high  # type: ignore[operator]
    beyond = found[2] < fact.low if fact.low is not None else found[0] > fact.high  # type: ignore[operator]
    return True if bound else False if beyond else None


def regression(fact: Fact, worlds: Worlds) -> Regression:
    """A regression of each run."""
    found: Estimates = REGRESSIONS[fact.statistic](*(worlds[name] for name in fact.worlds), **fact.given)
    told = band(found.coefficient)
    known = found.coefficient[~np.isnan(found.coefficient)]
    errors = found.error[~np.isnan(found.error)]
    return Regression(
        fact.id,
        fact.text,
        fact.unit,
        fact.observed,
        fact.low,
        fact.high,
        told,
        float(np.median(errors)) if len(errors) else None,
        float(known.std(ddof=1)) if len(known) > 1 else None,
        found.rows,
        found.clusters,
        inside(fact, told),
        fact.design,
        fact.source,
    )


def plain(value: Any) -> Any:
    """Tuples as JSON wants them: infinity as "never", what is not a number as null."""
    if hasattr(value, "_asdict"):
        return {key: plain(each) for key, each in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "never" if value > 0 else None
    return value
