"""One quarter, and the run over all quarters: the only place that writes state.

 1. Policy       announced and applied; what the quarter works from is read       conditions.read_conditions
 2. Generations  arrive and are taken up, firm by firm                             learning.learn
 3. R&D          own innovation, spillovers, partner learning                      learning.learn
 4. Markets      offers meet demand; profit is shared by contract                  market.trade
 5. Contribution technology and access brought; flips                              market.trade
 6. Review       renegotiation, conversion, buy-out, dissolution, severance        review.review
 7. Search       partners are sought, proposals made, accepted, screened           search.search
 8. Investment   bases and hubs, plants, brands abroad, hedges                     investment.invest
 9. Firms        bankruptcy and entry                                              firms.turn_over
10. Record       one pass writes all metrics                                       record.record

Markets use technology as it was at the quarter's start; what is learnt in a quarter is sold in the next.
"""

from sim.compiled import bundle, stage
from sim.quarter.conditions import read_conditions
from sim.quarter.firms import turn_over
from sim.quarter.investment import invest
from sim.quarter.learning import learn
from sim.quarter.market import trade
from sim.quarter.record import record
from sim.quarter.review import review
from sim.quarter.search import search
from sim.quarter.start import start
from sim.quarter.state import State, file_life

__all__ = ["State", "advance", "begin", "finish", "run"]


@stage
def one_quarter(st: State, t: int) -> None:
    """All stages of quarter t, in order."""
    read_conditions(st, t)
    learn(st, t)
    trade(st, t)
    review(st, t)
    search(st, t)
    invest(st, t)
    turn_over(st, t)
    record(st, t)


@stage
def close(st: State) -> None:
    """Files the lives of partnerships still in force."""
    for q in range(st.scratch.counts[3]):
        if st.partnerships.active[q] > 0:
            file_life(st, -1, q, -1)


@stage
def begin(columns: State) -> None:
    """Sets the state of 1979Q1."""
    start(bundle(columns))


@stage
def advance(columns: State, t: int) -> None:
    """One quarter, for callers that step."""
    one_quarter(bundle(columns), t)


@stage
def finish(columns: State) -> None:
    """After the last quarter, for callers that step."""
    close(bundle(columns))


@stage
def run(columns: State, quarters: int) -> None:
    """A whole run: start, every quarter, close."""
    st = bundle(columns)
    start(st)
    for t in range(quarters):
        one_quarter(st, t)
    close(st)
