"""The evidence on the model in one place: facts, patterns, published results and regressions, declared and compared.

`sim/data/facts.yaml` declares what was observed and which statistic of the runs is its counterpart; the pages here are
pure functions of recorded runs. Nothing is scored that the file does not name, and what has no counterpart says why.
"""

from sim.evidence.scorecard.card import Plan, Row, scorecard
from sim.evidence.scorecard.declared import Evidence, declared
from sim.evidence.scorecard.worlds import Record, records

__all__ = ["Evidence", "Plan", "Record", "Row", "declared", "records", "scorecard"]
