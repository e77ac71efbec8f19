"""Sales abroad by where goods are made: Chinese brands and multinationals', as shares of all that is sold there."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MADE = ("imports_china", "imports_home_made", "local_chinese", "partner_made")
SOLD = ("chinese_share", "multinational_share", *MADE)  # metrics of `markets` that tell the ways apart


class Abroad(NamedTuple):
    """Shares of a market [...]: the first three add up to Chinese brands, the next two to multinationals'."""

    chinese_exports: Floats  # made in China, whoever sells them
    chinese_plants: Floats  # made in plants of their own in the region
    chinese_partners: Floats  # made in the region by a partner, under contract
    lead_plants: Floats  # multinationals' brands made outside of China
    china_base: Floats  # multinationals' brands made in China
    outside: Floats  # neither: the outside good


def by_way(market: Mapping[str, Floats]) -> Abroad:
    """The shares of a region's market, out of its metrics in the table `markets`."""
    from_china = market["imports_china"] - market["imports_home_made"]
    return Abroad(
        market["imports_home_made"],
        np.maximum(market["local_chinese"] - market["partner_made"], 0.0),
        market["partner_made"],
        np.maximum(market["multinational_share"] - from_china, 0.0),
        np.maximum(from_china, 0.0),
        np.maximum(1.0 - market["chinese_share"] - market["multinational_share"], 0.0),
    )
