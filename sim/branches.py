"""Runs that have their first quarters in common: gone through once, then each goes on from a copy of the state.

A quarter reads of dated inputs only what is dated up to it, and what is announced stands at the date of its
announcement. So two runs of one seed are the same, byte for byte, up to the first quarter at which their resolved
inputs differ. Which quarter that is comes from comparing the arrays that a run reads, never from reading files: what is
not dated (a parameter, a firm's start) has to be the same throughout, or nothing is shared.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import bundle
from sim.declare import Column, dimensions
from sim.quarter import State, begin, stretch
from sim.quarter.state import EVENTS, LIVES
from sim.scenario.build import Inputs, build, host
from sim.scenario.resolve import Scenario
from sim.simulate import Room, Run, collect, first_room, more_room, prepare, quietly

_NEVER = 2**31
_DATES = {"named_listing"}  # members of `Inputs` whose values are quarters, -1 where there is none
_GIVEN = set(Inputs._fields) - {"firms"}  # members of `State` that no run writes to


class _Held:
    """An array known by its identity, and kept, so that two of them are compared once."""

    def __init__(self, array: Column) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.array is other.array


@lru_cache(maxsize=256)
def _first_row(one: _Held, other: _Held) -> int:
    """First row, to the bit, in which two arrays of one shape differ: found once for all seeds, which share them."""
    rows = [np.ascontiguousarray(each.array).reshape(len(each.array), -1).view(np.uint8) for each in (one, other)]
    differs = (rows[0] != rows[1]).any(axis=1)
    return int(differs.argmax()) if differs.any() else _NEVER


def _first_date(one: Column, other: Column) -> int:
    """The earliest quarter that stands where two arrays of quarters differ."""
    dates = [np.where(each < 0, _NEVER, each.astype(np.int64))[one != other] for each in (one, other)]
    return int(np.min(dates, initial=_NEVER))


def first_difference(one: Any, other: Any, name: str = "", dated: bool = False) -> int:
    """First quarter in which a run of one may differ from a run of the other, both `Inputs` of one seed or a part of
    them; 0 where they differ in anything without a date, a very large number where they do not differ."""
    if one is other:
        return _NEVER
    if isinstance(one, np.ndarray):
        if one.shape != other.shape or one.dtype != other.dtype:
            return 0
        if dated:
            return _first_row(_Held(one), _Held(other))
        same = one.tobytes() == other.tobytes()
        return _NEVER if same else _first_date(one, other) if name in _DATES else 0
    if isinstance(one, tuple):
        per = dimensions(type(one))
        names = getattr(type(one), "_fields", [""] * len(one))
        pairs = zip(names, one, other, strict=True)
        return min(first_difference(a, b, key, per.get(key, ())[:1] == ("quarter",)) for key, a, b in pairs)
    return _NEVER if one == other else 0


class Fork(NamedTuple):
    """A run in the order in which runs follow from each other: its place among those asked for, and the quarter from
    which it differs from the one before it."""

    place: int
    quarter: int


def forks(inputs: Sequence[Inputs]) -> list[Fork]:
    """Order of runs in which each begins where one before it, the last that it has most in common with, was.

    The first difference of runs is an ultrametric (two that are each like a third up to some quarter are alike up to
    it), so that a tree of them is told by the differences of neighbours.
    """

    def ordered(places: list[int]) -> Iterator[Fork]:
        first, *others = places
        apart: dict[int, list[int]] = {}
        for place in others:
            apart.setdefault(first_difference(inputs[first], inputs[place]), []).append(place)
        yield Fork(first, 0)
        for quarter in sorted(apart, reverse=True):
            head, *rest = ordered(apart[quarter])
            yield Fork(head.place, quarter)
            yield from rest

    quarters = len(inputs[0].world.market)
    return [Fork(place, min(quarter, quarters - 1)) for place, quarter in ordered(list(range(len(inputs))))]


def shared(scenarios: Sequence[Scenario], seed: int) -> float:
    """Quarters that are gone through for runs of these scenarios with one seed, over those of separate runs."""
    inputs = [build(scenario, seed) for scenario in scenarios]
    quarters = len(inputs[0].world.market)
    return 1.0 - sum(fork.quarter for fork in forks(inputs)) / (quarters * len(inputs))


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
        self.order = forks(self.inputs)
        self.left: list[_Left] = []  # the latest quarter last
        self.room: Room | None = None

    def run(self, number: int) -> Run:
        """The run at a place of the order."""
        place, since = self.order[number]
        scenario, inputs = self.scenarios[place], self.inputs[place]
        while self.left and self.left[-1].quarter > since:
            self.left.pop()
        room = self.room or first_room(scenario, inputs, in_turn=True)
        while True:
            state = prepare(inputs, host(scenario), self.seed, *room)
            self._go_through(state, self._stops(number))
            self.room = more_room(scenario, state, room)
            if self.room == room:
                return collect(state)
            self.left.clear()  # what was left may have been cut short, too
            room = self.room

    def _stops(self, number: int) -> list[int]:
        """Quarters at whose beginning a run to come leaves this one."""
        lowest = accumulate((fork.quarter for fork in self.order[number + 1 :]), min)
        return sorted({*lowest} - {0})

    def _go_through(self, state: State, stops: Sequence[int]) -> None:
        """A fresh state from what was left last to the end of its run; what it has at every stop is left, too."""
        columns, quarters = bundle(state), len(state.outcome)
        begun = 0
        if self.left:
            begun, ends, arrays = self.left[-1]
            for own, copied in zip(_written(state, ends), arrays, strict=True):
                np.copyto(own, copied)
        else:
            quietly(begin, columns)
        for first, last in pairwise([begun, *(stop for stop in stops if stop > begun), quarters]):
            if first > begun:
                counts = state.scratch.counts
                ends = {"quarter": first, "event": int(counts[EVENTS]), "life": int(counts[LIVES])}
                self.left.append(_Left(first, ends, [array.copy(order="K") for array in _written(state, ends)]))
            quietly(stretch, columns, first, last, last == quarters)


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
