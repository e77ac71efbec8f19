"""How intervals narrowed as seeds were added."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from sim.machine.declare import Field
from sim.plots import style
from sim.plots.sheet import Entry, Sheet
from sim.plots.stored import Stored
from sim.runs.own import fields_of
from sim.scenario.outcome import Named, parse

FILE = "convergence.csv"


def draw(stored: Stored) -> Iterator[Sheet]:
    """Half-width of the 95 % interval by number of seeds, one figure per metric that was asked for."""
    if stored.has(FILE):
        own = fields_of(stored.manifest.get("design"))
        table = pd.read_csv(stored.door.file(FILE))
        for metric, rows in table.groupby("metric", sort=False):
            yield _figure(str(metric), rows.drop(columns="metric"), own)


def _figure(metric: str, table: pd.DataFrame, own: Mapping[str, Field]) -> Sheet:
    wanted, last = float(table["wanted"].iloc[0]), int(table["seeds"].max())
    final = table[table["seeds"] == last]
    named = Named(metric) if metric in own else parse(metric)
    text = own[metric].text if metric in own else named.field.text
    title, place = style.heading(text, *named.place), style.place_words(*named.place, inside=True)
    wide = int((~(final["half_width"] <= wanted)).sum())
    ended = f"all {len(final)} are at most that" if not wide else f"{wide} of {len(final)} are still wider"
    sheet = Sheet(
        name=f"convergence-{metric.replace('@', '-')}",
        title=f"{title}: how well it is known, by number of seeds",
        rows=1, columns=1, height=2.4, left=0.75,
        key=[Entry("one scenario or point", "#888888"), Entry("the widest at the end", "#0072B2", linewidth=1.8),
             Entry("wanted", "#D55E00", linestyle="--")],
        caption=f"Half-width of the 95 % interval in the last year, {place}; of paired differences where there is a "
        f"base. Wanted: ± {wanted:g}; with {last} seeds {ended}.",
        alt=f"Line chart: half-width of the 95 % interval of {metric} against seeds up to {last}; {ended}.",
        table=table,
    )  # fmt: skip
    axes = sheet.axes[0, 0]
    widest = final.sort_values("half_width", na_position="first").iloc[-1] if len(final) else None
    for (scenario, point), line in table.groupby(["scenario", "point"], sort=False):
        worst = widest is not None and (scenario, point) == (widest["scenario"], widest["point"])
        look = {"color": "#0072B2", "linewidth": 1.8, "zorder": 3} if worst else {"color": "#888888", "linewidth": 0.7}
        axes.plot(line["seeds"], line["half_width"], marker="o", markersize=2.5, **look)
    axes.axhline(wanted, color="#D55E00", linestyle="--", linewidth=1.2)
    axes.set_ylim(0, float(np.nanmax([wanted, table["half_width"].max()])) * 1.08)
    axes.set_xlabel("seeds")
    axes.set_ylabel("half-width of the interval")
    return sheet
