"""Groups of scenarios: how they are found, what they stand for, and what is wrong with one."""

# ruff: noqa: E501  (messages are written as they are told, one a line)

from pathlib import Path

import pytest

from sim.errors import ScenarioError, UsageError
from sim.scenario import catalogue
from sim.scenario.find import names
from sim.scenario.groups import check, expanded, is_group, listed_groups, read_group, words_of

PAIR = "title: A pair\nquestion: Which?\nbase: base\nscenarios: [one, two]\n"


@pytest.fixture
def here(write) -> Path:
    """A folder with three scenarios and two groups."""
    for name in ("one", "two", "three"):
        write(f"extends: base\ntitle: {name}\n", f"{name}.yaml")
    write(PAIR, "groups/pair.yaml")
    return write("base: base\nscenarios: [two, three]\nyear: 2020\n", "groups/late.yaml").parent.parent


def stems(asked) -> list[str]:
    return [Path(str(each)).stem for each in asked]


def problems(path: Path) -> list[str]:
    return [str(problem) for problem in check(path)]


def test_a_group_is_read_by_its_name(here):
    group = read_group("@pair")
    assert group == read_group("pair") == read_group(here / "groups" / "pair.yaml")
    assert (group.title, group.base, group.scenarios, group.year) == ("A pair", "base", ("one", "two"), 2035)
    assert read_group("@late").year == 2020
    assert stems(group.files) == ["base", "one", "two"]
    assert words_of(group).splitlines() == ["@pair: A pair", "Which?", "base       base", "scenarios  one, two"]


def test_groups_are_listed_and_are_no_scenarios(here):
    assert listed_groups(here) == [("@late", "late"), ("@pair", "A pair")]
    assert not any("groups" in name for name in (*names(here), *(name for name, _, _ in catalogue(here))))
    assert is_group(here / "groups" / "pair.yaml") and not is_group(here / "one.yaml")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["@pair"], ["base", "one", "two"]),
        (["one", "@late"], ["one", "two", "three"]),
        (["two", "@pair", "@late"], ["two", "one", "three"]),  # neither the base nor a scenario a second time
        (["@pair", "three", "@late"], ["base", "one", "two", "three"]),
        (["base", "three", "@pair"], ["base", "three", "one", "two"]),
        (["base", "one.yaml", "@pair"], ["base", "one", "two"]),
        (["base", "one"], ["base", "one"]),
    ],
)
def test_groups_stand_for_their_scenarios(here, asked, found):
    assert stems(expanded(asked)) == found


def test_files_and_loaded_scenarios_count_as_brought(here):
    from sim.scenario import load

    one = load("one")
    assert expanded([load("base"), one, "@pair"])[1:] == [one, here / "two.yaml"]
    assert expanded([here / "base.yaml", here / "two.yaml", "@pair"])[1:] == [here / "two.yaml", here / "one.yaml"]


def test_two_groups_of_different_bases_need_one(here, write):
    write("base: one\nscenarios: three\n", "groups/other.yaml")
    with pytest.raises(UsageError, match="@pair has base, @other has one"):
        expanded(["@pair", "@other"])
    assert stems(expanded(["base", "@pair", "@other"])) == ["base", "one", "two", "three"]


def test_a_group_beside_the_user_comes_before_a_shipped_one(here, write):
    write("base: base\nscenarios: one\n", "groups/tariffs.yaml")
    assert read_group("@tariffs").scenarios == ("one",)


def test_a_shipped_group_is_found_from_anywhere(here):
    assert read_group("@decoupling").base == "baseline"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("@decouplin", "did you mean '@decoupling'?"),
        ("@", "no such group"),
        ("@../pair", "without `..`"),
    ],
)
def test_an_unknown_group_is_told(here, name, message):
    with pytest.raises(ScenarioError, match=message):
        expanded(["base", name])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base: base\nscenarios: [on, two]\n", "groups/mine.yaml:2:12 scenarios: 'on'; no such scenario; did you mean 'one'?"),
        ("base: bse\nscenarios: one\n", "groups/mine.yaml:1:7 base: 'bse'; no such scenario; did you mean 'base'?"),
        ("scenarios: one\n", "groups/mine.yaml:1:1 base: missing; must be given"),
        ("base: base\nscenarios: []\n", "scenarios: empty"),
        ("base: one\nscenarios: [one, two]\n", "scenarios: 'one' is also the base"),
        ("base: base\nscenarios: one\nscenario: two\n", "groups/mine.yaml:3:1 scenario: unknown key; did you mean 'scenarios'?"),
        ("name: yours\nbase: base\nscenarios: one\n", "name: 'yours'; a group is called by its file: 'mine'"),
        ("base: base\nscenarios: one\nyear: 1900\n", "year: 1900"),
        ("schema: 9\nbase: base\nscenarios: one\n", "schema: 9; this version reads schema 1"),
        ("base: base\nscenarios: broken\n", "broken.yaml:2:1 nonsense: unknown key"),
    ],
)  # fmt: skip
def test_faults_of_a_group(here, write, text, message):
    write("extends: base\nnonsense: 1\n", "broken.yaml")
    (told,) = problems(write(text, "groups/mine.yaml"))
    assert message in told


def test_all_faults_are_told_at_once(here, write):
    told = problems(write("name: yours\nbase: bse\nscenarios: [on, bse]\n", "groups/mine.yaml"))
    assert sorted(line.split()[1] for line in told) == ["base:", "name:", *["scenarios:"] * 3]


def test_a_scenario_cannot_be_a_group(here):
    from sim.scenario import load

    with pytest.raises(ScenarioError, match="is a group; `compare` and `show` take groups"):
        load("@pair")
