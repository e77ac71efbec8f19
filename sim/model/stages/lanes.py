"""The dearest arithmetic of a quarter, over rows of firms from `first` up to `last`: rules applied along columns.

Branches cost more here than work done in vain, so that inactive rows are computed too; nobody reads them. What belongs
to a line, a region or a generation lies firm after firm, and is gone through one line after the other.
"""

import numpy as np

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import lane
from sim.machine.draws import uniform
from sim.model.rules.capability import operations_learnt
from sim.model.rules.ecosystem import made_appeal
from sim.model.rules.market import adjust, margin, markup_factor, offer_profit, quality
from sim.model.stages.state import State


@lane
def along_operations(st: State, s: int, first: int, last: int) -> None:
    """Appeal of operations."""
    for i in range(first, last):
        st.scratch.operated[i] = exp(st.sectors.price_elasticity[s] * st.firms.operations[i])


@lane
def along_quality(st: State, s: int, g: int, first: int, last: int) -> None:
    """What a technology is worth to buyers, 0 where it is not made; call for one generation after the other."""
    x, firms = st.scratch, st.firms
    for i in range(first, last):
        worth = quality(x.sensitivity[s], firms.technology[i, g], x.reference[s])
        worth = worth if firms.adopted[i, g] > 0 else 0.0
        x.quality[i, g] = worth * x.operated[i]
        x.demanded[i] = x.demand_weight[s, g, st.host] * worth + (x.demanded[i] if g > 0 else 0.0)


@lane
def along_composite(st: State, s: int, first: int, last: int) -> None:
    """Technology over generations, as a level."""
    x = st.scratch
    for i in range(first, last):
        x.composite[i] = x.reference[s] + log(x.demanded[i]) / x.sensitivity[s]


@lane
def along_wage(st: State, s: int, first: int, last: int) -> None:
    """Appeal of production in the host with local suppliers, by where the rest of the inputs comes from."""
    x = st.scratch
    imported = x.imported[s]
    lost = x.sensitivity[s] * st.parameters.input_quality * imported
    for i in range(first, last):
        x.base_wage[i] = made_appeal(imported, x.cost_worth[s], x.inward[s, st.firms.home[i]], lost)


@lane
def along_markup(st: State, s: int, r: int, first: int, last: int) -> None:
    """Appeal left after a large seller's higher markup, in one region, by what it sold there the quarter before."""
    x, firms, second = st.scratch, st.firms, st.world.market.shape[2]
    for i in range(first, last):
        sold = firms.share[i, r] + (firms.share[i, second] if r == st.host else 0.0)
        kept = markup_factor(st.sectors.price_elasticity[s], min(sold, 0.999))
        x.kept[i] = kept
        x.appeal[i, r] *= kept


@lane
def along_markup_beside(st: State, line: int, first: int, last: int) -> None:
    """The same of a multinational's second line, in the region just gone through."""
    for i in range(first, last):
        st.scratch.appeal[i, line] *= st.scratch.kept[i]


@lane
def along_clearing(st: State, s: int, line: int, r: int, first: int, last: int) -> None:
    """Shares of a line move towards what appeals call for; what it will earn there.

    With them, the shares of firms in the region over their lines, and margins at these: the second line goes first, and
    what is written for it is written anew.
    """
    x, firms, second = st.scratch, st.firms, st.world.market.shape[2]
    leads = line == st.host
    for i in range(first, last):
        target = x.appeal[i, line] * x.per_appeal[s, r]
        x.target[i, line] = target
        share = adjust(firms.share[i, line], target, st.parameters.share_speed)
        firms.share[i, line] = share
        x.earned[i, line] = offer_profit(x.expenditure[s, r], target, st.sectors.price_elasticity[s])
        beside = firms.share[i, second]
        sold = share + (beside if leads else 0.0)
        x.firm_share[i, r] = sold
        x.rate[i, r] = margin(st.sectors.price_elasticity[s], sold)


@lane
def along_turns(st: State, draw_key: np.uint64, first: int, last: int) -> None:
    """Draws of a stage: whose decisions come up this quarter."""
    for i in range(first, last):
        st.scratch.turn[i] = uniform(draw_key, st.firms.id[i])


@lane
def along_learning(st: State, s: int, scale: float, first: int, last: int) -> None:
    """Learning by doing from a quarter's sales; `scale` makes them market shares of a year."""
    firms = st.firms
    for i in range(first, last):
        made = scale * firms.revenue[i]
        learnt = operations_learnt(st.sectors.learning_rate[s], made, firms.output[i])
        firms.operations[i] = min(firms.operations[i] + learnt, 5.0)
        firms.output[i] += made
