"""What a contract says: how value is split, as equity, royalty and openness (M8)."""

from sim.machine.arithmetic import clip
from sim.machine.compiled import rule


@rule
def annuity(discount: float, horizon: float) -> float:
    """Present value of 1 a quarter over the horizon.

    Formula: sum(discount**k for k in range(int(horizon)))
    Units: discount: 1/quarter; horizon: quarters, cut to a whole number; result: quarters
    Limits: discount = 1 gives the horizon; a horizon below 1 gives 0.
    Source: definition
    """
    total = 0.0
    factor = 1.0
    for _ in range(int(horizon)):
        total += factor
        factor *= discount
    return total


@rule
def ramp_value(discount: float, horizon: float) -> float:
    """Present value of a gain that grows by 1 a quarter (learning, leakage).

    Formula: sum(k * discount**k for k in range(int(horizon)))
    Units: discount: 1/quarter; horizon: quarters, cut to a whole number; result: quarters squared
    Limits: nothing within the first quarter, so 0 for a horizon below 2.
    Source: definition
    """
    total = 0.0
    factor = 1.0
    for k in range(int(horizon)):
        total += k * factor
        factor *= discount
    return total


@rule
def nash_pay(value: float, outside_m: float, outside_c: float, power: float) -> float:
    """Value that the Chinese side gets before either is bound: its outside option and its share of the joint gain.

    Formula: outside_c + power * (value - outside_m - outside_c)
    Units: value, outside_m, outside_c: money, present values; power: share; result: money, present value
    Limits: power 0 leaves the Chinese side its option, power 1 the other side its own.
    Source: [Nash1950]
    """
    return outside_c + power * (value - outside_m - outside_c)


@rule
def stall_pay(value: float, outside_m: float, outside_c: float, power: float) -> float:
    """Value that the Chinese side gets where a dispute means a stall: an option to leave matters only if it binds.

    `value` is counted over what both have while the venture stalls: a stall is what a side can threaten with.

    Formula: max(outside_c, min(power * value, value - outside_m))
    Units: value, outside_m, outside_c: money, present values; power: share; result: money, present value
    Limits: options that do not bind change nothing; an option that binds is matched, never beaten.
    Source: [BinmoreRubinsteinWolinsky1986], [Binmore1989]
    """
    return max(outside_c, min(power * value, value - outside_m))


@rule
def sale_price(use_m: float, use_c: float, power: float) -> float:
    """Price of a venture's whole plant: its worth to the seller, and the seller's share of the buyer's gain.

    It is the same whoever buys: the Chinese side sells with `power`, the multinational with the rest of it.

    Formula: power * use_m + (1 - power) * use_c
    Units: use_m, use_c: money, present values; power: share, of the Chinese side; result: money, present value
    Limits: between both uses; equal uses are the price.
    Source: [Nash1950]
    """
    return power * use_m + (1.0 - power) * use_c


@rule
def royalty_needed(wanted: float, profit: float, sales: float, cap: float, usual: float, ceiling: float) -> float:
    """Royalty over sales that gives the technology side `wanted` when its equity is held at the cap.

    The usual royalty while equity is free to settle the split; at the cap, what is missing is paid as royalty up to
    the ceiling.

    Formula: 0 if sales <= 0
        else min(usual, max(wanted, 0) / sales) if wanted <= min(profit, cap * (profit - usual * sales) + usual * sales)
        else clip((wanted - cap * profit) / (sales * max(1 - cap, 1e-9)), min(usual, max(profit, 0) / sales),
            max(min(ceiling, max(profit, 0) / sales), min(usual, max(profit, 0) / sales)))
    Units: wanted, profit, sales: money of one period; cap, usual, ceiling: share; result: share of sales
    Limits: cap = 1 pays the usual royalty as long as profit covers what is wanted; without sales there is none; never
        more than the profit, beyond which there is nothing left to take.
    Source: assumed
    """
    if sales <= 0.0:
        return 0.0
    at_cap = cap * (profit - usual * sales) + usual * sales
    if wanted <= min(profit, at_cap):
        return min(usual, max(wanted, 0.0) / sales)
    most = max(profit, 0.0) / sales  # beyond it there is nothing left to take
    least = min(usual, most)
    return clip((wanted - cap * profit) / (sales * max(1.0 - cap, 1e-9)), least, max(min(ceiling, most), least))


@rule
def equity_share(wanted: float, profit: float, royalty: float, low: float, high: float) -> float:
    """Share of profit after royalty that gives a side `wanted`, royalty received included, within legal bounds.

    A pot that is not positive after royalty is shared equally, within the bounds.

    Formula: clip(0.5 if profit - royalty <= 1e-9 * abs(profit) else (wanted - royalty) / (profit - royalty), low, high)
    Units: wanted, profit: money of one period; royalty: money that this side receives, 0 if the other does; low, high:
        share; result: share
    Limits: wanted = profit gives all of it as far as `high` allows, wanted = royalty the least.
    Source: definition
    """
    rest = profit - royalty
    if rest <= 1e-9 * abs(profit):
        return clip(0.5, low, high)
    return clip((wanted - royalty) / rest, low, high)


@rule
def openness(most: float, gain: float, leak: float, ip_bonus: float, promised: float) -> float:
    """Openness the technology side chooses: what it gains by a shorter lag against what leaks.

    The gain is concave, want (tau - tau**2 / 2), the loss convex, leak tau**2 / 2; the optimum is scaled to the most
    that the type allows and is at least what law promised the partner. It falls in the rate of learning, the partner's
    absorptive capacity and rivals, and rises in own equity, market size and IP protection.

    Formula: clip(max(promised, most * gain * (1 + ip_bonus) / (gain * (1 + ip_bonus) + leak)
        if gain * (1 + ip_bonus) + leak > 0 else 0), 0, 1)
    Units: most, promised: share; gain, leak: money, present values; ip_bonus: ratio; result: share
    Limits: nothing to leak gives `most`; no gain gives what was promised.
    Source: [Holmes2015], [Branstetter2006]; the form assumed
    """
    want = gain * (1.0 + ip_bonus)
    free = most * want / (want + leak) if want + leak > 0.0 else 0.0
    return clip(max(free, promised), 0.0, 1.0)
