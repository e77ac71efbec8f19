"""Whether a partnership goes on: review, renegotiation that can fail, ends and trust (M9, M10, M11)."""

from sim.machine.arithmetic import clip, exp
from sim.machine.compiled import rule


@rule
def gain_by_terms(before: float, after: float) -> float:
    """Gain of a side by new terms over the old ones; a difference by rounding counts as none.

    Formula: after - before if abs(after - before) > 1e-6 * max(abs(before), abs(after)) else 0
    Units: before, after: money; result: money
    Limits: terms that law leaves as they were bring nothing.
    Source: definition
    """
    gain = after - before
    return gain if abs(gain) > 1e-6 * max(abs(before), abs(after)) else 0.0


@rule
def trust_next(trust: float, kept: float, speed: float) -> float:
    """Next trust: towards 1 if promises were kept, towards 0 if not.

    With the same news each quarter the distance to it falls as (1 - speed)**t.

    Formula: trust + speed * (kept - trust)
    Units: trust: share; kept: 1 or 0; speed: 1/quarter; result: share
    Limits: speed 0 keeps trust for ever, 1 makes it the last quarter's news.
    Source: assumed
    """
    return trust + speed * (kept - trust)


@rule
def breakdown(surplus: float, doubt: float) -> float:
    """Chance that talks fail on a contract worth `surplus` more than both alternatives: each side knows only its own.

    Formula: 1 / (1 + exp(clip(surplus / max(doubt, 1e-30), -50, 50)))
    Units: surplus, doubt: money, present values; result: probability
    Limits: one half where nothing is to be lost; without doubt talks end a contract if and only if it is worth less.
    Source: [MyersonSatterthwaite1983]; the form assumed
    """
    return 1.0 / (1.0 + exp(clip(surplus / max(doubt, 1e-30), -50.0, 50.0)))


@rule
def claims(gain: float, stake: float, least: float) -> bool:
    """Whether a side asks for new terms: today's bargain would give it enough more than the terms in force.

    Formula: gain > least * max(stake, 0)
    Units: gain, stake: money, present values; least: share; result: flag
    Limits: least = 0 reopens a contract at every review; where nothing is left to bargain about, any gain does.
    Source: [ReuerArino2002], [Blodgett1992]
    """
    return gain > least * max(stake, 0.0)
