"""Stage 5: who brings technology, who brings access, and when that turns."""

from sim.machine.arithmetic import log
from sim.machine.compiled import stage
from sim.model.columns import Bound, Happening, Kind, Trigger, Type
from sim.model.rules.venture import access_balance, technology_balance, tie_up
from sim.model.stages.assumed import CONTRIBUTION_BAND
from sim.model.stages.offers import host_rate, venture_pull
from sim.model.stages.state import State, live_row, log_partnership

NO_APPEAL = 1e-30  # what nobody makes counts as this much


@stage
def product_lead(st: State, s: int, q: int) -> float:
    """Lead of a host venture's product over what its Chinese partner sells alone there, in technology (log).

    Both as buyers see them, prices included, per weight of a brand.
    """
    jv, x, firms, p = st.partnerships, st.scratch, st.firms, st.parameters
    m, c, line = jv.multinational[q], jv.chinese[q], jv.line[q]
    second = st.world.market.shape[2]
    beside = x.appeal[m, second] if line == st.host and x.bound[m, second] == Bound.own else 0.0
    known = venture_pull(st, m, c, beside) * host_rate(st, m, line) * x.pool[s, Kind.multinational]
    theirs = x.appeal[m, line] / max(known, NO_APPEAL)
    weight = firms.pull[c, st.host] * x.pool[s, Kind.chinese] * tie_up(p.tied_assets, float(firms.ventures[c]))
    own = x.appeal[c, st.host] / max(weight, NO_APPEAL)
    return log(max(theirs, NO_APPEAL) / max(own, NO_APPEAL)) / x.sensitivity[s]


@stage
def weigh_product(st: State, t: int, s: int, q: int) -> None:
    """A product flips when it led at first and has been behind the partner's own for four quarters since."""
    jv = st.partnerships
    lead = product_lead(st, s, q)
    jv.product_lead[q] = lead
    if t == jv.start[q] + 1:
        jv.lead_start[q] = lead
    jv.behind[q] = jv.behind[q] + 1 if lead < 0.0 else 0
    if jv.behind[q] == 4 and jv.lead_start[q] > 0.0 and jv.product_flipped[q] < 0:
        jv.product_flipped[q] = t
        log_partnership(st, t, Happening.product_flip, q, jv.type[q], jv.type[q], Trigger.none)


@stage
def weigh_access(st: State, t: int, q: int) -> None:
    """Access flips when the side that brought less of it at first has brought more for four quarters."""
    jv = st.partnerships
    balance = jv.access_balance[q]
    side = 1 if balance > 0.5 else -1 if balance < 0.5 else 0
    if t == jv.start[q] + 1:
        jv.access_side[q] = side
    jv.access_turned[q] = jv.access_turned[q] + 1 if side * jv.access_side[q] < 0 else 0
    if jv.access_turned[q] == 4 and jv.access_flipped[q] < 0:
        jv.access_flipped[q] = t
        log_partnership(st, t, Happening.access_flip, q, jv.type[q], jv.type[q], Trigger.none)


@stage
def weigh_contributions(st: State, t: int, s: int) -> None:
    """Stage 5: who brings technology, who brings access; a balance above one half for four quarters is logged."""
    firms, jv, x = st.firms, st.partnerships, st.scratch
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c, r = jv.multinational[q], jv.chinese[q], jv.region[q]
        jv.technology_balance[q] = technology_balance(x.composite[m] - x.composite[c], CONTRIBUTION_BAND)
        jv.access_balance[q] = access_balance(firms.pull[c, r], firms.pull[m, r])
        jv.reversed[q] = jv.reversed[q] + 1 if jv.technology_balance[q] > 0.5 else 0
        if jv.reversed[q] == 4 and jv.flipped[q] < 0:
            jv.flipped[q] = t
            log_partnership(st, t, Happening.flip, q, jv.type[q], jv.type[q], Trigger.none)
        if jv.type[q] != Type.globalize:
            weigh_product(st, t, s, q)
        weigh_access(st, t, q)
