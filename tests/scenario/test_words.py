"""What people and editors are told: show, diff, schema, template, and the shipped files."""

# ruff: noqa: E501  (shocks and messages are written as in files, one a line)

import json
from pathlib import Path

import pytest

from sim.machine.declare import fields
from sim.model.columns import Sectors
from sim.model.parameters import parameters
from sim.scenario import diff, json_schema, load, show, template
from sim.scenario.find import names, shipped
from sim.scenario.shocks import KINDS

SHIPPED = sorted(names(shipped()))


def test_show_tells_origins_and_draws_time(write):
    text = "extends: base\nparameters: {horizon: 20}\nshocks:\n  - {id: duty, kind: tariff, rate: 20%, announce: 2000, start: 2010, ramp: 20, end: 2030}\n"
    scenario = load(write(text + "  - {id: more, kind: tariff, rate: 10%, start: 2020}\n"), {"shocks.duty.rate": "30%"})
    said = show(scenario)
    assert "duty: tariff, rate 30 %, by where goods are made; all; origin all; destination all" in said
    assert "# scenarios/mine.yaml:4, --set" in said
    assert "horizon = 20 quarters (default 32; horizon of decisions)   # scenarios/mine.yaml:2" in said
    assert "more with duty: tariff, sizes add" in said
    drawn = next(line for line in said.splitlines() if line.startswith("  duty "))[7:]
    assert drawn[:8].isspace() and drawn.rstrip()[8] == "." and "-" in drawn and "=" in drawn and drawn.endswith("  ")
    full = show(scenario, full=True)
    assert (
        "sectors.cars.absorption = 0.1   # scenarios/world.yaml:" in full
        and "sectors.cars.learning_rate = 0.05   # default" in full
    )


def test_diff_in_words(write):
    write(
        "extends: base\nshocks:\n  - {id: a, kind: demand, change: -10%, start: 2020}\n  - {id: b, kind: demand, change: 1, start: 2020}\n",
        "one.yaml",
    )
    write("extends: one\ndrop: b\nparameters: {windows: 'off'}\nshocks:\n  - {id: a, start: 2021Q2}\n  - {id: c, kind: supply, change: -5%, origin: us, start: 2022}\n", "two.yaml")  # fmt: skip
    assert diff("one", "one") == [] and diff("world", "base") == []
    assert diff("one", "two") == [
        "drops b: demand, change 100 %; all; destination all; from 2020Q1",
        "adds c: supply, change -5 %; all; origin us; from 2022Q1",
        "parameters.windows: on -> off (whether new generations open windows of opportunity)",
        "a start: 2020Q1 -> 2021Q2",
    ]


def test_schema_knows_every_declaration():
    schema = json_schema()
    properties = schema["properties"]["shocks"]["items"]["properties"]
    assert properties["kind"]["enum"] == list(KINDS)
    assert {key for kind in KINDS.values() for key in (*kind.sizes, *kind.keys, *kind.places)} <= set(properties)
    sector, assumptions = schema["$defs"]["Sector"]["properties"], schema["$defs"]["Assumptions"]["properties"]
    for name, field in fields(Sectors).items():
        assert (name in sector) == field.given or name in ("multinationals", "chinese", "generations")
        assert not field.given or field.text in sector[name]["description"]
    assert list(assumptions) == list(parameters())
    assert "title" in schema["properties"] and "required" not in schema
    references = [part.split('"')[0] for part in json.dumps(schema).split("#/$defs/")[1:]]
    assert references and set(references) <= set(schema["$defs"])


@pytest.mark.parametrize("name", ["my try", "关税 'quoted' \"twice\"", ""])
def test_template_loads(write, name):
    text = template(name)
    assert all(f"# {kind}: " in text for kind in KINDS) and max(map(len, text.splitlines())) <= 120
    path = write(text.replace("extends: baseline", "extends: base").replace("destination: eu ", "destination: us "))
    assert [shock.id for shock in load(path).shocks] == ["eu_electric_duty"]


@pytest.mark.skipif(not SHIPPED, reason="no scenarios beside the package")
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_files_load_and_resolve_to_themselves(name, tmp_path):
    scenario = load(shipped() / f"{name}.yaml")
    copy = tmp_path / "copy.yaml"
    copy.write_text(scenario.text, encoding="utf-8")
    again = load(copy)
    assert again.hash == scenario.hash and show(again, full=True)
    assert {Path(origin.split(":")[0]).parts[0] for origin in scenario.origins.values()} <= {"scenarios", "default"}


@pytest.mark.skipif(not SHIPPED, reason="no scenarios beside the package")
def test_the_schema_that_editors_read_is_fresh() -> None:
    path = shipped() / "schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json_schema(), (
        "python run.py schema --out scenarios/schema.json"
    )
