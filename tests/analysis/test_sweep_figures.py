"""Figures of a sweep by content: which are drawn, what their tables, captions, hatches and bars say."""

import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from sim import plots
from sim.errors import NotEnough, UsageError
from sim.plots import doses, found, heat, multiples, ranking, swept, tornado
from sim.plots.swept import Swept
from sim.runs import Results
from sim.sweeps.analysis import points, response, sensitivity
from sim.sweeps.analysis.boxes import discover
from sim.sweeps.analysis.outcome import OutcomeAt, condition
from tests.analysis import synthetic
from tests.analysis.conftest import BLOCK, RATE

HUB = "hub_share"


def study(results):
    return Swept(results, points.read(results))


def texts(path):
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))))


def names(paths):
    return {path.stem for path in paths}


def test_a_grid_has_overview_doses_heat_sectors_and_tornado(grid):
    drawn = plots.draw(grid.folder, ("svg",), metrics=[HUB])
    assert names(drawn) == {"dose-hub-share", "heat-hub-share", "sectors-hub-share", "tornado"}
    assert {path.suffix for path in drawn} == {".svg", ".csv"}
    index = {entry["name"]: entry for entry in json.loads((grid.folder / "figures" / HUB / "figures.json").read_text())}
    for name in names(drawn):
        entry = index[name]
        assert "8 seeds" in entry["caption"] and "95 %" in entry["caption"] and entry["alt"].endswith(".")
        shown = texts(grid.folder / "figures" / HUB / f"{name}.svg")
        assert "%" in shown and "eu_duty: rate" in shown and entry["title"] in shown
    again = {path: path.read_bytes() for path in drawn}
    assert all(path.read_bytes() == again[path] for path in plots.draw(grid.folder, ("svg",), metrics=[HUB]))


def test_captions_count_the_runs_there_are_of_those_asked_for(tmp_path):
    def response(values, seed):
        return {HUB: 0.5 - 0.25 * values[RATE]}

    design = synthetic.grid(shocks__eu_duty__rate=[0.0, 0.4])
    folder = synthetic.folder(tmp_path / "lost", design, {RATE: 0.2}, response, lost=((2, 3),))
    lost = study(Results(folder))
    assert "7 to 8 of 8 seeds a point" in doses.draw(lost, lost.outcome(HUB)).caption
    own = synthetic.folder(tmp_path / "own", design.assign(seed=[1, 2]), {RATE: 0.2}, response, kind="list")
    assert study(Results(own)).asked is None  # a seed each is all that was asked for


def test_one_path_has_no_heat_map_and_the_default_shows_all_headlines(line):
    drawn = names(plots.draw(line.folder, ("png",)))
    assert {"overview", "dose-welfare", "sectors-hub-share"} <= drawn and not any(
        "heat" in n or "torn" in n for n in drawn
    )
    table = pd.read_csv(line.folder / "figures" / "overview.csv")
    assert table["metric"].nunique() == 16


def test_a_sample_has_scatter_and_tornado(sample):
    assert names(plots.draw(sample.folder, ("png",), metrics=["welfare"])) == {"scatter-welfare", "tornado"}
    table = pd.read_csv(sample.folder / "figures" / "welfare" / "scatter-welfare.csv")
    assert (table["kind"] == "point").sum() == 3 * 120
    smooth = table[(table["kind"] == "smooth") & (table["factor"] == RATE)]
    assert (smooth["n"] == 12).all() and smooth["q50"].iloc[0] - smooth["q50"].iloc[-1] > 40


def test_dose_tables_are_paired_differences_of_the_drawn_points(grid):
    sheet = doses.draw(study(grid), study(grid).outcome(HUB))
    rows = sheet.table[(sheet.table["kind"] == "difference") & (sheet.table[BLOCK] == 0.1)].set_index(RATE)
    assert np.allclose(rows["mean"], 0.7 * (-0.25 + 0.01) * (rows.index - 0.2)) and rows.loc[0.2, "mean"] == 0
    upper, lower = sheet.axes[:, 0]
    assert upper.get_ylabel() == "%" and lower.get_ylabel() == "difference,\n% points"
    assert any(np.allclose(line.get_ydata(), 0) for line in lower.get_lines())  # the zero line
    assert lower.get_xlim() == upper.get_xlim()


def test_heat_cells_without_a_resolved_sign_are_hatched(grid):
    sheet = heat.draw(study(grid), OutcomeAt("technology_balance", 2040))
    assert sheet.table["mean"].abs().max() < 1e-12  # the outcome is the same at every point
    hatched = [patch for patch in sheet.axes[0, 0].patches if patch.get_hatch()]
    assert len(hatched) == 17 and (~sheet.table["resolved"]).sum() == 17  # all but the scenario as it stands
    exact = heat.draw(study(grid), study(grid).outcome(HUB))
    cells = exact.table.set_index([RATE, BLOCK])
    zero = cells[np.isclose(cells["mean"], 0)]
    assert (~cells["resolved"]).sum() == len(zero) - 1
    assert f"Hatched ({len(zero) - 1} of 18 cells)" in exact.caption


def test_heat_colours_are_centred_at_zero(grid):
    mesh = heat.draw(study(grid), study(grid).outcome(HUB)).axes[0, 0].collections[0]
    low, high = mesh.get_clim()
    assert low == -high < 0


def test_tornado_orders_by_size_and_hollows_what_is_not_resolved(grid, sample):
    sheet = tornado.draw(study(grid), [study(grid).outcome(HUB)])
    assert tornado.order(sheet.table) == [RATE, BLOCK]
    assert "averaged over the grid" in sheet.caption
    ranked = tornado.draw(study(sample), [study(sample).outcome("welfare")])
    order = tornado.order(ranked.table)
    assert order[0] == RATE and order[-1] == BLOCK
    faces = [patch.get_facecolor() for patch in ranked.panels[0].patches]
    assert faces[-1] == (1, 1, 1, 1) and faces[0] != (1, 1, 1, 1)
    assert tornado.draw(study(grid), [study(grid).outcome("trust")]) is None  # nothing moves it


def test_sectors_come_in_the_order_of_effect_on_one_scale(grid):
    plots.draw(grid.folder, ("png",), metrics=[HUB])
    table = pd.read_csv(grid.folder / "figures" / HUB / "sectors-hub-share.csv")
    assert table["sector"].drop_duplicates().tolist() == ["cars", "solar"]


def test_a_sector_without_a_difference_that_is_seen_is_named_and_not_drawn():
    def panel(name, *values):
        table = pd.DataFrame({"mean": values, "lo": np.nan, "hi": values})
        return multiples.Panel(None, name, table)

    cars, solar, wind = panel("Cars", 0.0, -0.5), panel("Solar", 0.0, 0.004), panel("Wind", 0.0, np.nan)
    assert multiples._seen([cars, solar, wind]) == ([cars], [solar, wind])
    assert multiples._seen([wind]) == ([wind], [])


def test_years_and_sectors_narrow_and_wrong_names_are_refused(grid):
    plots.draw(grid.folder, ("png",), metrics=[HUB], sectors=["solar"], years=(2000, 2039))
    entries = json.loads((grid.folder / "figures" / f"{HUB}-solar-2000-2039" / "figures.json").read_text())
    dose = next(entry for entry in entries if entry["name"] == "dose-hub-share-solar")
    assert "solar" in dose["caption"] and "2039" in dose["caption"] and ": solar, against" in dose["title"]
    plots.draw(grid.folder, ("png",), metrics=[f"{HUB}@2039@cars"])
    entries = json.loads((grid.folder / "figures" / f"{HUB}-2039-cars" / "figures.json").read_text())
    (dose,) = (entry for entry in entries if "dose" in entry["name"])
    assert dose["name"] == "dose-hub-share-cars" and "cars. Hubs" in dose["caption"] and "2039" in dose["caption"]
    with pytest.raises(UsageError, match="no metric 'nonsense'"):
        plots.draw(grid.folder, ("png",), metrics=["nonsense"])


def test_outcomes_without_a_value_are_left_out_and_points_without_one_are_gaps(tmp_path):
    def holed(values, seed):
        gap = np.nan if values[RATE] == 0.4 else 0.5
        return {"trust": np.nan, "hub_share": gap, "welfare": 1 + values[RATE] * values[BLOCK]}

    design = synthetic.grid(shocks__eu_duty__rate=[0.2, 0.4, 0.6], shocks__screen__block=[0.1, 0.2])
    path = synthetic.folder(tmp_path / "r", design, {RATE: 0.2, BLOCK: 0.1}, holed, seeds=3, lost=((3, 2),))
    drawn = plots.draw(path, ("png",), metrics=["trust", HUB, "welfare"])
    assert "dose-trust" not in names(drawn) and {"heat-hub-share", "dose-welfare", "tornado"} <= names(drawn)
    table = pd.read_csv(path / "figures" / f"trust-{HUB}-welfare" / "dose-hub-share.csv")
    assert (table.loc[table[RATE] == 0.4, "n"] == 0).all()
    with pytest.raises(NotEnough, match="no run has a value of trust@2040"):
        plots.draw(path, ("png",), metrics=["trust"])


def test_many_values_are_thinned_and_said(grid):
    factor = points.read(grid).factor(RATE)
    assert swept.some(factor, 3) == [0.0, 0.4, 1.0] and swept.some(factor, 9) == list(factor.levels)
    assert swept.shown(factor, 3) == " 3 of 6 values of “eu_duty: rate” are drawn; the CSV has all."


def test_sensitivity_figures_rank_and_state_what_was_left_out(sample):
    problem, indices = sensitivity.analyse(sample, OutcomeAt("welfare", 2040))
    sheet = ranking.draw(
        sample, problem, OutcomeAt("welfare", 2040), indices._replace(note="1 of 9 runs left out whole")
    )
    labels = [label.get_text() for label in sheet.axes[0, 0].get_yticklabels()]
    assert labels[0] == "eu_duty: rate" and "seed (luck)" in labels
    assert "1 of 9 runs left out whole." in sheet.caption and "480 runs" in sheet.caption
    assert {"factor", "measure", "estimate", "lo", "hi", "outcome"} <= set(sheet.table)


def test_the_figure_of_a_box_says_it_in_words(sample):
    design = points.read(sample)
    such = condition("welfare@2040 > 650", 2040)
    runs = response.runs(sample, design, such.outcome)
    box = discover(runs[runs["point"].isin(design.asked.index)], design.factors, such)
    sheet = found.draw(such, box, "A sample")
    assert "eu_duty: rate is below" in sheet.alt and sheet.alt in sheet.caption.replace("\u00a0", " ")
    kinds = sheet.table["kind"].value_counts()
    assert kinds["limit"] == len(box.limits) and kinds["step"] == len(box.trajectory) and kinds["coverage"] == 1
