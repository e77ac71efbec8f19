"""What leaves the program runs nothing: no formula, no script, no tag, whatever a name or title says."""

import csv
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from sim import plots, report
from sim.called import command
from sim.runs import Options, carry_out
from sim.runs.export import _cell, export
from sim.runs.inert import inert_frame, inert_table
from sim.runs.sweep import plan
from tests.runs.synthetic import Scenario, labels, simulate, vary

HOSTILE = "=cmd|'/C calc'!A0"
TITLES = {"baseline": '<script>alert(1)</script>"]]>&amp;', "tariffs": f"{HOSTILE} <img src=x onerror=alert(1)>"}


def test_pages_and_figures_parse_and_run_nothing(synthetic, tmp_path: Path) -> None:
    folder = synthetic.results(tmp_path, seeds=2, sectors={"cars": 2023.0}, scenarios=TITLES)
    plots.draw(folder, formats=("svg",))
    page = report.write(folder).read_text(encoding="utf-8")
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in page
    assert "<script" not in page and "<img src=x" not in page
    figures = list((folder / "figures").glob("*.svg"))
    for path in figures:
        tree = ElementTree.parse(path)
        names = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert not names & {"script", "foreignObject", "image", "iframe"}, path
        assert not [key for element in tree.iter() for key in element.attrib if key.lower().startswith("on")]
        assert b"<!ENTITY" not in path.read_bytes()
    assert figures


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    texts = [HOSTILE, "+1", "-1", "@SUM(A1)", "\t=1", "plain", "关税", "a\x1bb"]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("t")
    for text in texts:
        sheet.append([_cell(sheet, text), _cell(sheet, -1.5)])
    book.save(tmp_path / "t.xlsx")
    cells = list(openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows())
    assert [row[0].data_type for row in cells] == ["s"] * len(texts) and {row[1].value for row in cells} == {-1.5}
    assert cells[0][0].value == HOSTILE
    table = inert_table(pa.table({"firm": texts, "value": [-1.0] * len(texts)}))
    pa.csv.write_csv(table, tmp_path / "t.csv")
    frame = inert_frame(pd.DataFrame({"firm": texts, "value": [-1.0] * len(texts)}))
    large = inert_table(pa.table({"firm": pa.array(texts, pa.large_string())}))  # as pandas writes texts
    for told in (table["firm"].to_pylist(), large["firm"].to_pylist(), frame["firm"].tolist()):
        assert all(text[0] not in "=+-@\t" for text in told) and told[5:7] == texts[5:7]
    assert frame["value"].tolist() == [-1.0] * len(texts)


def test_no_table_that_leaves_holds_a_formula(tmp_path: Path) -> None:
    """A sweep may vary text; it stands in the tables of each format, and in the figures'."""
    asked = plan(Scenario(), {"vary": {"effect": [0.1, 0.2], "name": [HOSTILE, "=1"]}, "seeds": 2}, titled)
    options = Options(out=tmp_path / "r", keep="summary", workers=1, simulate=simulate, labels=labels, vary=titled)
    results = carry_out(asked, options)
    written = [path for form in ("csv", "iamc") for path in export(results, form, None, tmp_path / form)]
    cells = [cell for path in written for row in csv.reader(path.read_text("utf-8").splitlines()) for cell in row]
    assert f"'{HOSTILE}" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=@\t\r") or (cell[:1] in tuple("+-") and not number(cell))]


def titled(scenario: Scenario, values: dict[str, Any]) -> Scenario:
    return vary(replace(scenario, name=values["name"]), {"effect": values["effect"]})


def number(cell: str) -> bool:
    try:
        return float(cell) is not None
    except ValueError:
        return False


def test_commands_to_copy_are_quoted() -> None:
    import shlex

    words = ["replay", "results/with blank; rm -rf x", "$(id)", "`id`"]
    assert shlex.split(command(*words))[-4:] == words
