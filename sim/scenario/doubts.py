"""What a valid scenario may not mean: sizes that look like slips, instruments that meet nobody; and the duty in force.

Only shocks of the scenario's own file are looked at: what it inherits has been asked about where it stands.
"""

import re
from collections.abc import Iterator

import numpy as np

from sim.declare import Column
from sim.scenario.build import grid
from sim.scenario.policy import Grid, policies
from sim.scenario.resolve import Scenario
from sim.scenario.shocks import KINDS, Shock
from sim.scenario.values import quarter_name, takes_percent
from sim.scenario.words import amount

HIGH = 1.5  # duties above are asked about: the highest that the shipped record holds is 1.45
LOW = 0.01  # sizes between this and nothing are: `.45%` may be meant for 45 %
_BROAD = ("rate", "coverage", "block", "max_foreign_equity")  # sizes that are no small costs


def doubts(scenario: Scenario) -> list[str]:
    """What to ask about, a line each; empty where nothing looks odd."""
    own = [shock for shock in scenario.shocks if shock.own]
    ids = {shock.id for shock in own}
    found = [text for text in scenario.warnings if text.partition(":")[0] in ids]
    for shock in own:
        found += [f"{shock.id}: {text}" for text in (*_sizes(shock), *_without_effect(scenario, shock))]
    return [*found, *_unreached(scenario, own)]


def duties(scenario: Scenario) -> list[str]:
    """Of each own tariff the whole duty in force once it has its full size, by sector and border."""
    if not any(shock.own and shock.kind == "tariff" for shock in scenario.shocks):
        return []
    known = grid(scenario)
    total = policies(known, scenario.shocks)[0].tariff
    return [line for shock in scenario.shocks if shock.own for line in _duty(scenario, known, total, shock)]


def _duty(scenario: Scenario, known: Grid, total: Column, shock: Shock) -> Iterator[str]:
    rate = dict(shock.sizes).get("rate")
    if shock.kind != "tariff" or "tariff" not in dict(shock.effects()) or not rate:
        return
    t = min(max(shock.start + shock.ramp - 1, 0), scenario.quarters - 1)
    sides = [np.flatnonzero(known.weights(getattr(shock, key)) > 0) for key in ("origin", "destination")]
    told: dict[str, dict[str, list[str]]] = {}  # duty -> borders -> sectors
    for name in (name for name in known.sectors if name in known.names.sectors_of(shock.sectors)):
        s = known.sectors.index(name)
        wanted = [g for g, each in enumerate(known.generations[s]) if shock.generation in ("", "all", each)]
        by_duty: dict[str, list[str]] = {}
        for o, d in ((o, d) for o in sides[0] for d in sides[1] if d != o and known.tradable[s]):
            cells = total[t, s, wanted, o, d]
            ends = dict.fromkeys(amount(float(value), "share") for value in (cells.min(), cells.max()))
            by_duty.setdefault(" to ".join(ends), []).append(f"{known.regions[o]} to {known.regions[d]}")
        for duty, borders in by_duty.items():
            told.setdefault(duty, {}).setdefault(", ".join(borders), []).append(name)
    goods = f" ({shock.generation})" if shock.generation not in ("", "all") else ""
    for duty, places in told.items():
        where = "; ".join(f"{', '.join(names)}{goods}, {borders}" for borders, names in places.items())
        yield f"{shock.id}: {duty} in force in {quarter_name(t)}, {amount(rate, 'share')} of it by this: {where}"


def _sizes(shock: Shock) -> Iterator[str]:
    sizes = KINDS[shock.kind].sizes
    answers = [("retaliation.rate", shock.retaliation.rate)] if shock.retaliation else []
    for key, value in (*shock.sizes, *answers):
        unit = "share" if key not in sizes else sizes[key].unit
        if not takes_percent(unit):
            continue
        if "rate" in key and value > HIGH:
            yield f"{key} is {amount(value, unit)}; is it meant? A tenth is {amount(value / 10, unit)}"
        elif 0 < abs(value) < LOW and key.split(".")[-1] in _BROAD:
            yield f"{key} is {amount(value, unit)}; is it meant? A hundred times that is {amount(value * 100, unit)}"


def _without_effect(scenario: Scenario, shock: Shock) -> Iterator[str]:
    """Goods that cross no border, and policies that leave everything in force as it was."""
    known = grid(scenario)
    named = known.names.sectors_of(shock.sectors)
    stay = [name for name in named if not known.tradable[known.sectors.index(name)]]
    if KINDS[shock.kind].goods and stay and "all" not in shock.sectors:
        what = "it acts on nothing" if len(stay) == len(named) else f"it does not act on {', '.join(stay)}"
        yield f"{shock.kind} concerns goods that cross borders, which {', '.join(stay)} does not make; {what}"
        if len(stay) == len(named):
            return
    fields = [field for field, size in shock.effects()]
    if shock.firms or not fields:
        return
    others = tuple(each for each in scenario.shocks if each is not shock)
    sides = zip(policies(known, scenario.shocks), policies(known, others), strict=True)
    if all(np.array_equal(getattr(a, field), getattr(b, field)) for a, b in sides for field in fields):
        yield "changes nothing: what is in force in its sectors, places and years is the same without it"


def _unreached(scenario: Scenario, own: list[Shock]) -> Iterator[str]:
    """Sectors that title or question name and no shock of the file acts in."""
    if not own or scenario.changed_parameters:
        return
    reached = {name for shock in own for name in grid(scenario).names.sectors_of(shock.sectors)}
    text = f"{scenario.title} {scenario.question}".lower()
    words = set(re.findall(r"[a-z]+", text))
    for name, sector in scenario.world.sectors.items():
        called = {name.replace("_", " "), (sector.label or name).lower()}
        there = any(each in words if " " not in each else each in text for each in called)
        if there and name not in reached:
            acts = ", ".join(sorted(reached))
            yield f"the question names {name}, in which no shock of the file acts; they act in {acts}"
