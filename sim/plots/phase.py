"""Phase diagrams: a multinational's best form in the host, by technology gap and what else decides, with sectors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.model.columns import Type
from sim.plots import style
from sim.plots.sheet import Entry, Sheet

FORMS = (Type.none, Type.market_access, Type.wholly_owned, Type.co_innovation)
LABELS = {
    "name": "how well multinationals are known in the host (1 as at home)",
    "reserved": "host demand reserved for local owners and ventures, share",
    "need": "inputs imported where nobody makes them in the host, share of cost",
}
TITLES = {"name": "own access", "reserved": "reserved demand", "need": "the ecosystem"}

Floats = NDArray[Any]
NEAR, LINE = 0.3, 0.032  # gap within which names could overlap; height of a name, share of the axis


def _sheet(against: str) -> Sheet:
    """An empty diagram with its key and words."""
    return Sheet(
        f"phase-gap-{against}",
        f"Best form in the host by technology gap and {TITLES[against]}",
        1,
        1,
        height=3.4,
        left=0.6,
        right=0.3,
        below=0.45,
        key=[
            *(
                Entry(
                    style.TYPE_LABELS[form].replace("None", "Export or absent"),
                    style.TYPE_COLOURS[form],
                    linewidth=0,
                    alpha=1.0,
                )
                for form in FORMS
            ),
            Entry("Globalising pays", style.GREY, linewidth=0, alpha=0.0, hatch="////"),
            Entry("Sector, 1990 to 2026 (dot)", style.INK, linewidth=0.9),
        ],
        caption="A bench of three firms at rest, nobody bound yet: the form worth most to the multinational that its "
        "partner would sign. Production in the host is 0.3 cheaper, log. Lines: sectors of the default world, one run.",
        alt=f"Regions of the best form over the technology gap and {TITLES[against]}, with the paths of sectors.",
    )


def draw(
    against: str,
    gaps: Floats,
    levels: Floats,
    best: Floats,
    globalises: Floats,
    paths: Mapping[str, Mapping[str, Floats]],
) -> Sheet:
    """One diagram.

    gaps, levels: the axes; best: a Type at each point [level, gap]; globalises: whether selling the Chinese brand
    abroad together pays [level, gap]; paths: sector -> years' gap and level, by key "gap" and `against`.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap

    sheet = _sheet(against)
    axes = sheet.axes[0, 0]
    order = {int(form): n for n, form in enumerate(FORMS)}
    codes = np.vectorize(order.__getitem__)(best)
    colours = ListedColormap([style.TYPE_COLOURS[form] for form in FORMS])
    axes.pcolormesh(
        gaps, levels, codes, cmap=colours, norm=BoundaryNorm(np.arange(len(FORMS) + 1) - 0.5, len(FORMS)), alpha=0.75
    )
    if globalises.any() and not globalises.all():
        hatched = axes.contourf(
            gaps, levels, globalises.astype(float), levels=[0.5, 1.5], colors="none", hatches=["///"]
        )
        hatched.set_edgecolor("#8C8C8C")
        hatched.set_linewidth(0.0)
        axes.contour(gaps, levels, globalises.astype(float), levels=[0.5], colors=style.GREY, linewidths=0.8)
    rows: list[dict[str, Any]] = []
    for name, path in paths.items():
        axes.plot(path["gap"], path[against], color=style.INK, linewidth=0.8)
        axes.plot(path["gap"][-1:], path[against][-1:], color=style.INK, marker="o", markersize=2.5)
        rows += [{"sector": name, "gap": g, against: v} for g, v in zip(path["gap"], path[against], strict=True)]
    _name_ends(axes, {name: (path["gap"][-1], path[against][-1]) for name, path in paths.items()}, np.ptp(levels))
    axes.set_xlim(gaps.max(), gaps.min())
    axes.set_ylim(levels.min(), levels.max())
    axes.set_xlabel("technology gap, multinationals' best less the best Chinese firm's, log")
    axes.set_ylabel(LABELS[against], fontsize=7.5)
    sheet.table = pd.DataFrame(rows)
    return sheet


def _name_ends(axes: Any, ends: Mapping[str, tuple[float, float]], height: float) -> None:
    """Names of sectors beside the ends of their paths, one above the other where they would overlap."""
    from matplotlib.patheffects import withStroke

    placed: list[tuple[float, float]] = []
    for name, (gap, level) in sorted(ends.items(), key=lambda end: end[1][1]):
        y = level
        while any(abs(gap - other) < NEAR and abs(y - taken) < LINE * height for other, taken in placed):
            y += 0.25 * LINE * height
        placed.append((gap, y))
        axes.annotate(
            style.words(name),
            (gap, level),
            xytext=(gap - 0.02, y),
            va="center",
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": style.INK, "shrinkA": 0, "shrinkB": 0},
            fontsize=6,
            path_effects=[withStroke(linewidth=1.5, foreground="white")],
        )
