"""The whole duty, price floor or ceiling in force where a shock acts: tariffs add up, so that its own rate is not what
goods pay, of floors the highest holds and of ceilings the lowest.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.machine.declare import Column
from sim.scenario.build import grid
from sim.scenario.policy import policies
from sim.scenario.resolve import Scenario
from sim.scenario.shocks import KINDS, SET, Shock
from sim.scenario.values import quarter_name
from sim.scenario.words import amount, sizes

FLOOR, CEILING = "minimum_price", "quota"


class _Border(NamedTuple):
    """Duty, floor or ceiling on a sector's goods at a border once a shock has its full size, over its generations."""

    sector: str
    border: str
    total: Column  # [generation]
    own: float  # what of it is the tariff's: less than its rate where it concerns a part of a region
    duty: Column  # beside a floor or a ceiling: the duty there [generation]


def duties(scenario: Scenario) -> list[str]:
    """Of each own tariff, minimum price and quota what is in force once it has its full size, by sector and border."""
    told = (shock for shock in _tariffs(scenario, FLOOR, CEILING) if shock.own and shock.effects())
    return [line for shock in told for line in _told(scenario, shock)]


def slack(scenario: Scenario, shock: Shock) -> str:
    """What to ask about a minimum price that goods are above anyhow, duty paid; empty where it binds somewhere."""
    borders = list(_borders(scenario, shock)) if shock.kind == FLOOR and shock.effects() else []
    if not borders or any((each.total > each.duty + 1e-12).any() for each in borders):
        return ""
    duty, floor = (_ends([getattr(each, name) for each in borders]) for name in ("duty", "total"))
    return f"a floor of {floor} does not bind: goods cost {duty} more by the duty in force; is a lower duty meant?"


def sized(scenario: Scenario) -> dict[str, str]:
    """The size of each policy in words, by its label; of tariffs with the whole duty in force."""
    told = {shock.label: sizes(shock) for shock in scenario.shocks}
    for shock in _tariffs(scenario, FLOOR, CEILING):
        if shock.mode != SET and (total := _ends([border.total for border in _borders(scenario, shock)])):
            told[shock.label] += f"; {total} in force{'' if shock.kind == CEILING else ' in all'}"
    return told


def beside(scenario: Scenario) -> dict[str, str]:
    """What each tariff's rate comes on top of, in words for an axis, by its id."""
    told = {}
    for shock in _tariffs(scenario):
        if shock.mode == SET:
            told[shock.id] = "all that is in force"
        elif others := _ends([border.total - border.own for border in _borders(scenario, shock)]):
            told[shock.id] = f"on top of {others}"
    return told


def _tariffs(scenario: Scenario, *beside: str) -> list[Shock]:
    return [shock for shock in scenario.shocks if shock.kind in ("tariff", *beside)]


def _ends(found: list[Column]) -> str:
    """Lowest and highest of some duties, one of them if they are the same."""
    values = np.round(np.concatenate(found), 9) if found else np.empty(0)
    return (
        " to ".join(dict.fromkeys(amount(float(end), "share") for end in (values.min(), values.max())))
        if len(values)
        else ""
    )


def _full(scenario: Scenario, shock: Shock) -> int:
    """The first quarter with the full size, in the run."""
    return min(max(shock.start + shock.ramp - 1, 0), scenario.quarters - 1)


def _borders(scenario: Scenario, shock: Shock) -> Iterator[_Border]:
    known = grid(scenario)
    key, size = next(iter(KINDS[shock.kind].sizes.items()))
    policy, t = policies(known, scenario.shocks)[0], _full(scenario, shock)
    total, duty = getattr(policy, size.writes(shock.option))[t], policy.tariff[t]
    weights = [known.weights(getattr(shock, key)) for key in ("origin", "destination")]
    rate = dict(shock.sizes)[key]
    for name in known.names.sectors_of(shock.sectors):
        s = known.sectors.index(name)
        goods = [g for g, each in enumerate(known.generations[s]) if shock.generation in ("", "all", each)]
        for o, d in np.argwhere(np.outer(*weights) > 0.0) if known.tradable[s] else ():
            if o != d:
                border = f"{known.regions[o]} to {known.regions[d]}"
                own = rate * float(weights[0][o] * weights[1][d])
                yield _Border(name, border, total[s, goods, o, d], own, duty[s, goods, o, d])


def _told(scenario: Scenario, shock: Shock) -> Iterator[str]:
    told: dict[str, dict[str, dict[str, None]]] = {}  # duty -> sectors -> borders
    by_sector: dict[str, dict[str, list[str]]] = {}
    for found in _borders(scenario, shock):
        total = _ends([found.total])
        if shock.kind == FLOOR:
            total = f"a floor {total} above the price free of duty, over a duty of {_ends([found.duty])},"
        elif shock.kind == CEILING:
            total = f"a ceiling of {total} of the market, beside a duty of {_ends([found.duty])},"
        by_sector.setdefault(found.sector, {}).setdefault(total, []).append(found.border)
    for sector, duties_ in by_sector.items():
        for duty, borders in duties_.items():
            told.setdefault(duty, {}).setdefault(", ".join(borders), {})[sector] = None
    goods = f" ({shock.generation})" if shock.generation not in ("", "all") else ""
    own = amount(next(iter(dict(shock.sizes).values())), "share")
    part = "" if shock.kind in (FLOOR, CEILING) else "of it "
    how = "set by this" if shock.mode == SET else f"{own} {part}by this{_licences(shock)}"
    when = quarter_name(_full(scenario, shock))
    for duty, places in told.items():
        where = "; ".join(f"{', '.join(names)}{goods}, {borders}" for borders, names in places.items())
        yield f"{shock.id}: {duty} in force in {when}, {how}: {where}"


def _licences(shock: Shock) -> str:
    """Who has the licences of a ceiling, in words; nothing of other shocks."""
    if shock.kind != CEILING:
        return ""
    sold = dict(shock.sizes).get("auctioned", 0.0)
    whose = (
        "exporters have the licences"
        if sold <= 0.0
        else f"the destination sells {amount(sold, 'share')} of the licences"
    )
    return f", {whose}"
