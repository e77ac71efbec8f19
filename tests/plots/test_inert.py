"""What leaves the program runs nothing: no formula, no script, no tag, whatever a name or title says."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from sim import plots, report
from sim.called import command
from sim.plots.sheet import inert
from sim.study.export import _cell, _inert

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
    table = _inert(pa.table({"firm": texts, "value": [-1.0] * len(texts)}))
    pa.csv.write_csv(table, tmp_path / "t.csv")
    frame = inert(pd.DataFrame({"firm": texts, "value": [-1.0] * len(texts)}))
    for told in (table["firm"].to_pylist(), frame["firm"].tolist()):
        assert all(text[0] not in "=+-@\t" for text in told) and told[5:7] == texts[5:7]
    assert frame["value"].tolist() == [-1.0] * len(texts)


def test_commands_to_copy_are_quoted() -> None:
    import shlex

    words = ["replay", "results/with blank; rm -rf x", "$(id)", "`id`"]
    assert shlex.split(command(*words))[-4:] == words
