"""Any window, any world, any part of a study: figures and report are drawn of what there is, and say so."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import plots, report
from sim.plots.observed import observed
from sim.runs import Options, Plan, Results, carry_out, merge
from sim.runs.sweep import ask
from sim.scenario import load

WINDOWS = [(2026, 2026), (2040, 2040), (1979, 1979), (2026, 2035), (1990, 2000), (1979, 2055)]


def world(name: str) -> dict[str, object]:
    """Settings of a world that lacks something."""
    sectors = load("baseline").world.sectors
    multinationals = {
        f"sectors.{s}.multinationals": dict.fromkeys(each.multinationals, 0) for s, each in sectors.items()
    }
    chinese = {f"sectors.{s}.chinese": dict.fromkeys(each.chinese, 0) for s, each in sectors.items()}
    entrants = {f"sectors.{s}.entrants": 0 for s in sectors}
    return {
        "whole": {},
        "no multinationals": multinationals,
        "no Chinese firms": {**chinese, **entrants},
        "no firms": {**multinationals, **chinese, **entrants},
        "no firms in the base": {**multinationals, **chinese, **entrants},
    }[name]


WORLDS = ["whole", "no multinationals", "no Chinese firms", "no firms", "no firms in the base"]


def shown(tmp_path: Path, lacking: str, window: tuple[int, int], compared: bool) -> Results:
    """A study with its figures and its report."""
    years = {"start": window[0], "end": window[1]}
    asked = {**world(lacking), **years}
    scenarios = {"baseline": load("baseline", asked)}
    if compared:
        asked = {**({} if lacking.endswith("the base") else world(lacking)), **years}
        scenarios["patience"] = replace(load("baseline", {**asked, "parameters.horizon": 48}), name="patience")
    references = {"patience": "baseline"} if compared else {}
    plan = Plan("compare" if compared else "run", scenarios, (1, 2), references)
    results = carry_out(plan, Options(workers=1, out=tmp_path / "r"))
    assert not results.manifest["counts"]["failed"]
    assert plots.draw(results.folder, ("png",)) and report.write(results.folder).stat().st_size > 5000
    return results


@pytest.mark.parametrize(
    ("lacking", "window", "compared"),
    [
        ("whole", (1979, 1979), False),
        ("no multinationals", (2026, 2026), False),
        ("no firms in the base", (2030, 2031), True),
    ],
)
def test_short_windows_and_empty_worlds_are_shown(tmp_path, lacking, window, compared):
    shown(tmp_path, lacking, window, compared)


@pytest.mark.hostile
@pytest.mark.parametrize(("lacking", "window", "compared"), list(itertools.product(WORLDS, WINDOWS, (False, True))))
def test_any_window_and_any_world_is_shown(tmp_path, lacking, window, compared):
    shown(tmp_path, lacking, window, compared)


def test_a_part_of_a_study_is_merged_and_shown(tmp_path):
    """As docs/sweeps.md advises: before all parts are there; the last one has no pair with point 0."""
    asked = ask("baseline", {"vary": {"parameters.horizon": [12, 24, 40]}, "seeds": 2}, {"start": 2030, "end": 2031})
    part = carry_out(asked.plan(), Options(workers=1, out=tmp_path / "p", keep="summary", shard=(3, 3)))
    merged = merge([part.folder], tmp_path / "m")
    assert merged.manifest["status"] == "stopped"
    assert plots.draw(merged.folder, ("svg",), metrics=("welfare",))
    assert "This study is not complete" in report.write(merged.folder).read_text(encoding="utf-8")


def test_observed_values_stand_in_the_years_that_are_shown():
    """One outside its panel would be seen in that of another sector."""
    known = observed()
    assert len(known.of("chinese_share_home", "cars")) > len(
        known.of("chinese_share_home", "cars", np.array([2019.75, 2020.75]))
    )
    for metric, sectors in known.marks.items():
        for sector in sectors:
            shown = known.of(metric, sector, np.array([2019.75, 2020.75]))
            assert all(2019 <= mark.year < 2021 for mark in shown)
