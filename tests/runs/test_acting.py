"""Where policies act: the outcomes that are told before those of all sectors pooled."""

from sim.runs.acting import acting


def told(*shocks, gone=()):
    world = {"sectors": {"cars": {}, "solar": {}, "wind": {}}, "regions": {"eu": {}, "us": {}, "row": {}}}
    world["groups"] = {"green": ["solar", "wind"]}
    scenarios = {
        "base": {"resolved": {**world, "shocks": list(gone)}},
        "what_if": {"resolved": {**world, "shocks": list(shocks)}},
    }
    return list(map(str, acting({"base": "base", "scenarios": scenarios}, "what_if")))


def test_a_duty_is_told_in_its_sector_and_region_and_what_acts_widely_is_not():
    duty = {"id": "duty", "sectors": ["cars"], "destination": ["eu"], "rate": 0.45}
    both = ["chinese_share@cars@eu", "welfare@cars@eu", "chinese_share_abroad@cars", "active_globalize@cars"]
    assert told(duty) == told(gone=(duty,)) == told({**duty, "rate": 0.9}, gone=(duty,)) == both
    assert told(duty, gone=(duty,)) == []  # nothing differs
    assert told({**duty, "sectors": ["all"]}) == told({**duty, "sectors": ["cars", "green"]}) == []
    assert told({**duty, "sectors": ["green"], "destination": ["eu", "us", "row"]}) == [
        *(
            f"{metric}@{sector}"
            for sector in ("solar", "wind")
            for metric in ("chinese_share_abroad", "active_globalize")
        ),
    ]
