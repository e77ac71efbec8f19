"""What follows a flip: who is held against whom, what counts as first, and that shares are those of the cases."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from sim.errors import NotEnough
from sim.plots import aftermath
from sim.plots.aftermath import EVENTS, WITHIN, Ventures, compared, first_events
from sim.plots.stored import Stored

NEVER = aftermath._FAR
PLACE = {name: number for number, name in enumerate(EVENTS)}


def made(rows: list[tuple[int, int, int, int]], moments: list[tuple[int, int, str]], sectors: list[int]) -> Ventures:
    """rows: seed, entered, left, flipped of each venture; moments: venture, age, event."""
    seed, entered, left, flipped = (np.array(column) for column in zip(*rows, strict=True))
    told = np.array([(venture, age, PLACE[event]) for venture, age, event in moments]).reshape(-1, 3)
    return Ventures(seed, np.array(sectors), entered, left, flipped, told)


def test_the_first_event_from_the_flip_on_counts_and_no_earlier_one() -> None:
    found = made(
        [(1, 0, 60, 10), (1, 0, 60, 10)],
        [(0, 4, "converted"), (0, 10, "chinese_gains"), (0, 12, "sold_chinese"), (1, 9, "converted")],
        [0, 0],
    )
    time, cause = first_events(found, np.array([0, 1]), np.array([10, 10]), np.array([60, 60]))
    assert time.tolist() == [0, 50] and cause.tolist() == [PLACE["chinese_gains"] + 1, 0]


def test_controls_are_of_the_same_sector_alive_and_unflipped_at_the_same_age() -> None:
    found = made(
        [
            (1, 0, 40, 10),  # the case
            (2, 0, 40, NEVER),  # like it
            (2, 0, 40, 18),  # flips later: like it until then
            (2, 0, 10, NEVER),  # over at that age
            (2, 12, 40, NEVER),  # seen too late
            (2, 0, 40, NEVER),  # another sector
        ],
        [(2, 17, "converted")],
        [0, 0, 0, 0, 0, 1],
    )
    cases = compared(found)
    assert cases["flipped"][0].tolist() == [1, 2]
    seed, time, cause, weight = cases["unflipped"]
    assert time[:2].tolist() == [30, 7] and cause[:2].tolist() == [0, PLACE["converted"] + 1]  # of the first case
    assert time[2:].tolist() == [
        22,
        22,
    ]  # of the second, aged 18: one that never flips, one seen late
    assert seed.tolist() == [2] * 4 and weight.tolist() == [0.5] * 4  # together as much as the case


def test_first_events_of_a_folder_compete(synthetic: ModuleType, tmp_path: Path) -> None:
    """Incidence rises, first events add up to at most one, and the cases are the ventures that flip while seen."""
    stored = Stored(synthetic.results(tmp_path, seeds=4), years=None)
    found = aftermath.table(stored)
    rows = found[(found["quarters"] == WITHIN) & (found["scenario"] == "baseline")]
    total = rows[rows["event"] != aftermath.RAISED].groupby("group")["incidence"].sum()
    assert set(total.index) == {"flipped", "unflipped"} and (total <= 1 + 1e-9).all() and (total > 0).all()
    ventures = aftermath.ventures(stored, "baseline")
    assert ventures is not None
    flips = np.flatnonzero((ventures.flipped >= ventures.entered) & (ventures.flipped <= ventures.left))
    assert rows.set_index("group")["cases"]["flipped"].iloc[0] == len(flips)
    grown = found.sort_values("quarters").groupby(["scenario", "group", "event"])["incidence"].diff().dropna()
    assert (grown >= -1e-9).all()


def test_a_folder_without_flips_of_products_is_told_apart(synthetic: ModuleType, tmp_path: Path) -> None:
    folder = synthetic.results(tmp_path, seeds=2)
    for file in (folder / "partnerships").glob("*.parquet"):
        pd.read_parquet(file).drop(columns="product_flipped").to_parquet(file)
    with pytest.raises(NotEnough, match="product_flipped"):
        aftermath.draw(Stored(synthetic.sign(folder)))


def test_conversions_hold_those_by_which_the_chinese_side_gains(synthetic: ModuleType, tmp_path: Path) -> None:
    found = aftermath.table(Stored(synthetic.results(tmp_path, seeds=4), years=None))
    wide = found.pivot_table("incidence", ["scenario", "group", "quarters"], "event", observed=True)
    assert (wide[aftermath.RAISED] <= wide["converted"] + 1e-12).all() and wide["converted"].max() > 0
