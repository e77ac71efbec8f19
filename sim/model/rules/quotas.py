"""What a ceiling on imports costs: the price of a licence that keeps imports within it (M15)."""

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import rule


@rule
def target_ceiling(ceiling: float, held: float, speed: float) -> float:
    """Share that imports may tend to this quarter, so that what they then have is within the ceiling.

    Buyers replace goods slowly. Whoever holds less than the ceiling may tend beyond it for a while, and licences are
    free until they are all taken.

    Formula: max(ceiling, ceiling + (1 - speed) / speed * (ceiling - held)) if speed > 0 else ceiling
    Units: ceiling, held: share of the region's market; speed: 1/quarter; result: share of the region's market
    Limits: the ceiling itself where buyers move at once, or where imports hold as much; above 1 nothing binds.
    Source: definition: the inverse of `market.adjust`
    """
    free = (1.0 - speed) / speed * (ceiling - held) if speed > 0.0 else 0.0
    return ceiling + max(free, 0.0)


@rule
def kept_under_ceiling(share: float, ceiling: float) -> float:
    """Part of their appeal that imports keep when a licence costs so much that their share is the ceiling.

    Exact, since shares are appeals over the sum of all: the odds of being bought fall by this factor.

    Formula: ceiling * (1 - share) / (share * (1 - ceiling)) if share > ceiling else 1
    Units: share, ceiling: share of the region's market; result: ratio
    Limits: 1 where the ceiling is above what would be imported without it; 0 where nothing may be imported.
    Source: [Bhagwati1965] (the tariff that a quota is equivalent to), [Anderson1992] (odds)
    """
    return ceiling * (1.0 - share) / (share * (1.0 - ceiling)) if share > ceiling else 1.0


@rule
def licence_price(elasticity: float, kept: float) -> float:
    """Price of a licence, over the price of the goods, duty paid, that it lets in.

    It does to sales what a duty of its size does. Where a tariff is in force, it comes on top.

    Formula: kept**(-1 / elasticity) - 1
    Units: elasticity: 1; kept: ratio, above 0; result: share ad valorem
    Limits: 0 where the ceiling does not bind; dearer the less may be imported, and the less buyers look at prices.
    Source: [Bhagwati1965]
    """
    return exp(-log(kept) / elasticity) - 1.0


@rule
def licence_part(paid: float, price: float) -> float:
    """What a licence takes of sales at consumers' prices, out of what duties leave.

    It is the exporter's, or the treasury's where licences are sold.

    Formula: (1 - paid) * price / (1 + price)
    Units: paid, price: share ad valorem; result: share of sales
    Limits: 0 without a price; all that duties leave as the price grows.
    Source: [Feenstra1984], [Berry1999] (rents of Japanese makers of cars under the restraint of 1981)
    """
    return (1.0 - paid) * price / (1.0 + price)


@rule
def kept_with_exempt(exempt: float, kept: float) -> float:
    """Part of its appeal that an offer keeps, where some of it needs no licence.

    Formula: exempt + (1 - exempt) * kept
    Units: exempt: share at equal prices; kept: ratio, of what needs a licence; result: ratio
    Limits: all of it where all is exempt or licences are free; `exempt` where nothing may be imported.
    Source: definition
    """
    return exempt + (1.0 - exempt) * kept


@rule
def licensed_part(exempt: float, kept: float) -> float:
    """Part of an offer's sales that needs a licence.

    Formula: (kept - exempt) / kept
    Units: exempt: share of the offer at equal prices; kept: ratio, what the whole offer keeps; result: share of sales
    Limits: all where nothing is exempt, none where all is; less as licences get dearer.
    Source: definition: what `kept_with_exempt` adds up
    """
    return (kept - exempt) / kept
