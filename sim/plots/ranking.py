"""Sensitivity: factors ranked by their indices with intervals; for Morris also how regular their effects are."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.plots import style, swept
from sim.plots.sheet import Entry, Sheet
from sim.runs import Results
from sim.sweeps.analysis.indices import DUMMY, Indices
from sim.sweeps.analysis.outcome import OutcomeAt
from sim.sweeps.analysis.points import described
from sim.sweeps.analysis.problem import LEVELS, SEED_FACTOR, SLICES, Problem

MOST = 20  # factors shown
BAR = 0.26  # inches
MAIN, SECOND = "#0072B2", "#E69F00"
CHIEF = {"morris": "mu_star", "sobol": "total", "pawn": "median"}  # the measure that ranks


def draw(results: Results, problem: Problem, outcome: OutcomeAt, found: Indices) -> Sheet:
    """A figure of one outcome."""
    names = ranked(problem, found.table)[:MOST]
    morris = problem.method == "morris"
    sheet = Sheet(
        f"sensitivity-{problem.method}-{str(outcome).replace('@', '-').replace('_', '-')}",
        f"What drives {style.heading(style.lowered(outcome.field.text), outcome.sector, outcome.region)}",
        1,
        2 if morris else 1,
        height=max(BAR * len(names) + 0.1, 1.9 if morris else 0.6),
        left=2.15,
        right=0.25,
        gap_x=0.75,
        below=0.45,
        above=-0.05 if _key(problem) else -0.22,
        key=_key(problem),
        caption=_caption(results, problem, outcome, found),
    )
    words = _words(results, names)
    _draw_bars(sheet.axes[0, 0], problem, outcome, found.table, names, words)
    if morris:
        _draw_plane(sheet.axes[0, 1], outcome, found.table, names)
    sheet.table = found.table.assign(
        outcome=str(outcome), method=problem.method, used=found.used, planned=found.planned
    )
    told = ", ".join(words[name] for name in names[:3])
    sheet.alt = f"{swept.heading_of(outcome)} in {outcome.year} is driven most by {told} ({problem.method})."
    return sheet


def ranked(problem: Problem, table: pd.DataFrame) -> list[str]:
    """Factors by the method's chief measure, largest first; without the one that does nothing."""
    rows = table[(table["measure"] == CHIEF[problem.method]) & (table["factor"] != DUMMY)]
    return list(rows.sort_values("estimate", ascending=False, kind="stable")["factor"])


def _words(results: Results, names: list[str]) -> dict[str, str]:
    manifest = results.manifest
    resolved: Mapping[str, Any] = manifest["scenarios"][manifest["base"]]["resolved"]
    return {name: "seed (luck)" if name == SEED_FACTOR else described(name, resolved)[1] for name in names}


def _draw_bars(
    axes: Any, problem: Problem, outcome: OutcomeAt, table: pd.DataFrame, names: list[str], words: Mapping[str, str]
) -> None:
    rows = table.set_index(["measure", "factor"])
    two = problem.method == "sobol"
    for place, name in enumerate(names):
        _bar(axes, place - (0.19 if two else 0), rows.loc[CHIEF[problem.method], name], MAIN, 0.36 if two else 0.62)
        if two:
            _bar(axes, place + 0.19, rows.loc["first", name], SECOND, 0.36)
    number = problem.method == "morris"
    texts = [f"{words[name]} ({place + 1})" if number else words[name] for place, name in enumerate(names)]
    axes.set_yticks(range(len(names)), [textwrap.fill(text, 38) for text in texts], fontsize=7)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color="black", linewidth=0.8, zorder=3)
    if problem.method == "pawn":
        axes.axvline(
            rows.loc[("median", DUMMY), "hi"], color=style.GREY, linestyle=(0, (4, 2)), linewidth=1.0, zorder=4
        )
    if number:
        style.format_axis(axes.xaxis, outcome.field)
        axes.set_xlabel(f"mean absolute effect µ*, {swept.difference_unit(outcome.field)}", labelpad=2)
    else:
        axes.set_xlabel("share of variance" if two else "distance of distributions (KS), median", labelpad=2)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))


def _bar(axes: Any, y: float, row: "pd.Series[float]", color: str, height: float) -> None:
    axes.barh(y, row["estimate"], height, color=color, linewidth=0, zorder=2)
    axes.plot([row["lo"], row["hi"]], [y, y], color="black", linewidth=0.9, zorder=3)


def _draw_plane(axes: Any, outcome: OutcomeAt, table: pd.DataFrame, names: list[str]) -> None:
    """µ* against σ: above the dashed line (σ = µ*) effects change sign or depend on other factors."""
    rows = table.pivot(index="factor", columns="measure", values="estimate").loc[names]
    axes.plot(rows["mu_star"], rows["sigma"], "o", markersize=3.5, color=MAIN, zorder=3)
    reach = float(np.nanmax(rows[["mu_star", "sigma"]].to_numpy())) * 1.12 or 1.0
    for slope, dashes in ((1.0, (0, (4, 2))), (0.5, (0, (1, 2)))):
        axes.plot([0, reach], [0, slope * reach], color=style.GREY, linewidth=0.7, linestyle=dashes, zorder=1)
    for place, (x, y) in enumerate(rows[["mu_star", "sigma"]].to_numpy()):
        if x > 0.04 * reach or y > 0.04 * reach:
            axes.annotate(str(place + 1), (x, y), xytext=(3, 2), textcoords="offset points", fontsize=6.5, zorder=4)
    axes.set_xlim(0, reach)
    axes.set_ylim(0, max(reach * 0.55, float(rows["sigma"].max()) * 1.12))
    for axis in (axes.xaxis, axes.yaxis):
        style.format_axis(axis, outcome.field)
    axes.set_xlabel("µ*", labelpad=2)
    axes.set_ylabel("σ of effects")


def _key(problem: Problem) -> list[Entry]:
    if problem.method == "sobol":
        return [
            Entry("total: with interactions", MAIN, linewidth=0, alpha=1.0),
            Entry("first: alone", SECOND, linewidth=0, alpha=1.0),
        ]
    if problem.method == "pawn":
        return [Entry("what chance gives a factor without effect (upper end)", style.GREY, (0, (4, 2)), 1.0)]
    return [Entry("σ = µ*", style.GREY, (0, (4, 2)), 0.9), Entry("σ = µ*/2", style.GREY, (0, (1, 2)), 0.9)]


def _caption(results: Results, problem: Problem, outcome: OutcomeAt, found: Indices) -> str:
    manifest = results.manifest
    title = manifest["scenarios"][manifest["base"]].get("title") or manifest["base"]
    text = f"“{title}”, {swept.where(outcome)}, {outcome.year}. "
    rows = found.table.set_index(["measure", "factor"])["estimate"]
    if problem.method == "morris":
        text += (
            f"Morris screening, {found.used} trajectories, {LEVELS} levels: mean absolute effect of a move over "
            "a factor’s whole range, and standard deviation σ of effects; far above the dots they interact or bend. "
        )
    elif problem.method == "sobol":
        text += f"Sobol’ indices, {found.used} blocks of {problem.block} runs; "
        text += f"first-order shares add up to {rows['first'].sum():.2f}. "
    else:
        text += f"PAWN, {found.used} runs, {SLICES} slices a factor. "
    seeds = (
        f"The seed is a factor ({len(problem.seeds)} seeds). "
        if len(problem.seeds) > 1
        else f"One seed ({problem.seeds[0]}). "
    )
    note = f" {found.note[:1].upper()}{found.note[1:]}." if found.note else ""
    left = len(problem.names) - MOST
    return f"{text}{seeds}Lines: 95 % interval by bootstrap.{note}" + (
        f" {left} weaker factors not shown." if left > 0 else ""
    )
