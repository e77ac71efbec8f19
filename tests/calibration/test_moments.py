"""Moments by hand, on runs that are made up."""

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.evidence.calibration import moments
from sim.evidence.calibration.moments import STATISTICS
from sim.evidence.calibration.record import Record
from sim.evidence.calibration.targets import Target, Targets, away, composition, evaluate, targets_of
from sim.evidence.history.mapping import Place
from sim.evidence.history.shares import Adoption
from sim.evidence.history.worlds import TYPES, years
from sim.scenario.sets import read_set
from tests.history.synthetic import QUARTERS, SECTORS, world


def made(runs: int = 3) -> Record:
    ensemble = world(runs)
    ensemble.metrics["firms_multinational"] = np.full(ensemble.levels.shape[:3], 2.0)
    return Record(ensemble, np.full(runs, np.nan), np.ones((QUARTERS, len(SECTORS)), bool))


def put(record: Record, metric: str, sector: str, first: int, last: int, value: float) -> None:
    record.ensemble.metrics[metric][:, years(first, last), SECTORS.index(sector)] = value


def test_full_ownership_is_weighed_by_value_and_only_where_no_cap_binds() -> None:
    record = made()
    put(record, "adoptions_wholly_owned", "wind", 2000, 2000, 1.0)
    put(record, "adoptions_market_access", "solar", 2000, 2000, 1.0)
    assert moments.wholly_owned_entries(record, 2000) == pytest.approx(0.5)
    put(record, "market_home", "wind", 2000, 2000, 3.0)
    assert moments.wholly_owned_entries(record, 2000) == pytest.approx(0.75)
    assert moments.wholly_owned_entries(record, 2003) == 0.5  # nobody enters within two years
    record.uncapped[:, SECTORS.index("wind")] = False
    assert moments.wholly_owned_entries(record, 2000) == 0.0
    record.uncapped[:] = False  # capped everywhere: all count
    assert moments.wholly_owned_entries(record, 2000) == pytest.approx(0.75)


def test_rates_levels_and_ratios() -> None:
    record = made()
    put(record, "active", "cars", 1990, 1999, 8.0)
    put(record, "exits", "cars", 1990, 1990, 1.0)
    assert moments.ends(record, 1990, 1999) == pytest.approx(4 * 4 / (8 * 40))
    assert moments.ends(record, 1980, 1989) == 0.0
    put(record, "chinese_share_home", "cars", 2012, 2012, 0.3)
    assert moments.home_share(record, "cars", 2012) == pytest.approx(0.3)
    put(record, "technology_level", "rail", 2010, 2010, 0.9)
    assert moments.level(record, ["rail", "cars"], 2010) == pytest.approx(0.7)
    assert moments.level_change(record, "rail", 2005, 2010) == pytest.approx(0.4)
    put(record, "adoptions_market_access", "cars", 2005, 2007, 1.0)
    put(record, "adoptions_co_innovation", "cars", 2009, 2009, 1.0)
    assert moments.signings(record, 2009, 2006, 1) == pytest.approx((3 * 4 + 1) / (3 * 12 + 1))


def test_a_share_of_the_world_weighs_home_and_abroad_by_sales() -> None:
    record = made()
    for metric, value in (("market_home", 1.0), ("market_abroad", 3.0)):
        put(record, metric, "cars", 2000, 2000, value)
    for metric, value in (("chinese_share_home", 0.5), ("chinese_share_abroad", 0.1)):
        put(record, metric, "cars", 2000, 2000, value)
    assert moments.world_share(record, "cars", 2000) == pytest.approx((0.5 * 1.0 + 0.1 * 3.0) / 4.0)


def test_the_largest_firms_share_is_that_of_its_sector() -> None:
    record = made()
    record.ensemble.metrics["largest_chinese"] = np.zeros_like(record.ensemble.metrics["active"])
    put(record, "largest_chinese", "cars", 2000, 2000, 0.3)
    assert moments.largest_share(record, "cars", 2000) == pytest.approx(0.3)


def test_affiliation_is_the_mean_of_runs_in_which_anybody_was_taught() -> None:
    record = made()._replace(increments=np.array([0.1, np.nan, 0.3]))
    assert moments.affiliation(record) == pytest.approx(0.2)
    assert moments.affiliation(made()) == 0.0


def test_composition_weighs_sectors_by_the_ledgers_rows() -> None:
    record = made()
    put(record, "adoptions_market_access", "cars", 2000, 2009, 1000.0)
    put(record, "adoptions_hub", "rail", 2000, 2009, 1000.0)
    rows = [Adoption("a", "cars", Place(("cars",)), 2003, 0)] * 3 + [Adoption("b", "rail", Place(("rail",)), 2004, 3)]
    shares = composition(record, rows, 2000, 2009, 1.0)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[TYPES.index("market_access")] == pytest.approx(0.75, abs=1e-3)
    assert shares[TYPES.index("hub")] == pytest.approx(0.25, abs=1e-3)


def test_the_spread_of_one_run_is_that_of_runs() -> None:
    """For a mean over runs the jackknife gives the sample variance."""
    record = made(5)
    values = np.array([0.1, 0.5, 0.2, 0.9, 0.3])
    record.ensemble.metrics["technology_level"][:, :, 0] = values[:, None]
    row = Adoption("a", SECTORS[0], Place((SECTORS[0],)), 2003, 0)
    target = Target("x", "level", {"sectors": [SECTORS[0]], "year": 2000}, 0.5, 0.1, 0.1, 2000, "")
    found = evaluate(record, Targets((target,), (row,), 2010))
    assert found.moments == pytest.approx([values.mean()])
    assert found.variance == pytest.approx([values.var(ddof=1)])


def target(
    name: str, statistic: str, value: float, values: dict[str, float] | None = None, **arguments: object
) -> Target:
    named = {"sectors": list(values)} if values else {}
    return Target(name, statistic, {**arguments, **named}, value, 0.1, 0.1, 2000, "", values or {})


def test_moments_without_a_sector_by_hand() -> None:
    """Of cars and rail: what is asked of cars goes, a mean is that of rail, what pools is taken over rail alone."""
    record = made(3)
    for sector, ends, level in (("cars", 2.0, 0.9), ("rail", 0.5, 0.3)):
        put(record, "active", sector, 1990, 1999, 10.0)
        put(record, "exits", sector, 1990, 1999, ends)
        put(record, "technology_level", sector, 2000, 2000, level)
    put(record, "adoptions_market_access", "cars", 1990, 1999, 1000.0)
    put(record, "adoptions_hub", "rail", 1990, 1999, 1000.0)
    rows = (
        *[Adoption("a", "ev", Place(("cars",), "electric"), 1995, 2)] * 3,  # the model has none of that type
        Adoption("b", "rail", Place(("rail",)), 1996, 3),
    )
    kinds = {"first": 1990, "last": 1999}
    asked = Targets(
        (
            target("share", "composition", 0.7, kind=0, **kinds),
            target("cars_home", "home_share", 0.5, sector="cars", year=2000),
            target("levels", "level", 0.6, {"cars": 0.8, "rail": 0.4}, year=2000),
            target("cars_level", "level", 0.8, {"cars": 0.8}, year=2000),
            target("ends", "ends", 0.05, **kinds),
        ),
        rows,
        2010,
    )
    whole, other = evaluate(record, asked), asked.without(("cars",))
    assert whole.moments == pytest.approx([0.75, 0.0, 0.6, 0.9, 4 * 2.5 / 20], abs=1e-3)
    assert [each.name for each in other.targets] == ["share", "levels", "ends"] and other.rows == rows[3:]
    assert other.values == pytest.approx([0.5 / 3.5, 0.4, 0.05])  # of one row, the level of rail, and as it was
    found = evaluate(record, other)
    assert found.moments == pytest.approx([0.0, 0.3, 4 * 0.5 / 10], abs=1e-3)
    assert found.loss < 0.01 < 1.0 < whole.loss and other.definition != asked.definition


def test_a_sector_of_which_nothing_is_known_changes_nothing() -> None:
    record = made()
    put(record, "adoptions_hub", "rail", 1990, 1999, 5.0)
    row = Adoption("b", "rail", Place(("rail",)), 1996, 3)
    asked = Targets((target("levels", "level", 0.4, {"rail": 0.4}, year=2000),), (row,), 2010)
    other = asked.without(("wind",))
    assert other.targets == asked.targets and other.rows == asked.rows
    for one, two in zip(evaluate(record, asked), evaluate(record, other), strict=True):
        assert np.array_equal(one, two)


def test_without_its_only_sector_nothing_is_asked() -> None:
    row = Adoption("b", "rail", Place(("rail",)), 1996, 3)
    asked = Targets((target("level", "level", 0.4, {"rail": 0.4}, year=2000),), (row,), 2010).without(("rail",))
    found = evaluate(made(), asked)
    assert (asked.targets, asked.rows, found.loss, found.odds) == ((), (), 0.0, 1.0) and found.moments.shape == (0,)


def test_shipped_targets_without_a_sector() -> None:
    whole = targets_of(read_set("fit2014"))
    for sector, places in away().items():
        left = whole.without(places)
        assert not {name for row in left.rows for name in row.place.sectors} & set(places)
        assert sector not in {row.sector for row in left.rows}
        for each in left.targets:
            assert each.arguments.get("sector") not in places
            assert not set(each.arguments.get("sectors", ())) & set(places)
    told = {each.name: each for each in whole.without(("semiconductors",)).targets}
    assert "chips_change" not in told and told["level_slow_2005"].value == pytest.approx(0.15)
    assert {each.name for each in whole.targets} - told.keys() == {"chips_change"}
    assert away()["ice_vehicles"] == away()["electric_vehicles"] == ("cars",)
    cars = {each.name for each in whole.without(("cars",)).targets}
    gone = {"affiliation", "cars_home_2005", "cars_home_2010", "cars_home_2012"}
    assert {each.name for each in whole.targets} - cars == gone


def test_a_mean_that_is_not_that_of_its_sectors_is_told(home: Path) -> None:
    path = home / "targets.yaml"
    entry = "arguments: {sectors: [cars], year: 1989}, value: 0.2"
    path.write_text(
        path.read_text().replace(entry, "arguments: {year: 1989}, values: {cars: 0.4, rail: 0.2}, value: 0.2")
    )
    with pytest.raises(ScenarioError, match=r"targets\.yaml:6:.*the mean of its `values` is 0\.3"):
        targets_of(read_set("tiny"))
    path.write_text(path.read_text().replace("value: 0.2", "value: 0.3"))
    assert [each.arguments for each in targets_of(read_set("tiny")).targets][1] == {
        "year": 1989,
        "sectors": ["cars", "rail"],
    }


def test_shipped_targets_know_nothing_later_than_the_set() -> None:
    early, late = (targets_of(read_set(name)) for name in ("fit2014", "all2025"))
    assert {each.newest for each in early.targets} <= set(range(1979, 2015))
    assert max(row.year for row in early.rows) == 2014
    assert {each.name for each in early.targets} < {each.name for each in late.targets}
    assert {each.statistic for each in late.targets} - {"composition"} == set(STATISTICS)
    shares = [each.value for each in early.targets if each.statistic == "composition"]
    assert len(shares) == 15 and sum(shares) == pytest.approx(3.0)
