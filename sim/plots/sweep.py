"""The figures of a sweep, by the shape of its design."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.analysis import points as designs
from sim.analysis.outcome import METRICS, OutcomeAt
from sim.errors import NotEnough, UsageError
from sim.plots import doses, heat, multiples, scatter, tornado
from sim.plots.sheet import Sheet
from sim.plots.swept import Swept
from sim.study import Results
from sim.study.compare import HEADLINES
from sim.study.own import fields_of
from sim.study.tables import ALL

MAIN = ("technology_balance", "hub_share", "chinese_share_abroad", "welfare")  # drawn unless others are asked for


def draw(
    folder: Path, metrics: Sequence[str] | None, sectors: Sequence[str] | None, years: tuple[int, int] | None
) -> Iterator[Sheet]:
    """Of a grid: overview, dose and response, heat map, sectors side by side, tornado; of a sample: scatter, tornado.

    `metrics`: the outcomes drawn, else those the sweep names or `MAIN`; `sectors`: the first for all figures, all for
    the small multiples; `years`: the last one is shown. Raises UsageError, NotEnough.
    """
    results = Results(folder)
    study = Swept(results, designs.read(results), tuple(sectors or ()), years[1] if years else None)
    own = fields_of(results.manifest["design"])
    chosen = list(metrics or [*own, *(_named(results) or MAIN)])
    unknown = [metric for metric in chosen if metric not in METRICS and metric not in own]
    if unknown:
        raise UsageError(f"{folder} has no metric {', '.join(unknown)} by sector", "see `show metrics`")
    outcomes = _known(study, chosen)
    if study.points.grid:
        if metrics is None:
            yield multiples.metrics(study, _known(study, HEADLINES))
        for outcome in outcomes:
            yield doses.draw(study, outcome)
            if study.along:
                yield heat.draw(study, outcome)
            if outcome.own is None:
                yield multiples.sectors(study, outcome.metric, sectors or _sectors(results))
    else:
        for outcome in outcomes:
            yield scatter.draw(study, outcome)
    if len(study.points.factors) > 1:
        yield from _tornado(study, outcomes)


def _known(study: Swept, metrics: Sequence[str]) -> list[OutcomeAt]:
    """The outcomes that have a value in some run. Raises NotEnough if none has."""
    found = [study.outcome(metric) for metric in metrics]
    kept = [outcome for outcome in found if study.runs(outcome)["value"].notna().any()]
    if not kept:
        raise NotEnough(f"no run has a value of {', '.join(map(str, found))}", "choose other --metrics")
    return kept


def _tornado(study: Swept, outcomes: Sequence[OutcomeAt]) -> Iterator[Sheet]:
    try:
        sheet = tornado.draw(study, outcomes)
    except NotEnough:  # a sample of a few points has its scatter
        return
    if sheet:
        yield sheet


def _named(results: Results) -> list[str]:
    """Metrics of the outcomes that the sweep's file names."""
    named = results.manifest["design"].get("outcomes") or []
    return list(dict.fromkeys(str(outcome).split("@")[0] for outcome in named))


def _sectors(results: Results) -> list[str]:
    """The sectors that were run, without the pool."""
    names = (name for part in results.chunks("final", ["sector"]) for name in part["sector"].unique().to_pylist())
    return [name for name in dict.fromkeys(names) if name != ALL]
