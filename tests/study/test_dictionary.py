"""docs/results.md says what the declarations say."""

import pytest

from sim.declare import fields
from sim.records import Market, Outcome, Vintage
from sim.study.dictionary import documented, metrics


@pytest.mark.parametrize("part", ["events", "partnerships", "metrics"])
def test_the_page_is_fresh(root, part):
    page = (root / "docs" / "results.md").read_text(encoding="utf-8")
    between = page.partition(f"<!-- {part} -->\n")[2].partition(f"\n<!-- end of {part} -->")[0]
    assert between == documented()[part], "write what `sim.study.dictionary.documented()` gives into docs/results.md"


def test_every_metric_is_listed_once_per_table():
    listed = [(row[0], row[1]) for row in metrics()]
    assert len(listed) == len(set(listed)) == sum(len(fields(each)) for each in (Outcome, Market, Vintage))
