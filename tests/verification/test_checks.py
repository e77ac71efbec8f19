"""The checks of `verify`, one test each; and that their declarations are whole."""

import pytest

from sim.verify import ABSENT, Check, Laboratory, checks, chosen
from sim.verify.check import Found, Void, falling, near, rising, worst
from sim.verify.page import page

DECLARED = checks()
RUN = [
    pytest.param(each, id=f"{each.id}-{each.name}", marks=[pytest.mark.verification] * each.slow) for each in DECLARED
]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("verification"))


@pytest.mark.parametrize("check", RUN)
def test_check_holds(lab: Laboratory, check: Check) -> None:
    found = check.function(lab)
    assert found.holds, f"{check.statement}: {found}"


def test_every_closed_form_of_the_list_is_checked_or_said_not_to_apply() -> None:
    checked = {each.item for each in DECLARED if each.item.startswith("T")}
    absent = {each.id for each in ABSENT if not each.id.endswith("part")}
    assert checked | absent == {f"T{n}" for n in range(1, 43)}
    assert not checked & absent and len(checked) >= 34
    assert {each.id.partition(",")[0] for each in ABSENT if each.id.endswith("part")} <= {c.item for c in DECLARED}


def test_declarations_are_whole() -> None:
    assert len({each.id for each in DECLARED}) == len({each.name for each in DECLARED}) == len(DECLARED)
    for each in DECLARED:
        assert each.text.endswith(".") and each.source and len(each.statement) <= 76, each.id


def test_the_page_is_fresh(root) -> None:  # type: ignore[no-untyped-def]
    written = (root / "docs/verification.md").read_text(encoding="utf-8")
    assert written == page(), "python -m sim.verify.page > docs/verification.md"


def test_checks_are_chosen_by_topic_id_or_name() -> None:
    assert [each.id for each in chosen(["T14a"])] == ["T14a"]
    assert {each.item for each in chosen(["t14"])} == {"T14"}
    assert {each.topic for each in chosen(["market"])} == {"market"}
    assert "T12" in {each.id for each in chosen(["tariff"])}
    assert chosen([]) == DECLARED
    with pytest.raises(KeyError, match="nonsense"):
        chosen(["nonsense"])


def test_a_found_value_is_judged_by_its_relation() -> None:
    assert Found(1.0, 1.1, 0.2).holds and not Found(1.0, 1.3, 0.2).holds
    assert Found(-1.0, 0.0, 0.0, "<").holds and not Found(0.0, 0.0, 0.0, "<").holds
    assert Found(1.0, 0.0, 0.0, ">").holds and not Found(0.0, 0.0, 0.0, ">").holds
    assert not any(Found(float("nan"), 0.0, 9.0, relation).holds for relation in "=<>")


def test_the_worst_pair_is_reported() -> None:
    assert near([1.0, 2.0, 3.0], [1.0, 2.5, 3.1], 0.2) == (2.0, 2.5, 0.2, "=")
    assert near([1.0, float("nan")], 1.0, 0.1).holds is False
    assert near([10.0, 1.01], [10.05, 1.0], 0.006, relative=True).expected == 1.0
    assert near(3.0, 3.0, 0.0) == (3.0, 3.0, 0.0, "=")
    assert rising([1, 2, 4]).value == 1 and falling([3, 2, 0]).value == -1
    assert worst([near(1, 1, 0), near(1, 2, 0), near(1, 3, 0)]).expected == 2
    for nothing in (lambda: near([], [], 0.1), lambda: worst([])):
        with pytest.raises(Void):
            nothing()
