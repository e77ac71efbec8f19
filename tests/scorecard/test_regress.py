"""Regressions find what synthetic data were made with, and their standard errors are those of repeated samples."""

import numpy as np
import pytest

from sim.evidence.scorecard.regress import fit
from sim.evidence.scorecard.regressions import cap_removed, price_on_tariff, tariff_elasticity, tariff_event
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR
from tests.scorecard.synthetic import QUARTERS, life, shot, world


def panel(rng, groups=40, times=12, slope=0.7, common=0.5):
    """Two-way panel with errors that hang together within groups, and a treatment that starts in half of them."""
    group, time = (each.ravel() for each in np.indices((groups, times)))
    x = ((group < groups // 2) & (time >= times // 2)).astype(float)
    noise = rng.normal(size=(groups, times)) + common * rng.normal(size=(groups, 1)) * np.linspace(-1, 1, times)
    y = slope * x + rng.normal(size=groups)[group] + rng.normal(size=times)[time] + noise.ravel()
    return y, x[:, None], group, time


def test_known_coefficient_without_noise_and_with_uneven_weights():
    rng = np.random.default_rng(1)
    y, x, group, time = panel(rng)
    exact = 2.0 * x[:, 0] + group * 0.3 - time**2
    found = fit(exact, x, [group, time], group, rng.uniform(0.1, 5, len(y)))
    assert found.coefficient == pytest.approx([2.0], abs=1e-8) and found.error == pytest.approx([0.0], abs=1e-7)
    assert (found.rows, found.clusters) == (480, 40)


def test_it_is_least_squares_with_dummies():
    y, x, group, time = panel(np.random.default_rng(2), groups=6, times=5)
    dummies = np.column_stack([x, np.eye(6)[group], np.eye(5)[time][:, 1:]])
    expected = np.linalg.lstsq(dummies, y, rcond=None)[0][0]
    assert fit(y, x, [group, time], group).coefficient == pytest.approx([expected], abs=1e-7)


def test_errors_are_the_spread_of_repeated_samples():
    rng = np.random.default_rng(3)
    fits = [fit(y, x, [group, time], group) for y, x, group, time in (panel(rng) for _ in range(150))]
    spread = np.std([each.coefficient[0] for each in fits], ddof=1)
    assert np.mean([each.coefficient[0] for each in fits]) == pytest.approx(0.7, abs=3 * spread / np.sqrt(150))
    assert np.mean([each.error[0] for each in fits]) == pytest.approx(spread, rel=0.2)
    covered = np.mean([abs(each.coefficient[0] - 0.7) < 2.02 * each.error[0] for each in fits])
    assert 0.88 <= covered <= 0.99


def test_what_effects_absorb_has_no_estimate():
    y, _, group, time = panel(np.random.default_rng(4))
    assert np.isnan(fit(y, group[:, None].astype(float), [group, time], group).coefficient).all()
    assert np.isnan(fit(np.full(4, np.nan), np.ones((4, 1)), [], np.arange(4)).coefficient).all()


def taxed(elasticity):
    """Imports of cars into the US that answer a tariff of 25 % from 2018Q3 with an elasticity, and luck elsewhere."""
    made = world()
    rng = np.random.default_rng(5)
    made.tariff[quarter_of(2018, 3) :, 0, 1] = 0.25
    level = np.exp(rng.normal(size=(3, 3)))  # of each sector and region
    season = np.exp(0.1 * rng.normal(size=(QUARTERS, 3, 1)))
    made.markets["imports_china"][:] = level * season * (1 + made.tariff) ** -elasticity / 10
    return made


def test_event_study_and_elasticity_of_imports():
    given = {"region": "us", "first": 2016, "last": 2019, "since": 2018.5}
    assert tariff_elasticity(taxed(4.0), **given).coefficient == pytest.approx([-4.0], abs=1e-6)
    assert tariff_event(taxed(4.0), **given).coefficient == pytest.approx([-4.0 * np.log(1.25)], abs=1e-6)
    assert tariff_event(taxed(0.0), **given).coefficient == pytest.approx([0.0], abs=1e-6)


def test_prices_on_tariffs():
    free, hit = (world(shots={quarter_of(2019, 4): shot()}) for _ in range(2))
    hit.tariff[quarter_of(2018, 3) :, :2, 1] = [0.25, 0.10]
    assert price_on_tariff(hit, free, "us", 2019).coefficient == pytest.approx([1.0])


def test_what_a_cap_adds_by_difference_in_differences():
    rows, owned = [], np.zeros((QUARTERS, 3))
    for year in range(2010, 2026):
        bound = year < 2018
        for sector in range(3):
            ventures = 4 if sector == 0 and bound else 1  # in cars the cap adds 4/4 - 1/4 = .75
            rows += [life(sector, year)] * ventures
            owned[quarter_of(year), sector] = 4 - ventures
    made = world([rows], adoptions_wholly_owned=owned)
    made.cap[: quarter_of(2018), 0] = 0.5
    found = cap_removed(made, 2010, 2025)
    assert found.coefficient == pytest.approx([0.75]) and found.clusters == 3
    assert FIRST_YEAR == 1979
