"""Carrying an experiment out: runs in the folder's store, tables beside them, what came out as one file."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from sim.runs import Options, carry_out
from sim.runs.store import Folder
from sim.sweeps.experiments import findings
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import Layout, table

FINDINGS = "findings.json"


def conduct(layout: Layout, options: Options) -> Evidence:
    """Run what the folder lacks. Raises as `carry_out` does, NotEnough where no run succeeded."""
    results = carry_out(layout.plan(), options)
    results.check_any()
    return Evidence(layout, results)


def write_tables(evidence: Evidence) -> dict[str, Any]:
    """Write effects.csv, signs.csv, robustness.csv, reversal.csv, attribution-*.csv, rows.csv and findings.json.

    Returns what findings.json holds: title, question, sizes, registered signs with what came out, robustness in short.
    """
    definition = evidence.layout.definition
    asked = definition.experiment
    for measured in asked.outcomes.values():
        evidence.read_ahead([measured.metric], measured.sector, measured.region)
    effects = findings.effects(evidence)
    signs = findings.signs(evidence, effects)
    robust = findings.robustness(evidence)
    tables = {"effects": effects, "signs": signs, "robustness": robust, "reversal": findings.reversal(robust)}
    tables |= {f"attribution-{name}": findings.attribution(evidence, name) for name in asked.attribution}
    tables["rows"] = pd.DataFrame(table(evidence.layout))
    folder = Folder(evidence.results.folder)
    for name, frame in tables.items():
        folder.write(f"{name}.csv", frame.to_csv(index=False, float_format="%.9g", lineterminator="\n"))
    told = _told(evidence, effects, signs, robust)
    folder.write(FINDINGS, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return told


def _told(evidence: Evidence, effects: pd.DataFrame, signs: pd.DataFrame, robust: pd.DataFrame) -> dict[str, Any]:
    definition = evidence.layout.definition
    asked, manifest = definition.experiment, evidence.results.manifest
    standing = robust.iloc[0]
    found: dict[str, Any] = {
        "name": definition.name,
        "title": definition.title,
        "question": definition.scenario.question,
        "channel": asked.channel,
        "instead": list(asked.instead),
        "size": evidence.layout.size,
        "runs": manifest["counts"]["done"],
        "failed": manifest["counts"]["failed"],
        "kernel_hash": manifest["kernel_hash"],
        "scenario_hash": definition.scenario.hash,
        "tests": len(effects),
        "headline": {
            "outcome": evidence.words(asked.outcomes[asked.headline.outcome]),
            "contrast": asked.contrasts[asked.headline.contrast].text,
            "unit": evidence.declared(asked.outcomes[asked.headline.outcome]).unit,
            "compare": asked.outcomes[asked.headline.outcome].compare,
        },
        "signs": [],
    }
    for key in ("n", "difference", "lo", "hi", "p_positive"):
        found["headline"][key] = _number(standing[key])
    for kind in ("variants", "draws"):
        worlds = robust[robust["kind"] == kind]
        same = (worlds["difference"] * standing["difference"] > 0).sum()
        found[kind] = {"same_sign": int(same), "worlds": len(worlds)}
        reverse = worlds[worlds["difference"] * standing["difference"] < 0]
        found[kind]["reversed"] = reverse["world"].tolist() if kind == "variants" else len(reverse)
    for row in signs.to_dict("records"):
        measured = asked.outcomes[row["outcome"]]
        words = {"text": evidence.words(measured), "unit": evidence.declared(measured).unit}
        words["treatment"] = asked.contrasts[row["contrast"]].text
        found["signs"].append({**{str(key): _number(value) for key, value in row.items()}, **words})
    return found


def _number(value: Any) -> Any:
    """Plain, with nan as null and nine digits."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return None if value != value else float(f"{value:.9g}")
    return value


def read_findings(folder: Path) -> list[dict[str, Any]]:
    """What came out of the experiments below a folder, in the order of their numbers."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob(f"*/{FINDINGS}")]
    return sorted(found, key=lambda told: (len(told["name"]), told["name"]))
