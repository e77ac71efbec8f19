"""`scorecard` as it is typed: record, page and figure of a few runs."""

import json

import pytest
from markupsafe import escape

from sim.cli import main
from sim.documents.evidence import evidence
from sim.evidence.scorecard.declared import declared
from sim.sweeps.analysis.problem import fitted


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scorecard")
    words = ["--seeds", "2", "--workers", "1", "--quiet", "--json", folder / "evidence.json", "--out", folder / "out"]
    assert main(["scorecard", *map(str, words)]) == 0
    return folder


def test_the_record_has_every_declared_row(made):
    record, told = json.loads((made / "evidence.json").read_text(encoding="utf-8")), declared()
    assert [each["id"] for each in record["facts"]] == [each.id for each in told.facts]
    assert [each["id"] for each in record["regressions"]] == [each.id for each in told.regressions]
    assert all(each["runs"] > 0 for each in record["facts"] if each["id"] not in ("D46", "A10", "D13", "P10", "N5a"))
    assert {name for each in told.facts for name in each.worlds} <= set(record["worlds"])
    assert {f"parameters.{name}" for name in record["parameters"]} == set(fitted()) and record["about"]["runs"] == 2


def test_page_and_figure(made):
    page = (made / "out" / "scorecard.html").read_text(encoding="utf-8")
    told = declared()
    assert all(escape(each.text) in page for each in told.facts) and "<svg" in page
    assert (
        "refresh" not in page and page.count("<link") == 1 and "src=" not in page
    )  # one empty icon; nothing is fetched
    assert {path.name for path in (made / "out").iterdir()} == {
        "scorecard.html", "history.svg", "history.png", "history.csv", "figures.json",
    }  # fmt: skip
    rows = (made / "out" / "history.csv").read_text(encoding="utf-8")
    assert all(each["title"] in rows for each in told.panels) and "observed_value" in rows and "random_walk" in rows


def test_flags(capsys, tmp_path):
    assert main(["scorecard", "--parameters", "guess"]) == 2 and "all2025" in capsys.readouterr().err
    assert main(["scorecard", "--json", str(tmp_path / "none" / "x.json")]) == 73


def test_tables_of_the_documents_need_variants(made, tmp_path):
    assert evidence(tmp_path) == {}
