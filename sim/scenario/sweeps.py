"""Sweep files: a scenario, and what is varied of it. What values, ranges and laws mean stands in `sim.runs.design`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario import find
from sim.scenario.files import Version
from sim.scenario.find import Place
from sim.scenario.merge import nearest
from sim.scenario.reader import Node, read
from sim.scenario.validate import told
from sim.scenario.values import Model, Names, Quantity, Text

Scalar = float | int | str | bool | None


class Range(Model):
    """Evenly spaced values, both ends included."""

    start: Annotated[float | str, Field(alias="from")]
    to: float | str
    by: float | str


class Law(Model):
    """What a sampled design draws from."""

    low: float | str
    high: float | str
    law: Literal["uniform", "log", "triangular", "whole"] = "uniform"
    mode: Annotated[float | str | None, Field(description="peak of a triangular law")] = None


class SweepFile(Model):
    """The keys of a sweep file."""

    version: Annotated[Version, Field(alias="schema")] = 1
    name: Annotated[Text | None, Field(description="name of the results folder; absent: the file's")] = None
    title: Annotated[Text | None, Field(description="one line")] = None
    question: Annotated[Text | None, Field(description="what the sweep asks")] = None
    scenario: Annotated[Text, Field(description="name or file of the scenario that is varied")]
    set: Annotated[dict[str, Any], Field(default_factory=dict, description="path -> value, changed before varying")]
    vary: Annotated[
        dict[str, list[Any] | Range | Law | Scalar],
        Field(
            default_factory=dict,
            description="path -> values [12, 24, 40], range 0:1:0.05, or law {low: 0.1, high: 10, law: log}",
        ),
    ]
    points: Annotated[Text | None, Field(description="CSV file of points, instead of vary; beside this file")] = None
    design: Annotated[
        Literal["grid", "list", "lhs", "sobol"], Field(description="all combinations, value by value, or sampled")
    ] = "grid"
    samples: Annotated[int, Quantity("count", "points of a sampled design", 1, 10_000_000, whole=True)] | None = None
    seeds: Annotated[int | Text | None, Field(description="N for seeds 1 to N, or A:B; the same for all points")] = None
    outcomes: Annotated[Names | None, Field(description="metrics of the summary; absent: all")] = None
    reference: Annotated[
        dict[str, Scalar],
        Field(default_factory=dict, description="path -> value: what tells the point that a point is compared with"),
    ]


@dataclass(frozen=True)
class Sweep:
    """A sweep file as read: `given` is what `sim.runs.sweep` is asked, `settings` what is set before."""

    name: str
    scenario: str
    settings: dict[str, Any]
    given: dict[str, Any]
    place: Place
    tree: Node

    def problem(self, key: str, message: str) -> Problem:
        """A problem at the line of what is varied, or made a reference, under `key`, or at the file."""
        for name in ("vary", "reference"):
            given = self.tree.value.get(name)
            nodes = given.value if given is not None and isinstance(given.value, dict) else {}
            at = next((path for path in nodes if key == path or key.startswith(f"{path}.")), "")
            if at:
                return nodes[at].mark.problem(f"{name}.{key}", message)
        return self.tree.mark.problem(key, message)


def is_sweep(name: str | Path) -> bool:
    """Whether a name or path means a sweep file: one that varies something."""
    place = _place(name)
    tree = read(place.path, place.shown)[0] if place is not None else None
    return tree is not None and bool({"vary", "points"} & tree.value.keys())


def _place(name: str | Path) -> Place | None:
    """The file of a name; sweeps may be named without their folder."""
    if isinstance(name, Path) or name.endswith(find.SUFFIXES):
        given = find.given(Path(name))
        if given.path.is_file():
            return given if given.inside else None
    found = [find.named(each, Path.cwd()) for each in (str(name), f"sweeps/{name}")]
    return next((place for place in found if isinstance(place, Place)), None)


def read_sweep(name: str | Path) -> Sweep:
    """A sweep file; raises ScenarioError with every problem of it, those of its scenario left out."""
    place = _place(name)
    if place is None:
        raise ScenarioError([Problem(str(name), 0, 0, "", "no such sweep file")])
    tree, problems = read(place.path, place.shown)
    if tree is None or problems:
        raise ScenarioError(problems)
    try:
        file = SweepFile.model_validate(tree.plain())
    except ValidationError as error:
        raise ScenarioError(told(tree, error, SweepFile, ())) from None
    problems = tuple(_consistency(place, tree, file))
    if problems:
        raise ScenarioError(problems)
    plain = tree.plain()
    keys = ("vary", "design", "samples", "seeds", "outcomes", "reference")
    given = {key: plain[key] for key in keys if plain.get(key) is not None}
    if "outcomes" in given:
        given["outcomes"] = file.outcomes
    if file.points is not None:
        given["points"] = place.path.parent / file.points
    return Sweep(file.name or place.path.stem, file.scenario, file.set, given, place, tree)


def _consistency(place: Place, tree: Node, file: SweepFile) -> list[Problem]:
    found = []
    if bool(file.vary) == (file.points is not None):
        found.append(tree.mark.problem("vary", "give either paths to vary or a file of points"))
    if file.points is not None and not Place(place.path.parent / file.points, place.root).inside:
        found.append(tree.value["points"].mark.problem("points", f"leads out of the folder {place.root.name}"))
    if not isinstance(found_scenario := find.named(file.scenario, place.path.parent), Place):
        hint = found_scenario or f"no such scenario{nearest(file.scenario, find.names(place.root))}"
        found.append(tree.value["scenario"].mark.problem("scenario", f"{file.scenario!r}; {hint}"))
    return found
