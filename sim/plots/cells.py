"""What the figures of a comparison show: cells of summary and differences, and words about them."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from sim.declare import Field
from sim.plots import style
from sim.plots.stored import Stored, of_asked
from sim.study.tables import ALL


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


def cells(stored: Stored, metric: str, regions: Sequence[str] | None) -> list[Cell]:
    """The panels of a metric: chosen sectors, or all pooled; chosen regions, or all where the metric is regional "
    "only."""
    known = stored.sums("summary")
    rows = known[known["metric"] == metric]
    found = sorted(set(zip(rows["sector"], rows["region"], strict=True)))
    sectors = stored.sectors or (ALL,)
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


def span(counts: "pd.Series[int]", asked: int | None = None) -> str:
    """The range of numbers of runs, of how many that were asked for."""
    return of_asked(counts, asked)
