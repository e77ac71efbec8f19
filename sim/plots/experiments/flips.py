"""E1: flip dates as ridges, and the composition of partnerships, of the baseline and of other worlds."""

from sim.plots import composition, flips
from sim.plots.experiments.arms import arms
from sim.plots.sheet import Sheet
from sim.scenario.experiment import Shown
from sim.sweeps.experiments.evidence import Evidence


def draw(evidence: Evidence, shown: Shown) -> list[Sheet]:
    """The ridges of `compare`, then its stacked areas, with contrasts in the place of scenarios."""
    asked = evidence.layout.definition.experiment
    rows = {asked.contrasts[name].text: evidence.layout.contrast(name) for name in shown.contrasts}
    stored = arms(evidence, rows, f" Channel: {asked.channel}.", "Baseline")
    sheets = [*flips.draw(stored), *composition.draw(stored)]
    for sheet, suffix in zip(sheets, ("flips", "composition", "composition-worlds"), strict=True):
        sheet.name = suffix
    return sheets
