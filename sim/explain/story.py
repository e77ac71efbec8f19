"""The story of one partnership: the run again, stopped at every review to ask both sides what they weigh."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np

from sim.columns import Happening, Kind, Ownership, SubForm, Trigger
from sim.compiled import bundle
from sim.errors import UsageError
from sim.explain.options import Option, firm_names, form, money, offers, percent, told
from sim.explain.past import counterfactual, happening, life_names, outcome_of, policy_changes
from sim.quarter import advance, begin, from_review, to_review
from sim.quarter.asked import Weighed, weigh
from sim.quarter.state import EVENTS
from sim.scenario import Scenario
from sim.scenario.build import build, host, labels
from sim.scenario.values import quarter_name, quarter_of
from sim.simulate import Run, prepare, quietly, simulate

ENDS = (Happening.buyout_multinational, Happening.buyout_chinese, Happening.dissolution, Happening.severance)


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
    weighed: Weighed | None
    options: list[Option]
    events: list[Any]
    before: Contract
    after: Contract | None
    notice: str


class Replay:
    """A run taken up again, up to the end of one of its lives."""

    def __init__(self, scenario: Scenario, seed: int, run: Run, life: Any) -> None:
        self.scenario, self.life, self.labels = scenario, life, labels(scenario)
        self.names = firm_names(self.labels, run.firm_ids)
        self.m, self.c, self.start = int(life["multinational"]), int(life["chinese"]), int(life["start"])
        self.last = int(life["end"]) if life["end"] >= 0 else len(run.outcome) - 1
        self.state = prepare(build(scenario, seed), host(scenario), seed, len(run.events) + len(run.lives) + 1)
        self.row = -1
        self.columns = bundle(self.state)
        quietly(begin, self.columns)
        for t in range(self.start):
            quietly(advance, self.columns, t)
        quietly(to_review, self.columns, self.start)

    def sign(self) -> None:
        """The rest of the quarter of signing."""
        quietly(from_review, self.columns, self.start)
        self.row = int(np.flatnonzero(self.state.partnerships.id == self.life["id"])[-1])

    def contract(self) -> Contract:
        """The terms as they stand."""
        jv, q = self.state.partnerships, self.row
        numbers = (float(column[q]) for column in (jv.equity, jv.royalty, jv.openness, jv.autonomy))
        legal = SubForm(int(jv.sub_form[q])).name.replace("_", " ")
        return Contract(form(int(jv.type[q]), int(jv.route[q])), legal, *numbers)

    def beats(self) -> Iterator[Beat]:
        """Every quarter after the signing; the state is that of the quarter's end when the beat comes out."""
        jv = self.state.partnerships
        for t in range(self.start + 1, self.last + 1):
            quietly(to_review, self.columns, t)
            running = bool(jv.ends[self.row] >= 0)
            weighed = None if running else quietly(weigh, self.columns, t, self.row)
            options = told(self.state, self.row, weighed) if weighed else []
            before = self.contract()
            quietly(from_review, self.columns, t)
            events = self._events(t)
            over = any(event["kind"] in ENDS for event in events)
            notice = "" if over or running or jv.ends[self.row] < 0 else self._notice()
            yield Beat(t, weighed, options, events, before, None if over else self.contract(), notice)

    def _events(self, t: int) -> list[Any]:
        log = self.state.events[: self.state.scratch.counts[EVENTS]]
        return list(log[(log["quarter"] == t) & (log["partnership"] == self.life["id"])])

    def _notice(self) -> str:
        jv, q = self.state.partnerships, self.row
        when, why = quarter_name(int(jv.ends[q])), _TRIGGERS[Trigger(int(jv.end_trigger[q]))]
        return f"Notice given: {happening(int(jv.end_kind[q]))} in {when} ({why})."


_TRIGGERS = {
    Trigger.scheduled: "its turn for review",
    Trigger.policy: "policy changed",
    Trigger.surplus: "a side did better apart",
    Trigger.exogenous: "reasons outside the model",
    Trigger.listing: "an entity listing",
    Trigger.firm_exit: "a partner went bankrupt",
    Trigger.search: "found in a search",
    Trigger.none: "no reason given",
}


def story(
    scenario: Scenario, seed: int, partnership: str, quarter: str | None = None, base: Scenario | None = None
) -> str:
    """Tells what became of a partnership and why, as plain text of at most 110 columns or so.

    partnership: its id in tables. quarter: tell only this one ("1999Q2"). base: what to compare with; absent: the file
    that the scenario extends, if its policy differs. Raises UsageError for an id or quarter that the run does not know.
    """
    run = simulate(scenario, seed)
    lives = life_names(run.lives, firm_names(labels(scenario), run.firm_ids))
    if partnership not in lives:
        near = ", ".join(get_close_matches(partnership, lives, n=3, cutoff=0)) or "none"
        raise UsageError(f"no partnership {partnership!r} in {scenario.name}, seed {seed}", f"there are {near}")
    life = run.lives[lives[partnership]]
    replay = Replay(scenario, seed, run, life)
    only = None if quarter is None else _quarter(quarter, replay)
    lines = [
        f"{partnership} in {scenario.name}, seed {seed}",
        f"{_parties(replay)}:",
        f"{outcome_of(life)}.",
        f"Values are present values over {replay.state.parameters.horizon:.0f} quarters, in the unit of the markets.",
    ]
    menu = _menu(replay)
    replay.sign()
    if only in (None, replay.start):
        lines += ["", f"{quarter_name(replay.start)}  signed", *menu, *_signed(replay)]
    lines += _later(replay, only) if only != replay.start else []
    if only is None:
        lines += ["", *_balance(life), *counterfactual(scenario, seed, run, life, base)]
    return "\n".join(lines)


def _quarter(text: str, replay: Replay) -> int:
    try:
        t = quarter_of(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not replay.start <= t <= replay.last:
        inside = f"it lasted from {quarter_name(replay.start)} to {quarter_name(replay.last)}"
        raise UsageError(f"nothing to tell of {quarter_name(t)}", inside)
    return t


def _parties(replay: Replay) -> str:
    firms, regions = replay.state.firms, replay.labels.regions
    sector = replay.labels.sectors[int(replay.life["sector"])]
    kind = "access holder" if firms.access_holder[replay.m] else "multinational"
    ownership = Ownership(int(firms.ownership[replay.c])).name
    return (
        f"{replay.names[replay.m]} ({kind}, {regions[firms.home[replay.m]]}) and "
        f"{replay.names[replay.c]} ({ownership}-owned), {sector} in {regions[int(replay.life['region'])]}"
    )


def _menu(replay: Replay) -> list[str]:
    """What the two could have agreed on, as the markets of the quarter closed."""
    region = int(replay.life["region"])
    found = offers(replay.state, replay.start, replay.m, replay.c, region, replay.labels)
    p, look = replay.state.parameters, found[0].look
    abroad = region != replay.state.host
    drawn = (
        f"draw {look:.3f}, at least {1 - p.search_abroad:.3f}"
        if abroad
        else f"draw {look:.3f}, below {p.search_host:.3f}"
    )
    rows = [
        (" ", each.form, *map(money, (each.multinational, each.chinese, each.surplus)),
         f"apart {money(each.outside_multinational)} and {money(each.outside_chinese)}; {each.reason}")
        for each in found
    ]  # fmt: skip
    return [f"  The multinational looked for a partner ({drawn}). On the table, before taste:", *_table(rows)]


def _signed(replay: Replay) -> list[str]:
    """The two firms, what each brought, and the terms."""
    state, q, s, r = replay.state, replay.row, int(replay.life["sector"]), int(replay.life["region"])
    x, jv, firms = state.scratch, state.partnerships, state.firms
    place = replay.labels.regions[r]
    lines = ["  What each brought:"]
    for i, who in ((replay.m, "multinational"), (replay.c, "Chinese firm")):
        level = np.exp(float(x.composite[i] - x.best_foreign[s]))
        cost = float(firms.operations[i]) + (float(x.advantage[s]) if firms.kind[i] == Kind.chinese else 0.0)
        lines.append(
            f"    {who:<14} technology {percent(level)} of the best foreign firm's; access in {place} "
            f"{percent(float(firms.access[i, r]))}; cost advantage {percent(cost)}"
        )
    said = replay.contract()
    free = f", autonomy {percent(said.autonomy)}" if said.autonomy else ""
    clause = "with" if jv.clause[q] else "without"
    return [
        *lines,
        f"    The Chinese side's part: technology {percent(float(jv.technology_balance[q]))}, "
        f"access {percent(float(jv.access_balance[q]))}.",
        f"  Signed: {said.form} as {said.legal}; equity {percent(said.equity)}, royalty {percent(said.royalty)}, "
        f"openness {percent(said.openness)}{free};",
        f"    {clause} a clause for shocks; trust {float(jv.trust[q]):.2f}.",
    ]


def _later(replay: Replay, only: int | None) -> list[str]:
    """The quarters after signing; reviews that change nothing are counted, not told one by one."""
    lines: list[str] = []
    quiet: list[Beat] = []
    for beat in replay.beats():
        if only is not None:
            if beat.t == only:
                return _beat(replay, beat)
            continue
        if beat.t == replay.start + 1 and beat.weighed:
            lines += _fears(beat.weighed)
        if beat.events or beat.notice:
            lines += [*_quiet(quiet), *_beat(replay, beat)]
            quiet = []
        elif beat.weighed and _why(replay, beat.weighed):
            quiet.append(beat)
    return lines + _quiet(quiet)


def _fears(w: Weighed) -> list[str]:
    """What each side stood to learn, and feared to lose."""
    return [
        f"  Hoped to learn: the multinational {money(w.fears.lesson_multinational)}, "
        f"the Chinese firm {money(w.fears.lesson_chinese)}.",
        f"  Feared: leakage would cost the multinational {money(w.fears.leak)}; "
        f"being cut off would cost whoever depends {money(w.fears.dependence)}.",
    ]


def _why(replay: Replay, w: Weighed) -> str:
    """Why a review came, with the draw that decided; empty if none did."""
    p = replay.state.parameters
    if w.fate < p.exogenous_end:
        return f"ended by chance (draw {w.fate:.4f} below {p.exogenous_end:.4f})"
    turn = f"draw {w.turn:.3f} below {p.review_rate:.3f}"
    if w.touched:
        return "review, called by policy" + (f", and its turn ({turn})" if w.turn < p.review_rate else "")
    return f"review, its turn ({turn})" if w.turn < p.review_rate else ""


def _quiet(beats: list[Beat]) -> list[str]:
    if not beats:
        return []
    first, last = quarter_name(beats[0].t), quarter_name(beats[-1].t)
    called = sum(bool(beat.weighed and beat.weighed.touched) for beat in beats)
    w = beats[-1].weighed
    assert w is not None
    over = [money(pay - other) for pay, other in (
        (w.now.multinational, w.outside_multinational), (w.now.chinese, w.outside_chinese)
    )]  # fmt: skip
    if len(beats) == 1:
        title = f"{first}  review{', called by policy' if called else ''}: nothing moved"
    else:
        title = (
            f"{first} to {last}  {len(beats)} reviews{f', {called} called by policy' if called else ''}: nothing moved"
        )
    at = "The" if len(beats) == 1 else "At the last the"
    return ["", title, f"  {at} multinational had {over[0]} over its alternative, the Chinese firm {over[1]}."]


def _beat(replay: Replay, beat: Beat) -> list[str]:
    """One quarter in full."""
    happened = [happening(int(event["kind"])) for event in beat.events]
    w, p = beat.weighed, replay.state.parameters
    why = _why(replay, w) if w else "notice runs"
    lines = ["", f"{quarter_name(beat.t)}  {', '.join(happened) or why or 'no review came up'}"]
    if happened and w and why:
        lines.append(f"  {why[0].upper()}{why[1:]}.")
    changes = policy_changes(replay.scenario, replay.state, beat.t, replay.life, replay.labels)
    lines += [f"  Policy: {change}" for change in changes]
    decided = bool(w and why and w.fate >= p.exogenous_end)
    if w and (why or not happened):
        lines += _table([
            (">" if each.chosen and decided else " ", each.choice,
             *map(money, (each.multinational, each.chinese, each.surplus)), each.reason)
            for each in beat.options
        ])  # fmt: skip
    if w and decided and (w.unhappy_multinational or w.unhappy_chinese):
        lines.append(f"  {_talks(w)}")
    if beat.after and beat.after != beat.before:
        lines.append(f"  From {_summary(beat.before)} to {_summary(beat.after)}.")
    for event in beat.events:
        if event["kind"] in ENDS:
            lines.append(f"  The end: {_TRIGGERS[Trigger(int(event['trigger']))]}.")
        elif event["kind"] == Happening.flip:
            lines.append("  For four quarters the Chinese firm has now brought more of the technology.")
    return [*lines, f"  {beat.notice}"] if beat.notice else lines


def _talks(w: Weighed) -> str:
    if w.talks < w.chance and w.decision in ENDS:
        return "No talks: both do as well apart, or law leaves one of them short."
    sign = "below" if w.talks < w.chance else "not below"
    return f"Talks: the draw {w.talks:.3f} is {sign} the {w.chance:.3f} that trust and terms allow."


def _summary(contract: Contract) -> str:
    return (
        f"{contract.form} ({contract.legal}, equity {percent(contract.equity)}, "
        f"royalty {percent(contract.royalty)}, openness {percent(contract.openness)})"
    )


def _balance(life: Any) -> list[str]:
    """What the whole came to."""
    return [
        f"In all: the Chinese firm learnt {percent(float(life['flow_to_chinese']))}, the multinational "
        f"{percent(float(life['flow_to_multinational']))} of technology (log points); its lead went from "
        f"{percent(float(life['technology_gap_start']))} to {percent(float(life['technology_gap_end']))}.",
    ]


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Choices with what each side would have; `>` marks what was chosen."""
    heads = ("", "", "multinational", "Chinese firm", "surplus", "")
    wide = [max(len(row[n]) for row in (*rows, heads)) for n in range(5)]
    lines = []
    for row in (heads, *rows):
        words = [row[n].ljust(wide[n]) if n < 2 else row[n].rjust(wide[n] + 1) for n in range(5)]
        lines.append("  " + " ".join([*words, "", row[5]]).rstrip())
    return lines
