"""Rules of one's own: what a file may hold, and what is said of one that may not be run."""

import pytest

from sim import load
from sim.errors import ScenarioError
from sim.scenario.plugin import declared, read_rules, rules_of

GOOD = "def autonomy(gain, exposure, hold_up):\n    return 0.5\n"
FLOOR = 0.25


def _half(share):
    return 0.5 * share + FLOOR


def cautious(gain, exposure, hold_up):
    return _half(gain / (gain + exposure * hold_up + 1.0))


def test_every_shipped_rule_is_known_with_its_arguments():
    known = declared()
    assert known["autonomy"].arguments == ("gain", "exposure", "hold_up") and known["autonomy"].page == "governance"
    assert known["screened"].result == "bool" and known["sub_form"].kinds[-1] == "bool"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("def autonomie(gain, exposure, hold_up):\n    return 0.5\n", 1, "did you mean 'autonomy'"),
        ("\ndef autonomy(gain, exposure):\n    return 0.5\n", 2, "must take gain, exposure, hold_up, in this order"),
        ("def autonomy(gain, exposure, hold_up=1.0):\n    return 0.5\n", 1, "without defaults"),
        ("import os\n" + GOOD, 1, "imports os; a file of rules holds functions"),
        ("from sim.machine.arithmetic import np\n" + GOOD, 1, "np is no function of sim.machine.arithmetic"),
        ("print('hello')\n" + GOOD, 1, "a file of rules holds functions"),
        ("def autonomy(gain, exposure, hold_up):\n    return open('x')\n", 2, "'open' is not known here"),
        ("def autonomy(gain, exposure, hold_up):\n    return gain.__class__\n", 2, "is not for a rule"),
        ("def autonomy(gain, exposure, hold_up):\n    x = 1.0\n    return x + speed\n", 3, "'speed' is not known here"),
        ("def autonomy(gain, exposure, hold_up):\n    return (gain, exposure)\n", 1, "must be one float"),
        ("def autonomy(gain, exposure, hold_up)\n    return 0.5\n", 1, "is no Python"),
        ("def autonomy(gain, exposure, hold_up):\n    return gain + min\n", 2, "cannot be compiled"),
        ("SPEED = 2.0\n", 1, "replaces no rule"),
        (GOOD + GOOD, 3, "stands twice"),
    ],
)
def test_a_file_is_refused_with_line_and_what_is_allowed(tmp_path, text, line, said):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(ScenarioError) as told:
        read_rules(path)
    (problem,) = told.value.problems
    assert said in problem.message and problem.line == line and problem.file == str(path)


def test_functions_bring_the_constants_and_helpers_that_they_use():
    rules = rules_of({"autonomy": cautious})
    assert rules.names == ("autonomy",)
    assert "FLOOR = 0.25" in rules.source and "def _half" in rules.source and "autonomy = cautious" in rules.source


def test_a_function_without_source_is_refused():
    with pytest.raises(ScenarioError, match="its source is not known"):
        rules_of({"autonomy": eval("lambda gain, exposure, hold_up: 0.5")})


def test_rules_enter_the_hash_and_survive_the_stored_file(tmp_path):
    plain, ruled = load("baseline"), load("baseline", rules={"autonomy": cautious})
    assert ruled.hash != plain.hash and ruled.world_hash != plain.world_hash
    stored = tmp_path / "scenario.yaml"
    stored.write_text(ruled.text)
    assert load(stored).hash == ruled.hash and load(stored).rules == ruled.rules
