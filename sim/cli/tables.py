"""What `run` and `compare` print at the end."""

import math
import shutil
from contextlib import suppress
from itertools import groupby
from typing import Any

import pyarrow.compute as pc

from sim.cli.options import aligned
from sim.errors import NotEnough
from sim.runs import achieved_correlation, effects
from sim.runs.acting import acting
from sim.runs.arrays import word
from sim.runs.compare import Effect
from sim.runs.summary import HEADLINES
from sim.runs.tables import ALL
from sim.said import number

LUCK = "Intervals hold luck alone: all runs have the same parameters. --posterior 20 takes as many draws of them."
MARKS = {1: "▲", -1: "▼", 0: "·"}


def effects_table(results: Any) -> str:
    """Effects in the last year: metric, base, and per scenario difference, half its interval and share of pairs above
    zero; below it what pairing achieved."""
    found = effects(results)
    year = int(results.differences["year"].max())
    base = results.manifest["base"]
    names = list(results.manifest["references"])
    pairs = sorted({effect.n for effect in found})
    told = f"{pairs[0]}" if len(pairs) == 1 else f"{pairs[0]} to {pairs[-1]}"
    lines = _acting_table(results, names)
    lines += [
        f"Difference to {base} in {year}, all sectors: mean ± 95 % interval of {told} pairs; P: share of pairs above 0"
    ]
    wide = aligned(_rows(found, base, names))
    if max(map(len, wide.splitlines())) <= shutil.get_terminal_size((120, 24)).columns:
        lines.append(wide)
    else:
        lines += [aligned(_rows(found, base, [name])) + "\n" for name in names]
    lines.append("▲▼ the interval leaves out 0, · it does not.")
    lines += [LUCK] if not _draws(results.manifest) else []
    achieved = achieved_correlation(found)
    if not math.isnan(achieved):
        lines.append(f"Pairing: correlation of base and scenario over seeds {achieved:.2f} on average.")
    changed = {name: told for name, told in results.manifest["references"].items() if told != base}
    lines += [f"{name} changes assumptions: its base is {base} under the same ones." for name in changed]
    return "\n".join(lines)


def _draws(manifest: dict[str, Any]) -> bool:
    """Whether the base draws its parameters."""
    resolved = manifest["scenarios"][manifest["base"]].get("resolved") or {}
    return bool((resolved.get("posterior") or {}).get("draws"))


def _acting_table(results: Any, names: list[str]) -> list[str]:
    """Effects where the policies of each scenario act, if that is in a few sectors: a table before that of the pool."""
    year, base = int(results.differences["year"].max()), results.manifest["base"]
    rows = [["outcome", base, "difference", "P"]]
    for name in names:
        told = []
        for each in acting(results.manifest, name):
            with suppress(NotEnough):
                found = effects(results, [each.metric], sector=each.sector, region=each.region)
                told += [[f"  {each}", number(e.base), *_cell(e)] for e in found if e.scenario == name]
        rows += [[name, "", "", ""], *told] if told else []
    head = f"Where the policies act: differences to {base} in {year}, read as in the table below"
    return [head, aligned(rows), ""] if len(rows) > 1 else []


def _rows(found: list[Effect], base: str, names: list[str]) -> list[list[str]]:
    rows = [["metric", base, *[cell for name in names for cell in (name, "P")]]]
    for metric, group in groupby(found, key=lambda effect: effect.metric):
        of = {effect.scenario: effect for effect in group}
        row = [metric, number(next(iter(of.values())).base)]
        for name in names:
            row += _cell(of.get(name))
        rows.append(row)
    return rows


def _cell(effect: Effect | None) -> list[str]:
    if effect is None:
        return ["-", "-"]
    half = (effect.hi - effect.lo) / 2
    width = "" if math.isnan(half) else f" ± {number(half, digits=2)} {MARKS[effect.sign]}"
    return [f"{number(effect.difference, sign=True)}{width}", f"{effect.p_positive:.2f}"]


def levels_table(results: Any) -> str:
    """Headline outcomes in the last year: mean, half its 95 % interval, and the range of nine runs in ten."""
    table = results.table("summary.parquet")
    year = pc.max(table["year"])
    whole = pc.and_(pc.equal(table["sector"], word(ALL)), pc.equal(table["region"], word(ALL)))
    rows = table.filter(pc.and_(pc.equal(table["year"], year), whole)).select(
        ["metric", "mean", "lo", "hi", "q05", "q95"]
    )
    found = {
        metric: [math.nan if value is None else value for value in row]
        for metric, *row in zip(*rows.to_pydict().values(), strict=True)
    }
    told = [["metric", "mean", "± 95 %", "5 % of runs", "95 % of runs"]]
    for metric in HEADLINES:
        if metric in found:
            mean, low, high, *quantiles = found[metric]
            told.append([metric, *map(number, (mean, (high - low) / 2, *quantiles))])
    name, runs = results.manifest["base"], results.manifest["counts"]["done"]
    return f"{name} in {year}, all sectors, {runs} runs\n{aligned(told)}"


def _extremes(rows: Any) -> list[str]:
    """The smallest and the largest difference, each with half its interval and its point; how many signs are known."""
    cells = []
    for at in (rows["difference"].idxmin(), rows["difference"].idxmax()):
        row = rows.loc[at]
        half = (row["hi"] - row["lo"]) / 2
        width = "" if math.isnan(half) else f" ± {number(half, digits=2)}"
        cells += [f"{number(row['difference'], sign=True)}{width}", str(int(row["point"]))]
    return [*cells, f"{int(((rows['lo'] > 0) | (rows['hi'] < 0)).sum())} of {len(rows)}"]


def sweep_table(results: Any) -> str:
    """What a sweep did to the outcomes it was asked for in a sector or region, to one's own and to headline ones: over
    its points, the smallest and the largest paired difference to what they are compared with, with half their
    intervals, and at how many points the sign is known."""
    from sim.scenario.outcome import parse

    table = results.differences
    year = int(table["year"].max())
    design = results.manifest["design"]
    asked = [each for each in map(parse, design.get("outcomes") or ()) if each.year in (None, year)]
    cells = [
        (each.metric, each.sector, each.region or ALL) for each in asked if (each.sector, each.region) != (ALL, "")
    ]
    told = [["outcome", "least", "at point", "most", "at point", "sign known"]]
    for metric, sector, region in [*cells, *((name, ALL, ALL) for name in (*(design.get("own") or ()), *HEADLINES))]:
        there = (table["metric"] == metric) & (table["sector"] == sector) & (table["region"] == region)
        own = table[there].dropna(subset=["difference"])
        if len(own):
            told.append(["@".join(name for name in (metric, sector, region) if name != ALL), *_extremes(own)])
    named = design.get("reference") or {}
    same = ", ".join(f"{path}={value}" for path, value in named.items())
    against = f"the point of equal assumptions with {same}" if same else f"{results.manifest['base']} as it stands"
    head = f"Differences to {against} in {year}, paired by seed; all sectors where none is named"
    lines = [head, aligned(told)] if len(told) > 1 else [f"{head}: no pairs"]
    return "\n".join([*lines, f"Points: {results.folder / 'design.parquet'}"])
