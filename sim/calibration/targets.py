"""Targets: what moments should be, from `sim/data/targets.yaml` and, for the composition of adoptions, the ledger."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from sim.calibration.moments import STATISTICS, adopted
from sim.calibration.record import Lesson, Record
from sim.errors import Problem, ScenarioError
from sim.history.chances import chances, observed, recording_odds
from sim.history.evidence import read_cases, shipped
from sim.history.formations import adoptions
from sim.history.mapping import DATA, Place, mapping
from sim.history.scores import log_loss
from sim.history.shares import Adoption, smoothed
from sim.history.worlds import TYPES
from sim.scenario.files import Version
from sim.scenario.merge import nearest
from sim.scenario.reader import read
from sim.scenario.resolve import load
from sim.scenario.sets import ParameterSet, read_set
from sim.scenario.validate import problem_at, told
from sim.scenario.values import Model, Quantity, Slug, Text

FILE = DATA / "targets.yaml"
COMPOSITION = "composition"
_Deviation = Annotated[float, Quantity("1", "a standard deviation", 1e-6, 1e6)]
_Year = Annotated[int, Quantity("year", "a year", 1979, 2055, whole=True)]
Floats = NDArray[np.float64]


class Entry(Model):
    """One target of the file."""

    name: Slug
    statistic: Text
    arguments: Annotated[dict[str, Any], Field(default_factory=dict)]
    value: float
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
    """One number that the model is asked for; `sd` of the observation, `discrepancy` of the model."""

    name: str
    statistic: str
    arguments: dict[str, Any]
    value: float
    sd: float
    discrepancy: float
    newest: int
    source: str


class Targets(NamedTuple):
    """The targets of a set, and the rows of the ledger that are known by then."""

    targets: tuple[Target, ...]
    rows: tuple[Adoption, ...]
    until: int

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
        return repr([(each.statistic, sorted(each.arguments.items())) for each in self.targets]) + repr(self.rows)


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


def check(name: str) -> list[Problem]:
    """Everything wrong with a parameter set, its draws, its targets and the world it makes; empty: good."""
    try:
        found = read_set(name)
        targets_of(found)
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
            inspect.signature(STATISTICS[each.statistic]).bind(None, **each.arguments)
        except TypeError as error:
            wrong.append(problem_at(tree, ("targets", n, "arguments"), str(error)))
    if wrong:
        raise ScenarioError(wrong)
    return file


def _plain(file: TargetFile) -> list[Target]:
    return [Target(**{key: getattr(each, key) for key in Target._fields}) for each in file.targets]


def _compositions(file: TargetFile, rows: Sequence[Adoption]) -> list[Target]:
    """One target by period and type: shares of the ledger's rows."""
    found = []
    for span in file.composition:
        types = [row.type for row in rows if span.first <= row.year <= span.last]
        if not types:
            continue
        shares = smoothed(np.bincount(types, minlength=len(TYPES)).astype(float))
        sd = np.sqrt(shares * (1.0 - shares) / len(types))
        for kind, name in enumerate(TYPES):
            where = {"first": span.first, "last": span.last, "kind": kind}
            told_name = f"{name}_{span.first}_{span.last % 100:02d}"
            found.append(
                Target(told_name, COMPOSITION, where, float(shares[kind]), float(sd[kind]), span.discrepancy, span.last,
                       f"cases.csv, {len(types)} rows")
            )  # fmt: skip
    return found


def evaluate(record: Record, asked: Targets) -> Found:
    """All moments of a point, and how far one run strays: jackknife over its runs."""
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
    everywhere = adopted(record, Place(record.ensemble.sectors), first, last)
    shares = np.zeros(len(TYPES))
    for place in dict.fromkeys(places):
        counts = adopted(record, place, first, last)
        seen = observed(smoothed(counts if counts.sum() > 0 else everywhere)[None], odds)[0]
        shares += places.count(place) * seen
    return shares / len(places)
