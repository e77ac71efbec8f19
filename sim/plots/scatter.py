"""An outcome against every factor of a sample (Latin hypercube, Sobol', list): points, and a smooth through them."""

import textwrap

import numpy as np
import pandas as pd

from sim.plots import style, swept
from sim.plots.sheet import Entry, Sheet, grid
from sim.plots.swept import Swept
from sim.sweeps.analysis import response
from sim.sweeps.analysis.outcome import OutcomeAt

MOST = 16  # factors
BINS = 10
A_BIN = 8  # points at least
SMOOTH = "#D55E00"
DOT = "#0072B2"


def draw(study: Swept, outcome: OutcomeAt) -> Sheet:
    """A panel per factor, in the order asked."""
    factors = study.points.factors[:MOST]
    runs = study.runs(outcome)
    means = response.point_means(runs, study.points.factors)
    rows, columns = grid(len(factors))
    bins = int(np.clip(len(means) // A_BIN, 1, BINS))
    sheet = Sheet(
        swept.file_name("scatter", outcome),
        f"{swept.heading_of(outcome)} over what was sampled",
        rows,
        columns,
        height=1.15,
        left=0.7,
        gap_y=0.62,
        below=0.52,
        above=-0.1,
        key=[
            Entry("a point, mean over seeds", DOT, linestyle="none", marker="o"),
            *([Entry("median and 5 to 95 % of points", SMOOTH, alpha=0.2)] if bins > 1 else []),
        ],
        caption=_caption(study, outcome, means, runs, bins),
    )
    tables = [means.reset_index().melt(["point", "value"], var_name="factor", value_name="at").assign(kind="point")]
    dot = float(np.clip(60 / len(means) ** 0.5, 1.6, 4))
    for axes, factor in zip(sheet.panels, factors, strict=False):
        x = np.array(swept.places(factor, means[factor.path].tolist()))
        axes.plot(
            x, means["value"], "o", markersize=dot, markeredgewidth=0, alpha=0.45, color=DOT, zorder=2, rasterized=True
        )
        if bins > 1 and factor.numeric and len(factor.levels) > bins:
            smooth = response.binned(means, factor.path, bins)
            style.band(axes, smooth["at"], smooth["q05"], smooth["q95"], SMOOTH)
            axes.plot(smooth["at"], smooth["q50"], color=SMOOTH, linewidth=1.4, zorder=3)
            tables.append(smooth.assign(factor=factor.path, kind="smooth"))
        swept.format_across(axes, factor)
        style.format_axis(axes.yaxis, outcome.field)
        axes.set_xlabel(textwrap.fill(swept.label(factor), 30), fontsize=6.5, labelpad=1)
    for place, axes in enumerate(sheet.panels):
        axes.set_visible(place < len(factors))
        axes.tick_params(labelleft=place % columns == 0)
        axes.set_ylim(*_reach(means["value"]))
    sheet.label_left(style.unit(outcome.field))
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = f"{outcome.field.text} in {outcome.year} of {len(means)} points against {len(factors)} factors."
    return sheet


def _reach(values: "pd.Series[float]") -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.05 * (high - low) or abs(low) * 0.05 or 1.0
    return low - room, high + room


def _caption(study: Swept, outcome: OutcomeAt, means: pd.DataFrame, runs: pd.DataFrame, bins: int) -> str:
    seeds = runs.groupby("point")["seed"].size()
    left = len(study.points.factors) - MOST
    more = f" {left} further factors are not drawn." if left > 0 else ""
    smooth = f" Line and shade: median and 5 to 95 % of points in {bins} classes of equal size." if bins > 1 else ""
    return (
        f"{swept.heading(study, outcome)} {len(means)} points, {swept.seeds_words(study, seeds)} each.{smooth} "
        f"Dotted: the scenario as it stands.{more}"
    )
