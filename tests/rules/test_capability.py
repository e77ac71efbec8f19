"""What a firm knows: the gap law, flip times, absorptive capacity, waits for a generation, windows of opportunity."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.machine.draws import Stream, key, uniform
from sim.model.columns import Sectors
from sim.model.rules.capability import (
    absorptive,
    adoption_chance,
    catch_up,
    chosen_research,
    damping,
    effort_move,
    effort_wanted,
    feeding_sales,
    generation_start,
    innovation,
    lesson,
    luck,
    operations_learnt,
    research_budget,
    research_return,
    spillover_reach,
)
from tests.rules.declared import DEFAULT, OFF, between, log_points, money, money_unit, present_value, share, within

rd = st.floats(0.0, 20.0)
gap = st.floats(0.0, 5.0)


# absorptive capacity: learning needs research of one's own


def test_absorptive_capacity_by_hand() -> None:
    assert absorptive(1.0, 0.05) == approx(1.0)  # 1.05 x 1 / 1.05: the reference firm
    assert absorptive(0.05, 0.05) == approx(0.525)  # 1.05 x 0.05 / 0.10: half of the most it could be
    assert absorptive(0.2, 0.05) == approx(0.84)  # 1.05 x 0.2 / 0.25


def test_absorptive_capacity_limits() -> None:
    assert absorptive(0.0, 0.05) == 0.0  # no research, no learning
    assert absorptive(1e12, 0.05) == approx(1.05)  # research without end adds little
    assert absorptive(0.0, 0.0) == absorptive(0.3, 0.0) == absorptive(9.0, 0.0) == 1.0  # without it, all learn alike


@given(rd, rd, between(0.0, 2.0))
def test_absorptive_capacity_rises_ever_more_slowly(a: float, b: float, half: float) -> None:
    low, high = sorted((a, b))
    middle = absorptive(0.5 * (a + b), half)
    assert absorptive(low, half) <= absorptive(high, half) + 1e-12
    assert middle >= 0.5 * (absorptive(a, half) + absorptive(b, half)) - 1e-12
    assert 0.0 <= middle <= 1.0 + half + 1e-12


def test_without_research_a_partner_teaches_nothing() -> None:
    assert lesson(0.014, 1.0, 1.0, absorptive(0.0, 0.05), 0.0, 2.0) == 0.0
    assert lesson(0.014, 1.0, 1.0, absorptive(0.01, 0.05), 0.0, 2.0) > 0.0


# own innovation


def test_innovation_by_hand() -> None:
    # 0.016 a quarter x 0.25**0.5 = 0.5 x speed 1.2 x damping 0.75 = 0.0072
    assert innovation(0.016, research_return(0.25, 0.5), 1.2, 0.75, 1.0) == approx(0.0072)


def test_innovation_limits() -> None:
    assert innovation(0.016, research_return(1.0, 0.3), 1.0, 1.0, 1.0) == approx(
        0.016
    )  # the representative firm: the sector's pace
    assert innovation(0.016, research_return(0.0, 0.3), 1.0, 1.0, 1.0) == 0.0  # no research
    assert innovation(0.016, research_return(1.0, 0.3), 1.0, 0.0, 1.0) == 0.0  # nothing left to find
    assert innovation(0.016, research_return(0.2, 0.0), 1.0, 1.0, 1.0) == approx(
        0.016
    )  # elasticity 0: how much research does not matter


@given(within("rd_elasticity"), st.floats(0.001, 10.0), st.floats(1.0, 10.0))
def test_the_elasticity_is_one(elasticity: float, spent: float, factor: float) -> None:
    before = innovation(0.01, research_return(spent, elasticity), 1.0, 1.0, 1.0)
    assert innovation(0.01, research_return(factor * spent, elasticity), 1.0, 1.0, 1.0) == approx(
        before * factor**elasticity, rel=1e-10
    )


def test_learning_by_doing_by_hand() -> None:
    # .05 x ln(1 + 1 / 1): output has doubled once; then half as much again of twice as much
    assert operations_learnt(0.05, 1.0, 1.0) == approx(0.05 * math.log(2.0))
    assert operations_learnt(0.05, 1.0, 2.0) == approx(0.05 * math.log(1.5))
    assert operations_learnt(0.05, 0.0, 1.0) == 0.0  # nothing made, nothing learnt


@given(st.floats(0.0, 0.3), st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(1.0, 100.0))
def test_what_is_learnt_depends_on_the_total_made(rate: float, first: float, second: float, before: float) -> None:
    apart = operations_learnt(rate, first, before) + operations_learnt(rate, second, before + first)
    assert apart == approx(operations_learnt(rate, first + second, before), rel=1e-9, abs=1e-12)


def test_luck_by_hand() -> None:
    assert luck(1.0, 0.35) == approx(math.exp(0.28875))  # 0.35 - 0.35**2 / 2
    assert luck(-2.0, OFF["innovation_noise"]) == luck(3.0, OFF["innovation_noise"]) == 1.0


@given(within("innovation_noise"))
def test_luck_is_fair(spread: float) -> None:
    draws, weights = np.polynomial.hermite_e.hermegauss(40)  # the normal distribution in 40 points
    mean = sum(w * luck(float(z), spread) for z, w in zip(draws, weights, strict=True)) / math.sqrt(2 * math.pi)
    assert mean == approx(1.0, rel=1e-9)


def test_damping_by_hand() -> None:
    assert damping(5.0, 4.0, 4.0) == 0.75  # a quarter of the room is used up
    assert damping(4.0, 4.0, 4.0) == damping(3.0, 4.0, 4.0) == 1.0
    assert damping(8.0, 4.0, 4.0) == damping(11.0, 4.0, 4.0) == 0.0


@given(log_points, log_points, log_points, within("room"))
def test_damping_falls_to_nothing_and_has_no_origin(a: float, b: float, start: float, room: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= damping(high, start, room) <= damping(low, start, room) <= 1.0
    assert damping(a + 3.0, start + 3.0, room) == approx(damping(a, start, room), abs=1e-9)


@pytest.mark.parametrize("spent", [0.25, 1.0, 4.0])
def test_the_curve_of_a_frontier_that_is_alone(spent: float) -> None:
    """T4: a_t = C - (C - a_0) (1 - psi r**gamma / C)**t, from start 0 with room C."""
    pace, room, frontier = 0.05, 3.0, 0.4
    for _ in range(120):
        frontier += innovation(pace, research_return(spent, 0.5), 1.0, damping(frontier, 0.0, room), 1.0)
    assert frontier == approx(room - (room - 0.4) * (1 - pace * spent**0.5 / room) ** 120, rel=1e-10)
    assert frontier < room


def test_the_ceiling_by_itself_closes_no_gap() -> None:
    """Damping is the frontier's, so a follower with the same research keeps its distance for ever."""
    frontier, follower = 0.0, -1.5
    for _ in range(200):
        slower = damping(frontier, 0.0, 4.0)
        follower += innovation(0.03, research_return(1.0, 0.3), 1.0, slower, 1.0)
        frontier += innovation(0.03, research_return(1.0, 0.3), 1.0, slower, 1.0)
    assert frontier > 3.0
    assert frontier - follower == approx(1.5)


# what spills over: the gap law and the flip


def after(rate: float, start: float, leader: float, follower: float, quarters: int) -> float:
    """Gap after some quarters in which the leader moves on, the follower works and also catches up."""
    left = start
    for _ in range(quarters):
        left += leader - follower - catch_up(rate, left)
    return left


def flip(rate: float, start: float, leader: float, follower: float) -> int:
    """First quarter in which the follower is level, or 10,000."""
    left, quarters = start, 0
    while left > 0.0 and quarters < 10_000:
        left += leader - follower - catch_up(rate, left)
        quarters += 1
    return quarters


def test_catch_up_by_hand() -> None:
    assert catch_up(0.05, 0.8) == approx(0.04)
    assert catch_up(0.05, 0.0) == catch_up(0.05, -0.8) == 0.0  # who is ahead learns nothing
    assert catch_up(OFF["ambient"], 0.8) == 0.0
    assert catch_up(1.0, 0.8) == catch_up(7.0, 0.8) == 0.8  # at most the whole gap


@given(st.floats(0.0, 5.0), log_points)
def test_catching_up_never_overshoots(rate: float, distance: float) -> None:
    assert 0.0 <= catch_up(rate, distance) <= max(distance, 0.0)


def test_half_of_a_gap_is_closed_in_sixteen_years() -> None:
    # (1 - 0.0108)**64 = exp(64 x -0.010859) = exp(-0.695) = 0.4992
    assert after(0.0108, 1.0, 0.0, 0.0, 64) == approx(0.5, abs=0.001)


@given(st.floats(0.001, 0.5), st.floats(0.1, 3.0), st.floats(0.0, 0.02), st.integers(1, 200))
def test_the_gap_law(rate: float, start: float, faster: float, quarters: int) -> None:
    """T1: G_t = G* + (G_0 - G*) (1 - rate)**t with G* = (g_F - g_i) / rate."""
    end = faster / rate
    law = end + (start - end) * (1 - rate) ** quarters
    assert after(rate, start, 0.01 + faster, 0.01, quarters) == approx(law, rel=1e-8, abs=1e-12)


def test_the_gap_that_research_alone_leaves() -> None:
    # The frontier gains 0.02 a quarter, the follower 0.012 and a tenth of the gap: G* = 0.008 / 0.1 = 0.08.
    assert after(0.1, 2.0, 0.02, 0.012, 400) == approx(0.08)
    assert after(0.1, 0.0, 0.02, 0.012, 400) == approx(0.08)  # from below too


def test_without_learning_the_gap_grows_by_what_research_differs() -> None:
    """T2: G_t = G_0 + t (g_F - g_i)."""
    assert after(0.0, 1.0, 0.02, 0.012, 50) == approx(1.4)  # 1 + 50 x 0.008


def test_the_flip_time_by_hand() -> None:
    """T3: t* = ln(-G* / (G_0 - G*)) / ln(1 - rate); G_0 / (g_c - g_m) without learning; never if g_c <= g_m."""
    # G* = -0.01 / 0.01 = -1, G_0 - G* = 2.2, t* = ln(1 / 2.2) / ln(0.99) = 0.78846 / 0.010050 = 78.45
    assert flip(0.01, 1.2, 0.01, 0.02) == 79
    assert flip(0.0, 1.25, 0.0, 0.015625) == 80  # 1.25 / 0.015625, numbers that binary holds exactly
    assert flip(0.01, 1.2, 0.02, 0.02) == 10_000  # it closes in, and that is all
    assert flip(0.01, 1.2, 0.03, 0.02) == 10_000


@given(st.floats(0.005, 0.1), st.floats(0.2, 2.0), st.floats(0.001, 0.02))
def test_the_flip_time(rate: float, start: float, faster: float) -> None:
    end = -faster / rate
    exact = math.log(-end / (start - end)) / math.log(1 - rate)
    assert exact - 1e-6 <= flip(rate, start, 0.005, 0.005 + faster) <= exact + 1 + 1e-6


def test_a_faster_leader_delays_the_flip() -> None:
    """T7, Kobrin: the obsolescing bargain waits for him who keeps innovating."""
    times = [flip(0.01, 1.0, leader, 0.02) for leader in (0.0, 0.005, 0.01, 0.015, 0.019, 0.02)]
    assert times == sorted(set(times))
    assert times[-1] == 10_000


def test_a_lesson_by_hand() -> None:
    # 0.014 x openness 0.6 x trust 0.7 = 0.00588 of a gap of 0.4, three quarters of which pass the border
    assert lesson(0.014, 0.6, 0.7, 1.0, 0.25, 0.4) == approx(0.001764)


def test_what_stops_a_lesson() -> None:
    assert lesson(OFF["partner_learning"], 1.0, 1.0, 1.0, 0.0, 1.0) == 0.0
    assert lesson(0.014, 0.0, 1.0, 1.0, 0.0, 1.0) == 0.0  # closed by contract
    assert lesson(0.014, 1.0, 0.0, 1.0, 0.0, 1.0) == 0.0  # no trust
    assert lesson(0.014, 1.0, 1.0, 1.0, 1.0, 1.0) == 0.0  # T37: full control is no learning
    assert lesson(0.014, 1.0, 1.0, 1.0, 0.0, -1.0) == 0.0  # the partner is behind


@given(within("partner_learning"), share, share, between(0.0, 2.0), share, gap)
def test_lessons_are_proportional_to_each_cause(
    rate: float, openness: float, trust: float, absorbs: float, blocked: float, distance: float
) -> None:
    """T5: below the whole gap, learning from partners is linear in its rate, so its part can be read off."""
    full = lesson(rate, 1.0, 1.0, 1.0, 0.0, distance)
    got = lesson(rate, openness, trust, absorbs, blocked, distance)
    assert got == approx(full * openness * trust * absorbs * (1 - blocked), rel=1e-9, abs=1e-15)


@given(st.floats(0.0, 3.0), st.floats(0.0, 3.0), share, gap)
def test_a_lesson_never_exceeds_the_gap(rate: float, absorbs: float, blocked: float, distance: float) -> None:
    assert 0.0 <= lesson(rate, 1.0, 1.0, absorbs, blocked, distance) <= distance


def test_lessons_of_a_venture_are_about_a_twelfth_of_what_its_partner_gained() -> None:
    """The anchor of partner learning: 8.3 % of affiliated firms' gain in quality, 2001-14; 5 to 12 % is accepted."""
    # 52 quarters x 0.00588 x a mean gap of 0.385 = 0.118 of 1.35 log points gained
    learnt = sum(lesson(0.014, 0.6, 0.7, 1.0, 0.0, 0.385) for _ in range(52))
    assert 0.05 < learnt / 1.35 < 0.12


# generations: waits, windows, effort


def test_adoption_by_hand() -> None:
    assert adoption_chance(0.25, 0.0, 1.5) == approx(0.25)  # at the frontier
    assert adoption_chance(0.25, 1.5, 1.5) == approx(0.125)
    assert adoption_chance(0.25, 3.0, 1.5) == approx(0.0625)
    assert adoption_chance(0.25, -1.0, 1.5) == approx(0.25)  # nobody is ahead of the frontier
    assert adoption_chance(0.25, 1e6, 1.5) < 1e-300


@given(within("adoption_rate"), gap, gap, st.floats(0.1, 5.0))
def test_the_nearer_the_sooner(rate: float, a: float, b: float, half: float) -> None:
    near, far = sorted((a, b))
    assert (
        0.0 < adoption_chance(rate, far, half) <= adoption_chance(rate, near, half) * (1 + 1e-12) <= rate * (1 + 2e-12)
    )


def test_waits_for_a_generation_are_geometric() -> None:
    """T8: mean wait 1 / chance, here 1 / 0.08 = 12.5 quarters; median ln(1/2) / ln(0.92) = 8.3, so 9 quarters."""
    chance = adoption_chance(0.25, 1.5 * math.log2(0.25 / 0.08), 1.5)
    assert chance == approx(0.08)
    waits: list[int] = []
    waiting, quarter = range(4000), 0
    while waiting:
        quarter += 1
        today = np.uint64(key(1, int(Stream.adoption), quarter))
        left = [firm for firm in waiting if uniform(today, firm) >= chance]
        waits += [quarter] * (len(waiting) - len(left))
        waiting = left
    assert np.mean(waits) == approx(12.5, abs=0.6)  # three standard errors of 12 / sqrt(4000)
    assert abs(np.median(waits) - 9) <= 1


def test_a_generation_starts_below_the_old_frontier() -> None:
    # The leader at 3.0, incumbent: 3 - 1.1 + 0.25 x 2.0 = 2.4.
    assert generation_start(3.0, 3.0, 1.1, 2.0, 0.75) == approx(2.4)
    # A latecomer 0.8 behind: 3 - 1.1 + 0.6 x (2.2 - 1.0) = 2.62: it starts ahead. This is the window.
    assert generation_start(2.2, 3.0, 1.1, 2.0, 0.4) == approx(2.62)
    # One with nothing that carries over: 3 - 1.1.
    assert generation_start(0.5, 3.0, 1.1, 2.0, 0.4) == approx(1.9)


@given(log_points, log_points, log_points, within("start_drop"), within("start_reach"))
def test_full_lock_in_makes_all_start_alike(a: float, b: float, front: float, drop: float, reach: float) -> None:
    assert generation_start(a, front, drop, reach, 1.0) == generation_start(b, front, drop, reach, 1.0)


@given(log_points, log_points, within("start_drop"), within("start_reach"), share)
def test_starts_have_no_origin(old: float, front: float, drop: float, reach: float, lock_in: float) -> None:
    """Adding a constant to all logs changes no decision."""
    moved = generation_start(old + 5.0, front + 5.0, drop, reach, lock_in)
    assert moved == approx(generation_start(old, front, drop, reach, lock_in) + 5.0, abs=1e-9)


@given(gap, gap, within("start_reach"), share)
def test_alike_lock_in_changes_no_rank(a: float, b: float, reach: float, lock_in: float) -> None:
    """Leaders change only where incumbents lose more than latecomers; who has more at stake always loses more."""
    near, far = sorted((a, b))
    ahead = generation_start(-near, 0.0, 1.1, reach, lock_in)
    behind = generation_start(-far, 0.0, 1.1, reach, lock_in)
    assert ahead >= behind
    assert -near - ahead >= -far - behind - 1e-12


@given(st.floats(0.0, 1.9), st.floats(0.1, 0.99), st.floats(0.0, 0.99))
def test_a_latecomer_leaps_ahead_inside_the_window(behind: float, incumbent: float, latecomer: float) -> None:
    """(1 - phi_c) (reach - gap) > (1 - phi_m) reach: the window is reach (1 - (1 - phi_m) / (1 - phi_c)) wide."""
    window = 2.0 * (1 - (1 - incumbent) / (1 - latecomer))
    leads = generation_start(3.0 - behind, 3.0, 1.1, 2.0, latecomer) > generation_start(3.0, 3.0, 1.1, 2.0, incumbent)
    if abs(behind - window) > 1e-6:
        assert leads == (behind < window)


def test_the_default_window() -> None:
    """Wide enough for a Chinese firm at 45 % of the frontier, not for one at a tenth of it."""
    p = DEFAULT
    leader = generation_start(0.0, 0.0, p.start_drop, p.start_reach, p.lock_in_incumbent)
    assert generation_start(math.log(0.45), 0.0, p.start_drop, p.start_reach, p.lock_in_latecomer) > leader
    assert generation_start(math.log(0.1), 0.0, p.start_drop, p.start_reach, p.lock_in_latecomer) < leader


CHOSEN = {"reference": 1.0, "elasticity": 0.5, "pace": 0.01, "gain": 10.0, "annuity": 40.0, "leak": 0.0, "cash": 9.0}


def test_chosen_research_by_hand() -> None:
    # A unit more earns .5 x .01 x 10 x 40 = 2 at the reference; at elasticity .5 R&D is the square of that.
    assert chosen_research(**CHOSEN) == approx(4.0)
    # Rivals wear away a fortieth a quarter: the same horizon is worth half, R&D falls to a quarter.
    assert chosen_research(**{**CHOSEN, "leak": 1 / 40}) == approx(1.0)
    assert chosen_research(**{**CHOSEN, "cash": 3.0}) == 3.0


@given(st.floats(0.1, 0.8), st.floats(0.5, 5.0), st.floats(0.0, 0.1))
def test_chosen_research_is_where_another_unit_earns_its_cost(elasticity: float, gain: float, leak: float) -> None:
    asked = {**CHOSEN, "elasticity": elasticity, "gain": gain, "leak": leak, "cash": 1e12}
    chosen, worth = chosen_research(**asked), gain * 40.0 / (1.0 + 40.0 * leak)

    def profit(rd: float) -> float:
        return 0.01 * rd**elasticity * worth - rd

    assert profit(chosen) >= max(profit(0.99 * chosen), profit(1.01 * chosen))


def test_effort_by_hand() -> None:
    assert effort_wanted(0.2, False, 0.1) == 0.2  # incumbents follow demand
    assert effort_wanted(0.2, True, 0.1) == approx(0.3)  # a tenth ahead of demand
    assert effort_wanted(0.0, True, 0.1) == approx(0.1)  # before there is demand
    assert effort_wanted(0.95, True, 0.1) == 1.0  # 1.05, but no more than all
    assert effort_move(0.1, 0.35, 0.08) == approx(0.18)
    assert effort_move(0.3, 0.35, 0.08) == approx(0.35)
    assert effort_move(0.35, 0.1, 0.08) == approx(0.27)


@given(share, share, within("latecomer_start"))
def test_effort_rises_with_demand(a: float, b: float, start: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 <= effort_wanted(low, True, start) <= effort_wanted(high, True, start) <= 1.0
    assert effort_wanted(a, True, start) >= effort_wanted(a, False, start)  # latecomers lead


@given(share, share, within("inertia"))
def test_effort_arrives_and_never_overshoots(effort: float, wanted: float, inertia: float) -> None:
    moved = effort_move(effort, wanted, inertia)
    assert abs(moved - effort) <= inertia + 1e-12
    assert min(effort, wanted) - 1e-12 <= moved <= max(effort, wanted) + 1e-12
    assert effort_move(effort, wanted, OFF["inertia"]) == approx(wanted, abs=1e-15)
    for _ in range(math.ceil(1 / inertia)):
        effort = effort_move(effort, wanted, inertia)
    assert effort == approx(wanted, abs=1e-9)


# R&D


def test_research_budget_by_hand() -> None:
    # 5 % of 100 own sales and 40 of ventures, and 3 of support: 0.05 x 140 + 3
    assert research_budget(0.05, 100.0, 40.0, 3.0) == approx(10.0)
    assert research_budget(0.05, 0.0, 0.0, 3.0) == 3.0  # who sells nothing lives on support


def test_what_a_venture_feeds_by_hand() -> None:
    # Half of sales of 40 feeds 20, if the venture pays at least the 5 % of it that is spent on research.
    assert feeding_sales(0.5, 40.0, 3.0, 0.05) == approx(20.0)
    assert feeding_sales(0.5, 40.0, 0.4, 0.05) == approx(8.0)  # 0.4 / 0.05: no more research than that pays
    assert feeding_sales(0.5, 40.0, 0.3, 0.4) == approx(0.75)  # a part of one is a part
    assert feeding_sales(0.5, 40.0, 0.0, 0.05) == feeding_sales(0.5, 40.0, -2.0, 0.05) == 0.0  # losses feed none


@given(share, money, present_value, within("rd_intensity", Sectors))
def test_no_venture_asks_for_more_research_than_it_pays(
    part: float, sales: float, paid: float, intensity: float
) -> None:
    """What is spent on its account is at most what it paid, so that no partner is ruined by another's research."""
    spent = research_budget(intensity, 0.0, feeding_sales(part, sales, paid, intensity), 0.0)
    assert spent <= max(paid, 0.0) * (1.0 + 1e-12) + 1e-9 and spent <= intensity * part * sales * (1.0 + 1e-12)


@given(within("rd_intensity", Sectors), money, money, money, money_unit)
def test_budgets_do_not_depend_on_the_unit_of_money(
    intensity: float, own: float, venture: float, support: float, unit: float
) -> None:
    spent = research_budget(intensity, own, venture, support)
    assert research_budget(intensity, own * unit, venture * unit, support * unit) == spent * unit
    assert spent >= support
    assert research_budget(intensity, own, 0.0, support) <= spent


# spillovers across origins


def test_the_reach_of_a_spillover_by_hand() -> None:
    assert spillover_reach(0.4, 0.5) == approx(0.7)
    assert spillover_reach(0.4, 0.0) == 0.4  # from afar
    assert spillover_reach(0.4, 1.0) == 1.0  # as a local does
    assert spillover_reach(OFF["spillover_distance"], 0.5) == 0.5  # nothing crosses without presence


@given(within("spillover_distance"), share, share)
def test_presence_brings_spillovers(distance: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert distance - 1e-12 <= spillover_reach(distance, low) <= spillover_reach(distance, high) + 1e-12 <= 1.0 + 2e-12
