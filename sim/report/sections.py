"""What the report tells beside its tables of metrics: the answer in short, the design, what became of partnerships."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.called import command
from sim.plots import fates, forest, style
from sim.plots.cells import Cell, cells
from sim.plots.stored import Stored
from sim.report import told as in_words
from sim.report.drawn import Parameters
from sim.runs.summary import HEADLINES

LARGEST = 3  # effects named in short


def headline_cells(stored: Stored) -> list[Cell]:
    """The headline metrics that the folder has."""
    return [cell for metric in HEADLINES for cell in cells(stored, metric, None)]


def answers(stored: Stored, parameters: Parameters) -> Iterator[dict[str, Any]]:
    """Per scenario: how many headline outcomes rise, fall or stay open, and the largest effects of known sign.

    Size is in standard deviations of the base's runs. Nothing of a comparison with one pair: it knows no sign.
    """
    if not len(stored.sums("differences")):
        return
    panels = headline_cells(stored)
    found = forest.effects(stored, panels)
    fields = {cell.metric: cell.field for cell in panels}
    for name in stored.others:
        rows = found[(found["scenario"] == name) & found["region"].eq("")] if len(found) else found
        if not len(rows) or rows["n"].max() < 2:
            continue
        up, down = rows["lo"] > 0, rows["hi"] < 0
        order = rows[up | down]["difference_standard"].abs().sort_values(ascending=False, kind="stable")
        seen = [each for each in order[np.isfinite(order)].index if _seen(rows.loc[each], fields)]
        largest = rows.loc[seen[:LARGEST]]
        yield {
            "title": stored.title(name),
            "of": len(rows),
            "up": int(up.sum()),
            "down": int(down.sum()),
            "open": int((~up & ~down).sum()),
            "sentences": [*told, *parameters.sentences(name)] if (told := in_words.sentences(stored, name)) else [],
            "largest": [_effect_words(row, fields[row.metric]) for row in largest.itertuples()],
        }


def once(found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Answers without the sentences that all of them share, and these sentences."""
    if len(found) < 2:
        return found, []
    shared = [line for line in found[0]["sentences"] if all(line in each["sentences"] for each in found)]
    rest = [{**each, "sentences": [line for line in each["sentences"] if line not in shared]} for each in found]
    return rest, shared


def _seen(row: Any, fields: dict[str, Any]) -> bool:
    """Whether a difference is more than 0 in the digits that are shown."""
    return style.number(row["difference"], fields[row["metric"]]) != "0"


def _effect_words(row: Any, field: Any) -> str:
    said, low, high = (style.number(getattr(row, key), field, signed=True) for key in ("difference", "lo", "hi"))
    unit = "percentage points" if style.percent(field) else style.unit(field).split(",")[0]
    points = "" if unit in ("ratio", "number", "index") else f" {unit}"
    return style.polish(f"{field.text}: {said}{points} ({low} to {high})")


def design(stored: Stored, parameters: Parameters, runs: str, years: tuple[int, int]) -> list[tuple[str, str]]:
    """How the study is made, as pairs of a term and its words."""
    entry = stored.entries[stored.base]
    told = [
        ("Runs", f"{runs} a scenario; a run begins in 1979 and first passes history with its dated policies"),
        ("Years", f"{years[0]} to {years[1]} reported, by quarter"),
    ]
    if stored.others:
        gaps = stored.sums("differences")
        told.append(("Pairing", _pairing(gaps)))
        told.append(
            ("Intervals", "95 %, Student’s t over pairs; one seed gives every scenario the same luck, draw by draw")
        )
    else:
        told.append(("Intervals", "95 % of the mean over runs, Student’s t; bands in figures: 5 to 95 % of runs"))
    if stored.has("variance.csv"):
        told.append(("Uncertainty", _variance(pd.read_csv(stored.folder / "variance.csv"))))
    told.append(("Parameters", parameters.term))
    if rules := (entry.get("resolved") or {}).get("rules"):
        told.append(("Rules", f"functions of {rules['file']} stand for {', '.join(rules['names'])}"))
    if entry.get("changed_parameters"):
        told.append(("Assumptions", "the base moves some, as listed below"))
    return told


def _variance(table: pd.DataFrame) -> str:
    """Luck and parameters told apart, of a few outcomes: of differences where there are any."""
    kind = "difference" if (table["kind"] == "difference").any() else "level"
    rows = table[(table["kind"] == kind) & table["metric"].isin(HEADLINES)].dropna(subset=["luck"])
    shares = rows.groupby("metric", sort=False)[["luck", "parameters", "together"]].mean()
    told = [
        f"{style.polish(style.lowered(style.declared(str(metric)).text))} "
        f"{100 * row.luck:.0f}, {100 * row.parameters:.0f}, {100 * row.together:.0f} %"
        for metric, row in shares.iterrows()
    ]
    first = rows.iloc[0] if len(rows) else None
    counts = "" if first is None else f"{first.draws} draws of the parameters x {first.seeds} seeds of luck. "
    what = "differences" if kind == "difference" else "levels"
    return (
        f"{counts}Of what {what} vary by, due to luck, to parameters, to both together: {'; '.join(told)}. "
        "Intervals below take runs as independent; variance.csv holds those that do not."
    )


def _pairing(gaps: pd.DataFrame) -> str:
    text = "by seed: differences are taken run by run"
    if len(gaps) and "correlation" in gaps:
        last = gaps[(gaps["year"] == gaps["year"].max()) & (gaps["sector"] == "all") & (gaps["region"] == "")]
        known = last[last["metric"].isin(HEADLINES)]["correlation"].dropna()
        if len(known):
            text += f"; base and scenario correlate at {known.mean():.2f} on average over headline metrics"
    return text


def fate_table(stored: Stored) -> dict[str, Any]:
    """Fates by scenario; empty of a sweep, and where partnerships or events were not kept or none was in force."""
    kept = stored.has("partnerships") and stored.has("events")
    if not kept or stored.manifest.get("kind") == "sweep":
        return {}
    found = fates.table(stored)
    if found["mean"].isna().all():
        return {}
    share = style.declared("hub_share")
    by_fate = found.set_index(["fate", "scenario"])
    names = [stored.base, *stored.others]
    rows = [
        {"label": label, "cells": [_fate_cell(by_fate.loc[fate, name], share) for name in names]}
        for fate, (label, _) in fates.FATES.items()
    ]
    number = f"{found['number'].iloc[0]:,.0f}"
    return {"quarter": style.quarter(fates.cohort_date(stored)), "number": number, "rows": rows}


def _fate_cell(row: "pd.Series[Any]", field: Any) -> dict[str, str]:
    told = {"share": style.number(row["mean"], field), "mark": "", "difference": "", "interval": ""}
    several = row["n"] > 1
    if np.isfinite(row.get("difference", np.nan)):
        low, high = row["difference_lo"], row["difference_hi"]
        told["difference"] = style.number(row["difference"], field, signed=True)
        if several:
            told["mark"] = "▲" if low > 0 else "▼" if high < 0 else "·"
            told["interval"] = f"{style.number(low, field, True)} to {style.number(high, field, True)}"
    elif several:
        told["interval"] = f"{style.number(row['lo'], field)} to {style.number(row['hi'], field)}"
    return told


def example(stored: Stored) -> str:
    """A command that tells one partnership's story."""
    lives = stored.frame("partnerships", ["scenario", "seed", "partnership"])
    name = stored.others[0] if stored.others else stored.base
    mine = lives[lives["scenario"].astype(str) == name]
    if not len(mine):
        return ""
    row = mine.iloc[0]
    which = ("--scenario", name) if name != stored.base else ()
    life = ("--partnership", row["partnership"], "--page", "life.html")
    return command("explain", stored.folder, "--seed", row["seed"], *which, *life)
