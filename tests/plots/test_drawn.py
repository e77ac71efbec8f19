"""What the report says of parameters: of plain comparisons, of those on record, of draws."""

from types import SimpleNamespace

import pyarrow as pa
import pytest

from sim.plots import style
from sim.report import drawn
from sim.runs.across import Across, over_draws, written
from tests.runs.test_across import crossed, plain

LONG = "run.py compare base duty --seeds 50 --set end=2035 --out=results/mine --quiet --keep events"


def stored(runs, posterior, command=LONG):
    door = SimpleNamespace(read=lambda _: iter([pa.Table.from_pandas(runs)]))
    return SimpleNamespace(
        entries={"base": {"resolved": {"posterior": posterior}}, "duty": {}},
        base="base",
        others=("duty",),
        references={"duty": "base"},
        has=lambda _: True,
        door=door,
        manifest={"command": command},
    )


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A set of this name with a record, where the report looks for sets."""
    (tmp_path / "mine.effects.csv").write_text(written(over_draws(crossed(), {"duty": "base"}, ["welfare"])))
    place = SimpleNamespace(path=tmp_path / "mine.yaml")
    monkeypatch.setattr(drawn, "read_set", lambda name, drawn: SimpleNamespace(place=place))
    return tmp_path / "mine.effects.csv"


def test_of_a_what_if_on_record_the_first_paragraph_tells_effects_over_draws(record):
    told = drawn.Parameters(stored(plain(), {"set": "mine", "draw": 1}))
    said = " ".join(told.sentences("duty"))
    assert (
        "luck alone" in said and "Over 4 draws of the parameters (of set mine, 2 seeds of luck each, on record)" in said
    )
    assert "world welfare moves by +0.50" in said and "it rises in 3" in said and "--posterior" not in said
    assert told.range_of("duty", "welfare", style.declared("welfare")) == "−3.25 to +2.85"
    assert told.range_of("duty", "trust", style.declared("trust")) == ""
    assert "on record" in told.term and "Ranges over draws" in told.limit


def test_of_others_it_says_so_and_gives_the_command(record):
    record.write_text(record.read_text().replace("duty", "ban"))
    for spoilt in (record.read_text(), "no record"):
        record.write_text(spoilt)
        told = drawn.Parameters(stored(plain(), {"set": "mine", "draw": 1}))
        said = " ".join(told.sentences("duty"))
        assert "luck alone" in said and "not on record" in said and told.effects == {}
        assert "compare base duty --set end=2035 --keep events --posterior 20</code>" in said
        assert "not known of the parameters or of the model" in told.limit
    assert "compare base duty --posterior 20" in drawn.Parameters(stored(plain(), {}, "")).suggested


def test_draws_of_the_folder_itself_need_no_record():
    told = drawn.Parameters(stored(crossed(), {"set": "mine", "draws": 4, "crossed": True}))
    said = " ".join(told.sentences("duty"))
    assert "luck alone" not in said and "on record" not in said and "of 4 draws of the parameters, each recurs" in said
    assert "Over 4 draws of the parameters (2 seeds of luck each), world welfare moves by +0.50" in said
    turns = drawn.Parameters(stored(crossed().drop(columns="luck"), {"set": "mine", "draws": 4}))
    assert "take them in turn" in " ".join(turns.sentences("duty")) and turns.effects == {}


def test_what_rises_in_none_or_all_is_said_in_words():
    row = Across("base", "duty", "welfare", 9, 2, 1.0, 1.0, -3.0, -4.0, -2.0, 0)
    assert "it rises in none" in drawn._words(row) and "it rises in all" in drawn._words(row._replace(rises=9))
