"""What a check is: a statement about the model, where it comes from, and a function that finds out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.verify.laboratory import Laboratory


class Found(NamedTuple):
    """What a check found, and what it should have: `relation` is "=" (within `tolerance`), "<" or ">" (strictly)."""

    value: float
    expected: float
    tolerance: float = 0.0
    relation: str = "="

    @property
    def holds(self) -> bool:
        """Whether the value is as expected; nan never is."""
        if self.relation == "<":
            return self.value < self.expected
        if self.relation == ">":
            return self.value > self.expected
        return abs(self.value - self.expected) <= self.tolerance


class Void(Exception):
    """A check that had nothing to check, for example no partnership in any run: it fails, and says why."""


@dataclass(frozen=True)
class Check:
    """One declared check.

    id: of the list of closed forms ("T14") with a letter where there are several, or of this project's own; statement:
    what must hold, in a line; source: whose result it is; text: how it is checked; slow: over a second.
    """

    id: str
    name: str
    statement: str
    source: str
    text: str
    slow: bool
    function: Callable[[Laboratory], Found]

    @property
    def topic(self) -> str:
        """The page that declares it: "market"."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def item(self) -> str:
        """Its place in the list of closed forms: "T14" of "T14b"."""
        return self.id.rstrip("abcdefghijk")


def check(
    identity: str, statement: str, source: str, slow: bool = False
) -> Callable[[Callable[[Laboratory], Found]], Check]:
    """Declares the decorated function as a check; its docstring says how the statement is checked."""

    def declare(function: Callable[[Laboratory], Found]) -> Check:
        name = function.__name__.replace("_", "-")
        return Check(identity, name, statement, source, " ".join((function.__doc__ or "").split()), slow, function)

    return declare


def need(given: Any, text: str) -> None:
    """Raises Void unless there is something to check."""
    if not given:
        raise Void(text)


def near(values: Any, expected: Any, tolerance: float, relative: bool = False) -> Found:
    """The pair of elements furthest apart; `relative`: the tolerance is a share of what is expected."""
    value, wanted = (np.ravel(part).astype(float) for part in np.broadcast_arrays(values, expected))
    need(value.size, "nothing to compare")
    slack = np.maximum(tolerance * np.abs(wanted), 1e-300) if relative else np.full(value.shape, tolerance)
    away = np.abs(value - wanted) / np.maximum(slack, 1e-300)
    worst = int(np.argmax(np.where(np.isnan(away), np.inf, away)))
    return Found(float(value[worst]), float(wanted[worst]), float(slack[worst]) if tolerance else 0.0)


def rising(values: Iterable[float]) -> Found:
    """The smallest step from one value to the next, which must be above zero."""
    return Found(float(np.min(np.diff(np.fromiter(values, dtype=float)))), 0.0, 0.0, ">")


def falling(values: Iterable[float]) -> Found:
    """The largest step from one value to the next, which must be below zero."""
    return Found(float(np.max(np.diff(np.fromiter(values, dtype=float)))), 0.0, 0.0, "<")


def worst(found: Iterable[Found]) -> Found:
    """The first that does not hold, else the last."""
    last = None
    for last in found:
        if not last.holds:
            return last
    if last is None:
        raise Void("nothing was checked")
    return last
