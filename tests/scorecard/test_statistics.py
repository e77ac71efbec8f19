"""Each statistic on runs whose answer is known by hand."""

import numpy as np
import pytest

from sim.evidence.scorecard import entry, knowledge, lives, policy, shares
from sim.measures.dates import quarter_of
from sim.model.columns import Happening, SubForm, Trigger, Type
from tests.scorecard.synthetic import HOST, QUARTERS, event, life, path, shot, world


def in_year(year, sector, count):
    flow = np.zeros((QUARTERS, 3))
    flow[quarter_of(year), sector] = count
    return flow


def test_entries_by_number_by_value_and_where_caps_bind():
    rows = [life(0, 2006), life(0, 2007), life(1, 2007), life(1, 2007, form=SubForm.licence)]
    made = world([rows], adoptions_wholly_owned=in_year(2007, 1, 3))
    made.cap[:, 0] = 0.5
    assert entry.venture_share_of_entries(made, 2006, 2008, by_value=False) == pytest.approx([3 / 6])
    assert entry.venture_share_of_entries(made, 2006, 2008, "capped") == [1.0]
    assert entry.venture_share_of_entries(made, 2006, 2008, "free", by_value=False) == [1 / 4]
    assert entry.cap_gap(made, 2006, 2008) == [3 / 4]
    made.metrics["market_home"][..., 1] = 4.0  # a sector four times as large
    assert entry.venture_share_of_entries(made, 2006, 2008) == pytest.approx([(2 + 4) / (2 + 16)])
    assert entry.owned_share_of_entries(made, 2006, 2008) == pytest.approx([12 / 18])
    assert np.isnan(entry.venture_share_of_entries(made, 1990, 1991)).all()


def test_full_ownership_overtakes_when_three_years_say_so():
    made = world([[life(0, 1990 + n) for n in range(10)]], adoptions_wholly_owned=in_year(1998, 2, 4))
    assert entry.owned_overtakes(made) == [1997]  # 1996-98: 3 ventures, 4 owned
    assert entry.owned_overtakes(world([[life(0, 1990)]])) == [np.inf]


def test_formations_around_two_years():
    made = world([[life(0, year) for year in (2005, 2006, 2006, 2007, 2009)]])
    assert entry.formation_index(made, 2009, 2006) == [1 / 4]
    assert entry.formation_index(made, 2009, 2006, reach=0) == [1 / 2]
    assert np.isnan(entry.formation_index(made, 2009, 1990)).all()


def test_hazard_is_ends_over_exposure_and_rises_after_a_flip():
    level = path(cars=lambda when: np.where(when >= 2010, 1.2, 0.5))
    ends = path(cars=lambda when: np.where(when >= 2010, 0.6, 0.2))
    made = world(active=path(cars=lambda when: 10 + 0 * when), exits=ends, technology_level=level)
    assert lives.hazard(made, 2000, 2009) == pytest.approx([0.08])
    assert lives.hazard(made, 2000, 2009, per_year=False) == pytest.approx([0.02])
    assert lives.hazard_after_flip(made, 2000, 2019) == pytest.approx([3.0])
    assert np.isnan(lives.hazard(made, 2000, 2009, ["rail"])).all()


def test_kaplan_and_meier_by_hand():
    times, alive = lives.survival(np.array([4.0, 8.0, 8.0, 12.0]), np.array([True, True, False, False]))
    assert times.tolist() == [4.0, 8.0] and alive == pytest.approx([3 / 4, 3 / 4 * 2 / 3])
    made = world([[life(0, 1990, 1994), life(1, 1990, 1998), life(2, 1990)]])
    assert lives.median_life(made, 1985, 1995) == [8.0]
    assert lives.ended_within(made, 5, 1985, 1995) == pytest.approx([1 / 3])
    assert lives.median_life(world([[life(2, 1990)]]), 1985, 1995) == [np.inf]


def test_how_ventures_end():
    rows = [
        event(Happening.buyout_chinese, 2000, 1, Trigger.surplus),
        event(Happening.dissolution, 2001, 2, Trigger.exogenous),
        event(Happening.formation, 2001, 3),
    ]
    made = world([[]], [rows])
    assert lives.end_share(made, "sold", 1990, 2010) == [0.5]
    assert lives.end_share(made, "unintended", 1990, 2000) == [1.0]


def test_mortality_by_equity_and_by_owner():
    short = life(0, 1990, 1992, equity_start=0.8, chinese=1)  # a state-owned partner
    long = life(0, 1990, 2000, equity_start=0.5, chinese=2)  # a private one
    made = world([[short, long]])
    assert lives.mortality_by_equity(made, 1985, 1995) == pytest.approx([1 / 2 - 1 / 10])
    assert lives.mortality_by_ownership(made, 1985, 1995) == pytest.approx([5.0])


def test_restructured_ventures_naive_and_matched():
    rows = [life(0, 1990, 1993, id=1), life(0, 1990, 2000, id=2), life(0, 1990, 2000, id=3)]
    made = world([rows], [[event(Happening.renegotiation, 1994, 2)]])
    assert lives.restructured_success(made, 1985, 1995) == pytest.approx([1.0 / 0.5])
    # changed only after the landmark of two years: nobody changed by then, so nothing to compare
    assert np.isnan(lives.restructured_success(made, 1985, 1995, 8, matched=True)).all()
    early = made._replace(events=[event(Happening.renegotiation, 1991, 2)])
    assert lives.restructured_success(early, 1985, 1995, 8, matched=True) == pytest.approx([1.0 / 0.5])


def test_small_ventures_end_sooner():
    pair = shot(
        partnership=np.array([7, 8], np.uint64), multinational=np.array([0, 0]), chinese=np.array([1, 2]),
        type=np.array([1, 1]), sales=np.array([9.0, 1.0]),
    )  # fmt: skip
    made = world([[life(0, 2010, 2023, id=8), life(0, 2010, id=7)]], shots={quarter_of(2020, 4): pair})
    assert lives.exits_of_small(made, "cars", 2020) == [1.0]


def test_shares_slopes_flips_and_gaps():
    share = path(cars=lambda when: np.where(when >= 2012, 0.3 + 0.05 * (when - 2012.75), 0.3))
    new = path(cars=lambda when: np.where(when >= 2012, 0.1 * (when - 2012.75), 0.0))
    made = world(
        chinese_share_home=share,
        new_generation_share=new,
        frontier_gap=path(cars=lambda w: 3 - 0.01 * (w - 2014)),
        firms_chinese=path(cars=lambda w: 2 + 0 * w),
    )
    assert shares.level(made, "chinese_share_home", "cars", 2016) == pytest.approx([0.5])
    assert shares.change(made, "chinese_share_home", "cars", 2012, 2016) == pytest.approx([0.2])
    assert shares.slope(made, "chinese_share_home", "new_generation_share", "cars", 2012, 2020) == pytest.approx([0.5])
    assert shares.generations_behind(made, "cars", 2014, 2024, 2.5) == pytest.approx([-0.1 / (0.04 * 2.5)])
    assert np.isnan(shares.generations_behind(made, "rail", 2014, 2024, 2.5)).all()  # nobody is left
    risen = world(technology_level=path(solar=lambda when: np.where(when >= 2014, 1.0, 0.9)))
    assert shares.flip(risen, "solar", 2000) == [14.0] and shares.flip(risen, "rail") == [np.inf]


def test_leader_is_the_largest_chinese_firm_weighed_by_markets():
    share = np.zeros((9, 3))
    share[0], share[1], share[2] = 0.9, [0.4, 0.1, 0.1], [0.1, 0.2, 0.2]
    made = world(shots={quarter_of(2012, 4): shot(share=share)})
    made.markets["expenditure"][..., 0] = 2.0
    assert shares.leader_share(made, "cars", 2012) == pytest.approx([(2 * 0.4 + 0.1 + 0.1) / 4])


def test_increment_is_what_is_gone_without_lessons():
    def run(gain):
        later = np.array([0.0, gain, 0.9, *[0.0] * 6])  # firm 2 has no partner and does not count
        return world(
            [[life(0, 2003)]], shots={quarter_of(2000, 4): shot(), quarter_of(2014, 4): shot(technology=later)}
        )

    assert knowledge.affiliation_increment(run(1.0), run(0.9), "cars", 2000, 2014) == pytest.approx([0.1])
    assert np.isnan(knowledge.affiliation_increment(run(1.0), run(0.9), "rail", 2000, 2014)).all()


def test_deal_origin_counts_lessons_over_gains():
    stops = {
        quarter_of(1979, 4): shot(),
        quarter_of(2010, 4): shot(technology=np.where(np.arange(9) % 3 > 0, 2.0, 0.0)),
    }
    made = world([[life(0, 1990, flow_to_chinese=0.6), life(1, 1990, 1995, flow_to_chinese=0.6)]], shots=stops)
    assert knowledge.deal_origin(made, 2010) == pytest.approx([1.2 / 12])


def test_chosen_partners_against_others_and_their_effort():
    technology = np.array([0, 1.0, 0.2, 0, 0, 0, 0, 0, 0])
    made = world([[life(0, 2003)]], shots={quarter_of(2000, 4): shot(technology=technology)})
    assert knowledge.partners_chosen(made, 2000, 2007, "technology") == pytest.approx([0.8])
    tied = shot(
        rd=np.array([1, 0.5, 1, *[1] * 6], float), chinese=np.array([1]), multinational=np.array([0]),
        type=np.array([Type.market_access]), partnership=np.array([1], np.uint64), sales=np.ones(1),
    )  # fmt: skip
    made = world(shots={quarter_of(2014, 4): tied})
    assert knowledge.own_effort_of_partners(made, "cars", 2014) == pytest.approx([-0.5])
    assert knowledge.months_ratio(made, "cars", 2014) == pytest.approx([2.0])


def test_research_grows_over_foreign_research_and_sales():
    made = world(
        rd_chinese=path(cars=lambda when: np.where(when >= 2015, 6.0, 2.0)),
        rd_multinational=path(cars=lambda when: np.where(when >= 2015, 4.0, 2.0)),
        chinese_share_home=0.5,
    )
    assert knowledge.research_growth(made, 2000, 2020, "foreign") == pytest.approx([1.5])
    assert knowledge.research_growth(made, 2000, 2020, "sales") == pytest.approx([3.0])


def test_a_tariffs_drop_and_pass_through():
    free, taxed = (world(shots={quarter_of(2019, 4): shot()}) for _ in range(2))
    taxed.tariff[quarter_of(2018, 3) :, 0, 1] = 0.25
    taxed.markets["imports_china"][:, quarter_of(2020) :, 0, 1] = 0.7
    assert policy.tariff_drop(taxed, free, "us") == pytest.approx([-0.3])
    assert policy.pass_through(taxed, free, "us", 2019) == pytest.approx([1.0])  # shares as they were, so markups too
    smaller = world(shots={quarter_of(2019, 4): shot(share=np.full((9, 3), 0.05))})._replace(tariff=taxed.tariff)
    markup = [np.log1p(1 / (3 * (1 - share))) for share in (0.05, 0.1)]
    expected = 1 + (markup[0] - markup[1]) / np.log(1.25)
    assert policy.pass_through(smaller, free, "us", 2019) == pytest.approx([expected]) and expected < 1


def test_links_to_firms_that_nobody_listed():
    def run(partners, listed):
        pairs = shot(
            partnership=np.arange(len(partners)).astype(np.uint64), multinational=np.zeros(len(partners), int),
            chinese=np.array(partners), type=np.ones(len(partners), int), sales=np.ones(len(partners)),
            listed=np.isin(np.arange(9), listed),
        )  # fmt: skip
        return world([[], []], shots={quarter_of(2025, 4): pairs})

    found = policy.links_to_unlisted(run([2], [1]), run([1, 2, 2], []), ["cars"], "us", 2025)
    assert found == pytest.approx([-0.5, -0.5])  # of the two links to firm 2 one is left; firm 1 is listed


def test_ratio_of_losses_is_that_of_means():
    def run(loss):
        made = world([[], []])
        made.markets["welfare"][0, quarter_of(2030) :] -= loss[0]
        made.markets["welfare"][1, quarter_of(2030) :] -= loss[1]
        return made

    none = run((0.0, 0.0))
    found = policy.loss_ratio(none, run((0.4, 0.4)), none, run((0.1, 0.1)), 2027, 2030)
    assert found == pytest.approx([0.25, 0.25])
    assert policy.welfare_gain(run((0.4, 0.8)), none, 2030, 2030, ["china"]) == pytest.approx([-0.4, -0.8])
    assert policy.welfare_gain(none, run((0.4, 0.8)), 2029, 2030, outside=["china"]) == pytest.approx([0.2, 0.4])
    assert none.regions[HOST] == "china"
