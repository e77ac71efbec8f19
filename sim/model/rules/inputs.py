"""What a sector feels of those it buys from (M14): their price in its costs, controls over them in its technology."""

from sim.machine.arithmetic import exp
from sim.machine.compiled import rule


@rule
def money_buys(logsum: float, sensitivity: float, reference: float, elasticity: float) -> float:
    """What a unit of money buys of a sector's goods in a region: minus the log of their price, quality counted.

    It is taken relative to the sector's trend, which buyers' technology has in it already.

    Formula: (logsum - sensitivity * reference) / elasticity
    Units: logsum: log; sensitivity: 1; reference: log; elasticity: 1; result: log
    Limits: a duty of rate d on a part m of what is bought takes away log(1 - m + m (1 + d)**-elasticity) / elasticity.
    Source: [Anderson1992], [CaliendoParro2015]
    """
    return (logsum - sensitivity * reference) / elasticity


@rule
def fed_appeal(elasticity: float, linkage: float, change: float) -> float:
    """How dearer or cheaper inputs move the appeal of goods: cost moves by each input's share of it, and is passed on.

    Formula: exp(elasticity * linkage * change)
    Units: elasticity: 1; linkage: share; change: log, shares of cost times changes of what money buys; result: ratio
    Limits: 1 without linkage, and where suppliers are as they were.
    Source: [CaliendoParro2015] (shares of cost are constant)
    """
    return exp(elasticity * linkage * change)
