"""Points near a scenario: the quick way gives what loading gives, and refuses what loading refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.model.parameters import parameters
from sim.scenario import load
from sim.scenario.build import build, labels
from sim.scenario.shocks import KINDS
from sim.scenario.vary import value_at, vary
from sim.scenario.words import flatten

NAME = "tariff_escalation"
BASE = load(NAME)
NUMBERS = [  # which draw a scenario stands on is chosen when it is loaded
    path
    for path, value in flatten(BASE.resolved).items()
    if isinstance(value, int | float) and not path.startswith("posterior.")
]
SIZES = {key for kind in KINDS.values() for key in kind.sizes}


def shared(scenario):
    """What must not depend on how a scenario came about."""
    own = [shock.own for shock in scenario.shocks]
    told = (scenario.resolved, scenario.shocks, scenario.parameters, scenario.world, scenario.firms, scenario.warnings)
    return (scenario.hash, scenario.world_hash, scenario.start, scenario.end, own, *told)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True), st.data())
def test_any_number_of_the_scenario_can_be_varied_as_set_does(paths, data):
    values = {}
    for path in paths:
        was = value_at(BASE, path)
        values[path] = data.draw(st.sampled_from([was, was + 1, was * 2, was / 2, -was, 0, 0.3, "abc", "60%", None]))
    try:
        expected = load(NAME, values)
    except ScenarioError as error:
        with pytest.raises(ScenarioError) as caught:
            vary(BASE, values)
        assert {problem.key for problem in caught.value.problems} == {problem.key for problem in error.problems}
    else:
        assert shared(vary(BASE, values)) == shared(expected)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("shocks.us_escalation.start", "2028Q1"), ("shocks.us_escalation.end", "2030"), ("end", 2035),
        ("shocks.us_escalation.sectors", ["cars", "solar"]), ("shocks.us_escalation.retaliation.rate", 0.4),
        ("shocks.us_escalation.probability", 0.5), ("sectors.cars.entrants", 3), ("sectors.cars.innovation", 0.011),
        ("parameters.windows", "off"), ("paths.cost_advantage", {1990: 0.2, 2020: 0.1}),
        ("shocks.us_escalation.id", "x"), ("shocks.us_escalation.label", "US"),
        ("sectors.cars.market_share.eu", {1990: 0.3}),
    ],
)  # fmt: skip
def test_dates_lists_switches_and_paths_too(path, value):
    made, expected = vary(BASE, {path: value}), load(NAME, {path: value})
    assert shared(made) == shared(expected) and made != BASE


def test_a_point_is_built_as_if_it_were_loaded():
    values = {"shocks.us_escalation.rate": 0.41, "parameters.horizon": 20, "sectors.cars.innovation": 0.012}
    made, expected = (build(each, 3) for each in (vary(BASE, values), load(NAME, values)))
    for one, other in zip(made, expected, strict=True):
        parts = zip(one, other, strict=True) if isinstance(one, tuple) else [(one, other)]
        assert all(abs(a - b) == 0 if isinstance(a, float) else a.tobytes() == b.tobytes() for a, b in parts)
    assert labels(vary(BASE, values)) == labels(BASE)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("parameters.horizn", 24, "unknown key; did you mean 'horizon'?"),
        ("shocks.us_escalation.rat", 0.1, "unknown key; did you mean 'rate'?"),
        ("shocks.us_escalaton.rate", 0.1, "no us_escalaton in shocks; did you mean 'us_escalation'?"),
        ("sector.cars.innovation", 0.1, "no sector here; did you mean 'sectors'?"),
        ("parameters.horizon", 1, "1; must be between 4 and 120"),
        ("shocks.us_escalation.end", "2020Q1", "2020Q1; must not be before start (2027Q1)"),
        ("shocks.us_escalation.destination", "mars", "'mars' is no region or country"),
    ],
)
def test_a_wrong_path_or_value_is_refused_with_the_nearest_name(path, value, told):
    with pytest.raises(ScenarioError) as caught:
        vary(BASE, {path: value})
    assert [problem.message[: len(told)] for problem in caught.value.problems] == [told]
    assert caught.value.problems[0].key == path


def test_no_values_are_the_scenario_itself_and_every_parameter_has_a_value():
    assert vary(BASE, {}) is BASE
    assert all(value_at(BASE, f"parameters.{name}") is not None for name in parameters())
    assert value_at(BASE, "shocks.nobody.rate") is None and value_at(BASE, "shocks.us_escalation.end") is None
