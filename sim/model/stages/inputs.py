"""What sectors feel of those they buy from: stage 10 notes what money buys, the next quarter's stage 1 reads it."""

from sim.machine.compiled import stage
from sim.model.rules.inputs import fed_appeal, money_buys
from sim.model.stages.state import State, generations_of


@stage
def note_supply(st: State, t: int, s: int) -> None:
    """What a unit of money buys of a sector's goods at a quarter's end, and the same when sectors began to feel it."""
    x = st.scratch
    felt = st.parameters.linkage > 0.0 and t > 0
    for r in range(st.world.market.shape[2]):
        buys = money_buys(x.logsum[s, r], x.sensitivity[s], x.reference[s], st.sectors.price_elasticity[s])
        x.supplied[s, r] = buys
        if not felt:
            x.supplied_then[s, r] = buys


@stage
def feed(st: State, s: int) -> bool:
    """Appeal of goods by what their makers buy where they make them; whether it differs from the quarter before."""
    x, moved = st.scratch, False
    for g in range(generations_of(st, s)):
        for r in range(st.world.market.shape[2]):
            change = 0.0
            for supplier in range(st.bought.shape[2]):
                share = st.bought[s, g, supplier]
                if share > 0.0:
                    change += share * (x.supplied[supplier, r] - x.supplied_then[supplier, r])
            fed = fed_appeal(st.sectors.price_elasticity[s], st.parameters.linkage, change)
            moved = moved or fed != x.fed[s, g, r]
            x.fed[s, g, r] = fed
    return moved
