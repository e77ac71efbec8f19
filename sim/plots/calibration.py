"""What a calibration learnt: posteriors beside priors, and moments asked for beside moments simulated."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.model.parameters import parameters
from sim.plots import style
from sim.plots.sheet import Entry, Sheet

BINS = 12
TYPES = {kind.name: text for kind, text in style.TYPE_LABELS.items()}
POSTERIOR, PRIOR, TARGET = "#0072B2", "#BBBBBB", "#D55E00"
LINE = 0.165  # inches of a moment
REACH = 6.0  # standard deviations shown to each side
BEYOND = 3.0  # where a moment counts as missed
COLUMNS = (1.16, 1.34, 1.48)  # where numbers end, in widths of the panel
LABELS = {
    "rd_floor": "R&D floor",
    "ambient": "Ambient spillover",
    "governance": "Governance cost",
}  # where a name in words would mislead
Told = Mapping[str, Any]


def draw(folder: Path, told: Told, draws: Mapping[str, Sequence[float]], formats: Sequence[str]) -> list[Path]:
    """Two figures from a calibration's numbers (see `sim.evidence.calibration.result.summary`) and its draws."""
    return [path for sheet in (_parameters(told, draws), _moments(told)) for path in sheet.save(folder, formats)]


def _parameters(told: Told, draws: Mapping[str, Sequence[float]]) -> Sheet:
    names = list(told["parameters"])
    columns = min(5, len(names))
    sheet = Sheet(
        "calibration-parameters",
        f"Parameters of {told['set']} before and after the data",
        -(-len(names) // columns),
        columns,
        height=0.95,
        left=0.15,
        right=0.15,
        gap_x=0.26,
        gap_y=0.66,
        above=0.28,
        key=[
            Entry("posterior draws", POSTERIOR, linewidth=0, alpha=0.55),
            Entry("prior, flat on the axis", "#777777", linewidth=1.0),
            Entry("declared value", style.INK, (0, (4, 2)), 1.0),
            Entry("draw 1", TARGET, linewidth=1.6),
        ],
        caption=f"{told['draws']} draws accepted of {told['points']} points, data up to {told['until']}. Density "
        "over the prior’s range, which is logarithmic where the prior is; the number in a title is the posterior’s "
        "standard deviation over the prior’s.",
    )
    for axes, name in zip(sheet.panels, names, strict=False):
        _marginal(axes, name, told["parameters"][name], np.asarray(draws[name], float))
    for axes in sheet.panels[len(names) :]:
        axes.set_visible(False)
    numbers = {"draw": range(1, len(draws[names[0]]) + 1)}
    sheet.table = pd.DataFrame({**numbers, **{name: draws[name] for name in names}})
    said = []
    for name, each in told["parameters"].items():
        low, middle, high = each["posterior"]
        said.append(f"{name}: median {middle:.3g} (5 to 95 %: {low:.3g} to {high:.3g})")
    sheet.alt = f"Histograms of posterior draws over flat priors. {'; '.join(said)}."
    return sheet


def _marginal(axes: Any, name: str, about: Told, drawn: np.ndarray) -> None:
    declared = parameters()[name]
    low, high = about["prior"]
    log = about["scale"] == "log"
    edges = np.geomspace(low, high, BINS + 1) if log else np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(drawn, edges)
    density = counts / max(counts.sum(), 1) * BINS  # 1 is the prior's
    axes.bar(edges[:-1], density, np.diff(edges), align="edge", color=POSTERIOR, alpha=0.55, linewidth=0)
    axes.plot([low, low, high, high], [0, 1, 1, 0], color="#777777", linewidth=1.0)
    if low <= declared.at_work <= high:
        axes.axvline(declared.at_work, color=style.INK, linewidth=1.0, linestyle=(0, (4, 2)))
    axes.axvline(about["central"], color=TARGET, linewidth=1.6)
    if log:
        from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_locator(FixedLocator([low, (low * high) ** 0.5, high]))
    else:
        axes.set_xticks([low, (low + high) / 2, high])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.2g}")
    margin = 0.02
    axes.set_xlim(
        (low * (low / high) ** margin, high * (high / low) ** margin)
        if log
        else (low - margin * (high - low), high + margin * (high - low))
    )
    axes.set_ylim(0, max(1.25, float(density.max()) * 1.08))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for text, side in zip(axes.get_xticklabels()[:: len(axes.get_xticks()) - 1], ("left", "right"), strict=True):
        text.set_horizontalalignment(side)
    unit = "" if declared.unit == "1" else f"{declared.unit}; "
    axes.set_title(f"{LABELS.get(name, style.words(name))}\n{unit}{about['narrowing']:.2f}", fontsize=7)


def _moments(told: Told) -> Sheet:
    names = list(told["moments"])
    table = pd.DataFrame([_row(name, told["moments"][name]) for name in names])
    sheet = Sheet(
        "calibration-moments",
        f"What {told['set']} was asked for, and what its draws give",
        1,
        1,
        height=LINE * len(names),
        left=2.0,
        right=2.05,
        above=0.16,
        below=0.44,
        key=[
            Entry("target ± 3 standard deviations", TARGET, linewidth=1.2, alpha=0.12),
            Entry("draws: 5 to 95 %, median", POSTERIOR, linewidth=2.2, marker="o"),
            Entry("prior: 5 to 95 %", PRIOR, linewidth=3.0),
        ],
        caption="Distance from the target in standard deviations of observation, discrepancy and one run together, "
        "each moment by its own; arrows: beyond the axis. Bands are of points, each a mean over seeds. "
        f"{told['draws']} draws, data up to {told['until']}.",
    )
    axes = sheet.axes[0, 0]
    axes.axvspan(-BEYOND, BEYOND, color=TARGET, alpha=0.12, linewidth=0, zorder=0)
    axes.axvline(0, color=TARGET, linewidth=1.2, zorder=1)
    across = axes.get_yaxis_transform()
    for place, row in enumerate(table.itertuples()):
        _span(axes, place, row.prior_lo, row.prior_hi, PRIOR, 3.0)
        _span(axes, place, row.lo, row.hi, POSTERIOR, 2.2)
        if abs(row.mid) <= REACH:
            axes.plot(row.mid, place, "o", markersize=3.2, color=POSTERIOR, zorder=4)
        weight = "bold" if row.implausibility >= BEYOND else "normal"
        numbers = (f"{row.value:.3f}", f"{row.simulated:.3f}", f"{row.implausibility:.1f}")
        for x, text in zip(COLUMNS, numbers, strict=True):
            axes.text(x, place, text, transform=across, fontsize=6.5, ha="right", va="center", fontweight=weight)
    for x, text in zip((*COLUMNS[:2], COLUMNS[2] + 0.04), ("target", "draws", "implausib."), strict=True):
        axes.text(x, -1.0, text, transform=across, fontsize=6.5, ha="right", va="center", color="#444444")
    axes.set_yticks(range(len(names)), [label(name) for name in names], fontsize=6.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(-REACH, REACH)
    axes.set_xlabel("standard deviations from the target", labelpad=2)
    sheet.table = table
    sheet.alt = "Simulated moments against targets. " + "; ".join(
        f"{label(row.moment)}: {row.simulated:.3g} for {row.value:.3g}" for row in table.itertuples()
    )
    return sheet


def label(name: str) -> str:
    """A target's name as a label: `hub_2010_14` reads Hub, 2010-14."""
    text = re.sub(r"_(\d{4})_(\d{2})$", r", \1-\2", name)
    head, comma, span = re.sub(r"_(\d{4})$", r", \1", text).partition(",")
    return TYPES.get(head, style.words(head)) + comma + span


def _row(name: str, about: Told) -> dict[str, Any]:
    deviation = (about["sd"] ** 2 + about["discrepancy"] ** 2 + about["run_sd"] ** 2) ** 0.5
    low, mid, high, before, after = (
        (value - about["value"]) / deviation for value in (*about["simulated"], about["prior"][0], about["prior"][2])
    )
    return {
        "moment": name, "value": about["value"], "simulated": about["simulated"][1], "deviation": deviation, "lo": low,
        "mid": mid, "hi": high, "prior_lo": before, "prior_hi": after, "implausibility": about["implausibility"],
    }  # fmt: skip


def _span(axes: Any, y: float, low: float, high: float, color: str, width: float) -> None:
    """A bar from low to high, with arrows where it leaves the axis."""
    axes.plot(
        np.clip([low, high], -REACH, REACH), [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=2
    )
    for end, marker in ((low, "<"), (high, ">")):
        beyond = end < -REACH if marker == "<" else end > REACH
        if beyond:
            axes.plot(np.sign(end) * REACH * 0.985, y, marker, markersize=3, color=color, zorder=3)
