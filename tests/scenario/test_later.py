"""Parameters from a date on: history stays as it was, in every way to run it."""

import pytest

from sim import Economy, load
from sim.errors import ScenarioError
from sim.runs.compare import plan
from sim.scenario.vary import value_at, vary
from sim.simulate import simulate

BEGIN = (2027 - 1979) * 4


@pytest.fixture(scope="module")
def dated():
    return load("baseline", {"parameters.horizon.2027Q1": 8})


def test_only_what_comes_after_the_date_changes(dated):
    plain = load("baseline")
    before, after = simulate(plain, 3), simulate(dated, 3)
    assert before.outcome[:BEGIN].tobytes() == after.outcome[:BEGIN].tobytes()
    assert before.outcome[BEGIN:].tobytes() != after.outcome[BEGIN:].tobytes()
    same = load("baseline", {"parameters.horizon.2027Q1": plain.parameters["horizon"]})
    assert simulate(same, 3).events.tobytes() == before.events.tobytes()
    assert Economy(dated, 3).run_to(2060).run.outcome.tobytes() == after.outcome.tobytes()


def test_all_ways_to_say_it_are_one_scenario(dated, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: baseline\nextends: baseline\nparameters: {horizon: {2027Q1: 8}}\n")
    assert load(path).later == dated.later == {"horizon": ((BEGIN, 8.0),)}
    assert load("baseline", {"parameters.horizon": "{2027: 8}"}).hash == dated.hash
    assert vary(load("baseline"), {"parameters.horizon.2027Q1": 8}).hash == dated.hash
    assert (
        value_at(dated, "parameters.horizon.2027Q1") == 8
        and value_at(load("baseline"), "parameters.horizon.2027Q1") is None
    )
    path.write_text(dated.text)
    assert load(path).hash == dated.hash
    assert load(path, {"parameters.horizon": 30}).later == {}  # a value for all time takes the date back


def test_a_base_is_compared_under_the_same_dated_assumption(dated):
    from dataclasses import replace

    made = plan([load("baseline"), replace(dated, name="short")], (1,))
    assert made.scenarios[made.references["short"]].later == dated.later


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("horizon.2027Q1", 999, "--set parameters.horizon.2027Q1: 999; must be between 4 and 120"),
        ("horizn.2027Q1", 9, "parameters.horizn: 'horizn' is no parameter; did you mean 'horizon'?"),
        ("horizon.1950Q1", 9, "1950Q1; must be after 1979Q1 and not after 2040Q4"),
    ],
)
def test_a_wrong_one_is_told_as_the_file_says_it(path, value, said):
    with pytest.raises(ScenarioError, match=r".") as told:
        load("baseline", {f"parameters.{path}": value})
    assert said in str(told.value)


def test_crossed_draws_share_their_luck():
    crossed = load("baseline", {"posterior.draws": 3, "posterior.crossed": True})
    assert [(crossed.draw_of(n), crossed.luck_of(n)) for n in (1, 2, 3, 4)] == [(0, 1), (1, 1), (2, 1), (0, 2)]
    alone = simulate(load("baseline", {"posterior.draw": 1}), 2)
    run = simulate(crossed, 4)
    assert run.outcome.tobytes() == alone.outcome.tobytes() and run.seed == 4
