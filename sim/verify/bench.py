"""A bench: one sector, a few firms that do not differ, every mechanism off, so that one can be turned on alone."""

from collections.abc import Mapping
from typing import Any

from sim.machine.declare import Column
from sim.model.columns import Mode
from sim.model.parameters import parameters
from sim.model.stages import State
from sim.scenario import Scenario
from sim.verify.laboratory import Laboratory, Shock

HOST, US, EU = 0, 1, 2  # regions of the bench
SHARES = {"china": {1979: 1}, "us": {1979: 1}, "eu": {1979: 1}}


def null_model() -> dict[str, Any]:
    """Every parameter that has one at its `off`; nobody looks for partners, and research pays alike at any scale.

    Buyers stay with whom they know (`customer_turnover` 0), so that brands keep the pull they start with.
    """
    off = {name: p.written(p.off) for name, p in parameters().items() if p.off is not None}
    plain = {"rd_elasticity": 0, "room": 20, "search": 0, "habit": 0.5}
    lasting = {"patience": 80, "exogenous_end": 0, "review_rate": 0}
    return {**off, **plain, **lasting}


def bench(
    lab: Laboratory,
    *shocks: Shock,
    sector: Mapping[str, Any] | None = None,
    paths: Mapping[str, Any] | None = None,
    end: int = 1995,
    firm: Mapping[str, Any] | None = None,
    leader: float | None = None,
    partner: str | None = None,
    alike: bool = True,
    **changed: Any,
) -> Scenario:
    """A scenario of the bench: `sector`, `paths` and parameters differ from the null model as given.

    If `alike`, all firms start with the mean technology of their origin; `firm` gives further start values of each,
    `leader` another technology of the first.
    `partner`: type of a partnership of the first multinational with the first Chinese firm from 1979Q1.
    """
    goods: dict[str, Any] = {
        "quality_sensitivity": 2.0,
        "price_elasticity": 3.0,
        "innovation": 0.0,
        "absorption": 0.0,
        "rd_intensity": 0.05,
        "start_level": 0.5,
        "entry_rate": 0.0,
        "learning_rate": 0.0,
        "customer_turnover": 0.0,
        "foreign_inputs": 0.0,
        "market": {1979: 300},
        "market_share": SHARES,
        "generations": [{"name": "old"}],
        "multinationals": {"us": 1, "eu": 1},
        "chinese": {"private": 1},
        **(sector or {}),
    }
    homes = [home for home, count in goods["multinationals"].items() for _ in range(count)]
    homes += ["china"] * sum(goods["chinese"].values())
    same: dict[str, Any] = {"sector": "goods", "technology": 0.0, **(firm or {})}
    firms = [{"name": f"Firm {n}", "home": home, **same} for n, home in enumerate(homes)] if alike else []
    if leader is not None:
        firms[0] |= {"technology": leader}
    if partner:
        firms[0] |= {"partner": f"Firm {homes.index('china')}", "partner_since": "1979Q1", "partner_type": partner}
    content = {
        "schema": 1,
        "title": "Bench",
        "host": "china",
        "end": end,
        "regions": {"china": {}, "us": {}, "eu": {}},
        "paths": {"cost_advantage": {1979: 0}, "floor": {1979: 0}, "chinese_speed": {1979: 1}, **(paths or {})},
        "sectors": {"goods": goods},
        "parameters": {**null_model(), **changed},
        "firms": firms,
        "shocks": [{"id": f"shock_{n}", **shock} for n, shock in enumerate(shocks)],
    }
    return lab.load_content(content)


def with_firms(state: State, **columns: Column) -> State:
    """The state with other columns of firms: what a check begins from; the state itself stays as it is."""
    return state._replace(firms=state.firms._replace(**columns))


def in_mode(state: State, rows: slice | int, mode: Mode) -> State:
    """The state with multinationals in the host as told."""
    modes = state.firms.mode.copy()
    modes[rows] = mode
    return with_firms(state, mode=modes)
