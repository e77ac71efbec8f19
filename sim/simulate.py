"""One scenario and one seed to one run."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.errors import UsageError, expect
from sim.kernel import Kernel, kernel
from sim.machine.compiled import INTERPRETED, bundle
from sim.machine.declare import SEAT, Column, allocate, record
from sim.model.columns import Basis, Firms, Kind, Partnerships, Policy, Scratch, Sectors, Term, Way
from sim.model.parameters import Parameters
from sim.model.records import Event, Life, Market, Outcome, Vintage
from sim.model.stages import State, seats
from sim.model.stages.state import LACKING
from sim.scenario.build import Inputs, build, host
from sim.scenario.resolve import Scenario

Result = TypeVar("Result")
EVENTS_A_FIRM = 40  # first guess at the length of logs; a full log is made longer and the run repeated
ROWS = 1.85  # first guess at a sector's partnerships at a time, per multinational; a run that needs more is repeated
AMPLE, SMALL = 2.6, 10_000  # the guess where sectors have few firms, hence luck, and a world of so few room to spare
_rows_needed: dict[str, float] = {}  # by world, where the guess was too low once


class Run(NamedTuple):
    """What one run wrote down; T quarters from 1979Q1, S sectors, R regions, G generations."""

    seed: int
    outcome: Column  # Outcome [T, S]
    markets: Column  # Market [T, S, R]
    vintages: Column  # Vintage [T, S, G]
    events: Column  # Event [n], in order of time
    lives: Column  # Life [n], ended ones in order of their end, then those in force
    firm_ids: Column  # id of the firm in each row at the end, 0 if the row was never used


def _records(*tables: tuple[tuple[int, ...], type]) -> list[Column]:
    """Empty tables of records side by side in one piece of memory, which the system hands out in few large pages."""
    kinds = [(math.prod(shape), shape, record(declared)) for shape, declared in tables]
    memory = np.zeros(sum(count * kind.itemsize for count, _, kind in kinds), np.uint8)
    found, begin = [], 0
    for count, shape, kind in kinds:
        end = begin + count * kind.itemsize
        found.append(memory[begin:end].view(kind).reshape(shape))
        begin = end
    return found


def _rows(sectors: Sectors, lines: int, a_multinational: float) -> Column:
    """Rows for a sector's partnerships; more than one for each line of each multinational are never needed."""
    multinationals = sectors.middle - sectors.first
    return np.minimum(np.ceil(a_multinational * multinationals), lines * multinationals).astype(np.int64)


def _sizes(inputs: Inputs, partnerships: int, in_turn: bool) -> dict[str, int]:
    """Length of each dimension; `in_turn`: sectors take the working numbers of firms, group after group."""
    sectors, (_, _, generations, regions) = inputs.sectors, inputs.world.weight.shape
    firms = len(inputs.firms.id)
    return {
        "firm": firms,
        SEAT: seats(sectors.first, sectors.last, inputs.bought) if in_turn else firms,
        "sector": len(sectors.key),
        "region": regions,
        "home": regions,
        "origin": regions,
        "destination": regions,
        "generation": generations,
        "line": regions + 1,
        "kind": len(Kind),
        "way": len(Way),
        "basis": len(Basis),
        "term": len(Term),
        "partnership": max(partnerships, 1),
        "counter": 4,
    }


def prepare(
    inputs: Inputs, host_index: int, seed: int, events: int, rows: float | None = None, rules: Kernel | None = None
) -> State:
    """Columns and records of one run, ready for `begin` or `run` of the kernel it is prepared for (the shipped one).

    `rows`: of partnerships, per multinational, for a run that takes sectors in turn and may have to be repeated with
    more. Without it there are as many as can be needed, and working numbers of all firms, for who stops on the way.
    """
    quarters, sectors, regions = inputs.world.market.shape
    generations = inputs.world.weight.shape[2]
    of_sectors = _rows(inputs.sectors, regions + 1, regions + 1 if rows is None else rows)
    sizes = _sizes(inputs, int(of_sectors.sum()), rows is not None and not INTERPRETED)
    given = allocate(Firms, sizes)
    for name in ("id", "sector", "kind", "home", "ownership", "access_holder", "active"):
        getattr(given, name)[:] = getattr(inputs.firms, name)
    scratch = allocate(Scratch, sizes)
    scratch.first_row[1:] = np.cumsum(of_sectors)[:-1]
    parameters, rules = inputs.parameters, rules or kernel(None)
    outcome, markets, vintages = _records(
        ((quarters, sectors), Outcome),
        ((quarters, sectors, regions), Market),
        ((quarters, sectors, generations), Vintage),
    )
    return State(
        firms=given,
        partnerships=allocate(Partnerships, sizes),
        sectors=inputs.sectors,
        world=inputs.world,
        in_force=inputs.in_force,
        now=Policy(*[column[0].copy() for column in inputs.in_force]),
        announced=inputs.announced,
        scratch=scratch,
        parameters=parameters,
        shipping=inputs.shipping,
        bought=inputs.bought,
        linked=inputs.linked,
        starts=np.stack([np.asarray(column, dtype=float) for column in inputs.starts], axis=1),
        named_listing=inputs.named_listing,
        outcome=outcome,
        markets=markets,
        vintages=vintages,
        events=np.zeros(events, record(Event)),
        lives=np.zeros(events, record(Life)),
        event_time=np.zeros(events, np.int64),
        life_time=np.zeros(events, np.int64),
        host=host_index,
        seed=seed,
        annuity=rules.annuity(parameters.discount, parameters.horizon),
        ramp=rules.ramp_value(parameters.discount, parameters.horizon),
    )


def collect(state: State) -> Run:
    """The records of a finished run, logs cut to their length."""
    events, lives = (int(n) for n in state.scratch.counts[:2])
    return Run(
        state.seed,
        state.outcome,
        state.markets,
        state.vintages,
        state.events[:events],
        state.lives[:lives],
        state.firms.id.copy(),
    )


def simulate(scenario: Scenario, seed: int) -> Run:
    """Runs a scenario once. The same scenario and seed give the same bytes, on any machine and in any order.

    Raises UsageError, WrongType where it is no scenario or no seed.
    """
    expect("scenario", scenario, Scenario, "scenario; `load` reads one")
    seed = seed_of(seed)

    def whole(rules: Kernel, state: State) -> None:
        quarters = len(state.outcome)
        quietly(rules.begin, bundle(state))
        for first, last in pairwise([0, *scenario.turns, quarters]):
            now = turned(scenario, seed, first, state, rules) or state
            quietly(rules.stretch, bundle(now), first, last, last == quarters)

    return told(scenario, seed, _carried_out(scenario, seed, whole, in_turn=True))


def seed_of(given: Any) -> int:
    """A seed. Raises UsageError, WrongType where it is none."""
    expect("seed", given, Integral, "whole number")
    if not 0 <= given < 2**32:
        raise UsageError(f"seed: {given!r} is not between 0 and 2^32")
    return int(given)


def turned(scenario: Scenario, seed: int, t: int, state: State, rules: Kernel) -> State | None:
    """The same state with the parameters that hold from quarter t on; None where none changes."""
    return standing(scenario, seed, t, state, rules) if t in scenario.turns else None


def standing(scenario: Scenario, seed: int, t: int, state: State, rules: Kernel) -> State:
    """The same state with the parameters of quarter t."""
    parameters = Parameters(**scenario.parameters_of(seed, t))
    terms = (parameters.discount, parameters.horizon)
    return state._replace(parameters=parameters, annuity=rules.annuity(*terms), ramp=rules.ramp_value(*terms))


def told(scenario: Scenario, seed: int, state: State) -> Run:
    """The run of a seed, which may share its luck with those of other draws."""
    return collect(state)._replace(seed=seed)


def stepped(scenario: Scenario, seed: int, look: Callable[[State, int], None]) -> tuple[Run, State]:
    """The run that `simulate` makes, quarter by quarter, and its last state.

    `look` sees the state after every quarter; where a log was too short, all of them once more.
    """

    def step(rules: Kernel, state: State) -> None:
        columns = bundle(state)
        quietly(rules.begin, columns)
        for t in range(len(state.outcome)):
            changed = turned(scenario, seed, t, state, rules)
            columns = columns if changed is None else bundle(changed)
            quietly(rules.advance, columns, t)
            look(state, t)
        quietly(rules.finish, columns)

    state = _carried_out(scenario, seed, step)
    return told(scenario, seed, state), state


def _carried_out(
    scenario: Scenario, seed: int, carry_out: Callable[[Kernel, State], None], in_turn: bool = False
) -> State:
    """The state when `carry_out` is through with it and neither logs nor rows of partnerships were too few."""
    rules, inputs = kernel(scenario.rules), build(scenario, seed)
    room = first_room(scenario, inputs, in_turn)
    while True:
        state = prepare(inputs, host(scenario), scenario.luck_of(seed), *room, rules)
        carry_out(rules, state)
        more = more_room(scenario, state, room)
        if more == room:
            return state
        room = more


class Room(NamedTuple):
    """How much a run may write: rows of each log, and of partnerships as `prepare` counts them."""

    events: int
    rows: float | None


def first_room(scenario: Scenario, inputs: Inputs, in_turn: bool) -> Room:
    """A guess at what a run needs, little more than that where sectors are taken in turn."""
    guess = ROWS if len(inputs.firms.id) > SMALL else AMPLE
    rows = _rows_needed.get(scenario.world_hash, guess) if in_turn else None
    return Room(EVENTS_A_FIRM * len(inputs.firms.id), rows)


def more_room(scenario: Scenario, state: State, room: Room) -> Room:
    """The same room if a run was through with it, else twice of what was too little."""
    longest, lacking = max(state.scratch.counts[:2]), state.scratch.counts[LACKING] > 0
    events, rows = room.events * (1 if longest <= room.events else 2), room.rows
    if rows and lacking:
        rows = _rows_needed[scenario.world_hash] = 2.0 * rows
    return Room(events, rows)


def on_threads(
    function: Callable[[int], Result],
    seeds: Sequence[int],
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """A function of every seed, in order, on threads: the kernel releases the interpreter's lock.

    The first goes alone, so that the model is compiled once. `progress` is called with how many are done.
    """
    done = [function(seeds[0])]
    progress(1)
    with ThreadPoolExecutor(workers) as pool:
        for one in pool.map(function, seeds[1:]):
            done.append(one)
            progress(len(done))
    return done


def warm_up(scenario: Scenario, backwards: bool = False) -> None:
    """Compiles the kernel, or loads it; of two processes that start together, one should go backwards."""
    rules = kernel(scenario.rules)
    rules.warm(prepare(build(scenario, 1), host(scenario), 1, 1, ROWS, rules), backwards)


def quietly(function: Any, *arguments: Any) -> Any:
    """Calls the kernel; interpreted, integers wrap round in hashing and must not warn."""
    if not INTERPRETED:
        return function(*arguments)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return function(*arguments)
