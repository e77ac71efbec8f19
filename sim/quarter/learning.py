"""Stages 2 and 3: generations, R&D, spillovers and partner learning. Changes are gathered first, then written."""

import math

import numpy as np

from sim.compiled import stage, step
from sim.draws import Stream, bits, key, normal, uniform
from sim.quarter.lanes import along_luck, along_research
from sim.quarter.state import GENERATION, State, first_of, generations_of, last_of, live_row, log_event
from sim.rules.capability import (
    absorptive,
    adoption_chance,
    catch_up,
    damping,
    effort_move,
    effort_wanted,
    generation_start,
    innovation,
    lesson,
)
from sim.rules.governance import development_months
from sim.rules.policy import blocked

INNOVATION, ADOPTION = int(Stream.innovation), int(Stream.adoption)
SLOW_MONTHS = 45.0  # a mass-market product in the country of 1979; McKinsey via series.csv


@stage
def arrive_generations(st: State, t: int, s: int) -> None:
    """Stage 2: a generation that arrives opens a window; firms take it up one by one, nearer the frontier sooner."""
    p, firms, x = st.parameters, st.firms, st.scratch
    for g in range(1, generations_of(st, s)):
        if st.world.arrived[t, s, g] <= 0.0:
            continue
        if t == 0 or st.world.arrived[t - 1, s, g] <= 0.0:
            x.start_front[s, g] = x.frontier[s, g - 1]
        adoption_key = key(st.seed, ADOPTION, t)
        for i in range(first_of(st, s), last_of(st, s)):
            if (
                firms.active[i] == 0
                or firms.adopted[i, g] > 0
                or firms.access_holder[i] > 0
                or firms.adopted[i, g - 1] == 0
            ):
                continue
            old = firms.technology[i, g - 1]
            if p.windows <= 0.0:  # no window: the generation continues the one before
                enter_generation(st, t, s, i, g, old)
                continue
            chance = adoption_chance(p.adoption_rate, x.frontier[s, g - 1] - old, p.adoption_distance)
            if uniform(adoption_key, bits(np.uint64(g), firms.id[i])) < chance:
                lock_in = p.lock_in_incumbent if firms.kind[i] == 0 else p.lock_in_latecomer
                begin = generation_start(old, x.start_front[s, g], p.start_drop, p.start_reach, lock_in)
                enter_generation(st, t, s, i, g, begin)


@stage
def enter_generation(st: State, t: int, s: int, i: int, g: int, technology: float) -> None:
    """Gives a firm its first technology of a generation."""
    st.firms.adopted[i, g] = 1
    st.firms.technology[i, g] = technology
    chinese = i if st.firms.kind[i] == 1 else -1
    foreign = i if st.firms.kind[i] == 0 else -1
    log_event(st, t, GENERATION, s, -1, g, -1, foreign, chinese, 0, 0, 0)


@step
def move_effort(st: State, t: int, s: int, i: int) -> None:
    """R&D moves from old to new generations: with demand, for latecomers ahead of it, and never faster than inertia."""
    p, firms = st.parameters, st.firms
    left = 1.0
    for newer in range(generations_of(st, s) - 1):
        g = generations_of(st, s) - 1 - newer
        if firms.adopted[i, g] > 0:
            latecomer = firms.kind[i] == 1
            wanted = effort_wanted(st.scratch.world_weight[s, g], latecomer, p.latecomer_effort, p.latecomer_start)
            moved = min(effort_move(firms.effort[i, g], wanted, p.inertia), left)
            firms.effort[i, g] = moved
            left -= moved
    firms.effort[i, 0] = left


@step
def own_speed(st: State, t: int, s: int, i: int) -> float:
    """Speed of development from where and with whom a firm develops; also sets its months to market."""
    p, firms, x = st.parameters, st.firms, st.scratch
    freedom = 0.0
    shared = False
    if firms.kind[i] == 1:
        speed = st.world.speed[t]
    else:
        for line in (st.host, firms.contract.shape[1] - 1):
            q = firms.contract[i, line]
            if q >= 0 and st.partnerships.type[q] == 2:
                shared = True
                freedom = max(freedom, st.partnerships.autonomy[q])
        bonus = p.hub_speed * firms.hub[i] + p.joint_speed * freedom
        speed = 1.0 + x.ecosystem[s] * bonus
    veto = p.veto_months if shared else 0.0
    firms.months[i] = min(development_months(SLOW_MONTHS, speed, veto, freedom), 120.0)
    return math.sqrt(SLOW_MONTHS / firms.months[i])


@stage
def research(st: State, t: int, s: int) -> None:
    """Stage 3: own innovation, and what spills over from the world, the locals, the Chinese frontier and bases."""
    p, firms, x = st.parameters, st.firms, st.scratch
    innovation_key = key(st.seed, INNOVATION, t)
    pace = 0.25 * st.sectors.innovation[s]
    first, last = first_of(st, s), last_of(st, s)
    per_reference = 1.0 / x.rd_reference[s] if x.rd_reference[s] > 0.0 else 0.0
    flow_in = 0.0
    flow_out = 0.0
    for i in range(first, last):
        if firms.active[i] > 0 and firms.access_holder[i] == 0:
            move_effort(st, t, s, i)
            x.chance[i] = normal(innovation_key, firms.id[i])
            for g in range(generations_of(st, s)):
                x.own_rd[i, g] = firms.rd[i] * per_reference * firms.effort[i, g]
    along_luck(st, first, last)
    for g in range(generations_of(st, s)):
        along_research(st, g, first, last)
    for i in range(first, last):
        if firms.active[i] == 0 or firms.access_holder[i] > 0:
            continue
        speed = own_speed(st, t, s, i)
        absorbs = absorptive(firms.rd[i] * per_reference, p.absorption_half)
        for g in range(generations_of(st, s)):
            x.lesson[i, g] = 0.0
            x.change[i, g] = 0.0
            if firms.adopted[i, g] == 0:
                continue
            a = firms.technology[i, g]
            slower = damping(x.frontier[s, g], x.start_front[s, g], p.room)
            change = innovation(pace, x.finds[i, g], speed, slower, x.chance[i])
            if firms.kind[i] == 1:
                rate = p.ambient * st.sectors.absorption[s] * absorbs + p.base_leakage * x.presence[s]
                ambient = catch_up(0.25 * rate * x.inflow[s, g], x.frontier[s, g] - a)
                change += ambient + catch_up(0.25 * p.local_spillover, x.frontier_chinese[s, g] - a)
                flow_in += ambient
            else:
                change += catch_up(0.25 * p.foreign_spillover, x.frontier_foreign[s, g] - a)
                wholly = p.base_learning if firms.mode[i] == 2 else 0.0
                rate = p.reverse_spillover + wholly + p.hub_learning * firms.hub[i]
                stopped = blocked(
                    st.now.control[s, g, st.host, firms.home[i]],
                    st.now.over_compliance[s, st.host, firms.home[i]],
                    p.over_compliance,
                )
                back = catch_up(0.25 * rate * absorbs * (1.0 - stopped), x.frontier_chinese[s, g] - a)
                change += back
                flow_out += back
            x.change[i, g] = change
    st.outcome[t, s].knowledge_to_chinese += flow_in
    st.outcome[t, s].knowledge_to_multinational += flow_out


@stage
def learn_from_partners(st: State, t: int, s: int) -> None:
    """Either side learns from the one ahead; only the best partner's lesson counts."""
    p, firms, jv, x = st.parameters, st.firms, st.partnerships, st.scratch
    for k in range(st.scratch.live[s]):
        q = live_row(st, s, k)
        m, c = jv.multinational[q], jv.chinese[q]
        if firms.access_holder[m] > 0:
            continue
        home = firms.home[m]
        for g in range(generations_of(st, s)):
            if firms.adopted[m, g] == 0 or firms.adopted[c, g] == 0:
                continue
            gap = firms.technology[m, g] - firms.technology[c, g]
            pupil = c if gap > 0.0 else m
            origin = home if gap > 0.0 else st.host
            target = st.host if gap > 0.0 else home
            stopped = blocked(
                st.now.control[s, g, origin, target],
                st.now.over_compliance[s, origin, target],
                p.over_compliance,
            )
            rd = firms.rd[pupil] / x.rd_reference[s] if x.rd_reference[s] > 0.0 else 0.0
            absorbs = absorptive(rd, p.absorption_half)
            learnt = lesson(p.partner_learning, jv.openness[q], jv.trust[q], absorbs, stopped, abs(gap))
            x.lesson[pupil, g] = max(x.lesson[pupil, g], learnt)
            if gap > 0.0:
                jv.flow_to_chinese[q] += learnt
                st.outcome[t, s].knowledge_to_chinese += learnt
            else:
                jv.flow_to_multinational[q] += learnt
                st.outcome[t, s].knowledge_to_multinational += learnt


@stage
def write_technology(st: State, s: int) -> None:
    """End of stage 3: all changes become the state at once."""
    firms, x = st.firms, st.scratch
    for i in range(first_of(st, s), last_of(st, s)):
        if firms.active[i] == 0 or firms.access_holder[i] > 0:
            continue
        for g in range(generations_of(st, s)):
            if firms.adopted[i, g] > 0:
                firms.technology[i, g] += x.change[i, g] + x.lesson[i, g]


@stage
def learn(st: State, t: int, s: int) -> None:
    """Stages 2 and 3."""
    arrive_generations(st, t, s)
    research(st, t, s)
    learn_from_partners(st, t, s)
    write_technology(st, s)
