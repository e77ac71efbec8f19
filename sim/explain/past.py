"""What happened in a run, in words: names and fates of partnerships, the policy of a quarter, the world without it."""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np

from sim.errors import UsageError
from sim.explain.options import form
from sim.machine.declare import Column, fields
from sim.model.columns import Happening, Policy
from sim.model.parameters import parameters
from sim.model.stages import State
from sim.scenario import Scenario, load
from sim.scenario.build import Labels
from sim.scenario.shocks import Shock
from sim.scenario.values import quarter_name
from sim.scenario.words import amount
from sim.simulate import Run, simulate

WITHOUT = "without "  # begins the name of a scenario less some of its shocks


def life_names(lives: Column, firms: list[str]) -> dict[str, int]:
    """`multinational+chinese@quarter` -> position; where two lines were signed at once the later ones add `#line`."""
    names: dict[str, int] = {}
    for n in sorted(range(len(lives)), key=lambda n: (int(lives["start"][n]), int(lives["line"][n]))):
        life = lives[n]
        name = f"{firms[life['multinational']]}+{firms[life['chinese']]}@{quarter_name(int(life['start']))}"
        names[f"{name}#{life['line']}" if name in names else name] = n
    return names


def happening(kind: int) -> str:
    """A kind of event in words."""
    name = Happening(kind).name.replace("buyout_", "buy-out by the ").replace("_", " ")
    return name.replace("chinese", "Chinese firm")


def outcome_of(life: Any) -> str:
    """What became of a partnership, in half a sentence."""
    first, last = form(int(life["type_first"])), form(int(life["type_last"]), int(life["route"]))
    kinds = last if last.startswith(first) else f"{first}, later {last}"
    flip = f", flipped in {quarter_name(int(life['flipped']))}" if life["flipped"] >= 0 else ""
    signed = f"{kinds}, signed in {quarter_name(int(life['start']))}{flip}"
    if life["end"] < 0:
        return f"{signed}, in force to the last"
    return f"{signed}, ended in {quarter_name(int(life['end']))} by {happening(int(life['end_kind']))}"


def policy_changes(scenario: Scenario, state: State, t: int, life: Any, known: Labels) -> list[str]:
    """Policy that changed in quarter t for a partnership: field, size before and after, places, shocks behind it."""
    s = int(life["sector"])
    places = {state.host, int(life["region"]), int(state.firms.home[int(life["multinational"])])}
    changes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for prefix, policy in (("", state.in_force), ("announced: ", state.announced)):
        for name, field in fields(Policy).items():
            if name == "changed":
                continue
            old, new = getattr(policy, name)[t - 1, s], getattr(policy, name)[t, s]
            for cell in np.argwhere(old != new).tolist():
                at = dict(zip(field.per.split()[2:], cell, strict=True))
                regions = [at[key] for key in ("origin", "destination") if key in at]
                if set(regions) <= places and at.get("generation", 0) < len(known.generations[s]):
                    size = f"{amount(old[tuple(cell)], field.unit)} -> {amount(new[tuple(cell)], field.unit)}"
                    where = " to ".join(known.regions[r] for r in regions)
                    if not prefix or where not in changes["" + name, size]:
                        changes[prefix + name, size].append(where)
    causes = {name: _causes(scenario, name.removeprefix("announced: "), t, known.sectors[s]) for name, _ in changes}
    return [
        f"{name.replace('_', ' ')} {size} ({', '.join(dict.fromkeys(where))}){causes[name]}"
        for (name, size), where in changes.items()
        if where
    ]


def _causes(scenario: Scenario, field: str, t: int, sector: str) -> str:
    """The shocks that move a field of a sector in a quarter, in brackets."""

    def moves(shock: Shock) -> bool:
        named = {member for name in shock.sectors for member in scenario.world.groups.get(name, (name,))}
        ramp = shock.start <= t < shock.start + shock.ramp
        dated = ramp or t == shock.announce or (shock.end is not None and t == shock.end + 1)
        return dated and bool({"all", sector} & named) and field in dict(shock.effects())

    found = [shock.label or shock.id for shock in scenario.shocks if moves(shock)]
    return f" [{'; '.join(found)}]" if found else ""


def other_world(scenario: Scenario) -> Scenario | None:
    """What a scenario extends, under the same assumptions; None if its policy is no other."""
    if len(scenario.files) < 2:
        return None
    base = load(scenario.files[-2], scenario.standing)
    declared = parameters()
    moved = {
        f"parameters.{name}": declared[name].written(value)
        for name, value in scenario.parameters.items()
        if value != base.parameters[name]
    }
    base = load(scenario.files[-2], {**scenario.standing, **moved}) if moved else base
    return None if base.shocks == scenario.shocks else base


class Without(NamedTuple):
    """The same luck under another policy: who it is, the run, the life of the same contract (None: never signed then).

    lines: what it comes to in words.
    """

    scenario: Scenario
    run: Run
    life: Any
    lines: list[str]


def without_shocks(scenario: Scenario, ids: Sequence[str]) -> Scenario:
    """A scenario less some of its shocks, by id, with all that depends on them; raises UsageError for an unknown id."""
    known = {shock.id: shock.label or shock.id for shock in scenario.shocks}
    wrong = [name for name in ids if name not in known]
    if wrong:
        near = get_close_matches(wrong[0], known, n=3, cutoff=0.6) or list(known)[-6:]
        raise UsageError(f"no shock {wrong[0]!r} in {scenario.name}", f"there are {', '.join(near) or 'none'}")
    gone = set(ids)
    while more := {shock.id for shock in scenario.shocks if shock.only_if in gone} - gone:
        gone |= more
    return dataclasses.replace(
        scenario,
        name=f"{WITHOUT}{' and '.join(f'“{known[name]}”' for name in dict.fromkeys(ids))}",
        shocks=tuple(shock for shock in scenario.shocks if shock.id not in gone),
        resolved={
            **scenario.resolved,
            "shocks": [shock for shock in scenario.resolved["shocks"] if shock["id"] not in gone],
        },
    )


def counterfactual(scenario: Scenario, seed: int, run: Run, life: Any, base: Scenario | None) -> Without | None:
    """What the same luck would have made of the two firms under the base's policy; None without a base."""
    base = other_world(scenario) if base is None else base
    if base is None or base == scenario:
        return None
    other = simulate(base, seed)
    head = base.name if base.name.startswith(WITHOUT) else f"under {base.name}"
    head = f"{head[:1].upper()}{head[1:]} (same seed)"
    same = other.lives[other.lives["id"] == life["id"]]
    if len(same):
        twin = same[0]
        fate, was = outcome_of(twin), outcome_of(life)
        said = f"{head} it would have gone the same way." if fate == was else f"{head}: {fate}."
        return Without(base, other, twin, [said, *_learnt(life, twin)])
    pair = [run.firm_ids[int(life[side])] for side in ("multinational", "chinese")]
    sides = [
        other.firm_ids[other.lives[side]] == one for side, one in zip(("multinational", "chinese"), pair, strict=True)
    ]
    also = [outcome_of(each) for each in other.lives[sides[0] & sides[1]]]
    instead = f"the same two firms: {'; '.join(also)}" if also else "the two firms would never have worked together"
    return Without(base, other, None, [f"{head} it would not have been signed then; {instead}."])


def _learnt(life: Any, twin: Any) -> list[str]:
    """How much more or less would have crossed, where anything differs at the digits shown."""
    said = []
    for key, who in (("flow_to_chinese", "the Chinese firm"), ("flow_to_multinational", "the multinational")):
        here, there = (f"{100 * float(each[key]):.2g} %" for each in (life, twin))
        if here != there:
            said.append(f"{who} would have learnt {there} instead of {here}")
    text = " and ".join(said)
    return [f"{text[:1].upper()}{text[1:]}."] if said else []
