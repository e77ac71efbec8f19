"""Customer capital: who sells is known, and who is known sells (M13)."""

from sim.machine.arithmetic import clip, exp, power
from sim.machine.compiled import rule

NO_HABIT = 0.001  # less pulls nobody, and its inverse is beyond any number
WITHOUT_RIGHTS = (
    0.2  # part of a newcomer's pull that trading corporations and Hong Kong gave it without rights; assumed
)


@rule
def buyers_anew(turnover: float, growth: float, turned: float) -> float:
    """Share of a year's buyers who choose without habit: they replace, buy for the first time, or change generation.

    Formula: clip(turnover + max(growth, 0) + turned, 0, 1)
    Units: turnover: share a year; growth: log a year, of the market; turned: share a year, of demand; result: share a
        year
    Limits: nothing replaced, no growth, no new generation: everybody stays with whom they know.
    Source: definition
    """
    return clip(turnover + max(growth, 0.0) + turned, 0.0, 1.0)


@rule
def customers_next(customers: float, sold: float, anew: float) -> float:
    """Next year's customers: buyers who chose anew become customers of the firm that they bought from.

    Both are relative to a firm of normal size, which has one.

    Formula: customers + anew * (sold - customers)
    Units: customers, sold: ratio to a firm of normal size; anew: share a year; result: ratio
    Limits: anew = 0 keeps them for ever, anew = 1 makes them the last year's buyers.
    Source: [Foster2016], [Bronnenberg2012]
    """
    return customers + anew * (sold - customers)


@rule
def habitual(habit: float, anew: float) -> float:
    """Habit of a year's buyers: those who choose anew have none.

    Formula: habit * (1 - anew)
    Units: habit: 1, of buyers who stay; anew: share of a year's buyers; result: 1
    Limits: where everybody chooses anew, brands with any customer are alike.
    Source: [Bronnenberg2012]; the form assumed
    """
    return habit * (1.0 - anew)


@rule
def pull(customers: float, habit: float) -> float:
    """Weight of a brand with so many customers; it rises less than their number.

    Formula: power(customers, habit)
    Units: customers: ratio to a firm of normal size; habit: 1; result: ratio to a firm of normal size
    Limits: habit = 0 leaves brands with any customer alike; habit = 1 would let the largest take all; no customer, no
        pull.
    Source: [Foster2016]
    """
    return power(customers, habit)


@rule
def reach_of_two(own: float, reached: float, partner: float, habit: float) -> float:
    """Weight of an offer to the customers of two firms: customers add up, and the weight is that of their sum.

    Formula: power(own + reached * partner, habit)
    Units: own, partner: customers, ratio to a firm of normal size; reached: share of the partner's; habit: 1; result:
        ratio
    Limits: no partner is the firm's own pull; reached = 1 is the pull of one firm with both firms' customers.
    Source: [Bronnenberg2012]; the form assumed
    """
    return power(own + reached * partner, habit)


@rule
def procurement_penalty(elasticity: float, margin: float) -> float:
    """Part of a foreigner's appeal that is left where buyers must prefer local owners.

    Formula: exp(-elasticity * margin)
    Units: elasticity: 1; margin: log price; result: ratio
    Limits: no margin leaves all of it.
    Source: [Guobanfa2025]
    """
    return exp(-elasticity * margin)


@rule
def reserved_reach(reserved: float, preference: float, everybody: float, preferred: float) -> float:
    """Factor on an offer's appeal where part of demand is reserved for local owners.

    Shares of both parts add up to the appeal times this, over the sum of all appeals as if no demand were reserved.

    Formula: 1 - reserved + reserved * preference * everybody / preferred
    Units: reserved: share of demand; preference: ratio, 1 for whom buyers prefer; everybody, preferred: appeal, summed
        without and with the preference; result: ratio
    Limits: no reserved demand, or no preference, gives 1.
    Source: definition
    """
    return 1.0 - reserved + reserved * preference * everybody / preferred


@rule
def customers_of(pulled: float, habit: float) -> float:
    """Customers that give a brand a pull: the inverse of `pull`.

    Formula: power(pulled, 1 / habit) if habit > 0.001 else 1
    Units: pulled: ratio to a firm of normal size; habit: 1; result: ratio to a firm of normal size
    Limits: a pull of 1 is a firm of normal size; with less habit than a thousandth customers pull
        nothing, so that any number would do.
    Source: definition
    """
    return power(pulled, 1.0 / habit) if habit > NO_HABIT else 1.0


@rule
def newcomers_pull(open_pull: float, rights: float) -> float:
    """Pull of a multinational that has never sold in the host: its name abroad, as far as it may distribute.

    Formula: open_pull * (0.2 + 0.8 * rights)
    Units: open_pull: ratio to a firm of normal size; rights: share; result: ratio to a firm of normal size
    Limits: full rights give `open_pull`.
    Source: assumed; dates of rights in [WTO2001]
    """
    return open_pull * (WITHOUT_RIGHTS + (1.0 - WITHOUT_RIGHTS) * rights)
