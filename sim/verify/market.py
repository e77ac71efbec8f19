"""Demand and trade: shares, tariffs, markups, surplus, and where goods are made."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq, fsolve, minimize_scalar

from sim.machine.compiled import bundle
from sim.machine.declare import Column
from sim.model.rules.market import margin, markup_factor
from sim.model.stages import from_review, to_review
from sim.scenario import Scenario
from sim.sweeps.experiments.closed import annuity, reverse_export
from sim.verify.bench import EU, HOST, US, bench, with_firms
from sim.verify.check import Found, check, near, need, rising
from sim.verify.laboratory import Laboratory, Shock, advanced, shock, start, state_at

ALPHA = 3.0  # price elasticity of the bench
OUTSIDE = 0.05  # appeal of the outside good there
LONELY: dict[str, Any] = {"multinationals": {"us": 1}}
NO_BRANDS: dict[str, Any] = {"newcomer_abroad": 0.0}  # of Chinese firms abroad
HALF = 0.5  # a tariff
LATE = 199  # a quarter by which markets are at rest
EARLY = 0  # a seed in which the first American firm looks at Europe in the first quarter


def duty(rate: float, origin: str = "us", destination: str = "eu") -> Shock:
    """A tariff from the first quarter."""
    return shock("tariff", origin=origin, destination=destination, rate=rate, start="1979Q1")


def shares(scenario: Scenario, quarter: int = 0) -> Column:
    """Market shares [firm, region] once a quarter is over."""
    return state_at(scenario, quarter).firms.share[:, :3].copy()


def appeals(found: Column) -> Column:
    """Appeals relative to the outside good's, from the shares [firm] of one region: s_i / s_0 times its appeal."""
    return np.asarray(OUTSIDE * found / (1.0 - found.sum()))


@check("T11a", "identical firms share alike: s = u / (N u + u_0)", "logit demand")
def identical_firms(lab: Laboratory) -> Found:
    """Five equal Chinese firms at home in the first quarter, by hand from technology, cost advantage and pool."""
    worth = 0.5**2.0 * np.exp(ALPHA * 0.42) / 5
    scenario = bench(lab, sector={"chinese": {"private": 5}}, paths={"cost_advantage": {1979: 0.42}})
    return near(shares(scenario)[2:, HOST], worth / (5 * worth + OUTSIDE), 1e-12)


@check("T11b", "shares and the outside good's sum to 1", "logit demand")
def shares_sum_to_one(lab: Laboratory) -> Found:
    """Without an outside good and with buyers who move at once, in every region and quarter of the small world's
    first ten years, once markets have cleared and before anybody closes.
    """
    state = start(lab.scenario(outside_share=0.0, share_speed=1.0, end=1990))
    columns, totals = bundle(state), []
    for t in range(40):
        to_review(columns, t)
        found = state.firms.share.sum(axis=0)
        totals += [found[0] + found[-1], *found[1:-1]]
        from_review(columns, t)
    return near(np.array(totals) / len(lab.content["sectors"]), 1.0, 1e-11)


@check("T12", "a tariff moves relative sales by -alpha ln(1 + t)", "Amiti2019")
def tariff_shift(lab: Laboratory) -> Found:
    """Before markups answer: sales of the taxed over those of the untaxed, with the tariff and without."""
    free, taxed = shares(bench(lab))[:, EU], shares(bench(lab, duty(HALF)))[:, EU]
    return near(np.log(taxed[0] / taxed[1:]) - np.log(free[0] / free[1:]), -ALPHA * np.log(1.0 + HALF), 1e-12)


def _slope(lab: Laboratory) -> tuple[float, float]:
    """Elasticity of a firm's revenue to its price, and its share, around a tariff of one fifth."""
    step = 1e-4
    low, mid, high = (
        float(shares(bench(lab, duty(float(np.expm1(np.log(1.2) + move)))))[0, EU]) for move in (-step, 0.0, step)
    )
    return float(np.log(high / low) / (2 * step)), mid


@check("T13a", "elasticity of revenue to price: -alpha (1 - s)", "logit demand")
def elasticity_of_revenue(lab: Laboratory) -> Found:
    """Central difference of two runs whose tariffs differ by a hair; the tariff is the firm's price abroad."""
    slope, share = _slope(lab)
    return near(slope, -ALPHA * (1.0 - share), 1e-6)


@check("T13b", "elasticity of quantity to price: -(1 + alpha (1 - s))", "logit demand")
def elasticity_of_quantity(lab: Laboratory) -> Found:
    """The same with revenue over price."""
    slope, share = _slope(lab)
    return near(slope - 1.0, -(1.0 + ALPHA * (1.0 - share)), 1e-6)


def _best_price(appeal: float, elasticity: float) -> tuple[float, float]:
    """Price over cost that maximises a seller's profit against rivals of appeal 1, and the share it then has."""

    def share(price: float) -> float:
        return appeal * price**-elasticity / (appeal * price**-elasticity + 1.0)

    best = minimize_scalar(
        lambda price: -(1.0 - 1.0 / price) * share(price),
        bounds=(1.0, 60.0),
        method="bounded",
        options={"xatol": 1e-11},
    )
    return float(best.x), share(float(best.x))


SELLERS = [(appeal, elasticity) for appeal in (0.01, 1.0, 30.0, 1000.0) for elasticity in (1.5, 3.0, 6.0)]


@check("T14a", "the margin is that of the profit-maximising price", "Atkeson2008")
def margin_is_optimal(lab: Laboratory) -> Found:
    """Profit of sellers of twelve kinds is maximised over their price by SciPy; the rule is asked for the
    same share.
    """
    best = [(*_best_price(appeal, elasticity), elasticity) for appeal, elasticity in SELLERS]
    return near([margin(e, s) for _, s, e in best], [1.0 - 1.0 / p for p, _, e in best], 1e-6)


@check("T14b", "appeal lost to a large seller's markup: (price / small seller's)^-alpha", "Atkeson2008")
def markup_is_optimal(lab: Laboratory) -> Found:
    """The same prices, relative to 1 + 1 / alpha, which a seller without share asks."""
    best = [(*_best_price(appeal, elasticity), elasticity) for appeal, elasticity in SELLERS]
    expected = [(p / (1.0 + 1.0 / e)) ** -e for p, _, e in best]
    return near([markup_factor(e, s) for _, s, e in best], expected, 1e-6, relative=True)


def _bertrand(appeal: Column) -> Column:
    """Shares of the Bertrand-Nash equilibrium of sellers with these appeals at a small seller's price."""

    def gap(share: Column) -> Column:
        price = (1.0 + 1.0 / (ALPHA * (1.0 - share))) / (1.0 + 1.0 / ALPHA)
        offered = appeal * price**-ALPHA
        return np.asarray(offered / (offered.sum() + OUTSIDE) - share)

    return np.asarray(fsolve(gap, appeal / (appeal.sum() + OUTSIDE) * 0.8, xtol=1e-13))


@check("T14c", "markets come to rest in the Bertrand-Nash equilibrium", "Atkeson2008")
def bertrand_nash(lab: Laboratory) -> Found:
    """A market of three sellers after 50 years, against the system of first-order conditions solved by SciPy."""
    scenario = bench(lab, share_speed=0.3, end=2030)
    return near(shares(scenario, LATE)[:, EU], _bertrand(appeals(shares(bench(lab))[:, EU])), 1e-9)


def _pass_through(
    lab: Laboratory, origin: str, seller: int, sector: dict[str, Any], **changed: Any
) -> tuple[float, float]:
    """Change of a seller's price over that of its cost under a tariff: (found, in the equilibrium solved apart)."""
    before, after = (
        shares(bench(lab, *given, sector=sector, share_speed=0.3, end=2030, **changed), LATE)[:, EU]
        for given in ((), (duty(HALF, origin),))
    )
    appeal = appeals(shares(bench(lab, sector=sector, **changed))[:, EU])
    solved = [
        _bertrand(appeal * np.where(np.arange(len(appeal)) == seller, factor, 1.0)) for factor in (1, 1.5**-ALPHA)
    ]
    found, expected = (
        float(np.log(a[seller] / (1 - a.sum()) * (1 - b.sum()) / b[seller]) / (-ALPHA * np.log(1.0 + HALF)))
        for b, a in ((before, after), solved)
    )
    return found, expected


@check("T14d", "a small seller passes a tariff on in full", "Amiti2019")
def small_sellers_pass_on(lab: Laboratory) -> Found:
    """Price over cost under a tariff of one half, from sales against the outside good's; its share is under 0.005."""
    return near(_pass_through(lab, "china", 2, {}, newcomer_abroad=0.02)[0], 1.0, 0.01)


@check("T14e", "a large seller passes on less, as the equilibrium says", "Atkeson2008")
def large_sellers_absorb(lab: Laboratory) -> Found:
    """The same of a seller that holds most of a market, against the equilibrium solved by SciPy."""
    found, expected = _pass_through(lab, "us", 0, LONELY)
    need(expected < 0.95, "the seller is not large")
    return near(found, expected, 1e-6)


@check("T15", "buyers lose s ln(1 + t) of expenditure by a small tariff", "SmallRosen1981")
def surplus_of_a_tariff(lab: Laboratory) -> Found:
    """Change of consumer surplus over expenditure under a tariff of 0.01 %, first order."""
    rate = 1e-4
    free, taxed = (state_at(bench(lab, *given), 0) for given in ((), (duty(rate),)))
    told = [state.markets["consumer_surplus"][0, 0, EU] for state in (free, taxed)]
    loss = (told[1] - told[0]) / free.markets["expenditure"][0, 0, EU]
    return near(loss, -free.firms.share[0, EU] * np.log(1.0 + rate), 1e-3, relative=True)


@check("T16", "tariff revenue is t / (1 + t) of import spending", "accounting")
def tariff_revenue(lab: Laboratory) -> Found:
    """Every quarter and traded sector of a run with a tariff on goods made in China, against the imports recorded."""
    taxed = shock("tariff", sectors="traded", origin="china", destination="us", rate=HALF, start="1985Q1")
    market = lab.run(taxed, supplied_content=1.0).markets[24:, :2, US]
    spent = market["imports_china"] * market["expenditure"]
    need(spent.min() > 0.0, "nothing was imported")
    return near(market["tariff_revenue"] / spent, HALF / (1.0 + HALF), 1e-12)


@check("T17", "two equal regions have equal markets, mirrored", "symmetry")
def symmetric_regions(lab: Laboratory) -> Found:
    """Firms of two regions who know each other alike, through 12 years of innovation, learning and custom."""
    growing = {"innovation": 0.04, "absorption": 0.1, "customer_turnover": 0.12}
    scenario = bench(lab, sector=growing, rd_elasticity=0.3, ambient=0.3, share_speed=0.15)
    state = start(scenario)
    pull = state.firms.pull.copy()
    pull[0, EU] = pull[1, US] = 0.6
    pull[2, [US, EU]] = 0.05
    share = advanced(with_firms(state, pull=pull, customers=pull**2), 48).firms.share
    mirrored = share[[1, 0, 2]][:, [HOST, EU, US]]
    return near(share[:, :3], mirrored, 1e-12)


def threshold(happens: Callable[[float], bool], low: float, high: float, steps: int = 14) -> float:
    """Where something stops happening, by halving an interval at whose ends it does and does not."""
    need(happens(low) != happens(high), "it happens at both ends of the interval, or at none")
    below = happens(low)
    for _ in range(steps):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if happens(middle) == below else (low, middle)
    return 0.5 * (low + high)


def _builds(lab: Laboratory, cost: float) -> Callable[[float], bool]:
    def builds(rate: float) -> bool:
        scenario = bench(lab, duty(rate), review_rate=1.0, plant_cost=cost, **NO_BRANDS)
        return bool(state_at(scenario, 0, EARLY).firms.plant[0, EU] >= 0)

    return builds


@check("T18a", "tariff at which a plant abroad pays: gain over the horizon = its cost", "Blonigen2002")
def tariff_jumping(lab: Laboratory) -> Found:
    """The tariff at which a firm begins to build, found by halving, against profit with and without it by hand.

    What is shipped loses the duty; the plant costs so many years of what it will sell, before markups answer.
    """
    cost, beta, horizon, shipping = 0.5, 0.97, 32, 0.08
    appeal = appeals(shares(bench(lab, **NO_BRANDS))[:, EU])
    local, rivals = appeal[0] * np.exp(ALPHA * shipping), appeal[1:].sum() + OUTSIDE

    def profit(offered: float) -> float:
        share = offered / (offered + rivals)
        return share / (1.0 + ALPHA * (1.0 - share))

    def balance(rate: float) -> float:
        shipped = profit(local * np.exp(-ALPHA * shipping) * (1.0 + rate) ** -ALPHA) / (1.0 + rate)
        return float(annuity(beta, horizon) * (profit(local) - shipped) - 4.0 * cost * local / (local + rivals))

    need(local / (local + rivals) > 0.5 / 3.0, "the plant would be below the least size")
    return near(threshold(_builds(lab, cost), 0.0, 2.0), brentq(balance, 0.0, 2.0), 2e-4)


@check("T18b", "a dearer plant needs a higher tariff", "Blonigen2002")
def dearer_plants(lab: Laboratory) -> Found:
    """Smallest rise of that tariff over three costs of a plant."""
    return rising(threshold(_builds(lab, cost), 0.0, 4.0, 8) for cost in (0.5, 0.75, 1.0))


@check("T19", "exports from the host iff Chinese cost x shipping x tariff is lower", "comparative cost")
def reverse_exports(lab: Laboratory) -> Found:
    """The tariff at which an American firm's base stops selling in the US, against e^(advantage - shipping) - 1."""
    advantage, shipping = 0.3, 0.08
    costly: dict[str, Any] = {"cost_market_access": 1.0}
    cheap: dict[str, Any] = {name: 0.0 for name in ("cost_wholly_owned", "cost_hub", "sunk_cost")}
    always: dict[str, Any] = {"search": 0.5, "review_rate": 1.0, "newcomer": 1.0}

    def exports(rate: float) -> bool:
        given = {**costly, **cheap, **always, **NO_BRANDS}
        scenario = bench(
            lab, duty(rate, "china", "us"), sector=LONELY, paths={"cost_advantage": {1979: advantage}}, **given
        )
        return bool(state_at(scenario, 8).markets["imports_china"][8, 0, US] > 0.0)

    return near(threshold(exports, 0.0, 1.0), reverse_export(advantage, shipping), 1e-4)
