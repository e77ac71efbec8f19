"""The library of what-ifs: each says what it asks, changes what it names and nothing before, and does something."""

from functools import cache

import numpy as np
import pytest

from sim.model.columns import Policy
from sim.plots.style import short
from sim.scenario import Scenario, load
from sim.scenario.build import build
from sim.scenario.find import Place, names, shipped
from sim.scenario.groups import check, listed_groups, read_group
from sim.scenario.reader import read
from sim.simulate import Run, simulate
from sim.verify.laboratory import differing, until

ROOT = shipped()
FRAME = ("world", "history", "baseline")
WHAT_IFS = [name for name in names(ROOT) if name not in FRAME and "/" not in name]
GROUPS = [name for name, _ in listed_groups(ROOT)]
SEED = 3


@cache
def told(name: str) -> Scenario:
    return load(ROOT / f"{name}.yaml")


@cache
def ran(name: str) -> Run:
    return simulate(told(name), SEED)


def given(name: str) -> dict[str, object]:
    """What a what-if's own file says."""
    path = ROOT / f"{name}.yaml"
    tree, _ = read(path, Place(path, ROOT).shown)
    assert tree is not None
    return tree.plain()


def base_of(name: str) -> str:
    """What a what-if is compared with: the base of its group."""
    return next(group.base for group in map(read_group, GROUPS) if name in group.scenarios)


def claimed(name: str) -> set[str]:
    """Fields of policy that the shocks write which the file names, drops or inherits beyond its base."""
    base, own = ({shock.id: shock for shock in told(each).shocks} for each in (base_of(name), name))
    changed = [
        shock for each, other in ((base, own), (own, base)) for shock in each.values() if shock != other.get(shock.id)
    ]
    answers = [mirror for shock in changed if (mirror := shock.mirror())]
    return {field for shock in (*changed, *answers) for field, _ in shock.effects()}


def moved(name: str) -> dict[str, int]:
    """Columns of policy and world in which a what-if differs from its base, and the first quarter of it."""
    one, two = (build(told(each), SEED) for each in (base_of(name), name))
    found = {}
    for part in ("in_force", "announced", "world"):
        before, after = getattr(one, part), getattr(two, part)
        for field in before._fields:
            a, b = getattr(before, field), getattr(after, field)
            if a.shape[0] == told(name).quarters and not np.array_equal(a, b):
                first = int(np.flatnonzero((a != b).reshape(len(a), -1).any(axis=1))[0])
                found[field] = min(first, found.get(field, first))
    return found


def test_the_library_has_its_size() -> None:
    assert len(WHAT_IFS) >= 22


@pytest.mark.parametrize("name", WHAT_IFS)
def test_it_says_what_it_asks_and_where_sizes_come_from(name: str) -> None:
    said = given(name)
    assert all(said.get(key) for key in ("schema", "title", "question", "channel", "source", "extends"))
    assert said["name"] == name
    assert str(said["question"]).endswith("?") and str(said["channel"]).endswith(".")
    assert not told(name).warnings
    assert any(name in read_group(group).scenarios for group in GROUPS)


@pytest.mark.parametrize("name", GROUPS)
def test_shipped_groups_are_valid_and_fit_a_figure(name: str) -> None:
    """Five lines are as many as a figure bears, the base included; a title must fit its key."""
    assert len(read_group(name).files) <= 5
    assert all(short(told(path.stem).title) == told(path.stem).title for path in read_group(name).files)
    assert check(ROOT / "groups" / f"{name[1:]}.yaml") == []


@pytest.mark.parametrize("name", WHAT_IFS)
def test_it_changes_what_it_names(name: str) -> None:
    said, base = given(name), told(base_of(name))
    policy = moved(name).keys() & set(Policy._fields)
    assert policy - {"changed"} == claimed(name)
    assumed = {key for key, value in told(name).parameters.items() if value != base.parameters[key]}
    shared = set(told(name).later)  # dated assumptions, which the base is given too
    assert assumed == set(told(name).treatment) == set(said.get("parameters", {})) - shared
    assert policy or assumed or moved(name)


@pytest.mark.parametrize("name", WHAT_IFS)
def test_it_does_something_and_nothing_before_it_is_known(name: str) -> None:
    base, treated = ran(base_of(name)), ran(name)
    apart = [key for key in base.outcome.dtype.names if not np.array_equal(base.outcome[key], treated.outcome[key])]
    assert apart
    known = 0 if told(name).treatment else min(moved(name).values())
    assert differing(until(base, known), until(treated, known)) == []
    assert known == 0 or np.array_equal(base.outcome["welfare"][:known], treated.outcome["welfare"][:known])
