"""Tables of `docs/evidence.md`, from the record that `scorecard --variants --json records/evidence.json` wrote."""

from pathlib import Path

from sim.documents.markdown import headed
from sim.documents.records import stamp, stored
from sim.evidence.scorecard import words

RECORD = "evidence.json"


def evidence(records: Path) -> dict[str, str]:
    """Generated parts of the page by name; empty if there is no record yet."""
    record = stored(records / RECORD)
    if record is None:
        return {}
    about = record["about"]
    runs = f"{about['runs']} runs of parameter set `{about['set']}`"
    made = f"{runs}, facts to {about['until']} count as fitted. {stamp(about)}"
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
        "fitted": headed(words.fitted(record)),
        "summary": headed(summary),
        "facts": headed(words.facts(record)),
        "docking": headed(words.docking(record)),
        "regressions": headed(words.regressions(record)),
        "misses": headed(words.misses(record)),
        "absent": headed(absent),
        "worlds": headed(worlds),
    }
    return found | {name: headed(getattr(words, name)(record)) for name in ("variants", "placebos")}
