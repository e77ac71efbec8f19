"""Questions to a state, answered by the stages' own functions: what a review weighs, what a deal is worth.

Nothing here writes. Where functions take `columns`, that is a State, or its bundle where many questions are asked.
Present values are over the horizon, in money.
"""

from typing import Any, NamedTuple

from sim.columns import Mode, Route, Type
from sim.compiled import bundle, stage
from sim.draws import key, uniform
from sim.quarter.deals import Obstacle, abroad_deal, barred, enter, enter_abroad, host_deal, host_line, threshold_for
from sim.quarter.review import (
    ENDING,
    EXOGENOUS,
    REVIEW,
    STAY,
    called,
    end_of,
    plant_uses,
    weigh_review,
)
from sim.quarter.search import SEARCH
from sim.quarter.state import State
from sim.quarter.values import Terms, equity_cap, leak_price, lesson_rate, risked, strangers
from sim.rules.policy import screened

__all__ = ["STAY", "Deal", "Obstacle", "Terms", "Weighed", "deal", "weigh"]


class Fears(NamedTuple):
    """What each side gains, loses and risks by knowledge that crosses, present values."""

    lesson_chinese: float  # worth of what each side would learn
    lesson_multinational: float
    leak: float  # what the multinational loses by what the partner learns
    dependence: float  # expected loss of the side that depends on the other's technology


class Weighed(NamedTuple):
    """One review in numbers. `decision` is the event (state.py) it would lead to, or STAY."""

    now: Terms
    again: Terms  # the same form, split anew
    other: Terms  # the other form
    other_type: int
    other_route: int
    value: float  # of the whole in today's market
    other_value: float
    outside_multinational: float
    outside_chinese: float
    mode: int  # what the multinational would do alone
    tolerance: float
    moving: float  # cost of changing form
    better: bool  # whether the other form is worth it
    moves: bool  # and both would sign it
    renews: bool  # whether both would sign new terms in the same form
    unhappy_multinational: bool
    unhappy_chinese: bool
    chance: float  # that talks succeed
    talks: float  # draws of the quarter: talks, turn of review, end by chance
    turn: float
    fate: float
    touched: bool  # whether policy calls a review
    plant: float  # sales of the plant, and what each side could make of it
    use_multinational: float
    use_chinese: float
    cap: float  # on foreign equity in the host
    end: int  # how it would end if it did
    decision: int
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


def weigh(columns: Any, t: int, q: int) -> Weighed:
    """What a review of partnership row q in quarter t weighs and would decide."""
    return all_weighed(bundle(columns), t, q)


def deal(columns: Any, t: int, m: int, c: int, kind: int, route: int, r: int) -> Deal:
    """A contract of two firms as the search of quarter t values it, before taste; r is the host unless kind is 3."""
    return value_deal(bundle(columns), t, m, c, kind, route, r)


@stage
def fears(st: State, q: int) -> Fears:
    """Worth of lessons to the Chinese firm and to the multinational, of what leaks, of the risk of being cut off."""
    jv, x = st.partnerships, st.scratch
    m, c = jv.multinational[q], jv.chinese[q]
    to_c, to_m = lesson_rate(st, m, c, jv.trust[q])
    open_ramp = jv.openness[q] * st.ramp
    dependent = c if jv.type[q] == Type.globalize and jv.route[q] == Route.sell else m
    return Fears(
        lesson_chinese=open_ramp * to_c * x.gain[c],
        lesson_multinational=open_ramp * to_m * x.gain[m],
        leak=open_ramp * to_c * leak_price(st, m, c),
        dependence=risked(st, dependent, x.forecast_pot[q]),
    )


@stage
def all_weighed(st: State, t: int, q: int) -> Weighed:
    """What `review.weigh_review` weighs, with the draws of the quarter and what each side fears."""
    jv, home = st.partnerships, st.firms.home[st.partnerships.multinational[q]]
    w = weigh_review(st, t, q)
    table, other = w.table, w.table.other
    plant, use_m, use_c = plant_uses(st, q, table.outside.mode)
    end = end_of(st, q, table.outside.mode)
    decision = end if w.decision == ENDING else w.decision
    return Weighed(
        now=Terms(multinational=table.pay_m, chinese=table.pay_c, equity=jv.equity[q], royalty=jv.royalty[q]),
        again=w.again,
        other=w.changed,
        other_type=other.type,
        other_route=other.route,
        value=table.now.value,
        other_value=other.worth.value,
        outside_multinational=table.outside.multinational,
        outside_chinese=table.outside.chinese,
        mode=table.outside.mode,
        tolerance=table.tolerance,
        moving=table.moving,
        better=table.better,
        moves=w.moves,
        renews=w.renews,
        unhappy_multinational=table.unhappy_m,
        unhappy_chinese=table.unhappy_c,
        chance=w.chance,
        talks=w.talks,
        turn=uniform(key(st.seed, REVIEW, t), jv.id[q]),
        fate=uniform(key(st.seed, EXOGENOUS, t), jv.id[q]),
        touched=called(st, t, q),
        plant=plant,
        use_multinational=use_m,
        use_chinese=use_c,
        cap=equity_cap(st, jv.sector[q], home, st.host),
        end=end,
        decision=decision,
        fears=fears(st, q),
    )


@stage
def value_deal(st: State, t: int, m: int, c: int, kind: int, route: int, r: int) -> Deal:
    """What `deals.host_deal` or `deals.abroad_deal` finds, and why it would come to nothing."""
    s, home = st.firms.sector[m], st.firms.home[m]
    mode: int = Mode.absent
    if kind == Type.globalize:
        found = abroad_deal(st, t, m, c, r, route, enter_abroad(st, t, m, r), strangers(st, m, c))
    else:
        line = max(host_line(st, m), st.host)  # if all are taken: as if the lead line were free
        own = enter(st, m, line)
        mode = own.mode
        found = host_deal(st, m, c, line, kind, own, strangers(st, m, c))
    obstacle = barred(st, m, c, kind, route, r)
    if obstacle == Obstacle.none and found.gain_m <= 0.0:
        obstacle = Obstacle.no_surplus if found.gain_m + found.gain_c <= 0.0 else Obstacle.no_gain
    elif obstacle == Obstacle.none and found.gain_c <= 0.0:
        obstacle = Obstacle.no_pay
    equity = found.terms.equity
    origin = st.host if kind == Type.globalize else home
    least = threshold_for(st, c, kind, origin, r)
    stake = 1.0 - equity if kind == Type.globalize else equity
    refusal = st.now.block[s, origin, r] if screened(stake, least) else 0.0
    gained = Terms(
        multinational=found.d_m + found.gain_m,
        chinese=found.d_c + found.gain_c,
        equity=equity,
        royalty=found.terms.royalty,
    )
    return Deal(
        terms=gained,
        value=found.d_m + found.d_c + found.gain_m + found.gain_c,
        outside_multinational=found.d_m,
        outside_chinese=found.d_c,
        openness=found.worth.openness,
        autonomy=found.worth.autonomy,
        refusal=refusal,
        look=uniform(key(st.seed, SEARCH, t), st.firms.id[m]),
        trust=found.trust,
        mode=mode,
        obstacle=obstacle,
    )
