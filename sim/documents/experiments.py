"""The generated parts of docs/experiments.md: what each experiment asks, and registered signs with what came out."""

from pathlib import Path
from typing import Any

from sim.documents.markdown import table
from sim.documents.records import stored
from sim.sweeps.experiments import Definition, open_definition, shipped
from sim.sweeps.experiments.words import effect_words

RECORD = "experiments.json"  # in records/, written by `experiment all --record`


def experiments(records: Path) -> dict[str, str]:
    """The parts, by the name between their marks; signs that the record lacks stand as not run."""
    record = {told["name"]: told for told in stored(records / RECORD) or []}
    definitions = [open_definition(path) for path in shipped().values()]
    return {
        "experiments": "\n\n".join(_asked(each, record.get(each.name)) for each in definitions),
        "signs": _signs(definitions, record),
        "surprises": _surprises(definitions, record),
    }


def _asked(definition: Definition, told: dict[str, Any] | None) -> str:
    asked = definition.experiment
    lines = [
        f"### {definition.name}. {definition.title}",
        "",
        definition.scenario.question,
        "",
        f"- Design: {asked.design}",
    ]
    lines.append(f"- Channel: {asked.channel}.")
    lines.append(f"- Outcomes: {'; '.join(each.text or each.metric for each in asked.outcomes.values())}.")
    lines += [f"- Not available: {each}" for each in asked.instead]
    if told:
        lines.append(f"- {_robust(told)}")
    return "\n".join(lines)


def _robust(told: dict[str, Any]) -> str:
    headline = told["headline"]
    parts = [
        f"{told[kind]['same_sign']} of {told[kind]['worlds']} {words}"
        for kind, words in (("variants", "structural variants"), ("draws", "draws of parameters"))
    ]
    effect = effect_words({**headline})
    reversed_ = told["variants"]["reversed"]
    rest = f"; it reverses under: {', '.join(each.lower() for each in reversed_)}" if reversed_ else ""
    asked = f"{headline['contrast'].lower()} on {headline['outcome'].lower()}"
    return f"Headline, {asked}: {effect}. Same sign in {' and '.join(parts)}{rest}."


def _found(record: dict[str, Any], definition: Definition, outcome: str, contrast: str) -> dict[str, Any] | None:
    signs = record.get(definition.name, {}).get("signs", [])
    return next((each for each in signs if (each["outcome"], each["contrast"]) == (outcome, contrast)), None)


def _signs(definitions: list[Definition], record: dict[str, Any]) -> str:
    rows = []
    for definition in definitions:
        asked = definition.experiment
        for each in asked.expected:
            told = _found(record, definition, each.outcome, each.contrast)
            measured = asked.outcomes[each.outcome]
            row = [
                definition.name,
                asked.contrasts[each.contrast].text,
                measured.text or measured.metric,
                each.sign,
                each.why,
            ]
            rows.append(row + ([told["found"], effect_words(told), told["verdict"]] if told else ["not run", "", ""]))
    head = ["", "treatment", "outcome", "registered", "why", "came out", "effect [95 % interval]", "verdict"]
    return table(head, rows)


def _surprises(definitions: list[Definition], record: dict[str, Any]) -> str:
    lines = []
    for definition in definitions:
        for each in definition.experiment.expected:
            told = _found(record, definition, each.outcome, each.contrast)
            if told and (each.remark or told["verdict"] in ("surprise", "unresolved", "other size")):
                treatment = definition.experiment.contrasts[each.contrast].text
                what = f"{treatment.lower()}, {told['text'].lower()}"
                found = f"{told['verdict']} ({effect_words(told)}; registered {each.sign})"
                text = f"- **{definition.name}**, {what}: {found}."
                said = each.remark if told["verdict"] in ("as expected", "open") else each.surprise
                lines.append(f"{text} {said or 'Not discussed yet.'}")
    return "\n".join(lines) if lines else "None in the recorded runs."
