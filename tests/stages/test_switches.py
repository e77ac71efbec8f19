"""Every parameter does something, and every mechanism that is turned off is off, in the direction its text says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.model.columns import Cause, Happening, Trigger
from sim.model.parameters import parameters
from sim.model.stages.assumed import ENTRANT_DISTANCE
from sim.model.stages.state import EVENTS
from sim.scenario import Scenario
from sim.simulate import Run, simulate
from sim.verify.laboratory import LISTING, TURMOIL, WORLD, Laboratory, differing, shock, state_at, steps, until

DECLARED = parameters()
SWITCHES = {name: p for name, p in DECLARED.items() if p.off is not None}
SEEDS = 6

Measure = Callable[[Run], float]


FRAIL = {"overhead": 0.1, "patience": 4}  # firms that fail

# What a parameter needs to matter in so small a world.
BESIDES: dict[str, dict[str, Any]] = {
    "soft_budget": FRAIL,
    "patience": FRAIL,
    "procurement_margin": {"base": "reserving/world"},
    "linkage": {"base": "buying/world"},
}


@pytest.fixture(scope="module", autouse=True)
def reserving(lab: Laboratory) -> None:
    """The small world in which state buyers hold a part of demand."""
    sectors = {name: {**each, "reserved_demand": 0.4} for name, each in WORLD["sectors"].items()}
    lab.world({**WORLD, "sectors": sectors}, "reserving")


@pytest.fixture(scope="module", autouse=True)
def buying(lab: Laboratory) -> None:
    """The small world in which motors buy parts."""
    motors = {**WORLD["sectors"]["motors"], "inputs": {"parts": {"cost": 0.3, "technology": 0.3}}}
    lab.world({**WORLD, "sectors": {**WORLD["sectors"], "motors": motors}}, "buying")


@pytest.mark.parametrize("name", DECLARED)
def test_every_parameter_changes_some_byte(lab: Laboratory, name: str) -> None:
    """At the ends of its range, in a world in which every instrument is used."""
    declared = DECLARED[name]
    ends = [end for end in (declared.low, declared.high) if end != lab.scenario().parameters[name]]
    assert ends
    besides = BESIDES.get(name, {})
    for seed in range(8):
        base = lab.run(*TURMOIL, seed=seed, **besides)
        for end in ends:
            if differing(base, lab.run(*TURMOIL, seed=seed, **{**besides, name: DECLARED[name].written(end)})):
                return
    pytest.fail(f"{name} does nothing between {declared.low} and {declared.high}")


@pytest.mark.parametrize("name", DECLARED)
def test_both_ends_of_a_range_can_be_run(lab: Laboratory, name: str) -> None:
    for end in (DECLARED[name].low, DECLARED[name].high):
        run = lab.run(*TURMOIL, **{name: DECLARED[name].written(end)})
        for table in (run.outcome, run.markets, run.vintages):
            assert all(np.all(np.isfinite(table[metric])) for metric in table.dtype.names), (name, end)


@pytest.mark.parametrize("name", SWITCHES)
def test_turning_off_changes_the_outcome(lab: Laboratory, name: str) -> None:
    off = SWITCHES[name].off
    assert off is not None and DECLARED[name].low <= off <= DECLARED[name].high
    assert off != lab.scenario().parameters[name], "the small world has every mechanism at work"
    besides = BESIDES.get(name, {})
    changes = {**besides, name: DECLARED[name].written(off)}
    pairs = [(lab.run(*TURMOIL, seed=s, **besides), lab.run(*TURMOIL, seed=s, **changes)) for s in range(8)]
    assert any(differing(*pair) for pair in pairs)


def mean(metric: str, sector: int | slice = slice(None), since: int = 60) -> Measure:
    return lambda run: float(run.outcome[metric][since:, sector].mean())


def happened(kind: Happening, partnered: bool = True) -> Measure:
    return lambda run: float(
        ((run.events["kind"] == kind) & ((run.events["partnership"] != 0) | (not partnered))).sum()
    )


def early_flips(run: Run) -> float:
    """Quarters since a flip, summed over partnerships: falls when flips are fewer or later."""
    flips = run.events[run.events["kind"] == Happening.flip]
    return float((200 - flips["quarter"]).sum())


MOTORS = 0
EFFECTS: dict[str, tuple[dict[str, Any], float, Measure]] = {
    # moved parameters, sign of what that does, to what
    "windows": ({"windows": "off"}, -1, mean("technology_level", MOTORS, 100)),
    "rd_floor": ({"rd_floor": 0}, -1, early_flips),
    "rd_floor technology": ({"rd_floor": 0}, -1, mean("technology_chinese")),
    "research": ({"research": 1}, -1, mean("rd_multinational")),
    "room": ({"room": 20}, 1, mean("technology_multinational")),
    "ambient": ({"ambient": 0}, -1, mean("technology_chinese")),
    "spillover": ({"spillover": 0}, -1, mean("technology_chinese")),
    "spillover_distance": ({"spillover_distance": 0}, -1, mean("technology_multinational")),
    "partner_learning": ({"partner_learning": 0}, -1, mean("technology_chinese")),
    "complementarity": ({"complementarity": 0}, -1, mean("active_co_innovation")),
    "deployment": ({"deployment": 0}, -1, mean("active_co_innovation")),
    "ecosystem": ({"ecosystem": 0}, 1, mean("hub_share")),
    "ecosystem_growth": ({"ecosystem_growth": 0.5}, 1, mean("hub_share")),
    "input_quality": ({"input_quality": 0}, 1, mean("hub_share")),
    "hub_speed": ({"hub_speed": 0}, -1, mean("autonomy")),
    "inertia": ({"inertia": 0.005}, -1, lambda run: float(run.vintages["technology_chinese"][120:, MOTORS, 1].mean())),
    "habit": ({"habit": 0}, -1, mean("concentration")),
    "shared_customers": ({"shared_customers": 0}, -1, mean("active_market_access", since=0)),
    "newcomer": ({"newcomer": 1}, 1, mean("wholly_owned_share")),
    "newcomer_abroad": ({"newcomer_abroad": 0.5}, 1, mean("chinese_share_abroad")),
    "plant_cost": ({"plant_cost": 5}, -1, happened(Happening.own_plant, partnered=False)),
    "overhead": ({"overhead": 0}, 1, mean("profit_multinational", since=0)),
    "governance": ({"governance": 1}, -1, mean("active_globalize")),
    "cost_market_access": ({"cost_market_access": 1}, -1, mean("active_market_access", since=0)),
    "cost_wholly_owned": ({"cost_wholly_owned": 0}, 1, mean("wholly_owned_share")),
    "cost_hub": ({"cost_hub": 1}, -1, mean("hub_share")),
    "bargaining_power": ({"bargaining_power": 0.95}, -1, mean("equity_multinational")),
    "claim": ({"claim": 2}, -1, happened(Happening.renegotiation)),
    "doubt": ({"doubt": 2}, 1, mean("inefficient_exits", since=0)),
    "tied_assets": ({"tied_assets": 0.4}, -1, mean("chinese_share_home", since=0)),
    "exogenous_end": ({"exogenous_end": 0.1}, 1, happened(Happening.dissolution)),
    "trust_start": ({"trust_start": 0.9}, 1, mean("trust", since=0)),
    "search": ({"search": 0.01}, -1, happened(Happening.formation)),
    "soft_budget": ({**FRAIL, "soft_budget": 20}, -1, mean("bankruptcies", since=0)),
    "patience": ({**FRAIL, "patience": 80}, -1, happened(Happening.bankruptcy, partnered=False)),
}  # fmt: skip
AGAINST = {"soft_budget": {**FRAIL, "soft_budget": 1}, "patience": FRAIL}  # compared with these, not with the defaults


@pytest.mark.parametrize("name", EFFECTS)
def test_sign_of_moving_a_parameter(lab: Laboratory, name: str) -> None:
    changes, sign, measure = EFFECTS[name]
    base, moved = lab.runs(seeds=SEEDS, **AGAINST.get(name, {})), lab.runs(seeds=SEEDS, **changes)
    effects = [sign * (measure(b) - measure(a)) for a, b in zip(base, moved, strict=True)]
    assert np.mean(effects) > 0.0, effects


def test_without_windows_chinese_firms_flip_less(lab: Laboratory) -> None:
    """Where a generation continues the one before, nobody loses what he knew: flips are fewer or later."""
    base, off = lab.runs(seeds=12), lab.runs(seeds=12, windows="off")
    in_motors = [sum(early_flips(run._replace(events=run.events[run.events["sector"] == MOTORS])) for run in runs)
                 for runs in (base, off)]  # fmt: skip
    assert in_motors[1] < in_motors[0]


def test_without_partner_learning_nothing_flows_between_partners(lab: Laboratory) -> None:
    for run in lab.runs(partner_learning=0):
        assert len(run.lives) > 5
        assert run.lives["flow_to_chinese"].max() == run.lives["flow_to_multinational"].max() == 0.0


def test_talks_seldom_end_a_surplus_if_sides_know_all(lab: Laboratory) -> None:
    """Almost without doubt contracts end by chance, lost surplus or law; with it sides that could share leave."""

    def failed(doubt: float) -> float:
        causes = [run.events["cause"][run.events["cause"] > 0] for run in lab.runs(seeds=SEEDS, doubt=doubt)]
        assert min(map(len, causes)) > 3
        return float(np.mean(np.concatenate(causes) == Cause.failed_talks))

    assert failed(0.001) < 0.03 and failed(1.0) > 0.2


def test_shares_that_adjust_at_once_are_at_their_target(lab: Laboratory) -> None:
    state = state_at(lab.scenario(share_speed=1.0, outside_share=0.0), 0)
    total = state.firms.share.sum(axis=0)
    assert total[1:4] == pytest.approx(3.0, abs=1e-9)  # three sectors, nothing left outside
    assert total[0] + total[4] == pytest.approx(3.0, abs=1e-9)


def test_without_noise_firms_of_an_origin_innovate_alike(lab: Laboratory) -> None:
    """With equal starts, equal R&D and no spillover between them, the spread of multinationals comes from luck."""
    spread = {}
    for noise in (0.0, 0.8):
        firms = state_at(lab.scenario(innovation_noise=noise, cost_spread=0.0), 60).firms
        spread[noise] = float(firms.technology[:3, 0].std())
    assert spread[0.0] < spread[0.8]


def test_cost_spread_off_makes_firms_alike(lab: Laboratory) -> None:
    assert set(state_at(lab.scenario(cost_spread=0.0), 0).firms.cost_scale[lab.inputs().firms.active > 0]) == {1.0}


def test_nothing_ends_by_chance_without_chance(lab: Laboratory) -> None:
    chance = [int((run.events["trigger"] == Trigger.exogenous).sum()) for run in lab.runs(seeds=SEEDS)]
    assert sum(chance) > 0
    assert all(not (run.events["trigger"] == Trigger.exogenous).any() for run in lab.runs(seeds=SEEDS, exogenous_end=0))


def test_no_entry_without_entry(lab: Laboratory) -> None:
    assert lab.run().outcome["entries"].sum() > 0
    assert lab.run(entry=0).outcome["entries"].sum() == 0


def test_entrants_start_below_the_best_they_can_see(lab: Laboratory) -> None:
    """By the assumed distance on average, by up to 2.7 times as much with bad luck."""
    below = []
    for seed in range(3):
        for t, state in steps(lab.scenario(entry=5), seed):
            events = state.events[: state.scratch.counts[EVENTS]]
            for event in events[(events["kind"] == Happening.entry) & (events["quarter"] == t)]:
                best = state.scratch.frontier_chinese[event["sector"], 0]
                below.append(best - state.firms.technology[event["chinese"], 0])
    assert len(below) >= 24
    assert np.mean(below) == pytest.approx(ENTRANT_DISTANCE, rel=0.3)


def test_no_hazard_no_hedge_no_loss(lab: Laboratory) -> None:
    """Fear needs events that raise it, hedges need a loss to cover."""
    assert lab.run(LISTING).outcome["hazard"].max() > 0.0 and lab.run(LISTING).outcome["hedge"].max() > 0.0
    assert lab.run(LISTING, hazard_speed=0).outcome["hazard"].max() == 0.0
    assert lab.run(LISTING, cutoff_loss=0).outcome["hedge"].max() == 0.0


def test_ip_opens_contracts_by_its_parameter(lab: Laboratory) -> None:
    regime = shock("data_regime", destination="china", ip=1.0, start="1979Q1")
    openness = mean("openness", since=8)
    off, on = (np.mean([openness(run) for run in lab.runs(regime, seeds=SEEDS, ip_openness=o)]) for o in (0.0, 2.0))
    assert on > off
    assert differing(lab.run(ip_openness=0.0), lab.run(regime, ip_openness=0.0)) == []


def test_control_lag_withholds_technology(lab: Laboratory) -> None:
    control = shock("export_control", origin=["us", "eu"], destination="china", coverage=1.0, start="1979Q1")
    ventures = mean("active_market_access", since=8)
    none, some = (
        np.mean([ventures(run) for run in lab.runs(control, seeds=SEEDS, control_lag=lag)]) for lag in (0.0, 3.0)
    )
    assert some < none


def test_without_anticipation_an_announcement_is_no_news(lab: Laboratory) -> None:
    dates = {"announce": "1995Q1", "start": "2005Q1"}
    tariff = shock("tariff", sectors="traded", origin="china", destination="us", rate=0.8, **dates)
    for seed in range(3):
        base, treated = lab.run(seed=seed, anticipation=0), lab.run(tariff, seed=seed, anticipation=0)
        assert differing(until(base, 104), until(treated, 104)) == []


def test_switches_of_the_shipped_baseline_matter(shipped: Scenario, root) -> None:  # type: ignore[no-untyped-def]
    """Each switch of structure moves the shipped world, not only a small one."""
    from sim.scenario import load

    base = simulate(shipped, 0)
    path = root / "scenarios" / "baseline.yaml"
    for name, declared in DECLARED.items():
        if declared.choices:
            other = 1.0 - shipped.parameters[name]
            moved = simulate(load(path, set={f"parameters.{name}": DECLARED[name].written(other)}), 0)
            assert differing(base, moved) != [], name
