"""Numbers of others: every target is answered or told to have no counterpart; statistics by hand."""

import numpy as np
import pytest

from sim.evidence.scorecard import docking as statistics
from sim.evidence.scorecard import words
from sim.evidence.scorecard.declared import declared, docking
from sim.evidence.scorecard.worlds import quarter_of
from sim.model.columns import Type
from tests.scorecard.synthetic import life, path, shot, world


def test_every_target_is_asked_or_has_a_reason():
    asked, absent = ({each.id for each in rows} & docking().keys() for rows in (declared().facts, declared().absent))
    assert asked | absent == docking().keys() and not asked & absent
    cap = next(each for each in declared().facts if each.id == "N2a")
    assert (cap.low, cap.high, cap.kind) == (0.0, None, "range") and "Liang" in cap.source and "abstract" in cap.source
    assert next(each for each in declared().facts if each.id == "N6a").kind == "shown"


def test_entries_after_a_date():
    """Three ventures here and one there within five years; others are too early, too late, abroad or elsewhere."""
    signed = [life(start=year) for year in (2002, 2004.5, 2006.75)]
    others = [life(start=2001.75), life(start=2007), life(start=2003, kind=Type.globalize), life(sector=1, start=2003)]
    owned = path(cars=lambda year: (year >= 2002) & (year < 2003))
    here = world([[*signed, *others]] * 2, adoptions_wholly_owned=owned)
    there = world([[life(start=2003)]] * 2)
    assert statistics.entries_gained(here, there, {"cars": 2002.0}, owned=False) == pytest.approx([2, 2])
    assert statistics.entries_gained(here, there, {"cars": 2002.0}, owned=True) == pytest.approx([4, 4])


def test_adoptions_of_later_years():
    made = world([[], []], adoptions_globalize=path(rail=lambda year: np.where(year >= 2024, 3.0, 1.0)))
    told = statistics.adoptions_later(made, "globalize", "rail", [2024, 2026], [2020, 2022])
    assert told == pytest.approx([3, 3])
    assert np.isnan(statistics.adoptions_later(made, "globalize", "cars", [2024, 2026], [2020, 2022])).all()


def test_who_is_led_and_who_signs():
    """Three US multinationals in the host, one of them by a partnership only; one sells nothing there."""
    gap = path(cars=lambda year: np.where(year >= 2027, -0.1, 0.1), rail=lambda year: np.full(len(year), -0.1))
    share = np.full((9, 3), 0.1)
    share[[3, 6], 0] = 0.0
    pair = {"multinational": np.array([6]), "chinese": np.array([7]), "type": np.array([1]), "sales": np.ones(1)}
    shots = {quarter_of(2025, 4): shot(share=share, partnership=np.ones(1, np.uint64), **pair)}
    made = world([[life(sector=2, start=2026), life(sector=0, start=2020)]], shots=shots, frontier_gap=gap)
    assert statistics.led(made, "us", 2025, 2025) == pytest.approx([0.5])
    assert statistics.led(made, "us", 2025, 2030) == pytest.approx([1.0])
    assert statistics.led_more(made, "us", 2025, [2026, 2030]) == pytest.approx([0.5])
    assert statistics.signing(made, "us", 2025, 2025, 2027) == pytest.approx([0.5])


def test_effort_of_the_listed_and_share_gained():
    def run(spent, listed, share):
        shots = {quarter_of(2025, 4): shot(rd=np.where(np.isin(np.arange(9), [1, 2]), spent, 1.0), listed=listed)}
        return world([[]], shots=shots, chinese_share_home=path(solar=lambda year: np.full(len(year), share)))

    here, there = run(2.0, np.arange(9) == 1, 0.6), run(1.6, np.zeros(9, bool), 0.4)
    assert statistics.effort_of_listed(here, there, 2025) == pytest.approx([0.25])
    assert statistics.home_share_gained(here, there, "solar", 2019) == pytest.approx([0.2])


def test_hits_and_misses_in_words():
    row = {"id": "N1", "text": "a", "observed": 0.1, "low": 0.0, "high": None, "kind": "range", "band": [0.1, 0.2, 0.3]}
    cases = [
        (row | {"inside": True}, "hit"),
        (row | {"inside": False}, "miss"),
        (row | {"inside": None}, "unresolved"),
        (row | {"inside": None, "band": None}, "miss: no such event in the runs"),
        (row | {"inside": None, "low": None, "kind": "shown"}, "shown beside, no hit claimed"),
    ]
    for told, expected in cases:
        assert words.docking({"facts": [told], "absent": []})[1][-1] == expected
    gone = {"id": "N2", "text": "b", "reason": "an input"}
    assert words.docking({"facts": [row | {"id": "A1", "inside": True}], "absent": [gone]})[1][-1].endswith("an input")
