"""Which statements about the model bear on an answer, and how an effect that misses its range compares with it."""

import json
from pathlib import Path

import pytest

from sim.evidence.scorecard.declared import declared
from sim.machine.declare import fields
from sim.model.records import Market, Outcome
from sim.runs.bearing import EFFECT, GENERAL, ORIGIN, PLACE, SECTOR, Asked, about, bearing, direction, nearness
from sim.scenario import load

EU_CARS = frozenset({"cars"}), frozenset({"eu"})
DUTY = Asked(frozenset({"chinese_share", "exits"}), *EU_CARS, frozenset({"tariff"}), *EU_CARS, frozenset({"china"}))
STORY = Path(__file__).parents[2] / "records" / "story.json"


def test_what_names_the_sector_and_region_of_a_duty_bears_on_it_and_what_is_elsewhere_does_not():
    near = {
        EFFECT: about("chinese_share", "cars", "eu", "tariff", nothing=0.0),
        PLACE: about("chinese_share", "cars", "eu"),
        SECTOR: about("chinese_share", "cars solar"),
        ORIGIN: about("chinese_share", "cars", "china"),
        GENERAL: about("exits"),
    }
    assert [nearness(each, DUTY) for each in near.values()] == list(near) == sorted(near)
    elsewhere = (
        about("chinese_share", "solar", "eu"),
        about("chinese_share", "cars", "us"),
        about("trust", "cars", "eu"),
        about("chinese_share", "cars", "us", "tariff"),
        about("chinese_share", "cars", "eu", "entity_list"),
        about("chinese_share", regions="china"),
    )
    assert [nearness(each, DUTY) for each in elsewhere] == [None] * 6
    wide = DUTY._replace(acting=frozenset(), sectors=frozenset({"telecom"}))  # acts everywhere, moves telecom most
    assert nearness(about("exits", "cars", "eu", "tariff"), wide) == EFFECT
    assert nearness(about("exits", "cars"), wide) is None


def test_an_effect_beside_its_range_is_larger_smaller_or_reversed():
    change = about("exits", kinds="tariff", nothing=0.0)
    told = [(-0.72, -0.7, -0.4), (-0.1, -0.7, -0.4), (0.1, -0.7, -0.4), (0.2, None, -0.001), (-0.01, 1e-9, None)]
    assert [direction(change, *each) for each in told] == ["larger", "smaller", "reversed", "reversed", "reversed"]
    assert direction(change, 0.3, -0.1, 0.1) == "larger"
    assert direction(change._replace(nothing=1.0), 1.2, 1.5, 2.0) == "smaller"
    assert direction(change, 0.1, -0.7, -0.4, (-0.2, 0.3)) == "smaller"  # runs on both sides of nothing
    assert direction(change._replace(nothing=None), -0.72, -0.7, -0.4) == ""


def test_every_bearing_names_what_there_is():
    world = load("baseline").resolved
    names = {**fields(Outcome), **fields(Market)}
    kept = [bearing(each["bears"]) for each in json.loads(STORY.read_text(encoding="utf-8"))["claims"]]
    stated = [each.bears for each in declared().facts]
    assert len(kept) > 50 and None not in stated
    for each in (*kept, *stated):
        assert each.outcomes and set(each.outcomes) <= set(names), each
        assert set(each.sectors) <= set(world["sectors"]) and set(each.regions) <= set(world["regions"]), each
        assert bearing(each.plain()) == each
    with pytest.raises(ValueError, match="outcome; allowed: outcomes, sectors"):
        bearing({"outcome": "exits"})
