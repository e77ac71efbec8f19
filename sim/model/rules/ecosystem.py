"""The host's suppliers: what they can make decides cost, quality and speed of all who produce there (M14)."""

from sim.machine.arithmetic import exp
from sim.machine.compiled import rule


@rule
def able_suppliers(slope: float, lead: float) -> float:
    """Part of the inputs of a product at the frontier that local suppliers can make.

    It falls with the foreign frontier's lead, so that hubs follow the flip without a date.

    Formula: exp(-slope * max(lead, 0))
    Units: slope: 1/log; lead: log, foreign frontier less Chinese; result: share
    Limits: 1 from parity on; slope 0 is a full ecosystem at all times.
    Source: assumed
    """
    return exp(-slope * max(lead, 0.0))


@rule
def suppliers_next(suppliers: float, able: float, cut: float, rate: float) -> float:
    """Next quarter's local suppliers: they move towards what they can make and what controls force them to make.

    Firms whose imports are cut off ask local suppliers, who then learn to make what they otherwise would not.

    Formula: suppliers + rate * (able + (1 - able) * cut - suppliers)
    Units: suppliers, able, cut: share; rate: 1/quarter; result: share
    Limits: rate = 0 keeps them; a full cut has everything made in the end.
    Source: [Liu2025] for the direction; the form assumed
    """
    return suppliers + rate * (able + (1.0 - able) * cut - suppliers)


@rule
def imported_part(foreign_inputs: float, usable: float) -> float:
    """Part of a product's cost that still comes from abroad.

    Formula: foreign_inputs * (1 - usable)
    Units: foreign_inputs: share of cost, imported where nothing is made locally; usable: share of these made locally;
        result: share of cost
    Limits: a full ecosystem imports nothing, none imports `foreign_inputs`.
    Source: definition
    """
    return foreign_inputs * (1.0 - usable)


@rule
def made_appeal(imported: float, cost: float, border: float, lost: float) -> float:
    """Appeal that production in the host has over production at home: Chinese cost on what is made there.

    Formula: exp((1 - imported) * cost + imported * border - lost)
    Units: imported: share of cost; cost: log appeal of Chinese cost; border: log appeal that inputs lose on their way
        in, at most 0; lost: log appeal of quality; result: ratio
    Limits: nothing imported and no quality lost gives all of the cost advantage.
    Source: definition
    """
    return exp((1.0 - imported) * cost + imported * border - lost)


@rule
def cut_inputs(foreign_inputs: float, suppliers: float, passes: float) -> float:
    """Part of a product's inputs that nobody delivers: not made locally, not let in.

    Formula: foreign_inputs * (1 - suppliers) * (1 - passes)
    Units: foreign_inputs, suppliers, passes: share; result: share
    Limits: no control, or a full ecosystem, cuts nothing.
    Source: definition
    """
    return foreign_inputs * (1.0 - suppliers) * (1.0 - passes)


@rule
def capacity_next(capacity: float, host_sales: float, elsewhere: float, wear: float) -> float:
    """Capacity of a base over what its owner sells elsewhere: as much as was built for the host, less wear.

    Formula: max(min(host_sales / elsewhere, 1), capacity * (1 - wear)) if elsewhere > 0 else 1
    Units: capacity: ratio; host_sales, elsewhere: money a quarter; wear: 1/quarter; result: ratio
    Limits: a base that sells nothing wears out; never more than all that is sold elsewhere by new building.
    Source: assumed
    """
    return max(min(host_sales / elsewhere, 1.0), capacity * (1.0 - wear)) if elsewhere > 0.0 else 1.0
