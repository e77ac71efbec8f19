"""No rule leaves its range, turns against the economics or misses a limit, anywhere in what its inputs declare."""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st
from pytest import approx

import sim.model.rules
from tests.rules.declared import money_unit
from tests.rules.law import Arguments, Law, Laws, Value

Rule = Callable[..., Any]


def rules_of(page: str) -> dict[str, Rule]:
    """The rules that a page of sim/model/rules defines."""
    module = import_module(f"sim.model.rules.{page}")
    plain = {name: getattr(thing, "py_func", thing) for name, thing in vars(module).items()}
    own = [name for name, thing in plain.items() if inspect.isfunction(thing) and thing.__module__ == module.__name__]
    return {f"{page}.{name}": getattr(module, name) for name in own}


PAGES = [page.name for page in pkgutil.iter_modules(sim.model.rules.__path__)]
LAWS: Laws = {rule: law for page in PAGES for rule, law in import_module(f"tests.rules.laws.{page}").LAWS.items()}
RULES = {name: rule for page in PAGES for name, rule in rules_of(page).items()}
CASES = [pytest.param(rule, LAWS[rule], id=name) for name, rule in RULES.items() if rule in LAWS]


def arguments_of(rule: Rule) -> list[str]:
    return list(inspect.signature(getattr(rule, "py_func", rule)).parameters)


def inputs(law: Law) -> st.SearchStrategy[Arguments]:
    drawn = st.fixed_dictionaries(law.inputs)
    return drawn if law.where is None else drawn.filter(lambda x: law.where(**x))


def expected(value: Value, x: Arguments) -> float:
    return x[value] if isinstance(value, str) else value(**x) if callable(value) else value


def slack(law: Law, x: Arguments, *results: float) -> float:
    """What rounding may do: relative to the results, and to the money that was added up."""
    added = [abs(x[name]) for name in law.money.split()] if law.degree else []
    return 1e-11 * max([1e-9 if law.degree else 1.0, *map(abs, results), *added])


def directions(law: Law) -> list[tuple[str, float, float, int]]:
    """Argument, where from and where to, and +1 if the result rises there, -1 if it falls."""
    everywhere = float("inf")
    turns = [(name, -everywhere, top, 1) for name, top in law.peaks.items()]
    turns += [(name, top, everywhere, -1) for name, top in law.peaks.items()]
    rising = [(name, -everywhere, everywhere, 1) for name in law.rises.split()]
    return [*rising, *((name, -everywhere, everywhere, -1) for name in law.falls.split()), *turns]


# the index


def test_every_rule_has_a_law() -> None:
    assert len(RULES) > 40
    assert {name for name, rule in RULES.items() if rule not in LAWS} == set()
    assert set(LAWS) <= set(RULES.values())


def test_every_argument_has_a_direction_or_a_reason(subtests: pytest.Subtests) -> None:
    for name, rule in RULES.items():
        with subtests.test(name):
            law = LAWS[rule]
            names = [*law.rises.split(), *law.falls.split(), *law.peaks, *law.free]
            assert sorted(names) == sorted(arguments_of(rule)) == sorted(law.inputs)
            assert all(law.free.values())
            assert set(law.money.split()) <= set(law.inputs)
            assert {name for held, _ in law.limits for name in held} <= set(law.inputs)


@pytest.mark.parametrize(("rule", "law"), CASES)
def test_every_argument_counts(rule: Rule, law: Law) -> None:
    """An argument that never moves the result is one that the rule forgot, or inputs that never reach where it does."""
    once = settings(phases=[Phase.generate], derandomize=True, database=None, max_examples=2000)
    for name in law.inputs:
        pair = st.tuples(inputs(law), law.inputs[name])
        find(pair, lambda xy, name=name: rule(**xy[0]) != rule(**{**xy[0], name: xy[1]}), settings=once)


# the laws


@pytest.mark.parametrize(("rule", "law"), CASES)
def test_no_rule_leaves_its_range(rule: Rule, law: Law) -> None:
    @settings(max_examples=50)
    @given(inputs(law))
    def holds(x: Arguments) -> None:
        result = rule(**x)
        low, high = expected(law.low, x), expected(law.high, x)
        room = slack(law, x, *(bound for bound in (low, high) if abs(bound) < float("inf")))
        assert low - room <= result <= high + room

    holds()


@pytest.mark.parametrize(("rule", "law"), CASES)
def test_directions_hold(rule: Rule, law: Law) -> None:
    @settings(max_examples=40)
    @given(inputs(law), st.data())
    def holds(x: Arguments, data: st.DataObject) -> None:
        for name, first, last, sign in directions(law):
            other = data.draw(law.inputs[name], label=name)
            a, b = (min(max(value, first), last) for value in sorted((x[name], other)))
            near, far = {**x, name: a}, {**x, name: b}
            if b - a <= 1e-9 * max(abs(a), abs(b)) or (law.where and not (law.where(**near) and law.where(**far))):
                continue
            low, high = float(rule(**near)), float(rule(**far))
            assert sign * (high - low) >= -max(slack(law, near, low, high), slack(law, far)), (name, near, far)

    holds()


@pytest.mark.parametrize(
    ("rule", "law", "held", "value"),
    [
        pytest.param(*case.values, *limit, id=f"{case.id}-{n}")
        for case in CASES
        for n, limit in enumerate(case.values[1].limits)
    ],
)
def test_limits_hold(rule: Rule, law: Law, held: Arguments, value: Value) -> None:
    @settings(max_examples=15)
    @given(inputs(law))
    def holds(drawn: Arguments) -> None:
        x = {**drawn, **held}
        assume(law.where is None or law.where(**x))
        assert rule(**x) == approx(expected(value, x), rel=1e-9, abs=max(1e-9, slack(law, x)))

    holds()


@pytest.mark.parametrize(("rule", "law"), [case for case in CASES if case.values[1].money])
def test_the_unit_of_money_does_not_matter(rule: Rule, law: Law) -> None:
    @settings(max_examples=20)
    @given(inputs(law), money_unit)
    def holds(x: Arguments, unit: float) -> None:
        other = {**x, **{name: x[name] * unit for name in law.money.split()}}
        assert rule(**other) == approx(rule(**x) * unit**law.degree, rel=1e-12, abs=0.0)

    holds()
