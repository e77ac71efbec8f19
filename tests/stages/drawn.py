"""A world of fifteen firms, and strategies for whatever a scenario may change in it, all from the declarations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import numpy as np

from sim.machine.compiled import bundle
from sim.model.parameters import Parameter, parameters
from sim.model.stages import State, advance
from sim.scenario import Scenario
from sim.scenario.files import GIVEN
from sim.scenario.shocks import KINDS, Kind, Retaliation, Shock
from sim.simulate import quietly
from sim.verify.laboratory import WORLD, sector, start
from tests.stages.invariants import Watch, check_records

YEARS = 24  # long enough for ventures, a window and flips
OLD_AND_NEW = [{"name": "old"}, {"name": "new", "arrival": "1986Q1", "midpoint": {"default": 1992}, "width": 1.5}]
FEW: dict[str, Any] = {"multinationals": {"us": 2, "eu": 1}, "chinese": {"state": 1, "private": 2}, "entrants": 2}
TINY: dict[str, Any] = {
    **WORLD,
    "name": "tiny",
    "end": 1979 + YEARS - 1,
    "groups": {"traded": ["motors"]},
    "sectors": {
        "motors": sector(**FEW, generations=OLD_AND_NEW),
        "services": sector(**FEW, tradable=0, start_level=0.5, access_holders=0.5),
    },
}
REGIONS, SECTORS = tuple(TINY["regions"]), tuple(TINY["sectors"])
QUARTERS = 4 * YEARS
Sizes = tuple[tuple[str, float], ...]


def variant(
    base: Scenario,
    changed: Mapping[str, float] = {},
    shocks: tuple[Shock, ...] = (),
    sectors: Mapping[str, float] = {},
) -> Scenario:
    """The scenario with parameters, shocks and numbers of all its sectors changed, without a file in between."""
    world = base.world.model_copy(
        update={"sectors": {name: each.model_copy(update=dict(sectors)) for name, each in base.world.sectors.items()}}
    )
    told = {"base": base.hash, "parameters": dict(changed), "shocks": repr(shocks), "sectors": dict(sectors)}
    return replace(base, parameters={**base.parameters, **changed}, shocks=shocks, world=world, resolved=told)


def survive(scenario: Scenario, every: int, seed: int = 0) -> State:
    """Runs a scenario and looks at every invariant `every` quarters, at those of tables in every quarter."""
    state = start(scenario, seed)
    watch, columns = Watch(state), bundle(state)
    for t in range(QUARTERS):
        quietly(advance, columns, t)
        if (t + 1) % every == 0:
            watch.after(t, records=False)
        elif (t + 2) % every == 0:
            watch.remember()
    check_records(state, 0, QUARTERS)
    return state


# strategies


def _of(parameter: Parameter) -> st.SearchStrategy[float]:
    low, high, usual = float(parameter.low), float(parameter.high), float(parameter.at_work)  # the kernel takes floats
    if parameter.choices or parameter.unit in ("count", "quarters"):
        return st.sampled_from([low, high, usual]) | st.integers(int(low), int(high)).map(float)
    return st.sampled_from([low, high, usual]) | st.floats(low, high)


any_parameters: st.SearchStrategy[dict[str, float]] = st.fixed_dictionaries(
    {name: _of(parameter) for name, parameter in parameters().items()}
)
any_sectors: st.SearchStrategy[dict[str, float]] = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([field.low, field.high])
        | (st.nothing() if field.unit == "flag" else st.floats(field.low, field.high))
        for name, field in GIVEN.items()
    },
)


def _sizes(kind: Kind, option: str) -> st.SearchStrategy[Sizes]:
    def values(key: str) -> st.SearchStrategy[float]:
        low, high = kind.sizes[key].bounds(option or None)
        if kind.sizes[key].unit == "count":
            return st.sampled_from([0.0, 1.0, 2.0, high])
        return st.sampled_from([low, high]) | st.floats(low, high)

    some = st.fixed_dictionaries({}, optional={key: values(key) for key in kind.sizes})
    return some.map(lambda drawn: tuple(drawn.items()))


places = st.just(()) | st.lists(st.sampled_from(REGIONS), min_size=1, max_size=2, unique=True).map(tuple)
sector_names = st.just(("all",)) | st.sampled_from(SECTORS).map(lambda name: (name,))
named_firms = st.lists(
    st.sampled_from([f"{s}-{f}" for s in SECTORS for f in ("m01", "m03", "c01", "c03")]), max_size=2, unique=True
)


@st.composite
def any_shock(draw: st.DrawFn, number: int = 0, first: int = -8, surprise: bool = False) -> Shock:
    """A shock of any kind and size that starts at `first` or later; a surprise is announced when it starts."""
    called = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[called]
    option = draw(st.sampled_from(sorted(kind.options))) if kind.option else ""
    start = draw(st.integers(first, max(first, QUARTERS + 4)))
    last = draw(st.none() | st.integers(start, start + QUARTERS))
    named = tuple(draw(named_firms)) if "firms" in kind.keys else ()
    sizes = () if named else draw(_sizes(kind, option))
    answer = (
        Retaliation((("rate", draw(st.floats(0.0, 5.0))),), draw(st.integers(0, 12)))
        if called == "tariff" and draw(st.booleans())
        else None
    )
    return Shock(
        id=f"shock_{number}",
        kind=called,
        sectors=("motors",) if called == "generation" else draw(sector_names),
        start=start,
        announce=start if surprise else start - draw(st.integers(0, 12)),
        end=None if called == "generation" else last,
        ramp=draw(st.integers(1, 40)),
        generation=draw(st.sampled_from(["", "new"])) if kind.by_generation else "",
        origin=draw(places) if "origin" in kind.places else (),
        destination=draw(places) if "destination" in kind.places else (),
        option=option,
        mode=draw(st.sampled_from(["", "set"])) if kind.totals else "",
        sizes=sizes,
        firms=named,
        name="new" if called == "generation" else "",
        retaliation=answer,
    )


any_shocks: st.SearchStrategy[tuple[Shock, ...]] = st.integers(0, 6).flatmap(
    lambda n: st.tuples(*(any_shock(number) for number in range(n)))
)


def extreme_shocks(which: int) -> tuple[Shock, ...]:
    """Every kind at the low (0) or high (-1) end of all its sizes, for everybody, for a while in mid-run."""
    return tuple(shock for name in KINDS for shock in extreme_shock(name, which))


def extreme_shock(name: str, which: int) -> list[Shock]:
    """A kind at one end of all its sizes, one shock an option."""
    kind = KINDS[name]
    return [
        Shock(
            id=f"{name}_{option or 'any'}",
            kind=name,
            sectors=("motors",) if name == "generation" else ("all",),
            start=20,
            announce=14,
            end=None if name == "generation" else 70,
            ramp=4,
            option=option,
            sizes=tuple((key, size.bounds(option or None)[which]) for key, size in kind.sizes.items()),
            name="new" if name == "generation" else "",
        )
        for option in (sorted(kind.options) if kind.option else [""])
    ]


def differing_bytes(a: State, b: State) -> list[str]:
    """Arrays of two states, nested ones included, that differ in some byte."""
    found = []
    for name in a._fields:
        one, other = getattr(a, name), getattr(b, name)
        if isinstance(one, np.ndarray):
            found += [name] if one.tobytes() != other.tobytes() else []
        elif isinstance(one, tuple) and hasattr(one, "_fields") and name != "parameters":
            found += [
                f"{name}.{each}"
                for each in one._fields
                if getattr(one, each).tobytes() != getattr(other, each).tobytes()
            ]
    return found
