"""The card's verdicts, the file of facts, scores, placebos, words."""

import json

import numpy as np
import pytest

from sim.evidence import history
from sim.evidence.history import formations
from sim.evidence.history.chances import ALONE, chances, observed, recording_odds
from sim.evidence.history.rivals import learn
from sim.evidence.history.scores import log_loss
from sim.evidence.history.worlds import TYPES
from sim.evidence.scorecard import words
from sim.evidence.scorecard.card import Plan, band, inside, plain, row
from sim.evidence.scorecard.declared import BASE, declared
from sim.evidence.scorecard.draws import World, drawing, under
from sim.evidence.scorecard.scores import against, counted, cropped, losses, passed
from sim.evidence.scorecard.variants import dealt, derangement, fell, helpful
from sim.scenario.switch import switched
from tests.history.synthetic import drifting, ledger
from tests.scorecard.synthetic import path, world

EVIDENCE = declared()
FACTS = {each.id: each for each in (*EVIDENCE.facts, *EVIDENCE.regressions)}


def test_verdicts():
    number, closed, open_ = FACTS["B15a"], FACTS["A6"], FACTS["B22"]  # .604; .03 to .08; at most .05
    assert inside(number, (0.5, 0.55, 0.61)) is True and inside(number, (0.5, 0.55, 0.60)) is False
    assert inside(closed, (0.0, 0.04, 0.5)) is True and inside(closed, (0.03, 0.09, 0.1)) is False
    assert inside(open_, (0.0, 0.01, 0.05)) is True and inside(open_, (0.06, 0.07, 0.9)) is False
    assert inside(open_, (0.0, 0.01, 0.06)) is None  # runs on both sides of the bound
    assert inside(FACTS["A10"], (-0.1, 0.2, 0.3)) is None and inside(FACTS["A10"], (0.0, 0.2, 0.3)) is True
    assert inside(closed, None) is None and inside(FACTS["D7b"], (1.0, 1.0, 1.0)) is None


def test_a_band_leaves_out_what_is_missing_and_keeps_never():
    assert band(np.array([np.nan, 1.0, 3.0])) == pytest.approx((1.1, 2.0, 2.9))
    assert band(np.array([2000.0, np.inf, np.inf])) == (2000.0, np.inf, np.inf)
    assert band(np.array([np.nan])) is None
    assert plain({"band": (1.0, float("inf")), "other": [float("nan")]}) == {"band": [1.0, "never"], "other": [None]}


def test_a_row_is_fitted_if_it_is_old_enough():
    record = world(chinese_share_home=path(cars=lambda when: 0.4 + 0 * when))
    old, new = (row(FACTS[name], {BASE: record}, 2014) for name in ("B11a", "B11c"))
    assert (old.fitted, new.fitted) == (True, False) and old.band == pytest.approx((0.4, 0.4, 0.4))
    assert words.use(new._asdict()) == "TEST" and words.use(old._asdict()) == "FIT"


def test_every_world_can_be_built_and_every_panel_has_observations():
    base = drawing("all2025")
    for name, told in EVIDENCE.worlds.items():
        scenario = under("all2025", told)
        assert scenario.end == told.set["end"]
        absent = {s.id for s in scenario.shocks if s.probability == 0}
        fitting = {s.id for s in base.shocks if any(s.kind == rule.get("kind", s.kind) for rule in told.without)}
        assert absent <= fitting and bool(absent) == bool(told.without), name
    assert sum(s.probability == 0 for s in under("all2025", EVIDENCE.worlds["no_2018_tariffs"]).shocks) == 5


def test_a_world_keeps_what_a_variant_sets():
    scenario = under("all2025", World(set={"end": 2030}), {"parameters.rd_floor": 0})
    assert (scenario.parameters["rd_floor"], scenario.end) == (0, 2030)
    for name, variant in EVIDENCE.variants.items():
        settings = switched(drawing("all2025"), variant.set).settings
        changed = under("all2025", EVIDENCE.worlds[BASE], settings).parameters
        assert changed != drawing("all2025").parameters, name


def test_a_wrong_name_in_the_file_is_told(tmp_path):
    from sim.evidence.history.mapping import DATA

    text = (DATA / "facts.yaml").read_text(encoding="utf-8")
    for old, new, message in (
        ("statistic: hazard\n", "statistic: hasard\n", "no statistic is called 'hasard'"),
        ("worlds: [to_2010]", "worlds: [to_2011]", "no world is called 'to_2011'"),
        ("- id: A1b\n", "- id: A1a\n", "A1a stands twice"),
    ):
        path_ = tmp_path / f"{abs(hash(new))}.yaml"
        path_.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            declared(path_)


def test_losses_are_those_of_the_back_test():
    made = drifting()
    rows = [r._replace(case_id=f"c{n % 60}") for n, r in enumerate(ledger(made, chances, 120))]
    told = losses(counted(made, rows), 2014)
    early = [r for r in rows if r.year <= 2014]
    odds = recording_odds(chances(made, early), np.array([r.type for r in early]))
    late = [r for r in rows if r.year > 2014]
    expected = log_loss(observed(chances(made, late), odds), np.array([r.type for r in late])).mean()
    assert told.later == pytest.approx(expected)
    two = made._replace(drawn=tuple(n % 2 for n in range(len(made.levels))))
    of_draws = losses(counted(two, rows), 2014)
    forecast = formations.forecasts(two, early, late, learn({}, []))[0]["model"]
    assert of_draws.later == pytest.approx(log_loss(forecast, np.array([r.type for r in late])).mean())


def test_a_worse_world_is_worse_for_sure_and_an_equal_one_is_not():
    made = drifting()
    rows = ledger(made, chances, 200)
    even = {f"adoptions_{name}": np.ones_like(made.levels[..., 0]) for name in TYPES}
    blind = made._replace(metrics={**made.metrics, **even})
    base, worse = losses(counted(made, rows), 2014), losses(counted(blind, rows), 2014)
    told = against(worse, base)
    assert told["known"]["interval"][0] > 0 and helpful(told) == "needed"
    assert helpful(against(base, worse)) == "harmful"
    assert against(base, base)["later"] == {"difference": 0.0, "interval": [0.0, 0.0]} and helpful(None) == ""


def test_cropping_ends_the_runs_with_a_year():
    made = drifting()
    early = cropped(made, 2014)
    assert early.last_year == 2014 and early.metrics["active"].shape[1] == 4 * 36
    assert (early.metrics["adoptions_hub"] == made.metrics["adoptions_hub"][:, : 4 * 36]).all()


def test_patterns_need_all_their_rows():
    assert passed({"P1": True, "P5a": True, "P5b": False, "P6a": None, "P11a": True, "P11b": True}) == (2, 4)


def test_a_placebo_deals_out_what_it_says_and_nothing_else():
    draw, placebo = drawing("all2025"), EVIDENCE.placebos["inputs"]
    dealt_ = dealt(draw, placebo, 1)
    before, after = (each.resolved["sectors"] for each in (draw, dealt_))
    order = derangement(len(before), 1)
    names = list(before)
    for place, name in enumerate(names):
        assert order[place] != place
        for key in placebo.keys:
            assert after[name][key] == before[names[order[place]]][key]
        rest = set(before[name]) - set(placebo.keys)
        assert {key: after[name][key] for key in rest} == {key: before[name][key] for key in rest}
    assert dealt_.parameters == draw.parameters and dealt_.shocks == draw.shocks
    assert dealt(draw, placebo, 1) == dealt_ != dealt(draw, placebo, 2)


def test_how_often_permutations_are_worse():
    def told(loss, order):
        scores = {"flip_order": order, "later": {"levels_inside": order}}
        return {"log_loss": {"known": loss, "later": loss}, "scores": scores}

    found = fell([told(1.5, 0.2), told(0.9, float("nan"))], told(1.0, 0.1))
    assert found == {"log_loss_known": 0.5, "log_loss_later": 0.5, "flip_order": 0.5, "levels_inside": 0.0}


def test_words():
    told = {"low": None, "high": 0.05, "observed": None, "band": [0.1, 0.2, "never"], "inside": False}
    assert [words.verdict({**told, "inside": each}) for each in (True, False, None)] == [
        "inside",
        "outside",
        "unresolved",
    ]
    assert words.verdict({**told, "inside": None, "high": None}) == "–"
    assert words.observed(told) == "at most 0.05" and words.simulated(told) == ("0.2", "0.1 to never")
    assert words.observed({**told, "low": 0.01}) == "0.01 to 0.05" and words.number(1997.0) == "1997"
    assert (
        words.settings({"set": {"end": 2026}, "without": [{"kind": "tariff"}]})
        == "--set end=2026; without kind: tariff"
    )


def test_sectors_left_out_are_forecast_without_their_rows():
    made = drifting()
    rows = ledger(made, chances, 300)
    known, asked = [r for r in rows if r.year <= 2014], [r for r in rows if r.year > 2014]
    names = ["ev", "rail"]
    told, order = formations.left_out(made, lambda sector: None, known, asked, names, 2014)
    assert sorted(order) == sorted(r for r in asked if r.sector in names)
    first = [r for r in order if r.sector == "ev"]
    place = [n for n, r in enumerate(order) if r.sector == "ev"]
    away = [r for r in known if "cars" not in r.place.sectors]  # combustion too: it is the same sector of the world
    assert len(away) < len(known)
    expected, _ = formations.forecasts(made, away, first, learn({}, []))
    for name in ("constant", "sector", "trend_sector", "model"):
        assert told[name][place] == pytest.approx(expected[name])
    assert np.array_equal(told["model_as_fitted"], told["model"])


def test_a_sector_left_out_is_forecast_by_runs_that_did_not_know_it():
    made, other = drifting(), drifting()
    for name in TYPES:
        other.metrics[f"adoptions_{name}"][:] = 1.0  # under these parameters all types are as likely
    rows = ledger(made, chances, 300)
    known, asked = [r for r in rows if r.year <= 2014], [r for r in rows if r.year > 2014]
    told, order = formations.left_out(
        made, lambda sector: other if sector == "ev" else None, known, asked, ["ev", "rail"], 2014
    )
    plain, same = formations.left_out(made, lambda sector: None, known, asked, ["ev", "rail"], 2014)
    refitted = np.array([row.sector == "ev" for row in order])
    assert order == same and 0 < refitted.sum() < len(order)
    assert np.array_equal(told["model"][~refitted], plain["model"][~refitted])
    with_partner = told["model"][refitted][:, ~ALONE]
    assert np.ptp(with_partner, axis=1).max() < 1e-12 < np.ptp(plain["model"][refitted][:, ~ALONE], axis=1).min()
    assert np.array_equal(told["model_as_fitted"], plain["model"])
    assert np.array_equal(told["trend_sector"], plain["trend_sector"])


def test_a_sector_without_rows_is_told():
    from sim.errors import NotEnough

    with pytest.raises(NotEnough, match="'teapots'"):
        history.leave_out(drifting(), history.read(), "teapots")


def test_the_record_is_json():
    assert json.loads(json.dumps(plain(Plan("x", [1], 1)), allow_nan=False))["until"] == 2014
