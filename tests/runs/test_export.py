"""Tables for other programs: read back, they hold what the folder holds."""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.io import netcdf_file

import sim
from sim.errors import NotEnough, UsageError
from sim.runs import Options, Results, carry_out
from sim.runs.export import export, kept
from sim.runs.plan import Plan
from sim.runs.sweep import plan
from tests.runs import synthetic

MODEL = {"simulate": synthetic.simulate, "labels": synthetic.labels, "vary": synthetic.vary, "workers": 1}


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Results:
    """One scenario, three seeds, all tables."""
    scenario = synthetic.Scenario()
    return carry_out(
        Plan("run", {scenario.name: scenario}, (1, 2, 3)), Options(out=tmp_path_factory.mktemp("a") / "r", **MODEL)
    )


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Results:
    """Two points beside the scenario as it stands, three seeds."""
    asked = plan(synthetic.Scenario(), {"vary": {"effect": [0.1, 0.2]}, "seeds": 3}, synthetic.vary)
    return carry_out(asked, Options(out=tmp_path_factory.mktemp("s") / "r", keep="summary", **MODEL))


def written(results, form, target, tables=None):
    return {path.name: path for path in export(results, form, tables, target)}


def test_csv_and_parquet_hold_every_kept_table(alone, swept, tmp_path):
    for results, missing in ((alone, {"design", "differences"}), (swept, {"events", "trajectories"})):
        files = written(results, "csv", tmp_path / results.manifest["kind"])
        assert {name.removesuffix(".csv") for name in files} <= set(kept(results)) and not missing & set(kept(results))
        yearly = pd.read_csv(files["yearly.csv"])
        assert len(yearly) == sum(part.num_rows for part in results.chunks("yearly"))
        parquet = pd.read_parquet(written(results, "parquet", tmp_path, ["yearly"])["yearly.parquet"])
        assert (
            np.allclose(parquet["trust"], yearly["trust"]) and parquet["sector"].tolist() == yearly["sector"].tolist()
        )


def test_the_design_joins_with_every_table(swept):
    design = swept.design.set_index("point")["effect"]
    for name in ("runs", "final", "final_markets", "yearly", "summary", "differences"):
        frame = getattr(swept, name)
        assert (frame["effect"] == frame["point"].map(design)).all(), name
    gap = swept.differences.query("metric == 'technology_gap' and sector == 'all' and region == 'all'")
    assert np.allclose(gap["difference"], gap["effect"])  # every path reads the values it varied


def test_excel_has_a_sheet_a_table_and_says_what_columns_mean(swept, tmp_path):
    book = openpyxl.load_workbook(written(swept, "xlsx", tmp_path)["results.xlsx"], read_only=True)
    assert book.sheetnames == ["about", "runs", "design", "summary", "differences"]
    head, *rows = book["runs"].iter_rows(values_only=True)
    runs = swept.runs
    assert len(rows) == len(runs) and [row[head.index("seed")] for row in rows] == runs["seed"].tolist()
    assert any(row[:2] == ("trust", "share") for row in book["about"].iter_rows(values_only=True))


def test_excel_takes_the_short_tables_of_a_run(alone, tmp_path):
    book = openpyxl.load_workbook(written(alone, "xlsx", tmp_path)["results.xlsx"], read_only=True)
    assert book.sheetnames == ["about", "runs", "summary"]
    short = len((alone.folder / "summary.csv").read_text(encoding="utf-8").splitlines())
    assert sum(1 for _ in book["summary"].iter_rows()) == short < len(alone.summary)


def test_excel_refuses_more_rows_than_a_sheet_holds(swept, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.runs.export.ROWS_OF_EXCEL", 5)
    with pytest.raises(UsageError, match="more than a sheet of Excel holds"):
        written(swept, "xlsx", tmp_path)
    assert not (tmp_path / "results.xlsx").exists()


def test_iamc_is_wide_by_year_with_units_and_regions(alone, swept, tmp_path):
    table = pd.read_csv(written(alone, "iamc", tmp_path)["iamc.csv"])
    assert table.columns.tolist() == ["Model", "Scenario", "Region", "Variable", "Unit", "1990", "1991", "1992"]
    assert not table.duplicated(["Model", "Scenario", "Region", "Variable"]).any()
    row = table[(table["Variable"] == "Trust|Cars") & (table["Region"] == "World")].iloc[0]
    summary = alone.summary.query("metric == 'trust' and sector == 'cars' and region == 'all'").set_index("year")[
        "mean"
    ]
    assert np.allclose(row[["1990", "1991", "1992"]].astype(float), summary) and row["Unit"] == "1"
    assert {"Trust|5th Percentile", "Trust|95th Percentile"} <= set(table["Variable"]) and "US" in set(table["Region"])
    files = written(swept, "iamc", tmp_path / "s")
    assert set(pd.read_csv(files["iamc.csv"])["Scenario"]) == {"quiet|0", "quiet|1", "quiet|2"}
    assert pd.read_csv(files["iamc_meta.csv"])["effect"].tolist() == swept.design["effect"].tolist()


def test_netcdf_has_dimensions_units_and_the_values(alone, swept, tmp_path):
    with netcdf_file(written(alone, "netcdf", tmp_path)["yearly.nc"], mmap=False) as file:
        shape = {name: file.dimensions[name] for name in ("scenario", "seed", "year", "sector")}
        assert shape == {"scenario": 1, "seed": 3, "year": 3, "sector": 3}
        sectors = [b"".join(row).decode().rstrip("\0") for row in file.variables["sector"][:]]
        trust = file.variables["trust"]
        assert trust.dimensions == ("scenario", "seed", "year", "sector") and trust.units == b"1"
        table = alone.yearly.query("seed == 2 and year == 1991 and sector == 'solar'")
        assert trust[0, 1, 1, sectors.index("solar")] == table["trust"].iloc[0]
    with netcdf_file(written(swept, "netcdf", tmp_path, ["final"])["final.nc"], mmap=False) as file:
        assert file.variables["effect"][:].tolist() == swept.design["effect"].tolist()
        assert file.variables["technology_gap"].dimensions == ("point", "seed", "year", "sector")


def test_netcdf_of_points_with_seeds_of_their_own_has_runs(tmp_path):
    design = pd.DataFrame({"effect": np.arange(8) / 8, "seed": np.arange(1, 9)})
    asked = plan(synthetic.Scenario(), {"design": design}, synthetic.vary)
    results = carry_out(asked, Options(out=tmp_path / "r", keep="summary", **MODEL))
    with netcdf_file(written(results, "netcdf", tmp_path, ["final"])["final.nc"], mmap=False) as file:
        gap, runs = file.variables["technology_gap"], results.final.query("sector == 'all'")
        assert gap.dimensions == ("run", "year", "sector") and gap.shape[0] == len(runs) == len(results.runs)
        assert np.isfinite(gap[:]).all()
        found = zip(file.variables["point"][:], file.variables["seed"][:], file.variables["effect"][:], strict=True)
        assert sorted(found) == sorted(zip(runs["point"], runs["seed"], runs["effect"], strict=True))


def test_what_is_not_there_is_refused(alone, tmp_path):
    with pytest.raises(UsageError, match="is not a format"):
        written(alone, "xml", tmp_path)
    with pytest.raises(NotEnough, match="holds no nonsense"):
        written(alone, "csv", tmp_path, ["nonsense"])
    with pytest.raises(NotEnough, match="holds no design"):
        written(alone, "netcdf", tmp_path, ["design"])


def test_an_rocrate_names_every_file_and_what_made_it(alone, tmp_path):
    (written,) = export(alone, "rocrate", None, tmp_path / "copy")
    graph = {each["@id"]: each for each in json.loads(written.read_text())["@graph"]}
    action = graph["#run"]
    assert action["@type"] == "CreateAction" and action["instrument"] == {"@id": "#contraflow"}
    assert action["object"] == {"@id": "scenario.yaml"} and {"@id": "runs.parquet"} in action["result"]
    assert graph["./"]["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.6"}
    files = {name: each for name, each in graph.items() if each["@type"] == "File"}
    there = {
        path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*") if path.is_file()
    }
    assert set(files) == there - {"ro-crate-metadata.json"} and any(name.startswith("trajectories/") for name in files)
    for name, told in files.items():
        assert hashlib.sha256((tmp_path / "copy" / name).read_bytes()).hexdigest() == told["sha256"]


@pytest.mark.parametrize(("failed", "told"), [(0, "is done yet"), (3, "succeeded")])
def test_a_study_without_a_run_says_so(alone, tmp_path, failed, told):
    shutil.copytree(alone.folder, tmp_path / "r")
    empty = Results.open(tmp_path / "r")
    empty.manifest["counts"] |= {"done": 0, "failed": failed}
    with pytest.raises(NotEnough, match=told):
        list(export(empty, "csv", None, tmp_path / "e"))
    assert not (tmp_path / "e").exists()


@pytest.mark.verification
@pytest.mark.parametrize("told_commit", [True, False])
def test_the_communitys_validator_accepts_an_rocrate(alone, tmp_path, told_commit):
    """All that is required, and what is recommended but for who ran it and published it, which no folder knows."""
    beside = Path(sys.executable).with_name("uv")  # where README's line puts it, whatever the path says
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    needed = ("--with", "roc-validator==0.13.0", "--with", "rocrate==0.16.0")
    tried = [uv or "uv", "run", "--quiet", "--no-project", "--python", sys.executable, *needed, "python"]
    if uv is None or subprocess.run([*tried, "-c", ""], capture_output=True, cwd=tmp_path).returncode:
        pytest.skip("the validator cannot be installed: no uv, or no network")
    shutil.copytree(alone.folder, tmp_path / "r")
    copy = Results.open(tmp_path / "r")
    if not told_commit:  # as of an installed package
        copy.manifest["git"] = None
    (written,) = export(copy, "rocrate", None, tmp_path / "r")
    script = Path(__file__).with_name("crate_rules.py")
    found = subprocess.run([*tried, script, written.parent], capture_output=True, text=True, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == [
        "RECOMMENDED: The Root Data Entity SHOULD have a `publisher` property (Organization or Person)",
        "RECOMMENDED: The SoftwareApplication id SHOULD be an absolute URI",
        "RECOMMENDED: The Action SHOULD have an agent that is a Person or Organization",
    ]


def test_codemeta_says_what_the_project_says(root):

    told, project = (
        json.loads((root / "codemeta.json").read_text()),
        tomllib.loads((root / "pyproject.toml").read_text()),
    )
    assert told["version"] == sim.__version__
    assert told["programmingLanguage"]["version"] == project["project"]["requires-python"]
    assert {part.rpartition("/")[2] for part in told["license"]} == set(project["project"]["license"].split(" AND "))
