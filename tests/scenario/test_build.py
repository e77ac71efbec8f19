"""Inputs of a run: rows, identities, dated paths, generations, chance, and what a call costs."""

# ruff: noqa: E501  (shocks and messages are written as in files, one a line)

from time import perf_counter
from zlib import crc32

import numpy as np
import pytest

from sim.model.columns import FIRST_YEAR, Kind, Ownership, Type
from sim.scenario import load
from sim.scenario.build import build, host, labels
from sim.scenario.paths import interpolated
from sim.scenario.values import quarter_of


def test_rows_and_identities(folder):
    scenario = load("base")
    inputs, names = build(scenario, 1), labels(scenario)
    assert names.firms[:10] == (
        *(f"cars-m0{n}" for n in range(1, 6)), *(f"cars-c0{n}" for n in range(1, 4)), "cars-e01", "cars-e02",
    )  # fmt: skip
    firms, sectors = inputs.firms, inputs.sectors
    assert firms.home[:10].tolist() == [1, 1, 1, 2, 2, 0, 0, 0, 0, 0] and host(scenario) == 0
    assert firms.access_holder[:10].tolist() == [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    assert firms.active.tolist() == [1] * 8 + [0] * 2 + [1, 1]
    assert firms.ownership[5:8].tolist() == [Ownership.state, Ownership.private, Ownership.private]
    assert int(firms.id[1]) == (crc32(b"cars") << 32) | (Kind.multinational << 24) | 2
    assert int(firms.id[5]) == (crc32(b"cars") << 32) | (Kind.chinese << 24) | 1
    assert (sectors.first.tolist(), sectors.middle.tolist(), sectors.last.tolist()) == ([0, 10], [5, 11], [10, 12])
    assert sectors.generations.tolist() == [2, 1] and sectors.absorption.tolist() == [0.1, 0.2]
    assert (firms.plant == -1).all() and (firms.contract == -1).all() and firms.contract.shape == (12, 4)
    assert not firms.technology.any() and inputs.parameters.horizon == 28
    assert inputs.shipping[0].tolist() == (0.08 * (1 - np.eye(3))).tolist() and not inputs.shipping[1].any()


def test_dated_paths(folder):
    world = build(load("base"), 1).world
    assert world.market[:, 0].sum(axis=1)[[0, 44]] == pytest.approx([100, 200])
    assert world.market[44, 0] == pytest.approx([50, 100, 50])  # shares 0.2, 0.4, 0.2 are normalised
    assert world.advantage[[0, 124, 200]] == pytest.approx([0.4, 0.25, 0.1])
    dates = np.array([1970, 1990, 1995, 2000, 2050.0])
    assert interpolated({2000: 3.0, 1990: 0.1}, dates).tolist() == [0.1, 0.1, 1.55, 3.0, 3.0]
    assert interpolated({2000: 3.0}, dates).tolist() == [3.0] * 5


def test_generations(folder):
    world = build(load("base"), 1).world
    first = quarter_of("2008Q1")
    assert (
        not world.weight[:first, 0, 1].any()
        and not world.arrived[:first, 0, 1].any()
        and world.arrived[first:, 0, 1].all()
    )
    assert world.weight[quarter_of("2023Q3"), 0, 1, 0] == pytest.approx(0.5)
    assert world.weight[quarter_of("2032Q1"), 0, 1, 1] == pytest.approx(1 / (1 + np.exp(-1)))
    assert world.weight.sum(axis=2) == pytest.approx(1.0)


def test_a_shock_moves_a_generation_or_adds_one(write):
    path = write(
        """\
        extends: base
        shocks:
          - {id: later, kind: generation, name: electric, sectors: cars, start: 2010Q1}
          - {id: fusion, kind: generation, name: fusion, sectors: [cars, apps], start: 2020Q1, ramp: 40}
        """
    )
    scenario = load(path)
    world = build(scenario, 1).world
    assert labels(scenario).generations == (("combustion", "electric", "fusion"), ("web", "fusion"))
    assert build(scenario, 1).sectors.generations.tolist() == [3, 2]
    assert not world.arrived[: quarter_of(2010), 0, 1].any() and world.arrived[quarter_of(2010), 0, 1] == 1
    part = world.weight[:, 0, 1, 0] / (world.weight[:, 0, 0, 0] + world.weight[:, 0, 1, 0])
    assert part[quarter_of(2025) + 2] == pytest.approx(0.5)  # 2023.5 and two years
    new = world.weight[:, 1, 1]
    assert not new[: quarter_of(2020)].any() and new[quarter_of(2025)] == pytest.approx(0.5)
    assert new[quarter_of(2020), 0] == pytest.approx(0.018, abs=0.001) and new[quarter_of(2030), 0] == pytest.approx(
        0.982, abs=0.001
    )
    assert world.weight.sum(axis=2) == pytest.approx(1.0)


def test_a_generation_that_does_not_come_leaves_the_world(write):
    def inputs(chance):
        text = f"kind: generation, name: fusion, sectors: cars, start: 2020, ramp: 40, probability: {chance}"
        return build(load(write(f"extends: base\nshocks: [{{id: f, {text}}}]\n")), 1)

    without, plain = inputs(0).world, build(load("base"), 1).world
    assert without.weight.shape[2] == 3 and not without.arrived[:, 0, 2].any()
    assert without.weight[:, :, :2].tobytes() == plain.weight.tobytes()
    assert inputs(1).world.arrived[:, 0, 2].any()


def test_chance_is_drawn_once_by_seed_and_id(write):
    text = "{id: maybe, kind: tariff, rate: 0.5, start: 2020, probability: 0.3}"
    path = write(f"extends: base\nshocks: [{text}]\n")
    scenario = load(path)
    hit = np.array([build(scenario, seed).in_force.tariff.any() for seed in range(600)])
    assert 0.25 < hit.mean() < 0.35  # 2.7 standard deviations
    renamed = load(
        write(f"extends: base\nshocks: [{{id: other, kind: demand, change: 1, start: 1990}}, {text}]\n", "two.yaml")
    )
    assert [build(renamed, seed).in_force.tariff.any() for seed in range(600)] == hit.tolist()
    likely = load(path, {"shocks.maybe.probability": 0.6})
    more = np.array([build(likely, seed).in_force.tariff.any() for seed in range(600)])
    assert (more >= hit).all() and more.sum() > hit.sum()
    assert build(scenario, 1).in_force.cap is build(likely, 2).in_force.cap


def test_arrays_are_shared_and_firms_are_fresh(folder):
    one, two = build(load("base"), 1), build(load("base"), 2)
    assert one.in_force.tariff is two.in_force.tariff and one.world.market is two.world.market
    one.firms.technology[:] = 5
    one.firms.id[:] = 0
    assert not two.firms.technology.any() and two.firms.id[0] == build(load("base"), 1).firms.id[0] > 0


def test_named_firms(write):
    path = write(
        """\
        extends: base
        shocks:
          - {id: ban, kind: entity_list, destination: us, firms: [Wagen Werk, "First  Auto"], start: 2020, end: 2022}
          - {id: ban2, kind: entity_list, destination: us, firms: [first_auto, cars-c03], start: 2024}
        firms:
          - {name: Wagen Werk, sector: cars, home: us, technology: 0.1, access_abroad: 60%}
          - {name: First Auto, sector: cars, home: china, ownership: private, partner: Wagen Werk, partner_since: 1991Q1, partner_type: co_innovation}
        """
    )
    scenario = load(path)
    inputs, names = build(scenario, 1), labels(scenario).firms
    assert (names[0], names[6], names[5]) == ("Wagen Werk", "First Auto", "cars-c01")
    assert inputs.firms.id.tolist() == build(load("base"), 1).firms.id.tolist()
    starts = inputs.starts
    assert starts.technology[0] == 0.1 and starts.access_abroad[0] == 0.6 and np.isnan(starts.host_access).all()
    assert (starts.partner[0], starts.partner_since[0], starts.partner_type[0]) == (6, 48, Type.co_innovation)
    assert (np.delete(starts.partner, 0) == -1).all()
    listing = inputs.named_listing
    assert listing[6, 1].tolist() == [quarter_of(2020), scenario.quarters - 1]
    assert listing[7, 1].tolist() == [quarter_of(2024), scenario.quarters - 1]
    assert (listing[0] == -1).all(), "a region does not list its own firms"
    assert not inputs.in_force.listing.any()


def test_costs(folder, write):
    from sim.machine.arithmetic import logistic

    logistic(0.0)  # the compiler's time is not the scenario's
    sectors = "".join(f"  s{n}: {{innovation: 0.1, absorption: 0.1, rd_intensity: 0.1, start_level: 0.1, market: {{1990: 1}}, "
                      "market_share: {china: {1979: 0.2}, us: {1979: 0.2}, row: {1979: 0.6}}, generations: [{name: a}], "
                      "multinationals: {us: 12}, chinese: {private: 12}, entrants: 8}\n" for n in range(14))  # fmt: skip
    shocks = "".join(f"  - {{id: t{n}, kind: tariff, rate: 0.01, start: {1990 + n}}}\n" for n in range(30))
    scenario = load(write(f"extends: base\nend: 2055\nsectors:\n{sectors}shocks:\n{shocks}"))
    begin = perf_counter()
    build(scenario, 1)
    first = perf_counter() - begin
    times = []
    for seed in range(50):
        begin = perf_counter()
        build(scenario, seed)
        times.append(perf_counter() - begin)
    assert scenario.quarters == (2056 - FIRST_YEAR) * 4
    assert first < 1.0 and min(times) < 0.3e-3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("multinationals: {us: 3, row: 2}", "multinationals: {us: 0}"),
        ("multinationals: {us: 3, row: 2}", "multinationals: {us: 1}"),
        ("chinese: {state: 1, private: 2}", "chinese: {state: 0}"),
    ],
)
def test_no_firms_or_one_is_a_world_too(folder, old, new):
    from sim.runs.bounds import check_bounds
    from sim.runs.tables import plain
    from sim.simulate import simulate

    text = (folder / "world.yaml").read_text()
    assert old in text
    (folder / "world.yaml").write_text(text.replace(old, new))
    run = simulate(load(folder / "base.yaml", {"end": 1990}), 1)
    check_bounds(plain(run))
    sums = run.outcome["active_market_access"][:, 0]
    assert sums.max() == 0 or "1}" in new


def test_shares_of_demand_are_relative(folder):
    """They need not add up to one: the market is divided in their proportion."""
    text = (folder / "world.yaml").read_text()
    old = "market_share: {china: {1979: 0.2}, us: {1979: 0.4}, row: {1979: 0.2}}"
    assert old in text
    before = build(load(folder / "base.yaml"), 1).world.market
    (folder / "world.yaml").write_text(
        text.replace(old, "market_share: {china: {1979: 0.1}, us: {1979: 0.2}, row: {1979: 0.1}}")
    )
    again = build(load(folder / "base.yaml"), 1).world.market
    assert again == pytest.approx(before) and again[-1, 0].sum() == pytest.approx(300)
