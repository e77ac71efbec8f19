"""What shocks say of each other: totals of duty, answers of any kind, events that wait for others."""

# ruff: noqa: E501  (shocks and messages are written as in files, one a line)

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.explain.past import without_shocks
from sim.scenario import load
from sim.scenario.build import build
from sim.scenario.doubts import doubts
from sim.scenario.duty import beside, duties, sized
from sim.scenario.values import quarter_of

CHINA, US, ROW = 0, 1, 2
DUTY = "kind: tariff, sectors: cars, origin: china, destination: us"


@pytest.fixture
def mine(write):
    """A scenario with a list of shocks, given as text."""

    def made(*shocks: str, **settings):
        lines = "".join(f"  - {{id: s{n}, {text}}}\n" for n, text in enumerate(shocks))
        return load(write(f"extends: base\nshocks:\n{lines}"), settings)

    return made


def tariff(scenario, quarter, origin=CHINA, destination=US):
    found = build(scenario, 1).in_force.tariff[quarter_of(quarter), 0, :, origin, destination]
    assert (found == found[0]).all()
    return float(found[0])


def test_a_total_is_all_that_is_in_force_wherever_it_stands_in_the_file(mine):
    adds = f"{DUTY}, rate: 30%, start: 2020Q1"
    total = f"{DUTY}, mode: set, rate: 45%, start: 2021Q1, end: 2021Q4"
    for shocks in ((adds, total, adds), (total, adds, adds), (adds, adds, total)):
        found = mine(*shocks)
        assert [tariff(found, quarter) for quarter in ("2020Q4", "2021Q1", "2021Q4", "2022Q1")] == [
            0.6,
            0.45,
            0.45,
            0.6,
        ]
        assert tariff(found, "2021Q1", US, CHINA) == 0.0
    later = mine(total, adds, total.replace("45%", "5%"))
    assert tariff(later, "2021Q1") == 0.05


def test_a_total_grows_from_what_stands_and_may_be_nothing(mine):
    adds = f"{DUTY}, rate: 30%, start: 2020Q1"
    found = mine(adds, f"{DUTY}, mode: set, rate: 0, start: 2021Q1, ramp: 3")
    steps = [tariff(found, f"2021Q{quarter}") for quarter in (1, 2, 3)]
    assert steps == pytest.approx([0.2, 0.1, 0.0]) and steps[-1] == 0.0
    whole = adds.replace("us", "all")
    part = mine(
        whole, "kind: tariff, mode: set, sectors: cars, origin: china, destination: brazil, rate: 0, start: 2021Q1"
    )
    assert tariff(part, "2021Q1", CHINA, ROW) == pytest.approx(0.95 * 0.3)  # brazil is 5 % of its region
    assert tariff(part, "2021Q1") == 0.3


def test_tariffs_add_up_unless_they_say_otherwise(mine):
    plain, added = mine(f"{DUTY}, rate: 30%, start: 2020Q1"), mine(f"{DUTY}, rate: 30%, mode: add, start: 2020Q1")
    assert (build(plain, 1).in_force.tariff == build(added, 1).in_force.tariff).all()
    assert "mode" not in plain.resolved["shocks"][0]


def test_a_floor_is_told_with_the_duty_beside_it_and_asked_about_where_it_does_not_bind(mine):
    floor = DUTY.replace("tariff", "minimum_price")
    found = mine(
        f"{DUTY}, rate: 10%, start: 2020Q1",
        f"{floor}, premium: 30%, start: 2021Q1",
        f"{floor}, premium: 25%, start: 2021Q1",
    )
    assert duties(found)[1:] == [
        "s1: a floor 30 % above the price free of duty, over a duty of 10 %, in force in 2021Q1, 30 % by this: cars, china to us",
        "s2: a floor 30 % above the price free of duty, over a duty of 10 %, in force in 2021Q1, 25 % by this: cars, china to us",
    ]
    assert (build(found, 1).in_force.price_floor[-1, 0, :, CHINA, US] == 0.3).all()
    said = [text for text in doubts(found) if "floor" in text or "changes nothing" in text]
    assert len(said) == 1 and said[0].startswith("s2: changes nothing")  # the higher floor holds
    loose = mine(f"{DUTY}, rate: 10%, start: 2020Q1", f"{floor}, premium: 8%, start: 2021Q1")
    assert [text for text in doubts(loose) if "does not bind" in text] == [
        "s1: a floor of 8 % does not bind: goods cost 10 % more by the duty in force; is a lower duty meant?"
    ]


def test_a_ceiling_is_told_with_the_duty_beside_it_and_who_has_the_licences(mine):
    ceiling = DUTY.replace("tariff", "quota")
    found = mine(
        f"{DUTY}, rate: 10%, start: 2020Q1",
        f"{ceiling}, generation: electric, share: 30%, auctioned: 40%, start: 2021Q1",
        f"{ceiling}, share: 20%, start: 2022Q1",
        f"{ceiling}, share: 25%, start: 2022Q1",
    )
    assert duties(found)[1:3] == [
        "s1: a ceiling of 30 % of the market, beside a duty of 10 %, in force in 2021Q1, 30 % by this, the destination sells 40 % of the licences: cars (electric), china to us",
        "s2: a ceiling of 20 % of the market, beside a duty of 10 %, in force in 2022Q1, 20 % by this, exporters have the licences: cars, china to us",
    ]
    assert sized(found)["s2"] == "share 20 %, by where goods are made; 20 % in force"
    held = build(found, 1).in_force
    quota = held.quota[:, 0, :, CHINA, US]
    assert [quota[quarter_of(quarter)].tolist() for quarter in ("2020Q4", "2021Q1", "2022Q1")] == [
        [1, 1],
        [1, 0.3],
        [0.2, 0.2],
    ]
    assert held.auctioned[-1, 0, CHINA, US] == 0.4 and (held.quota[-1, 0, :, US, CHINA] == 1.0).all()
    assert [text for text in doubts(found) if "changes nothing" in text and text.startswith("s3")]


@pytest.mark.parametrize(
    ("shock", "said"),
    [
        (
            "origin: china, destination: brazil, share: 10%",
            "'brazil' is a country; quota holds for whole regions; write row",
        ),
        ("origin: china, destination: us, share: 110%", "must be between 0 and 1"),
        ("origin: china, destination: us", "share: missing"),
        ("origin: us, destination: china, share: 10%, exempts: 50%", "exempts goods from china, which is not among"),
        ("origin: china, destination: us, share: 10%, spares: 5%", "spares: unknown key"),
    ],
)
def test_a_wrong_ceiling_is_told(mine, shock, said):
    with pytest.raises(ScenarioError) as told:
        mine(f"kind: quota, sectors: cars, {shock}, start: 2020Q1")
    assert said in " ".join(f"{each.key}: {each.message}" for each in told.value.problems)


def test_a_ceiling_may_answer_a_duty_and_be_by_owner(mine):
    found = build(
        mine(f"{DUTY}, rate: 30%, start: 2020Q1, retaliation: {{kind: quota, share: 10%, lag: 1}}"), 1
    ).in_force
    assert (found.quota[quarter_of("2020Q2"), 0, :, US, CHINA] == 0.1).all() and found.quota[
        quarter_of("2020Q1")
    ].min() == 1.0
    owned = build(mine(f"{DUTY.replace('tariff', 'quota')}, basis: owner, share: 10%, start: 2020Q1"), 1).in_force
    assert (owned.owner_quota[-1, 0, :, CHINA, US] == 0.1).all() and owned.quota.min() == 1.0
    with pytest.raises(ScenarioError, match="brazil"):
        mine(f"{DUTY.replace('us', 'brazil')}, rate: 30%, start: 2020Q1, retaliation: {{kind: quota, share: 10%}}")


def test_the_whole_duty_is_told(mine):
    found = mine(
        f"{DUTY}, rate: 20%, start: 2020Q1",
        f"{DUTY}, generation: electric, rate: 30%, start: 2021Q1, ramp: 2",
        "kind: tariff, mode: set, sectors: cars, origin: row, destination: us, rate: 12%, start: 2022Q1",
    )
    assert duties(found) == [
        "s0: 20 % in force in 2020Q1, 20 % of it by this: cars, china to us",
        "s1: 50 % in force in 2021Q2, 30 % of it by this: cars (electric), china to us",
        "s2: 12 % in force in 2022Q1, set by this: cars, row to us",
    ]
    assert beside(found) == {"s0": "on top of 0 %", "s1": "on top of 20 %", "s2": "all that is in force"}
    assert sized(found)["s1"] == "rate 30 %, by where goods are made; 50 % in force in all"


@pytest.mark.parametrize(
    ("shock", "answer", "field", "acting", "hit"),
    [
        (f"{DUTY}, rate: 30%", "kind: export_control, coverage: 50%", "control", CHINA, US),
        (f"{DUTY}, rate: 30%", "kind: screening, block: 50%", "block", US, CHINA),
        ("kind: export_control, origin: us, destination: china, coverage: 40%", "rate: 50%", "tariff", US, CHINA),
        ("kind: export_control, origin: us, destination: china, coverage: 40%", "kind: export_control, coverage: 50%", "control", CHINA, US),
        ("kind: perception, origin: china, destination: us, shift: -1", "kind: entity_list, top: 0.5", "listing", US, CHINA),
    ],
)  # fmt: skip
def test_who_is_hit_answers_who_acts_by_any_instrument(mine, shock, answer, field, acting, hit):
    """Who answers a duty taxes the other's goods at its own border, or keeps its own technology from the other."""
    found = build(mine(f"{shock}, start: 2020Q1, retaliation: {{{answer}, lag: 3}}"), 1).in_force
    without = build(mine(f"{shock}, start: 2020Q1"), 1).in_force
    before, after = (getattr(each, field)[:, 0] for each in (without, found))
    moved = np.argwhere(before != after)
    assert moved[:, 0].min() == quarter_of("2020Q4") and {tuple(place) for place in moved[:, -2:]} == {(acting, hit)}
    assert after[-1][..., acting, hit] == pytest.approx(0.5)


def test_an_answer_may_be_in_other_sectors(mine):
    text = f"{DUTY}, rate: 30%, start: 2020Q1, retaliation: {{kind: export_control, sectors: apps, coverage: 0.5}}"
    control = build(mine(text), 1).in_force.control
    assert not control[:, 0].any() and (control[-1, 1, 0, CHINA, US] == 0.5).all()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("kind: export_control, rate: 1", "rate: no size of export_control; allowed: coverage, over_compliance"),
        ("kind: export_control, coverag: 1", "coverag: unknown key; did you mean 'coverage'?"),
        ("kind: export_contrl, coverage: 1", "did you mean 'export_control'?"),
        ("lag: 2", "no size; tariff has rate"),
        ("rate: 1, sectors: [car]", "'car' is no sector or group; did you mean 'cars'?"),
        ("rate: 1, generation: electrik", "'electrik' is no generation of these sectors; did you mean 'electric'?"),
        ("kind: screening, block: 1, generation: electric", "screening knows no generations"),
    ],
)
def test_a_wrong_answer_is_told(mine, answer, said):
    with pytest.raises(ScenarioError) as told:
        mine(f"{DUTY}, rate: 30%, start: 2020Q1, retaliation: {{{answer}}}")
    assert said in " ".join(f"{each.key}: {each.message}" for each in told.value.problems)


CHAIN = (
    f"{DUTY}, rate: 30%, start: 2020Q1, probability: 0.5",
    "kind: demand, destination: us, change: 1, start: 2021Q1, only_if: s0",
    "kind: supply, origin: us, change: 1, start: 2021Q1, only_if: s1, probability: 0.5",
)


def test_a_shock_that_waits_for_another_happens_only_where_that_does(mine):
    scenario = mine(*CHAIN)
    found = [build(scenario, seed).in_force for seed in range(400)]
    first, second, third = (
        np.array([bool((getattr(each, field) != neutral).any()) for each in found])
        for field, neutral in (("tariff", 0.0), ("demand", 1.0), ("supply", 1.0))
    )
    assert (first == second).all() and not (third & ~second).any()
    assert 0.42 < first.mean() < 0.58 and 0.4 < third[second].mean() < 0.6  # three and two and a half deviations
    alone = mine(CHAIN[0])
    assert [build(alone, seed).in_force.tariff.any() for seed in range(400)] == first.tolist()


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        ("s9", "'s9' is no shock of this scenario"),
        ("s1", "s1 waits for s1; none"),
        ("s2", "s1 waits for s2 waits for s1"),
    ],
)
def test_a_condition_that_cannot_be_is_told(mine, needed, said):
    with pytest.raises(ScenarioError) as told:
        mine(CHAIN[0], CHAIN[1].replace("only_if: s0", f"only_if: {needed}"), CHAIN[2])
    assert said in " ".join(each.message for each in told.value.problems)


def test_the_world_without_a_shock_has_none_that_waits_for_it(mine):
    left = without_shocks(mine(*CHAIN), ["s0"])
    assert left.shocks == () and left.resolved["shocks"] == []


BUYS = "{apps: {cost: {electric: 0.3}, technology: 40%}}"


def test_inputs_are_read_and_nothing_is_bought_where_none_is_felt(mine):
    path = {"sectors.cars.inputs": BUYS}
    felt, unfelt = mine(**path, **{"parameters.linkage.2020Q1": 1}), mine(**path)
    bought = build(felt, 1).bought
    assert bought[0, :, 1].tolist() == [0.0, 0.3] and bought.sum() == 0.3
    assert build(felt, 1).linked.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert not build(unfelt, 1).bought.any() and not build(unfelt, 1).linked.any()


def test_a_control_over_a_supplier_is_handed_on_from_when_it_is_felt(mine):
    control = "kind: export_control, origin: us, destination: china, start: 2010Q1, coverage: 50%, sectors:"
    path = {"sectors.cars.inputs": BUYS, "parameters.linkage.2020Q1": 0.5}
    found = build(mine(f"{control} apps", **path), 1).in_force
    mine_ = found.control[:, 0, :, US, CHINA]
    assert not mine_[: quarter_of("2020Q1")].any() and mine_[quarter_of("2020Q1") :] == pytest.approx(0.5 * 0.4 * 0.5)
    assert found.changed[quarter_of("2020Q1"), 0, CHINA] == 1.0  # firms look at their contracts again
    both = build(mine(f"{control} apps", f"{control} cars", **path), 1).in_force.control[-1, 0, 0, US, CHINA]
    assert both == pytest.approx(1.0 - 0.5 * (1.0 - 0.1))


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ("{aps: {cost: 0.1}}", "'aps' is no sector; did you mean 'apps'?"),
        ("{cars: {cost: 0.1}}", "is the sector itself"),
        ("{apps: {cost: 0.1, of: wep}}", "'wep' is no generation of apps; did you mean 'web'?"),
        ("{apps: {cost: {electrik: 0.1}}}", "no generation of cars; did you mean 'electric'?"),
        ("{apps: {costs: 0.1}}", "unknown key; did you mean 'cost'?"),
        ("{apps: {cost: 1.4}}", "1.4; must be between 0 and 1"),
    ],
)
def test_wrong_inputs_are_told(mine, inputs, said):
    with pytest.raises(ScenarioError) as told:
        mine(**{"sectors.cars.inputs": inputs})
    assert said in " ".join(f"{each.key}: {each.message}" for each in told.value.problems)
