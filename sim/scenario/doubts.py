"""What a valid scenario may not mean: sizes that look like slips, instruments that meet nobody.

Only shocks of the scenario's own file are looked at: what it inherits has been asked about where it stands.
"""

import re
from collections.abc import Iterator

import numpy as np

from sim.scenario.build import grid
from sim.scenario.duty import slack
from sim.scenario.policy import policies
from sim.scenario.readers import unread
from sim.scenario.resolve import Scenario
from sim.scenario.shocks import KINDS, Shock
from sim.scenario.values import takes_percent
from sim.scenario.words import amount

HIGH = 1.5  # duties above are asked about: the highest that the shipped record holds is 1.45
LOW = 0.01  # sizes between this and nothing are: `.45%` may be meant for 45 %
_BROAD = ("rate", "share", "coverage", "block", "max_foreign_equity")  # sizes that are no small costs


def doubts(scenario: Scenario) -> list[str]:
    """What to ask about, a line each; empty where nothing looks odd."""
    own = [shock for shock in scenario.shocks if shock.own]
    ids = {shock.id for shock in own}
    found = [text for text in scenario.warnings if text.partition(":")[0] in ids]
    for shock in own:
        texts = (*_sizes(shock), *_without_effect(scenario, shock), *unread(scenario, shock))
        found += [f"{shock.id}: {text}" for text in texts]
    return [*found, *_unreached(scenario, own)]


def _sizes(shock: Shock) -> Iterator[str]:
    answer = shock.retaliation
    own = [(key, value, KINDS[shock.kind].sizes[key].unit) for key, value in shock.sizes]
    theirs = answer.sizes if answer else ()
    answers = [(f"retaliation.{key}", value, KINDS[answer.kind].sizes[key].unit) for key, value in theirs if answer]
    for key, value, unit in (*own, *answers):
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
    if loose := slack(scenario, shock):
        yield loose
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
    acting = (*own, *(answer for shock in own if (answer := shock.mirror())))
    reached = {name for shock in acting for name in grid(scenario).names.sectors_of(shock.sectors)}
    if scenario.parameters["linkage"] > 0.0 or "linkage" in scenario.later:
        reached |= {name for name, each in scenario.world.sectors.items() if reached & set(each.inputs or ())}
    text = f"{scenario.title} {scenario.question}".lower()
    words = set(re.findall(r"[a-z]+", text))
    for name, sector in scenario.world.sectors.items():
        called = {name.replace("_", " "), (sector.label or name).lower()}
        there = any(each in words if " " not in each else each in text for each in called)
        if there and name not in reached:
            acts = ", ".join(sorted(reached))
            yield f"the question names {name}, in which no shock of the file acts; they act in {acts}"
