"""The yardstick on ledgers whose truth is known: what is chosen before, order, pool, calibration, origins."""

import json

import numpy as np
import pytest

from sim.documents.backtest import RECORD, record
from sim.errors import ScenarioError
from sim.evidence.history import backtest, exits, order, origins, read, rolling, standing
from sim.evidence.history.chances import chances, part_of
from sim.evidence.history.evidence import Case
from sim.evidence.history.mapping import Place, mapping
from sim.evidence.history.mixtures import best_weight, mixture, pool_losses, pooled
from sim.evidence.history.rivals import FIRST_CHOICE, foretold, learn, rivals
from sim.evidence.history.scores import counted, log_loss
from sim.evidence.history.shares import NAIVE, Adoption
from sim.evidence.history.worlds import TYPES
from sim.measures import intervals
from sim.scenario import load, read_set
from tests.history import synthetic

ACCESS, JOINT, GLOBALIZE, HUB = (TYPES.index(name) for name in ("market_access", "co_innovation", "globalize", "hub"))
NAMES = ("telecom", "rail", "pharma", "aerospace", "consumer", "chemicals")
ORIGINS = (1999, 2004, 2009)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Intervals from few draws, which take most of the time."""
    monkeypatch.setattr(intervals, "CASE_DRAWS", 100)


def rows_of(table, years=range(1985, 2025)):
    """One row a sector and year; `table(sector index, year)` gives its type."""
    return [
        Adoption(f"{name}-{year}", name, mapping().place(name), year, table(n, year))
        for year in years
        for n, name in enumerate(NAMES)
    ]


def certain(rows, wrong=0.02):
    """Forecasts that give all but little to what came."""
    told = np.full((len(rows), len(TYPES)), wrong / (len(TYPES) - 1))
    told[np.arange(len(rows)), [row.type for row in rows]] = 1 - wrong
    return told


def turning(sector, year):
    """Sectors turn from market access to globalising one after the other."""
    return GLOBALIZE if year >= 2002 + 4 * sector else ACCESS


def test_what_is_chosen_before_does_not_move_with_later_rows():
    rows = rows_of(turning)
    other = [row if row.year <= 2009 else row._replace(type=HUB) for row in rows]
    found = []
    for ledger in (rows, other):
        before = foretold([row for row in ledger if row.year <= 2009], 2009)
        found.append((before.told, learn(before.told, before.rows)))
    assert found[0][1].chosen == found[1][1].chosen
    assert (found[0][1].stack == found[1][1].stack).all() and (found[0][1].shrunk == found[1][1].shrunk).all()
    before = foretold([row for row in rows if row.year <= 2009], 2009)
    assert [row.year for row in before.rows] == sorted(row.year for row in rows if 1999 < row.year <= 2009)
    assert all(origin < row.year <= origin + 5 for row, origin in zip(before.rows, before.spans, strict=True))


def test_the_best_before_is_chosen():
    """What never moves in time but differs by sector is told best by shares of sectors."""
    before = foretold([row for row in rows_of(lambda n, year: n % 5) if row.year <= 2014], 2014)
    learnt = learn(before.told, before.rows)
    outcomes = np.array([row.type for row in before.rows])
    losses = {name: log_loss(before.told[name], outcomes).mean() for name in NAIVE}
    assert learnt.chosen == min(losses, key=losses.get) and learnt.chosen in ("sector", "trend_sector")
    assert learnt.shrunk[1] < 0.6 and learnt.stack[list(NAIVE).index(learnt.chosen)] > 0.5
    assert learn({}, []).chosen == FIRST_CHOICE and learn({}, []).stack == pytest.approx(np.full(6, 1 / 6))


def test_rivals_by_hand():
    known, asked = rows_of(turning, range(1990, 2000)), rows_of(turning, [2004])
    told = rivals(known, asked, learn({}, []))
    assert told["mean"] == pytest.approx(np.mean([told[name] for name in NAIVE], axis=0))
    assert told["shrunk"] == pytest.approx(0.5 * told["constant"] + 0.1)
    assert told["stack"] == pytest.approx((5 * told["mean"] + told["shrunk"]) / 6)


def test_a_mixture_finds_what_drew_the_rows():
    rng = np.random.default_rng(4)
    told = rng.dirichlet(np.ones(5), size=(2, 4000))
    first = rng.random(4000) < 0.7
    outcomes = np.array([rng.choice(5, p=told[0 if one else 1][n]) for n, one in enumerate(first)])
    assert mixture(told, outcomes) == pytest.approx([0.7, 0.3], abs=0.05)
    assert mixture(told[:, :0], outcomes[:0]) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(("truth", "low", "high"), [("noise", 0.0, 0.05), ("model", 0.9, 1.0)])
def test_the_pool_gives_noise_nothing_and_truth_all(truth, low, high):
    rng = np.random.default_rng(2)
    model, stack = rng.dirichlet(np.ones(5), 3000), np.tile(rng.dirichlet(np.ones(5) * 5), (3000, 1))
    drawn = stack if truth == "noise" else model
    outcomes = np.array([rng.choice(5, p=each) for each in drawn])
    assert low <= best_weight(pool_losses(model, stack, outcomes), np.ones(3000)) <= high
    assert pooled(model, stack, 1.0) == pytest.approx(model) and pooled(model, stack, 0.0) == pytest.approx(stack)


def score_of(said, rows, found):
    told = order.leads(said(order.grid(found)), found)
    return order.score(told, found, np.ones(len(rows)))


def test_order_is_one_for_who_knows_and_zero_for_who_knows_the_time_only():
    rows = rows_of(turning, range(2005, 2025))
    found = order.parts(rows, 2005, 2024)

    def knows(asked):
        return certain([row._replace(type=turning(NAMES.index(row.sector), row.year)) for row in asked])

    def times(asked):
        late = np.array([(row.year - 2000) / 30 for row in asked])
        return np.stack([0.9 - late, late, *np.full((3, len(late)), 0.1 / 3)], 1)

    def reversed_order(asked):
        return certain([row._replace(type=turning(5 - NAMES.index(row.sector), row.year)) for row in asked])

    assert score_of(knows, rows, found) > 0.5
    assert score_of(times, rows, found) == pytest.approx(0.0, abs=1e-4)
    assert score_of(reversed_order, rows, found) < 0


def test_order_is_blind_to_totals_of_periods():
    """Any factor on a type in a period leaves the score as it is; counts of rows as weights do what rows would."""
    rows = rows_of(turning, range(2005, 2025))
    found = order.parts(rows, 2005, 2024)
    rng = np.random.default_rng(7)
    said = [rng.dirichlet(np.ones(5), len(part.grid)) for part in found]
    scaled = [each * rng.uniform(0.1, 10, 5) for each in said]
    scaled = [each / each.sum(1, keepdims=True) for each in scaled]
    every = np.ones(len(rows))
    assert order.score(said, found, every) == pytest.approx(order.score(scaled, found, every), abs=1e-3)
    twice = np.where([row.sector == "rail" for row in rows], 2.0, 1.0)
    doubled = order.parts([*rows, *(row for row in rows if row.sector == "rail")], 2005, 2024)
    assert order.score(said, found, twice) == pytest.approx(order.score(said, doubled, np.ones(int(twice.sum()))))


def test_factors_reach_the_totals():
    said = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
    sizes, totals = np.array([30.0, 10.0]), np.array([8.0, 32.0, 0.0])
    told = order.conditioned(said, sizes, totals)
    assert sizes @ told == pytest.approx(totals, abs=1e-3) and told.sum(1) == pytest.approx(1)
    ratio = told[:, 0] / told[:, 1] / (said[:, 0] / said[:, 1])
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-3)


def test_a_count_lies_in_its_interval():
    assert counted(np.full(20, 0.5)) == [6, 14] and counted(np.array([1.0, 1.0, 0.0])) == [2, 2]


def test_electric_rows_have_forecasts_of_their_own():
    """A third of demand is electric, Chinese level 1.2 there and .6 elsewhere: .333, .414 and .5 of what is signed."""
    made = synthetic.world(runs=2)
    cars = synthetic.SECTORS.index("cars")
    made.metrics["new_generation_share"][..., cars] = 1 / 3
    made.levels[:, :, cars] = [0.6, 1.2]
    electric, combustion = (mapping().place(name) for name in ("electric_vehicles", "ice_vehicles"))
    part = part_of(made, electric, 2010, 2010)[0, 0]
    assert part[[ACCESS, JOINT, GLOBALIZE]] == pytest.approx([1 / 3, 2**0.5 / (2 + 2**0.5), 0.5])
    assert part + part_of(made, combustion, 2010, 2010)[0, 0] == pytest.approx(1)
    for name in ("market_access", "globalize"):
        made.metrics[f"adoptions_{name}"][:, synthetic.quarters(2010), cars] = 3
    rows = [Adoption("", place.generation, place, 2010, 0) for place in (electric, combustion)]
    counts = np.full((2, 5), 0.5)
    counts[0, [ACCESS, GLOBALIZE]] += np.array([1 / 3, 1 / 2]) / (5 / 6) * 12
    counts[1, [ACCESS, GLOBALIZE]] += np.array([2 / 3, 1 / 2]) / (7 / 6) * 12
    assert chances(made, rows) == pytest.approx(counts / 14.5)  # two runs, three of each type


def mirrored(ensemble, rows):
    """What the ensemble says of the sectors that turn late when early ones are asked for, and the reverse."""

    def other(place):
        n = synthetic.SECTORS.index(place.sectors[0])
        return Place((synthetic.SECTORS[n - n % 8 + 7 - n % 8],))

    return chances(ensemble, [row._replace(place=other(row.place)) for row in rows])


def world_and_ledger(says):
    """An ensemble that drifts, and a ledger of the shipped one's shape drawn from it by `says`."""
    made = synthetic.drifting()
    return made, synthetic.ledger(made, says, rows=700)


def cases_of(rows):
    return [Case(row.case_id, row.sector, row.year, "form", TYPES[row.type]) for row in rows]


def judged(made, rows):
    cases = cases_of(rows)
    return origins.at_origin(
        dict.fromkeys((*ORIGINS, 2014), made), origins.Ledger(mapping(), cases, cases), 2014
    ).scores


def test_who_knows_scores_above_zero_and_who_is_wrong_below():
    made, rows = world_and_ledger(chances)
    good = judged(made, rows)
    made, rows = world_and_ledger(mirrored)
    bad = judged(made, rows)
    for told, sign in ((good, 1), (bad, -1)):
        formed = told["formations"]
        assert sign * formed["skill"] > 0 and sign * told["order"]["score"] > 0
        assert formed["skill"] == pytest.approx(formed["skill_over"][told["chosen_naive"]]["skill"])
    assert good["pool"]["weight"] > 0.5 and good["pool"]["interval"][0] > 0.2
    assert good["pool"]["hindsight"]["weight"] > 0.5
    cases = cases_of(rows)
    alone = origins.at_origin({2014: made}, origins.Ledger(mapping(), cases, cases), 2014).scores
    assert alone["pool"]["weight"] is None and "pool" not in alone["formations"]["log_loss"]  # no runs before
    assert alone["chosen_naive"] == bad["chosen_naive"]
    assert good["order"]["interval"][0] > 0 and good["order"]["interval_by_sector"][0] > 0
    assert bad["pool"]["weight"] < 0.1 and bad["pool"]["skill_over_stack"]["skill"] < 0.02
    table = [each for types in good["formations"]["calibration"].values() for each in types.values()]
    inside = [each["range"][0] <= each["recorded"] <= each["range"][1] for each in table]
    assert np.mean(inside) >= 0.8


def test_ends_beside_what_sectors_had_before():
    """Two sectors end four times as often as two others, before and after: both forecasts rank them; levels by hand."""
    made = synthetic.world(runs=2)
    made.metrics["active"][:] = 10
    cases = []
    for rank, name in enumerate(NAMES[:4]):
        made.metrics["exits"][..., synthetic.SECTORS.index(name)] = 0.25 * (1 + rank)
        for n in range(12):
            gone = n < 2 * (rank + 1)
            cases.append(Case(f"{name}{n}", name, 2001, "form", "market_access"))
            cases += [Case(f"{name}{n}", name, 2011, "renegotiate", "market_access")] if gone else []
            cases += [Case(f"{name}{n}", name, 2016, "renegotiate", "market_access")] if gone else []
    found, _ = exits.score(cases, cases, mapping(), made, 2014, 2016)
    assert found["rank_correlation"] == found["baseline"]["rank_correlation"] == pytest.approx(1.0)
    assert found["gain"]["difference"] == pytest.approx(0.0)
    assert found["levels"]["model"]["ratio"] == pytest.approx(24 * (0.1 + 0.2 + 0.3 + 0.4) / 20)


def test_origins_before_a_year_and_where_they_end():
    assert rolling(2014) == [1999, 2004, 2009, 2014] and rolling(2006) == [1999, 2004, 2006] and rolling(1995) == [1995]
    assert origins.spans(2014, [1999, 2004, 2009, 2018]) == {1999: 2004, 2004: 2009, 2009: 2014, 2014: None, 2018: None}
    assert origins.stop(2009, 2014) == 2016 and origins.stop(2004, 2006) == 2008


def test_every_origin_is_told_and_the_page_is_made_of_the_record(tmp_path):
    made = synthetic.drifting()
    found = backtest(made, read(), 2014, dict.fromkeys(ORIGINS, made)).scores
    assert list(found["by_origin"]) == ["1999", "2004", "2009", "2014"]
    assert found["by_origin"]["1999"]["chosen_naive"] == FIRST_CHOICE
    for name in ("formations", "order", "pool", "exits", "chosen_naive"):
        assert found["by_origin"]["2014"][name] == found[name]
    assert [each["last"] for each in found["by_origin"].values()] == [2004, 2009, 2014, 2026]
    about = {"until": 2014, "runs": 4, "version": "1", "kernel_hash": "k" * 64, "scenario_hash": "s" * 64}
    knows = {"prior": False, "set": "some", "draws": 4, "until": 2014}
    for each in found["by_origin"].values():
        each["parameters"] = knows
    (tmp_path / RECORD).write_text(json.dumps({**found, "about": about, "parameters": knows}))
    told = record(tmp_path)
    assert "fitted to data up to 2014" in told["made"] and "| 2004 | 2009 | some |" in told["origins"]
    assert f"{found['order']['score']:.3g}" in told["yardstick"] and f"{found['chosen_naive']} *" in told["rivals"]
    assert {"weight", "interval", "interval_by_sector", "hindsight", "n"} <= found["pool"].keys()
    assert {"score", "interval", "interval_by_sector", "by_period", "rivals"} <= found["order"].keys()


def test_an_origin_without_a_set_knows_structure_only():
    """Points of the priors, each parameter spread over its range, and no take-off that came after the origin."""
    early, late = standing({"end": 2006}, 1999), standing({"end": 2020}, 2014)
    assert early.until is None and early.told()["prior"] and late.until == 2014 and not late.told()["prior"]
    prior = read_set(early.set).file.fitted["ambient"]
    values = early.world.draws["ambient"]
    assert len(values) == early.draws == 100
    edge = 0.02 * (prior.high - prior.low)
    assert prior.low <= min(values) < prior.low + edge and prior.high - edge < max(values) <= prior.high
    told = {
        each.name: dates if isinstance(dates := each.midpoint, dict) else {"all": dates}
        for sector in early.world.world.sectors.values()
        for each in sector.generations[1:]
    }
    dated = {name for name, dates in told.items() for date in dates.values() if date != "drawn" and 2000 <= date < 2015}
    assert not dated and told["electric"]["china"] > 2014  # given
    assert "drawn" not in late.world.world.sectors["solar"].generations[1].midpoint.values()


def test_points_of_priors_are_no_draws():
    world = load("baseline", {"posterior.set": "fit2014", "posterior.prior": 5, "end": 1990})
    assert world.drawn == 5 and load("baseline", {**world.standing, "end": 1990}).hash == world.hash
    with pytest.raises(ScenarioError, match="not together with draws"):
        load("baseline", {"posterior.set": "fit2014", "posterior.prior": 5, "posterior.draws": 5})
