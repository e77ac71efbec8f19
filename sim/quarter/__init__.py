"""One quarter, and the run over all quarters: the only place that writes state.

 1. Policy       announced and applied; what the quarter works from is read       conditions.read_conditions
 2. Generations  arrive and are taken up, firm by firm                             learning.learn
 3. R&D          own innovation, spillovers, partner learning                      learning.learn
 4. Markets      offers meet demand; profit is shared by contract                  market.trade
 5. Contribution technology and access brought; flips                              market.trade
 6. Review       renegotiation, conversion, buy-out, dissolution, severance        review.hold_reviews
 7. Search       partners are sought, proposals made, accepted, screened           search.seek_partners
 8. Investment   bases and hubs, plants, brands abroad, hedges                     investment.invest
 9. Firms        bankruptcy and entry                                              firms.turn_over
10. Record       one pass writes all metrics                                       record.write_record

Markets use technology as it was at the quarter's start; what is learnt in a quarter is sold in the next.
"""

from typing import Any

from sim.compiled import bundle, precompile, stage
from sim.quarter.conditions import read_conditions
from sim.quarter.firms import turn_over
from sim.quarter.investment import invest
from sim.quarter.learning import learn
from sim.quarter.market import trade
from sim.quarter.record import write_record
from sim.quarter.review import hold_reviews
from sim.quarter.search import seek_partners
from sim.quarter.start import set_out
from sim.quarter.state import State, file_life, top_of

__all__ = ["State", "advance", "begin", "finish", "run", "warm"]


STAGES = (read_conditions, learn, trade, hold_reviews, seek_partners, invest, turn_over, write_record)


def warm(columns: Any, backwards: bool) -> None:
    """Compiles the stages one by one, last first if `backwards`: two processes share the work through the cache."""
    precompile(reversed(STAGES) if backwards else STAGES, bundle(columns), 0)


@stage
def one_quarter(st: State, t: int) -> None:
    """All stages of quarter t, in order."""
    read_conditions(st, t)
    learn(st, t)
    trade(st, t)
    hold_reviews(st, t)
    seek_partners(st, t)
    invest(st, t)
    turn_over(st, t)
    write_record(st, t)


@stage
def file_living(st: State) -> None:
    """Files the lives of partnerships still in force when a run ends."""
    for q in range(top_of(st)):
        if st.partnerships.active[q] > 0:
            file_life(st, -1, q, -1)


def begin(columns: Any) -> None:
    """Sets the state of 1979Q1. `columns`: a State, or its bundle where the same state is stepped many times."""
    set_out(bundle(columns))


def advance(columns: Any, t: int) -> None:
    """Quarter t of a state that has gone through all quarters before."""
    one_quarter(bundle(columns), t)


def finish(columns: Any) -> None:
    """After the last quarter."""
    file_living(bundle(columns))


def run(columns: State, quarters: int) -> None:
    """A whole run: start, every quarter, close."""
    st = bundle(columns)
    set_out(st)
    for t in range(quarters):
        one_quarter(st, t)
    file_living(st)
