"""Outcomes, designs and responses read from a sweep, against the function that made it."""

import numpy as np
import pandas as pd
import pytest

from sim.errors import NotEnough, UsageError
from sim.sweeps.analysis import points, response
from sim.sweeps.analysis.outcome import OutcomeAt, condition, parse, read
from tests.analysis import synthetic
from tests.analysis.conftest import BLOCK, RATE
from tests.signed import sign

HUB = OutcomeAt("hub_share", 2040)


def test_outcomes_are_read_as_they_are_written():
    assert parse("hub_share@2035@cars", 2040) == OutcomeAt("hub_share", 2035, "cars")
    assert parse("chinese_share@cars@eu", 2040) == OutcomeAt("chinese_share", 2040, "cars", "eu")
    assert parse("welfare@2030@all@eu", 2040).field.text == "Welfare" and parse("welfare@all@all", 2040).region == ""
    for text in ("hub_share@2035@cars", "chinese_share@2040@cars@eu", "welfare@2030@all@eu", "trust@2040"):
        assert str(parse(text, 2040)) == text
    assert parse("hub_share", 2040) == HUB and str(HUB) == "hub_share@2040"
    assert str(condition("hub_share@2040@cars>=40%", 2040)) == "hub_share@2040@cars >= 0.4"
    assert condition("welfare < -3", 2040).holds(np.array([-4.0, -3.0, np.nan])).tolist() == [True, False, False]


WRONG = ("hub_shar@2040", "hub_share@2040@cars@eu", "chinese_share@2040@cars", "trust@@cars", "trust@2040@2041")


@pytest.mark.parametrize("text", [*WRONG, "trust@2040@cars@eu@us"])
def test_a_wrong_outcome_is_refused(text):
    with pytest.raises(UsageError, match="--outcome"):
        parse(text, 2040)


@pytest.mark.parametrize(
    "text", ["hub_share@2040", "hub_share@2040 > much", "hub_share@2040 = 3", "> 3", "hub_share > nan"]
)
def test_a_wrong_condition_is_refused(text):
    with pytest.raises(UsageError, match="--outcome"):
        condition(text, 2040)


def test_values_come_from_the_year_and_sector_asked_for(grid):
    now, before = read(grid, HUB), read(grid, HUB._replace(year=2039))
    cars = read(grid, HUB._replace(sector="cars"))
    assert np.allclose(now["value"] - 1, before["value"])  # the synthetic folder counts years so
    assert np.allclose(cars["value"] * synthetic.SECTORS["all"], now["value"])
    for missing in (HUB._replace(year=2001), HUB._replace(sector="rail")):
        with pytest.raises(NotEnough, match="holds no hub_share"):
            read(grid, missing)


def test_the_design_knows_its_shape_units_and_words(grid, sample):
    found, drawn = points.read(grid), points.read(sample)
    assert found.grid and not drawn.grid and found.has_base
    rate, block = found.factors
    assert (rate.path, rate.unit, rate.base) == (RATE, "share", 0.2) and rate.levels == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert (block.text, block.unit) == ("screen: block", "probability")
    assert drawn.factors[2].unit == "ratio" and drawn.factors[2].text == "scale of the national R&D floor"
    assert len(drawn.asked) == 120 and len(drawn.table) == 121  # point 0 was not asked for
    assert found.factor("eu_duty.rate") == rate
    with pytest.raises(UsageError, match="was not swept"):
        found.factor("horizon")


def test_differences_are_paired_with_point_0_of_the_same_seed(grid):
    found = response.runs(grid, points.read(grid), HUB)
    truth = 0.7 * (-0.25 * (found[RATE] - 0.2) + 0.1 * (found[RATE] * found[BLOCK] - 0.02))
    assert np.allclose(found["difference"], truth)
    table = response.levels(found, [RATE], "difference")
    assert np.allclose(table["n"], 24) and (table["lo"] <= table["mean"]).all()
    exact = response.levels(found[found[BLOCK] == 0.1], [RATE], "difference")
    assert np.allclose(exact["sd"], 0) and np.allclose(exact["lo"], exact["hi"])


def test_levels_are_means_with_the_t_interval():
    values = [1.0, 2.0, 4.0, np.nan]
    row = response.levels(pd.DataFrame({"g": 0.0, "value": values}), ["g"]).iloc[0]
    half = 4.302652729911275 * np.std(values[:3], ddof=1) / np.sqrt(3)  # t, 2 degrees of freedom
    assert row["n"] == 3 and row["mean"] == pytest.approx(7 / 3)
    assert (row["lo"], row["hi"]) == pytest.approx((7 / 3 - half, 7 / 3 + half))
    assert response.unresolved(pd.DataFrame({"lo": [-1, 0.1, np.nan], "hi": [1, 2, np.nan]})).tolist() == [
        True,
        False,
        True,
    ]


def test_main_effects_of_a_grid_are_those_of_the_function(grid):
    design = points.read(grid)
    table = response.main_effects(response.runs(grid, design, HUB), design.factors).set_index(["factor", "end"])
    blocks, rates = np.array([0.0, 0.1, 0.5]), np.linspace(0, 1, 6)
    slope = 0.7 * (-0.25 + 0.1 * blocks.mean())
    assert table.loc[(RATE, "low"), "effect"] == pytest.approx(-slope * rates.mean())
    assert table.loc[(RATE, "high"), "effect"] == pytest.approx(slope * (1 - rates.mean()))
    assert table.loc[(BLOCK, "high"), "effect"] == pytest.approx(0.07 * rates.mean() * (0.5 - blocks.mean()))
    assert (table["n"] == 8).all()


def test_rank_regression_finds_what_is_monotone_and_leaves_the_rest_unresolved(sample):
    design = points.read(sample)
    runs = response.runs(sample, design, OutcomeAt("welfare", 2040))
    table, explained = response.rank_regression(response.point_means(runs, design.factors), design.factors)
    found = table.set_index("factor")
    assert found.loc[RATE, "effect"] < -0.85 and 0.1 < found.loc["parameters.rd_floor", "effect"] < 0.6
    assert found.loc[BLOCK, "lo"] < 0 < found.loc[BLOCK, "hi"] and explained > 0.95
    with pytest.raises(NotEnough, match="too few"):
        response.rank_regression(response.point_means(runs, design.factors).head(6), design.factors)


def test_classes_have_equal_size_and_the_right_quantiles():
    means = pd.DataFrame({"x": np.arange(100.0), "value": np.arange(100.0)})
    table = response.binned(means, "x", 10)
    assert table["n"].tolist() == [10] * 10 and table["q50"].tolist() == (np.arange(10) * 10 + 4.5).tolist()
    assert np.allclose(table["q95"] - table["q05"], 8.1)


def test_a_folder_that_is_no_sweep_or_varies_nothing_is_refused(tmp_path, line):
    alone = synthetic.folder(
        tmp_path / "a", synthetic.grid(shocks__eu_duty__rate=[0.2]), {RATE: 0.2}, lambda v, s: {"hub_share": 0.5}
    )
    with pytest.raises(NotEnough, match="no path takes more than one value"):
        points.read(type(line)(alone))
    manifest = alone / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"kind": "sweep"', '"kind": "run"', 1))
    sign(alone)
    with pytest.raises(UsageError, match="is no sweep"):
        points.read(type(line)(alone))
