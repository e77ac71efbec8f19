"""Runs with quarters in common go through them once, and end in the bytes of runs by themselves."""

from importlib import import_module

import numpy as np
import pytest

from sim import branches
from sim.branches import Branches, forks, shared
from sim.machine.compiled import bundle
from sim.machine.declare import dimensions
from sim.model.columns import Policy, World
from sim.model.stages import begin, stretch
from sim.runs import Options
from sim.runs.batch import settled
from sim.runs.course import make_job
from sim.runs.sweep import ask
from sim.scenario import Scenario, load
from sim.scenario.build import Inputs, build, host
from sim.scenario.find import names, shipped
from sim.simulate import first_room, prepare, simulate
from tests.stages.fingerprint import fingerprint

simulation = import_module("sim.simulate")  # the package gives the function of that name

WHAT_IFS = ["baseline", *(name for name in names(shipped()) if name not in ("world", "history", "baseline"))]
SWEEPS = sorted((shipped() / "sweeps").glob("*.yaml"))
SEED = 5


def order_of(scenarios: list[Scenario]) -> list[branches.Fork]:
    return forks(scenarios, SEED, [build(each, SEED) for each in scenarios])


def ran(together: Branches) -> dict[int, str]:
    """Fingerprint of every run, by its place among the scenarios."""
    return {fork.place: fingerprint(together.run(number)) for number, fork in enumerate(together.order)}


def agree(scenarios: list[Scenario], seed: int = SEED) -> Branches:
    """Asserts that scenarios run together come out as by themselves."""
    together = Branches(scenarios, seed)
    found = ran(together)
    for place, scenario in enumerate(scenarios):
        assert found[place] == fingerprint(simulate(scenario, seed)), scenario.name
    return together


def test_every_shipped_what_if_and_case_is_what_it_is_by_itself() -> None:
    scenarios = [load(shipped() / f"{name}.yaml") for name in WHAT_IFS]
    whole = [each for each in scenarios if each.end == scenarios[0].end]
    assert len(whole) > 20
    together = agree(whole)
    assert sum(fork.quarter > 100 for fork in together.order) > 15  # most have all of history in common


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_points_of_every_shipped_sweep_are_what_they_are_by_themselves(path, tmp_path) -> None:
    plan = ask(path, {}, {}).plan()
    job = make_job(plan, Options(out=tmp_path), tmp_path)
    step = -(-len(plan.arms) // 8)  # its corners, and some between
    agree([settled(job, arm.scenario, arm.settings) for arm in plan.arms[::step]])


def dated(inputs: Inputs) -> list[tuple[str, str]]:
    """Members of the inputs that have quarters."""
    kinds = (("world", World), ("in_force", Policy), ("announced", Policy))
    return [(part, name) for part, kind in kinds for name, per in dimensions(kind).items() if per[0] == "quarter"]


def test_a_quarter_reads_nothing_that_is_dated_after_it() -> None:
    """What all of this stands on: other numbers from some quarter on change no byte of what was written before."""
    scenario, until = load("tight_controls"), 180
    inputs = build(scenario, SEED)
    told = {part: getattr(inputs, part) for part in ("world", "in_force", "announced")}
    rng = np.random.default_rng(1)
    for part, name in dated(inputs):
        column = getattr(told[part], name).copy()
        column[until:] = rng.permuted(column[until:] + 0.5)
        told[part] = told[part]._replace(**{name: column})
    listing = np.array(inputs.named_listing)
    listing[::7, :, 0], listing[::7, :, 1] = until, until + 9
    written = []
    for given in (inputs, inputs._replace(**told, named_listing=np.asfortranarray(listing))):
        state = prepare(given, host(scenario), SEED, *first_room(scenario, given, in_turn=True))
        columns = bundle(state)
        begin(columns)
        stretch(columns, 0, until, closes=False)
        ends = {"quarter": until, "event": int(state.scratch.counts[0]), "life": int(state.scratch.counts[1])}
        written.append(b"".join(array.tobytes() for array in branches._written(state, ends)))
    assert written[0] == written[1]


@pytest.fixture(scope="module")
def family() -> list[Scenario]:
    rates = (0.1, 0.2, 0.2, 0.3)
    return [load("baseline"), *(load("tariff_escalation", {"shocks.eu_escalation_electric.rate": r}) for r in rates)]


def test_the_first_quarter_of_difference_is_that_of_the_announcement(family: list[Scenario]) -> None:
    order = order_of(family)
    announced = {shock.id: shock.announce for shock in family[1].shocks}
    own, first = announced["eu_escalation_electric"], announced["us_escalation"]
    last = family[0].quarters - 1  # two points that are one: the last quarter is gone through
    assert order == [(0, 0), (1, first), (2, own), (3, last), (4, own)] and first < own < last
    assert shared(family, SEED) == (first + 2 * own + last) / (5 * family[0].quarters)


def test_what_has_no_date_leaves_nothing_in_common() -> None:
    scenarios = [load("baseline"), load("baseline", {"parameters.horizon": 30})]
    assert [fork.quarter for fork in order_of(scenarios)] == [0, 0]
    agree(scenarios)


def test_other_rules_other_draws_and_other_luck_are_other_worlds() -> None:
    """Two under one text of rules share; nothing is shared with what is ruled, drawn or lucky otherwise."""
    rules, taken = "docs/examples/rules.py", {"draws": 3}
    ruled = [load(name, rules=rules) for name in ("baseline", "open_door")]
    drawn = [load("baseline", posterior=taken), load("baseline", posterior={**taken, "crossed": True})]
    scenarios = [load("baseline"), load("open_door"), *ruled, *drawn]
    assert drawn[1].luck_of(SEED) != SEED
    order = {fork.place: fork.quarter for fork in order_of(scenarios)}
    assert [order[place] > 100 for place in range(6)] == [False, True, False, True, False, False]
    agree(scenarios)


def test_parameters_from_a_date_on_leave_in_common_what_was_before() -> None:
    dates = ({"2027Q1": 16}, {"2027Q1": 16, "2031Q1": 30}, {"2029Q1": 8})
    scenarios = [load("baseline"), *(load("baseline", {"parameters.horizon": each}) for each in dates)]
    first = [scenario.turns[0] for scenario in scenarios[1:]]
    order = order_of(scenarios)
    assert [fork.quarter for fork in order] == [0, first[2], first[0], scenarios[2].turns[1]]
    agree(scenarios)


def test_runs_may_fail_be_left_out_or_lack_room(family: list[Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [fingerprint(simulate(scenario, SEED)) for scenario in family]
    together = Branches(family, SEED)
    for number in (1, 3):  # the first never ran, nor did what it leaves for others
        assert fingerprint(together.run(number)) == expected[together.order[number].place]
    twice = [*family, family[-1]]  # the last is like the one before it, which is unlike those that ran
    together = Branches(twice, SEED)
    for number in (0, 1, 2, 3, 5):
        place = together.order[number].place
        assert fingerprint(together.run(number)) == expected[min(place, 4)]
    monkeypatch.setattr(simulation, "AMPLE", 0.3)
    monkeypatch.setattr(simulation, "EVENTS_A_FIRM", 1)
    monkeypatch.setattr(simulation, "_rows_needed", {})
    assert [found for _, found in sorted(ran(Branches(family, SEED)).items())] == expected
