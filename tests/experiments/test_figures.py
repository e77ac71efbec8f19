"""Figures of experiments: every kind draws, with caption, table and text; the numbers drawn are those of the table."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.plots.experiments import drawer, figures, overall
from sim.runs import Results
from sim.sweeps.experiments import Layout, lay_out, open_definition
from tests.experiments.conftest import Imagined
from tests.plots import synthetic
from tests.signed import sign

STORED = {"E1", "E6", "E7", "E8", "flip"}  # they draw partnerships or paths by quarter, which only folders hold
POINTS, SEEDS = 5, 2
IMAGINED = [f"E{number}" for number in range(1, 16) if f"E{number}" not in STORED]


@lru_cache
def _layout(name: str) -> Layout:
    return lay_out(open_definition(name), seeds=SEEDS)


def _evidence(name: str, folder: Path) -> Imagined:
    return Imagined(_layout(name), Results(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up partnerships, events and trajectories at points 0 to 4."""
    path = tmp_path_factory.mktemp("points")
    points = {f"point{number}": f"Point {number}" for number in range(POINTS)}
    synthetic.results(path, seeds=SEEDS, sectors={"solar": 2014.0}, scenarios=points)
    for table in ("trajectories", "markets", "generations", "events", "partnerships"):
        for file in (path / table).glob("*.parquet"):
            read = pq.read_table(file)
            point = [list(points).index(name) for name in read["scenario"].to_pylist()]
            pq.write_table(read.append_column("point", pa.array(point, pa.int64())), file)
    manifest = (path / "manifest.json").read_text().replace('"title"', '"start": 1990, "end": 2040, "title"')
    (path / "manifest.json").write_text(manifest)
    return sign(path)


def _sound(sheet) -> None:
    assert len(sheet.table) > 0 and sheet.alt and sheet.title
    assert "Channel: " in sheet.caption and ("n = " in sheet.caption or "seeds" in sheet.caption)
    sheet.figure.canvas.draw()
    drawn = [axes for axes in sheet.panels if axes.get_visible()]
    assert all(axes.lines or axes.collections or axes.patches for axes in drawn)


@pytest.mark.parametrize("name", IMAGINED)
def test_headline_figures_draw(name: str, tmp_path: Path) -> None:
    evidence = _evidence(name, tmp_path)
    for shown in evidence.layout.definition.experiment.figures:
        for sheet in drawer(shown.kind)(evidence, shown):
            _sound(sheet)


@pytest.mark.parametrize("name", sorted(STORED))
def test_figures_of_stored_partnerships_draw(name: str, folder: Path) -> None:
    evidence = _evidence(name, folder)
    assert max(row.point for row in evidence.layout.of("contrasts")) < POINTS
    for shown in evidence.layout.definition.experiment.figures:
        for sheet in drawer(shown.kind)(evidence, shown):
            _sound(sheet)


def test_doses_draw_the_numbers_of_their_table(tmp_path: Path) -> None:
    evidence = _evidence("E14", tmp_path)
    (sheet,) = drawer("interaction")(evidence, evidence.layout.definition.experiment.figures[0])
    table = sheet.table[sheet.table["outcome"] == "co_innovation"]
    across, along = "shocks.walls.localisation_cost", "shocks.courts.ip"
    mesh = sheet.axes[0, 0].collections[0].get_array().reshape(4, 4)
    expected = table.pivot(index=along, columns=across, values="difference").to_numpy()
    assert np.asarray(mesh) == pytest.approx(expected)


def test_a_waterfall_ends_where_everybody_stands(tmp_path: Path) -> None:
    evidence = _evidence("E3", tmp_path)
    sheet = drawer("catch_up")(evidence, evidence.layout.definition.experiment.figures[0])[0]
    bars = [patch for patch in sheet.axes[0, 1].patches if patch.get_height() != 0]
    own = sheet.table[sheet.table["panel"] == "attribution"].set_index("player")["value"]
    assert bars[-1].get_height() == pytest.approx(own["everybody"])
    steps = own.drop(["nobody", "everybody"])
    assert own["nobody"] + steps.sum() == pytest.approx(own["everybody"])


def test_effects_robustness_and_reversal(tmp_path: Path) -> None:
    evidence = _evidence("E4", tmp_path)
    effects, robust, reverse = overall.draw(evidence)
    for sheet in (effects, robust, reverse):
        assert len(sheet.table) > 0 and sheet.alt
        sheet.figure.canvas.draw()
    asked = evidence.layout.definition.experiment
    assert len(effects.table) == len(asked.contrasts) * len(asked.outcomes)
    assert "Holm" in effects.caption and len(robust.table) == 1 + 7 + 10 and len(reverse.table) == 10


def test_names_of_an_experiments_figures_are_its_own_and_differ(tmp_path: Path) -> None:
    names = [sheet.name for figure in figures(_evidence("E14", tmp_path)) for sheet in figure()]
    assert len(set(names)) == len(names) and all(name.startswith("E14-") for name in names)
