"""What came out of an experiment: effects with Holm's correction, registered signs, attribution, robustness."""

from typing import Any

import numpy as np
import pandas as pd

from sim.measures.intervals import LEVEL
from sim.sweeps.experiments.effects import effect, holm
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import DRAWN, VARIED, attributed
from sim.sweeps.experiments.robust import VARIANTS
from sim.sweeps.experiments.shapley import shapley_values


def effects(evidence: Evidence) -> pd.DataFrame:
    """Every contrast on every outcome: n, base, difference, interval, probability of sign, p-value, Holm's of all."""
    asked = evidence.layout.definition.experiment
    rows: list[dict[str, Any]] = []
    for name in asked.contrasts:
        for outcome, measured in asked.outcomes.items():
            found = evidence.effect(evidence.layout.contrast(name), measured)
            where = {"metric": measured.metric, "year": evidence.year(measured), "sector": measured.sector}
            where |= {"region": measured.region or "", "compare": measured.compare}
            rows.append({"contrast": name, "outcome": outcome, **where, **found._asdict()})
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p_value"].tolist())
    return table


def came_out(difference: float, lo: float, hi: float, p_holm: float) -> str:
    """The sign that came out: + or - where Holm's p-value is below 5 %, 0 where no pair differs, else unresolved."""
    if difference == lo == hi == 0.0:
        return "0"
    if not p_holm < 1 - LEVEL:
        return "unresolved"
    return "+" if difference > 0 else "-"


def signs(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """The registered signs beside what came out; `verdict`: as expected, other size, surprise, unresolved, or open
    (theory was)."""
    asked = evidence.layout.definition.experiment
    found = table.set_index(["contrast", "outcome"])
    rows = []
    for each in asked.expected:
        row = found.loc[(each.contrast, each.outcome)]
        sign = came_out(*(float(row[key]) for key in ("difference", "lo", "hi", "p_holm")))
        told = each.model_dump(include={"outcome", "contrast", "sign", "why"})
        said = sized(verdict(each.sign, sign), each.within, float(row["lo"]), float(row["hi"]))
        rows.append({**told, "found": sign, "verdict": said, **_numbers(row)})
    return pd.DataFrame(rows)


def verdict(expected: str, found: str) -> str:
    """How a sign that came out stands to the registered one."""
    if expected == "?":
        return "open"
    if found == expected:
        return "as expected"
    if found == "unresolved":
        return "as expected" if expected == "0" else "unresolved"
    return "surprise"


def sized(said: str, within: tuple[float, float] | None, lo: float, hi: float) -> str:
    """The verdict, or `other size` where the sign is the registered one and the interval lies outside the bounds."""
    outside = within is not None and (lo > within[1] or hi < within[0])
    return "other size" if outside and said == "as expected" else said


def _numbers(row: "pd.Series[Any]") -> dict[str, Any]:
    return {
        key: row[key] for key in ("n", "base", "difference", "lo", "hi", "p_positive", "p_holm", "metric", "compare")
    }


def attribution(evidence: Evidence, name: str) -> pd.DataFrame:
    """Shapley values of an attribution: a row per outcome and player, with `nobody` and `everybody` beside them."""
    asked = evidence.layout.definition.experiment.attribution[name]
    rows: list[dict[str, Any]] = []
    for outcome in asked.outcomes:
        measured = evidence.layout.definition.experiment.outcomes[outcome]
        worth = evidence.worth(evidence.layout.of(attributed(name)), measured, bool(asked.of))
        values = shapley_values(worth)
        named = {"nobody": worth[0], **dict(zip(asked.players, values, strict=True)), "everybody": worth[-1]}
        for player, own in named.items():
            text = asked.players[player].text if player in asked.players else player
            found = effect(own, own)
            rows.append({"outcome": outcome, "player": player, "text": text, **_plain(found._asdict())})
    return pd.DataFrame(rows)


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    return {"value": found["difference"], **{key: found[key] for key in ("n", "lo", "hi", "p_positive")}}


def robustness(evidence: Evidence) -> pd.DataFrame:
    """The headline effect as it stands, in every structural variant and in every draw; draws carry their parameters."""
    asked = evidence.layout.definition.experiment
    measured = asked.outcomes[asked.headline.outcome]
    rows: list[dict[str, Any]] = []
    whole = [("as it stands", "as it stands", evidence.layout.contrast(asked.headline.contrast))]
    whole += [(VARIED, VARIANTS[row.name][0], row) for row in evidence.layout.of(VARIED)]
    whole += [(DRAWN, row.name, row) for row in evidence.layout.of(DRAWN)]
    for kind, text, row in whole:
        values = dict(row.values) if kind == DRAWN else {}
        rows.append({"kind": kind, "world": text, **evidence.effect(row, measured)._asdict(), **values})
    return pd.DataFrame(rows)


def reversal(table: pd.DataFrame) -> pd.DataFrame:
    """Where in the space of draws the headline's sign reverses: a row per parameter and half of its draws.

    share: part of the draws in that half whose effect has the other sign than the effect as it stands.
    """
    standing = np.sign(float(table.loc[table["kind"] == "as it stands", "difference"].iloc[0]))
    draws = table[table["kind"] == DRAWN]
    reversed_ = np.sign(draws["difference"]) == -standing
    rows = []
    for path in [column for column in table.columns if "." in column]:
        values = draws[path].astype(float)
        low = values <= values.median()
        for half, inside in (("lower", low), ("upper", ~low)):
            part = values[inside]
            if len(part):
                share = float(reversed_[inside].mean())
                reach = {"from": part.min(), "to": part.max()}
                rows.append(
                    {
                        "parameter": path.removeprefix("parameters."),
                        "half": half,
                        **reach,
                        "draws": len(part),
                        "share": share,
                    }
                )
    return pd.DataFrame(rows, columns=["parameter", "half", "from", "to", "draws", "share"])
