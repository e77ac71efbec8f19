"""Outcomes of one's own, for `--outcome docs/examples/outcomes.py:NAME`: functions from a run's tables to a number."""


def flips_before_2035(tables) -> float:
    """Partnerships whose technology flipped between 2026 and 2034."""
    flips = tables.events[tables.events["kind"] == "flip"]
    return float(flips["quarter"].between("2026Q1", "2034Q4").sum())


def lost_to_exits(tables) -> float:
    """Share of the partnerships in force in 2026 that ended by dissolution or severance."""
    lives = tables.partnerships
    then = lives[(lives["start"] <= "2026Q4") & (lives["end"].isna() | (lives["end"] > "2026Q4"))]
    return float(then["end_kind"].isin(["dissolution", "severance"]).mean()) if len(then) else float("nan")
