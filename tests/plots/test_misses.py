"""Which misses the report of a comparison names, by a record written by hand."""

from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest

from sim.report import misses
from sim.runs.recognised import levels

DUTY = {"id": "duty", "kind": "tariff", "sectors": ["cars"], "destination": ["eu"], "origin": ["china"]}
LIST = {"id": "list", "kind": "entity_list", "sectors": ["all"], "destination": ["us"], "origin": ["china"]}
LEVELS = {"2040": [10.0, 20.0]}


def claim(name, value, low, high, **bears):
    verdict = "ok" if (low is None or value >= low) and (high is None or value <= high) else "miss"
    told = {"id": name, "claim": f"{name.lower()}: a statement", "value": value, "low": low, "high": high}
    return {**told, "verdict": verdict, "bears": {"outcomes": ["chinese_share"], **bears}}


CLAIMS = [
    claim("GENERAL", 0.11, 0.03, 0.08),
    claim("HOLDS", 0.5, 0.0, 1.0),
    claim("EFFECT", -0.72, -0.7, -0.4, sectors=["cars"], regions=["eu"], kinds=["tariff"], nothing=0.0),
    claim("LISTED", 0.19, None, -0.001, kinds=["entity_list"], nothing=0.0),
    claim("LEADER", 0.2, 0.25, None, sectors=["batteries"]),
    claim("EUROPE", 0.01, 0.03, 0.1, sectors=["cars"], regions=["eu"]),
]


@pytest.fixture
def record(monkeypatch):
    made = {"command": "verify --story", "kernel_hash": "0123456789", "scenario_hash": "same", "levels": LEVELS}
    kept = {misses.STORY: {"about": made, "claims": CLAIMS}}
    monkeypatch.setattr(misses, "shipped", kept.get)
    return kept


def stored(shocks, welfare=(10.0, 20.0), **base):
    runs = pd.DataFrame({"scenario": "base", "seed": [1, 2], "status": "done", "welfare": welfare})
    keys = ("scenario", "year", "metric", "sector", "region", "difference", "lo", "hi")
    gaps = [(name, 2040, "chinese_share", "batteries", "us", -0.3, -0.4, -0.2) for name in shocks]
    entries = {"base": {"end": 2040, "hash": "same", "resolved": {"shocks": []}, **base}}
    entries |= {name: {"resolved": {"shocks": own}} for name, own in shocks.items()}
    return SimpleNamespace(
        base="base",
        others=tuple(shocks),
        entries=entries,
        manifest={"base": "base", "scenarios": entries},
        title=str.title,
        has=lambda _: True,
        sums=lambda _: pd.DataFrame(gaps, columns=keys),
        door=SimpleNamespace(read=lambda _: iter([pa.Table.from_pandas(runs)])),
    )


def test_of_a_duty_on_cars_in_europe_misses_of_that_place_come_first_and_say_how_effects_compare(record):
    told = misses.Misses(stored({"duty": [DUTY]})).content()
    assert [row["id"] for row in told["rows"]] == ["EFFECT", "EUROPE", "GENERAL"] and told["more"] == 0
    assert told["rows"][0]["text"] == "Effect: a statement: the model gives −0.72, the evidence −0.7 to −0.4"
    assert "likely too large here" in told["rows"][0]["effect"] and told["rows"][1]["effect"] == ""
    assert all(row["on"] == () for row in told["rows"]) and told["sources"] == ["verify --story (code 01234567)"]


def test_of_a_policy_in_all_sectors_the_one_that_moves_most_counts_and_each_miss_names_its_scenario(record):
    told = misses.Misses(stored({"duty": [DUTY], "listing": [LIST]})).content()
    on = {row["id"]: row["on"] for row in told["rows"]}
    both = {"EFFECT": ("Duty",), "LISTED": ("Listing",), "EUROPE": ("Duty",), "LEADER": ("Listing",), "GENERAL": ()}
    assert on == both and list(on)[:2] == ["EFFECT", "LISTED"] and list(on)[-1] == "GENERAL"


def test_of_another_world_it_says_nothing_but_the_command(record):
    code = misses.Misses(stored({"duty": [DUTY]}, welfare=(10.0, 20.1))).content()
    assert (
        not code["known"]
        and not code["rows"]
        and code["suggested"].endswith("verify --story --json records/story.json")
    )
    resolved = {"posterior": {"set": "fit2014"}}
    other = stored({"duty": [DUTY]}, (9.0, 20.0), hash="other", resolved=resolved, changed_parameters={"horizon": 8})
    told = misses.Misses(other).content()
    assert not told["known"] and told["suggested"].endswith("scorecard --parameters fit2014 --set parameters.horizon=8")
    record.clear()
    assert not misses.Misses(stored({"duty": [DUTY]})).content()["known"]
    assert misses.Misses(stored({})).content() == {}


def test_facts_outside_are_told_once_with_their_interval_and_only_of_the_base_s_set(record):
    row = {"inside": False, "kind": "range", "low": 0.25, "high": 0.4, "observed": None, "band": [0.1, 0.2, "never"]}
    same = {name: {**row, "id": name} for name in ("C29", "P3", "B15c")}  # C29 and P3 ask one statistic
    record[misses.EVIDENCE] = {"about": {**record[misses.STORY]["about"], "set": "mine"}, "facts": list(same.values())}
    resolved = {"posterior": {"set": "mine"}, "shocks": []}
    found = {miss.id: miss for miss, _, _ in misses.Misses(stored({"duty": [DUTY]}, resolved=resolved)).found}
    assert {"C29", "EFFECT"} <= set(found) and not {"P3", "B15c"} & set(found)
    assert "0.2 (0.1 to never in 90 % of runs), the evidence 0.25 to 0.4" in found["C29"].sentence
    assert "C29" not in [miss.id for miss, _, _ in misses.Misses(stored({"duty": [DUTY]})).found]


def test_the_records_that_ship_can_be_read():
    story, evidence = map(misses.shipped, (misses.STORY, misses.EVIDENCE))
    assert story["about"]["levels"] and list(misses.claims(story)) and list(misses.facts(evidence))


@pytest.mark.verification
def test_the_record_of_the_story_is_of_this_model():
    """Else reports name no miss: `python run.py verify --story --json records/story.json` makes it anew."""
    kept = misses.shipped(misses.STORY)["about"]["levels"]
    found = levels()
    assert kept.keys() == found.keys()
    assert all(kept[year] == pytest.approx(found[year], rel=1e-9) for year in found)
