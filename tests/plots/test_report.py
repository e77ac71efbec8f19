"""The report by content: self-contained, with question, effects, figures, how to reproduce."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from sim import report
from sim.errors import NotEnough
from tests.signed import sign

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Collects ids, headings and links, and checks that elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.sources += [str(found[name]) for name in ("src",) if name in found]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()


def parse(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert page.open == []
    return page


@pytest.fixture(scope="module")
def written(folder: Path, drawn: list[Path]) -> Path:
    return report.write(folder)


def test_the_page_needs_nothing_else(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    page = parse(written)
    assert "<script" not in text and "@import" not in text and not page.sources
    assert written.stat().st_size < 3_000_000
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        target = link.removeprefix("#")
        assert target in page.ids if link.startswith("#") else (written.parent / link).is_file(), link


def test_headings_descend_one_level_at_a_time(written: Path) -> None:
    headings = parse(written).headings
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


def test_it_says_what_was_compared_and_what_came_out(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    for words in (
        "The US and the EU raise tariffs",
        "What if: the us and the eu raise tariffs?",
        "tariffs duty",
        "2027Q1",
        "2027Q3",
        "World welfare",
        "P(+)",
        "Effects in 2040",
        "6 seeds (1 to 6)",
        "compare baseline tariffs",
        "0123abcd",
        "numpy 2.4",
    ):
        assert words in text, words


def test_every_figure_has_its_words_and_its_data(folder: Path, written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    index = json.loads((folder / "figures" / "figures.json").read_text(encoding="utf-8"))
    assert text.count('role="img"') == len(index)
    for entry in index:
        assert f'id="{entry["name"]}"' in text and f'href="figures/{entry["name"]}.csv"' in text


def test_text_from_files_is_escaped(synthetic: ModuleType, tmp_path: Path) -> None:
    folder = synthetic.results(tmp_path, seeds=2, scenarios={"baseline": "<script>alert(1)</script> & more"})
    text = report.write(folder).read_text(encoding="utf-8")
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "No figures are stored" in text and "Headline results" in text


def test_a_folder_without_summaries_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"scenarios": {"baseline": {}}, "base": "baseline"}))
    sign(tmp_path)
    with pytest.raises(NotEnough):
        report.write(tmp_path)


def test_one_seed_has_no_interval_and_the_page_says_so(synthetic: ModuleType, tmp_path: Path) -> None:
    from sim import plots

    only = {"cars": 2023.0}
    for name, scenarios in (("run", {"baseline": "Policies stay"}), ("compare", synthetic.SCENARIOS)):
        made = synthetic.results(tmp_path / name, seeds=1, sectors=only, scenarios=scenarios)
        if name == "compare":
            plots.draw(made, formats=("svg",), metrics=("trust",))
        text = report.write(made).read_text(encoding="utf-8")
        assert "One seed (1)" in text and "One run has no interval" in text
        assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
