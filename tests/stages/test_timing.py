"""When instruments act: arrival of generations, retaliation, probability, ramp, announcement, end."""

import numpy as np

from sim.model.columns import Happening
from sim.simulate import Run
from sim.verify.laboratory import Laboratory, Shock, differing, shock, until
from tests.stages.test_instruments import (
    CASES,
    CHINA,
    DATES,
    MOTORS,
    PARTS,
    SEEDS,
    START,
    US,
    market,
    outcome,
)


def test_a_generation_can_arrive_earlier(lab: Laboratory) -> None:
    early = shock("generation", sectors="motors", name="new", start="1993Q1")
    never = shock("generation", sectors="motors", name="new", start="1998Q1")
    assert differing(lab.run(), lab.run(never)) == []  # its own date
    base, treated = lab.runs(seeds=SEEDS), lab.runs(early, seeds=SEEDS)
    for a, b in zip(base, treated, strict=True):
        assert first_adoption(a) >= 76 > first_adoption(b) >= 56
        assert differing(until(a, 56), until(b, 56)) == []
    level = outcome("technology_level", [MOTORS], since=100)
    assert np.mean([level(b) - level(a) for a, b in zip(base, treated, strict=True)]) > 0.0


def first_adoption(run: Run) -> int:
    kind = (run.events["kind"] == Happening.generation_adoption) & (run.events["sector"] == MOTORS)
    return int(run.events["quarter"][kind].min())


def test_a_generation_that_the_world_does_not_know_is_taken_up(lab: Laboratory) -> None:
    new = shock("generation", sectors="parts", name="digital", start="2005Q1", ramp=24)
    base, treated = lab.run(), lab.run(new)
    taken = (treated.events["kind"] == Happening.generation_adoption) & (treated.events["sector"] == PARTS)
    assert taken.sum() > 4 and treated.events["quarter"][taken].min() >= START
    assert not np.any((base.events["kind"] == Happening.generation_adoption) & (base.events["sector"] == PARTS))
    assert treated.vintages["weight_home"][-1, PARTS, 1] > 0.95


RETALIATED: Shock = {**CASES["tariff"].shock, **DATES, "retaliation": {"rate": 0.4, "lag": 6}}


def test_retaliation_taxes_the_other_way_after_its_lag(lab: Laboratory) -> None:
    plain, answered = lab.inputs(CASES["tariff"].shock | DATES), lab.inputs(RETALIATED)
    rate = answered.in_force.tariff - plain.in_force.tariff
    assert np.all(rate[START + 6 :, [MOTORS, PARTS], 0, US, CHINA] == 0.4)
    rate[START + 6 :, :, :, US, CHINA] = 0.0
    assert not rate.any()
    a, b = lab.run(CASES["tariff"].shock | DATES), lab.run(RETALIATED)
    assert differing(until(a, START + 6), until(b, START + 6)) == []
    assert differing(a, b) != []


def test_probability_is_drawn_once_per_seed(lab: Laboratory) -> None:
    """A run either has the whole shock or nothing of it, as often as its probability says."""
    whole = {**CASES["tariff"].shock, **DATES}
    happened = 0
    for seed in range(40):
        run = lab.run({**whole, "probability": 0.4}, seed=seed, end=2006)
        without, within = lab.run(seed=seed, end=2006), lab.run(whole, seed=seed, end=2006)
        happens = differing(run, within) == []
        assert happens != (differing(run, without) == [])
        happened += happens
    assert 7 <= happened <= 25  # 16 on average, three standard deviations


def test_probability_keeps_its_draw_when_it_rises(lab: Laboratory) -> None:
    """Luck is shared: whoever is hit at a low probability is hit at a higher one."""
    tariff = {**CASES["tariff"].shock, **DATES}
    hit = {
        p: {
            seed
            for seed in range(40)
            if lab.inputs({**tariff, "probability": p}, seed=seed).in_force.tariff.max() > 0.0
        }
        for p in (0.0, 0.2, 0.6, 1.0)
    }
    assert hit[0.0] == set() and hit[0.2] < hit[0.6] < hit[1.0] == set(range(40))


def test_a_ramp_starts_small_and_ends_in_full(lab: Laboratory) -> None:
    tariff = {**CASES["tariff"].shock, **DATES}
    rates = lab.inputs({**tariff, "ramp": 8}).in_force.tariff[:, MOTORS, 0, CHINA, US]
    assert rates[START - 1 : START + 9].tolist() == [0.0, *(n / 8 for n in range(1, 9)), 1.0]
    quick, slow = lab.run(tariff), lab.run({**tariff, "ramp": 8})
    revenue = [run.markets["tariff_revenue"][START, MOTORS, US] for run in (quick, slow)]
    assert revenue[1] < 0.5 * revenue[0]
    imports = [run.markets["imports_home_made"][START + 3, MOTORS, US] for run in (quick, slow)]
    assert imports[0] < imports[1]


def test_an_announced_tariff_is_acted_on_before_it_is_paid(lab: Laboratory) -> None:
    """Firms that expect a tariff prepare, with anticipation only; nothing is paid before it is in force."""
    tariff = {**CASES["tariff"].shock, "announce": "1995Q1", "start": "2005Q1"}
    bases, runs = lab.runs(seeds=SEEDS), lab.runs(tariff, seeds=SEEDS)
    acted = [differing(until(a, START), until(b, START)) != [] for a, b in zip(bases, runs, strict=True)]
    assert all(acted)
    for run in runs:
        assert run.markets["tariff_revenue"][:START].max() == 0.0
    local = market("local_chinese", US, since=START)
    surprise = lab.runs({**tariff, "announce": "2005Q1"}, seeds=SEEDS)
    window = slice(START, START + 8)
    ready = [run.markets["local_chinese"][window, :2, US].mean() for run in runs]
    late = [run.markets["local_chinese"][window, :2, US].mean() for run in surprise]
    assert np.mean(ready) > np.mean(late)
    assert local(runs[0]) > 0.0


def test_a_policy_that_ends_leaves_its_field_neutral(lab: Laboratory) -> None:
    for name, case in CASES.items():
        inputs = lab.inputs({**case.shock, **DATES, "end": "2009Q4"})
        base = lab.inputs()
        for field_name in inputs.in_force._fields:
            after = getattr(inputs.in_force, field_name)[125:]
            assert np.array_equal(after, getattr(base.in_force, field_name)[125:]), (name, field_name)
