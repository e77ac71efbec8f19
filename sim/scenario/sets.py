"""Parameter sets: what the world is assumed to be, as far as one knew by some year, and draws of what was fitted to it.

A set stands in `sets/`, beside the scenarios: NAME.yaml holds the settings, NAME.csv the posterior draws that
`calibrate` writes, NAME.left_out.csv those made without a sector's data. docs/calibration.md explains the keys.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from sim.errors import NotEnough, Problem, ScenarioError
from sim.model.parameters import parameters
from sim.scenario import find
from sim.scenario.drawn import LEFT_OUT, Draws, read_draws, read_left_out
from sim.scenario.files import LAST_YEAR, Version
from sim.scenario.find import Place
from sim.scenario.merge import nearest
from sim.scenario.reader import Node, read
from sim.scenario.validate import problem_at, told
from sim.scenario.values import Model, Names, Quantity, Text

MOST_FITTED = 12
_Count = Annotated[int, Quantity("count", "a number", 1, 1_000_000, whole=True)]
_Positive = Annotated[float, Quantity("1", "a number above zero", 1e-6, 1e6)]


class Prior(Model):
    """What a fitted parameter may be before any data: flat between low and high, on a linear or a logarithmic scale."""

    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"


class Waves(Model):
    """History matching: waves of points, each run under the same seeds."""

    number: _Count = 4
    points: Annotated[_Count, Field(description="runs of the model in a wave, each under all seeds")] = 300
    seeds: _Count = 5
    cutoff: Annotated[_Positive, Field(description="implausibility above which a point is ruled out")] = 3.0


class Acceptance(Model):
    """Approximate Bayesian computation on what the waves leave."""

    points: _Count = 2000
    seeds: _Count = 5
    accepted: Annotated[_Count, Field(description="draws that are kept")] = 100
    ledger: Annotated[
        float,
        Quantity(
            "count", "rows that the ledger's likelihood counts for; rows of one case depend on each other", 0, 10_000
        ),
    ] = 30.0


class Emulator(Model):
    """The statistical stand-in for the model, one for each moment."""

    restarts: Annotated[int, Quantity("count", "further starts of the fit", 0, 100, whole=True)] = 0
    candidates: Annotated[_Count, Field(description="points of the prior box that are weighed for the next wave")] = (
        20_000
    )
    trained: Annotated[_Count, Field(description="runs, the latest, that an emulator learns from")] = 600


class SetFile(Model):
    """The keys of a parameter set."""

    version: Annotated[Version, Field(alias="schema")] = 1
    name: Text | None = None
    title: Text | None = None
    source: Text | None = None
    until: Annotated[int, Quantity("year", "last year whose data may be used", 1979, LAST_YEAR, whole=True)]
    given: Annotated[
        Text | None, Field(description="later facts that are known all the same; scores depend on them")
    ] = None
    world: Annotated[
        dict[str, Any], Field(default_factory=dict, description="inputs as known by then, over the world's")
    ]
    parameters: Annotated[dict[str, Any], Field(default_factory=dict, description="parameters that are not fitted")]
    priors: Annotated[
        dict[str, Prior], Field(default_factory=dict, description="of what is fitted, unless `parameters` fixes it")
    ]
    targets: Names = ()
    waves: Waves = Waves()
    abc: Acceptance = Acceptance()
    emulator: Emulator = Emulator()
    seed: Annotated[int, Quantity("count", "start of all draws", 0, 2**31, whole=True)] = 1

    @property
    def fitted(self) -> dict[str, Prior]:
        """The priors of what is fitted: not of parameters that the set fixes, as of mechanisms that are off."""
        return {name: prior for name, prior in self.priors.items() if name not in self.parameters}


class ParameterSet(NamedTuple):
    """A set as read; `draws` is None before it was fitted, or where none were wanted."""

    name: str
    file: SetFile
    tree: Node
    place: Place
    draws: Draws | None

    @property
    def table(self) -> Path:
        """The file of the draws."""
        return self.place.path.with_suffix(".csv")

    @property
    def left_out(self) -> dict[str, Draws]:
        """By sector of the ledger, the draws that were made without its data; empty before. Raises ScenarioError."""
        return read_left_out(
            self.place.path.with_suffix(LEFT_OUT), f"{_stem(self.place)}{LEFT_OUT}", tuple(self.file.fitted)
        )

    def layer(self, draw: int) -> Node:
        """What the set lays over the world: inputs, fixed parameters and those of a draw; 0 is the one before data."""
        fixed = self.tree.value.get("parameters")
        values = {**(fixed.value if fixed is not None else {}), **self._drawn(draw)}
        world = self.tree.value.get("world")
        inputs = dict(world.value) if world is not None else {}
        return Node(
            {**inputs, "parameters": Node(values, self.tree.mark, self.tree.mark)}, self.tree.mark, self.tree.key
        )

    def _drawn(self, draw: int) -> dict[str, Node]:
        """Fitted parameters of a draw; before data each is at work, as declared: what is off could not be fitted."""
        if not draw:
            priors, declared = self.tree.value.get("priors"), parameters()
            marks = {name: priors.value[name].mark for name in self.file.fitted} if priors is not None else {}
            return {name: Node(declared[name].at_work, mark, mark) for name, mark in marks.items()}
        if self.draws is None:
            return {}
        mark = self.draws.marks[draw - 1]
        return {name: Node(drawn[draw - 1], mark, mark) for name, drawn in self.draws.values.items()}


def read_set(name: str, folder: Path | None = None, drawn: bool = True) -> ParameterSet:
    """The set of a name, looked up from a folder and from here as scenarios are, or of a path. Raises ScenarioError.

    drawn: whether draws are wanted; those of an older state of the set may have other parameters.
    """
    found: Place | str
    if name.endswith(find.SUFFIXES):
        found = find.given(Path(name))
        found = found if found.inside and found.path.is_file() else ""
    else:
        places = [find.named(f"{find.SETS}/{name}", base) for base in (folder or Path.cwd(), Path.cwd())]
        found = next((place for place in places if isinstance(place, Place)), places[0])
    if not isinstance(found, Place):
        known = {each.stem for base, _ in find.folders(folder or Path.cwd()) for each in _files(base)}
        hint = found or f"no such parameter set{nearest(name, sorted(known))}"
        raise ScenarioError([Problem(name, 0, 0, "", hint)])
    tree, problems = read(found.path, found.shown)
    if tree is None or problems:
        raise ScenarioError(problems)
    try:
        file = SetFile.model_validate(tree.plain())
    except ValidationError as error:
        raise ScenarioError(told(tree, error, SetFile, ())) from None
    problems = tuple(_consistency(tree, file))
    if problems:
        raise ScenarioError(problems)
    table = found.path.with_suffix(".csv")
    draws = read_draws(table, f"{_stem(found)}.csv", tuple(file.fitted)) if drawn else None
    return ParameterSet(found.path.stem, file, tree, found, draws)


def _stem(place: Place) -> str:
    """A set's file as it is shown, without its suffix."""
    return place.shown.rpartition(".")[0]


def _files(folder: Path) -> list[Path]:
    return sorted(path for suffix in find.SUFFIXES for path in (folder / find.SETS).glob(f"*{suffix}"))


def _consistency(tree: Node, file: SetFile) -> Iterator[Problem]:
    declared = parameters()
    if len(file.priors) > MOST_FITTED:
        yield problem_at(tree, ("priors",), f"{len(file.priors)} parameters; at most {MOST_FITTED} may be fitted")
    fitted = [name for name, each in declared.items() if each.fitted]
    for name, prior in file.priors.items():
        place = ("priors", name)
        if name not in fitted:
            what = "is not declared as fitted" if name in declared else "is no parameter"
            yield problem_at(tree, place, f"{name!r} {what}{nearest(name, fitted)}", at_key=True)
            continue
        low, high = declared[name].low, declared[name].high
        if not low <= prior.low < prior.high <= high:
            yield problem_at(tree, place, f"{prior.low:g} to {prior.high:g}; must rise within {low:g} to {high:g}")
        if prior.scale == "log" and prior.low <= 0:
            yield problem_at(tree, place, "a logarithmic scale needs a low above zero")
    for name in file.parameters:
        if name not in declared:
            yield problem_at(tree, ("parameters", name), f"no parameter{nearest(name, declared)}", at_key=True)
    for key in ("parameters", "shocks", "extends", "posterior", "name"):
        if key in file.world:
            yield problem_at(tree, ("world", key), "does not belong to the world's inputs", at_key=True)
    if file.abc.accepted > file.abc.points:
        yield problem_at(tree, ("abc", "accepted"), f"{file.abc.accepted}; must be at most points ({file.abc.points})")


def sets(folder: Path | None = None) -> list[ParameterSet]:
    """All sets that can be named from a folder, the nearest of a name. Raises ScenarioError if one is invalid."""
    names = dict.fromkeys(path.stem for base, _ in find.folders(folder or Path.cwd()) for path in _files(base))
    return [read_set(name, folder) for name in names]


def fitted_sets(folder: Path | None = None) -> list[ParameterSet]:
    """The sets that have draws, those with the latest data last."""
    return sorted((each for each in sets(folder) if each.draws is not None), key=lambda each: each.file.until)


def newest(until: int, folder: Path | None = None) -> ParameterSet:
    """The set with draws that was fitted with the latest data not later than `until`; of several the first by name.

    Raises NotEnough without one.
    """
    found = [each for each in fitted_sets(folder) if each.file.until <= until]
    if not found:
        raise NotEnough(
            f"no parameter set is fitted with data up to {until} at the latest",
            "calibrate one, or say which may be used: --set posterior.set=NAME",
        )
    return min(found, key=lambda each: (-each.file.until, each.name))


def earliest(folder: Path | None = None) -> ParameterSet:
    """The set with priors that knows least: the earliest data; of several the first by name. Raises NotEnough."""
    found = [each for each in sets(folder) if each.file.fitted]
    if not found:
        raise NotEnough("no parameter set has priors", "docs/calibration.md tells how one is written")
    return min(found, key=lambda each: (each.file.until, each.name))
