"""Outcomes are those that were approved, and a change of them is approved knowingly."""

import copy

import pytest

from sim.machine.declare import fields
from sim.model.records import Outcome
from tests.approved import (
    CHANGES,
    COMMAND,
    METRICS,
    SCENARIOS,
    Told,
    approve,
    digest,
    entries,
    moved,
    objections,
    outcomes,
    read,
)

LOG = """# Changes

## 0.2.0

### Added
- A figure.

### Results change
- Second: firms
  learn.

## 0.1.0

### Results change
- First.
"""


@pytest.fixture
def told() -> Told:
    """Outcomes of one scenario, made up."""
    one = {
        "aggregates": {"welfare, 2025": 100.0, "flip, events": 4.0},
        "columns": {"outcome.flips": "a", "events.kind": "b"},
        "years": "a b c",
    }
    return {"baseline": one}


@pytest.fixture
def baseline(told: Told) -> Told:
    first = approve({"approvals": [], "outcomes": {}}, told, LOG[LOG.index("## 0.1.0") :])
    return approve(first, told, LOG)


def test_outcomes_are_the_approved_ones() -> None:
    """If this fails and the change is meant: say so in CHANGELOG.md under *Results change* and approve it."""
    approved = read()["outcomes"]
    differences = moved(approved, outcomes(approved))
    assert not differences, "\n".join([*differences, f"if this is meant: an entry in CHANGELOG.md, then `{COMMAND}`"])


def test_every_approval_has_its_entry() -> None:
    assert objections(read(), CHANGES.read_text(encoding="utf-8")) == []


def test_the_baseline_can_be_read(told: Told) -> None:
    assert set(METRICS) <= set(fields(Outcome))
    for name in SCENARIOS:
        assert 30 <= len(read()["outcomes"][name]["aggregates"]) <= 50


def test_a_difference_is_told_by_scenario_year_column_and_number(told: Told) -> None:
    now = copy.deepcopy(told)
    now["baseline"]["aggregates"]["welfare, 2025"] = 101.0
    now["baseline"]["columns"]["outcome.flips"] = "c"
    now["baseline"]["years"] = "a x c"
    assert moved(told, now) == [
        "baseline: differs since 1980",
        "  outcome: 1 of 1 columns: flips",
        "  welfare, 2025: 100 -> 101 (+1.000%)",
    ]
    assert moved(told, told) == []
    assert moved(told, {}) == ["baseline: gone"]


def test_entries_are_those_under_results_change() -> None:
    assert entries(LOG) == ["Second: firms learn.", "First."]


def test_a_change_needs_a_new_entry(baseline: Told, told: Told) -> None:
    assert objections(baseline, LOG) == []
    now = copy.deepcopy(told)
    now["baseline"]["years"] = "a x c"
    with pytest.raises(ValueError, match="new entry"):
        approve(baseline, now, LOG)
    after = approve(baseline, now, LOG.replace("- Second", "- Third.\n- Second"))
    assert [each["entry"] for each in after["approvals"]] == ["First.", "Second: firms learn.", "Third."]
    assert after["approvals"][-1]["digest"] == digest(now)
    assert objections(after, LOG.replace("- Second", "- Third.\n- Second")) == []


def test_a_file_changed_by_hand_is_refused(baseline: Told) -> None:
    by_hand = copy.deepcopy(baseline)
    by_hand["outcomes"]["baseline"]["aggregates"]["welfare, 2025"] = 101.0
    assert objections(by_hand, LOG) == ["outcomes were changed without an approval"]
    again = {
        **by_hand,
        "approvals": [*by_hand["approvals"], {"entry": "First.", "digest": digest(by_hand["outcomes"])}],
    }
    assert objections(again, LOG) == ["an entry approves twice: First."]


def test_an_entry_without_approval_and_an_approval_without_entry_are_told(baseline: Told) -> None:
    assert objections(baseline, LOG.replace("- First.", "- Other.")) == [
        "approved under an entry that CHANGELOG.md does not have: First.",
        "an entry of CHANGELOG.md is not approved yet: Other.",
    ]
