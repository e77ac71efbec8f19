"""Stage 9: firms go bankrupt and Chinese firms enter, in rows kept for them."""

import numpy as np

from sim.machine.compiled import stage
from sim.machine.draws import Stream, key, normal, uniform
from sim.model.columns import Cause, Happening, Kind, Mode, Ownership, Trigger, Type
from sim.model.rules.customers import customers_of, pull
from sim.model.rules.firms import entrant_technology, entry_chance, in_distress
from sim.model.rules.venture import technology_balance
from sim.model.stages.assumed import CONTRIBUTION_BAND, ENTRANT_DISTANCE, HOST_CAPACITY, SLOW_MONTHS
from sim.model.stages.conditions import read_firms
from sim.model.stages.review import apart_in_host, hand_over
from sim.model.stages.state import (
    NONE,
    State,
    end_partnership,
    first_of,
    generations_of,
    last_of,
    live_row,
    log_firm,
    middle_of,
)

ENTRY_STREAM = int(Stream.entry)


@stage
def sell_customers(st: State, i: int) -> None:
    """A closed firm's customers go to the firm of its origin to whom they are worth most: the best maker."""
    firms, x, s = st.firms, st.scratch, st.firms.sector[i]
    foreign = firms.kind[i] == Kind.multinational
    first, last = (first_of(st, s), middle_of(st, s)) if foreign else (middle_of(st, s), last_of(st, s))
    best = -1
    for j in range(first, last):
        alike = firms.active[j] > 0 and firms.access_holder[j] == firms.access_holder[i]
        if alike and (best < 0 or x.composite[j] > x.composite[best]):
            best = j
    for r in range(st.world.market.shape[2]):
        if best >= 0:
            firms.customers[best, r] += firms.customers[i, r]
            firms.pull[best, r] = pull(firms.customers[best, r], x.habit[s, r])
        firms.customers[i, r] = 0.0
        firms.pull[i, r] = 0.0


@stage
def heir_of(st: State, q: int) -> int:
    """The Chinese firm that takes a bankrupt partner's stake: the one of largest worth with room for it; -1 if none."""
    firms, jv, second = st.firms, st.partnerships, st.firms.contract.shape[1] - 1
    m, s = jv.multinational[q], jv.sector[q]
    other = firms.contract[m, second] if firms.contract[m, st.host] == q else firms.contract[m, st.host]
    best = -1
    for i in range(middle_of(st, s), last_of(st, s)):
        room = firms.active[i] > 0 and firms.ventures[i] < HOST_CAPACITY and firms.worth[i] > 0.0
        listed = firms.listed[i, firms.home[m]] > 0
        partner = i == jv.chinese[q] or (other >= 0 and jv.chinese[other] == i)
        if room and not listed and not partner and (best < 0 or firms.worth[i] > firms.worth[best]):
            best = i
    return best


@stage
def succeed(st: State, q: int, heir: int) -> None:
    """A venture goes on with another Chinese partner, who is a stranger to the multinational."""
    firms, jv, x = st.firms, st.partnerships, st.scratch
    firms.ventures[jv.chinese[q]] -= 1
    firms.ventures[heir] += 1
    jv.chinese[q] = heir
    jv.trust[q] = min(jv.trust[q], st.parameters.trust_start)
    gap = x.composite[jv.multinational[q]] - x.composite[heir]
    jv.technology_balance[q] = technology_balance(gap, CONTRIBUTION_BAND)


@stage
def settle_venture(st: State, t: int, q: int, bankrupt: int) -> None:
    """A bankrupt firm's stake in a host venture goes to its partner, if it can use the plant, or to an heir."""
    firms, jv = st.firms, st.partnerships
    m, line = jv.multinational[q], jv.line[q]
    apart = apart_in_host(st, t, q)
    if m == bankrupt:
        bought = apart.use_c > 0.0
        if bought:
            hand_over(st, q, Happening.buyout_chinese, apart)
        end = Happening.buyout_chinese if bought else Happening.dissolution
        end_partnership(st, t, q, end, Type.none, Trigger.firm_exit, Cause.bankruptcy_multinational)
        return
    owns = apart.use_m > 0.0 and line == st.host
    heir = -1 if owns else heir_of(st, q)
    if heir >= 0:
        succeed(st, q, heir)
    elif owns:
        hand_over(st, q, Happening.buyout_multinational, apart)
        end_partnership(
            st, t, q, Happening.buyout_multinational, Type.wholly_owned, Trigger.firm_exit, Cause.bankruptcy_chinese
        )
        firms.mode[m] = Mode.wholly_owned
        firms.plant[m, st.host] = t
    else:
        end_partnership(st, t, q, Happening.dissolution, Type.none, Trigger.firm_exit, Cause.bankruptcy_chinese)


@stage
def close_firm(st: State, t: int, i: int) -> None:
    """A bankrupt firm's stakes and customers are sold, its other contracts end, its plants are gone."""
    firms, jv = st.firms, st.partnerships
    s = firms.sector[i]
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        if jv.active[q] == 0 or (jv.multinational[q] != i and jv.chinese[q] != i):
            continue
        if jv.type[q] != Type.globalize:
            settle_venture(st, t, q, i)
        else:
            cause = Cause.bankruptcy_multinational if jv.multinational[q] == i else Cause.bankruptcy_chinese
            end_partnership(st, t, q, Happening.dissolution, Type.none, Trigger.firm_exit, cause)
    log_firm(st, t, Happening.bankruptcy, i, NONE)
    firms.active[i] = 0
    sell_customers(st, i)
    firms.mode[i] = Mode.absent
    firms.orientation[i] = 0
    firms.is_hub[i] = 0
    firms.hub[i] = 0.0
    for line in range(firms.share.shape[1]):
        firms.share[i, line] = 0.0
        st.scratch.earned[i, line] = 0.0
    for r in range(st.world.market.shape[2]):
        st.scratch.firm_share[i, r] = 0.0


@stage
def open_firm(st: State, t: int, s: int, i: int) -> None:
    """A Chinese entrant imitates the best local firm it can see, in the newest generation made locally."""
    firms, x, p = st.firms, st.scratch, st.parameters
    x.used[s] = max(x.used[s], i + 1)
    firms.id[i] = (st.sectors.key[s] << np.uint64(32)) | np.uint64((3 << 24) + t)
    draw = normal(key(st.seed, ENTRY_STREAM, t), firms.id[i])
    firms.kind[i] = Kind.chinese
    firms.home[i] = st.host
    firms.ownership[i] = Ownership.private
    firms.active[i] = 1
    firms.cost_scale[i] = 1.0
    firms.worth[i] = 4.0 * x.unit[s]
    firms.distress[i] = 0
    firms.operations[i] = 0.0
    firms.output[i] = 1.0
    firms.hazard[i] = 0.0
    firms.ventures[i] = 0
    firms.supplies[i] = 0
    for r in range(st.world.market.shape[2]):
        at_home = pull(p.entrant_size, x.habit[s, st.host])
        firms.pull[i, r] = at_home if r == st.host else p.newcomer_abroad * at_home
        firms.customers[i, r] = customers_of(firms.pull[i, r], x.habit[s, r])
        firms.plant[i, r] = 0 if r == st.host else -1
        firms.contract[i, r] = -1
        x.firm_share[i, r] = 0.0
    for g in range(generations_of(st, s)):
        made = x.frontier_chinese[s, g] > -100.0
        firms.adopted[i, g] = 1 if made else 0
        firms.effort[i, g] = 0.0
        if made:
            firms.technology[i, g] = entrant_technology(x.frontier_chinese[s, g], ENTRANT_DISTANCE, draw)
    firms.effort[i, 0] = 1.0
    firms.months[i] = SLOW_MONTHS
    read_firms(st, s, i, i + 1)
    log_firm(st, t, Happening.entry, i, NONE)


@stage
def turn_over(st: State, t: int, s: int) -> None:
    """Stage 9."""
    firms, p, x = st.firms, st.parameters, st.scratch
    entry_key = key(st.seed, ENTRY_STREAM, t)
    count = 0.0
    empty = -1
    for i in range(first_of(st, s), last_of(st, s)):
        if firms.active[i] == 0:
            if i >= middle_of(st, s) and empty < 0 and firms.id[i] == np.uint64(0):
                empty = i
            continue
        if firms.kind[i] == Kind.chinese:
            count += 1.0
        firms.distress[i] = firms.distress[i] + 1 if in_distress(firms.worth[i]) else 0
        longer = p.soft_budget if firms.ownership[i] == Ownership.state else 1.0
        if firms.distress[i] >= p.patience * longer:
            close_firm(st, t, i)
    if empty < 0 and last_of(st, s) < st.sectors.last[s]:
        empty = last_of(st, s)
    last = generations_of(st, s) - 1
    window = x.demand_weight[s, last, st.host] if last > 0 else 0.0
    chance = entry_chance(p.entry * st.sectors.entry_rate[s], count, window, st.now.subsidy_rd[s, st.host])
    if empty >= 0 and uniform(entry_key, st.sectors.key[s]) < chance:
        open_firm(st, t, s, empty)
