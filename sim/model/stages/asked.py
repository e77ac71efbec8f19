"""Questions to a state, answered by the stages' own functions: what a review weighs, what a deal is worth.

Nothing here writes. Where functions take `columns`, that is a State, or its bundle where many questions are asked.
Present values are over the horizon, in money.
"""

from typing import Any, NamedTuple

from sim.machine.compiled import bundle, stage
from sim.machine.draws import key, uniform
from sim.model.columns import Happening, Mode, Route, Type
from sim.model.rules.policy import screened
from sim.model.stages.deals import (
    Obstacle,
    abroad_deal,
    barred,
    enter,
    enter_abroad,
    host_deal,
    host_line,
    threshold_for,
    worthless,
)
from sim.model.stages.review import (
    ENDING,
    EXOGENOUS,
    REVIEW,
    STAY,
    Weighed,
    buyout_of,
    called,
    end_of,
    pair_of,
    price_paid,
    weigh_review,
)
from sim.model.stages.search import SEARCH
from sim.model.stages.state import State
from sim.model.stages.values import Terms, dependence, equity_cap, strangers

__all__ = ["STAY", "Asked", "Deal", "Obstacle", "Terms", "Weighed", "deal", "weigh"]


class Fears(NamedTuple):
    """What each side gains, loses and risks by knowledge that crosses, present values."""

    lesson_chinese: float  # worth of what each side would learn
    lesson_multinational: float
    leak: float  # what the multinational loses by what the partner learns
    dependence: float  # expected loss of the side that depends on the other's technology


class Asked(NamedTuple):
    """One review, the draws of its quarter, and what each side fears; money as present values."""

    review: Weighed
    equity: float  # terms in force
    royalty: float
    turn: float  # draws of the quarter: turn of review, end by chance
    fate: float
    touched: bool  # whether policy calls a review
    cap: float  # on foreign equity in the host
    buyer: int  # event by which who can use the plant better would buy it; dissolution where there is none
    paid: float  # what the multinational then pays its partner, less than 0 if it is paid
    end: int  # how it would end if it did
    decision: int  # event that the review would lead to, or STAY
    fears: Fears


class Deal(NamedTuple):
    """A possible contract of two firms, and why it would not be signed."""

    terms: Terms
    value: float  # after waiting, avoidance and signing
    outside_multinational: float
    outside_chinese: float
    openness: float
    autonomy: float
    refusal: float  # chance that screening refuses it
    look: float  # the draw that decides whether the multinational looks this quarter
    trust: float
    mode: int  # what the multinational would do alone in the host
    obstacle: int


def weigh(columns: Any, t: int, q: int) -> Asked:
    """What a review of partnership row q in quarter t weighs and would decide."""
    return all_weighed(bundle(columns), t, q)


def deal(columns: Any, t: int, m: int, c: int, kind: int, route: int, r: int) -> Deal:
    """A contract of two firms as the search of quarter t values it, before taste; r is the host unless kind is 3."""
    return value_deal(bundle(columns), t, m, c, kind, route, r)


@stage
def fears(st: State, q: int) -> Fears:
    """Worth of lessons to the Chinese firm and to the multinational, of what leaks, of the risk of being cut off."""
    jv, x = st.partnerships, st.scratch
    m, c, pair = jv.multinational[q], jv.chinese[q], pair_of(st, q)
    open_ramp = jv.openness[q] * st.ramp
    dependent = c if jv.type[q] == Type.globalize and jv.route[q] == Route.sell else m
    lost = dependence(st, dependent) * max(x.expected_pot[q], 0.0) * st.annuity
    hers, his = open_ramp * pair.to_chinese, open_ramp * pair.to_multinational
    return Fears(hers * x.gain[c], his * x.gain[m], hers * pair.leak, lost)


@stage
def all_weighed(st: State, t: int, q: int) -> Asked:
    """What `review.weigh_review` weighs, with the draws of the quarter and what each side fears."""
    jv, home = st.partnerships, st.firms.home[st.partnerships.multinational[q]]
    w = weigh_review(st, t, q)
    buyer: int = Happening.dissolution
    if jv.type[q] != Type.globalize and max(w.apart.use_m, w.apart.use_c) > 0.0:
        buyer = buyout_of(w.apart)
    end = end_of(st, t, q, w.apart)
    return Asked(
        review=w,
        equity=jv.equity[q],
        royalty=jv.royalty[q],
        turn=uniform(key(st.seed, REVIEW, t), jv.id[q]),
        fate=uniform(key(st.seed, EXOGENOUS, t), jv.id[q]),
        touched=called(st, t, q),
        cap=equity_cap(st, t, jv.sector[q], home, st.host),
        buyer=buyer,
        paid=price_paid(st, q, buyer, w.apart),
        end=end,
        decision=end if w.decision == ENDING else w.decision,
        fears=fears(st, q),
    )


@stage
def value_deal(st: State, t: int, m: int, c: int, kind: int, route: int, r: int) -> Deal:
    """What `deals.host_deal` or `deals.abroad_deal` finds, and why it would come to nothing."""
    s, home = st.firms.sector[m], st.firms.home[m]
    mode: int = Mode.absent
    if kind == Type.globalize:
        found = abroad_deal(st, t, m, c, r, route, enter_abroad(st, t, m, r), strangers(st, m, c, kind))
    else:
        line = max(host_line(st, m), st.host)  # if all are taken: as if the lead line were free
        own = enter(st, t, m, line)
        mode = own.mode
        found = host_deal(st, t, m, c, line, kind, own, strangers(st, m, c, kind))
    obstacle = barred(st, m, c, kind, route, r)
    if obstacle == Obstacle.none and worthless(st, m, found):
        obstacle = Obstacle.no_pay if found.gain_c < found.gain_m else Obstacle.no_gain
        obstacle = Obstacle.no_surplus if found.gain_m + found.gain_c <= 0.0 else obstacle
    equity = found.terms.equity
    origin = st.host if kind == Type.globalize else home
    least = threshold_for(st, c, kind, origin, r)
    stake = 1.0 - equity if kind == Type.globalize else equity
    return Deal(
        Terms(found.d_m + found.gain_m, found.d_c + found.gain_c, equity, found.terms.royalty),
        found.d_m + found.d_c + found.gain_m + found.gain_c,
        found.d_m,
        found.d_c,
        found.worth.openness,
        found.worth.autonomy,
        st.now.block[s, origin, r] * (1.0 - st.now.waived[s, origin, r]) if screened(stake, least) else 0.0,
        uniform(key(st.seed, SEARCH, t), st.firms.id[m]),
        found.trust,
        mode,
        obstacle,
    )
