"""What policy changes: scenarios against a base, paired by seed."""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import NotEnough, UsageError, expect
from sim.runs.course import carry_out
from sim.runs.plan import Options, Plan, Seeds, parse_seeds
from sim.runs.results import Results
from sim.runs.summary import HEADLINES
from sim.runs.tables import ALL
from sim.scenario import Scenario, load
from sim.scenario.groups import expanded
from sim.scenario.values import quarter_name


class Effect(NamedTuple):
    """Paired difference of a scenario to its base in one metric: mean, 95 % interval, share of pairs above zero."""

    metric: str
    scenario: str
    base: float
    difference: float
    lo: float
    hi: float
    p_positive: float
    correlation: float
    n: int

    @property
    def sign(self) -> int:
        """-1 or 1 where the interval leaves out zero, else 0."""
        return (self.lo > 0) - (self.hi < 0)


def compare(
    base: Scenario | str | Path,
    *scenarios: Scenario | str | Path,
    seeds: Seeds = 100,
    workers: int | None = None,
    **options: Any,
) -> Results:
    """Run a base and what-ifs with the same seeds; `results.differences` holds the paired differences.

    Groups are named as `@name`; one that stands first brings its base. A scenario that changes assumptions is compared
    with the base under the same assumptions, which is then run too. The base keeps its own
    values of what the scenario names as its `treatment`, and the rules that it was loaded with.
    Seeds and options as in `ensemble`. Raises UsageError if two scenarios share a name, report different years, or have
    other regions or sectors.
    """
    named = expanded((base, *scenarios))
    told = [scenario if isinstance(scenario, Scenario) else load(scenario) for scenario in named]
    return carry_out(plan(told, parse_seeds(seeds)), Options(workers=workers, **options))


def plan(scenarios: Sequence[Any], seeds: tuple[int, ...]) -> Plan:
    """The first is the base of the others."""
    base, *others = scenarios
    if not others:
        raise UsageError(
            "compare needs a base and at least one scenario",
            "for one scenario use `run`; `show scenarios` lists groups",
        )
    named = {base.name: base}
    references: dict[str, str] = {}
    variants: dict[str, Any] = {repr(_assumptions(base, base)): base}
    for other in others:
        if other.name in named:
            raise UsageError(f"two scenarios are named {other.name}", "give one of them another `name`")
        if (other.start, other.end) != (base.start, base.end):
            years = f"{other.name} reports {other.start}-{other.end}, {base.name} {base.start}-{base.end}"
            raise UsageError(years, "give --start and --end")
        _refuse_other_places(base, other)
        named[other.name] = other
        assumed = _assumptions(base, other)
        key = repr(assumed)
        if key not in variants:
            variants[key] = _under_assumptions(base, other, assumed)
        references[other.name] = variants[key].name
    named |= {variant.name: variant for variant in variants.values()}
    return Plan("compare", named, seeds, references)


def _refuse_other_places(base: Any, other: Any) -> None:
    """Raises UsageError where two worlds differ in what tables are by: rows of one have no pair in the other."""
    for what in ("regions", "sectors"):
        one, two = (list(getattr(each.world, what)) for each in (base, other))
        if one != two:
            told = f"{other.name} has other {what} than {base.name}"
            raise UsageError(f"{told}, so that they have no pairs", "`run` each by itself; `diff` says what differs")


def _assumptions(base: Any, other: Any) -> dict[str, Any]:
    """Settings of a fair base: the other's parameter set and parameters, but its own where either asks about them."""
    own = {*base.treatment, *other.treatment}
    stood = base if other.standing == base.standing else load(base.path, other.standing, rules=base.rules)
    shared = {key: value for key, value in other.parameters.items() if key not in other.draws and key not in own}
    moved = {key: value for key, value in shared.items() if value != stood.parameters[key] or key in stood.draws}
    later = {
        f"parameters.{name}.{quarter_name(quarter)}": value
        for name, dates in other.later.items()
        for quarter, value in dates
        if name not in own
    }
    return {**other.standing, **{f"parameters.{key}": value for key, value in moved.items()}, **later}


def _under_assumptions(base: Any, other: Any, assumed: dict[str, Any]) -> Any:
    """The base with those settings."""
    variant = load(base.path, assumed, rules=base.rules)
    title = f"{base.title}, with the assumptions of {other.name}"
    return dataclasses.replace(variant, name=f"{base.name}--{other.name}", title=title)


def effects(
    results: Results, metrics: Sequence[str] = HEADLINES, year: int | None = None, sector: str = ALL, region: str = ALL
) -> list[Effect]:
    """Effects in a year (the last by default), of all sectors and regions or of one. Raises NotEnough without pairs."""
    expect("results", results, Results, "results")
    table = results.differences
    last = int(table["year"].max()) if year is None else year
    rows = table[table["year"] == last]  # first: numbers are compared many times faster than texts
    rows = rows[(rows["sector"] == sector) & (rows["region"] == region)]
    levels = results.summary
    levels = levels[levels["year"] == last]
    levels = levels[(levels["sector"] == sector) & (levels["region"] == region)]
    level = levels.set_index(["scenario", "metric"])["mean"]
    chosen = rows[rows["metric"].isin(list(metrics))]
    if chosen.empty:
        raise NotEnough(f"{results.folder} holds no pairs of runs for {last}", "run more seeds")
    found = [
        Effect(**{key: row[key] for key in Effect._fields if key != "base"}, base=level[row["base"], row["metric"]])
        for row in chosen.to_dict("records")
    ]
    return sorted(found, key=lambda effect: list(metrics).index(effect.metric))


def achieved_correlation(found: Sequence[Effect]) -> float:
    """Mean correlation of base and scenario over seeds: what pairing buys; nan if nothing varies."""
    known = [effect.correlation for effect in found if not math.isnan(effect.correlation)]
    return sum(known) / len(known) if known else math.nan
