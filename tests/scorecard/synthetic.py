"""Records of a small made-up world: three sectors, three regions, one multinational and two Chinese firms a sector."""

from types import SimpleNamespace

import numpy as np

from sim.evidence.scorecard.worlds import MARKETS, METRICS, Record, Snapshot
from sim.machine.declare import record as record_type
from sim.measures.dates import quarter_of
from sim.model.columns import FIRST_YEAR, SubForm, Type
from sim.model.records import Event, Life

SECTORS, REGIONS, HOST = ("cars", "solar", "rail"), ("china", "us", "row"), 0
LAST = 2030
QUARTERS = 4 * (LAST + 1 - FIRST_YEAR)
KIND = np.array([0, 1, 1] * 3)
SECTOR_OF = np.repeat(np.arange(3), 3)
HOME = np.where(KIND == 0, 1, HOST)


def life(sector=0, start=1990, end=None, kind=Type.market_access, form=SubForm.equity_jv, **more):
    """A partnership of the sector's multinational with its first Chinese firm; years count from their first quarter."""
    row = np.zeros(1, record_type(Life))
    row["sector"], row["type_first"], row["sub_form"] = sector, kind, form
    row["start"], row["end"] = quarter_of(start), -1 if end is None else quarter_of(end)
    row["multinational"], row["chinese"] = 3 * sector, 3 * sector + 1
    for name, value in more.items():
        row[name] = value
    return row


def event(kind, year, partnership=1, trigger=0):
    row = np.zeros(1, record_type(Event))
    row["kind"], row["quarter"], row["partnership"], row["trigger"] = kind, quarter_of(year), partnership, trigger
    return row


def joined(rows, declared):
    return np.concatenate(rows) if rows else np.zeros(0, record_type(declared))


def shot(**changes):
    """Firms alike, all active, no partnership."""
    firms, regions = len(KIND), len(REGIONS)
    none = np.zeros(0, np.int64)
    plain = Snapshot(
        technology=np.zeros(firms),
        rd=np.ones(firms),
        income=np.full(firms, 10.0),
        months=np.where(KIND == 0, 48.0, 24.0),
        active=np.ones(firms, bool),
        listed=np.zeros(firms, bool),
        share=np.full((firms, regions), 0.1),
        from_host=np.ones((firms, regions), bool),
        partnership=none.astype(np.uint64),
        multinational=none,
        chinese=none,
        type=none,
        sales=none.astype(float),
    )
    return plain._replace(**changes)


def world(lives=((),), events=((),), shots=None, elasticity=3.0, **metrics):
    """A record of as many runs as there are lists of lives; metrics [T, S] are the same in all runs."""
    runs, shape = len(lives), (len(lives), QUARTERS, len(SECTORS))
    made = {name: np.zeros(shape) for name in METRICS} | {"firms_multinational": np.ones(shape)}
    made |= {"market_home": np.ones(shape), "market_abroad": np.ones(shape)}
    for name, values in metrics.items():
        made[name] = made[name] + values
    sectors = {name: SimpleNamespace(price_elasticity=elasticity, innovation=0.04) for name in SECTORS}
    return Record(
        scenario=SimpleNamespace(world=SimpleNamespace(sectors=sectors)),
        sectors=SECTORS,
        regions=REGIONS,
        host=HOST,
        generations=(("first",),) * 3,
        metrics=made,
        markets={name: np.ones((*shape, len(REGIONS))) for name in MARKETS},
        levels=np.full((*shape, 1), 0.5),
        lives=[joined(rows, Life) for rows in lives],
        events=[joined(rows, Event) for rows in (events if len(events) == runs else events * runs)],
        firms=[np.arange(len(KIND))] * runs,
        snapshots=[shots or {}] * runs,
        cap=np.ones((QUARTERS, len(SECTORS))),
        tariff=np.zeros((QUARTERS, len(SECTORS), len(REGIONS))),
        sector_of=SECTOR_OF,
        kind=KIND,
        home=HOME,
        ownership=np.array([2, 0, 1] * 3),
        drawn=(),
    )


def path(**by_sector):
    """A metric [T, S] that is a function of the year in some sectors, zero elsewhere."""
    when = FIRST_YEAR + np.arange(QUARTERS) / 4
    found = np.zeros((QUARTERS, len(SECTORS)))
    for name, function in by_sector.items():
        found[:, SECTORS.index(name)] = function(when)
    return found
