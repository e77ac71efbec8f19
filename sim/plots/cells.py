"""What the figures of a comparison show: cells of summary and differences, and words about them."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from sim.errors import UsageError
from sim.machine.declare import Field
from sim.plots import style
from sim.plots.stored import Stored, of_asked
from sim.runs.tables import ALL
from sim.scenario.outcome import parse


class Cell(NamedTuple):
    """What one panel shows: a metric of a sector, in a region if that is not empty."""

    metric: str
    sector: str
    region: str

    @property
    def field(self) -> Field:
        return style.declared(self.metric, bool(self.region))

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of summary or differences for this cell."""
        if not len(table):
            return table
        return table[
            (table["metric"] == self.metric) & (table["sector"] == self.sector) & (table["region"] == self.region)
        ].sort_values("year")


def cells(stored: Stored, outcome: str, regions: Sequence[str] | None) -> list[Cell]:
    """The panels of an outcome: the sector and region that it names (`chinese_share@cars@eu`), or chosen sectors, or
    all pooled; chosen regions, or all where the metric is regional only. Raises UsageError."""
    named = parse(outcome, "--metrics")
    if named.year is not None:
        raise UsageError(f"--metrics {outcome!r}: figures of a comparison are over years", "--years A:B says which")
    metric = named.metric
    known = stored.sums("summary")
    rows = known[known["metric"] == metric]
    found = sorted(set(zip(rows["sector"], rows["region"], strict=True)))
    sectors = (named.sector,) if named.sector != ALL else stored.sectors or (ALL,)
    if named.region:
        regions = (named.region,)
    if regions is None and any(region == "" for _, region in found):
        wanted: Sequence[str] = ("",)
    else:
        wanted = regions or list(dict.fromkeys(rows["region"]))
    return [Cell(metric, sector, region) for sector in sectors for region in wanted if (sector, region) in found]


def pairing(stored: Stored) -> str:
    """What differences are taken from, for captions."""
    what = "the base under the same assumptions" if stored.variants else f"“{stored.title(stored.base)}”"
    return f"Differences from {what}, paired by seed"


def cell_words(cell: Cell) -> str:
    """Sector and region of a cell."""
    parts = [style.words(cell.sector)] if cell.sector != ALL or not cell.region else []
    return ", ".join([*parts, *([style.region_words(cell.region)] if cell.region else [])])


def places(panels: Sequence[Cell]) -> str:
    """Sectors and regions of panels as a sentence, for captions; nothing where all are pooled."""
    told = list(dict.fromkeys(cell_words(cell) for cell in panels if cell.sector != ALL or cell.region))
    return f" {'; '.join(told)}." if told else ""


def span(counts: "pd.Series[int]", asked: int | None = None) -> str:
    """The range of numbers of runs, of how many that were asked for."""
    return of_asked(counts, asked)
