"""Statistics over seeds against SciPy, NumPy and hand."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sim.measures.intervals import half_width, quantiles, spread
from sim.runs.summary import correlation, differences, summary
from sim.runs.turned import Sample


def sample(values, seeds=None):
    values = np.asarray(values, float)
    keys = {"year": pa.array([2000] * values.shape[1]), "sector": pa.array(["all"] * values.shape[1])}
    metrics = tuple(f"m{n}" for n in range(values.shape[0]))
    return Sample(metrics, keys, np.arange(values.shape[2]) if seeds is None else np.array(seeds), values)


def test_interval_is_students():
    values = np.random.default_rng(1).normal(3, 2, (1, 1, 20))
    row = summary(sample(values), "base").to_pylist()[0]
    lo, hi = stats.t.interval(0.95, 19, values.mean(), stats.sem(values.ravel()))
    assert (row["lo"], row["hi"]) == pytest.approx((lo, hi), rel=1e-7)
    assert row["n"] == 20 and row["scenario"] == "base" and row["region"] == "all" and row["metric"] == "m0"
    assert row["sd"] == pytest.approx(values.std(ddof=1), rel=1e-7)


def test_interval_covers_the_mean_as_often_as_it_says():
    values = np.random.default_rng(5).normal(1, 1, (1, 4000, 8))
    n, mean, sd = spread(values)
    covered = np.abs(mean - 1) <= half_width(sd, n)
    assert 0.935 < covered.mean() < 0.965


def test_quantiles_are_numpys_without_nan():
    values = np.random.default_rng(2).normal(size=(2, 3, 11))
    values[0, 0, 4] = values[1, 2, :10] = np.nan
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert np.allclose(quantiles(values, shares), np.nanquantile(values, shares, axis=-1), rtol=1e-12)


def test_one_run_has_a_mean_but_no_interval():
    row = summary(sample([[[4.0]]]), "base").to_pylist()[0]
    assert row["mean"] == row["q05"] == 4 and row["sd"] is None and row["lo"] is None


def test_cells_without_any_value_are_left_out():
    values = [[[np.nan, np.nan], [1.0, np.nan]]]
    rows = summary(sample(values), "base").to_pylist()
    assert [row["n"] for row in rows] == [1]


def test_differences_pair_by_seed_whatever_their_order_and_drop_the_unpaired():
    base = sample([[[1.0, 2.0, 3.0, 9.0]]], seeds=[1, 2, 3, 4])
    other = sample([[[5.0, 2.5, 2.0]]], seeds=[2, 3, 5])
    row = differences(base, other, "base", "other").to_pylist()[0]
    assert row["n"] == 2 and row["difference"] == pytest.approx((3 - 0.5) / 2)
    assert row["p_positive"] == 0.5 and (row["base"], row["scenario"]) == ("base", "other")


def test_no_effect_is_exactly_zero_and_never_positive():
    values = np.random.default_rng(3).normal(size=(1, 1, 9)) * 1e6
    row = differences(sample(values), sample(values), "a", "b").to_pylist()[0]
    assert row["difference"] == row["lo"] == row["hi"] == row["p_positive"] == 0 and row["correlation"] == 1


def test_correlation_is_pearsons_of_known_pairs_and_unknown_where_nothing_varies():
    one, two = np.random.default_rng(4).normal(size=(2, 1, 1, 30))
    two = two + one
    assert correlation(one, two)[0, 0] == pytest.approx(stats.pearsonr(one[0, 0], two[0, 0])[0])
    one[0, 0, 3] = np.nan
    kept = np.arange(30) != 3
    assert correlation(one, two)[0, 0] == pytest.approx(stats.pearsonr(one[0, 0, kept], two[0, 0, kept])[0])
    assert np.isnan(correlation(np.ones((1, 1, 5)), one[:, :, :5])[0, 0])


def test_pairing_narrows_the_interval():
    luck = np.random.default_rng(6)
    base = luck.normal(size=(1, 1, 50))
    paired = differences(sample(base), sample(base + 0.1 + luck.normal(0, 0.1, base.shape)), "a", "b").to_pylist()[0]
    apart = differences(sample(base), sample(luck.normal(0.1, 1, base.shape)), "a", "b").to_pylist()[0]
    assert paired["hi"] - paired["lo"] < 0.2 * (apart["hi"] - apart["lo"])
