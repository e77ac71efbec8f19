"""Any sequence of quarters and interventions keeps every invariant, and is told again to the byte.

Policies appear, are announced and withdrawn, firms fail, a generation comes early; parameters stay. If nobody failed,
the same bytes come out of one run that knew all from the start: nothing reacts to what is not yet known.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from sim.machine.compiled import bundle
from sim.model.stages import advance
from sim.scenario import Scenario
from sim.scenario.build import build
from sim.scenario.shocks import Shock
from sim.simulate import quietly
from sim.verify.laboratory import start
from tests.stages.drawn import QUARTERS, any_parameters, any_shock, differing_bytes, variant
from tests.stages.invariants import Watch

RUIN = -1e6  # net worth that no profit mends
READ = ("in_force", "announced", "world", "named_listing")  # what a scenario's policies fill


class Sequence:
    """A run that is stopped between quarters to change what comes."""

    def __init__(self, tiny: Scenario, parameters: dict[str, float], seed: int) -> None:
        self.scenario = variant(tiny, parameters)
        self.seed, self.now, self.shocks = seed, 0, ()
        self.state = start(self.scenario, seed)
        self.watch = Watch(self.state)

    def pass_quarters(self, number: int) -> None:
        columns = bundle(self.state)
        for _ in range(min(number, QUARTERS - self.now)):
            quietly(advance, columns, self.now)
            self.watch.after(self.now)
            self.now += 1

    def decide(self, shocks: tuple[Shock, ...]) -> None:
        """From now on the policies are these; what is past stays as it was."""
        self.shocks = shocks
        inputs = build(variant(self.scenario, shocks=shocks), self.seed)
        self.state = self.state._replace(**{name: getattr(inputs, name) for name in READ})
        self.watch.state = self.state

    def ruin(self, row: int) -> None:
        """The firm has lost everything, for longer than anybody waits."""
        self.state.firms.worth[row] = RUIN
        self.state.firms.distress[row] = 10**6
        self.watch.remember()


class Interventions(RuleBasedStateMachine):
    """Draws a sequence, notes it, and at its end tells it again."""

    tiny: Scenario  # of the test

    @initialize(parameters=st.just({}) | any_parameters, seed=st.integers(0, 3), past=st.sampled_from([0, 24, 48]))
    def begin(self, parameters: dict[str, float], seed: int, past: int) -> None:
        self.open: Callable[[], Sequence] = lambda: Sequence(self.tiny, parameters, seed)
        self.run, self.told, self.failed = self.open(), [], False
        self.do("pass_quarters", past)

    def do(self, name: str, argument: Any) -> None:
        self.told.append((name, argument))
        getattr(self.run, name)(argument)

    @rule(number=st.integers(1, 12))
    def quarters_pass(self, number: int) -> None:
        self.do("pass_quarters", number)

    @rule(shock=any_shock())
    def policy_appears(self, shock: Shock) -> None:
        """Known from now on; in force from now or later. A generation comes early, if it is still to come."""
        run, shift = self.run, self.run.now - shock.announce
        if shock.kind == "generation" and run.now > 0 and run.state.world.arrived[run.now - 1, 0, 1] > 0.0:
            return
        if shock.firms and any(each.firms for each in run.shocks):  # listings of a firm count as one, with no gap
            return
        end = None if shock.end is None else shock.end + shift
        number = len(self.told)
        moved = replace(shock, id=f"shock_{number}", announce=run.now, start=shock.start + shift, end=end)
        self.do("decide", (*run.shocks, moved))

    @precondition(lambda self: any(withdrawable(shock, self.run.now) for shock in self.run.shocks))
    @rule(data=st.data())
    def policy_disappears(self, data: st.DataObject) -> None:
        run = self.run
        gone = data.draw(st.sampled_from([shock for shock in run.shocks if withdrawable(shock, run.now)]))
        kept = (replace(shock, end=run.now - 1) if shock is gone else shock for shock in run.shocks)
        self.do("decide", tuple(kept))

    @precondition(lambda self: self.run.state.firms.active.any())
    @rule(data=st.data())
    def firm_fails(self, data: st.DataObject) -> None:
        living = np.flatnonzero(self.run.state.firms.active).tolist()
        self.failed = True
        self.do("ruin", data.draw(st.sampled_from(living)))

    def teardown(self) -> None:
        if not hasattr(self, "told"):
            return
        again = self.open()
        for name, argument in self.told:
            getattr(again, name)(argument)
        assert differing_bytes(self.run.state, again.state) == []
        if not self.failed:
            foreseen = self.open()
            foreseen.decide(self.run.shocks)
            foreseen.pass_quarters(self.run.now)
            assert differing_bytes(lived(self.run), lived(foreseen)) == []


def withdrawable(shock: Shock, now: int) -> bool:
    """Whether it has been in force and still is: what was only announced has been believed, and stays."""
    return shock.kind != "generation" and shock.start < now and (shock.end is None or shock.end >= now)


def lived(run: Sequence) -> Any:
    """What the quarters that have passed made of the state: not what is still to come."""
    return run.state._replace(**dict.fromkeys(READ))


def test_any_sequence_keeps_the_invariants_and_can_be_told_again(tiny: Scenario) -> None:
    machine = type("Machine", (Interventions,), {"tiny": tiny})
    run_state_machine_as_test(machine, settings=settings(max_examples=40, stateful_step_count=20))


def test_a_ruined_firm_closes_in_the_next_quarter(tiny: Scenario) -> None:
    run = Sequence(tiny, {}, 0)
    run.pass_quarters(40)
    row = int(np.flatnonzero(run.state.firms.ventures)[0])
    run.ruin(row)
    run.pass_quarters(1)
    assert (
        run.state.firms.active[row] == 0
        and not (run.state.partnerships.chinese == row)[run.state.partnerships.active > 0].any()
    )
