"""Phase diagrams: what an American firm would best do in the host, by gap and by what else decides it.

Every point is the bench of the propositions at rest, nobody bound yet; the form is the one worth most to the firm that
its partner would sign. Sectors of a scenario move through the same plane: `paths`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.machine.compiled import bundle
from sim.machine.declare import Column
from sim.model.columns import FIRST_YEAR, Kind, Mode, Route, Type
from sim.model.stages.deals import abroad_deal, enter, enter_abroad, host_deal, worthless
from sim.model.stages.values import strangers
from sim.scenario import Scenario
from sim.verify.bench import EU, HOST
from sim.verify.laboratory import Laboratory, state_at, steps
from sim.verify.propositions import AMERICAN, CHINESE, EUROPEAN, REST, Place, meeting

GAPS = np.linspace(1.5, -0.5, 21)  # log, multinationals less Chinese
AGAINST: Mapping[str, Column] = {  # field of Place -> its levels
    "name": np.linspace(0.02, 1.0, 15),
    "reserved": np.linspace(0.0, 0.9, 15),
    "need": np.linspace(0.0, 0.9, 15),
}
HELD: Mapping[str, Mapping[str, float]] = {  # what else differs from the propositions' default place
    "name": {},
    "reserved": {"name": 0.5},
    "need": {"name": 0.5, "slope": 2.0},
}
YEARS = (1990, 2026)


class Phases(NamedTuple):
    """One diagram: what is best at each point, and where sectors are.

    best: Type of the best form in the host [level, gap], Type.none for exports or absence; globalises: whether the
    Chinese firm and the European one would sell the Chinese brand in Europe together [level, gap].
    """

    against: str
    gaps: Column
    levels: Column
    best: Column
    globalises: Column


def best_form(lab: Laboratory, place: Place) -> tuple[int, bool]:
    """(best form in the host, whether globalising pays) at a place."""
    state = state_at(meeting(lab, place), REST)
    columns = bundle(state)
    own = enter(columns, REST, AMERICAN, HOST)
    best, most = (Type.wholly_owned if own.mode == Mode.wholly_owned else Type.none), 0.0
    for kind in (Type.market_access, Type.co_innovation):
        pair = strangers(columns, AMERICAN, CHINESE, kind)
        deal = host_deal(columns, REST, AMERICAN, CHINESE, HOST, kind, own, pair)
        if not worthless(columns, AMERICAN, deal) and deal.gain_m > most:
            best, most = kind, deal.gain_m
    pair = strangers(columns, EUROPEAN, CHINESE, Type.globalize)
    there = enter_abroad(columns, REST, EUROPEAN, EU)
    sold = abroad_deal(columns, REST, EUROPEAN, CHINESE, EU, Route.sell, there, pair)
    return int(best), not worthless(columns, EUROPEAN, sold)


def phases(lab: Laboratory, against: str) -> Phases:
    """The diagram of the gap against a field of `Place`."""
    levels = AGAINST[against]
    found = [
        [best_form(lab, Place(gap=float(gap), **{**HELD[against], against: float(level)})) for gap in GAPS]
        for level in levels
    ]
    best, globalises = (np.array([[point[n] for point in row] for row in found]) for n in (0, 1))
    return Phases(against, GAPS, levels, best, globalises)


def paths(scenario: Scenario, names: Sequence[str], seed: int = 1) -> dict[str, dict[str, Column]]:
    """Where sectors of a scenario are each year's end from 1990 to 2026: name of sector -> gap and levels by field.

    name: mean pull of multinationals in the host; reserved: part of demand; need: inputs that the host has to import
    where nobody makes them.
    """
    told: dict[str, dict[str, list[float]]] = {name: {key: [] for key in ("gap", *AGAINST)} for name in names}
    last = 4 * (YEARS[1] - FIRST_YEAR)
    for t, state in steps(scenario, seed):
        if t < 4 * (YEARS[0] - FIRST_YEAR) or t % 4 != 3:
            continue
        if t > last:
            break
        for s, name in enumerate(names):
            for key, value in _where(state, s).items():
                told[name][key].append(value)
    return {name: {key: np.array(values) for key, values in rows.items()} for name, rows in told.items()}


def _where(state: Any, s: int) -> dict[str, float]:
    """Place of a sector in the planes of all diagrams."""
    x, firms = state.scratch, state.firms
    rows = (firms.sector == s) & (firms.active > 0) & (firms.kind == Kind.multinational) & (firms.access_holder == 0)
    return {
        "gap": float(x.best_foreign[s] - x.best_chinese[s]),
        "name": float(firms.pull[rows, state.host].mean()) if rows.any() else np.nan,
        "reserved": float(state.sectors.reserved_demand[s]),
        "need": float(state.sectors.foreign_inputs[s]),
    }
