"""Definition files: the shipped ones hold together, and mistakes are told at their place."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.scenario import load, read_set
from sim.scenario.experiment import Kind
from sim.scenario.vary import value_at
from sim.sweeps.experiments import lay_out, open_definition, shipped
from sim.sweeps.experiments.layout import check, settled
from sim.sweeps.experiments.robust import VARIANTS, drawn
from tests.experiments.conftest import DRAWS, TEXT

NAMES = list(shipped())
opened = lru_cache(maxsize=None)(open_definition)
MOST_RUNS = 10_000  # of all experiments at the budget `small`


def test_there_are_fifteen_and_the_flip() -> None:
    assert [*(f"E{number}" for number in range(1, 16)), "flip"] == NAMES


def test_the_flip_tells_reserved_from_open_demand_at_the_median() -> None:
    world = opened("flip").scenario.world
    reserved = {name: sector.reserved_demand for name, sector in world.sectors.items()}  # type: ignore[attr-defined]
    median = np.median(list(reserved.values()))
    assert set(world.groups["reserved_sectors"]) == {name for name, share in reserved.items() if share > median}
    assert set(world.groups["open_sectors"]) == {name for name, share in reserved.items() if share < median}


def test_each_kind_of_figure_is_drawn_by_one_experiment_and_its_module() -> None:
    kinds = [shown.kind for name in NAMES for shown in opened(name).experiment.figures]
    assert sorted(kinds) == sorted(get_args(Kind))
    assert all(callable(import_module(f"sim.plots.experiments.{kind}").draw) for kind in kinds)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_experiment_holds_together(name: str) -> None:
    """Both budgets resolve to valid points; the paper's is larger; contrasts differ from what they are compared to."""
    definition = opened(name)
    small, paper = (lay_out(definition, size) for size in ("small", "paper"))  # type: ignore[arg-type]
    assert len(small.wanted) < len(paper.wanted)
    assert all(row.point != row.reference for row in small.of("contrasts"))
    assert {(row.name) for row in small.of("variants")} == set(VARIANTS)
    assert definition.experiment.expected and definition.scenario.question
    assert len({(each.outcome, each.contrast) for each in definition.experiment.expected}) == len(
        definition.experiment.expected
    )
    standing = definition.scenario
    assert standing.hash == small.arms[0].hash
    assert {each.hash for each in small.arms} <= {each.hash for each in paper.arms} | {each.hash for each in small.arms}


def test_all_of_them_are_affordable() -> None:
    assert sum(len(lay_out(opened(name)).wanted) for name in NAMES) <= MOST_RUNS


def test_an_instrument_that_stands_for_nothing_changes_no_policy() -> None:
    """What an experiment adds at size zero writes no field, so its runs as it stands are those of the baseline."""
    for name in NAMES:
        assert [shock.id for shock in opened(name).scenario.shocks if shock.own and shock.effects()] == []


def test_variants_differ_from_the_default_world() -> None:
    standing = load("baseline")
    for _, settings in VARIANTS.values():
        for path, value in settings.items():
            assert value_at(standing, path) not in (None, value)


MISTAKES = [
    (
        "metric: technology_gap, sector: cars}",
        "metric: technology_gab, sector: cars}",
        "outcomes.gap.metric: 'technology_gab'; did",
    ),
    ("sector: cars, region: eu}", "sector: carts, region: eu}", "outcomes.share.sector: 'carts'; did you mean 'cars'?"),
    ("sector: cars, region: eu}", "sector: cars, region: eur}", "outcomes.share.region: 'eur'; did you mean 'eu'?"),
    ("metric: imports_home_made,", "metric: trust,", "outcomes.share.metric: 'trust'"),
    (
        "since: 2027, compare: loss",
        "since: 1890, compare: loss",
        "outcomes.loss.since: 1890; must be between 2022 and 2032",
    ),
    ("compare: loss", "compare: lost", "outcomes.loss.compare: 'lost'; must be difference, relative"),
    (
        "contrast: full}\n  expected",
        "contrast: ful}\n  expected",
        "headline.contrast: 'ful' is no contrast of this file; did",
    ),
    ('contrast: full, sign: "0"', 'contrast: full, sign: "="', "expected[1].sign: '='; must be +, -, 0 or ?"),
    ("outcome: other, contrast", "outcome: othre, contrast", "expected[1].outcome: 'othre' is no outcome"),
    ("outcomes: [share, gap]", "outcomes: [share, gape]", "attribution.players.outcomes: 'gape' is no outcome"),
    (
        "full: {text: A duty of 100 %, set: {shocks.duty.rate: 1}}",
        "full: {text: A, set: {shocks.duti.rate: 1}}",
        "contrasts.full: shocks.duti",
    ),
    ("set: {shocks.duty.rate: 1}}", "set: {shocks.duty.rate: -1}}", "contrasts.full: shocks.duty.rate: -1; must be"),
    ("vary: {shocks.duty.rate: [0, 1]}", "vary: {shocks.duty.rate: 0:1}", "blocks.doses.vary.shocks.duty.rate"),
    ("seeds: {small: 3, paper: 30}", "seeds: {smal: 3, paper: 30}", "experiment.seeds.smal: unknown key"),
    ("  figures: []", "  figures: [{kind: pie, title: x}]", "figures[0].kind: 'pie'"),
    ("  figures: []", "  figures: [{kind: doses, title: x, block: dosis}]", "figures[0].block: 'dosis'; did you mean"),
    ("rate: 0, start: 2027Q1}\n  - {id: idle", "rate: x, start: 2027Q1}\n  - {id: idle", "shocks.duty.rate"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES, ids=[told for _, _, told in MISTAKES])
def test_mistakes_are_told_at_their_place(tmp_path, right: str, wrong: str, told: str) -> None:
    assert right in TEXT
    text = TEXT.replace(right, wrong, 1)
    path = tmp_path / "duty.yaml"
    path.write_text(text, encoding="utf-8")
    problems = check(path)
    assert any(told in str(problem) for problem in problems), problems
    line = text[: text.index(wrong.splitlines()[0])].count("\n") + 1
    assert min(abs(problem.line - line) for problem in problems) <= 1


def test_a_scenario_is_no_experiment(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="the file is a scenario, not an experiment"):
        open_definition(shipped()["E1"].parents[1] / "baseline.yaml")
    with pytest.raises(ScenarioError, match="no such experiment; allowed: E1, E2"):
        open_definition("E4x")


def test_budgets_and_draws_shape_the_layout(definition) -> None:
    made = open_definition(definition)
    small, paper = lay_out(made, "small", draws=DRAWS), lay_out(made, "paper", draws=DRAWS)
    assert [row.values for row in small.of("doses")] == [{"shocks.duty.rate": rate} for rate in (0, 1)]
    assert len(paper.of("doses")) == 3 and paper.contrast("full").seeds == tuple(range(1, 31))
    assert small.of("doses")[0].point == 0 == small.contrast("nothing").point  # a duty of nothing is as it stands
    assert [row.values for row in small.of("draws")] == DRAWS
    assert len(small.of("attribution players")) == 8 and len(small.of("attribution effect")) == 2
    assert {row.seeds for row in lay_out(made, "small", "5:6", DRAWS).rows} == {(5, 6)}


def test_the_definition_in_the_documents_is_valid(tmp_path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8")
    path = tmp_path / "chip_duty.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert check(path) == [] and len(lay_out(open_definition(path)).of("attribution channels")) == 4


def test_settings_may_be_relative_to_what_stands_in_a_world() -> None:
    standing = opened("E1").scenario
    floor, horizon = standing.parameters["rd_floor"], "parameters.horizon"
    assert settled(standing, {"parameters.rd_floor": "x0.5", horizon: None}) == {"parameters.rd_floor": floor / 2}
    world = {"parameters.rd_floor": 0.8, horizon: 20}
    assert settled(standing, {"parameters.rd_floor": "x2", horizon: None}, world) == {
        "parameters.rd_floor": 1.6,
        horizon: 20,
    }
    assert settled(standing, {horizon: 12, "shocks.x.start": "2027Q1"}) == {horizon: 12, "shocks.x.start": "2027Q1"}


def test_draws_are_those_of_the_parameter_set_after_the_one_that_stands() -> None:
    scenario = load("baseline")
    known = read_set("all2025").draws
    assert known is not None
    found = drawn(scenario, 10)
    assert [row["parameters.ambient"] for row in found] == list(known.values["ambient"][1:11])
    assert scenario.parameters["ambient"] == known.values["ambient"][0]
    many = drawn(scenario, len(known.marks))  # more than there are: a hypercube around what stands
    assert all(0.5 <= row["parameters.ambient"] / scenario.parameters["ambient"] <= 1.5 for row in many)
