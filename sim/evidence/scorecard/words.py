"""The scorecard's record in words: the same cells for the terminal, the page and the documents.

Everything here reads the record that `--json` writes, so that a stored record gives the same tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.evidence.scorecard.declared import DOCKING

Record = Mapping[str, Any]
DASH = "–"


def number(value: Any) -> str:
    """Three significant digits, years whole; "never" as it is."""
    if value is None:
        return DASH
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def observed(row: Record) -> str:
    """A range, open or closed, or a number."""
    low, high = row["low"], row["high"]
    if low is None and high is None:
        return number(row["observed"])
    if low is None:
        return f"at most {number(high)}"
    return f"at least {number(low)}" if high is None else f"{number(low)} to {number(high)}"


def simulated(row: Record) -> tuple[str, str]:
    """Median and 90 % interval."""
    if row["band"] is None:
        return DASH, ""
    low, middle, high = map(number, row["band"])
    return middle, f"{low} to {high}"


def verdict(row: Record) -> str:
    """Inside, outside, on both sides of a bound, or nothing to compare with."""
    if row["inside"] is None:
        return DASH if row["band"] is None or row["low"] is row["high"] is None else "unresolved"
    return "inside" if row["inside"] else "outside"


def use(row: Record) -> str:
    """FIT, TEST or SHAPE; a fact to fit that is newer than the fit window is a test."""
    return "FIT" if row["fitted"] else "TEST" if row["use"] == "FIT" else str(row["use"])


def summary(record: Record) -> Iterator[dict[str, Any]]:
    """By section: rows, those inside of those compared, and the same of fitted and of other rows."""

    def share(rows: Sequence[Record]) -> str:
        said = [row for row in rows if verdict(row) != DASH]
        return f"{sum(row['inside'] is True for row in said)} of {len(said)}" if said else DASH

    for key, title in record["sections"].items():
        rows = [row for row in record["facts"] if row["section"] == key]
        if rows:
            fitted, tested = ([row for row in rows if row["fitted"] is side] for side in (True, False))
            yield {
                "key": key,
                "title": title,
                "rows": len(rows),
                "inside": share(rows),
                "fitted": share(fitted),
                "tested": share(tested),
            }


def facts(record: Record, section: str | None = None) -> list[list[str]]:
    """Rows of a section, or of all."""
    head = ["id", "what", "observed", "simulated", "90 % of runs", "verdict", "use"]
    rows = [each for each in record["facts"] if section in (None, each["section"])]
    return [head] + [
        [row["id"], f"{row['text']} ({row['unit']})", observed(row), *simulated(row), verdict(row), use(row)]
        for row in rows
    ]


def docking(record: Record) -> list[list[str]]:
    """Numbers of other models, estimates and surveys (`docking.csv`): hit, miss, or why there is no answer."""
    rows = []
    for row in record["facts"]:
        if row["id"].startswith(DOCKING):
            claimed = row["low"] is not None or row["high"] is not None or row["kind"] == "number"
            said = {
                True: "hit",
                False: "miss",
                None: "unresolved" if row["band"] else "miss: no such event in the runs",
            }
            asked = observed(row) if row["kind"] != "number" else f"holds {number(row['observed'])}"
            verdict_ = said[row["inside"]] if claimed else "shown beside, no hit claimed"
            published = number(row["observed"])
            rows.append([row["id"], row["text"], published, asked if claimed else DASH, *simulated(row), verdict_])
    for row in record["absent"]:
        if row["id"].startswith(DOCKING):
            published = number(row.get("observed"))
            rows.append([row["id"], row["text"], published, DASH, DASH, "", f"no counterpart: {row['reason']}"])
    return [
        ["id", "claim", "published", "hit if", "model", "90 % of runs", "verdict"],
        *sorted(rows, key=lambda r: r[0]),
    ]


def regressions(record: Record) -> list[list[str]]:
    """Regressions with standard errors."""
    head = ["id", "regression", "published", "coefficient", "90 % of runs", "s.e.", "s.d. of runs", "verdict"]
    return [head] + [
        [
            row["id"],
            row["text"],
            observed(row),
            *simulated(row),
            number(row["error"]),
            number(row["spread"]),
            verdict(row),
        ]
        for row in record["regressions"]
    ]


def misses(record: Record) -> list[list[str]]:
    """Rows outside, with the likely reason."""
    head = ["id", "what", "observed", "simulated", "likely reason"]
    rows = [row for row in (*record["facts"], *record["regressions"]) if row["inside"] is False]
    return [head] + [
        [row["id"], row["text"], observed(row), simulated(row)[0], record["reasons"].get(row["id"], "not known yet")]
        for row in rows
    ]


def fitted(record: Record) -> list[list[str]]:
    """Fitted parameters: value or 5, 50 and 95 % of draws, declared value, and where they come from."""
    head = ["parameter", "symbol", "meaning", "value", "declared", "target"]
    return [head] + [
        [name, each["symbol"], each["text"], _values(each["values"]), number(each["default"]), each["source"]]
        for name, each in record["parameters"].items()
    ]


def _values(values: Sequence[float]) -> str:
    low, middle, high = values
    return number(middle) if low == high else f"{number(middle)} ({number(low)} to {number(high)})"


def variants(record: Record) -> list[list[str]]:
    """The base, and worlds with one mechanism switched each."""
    until = record["about"]["until"]
    head = ["world", f"log-loss to {until}", "more than base", f"after {until}", "more than base"]
    head += [
        "levels inside",
        "flip order",
        "hazard order",
        "ends a year",
        "patterns",
        "fitted facts",
        f"on data to {until}",
    ]
    rows = []
    for each in record["variants"]:
        told, worse = each["scores"], each["worse"]
        rows.append(
            [
                f"{each['name']}: {each['text']}",
                number(each["log_loss"]["known"]),
                _difference(worse, "known"),
                number(each["log_loss"]["later"]),
                _difference(worse, "later"),
                _both(told, "levels_inside"),
                number(told["flip_order"]),
                _both(told, "hazard_order"),
                _both(told, "hazard"),
                "{} of {}".format(*each["patterns_passed"]),
                "{} of {}".format(*each["fitted_inside"]),
                each["verdict"],
            ]
        )
    return [head, *rows]


def _difference(worse: Mapping[str, Any] | None, part: str) -> str:
    if worse is None:
        return DASH
    low, high = worse[part]["interval"]
    return f"{worse[part]['difference']:+.3f} ({low:+.3f} to {high:+.3f})"


def _both(told: Mapping[str, Any], key: str) -> str:
    """A score to the year and after."""
    return f"{number(told['known'][key])} / {number(told['later'][key])}"


def placebos(record: Record) -> list[list[str]]:
    """Scores of the base and of permuted inputs, and how many permutations score worse."""
    until, told = record["about"]["until"], record["placebos"]
    head = ["inputs", f"log-loss to {until}", f"after {until}", "flip order", "levels inside"]
    rows = [["as they are", *_scored(told["base"])]]
    for each in told["permuted"].values():
        rows += [[f"{each['text']}, permutation {one['key']}", *_scored(one)] for one in each["draws"]]
        fell = each["fell"]
        rows.append(
            [
                f"{each['text']}: share of permutations that are worse",
                *(number(fell[key]) for key in ("log_loss_known", "log_loss_later", "flip_order", "levels_inside")),
            ]
        )
    return [head, *rows]


def _scored(told: Mapping[str, Any]) -> list[str]:
    scores = told["scores"]
    losses = [number(told["log_loss"][part]) for part in ("known", "later")]
    return [*losses, number(scores["flip_order"]), number(scores["later"]["levels_inside"])]


def settings(world: Mapping[str, Any]) -> str:
    """A world's settings as they are typed, and what is left out of it."""
    said = [f"--set {path}={value}" for path, value in world["set"].items()]
    said += ["without " + ", ".join(f"{key}: {value}" for key, value in rule.items()) for rule in world["without"]]
    return "; ".join(said)
