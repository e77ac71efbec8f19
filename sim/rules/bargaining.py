"""What a contract says: how value is split, as equity, royalty and openness (M8)."""

from sim.arithmetic import clip
from sim.compiled import rule


@rule
def annuity(discount: float, horizon: float) -> float:
    """Present value of 1 a quarter over the horizon: sum of beta**k, k = 0 .. H - 1."""
    total = 0.0
    factor = 1.0
    for _ in range(int(horizon)):
        total += factor
        factor *= discount
    return total


@rule
def ramp_value(discount: float, horizon: float) -> float:
    """Present value of a gain that grows by 1 a quarter: sum of k beta**k, k = 0 .. H - 1 (learning, leakage)."""
    total = 0.0
    factor = 1.0
    for k in range(int(horizon)):
        total += k * factor
        factor *= discount
    return total


@rule
def chinese_pay(value: float, outside_m: float, outside_c: float, power: float, deal_me_out: bool) -> float:
    """Value that the Chinese side gets out of a contract worth `value` to both.

    Nash: d_C + beta (V - d_M - d_C). Deal-me-out: max(d_C, min(beta V, V - d_M)), where options matter only if they
    bind. Source: [Bhaumik2023].
    """
    if deal_me_out:
        return max(outside_c, min(power * value, value - outside_m))
    return outside_c + power * (value - outside_m - outside_c)


@rule
def royalty_needed(wanted: float, profit: float, sales: float, cap: float, usual: float, ceiling: float) -> float:
    """Royalty over sales that gives the technology side `wanted` when its equity is held at the cap.

    The usual royalty while equity is free to settle the split; at the cap, what is missing is paid as royalty up to
    the ceiling. All values are of the same period.
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

    `royalty` is what this side receives, 0 if the other side does or nobody. A pot that is not positive is shared
    equally.
    """
    rest = profit - royalty
    if rest <= 1e-9 * abs(profit):
        return clip(0.5, low, high)
    return clip((wanted - royalty) / rest, low, high)


@rule
def openness(most: float, gain: float, leak: float, ip_bonus: float, promised: float) -> float:
    """Openness the technology side chooses: what it gains by a shorter lag against what leaks.

    The gain is concave, gain (tau - tau**2 / 2), the loss convex, leak tau**2 / 2: tau = gain / (gain + leak), scaled
    to the most its type allows, raised by IP protection, at least what law promised the partner. Falls in the rate of
    learning, the partner's absorptive capacity and rivals; rises in own equity and market size. Source: [Holmes2015],
    [Branstetter2006].
    """
    want = gain * (1.0 + ip_bonus)
    free = most * want / (want + leak) if want + leak > 0.0 else 0.0
    return clip(max(free, promised), 0.0, 1.0)
