"""What `check` says meets nobody is read by nobody: its size changes no byte of a run."""

from itertools import product

import pytest

from sim.scenario.readers import unread
from sim.verify.laboratory import Laboratory, Shock, differing, shock

REGIONS = ("china", "us", "eu", "row")  # no multinational comes from the last
SIZES = {
    "export_control": [{"coverage": size, "over_compliance": size} for size in (0.2, 0.9)],
    "entity_list": [{"top": size} for size in (1, 4)],
    "screening": [{"block": size, "delay": 8 * size} for size in (0.2, 0.9)],
    "ownership_cap": [{"max_foreign_equity": 1 - size, "mandate": size} for size in (0.6, 0.9)],
    "tariff": [{"rate": size} for size in (0.2, 1.0)],
    "perception": [{"shift": -size} for size in (0.5, 3.0)],
    "compliance": [{"cost": size} for size in (0.02, 0.1)],
    "subsidy": [{"rate": size, "target": "rd"} for size in (0.2, 1.0)],
}


def places(kind: str) -> list[Shock]:
    if kind == "subsidy":
        return [{"origin": origin} for origin in REGIONS]
    return [{"origin": o, "destination": d} for o, d in product(REGIONS, REGIONS) if o != d]


@pytest.mark.parametrize("kind", SIZES)
def test_who_is_said_to_meet_nobody_is_read_by_nobody(lab: Laboratory, kind: str) -> None:
    """Two sizes of each instrument at each border: bytes of a run differ where one reads it, none elsewhere."""
    told = 0
    for where in places(kind):
        two = [shock(kind, sectors="traded", start="1982Q1", **size, **where) for size in SIZES[kind]]
        scenario = lab.scenario(two[0])
        nobody = list(unread(scenario, scenario.shocks[0]))
        told += bool(nobody)
        pairs = ([lab.run(each, seed=seed) for each in two] for seed in range(2 if nobody else 16))
        assert any(bool(differing(*pair)) for pair in pairs) == (not nobody), (where, nobody)
    assert told


def test_an_answer_that_meets_nobody_is_told(lab: Laboratory) -> None:
    answer = {"kind": "export_control", "coverage": 0.5, "lag": 1}
    scenario = lab.scenario(
        shock("tariff", origin="us", destination="eu", rate=0.5, start="2000Q1", retaliation=answer)
    )
    (said,) = unread(scenario, scenario.shocks[0])
    assert said.startswith("the answer, export control, meets nobody: it acts between china and homes of")


def test_a_generation_that_has_not_come_is_told(lab: Laboratory) -> None:
    early = shock("tariff", sectors="motors", generation="new", rate=0.5, start="1985Q1", end="1990Q4")
    scenario = lab.scenario(early)
    assert list(unread(scenario, scenario.shocks[0])) == [
        "tariff meets nobody: new arrives in 1998Q1, after it has ended"
    ]
