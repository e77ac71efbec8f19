"""Which mechanisms are on: by default those that data to 2014 ask for, in a set those that its own data ask for."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.parameters import defaults, parameters
from sim.scenario import load, read_set
from sim.scenario.build import build
from sim.scenario.switch import switched
from sim.scorecard.declared import declared
from sim.verify.laboratory import WORLD, Laboratory

DECLARED = parameters()
MECHANISMS = {name: each.set for name, each in declared().variants.items()}
KEPT = {"second_line"}  # needed in the first round, undecided in the world without the others (docs/decisions/0025)


@pytest.fixture(scope="module")
def numbers() -> dict[str, Any]:
    """What `calibrate fit2014 --variants` found, by mechanism."""
    path = read_set("fit2014").table.with_suffix(".json")
    return json.loads(path.read_text(encoding="utf-8"))["variants"]  # type: ignore[no-any-return]


def by_default(path: str) -> float | str:
    """Default of a parameter, by its path in a scenario, as files have it."""
    about = DECLARED[path.removeprefix("parameters.")]
    return about.written(about.default)


@pytest.mark.parametrize("name", MECHANISMS)
def test_what_data_to_2014_do_not_need_is_off_by_default(name: str, numbers: dict[str, Any]) -> None:
    off = all(by_default(path) == value for path, value in MECHANISMS[name].items())
    needed = numbers[name]["verdict"] == "needed"
    assert off == (not needed and name not in KEPT)
    assert not (needed and name in KEPT), "no exception any more"
    # the numbers are about the world that the defaults describe
    world = load("baseline", posterior={"set": "fit2014", "draw": 1})
    assert switched(world, MECHANISMS[name]).brings == numbers[name]["brings"] == off


def test_whatever_is_off_by_default_was_asked_of_the_data() -> None:
    asked = {path for settings in MECHANISMS.values() for path in settings}
    assert {f"parameters.{name}" for name, each in DECLARED.items() if each.on is not None} <= asked


@pytest.mark.parametrize(
    ("name", "brought"),
    [("fit2014", set()), ("all2025", {"bargaining", "windows", "rd_floor", "complementarity", "ecosystem"})],
)
def test_a_set_names_what_it_brings_in(name: str, brought: set[str]) -> None:
    file = read_set(name).file
    values = load("baseline", posterior={"set": name, "draw": 1}).parameters
    at_work = {key for key, each in DECLARED.items() if each.on is not None and values[key] != each.off}
    assert at_work == brought <= {*file.parameters, *file.fitted}


def test_a_world_without_a_set_has_the_defaults(tmp_path: Path) -> None:
    bare = Laboratory(tmp_path).load_content({key: value for key, value in WORLD.items() if key != "parameters"})
    assert bare.posterior is None and build(bare, 0).parameters == defaults()
