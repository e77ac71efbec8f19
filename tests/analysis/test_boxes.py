"""PRIM against boxes that are known."""

import math
import sys

import numpy as np
import pandas as pd
import pytest

from sim.errors import NotEnough, UsageError
from sim.plots import found as figure
from sim.sweeps.analysis.boxes import Limit, discover, inside
from sim.sweeps.analysis.outcome import condition
from sim.sweeps.analysis.points import Factor

SUCH = condition("hub_share@2040 > 50%", 2040)


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({f"p{n}": rng.random(800) for n in range(4)})
    return table.assign(rule=rng.choice(["nash", "outside_option", "third"], 800), point=np.arange(800))


@pytest.fixture(scope="module")
def factors(runs):
    names = [name for name in runs if name != "point"]
    return [Factor(name, tuple(sorted(runs[name].unique().tolist())), None, "share", name) for name in names]


def such(runs):
    return (runs["p0"] < 0.3) & (runs["p1"] > 0.5) & (runs["rule"] != "third")


def test_a_known_box_is_found_and_nothing_else(runs, factors):
    box = discover(runs.assign(value=such(runs).astype(float)), factors, SUCH)
    limits = {limit.factor.path: limit for limit in box.limits}
    assert set(limits) == {"p0", "p1", "rule"}
    assert limits["p0"].high == pytest.approx(0.3, abs=0.02) and limits["p0"].low == -math.inf
    assert limits["p1"].low == pytest.approx(0.5, abs=0.02) and limits["p1"].high == math.inf
    assert limits["rule"].among == ("nash", "outside_option")
    assert box.coverage[0] > 0.95 and box.density[0] > 0.9 and all(limit.p < 1e-6 for limit in box.limits)
    assert box.coverage[1] <= box.coverage[0] <= box.coverage[2] <= 1
    assert box.density[1] <= box.density[0] <= box.density[2] <= 1
    words = figure.sentence(SUCH, box)
    assert (
        "is above 50.0 % in 2040 mostly where p0 is below 29.5 %; p1 is" in words
        and "rule is nash or outside option" in words
    )


def test_noise_does_not_restrict_what_does_not_matter(runs, factors):
    wrong = np.random.default_rng(2).random(len(runs)) < 0.1
    box = discover(runs.assign(value=(such(runs) ^ wrong).astype(float)), factors, SUCH)
    assert {limit.factor.path for limit in box.limits} == {"p0", "p1", "rule"}


def test_coverage_and_density_are_counted_from_the_box(runs, factors):
    table = runs.assign(value=such(runs).astype(float))
    box = discover(table, factors, SUCH)
    here = inside(table, box.limits)
    assert box.coverage[0] == (here & such(runs)).sum() / such(runs).sum()
    assert box.density[0] == (here & such(runs)).sum() / here.sum()
    assert box.trajectory.loc[0].tolist() == [1.0, such(runs).mean(), 0, 0]
    early = discover(table, factors, SUCH, step=5)
    assert early.step == 5 and early.coverage[0] == box.trajectory.loc[5, "coverage"]


def test_runs_of_one_point_widen_the_intervals(runs, factors):
    """Ten copies of each point carry no more information on the box than one."""
    table = runs.assign(value=such(runs).astype(float))
    once = discover(table, factors, SUCH)
    many = discover(pd.concat([table] * 10, ignore_index=True), factors, SUCH)
    width = once.density[2] - once.density[1]
    assert many.density[2] - many.density[1] == pytest.approx(width, rel=0.5)


def test_what_cannot_be_told_is_said(runs, factors):
    luck = np.random.default_rng(4).random(len(runs))
    with pytest.raises(NotEnough, match="no swept path tells"):
        discover(runs.assign(value=luck), factors[:2], condition("hub_share@2040 < 2%", 2040), step=1)
    with pytest.raises(NotEnough, match="holds in 800 of 800 runs; both kinds need at least 10"):
        discover(runs.assign(value=0.9), factors, SUCH)
    with pytest.raises(UsageError, match="steps 0 to"):
        discover(runs.assign(value=such(runs).astype(float)), factors, SUCH, step=999)


def test_runs_without_a_value_are_left_out(runs, factors):
    table = runs.assign(value=such(runs).astype(float))
    table.loc[::4, "value"] = np.nan
    assert discover(table, factors, SUCH).runs == 600


def test_without_the_extra_it_says_how_to_get_it(runs, factors, monkeypatch):
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis", None)
    with pytest.raises(UsageError, match="discover needs ema_workbench") as error:
        discover(runs.assign(value=such(runs).astype(float)), factors, SUCH)
    assert "contraflow[discover]" in error.value.hint


def test_limits_in_words(factors):
    by_name = {factor.path: factor for factor in factors}
    assert figure.limit_words(Limit(by_name["p0"], -math.inf, 0.25, ())) == "p0 is below 25 %"
    assert figure.limit_words(Limit(by_name["p0"], 0.1, 0.25, ())) == "p0 is between 10 % and 25 %"
