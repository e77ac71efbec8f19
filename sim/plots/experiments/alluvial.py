"""E7: from the type that a multinational would have had to the one that screening leaves; and doses of refusal."""

import numpy as np
import pandas as pd

from sim.model.columns import Type
from sim.plots import alluvial, style
from sim.plots.experiments import common, lines
from sim.plots.experiments.arms import BASE, arms
from sim.plots.sheet import Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.evidence import Evidence

SIDES = (0, 10)  # places of the two columns, as if they were dates ten years apart
WORDS = ("intended", "realised")


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """The Sankey of intended to realised types, and the outcomes over the chance of refusal."""
    return [_sankey(evidence, shown), _doses(evidence, shown)]


def transitions(evidence: Evidence, name: str) -> tuple[pd.DataFrame, int]:
    """Mean number of multinationals a run by type without and with the treatment, last year; number of seeds."""
    row = evidence.layout.contrast(name)
    stored = arms(evidence, {common.contrast_words(evidence, name): row}, "")
    treated = next(each for each in stored.points if each != BASE)
    last = int(evidence.years[-1])
    held = alluvial.states(alluvial.spells(stored), np.array([last]))[last].reset_index().rename(columns={last: "type"})
    keys = ["seed", "sector", "multinational"]
    sides = [held[held["scenario"] == each].set_index(keys)["type"] for each in (BASE, treated)]
    both = pd.concat(sides, axis=1, keys=["type", "next_type"]).fillna(Type.none.name)
    counts = both.groupby(["type", "next_type"]).size().div(len(row.seeds)).rename("multinationals").reset_index()
    return counts, len(row.seeds)


def _sankey(evidence: Evidence, shown: Shown) -> Sheet:
    counts, seeds = transitions(evidence, shown.contrasts[0])
    table = counts.assign(year=SIDES[0], next_year=SIDES[1])
    words = common.contrast_words(evidence, shown.contrasts[0])
    stayed = counts.loc[counts["type"] == counts["next_type"], "multinationals"].sum() / counts["multinationals"].sum()
    sheet = Sheet(
        "alluvial",
        shown.title,
        1,
        1,
        height=3.0,
        left=0.9,
        right=1.1,
        below=0.3,
        key=alluvial.key(),
        caption=common.caption(
            evidence,
            shown,
            f"Multinationals by type at the end of {evidence.years[-1]}, mean of {seeds} seeds; left without, right "
            f"with “{words}”, same firm and seed. {100 * stayed:.0f} % keep their type; some of the others change by "
            "chance that screening shifts, not by a refusal.",
            [evidence.layout.contrast(shown.contrasts[0])],
        ),
    )
    axes = sheet.axes[0, 0]
    axes.set_axis_off()
    nodes = alluvial.nodes(table, list(SIDES))
    alluvial.draw_flows(axes, table, nodes, list(SIDES))
    alluvial.draw_nodes(axes, nodes, list(SIDES), WORDS)
    sheet.table = counts.rename(columns={"type": "intended", "next_type": "realised"})
    sheet.alt = f"Flows from intended to realised types of multinationals; {100 * stayed:.0f} % keep theirs."
    return sheet


def _doses(evidence: Evidence, shown: Shown) -> Sheet:
    assert shown.block and shown.across and shown.along
    rows = evidence.layout.of(shown.block)
    told = [
        lines.Line(
            f"{delay:g} quarters’ delay" if delay else "no delay",
            [row for row in rows if row.values[shown.along] == delay],
            shown.across,
            style.STROKES[place],
        )
        for place, delay in enumerate(sorted({row.values[shown.along] for row in rows}))
    ]
    said = lines.Doses(
        "doses",
        "What screening leaves, by the chance of refusal",
        "chance of refusal, %",
        str(evidence.years[-1]),
        "Effects of screening over the chance of refusal, by delay.",
        height=1.5,
    )
    return lines.dose_sheet(evidence, shown, told, rows, said)
