"""Figures of a results folder, from its stored tables: `draw(folder)`. Matplotlib is used here and nowhere else."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

FIGURES = "figures"  # the folder inside a results folder


def draw(
    folder: str | Path,
    formats: Sequence[str] = ("png", "svg"),
    metrics: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
) -> list[Path]:
    """Draw a results folder's figures into `figures/`, each with its CSV; returns the files written.

    Without `metrics`: the nine default figures and, in a comparison, those of its headline metrics and effects. With
    `metrics`: only the figures of these. `sectors` and `years` (first, last) narrow all figures; `regions` asks for the
    metrics of `markets`. A sweep has figures of its own (see `sim.plots.sweep`). A folder that kept only summaries has
    no default figures. Raises NotEnough if there is nothing to draw, UsageError for unknown metrics and experiments.
    """
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
    from sim.plots.sheet import Sheet
    from sim.plots.stored import Stored

    stored = Stored(Path(folder), tuple(sectors) if sectors else None, years)
    _refuse_experiment(stored.folder, stored.manifest)
    story = (composition.draw, technology.draw, contribution.draw, flips.draw)
    lives = (incidence.draw, fates.draw, aftermath.draw)
    defaults = (*story, *lives, markets.shares, markets.reversals, alluvial.draw)
    written: list[Path] = []

    def save(sheets: Iterable[Sheet]) -> None:
        for sheet in sheets:
            written.extend(sheet.save(stored.folder / FIGURES, formats))

    save(convergence.draw(stored))
    if stored.manifest.get("kind") == "sweep":
        with suppress(NotEnough) if written else nullcontext():  # a single point has its convergence only
            save(sweep.draw(stored.folder, metrics, sectors, years))
        return written
    for figure in defaults if metrics is None and stored.has("trajectories") else ():
        save(figure(stored))
    save(contrasts.draw(stored, metrics, regions))
    if not written:
        raise NotEnough(f"{folder} holds nothing to draw", "run again with --keep trajectories, or choose --metrics")
    return written


def _refuse_experiment(folder: Path, manifest: dict[str, Any]) -> None:
    """Raises UsageError for a folder whose figures need its definition."""
    from sim.errors import UsageError

    if (manifest.get("design") or {}).get("kind") == "experiment":
        raise UsageError(f"{folder} is an experiment", "the `experiment` command that made it draws its figures again")
