"""E3: the technology gap with and without partners, what each mechanism added, and doses of the mandate."""

import pandas as pd

from sim.plots import style
from sim.plots.experiments import common, lines, shares
from sim.plots.sheet import Entry, Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments import findings
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import attributed

MANDATE = "shocks.china_technology_condition.mandate"


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """A fan of the gap beside a waterfall of Shapley values; doses of the mandate by whether partners teach."""
    return [_main(evidence, shown), _mandate(evidence, shown)]


def _main(evidence: Evidence, shown: Shown) -> Sheet:
    asked = evidence.layout.definition.experiment
    gap, level = (common.outcome(evidence, name) for name in shown.outcomes)
    rows = {name: evidence.layout.contrast(name) for name in shown.contrasts}
    name = next(iter(asked.attribution))
    table = findings.attribution(evidence, name)
    seeds = len(evidence.layout.of(attributed(name))[0].seeds)
    sheet = Sheet(
        "catch-up",
        shown.title,
        1,
        2,
        height=2.2,
        left=0.55,
        gap_x=0.62,
        below=0.42,
        above=0.08,
        key=common.standing_key(evidence, shown.contrasts),
        caption=common.caption(
            evidence,
            shown,
            "Left: technology gap, median of runs, shades 25 to 75 and 5 to 95 %. Right: Shapley values of five "
            f"mechanisms over 32 worlds, {seeds} seeds, on the technology of Chinese firms in {evidence.year(level)} "
            f"(log); bars: {common.BOOTSTRAP}; they add up, seed by seed.",
            list(rows.values()),
        ),
    )
    axes = sheet.axes[0, 0]
    standing = next(iter(rows.values()))
    _, untreated = common.pair_paths(evidence, standing, gap)
    paths = {"as_it_stands": untreated} | {each: common.pair_paths(evidence, row, gap)[0] for each, row in rows.items()}
    for each, values in paths.items():
        stroke = style.BASE if each == "as_it_stands" else common.contrast_stroke(evidence, each)
        common.fan(axes, evidence.years, values, stroke)
    common.zero_line(axes)
    style.format_axis(axes.yaxis, evidence.declared(gap))
    style.year_axis(axes, float(evidence.years[0]), float(evidence.years[-1]), 6)
    axes.set_title("Technology gap; log, 0.1 ≈ 10 %")
    own = table[table["outcome"] == shown.outcomes[1]]
    shares.waterfall(sheet.axes[0, 1], own, evidence.declared(level))
    sheet.axes[0, 1].set_title(f"{evidence.words(level)}; log")
    fans = [
        pd.DataFrame({"panel": "gap", "world": each, "year": evidence.years, "mean": values.mean(axis=0)})
        for each, values in paths.items()
    ]
    sheet.table = pd.concat([*fans, own.assign(panel="attribution")], ignore_index=True)
    told = ", ".join(
        f"{row.text.lower()} {row.value:.2f}" for row in own.itertuples() if row.player not in ("nobody", "everybody")
    )
    sheet.alt = f"Fan chart of the technology gap, and a waterfall: {told}."
    return sheet


def _mandate(evidence: Evidence, shown: Shown) -> Sheet:
    rows = evidence.layout.of("mandate")
    arms = {"partners_teach": "Partners teach", "partners_do_not": "They do not"}
    told = [
        lines.Line(text, [row for row in rows if row.name == arm], MANDATE, style.STROKES[place])
        for place, (arm, text) in enumerate(arms.items())
    ]
    names = ("openness", "gap", "foreign")
    sheet = Sheet(
        "mandate",
        "How much technology the law promises local partners",
        1,
        len(names),
        height=1.5,
        left=0.55,
        gap_x=0.5,
        below=0.5,
        above=0.1,
        key=[Entry(each.text, *each.stroke, alpha=0.18, edged=True) for each in told],
        caption=common.caption(
            evidence,
            shown,
            "Levels over the openness that China's law promised until 2001 (it stood at 25 %): mean, edged band = "
            f"{common.BOOTSTRAP}.",
            rows,
        ),
    )
    tables = []
    for axes, name in zip(sheet.axes[0], names, strict=True):
        measured = common.outcome(evidence, name)
        tables.append(lines.doses(axes, evidence, told, measured, difference=False).assign(outcome=name))
        field = evidence.declared(measured)
        axes.set_title(common.panel_title(common.about(evidence, measured), style.unit(field), 30), fontsize=7.5)
        lines.share_axis(axes, "openness promised by law, %")
    sheet.table = pd.concat(tables, ignore_index=True)
    sheet.alt = (
        "Openness, gap and multinationals' technology over the mandate, with and without learning from partners."
    )
    return sheet
