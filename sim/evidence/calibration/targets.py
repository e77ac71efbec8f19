"""Targets: what moments should be, from `sim/data/targets.yaml` and, for the composition of adoptions, the ledger."""

import inspect
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from sim.errors import Problem, ScenarioError
from sim.evidence.calibration.moments import STATISTICS, adopted
from sim.evidence.calibration.record import Lesson, Record
from sim.evidence.history.chances import BROUGHT, REACH, chances, observed, recording_odds
from sim.evidence.history.evidence import read_cases, shipped
from sim.evidence.history.formations import adoptions
from sim.evidence.history.mapping import DATA, mapping
from sim.evidence.history.refit import refitted
from sim.evidence.history.scores import log_loss
from sim.evidence.history.shares import Adoption, smoothed
from sim.evidence.history.worlds import TYPES
from sim.scenario.files import LAST_YEAR, Version
from sim.scenario.merge import nearest
from sim.scenario.reader import read
from sim.scenario.resolve import load
from sim.scenario.sets import ParameterSet, read_set
from sim.scenario.validate import problem_at, told
from sim.scenario.values import Model, Quantity, Slug, Text

FILE = DATA / "targets.yaml"
COMPOSITION = "composition"
ROUNDED = 0.0005  # by which a value may differ from the mean of its sectors
_Deviation = Annotated[float, Quantity("1", "a standard deviation", 1e-6, 1e6)]
_Year = Annotated[int, Quantity("year", "a year", 1979, 2055, whole=True)]
Floats = NDArray[np.float64]


class Entry(Model):
    """One target of the file; `values` of the sectors whose mean `value` is, which are its argument `sectors`."""

    name: Slug
    statistic: Text
    arguments: Annotated[dict[str, Any], Field(default_factory=dict)]
    value: float
    values: Annotated[dict[str, float], Field(default_factory=dict)]
    sd: _Deviation
    discrepancy: _Deviation
    newest: _Year
    source: Text


class Span(Model):
    """A period whose composition of adoptions is a target."""

    first: _Year
    last: _Year
    discrepancy: _Deviation


class TargetFile(Model):
    """The keys of the file."""

    version: Annotated[Version, Field(alias="schema")]
    composition: list[Span]
    targets: list[Entry]


class Target(NamedTuple):
    """One number that the model is asked for; `sd` of the observation, `discrepancy` of the model, `values` by sector
    where the number is their mean."""

    name: str
    statistic: str
    arguments: dict[str, Any]
    value: float
    sd: float
    discrepancy: float
    newest: int
    source: str
    values: Mapping[str, float] = {}


class Targets(NamedTuple):
    """The targets of a set, the rows of the ledger known by then, and the sectors of the world left out of both."""

    targets: tuple[Target, ...]
    rows: tuple[Adoption, ...]
    until: int
    away: tuple[str, ...] = ()

    @property
    def lesson(self) -> Lesson | None:
        """What runs have to branch for."""
        asked = [each.arguments for each in self.targets if each.statistic == "affiliation"]
        return Lesson(**asked[0]) if asked else None

    @property
    def values(self) -> Floats:
        return np.array([each.value for each in self.targets])

    @property
    def spread(self) -> Floats:
        """Variance of observation and discrepancy [target]."""
        return np.array([each.sd**2 + each.discrepancy**2 for each in self.targets])

    @property
    def definition(self) -> str:
        """What a stored evaluation depends on."""
        asked = [(each.statistic, sorted(each.arguments.items())) for each in self.targets]
        counted = repr((REACH, BROUGHT.tolist()))  # how adoptions count for a row of the ledger
        return repr(asked) + repr(self.rows) + counted + (f" without {self.away}" if self.away else "")

    def without(self, away: Collection[str]) -> "Targets":
        """What is left of them, as if nothing were known of some sectors of the world.

        Rows of the ledger that concern one of the sectors go, and shares are taken of the others. A target of one of
        them goes; a mean over sectors is that of the others, and goes with the last. What pools all sectors
        keeps its value, and the model is asked for it without these.
        """
        rows = tuple(row for row in self.rows if not set(away) & set(row.place.sectors))
        found = (_without(each, rows, away) for each in self.targets)
        return Targets(tuple(each for each in found if each is not None), rows, self.until, tuple(sorted(away)))


class Found(NamedTuple):
    """Moments of a point [target], the variance of one run's [target], mean log-loss of the ledger, recording odds."""

    moments: Floats
    variance: Floats
    loss: float
    odds: float


def targets_of(found: ParameterSet) -> Targets:
    """The targets of a set whose data it may use. Raises ScenarioError."""
    until, table, file = found.file.until, mapping(), _read(FILE)
    rows, _ = adoptions(read_cases(shipped("cases.csv"), table), table, until)
    every = [*_compositions(file, rows), *_plain(file)]
    names = [each.name for each in every]
    wanted = found.file.targets
    if wanted in ((), ("all",)):
        return Targets(tuple(each for each in every if each.newest <= until), tuple(rows), until)
    place = ("targets",)
    problems = [
        problem_at(found.tree, place, f"{name!r} is no target{nearest(name, names)}")
        for name in wanted
        if name not in names
    ]
    problems += [
        problem_at(found.tree, place, f"{each.name!r} needs data of {each.newest}; the set ends with {until}")
        for each in every
        if each.name in wanted and each.newest > until
    ]
    if problems:
        raise ScenarioError(problems)
    return Targets(tuple(each for each in every if each.name in wanted), tuple(rows), until)


def away() -> dict[str, tuple[str, ...]]:
    """By sector of the ledger that adopts anything, the sectors of the world that go with it."""
    table = mapping()
    rows, _ = adoptions(read_cases(shipped("cases.csv"), table), table, LAST_YEAR)
    return {row.sector: row.place.sectors for row in sorted(rows, key=lambda row: row.sector)}


def check(name: str) -> list[Problem]:
    """Everything wrong with a parameter set, its draws, its targets and the world it makes; empty: good."""
    try:
        found = read_set(name)
        targets_of(found)
        refitted(found, mapping())
        load("baseline", posterior={"set": found.name, "draw": 0 if found.draws is None else 1})
    except ScenarioError as error:
        return list(error.problems)
    return []


def _read(path: Path) -> TargetFile:
    tree, problems = read(path, path.name)
    if tree is None or problems:
        raise ScenarioError(problems)
    try:
        file = TargetFile.model_validate(tree.plain())
    except ValidationError as error:
        raise ScenarioError(told(tree, error, TargetFile, ())) from None
    wrong: list[Problem] = []
    for n, each in enumerate(file.targets):
        if each.statistic not in STATISTICS:
            text = f"{each.statistic!r} is no statistic{nearest(each.statistic, STATISTICS)}"
            wrong.append(problem_at(tree, ("targets", n, "statistic"), text))
            continue
        try:
            inspect.signature(STATISTICS[each.statistic]).bind(None, **_arguments(each))
        except TypeError as error:
            wrong.append(problem_at(tree, ("targets", n, "arguments"), str(error)))
        if each.values and abs(fmean(each.values.values()) - each.value) > ROUNDED:
            text = f"{each.value:g}; the mean of its `values` is {fmean(each.values.values()):.4g}"
            wrong.append(problem_at(tree, ("targets", n, "value"), text))
    if wrong:
        raise ScenarioError(wrong)
    return file


def _arguments(entry: Entry) -> dict[str, Any]:
    return {**entry.arguments, "sectors": list(entry.values)} if entry.values else entry.arguments


def _plain(file: TargetFile) -> list[Target]:
    return [
        Target(**{key: getattr(each, key) for key in Target._fields if key != "arguments"}, arguments=_arguments(each))
        for each in file.targets
    ]


def _compositions(file: TargetFile, rows: Sequence[Adoption]) -> list[Target]:
    """One target by period and type: shares of the ledger's rows."""
    found = []
    for span in file.composition:
        for kind, name in enumerate(TYPES):
            where = {"first": span.first, "last": span.last, "kind": kind}
            told_name = f"{name}_{span.first}_{span.last % 100:02d}"
            blank = Target(told_name, COMPOSITION, where, 0.0, 0.0, span.discrepancy, span.last, "")
            found.append(_counted(blank, rows))
    return [each for each in found if each is not None]


def _counted(target: Target, rows: Sequence[Adoption]) -> Target | None:
    """The share of a type with value and deviation from rows; None without rows in its period."""
    where = target.arguments
    types = [row.type for row in rows if where["first"] <= row.year <= where["last"]]
    if not types:
        return None
    shares = smoothed(np.bincount(types, minlength=len(TYPES)).astype(float))
    sd = np.sqrt(shares * (1.0 - shares) / len(types))
    kind = where["kind"]
    return target._replace(value=float(shares[kind]), sd=float(sd[kind]), source=f"cases.csv, {len(types)} rows")


def _without(target: Target, rows: Sequence[Adoption], away: Collection[str]) -> Target | None:
    """A target when nothing is known of some sectors; `rows`: what the ledger has of the others."""
    if target.statistic == COMPOSITION:
        return _counted(target, rows)
    if target.arguments.get("sector") in away:
        return None
    named = target.arguments.get("sectors", ())
    if not set(named) & set(away):
        return target
    values = {name: value for name, value in target.values.items() if name not in away}
    if not values:
        return None
    others = {**target.arguments, "sectors": list(values)}
    return target._replace(arguments=others, value=fmean(values.values()), values=values)


def evaluate(record: Record, asked: Targets) -> Found:
    """All moments of a point, and how far one run strays: jackknife over its runs. Without rows nothing is lost."""
    record = record.apart(asked.away) if asked.away else record
    loss, odds = 0.0, 1.0
    if asked.rows:
        told = chances(record.ensemble, asked.rows)
        outcomes = np.array([row.type for row in asked.rows])
        odds = recording_odds(told, outcomes)
        loss = float(log_loss(observed(told, odds), outcomes).mean())
    moments = _moments(record, asked, odds)
    n = record.runs
    if n < 2:
        return Found(moments, np.full(len(moments), np.nan), loss, odds)
    left = np.array([_moments(record.without(run), asked, odds) for run in range(n)])
    return Found(moments, (n - 1) * ((left - left.mean(0)) ** 2).sum(0), loss, odds)


def _moments(record: Record, asked: Targets, odds: float) -> Floats:
    spans = dict.fromkeys(
        (each.arguments["first"], each.arguments["last"]) for each in asked.targets if each.statistic == COMPOSITION
    )
    shares = {span: composition(record, asked.rows, *span, odds) for span in spans}
    return np.array(
        [
            shares[each.arguments["first"], each.arguments["last"]][each.arguments["kind"]]
            if each.statistic == COMPOSITION
            else STATISTICS[each.statistic](record, **each.arguments)
            for each in asked.targets
        ]
    )


def composition(record: Record, rows: Sequence[Adoption], first: int, last: int, odds: float) -> Floats:
    """Shares of types [type] in a period as the ledger would record them: each sector's simulated shares weigh as much
    as its rows, and bases of one's own are recorded at `odds`."""
    places = [row.place for row in rows if first <= row.year <= last]
    totals = adopted(record, first, last)
    everywhere = totals.sum(1)
    shares = np.zeros(len(TYPES))
    for place in dict.fromkeys(places):
        counts = totals[:, record.ensemble.rows(place)].sum(1)
        seen = observed(smoothed(counts if counts.sum() > 0 else everywhere)[None], odds)[0]
        shares += places.count(place) * seen
    return shares / len(places)
