"""A run taken up again and stopped at every review of one partnership."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.explain.options import Option, firm_names, form, told
from sim.explain.past import happening
from sim.kernel import kernel
from sim.machine.compiled import bundle
from sim.model.columns import Happening, SubForm, Trigger
from sim.model.stages.asked import Asked
from sim.model.stages.state import EVENTS
from sim.scenario import Scenario
from sim.scenario.build import build, host, labels
from sim.scenario.values import quarter_name
from sim.simulate import Run, prepare, quietly, turned

ENDS = (Happening.buyout_multinational, Happening.buyout_chinese, Happening.dissolution, Happening.severance)
TRIGGERS = {
    Trigger.scheduled: "its turn for review",
    Trigger.policy: "policy changed",
    Trigger.surplus: "a side did better apart",
    Trigger.exogenous: "reasons outside the model",
    Trigger.listing: "an entity listing",
    Trigger.firm_exit: "a partner went bankrupt",
    Trigger.search: "found in a search",
    Trigger.none: "no reason given",
}


class Contract(NamedTuple):
    """What a partnership's terms are at a moment."""

    form: str
    legal: str
    equity: float
    royalty: float
    openness: float
    autonomy: float


class Beat(NamedTuple):
    """One quarter of a partnership; `weighed` is None while notice runs, `notice` is what was given in the quarter."""

    t: int
    weighed: Asked | None
    options: list[Option]
    events: list[Any]
    before: Contract
    after: Contract | None
    notice: str


class Reading(NamedTuple):
    """Where two partners stand as a quarter's reviews begin.

    Technology as a share of the best foreign firm's; over_...: what a side has over its alternative, present value in
    money, nan where nothing is weighed (at signing, and while notice runs).
    """

    t: int
    multinational: float
    chinese: float
    over_multinational: float
    over_chinese: float


class Replay:
    """A run taken up again, up to the end of one of its lives."""

    def __init__(self, scenario: Scenario, seed: int, run: Run, life: Any) -> None:
        self.scenario, self.life, self.labels = scenario, life, labels(scenario)
        self.names = firm_names(self.labels, run.firm_ids)
        self.m, self.c, self.start = int(life["multinational"]), int(life["chinese"]), int(life["start"])
        self.last = int(life["end"]) if life["end"] >= 0 else len(run.outcome) - 1
        self.kernel = kernel(scenario.rules)
        events = len(run.events) + len(run.lives) + 1
        self.state = prepare(build(scenario, seed), host(scenario), scenario.luck_of(seed), events, rules=self.kernel)
        self.row = -1
        self.in_host = int(life["region"]) == self.state.host
        self.readings: list[Reading] = []
        self.columns = bundle(self.state)
        quietly(self.kernel.begin, self.columns)
        self.seed = seed
        for t in range(self.start):
            self._turn(t)
            quietly(self.kernel.advance, self.columns, t)
        self._turn(self.start)
        quietly(self.kernel.to_review, self.columns, self.start)
        self._read(self.start, None)

    def sign(self) -> None:
        """The rest of the quarter of signing."""
        quietly(self.kernel.from_review, self.columns, self.start)
        self.row = int(np.flatnonzero(self.state.partnerships.id == self.life["id"])[-1])

    def contract(self) -> Contract:
        """The terms as they stand."""
        jv, q = self.state.partnerships, self.row
        numbers = (float(column[q]) for column in (jv.equity, jv.royalty, jv.openness, jv.autonomy))
        legal = SubForm(int(jv.sub_form[q])).name.replace("_", " ")
        return Contract(form(int(jv.type[q]), int(jv.route[q])), legal, *numbers)

    def level(self, firm: int) -> float:
        """A firm's technology as a share of the best foreign firm's in its sector."""
        x, s = self.state.scratch, int(self.life["sector"])
        return float(np.exp(x.composite[firm] - x.best_foreign[s]))

    def beats(self) -> Iterator[Beat]:
        """Every quarter after the signing; the state is that of the quarter's end when the beat comes out."""
        jv = self.state.partnerships
        for t in range(self.start + 1, self.last + 1):
            self._turn(t)
            quietly(self.kernel.to_review, self.columns, t)
            running = bool(jv.ends[self.row] >= 0)
            weighed = None if running else quietly(self.kernel.weigh, self.columns, t, self.row)
            self._read(t, weighed)
            options = told(self.state, self.row, weighed) if weighed else []
            before = self.contract()
            quietly(self.kernel.from_review, self.columns, t)
            events = self._events(t)
            over = any(event["kind"] in ENDS for event in events)
            notice = "" if over or running or jv.ends[self.row] < 0 else self._notice()
            yield Beat(t, weighed, options, events, before, None if over else self.contract(), notice)

    def _turn(self, t: int) -> None:
        """The parameters that hold from quarter t on."""
        changed = turned(self.scenario, self.seed, t, self.state, self.kernel)
        if changed is not None:
            self.state, self.columns = changed, bundle(changed)

    def _read(self, t: int, w: Asked | None) -> None:
        over = (np.nan, np.nan)
        if w:
            r = w.review
            over = (r.pay_m - r.apart.multinational, r.pay_c - r.apart.chinese)
        self.readings.append(Reading(t, self.level(self.m), self.level(self.c), *map(float, over)))

    def _events(self, t: int) -> list[Any]:
        log = self.state.events[: self.state.scratch.counts[EVENTS]]
        return list(log[(log["quarter"] == t) & (log["partnership"] == self.life["id"])])

    def _notice(self) -> str:
        jv, q = self.state.partnerships, self.row
        when, why = quarter_name(int(jv.ends[q])), TRIGGERS[Trigger(int(jv.end_trigger[q]))]
        return f"Notice given: {happening(int(jv.end_kind[q]))} in {when} ({why})."


def readings_of(scenario: Scenario, seed: int, run: Run, life: Any) -> list[Reading]:
    """Where the partners of a life stood in every quarter of it."""
    replay = Replay(scenario, seed, run, life)
    replay.sign()
    for _ in replay.beats():
        pass
    return replay.readings
