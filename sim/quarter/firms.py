"""Stage 9: firms go bankrupt and Chinese firms enter, in rows kept for them."""

import numpy as np

from sim.columns import Cause, Happening, Kind, Mode, Ownership, Trigger, Type
from sim.compiled import stage
from sim.draws import Stream, key, normal, uniform
from sim.quarter.assumed import SLOW_MONTHS
from sim.quarter.conditions import FAR_BELOW, read_firms
from sim.quarter.state import (
    NONE,
    State,
    end_partnership,
    first_of,
    generations_of,
    last_of,
    live_row,
    log_firm,
    mean_sales,
    middle_of,
)
from sim.rules.firms import entrant_technology, entry_chance, in_distress

ENTRY_STREAM = int(Stream.entry)


@stage
def close_firm(st: State, t: int, i: int) -> None:
    """A bankrupt firm's partnerships end, its brands and plants are gone."""
    firms, jv = st.firms, st.partnerships
    s = firms.sector[i]
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        if jv.active[q] > 0 and (jv.multinational[q] == i or jv.chinese[q] == i):
            cause = Cause.bankruptcy_multinational if jv.multinational[q] == i else Cause.bankruptcy_chinese
            end_partnership(st, t, q, Happening.severance, Type.none, Trigger.firm_exit, cause)
    log_firm(st, t, Happening.bankruptcy, i, NONE)
    firms.active[i] = 0
    firms.mode[i] = Mode.absent
    firms.orientation[i] = 0
    firms.is_hub[i] = 0
    firms.hub[i] = 0.0
    for line in range(firms.share.shape[1]):
        firms.share[i, line] = 0.0
        st.scratch.earned[i, line] = 0.0
    for r in range(st.world.market.shape[2]):
        firms.branding[i, r] = 0
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
        firms.access[i, r] = 1.0 if r == st.host else p.abroad_access
        firms.plant[i, r] = 0 if r == st.host else -1
        firms.contract[i, r] = -1
        x.firm_share[i, r] = 0.0
    for g in range(generations_of(st, s)):
        made = x.frontier_chinese[s, g] > FAR_BELOW
        firms.adopted[i, g] = 1 if made else 0
        firms.effort[i, g] = 0.0
        if made:
            firms.technology[i, g] = entrant_technology(x.frontier_chinese[s, g], p.entrant_discount, draw)
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
    mean_m = mean_sales(st, s, Kind.multinational)
    mean_c = mean_sales(st, s, Kind.chinese)
    for i in range(first_of(st, s), last_of(st, s)):
        if firms.active[i] == 0:
            if i >= middle_of(st, s) and empty < 0 and firms.id[i] == np.uint64(0):
                empty = i
            continue
        if firms.kind[i] == Kind.chinese:
            count += 1.0
        mean = mean_m if firms.kind[i] == Kind.multinational else mean_c
        distressed = in_distress(firms.worth[i], firms.revenue[i], mean, p.smallest_share)
        firms.distress[i] = firms.distress[i] + 1 if distressed else 0
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
