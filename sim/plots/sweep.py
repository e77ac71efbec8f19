"""The figures of a sweep, by the shape of its design."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import NotEnough
from sim.plots import doses, heat, multiples, scatter, tornado
from sim.plots.drawing import Figure
from sim.plots.sheet import Sheet
from sim.plots.swept import Swept
from sim.runs import Results
from sim.runs.own import fields_of
from sim.runs.summary import HEADLINES
from sim.runs.tables import ALL
from sim.scenario.outcome import BY_SECTOR, parse
from sim.sweeps.analysis import points as designs
from sim.sweeps.analysis.outcome import OutcomeAt

MAIN = ("technology_balance", "hub_share", "chinese_share_abroad", "welfare")  # drawn unless others are asked for


def figures(
    folder: Path, metrics: Sequence[str] | None, sectors: Sequence[str] | None, years: tuple[int, int] | None
) -> list[Figure]:
    """Of a grid: overview, dose and response, heat map, sectors side by side, tornado; of a sample: scatter, tornado.

    `metrics`: the outcomes drawn, such as `hub_share` or `chinese_share@2040@cars@eu`, else those the sweep names or
    `MAIN`; `sectors`: the first for all figures, all for
    the small multiples; `years`: the last one is shown. Raises UsageError, NotEnough.
    """
    results = Results(folder)
    study = Swept(results, designs.read(results), tuple(sectors or ()), years[1] if years else None)
    own = fields_of(results.manifest["design"])
    chosen = list(metrics or [*own, *(_named(results) or MAIN)])
    outcomes = _known(study, chosen)
    found: list[Figure] = []
    if study.points.grid:
        if metrics is None:
            found.append(lambda: [multiples.metrics(study, _known(study, HEADLINES))])
        for outcome in outcomes:
            found.append(partial(_one, doses.draw, study, outcome))
            if study.along:
                found.append(partial(_one, heat.draw, study, outcome))
            if outcome.own is None and (outcome.sector == ALL or sectors):
                found.append(partial(_one, multiples.sectors, study, outcome, sectors or _sectors(results)))
    else:
        found += [partial(_one, scatter.draw, study, outcome) for outcome in outcomes]
    if len(study.points.factors) > 1:
        found.append(partial(_tornado, study, outcomes))
    return found


def _one(draw: Callable[..., Sheet], *about: Any) -> list[Sheet]:
    return [draw(*about)]


def _known(study: Swept, metrics: Sequence[str]) -> list[OutcomeAt]:
    """The outcomes that have a value in some run. Raises NotEnough if none has."""
    found = [study.outcome(metric) for metric in metrics]
    study.read(found)
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
    """The outcomes that the sweep's file names, but metrics by region of which it names none."""
    named = map(str, results.manifest["design"].get("outcomes") or [])
    return [text for text in named if parse(text).region or parse(text).metric in BY_SECTOR]


def _sectors(results: Results) -> list[str]:
    """The sectors that were run, without the pool."""
    names = (name for part in results.chunks("final", ["sector"]) for name in part["sector"].unique().to_pylist())
    return [name for name in dict.fromkeys(names) if name != ALL]
