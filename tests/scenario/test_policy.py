"""Shocks to arrays: worked examples of every rule, and size zero that changes no byte."""

# ruff: noqa: E501  (shocks and messages are written as in files, one a line)

import numpy as np
import pytest

from sim.machine.declare import fields
from sim.model.columns import Policy
from sim.scenario import load
from sim.scenario.build import build
from sim.scenario.shocks import KINDS
from sim.scenario.values import quarter_of

CHINA, US, ROW = 0, 1, 2


@pytest.fixture
def policy(write):
    """The two policies of a list of shocks, given as text."""

    def made(*shocks: str, **settings):
        path = write(
            "extends: base\nshocks:\n" + "".join(f"  - {{id: s{n}, {text}}}\n" for n, text in enumerate(shocks))
        )
        inputs = build(load(path, settings), 1)
        return inputs.in_force, inputs.announced

    return made


def q(text):
    return quarter_of(text)


def test_dates_ramp_and_announcement(policy):
    force, known = policy(
        "kind: tariff, sectors: [cars], origin: china, destination: us, rate: 40%, announce: 2019Q3, start: 2020Q1, ramp: 4, end: 2021Q4"
    )
    line, told = force.tariff[:, 0, 0, CHINA, US], known.tariff[:, 0, 0, CHINA, US]
    assert line[q("2019Q4") : q("2021Q2")].tolist() == [0, 0.1, 0.2, 0.4 * 0.75, 0.4, 0.4]
    assert told[q("2019Q2") : q("2019Q4")].tolist() == [0, 0.4]
    assert (told[q("2020Q4") :] == line[q("2020Q4") :]).all() and line[q("2021Q4")] == 0.4 and line[q("2022Q1")] == 0
    others = np.delete(force.tariff.reshape(len(line), -1), [CHINA * 3 + US, 9 + CHINA * 3 + US], axis=1)
    assert not others.any()
    moved = ["2020Q1", "2020Q2", "2020Q3", "2020Q4", "2022Q1"]
    for changed, dates in (
        (force.changed, moved),
        (known.changed, ["2019Q3", *moved]),
    ):  # an announcement is known only
        assert np.flatnonzero(changed[:, 0, US]).tolist() == [q(d) for d in dates]
        assert (changed[:, 0, CHINA] == changed[:, 0, US]).all() and not changed[:, 0, ROW].any()
        assert not changed[:, 1].any()


def test_overlaps(policy):
    at = "start: 2020, origin: china, destination: us"
    force, _ = policy(
        f"kind: tariff, rate: 0.1, {at}", f"kind: tariff, rate: 0.25, {at}",
        f"kind: export_control, coverage: 0.5, {at}", f"kind: export_control, coverage: 0.5, {at}",
        f"kind: ownership_cap, max_foreign_equity: 0.49, {at}", f"kind: ownership_cap, max_foreign_equity: 0.3, {at}",
        f"kind: screening, block: 0.2, delay: 2, threshold: 0.25, {at}", f"kind: screening, block: 0.5, delay: 3, threshold: 0.1, {at}",
        "kind: demand, change: -50%, start: 2020, destination: us", "kind: demand, change: 20%, start: 2020, destination: us",
        "kind: subsidy, rate: 0.8, target: production, origin: us, start: 2020", "kind: subsidy, rate: 0.8, target: production, start: 2020",
    )  # fmt: skip
    t = q("2020Q1")
    assert force.tariff[t, 0, 0, CHINA, US] == 0.35
    assert force.control[t, 0, 0, CHINA, US] == 0.75
    assert force.cap[t, 0, 0, CHINA, US] == 0.3 and force.cap[t, 0, 0, US, CHINA] == 1.0
    assert force.block[t, 0, CHINA, US] == pytest.approx(0.6) and force.delay[t, 0, CHINA, US] == 3
    assert force.threshold[t, 0, CHINA, US] == 0.1 and force.threshold[t - 1, 0, CHINA, US] == 0
    assert force.demand[t, 0, 0].tolist() == [1.0, 0.5 * 1.2, 1.0]
    assert force.subsidy_production[t, 0, 0].tolist() == [0.8, 0.9, 0.8]  # clipped to the field's bound


def test_everybody_leaves_out_the_diagonal(policy):
    force, _ = policy(
        "kind: tariff, rate: 1, start: 2020", "kind: perception, shift: 1, origin: us, destination: us, start: 2020"
    )
    assert (force.tariff[-1, 0, 0] == 1 - np.eye(3)).all()
    assert not force.tariff[-1, 1].any(), "services cross no border"
    assert force.perception[-1, 0].sum() == 1 == force.perception[-1, 0, US, US]


def test_countries_scale_by_their_share(policy):
    force, _ = policy(
        "kind: tariff, rate: 1, origin: china, destination: [brazil, turkey], start: 2020",
        "kind: ownership_cap, max_foreign_equity: 0, destination: brazil, start: 2020",
    )
    assert force.tariff[-1, 0, 0, CHINA, ROW] == pytest.approx(0.09)
    assert force.cap[-1, 0, 0, US, ROW] == pytest.approx(0.95)


def test_a_generation_of_services_has_no_border_to_tax(policy):
    """Only tradable sectors know tariffs; a shock that concerns none of them writes nothing."""
    force, known = policy(
        "kind: tariff, rate: 1, sectors: [apps], generation: web, origin: china, destination: us, start: 2020"
    )
    assert not force.tariff.any() and not known.tariff.any()


def test_generation_groups_and_owner(policy):
    force, _ = policy(
        "kind: tariff, basis: owner, rate: 1, sectors: everything, generation: electric, origin: china, destination: us, start: 2020"
    )
    assert force.owner_tariff[-1, 0, :, CHINA, US].tolist() == [0, 1]
    assert not force.tariff.any() and not force.owner_tariff[:, 1].any()


def test_retaliation_mirrors(policy):
    force, known = policy(
        "kind: tariff, rate: 30%, sectors: cars, origin: china, destination: [us, row], start: 2020Q1, end: 2021Q4, retaliation: {rate: 15%, lag: 2}"
    )
    answer = force.tariff[:, 0, :, US, CHINA]
    assert not answer[: q("2020Q3")].any() and (answer[q("2020Q3") : q("2022Q1")] == 0.15).all()
    assert not answer[q("2022Q1") :].any() and (known.tariff[:, 0, :, US, CHINA] == answer).all()
    assert (force.tariff[:, 0, :, ROW, CHINA] == answer).all()


ZERO = {
    "tariff": "rate: 0, retaliation: {rate: 1}", "export_control": "coverage: 0, over_compliance: 0", "entity_list": "top: 0",
    "screening": "block: 0, delay: 0, threshold: 0.3", "ownership_cap": "max_foreign_equity: 1.0, mandate: 0",
    "sole_entry_friction": "size: 0", "data_regime": "ip: 0, localisation_cost: 0", "subsidy": "rate: -0.0, target: rd",
    "perception": "shift: 0", "compliance": "cost: 0", "local_content": "share: 0%", "demand": "change: 0", "supply": "change: 0", "lift": "lead: 0",
    "minimum_price": "premium: 0",
    "quota": "share: 1",
}  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "generation"])
def test_size_zero_changes_no_byte(policy, kind):
    there = (
        "kind: tariff, rate: 0.1, start: 2010, ramp: 3", "kind: export_control, coverage: 0.1, over_compliance: 0.7, start: 2011",
        "kind: screening, block: 0.1, delay: 2, threshold: 0.1, start: 2012", "kind: ownership_cap, max_foreign_equity: 0.49, start: 2013",
        "kind: demand, change: -10%, start: 2014", "kind: supply, change: -7%, start: 2014", "kind: data_regime, ip: 0.3, start: 2001",
    )  # fmt: skip
    without = policy(*there)
    dates = "start: 2009" if KINDS[kind].once else "start: 2009, ramp: 5, end: 2030"
    for zero in (f"kind: {kind}, {ZERO[kind]}, {dates}",):
        for shocks in ((zero, *there), (*there, zero)):
            for one, two in zip(without, policy(*shocks), strict=True):
                assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))


def test_a_sweep_to_zero_meets_no_shock(policy):
    text = "kind: tariff, rate: 0.3, origin: china, destination: us, start: 2020, retaliation: {rate: 0.2}"
    for one, two in zip(policy(), policy(text, **{"shocks.s0.rate": 0}), strict=True):
        assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "generation"])
def test_every_size_writes_its_field_within_bounds(policy, kind):
    """Each size key alone, at its highest: its field differs from the default, no other does, all stay within bounds."""
    declared = KINDS[kind]
    for key, size in declared.sizes.items():
        option = f", {declared.option}: {next(iter(declared.options))}" if declared.option else ""
        beside, extra = {
            "threshold": ("block", ", block: 1"),
            "spares": ("tariff", ", rate: 1"),
            "auctioned": ("quota", ", share: 0"),
            "exempts": ("quota", ", share: 0"),
        }.get(key, ("", ""))
        low, high = size.bounds(next(iter(declared.options), ""))
        value = low if size.fields[0] in ("cap", "quota") else high
        force, _ = policy(f"kind: {kind}, {key}: {value:g}{option}{extra}, start: 2020")
        written = size.writes(next(iter(declared.options), ""))
        for name, field in fields(Policy).items():
            column = getattr(force, name)
            assert column.min() >= field.low and column.max() <= field.high
            moved = (column != field.default).any()
            told = {written} if declared.once else {written, "changed"}  # nobody reviews a contract for a lift
            assert moved == (name in told or name == beside)


def test_a_lift_is_there_for_a_quarter_and_nobody_knows_of_it(policy):
    force, announced = policy("kind: lift, sectors: cars, generation: electric, lead: 0.3, start: 2020Q2")
    at = np.argwhere(force.lift > 0)
    assert at.shape == (1, 3) and at[0, 0] == (2020 - 1979) * 4 + 1 and force.lift.max() == 0.3
    assert not force.changed[at[0, 0]].any() and np.array_equal(force.changed, policy()[0].changed)
    assert np.array_equal(announced.changed, policy()[1].changed)
