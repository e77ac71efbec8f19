"""How an outcome answers to what was swept: levels, differences paired by seed, main effects, rank regression."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import NotEnough
from sim.measures.intervals import half_width, quantiles, spread
from sim.runs import Results
from sim.sweeps.analysis.outcome import KEYS, OutcomeAt, read_all
from sim.sweeps.analysis.points import Factor, Points

Floats = NDArray[np.float64]
RESAMPLES = 500
SEED = 1979  # of resampling, so that intervals are the same on every call


def runs(results: Results, points: Points, outcome: OutcomeAt) -> pd.DataFrame:
    """point, seed, value, the swept columns, and `difference`: value less that of the point it is compared with.

    Both are of the same seed.
    """
    return runs_of_all(results, points, [outcome])[0]


def runs_of_all(results: Results, points: Points, outcomes: Sequence[OutcomeAt]) -> list[pd.DataFrame]:
    """What `runs` gives, of each outcome, read in one go."""
    return [_joined(found, points) for found in read_all(results, outcomes)]


def _joined(found: pd.DataFrame, points: Points) -> pd.DataFrame:
    known = found.set_index(KEYS)["value"]
    against = pd.MultiIndex.from_arrays([found["point"].map(points.references), found["seed"]])
    found["difference"] = found["value"] - known.reindex(against).to_numpy()
    return found.merge(points.table, left_on="point", right_index=True)


def levels(found: pd.DataFrame, by: Sequence[str], column: str = "value") -> pd.DataFrame:
    """Over the runs of each group: n, mean, sd, q05, q50, q95, and lo, hi, the 95 % interval of the mean.

    `column`: `value`, or `difference` for differences paired by seed, with p_positive, the share of pairs above zero.
    """
    rows = []
    for key, group in found.groupby(list(by), sort=True):
        values = group[column].to_numpy(np.float64)
        n, mean, sd = spread(values[None, :])
        half = float(half_width(sd, n)[0])
        low, middle, high = (float(q[0]) for q in quantiles(values[None, :], (0.05, 0.5, 0.95)))
        known = values[~np.isnan(values)]
        positive = float((known > 0).mean()) if len(known) else np.nan
        numbers = {"n": int(n[0]), "mean": float(mean[0]), "sd": float(sd[0]), "q05": low, "q50": middle, "q95": high}
        numbers |= {"lo": float(mean[0]) - half, "hi": float(mean[0]) + half, "p_positive": positive}
        rows.append(dict(zip(by, key, strict=True)) | numbers)
    return pd.DataFrame(rows)


def unresolved(table: pd.DataFrame, limit: float = 0.0) -> "pd.Series[bool]":
    """Whether the interval covers `limit`, or there is none."""
    return ~((table["lo"] > limit) | (table["hi"] < limit))


def main_effects(found: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    """Of a grid, a row per factor and end: mean outcome there less the mean over all values of the factor.

    The other factors are averaged over the grid within each seed, so that n counts seeds and ends share their luck.
    A number's ends are its lowest and highest value, a text's those of the smallest and the largest effect.
    """
    rows = []
    for factor in factors:
        cells = found.pivot_table(index="seed", columns=factor.path, values="value", aggfunc="mean").dropna()
        if cells.empty:
            raise NotEnough("no seed ran every point of the grid", "run the sweep again: it continues")
        centred = cells.sub(cells.mean(axis=1), axis=0)
        means = centred.mean()
        ends = (means.index[0], means.index[-1]) if factor.numeric else (means.idxmin(), means.idxmax())
        for end, level in zip(("low", "high"), ends, strict=True):
            rows.append({"factor": factor.path, "end": end, "level": level, **_interval(centred[level].to_numpy())})
    return pd.DataFrame(rows)


def _interval(values: Floats) -> dict[str, Any]:
    n, mean, sd = spread(values[None, :])
    half = half_width(sd, n)
    return {"n": int(n[0]), "effect": float(mean[0]), "lo": float((mean - half)[0]), "hi": float((mean + half)[0])}


def point_means(found: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    """Of the designed points the mean outcome over seeds, with the swept columns; points without a value are left
    out."""
    grouped = found.groupby("point").agg({"value": "mean", **{factor.path: "first" for factor in factors}})
    return grouped[grouped["value"].notna()]


def rank_regression(means: pd.DataFrame, factors: Sequence[Factor]) -> tuple[pd.DataFrame, float]:
    """Standardised rank regression coefficients [-1, 1] with 95 % intervals by bootstrap over points, and R².

    The coefficient of a factor is the change of the outcome's rank, in standard deviations, per standard deviation of
    the factor's rank, the others held (Saltelli et al. 2008, 1.2.5). A text is ranked by the
    alphabet if it has two values, else left out. Raises NotEnough with fewer points than twice the factors plus two.
    """
    used = [factor for factor in factors if factor.numeric or len(factor.levels) == 2]
    if not used or len(means) < 2 * len(used) + 2:
        raise NotEnough(f"{len(means)} points are too few for {len(used)} factors", "run more --samples")
    columns = np.column_stack([means[factor.path].rank().to_numpy() for factor in used])
    outcome = means["value"].rank().to_numpy()
    estimate, explained = _standardised(columns, outcome)
    draws = np.random.default_rng(SEED).integers(len(means), size=(RESAMPLES, len(means)))
    resampled = np.array([_standardised(columns[draw], outcome[draw])[0] for draw in draws])
    varied = resampled[
        np.isfinite(resampled).all(axis=1)
    ]  # a sample in which the outcome is the same everywhere says nothing
    low, high = np.quantile(varied, (0.025, 0.975), axis=0) if len(varied) else np.full((2, len(used)), np.nan)
    names = [factor.path for factor in used]
    return pd.DataFrame({"factor": names, "n": len(means), "effect": estimate, "lo": low, "hi": high}), explained


def _standardised(columns: Floats, outcome: Floats) -> tuple[Floats, float]:
    """Least squares of standardised columns; nan where the outcome does not vary."""
    sd = outcome.std()
    if sd == 0:
        return np.full(columns.shape[1], np.nan), np.nan
    scale = columns.std(axis=0)
    x = (columns - columns.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    y = (outcome - outcome.mean()) / sd
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    return beta, float(1 - ((y - x @ beta) ** 2).mean())


def binned(means: pd.DataFrame, path: str, bins: int) -> pd.DataFrame:
    """Median and 5 to 95 % range of point means in `bins` classes of equal size of a factor: at, n, q05, q50, q95."""
    ordered = means.sort_values(path, kind="stable")
    rows = []
    for part in np.array_split(np.arange(len(ordered)), bins):
        here = ordered.iloc[part]
        low, middle, high = np.quantile(here["value"], (0.05, 0.5, 0.95))
        rows.append({"at": float(here[path].median()), "n": len(here), "q05": low, "q50": middle, "q95": high})
    return pd.DataFrame(rows)
