"""Thresholds that have a closed form: drawn over simulated responses, and what `verify` holds the rules to."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def annuity(discount: float, horizon: float) -> float:
    """Present value of a unit a quarter: 1 + b + ... + b^(horizon - 1)."""
    return horizon if discount == 1.0 else (1.0 - discount**horizon) / (1.0 - discount)


def tariff_jump(
    local: float, rivals: float, elasticity: float, lead: float, cost: float, quarters: float, highest: float = 20.0
) -> float:
    """The tariff from which a plant behind the border pays: its gain over the horizon equals what it has to earn (T18).

    local: appeal of the offer made there; rivals: all other appeals; lead: log cost lead of what is shipped, shipping
    taken off; cost: what must be earned, over a quarter's expenditure; quarters: annuity. 0 where a plant always pays,
    inf where it never does below `highest`. Source: [Blonigen2002]
    """
    from scipy.optimize import brentq

    def profit(appeal: float) -> float:
        share = appeal / (appeal + rivals)
        return share / (1.0 + elasticity * (1.0 - share))

    def balance(rate: float) -> float:
        shipped = local * np.exp(elasticity * lead) * (1.0 + rate) ** -elasticity
        return float(quarters * (profit(local) - profit(shipped)) - cost)

    if balance(0.0) >= 0.0:
        return 0.0
    return float(brentq(balance, 0.0, highest)) if balance(highest) > 0.0 else np.inf


def tariff_jump_small(share: float, elasticity: float, lead: float, cost: float, quarters: float) -> float:
    """`tariff_jump` of a seller with a small share.

    Formula: (1 + t) = e^lead (1 - cost (1 + elasticity) / (quarters share))^(-1 / elasticity)
    share: what it would have if it made there. inf where the share never earns the plant.
    """
    left = 1.0 - cost * (1.0 + elasticity) / (quarters * share)
    return max(float(np.exp(lead) * left ** (-1.0 / elasticity)) - 1.0, 0.0) if left > 0.0 else np.inf


def reverse_export(advantage: float, shipping: float) -> float:
    """The tariff below which a base in the host serves a home market: e^(advantage - shipping) - 1 (T19)."""
    return float(np.exp(advantage - shipping) - 1.0)


def governance_value(autonomy: Floats, cost: Floats) -> Floats:
    """What a venture is worth over what full autonomy gains: g - c g^2 / 2, c cost of hold-up x exposure / gain.

    Its ridge is g = min(1, 1 / c) (T35).
    """
    return np.asarray(autonomy - 0.5 * cost * autonomy**2)


def crossing(values: Floats, along: Floats, level: float = 0.0) -> float:
    """Where values over an ascending path first cross a level, by straight lines; nan where they do not."""
    above = values > level
    change = np.flatnonzero(above[1:] != above[:-1])
    if not len(change):
        return np.nan
    at = int(change[0])
    part = (level - values[at]) / (values[at + 1] - values[at])
    return float(along[at] + part * (along[at + 1] - along[at]))
