"""What a contract of two firms would be worth, before anybody signs it, and what keeps them apart."""

from enum import IntEnum
from typing import NamedTuple

from sim.machine.arithmetic import power
from sim.machine.compiled import stage, step
from sim.model.columns import Mode, Ownership, Route, Type
from sim.model.rules.bargaining import nash_pay
from sim.model.rules.policy import blocked
from sim.model.stages.abroad import abroad_worth, alone_abroad, own_abroad
from sim.model.stages.assumed import HOST_CAPACITY, SAME, SECOND_LINE, SUPPLY_CAPACITY
from sim.model.stages.host import alone_in_host, chinese_alone_in_host, host_worth
from sim.model.stages.offers import Abroad
from sim.model.stages.state import State
from sim.model.stages.values import CHOSEN, Pair, Terms, Worth, market_scale, set_up_cost, under


class Obstacle(IntEnum):
    """Why two firms would not sign now; the first that applies."""

    none = 0
    listed = 1  # an entity listing forbids it
    no_technology = 2  # an access holder brings nothing to the host
    line_taken = 3  # the multinational's line is in use
    same_partner = 4  # and its other line in the host is with the same firm
    partner_full = 5  # the Chinese firm has as many partnerships as it can run
    no_surplus = 6  # alone both do as well
    no_pay = 7  # nothing would be left for the Chinese firm
    no_gain = 8  # nothing would be left for the multinational, though together they would gain


@stage
def host_line(st: State, m: int) -> int:
    """The host line a multinational can fill: its lead line, else a second one if allowed, else -1."""
    firms = st.firms
    second = firms.contract.shape[1] - 1
    if firms.contract[m, st.host] < 0:
        return st.host
    ending = st.partnerships.ends[firms.contract[m, st.host]] >= 0
    free = firms.contract[m, second] < 0 and firms.mode[m] == Mode.absent
    return second if free and not ending else -1


@stage
def listed_pair(st: State, m: int, c: int) -> bool:
    """Whether a listing forbids the two firms to work together."""
    return st.firms.listed[c, st.firms.home[m]] > 0 or st.firms.listed[m, st.host] > 0


@stage
def avoided(st: State, t: int, m: int, region: int) -> float:
    """Part of a deal's value lost because controls on the pair's countries make firms keep away."""
    s, home = st.firms.sector[m], st.firms.home[m]
    scale = st.parameters.over_compliance
    out = blocked(0.0, st.now.over_compliance[s, home, st.host], scale)
    back = blocked(0.0, st.now.over_compliance[s, st.host, region], scale)
    return 0.5 * (out + back)


@stage
def half_line_loss(st: State, m: int, line: int) -> float:
    """What a multinational's lead line loses, in money, when a second line takes half of the brand's weight."""
    if line == st.host:
        return 0.0
    q = st.firms.contract[m, st.host]
    part = st.partnerships.equity[q] if q >= 0 else 1.0
    return (1.0 - SECOND_LINE) * part * st.scratch.earned[m, st.host] * st.annuity


@stage
def waited(st: State, t: int, s: int, origin: int, destination: int) -> float:
    """Part of a deal's value left after screening has taken its time."""
    delay = st.now.delay[s, origin, destination] * (1.0 - st.now.waived[s, origin, destination])
    return power(st.parameters.discount, delay) if delay > 0.0 else 1.0


class Deal(NamedTuple):
    """A possible contract of two firms, before taste; present values after waiting, avoidance and signing."""

    worth: Worth
    terms: Terms
    gain_m: float  # over what it has without
    gain_c: float
    d_m: float
    d_c: float
    trust: float


class Entry(NamedTuple):
    """Terms that depend on the multinational and the line, not on the partner; present values."""

    d_m: float  # its best alternative
    mode: int  # what it would do alone
    once: float  # cost of signing, and what its lead line loses
    loss: float  # the latter
    kept: float  # part of a deal's value left after waiting and avoidance
    own: Abroad  # its own offer in a region abroad


@stage
def enter(st: State, t: int, m: int, line: int) -> Entry:
    """What a multinational has and pays on a host line before any partner is looked at."""
    s, home = st.firms.sector[m], st.firms.home[m]
    d_m, mode = alone_in_host(st, t, m, line)
    kept = waited(st, t, s, home, st.host) * (1.0 - avoided(st, t, m, home))
    loss = half_line_loss(st, m, line)
    return Entry(d_m, mode, set_up_cost(st, m) + loss, loss, kept, Abroad(0.0, 0.0, 0.0, 0.0))


@stage
def enter_abroad(st: State, t: int, m: int, r: int) -> Entry:
    """The same in a region abroad, where the alternative depends on the partner."""
    s = st.firms.sector[m]
    kept = waited(st, t, s, st.host, r) * (1.0 - avoided(st, t, m, r))
    once = set_up_cost(st, m) * market_scale(st, s, r, Type.globalize) / max(st.scratch.unit[s], 1e-30)
    return Entry(0.0, Mode.absent, once, 0.0, kept, own_abroad(st, t, m, r))


@stage
def host_deal(st: State, t: int, m: int, c: int, line: int, kind: int, own: Entry, pair: Pair) -> Deal:
    """Market access or co-innovation on a host line, against the best that both have without it."""
    w = host_worth(st, t, m, c, line, kind, pair, CHOSEN, CHOSEN)
    d_c = chinese_alone_in_host(st, m, c, line, own.mode)
    pay_c = nash_pay(w.value - own.once, own.d_m, d_c, st.parameters.bargaining_power)
    agreed = under(st, t, m, kind, Route.none, st.host, w, pay_c)
    gain_m = agreed.multinational * own.kept - own.once - own.d_m
    return Deal(w, agreed, gain_m, (agreed.chinese - d_c) * own.kept, own.d_m, d_c, pair.trust)


@step
def worthless(st: State, m: int, deal: Deal) -> bool:
    """Whether a deal leaves a side less than it has, or both together nothing; one may be held to its option."""
    least = -SAME * st.scratch.unit[st.firms.sector[m]]
    return deal.gain_m < least or deal.gain_c < least or deal.gain_m + deal.gain_c <= 0.0


@stage
def abroad_deal(st: State, t: int, m: int, c: int, r: int, route: int, own: Entry, pair: Pair) -> Deal:
    """Selling or powering in a region abroad, against what both have there without each other."""
    w = abroad_worth(st, t, m, c, r, route, pair, own.own, CHOSEN, CHOSEN)
    d_m, d_c = alone_abroad(st, t, m, c, r, route, own.own)
    pay_c = nash_pay(w.value - own.once, d_m, d_c, st.parameters.bargaining_power)
    agreed = under(st, t, m, Type.globalize, route, r, w, pay_c)
    gain_m = (agreed.multinational - d_m) * own.kept - own.once
    return Deal(w, agreed, gain_m, (agreed.chinese - d_c) * own.kept, d_m, d_c, pair.trust)


@stage
def barred(st: State, m: int, c: int, kind: int, route: int, r: int) -> int:
    """What keeps two firms apart whatever the deal is worth: the first obstacle."""
    firms = st.firms
    if listed_pair(st, m, c):
        return Obstacle.listed
    if kind == Type.globalize:
        if firms.contract[m, r] >= 0:
            return Obstacle.line_taken
        full = firms.contract[c, r] >= 0 if route == Route.sell else firms.supplies[c] >= SUPPLY_CAPACITY
        return Obstacle.partner_full if full else Obstacle.none
    if firms.access_holder[m] > 0:
        return Obstacle.no_technology
    line = host_line(st, m)
    if line < 0:
        return Obstacle.line_taken
    if line != st.host and st.partnerships.chinese[firms.contract[m, st.host]] == c:
        return Obstacle.same_partner
    return Obstacle.partner_full if firms.ventures[c] >= HOST_CAPACITY else Obstacle.none


@stage
def threshold_for(st: State, c: int, kind: int, origin: int, r: int) -> float:
    """Equity from which an investor is screened: a state-owned one abroad is at any equity."""
    owned_by_state = kind == Type.globalize and st.firms.ownership[c] == Ownership.state
    return 0.0 if owned_by_state else st.now.threshold[st.firms.sector[c], origin, r]
