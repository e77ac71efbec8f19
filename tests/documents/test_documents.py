"""The documents say what the code says: generated parts, rules, citations, links, the index."""

import json
import math
import random
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import sim
import sim.model.stages
from sim.documents import described, filled, pages
from sim.documents.experiments import experiments
from sim.documents.markdown import KEY
from sim.documents.rules import Rule
from sim.documents.whatifs import cell
from sim.model.columns import Route, SubForm, Type
from sim.runs.compare import Effect
from sim.scenario import load
from sim.scenario.groups import listed_groups, read_group
from sim.scenario.reader import shipped
from sim.sweeps.experiments import open_definition

ROOT = Path(__file__).parent.parent.parent
PAGES = pages(ROOT)
RULES = [(path.stem, rule) for path, found in described().items() for rule in found]
PROSE = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROSE += [ROOT / "scenarios" / "README.md", ROOT / "sim" / "data" / "README.md"]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def ids(value: object) -> str:
    return value.name if isinstance(value, Rule) else str(value)


# generated parts


def test_generated_parts_are_fresh(subtests: pytest.Subtests) -> None:
    for path in PAGES:
        with subtests.test(named(path)):
            assert path.read_text(encoding="utf-8") == PAGES[path], "run `python -m sim.documents`"


def test_no_page_of_rules_is_left_over() -> None:
    assert set((ROOT / "docs" / "rules").iterdir()) <= set(PAGES)


def test_a_stale_part_is_replaced_and_prose_is_kept() -> None:
    page = "before\n<!-- part -->\nold\n<!-- end of part -->\nafter\n"
    assert filled(page, {"part": "new"}) == page.replace("old", "new")


@pytest.mark.parametrize("page", ["no marks", "<!-- part -->\n<!-- end of part -->\n" * 2, "<!-- end of part -->\n"])
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="marks of part"):
        filled(page, {"part": "new"})


def test_the_schedule_names_the_stages_in_their_order() -> None:
    named_ = re.findall(r"^ *\d+\. .* {2,}\w+\.(\w+)$", sim.model.stages.__doc__ or "", re.MULTILINE)
    assert len(named_) == 10
    assert list(dict.fromkeys(named_)) == [stage.__name__ for stage in sim.model.stages.STAGES]


# the protocol, by its own headings

ODD_D = """I. Overview; I.i Purpose; I.ii Entities, state variables and scales; I.iii Process overview and scheduling;
II. Design concepts; II.i Theoretical and empirical background; II.ii Individual decision-making; II.iii Learning;
II.iv Individual sensing; II.v Individual prediction; II.vi Interaction; II.vii Collectives; II.viii Heterogeneity;
II.ix Stochasticity; II.x Observation; III. Details; III.i Implementation; III.ii Initialisation; III.iii Input data;
III.iv Submodels"""


def test_the_model_page_has_every_heading_of_the_protocol_in_order() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    places = [page.find(f"# {' '.join(heading.split())}") for heading in ODD_D.split(";")]
    assert -1 not in places
    assert places == sorted(places)


# rules


FUNCTIONS = {
    "exp": math.exp, "log": math.log, "abs": abs, "min": min, "max": max, "sum": sum, "range": range, "int": int,
    "clip": lambda x, low, high: min(max(x, low), high), "power": lambda x, y: x**y,
}  # fmt: skip
ENUMS = {"Type": Type, "Route": Route, "SubForm": SubForm}
WORDS = {"if", "else", "and", "or", "for", "in", "k", "e"}  # of expressions; `e` as in 1e-9


def test_every_symbol_of_a_rule_is_documented(subtests: pytest.Subtests) -> None:
    for page, rule in RULES:
        with subtests.test(f"{page}.{rule.name}"):
            assert rule.sentence.endswith(".")
            assert "\n" not in rule.sentence
            assert rule.limits
            assert set(rule.units) == {*rule.arguments, "result"}
            assert all(rule.units.values())
            symbols = re.findall(r"[a-z_]+", re.sub(rf"\b({'|'.join(ENUMS)})\.\w+", "", rule.formula))
            assert set(symbols) <= {*rule.arguments, *FUNCTIONS, *WORDS}
            rules = {other.name for where, other in RULES if where == page}
            quoted = set(re.findall(r"`(\w+)`", f"{rule.sentence} {rule.remarks} {rule.limits} {rule.source}"))
            assert quoted <= {*rule.arguments, *rules}


def test_every_rule_names_its_source(subtests: pytest.Subtests) -> None:
    for page, rule in RULES:
        with subtests.test(f"{page}.{rule.name}"):
            assert re.search(rf"\[{KEY}\]|\bassumed\b|\bdefinition\b", rule.source)


DRAWN = {
    "share": (0.0, 0.95),
    "flag": (0, 1),
    "route": (1, 2),
    "type": (1, 3),
    "log": (-2.0, 2.0),
    "probability": (0.0, 1.0),
}


def test_the_documented_formula_is_the_rule(subtests: pytest.Subtests) -> None:
    """At 200 points drawn by unit; what a formula leaves out or turns round shows at once."""
    for page, rule in RULES:
        with subtests.test(f"{page}.{rule.name}"):
            asked = getattr(import_module(f"sim.model.rules.{page}"), rule.name)
            luck = random.Random(rule.name)
            for _ in range(200):
                values = {name: _draw(luck, rule.units[name]) for name in rule.arguments}
                documented = eval(f"({rule.formula})", {"__builtins__": {}, **FUNCTIONS, **ENUMS, **values})
                assert asked(**values) == pytest.approx(documented, rel=1e-9, abs=1e-12), values


def _draw(luck: random.Random, unit: str) -> float | int | bool:
    low, high = next((span for word, span in DRAWN.items() if re.match(rf"{word}\b", unit)), (0.05, 9.0))
    if unit.startswith("flag"):
        return luck.random() < 0.5
    return luck.randint(low, high) if isinstance(low, int) else luck.uniform(low, high)


# citations and links


def test_what_is_cited_stands_in_the_bibliography_and_the_reverse() -> None:
    listed = (ROOT / "docs" / "bibliography.md").read_text(encoding="utf-8")
    entries = re.findall(rf'^- <a id="({KEY})"></a>\*\*\1\*\* .*\*\w.*\*$', listed, re.MULTILINE)
    assert len(entries) == len(re.findall("^- ", listed, re.MULTILINE))
    assert entries == sorted(entries)
    sources = [path for path in (ROOT / "sim").rglob("*.py") if path.parent.name != "documents"]
    own = ("bibliography.md", "inputs.md")  # pages with a list of sources of their own
    prose = [path for path in PROSE if path.name not in own and path not in PAGES]
    models = [ROOT / "docs" / "model.md", ROOT / "docs" / "model-tables.md"]
    named = {key for path in [*prose, *sources, *models] for key in cited(path)}
    assert named == set(entries)


def cited(path: Path) -> set[str]:
    """Keys of sources in a file: those of parameters, rules and checks, and of prose."""
    return set(re.findall(rf"\b({KEY})\b", path.read_text(encoding="utf-8")))


def test_links_lead_somewhere(subtests: pytest.Subtests) -> None:
    for path in PROSE:
        with subtests.test(named(path)):
            text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                place, _, anchor = target.partition("#")
                if "://" in place:
                    continue
                page = (path.parent / place).resolve() if place else path
                assert page.exists(), target
                if anchor:
                    assert anchor in anchors(page), target


def anchors(page: Path) -> set[str]:
    """Where a link into a page can lead: named places and headings."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        *re.findall(r'<a id="(\w+)">', text),
        *(re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings),
    }


def test_the_index_reaches_every_document() -> None:
    docs = ROOT / "docs"
    index = (docs / "README.md").read_text(encoding="utf-8")
    linked = {(docs / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)", index)}
    assert set(docs.rglob("*.md")) - linked == {docs / "README.md"}


# what a reader is told of the project


def test_every_data_file_has_a_note_and_a_licence() -> None:
    data = ROOT / "sim" / "data"
    note = (data / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in data.iterdir() if path.is_file()} - {"README.md", "LICENSE"}
    assert set(re.findall(r"^\| `([\w.]+)` \|", note, re.MULTILINE)) == files
    assert "CC BY 4.0" in note
    assert "creativecommons.org/licenses/by/4.0" in (data / "LICENSE").read_text(encoding="utf-8")


def test_citation_and_codemeta_are_of_this_version() -> None:
    told = shipped(ROOT / "CITATION.cff")
    assert told["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "type"} <= set(told)
    assert str(told["version"]) == sim.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert told["license"] == project["license"].split(" AND ")
    described = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    assert described["version"] == sim.__version__
    assert described["dateModified"] == str(told["date-released"])
    assert [each.rpartition("/")[2] for each in described["license"]] == told["license"]
    heading = f"## [{sim.__version__}] - {told['date-released']}"
    assert heading in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()


def test_the_changelog_keeps_its_form() -> None:
    """Keep a Changelog 1.1, with one heading more: what moved results."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", section) for section in sections[1:])
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert "Results change" in kinds
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Results change"}


def test_the_page_of_effects_has_every_group_and_what_if() -> None:
    """Its numbers are not compared: they move with the world's parameters."""
    text = (ROOT / "docs" / "whatifs.md").read_text(encoding="utf-8")
    sections = re.findall(r"compare @(\w+)`.*?\n\n((?:\|.*\n)+)\n((?:- `.*\n?)+)", text)
    found = {name: re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE) for name, rows, _ in sections}
    groups = {name[1:]: read_group(name) for name, _ in listed_groups(ROOT / "scenarios")}
    assert found == {name: list(group.scenarios) for name, group in groups.items()}
    for name, _, ways in sections:
        channels = [
            f"- `{each}`: {load(path).channel}" for each, path in zip(found[name], groups[name].files[1:], strict=True)
        ]
        assert ways.splitlines() == channels, "python -m sim.documents.whatifs"


@pytest.mark.parametrize(
    ("effect", "shown", "cell_"),
    [
        (Effect("m", "s", 128.0, -7.1, -9.04, -5.16, 0.0, 0.9, 20), "plain", "**-7.1** ±1.9"),
        (Effect("m", "s", 0.39, -0.0013, -0.0015, -0.0011, 0.0, 0.9, 20), "points", "**-0.130** ±0.020"),
        (Effect("m", "s", 200.0, 1.0, -3.0, 5.0, 0.6, 0.9, 20), "percent", "+0.5 ±2.0"),
        (Effect("m", "s", 5.0, 0.0, 0.0, 0.0, 0.0, 0.9, 20), "plain", "0 ±0"),
    ],
)
def test_an_effect_in_a_cell(effect: Effect, shown: str, cell_: str) -> None:
    assert cell(effect, shown) == cell_


# experiments


def test_signs_stand_beside_what_came_out_and_no_surprise_is_hidden(tmp_path: Path) -> None:
    expected = open_definition("E3").experiment.expected[0]
    told = {
        "outcome": expected.outcome,
        "contrast": expected.contrast,
        "found": "-",
        "verdict": "surprise",
        "text": "X",
    }
    told |= {"difference": -0.2, "lo": -0.3, "hi": -0.1, "unit": "log", "compare": "difference"}
    headline = {
        "outcome": "Gap",
        "contrast": "None",
        "unit": "log",
        "compare": "difference",
        **{k: 1 for k in ("difference", "lo", "hi")},
    }
    worlds = {"same_sign": 3, "worlds": 7, "reversed": ["Naive expectations"]}
    record = {
        "name": "E3",
        "headline": headline,
        "signs": [told],
        "variants": worlds,
        "draws": {**worlds, "reversed": 4},
    }
    (tmp_path / "experiments.json").write_text(json.dumps([record]))
    parts = experiments(tmp_path)
    assert (
        "| E3 | No learning from partners |" in parts["signs"]
        and "| -0.2 [-0.3, -0.1] log | surprise |" in parts["signs"]
    )
    assert parts["signs"].count("not run") == parts["signs"].count("\n") - 2
    assert parts["surprises"].startswith("- **E3**, no learning from partners") and parts["surprises"].count("\n") == 0
    assert (
        "Same sign in 3 of 7 structural variants" in parts["experiments"]
        and "naive expectations" in parts["experiments"]
    )
