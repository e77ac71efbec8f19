"""Customers: who sells is known, who is known sells; and demand that prefers local owners."""

from typing import Any

import numpy as np

from sim.machine.compiled import bundle
from sim.machine.declare import Column
from sim.model.columns import Kind, Mode
from sim.model.rules.customers import buyers_anew, customers_next, customers_of, pull, reserved_reach
from sim.model.stages.firms import sell_customers
from sim.model.stages.state import State
from sim.scenario import Scenario
from sim.verify.bench import HOST, US, bench, in_mode, with_firms
from sim.verify.check import Found, check, falling, near, need, worst
from sim.verify.laboratory import Laboratory, advanced, start, state_at

ALPHA = 3.0  # price elasticity of the bench
OUTSIDE = 0.05  # appeal of the outside good there
MANY = 40  # firms of a market in which none is large
EXPORTERS = {"multinationals": {"us": 1, "eu": 1}, "chinese": {"private": 3}}


@check("K1", "customers of a constant share: K_t = n s + (K_0 - n s)(1 - a)^t", "Foster2016")
def customers_converge(lab: Laboratory) -> Found:
    """The rule iterated for 60 years from four stocks, towards what two shares are to a firm of normal size."""
    found, expected, years = [], [], np.arange(1, 61)
    for first in (0.0, 0.3, 1.0, 9.0):
        for sold in (0.2, 4.0):
            customers = first
            for t in years:
                customers = customers_next(customers, sold, 0.12)
                found.append(customers)
                expected.append(sold + (first - sold) * 0.88**t)
    return near(found, expected, 1e-12)


@check("K2", "who chooses anew: replacement, growth and turned demand, at most all", "definition")
def choosers(lab: Laboratory) -> Found:
    """The rule against sums by hand: markets that shrink free nobody, and more than everybody is everybody."""
    cases = [(0.1, 0.0, 0.0, 0.1), (0.1, 0.05, 0.2, 0.35), (0.1, -0.3, 0.0, 0.1), (0.5, 0.4, 0.3, 1.0)]
    return near([buyers_anew(*case[:3]) for case in cases], [case[3] for case in cases], 1e-15)


def _crowd(lab: Laboratory, habit: float, lead: float, turnover: float, count: int = MANY) -> State:
    """A home market of many firms after 60 years, one of which makes better products."""
    sector = {"multinationals": {"us": count}, "chinese": {}, "customer_turnover": turnover}
    return state_at(bench(lab, sector=sector, leader=lead, habit=habit, share_speed=0.3, end=2055), 300)


def _markup_appeal(share: float) -> float:
    """Appeal that a seller's markup leaves it, relative to one without share: by the first-order condition."""
    return float(((1.0 + 1.0 / (ALPHA * (1.0 - share))) / (1.0 + 1.0 / ALPHA)) ** -ALPHA)


@check("K3", "superstars: ratio of shares = ratio of appeals ^ (1 / (1 - habit (1 - a)))", "Foster2016")
def superstars(lab: Laboratory) -> Found:
    """One firm 0.1 ahead of 39 others at home, at the fixed point of habits and of parts a who choose anew.

    Appeals are quality and markup. Where half of the buyers choose anew each year, habit makes smaller superstars.
    """
    found, expected = [], []
    for habit, turnover in ((0.0, 0.6), (0.6, 0.6), (0.9, 0.6), (0.9, 1.0)):
        share = _crowd(lab, habit, 0.1, turnover).firms.share[:MANY, US]
        appeal = np.exp(2.0 * 0.1) * _markup_appeal(share[0]) / _markup_appeal(share[1])
        found.append(share[0] / share[1])
        expected.append(appeal ** (1.0 / (1.0 - habit * (1.0 - turnover))))
    return near(found, expected, 1e-6)


@check("K4", "without habit all brands are alike, wherever they are from", "limit")
def no_habit(lab: Laboratory) -> Found:
    """Pull of every living firm in every region of the small world in 1999, and of the rule for any customers."""
    firms = state_at(lab.scenario(habit=0.0), 83).firms
    pulls = firms.pull[firms.active > 0]
    at_home = [pull(customers, 0.0) for customers in (0.01, 1.0, 30.0)]
    return near([pulls.min(), pulls.max(), *at_home], 1.0, 1e-12)


@check("K5", "pull is customers to the power of habit, and back", "definition")
def pull_and_back(lab: Laboratory) -> Found:
    """Log-log slope of the rule is the habit at every stock, and its inverse returns the stock."""
    found, expected = [], []
    for habit in (0.3, 0.7, 0.9):
        for customers in (0.05, 1.0, 12.0):
            slope = (np.log(pull(customers * 1.01, habit)) - np.log(pull(customers, habit))) / np.log(1.01)
            found += [slope, customers_of(pull(customers, habit), habit) / customers]
            expected += [habit, 1.0]
    return near(found, expected, 1e-9)


@check("K6", "learnable access: of a venture's buyers chi become the multinational's", "design")
def learnable_access(lab: Laboratory) -> Found:
    """Customers of both sides in the host after 60 years of a venture for goods that are not shipped, at three parts.

    The multinational sells nothing else there; the partner has its own buyers and the rest of the venture's.
    """
    found, expected = [], []
    for part in (0.05, 0.3, 0.8):
        sector = {"multinationals": {"us": 1}, "tradable": 0, "customer_turnover": 0.5}
        given: dict[str, Any] = {"learnable_access": part, "newcomer": 0.001, "share_speed": 0.3, "end": 2055}
        state = state_at(bench(lab, sector=sector, partner="market_access", **given), 303)
        need(state.partnerships.active.any(), "the venture ended")
        firms = state.firms
        venture, own = firms.share[0, HOST], firms.share[1, HOST]
        found += [firms.customers[0, HOST], firms.customers[1, HOST]]
        expected += [part * venture, own + (1.0 - part) * venture]
    return near(found, expected, 1e-6)


@check("K7", "a closed firm's customers are sold: none is lost, none is made", "accounting")
def customers_are_sold(lab: Laboratory) -> Found:
    """Customers by origin and region before and after Chinese firms of the small world in 1999 are closed."""
    apart = []
    for seed in range(2):
        found = state_at(lab.scenario(), 81, seed)
        active = found.firms.active.copy()
        state = with_firms(found, active=active)
        columns, firms = bundle(state), state.firms
        for s in range(len(state.sectors.key)):
            rows = np.arange(state.sectors.middle[s], state.sectors.last[s])
            living = [i for i in rows if firms.active[i]]
            for i in living[:-1]:
                before = firms.customers[rows].sum(axis=0)
                active[i] = 0
                sell_customers(columns, int(i))
                apart.append(np.abs(firms.customers[rows].sum(axis=0) / before - 1.0).max())
                need(firms.customers[i].max() == 0.0, "the closed firm kept customers")
    return near(apart, 0.0, 1e-12)


@check("K8", "who may not distribute exports without becoming known", "WTO_WPR")
def distribution_rights(lab: Laboratory) -> Found:
    """Pull in the host of an exporter after 75 years without distribution rights, over that at home."""
    paths = {"distribution_rights": {1979: 0.0}}
    sector = {"customer_turnover": 0.5, "multinationals": {"us": 1}}
    state = start(bench(lab, sector=sector, paths=paths, share_speed=0.3, end=2055))
    after = advanced(in_mode(state, 0, Mode.export), 300).firms
    need(after.share[0, HOST] > 0.01, "nothing was exported")
    return near(after.pull[0, HOST] / after.pull[0, US], 0.25 * 0.2, 1e-9)


def _exporting(scenario: Scenario, venture: bool) -> Column:
    """Shares in the host in the second quarter, of multinationals that export or have a venture and of locals."""
    state = in_mode(start(scenario), slice(2), Mode.export)
    if venture:
        state = in_mode(state, 0, Mode.absent)
    return advanced(state, 2).firms.share[:5, HOST].copy()


def _reserved(lab: Laboratory, reserved: float, margin: float, elasticity: float, partner: str | None) -> Column:
    sector = {**EXPORTERS, "reserved_demand": reserved, "price_elasticity": elasticity, "tradable": 1}
    given: dict[str, Any] = {"procurement_margin": margin, "outside_share": OUTSIDE, "newcomer": 0.5}
    return _exporting(bench(lab, sector=sector, partner=partner, **given), partner is not None)


@check("R1", "shares in open and reserved demand add up, each a logit of its own", "logit demand")
def open_and_reserved(lab: Laboratory) -> Found:
    """The rule for three exporters and four locals, at four parts of reserved demand, against logits by hand."""
    foreign, local, found, expected = np.array([0.3, 1.0, 0.2]), np.array([0.5, 0.1, 2.0, 0.7]), [], []
    for reserved in (0.0, 0.2, 0.7, 1.0):
        for kept in (1.0, 0.5, 0.01):
            everybody = foreign.sum() + local.sum() + OUTSIDE
            preferred = kept * foreign.sum() + local.sum() + OUTSIDE
            for appeals, weight in ((foreign, kept), (local, 1.0)):
                reach = reserved_reach(reserved, weight, everybody, preferred)
                found += list(appeals * reach / everybody)
                expected += list((1.0 - reserved) * appeals / everybody + reserved * weight * appeals / preferred)
    return near(found, expected, 1e-12)


@check("R2", "reserved demand in a run: exporters lose, locals gain, as both logits say", "logit demand")
def reserved_in_a_run(lab: Laboratory) -> Found:
    """Shares of two exporters and three Chinese firms in the host at half the demand reserved, against both logits by
    hand, from the appeals that shares without reserved demand show.
    """
    free = _first(lab, 0.0)
    appeal = OUTSIDE * free / (1.0 - free.sum())
    kept = np.where(np.arange(5) < 2, np.exp(-ALPHA * 0.22), 1.0)
    expected = 0.5 * appeal / (appeal.sum() + OUTSIDE) + 0.5 * kept * appeal / ((kept * appeal).sum() + OUTSIDE)
    need(free[:2].min() > 0.01, "nothing was exported")
    return near(_first(lab, 0.5), expected, 1e-12)


def _first(lab: Laboratory, reserved: float) -> Column:
    """Shares in the host in the first quarter, before markups answer."""
    sector = {**EXPORTERS, "reserved_demand": reserved}
    state = start(bench(lab, sector=sector, procurement_margin=0.22, newcomer=0.5))
    return advanced(in_mode(state, slice(2), Mode.export), 1).firms.share[:5, HOST].copy()


@check("R3", "all demand reserved at a wide margin keeps exporters out", "limit")
def foreigners_kept_out(lab: Laboratory) -> Found:
    """Share of two exporters in the host at a margin of 1.0 and an elasticity of 12, in the second quarter."""
    free = _reserved(lab, 0.0, 1.0, 12.0, None)
    need(free[:2].sum() > 0.01, "nothing was exported")
    return Found(float(_reserved(lab, 1.0, 1.0, 12.0, None)[:2].sum()), 1e-3, 0.0, "<")


@check("R4", "but not ventures: theirs is the exporters' part, too", "limit")
def ventures_let_in(lab: Laboratory) -> Found:
    """Share of a venture in the host, all demand reserved, over that in a market that is open: above one."""
    open_market = _reserved(lab, 0.0, 1.0, 12.0, "market_access")[0]
    need(open_market > 0.01, "there is no venture")
    return Found(float(_reserved(lab, 1.0, 1.0, 12.0, "market_access")[0] / open_market), 1.0, 0.0, ">")


@check("R5", "the wider the margin, the less exporters sell", "monotone")
def margins_bite(lab: Laboratory) -> Found:
    """Share of two exporters at half the demand reserved and three margins, largest step."""
    return falling(_reserved(lab, 0.5, margin, ALPHA, None)[:2].sum() for margin in (0.0, 0.2, 0.6))


@check("K9", "home buyers know home brands together as well as ever", "design")
def known_at_home(lab: Laboratory) -> Found:
    """Pull of all Chinese firms at home over the firms they began with, in the small world each year after 1984."""
    totals = []
    for t in (23, 63, 103, 143, 183):
        state = state_at(lab.scenario(entry=0), t)
        firms = state.firms
        for s in range(len(state.sectors.key)):
            rows = (firms.sector == s) & (firms.kind == Kind.chinese) & (firms.active > 0)
            totals.append(firms.pull[rows, HOST].sum() / state.sectors.chinese[s])
    return worst([Found(min(totals), 1.0 - 1e-9, 0.0, ">")])
