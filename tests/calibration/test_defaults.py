"""Which mechanisms are on: those with a theory and outside evidence, in every set, whatever thin data say of them."""

from pathlib import Path

import pytest

from sim.evidence.scorecard.declared import declared
from sim.model.parameters import defaults, parameters
from sim.scenario import load, read_set
from sim.scenario.build import build
from sim.scenario.sets import MOST_FITTED
from sim.scenario.switch import switched
from sim.verify.laboratory import WORLD, Laboratory

DECLARED = parameters()
MECHANISMS = {name: each.set for name, each in declared().variants.items()}


@pytest.mark.parametrize("name", ["fit2014", "fit2018", "all2025"])
def test_a_set_has_every_mechanism_at_work_and_its_variant_takes_it_out(name: str) -> None:
    world = load("baseline", posterior={"set": name, "draw": 1})
    for mechanism, settings in MECHANISMS.items():
        assert not switched(world, settings).brings, mechanism


def test_the_lean_set_lacks_what_data_to_2014_did_not_ask_for() -> None:
    """The withdrawn rule (docs/decisions/0025), on the mechanisms that are left of it."""
    world = load("baseline", posterior={"set": "lean2014", "draw": 0})
    missing = {mechanism for mechanism, settings in MECHANISMS.items() if switched(world, settings).brings}
    assert missing == {"windows", "ecosystem", "complementarity", "rd_floor"}


@pytest.mark.parametrize("name", ["fit2014", "fit2018", "lean2014", "all2025"])
def test_a_set_fits_what_may_be_fitted_and_no_more_than_twelve(name: str) -> None:
    fitted = read_set(name).file.priors
    assert {each for each, about in DECLARED.items() if about.fitted} == set(fitted) and len(fitted) <= MOST_FITTED
    for each, prior in fitted.items():
        assert DECLARED[each].low <= prior.low < prior.high <= DECLARED[each].high


def test_a_world_without_a_set_has_the_defaults(tmp_path: Path) -> None:
    bare = Laboratory(tmp_path).load_content({key: value for key, value in WORLD.items() if key != "parameters"})
    assert bare.posterior is None and build(bare, 0).parameters == defaults()
