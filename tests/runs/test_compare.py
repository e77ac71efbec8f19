"""What a scenario is compared with: the base, under the scenario's assumptions but not under its treatment."""

from dataclasses import replace

import pytest

from sim.errors import UsageError
from sim.runs.compare import plan
from sim.scenario import load


def shipped(tmp_path, text: str):
    path = tmp_path / "mine.yaml"
    path.write_text(f"extends: baseline\n{text}", encoding="utf-8")
    return load(path)


def test_assumptions_move_the_base_and_a_treatment_does_not(tmp_path):
    base = load("baseline")
    text = "treatment: doubt\nparameters: {doubt: 0.03, horizon: 20}\n"
    study = plan([base, shipped(tmp_path, text)], (1,))
    assert study.references == {"mine": "baseline--mine"}
    variant = study.scenarios["baseline--mine"].parameters
    assert (variant["horizon"], variant["doubt"]) == (20.0, base.parameters["doubt"])


def test_a_treatment_alone_needs_no_variant_on_either_side(tmp_path):
    base = load("baseline")
    treated = shipped(tmp_path, "treatment: doubt\nparameters: {doubt: 0.03}\n")
    assert plan([base, treated], (1,)).references == {"mine": "baseline"}
    assert plan([treated, base], (1,)).references == {"baseline": "mine"}


def test_without_a_treatment_the_same_change_is_an_assumption(tmp_path):
    study = plan([load("baseline"), shipped(tmp_path, "parameters: {doubt: 0.03}\n")], (1,))
    assert study.references == {"mine": "baseline--mine"}
    assert study.scenarios["baseline--mine"].parameters == study.scenarios["mine"].parameters


@pytest.mark.parametrize("what", ["sectors", "regions"])
def test_worlds_of_other_places_have_no_pairs(what):
    """They are refused before anything runs: rows of one would have none to be compared with."""
    base = load("baseline")
    known = getattr(base.world, what)
    fewer = {name: known[name] for name in list(known)[:-1]}
    other = replace(base, name="other", world=base.world.model_copy(update={what: fewer}))
    with pytest.raises(UsageError, match=f"other has other {what} than baseline"):
        plan([base, other], (1,))
