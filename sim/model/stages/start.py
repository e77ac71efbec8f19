"""The state in 1979Q1: firms without partnerships, spread by keyed draws around their group's mean."""

import math

import numpy as np

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import stage
from sim.machine.draws import Stream, bits, key, normal, uniform
from sim.model.columns import Kind
from sim.model.rules.customers import customers_of, habitual, newcomers_pull
from sim.model.stages.assumed import CHINESE_SPREAD, FOREIGN_SPREAD, KNOWN_ABROAD, LEAST_KNOWN, MORE_KNOWN, SLOW_MONTHS
from sim.model.stages.state import State

START = int(Stream.start)
TECHNOLOGY, ACCESS_ABROAD, HOST_ACCESS = 0, 1, 2  # positions in State.starts


@stage
def start_firm(st: State, i: int) -> None:
    """One firm at the start: technology, access, plants, fixed-cost scale."""
    firms, p, s = st.firms, st.parameters, st.firms.sector[i]
    start_key = key(st.seed, START, 0)
    first = normal(start_key, firms.id[i])
    second = normal(start_key, bits(np.uint64(1), firms.id[i]))
    third = uniform(start_key, bits(np.uint64(2), firms.id[i]))
    foreign = firms.kind[i] == Kind.multinational
    mean = 0.0 if foreign else log(st.sectors.start_level[s])
    firms.technology[i, 0] = mean + (FOREIGN_SPREAD if foreign else CHINESE_SPREAD) * first
    given = st.starts[i, TECHNOLOGY]
    if not math.isnan(given):
        firms.technology[i, 0] = mean + given
    firms.adopted[i, 0] = 1
    firms.effort[i, 0] = 1.0
    firms.cost_scale[i] = exp(p.cost_spread * second) if foreign else 1.0
    firms.months[i] = SLOW_MONTHS
    firms.output[i] = 1.0
    firms.worth[i] = 4.0 * 0.25 * st.world.market[0, s, firms.home[i]] / max(st.sectors.multinationals[s], 1.0)
    for r in range(st.world.market.shape[2]):
        if r == firms.home[i]:
            known = 1.0
            firms.plant[i, r] = 0
        elif not foreign:
            given = st.starts[i, ACCESS_ABROAD]
            known = p.newcomer_abroad if math.isnan(given) else given
        elif r == st.host:
            given = st.starts[i, HOST_ACCESS]
            known = newcomers_pull(p.newcomer, st.world.rights[0]) if math.isnan(given) else given
        else:
            known = min(KNOWN_ABROAD * (LEAST_KNOWN + MORE_KNOWN * third), 1.0)
        firms.pull[i, r] = known
        firms.customers[i, r] = customers_of(known, st.scratch.habit[s, r])


@stage
def set_out(st: State) -> None:
    """Everything before the first quarter."""
    firms = st.firms
    for s in range(st.sectors.first.shape[0]):
        st.scratch.made[s] = 1
        for r in range(st.world.market.shape[2]):
            st.scratch.habit[s, r] = habitual(st.parameters.habit, st.sectors.customer_turnover[s])
        st.scratch.used[s] = st.sectors.middle[s]
        for i in range(st.sectors.middle[s], st.sectors.last[s]):
            if firms.active[i] > 0:
                st.scratch.used[s] = i + 1
    for i in range(firms.sector.shape[0]):
        for line in range(firms.contract.shape[1]):
            firms.contract[i, line] = -1
        for r in range(st.world.market.shape[2]):
            firms.plant[i, r] = -1
        if firms.active[i] > 0:
            start_firm(st, i)
        else:
            firms.id[i] = np.uint64(0)
    for k in range(st.partnerships.active.shape[0]):
        st.partnerships.multinational[k] = -1
        st.partnerships.chinese[k] = -1
        st.scratch.living[k] = k
