"""Runs that have their first quarters in common: gone through once, then each goes on from a copy of the state.

A quarter reads of dated inputs only what is dated up to it, and what is announced stands at the date of its
announcement. So two runs of one seed are the same, byte for byte, up to the first quarter at which their resolved
inputs differ. Which quarter that is comes from comparing the arrays that a run reads, never from reading files: what is
not dated (a firm's start, functions that stand for rules, the seed of all luck) has to be the same throughout, or
nothing is shared. A parameter has a date only where the scenario gives it one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import Kernel, kernel
from sim.machine.compiled import bundle
from sim.machine.declare import Column, dimensions
from sim.model.stages import State
from sim.model.stages.state import EVENTS, LIVES
from sim.scenario.build import Inputs, build, host
from sim.scenario.resolve import Scenario
from sim.simulate import Room, Run, first_room, more_room, prepare, quietly, standing, told

_DATES = {"named_listing"}  # members of `Inputs` whose values are quarters, -1 where there is none
_GIVEN = set(Inputs._fields) - {"firms"}  # members of `State` that no run writes to
_NEVER = 2**31


class _Held:
    """An array known by its identity, and kept, so that it is read once for all seeds and runs that share it."""

    def __init__(self, array: Column) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.array is other.array


@lru_cache(maxsize=256)
def _by_quarter(held: _Held) -> NDArray[np.bytes_]:
    """Digests of all that a dated array holds up to and including each quarter [quarter]."""
    return _digests(held.array)


@lru_cache(maxsize=32)
def _by_date(held: _Held, quarters: int) -> NDArray[np.bytes_]:
    """The same of an array of dates: those that have come."""
    dates = np.where(held.array < 0, _NEVER, held.array.astype(np.int64))
    return _digests(np.where(dates <= quarter, dates, _NEVER) for quarter in range(quarters))


def _digests(rows: Iterable[Column]) -> NDArray[np.bytes_]:
    seen = hashlib.blake2b(digest_size=16)
    found = []
    for row in rows:
        seen.update(repr(row.shape).encode() + row.tobytes())
        found.append(seen.hexdigest())
    return np.array(found, np.bytes_)


def _members(inputs: Any, name: str = "", dated: bool = False) -> Iterator[tuple[str, bool, Any]]:
    """Name of every array, whether it has quarters, and the array itself; numbers of a NamedTuple are one member."""
    if isinstance(inputs, tuple) and any(isinstance(value, tuple | np.ndarray) for value in inputs):
        per = dimensions(type(inputs))
        for key, value in zip(type(inputs)._fields, inputs, strict=True):  # type: ignore[attr-defined]
            yield from _members(value, key, per.get(key, ())[:1] == ("quarter",))
    else:
        yield name, dated, inputs


def _seen(scenarios: Sequence[Scenario], seed: int, inputs: Sequence[Inputs]) -> NDArray[np.bytes_]:
    """What a run has read by each quarter, as digests [scenario, member, quarter]; members that are one object for all
    inputs are left out."""
    quarters = len(inputs[0].world.market)
    found = [[_beside(scenario, seed, quarters) for scenario in scenarios]]
    for member in zip(*map(_members, inputs), strict=True):
        name, dated, first = member[0]
        values = [value for _, _, value in member]
        if all(value is first for value in values):
            continue
        if dated and all(len(value) == quarters for value in values):
            found.append([_by_quarter(_Held(value)) for value in values])
        elif name in _DATES:
            found.append([_by_date(_Held(value), quarters) for value in values])
        else:  # has no date: the same throughout, or different from the first quarter on
            told = [(value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value for value in values]
            if any(each != told[0] for each in told):
                found.append([np.full(quarters, f"{told.index(each)}", "S32") for each in told])
    return np.array(found, "S32").reshape(len(found), len(inputs), quarters).swapaxes(0, 1)


def _beside(scenario: Scenario, seed: int, quarters: int) -> NDArray[np.bytes_]:
    """Digests of what a run reads beside its inputs: rules, luck, and parameters as they change."""
    fixed = repr((scenario.rules, scenario.luck_of(seed))).encode()
    turns = {t: repr(sorted(scenario.parameters_of(seed, t).items())).encode() for t in (0, *scenario.turns)}
    seen, found = hashlib.blake2b(fixed, digest_size=16), []
    for quarter in range(quarters):
        seen.update(turns.get(quarter, b""))
        found.append(seen.hexdigest())
    return np.array(found, "S32")


class Fork(NamedTuple):
    """A run in the order in which runs follow from each other: its place among those asked for, and the quarter from
    which it differs from the one before it."""

    place: int
    quarter: int


def forks(scenarios: Sequence[Scenario], seed: int, inputs: Sequence[Inputs]) -> list[Fork]:
    """Order of runs in which each begins where one before it, the last that it has most in common with, was.

    The first difference of runs is an ultrametric (two that are each like a third up to some quarter are alike up to
    it), so that a tree of them is told by the differences of neighbours.
    """

    seen = _seen(scenarios, seed, inputs)
    quarters = seen.shape[2]

    def ordered(places: list[int]) -> Iterator[Fork]:
        first, *others = places
        apart: dict[int, list[int]] = {}
        for place in others:
            differs = (seen[first] != seen[place]).any(axis=0)
            quarter = int(differs.argmax()) if differs.any() else quarters
            apart.setdefault(quarter, []).append(place)
        yield Fork(first, 0)
        for quarter in sorted(apart, reverse=True):
            head, *rest = ordered(apart[quarter])
            yield Fork(head.place, quarter)
            yield from rest

    # the last quarter is always gone through: what closes a run reads numbers of that quarter
    return [Fork(place, min(quarter, quarters - 1)) for place, quarter in ordered(list(range(len(inputs))))]


def shared(scenarios: Sequence[Scenario], seed: int) -> float:
    """The part of all quarters of these scenarios' runs that is gone through once for several of them."""
    inputs = [build(scenario, seed) for scenario in scenarios]
    return sum(fork.quarter for fork in forks(scenarios, seed, inputs)) / (len(inputs[0].world.market) * len(inputs))


class _Left(NamedTuple):
    """What a run had written at the beginning of a quarter, for those that go on from there; `ends`: how far."""

    quarter: int
    ends: dict[str, int]
    arrays: list[Column]


class Branches:
    """Runs of scenarios with one seed, to be asked for in `order`; any of them may fail or be left out.

    What `run` returns is to the last byte what `simulate` returns for that scenario and seed.
    """

    def __init__(self, scenarios: Sequence[Scenario], seed: int) -> None:
        self.scenarios, self.seed = scenarios, seed
        self.inputs = [build(scenario, seed) for scenario in scenarios]
        self.order = forks(scenarios, seed, self.inputs)
        self.left: list[_Left] = []  # the latest quarter last
        self.begun = -1  # place in the order of the run that left them
        self.room: Room | None = None

    def run(self, number: int) -> Run:
        """The run at a place of the order."""
        place = self.order[number].place
        scenario, inputs = self.scenarios[place], self.inputs[place]
        since = self.unlike(self.begun, number)
        while self.left and self.left[-1].quarter > since:
            self.left.pop()
        self.begun = number
        room, rules = self.room or first_room(scenario, inputs, in_turn=True), kernel(scenario.rules)
        while True:
            state = prepare(inputs, host(scenario), scenario.luck_of(self.seed), *room, rules)
            self._go_through(scenario, rules, state, self._stops(number))
            self.room = more_room(scenario, state, room)
            if self.room == room:
                return told(scenario, self.seed, state)
            self.left.clear()  # what was left may have been cut short, too
            room = self.room

    def unlike(self, before: int, number: int) -> int:
        """First quarter in which the run at a place of the order differs from one at a place before it."""
        return min(fork.quarter for fork in self.order[before + 1 : number + 1])

    def _stops(self, number: int) -> list[int]:
        """Quarters at whose beginning a run to come leaves this one."""
        lowest = accumulate((fork.quarter for fork in self.order[number + 1 :]), min)
        return sorted({*lowest} - {0})

    def _go_through(self, scenario: Scenario, rules: Kernel, state: State, stops: Sequence[int]) -> None:
        """A fresh state from what was left last to the end of its run; what it has at every stop is left, too."""
        quarters, begun = len(state.outcome), 0
        if self.left:
            begun, ends, arrays = self.left[-1]
            for own, copied in zip(_written(state, ends), arrays, strict=True):
                np.copyto(own, copied)
        else:
            quietly(rules.begin, bundle(state))
        halts = sorted({begun, quarters, *(halt for halt in (*stops, *scenario.turns) if halt > begun)})
        for first, last in pairwise(halts):
            if first > begun and first in stops:
                counts = state.scratch.counts
                ends = {"quarter": first, "event": int(counts[EVENTS]), "life": int(counts[LIVES])}
                self.left.append(_Left(first, ends, [array.copy(order="K") for array in _written(state, ends)]))
            now = standing(scenario, self.seed, first, state, rules) if scenario.turns else state
            quietly(rules.stretch, bundle(now), first, last, last == quarters)


def _written(state: State, ends: Mapping[str, int]) -> Iterator[Column]:
    """All that runs write, array by array: records as far as `ends` says for their first dimension, as plain bytes."""
    per = dimensions(State)
    for name, value in zip(State._fields, state, strict=True):
        if name in _GIVEN:
            continue
        if isinstance(value, np.ndarray):
            yield value[: ends[per[name][0]]].view(np.uint8)
        elif isinstance(value, tuple):
            yield from value
