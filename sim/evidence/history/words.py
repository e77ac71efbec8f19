"""The record of a back-test in words: the same cells for the terminal and for the page.

Everything here reads what `--json` writes, so that a stored record gives the same tables.
"""

from collections.abc import Mapping
from typing import Any

from sim.said import interval, number

Record = Mapping[str, Any]
Rows = list[list[str]]


def rivals(told: Record, chosen: str) -> Rows:
    """Every forecast of formations: losses, and the model's skill over it; the chosen naive one is marked."""
    rows = [["forecast", "log-loss", "Brier", "skill over it", "95 %, cases", "95 %, sectors"]]
    for name, loss in told["log_loss"].items():
        over = told["skill_over"].get(name, {})
        bounds = [interval(over.get(key)) for key in ("interval", "interval_by_sector")]
        cells = [number(loss), number(told["brier"][name]), number(over.get("skill")), *bounds]
        rows.append([f"{name} *" if name == chosen else name, *cells])
    return rows


def parts(told: Record, part: str) -> Rows:
    """Skill by sector or by period."""
    rows = [[part.replace("_", " "), "rows", "skill"]]
    return rows + [[name, str(each["n"]), number(each["skill"])] for name, each in told[part].items()]


def calibration(told: Record) -> Rows:
    """Rows foretold and recorded by period and type; what lies outside its range is marked."""
    rows = [["period", "type", "foretold", "recorded", "90 %"]]
    for period, types in told["calibration"].items():
        for name, each in types.items():
            low, high = each["range"]
            recorded = str(each["recorded"]) + ("" if low <= each["recorded"] <= high else " !")
            rows.append([period, name, f"{each['foretold']:.1f}", recorded, f"{low} to {high}"])
    return rows


def origins(told: Record) -> Rows:
    """A line for each origin."""
    head = ["origin", "to", "parameters", "rows", "chosen", "skill", "95 %", "over trend", "order", "weight", "ends"]
    rows = [head]
    for year, each in told.items():
        formed, known = each["formations"], each["parameters"]
        over = formed["skill_over"].get("trend", {})
        rows.append(
            [
                *(year, str(each["last"]), "priors" if known["prior"] else known["set"], str(formed["n"])),
                *(each["chosen_naive"], number(formed["skill"]), interval(formed["interval"])),
                *(number(over.get("skill")), number(each["order"]["score"]), number(each["pool"]["weight"])),
                number(each["exits"]["rank_correlation"]),
            ]
        )
    return rows


def summary(scores: Record) -> Rows:
    """The numbers that the yardstick is about, each with its intervals."""
    formed, order, pool, ends = scores["formations"], scores["order"], scores["pool"], scores["exits"]
    over = formed["skill_over"]
    rows = [["measure", "number", "95 %, cases", "95 %, sectors"]]

    def line(name: str, told: Record | None, key: str) -> None:
        if told is not None and told.get(key) is not None:
            rows.append([name, number(told[key]), interval(told["interval"]), interval(told.get("interval_by_sector"))])

    line(f"skill over {scores['chosen_naive']}, chosen before", formed, "skill")
    for name, text in (("trend", "the trend"), ("mean", "the mean of five"), ("stack", "the stack")):
        line(f"skill over {text}", over.get(name), "skill")
    line(f"skill over the best on the scored rows ({over.get('best', {}).get('name')})", over.get("best"), "skill")
    line("who leads among sectors, totals given", order, "score")
    line("weight of the model beside the stack, from earlier rows", pool, "weight")
    line("the same, from the scored rows themselves", pool["hindsight"], "weight")
    line("skill over the stack of the pool with the weight from earlier rows", pool["skill_over_stack"], "skill")
    line("ends: rank correlation", ends, "rank_correlation")
    line("ends: that of the sectors' hazards before", ends["baseline"], "rank_correlation")
    line("ends: difference of the two", ends["gain"], "difference")
    line("ends foretold over recorded", ends["levels"]["model"], "ratio")
    line("the same by the sectors' hazards before", ends["levels"]["baseline"], "ratio")
    return rows
