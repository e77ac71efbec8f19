"""Figures by content: files, tables beside them, texts, lines, bands, the zero line."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import plots
from sim.errors import NotEnough, UsageError
from sim.model.columns import Type
from sim.plots import (
    FIGURES,
    alluvial,
    composition,
    contrasts,
    contribution,
    draw,
    fates,
    flips,
    forest,
    incidence,
    markets,
    style,
    technology,
)
from sim.plots.cells import cells
from sim.plots.drawing import draw_all
from sim.plots.sheet import INDEX
from sim.plots.stored import Stored, decimal
from tests.signed import sign

EIGHT = ("01-", "02-", "03-", "04-", "05-", "06-", "07-", "08-")


def texts(path: Path) -> str:
    """All text of an SVG; matplotlib writes it as text."""
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))))


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "figures" / f"{name}.csv")


def contrasted(*asked: Any) -> list[Any]:
    """The sheets of a comparison."""
    return [sheet for figure in contrasts.figures(*asked) for sheet in figure()]


def test_the_eight_figures_and_the_comparison_are_drawn_with_their_tables(folder: Path, drawn: list[Path]) -> None:
    names = {path.name for path in drawn}
    for start in EIGHT:
        assert any(name.startswith(start) and name.endswith(".svg") for name in names)
    assert {"compare-effects.svg", "compare-welfare.svg"} <= names
    for path in drawn:
        assert path.with_suffix(".csv") in drawn
        assert len(pd.read_csv(path.with_suffix(".csv"))) > 0


def test_a_rerun_gives_the_same_bytes(folder: Path, drawn: list[Path]) -> None:
    before = {path: path.read_bytes() for path in drawn}
    again = plots.draw(folder, formats=("svg", "pdf", "png"), metrics=["welfare"])
    assert all(path.read_bytes() == data for path, data in before.items())  # a part is drawn beside the whole
    assert {path.parent.name for path in again} == {"welfare"} and {path.stem for path in again} < {
        path.stem for path in drawn
    }
    first = {path: path.read_bytes() for path in again}
    assert all(path.read_bytes() == first[path] for path in plots.draw(folder, ("svg", "pdf", "png"), ["welfare"]))


def test_any_number_of_processes_draws_the_same_bytes(folder: Path, drawn: list[Path], tmp_path: Path) -> None:
    copies = [tmp_path / "one", tmp_path / "three"]
    for copy in copies:
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(FIGURES))
    one, three = (draw(copy, ("svg",), workers=n) for copy, n in zip(copies, (1, 3), strict=True))
    assert [path.name for path in one] == [path.name for path in three] == [path.name for path in drawn]
    for path in (*one, copies[0] / FIGURES / INDEX):
        assert (copies[1] / FIGURES / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_figure_that_fails_in_another_process_is_told_as_in_this_one(folder: Path) -> None:
    for workers in (1, 2):
        with pytest.raises(NotEnough, match="figure 7 lacks data"):
            draw_all(broken, (folder,), folder, ("svg",), workers)


def broken(folder: Path) -> list[Any]:
    """Eight figures, the last of which cannot be drawn; with two processes that is one of the other's."""

    def fail() -> list[Any]:
        raise NotEnough("figure 7 lacks data")

    return [*(list for _ in range(7)), fail]


def test_captions_say_how_many_runs_and_which_interval(folder: Path, drawn: list[Path]) -> None:
    index = json.loads((folder / "figures" / "figures.json").read_text(encoding="utf-8"))
    assert len(index) == sum(path.suffix == ".svg" for path in drawn)
    for entry in index:
        assert re.search(r"\b6\b", entry["caption"]), entry["name"]
        assert entry["alt"].endswith(".") and not re.search(r"\bnan\b", entry["alt"])
        shown = texts(folder / "figures" / f"{entry['name']}.svg").replace("\u00a0", " ")
        assert " ".join(entry["caption"].split()[:6]) in shown
        if entry["name"] not in ("04-flip-dates", "08-flows-between-types"):  # all runs are shown, or flows of means
            assert "95 %" in entry["caption"]


def test_a_run_that_failed_is_left_out_and_captions_count_the_others(synthetic: ModuleType, tmp_path: Path) -> None:
    """The base without its sixth run gives the numbers of five seeds, though the other scenario has six."""
    lost = Stored(synthetic.results(tmp_path / "lost", lost=6))
    five = Stored(synthetic.results(tmp_path / "five", seeds=5))
    for page in (composition, technology, flips, incidence, alluvial):
        for sheet, other in zip(page.draw(lost), page.draw(five), strict=True):
            tables = [made.table for made in (sheet, other)]
            if "scenario" in tables[0]:
                tables = [rows[rows["scenario"] == "baseline"].reset_index(drop=True) for rows in tables]
            pd.testing.assert_frame_equal(*tables)
            both = sheet.name in ("01b-composition-scenarios", "02b-catching-up", "04-flip-dates")
            assert re.search(rf"\b{'5 to 6' if both else '5'} of 6 seeds", sheet.caption), sheet.caption
            assert "5 seeds" in other.caption and "of 5 seeds" not in other.caption.replace("mean of ", "")
    sheets = [*contribution.draw(lost), *markets.shares(lost), *markets.reversals(lost)]
    sheets += [*contrasted(lost, ["welfare"]), *forest.draw(lost, cells(lost, "welfare", None))]
    assert all(" of 6" in sheet.caption for sheet in sheets)
    shown = " ".join(text.get_text() for text in flips.draw(lost)[0].figure.texts)
    assert "5 to 6 of 6 seeds" in shown  # the footer is the caption


def test_svg_says_itself_what_it_shows(folder: Path, drawn: list[Path]) -> None:
    svg = (folder / "figures" / "compare-welfare.svg").read_text(encoding="utf-8")
    assert "<title>World welfare</title>" in svg and "<desc>World welfare, All sectors, in 2040" in svg
    assert "<dc:date>" not in svg


def test_composition_adds_up_and_bands_are_ordered(folder: Path, drawn: list[Path]) -> None:
    found = table(folder, "01-composition")
    total = found.groupby(["sector", "year"])["share"].sum()
    assert total.to_numpy() == pytest.approx(1)
    assert (found["q05"] <= found["q95"]).all()
    assert set(found["type"]) == {kind.name for kind in composition.ORDER}
    shown = texts(folder / "figures" / "01-composition.svg")
    for label in (
        "Market access",
        "Co-innovation",
        "Globalise",
        "Hub",
        "Wholly owned",
        "Semiconductors",
        "All sectors",
    ):
        assert label in shown


def test_composition_counts_what_the_trajectories_hold(folder: Path, drawn: list[Path]) -> None:
    stored = Stored(folder)
    cube = stored.cube(composition.METRICS)
    by_type = composition.counts(cube, "baseline", "cars")
    rows = pd.read_parquet(folder / "trajectories")
    rows = rows[(rows["scenario"] == "baseline") & (rows["sector"] == "cars") & (rows["quarter"] == "2020Q4")]
    year = np.flatnonzero(np.floor(cube.times) == 2020)[0]
    assert by_type[Type.hub][:, year] == pytest.approx((rows["hub_share"] * rows["firms_multinational"]).to_numpy())


def test_flip_dates_sit_where_the_level_crosses_one(folder: Path, drawn: list[Path]) -> None:
    found = table(folder, "04-flip-dates").set_index(["sector", "scenario"])
    assert found.loc[("solar", "baseline"), "median"] == pytest.approx(2014, abs=6)
    assert found.loc[("semiconductors", "baseline"), "not_by_end"] == 1
    assert (found["q05"].dropna() <= found["q95"].dropna()).all()
    # The policy widens the gap, so nothing flips earlier.
    assert found.loc[("cars", "tariffs"), "median"] >= found.loc[("cars", "baseline"), "median"]
    shown = texts(folder / "figures" / "04-flip-dates.svg")
    assert "not by 2040" in shown and "100 %" in shown


def test_incidence_rises_and_ends_compete(folder: Path, drawn: list[Path]) -> None:
    found = table(folder, "05-what-became")
    for _, rows in found.groupby(["scenario", "type_first", "event"]):
        assert (rows.sort_values("years")["incidence"].diff().dropna() >= -1e-9).all()
    ended = (
        found[found["event"].isin(list(incidence.ENDS))].groupby(["scenario", "type_first", "years"])["incidence"].sum()
    )
    assert (ended <= 1 + 1e-6).all()
    first = found[found["years"] == 0].groupby(["scenario", "type_first"])["at_risk"].first()
    lives = incidence.lives(Stored(folder))
    expected = lives.groupby(["scenario", "type_first"]).size() / 6
    assert first.to_numpy() == pytest.approx(expected.to_numpy())
    assert "At risk" in texts(folder / "figures" / "05-what-became.svg")


def test_flows_conserve_multinationals(folder: Path, drawn: list[Path]) -> None:
    found = table(folder, "08-flows-between-types")
    for scenario, rows in found.groupby("scenario"):
        totals = rows.groupby("year")["multinationals"].sum()
        assert totals.to_numpy() == pytest.approx(4 * 14), scenario
        for year in totals.index[1:]:
            arrived = rows[rows["next_year"] == year].groupby("next_type")["multinationals"].sum()
            left = rows[rows["year"] == year].groupby("type")["multinationals"].sum()
            assert arrived[arrived > 0].to_dict() == pytest.approx(left[left > 0].to_dict())


def _sheet(folder: Path, metric: str):
    stored = Stored(folder)
    sheets = {sheet.name: sheet for sheet in contrasted(stored, [metric])}
    return stored, sheets[f"compare-{metric.replace('_', '-')}"]


def test_differences_have_a_zero_line_bands_and_event_lines(folder: Path) -> None:
    stored, sheet = _sheet(folder, "welfare")
    levels, differences = sheet.axes[:, 0]
    flat = [line for line in differences.lines if set(np.ravel(line.get_ydata())) == {0}]
    assert flat, "no zero line"
    low, high = differences.get_ylim()
    assert low <= 0 <= high
    policy = stored.lines("tariffs")[0]
    for axes in (levels, differences):
        upright = {
            line.get_xdata()[0]
            for line in axes.lines
            if len(line.get_xdata()) == 2 and line.get_xdata()[0] == line.get_xdata()[1]
        }
        assert {policy.announce, policy.start} <= upright
        assert axes.get_xlim()[0] >= 2015  # years in which nothing can differ are left out
    curve = next(line for line in differences.lines if len(line.get_xdata()) > 10)
    before = np.asarray(curve.get_xdata()) <= policy.announce
    assert before.any() and not np.asarray(curve.get_ydata())[before].any()  # nothing precedes the announcement
    rows = sheet.table[sheet.table["table"] == "difference"]
    assert ((rows["lo"] <= rows["difference"]) & (rows["difference"] <= rows["hi"])).all()
    assert len(differences.collections) == 1 and len(levels.collections) == 2  # an interval; a spread per scenario


def test_a_scenario_is_drawn_from_where_it_can_differ(folder: Path) -> None:
    stored, sheet = _sheet(folder, "welfare")
    change = stored.first_change("tariffs")
    for axes in sheet.axes[:, 0]:
        color = style.stroke("tariffs", [stored.base, *stored.others]).color
        curve = next(line for line in axes.lines if line.get_color() == color and len(line.get_xdata()) > 5)
        assert change - 1 < min(curve.get_xdata()) <= change + 1
    assert "The US and the EU raise tariffs" in [text.get_text() for text in sheet.axes[0, 0].texts]  # at its strip


def test_sectors_that_never_flip_come_last_and_those_that_mostly_do_not_before_them() -> None:
    early, late, rarely, never = [2010.0] * 4, [2030.0] * 4, [2020.0, *[np.inf] * 3], [np.inf] * 4
    order = sorted((never, rarely, late, early), key=lambda dates: flips._lateness(np.array(dates)))
    assert order == [early, late, rarely, never]


def test_fates_are_shares_of_the_partnerships_in_force_at_the_announcement(folder: Path, drawn: list[Path]) -> None:
    stored = Stored(folder)
    assert fates.cohort_date(stored) == 2027.0
    found = table(folder, "05b-fates-by-scenario").set_index(["scenario", "fate"])
    assert found["mean"].groupby("scenario").sum().to_numpy() == pytest.approx(1) and (found["n"] == 6).all()
    lives = stored.frame("partnerships", ["scenario", "seed", "start", "end", "end_kind"])
    start, end = (decimal(lives[name]) for name in ("start", "end"))
    for name in ("baseline", "tariffs"):
        cohort = (lives["scenario"] == name) & (start < 2027) & ~(end < 2027)
        assert found.loc[(name, "no_agreement"), "number"] == pytest.approx(cohort.sum() / 6)
        ended = cohort & (lives["end_kind"] == "dissolution")
        each = ended.groupby(lives["seed"]).sum() / cohort.groupby(lives["seed"]).sum()
        assert found.loc[(name, "no_agreement"), "mean"] == pytest.approx(each.mean())
    gap = found.loc["tariffs", "mean"] - found.loc["baseline", "mean"]
    assert found.loc["tariffs", "difference"].to_numpy() == pytest.approx(gap.to_numpy(), abs=1e-9)
    survive = (lives["scenario"] == "baseline") & (start < 2027) & end.isna()
    cohort = (lives["scenario"] == "baseline") & (start < 2027) & ~(end < 2027)
    each = survive.groupby(lives["seed"]).sum() / cohort.groupby(lives["seed"]).sum()
    assert found.loc["baseline", "mean"].loc[list(fates.ALIVE)].sum() == pytest.approx(each.mean())


def test_text_is_dark_enough_to_read() -> None:
    assert style.contrast("#000000") == pytest.approx(21) and style.contrast("#777777") == pytest.approx(4.48, abs=0.01)
    for stroke in style.STROKES:
        assert style.contrast(style.readable(stroke.color)) >= 4.5
    assert style.readable("#0072B2") == "#0072b2"  # it is already


def test_every_scenario_has_its_own_colour_and_line_style() -> None:
    names = ["base", *"abcdef"]
    drawn = [style.stroke(name, names) for name in names]
    assert drawn[0] == style.BASE
    assert len({one.color for one in drawn}) == len({str(one.linestyle) for one in drawn}) == len(names)


def test_panels_of_sectors_share_their_scale(folder: Path) -> None:
    stored = Stored(folder, sectors=("cars", "solar"))
    sheet = contrasted(stored, ["chinese_share_home"])[-1]
    for row in sheet.axes:
        assert row[0].get_ylim() == row[1].get_ylim()
    assert [axes.get_title(loc="left") for axes in sheet.axes[0]] == ["Cars", "Solar"]


def test_regions_take_the_metric_from_markets(folder: Path) -> None:
    sheet = contrasted(Stored(folder), ["welfare"], ["us", "eu"])[-1]
    assert [axes.get_title(loc="left") for axes in sheet.axes[0]] == ["US", "EU"]
    assert set(sheet.table["region"]) == {"us", "eu"}


def test_effects_print_numbers_and_signs(folder: Path, drawn: list[Path]) -> None:
    found = table(folder, "compare-effects").set_index("metric")
    differences = pd.read_parquet(folder / "differences.parquet")
    last = differences[
        (differences["year"] == 2040) & (differences["sector"] == "all") & (differences["region"].fillna("") == "")
    ]
    expected = last.set_index("metric")["difference"]
    assert found["difference"].to_dict() == pytest.approx(expected[found.index].to_dict(), rel=1e-4)
    shown = texts(folder / "figures" / "compare-effects.svg")
    assert (
        "P(+)" in shown and style.number(found.loc["welfare", "difference"], style.declared("welfare"), True) in shown
    )


def test_years_and_sectors_narrow_the_figures(synthetic: ModuleType, tmp_path: Path) -> None:
    folder = synthetic.results(tmp_path, seeds=2, scenarios={"baseline": "Alone"})
    written = plots.draw(folder, formats=("svg",), sectors=["cars"], years=(2000, 2030))
    assert not any("compare" in path.name for path in written)
    part = folder / "figures" / "cars-2000-2030"  # beside the figures of the whole
    assert {path.parent for path in written} == {part} and not list((folder / "figures").glob("*.svg"))
    told = json.loads((part / "figures.json").read_text(encoding="utf-8"))
    assert all("cars" in entry["title"] and "cars" in entry["caption"].lower() for entry in told)
    found = pd.read_csv(part / "06-market-shares.csv")
    found = found[found["scenario"] != "observed"]
    assert set(found["sector"]) == {"all", "cars"}
    assert (found["year"].min(), found["year"].max()) == (2000, 2030)
    assert [path.name for path in plots.draw(folder, ("svg",), metrics=["trust"])] == [
        "levels-trust.svg",
        "levels-trust.csv",
    ]


def test_a_figure_names_its_sector_and_region(folder: Path) -> None:
    written = plots.draw(folder, ("svg",), metrics=["chinese_share@cars@eu"])
    part = folder / "figures" / "chinese_share-cars-eu"
    assert {path.parent for path in written} == {part}
    told = {entry["name"]: entry for entry in json.loads((part / "figures.json").read_text(encoding="utf-8"))}
    figure = told["compare-chinese-share-cars-eu"]
    assert figure["title"].endswith("share: cars, EU") and "Cars, EU." in figure["caption"]
    rows = pd.read_csv(part / "compare-chinese-share-cars-eu.csv")
    assert set(rows["sector"]) == {"cars"} and set(rows["region"]) == {"eu"}
    for wrong, message in (("trust@cars@eu", "not told by region"), ("trust@2030@cars", "over years")):
        with pytest.raises(UsageError, match=message):
            plots.draw(folder, ("svg",), metrics=[wrong])


def test_unknown_metrics_and_empty_folders_are_refused(synthetic: ModuleType, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no metric 'happiness'"):
        plots.draw(folder, metrics=["happiness"])
    (tmp_path / "manifest.json").write_text(json.dumps({"scenarios": {"baseline": {}}, "base": "baseline"}))
    sign(tmp_path)
    with pytest.raises(NotEnough):
        plots.draw(tmp_path)


WITHOUT_FONTS = """
import sys
from pathlib import Path
import matplotlib
from matplotlib import font_manager

own = matplotlib.get_data_path()
fonts = font_manager.fontManager
fonts.ttflist = [font for font in fonts.ttflist if font.fname.startswith(own)]  # what Matplotlib itself brings
from sim.cli import main

sys.exit(main(["plot", sys.argv[1], "--metrics", "welfare", "--format", "png,svg"]))
"""


def test_without_any_font_of_the_system_figures_are_drawn_and_a_line_says_what_is_missing(
    synthetic: ModuleType, tmp_path: Path, root: Path
) -> None:
    """Chinese titles too: boxes in PNG, the text itself in SVG; each character is told once, nothing downloaded."""
    titles = {"baseline": "现行政策", "tariffs": "关税"}
    folder = synthetic.results(tmp_path / "r", seeds=2, sectors={"cars": 2023.0}, scenarios=titles)
    command = [sys.executable, "-c", WITHOUT_FONTS, str(folder)]
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path / "new"), "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "font cache" not in line]
    missing = [re.fullmatch(r"warning: no font here has (.+): PNG and PDF show boxes, .*", line) for line in told]
    assert all(missing) and sorted("".join(line[1] for line in missing if line)) == sorted("现行政策关税")
    assert (folder / "figures" / "welfare" / "compare-welfare.png").stat().st_size > 10_000
    assert "关税" in texts(folder / "figures" / "welfare" / "compare-welfare.svg")
