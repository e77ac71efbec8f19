"""The data dictionary lists what is declared."""

from sim.declare import fields
from sim.records import Market, Outcome, Vintage
from sim.study.dictionary import metrics


def test_every_metric_is_listed_once_per_table():
    listed = [(row[0], row[1]) for row in metrics()]
    assert len(listed) == len(set(listed)) == sum(len(fields(each)) for each in (Outcome, Market, Vintage))
