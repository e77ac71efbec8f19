"""A scenario in words: what it holds, where each value came from, its shocks in time, what differs from another."""

from pathlib import Path
from typing import Any

from sim.model.columns import FIRST_YEAR
from sim.model.parameters import parameters
from sim.scenario.policy import combination
from sim.scenario.resolve import Scenario, load
from sim.scenario.shocks import KINDS, SET, Retaliation, Shock
from sim.scenario.values import is_dated, quarter_name, takes_percent

_WIDTH = 44  # of the drawn timeline


def amount(value: float, unit: str) -> str:
    """A number with its unit; shares as percent."""
    if takes_percent(unit):
        return f"{value * 100:.6g} %"
    return f"{value:.6g}" if unit in ("1", "count") else f"{value:.6g} {unit}"


def sizes(shock: Shock) -> str:
    """The size of a shock in words."""
    kind = KINDS[shock.kind]
    said = [f"{key.replace('_', ' ')} {amount(value, kind.sizes[key].unit)}" for key, value in shock.sizes]
    if shock.firms:
        said.append(f"firms {', '.join(shock.firms)}")
    if shock.name:
        said.append(shock.name)
    if kind.option and shock.option:
        said.append(kind.options[shock.option])
    if shock.mode == SET:
        said.append("all that is in force")
    return ", ".join(said)


def places(shock: Shock) -> str:
    """Sectors, origin and destination in words."""
    said = ", ".join(shock.sectors)
    if shock.generation:
        said += f" ({shock.generation})"
    for key in KINDS[shock.kind].places:
        said += f"; {key} {', '.join(getattr(shock, key)) or 'all'}"
    return said


def dates(shock: Shock) -> str:
    """When a shock is known, begins and ends, in words."""
    said = (
        f"{quarter_name(shock.start)} to {quarter_name(shock.end)}"
        if shock.end is not None
        else f"from {quarter_name(shock.start)}"
    )
    if shock.announce != shock.start:
        said += f", announced {quarter_name(shock.announce)}"
    if shock.ramp > 1:
        said += f", over {shock.ramp} quarters"
    if shock.probability < 1:
        said += f", probability {amount(shock.probability, 'share')}"
    if shock.only_if:
        said += f", only if {shock.only_if} happens"
    if shock.retaliation:
        said += f", answered by {_answer(shock.retaliation)} after {shock.retaliation.lag} quarters"
    return said


def _answer(answer: Retaliation) -> str:
    """An answer to a shock in words: a tariff by its rate alone."""
    known = KINDS[answer.kind].sizes
    told = [f"{key.replace('_', ' ')} {amount(value, known[key].unit)}" for key, value in answer.sizes]
    if answer.kind == "tariff" and len(told) == 1 and not answer.sectors and not answer.generation:
        return told[0].removeprefix("rate ")
    goods = f" ({answer.generation})" if answer.generation else ""
    where = f" on {', '.join(answer.sectors)}{goods}" if answer.sectors else goods
    return f"{answer.kind.replace('_', ' ')}, {', '.join(told)},{where}".rstrip(",")


def _timeline(scenario: Scenario, shock: Shock) -> str:
    """One line of a drawing: `.` known, `-` growing, `=` in force."""
    first, quarters = (scenario.start - FIRST_YEAR) * 4, (scenario.end + 1 - scenario.start) * 4
    line = ""
    for cell in range(_WIDTH):
        begin = first + cell * quarters / _WIDTH
        stop = first + (cell + 1) * quarters / _WIDTH
        over = shock.end is not None and shock.end < begin
        if over or shock.announce >= stop:
            line += " "
        elif shock.start >= stop:
            line += "."
        else:
            line += "-" if shock.start + shock.ramp - 1 > begin and shock.ramp > 1 else "="
    return line


def _overlaps(scenario: Scenario) -> list[str]:
    """With which others a shock of the scenario's own file shares a field, a time and a place, and how they combine."""
    said = []
    for n, one in enumerate(scenario.shocks):
        for field, _ in one.effects() if one.own else ():
            others = [two for m, two in enumerate(scenario.shocks) if m != n and (m < n or not two.own)]
            met = [two.id for two in others if field in dict(two.effects()) and _meet(scenario, one, two)]
            if met:
                sets = one.mode == SET or any(two.mode == SET for two in scenario.shocks if two.id in met)
                how = "what sets the total holds" if sets else combination(field)
                said.append(f"  {one.id} with {', '.join(met)}: {field}, {how}")
    return said


def _meet(scenario: Scenario, one: Shock, two: Shock) -> bool:
    groups, never = scenario.world.groups, scenario.quarters
    places_ = {
        **{name: name for name in scenario.world.regions},
        **{name: c.region for name, c in scenario.world.countries.items()},
    }

    def sets(a: tuple[str, ...], b: tuple[str, ...], known: dict[str, Any], everything: str) -> bool:
        members = [{m for name in names for m in _members(known.get(name, name))} for names in (a, b)]
        return not a or not b or everything in (*a, *b) or bool(members[0] & members[1])

    apart = one.generation and two.generation and one.generation != two.generation
    ends = [never if shock.end is None else shock.end for shock in (one, two)]
    together = one.start <= ends[1] and two.start <= ends[0]
    return (
        not apart
        and together
        and sets(one.sectors, two.sectors, groups, "all")
        and all(sets(getattr(one, key), getattr(two, key), places_, "all") for key in ("origin", "destination"))
    )


def _members(known: Any) -> tuple[str, ...]:
    return (known,) if isinstance(known, str) else tuple(known)


def _origin(scenario: Scenario, prefix: str) -> str:
    """Where the values under a path come from, most of them first."""
    found = [origin for path, origin in scenario.origins.items() if path.startswith(prefix) and origin != "default"]
    return ", ".join(sorted(set(found), key=lambda origin: (-found.count(origin), origin))[:3])


def show(scenario: Scenario, full: bool = False) -> str:
    """The resolved scenario, where each value came from, and its shocks in time; `full`: the world's values too."""
    chain = " < ".join(path.stem for path in scenario.files)
    lines = [
        f"{scenario.name}: {scenario.title}",
        *([scenario.question] if scenario.question else []),
        f"files       {chain}",
        *_shown_posterior(scenario),
        *([f"rules       replaced: {scenario.rules.told}"] if scenario.rules else []),
    ]
    lines += [f"reported    {scenario.start} to {scenario.end}", f"hash        {scenario.hash[:16]}"]
    world = scenario.world
    lines += [f"world       {len(world.sectors)} sectors, {len(world.regions)} regions, host {world.host}", ""]
    lines += _shown_shocks(scenario)
    if overlaps := _overlaps(scenario):
        lines += ["", "overlaps", *overlaps]
    lines += [
        "",
        "parameters that differ from their defaults" if not full else "parameters",
        *_shown_parameters(scenario, full),
    ]
    if scenario.warnings:
        lines += ["", *(f"warning: {warning}" for warning in scenario.warnings)]
    if full:
        flat = flatten(scenario.resolved)
        skipped = ("parameters.", "shocks.")
        lines += [
            "",
            "values",
            *(
                f"  {path} = {value}   # {scenario.origins.get(path, 'default')}"
                for path, value in flat.items()
                if not path.startswith(skipped)
            ),
        ]
    return "\n".join(lines)


def _shown_posterior(scenario: Scenario) -> list[str]:
    if scenario.posterior is None:
        return []
    several, prior = scenario.posterior.draws, scenario.posterior.prior
    how = "each with the same luck" if scenario.posterior.crossed else "taken in turn by the seeds"
    which = f"draw {scenario.posterior.draw}" if several is None else f"{several} draws, {how}"
    which = which if prior is None else f"{prior} points of its priors, {how}"
    return [f"parameters  set {scenario.posterior.set}, {which}"]


def _shown_shocks(scenario: Scenario) -> list[str]:
    if not scenario.shocks:
        return ["no shocks"]
    wide = max(len(shock.id) for shock in scenario.shocks)
    years = f"{scenario.start}{scenario.end:>{_WIDTH - 4}}"
    lines = [f"{'shocks':<{wide + 2}} {years}   . announced  - growing  = in force"]
    for shock in sorted(scenario.shocks, key=lambda shock: (shock.start, shock.id)):
        lines.append(f"  {shock.id:<{wide}} {_timeline(scenario, shock)}")
    for shock in scenario.shocks:
        lines += ["", f"  {shock.id}: {shock.kind.replace('_', ' ')}, {sizes(shock)}; {places(shock)}"]
        lines.append(f"    {dates(shock)}   # {_origin(scenario, f'shocks.{shock.id}.')}")
    return lines


def _shown_parameters(scenario: Scenario, full: bool) -> list[str]:
    lines = []
    for name, declared in parameters().items():
        value = scenario.parameters[name]
        if full or value != declared.default:
            shown = declared.shown(value) if declared.choices else amount(value, declared.unit)
            usual = declared.shown(declared.default)
            origin = scenario.origins.get(f"parameters.{name}", "default")
            lines.append(f"  {name} = {shown} (default {usual}; {declared.text})   # {origin}")
    return lines or ["  none"]


def flatten(data: Any, path: str = "") -> dict[str, Any]:
    """Dotted path -> value of resolved data; shocks, firms and generations by id, dated paths as one value."""
    if isinstance(data, dict) and data and not is_dated(data):
        return {
            key: value
            for name, inner in data.items()
            for key, value in flatten(inner, f"{path}.{name}" if path else name).items()
        }
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return {
            key: value
            for item in data
            for key, value in flatten(item, f"{path}.{item.get('id', item.get('name'))}").items()
        }
    return {path: data}


def diff(a: Scenario | str | Path, b: Scenario | str | Path) -> list[str]:
    """What differs between two resolved scenarios, in words, `a` first; empty if runs of both are the same."""
    one, two = (each if isinstance(each, Scenario) else load(each) for each in (a, b))
    old, new = ({shock.id: shock for shock in each.shocks} for each in (one, two))
    said = [f"drops {name}: {_told(old[name])}" for name in old if name not in new]
    said += [f"adds {name}: {_told(new[name])}" for name in new if name not in old]
    if one.rules != two.rules:
        ruled = [each.rules.told if each.rules else "as shipped" for each in (one, two)]
        said.append(f"rules: {ruled[0]} -> {ruled[1]}{', with another text' if ruled[0] == ruled[1] else ''}")
    values, others = flatten(one.resolved), flatten(two.resolved)
    declared = parameters()
    changes: dict[tuple[str, str, str], list[str]] = {}  # the same change of several shocks is told once
    for path in dict.fromkeys((*values, *others)):
        head, *rest = path.split(".")
        if values.get(path) == others.get(path) or head in (
            "name",
            "title",
            "question",
            "channel",
            "source",
            "treatment",
            "rules",
        ):
            continue
        if head == "shocks" and (rest[0] not in old or rest[0] not in new or rest[-1] in ("label", "source")):
            continue
        meaning = f" ({declared[rest[0]].text})" if head == "parameters" else ""
        key = ".".join(rest[1:]) if head == "shocks" else path
        change = (key, _value(values, path), f"{_value(others, path)}{meaning}")
        changes.setdefault(change, []).append(rest[0] if head == "shocks" else "")
    for (key, before, after), ids in changes.items():
        said.append(f"{', '.join(ids)}{' ' if ids[0] else ''}{key}: {before} -> {after}")
    return said


def _told(shock: Shock) -> str:
    return f"{shock.kind.replace('_', ' ')}, {sizes(shock)}; {places(shock)}; {dates(shock)}"


def _value(values: dict[str, Any], path: str) -> str:
    return str(values[path]) if path in values else "not given"
