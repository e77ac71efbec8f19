"""From files to a resolved scenario: chains, merging, --set, and every mistake at its place."""

# ruff: noqa: E501  (shocks and messages are written as in files, one a line)

import os
import pickle

import pytest

from sim.errors import ScenarioError
from sim.scenario import catalogue, check, load
from sim.scenario.values import quarter_name, quarter_of, slug

DUTY = """\
extends: base
shocks:
  - {id: duty, kind: tariff, sectors: [cars], origin: china, destination: us, rate: 20%, start: 2010, end: 2030}
"""


def told(path, **settings) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path, settings.get("set"))
    assert caught.value.code == 4
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return str(caught.value).splitlines()


def test_chain_merges_by_key_and_id(write):
    write(DUTY, "one.yaml")
    path = write(
        """\
        extends: one
        parameters: {discount: 0.9}
        sectors: {cars: {absorption: 0.2, market: {1990: 50}}}
        shocks:
          - {id: duty, rate: 0.5}
          - {id: slump, kind: demand, change: -30%, start: 2020Q2, end: 2021Q1}
        """
    )
    scenario = load(path)
    assert [shock.id for shock in scenario.shocks] == ["duty", "slump"]
    duty = scenario.shocks[0]
    assert (duty.sizes, duty.start, duty.end) == ((("rate", 0.5),), quarter_of(2010), quarter_of("2030Q4"))
    assert scenario.world.sectors["cars"].market == {1990.0: 50.0}
    assert scenario.world.sectors["cars"].absorption == 0.2 and scenario.world.sectors["cars"].innovation == 0.03
    assert scenario.parameters["horizon"] == 28 and scenario.changed_parameters == {"discount": 0.9}
    origins = scenario.origins
    assert (
        origins["shocks.duty.rate"] == "scenarios/mine.yaml:5"
        and origins["shocks.duty.start"] == "scenarios/one.yaml:3"
    )
    assert origins["parameters.discount"] == "scenarios/mine.yaml:2" and origins["parameters.habit"] == "default"
    assert origins["sectors.cars.innovation"].startswith("scenarios/world.yaml:")
    assert [file.stem for file in scenario.files] == ["world", "base", "one", "mine"]
    assert scenario.policy_lines() == [("slump", 2020.25, 2020.25, 2021.0)]


def test_policy_lines_are_what_differs_from_a_base(write):
    write(DUTY, "one.yaml")
    base = load("base")
    one = load("one")
    sooner = load(write("extends: one\nshocks: [{id: duty, end: 2020Q2}]\n", "sooner.yaml"))
    later = load(write("extends: one\nshocks: [{id: duty, end: null}]\n", "later.yaml"))
    higher = load(write("extends: one\nshocks: [{id: duty, rate: 50%}]\n", "higher.yaml"))
    without = load(write("extends: one\ndrop: duty\n", "without.yaml"))
    assert higher.policy_lines() == [] and one.policy_lines(one) == []
    assert one.policy_lines(base) == higher.policy_lines(one) == [("duty", 2010.0, 2010.0, 2030.75)]
    assert sooner.policy_lines(one) == [("duty ends", 2020.5, 2020.5, None)]
    assert later.policy_lines(one) == [("duty stays on", 2031.0, 2031.0, None)]
    assert without.policy_lines(one) == [("without duty", 2010.0, 2010.0, None)]


def test_drop(write):
    write(DUTY, "one.yaml")
    assert load(write("extends: one\ndrop: [duty]\n")).shocks == ()
    assert told(write("extends: one\ndrop: [dutty]\n"))[0] == (
        "scenarios/mine.yaml:2:8 drop: no inherited shock 'dutty'; did you mean 'duty'?"
    )


def test_plain_lists_of_a_shock_are_replaced(write):
    write("extends: base\nshocks: [{id: ban, kind: entity_list, firms: [cars-c01], start: 2020}]\n", "one.yaml")
    scenario = load(write("extends: one\nshocks: [{id: ban, firms: [cars-c02, cars-c03], sectors: [cars, apps]}]\n"))
    assert scenario.shocks[0].firms == ("cars-c02", "cars-c03") and scenario.shocks[0].sectors == ("cars", "apps")


def test_without_a_world_around_the_shipped_one_serves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("extends: world\n")
    assert [file.stem for file in load("mine").files] == ["world", "mine"]
    assert load(tmp_path / "mine.yaml").origins["host"].startswith("scenarios/world.yaml:")
    assert "did you mean 'world'" in told("wrld")[0]


def test_resolved_text_is_the_same_scenario(write):
    scenario = load(write(DUTY + "firms: [{name: 关税 Motors, sector: cars, home: china, technology: 0.1}]\n"))
    again = load(write(scenario.text, "again/resolved.yaml"))
    assert again == scenario and again.hash == scenario.hash and hash(again) == hash(scenario)
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert load("mine", {"shocks.duty.rate": 0.21}) != scenario


def test_set_by_path(write):
    path = write(DUTY)
    changes = {"shocks.duty.rate": "60%", "parameters.horizon": 24, "sectors.cars.absorption": "0.3", "end": 2050}
    scenario = load(path, {**changes, "shocks.duty.destination": "[us, row]", "parameters.windows": "off"})
    assert dict(scenario.shocks[0].sizes) == {"rate": 0.6} and scenario.shocks[0].destination == ("us", "row")
    assert scenario.world.sectors["cars"].absorption == 0.3
    assert scenario.quarters == (2051 - 1979) * 4
    assert scenario.changed_parameters == {"horizon": 24.0, "windows": 0.0}
    assert scenario.origins["shocks.duty.rate"] == "--set"
    generation = load(path, {"sectors.cars.generations.electric.width": 3}).world.sectors["cars"].generations[1]
    assert generation.width == 3 and generation.name == "electric"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"shocks.dutty.rate": 1}, "--set shocks.dutty.rate: no dutty in shocks; did you mean 'duty'?"),
        ({"shocks.duty.rat": 1}, "--set shocks.duty.rat: unknown key; did you mean 'rate'?"),
        ({"shocks.0.rate": "abc"}, "no 0 in shocks; allowed: duty"),
        ({"shocks.duty.rate": "abc"}, "--set shocks.duty.rate: 'abc' is not a number"),
        ({"parameters.horizen": 1}, "--set parameters.horizen: unknown key; did you mean 'horizon'?"),
        ({"parameters.horizon": 1e308}, "--set parameters.horizon: 1e+308; must be between 4 and 120"),
        ({"sectors.carz.absorption": 1}, "no carz here; did you mean 'cars'?"),
        ({"sectors.cars.absorbtion": 1}, "--set sectors.cars.absorbtion: unknown key; did you mean 'absorption'?"),
        ({"nope": 1}, "--set nope: unknown key"),
        ({"name": "x"}, "--set name: belongs to the file and cannot be set"),
        ({"parameters.horizon": "[1"}, "--set parameters.horizon: '[1' is not a value"),
    ],
)
def test_set_refused(write, setting, message):
    assert message in "\n".join(told(write(DUTY), set=setting))


def shock(text: str) -> str:
    return f"extends: base\nshocks:\n  - {{id: x, start: 2020, {text}}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            shock("kind: tarif, rate: 1"),
            "shocks.x.kind: 'tarif' is no kind; did you mean 'tariff'?; kinds: tariff, minimum_price",
        ),
        (shock("kind: tariff, rate: 60"), "shocks.x.rate: 60; must be between 0 and 5 (500 %); write 60% or 0.6"),
        (shock("kind: tariff, rate: 60 percent"), "shocks.x.rate: '60 percent' is not a number; write 60% or 0.6"),
        (shock("kind: tariff, rate: .inf"), "shocks.x.rate: inf; must be finite"),
        (shock("kind: tariff, rate: .nan"), "must be finite"),
        (shock("kind: tariff, rate: true"), "True is not a number"),
        (shock("kind: tariff, rate: "), "empty; must be a number"),
        (shock("kind: tariff"), "shocks.x.rate: missing; must be given"),
        (shock("kind: tariff, rate: 1, block: 0.5"), "mine.yaml:3:49 shocks.x.block: unknown key; tariff has "),
        (shock("kind: screening, delay: 60%"), "shocks.x.delay: '60%' is not a number"),
        (shock("kind: screening"), "shocks.x: no size; give block or delay or threshold"),
        (shock("kind: subsidy, rate: 1, target: production"), "must be at most 0.9 with target: production"),
        (shock("kind: subsidy, rate: 0.1, target: product"), "must be 'rd' or 'production'".replace("'", "")),
        (shock("kind: subsidy, rate: 0.1, target: rd, destination: us"), "shocks.x.destination: unknown key"),
        (shock("kind: tariff, rate: 1, end: 2019"), "shocks.x.end: 2019Q4; must not be before start (2020Q1)"),
        (shock("kind: tariff, rate: 1, announce: 2020Q2"), "2020Q2; must not be after start (2020Q1)"),
        (shock("kind: tariff, rate: 1, announce: soon"), "'soon' is not a date; write 2027Q3 or 2027"),
        (shock("kind: tariff, rate: 1").replace("2020", "2041"), "begins after the last quarter (2040Q4)"),
        (shock("kind: tariff, rate: 1, end: 1978").replace("2020", "1970"), "ends before 1979"),
        (shock("kind: tariff, rate: 1").replace("2020", "-3"), "-3 is not a date"),
        (shock("kind: tariff, rate: 1, sectors: [carz]"), "'carz' is no sector or group; did you mean 'cars'?"),
        (shock("kind: tariff, rate: 1, origin: brasil"), "'brasil' is no region or country; did you mean 'brazil'?"),
        (shock("kind: tariff, rate: 1, origin: us, destination: us"), "origin and destination are one region"),
        (
            shock("kind: tariff, rate: 1, generation: electrik"),
            "is no generation of these sectors; did you mean 'electric'?",
        ),
        (shock("kind: entity_list, firms: [cars-c09]"), "'cars-c09' is no firm; did you mean 'cars-c0"),
        (shock("kind: entity_list, firms: [cars-c01], top: 3"), "firms and top; give one"),
        (shock("kind: generation, name: fusion, sectors: cars"), "shocks.x.ramp: missing"),
        ("extends: base\nshocks: {a: 1}\n", "shocks: must be a list of shocks"),
        ("extends: base\nshocks:\n  - {kind: tariff, rate: 1, start: 2020}\n", "shocks[0].id: missing"),
        ("extends: base\nshocks:\n  - {id: a}\n  - {id: a}\n", "duplicate id 'a', on lines 3 and 4"),
        ("extends: base\nschema: 9\n", "mine.yaml:2:9 schema: 9; this version reads schema 1"),
        ("extends: base\nend: 2060\n", "end: 2060; must be between 1979 and 2055"),
        ("extends: base\nstart: 2030\nend: 2020\n", "start: 2030; must not be after end (2020)"),
        ("extends: base\nparameters: {windows: true}\n", "True; must be one of off, on"),
        ("extends: base\nfirms: [{name: A, sector: apps, home: row}]\n", "firms.a: no row left"),
        ("extends: base\nfirms: [{name: A, sector: cars, home: us, partner: B}]\n", "'B' is no firm"),
        ("extends: base\nsectors: {cars: {multinationals: {us: -1}}}\n", "must be between 0 and 10000"),
        (
            "extends: base\nsectors: {cars: {multinationals: {china: 1}}}\n",
            "is the host; multinationals come from elsewhere",
        ),
        ("extends: base\nsectors: {cars: {market: {1990: -5}}}\n", "sectors.cars.market: -5; must be between 0"),
        ("extends: base\nsectors: {trains: {innovation: 1}}\n", "sectors.trains.market: missing"),
        ("extends: base\ncountries: {us: {region: row, share: 0.1}}\n", "countries.us: is also a region"),
        ("extends: base\ngroups: {all: [cars]}\n", "`all` is taken"),
        ("title: alone\n", "no world; add `extends: baseline`"),
        ("extends: bass\n", "mine.yaml:1:10 extends: 'bass'; no such file; did you mean 'base'?"),
        ("extends: mine\n", "goes in a circle: scenarios/mine.yaml -> scenarios/mine.yaml"),
        ("extends: ../base\n", "without `..` and not absolute"),
        ("extends: /etc/passwd\n", "without `..` and not absolute"),
    ],
)
def test_refused(write, text, message):
    assert message in "\n".join(told(write(text)))


def test_a_size_that_is_wrong_is_not_missed_too(write):
    wrong = "kind: ownership_cap, origin: china, destination: us, max_foreign_equity: 50"
    (line,) = told(write(shock(wrong)))
    assert "max_foreign_equity: 50; must be between 0 and 1; write 50% or 0.5" in line


def test_all_problems_of_all_files_at_once(write):
    write("extends: base\nparameters: {horizen: 80}\n", "one.yaml")
    found = told(
        write(
            "extends: one\ntitel: x\nshocks:\n  - {id: a, kind: tarif}\n  - {id: b, kind: demand, change: x, start: 1}\n"
        )
    )
    assert [line.split(" ")[:2] for line in found] == [
        ["scenarios/mine.yaml:2:1", "titel:"],
        ["scenarios/mine.yaml:4:5", "shocks.a.rate:"],  # of the kind that was probably meant
        ["scenarios/mine.yaml:4:5", "shocks.a.start:"],
        ["scenarios/mine.yaml:4:19", "shocks.a.kind:"],
        ["scenarios/mine.yaml:5:35", "shocks.b.change:"],
        ["scenarios/mine.yaml:5:45", "shocks.b.start:"],
        ["scenarios/one.yaml:2:14", "parameters.horizen:"],
    ]


def test_circle_prints_the_chain(write):
    write("extends: b\n", "a.yaml")
    write("extends: c\n", "b.yaml")
    path = write("extends: a\n", "c.yaml")
    assert "scenarios/c.yaml -> scenarios/a.yaml -> scenarios/b.yaml -> scenarios/c.yaml" in told(path)[0]


def test_reading_may_leave_the_folder_if_asked_for(folder, write, tmp_path, capsys):
    from sim.cli import main

    (tmp_path / "far.yaml").write_text("extends: base\nparameters: {discount: 0.9}\n")
    os.symlink(tmp_path / "far.yaml", folder / "link.yaml")
    for name in ("../far", str(tmp_path / "far.yaml"), "link"):
        path = str(write(f"extends: {name}\n"))
        assert "(--allow-outside lifts this)" in told(path)[0] and main(["check", path]) == 4
        assert main(["check", path, "--allow-outside"]) == main(["--allow-outside", "check", path]) == 0
        assert main(["check", path]) == 4  # not remembered
    assert main(["show", path, "--allow-outside"]) == 0 and "0.9" in capsys.readouterr().out


def test_links_do_not_lead_out(folder, write, tmp_path):
    (tmp_path / "secret.yaml").write_text("extends: base\n")
    os.symlink(tmp_path / "secret.yaml", folder / "link.yaml")
    for path in (write("extends: link\n"), folder / "link.yaml", "link"):
        assert "leads out of the folder scenarios" in told(path)[0]


def test_names_are_looked_up_beside_then_in_the_root(folder, write):
    path = write("extends: near\n", "cases/mine.yaml")
    write("extends: base\ntitle: root\nparameters: {horizon: 10}\n", "near.yaml")
    assert load(path).parameters["horizon"] == 10
    write("extends: base\nparameters: {horizon: 20}\n", "cases/near.yaml")
    assert load(path).parameters["horizon"] == 20
    assert load("cases/mine").name == "cases_mine"
    assert {name for name, _, _ in catalogue(folder)} == {"world", "base", "near", "cases/mine", "cases/near"}


def test_an_edited_file_is_read_again(write):
    path = write("extends: base\nparameters: {horizon: 10}\n")
    assert load(path).parameters["horizon"] == 10
    write("extends: base\nparameters: {horizon: 100}\n")
    assert load(path).parameters["horizon"] == 100


def test_partly_outside_warns(write):
    scenario = load(write(shock("kind: tariff, rate: 1, end: 2049")))
    assert scenario.warnings == ("x: ends 2049Q4, after the run, which ends 2040Q4",)
    cropped = load("mine", {"end": 2010})
    assert "never acts" in cropped.warnings[0]


def test_two_files_of_one_name(write):
    write("extends: base\nname: Twin\n", "a.yaml")
    path = write("extends: base\nname: twin\n", "b.yaml")
    assert [str(problem) for problem in check(path)] == [
        "scenarios/b.yaml name: 'twin' is also the name of scenarios/a.yaml"
    ]


def test_slugs():
    assert slug("EU raises duties!") == "eu_raises_duties" and slug("a/../b") == "a_b"
    for odd in ("关税", "CON", "x" * 300):
        assert slug(odd) != slug(odd + "2") and len(slug(odd)) <= 70 and "/" not in slug(odd)
    assert slug("关税") != slug("制裁")


def test_dates():
    assert (quarter_of(1979), quarter_of("2027Q3"), quarter_of(2027.5), quarter_of("2027", end=True)) == (
        0,
        194,
        194,
        195,
    )
    assert all(quarter_of(quarter_name(n)) == n for n in range(0, 300, 7))


def test_sizes_that_act_in_the_host_only_are_told_elsewhere(write):
    shock = "  - {{id: {0}, kind: {1}, destination: {2}, {3}, start: 2010}}\n"
    rows = [("a", "data_regime", "us", "localisation_cost: 0.01"), ("b", "sole_entry_friction", "brazil", "size: 0.1")]
    fine = [("c", "data_regime", "[us, china]", "localisation_cost: 0.01"), ("d", "data_regime", "us", "ip: 0.1")]
    text = "extends: base\nshocks:\n" + "".join(shock.format(*row) for row in (*rows, *fine))
    assert load(write(text)).warnings == (
        "a: localisation_cost acts in china only; here it changes nothing",
        "b: size acts in china only; here it changes nothing",
    )


def test_a_treatment_names_parameters_and_is_inherited(write):
    write("extends: base\ntreatment: horizon\nparameters: {horizon: 20}\n", "one.yaml")
    assert load(write("extends: one\n")).treatment == ("horizon",)
    assert "treatment" not in load("base").resolved
    (problem,) = told(write("extends: base\ntreatment: [horizn]\n"))
    assert "mine.yaml:2:12 treatment: 'horizn' is no parameter; did you mean 'horizon'?" in problem
