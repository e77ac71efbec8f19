"""Reading evidence: what ships is complete and mapped, what is broken is told with its place."""

import pytest

from sim.errors import ScenarioError
from sim.evidence.history.evidence import EVENTS, read_cases, read_sectors, read_series, shipped
from sim.evidence.history.mapping import mapping
from sim.evidence.history.series import DERIVED
from sim.evidence.history.worlds import PLAIN, TYPES
from sim.scenario import load
from sim.scenario.build import labels

HEAD = "case_id,sector,year,event,model\n"
ROW = "a,telecom,1999,form,market_access\n"


def write(tmp_path, text, name="x.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_shipped_row_has_a_counterpart_or_is_named_as_outside():
    """Only `other` is outside the model; every sector of the world is met by the ledger; generations exist."""
    table, names = mapping(), labels(load("baseline"))
    cases = read_cases(shipped("cases.csv"), table)
    assert len(cases) == 442 and {case.event for case in cases} == set(EVENTS)
    used = {case.sector for case in cases} | {fact.sector for fact in read_sectors(shipped("sectors.csv"))}
    assert {name for name in used if table.place(name) is None} == {"other"}
    met = {sector for case in cases if (place := table.place(case.sector)) for sector in place.sectors}
    assert met == set(names.sectors)
    for place in filter(None, table.sectors.values()):
        for sector in place.sectors:
            known = names.generations[names.sectors.index(sector)]
            assert place.generation is None or place.generation in known
    assert set(TYPES) <= set(table.types.values())


def test_every_mapped_series_exists_and_is_a_metric():
    table = mapping()
    known = {point.series for point in read_series(shipped("series.csv"))}
    assert set(table.series) | table.inputs <= known
    for rule in table.series.values():
        assert rule["metric"] in DERIVED if rule["table"] == "history" else rule["metric"] in PLAIN


def test_further_columns_their_order_and_blanks_do_not_matter(tmp_path):
    plain = write(tmp_path, HEAD + ROW)
    other = write(
        tmp_path, 'note,model,event,year,sector,case_id\n"x,\ny", market_access ,form,1999,telecom,a\n', "y.csv"
    )
    assert read_cases(plain, mapping()) == read_cases(other, mapping())


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD.replace("model", "type") + ROW, 1, "lacks the column model"),
        (HEAD + ROW + "b,telecom,1999,form,barter\n", 3, "'barter' is not one of market_access"),
        (HEAD + ROW + "b,telecom,soon,form,market_access\n", 3, "'soon' is not a year"),
        (HEAD + "b,telecom,1999.5,form,market_access\n", 2, "'1999.5' is not a year"),
        (HEAD + "b,telecom,nan,form,market_access\n", 2, "'nan' is not a year"),
        (HEAD + "b,telecom,1999,begin,market_access\n", 2, "'begin' is not one of form"),
        (HEAD + ",telecom,1999,form,market_access\n", 2, "case_id: is empty"),
        (HEAD + "b,telecom\n", 2, "'' is not a year"),
        ("", 1, "is empty"),
        (HEAD, 1, "holds no rows"),
    ],
)
def test_faults_of_a_ledger_are_told_with_line(tmp_path, text, line, words):
    path = write(tmp_path, text)
    with pytest.raises(ScenarioError) as caught:
        read_cases(path, mapping())
    assert f"{path}:{line}:" in str(caught.value) and words in str(caught.value) and caught.value.code == 4


def test_all_faults_at_once(tmp_path):
    path = write(tmp_path, HEAD + "b,telecom,soon,form,barter\nc,telecom,1999,begin,none\n")
    with pytest.raises(ScenarioError) as caught:
        read_cases(path, mapping())
    assert [(each.line, each.key) for each in caught.value.problems] == [(2, "year"), (2, "model"), (3, "event")]


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "bytes.csv").write_bytes(b"series,year,value\n\xff\xfe,1,1\n")
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "bytes.csv"):
        with pytest.raises(ScenarioError, match="cannot be read"):
            read_series(path)
    with pytest.raises(ScenarioError, match="'x' is not a year"):
        read_series(write(tmp_path, "series,year,value\na,x,1\n"))


def test_a_value_in_words_is_no_observation(tmp_path):
    (point,) = read_series(write(tmp_path, "series,year,value\na,2020.25,some\n"))
    assert point.year == 2020.25 and point.value != point.value
