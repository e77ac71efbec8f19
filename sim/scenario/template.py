"""A commented scenario to start from: every kind of shock with its keys, out of the declarations."""

import json
import textwrap

from sim.scenario.shocks import KINDS, Kind
from sim.scenario.values import takes_percent

_HEAD = """\
# yaml-language-server: $schema=schema.json
#
# Says only what differs from the file it extends. `check` names every mistake, `diff` tells what changed.

schema: 1
name: {name}
title: {title}
question: What would change if the European Union taxed Chinese electric cars more?
extends: baseline              # a file beside this one, or in the scenarios folder

# drop: [id]                   # inherited shocks to leave out
# end: 2040                    # last year
# parameters:                  # assumptions about how the world works; `show parameters` lists them
#   horizon: 24

shocks:
  - id: eu_electric_duty       # address it as shocks.eu_electric_duty.rate; an inherited id changes that shock
    kind: tariff
    sectors: [cars]            # sectors, groups of the world file, or all
    generation: electric       # leave out: every generation
    origin: china              # where goods are made; leave out: everywhere
    destination: eu            # whose border
    rate: 35%                  # or 0.35
    announce: 2027Q1           # firms know from here on; leave out: at the start
    start: 2027Q3
    ramp: 4                    # quarters to full size
    end: 2034Q4                # inclusive; leave out: it stays
    # probability: 0.7         # chance that it happens at all, drawn once per seed
    # retaliation: {{rate: 15%, lag: 2}}

# Every kind of shock, and its own keys:
"""


def template(name: str) -> str:
    """The text of a new scenario called `name`; it loads as it is beside the shipped files."""
    title = json.dumps(name.replace("_", " ").strip() or "new", ensure_ascii=False)
    quoted = json.dumps(name or "new", ensure_ascii=False)
    head = _HEAD.format(name=quoted, title=title)
    return head + "".join(f"#\n{_told(kind, declared)}" for kind, declared in KINDS.items())


def _told(name: str, kind: Kind) -> str:
    keys = [(key, f"{size.text} [{_range(size.unit, *size.bounds())}]") for key, size in kind.sizes.items()]
    keys += list(kind.keys.items())
    if kind.option:
        keys.append((kind.option, "; ".join(f"{value}: {text}" for value, text in kind.options.items())))
    keys += [(place, getattr(kind, place)) for place in kind.places]
    lines = textwrap.wrap(f"{name}: {kind.text}", 116)
    lines += [
        line
        for key, text in keys
        for line in textwrap.wrap(f"{key}: {text}", 112, initial_indent="  ", subsequent_indent="    ")
    ]
    return "".join(f"# {line}\n" for line in lines)


def _range(unit: str, low: float, high: float) -> str:
    if takes_percent(unit):
        return f"{low * 100:g} to {high * 100:g} %"
    return f"{low:g} to {high:g}" + ("" if unit == "1" else f" {unit}")
