"""Stages 2 and 3: generations, R&D, spillovers and partner learning. Changes are gathered first, then written."""

import math

import numpy as np

from sim.machine.compiled import lane, stage, step
from sim.machine.draws import Stream, bits, key, normal, uniform
from sim.model.columns import Happening, Kind, Mode, Type
from sim.model.rules.capability import (
    absorptive,
    adoption_chance,
    catch_up,
    damping,
    effort_move,
    effort_wanted,
    generation_start,
    innovation,
    lesson,
    luck,
    research_return,
    spillover_reach,
)
from sim.model.rules.governance import development_months
from sim.model.rules.policy import blocked
from sim.model.stages.assumed import ABSORPTION_HALF, ADOPTION_DISTANCE, BASE_PRESENCE, HUB_PRESENCE, SLOW_MONTHS
from sim.model.stages.state import (
    State,
    first_of,
    generations_of,
    last_of,
    live_row,
    log_firm,
    made_of,
    middle_of,
)

INNOVATION, ADOPTION = int(Stream.innovation), int(Stream.adoption)


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
                enter_generation(st, t, i, g, old)
                continue
            chance = adoption_chance(p.adoption_rate, x.frontier[s, g - 1] - old, ADOPTION_DISTANCE)
            if uniform(adoption_key, bits(np.uint64(g), firms.id[i])) < chance:
                lock_in = p.lock_in_incumbent if firms.kind[i] == Kind.multinational else p.lock_in_latecomer
                begin = generation_start(old, x.start_front[s, g], p.start_drop, p.start_reach, lock_in)
                enter_generation(st, t, i, g, begin)


@stage
def enter_generation(st: State, t: int, i: int, g: int, technology: float) -> None:
    """Gives a firm its first technology of a generation."""
    st.firms.adopted[i, g] = 1
    st.firms.technology[i, g] = technology
    log_firm(st, t, Happening.generation_adoption, i, g)


@lane
def along_effort(st: State, s: int, g: int, wanted: float, first: int, last: int) -> None:
    """R&D moves to a generation with demand, for latecomers ahead of it, never faster than inertia; newest first."""
    firms, x = st.firms, st.scratch
    inertia = st.parameters.inertia
    newest = g == made_of(st, s) - 1
    for i in range(first, last):
        effort, before = firms.effort[i, g], x.left[i]
        left = 1.0 if newest else before
        works = (firms.active[i] > 0) & (firms.access_holder[i] == 0)
        moves = works & (firms.adopted[i, g] > 0) & (g > 0)
        moved = min(effort_move(effort, wanted, inertia), left)
        kept = left if works & (g == 0) else effort
        firms.effort[i, g] = moved if moves else kept
        x.left[i] = left - (moved if moves else 0.0)


@lane
def along_draws(st: State, innovation_key: np.uint64, first: int, last: int) -> None:
    """Luck of the quarter."""
    for i in range(first, last):
        st.scratch.chance[i] = luck(normal(innovation_key, st.firms.id[i]), st.parameters.innovation_noise)


@lane
def along_research(st: State, g: int, per_reference: float, first: int, last: int) -> None:
    """What research on a generation finds, over what reference R&D finds."""
    firms, x, elasticity = st.firms, st.scratch, st.parameters.rd_elasticity
    for i in range(first, last):
        rd = firms.rd[i] * per_reference * firms.effort[i, g]
        x.finds[i, g] = research_return(rd, elasticity)


@lane
def along_absorption(st: State, per_reference: float, first: int, last: int) -> None:
    """Absorptive capacity."""
    firms, x = st.firms, st.scratch
    for i in range(first, last):
        x.absorbs[i] = absorptive(firms.rd[i] * per_reference, ABSORPTION_HALF)


@stage
def own_speed(st: State, s: int, first: int, last: int) -> None:
    """Speed of multinationals' development from where and with whom they develop; also sets their months to market."""
    p, firms, x = st.parameters, st.firms, st.scratch
    for i in range(first, last):
        if firms.active[i] == 0 or firms.access_holder[i] > 0:
            continue
        freedom = 0.0
        for line in (st.host, firms.contract.shape[1] - 1):
            q = firms.contract[i, line]
            if q >= 0 and st.partnerships.type[q] == Type.co_innovation:
                freedom = max(freedom, st.partnerships.autonomy[q])
        speed = 1.0 + x.usable[s] * p.hub_speed * max(firms.hub[i], freedom)
        firms.months[i] = development_months(SLOW_MONTHS, speed)
        x.pace[i] = math.sqrt(SLOW_MONTHS / firms.months[i])


@lane
def along_chinese_speed(st: State, months: float, pace: float, first: int, last: int) -> None:
    """Chinese firms' speed of development, alike for all."""
    firms, x = st.firms, st.scratch
    for i in range(first, last):
        before = firms.months[i]
        firms.months[i] = months if firms.active[i] > 0 else before
        x.pace[i] = pace


@lane
def along_chinese_learning(
    st: State, s: int, g: int, found: float, slower: float, lost: float, first: int, last: int
) -> None:
    """What Chinese firms find, what spills over to them, from the world, bases and each other, and what a cut takes.

    A base teaches what is made in it; what it imports nobody in the host learns.
    """
    p, firms, x = st.parameters, st.firms, st.scratch
    around = 0.25 * p.spillover
    shown = p.spillover * p.spillover_distance * x.presence[s] * (1.0 - x.imported[s])
    for i in range(first, last):
        a = firms.technology[i, g]
        change = innovation(found, x.finds[i, g], x.pace[i], slower, x.chance[i])
        rate = p.ambient * st.sectors.absorption[s] * x.absorbs[i] + shown
        ambient = catch_up(0.25 * rate * x.inflow[s, g], x.frontier[s, g] - a)
        change += ambient + catch_up(around, x.frontier_chinese[s, g] - a) - lost
        learns = (firms.active[i] > 0) & (firms.access_holder[i] == 0) & (firms.adopted[i, g] > 0)
        x.lesson[i, g] = 0.0
        x.change[i, g] = change if learns else 0.0
        x.spilled[i, g] = ambient if learns else 0.0


@lane
def along_multinational_learning(st: State, s: int, g: int, found: float, slower: float, first: int, last: int) -> None:
    """What multinationals find, and what spills over to them from each other and, by way of bases, Chinese firms."""
    p, firms, x = st.parameters, st.firms, st.scratch
    around, aside = 0.25 * p.spillover, p.over_compliance
    for i in range(first, last):
        a = firms.technology[i, g]
        change = innovation(found, x.finds[i, g], x.pace[i], slower, x.chance[i])
        change += catch_up(around, x.frontier_foreign[s, g] - a)
        there = HUB_PRESENCE * firms.hub[i] + (BASE_PRESENCE if firms.mode[i] == Mode.wholly_owned else 0.0)
        rate = p.spillover * spillover_reach(p.spillover_distance, there)
        home = firms.home[i]
        stopped = blocked(st.now.control[s, g, st.host, home], st.now.over_compliance[s, st.host, home], aside)
        back = catch_up(0.25 * rate * x.absorbs[i] * (1.0 - stopped), x.frontier_chinese[s, g] - a)
        change += back
        learns = (firms.active[i] > 0) & (firms.access_holder[i] == 0) & (firms.adopted[i, g] > 0)
        x.lesson[i, g] = 0.0
        x.change[i, g] = change if learns else 0.0
        x.spilled[i, g] = back if learns else 0.0


@step
def all_spilled(st: State, s: int, first: int, last: int) -> float:
    """What has spilled over to firms of an origin, firm by firm."""
    total = 0.0
    for i in range(first, last):
        for g in range(made_of(st, s)):
            total += st.scratch.spilled[i, g]
    return total


@step
def per_leader(st: State, per_reference: float, first: int, last: int) -> float:
    """One over the R&D that a sector's pace is told for: the reference's, or the largest multinational's if more.

    Firms differ in size; without it a superstar would outrun the trend that appeals are relative to.
    """
    most = 0.0
    for i in range(first, last):
        most = max(most, st.firms.rd[i] if st.firms.active[i] > 0 else 0.0)
    return min(per_reference, 1.0 / most) if most > 0.0 else per_reference


@stage
def research(st: State, t: int, s: int) -> None:
    """Stage 3: own innovation, and what spills over from the world, the locals, the Chinese frontier and bases."""
    p, x = st.parameters, st.scratch
    first, middle, last = first_of(st, s), middle_of(st, s), last_of(st, s)
    per_reference = 1.0 / x.rd_reference[s] if x.rd_reference[s] > 0.0 else 0.0
    along_draws(st, key(st.seed, INNOVATION, t), first, last)
    along_absorption(st, per_reference, first, last)
    own_speed(st, s, first, middle)
    months = development_months(SLOW_MONTHS, st.world.speed[t])
    along_chinese_speed(st, months, math.sqrt(SLOW_MONTHS / months), middle, last)
    found = 0.25 * st.sectors.innovation[s]
    per_largest = per_leader(st, per_reference, first, middle)
    for newer in range(made_of(st, s)):
        g = made_of(st, s) - 1 - newer
        demanded, start = x.world_weight[s, g], p.latecomer_start
        along_effort(st, s, g, effort_wanted(demanded, False, start), first, middle)
        along_effort(st, s, g, effort_wanted(demanded, True, start), middle, last)
        along_research(st, g, per_largest, first, last)
        slower = damping(x.frontier[s, g], x.start_front[s, g], p.room)
        along_multinational_learning(st, s, g, found, slower, first, middle)
        lost = p.input_quality * (x.cut[s, g] - x.cut_before[s, g])
        along_chinese_learning(st, s, g, found, slower, lost, middle, last)
    st.outcome[t, s].knowledge_to_multinational += all_spilled(st, s, first, middle)
    st.outcome[t, s].knowledge_to_chinese += all_spilled(st, s, middle, last)


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
        for g in range(made_of(st, s)):
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
            absorbs = absorptive(rd, ABSORPTION_HALF)
            shown = 1.0 if jv.type[q] == Type.globalize else 1.0 - x.imported[s]  # partners learn what is made locally
            learnt = lesson(p.partner_learning * shown, jv.openness[q], jv.trust[q], absorbs, stopped, abs(gap))
            x.lesson[pupil, g] = max(x.lesson[pupil, g], learnt)
            if gap > 0.0:
                jv.flow_to_chinese[q] += learnt
                st.outcome[t, s].knowledge_to_chinese += learnt
            else:
                jv.flow_to_multinational[q] += learnt
                st.outcome[t, s].knowledge_to_multinational += learnt


@stage
def lift_partners(st: State, t: int, s: int) -> None:
    """An experiment's instrument: Chinese partners in the host lead their multinationals by as much as it says."""
    firms, jv = st.firms, st.partnerships
    for g in range(made_of(st, s)):
        lead = st.in_force.lift[t, s, g]
        if lead <= 0.0:
            continue
        for k in range(st.scratch.live[s]):
            q = live_row(st, s, k)
            m, c = jv.multinational[q], jv.chinese[q]
            if jv.type[q] != Type.globalize and firms.adopted[m, g] > 0 and firms.adopted[c, g] > 0:
                firms.technology[c, g] = max(firms.technology[c, g], firms.technology[m, g] + lead)


@lane
def along_change(st: State, g: int, first: int, last: int) -> None:
    """All changes of a generation become the state at once; there are none where it is not made."""
    firms, x = st.firms, st.scratch
    for i in range(first, last):
        firms.technology[i, g] += x.change[i, g] + x.lesson[i, g]


@stage
def learn(st: State, t: int, s: int) -> None:
    """Stages 2 and 3."""
    arrive_generations(st, t, s)
    research(st, t, s)
    learn_from_partners(st, t, s)
    for g in range(made_of(st, s)):
        along_change(st, g, first_of(st, s), last_of(st, s))
    lift_partners(st, t, s)
