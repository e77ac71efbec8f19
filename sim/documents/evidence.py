"""Tables of `docs/evidence.md`, from the record that `scorecard --variants --json records/evidence.json` wrote."""

import json
from pathlib import Path

from sim.documents.markdown import table
from sim.scorecard import words

RECORD = "evidence.json"


def evidence(records: Path) -> dict[str, str]:
    """Generated parts of the page by name; empty if there is no record yet."""
    path = records / RECORD
    if not path.is_file():
        return {}
    record = json.loads(path.read_text(encoding="utf-8"))
    about = record["about"]
    made = (
        f"{about['runs']} runs of parameter set `{about['set']}`, facts to {about['until']} count as fitted. "
        f"Contraflow {about['version']}, kernel `{about['kernel_hash'][:12]}`, "
        f"scenario `{about['scenario_hash'][:12]}`."
    )
    summary = [["section", "rows", "inside", "of which FIT", "others"]]
    summary += [
        [each["title"], str(each["rows"]), each["inside"], each["fitted"], each["tested"]]
        for each in words.summary(record)
    ]
    absent = [["id", "what", "why not"]] + [[each["id"], each["text"], each["reason"]] for each in record["absent"]]
    worlds = [["world", "scenario", "settings"]]
    worlds += [[name, each["scenario"], words.settings(each) or "–"] for name, each in record["worlds"].items()]
    found = {
        "made": made,
        "fitted": _table(words.fitted(record)),
        "summary": _table(summary),
        "facts": _table(words.facts(record)),
        "docking": _table(words.docking(record)),
        "regressions": _table(words.regressions(record)),
        "misses": _table(words.misses(record)),
        "absent": _table(absent),
        "worlds": _table(worlds),
    }
    return found | {name: _table(getattr(words, name)(record)) for name in ("variants", "placebos")}


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    return table(head, body)
