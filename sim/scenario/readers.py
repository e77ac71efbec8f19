"""Whether anybody reads a policy: firms that it concerns, in the sectors and places that a shock names.

A field that nobody reads changes nothing but the quarter in which firms look at their contracts again. Who reads what
follows from the rules: technology, investors and deals cross only the border of the host; a brand or a subsidised firm
is one whose home it is.
"""

from collections.abc import Iterator

from sim.scenario.build import grid
from sim.scenario.policy import Grid
from sim.scenario.resolve import Scenario
from sim.scenario.shocks import POLICY, Shock
from sim.scenario.values import quarter_name

_BETWEEN = {"control", "over_compliance", "block", "delay", "threshold", "cap", "mandate"}  # both sides of contracts
_BY_HOME = {"tariff", "price_floor", "owner_tariff", "quota", "owner_quota", "auctioned"}  # origin: a home
_BY_HOME |= {"perception", "compliance", "subsidy_rd", "subsidy_production"}


def unread(scenario: Scenario, shock: Shock) -> Iterator[str]:
    """Why a shock, or what answers it, meets nobody in sectors that it names; nothing where it meets somebody."""
    answer = shock.mirror()
    for each in (shock,) if answer is None else (shock, answer):
        fields = [name for name, _ in each.effects()]
        if each.firms or not fields:
            continue
        known = grid(scenario)
        named = known.names.sectors_of(each.sectors)
        alone = {name: why for name in named if (why := _unmet(scenario, known, each, fields, name))}
        whole = len(alone) == len(named)
        if alone and (whole or "all" not in each.sectors):
            what = each.kind.replace("_", " ") if each is shock else f"the answer, {each.kind.replace('_', ' ')},"
            where = "" if whole else f" in {', '.join(alone)}"
            yield f"{what} meets nobody{where}: {next(iter(alone.values()))}"


def _unmet(scenario: Scenario, known: Grid, shock: Shock, fields: list[str], sector: str) -> str:
    """Why no field of a shock is read in a sector; empty where one is."""
    given = scenario.world.sectors[sector]
    homes = {name for name, count in given.multinationals.items() if count}
    host, chinese = scenario.world.host, bool(sum(given.chinese.values()) + given.entrants)
    late = _not_yet(scenario, shock, sector)
    if late:
        return late
    origins, destinations = (
        {known.regions[at] for at in known.weights(getattr(shock, key)).nonzero()[0]}
        for key in ("origin", "destination")
    )
    pairs = {(o, d) for o in origins for d in destinations if o != d}
    makers = homes | ({host} if chinese or homes else set())
    why = []
    for name in fields:
        places = set(POLICY[name].per.split()) & {"origin", "destination"}
        if name in _BETWEEN:
            across = {(o, d) for o, d in pairs if (o == host and chinese) or (d == host and o in homes)}
            if across:
                return ""
            told = ", ".join(name for name in known.regions if name in homes) or "nowhere"
            why.append(f"it acts between {host} and homes of multinationals, in {sector} {told}")
        elif name == "listing":
            if any((o == host and d in homes) or (d == host and o in homes) for o, d in pairs):
                return ""
            why.append(f"a listing parts firms of {host} from multinationals of the other side")
        elif name in _BY_HOME and "origin" in places and not origins & makers:
            why.append(f"no firm of {sector} comes from {', '.join(sorted(origins))}")
        else:
            return ""
    return why[0]


def _not_yet(scenario: Scenario, shock: Shock, sector: str) -> str:
    """Whether the generation that a shock names arrives after its end, or is none of the sector's."""
    if shock.generation in ("", "all"):
        return ""
    names = grid(scenario).names.generations[sector]
    if shock.generation not in names:
        return f"{sector} has no generation {shock.generation}"
    declared = {each.name: each.arrival for each in scenario.world.sectors[sector].generations}
    moved = {each.name: each.start for each in scenario.shocks if each.kind == "generation"}
    arrival = moved.get(shock.generation, declared.get(shock.generation))
    last = scenario.quarters - 1 if shock.end is None else shock.end
    if arrival is not None and arrival > last:
        return f"{shock.generation} arrives in {quarter_name(arrival)}, after it has ended"
    return ""
