"""Who sells how much, at what margin, and what buyers gain (M5, M6)."""

from sim.arithmetic import exp, log
from sim.compiled import rule


@rule
def quality(sensitivity: float, technology: float, reference: float) -> float:
    """What technology is worth to buyers: exp(alpha_q (technology - reference)).

    The reference is the sector's exogenous trend, so that no number grows without bound and the origin of the logs
    does not matter.
    """
    return exp(sensitivity * (technology - reference))


@rule
def border(elasticity: float, shipping: float, tariff: float, content: float) -> float:
    """How a border divides an offer's appeal: exp(-alpha_s (shipping + content)) (1 + tariff)**-alpha_s.

    A tariff moves relative sales by -alpha_s ln(1 + tariff) exactly, at fixed markups. Source: [Amiti2019].
    """
    return exp(-elasticity * (shipping + content + log(1.0 + tariff)))


@rule
def brand_factor(elasticity: float, perception: float, subsidy: float, tariff: float) -> float:
    """How the owner's home changes an offer's appeal: perception, production subsidy, tariff on the owner."""
    return exp(perception - elasticity * (log(1.0 - subsidy) + log(1.0 + tariff)))


@rule
def markup_factor(elasticity: float, share: float) -> float:
    """Appeal lost because a large seller asks a higher markup, relative to a small one.

    ((1 + 1 / (alpha (1 - s))) / (1 + 1 / alpha))**-alpha; 1 for s -> 0. Source: [Atkeson2008].
    """
    extra = share / ((1.0 - share) * (1.0 + elasticity))
    return exp(-elasticity * log(1.0 + extra))


@rule
def margin(elasticity: float, share: float) -> float:
    """Profit over sales under Bertrand pricing with CES-logit demand: 1 / (1 + alpha_s (1 - share))."""
    return 1.0 / (1.0 + elasticity * (1.0 - share))


@rule
def share_of(appeal: float, rivals: float) -> float:
    """Market share that an offer tends to: its appeal over all appeals, the outside good's included."""
    return appeal / (appeal + rivals) if appeal > 0.0 else 0.0


@rule
def adjust(share: float, target: float, speed: float) -> float:
    """Next share: buyers replace goods slowly, so that shares close `speed` of the distance to target a quarter."""
    return share + speed * (target - share)


@rule
def offer_profit(expenditure: float, share: float, elasticity: float) -> float:
    """Profit of an offer before fixed costs: expenditure x share x margin."""
    return expenditure * share * margin(elasticity, share)


@rule
def tariff_paid(sales: float, tariff: float) -> float:
    """Revenue of a tariff from sales at consumers' prices: t / (1 + t) of import spending."""
    return sales * tariff / (1.0 + tariff)


@rule
def buyers_gain(expenditure: float, elasticity: float, logsum: float) -> float:
    """Consumer surplus of a quarter: E / alpha_s x log-sum of appeals (sluggish, as shares are)."""
    return expenditure / elasticity * logsum
