"""Each instrument: sign and channel over paired seeds, nothing at size zero, nothing before its announcement."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from sim.model.columns import Bound, Happening, Kind, Ownership, Route, Type
from sim.model.stages.assumed import NOTICE
from sim.model.stages.state import EVENTS
from sim.simulate import Run
from sim.verify.laboratory import Laboratory, Shock, differing, shock, state_at, steps, until

CHINA, US, EU, ROW = range(4)
MOTORS, PARTS, SERVICES = range(3)
SEEDS = 6
KNOWN, START, LATER = 100, 104, 124  # 2004Q1, 2005Q1, 2010Q1
DATES: Shock = {"announce": "2004Q1", "start": "2005Q1"}

Measure = Callable[[Run], float]


def market(name: str, region: int, sectors: list[int] | None = None, since: int = LATER) -> Measure:
    return lambda run: float(run.markets[name][since:, sectors or [MOTORS, PARTS], region].mean())


def outcome(name: str, sectors: list[int] | None = None, since: int = LATER) -> Measure:
    return lambda run: float(run.outcome[name][since:, sectors or [MOTORS, PARTS, SERVICES]].mean())


def events(kind: Happening, region: int | None = None) -> Measure:
    def count(run: Run) -> float:
        chosen = (run.events["kind"] == kind) & (run.events["quarter"] >= START)
        return float((chosen & ((region is None) | (run.events["region"] == region))).sum())

    return count


def gap_of_generation(run: Run) -> float:
    return float(run.vintages["technology_chinese"][LATER:, MOTORS, 0].mean())


@dataclass
class Case:
    """A shock without its dates, its size keys at zero, and what it does: measures that rise or fall on average."""

    shock: Shock
    zero: dict[str, float]
    up: list[Measure] = field(default_factory=list)
    down: list[Measure] = field(default_factory=list)


FROM_CHINA = {"origin": "china", "destination": ["us", "eu", "row"]}
TO_CHINA = {"origin": ["us", "eu", "row"], "destination": "china"}
CASES = {
    "tariff": Case(
        shock("tariff", origin="china", destination="us", rate=1.0),
        {"rate": 0},
        up=[market("tariff_revenue", US)],
        down=[market("imports_home_made", US), market("consumer_surplus", US)],
    ),
    "minimum_price": Case(
        shock("minimum_price", origin="china", destination="us", premium=1.0),
        {"premium": 0},
        down=[market("imports_home_made", US), market("consumer_surplus", US)],
    ),
    "quota": Case(
        shock("quota", origin="china", destination="us", share=0.02),
        {"share": 1},
        up=[lambda run: -float(run.markets["imports_china"][START:, [MOTORS, PARTS], US].max())],
        down=[market("imports_home_made", US), market("consumer_surplus", US)],
    ),
    "owner_tariff": Case(
        shock("tariff", basis="owner", origin="china", destination="us", rate=1.0),
        {"rate": 0},
        up=[market("tariff_revenue", US)],
        down=[market("imports_home_made", US), market("consumer_surplus", US)],
    ),
    "export_control": Case(
        shock("export_control", **TO_CHINA, coverage=1.0),
        {"coverage": 0},
        down=[outcome("knowledge_to_chinese"), outcome("technology_chinese"), gap_of_generation],
    ),
    "over_compliance": Case(
        shock("export_control", **TO_CHINA, over_compliance=0.9),
        {"over_compliance": 0},
        down=[outcome("knowledge_to_chinese"), events(Happening.formation, CHINA)],
    ),
    "entity_list": Case(
        shock("entity_list", origin="china", destination=["us", "eu"], top=3),
        {"top": 0},
        up=[outcome("severances", since=START), outcome("hazard", since=START), outcome("hedge", since=START)],
    ),
    "screening": Case(
        shock("screening", **FROM_CHINA, block=1.0),
        {"block": 0},
        up=[outcome("refusals")],
        down=[events(Happening.formation, US)],
    ),
    "delay": Case(
        shock("screening", **TO_CHINA, delay=16),
        {"delay": 0},
        down=[events(Happening.formation, CHINA)],
    ),
    "ownership_cap": Case(
        shock("ownership_cap", destination="china", max_foreign_equity=0.5),
        {"max_foreign_equity": 1.0},
        down=[outcome("wholly_owned_share")],
    ),
    "mandate": Case(
        shock("ownership_cap", destination="china", mandate=0.8),
        {"mandate": 0},
        up=[outcome("openness")],
    ),
    "sole_entry_friction": Case(
        shock("sole_entry_friction", destination="china", size=0.5),
        {"size": 0},
        down=[outcome("wholly_owned_share")],
    ),
    "ip": Case(shock("data_regime", destination="china", ip=1.0), {"ip": 0}, up=[outcome("openness")]),
    "localisation_cost": Case(
        shock("data_regime", destination="china", localisation_cost=0.2),
        {"localisation_cost": 0},
        down=[outcome("active_co_innovation"), outcome("hub_share")],
    ),
    "subsidy_rd": Case(
        shock("subsidy", origin="china", target="rd", rate=1.0),
        {"rate": 0},
        up=[outcome("rd_chinese"), outcome("technology_chinese"), market("public_outlays", CHINA)],
    ),
    "subsidy_production": Case(
        shock("subsidy", origin="china", target="production", rate=0.2),
        {"rate": 0},
        up=[outcome("chinese_share_abroad"), outcome("chinese_share_home"), market("public_outlays", CHINA)],
    ),
    "perception": Case(
        shock("perception", origin="china", destination="us", shift=-2),
        {"shift": 0},
        down=[market("chinese_share", US)],
    ),
    "compliance": Case(
        shock("compliance", origin="us", destination="china", cost=0.3),
        {"cost": 0},
        down=[market("profit_owners", US, [MOTORS, PARTS, SERVICES])],
    ),
    "local_content": Case(
        shock("local_content", sectors="traded", destination="us", share=1.0),
        {"share": 0},
        down=[market("imports_home_made", US)],
    ),
    "demand": Case(
        shock("demand", destination="us", change=-0.5),
        {"change": 0},
        down=[market("expenditure", US)],
    ),
    "supply": Case(
        shock("supply", origin="china", change=-0.5),
        {"change": 0},
        down=[market("imports_china", US), market("imports_china", EU)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_sign_and_channel(lab: Laboratory, name: str) -> None:
    case = CASES[name]
    without = lab.runs(seeds=SEEDS)
    treated = lab.runs({**case.shock, **DATES}, seeds=SEEDS)
    for direction, measures in ((1.0, case.up), (-1.0, case.down)):
        for place, measure in enumerate(measures):
            effects = [direction * (measure(b) - measure(a)) for a, b in zip(without, treated, strict=True)]
            assert np.mean(effects) > 0.0, (direction, place, effects)


@pytest.mark.parametrize("name", CASES)
def test_size_zero_changes_no_byte(lab: Laboratory, name: str) -> None:
    case = CASES[name]
    assert differing(lab.run(), lab.run({**case.shock, **DATES, **case.zero, "ramp": 6})) == []


@pytest.mark.parametrize("name", CASES)
def test_nothing_differs_before_the_announcement(lab: Laboratory, name: str) -> None:
    case = CASES[name]
    for seed in range(2):
        base, treated = lab.run(seed=seed), lab.run({**case.shock, **DATES, "ramp": 4}, seed=seed)
        assert differing(until(base, KNOWN), until(treated, KNOWN)) == []
        assert differing(base, treated) != []


@pytest.mark.parametrize("name", CASES)
def test_without_anticipation_nothing_differs_before_the_start(lab: Laboratory, name: str) -> None:
    """With `anticipation` 0 an announced policy is a surprise: an announcement triggers no review either."""
    case, moved = CASES[name], []
    for seed in range(4):
        base = lab.run(seed=seed, anticipation=0.0)
        treated = lab.run({**case.shock, **DATES}, seed=seed, anticipation=0.0)
        assert differing(until(base, START), until(treated, START)) == []
        moved += differing(base, treated)
    assert moved  # in some runs nobody is there whom it could meet


def test_equity_stays_below_the_cap(lab: Laboratory) -> None:
    """Of what is signed under a cap of one half; without it multinationals hold more.

    The mean over all contracts says nothing: under a cap some stay in a venture who would else go alone.
    """
    for cap in ({**CASES["ownership_cap"].shock, **DATES}, None):
        signed = []
        for seed in range(3 * SEEDS):  # few sign so late
            jv = state_at(lab.scenario(*([cap] if cap else [])), 150, seed).partnerships
            host = (jv.active > 0) & (jv.type != Type.globalize) & (jv.start >= START)
            signed += jv.equity[host].tolist()
        assert len(signed) > 10
        assert (max(signed) <= 0.5 + 1e-12) == bool(cap)


def test_a_floor_pays_exporters_what_a_duty_of_its_size_takes(lab: Laboratory) -> None:
    """Paired runs: exporters earn more, the treasury nothing; less shipping is lost: a plant saves no duty."""
    floor, duty = {**CASES["minimum_price"].shock, **DATES}, {**CASES["tariff"].shock, **DATES}
    left, taxed = lab.runs(floor, seeds=SEEDS), lab.runs(duty, seeds=SEEDS)
    revenue, profit, shipped = (
        market("tariff_revenue", US),
        outcome("profit_chinese", since=START),
        market("imports_home_made", US),
    )
    assert all(revenue(run) == 0.0 < revenue(other) for run, other in zip(left, taxed, strict=True))
    assert np.mean([profit(a) - profit(b) for a, b in zip(left, taxed, strict=True)]) > 0.0
    assert np.mean([shipped(a) - shipped(b) for a, b in zip(left, taxed, strict=True)]) > 0.0
    first = [run.markets["imports_china"][START, MOTORS, US] for run in (left[0], taxed[0])]
    assert first[0] == pytest.approx(first[1], rel=1e-12)  # in the first quarter both sell the same


def test_licences_are_the_exporters_or_the_treasurys(lab: Laboratory) -> None:
    """Paired runs: sold, they are tariff revenue, of which there is none else, and exporters earn less."""
    given = {**CASES["quota"].shock, **DATES}
    kept, sold = lab.runs(given, seeds=SEEDS), lab.runs({**given, "auctioned": 1.0}, seeds=SEEDS)
    revenue, profit = market("tariff_revenue", US), outcome("profit_chinese", since=START)
    assert all(revenue(run) == 0.0 < revenue(other) for run, other in zip(kept, sold, strict=True))
    assert np.mean([profit(a) - profit(b) for a, b in zip(kept, sold, strict=True)]) > 0.0
    first = [run.markets["imports_china"][START, MOTORS, US] for run in (kept[0], sold[0])]
    assert first[0] == pytest.approx(first[1], rel=1e-12)  # buyers pay the same


def test_partners_that_are_exempt_sell_beyond_a_ceiling(lab: Laboratory) -> None:
    """Nothing may be imported but by partners: what Chinese firms ship alone stops, what partners ship does not."""
    none = shock("quota", sectors="traded", origin="china", destination="all", share=0.0, start="2005Q1")
    shipped = 0.0
    for seed in range(4):
        state = state_at(lab.scenario({**none, "exempts": 1.0}), LATER + 20, seed)
        x, firms = state.scratch, state.firms
        goods = (firms.active[:, None] > 0) & (firms.kind[:, None] == Kind.chinese)
        sales = np.where(goods, firms.share * x.host_made, 0.0)[:, US : ROW + 1]
        given = (x.bound == Bound.given)[:, US : ROW + 1]
        assert sales[~given].max() == 0.0
        shipped += sales[given].sum()
    assert shipped > 0.0


def test_a_prohibitive_tariff_stops_trade(lab: Laboratory) -> None:
    """At 500 % next to nothing made in China is sold: relative appeal falls by a factor of 216."""
    tariff = {**CASES["tariff"].shock, **DATES, "rate": 5.0}
    last = [run.markets["imports_china"][-1, [MOTORS, PARTS], US] for run in (lab.run(), lab.run(tariff))]
    odds = [share / (1.0 - share) for share in last]
    assert np.all(odds[1] < 0.1 * odds[0]), odds


def test_a_tariff_shifts_relative_sales_by_the_elasticity(lab: Laboratory) -> None:
    """Target shares of two places move by -alpha ln(1 + t) at fixed markups: the appeal kept across the border."""
    state = state_at(lab.scenario({**CASES["tariff"].shock, **DATES}), START)
    base = state_at(lab.scenario(), START)
    kept = state.scratch.trade[MOTORS, 0, CHINA, US] / base.scratch.trade[MOTORS, 0, CHINA, US]
    assert np.log(kept) == pytest.approx(-3.0 * np.log(2.0), rel=1e-12)
    assert np.array_equal(state.scratch.trade[SERVICES], base.scratch.trade[SERVICES])
    assert state.scratch.trade[MOTORS, 0, CHINA, EU] == base.scratch.trade[MOTORS, 0, CHINA, EU]


def test_tariff_revenue_is_paid_on_imports_only(lab: Laboratory) -> None:
    treated = lab.run({**CASES["tariff"].shock, **DATES}, supplied_content=1.0)
    revenue, imports = treated.markets["tariff_revenue"], treated.markets["imports_china"]
    spent = imports * treated.markets["expenditure"]
    assert revenue[:START].max() == 0.0 and revenue[:, :, [CHINA, EU, ROW]].max() == 0.0
    assert revenue[START:, [MOTORS, PARTS], US] == pytest.approx(0.5 * spent[START:, [MOTORS, PARTS], US], rel=1e-9)
    assert revenue[:, SERVICES].max() == 0.0


def test_goods_made_where_they_are_sold_pay_no_tariff(lab: Laboratory) -> None:
    """What a multinational makes in a region with a partner there is no import, even if it has no plant of its own."""
    duty = shock("tariff", origin=["us", "eu"], destination="row", rate=1.0, start="1979Q1")
    content = shock("local_content", sectors="traded", destination="row", share=1.0, start="1979Q1")  # else they ship
    seen = 0
    for seed in range(6):
        read = 0
        for t, state in steps(lab.scenario(duty, content, governance=0.0, hub_growth=0.5), seed):
            jv, firms, x = state.partnerships, state.firms, state.scratch
            new = state.events[read : state.scratch.counts[EVENTS]]
            read = int(state.scratch.counts[EVENTS])
            if t < 0 or np.any(new["region"] == ROW) or np.any(new["kind"] == Happening.bankruptcy):
                continue  # firms and contracts of the market's stage are those at the end of the quarter
            local = (jv.active > 0) & (jv.route == Route.power) & (jv.region == ROW) & (jv.place == ROW)
            if np.any(firms.plant[:, ROW] == t) or np.any(jv.start[local] == t - 1):
                continue  # a plant makes half of what it can in its first quarter, all from the second on
            seen += local.sum()
            for s in (MOTORS, PARTS):
                plant = (firms.plant[:, ROW] >= 0) & (firms.plant[:, ROW] <= t)
                shipped = (firms.sector == s) & (firms.kind == Kind.multinational) & ~plant
                shipped[jv.multinational[local]] = False
                sent = firms.share[shipped, ROW] * (1.0 - x.host_made[shipped, ROW])  # the rest comes from a hub
                most = 0.5 * x.expenditure[s, ROW] * sent.sum()
                assert x.tariff_revenue[s, ROW] == pytest.approx(most, rel=1e-9), (seed, t, s)
    assert seen > 10


def test_an_owner_tariff_falls_on_the_owner_wherever_goods_are_made(lab: Laboratory) -> None:
    state = state_at(lab.scenario({**CASES["owner_tariff"].shock, **DATES}), START)
    base = state_at(lab.scenario(), START)
    assert np.array_equal(state.scratch.trade, base.scratch.trade)
    assert np.array_equal(state.scratch.brand, base.scratch.brand)  # made in the market: no duty
    ratio = state.scratch.brand_import[MOTORS, 0] / base.scratch.brand_import[MOTORS, 0]
    assert ratio[CHINA, US] == pytest.approx(2.0**-3)
    ratio[CHINA, US] = 1.0
    assert np.array_equal(ratio, np.ones((4, 4)))


def test_full_export_control_stops_learning_from_partners(lab: Laboratory) -> None:
    """Coverage 1 from the start is a run without partner and ambient learning, of partnerships the flow itself."""
    control = shock("export_control", **TO_CHINA, coverage=1.0, start="1979Q1")
    free = lab.run().outcome
    assert free["knowledge_to_chinese"].max() > 0.0 and free["knowledge_to_multinational"].max() > 0.0
    run = lab.run(control)
    assert run.lives["flow_to_chinese"].max(initial=0.0) == 0.0  # where nothing flows few or none sign
    assert run.outcome["knowledge_to_chinese"].max() == 0.0
    back = shock("export_control", **FROM_CHINA, coverage=1.0, start="1979Q1")
    run = lab.run(back)
    assert run.lives["flow_to_multinational"].max(initial=0.0) == 0.0
    assert run.outcome["knowledge_to_multinational"].max() == 0.0


def test_export_control_of_one_generation_leaves_the_others(lab: Laboratory) -> None:
    control = shock("export_control", **TO_CHINA, coverage=1.0, sectors="motors", generation="new")
    inflow = state_at(lab.scenario({**control, **DATES}), START).scratch.inflow[MOTORS]
    assert inflow.tolist() == [1.0, 0.0]


def test_over_compliance_scales_with_its_parameter(lab: Laboratory) -> None:
    spill = {**CASES["over_compliance"].shock, **DATES}
    off = state_at(lab.scenario(spill, over_compliance=0.0), START)
    assert off.firms.hazard.max() == 0.0 and off.scratch.inflow[MOTORS].tolist() == [1.0, 1.0]
    state = state_at(lab.scenario(spill), START)
    assert state.scratch.inflow[MOTORS] == pytest.approx(0.1)


def test_over_compliance_raises_the_perceived_hazard(lab: Laboratory) -> None:
    run = lab.run({**CASES["over_compliance"].shock, **DATES})
    assert run.outcome["hazard"][START].min() > lab.run().outcome["hazard"][START].max()


@pytest.mark.parametrize("seed", range(4))
def test_named_firms_are_cut_off_while_listed(lab: Laboratory, seed: int) -> None:
    """No partnership with multinationals of the country that lists; others are free to go on."""
    names = [f"motors-c{n:02d}" for n in range(1, 9)]
    listing = shock("entity_list", destination="us", firms=names, start="2005Q1", end="2014Q4")
    run, base = lab.run(listing, seed=seed), lab.run(seed=seed)
    american = set(range(3))
    listed = range(6, 14)
    lives = run.lives[(run.lives["sector"] == MOTORS) & np.isin(run.lives["chinese"], listed)]
    hit = np.isin(lives["multinational"], list(american))
    ends = np.where(lives["end"] < 0, 10_000, lives["end"])
    assert not np.any(hit & (lives["start"] < START) & (ends > START))
    assert not np.any(hit & (lives["start"] >= START) & (lives["start"] < 144))
    cut = run.events[run.events["kind"] == Happening.severance]
    cut = cut[(cut["quarter"] == START) & (cut["sector"] == MOTORS)]
    assert np.all(np.isin(cut["multinational"], list(american)))
    held = (base.lives["start"] < START) & ((base.lives["end"] > START) | (base.lives["end"] < 0))
    held &= (base.lives["sector"] == MOTORS) & np.isin(base.lives["multinational"], list(american))
    held &= np.isin(base.lives["chinese"], listed)
    assert len(cut) == held.sum()


@pytest.mark.parametrize(("origin", "destination", "row"), [("china", "us", CHINA), ("us", "china", US)])
def test_the_most_central_firms_are_listed(lab: Laboratory, origin: str, destination: str, row: int) -> None:
    """As many as the size says, of the origin's firms, whichever side lists."""
    listing = shock("entity_list", sectors="motors", origin=origin, destination=destination, top=2)
    by = {"us": US, "china": CHINA}[destination]
    for t, state in steps(lab.scenario({**listing, **DATES, "end": "2007Q4"})):
        if t < 0:
            continue
        listed = (state.firms.listed[:, by] > 0) & (state.firms.active > 0)
        if t < START or t > 115:
            assert not listed.any(), t
        elif t == START:
            assert listed.sum() == 2
            assert np.all(state.firms.home[listed] == row) and np.all(state.firms.sector[listed] == MOTORS)


def test_screening_refuses_equity_above_its_threshold(lab: Laboratory) -> None:
    """Block 1 stops Chinese stakes abroad; licences and supply carry no stake; a threshold lets smaller stakes pass."""
    screen = {**CASES["screening"].shock, **DATES}
    strict = lab.runs(screen, seeds=SEEDS)
    lax = lab.runs({**screen, "threshold": 1.0}, seeds=SEEDS)
    for run in strict:
        signed = run.lives[(run.lives["start"] >= START) & (run.lives["type_first"] == Type.globalize)]
        assert np.all(signed["equity_start"] == 1.0)
    assert sum(events(Happening.screening_refusal)(run) for run in lax) < sum(
        events(Happening.screening_refusal)(run) for run in strict
    )


def test_state_owned_investors_are_screened_at_any_equity(lab: Laboratory) -> None:
    screen = {**CASES["screening"].shock, **DATES, "threshold": 1.0}
    inputs = lab.inputs(screen)
    seen = 0
    for run in lab.runs(screen, seeds=SEEDS):
        refused = run.events[(run.events["kind"] == Happening.screening_refusal) & (run.events["quarter"] >= START)]
        early = refused[inputs.firms.id[refused["chinese"]] != 0]  # entrants are private
        assert np.all(inputs.firms.ownership[early["chinese"]] == Ownership.state)
        assert len(early) == len(refused)
        seen += len(refused)
    assert seen > 0


def test_an_ownership_cap_bounds_equity_and_closes_full_ownership(lab: Laboratory) -> None:
    cap = shock("ownership_cap", destination="china", max_foreign_equity=0.3, start="1979Q1")
    run = lab.run(cap, cost_wholly_owned=0.0)
    local = run.lives["type_last"] != Type.globalize
    assert run.lives["equity_start"][local].max() <= 0.3 + 1e-9
    assert run.lives["equity_end"][local].max() <= 0.3 + 1e-9
    free = lab.run(cost_wholly_owned=0.0)
    assert free.outcome["wholly_owned_share"].max() > 0.0
    assert run.outcome["adoptions_wholly_owned"].sum() == 0.0


def test_a_cap_that_does_not_bind_changes_no_byte_of_contracts(lab: Laboratory) -> None:
    """A cap of 1 is no cap."""
    assert (
        differing(lab.run(), lab.run(shock("ownership_cap", destination="china", max_foreign_equity=1.0, **DATES)))
        == []
    )


def test_a_mandate_promises_openness(lab: Laboratory) -> None:
    mandate = shock("ownership_cap", destination="china", mandate=0.8, start="1979Q1")
    for _, state in steps(lab.scenario(mandate)):
        jv = state.partnerships
        local = (jv.active > 0) & (jv.type != Type.globalize)
        assert np.all(jv.openness[local] >= 0.8)


def test_a_production_subsidy_for_one_generation_is_paid(lab: Laboratory) -> None:
    """Accounts close: whatever makes goods of the new generation cheaper is paid by the treasury."""
    subsidy = shock("subsidy", sectors="motors", origin="china", target="production", rate=0.2, generation="new")
    base, treated = lab.runs(seeds=3), lab.runs({**subsidy, **DATES}, seeds=3)
    paid = [market("public_outlays", CHINA, [MOTORS])(b) - market("public_outlays", CHINA, [MOTORS])(a)
            for a, b in zip(base, treated, strict=True)]  # fmt: skip
    sold = [outcome("chinese_share_home", [MOTORS])(b) - outcome("chinese_share_home", [MOTORS])(a)
            for a, b in zip(base, treated, strict=True)]  # fmt: skip
    assert np.mean(sold) > 0.0
    assert min(paid) > 0.0


def test_a_research_subsidy_is_paid_by_the_home_of_the_firms(lab: Laboratory) -> None:
    subsidy = shock("subsidy", origin="eu", target="rd", rate=0.5, **DATES)
    base, treated = lab.run(), lab.run(subsidy)
    more = treated.markets["public_outlays"] - base.markets["public_outlays"]
    assert more[START, [MOTORS, SERVICES], EU].min() > 0.0
    assert more[START, PARTS, EU] == 0.0  # access holders only, who do no research
    assert np.all(more[START][:, [CHINA, US, ROW]] == 0.0)


def test_a_demand_shock_scales_expenditure_exactly(lab: Laboratory) -> None:
    base, treated = lab.run(), lab.run({**CASES["demand"].shock, **DATES})
    ratio = treated.markets["expenditure"] / base.markets["expenditure"]
    assert np.all(ratio[:START] == 1.0) and np.all(ratio[:, :, [CHINA, EU, ROW]] == 1.0)
    assert ratio[START:, :, US] == pytest.approx(0.5, rel=1e-12)


def test_a_supply_shock_stops_and_ends(lab: Laboratory) -> None:
    """Nothing delivered for a while: sales shrink as fast as buyers turn away, and come back."""
    stop = shock("supply", sectors="traded", origin="china", change=-1.0, start="2005Q1", end="2006Q4")
    base, treated = lab.run(share_speed=1.0), lab.run(stop, share_speed=1.0)
    made = treated.markets["imports_china"][:, [MOTORS, PARTS]]
    assert made[START:112, :, [CHINA, US, EU, ROW]].max() == 0.0
    assert made[112:116, :, CHINA].min() > 0.0
    assert base.markets["imports_china"][START, MOTORS, US] > 0.0


def test_compliance_costs_are_seen_by_decisions(lab: Laboratory) -> None:
    """A cost that eats all margins of American owners in China: they sign no further venture and the old ones end."""
    burden = shock("compliance", origin="us", destination="china", cost=0.9, start="2000Q1")
    for seed in range(4):
        run = lab.run(burden, seed=seed)
        american = lab.inputs().firms.home[run.lives["multinational"]] == US
        late = american & (run.lives["region"] == CHINA) & ((run.lives["end"] < 0) | (run.lives["end"] > 144 + NOTICE))
        assert not late.any(), run.lives[late]
