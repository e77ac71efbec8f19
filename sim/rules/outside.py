"""Outside options in the host: what each side has there without a contract (M8)."""

from sim.compiled import rule

EXPORTER = 0.5  # part of what entry without a partner costs that an exporter bears: it needs no plant, but permits


@rule
def after_compliance(cost: float, elasticity: float) -> float:
    """Part of a small offer's profit that is left after compliance, which is paid on sales.

    Profit is sales / (1 + elasticity), so that a cost on sales weighs on it by the inverse.

    Formula: 1 - cost * (1 + elasticity)
    Units: cost: share of sales; elasticity: 1; result: ratio
    Limits: 1 without compliance; negative where compliance costs more than the margin.
    Source: definition
    """
    return 1.0 - cost * (1.0 + elasticity)


@rule
def export_value(profit: float, kept: float, fixed: float, friction: float, quarters: float) -> float:
    """What a multinational has in the host by exporting to it from home.

    It bears half of what entry without a partner costs: it needs no plant, but permits.

    Formula: quarters * (profit * kept - fixed - 0.5 * friction)
    Units: profit, fixed, friction: money a quarter; kept: ratio, profit left after compliance; quarters: quarters,
        present value of 1 a quarter; result: money, present value
    Limits: without fixed cost and friction, what it earns; absence is worth 0, so that it exports only above 0.
    Source: assumed
    """
    return quarters * (profit * kept - fixed - EXPORTER * friction)


@rule
def base_value(profit: float, kept: float, fixed: float, friction: float, quarters: float, set_up: float) -> float:
    """What a multinational has in the host by a base that it owns alone.

    Formula: quarters * (profit * kept - fixed - friction) - set_up
    Units: profit, fixed, friction: money a quarter; kept: ratio, profit left after compliance; quarters: quarters,
        present value of 1 a quarter; set_up: money, paid once by who has no base yet; result: money, present value
    Limits: without costs, what it earns; a base that stands is kept as long as this is above 0.
    Source: assumed
    """
    return quarters * (profit * kept - fixed - friction) - set_up


@rule
def chinese_alone_in_host() -> float:
    """What a Chinese firm has in the host without a venture, beyond what it has with one: assumed: nothing.

    Its own brand sells there either way, and what a venture takes from it is charged to the venture. That it might
    find another partner, or has learnt enough to need none, does not strengthen it at the table.

    Formula: 0
    Units: result: money, present value
    Limits: none.
    Source: assumed: nothing
    """
    return 0.0
