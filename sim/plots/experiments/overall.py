"""Of every experiment: all effects, the headline in other worlds, and where its sign reverses."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import forest, style
from sim.plots.experiments import common
from sim.plots.sheet import Entry, Sheet, grid
from sim.sweeps.experiments import findings
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import DRAWN, VARIED

LINE = 0.14  # inches a contrast takes in a row
LEFT, RIGHT = 2.35, 2.45  # inches for the names and for the numbers
SAME, REVERSED = "#0072B2", "#D55E00"
MARKS = {"+": "+", "-": "−", "0": "0", "?": "?"}


def draw(evidence: Evidence) -> list[Sheet]:
    """The forest of effects, the robustness of the headline, and the draws over each parameter."""
    robust = findings.robustness(evidence)
    found = [_effects(evidence), _robustness(evidence, robust)]
    paths = _varied(robust)
    return [*found, _reversal(evidence, robust, paths)] if paths else found


def _varied(table: pd.DataFrame) -> list[str]:
    """The paths that draws give different values."""
    draws = table[table["kind"] == DRAWN]
    return [column for column in table.columns if "." in column and draws[column].nunique() > 1]


def _effects(evidence: Evidence) -> Sheet:
    asked = evidence.layout.definition.experiment
    table = _standardised(findings.effects(evidence))
    contrasts, names = list(asked.contrasts), list(asked.outcomes)
    step = LINE * len(contrasts) + 0.1
    expected = {(each.outcome, each.contrast): each.sign for each in asked.expected}
    sheet = Sheet(
        "effects",
        "All effects, with their intervals",
        1,
        1,
        height=step * len(names),
        left=LEFT,
        right=RIGHT,
        above=0.16,
        below=0.45,
        key=common.contrast_key(evidence, contrasts, edged=False),
        caption=common.caption(
            evidence,
            None,
            f"Paired differences: mean and {common.BOOTSTRAP}, plotted in standard deviations of the untreated runs "
            "and printed in the outcome’s unit. P(+): share of pairs above zero. Filled and bold: Holm’s p-value "
            f"over all {len(table)} tests is below 5 %. No dot: untreated runs do not differ. Last column: the sign "
            "registered before running.",
            [evidence.layout.contrast(each) for each in contrasts],
        ),
    )
    axes = sheet.axes[0, 0]
    axes.axvline(0, color="black", linewidth=1.0, zorder=2)
    rows = table.set_index(["contrast", "outcome"])
    labels = []
    for place, name in enumerate(names):
        measured = common.outcome(evidence, name)
        field = common.about(evidence, measured)
        unit = common.difference_unit(field, measured)
        labels.append("\n".join(textwrap.wrap(f"{field.text}; {unit.replace(' ', chr(0xA0))}", 42)))
        if place % 2:
            axes.axhspan(place, place + 1, color="#F3F3F3", zorder=0, linewidth=0)
        for line, contrast in enumerate(contrasts):
            y = place + (0.05 + LINE * (line + 0.5)) / step
            sign = expected.get((name, contrast), "")
            stroke = common.contrast_stroke(evidence, contrast)
            _draw_effect(axes, y, rows.loc[(contrast, name)], field, stroke, MARKS.get(sign, ""))
    axes.set_ylim(len(names), 0)
    axes.set_yticks([place + 0.5 for place in range(len(names))], labels, fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    forest.scale(axes, table)
    _head(axes, 1 + 0.05 / (step * len(names)))
    sheet.table = table
    told = [
        f"{row.outcome}, {row.contrast}: {row.difference:.3g} [{row.lo:.3g}, {row.hi:.3g}]"
        for row in table.itertuples()
    ]
    sheet.alt = "Effects with intervals. " + "; ".join(told) + "."
    return sheet


def _head(axes: Any, y: float) -> None:
    """What the columns of numbers hold."""
    columns = ((1.03, "difference [95 % interval]", "left"), (_at(2.0), "P(+)", "right"), (_at(2.33), "sign", "right"))
    for x, text, align in columns:
        axes.text(x, y, text, transform=axes.transAxes, fontsize=7, ha=align, color="#444444")


def _at(inches: float) -> float:
    """A place right of the panel, in widths of the panel."""
    return 1 + inches / (style.WIDTH - LEFT - RIGHT)


def _draw_effect(axes: Any, y: float, row: Any, field: Any, stroke: style.Stroke, sign: str) -> None:
    holds = row["p_holm"] < 0.05
    at = row["difference_standard"]
    if np.isfinite(at):
        axes.plot([row["lo_standard"], row["hi_standard"]], [y, y], color=stroke.color, linewidth=1.3, zorder=3)
        axes.plot(
            at, y, "o", markersize=4, color=stroke.color, markerfacecolor=stroke.color if holds else "white", zorder=4
        )
    place = axes.get_yaxis_transform()
    common_ = {"transform": place, "fontsize": 6.5, "va": "center", "color": stroke.color}
    axes.text(1.03, y, _told(row, field), fontweight="bold" if holds else "normal", **common_)
    axes.text(_at(2.0), y, f"{row['p_positive']:.2f}", ha="right", **common_)
    axes.text(_at(2.28), y, sign, ha="right", **common_)


def _told(row: Any, field: Field) -> str:
    """A difference with its interval, in the field's unit."""
    numbers = [style.number(row[key], field, True) for key in ("difference", "lo", "hi")]
    return f"{numbers[0]} [{numbers[1]}, {numbers[2]}]" if row["n"] > 1 else numbers[0]


def _standardised(table: pd.DataFrame) -> pd.DataFrame:
    """Effects over the standard deviation of the untreated runs; of relative ones over that of their logs, about."""
    table = table.copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = table["base_sd"] / table["base"].abs()
        sd = table["base_sd"].where(table["compare"] == "difference", relative).where(table["compare"] != "recovery")
        for name in ("difference", "lo", "hi"):
            table[f"{name}_standard"] = np.where(sd > 0, table[name] / sd, np.nan)
    return table


def _robustness(evidence: Evidence, table: pd.DataFrame) -> Sheet:
    asked = evidence.layout.definition.experiment
    measured = common.outcome(evidence, asked.headline.outcome)
    field = common.about(evidence, measured)
    shown = table.reset_index(drop=True)
    seeds = sorted({len(row.seeds) for block in (VARIED, DRAWN) for row in evidence.layout.of(block)})
    sheet = Sheet(
        "robustness",
        f"{field.text}: the effect in other worlds",
        1,
        1,
        height=0.155 * len(shown) + 0.1,
        left=2.35,
        right=1.9,
        above=-0.06,
        below=0.42,
        key=[
            Entry("the sign as it stands", SAME, linewidth=0, marker="o"),
            Entry("reversed", REVERSED, linewidth=0, marker="o"),
        ],
        caption=f"“{asked.contrasts[asked.headline.contrast].text}”: mean paired difference and {common.BOOTSTRAP}, "
        f"as it stands (n = {int(shown['n'].iloc[0])}), under structural variants and in draws of the fitted "
        f"parameters (n = {seeds[0] if seeds else 0} seeds each). Hollow: the interval covers 0. Channel: "
        f"{asked.channel}.",
    )
    axes = sheet.axes[0, 0]
    axes.axvline(0, color="black", linewidth=1.0, zorder=2)
    standing = float(shown["difference"].iloc[0])
    axes.axvline(standing, color=style.GREY, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for place, row in enumerate(shown.to_dict("records")):
        color = "black" if place == 0 else REVERSED if row["difference"] * standing < 0 else SAME
        color = style.GREY if row["difference"] == 0 else color
        covers = not (row["lo"] > 0 or row["hi"] < 0)
        axes.plot([row["lo"], row["hi"]], [place, place], color=color, linewidth=1.2, zorder=3)
        axes.plot(
            row["difference"],
            place,
            "o",
            markersize=4,
            color=color,
            markerfacecolor="white" if covers else color,
            zorder=4,
        )
        axes.text(
            1.03, place, _told(row, field), transform=axes.get_yaxis_transform(), fontsize=6.5, va="center", color=color
        )
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(range(len(shown)), [text[:1].upper() + text[1:] for text in shown["world"]], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    style.format_axis(axes.xaxis, field, difference=True)
    axes.set_xlabel(f"difference, {common.difference_unit(field, measured)}", labelpad=2)
    sheet.table = table
    same = int((shown["difference"].iloc[1:] * standing > 0).sum())
    sheet.alt = f"The effect keeps its sign in {same} of {len(shown) - 1} other worlds."
    return sheet


def _reversal(evidence: Evidence, table: pd.DataFrame, paths: list[str]) -> Sheet:
    """The effect over each parameter's draws: where the sign reverses."""
    asked = evidence.layout.definition.experiment
    measured = common.outcome(evidence, asked.headline.outcome)
    field = common.about(evidence, measured)
    draws = table[table["kind"] == DRAWN]
    standing = float(table["difference"].iloc[0])
    rows, columns = grid(len(paths), 5)
    count = int((draws["difference"] * standing < 0).sum())
    sheet = Sheet(
        "reversal",
        f"{field.text}: where the sign of the effect reverses",
        rows,
        columns,
        height=0.85,
        left=0.62,
        gap_y=0.42,
        below=0.3,
        above=0.02,
        key=[
            Entry("the sign as it stands", SAME, linewidth=0, marker="o"),
            Entry("reversed", REVERSED, linewidth=0, marker="o"),
        ],
        caption=f"Effect of “{asked.contrasts[asked.headline.contrast].text}” "
        f"({common.difference_unit(field, measured)}) in each of {len(draws)} draws over the value of one fitted "
        f"parameter, the others drawn too. It reverses in {count}. Cross: as it stands. The table reversal.csv gives "
        "the share by half of each range.",
    )
    scenario = evidence.layout.definition.scenario
    for axes, path in zip(sheet.panels, paths, strict=False):
        name = path.removeprefix("parameters.")
        reverse = (draws["difference"] * standing < 0).to_numpy()
        values = draws[path].astype(float).to_numpy()
        for mine, color in ((~reverse, SAME), (reverse, REVERSED)):
            axes.plot(values[mine], draws["difference"].to_numpy()[mine], "o", markersize=3, color=color, zorder=3)
        if name in scenario.parameters:
            axes.plot(scenario.parameters[name], standing, "x", color="black", markersize=5, zorder=4)
        axes.axhline(0, color="black", linewidth=0.8, zorder=2)
        style.format_axis(axes.yaxis, field, difference=True)
        axes.xaxis.set_major_locator(_few())
        axes.set_title(name.replace("_", " "), fontsize=7)
        axes.tick_params(labelsize=6.5)
    for place, axes in enumerate(sheet.panels):
        axes.set_visible(place < len(paths))
        axes.tick_params(labelleft=place % columns == 0)
    low = min(axes.get_ylim()[0] for axes in sheet.panels[: len(paths)])
    high = max(axes.get_ylim()[1] for axes in sheet.panels[: len(paths)])
    for axes in sheet.panels:
        axes.set_ylim(low, high)
    sheet.table = draws
    sheet.alt = f"The headline effect reverses its sign in {count} of {len(draws)} draws."
    return sheet


def _few() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(3)
