"""Tables of the documents, out of the declarations of columns, parameters, records, shocks and the schedule."""

import re
from pathlib import Path
from typing import Any

import sim.model.stages
from sim.documents.markdown import cited, table
from sim.machine.declare import Field, fields
from sim.model.columns import (
    Cause,
    Firms,
    Happening,
    Mode,
    Ownership,
    Partnerships,
    Policy,
    Route,
    Scratch,
    Sectors,
    SubForm,
    Trigger,
    Type,
    World,
)
from sim.model.parameters import parameters
from sim.model.records import Event, Life
from sim.runs.dictionary import metrics
from sim.scenario import load
from sim.scenario.policy import combination
from sim.scenario.shocks import KINDS, Kind

HAPPENINGS = {
    Happening.formation: "a partnership is signed, or a multinational enters the host alone",
    Happening.renegotiation: "new terms, same form",
    Happening.conversion: "new type or route; a base that becomes a hub",
    Happening.buyout_multinational: "the multinational takes over the venture's plant",
    Happening.buyout_chinese: "the Chinese firm takes over the venture's plant",
    Happening.dissolution: "a partnership ends without a buyer",
    Happening.screening_refusal: "a deal that both sides signed is refused",
    Happening.severance: "an end at once, by an entity listing or a partner's bankruptcy",
    Happening.flip: "the Chinese firm's technology has been ahead for four quarters, at signing already or since",
    Happening.generation_adoption: "a firm takes up a generation of products",
    Happening.entry: "a Chinese firm is founded",
    Happening.bankruptcy: "a firm closes",
    Happening.product_flip: "the product of a host venture led what the partner sells alone at first, and has "
    "been behind for four quarters",
    Happening.access_flip: "the side that brought less access at first has brought more for four quarters",
    Happening.own_plant: "a firm builds a plant of its own abroad",
}
TRIGGERS = {
    Trigger.none: "nothing calls it: flips, adoptions, entry, bankruptcy",
    Trigger.scheduled: "a review whose turn it was",
    Trigger.policy: "a review called by a changed field of policy",
    Trigger.search: "a search for partners",
    Trigger.surplus: "a side fell short of its alternative",
    Trigger.exogenous: "chance (`exogenous_end`)",
    Trigger.listing: "an entity listing",
    Trigger.firm_exit: "bankruptcy of a partner",
}
CAUSES = {
    Cause.none: "no end",
    Cause.chance: "chance (`exogenous_end`)",
    Cause.lost_surplus: "a side fell short of its alternative, and no terms were left that both would sign",
    Cause.failed_talks: "a side fell short, and talks on terms that both would have signed failed",
    Cause.policy: "the same in a review that a change of policy called",
    Cause.listing: "an entity listing",
    Cause.bankruptcy_multinational: "the multinational closed",
    Cause.bankruptcy_chinese: "the Chinese firm closed",
}
KINDS_OF = (Ownership, Mode, Type, Route, SubForm)


def model(root: Path) -> dict[str, str]:
    """The generated parts of docs/model-tables.md, by the name between their marks."""
    stated = {"firms": Firms, "partnerships": Partnerships, "sectors": Sectors, "world": World, "policy": Policy}
    return {
        **{name: quantities(declared) for name, declared in stated.items()},
        "scratch": quantities(Scratch),
        "words": table(["word", "values"], ([k.__name__, ", ".join(f"`{m.name}`" for m in k)] for k in KINDS_OF)),
        "events": table(["event", "meaning"], ([f"`{kind.name}`", HAPPENINGS[kind]] for kind in Happening)),
        "triggers": table(["trigger", "meaning"], ([f"`{cause.name}`", TRIGGERS[cause]] for cause in Trigger)),
        "causes": table(["cause", "meaning"], ([f"`{cause.name}`", CAUSES[cause]] for cause in Cause)),
        "metrics": table(["metric", "table", "unit", "formula"], ([r[0], r[1], r[2], r[5]] for r in metrics())),
        "instruments": instruments(),
        "parameters": assumptions(root),
    }


def results() -> dict[str, str]:
    """The generated parts of docs/results.md."""
    head = ["column", "unit", "meaning"]
    return {
        "events": table(head, ([name, f.unit, f.text] for name, f in fields(Event).items())),
        "partnerships": table(head, ([name, f.unit, f.text] for name, f in fields(Life).items())),
        "metrics": table(["metric", "table", "unit", "a year", "meaning", "formula"], metrics()),
    }


def schedule() -> str:
    """The stages of a quarter, numbered, from the docstring of `sim.model.stages`."""
    stages = re.findall(r"^ *(\d+)\. (\w\S*) +(.+?)  +(\w+)\.(\w+)$", sim.model.stages.__doc__ or "", re.MULTILINE)
    return "\n".join(
        f"{n}. **{name}** {text}: [`{module}.{function}`](../sim/model/stages/{module}.py)"
        for n, name, text, module, function in stages
    )


def quantities(declared: type) -> str:
    """Every column of a table: what it is, for what there is one, in what unit and within what bounds."""
    rows = (
        [f"`{name}`", f.text, f.per.replace(" ", " x "), f.unit, _bounds(f)] for name, f in fields(declared).items()
    )
    return table(["name", "meaning", "per", "unit", "range"], rows)


def instruments() -> str:
    """Every kind of shock with its size keys, the policy field that each writes, and how overlaps combine."""
    rows: list[list[str]] = []
    for name, kind in KINDS.items():
        sizes = _sizes(kind) or [["", "", "", "", ""]]
        option = f"; `{kind.option}`: {' or '.join(kind.options)}" if kind.option else ""
        extra = "".join(f"; `{key}`: {text}" for key, text in kind.keys.items())
        where = "; ".join(f"{key}: {getattr(kind, key)}" for key in kind.places)
        rows.append([f"`{name}`", f"{kind.text}{option}{extra}", *sizes[0], where])
        rows += [["", "", *size, ""] for size in sizes[1:]]
    head = ["kind", "meaning", "key", "size", "range", "writes", "overlaps", "where"]
    return table(head, rows)


def _sizes(kind: Kind) -> list[list[str]]:
    rows = []
    for key, size in kind.sizes.items():
        low, high = size.bounds()
        written = ", ".join(f"`{field}`" for field in size.fields)
        together = " / ".join(dict.fromkeys(combination(field) for field in size.fields))
        rows.append([f"`{key}`", f"{size.text} ({size.unit})", f"{low:g} to {high:g}", written, together])
    return rows


def assumptions(root: Path) -> str:
    """Every parameter: default, value at work where that is off, value of the shipped world, and what it is."""
    shipped = load(root / "scenarios" / "world.yaml").parameters
    rows = []
    for name, p in parameters().items():
        span = ", ".join(p.choices) if p.choices else f"{p.low:g} to {p.high:g}"
        value = [p.shown(v) for v in (p.default, shipped[name])]
        used = f"**{value[1]}**" if value[0] != value[1] else value[1]
        on, off = ("" if v is None else p.shown(v) for v in (p.on, p.off))
        marks = "yes" if p.fitted else ""
        about = [p.text, cited(p.source), p.confidence, p.mechanism, marks, off]
        rows.append([f"`{name}`", f"`{p.symbol}`", value[0], on, used, span, p.unit, *about])
    head = ["parameter", "symbol", "default", "at work", "`all2025`", "range", "unit", "meaning", "source"]
    return table([*head, "confidence", "mechanism", "may be fitted", "off"], rows)


def _bounds(field: Field) -> str:
    def number(value: Any) -> str:
        return "" if abs(value) == float("inf") else f"{value:g}"

    low, high = number(field.low), number(field.high)
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""
