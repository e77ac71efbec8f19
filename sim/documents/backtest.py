"""Tables of `docs/backtest.md`, from the record that `backtest --leave-out each --json records/backtest.json` wrote."""

from pathlib import Path

from sim.documents.markdown import headed
from sim.documents.records import stamp, stored
from sim.evidence.history import words
from sim.said import interval, number

RECORD = "backtest.json"


def record(records: Path) -> dict[str, str]:
    """Generated parts of the page by name; empty if there is no record yet."""
    scores = stored(records / RECORD)
    if scores is None:
        return {}
    about, known = scores["about"], scores["parameters"]
    knows = "nothing was fitted" if known["prior"] else f"fitted to data up to {known['until']}"
    parameters = f"{known['draws']} draws of `{known['set']}`, {knows}"
    made = f"Origin {about['until']}: {about['runs']} runs, {parameters}. {stamp(about)}"
    left_out = scores.get("leave_one_out")
    if left_out is not None:
        made += f" With every sector left out in turn the skill is {number(left_out['skill'])}"
        made += f" ({interval(left_out['interval'])})."
    formed = scores["formations"]
    return {
        "made": made,
        "yardstick": headed(words.summary(scores)),
        "rivals": headed(words.rivals(formed, scores["chosen_naive"])),
        "origins": headed(words.origins(scores["by_origin"])),
        "calibration": headed(words.calibration(formed)),
    }
