"""The invariants in every quarter of known runs, and metrics that agree with events and with each other."""

import numpy as np
import pytest

from sim.machine.declare import fields
from sim.model.columns import Cause, Happening, Mode, Type
from sim.model.records import Event, Life
from sim.model.stages.state import EVENTS
from sim.scenario import Scenario
from sim.scenario.build import build
from sim.simulate import Run, simulate
from sim.verify.laboratory import TURMOIL, Laboratory, steps
from tests.stages.invariants import Watch, check_welfare


def checked(scenario: Scenario, seed: int = 0) -> int:
    """Runs a scenario with every invariant looked at in every quarter; the number of quarters."""
    walk = steps(scenario, seed)
    watch = Watch(next(walk)[1])
    for t, _ in walk:
        watch.after(t)
    return t + 1


@pytest.mark.parametrize("seed", [0, 1])
def test_every_quarter_of_the_small_world(small: Scenario, seed: int) -> None:
    assert checked(small, seed) == 200


@pytest.mark.parametrize("seed", [0, 1])
def test_every_quarter_under_all_instruments(lab: Laboratory, seed: int) -> None:
    assert checked(lab.scenario(*TURMOIL), seed) == 200


def test_every_quarter_of_the_shipped_baseline(shipped: Scenario) -> None:
    assert checked(shipped) == shipped.quarters


def run_of(lab: Laboratory, name: str) -> Run:
    return lab.run(*(TURMOIL if name == "turmoil" else ()), seed=3)


@pytest.fixture(params=["small", "turmoil", "shipped"])
def recorded(request: pytest.FixtureRequest, lab: Laboratory, shipped: Scenario) -> Run:
    return simulate(shipped, 3) if request.param == "shipped" else run_of(lab, request.param)


COUNTED = {
    "renegotiations": Happening.renegotiation,
    "severances": Happening.severance,
    "refusals": Happening.screening_refusal,
    "flips": Happening.flip,
    "entries": Happening.entry,
    "bankruptcies": Happening.bankruptcy,
}


def table_of(run: Run, chosen: np.ndarray) -> np.ndarray:
    """Events by quarter and sector."""
    counts = np.zeros(run.outcome.shape)
    np.add.at(counts, (run.events["quarter"][chosen], run.events["sector"][chosen]), 1.0)
    return counts


def test_metrics_count_events(recorded: Run) -> None:
    run, events = recorded, recorded.events
    partnered = events["partnership"] != 0
    for metric, kind in COUNTED.items():
        assert np.array_equal(run.outcome[metric], table_of(run, events["kind"] == kind)), metric
    formed = (events["kind"] == Happening.formation) & partnered
    assert np.array_equal(run.outcome["formations"], table_of(run, formed))
    converted = (events["kind"] == Happening.conversion) & partnered
    assert np.array_equal(run.outcome["conversions"], table_of(run, converted))
    buyouts = np.isin(events["kind"], (Happening.buyout_multinational, Happening.buyout_chinese))
    assert np.array_equal(run.outcome["buyouts"], table_of(run, buyouts))
    ended = (events["kind"] == Happening.dissolution) & partnered
    assert np.array_equal(run.outcome["dissolutions"], table_of(run, ended))
    ends = buyouts | ended | (events["kind"] == Happening.severance)
    assert np.array_equal(run.outcome["exits"], table_of(run, ends))


def test_adoptions_count_formations_and_conversions(recorded: Run) -> None:
    run, events = recorded, recorded.events
    to_base = (events["kind"] == Happening.buyout_multinational) & (events["type_after"] == Type.wholly_owned)
    moves = np.isin(events["kind"], (Happening.formation, Happening.conversion)) | to_base
    for kind in Type:
        if kind != Type.none:
            adopted = table_of(run, moves & (events["type_after"] == kind))
            assert np.array_equal(run.outcome[f"adoptions_{kind.name}"], adopted), kind.name


def test_stocks_are_cumulated_flows(recorded: Run) -> None:
    outcome = recorded.outcome
    stock = np.cumsum(outcome["formations"] - outcome["exits"], axis=0)
    assert np.array_equal(outcome["active"], stock)
    types = sum(outcome[f"active_{kind}"] for kind in ("market_access", "co_innovation", "globalize"))
    assert np.array_equal(types, stock)
    assert np.array_equal(recorded.markets["partnerships"].sum(axis=2), stock)
    firms = outcome["firms_multinational"] + outcome["firms_chinese"]
    assert np.array_equal(np.diff(firms, axis=0), (outcome["entries"] - outcome["bankruptcies"])[1:])


def test_every_partnership_has_one_life(recorded: Run) -> None:
    events, lives = recorded.events, recorded.lives
    formed = events["partnership"][(events["kind"] == Happening.formation) & (events["partnership"] != 0)]
    assert len(set(formed.tolist())) == len(formed)
    assert sorted(lives["id"].tolist()) == sorted(formed.tolist())
    ended = lives[lives["end"] >= 0]
    closed = np.isin(ended["cause"], (Cause.bankruptcy_multinational, Cause.bankruptcy_chinese))
    assert np.all(ended["end"] >= ended["start"] + ~closed)  # firms close after talks, even on what they just signed
    assert np.all(np.diff(ended["end"]) >= 0)
    assert np.all((lives["end"] >= 0) == (lives["end_kind"] >= 0))
    assert np.all(lives["end"][len(ended) :] == -1)
    assert len(lives) - len(ended) == recorded.outcome["active"][-1].sum()
    flipped = (events["kind"] == Happening.flip).sum()
    assert (lives["flipped"] >= 0).sum() == flipped


def test_records_name_real_rows(recorded: Run) -> None:
    quarters, sectors, regions = recorded.markets.shape
    rows = len(recorded.firm_ids)
    limits = {"quarter": quarters, "sector": sectors, "region": regions, "multinational": rows, "chinese": rows}
    for record, table in ((Event, recorded.events), (Life, recorded.lives)):
        for name in fields(record):
            assert np.all(np.isfinite(table[name].astype(float))), name
            if name in limits:
                assert np.all((table[name] >= -1) & (table[name] < limits[name])), name


def test_tables_agree_with_each_other(recorded: Run) -> None:
    outcome, markets = recorded.outcome, recorded.markets
    check_welfare(outcome, markets)
    selling = markets[markets["expenditure"] > 0.0]
    assert np.all(selling["chinese_content"] >= selling["chinese_share"] - 1e-12)
    assert np.all(markets["imports_home_made"] + markets["local_chinese"] <= markets["chinese_share"] + 1e-9)


def test_a_buy_out_by_the_multinational_makes_it_wholly_owned(lab: Laboratory) -> None:
    """The event says that full ownership follows, and `adoptions_wholly_owned` counts it: so the base must be there."""
    seen = 0
    for seed in range(12):
        read = 0
        for t, state in steps(lab.scenario(), seed):
            count = int(state.scratch.counts[EVENTS])
            for event in state.events[read:count]:
                if event["kind"] == Happening.buyout_multinational and event["type_after"] == Type.wholly_owned:
                    seen += 1
                    m = int(event["multinational"])
                    partner = [q for q in state.firms.contract[m, [state.host, -1]] if q >= 0]
                    signed = any(state.partnerships.start[q] == t for q in partner)
                    assert state.firms.mode[m] == Mode.wholly_owned or signed, (seed, t, m)
            read = count
    assert seen > 5


def test_composite_technology_lies_between_the_generations_a_firm_makes(small: Scenario) -> None:
    """Of every active firm, entrants of the quarter included: the mean of technologies is recorded from it."""
    before = None
    for t, state in steps(small):
        firms = state.firms
        if before is not None:
            made = np.where(firms.adopted > 0, firms.technology, np.nan)
            active = (firms.active > 0) & np.isfinite(made).any(axis=1)
            low = np.nanmin(np.where(firms.adopted > 0, np.fmin(before, made), np.nan)[active], axis=1)
            high = np.nanmax(made[active], axis=1)
            composite = state.scratch.composite[active]
            # generations that nobody demands yet weigh nothing: the composite may fall short by the log of their share
            assert np.all(composite <= high + 1e-6), t
            assert np.all(composite >= low - 1.0), t
        before = np.where(firms.active[:, None] > 0, firms.technology, np.nan)


def test_a_sector_without_caps_has_no_cap_in_any_quarter(shipped: Scenario) -> None:
    """Demand weights of generations may sum to a hair below one: that is no ownership cap."""
    from sim.model.stages.values import equity_cap
    from sim.verify.laboratory import state_at

    state = state_at(shipped, 184)
    free = np.ones_like(state.now.cap)
    state = state._replace(now=state.now._replace(cap=free))
    sectors, regions = state.world.market.shape[1:]
    capped = [(s, r) for s in range(sectors) for r in range(regions) if equity_cap(state, 184, s, state.host, r) < 1.0]
    assert capped == []


def test_inputs_are_never_written(small: Scenario) -> None:
    first = build(small, 0)
    kept = [np.array(column) for column in (*first.sectors, *first.world, *first.in_force, *first.announced)]
    simulate(small, 0)
    after = build(small, 0)
    again = (*after.sectors, *after.world, *after.in_force, *after.announced)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(kept, again, strict=True))
