"""Customer capital: once a year, who sold becomes known to those who chose anew (M13)."""

from sim.machine.arithmetic import log
from sim.machine.compiled import lane, stage
from sim.model.columns import Mode, Route, Type
from sim.model.rules.customers import buyers_anew, customers_next, habitual, newcomers_pull, pull
from sim.model.stages.assumed import SETTLING
from sim.model.stages.state import State, first_of, last_of, live_row, middle_of

YEAR = 4


@lane
def along_credits(st: State, r: int, first: int, last: int) -> None:
    """What firms sell in a region, on all lines."""
    for i in range(first, last):
        st.scratch.credited[i, r] = st.scratch.firm_share[i, r]


@lane
def along_customers(st: State, s: int, r: int, size: float, anew: float, least: float, first: int, last: int) -> None:
    """Customers follow sales; `least` is the pull, over that at home, of a firm that has never sold in the region."""
    firms, habit = st.firms, st.scratch.habit[s, r]
    for i in range(first, last):
        lives = firms.active[i] > 0
        customers = customers_next(firms.customers[i, r], size * st.scratch.credited[i, r], anew)
        known = firms.pull[i, firms.home[i]] if firms.home[i] != r else 1.0
        after = max(pull(customers, habit), least * known)
        firms.customers[i, r] = customers if lives else firms.customers[i, r]
        firms.pull[i, r] = after if lives else firms.pull[i, r]


@stage
def anew(st: State, t: int, s: int, r: int) -> float:
    """Part of the year's buyers in a region who choose without habit."""
    world, before = st.world, t - YEAR
    growth = log(max(world.market[t, s, r], 1e-12) / max(world.market[before, s, r], 1e-12))
    turned = 0.0
    for g in range(world.weight.shape[2]):
        turned += max(world.weight[t, s, g, r] - world.weight[before, s, g, r], 0.0)
    return buyers_anew(st.sectors.customer_turnover[s], growth, turned)


@stage
def withhold_exports(st: State, t: int, s: int) -> None:
    """Exports make a multinational known in the host as far as it may distribute them itself."""
    firms, x, second = st.firms, st.scratch, st.world.market.shape[2]
    shut = 1.0 - st.world.rights[t]
    for i in range(first_of(st, s), middle_of(st, s)):
        led = firms.contract[i, st.host] >= 0
        if firms.mode[i] == Mode.export and not led:
            x.credited[i, st.host] -= shut * firms.share[i, st.host]
        elif firms.mode[i] == Mode.absent and led and firms.contract[i, second] < 0:
            x.credited[i, st.host] -= shut * firms.share[i, second]


@stage
def share_credit(st: State, s: int) -> None:
    """A venture's buyers, and those of a brand sold through a partner, become customers of both sides.

    The brand's owner wins `learnable_access` of them, the side that has the access the rest.
    """
    firms, jv, x, p = st.firms, st.partnerships, st.scratch, st.parameters
    for k in range(x.live[s]):
        q = live_row(st, s, k)
        if jv.active[q] == 0:
            continue
        m, c, r, line = jv.multinational[q], jv.chinese[q], jv.region[q], jv.line[q]
        if jv.type[q] != Type.globalize:
            moved = (1.0 - p.learnable_access) * firms.share[m, line]
            x.credited[m, r] -= moved
            x.credited[c, r] += moved
        elif jv.route[q] == Route.sell:
            moved = (1.0 - p.learnable_access) * firms.share[c, line]
            x.credited[c, r] -= moved
            x.credited[m, r] += moved


@stage
def remember_home(st: State, s: int, middle: int, last: int) -> None:
    """Home buyers know home brands together as well as ever, however few brands share what they know."""
    firms, known = st.firms, 0.0
    for i in range(middle, last):
        known += firms.pull[i, st.host] if firms.active[i] > 0 else 0.0
    if 0.0 < known < st.sectors.chinese[s]:
        for i in range(middle, last):
            firms.pull[i, st.host] *= st.sectors.chinese[s] / known


@stage
def become_known(st: State, t: int, s: int) -> None:
    """Once a year, when markets have settled: customers are made by selling."""
    if t < SETTLING or t % YEAR != YEAR - 1:
        return
    p, x = st.parameters, st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    regions = st.world.market.shape[2]
    for r in range(regions):
        along_credits(st, r, first, last)
    if st.world.rights[t] < 1.0:
        withhold_exports(st, t, s)
    share_credit(st, s)
    for r in range(regions):
        choose = anew(st, t, s, r)
        x.habit[s, r] = habitual(p.habit, choose)
        least = newcomers_pull(p.newcomer, st.world.rights[t]) if r == st.host else p.newcomer_abroad
        along_customers(st, s, r, st.sectors.multinationals[s], choose, least, first, middle)
        along_customers(st, s, r, st.sectors.chinese[s], choose, p.newcomer_abroad, middle, last)
    remember_home(st, s, middle, last)
