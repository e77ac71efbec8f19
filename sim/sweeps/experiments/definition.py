"""Definition files of experiments: which there are, reading one, and everything wrong with it."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.machine.declare import fields
from sim.model.records import Market, Outcome
from sim.runs.tables import ALL
from sim.scenario import Scenario, find, load
from sim.scenario.experiment import Experiment
from sim.scenario.find import Place
from sim.scenario.merge import nearest
from sim.scenario.reader import Node, read
from sim.scenario.validate import problem_at
from sim.sweeps.experiments.cohort import COHORT
from sim.sweeps.experiments.derived import DERIVED

FOLDER = "experiments"


@dataclass(frozen=True)
class Definition:
    """An experiment as read: its scenario, which holds every instrument, and what is asked of it."""

    name: str
    scenario: Scenario
    experiment: Experiment
    tree: Node

    @property
    def title(self) -> str:
        return self.scenario.title

    def problem(self, location: tuple[str | int, ...], message: str) -> Problem:
        """A problem at a location within the section `experiment`."""
        return problem_at(self.tree, ("experiment", *location), message)


def shipped() -> dict[str, Path]:
    """Name -> file of the experiments that come with the package: by their numbers, then those with a name."""

    def place(path: Path) -> tuple[int, str]:
        numbered = re.fullmatch(r"E(\d+)", path.stem)
        return (int(numbered[1]) if numbered else sys.maxsize, path.stem)

    return {path.stem: path for path in sorted((find.shipped() / FOLDER).glob("*.yaml"), key=place)}


def open_definition(name: str | Path, rules: Any = None) -> Definition:
    """The definition of a name (`E4`) or a file, with `rules` as in `load`.

    Raises ScenarioError with every problem of file and scenario.
    """
    place = _place(str(name))
    scenario = load(place.path, rules=rules)
    tree, _ = read(place.path, place.shown)
    assert tree is not None  # `load` has read it
    section = tree.value.get("experiment")
    if section is None:
        raise ScenarioError([tree.mark.problem("experiment", "missing; the file is a scenario, not an experiment")])
    made = Definition(place.path.stem, scenario, Experiment.model_validate(section.plain()), tree)
    problems = list(_problems(made))
    if problems:
        raise ScenarioError(problems)
    return made


def _place(name: str) -> Place:
    if name.endswith(find.SUFFIXES):
        given = find.given(Path(name))
        if given.path.is_file() and given.inside:
            return given
    known = shipped()
    matched = next((each for each in known if each.lower() == name.lower()), name)
    found = find.named(f"{FOLDER}/{matched}", Path.cwd())
    if isinstance(found, Place):
        return found
    raise ScenarioError([Problem(name, 0, 0, "", f"no such experiment{nearest(matched, known)}")])


def known_metrics(regional: bool) -> list[str]:
    """Metrics that an outcome may name: of the tables by region or by sector, of cohorts, and the derived ones."""
    declared = fields(Market if regional else Outcome)
    return [
        *declared,
        *(() if regional else COHORT),
        *(name for name, each in DERIVED.items() if each.regional == regional),
    ]


def _problems(made: Definition) -> Iterator[Problem]:
    asked = made.experiment
    sectors, regions = (*made.scenario.world.sectors, ALL), tuple(made.scenario.world.regions)
    for name, measured in asked.outcomes.items():
        metrics = known_metrics(measured.region is not None)
        groups = tuple(made.scenario.world.groups) if measured.metric in COHORT else ()
        checked = (("metric", measured.metric, metrics), ("sector", measured.sector, (*sectors, *groups)))
        for key, value, known in checked:
            if value not in known:
                yield made.problem(("outcomes", name, key), f"{value!r}{nearest(value, known)}")
        if measured.region is not None and measured.region not in regions:
            yield made.problem(("outcomes", name, "region"), f"{measured.region!r}{nearest(measured.region, regions)}")
        years = range(made.scenario.start, made.scenario.end + 1)
        for key in ("year", "since"):
            year = getattr(measured, key)
            if year is not None and year not in years:
                told = f"{year}; must be between {years[0]} and {years[-1]}"
                yield made.problem(("outcomes", name, key), told)
    yield from _names(made, asked, sectors, regions)


def _names(made: Definition, asked: Experiment, sectors: Any, regions: Any) -> Iterator[Problem]:
    """Outcomes, contrasts, blocks and places that are named where they are not declared."""
    known: dict[str, Mapping[str, Any]] = {"outcome": asked.outcomes, "contrast": asked.contrasts}
    for key, names in known.items():
        named: list[tuple[tuple[str | int, ...], str]] = [(("headline", key), getattr(asked.headline, key))]
        named += [(("expected", place, key), getattr(each, key)) for place, each in enumerate(asked.expected)]
        for place, each in enumerate(asked.figures):
            named += [(("figures", place, f"{key}s"), one) for one in getattr(each, f"{key}s")]
        if key == "outcome":
            for one, attribution in asked.attribution.items():
                named += [(("attribution", one, "outcomes"), each) for each in attribution.outcomes]
        for location, name in named:
            if name not in names:
                yield made.problem(location, f"{name!r} is no {key} of this file{nearest(name, names)}")
    for place, figure in enumerate(asked.figures):
        if figure.block is not None and figure.block not in asked.blocks:
            yield made.problem(("figures", place, "block"), f"{figure.block!r}{nearest(figure.block, asked.blocks)}")
        for key, places in (("sectors", sectors), ("regions", regions)):
            for name in getattr(figure, key):
                if name not in places:
                    yield made.problem(("figures", place, key), f"{name!r}{nearest(name, places)}")
