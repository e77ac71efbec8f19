"""Tables of `docs/backtest.md`, from the record that `backtest --leave-out each --json records/backtest.json` wrote."""

import json
from pathlib import Path

from sim.documents.markdown import table
from sim.history import words

RECORD = "backtest.json"


def record(records: Path) -> dict[str, str]:
    """Generated parts of the page by name; empty if there is no record yet."""
    path = records / RECORD
    if not path.is_file():
        return {}
    scores = json.loads(path.read_text(encoding="utf-8"))
    about, known = scores["about"], scores["parameters"]
    knows = "nothing was fitted" if known["prior"] else f"fitted to data up to {known['until']}"
    made = (
        f"Origin {about['until']}: {about['runs']} runs, {known['draws']} draws of `{known['set']}`, {knows}. "
        f"Contraflow {about['version']}, kernel `{about['kernel_hash'][:12]}`, "
        f"scenario `{about['scenario_hash'][:12]}`."
    )
    left_out = scores.get("leave_one_out")
    if left_out is not None:
        made += f" With every sector left out in turn the skill is {words.number(left_out['skill'])}"
        made += f" ({words.interval(left_out['interval'])})."
    formed = scores["formations"]
    return {
        "made": made,
        "yardstick": _table(words.summary(scores)),
        "rivals": _table(words.rivals(formed, scores["chosen_naive"])),
        "origins": _table(words.origins(scores["by_origin"])),
        "calibration": _table(words.calibration(formed)),
    }


def _table(rows: words.Rows) -> str:
    head, *body = rows
    return table(head, body)
