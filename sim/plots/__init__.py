"""Figures of a results folder, from its stored tables: `draw(folder)`. Matplotlib is used here and nowhere else."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.plots.drawing import Figure
    from sim.plots.sheet import Sheet
    from sim.plots.stored import Stored
    from sim.runs.results import Results

FIGURES = "figures"  # the folder inside a results folder
LONGEST = 80  # letters of a part's folder


def draw(
    results: "str | Path | Results",
    formats: Sequence[str] = ("png", "svg"),
    metrics: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
    workers: int = 1,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Draw the figures of results, or of a results folder, into its `figures/`, each with its CSV; returns the files
    written. As `sim.draw` it is the public door to figures.

    Without `metrics`: the nine default figures and, in a comparison, those of its headline metrics and effects. With
    `metrics`: only the figures of these, which may name a sector and a region, as in `chinese_share@cars@eu`. `sectors`
    and `years` (first, last) narrow all figures; `regions` asks for the metrics of `markets`. Figures of such a part go
    into a folder of their own inside `figures/`, so that those of the whole stay what the report shows. A sweep has
    figures of its own (see `sim.plots.sweep`). A folder that kept only summaries has no default figures. `workers`:
    processes that draw. `meanwhile`: what this process does while others draw. Raises NotEnough if there is nothing to
    draw, UsageError for unknown metrics and experiments, WrongType.
    """
    from sim.errors import NotEnough, UsageError, expect, expect_list
    from sim.plots.drawing import draw_all
    from sim.runs.results import Results

    expect("results", results, (str, Path, Results), "results, and no folder of them")
    for name, given in (("formats", formats), ("metrics", metrics), ("sectors", sectors), ("regions", regions)):
        expect_list(name, given, "names")
    if years is not None:
        expect("years", years, (list, tuple), "pair of years")
        for year in years:
            expect("years", year, Integral, "year")
        if len(years) != 2 or years[0] > years[1]:
            raise UsageError(f"years: {years!r} is not (first, last)", "for example (2015, 2040)")
    expect("workers", workers, Integral, "number of processes")
    place = results.folder if isinstance(results, Results) else Path(results)
    about = (place, metrics, tuple(sectors) if sectors else None, regions, years)
    target = place / FIGURES / part_of(metrics, sectors, regions, years)
    written = draw_all(figures, about, target, formats, workers, meanwhile)
    if not written:
        Results.open(place).check_any()
        raise NotEnough(f"{place} holds nothing to draw", "run again with --keep trajectories, or choose --metrics")
    return written


def figures(
    folder: Path,
    metrics: Sequence[str] | None,
    sectors: tuple[str, ...] | None,
    regions: Sequence[str] | None,
    years: tuple[int, int] | None,
) -> list["Figure"]:
    """What is to be drawn of a folder; nothing is laid out before it is called. Raises as `draw` does."""
    from sim.errors import NotEnough
    from sim.plots import (
        aftermath,
        alluvial,
        composition,
        contrasts,
        contribution,
        convergence,
        fates,
        flips,
        incidence,
        markets,
        sweep,
        technology,
    )
    from sim.plots.stored import Stored

    stored = Stored(folder, sectors, years)
    _refuse_experiment(folder, stored.manifest)
    _refuse_other_years(stored)
    found: list[Figure] = []
    if not part_of(metrics, sectors, regions, years):
        found += [partial(iter, [sheet]) for sheet in convergence.draw(stored)]
    if stored.manifest.get("kind") == "sweep":
        try:
            return [*found, *sweep.figures(folder, metrics, sectors, years)]
        except NotEnough:
            if found:  # a single point has its convergence only
                return found
            raise
    story = (composition.draw, technology.draw, contribution.draw, flips.draw)
    lives = (incidence.draw, fates.draw, aftermath.draw)
    if metrics is None and stored.has("trajectories"):
        defaults = (*story, *lives, markets.shares, markets.reversals, alluvial.draw)
        found += [partial(figure, stored) for figure in defaults]
    return [partial(_of_part, sectors, figure) for figure in (*found, *contrasts.figures(stored, metrics, regions))]


def _of_part(sectors: Sequence[str] | None, figure: "Figure") -> "list[Sheet]":
    """A figure whose sheets name the sectors that they are of, if not of all."""
    from sim.plots.sheet import narrowed

    with narrowed(sectors):
        return list(figure())


def part_of(
    metrics: Sequence[str] | None,
    sectors: Sequence[str] | None,
    regions: Sequence[str] | None,
    years: tuple[int, int] | None,
) -> str:
    """The folder of figures that show a part of the results; empty: they show all."""
    named = [word.strip() for text in metrics or () for word in text.split("@")]
    words = [*dict.fromkeys((*named, *(sectors or ()), *(regions or ())))]
    name = "-".join([*words, *(map(str, years) if years else ())])
    if len(name) > LONGEST:
        name = f"{name[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name


def _refuse_other_years(stored: "Stored") -> None:
    """Raises UsageError where the chosen years are none of those that the folder reports."""
    from sim.errors import UsageError

    told = stored.entries[stored.base]
    if stored.years and not (stored.years[0] <= told["end"] and told["start"] <= stored.years[1]):
        asked = f"{stored.years[0]} to {stored.years[1]}"
        raise UsageError(f"years {asked}: {stored.folder} reports {told['start']} to {told['end']}")


def _refuse_experiment(folder: Path, manifest: dict[str, Any]) -> None:
    """Raises UsageError for a folder whose figures need its definition."""
    from sim.errors import UsageError

    if (manifest.get("design") or {}).get("kind") == "experiment":
        raise UsageError(f"{folder} is an experiment", "the `experiment` command that made it draws its figures again")
