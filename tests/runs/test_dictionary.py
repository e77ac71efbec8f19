"""The data dictionary lists what is declared."""

import io

import pandas as pd

from sim.machine.declare import fields
from sim.model.records import Market, Outcome, Vintage
from sim.runs.dictionary import dictionary_csv, metrics


def test_every_metric_is_listed_once_per_table():
    listed = [(row[0], row[1]) for row in metrics()]
    assert len(listed) == len(set(listed)) == sum(len(fields(each)) for each in (Outcome, Market, Vintage))


def test_it_lies_beside_the_tables_as_csv():
    told = pd.read_csv(io.StringIO(dictionary_csv()), keep_default_na=False).set_index(["table", "metric"])
    assert len(told) == len(list(metrics())) and told.loc[("markets", "local_chinese"), "unit"] == "share"
    assert told.loc[("trajectories", "welfare"), "a_year"] == "sum"
    assert not told.map(lambda cell: cell.startswith(tuple("=+-@"))).to_numpy().any()  # a spreadsheet reckons nothing
    assert told.loc[("trajectories", "welfare"), "formula"] == fields(Outcome)["welfare"].formula
