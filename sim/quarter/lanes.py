"""The dearest arithmetic of a quarter, over all firms of a sector at once: rules applied along flat columns.

Branches cost more here than work done in vain, so that inactive rows are computed too; nobody reads them.
"""

from sim.arithmetic import exp, log
from sim.compiled import lane
from sim.declare import Column
from sim.rules.base import cost_part
from sim.rules.capability import luck, operations_learnt, research_return
from sim.rules.market import adjust, margin, markup_factor, offer_profit, quality


@lane
def along_quality(sensitivity: float, reference: float, technology: Column, adopted: Column, worth: Column) -> None:
    """What each technology is worth to buyers, 0 where a generation is not made."""
    for k in range(worth.shape[0]):
        worth[k] = quality(sensitivity, technology[k], reference) if adopted[k] > 0 else 0.0


@lane
def along_exp(rate: float, level: Column, ratio: Column) -> None:
    """exp(rate x level)."""
    for k in range(ratio.shape[0]):
        ratio[k] = exp(rate * level[k])


@lane
def along_log(base: float, rate: float, ratio: Column, level: Column) -> None:
    """base + ln(ratio) / rate."""
    for k in range(level.shape[0]):
        level[k] = base + log(ratio[k]) / rate


@lane
def along_markup(elasticity: float, share: Column, kept: Column) -> None:
    """Appeal left after a large seller's higher markup."""
    for k in range(kept.shape[0]):
        kept[k] = markup_factor(elasticity, min(share[k], 0.999))


@lane
def along_margin(elasticity: float, share: Column, rate: Column) -> None:
    """Margins at these shares."""
    for k in range(rate.shape[0]):
        rate[k] = margin(elasticity, share[k])


@lane
def along_clearing(speed: float, target: Column, share: Column) -> None:
    """Shares move towards their targets."""
    for k in range(share.shape[0]):
        share[k] = adjust(share[k], target[k], speed)


@lane
def along_earnings(elasticity: float, spent: Column, share: Column, earned: Column) -> None:
    """What offers earn at these shares of what is spent in their markets."""
    for k in range(earned.shape[0]):
        earned[k] = offer_profit(spent[k], share[k], elasticity)


@lane
def along_wage(worth: float, without_web: float, web: Column, wage: Column) -> None:
    """Appeal that foreign-run bases gain from Chinese cost, by how local their supply web is."""
    for k in range(wage.shape[0]):
        wage[k] = exp(worth * cost_part(without_web, web[k]))


@lane
def along_research(elasticity: float, rd: Column, finds: Column) -> None:
    """What research finds, over what reference R&D finds."""
    for k in range(finds.shape[0]):
        finds[k] = research_return(rd[k], elasticity)


@lane
def along_luck(spread: float, chance: Column) -> None:
    """Draws become luck, in place."""
    for k in range(chance.shape[0]):
        chance[k] = luck(chance[k], spread)


@lane
def along_operations(rate: float, scale: float, revenue: Column, output: Column, operations: Column) -> None:
    """Learning by doing from a quarter's sales; `scale` makes them market shares of a year."""
    for k in range(operations.shape[0]):
        made = scale * revenue[k]
        operations[k] = min(operations[k] + operations_learnt(rate, made, output[k]), 5.0)
        output[k] += made
