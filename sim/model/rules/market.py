"""Who sells how much, at what margin, and what buyers gain (M5, M6)."""

from sim.machine.arithmetic import exp, log
from sim.machine.compiled import rule


@rule
def quality(sensitivity: float, technology: float, reference: float) -> float:
    """What technology is worth to buyers.

    The reference is the sector's exogenous trend, so that no number grows without bound and the origin of the logs
    does not matter.

    Formula: exp(sensitivity * (technology - reference))
    Units: sensitivity: 1; technology, reference: log; result: ratio
    Limits: 1 at the reference; sensitivity 0 makes buyers blind to technology.
    Source: assumed (log-linear)
    """
    return exp(sensitivity * (technology - reference))


@rule
def border(elasticity: float, shipping: float, tariff: float) -> float:
    """How a border divides an offer's appeal.

    A tariff moves relative sales by -elasticity ln(1 + tariff) exactly, at fixed markups: it is passed on in full.

    Formula: exp(-elasticity * (shipping + log(1 + tariff)))
    Units: elasticity: 1; shipping: log, with what local content costs; tariff: share ad valorem; result: ratio
    Limits: 1 without cost and tariff.
    Source: [Amiti2019], [Fajgelbaum2020]
    """
    return exp(-elasticity * (shipping + log(1.0 + tariff)))


@rule
def spared_appeal(elasticity: float, tariff: float, spared: float) -> float:
    """What goods gain that are spared a part of a tariff.

    Formula: ((1 + tariff) / (1 + max(tariff - spared, 0)))**elasticity
    Units: elasticity: 1; tariff, spared: share ad valorem; result: ratio
    Limits: 1 where nothing is spared; whoever is spared all of it sells as without a tariff.
    Source: definition
    """
    return exp(elasticity * (log(1.0 + tariff) - log(1.0 + max(tariff - spared, 0.0))))


@rule
def brand_factor(elasticity: float, perception: float, subsidy: float, tariff: float) -> float:
    """How the owner's home changes an offer's appeal: perception, production subsidy, tariff on the owner.

    Formula: exp(perception - elasticity * (log(1 - subsidy) + log(1 + tariff)))
    Units: elasticity: 1; perception: log; subsidy: share of cost; tariff: share ad valorem; result: ratio
    Limits: 1 when all are 0; a subsidy of half the cost multiplies by 2**elasticity.
    Source: assumed
    """
    return exp(perception - elasticity * (log(1.0 - subsidy) + log(1.0 + tariff)))


@rule
def markup_factor(elasticity: float, share: float) -> float:
    """Appeal lost because a large seller asks a higher markup, relative to a small one.

    Formula: ((1 + 1 / (elasticity * (1 - share))) / (1 + 1 / elasticity))**-elasticity
    Units: elasticity: 1; share: share, below 1; result: ratio
    Limits: 1 for a small seller, 0 for a monopolist.
    Source: [Atkeson2008]
    """
    extra = share / ((1.0 - share) * (1.0 + elasticity))
    return exp(-elasticity * log(1.0 + extra))


@rule
def margin(elasticity: float, share: float) -> float:
    """Profit over sales under Bertrand pricing with CES demand within a market of given expenditure.

    Formula: 1 / (1 + elasticity * (1 - share))
    Units: elasticity: 1; share: share; result: share of sales
    Limits: 1 / (1 + elasticity) for a small seller, 1 for a monopolist.
    Source: [Atkeson2008]
    """
    return 1.0 / (1.0 + elasticity * (1.0 - share))


@rule
def share_of(appeal: float, rivals: float) -> float:
    """Market share that an offer tends to: its appeal over all appeals, the outside good's included.

    Formula: appeal / (appeal + rivals) if appeal > 0 else 0
    Units: appeal, rivals: appeal; result: share
    Limits: no appeal, no sales; no rivals, the whole market.
    Source: [Anderson1992]
    """
    return appeal / (appeal + rivals) if appeal > 0.0 else 0.0


@rule
def adjust(share: float, target: float, speed: float) -> float:
    """Next share: buyers replace goods slowly, so that shares close part of the distance to target.

    Formula: share + speed * (target - share)
    Units: share, target: share; speed: 1/quarter; result: share
    Limits: speed 1 is a market without inertia, 0 one that never moves.
    Source: assumed; replacement cycle of 3 to 7 years
    """
    return share + speed * (target - share)


@rule
def offer_profit(expenditure: float, share: float, elasticity: float) -> float:
    """Profit of an offer before fixed costs.

    Formula: expenditure * share / (1 + elasticity * (1 - share))
    Units: expenditure: money a quarter; share: share; elasticity: 1; result: money a quarter
    Limits: rises in the share, from 0 to all expenditure.
    Source: [Atkeson2008]
    """
    return expenditure * share * margin(elasticity, share)


@rule
def plant_rent(cost: float, annuity: float) -> float:
    """Price of a plant as a cost a quarter, spread over the horizon, as a share of the sales made in it.

    Formula: 4 * cost / annuity
    Units: cost: ratio, price over a year's sales; annuity: quarters; result: share of sales
    Limits: a plant for nothing costs nothing; a longer horizon makes it cheaper.
    Source: definition
    """
    return 4.0 * cost / annuity


@rule
def tariff_paid(sales: float, tariff: float) -> float:
    """Revenue of a tariff from sales at consumers' prices.

    Formula: sales * tariff / (1 + tariff)
    Units: sales: money; tariff: share ad valorem; result: money
    Limits: 0 without tariff, towards all sales as the tariff grows.
    Source: definition
    """
    return sales * tariff / (1.0 + tariff)


@rule
def floor_rent(tariff: float, floor: float) -> float:
    """What a minimum price leaves its seller beyond the price that it would ask, of sales at consumers' prices.

    Both are shares above that price. The duty is paid out of the floor; where goods cost more with it, the floor does
    not bind. A floor and a duty of one size sell the same: who earns the difference differs.

    Formula: max(1 / (1 + tariff) - 1 / (1 + floor), 0)
    Units: tariff, floor: share ad valorem; result: share of sales
    Limits: 0 where the floor is no higher than the duty; without duty what a duty of that size would have raised.
    Source: [Bhagwati1965]; undertakings: Regulation (EU) 2016/1037, article 13
    """
    return max(1.0 / (1.0 + tariff) - 1.0 / (1.0 + floor), 0.0)


@rule
def rent_kept(rent: float, profit: float, sales: float) -> float:
    """What a rent adds to the profit of an offer: its usual margin was on these sales already.

    Formula: rent * (sales - profit)
    Units: rent: share of sales; profit, sales: money a quarter; result: money a quarter
    Limits: nothing without rent; a seller who keeps all sales as profit gains nothing.
    Source: definition
    """
    return rent * (sales - profit)


@rule
def buyers_gain(expenditure: float, elasticity: float, logsum: float) -> float:
    """Consumer surplus of a quarter.

    The log-sum is sluggish, as shares are; only differences mean something.

    Formula: expenditure / elasticity * logsum
    Units: expenditure: money a quarter; elasticity: 1; logsum: log; result: money a quarter
    Limits: a rise of all appeals by a factor f gains expenditure / elasticity * log(f) in the end.
    Source: [Small1981], [Anderson1992]
    """
    return expenditure / elasticity * logsum
