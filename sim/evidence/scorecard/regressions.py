"""Published regressions, run on simulated data as an econometrician would: no world without the policy is used."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.evidence.scorecard.entry import capped, entries
from sim.evidence.scorecard.policy import imports, passed_on
from sim.evidence.scorecard.regress import Fit, fit
from sim.evidence.scorecard.statistic import Floats, ratio
from sim.evidence.scorecard.worlds import Record
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR


class Estimates(NamedTuple):
    """One regression of each run: coefficients and standard errors [run], rows and clusters of one."""

    coefficient: Floats
    error: Floats
    rows: int
    clusters: int


def told(fits: list[Fit]) -> Estimates:
    """The first coefficient of each run's regression."""
    first = fits[0]
    return Estimates(
        np.array([each.coefficient[0] for each in fits]),
        np.array([each.error[0] for each in fits]),
        first.rows,
        first.clusters,
    )


def trade_panel(record: Record, first: int, last: int) -> dict[str, Any]:
    """Rows sector x region abroad x quarter of some years: labels, tariffs [row], log imports [run, row]."""
    quarters = range(quarter_of(first), quarter_of(last + 1))
    regions = [n for n in range(len(record.regions)) if n != record.host]
    rows = np.array([(s, r, t) for s in range(len(record.sectors)) for r in regions for t in quarters])
    sector, region, time = rows.T
    value = np.stack([imports(record, record.regions[r])[:, quarters.start : quarters.stop] for r in regions])
    place = {r: n for n, r in enumerate(regions)}
    slot = np.array([place[r] for r in region])
    with np.errstate(divide="ignore"):
        logs = np.log(value)[slot, :, time - quarters.start, sector].T
    return {
        "sector": sector,
        "region": region,
        "time": time,
        "tariff": np.log1p(record.tariff[time, sector, region]),
        "logs": np.where(np.isfinite(logs), logs, np.nan),
    }


def tariff_event(record: Record, region: str, first: int, last: int, since: float) -> Estimates:
    """Event study of a tariff on the host's goods, as Amiti2019 and Fajgelbaum2020 ran it.

    Log imports by sector, region and quarter on being hit: the region's tariff on the sector has risen since the
    quarter before `since`. Fixed effects: sector x region, sector x quarter, region x quarter; errors by sector x
    region.
    """
    panel = trade_panel(record, first, last)
    sector, place, tariff = (panel[key] for key in ("sector", "region", "tariff"))
    before = np.log1p(record.tariff[int((since - FIRST_YEAR) * 4) - 1, sector, place])
    hit = (
        (tariff > before + 1e-9) & (place == record.regions.index(region)) & (panel["time"] >= (since - FIRST_YEAR) * 4)
    )
    return _trade_fit(panel, np.asarray(hit, float))


def tariff_elasticity(record: Record, region: str, first: int, last: int, since: float) -> Estimates:
    """As `tariff_event`, on ln(1 + tariff) in all regions; `region` and `since` are not needed."""
    panel = trade_panel(record, first, last)
    return _trade_fit(panel, panel["tariff"])


def _trade_fit(panel: dict[str, Any], on: Floats) -> Estimates:
    sector, place, time = (panel[key] for key in ("sector", "region", "time"))
    effects = [sector * 100 + place, sector * 10000 + time, place * 10000 + time]
    return told([fit(logs, on[:, None], effects, effects[0]) for logs in panel["logs"]])


def price_on_tariff(record: Record, without: Record, region: str, year: int) -> Estimates:
    """Change of consumer prices on that of ln(1 + tariff) over sectors, through the origin; errors by sector."""
    prices, rises = passed_on(record, without, region, year)
    sectors = np.arange(prices.shape[1])
    return told([fit(each, rise[:, None], [], sectors) for each, rise in zip(prices, rises, strict=True)])


def cap_removed(record: Record, first: int, last: int) -> Estimates:
    """Difference in differences around the removal of ownership caps: ventures' share of entries by sector and year.

    Regressor: a cap is in force. Fixed effects: sector, year; weighed by entries; errors clustered by sector. The
    coefficient is what a cap adds to the share of ventures.
    """
    ventures, owned = entries(record)
    span = slice(first - FIRST_YEAR, last + 1 - FIRST_YEAR)
    bound = capped(record)[span]
    years, sectors = (each.ravel() for each in np.indices(bound.shape))
    fits = []
    for n in range(record.runs):
        one, both = ventures[n, span].ravel(), (ventures + owned)[n, span].ravel()
        fits.append(fit(ratio(one, both), bound.ravel()[:, None], [sectors, years], sectors, both))
    return told(fits)


REGRESSIONS: dict[str, Callable[..., Estimates]] = {
    "tariff_event": tariff_event,
    "tariff_elasticity": tariff_elasticity,
    "price_on_tariff": price_on_tariff,
    "cap_removed": cap_removed,
}
