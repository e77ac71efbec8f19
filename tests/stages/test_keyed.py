"""Luck by address: what a run depends on, and what it does not."""

from typing import Any

import numpy as np
import pytest

from sim.model.columns import Happening, Type
from sim.scenario import Scenario, load
from sim.simulate import Run, simulate
from sim.verify.laboratory import NEW, SECTORS, WORLD, Laboratory, differing, of_sector, sector, until

TARIFF = {"kind": "tariff", "origin": "china", "destination": "us", "rate": 0.8, "start": "1995Q1"}


def test_the_same_seed_gives_the_same_bytes(small: Scenario, shipped: Scenario) -> None:
    for scenario in (small, shipped):
        assert differing(simulate(scenario, 5), simulate(scenario, 5)) == []


def test_different_seeds_differ(small: Scenario) -> None:
    runs = [simulate(small, seed) for seed in (0, 1, 2, 2**31, 2**32 - 1)]
    assert len({run.outcome.tobytes() for run in runs}) == len(runs)


def test_a_run_leaves_nothing_behind(small: Scenario, shipped: Scenario) -> None:
    first = simulate(small, 7)
    simulate(shipped, 3)
    simulate(small, 8)
    assert differing(first, simulate(small, 7)) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_policy_for_one_sector_leaves_the_others_as_they_are(lab: Laboratory, seed: int) -> None:
    base, treated = lab.run(seed=seed), lab.run({**TARIFF, "sectors": "motors"}, seed=seed)
    assert differing(of_sector(base, 0), of_sector(treated, 0)) != []
    for other in (1, 2):
        assert differing(of_sector(base, other), of_sector(treated, other)) == []


def changed_world(lab: Laboratory, name: str, **sectors: dict[str, Any]) -> Scenario:
    """The small world with other sectors, in a folder of its own."""
    world = {**WORLD, "sectors": sectors, "groups": {"traded": [s for s in sectors if s != "services"]}}
    return load(lab.world(world, name))


def reordered(lab: Laboratory, order: list[str]) -> Scenario:
    return changed_world(lab, "_".join(order), **{name: SECTORS[name] for name in order})


@pytest.mark.parametrize("order", [["services", "parts", "motors"], ["parts", "motors", "services"]])
def test_the_order_of_sectors_does_not_matter(lab: Laboratory, order: list[str]) -> None:
    """Sectors share nothing but policy: each of them has the same numbers wherever it stands in the file."""
    there = {name: place for place, name in enumerate(SECTORS)}
    for seed in range(3):
        run, base = simulate(reordered(lab, order), seed), lab.run(seed=seed)
        for place, name in enumerate(order):
            for table in ("outcome", "markets"):
                mine, other = getattr(run, table)[:, place], getattr(base, table)[:, there[name]]
                assert mine.tobytes() == other.tobytes(), (seed, name, table)
            made = len(SECTORS[name]["generations"])
            mine, other = run.vintages[:, place, :made], base.vintages[:, there[name], :made]
            assert mine.tobytes() == other.tobytes(), (seed, name, "vintages")


def test_a_sector_alone_is_as_it_is_among_others(lab: Laboratory) -> None:
    for seed in range(3):
        alone, base = simulate(reordered(lab, ["motors"]), seed), lab.run(seed=seed)
        for table in ("outcome", "markets", "vintages"):
            assert getattr(alone, table)[:, 0].tobytes() == getattr(base, table)[:, 0].tobytes(), (seed, table)


def scaled(factor: float) -> dict[str, dict[str, Any]]:
    """The small world's sectors with markets times a factor."""
    return {
        name: {**one, "market": {year: value * factor for year, value in one["market"].items()}}
        for name, one in SECTORS.items()
    }


MONEY = (
    "market_home",
    "host_sales",
    "reverse_exports",
    "profit_multinational",
    "rd_chinese",
    "tariff_revenue",
    "welfare",
)


@pytest.mark.parametrize("factor", [1024.0, 1000.0])
def test_the_unit_of_money_decides_nothing(lab: Laboratory, factor: float) -> None:
    """A power of two changes no rounding: all that is not money has the same bytes. A thousand: the same events."""
    other = changed_world(lab, f"money_{factor:.0f}", **scaled(factor))
    names = [n for n in ("quarter", "sector", "kind", "multinational", "chinese", "type_after", "trigger", "sub_form")]
    for seed in range(4):
        run, base = simulate(other, seed), lab.run(seed=seed)
        for name in names:
            assert np.array_equal(run.events[name], base.events[name]), (seed, name)
        assert run.events["technology_gap"] == pytest.approx(base.events["technology_gap"], abs=1e-9)
        for name in MONEY:
            assert run.outcome[name] == pytest.approx(factor * base.outcome[name], rel=1e-9, abs=1e-6), name
        if factor == 1024.0:
            paid = base.events.copy()
            for name in ("gain_multinational", "gain_chinese"):
                paid[name] *= factor
            assert run.events.tobytes() == paid.tobytes()
            assert run.vintages.tobytes() == base.vintages.tobytes()


def shares_of_types(runs: list[Run]) -> np.ndarray:
    """Partnerships in force by type over multinationals, and those without any; mean of quarters and seeds."""
    names = ("active_market_access", "active_co_innovation", "active_globalize")
    shares = [[(run.outcome[name] / run.outcome["firms_multinational"])[40:].mean() for name in names] for run in runs]
    return np.mean(shares, axis=0)


def test_twice_the_firms_leave_the_shares_of_types(lab: Laboratory) -> None:
    """Weights are one over the number of firms of an origin, costs are of market per firm."""
    one = sector(generations=[{"name": "old"}, NEW], multinationals={"us": 6, "eu": 6}, entry_rate=0,
                 chinese={"state": 6, "private": 10})  # fmt: skip
    two = {**one, "multinationals": {"us": 12, "eu": 12}, "chinese": {"state": 12, "private": 20}}
    few, many = (
        shares_of_types([simulate(changed_world(lab, name, motors=motors), seed) for seed in range(24)])
        for name, motors in (("few", one), ("many", two))
    )
    assert many == pytest.approx(few, abs=0.25 * few.sum() + 0.02), (few, many)
    assert many / many.sum() == pytest.approx(few / few.sum(), abs=0.12)


def test_the_origin_of_the_logs_decides_nothing(lab: Laboratory) -> None:
    """A sector whose trend starts elsewhere: reference and technologies move together, so appeals do not.

    The start is given relative to the frontier of 1979, so the whole scale can only be moved through the state.
    """
    from sim.model.stages import advance, begin
    from sim.model.stages.state import EVENTS
    from sim.scenario.build import build, host
    from sim.simulate import EVENTS_A_FIRM, prepare, quietly

    scenario = lab.scenario(end=1995)
    states = []
    for shift in (0.0, 2.0):
        inputs = build(scenario, 0)
        state = prepare(inputs, host(scenario), 0, EVENTS_A_FIRM * len(inputs.firms.id))
        quietly(begin, state)
        state.firms.technology[state.firms.adopted > 0] += shift
        state.scratch.reference[:] += shift
        state.scratch.start_front[:] += shift  # where the curve of the first generation begins
        for t in range(len(inputs.world.market)):
            quietly(advance, state, t)
        states.append(state)
    a, b = states
    count = int(a.scratch.counts[EVENTS])
    assert count == b.scratch.counts[EVENTS] > 20
    for name in ("quarter", "kind", "multinational", "chinese", "type_after"):
        assert np.array_equal(a.events[name][:count], b.events[name][:count]), name
    assert b.scratch.composite[a.firms.active > 0] == pytest.approx(
        a.scratch.composite[a.firms.active > 0] + 2, abs=1e-6
    )


def test_events_come_in_order_of_time(shipped: Scenario, small: Scenario) -> None:
    for scenario in (shipped, small):
        assert np.all(np.diff(simulate(scenario, 0).events["quarter"]) >= 0)


def test_a_longer_run_begins_with_the_shorter(lab: Laboratory) -> None:
    """The horizon of a scenario is no information for those who live in it."""
    shorter, longer = lab.run(end=2005), lab.run()
    quarters = len(shorter.outcome)
    assert differing(until(shorter, quarters), until(longer, quarters)) == []


def test_a_later_policy_shares_all_luck_before_it(lab: Laboratory) -> None:
    early, late = (lab.run({**TARIFF, "sectors": "traded", "start": f"{year}Q1"}) for year in (1995, 2000))
    assert differing(until(early, 64), until(late, 64)) == []
    assert differing(until(early, 84), until(late, 84)) != []


def test_a_seed_is_shared_by_luck_of_innovation(lab: Laboratory) -> None:
    """Paired seeds differ less than unpaired ones: what policy leaves alone is the same to the last bit."""
    base = [lab.run(seed=seed).outcome["technology_multinational"][-1, 0] for seed in range(10)]
    treated = [
        lab.run({**TARIFF, "sectors": "motors", "rate": 0.05}, seed=seed).outcome["technology_multinational"][-1, 0]
        for seed in range(10)
    ]
    paired = np.var(np.subtract(treated, base))
    assert paired < 0.5 * (np.var(base) + np.var(treated))


def test_names_of_firms_change_no_luck(lab: Laboratory) -> None:
    """A named firm takes a row: all other draws stay."""
    world = {**WORLD, "firms": [{"name": "Acme", "sector": "motors", "home": "us"}]}
    named = simulate(load(lab.world(world, "named")), 0)
    assert differing(named, lab.run()) == []


def test_a_named_partnership_is_there_from_its_first_quarter(lab: Laboratory) -> None:
    """`partner`, `partner_since` and `partner_type` of a named firm: the pair works together from then on."""
    firms = [
        {"name": "Acme", "sector": "motors", "home": "us", "partner": "Dragon", "partner_since": "1984Q1",
         "partner_type": "market_access"},
        {"name": "Dragon", "sector": "motors", "home": "china"},
    ]  # fmt: skip
    run = simulate(load(lab.world({**WORLD, "firms": firms}, "partners")), 0)
    formed = run.events[(run.events["kind"] == Happening.formation) & (run.events["quarter"] == 20)]
    pairs = {(int(e["multinational"]), int(e["chinese"]), int(e["type_after"])) for e in formed}
    assert (0, 6, int(Type.market_access)) in pairs
