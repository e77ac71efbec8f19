"""The back-test on ensembles whose answer is known: probabilities, hazards, series, flips, twins."""

import json

import numpy as np
import pytest

from sim.errors import NotEnough, ScenarioError
from sim.evidence.history import backtest, exits, formations, read, sectors, series
from sim.evidence.history.chances import ALONE, chances, observed, recording_odds
from sim.evidence.history.evidence import Case, Fact, Point
from sim.evidence.history.mapping import Place, mapping
from sim.evidence.history.rivals import DERIVED, learn
from sim.evidence.history.shares import NAIVE, Adoption
from sim.evidence.history.worlds import TYPES, quarter
from tests.history import synthetic

ACCESS, HUB, GLOBALIZE = (TYPES.index(name) for name in ("market_access", "hub", "globalize"))
TELECOM = synthetic.SECTORS.index("telecom")
NOTHING = learn({}, [])  # what no row that was foretold before can teach


def adoption(sector, year, kind=ACCESS):
    return Adoption(f"{sector}-{year}", sector, mapping().place(sector), year, kind)


def test_probabilities_count_two_years_to_each_side():
    made = synthetic.world(runs=2)
    for year, kind in ((2007, "hub"), (2008, "market_access"), (2012.75, "market_access"), (2013, "globalize")):
        made.metrics[f"adoptions_{kind}"][:, synthetic.quarters(year), TELECOM] = 1
    found = chances(made, [adoption("telecom", 2010)])[0]
    assert found[ACCESS] == pytest.approx(4.5 / 6.5) and found[HUB] == found[GLOBALIZE] == pytest.approx(0.5 / 6.5)


def test_probabilities_at_the_edge_of_the_run_and_without_adoptions():
    made = synthetic.world(runs=1)
    made.metrics["adoptions_hub"][:, :4, TELECOM] = 1
    near, other, empty = chances(made, [adoption("telecom", 1979), adoption("solar_pv", 1981), adoption("rail", 2000)])
    assert near[HUB] == other[HUB] == pytest.approx(4.5 / 6.5)  # nobody adopts in solar: all sectors pooled
    assert empty == pytest.approx(np.full(5, 0.2))


def test_pooled_sectors_add_up():
    made = synthetic.world(runs=1)
    for name, kind in (("solar", "hub"), ("wind", "market_access")):
        made.metrics[f"adoptions_{kind}"][:, synthetic.quarters(2010), synthetic.SECTORS.index(name)] = 1
    found = chances(made, [adoption("renewable_energy", 2010)])[0]
    assert found[HUB] == found[ACCESS] == pytest.approx(1.5 / 4.5)


def test_a_forecast_is_the_mean_of_its_draws():
    made = synthetic.world(runs=4)._replace(drawn=(3, 1, 3, 1))
    place = made.sectors.index("telecom")
    made.metrics["adoptions_market_access"][[0, 2], synthetic.quarters(2010), place] = 3
    made.metrics["adoptions_globalize"][[1, 3], synthetic.quarters(2010), place] = 1
    found = chances(made, [adoption("telecom", 2010)])[0]
    assert found == pytest.approx((np.array([6.5, 0.5, 0.5, 0.5, 0.5]) / 8.5 + [1 / 9, 1 / 9, 5 / 9, 1 / 9, 1 / 9]) / 2)
    pooled = chances(made._replace(drawn=()), [adoption("telecom", 2010)])[0]
    assert pooled == pytest.approx(np.array([6.5, 0.5, 2.5, 0.5, 0.5]) / 10.5)


def test_odds_of_recording_are_recovered():
    made = synthetic.drifting()
    rows = synthetic.ledger(made, lambda e, r: observed(chances(e, r), 0.3), rows=6000)
    forecasts = chances(made, rows)
    assert recording_odds(forecasts, np.array([row.type for row in rows])) == pytest.approx(0.3, rel=0.15)
    assert observed(forecasts, 1.0) == pytest.approx(forecasts)
    ratio = observed(forecasts, 0.5) / forecasts
    assert ratio[:, ALONE] == pytest.approx(0.5 * ratio[:, ~ALONE][:, :2])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twin_a_ledger_drawn_from_the_model_gives_skill(seed):
    made = synthetic.drifting()
    rows = synthetic.ledger(made, chances, rows=500, seed=seed)
    known, asked = ([row for row in rows if (row.year <= 2014) == early] for early in (True, False))
    told, odds = formations.forecasts(made, known, asked, NOTHING)
    found = formations.score(told, asked, "trend")
    assert found["skill"] > 0 and found["interval"][0] > 0 and 0.3 < odds < 3
    assert found["log_loss"]["model"] == min(found["log_loss"].values())
    assert found["brier"]["model"] == min(found["brier"].values())


def test_a_model_that_is_wrong_loses():
    made = synthetic.drifting()
    rows = synthetic.ledger(made, lambda e, r: chances(e, r)[:, ::-1], rows=500)
    known, asked = ([row for row in rows if (row.year <= 2014) == early] for early in (True, False))
    assert formations.score(formations.forecasts(made, known, asked, NOTHING)[0], asked, "trend")["skill"] < 0


def test_scores_of_parts_add_up():
    made = synthetic.drifting()
    rows = synthetic.ledger(made, chances, rows=300)
    known, asked = ([row for row in rows if (row.year <= 2014) == early] for early in (True, False))
    found = formations.score(formations.forecasts(made, known, asked, NOTHING)[0], asked, "trend")
    assert found["log_loss"].keys() == found["brier"].keys() == {"model", "model_pooled", *NAIVE, *DERIVED}
    assert sum(part["n"] for part in found["by_sector"].values()) == found["n"] == len(asked)
    assert sum(part["n"] for part in found["by_period"].values()) == found["n"]
    assert found["skill"] == pytest.approx(1 - found["log_loss"]["model"] / found["log_loss"]["trend"])
    best = min(NAIVE, key=found["log_loss"].__getitem__)
    assert found["skill_over"]["best"] == {"name": best, **found["skill_over"][best]}
    for period, types in found["calibration"].items():
        assert sum(each["recorded"] for each in types.values()) == found["by_period"][period]["n"]
        assert sum(each["foretold"] for each in types.values()) == pytest.approx(found["by_period"][period]["n"])


def test_too_little_to_estimate_from():
    with pytest.raises(NotEnough, match="early enough"):
        formations.forecasts(synthetic.drifting(), [], [adoption("telecom", 2010)], NOTHING)


def test_a_ledger_of_exits_only_is_scored_and_one_of_early_rows_is_not(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("case_id,sector,year,event,model\na,telecom,2010,form,market_access\na,telecom,2018,exit,none\n")
    found = backtest(synthetic.drifting(), read(cases=path), 2014).scores
    assert found["formations"]["n"] == 0 and found["formations"]["skill"] is None and found["exits"]["n"] == 1
    assert found["formations"]["log_loss"] == dict.fromkeys(["model_pooled", "model", *NAIVE, *DERIVED])
    with pytest.raises(NotEnough, match="after 2018"):
        backtest(synthetic.drifting(), read(cases=path), 2018)


def case(case_id, year, event, kind, sector="telecom"):
    return Case(case_id, sector, year, event, kind)


def test_spells_by_hand():
    rows = [
        *(case("a", 2005, "form", "market_access"), case("a", 2016, "renegotiate", "market_access")),
        *(case("a", 2018, "exit", "none"), case("b", 2017, "exit", "none")),
        *(case("c", 2016, "form", "wholly_owned"), case("c", 2019, "exit", "none")),
        *(case("d", 2019, "form", "hub"), case("d", 2021, "convert", "globalize"), case("e", 2023, "form", "hub")),
    ]
    found = {(each.case_id, each.cell.first): each[2:] for each in exits.spells(rows, 2014, 2030)}
    assert found == {("a", 2015): (4, 2), ("b", 2015): (1, 1), ("d", 2020): (3, 0)}


def test_hazards_are_ranked():
    """More ends in the sectors where the model has more; a hazard by hand: one end in ten partnership-years."""
    made = synthetic.world(runs=3)
    made.metrics["active"][:] = 10
    names = ("telecom", "rail", "pharma", "aerospace")
    rows = []
    for rank, name in enumerate(names):
        made.metrics["exits"][..., synthetic.SECTORS.index(name)] = 0.25 * rank
        for n in range(8):
            rows.append(case(f"{name}{n}", 2010, "form", "market_access", name))
            rows += [case(f"{name}{n}", 2016, "exit", "none", name)] if n < 2 * rank else []
    assert exits.hazard(made, Place(("rail",)), 2015, 2019) == pytest.approx(0.1)
    ledger = [*rows, case("x", 2016, "exit", "none", "other")]
    found, rest = exits.score(ledger, [], mapping(), made, 2014, made.last_year)
    assert found["n"] == 12 and found["rank_correlation"] == pytest.approx(1.0)
    assert 0 < found["interval"][0] <= found["interval"][1] <= 1 and [each.case_id for each in rest] == ["x"]


def test_series_by_hand():
    made = synthetic.world(runs=2)
    share = made.metrics["chinese_share_home"][:, :, synthetic.SECTORS.index("cars")]
    share[:] = [[0.4], [0.6]]
    share[:, synthetic.quarters(2010) + 3], share[:, synthetic.quarters(2012) + 3] = 0.3, 0.4  # no error so far
    own = [Point("cn_brand_share_pv_caam", 2010.0, 30.0), Point("cn_brand_share_pv_caam", 2012.0, 40.0)]
    points = [
        *(*own, Point("cn_brand_share_pv_caam", 2016.0, 50.0), Point("cn_brand_share_pv_caam", 2018.0, 90.0)),
        *(Point("ev_share_new_cars_china", 2020.0, 5.0), Point("gdp", 2020.0, 5.0)),
    ]
    found, rest = series.score(points, own, mapping(), made, 2014)
    told = found["cn_brand_share_pv_caam"]
    assert rest == ["ev_share_new_cars_china", "gdp"] and list(found) == ["cn_brand_share_pv_caam"]
    assert told["n"] == 2 and told["rmse"] == pytest.approx(np.sqrt(0.16 / 2)) and told["coverage90"] == 0.5
    assert told["crps"] == pytest.approx((0.05 + 0.35) / 2)
    odds = 4 / 6 * (14 / 9) ** np.array([2, 3])  # from 3/7 to 4/6 in two years: times 14/9 for every two more
    best = np.sqrt(np.mean((odds / (1 + odds) - [0.5, 0.9]) ** 2))
    assert told["best_naive"] == "logistic" and told["skill"] == pytest.approx(1 - told["rmse"] / best)


def test_bands_are_as_wide_as_what_the_model_missed_before():
    made = synthetic.world(runs=2)
    share = made.metrics["chinese_share_home"][:, :, synthetic.SECTORS.index("cars")]
    share[:] = 0.5
    own = [Point("cn_brand_share_pv_caam", year, value) for year, value in ((2010.0, 60.0), (2012.0, 40.0))]
    own.append(Point("catl_share_ex_china", 2012.0, 90.0))  # a bound says nothing of errors
    assert series.model_error(own, mapping(), made, 2014) == pytest.approx(0.1)
    assert series.model_error(own, mapping(), made, 2010) == pytest.approx(0.1)
    assert series.model_error(own, mapping(), made, 2009) == 0.0
    for value, inside in ((50.0, 1.0), (62.0, 1.0), (70.0, 0.0)):
        points = [Point("cn_brand_share_pv_caam", 2018.0, value)]
        told = series.score(points, own, mapping(), made, 2014)[0]["cn_brand_share_pv_caam"]
        assert told["coverage90"] == inside and told["coverage90_runs"] == (value == 50.0)
        assert told["rmse"] == pytest.approx(abs(value / 100 - 0.5))


def test_a_lower_bound_is_missed_only_from_below():
    made = synthetic.world(runs=2)
    path = made.metrics["chinese_share_abroad"]
    point = [Point("catl_share_ex_china", 2025.0, 29.2)]
    for level, inside, error in ((0.6, 1.0, 0.0), (0.1, 0.0, 0.192)):
        path[:] = level
        told = series.score(point, point, mapping(), made, 2014)[0]["catl_share_ex_china"]
        assert told["coverage90"] == inside and told["rmse"] == pytest.approx(error) and told["best_naive"] is None


def test_world_share_is_weighted_by_sales():
    made = synthetic.world(runs=1)
    for name, level in {"market_home": 3.0, "market_abroad": 1.0, "chinese_share_home": 0.8}.items():
        made.metrics[name][:] = level
    rule = mapping().series["cn_firms_share_world_ev_battery"]
    assert series.path(made, rule)[0, 0] == pytest.approx(0.6)


def test_quarter_of_a_dated_value():
    assert quarter(1979) == 3 and quarter(2008.25) == 4 * 29 + 1 and quarter(2025.85) == 4 * 46 + 3


def fact(sector, variable, period, value, low="", high=""):
    return Fact(sector, variable, period, value, low, high, ("facts.csv", 7))


def flip(sector, value, low="", high=""):
    return fact(sector, "flip_year", "na", value, low, high)


def test_flips_by_hand():
    made = synthetic.world(runs=3)
    for name, year in (("solar", 2012), ("telecom", 2016), ("pharma", 2027)):
        made.metrics["technology_level"][:, synthetic.quarters(year) :, synthetic.SECTORS.index(name)] = 1.1
    made.levels[:2, synthetic.quarters(2020) :, synthetic.SECTORS.index("cars"), 1] = 1.0
    late = "not by 2025"
    facts = [
        *(
            flip("solar_pv", "2013", "2012", "2014"),
            flip("telecom", "2014", "2012", "2015"),
            flip("rail", late, "2024"),
        ),
        *(flip("pharma", late, "2024 (some)", "not by 2025 on one view"), flip("ev", "2020", "2019", "2022")),
        *(fact("wind", "tech_level", "2000", "0.25"), flip("ice_cars", "2020", "2019", "2021"), flip("space", "1999")),
    ]
    found, order, rest = sectors.score(facts, mapping(), made, 2014)
    assert {name: each["inside"] for name, each in found.items()} == {
        **dict.fromkeys(("solar_pv", "rail", "pharma", "ev"), True),
        **{"telecom": False, "wind": None, "ice_cars": False},
    }
    assert found["solar_pv"]["flip_year"] == [2012.0] * 3 and found["rail"]["flip_year"] is None
    assert found["ev"]["flip_year"] == [2020.0, 2020.0, None] and rest == ["space"] and 0.5 < order < 1


def test_levels_by_hand():
    made = synthetic.world(runs=2)
    made.metrics["technology_level"][:] = [[[0.4]], [[0.6]]]
    facts = [
        *(
            fact("rail", "tech_level", "2010", "0.9", "0.8", "1"),
            fact("rail", "tech_level", "2015", "0.5", "0.4", "0.6"),
        ),
        *(fact("rail", "tech_level", "2020", "0.7"), fact("rail", "tech_level", "2024", "", "", "")),
    ]
    (told,) = sectors.score(facts, mapping(), made, 2014)[0].values()
    assert told["level_inside"] == 0.5 and list(told["level"]) == ["2010", "2015", "2020"]
    assert told["level"]["2010"] == pytest.approx([0.41, 0.5, 0.59])


@pytest.mark.parametrize("wrong", [flip("rail", "soon"), fact("rail", "tech_level", "lately", "0.5")])
def test_words_where_a_number_must_be(wrong):
    with pytest.raises(ScenarioError, match=r"facts\.csv:7:"):
        sectors.score([wrong], mapping(), synthetic.world(1), 2014)


def test_all_scores_on_the_shipped_record():
    """The shape of the whole, plain JSON, and every row either scored or named."""
    evidence = read()
    found = backtest(synthetic.drifting(), evidence, 2014).scores
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    of_before = {*("formations", "exits", "series", "sectors", "flip_order_rank_correlation", "unmapped")}
    assert found.keys() == of_before | {"by_origin", "order", "pool", "chosen_naive"}
    told = found["formations"]
    assert told.keys() >= {"n", "log_loss", "brier", "skill", "interval", "by_sector", "by_period"}
    assert found["exits"].keys() >= {"n", "rank_correlation", "interval"}
    for each in found["series"].values():
        assert each.keys() == {"n", "rmse", "crps", "coverage90", "coverage90_runs", "best_naive", "skill"}
    for each in found["sectors"].values():
        assert each.keys() == {"flip_year", "inside", "level", "level_inside"}
    late = [case for case in evidence.cases if case.year > 2014 and case.event in ("form", "convert")]
    assert told["n"] + len(found["unmapped"]["formations"]) == len(late)
    names = {point.series for point in evidence.series}
    assert names == found["series"].keys() | set(found["unmapped"]["series"])
    assert {fact.sector for fact in evidence.sectors} == found["sectors"].keys() | set(found["unmapped"]["sectors"])


def test_naive_forecasts_know_the_projects_ledger_only(tmp_path):
    """Other cases are scored; what they say of early years changes no naive forecast."""
    late = "a,telecom,2020,form,globalize_chinese_tech\nb,rail,2019,form,market_access\n"
    early = "c,telecom,2001,form,in_china_for_global\n" * 50
    found = []
    for number, text in enumerate((late, early + late)):
        path = tmp_path / f"{number}.csv"
        path.write_text("case_id,sector,year,event,model\n" + text)
        found.append(backtest(synthetic.drifting(), read(cases=path), 2014).scores["formations"])
    assert found[0] == found[1] and found[0]["n"] == 2
