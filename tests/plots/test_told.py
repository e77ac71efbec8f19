"""The report's sentences, from differences written by hand."""

from types import SimpleNamespace

import pandas as pd

from sim.report import sections, told

CARS = {"sectors": {"cars": {}}, "regions": {"eu": {}, "us": {}}}
DUTY = {"id": "duty", "sectors": ["cars"], "destination": ["eu"]}
MANIFEST = {"base": "base", "scenarios": {"base": {}, "duty": {"resolved": {**CARS, "shocks": [DUTY]}}}}


def stored(*rows):
    names = ("metric", "sector", "region", "difference", "lo", "hi", "p_positive")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    frame = frame.assign(scenario="duty", year=2040, n=50)
    return SimpleNamespace(sums=lambda _: frame, base="base", others=["duty"], entries={"base": {}},
                           manifest=MANIFEST)  # fmt: skip


SHARE = ("chinese_share_abroad", "all", "", -0.0072, -0.008, -0.0063, 0.02)
WAYS = (
    ("chinese_exports_abroad", "all", "", -0.0199, -0.022, -0.018, 0.0),
    ("chinese_plants_abroad", "all", "", 0.0075, -0.001, 0.016, 0.6),
)
PLACES = (
    ("chinese_share", "cars", "eu", -0.06, -0.08, -0.04, 0.0),
    ("chinese_share", "batteries", "us", -0.30, -0.70, 0.10, 0.3),  # larger, but its sign is not known
    ("chinese_share", "cars", "china", 0.50, 0.40, 0.60, 1.0),  # at home
)
WELFARE = (
    ("welfare", "all", "", -85.5, -94.2, -76.9, 0.02),
    ("welfare", "all", "eu", -42.4, -46.0, -38.0, 0.0),
    ("welfare", "all", "us", 3.0, -1.0, 7.0, 0.6),
)


def test_what_changes_where_by_which_way_and_how_sure():
    share, way, place, welfare, sure = told.sentences(stored(SHARE, *WAYS, *PLACES, *WELFARE), "duty")
    assert share.startswith("Chinese brands sell less abroad") and "−0.72 percentage points (−0.80 to −0.63)" in share
    assert "exports from China −1.99, own plants abroad +0.75 (sign not known)" in way
    assert place == "Where the policies act, their share moves by −6.00 percentage points (−8.00 to −4.00) in cars, EU."
    assert welfare.startswith("World welfare falls: −85.5") and "EU loses most, −42.4" in welfare
    assert "50 pairs of runs, the share abroad rises in 2 % and welfare rises in 2 %" in sure


def test_where_a_policy_acts_is_told_though_its_sign_is_open_and_a_difference_too_small_to_be_seen_is_not():
    here = ("chinese_share", "cars", "eu", -0.006, -0.02, 0.01, 0.2)
    noise = ("chinese_share", "cars", "us", 3e-7, 1e-7, 5e-7, 1.0)
    (told_here,) = [line for line in told.sentences(stored(SHARE, here, noise), "duty") if "cars" in line]
    assert told_here.endswith("by −0.60 percentage points (−2.00 to +1.00) in cars, EU, the sign is not known.")
    most = told.sentences(stored(SHARE, here, (*noise[:3], 0.1, 0.05, 0.2, 1.0)), "duty")
    assert "It moves most otherwise in cars, US: +10.0 percentage points (+5.00 to +20.0)." in most


def test_a_sign_that_is_not_known_is_not_told():
    open_ = [(*row[:3], 0.001, -0.01, 0.012, 0.5) for row in (SHARE, WELFARE[0])]
    share, welfare, _ = told.sentences(stored(*open_), "duty")
    assert "sign is not known" in share and "sign is not known" in welfare and "sell less" not in share
    one = stored(SHARE)
    assert told.sentences(SimpleNamespace(**{**vars(one), "sums": lambda _: one.sums("").assign(n=1)}), "duty") == []


def test_welfare_stands_by_region_with_the_world_last():
    rows = told.welfare_by_region(stored(*WELFARE))
    assert [row["region"] for row in rows] == ["EU", "US", "World"]
    assert [row["cells"][0]["mark"] for row in rows] == ["▼", "·", "▼"]
    assert rows[0]["cells"][0]["interval"] == "−46.0 to −38.0"


def test_what_all_answers_share_is_said_once():
    answers = [{"title": name, "sentences": [f"{name} moves.", "Luck alone."]} for name in ("a", "b")]
    told_once, shared = sections.once(answers)
    assert shared == ["Luck alone."] and [each["sentences"] for each in told_once] == [["a moves."], ["b moves."]]
    assert sections.once(answers[:1]) == (answers[:1], [])
