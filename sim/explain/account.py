"""What there is to tell of a partnership, in order and in words, before it is laid out as text or as a page."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from sim.errors import UsageError
from sim.explain.options import Candidate, Option, firm_names, money, offers, percent, told_apart
from sim.explain.past import Without, counterfactual, happening, life_names, outcome_of, policy_changes
from sim.explain.replay import ENDS, TRIGGERS, Beat, Contract, Reading, Replay, readings_of
from sim.model.columns import Happening, Kind, Ownership, Trigger
from sim.model.stages.asked import Asked
from sim.scenario import Scenario
from sim.scenario.build import labels
from sim.scenario.values import quarter_name, quarter_of
from sim.simulate import simulate


class Brought(NamedTuple):
    """What a side brings at signing: technology as a share of the best foreign firm's, pull of its brand there over one
    of normal size, cost advantage as a share.
    """

    side: str
    firm: str
    technology: float
    pull: float
    cost: float


class Signing(NamedTuple):
    """The quarter of signing: the draw that began the search, what was on the table, what each brought, the terms."""

    quarter: str
    looked: str
    offers: list[Candidate]
    place: str
    brought: list[Brought]
    technology: float  # the Chinese side's part of both
    access: float
    terms: Contract
    trust: float


class Moment(NamedTuple):
    """A quarter in which something happened, or reviews in a row that moved nothing: `until` is then the last, and
    `within` has each in full.
    """

    quarter: str
    until: str
    title: str
    reason: str  # why there was a review, with the draw that decided
    policy: list[str]
    options: list[Option]
    decided: bool  # by the review: an option was taken
    bargain: str  # over what, and what each has apart
    talks: str  # why they opened, their chance and the draw
    change: str  # of terms
    remarks: list[str]
    within: "tuple[Moment, ...]" = ()


class Account(NamedTuple):
    """A partnership's whole story; `fears` and `hopes` are of its first quarter, empty if nothing was weighed."""

    partnership: str
    scenario: str
    seed: int
    parties: str
    outcome: str
    horizon: float
    signing: Signing
    hopes: str
    fears: str
    moments: list[Moment]
    balance: str
    without: Without | None
    readings: list[Reading]
    readings_without: list[Reading]
    marks: list[tuple[int, str]]  # quarters and words for what happened to it


def account(
    scenario: Scenario,
    seed: int,
    partnership: str,
    quarter: str | None = None,
    base: Scenario | None = None,
) -> Account:
    """Replays a partnership and tells what became of it and why.

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
    looked, table = _menu(replay)
    replay.sign()
    signing = _signing(replay, looked, table)
    beats: list[Beat] = []
    moments = list(_moments(replay, only, beats)) if only != replay.start else []
    first = beats[0].weighed if beats else None
    without = counterfactual(scenario, seed, run, life, base) if only is None else None
    other = without.life if without else None
    return Account(
        partnership,
        scenario.name,
        seed,
        _parties(replay),
        outcome_of(life),
        replay.state.parameters.horizon,
        signing,
        _hopes(first) if first else "",
        _fears(first) if first else "",
        moments,
        _balance(life),
        without,
        replay.readings,
        readings_of(without.scenario, seed, without.run, other) if without and other is not None else [],
        [(beat.t, ", ".join(happening(int(event["kind"])) for event in beat.events)) for beat in beats if beat.events],
    )


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


def _menu(replay: Replay) -> tuple[str, list[Candidate]]:
    """Why the multinational looked, and what the two could have agreed on as the markets of the quarter closed."""
    region = int(replay.life["region"])
    found = offers(
        replay.state, replay.kernel.asking(replay.state), replay.start, replay.m, replay.c, region, replay.labels
    )
    p, look = replay.state.parameters, found[0].look
    abroad = region != replay.state.host
    draw, limit = told_apart(look, 1 - p.search if abroad else p.search, 3)
    return f"draw {draw}, {'at least' if abroad else 'below'} {limit}", found


def _signing(replay: Replay, looked: str, table: list[Candidate]) -> Signing:
    """The two firms, what each brought, and the terms."""
    state, q, s, r = replay.state, replay.row, int(replay.life["sector"]), int(replay.life["region"])
    x, jv, firms = state.scratch, state.partnerships, state.firms
    brought = []
    for i, who in ((replay.m, "multinational"), (replay.c, "Chinese firm")):
        cost = float(firms.operations[i]) + (float(x.advantage[s]) if firms.kind[i] == Kind.chinese else 0.0)
        brought.append(Brought(who, replay.names[i], replay.level(i), float(firms.pull[i, r]), cost))
    parts = (float(jv.technology_balance[q]), float(jv.access_balance[q]))
    terms, trust = replay.contract(), float(jv.trust[q])
    place = replay.labels.regions[r]
    return Signing(quarter_name(replay.start), looked, table, place, brought, *parts, terms, trust)


def _moments(replay: Replay, only: int | None, seen: list[Beat]) -> Iterator[Moment]:
    """The quarters after signing, each kept in `seen`; reviews that change nothing are counted, not told one by one."""
    quiet: list[Beat] = []
    for beat in replay.beats():
        seen.append(beat)
        if only is not None:
            if beat.t == only:
                yield _moment(replay, beat)
                return
        elif beat.events or beat.notice:
            if quiet:
                yield _quiet(replay, quiet)
            quiet = []
            yield _moment(replay, beat)
        elif beat.weighed and _why(replay, beat.weighed):
            quiet.append(beat)
    if quiet:
        yield _quiet(replay, quiet)


def _hopes(w: Asked) -> str:
    return (
        f"Hoped to learn: the multinational {money(w.fears.lesson_multinational)}, "
        f"the Chinese firm {money(w.fears.lesson_chinese)}."
    )


def _fears(w: Asked) -> str:
    return (
        f"Feared: leakage would cost the multinational {money(w.fears.leak)}; "
        f"being cut off would cost whoever depends {money(w.fears.dependence)}."
    )


def _why(replay: Replay, w: Asked) -> str:
    """Why a review came, with the draw that decided; empty if none did."""
    p = replay.state.parameters
    if w.fate < p.exogenous_end:
        draw, limit = told_apart(w.fate, p.exogenous_end, 4)
        return f"ended by chance (draw {draw} below {limit})"
    draw, limit = told_apart(w.turn, p.review_rate, 3)
    turn = f"draw {draw} below {limit}"
    if w.touched:
        return "review, called by policy" + (f", and its turn ({turn})" if w.turn < p.review_rate else "")
    return f"review, its turn ({turn})" if w.turn < p.review_rate else ""


def _quiet(replay: Replay, beats: list[Beat]) -> Moment:
    """Reviews in a row that moved nothing."""
    called = sum(bool(beat.weighed and beat.weighed.touched) for beat in beats)
    w = beats[-1].weighed
    assert w is not None
    r = w.review
    over = [money(float(more)) for more in (r.pay_m - r.apart.multinational, r.pay_c - r.apart.chinese)]
    if len(beats) == 1:
        title, at = f"review{', called by policy' if called else ''}: nothing moved", "The"
    else:
        title = f"{len(beats)} reviews{f', {called} called by policy' if called else ''}: nothing moved"
        at = "At the last the"
    said = f"{at} multinational had {over[0]} over its alternative, the Chinese firm {over[1]}."
    first, last = quarter_name(beats[0].t), quarter_name(beats[-1].t)
    within = tuple(_moment(replay, beat) for beat in beats)
    return Moment(first, last, title, "", [], [], False, "", "", "", [said], within)


def _moment(replay: Replay, beat: Beat) -> Moment:
    """One quarter in full."""
    happened = [happening(int(event["kind"])) for event in beat.events]
    w, p = beat.weighed, replay.state.parameters
    why = _why(replay, w) if w else "notice runs"
    decided = bool(w and why and w.fate >= p.exogenous_end)
    change = f"From {_summary(beat.before)} to {_summary(beat.after)}." if beat.after not in (None, beat.before) else ""
    remarks = []
    for event in beat.events:
        if event["kind"] in ENDS:
            remarks.append(f"The end: {TRIGGERS[Trigger(int(event['trigger']))]}.")
        elif event["kind"] == Happening.flip:
            remarks.append("For four quarters the Chinese firm has now brought more of the technology.")
    name = quarter_name(beat.t)
    return Moment(
        name,
        name,
        ", ".join(happened) or why or "no review came up",
        f"{why[0].upper()}{why[1:]}." if happened and w and why else "",
        policy_changes(replay.scenario, replay.state, beat.t, replay.life, replay.labels),
        beat.options if w and (why or not happened) else [],
        decided,
        _bargain(w, replay.in_host) if w and decided else "",
        _talks(w, p.claim) if w and decided else "",
        change,
        [*remarks, *([beat.notice] if beat.notice else [])],
    )


def _bargain(w: Asked, in_host: bool) -> str:
    """What there is to share, over what both have while a dispute lasts, and what each has after leaving."""
    apart = w.review.apart
    mine, hers = money(float(apart.multinational)), money(float(apart.chinese))
    over = "over a stall of the venture" if in_host else "over what both have apart"
    return (
        f"To share: {money(float(w.review.stake))} {over}. Apart the multinational would have {mine}, "
        f"the Chinese firm {hers}."
    )


def _talks(w: Asked, least: float) -> str:
    """Why a side opened talks, their chance of success and the draw; or why nobody did."""
    r = w.review
    gains = {"the multinational": float(r.gain_m), "the Chinese firm": float(r.gain_c)}
    who, most = max(gains.items(), key=lambda each: each[1])
    asks = money(float(least * max(r.stake, 0.0)))
    if not r.opens:
        if most <= 0:
            return "No talks: today's bargain would give neither side more."
        return f"No talks: today's bargain would give {who} {money(most)} more, and it asks only for more than {asks}."
    if r.surplus < 0:
        why = "together they would have more apart" if r.allowed else "law leaves a side less than it has apart"
        said = f"Talks, since {why} (by {money(float(-r.surplus))})"
    else:
        said = f"Talks, since today's bargain would give {who} {money(most)} more, and it asks for more than {asks}"
    sign = "below" if r.talks < r.success else "not below"
    draw, chance = told_apart(r.talks, r.success, 3)
    return f"{said}. Their chance is {chance}; the pair's draw {draw} is {sign} it."


def _summary(contract: Contract | None) -> str:
    assert contract is not None
    return (
        f"{contract.form} ({contract.legal}, equity {percent(contract.equity)}, "
        f"royalty {percent(contract.royalty)}, openness {percent(contract.openness)})"
    )


def _balance(life: Any) -> str:
    """What the whole came to."""
    return (
        f"In all: the Chinese firm learnt {percent(float(life['flow_to_chinese']))}, the multinational "
        f"{percent(float(life['flow_to_multinational']))} of technology (log points); its lead went from "
        f"{percent(float(life['technology_gap_start']))} to {percent(float(life['technology_gap_end']))}."
    )
