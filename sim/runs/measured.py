"""A run's metrics, made once for the quarters that it has in common with the run before it."""

from typing import NamedTuple

import numpy as np

from sim.runs.bounds import check_bounds
from sim.runs.tables import Frame, Measures, Run, Values, measure, plain
from sim.runs.yearly import Years, exact, years


class Measured(NamedTuple):
    """Metrics that tables are made of, of the years reported; by quarter only where they are asked for. `last`: of the
    last year, in full precision."""

    frame: Frame
    years: Years
    last: Years
    quarters: Measures | None


def measured(run: Run, frame: Frame, quarterly: bool, before: Measured | None = None, since: int = 0) -> Measured:
    """Metrics of a run whose numbers are checked. `before`: those of a run that is the same up to quarter `since`.

    Raises Broken where a number breaks a declared bound.
    """
    if before is None or not frame.same_rows(before.frame) or (quarterly and before.quarters is None):
        since = 0
    reported = max(0, since // 4 - frame.first // 4)  # years taken over
    begin = frame.first + 4 * reported if reported else 0
    written = plain(run, begin)
    check_bounds(written, begin)
    by_year = years(written, frame, begin)
    by_quarter = measure(written, frame, begin) if quarterly else None
    last = _last(written, frame, begin) if before is None or begin < frame.last else before.last
    if before is not None and reported:
        by_year = Years(*(_joined(reported, *pair) for pair in zip(before.years, by_year, strict=True)))
        if before.quarters is not None and by_quarter is not None:
            pairs = zip(before.quarters, by_quarter, strict=True)
            by_quarter = Measures(*(_joined(4 * reported, *pair) for pair in pairs))
    return Measured(frame, by_year, last, by_quarter)


def _last(written: Measures, frame: Frame, begin: int) -> Years:
    """The last year reported."""
    first = frame.last - 4
    return years(Measures(*(values[:, first - begin : frame.last - begin] for values in written)), frame, first, exact)


def _joined(kept: int, before: Values, after: Values) -> Values:
    """The first `kept` years or quarters of one, then the other: [metric, time, ...]."""
    return np.concatenate([before[:, :kept], after], axis=1)
