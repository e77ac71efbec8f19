"""Sensitivity indices against functions whose answers are known, and what happens to blocks with a gap."""

import numpy as np
import pandas as pd
import pytest

from sim.errors import NotEnough, UsageError
from sim.sweeps.analysis.indices import DUMMY, indices
from sim.sweeps.analysis.problem import LEVELS, SEED_FACTOR, Problem, fitted, ranges

PI = np.pi
CUBE = {name: (-PI, PI) for name in "abc"}


def ishigami(design):
    """Ishigami and Homma (1990) with 7 and 0.1: S1 = .3139, .4424, 0; ST = .5576, .4424, .2437 (Saltelli 2008)."""
    a, b, c = (design[name].to_numpy() for name in "abc")
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def estimates(found, measure):
    rows = found.table[found.table["measure"] == measure].set_index("factor")
    return rows["estimate"], rows["lo"], rows["hi"]


def analysed(problem, function):
    unit = problem.unit()
    return indices(problem, unit, function(problem.design(unit)))


def test_sobol_indices_of_ishigami_are_the_known_ones_and_lie_in_their_intervals():
    found = analysed(Problem("sobol", CUBE, tuple(range(1, 101)), 1024), ishigami)
    truth = {"first": (0.3139, 0.4424, 0.0, 0.0), "total": (0.5576, 0.4424, 0.2437, 0.0)}
    for measure, values in truth.items():
        estimate, low, high = estimates(found, measure)
        values = np.array(values)
        assert list(estimate.index) == ["a", "b", "c", SEED_FACTOR]
        assert np.allclose(estimate, values, atol=0.05)
        assert ((low - 1e-9 <= values) & (values <= high + 1e-9)).all()


def test_the_seed_is_a_factor_like_any_other():
    """Half the variance from a uniform factor, half from the seed."""
    luck = np.random.default_rng(3).permutation(64) / 63 - 0.5

    def function(design):
        return design["x"].to_numpy() + luck[design[SEED_FACTOR].to_numpy() - 1]

    found = analysed(Problem("sobol", {"x": (-0.5, 0.5)}, tuple(range(1, 65)), 512), function)
    for measure in ("first", "total"):
        assert np.allclose(estimates(found, measure)[0], 0.5, atol=0.08)


def test_morris_of_a_linear_function_is_exact_and_an_interaction_shows_in_sigma():
    problem = Problem("morris", {"x": (0.0, 2.0), "y": (10.0, 20.0), "idle": (0.0, 1.0)}, tuple(range(1, 41)), 20)
    found = analysed(problem, lambda d: (3 * d["x"] - 0.5 * d["y"]).to_numpy())
    mean, low, high = estimates(found, "mu_star")
    assert np.allclose(mean, [6, 5, 0, 0]) and np.allclose(low, mean) and np.allclose(high, mean)
    assert np.allclose(estimates(found, "mu")[0], [6, -5, 0, 0]) and np.allclose(estimates(found, "sigma")[0], 0)
    product = analysed(problem, lambda d: (d["x"] * (d["y"] - 15)).to_numpy())
    assert (estimates(product, "sigma")[0][["x", "y"]] > 1).all()
    assert np.allclose(estimates(product, "mu_star")[0]["idle"], 0)


def test_morris_trajectories_move_the_seed_once_each_and_meet_many_seeds():
    problem = Problem("morris", {"x": (0.0, 1.0)}, tuple(range(1, 41)), 20)
    seeds = problem.design(problem.unit())[SEED_FACTOR].to_numpy().reshape(20, problem.block)
    assert (np.abs(np.diff(seeds, axis=1)) > 0).sum(axis=1).tolist() == [1] * 20
    assert len(np.unique(seeds)) == 40 and problem.unit().max() <= 1 and len(np.unique(problem.unit())) <= LEVELS


def test_pawn_ranks_a_skewed_function_and_leaves_idle_factors_with_the_dummy():
    problem = Problem("pawn", {"strong": (0.0, 1.0), "weak": (0.0, 1.0), "idle": (0.0, 1.0)}, tuple(range(1, 11)), 500)
    found = analysed(problem, lambda d: np.exp(6 * d["strong"] + 3 * d["weak"]).to_numpy())
    median, _, high = estimates(found, "median")
    assert median["strong"] > median["weak"] > high[DUMMY] > median["idle"]
    assert median[SEED_FACTOR] < high[DUMMY]


def test_rows_of_one_point_are_one_draw_of_its_factors():
    """Twenty seeds at each of 60 points: what chance gives an idle factor is that of 60 draws, not of 1,200."""
    rng = np.random.default_rng(5)
    point = np.repeat(np.arange(60), 20)
    unit = rng.random(60)[point][:, None]
    values = rng.normal(size=60)[point]
    problem = Problem("pawn", {"idle": (0.0, 1.0)}, (1,), 1200)
    grouped, naive = (estimates(indices(problem, unit, values, group), "median") for group in (point, None))
    assert grouped[2][DUMMY] > 2 * naive[2][DUMMY]
    assert grouped[1]["idle"] < grouped[2][DUMMY] and naive[0]["idle"] > naive[2][DUMMY]


@pytest.mark.parametrize(
    ("method", "samples", "what"), [("morris", 20, "trajectories"), ("sobol", 64, "blocks"), ("pawn", 100, "runs")]
)
def test_a_block_with_a_gap_is_left_out_whole_and_said(method, samples, what):
    problem = Problem(method, CUBE, (1,), samples)
    unit = problem.unit()
    values = ishigami(problem.design(unit))
    full = indices(problem, unit, values)
    assert full.note == "" and full.used == full.planned == samples
    values[problem.block + 1] = np.nan
    holed = indices(problem, unit, values)
    assert holed.used == samples - 1
    assert (
        holed.note == f"1 of {samples} {what} left out whole, because 1 of {len(values)} runs failed or have no value"
    )
    kept = np.repeat(np.arange(samples) != (problem.block + 1) // problem.block, problem.block)
    smaller = indices(
        Problem(method, CUBE, (1,), samples if method != "sobol" else 64), unit, np.where(kept, values, np.nan)
    )
    pd.testing.assert_frame_equal(holed.table, smaller.table)
    assert np.isfinite(holed.table["estimate"]).all() and (holed.table["estimate"] != 0).any()


def test_too_many_gaps_and_a_constant_outcome_are_refused():
    problem = Problem("sobol", CUBE, (1,), 16)
    unit = problem.unit()
    values = ishigami(problem.design(unit))
    values[:: problem.block][:9] = np.nan
    with pytest.raises(NotEnough, match="only 7 of 16 blocks are whole: 9 of 80 runs failed"):
        indices(problem, unit, values)
    with pytest.raises(NotEnough, match="same in every run"):
        indices(problem, unit, np.ones(problem.runs))
    with pytest.raises(NotEnough, match="79 values for 80 runs"):
        indices(problem, unit, np.ones(79))


@pytest.mark.parametrize(
    ("method", "about", "samples", "seeds", "told"),
    [
        ("anova", CUBE, 8, 1, "is not one of morris, sobol, pawn"),
        ("sobol", CUBE, 100, 1, "no power of two"),
        ("sobol", {}, 8, 1, "nothing is varied"),
        ("sobol", {"x": (1.0, 1.0)}, 8, 1, "the range is empty"),
        ("morris", CUBE, 1, 1, "needs at least 2"),
        ("pawn", CUBE, 400, 20, "at most 10 seeds"),
    ],
)
def test_a_problem_that_cannot_be_sampled_is_refused(method, about, samples, seeds, told):
    with pytest.raises(UsageError, match=told):
        Problem(method, about, tuple(range(1, seeds + 1)), samples)


def test_factors_are_read_and_by_default_the_fitted_parameters():
    assert ranges(["parameters.horizon=16:48", "shocks.x.rate=0:50%"]) == {
        "parameters.horizon": (16.0, 48.0),
        "shocks.x.rate": (0.0, 0.5),
    }
    for wrong in ("parameters.horizon", "parameters.horizon=3", "=1:2", "a=x:2"):
        with pytest.raises(UsageError, match="PATH=LOW:HIGH"):
            ranges([wrong])
    assert fitted()["parameters.rd_floor"] == (0.0, 4.0) and len(fitted()) == 11


def test_whole_parameters_stay_whole():
    problem = Problem("pawn", {"parameters.horizon": (16.0, 48.0)}, (1,), 60)
    drawn = problem.design(problem.unit())["parameters.horizon"]
    assert (drawn == drawn.round()).all() and drawn.between(16, 48).all()
