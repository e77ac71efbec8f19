"""Luck and assumption told apart, where every draw of the parameters runs with the same seeds of luck: how much of what
an outcome varies by is due to either.

Two-way analysis of variance with random effects (Searle, Casella and McCulloch 1992, chapter 4): of a table of draws by
seeds, the variance between draws, between seeds, and what is left, which is what draws and seeds do together. The
interval of the mean rests on all three: a hundred runs of five draws are no hundred independent worlds.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COLUMNS = ("scenario", "kind", "metric", "draws", "seeds", "mean", "lo", "hi", "sd", "luck", "parameters", "together")


def shares(values: Floats) -> tuple[float, float, float, float]:
    """Of values [draw, seed] without nan: standard deviation, and the shares of its square that are due to luck, to
    parameters, to both together; nan where nothing varies. An estimate below zero counts as none."""
    draws, seeds = values.shape
    mean, by_draw, by_seed = values.mean(), values.mean(axis=1), values.mean(axis=0)
    rest = values - by_draw[:, None] - by_seed[None, :] + mean
    left = float((rest**2).sum() / ((draws - 1) * (seeds - 1)))
    parameters = max((seeds * float(((by_draw - mean) ** 2).sum()) / (draws - 1) - left) / seeds, 0.0)
    luck = max((draws * float(((by_seed - mean) ** 2).sum()) / (seeds - 1) - left) / draws, 0.0)
    total = luck + parameters + left
    if total <= 0:
        return 0.0, np.nan, np.nan, np.nan
    return float(np.sqrt(total)), luck / total, parameters / total, left / total


def table(runs: pa.Table, metrics: Sequence[str], references: Mapping[str, str]) -> pa.Table | None:
    """Rows of variance.csv: each scenario's levels, and differences to its reference; None where nothing is drawn."""
    if "draw" not in runs.column_names:
        return None
    found = list(_rows(runs.to_pandas(), metrics, references))
    return pa.table({name: [row[name] for row in found] for name in COLUMNS}) if found else None


def csv(table: pa.Table) -> str:
    """The table as text, numbers to six digits."""
    lines = [",".join(table.column_names)]
    lines += [",".join(map(_cell, row.values())) for row in table.to_pylist()]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if value != value else f"{value:.6g}"


def _rows(runs: Any, metrics: Sequence[str], references: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    done = runs[runs["status"] == "done"]
    for metric in metrics:
        wide = {
            name: mine.pivot(index="draw", columns="luck", values=metric).dropna(axis=0).to_numpy(np.float64)
            for name, mine in done.groupby("scenario", sort=False)
            if not mine.duplicated(["draw", "luck"]).any()
        }
        sides = [(name, "level", values) for name, values in wide.items()]
        for name, base in references.items():
            if name in wide and base in wide and wide[name].shape == wide[base].shape:
                sides.append((name, "difference", wide[name] - wide[base]))
        for name, kind, values in sides:
            if min(values.shape) > 1:
                numbers = dict(zip(("sd", "luck", "parameters", "together"), shares(values), strict=True))
                counts = {"draws": values.shape[0], "seeds": values.shape[1], **_mean(values, numbers)}
                yield {"scenario": name, "kind": kind, "metric": metric, **counts, **numbers}


def _mean(values: Floats, numbers: Mapping[str, float]) -> dict[str, float]:
    """The mean over draws and luck, and its 95 % t-interval; degrees of freedom are those of the fewer of both."""
    from scipy.special import stdtrit

    draws, seeds = values.shape
    parts = ((numbers["parameters"], draws), (numbers["luck"], seeds), (numbers["together"], values.size))
    error = numbers["sd"] * float(np.sqrt(sum(share / count for share, count in parts)))
    half = 0.0 if numbers["sd"] == 0 else float(stdtrit(min(draws, seeds) - 1, 0.975)) * error
    mean = float(values.mean())
    return {"mean": mean, "lo": mean - half, "hi": mean + half}
