"""What counts as the first event after a flip: the same in the story and in the figure."""

import numpy as np

from sim.plots.aftermath import CAUSES, Ventures, first_events
from sim.runs.followed import FIRST, _first, _Ventures


def test_story_and_figure_count_first_events_alike():
    """Of events at 4, 10 and 12: from the quarter 10 of a flip on the second is first, from 11 on the third."""
    assert FIRST == CAUSES
    when, what = np.array([4, 10, 12]), np.array([2, 0, 4])
    none = np.zeros(1)
    story = _Ventures(none, none, none + 60, none + 10, np.array([0]), np.array([3]), when, what, 100)
    moments = np.column_stack([np.zeros(3, int), when, what])
    figure = Ventures(none, none, none, none + 60, none + 10, moments)
    for since, expected in ((10, 0), (11, 4), (13, -1)):
        one = np.array([0])
        told = first_events(figure, one, np.array([since]), np.array([30]))[1] - 1
        assert _first(story, one, np.array([since]), np.array([30])).tolist() == told.tolist() == [expected]
