"""Moments by hand, on runs that are made up."""

import numpy as np
import pytest

from sim.calibration import moments
from sim.calibration.moments import STATISTICS
from sim.calibration.record import Record
from sim.calibration.targets import Target, Targets, composition, evaluate, targets_of
from sim.history.mapping import Place
from sim.history.shares import Adoption
from sim.history.worlds import TYPES, years
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


def test_shipped_targets_know_nothing_later_than_the_set() -> None:
    early, late = (targets_of(read_set(name)) for name in ("fit2014", "all2025"))
    assert {each.newest for each in early.targets} <= set(range(1979, 2015))
    assert max(row.year for row in early.rows) == 2014
    assert {each.name for each in early.targets} < {each.name for each in late.targets}
    assert {each.statistic for each in late.targets} - {"composition"} == set(STATISTICS)
    shares = [each.value for each in early.targets if each.statistic == "composition"]
    assert len(shares) == 15 and sum(shares) == pytest.approx(3.0)
