"""What a minimum price leaves to whom it binds: a rent on top of the usual margin. Nothing runs where there is none."""

from sim.machine.compiled import stage, step
from sim.model.columns import Bound, Way
from sim.model.rules.market import rent_kept
from sim.model.stages.offers import rent_on
from sim.model.stages.state import State


@step
def rent_booked(st: State, s: int, i: int, line: int, r: int) -> float:
    """Share of a line's sales that is rent, as it was supplied this quarter."""
    x, home, bound = st.scratch, st.firms.home[i], st.scratch.bound[i, line]
    from_host = x.host_made[i, line]
    if home == st.host:
        return from_host * rent_on(st, s, i, Way.with_partner if bound == Bound.given else Way.from_host, r, home)
    if bound == Bound.powered:
        return from_host * rent_on(st, s, i, Way.as_parts, r, home)
    sent = (1.0 - from_host) * x.shipped[i, line]
    return from_host * rent_on(st, s, i, Way.from_host, r, home) + sent * rent_on(st, s, i, Way.from_home, r, home)


@stage
def earn_rents(st: State, s: int, r: int, line: int, first: int, last: int) -> None:
    """Rents of firms on a line, which are profit of the firm's own where no contract shares the line."""
    firms, x = st.firms, st.scratch
    for i in range(first, last):
        sales = x.expenditure[s, r] * firms.share[i, line]
        part = rent_booked(st, s, i, line, r) if firms.active[i] > 0 and sales > 0.0 else 0.0
        x.rent[i, line] = part * sales
        if x.bound[i, line] < Bound.given:
            firms.profit[i] += rent_kept(part, x.rate[i, r] * sales, sales)
