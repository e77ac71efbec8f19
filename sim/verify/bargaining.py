"""Bargaining: how value is split, when options matter, what caps do, how open contracts are."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from sim.columns import Kind, Route, Type
from sim.quarter import State
from sim.quarter.asked import Weighed, deal, weigh
from sim.rules.bargaining import chinese_pay, equity_share, openness, royalty_needed
from sim.verify.check import Found, check, falling, near, need, rising, worst
from sim.verify.laboratory import Laboratory, bytes_apart, shock, state_at

CASES = [
    (value, out_m, out_c, power)
    for value in (1.0, 7.0)
    for out_m in (0.0, 0.2, 0.6)
    for out_c in (0.0, 0.1, 0.3)
    for power in (0.2, 0.5, 0.8)
    if out_m + out_c < value
]
QUARTER = 80  # in which contracts of the small world are looked at


def _best(product: Callable[[float], float], low: float, high: float) -> float:
    found = minimize_scalar(lambda x: -product(x), bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    return float(found.x)


@check("T20a", "the split maximises the Nash product", "Bhaumik2023; Nash1950")
def nash_product(lab: Laboratory) -> Found:
    """Product of gains over outside options, to the powers of the sides, maximised by SciPy in 54 cases."""
    expected = [
        _best(lambda x, v=v, m=m, c=c, b=b: (x - c) ** b * (v - x - m) ** (1 - b), c, v - m)  # type: ignore[misc]
        for v, m, c, b in CASES
    ]
    return near([chinese_pay(*case, False) for case in CASES], expected, 1e-6)


@check("T20b", "pay moves by 1 - beta, -beta, beta with d_C, d_M, V", "Bhaumik2023")
def slopes_of_the_split(lab: Laboratory) -> Found:
    """Differences of the rule, one number moved at a time."""
    step, found, expected = 0.01, [], []
    for v, m, c, b in CASES:
        base = chinese_pay(v, m, c, b, False)
        moved = [
            chinese_pay(v, m, c + step, b, False),
            chinese_pay(v, m + step, c, b, False),
            chinese_pay(v + step, m, c, b, False),
        ]
        found += [(pay - base) / step for pay in moved]
        expected += [1 - b, -b, b]
    return near(found, expected, 1e-9)


@check("T20c", "equal partners share half and half", "symmetry")
def equal_partners(lab: Laboratory) -> Found:
    """The rule with equal power and outside options of 0, 0.1, 0.2 and 0.3 of the value."""
    return near([chinese_pay(1.0, d, d, 0.5, False) for d in (0.0, 0.1, 0.2, 0.3)], 0.5, 1e-15)


def _reviews(lab: Laboratory, more_access: float = 0.0, **parameters: Any) -> Iterator[tuple[Weighed, Weighed]]:
    """What reviews of host contracts find, as things stand and with more access of multinationals in the host.

    Of contracts worth more than both alternatives whose equity is free to settle the split, neither 0 nor at its bound.
    """
    for seed in range(6):
        state = state_at(lab.scenario(**parameters), QUARTER, seed)
        access = state.firms.access.copy()
        access[state.firms.kind == Kind.multinational, state.host] += more_access
        better = state._replace(firms=state.firms._replace(access=access))
        jv = state.partnerships
        for q in np.flatnonzero((jv.active > 0) & (jv.type != Type.globalize)):
            pair = weigh(state, QUARTER, int(q)), weigh(better, QUARTER, int(q))
            if all(each.renews and 0.0 < each.again.equity < min(each.cap, 1.0) for each in pair):
                yield pair


@check("T20d", "contracts in a run split the surplus by bargaining power", "Bhaumik2023")
def contracts_split_the_surplus(lab: Laboratory) -> Found:
    """Part of the gain over both outside options that new terms give the Chinese side, contract by contract."""
    found, expected = [], []
    for power in (0.3, 0.5):
        for each, _ in _reviews(lab, bargaining_power=power):
            gain_m, gain_c = (
                each.again.multinational - each.outside_multinational,
                each.again.chinese - each.outside_chinese,
            )
            found.append(gain_c / (gain_m + gain_c))
            expected.append(power)
    need(len(found) > 10, f"{len(found)} contracts")
    return near(found, expected, 1e-9)


@check("T20e", "terms never give the multinational more than was agreed", "decision 0006")
def terms_keep_to_the_split(lab: Laboratory) -> Found:
    """Largest excess of royalty and equity over what it is to have, for 90 pots, caps and splits."""
    excess = []
    for sales in (4.0, 12.0, 20.0):
        for cap in (1.0, 0.8, 0.5, 0.3, 0.0):
            for wanted in (0.2, 0.6, 0.9, 1.0, 1.05, 1.3):
                royalty = sales * royalty_needed(wanted, 1.0, sales, cap, 0.03, 0.08)
                excess.append(royalty + equity_share(wanted, 1.0, royalty, 0.0, cap) * (1.0 - royalty) - wanted)
    return Found(max(excess), 1e-9, 0.0, "<")


@check("T21", "with equal power the split is the Shapley value of two players", "Shapley1953")
def shapley(lab: Laboratory) -> Found:
    """Mean of the Chinese side's marginal contributions over both orders of joining."""
    cases = [case for case in CASES if case[3] == 0.5]
    return near([chinese_pay(*case, False) for case in cases], [0.5 * (c + (v - m)) for v, m, c, _ in cases], 1e-14)


@check("T22a", "deal-me-out: the Nash product without options, within their bounds", "Binmore1989")
def deal_me_out(lab: Laboratory) -> Found:
    """x^beta (V - x)^(1 - beta) maximised by SciPy between d_C and V - d_M."""
    expected = [
        _best(lambda x, v=v, b=b: x**b * (v - x) ** (1 - b), c, v - m)  # type: ignore[misc]
        for v, m, c, b in CASES
    ]
    return near([chinese_pay(*case, True) for case in CASES], expected, 1e-6)


@check("T22b", "under deal-me-out options that do not bind change nothing", "Binmore1989")
def slack_options(lab: Laboratory) -> Found:
    """Pay with options against pay without, where beta V lies between them; under Nash the same options do matter."""
    slack = [(v, m, c, b) for v, m, c, b in CASES if c < b * v < v - m and m != 0.0]
    moved = [chinese_pay(*case, False) - chinese_pay(case[0], 0.0, 0.0, case[3], False) for case in slack]
    need(np.ptp(moved) > 0.0, "no case tells the rules apart")
    found = [chinese_pay(*case, True) for case in slack]
    return near(found, [chinese_pay(v, 0.0, 0.0, b, True) for v, _, _, b in slack], 0.0)


@check("T23a", "an ownership cap that binds nobody changes no byte", "limit")
def idle_cap(lab: Laboratory) -> Found:
    """Bytes of four runs in which a cap of 100 % of equity is law from 1990, against none."""
    cap = shock("ownership_cap", destination="china", max_foreign_equity=1.0, start="1990Q1")
    return Found(sum(bytes_apart(lab.run(seed=seed), lab.run(cap, seed=seed)) for seed in range(4)), 0)


@check("T23b", "terms below the cap do not see it", "Holmes2015")
def slack_cap(lab: Laboratory) -> Found:
    """Equity and royalty for what the multinational is to have, under caps that leave room and without."""
    profit, sales, usual, ceiling = 1.0, 4.0, 0.03, 0.08
    moved = []
    for wanted in (0.15, 0.3, 0.45):
        terms = []
        for cap in (1.0, 0.9, 0.7):
            royalty = royalty_needed(wanted, profit, sales, cap, usual, ceiling)
            terms.append((royalty, equity_share(wanted, profit, royalty * sales, 0.0, cap)))
        moved += [abs(a - b) for other in terms[1:] for a, b in zip(terms[0], other, strict=True)]
    return near(moved, 0.0, 0.0)


@check("T23c", "under a cap no multinational holds more", "law")
def binding_cap(lab: Laboratory) -> Found:
    """Largest equity at the signing of host contracts in six runs under a cap of 0.3, some at it."""
    cap = shock("ownership_cap", destination="china", max_foreign_equity=0.3, start="1979Q1")
    lives = np.concatenate([run.lives for run in lab.runs(cap, seeds=6)])
    host = lives[lives["type_first"] != Type.globalize]
    need(len(host) > 10, "no contracts")
    return near(host["equity_start"].max(), 0.3, 1e-12)


@check("T24a", "openness maximises gain (tau - tau^2 / 2) - leak tau^2 / 2", "Holmes2015")
def openness_is_optimal(lab: Laboratory) -> Found:
    """Maximised by SciPy for 20 pairs of gain and leakage."""
    pairs = [(gain, leak) for gain in (0.1, 1.0, 3.0, 8.0) for leak in (0.05, 0.5, 1.0, 2.0, 9.0)]
    expected = [_best(lambda x, g=g, k=k: g * (x - 0.5 * x * x) - k * 0.5 * x * x, 0.0, 1.0) for g, k in pairs]  # type: ignore[misc]
    return near([openness(1.0, gain, leak, 0.0, 0.0) for gain, leak in pairs], expected, 1e-6)


def _deals(state: State) -> list[float]:
    """Openness of market access for every multinational that leads in technology, with the first Chinese firm of its
    sector.
    """
    found = []
    for s in range(len(state.sectors.key)):
        c = int(state.sectors.middle[s])
        for m in range(int(state.sectors.first[s]), c):
            if state.firms.access_holder[m] == 0 and state.firms.active[m] and state.firms.active[c]:
                found.append(deal(state, 20, m, c, Type.market_access, Route.none, state.host).openness)
    return found


def _parameter(state: State, **changed: float) -> State:
    return state._replace(parameters=state.parameters._replace(**changed))


@check("T24b", "openness falls in the rate of learning", "Holmes2015")
def openness_falls_in_learning(lab: Laboratory) -> Found:
    """Largest step of any deal's openness over three rates, all else as it stands in 1984."""
    state = state_at(lab.scenario(), 20)
    deals = [_deals(_parameter(state, partner_learning=rate)) for rate in (0.002, 0.014, 0.05)]
    return worst(falling(each) for each in zip(*deals, strict=True))


@check("T24c", "openness falls in the partner's absorptive capacity", "CohenLevinthal1990")
def openness_falls_in_absorption(lab: Laboratory) -> Found:
    """The same over three sizes of the Chinese firms' research."""
    state = state_at(lab.scenario(), 20)
    research = [
        np.where(state.firms.kind == Kind.chinese, state.firms.rd * size, state.firms.rd) for size in (1.0, 2.0, 4.0)
    ]
    deals = [_deals(state._replace(firms=state.firms._replace(rd=each))) for each in research]
    return worst(falling(each) for each in zip(*deals, strict=True))


@check("T24d", "openness falls in what leaks to further rivals", "Holmes2015")
def openness_falls_in_rivals(lab: Laboratory) -> Found:
    """The same over three shares of leaked knowledge that reach other Chinese firms."""
    state = state_at(lab.scenario(), 20)
    deals = [_deals(_parameter(state, leakage_spread=spread)) for spread in (0.0, 0.5, 1.0)]
    return worst(falling(each) for each in zip(*deals, strict=True))


@check("T24e", "openness rises with protection of intellectual property", "Branstetter2006")
def openness_rises_in_protection(lab: Laboratory) -> Found:
    """The same over three strengths of the host's protection."""
    state = state_at(lab.scenario(), 20)
    strengths = [np.full_like(state.now.ip, strength) for strength in (0.0, 0.5, 1.0)]
    deals = [_deals(state._replace(now=state.now._replace(ip=ip))) for ip in strengths]
    return worst(rising(each) for each in zip(*deals, strict=True))


@check("T27a", "obsolescing bargain: a better option moves pay, not value", "Vernon1971")
def obsolescing_bargain(lab: Laboratory) -> Found:
    """Loss of the multinational over gain of the Chinese side's option: 1 - beta, and the sides' sum stays."""
    found, expected = [], []
    for v, m, c, b in CASES:
        before, after = (chinese_pay(v, m, option, b, False) for option in (c, c + 0.05))
        found.append(((v - before) - (v - after)) / 0.05)
        expected.append(1.0 - b)
    return near(found, expected, 1e-9)


@check("T27b", "own access in the host cuts the partner's pay by beta x what it gains", "Vernon1971")
def own_access_and_pay(lab: Laboratory) -> Found:
    """Every host contract under review in six runs, with the multinational's own access raised in the state."""
    found = []
    for before, after in _reviews(lab, 0.1):
        gained = after.outside_multinational - before.outside_multinational
        if gained > 0.0:
            found.append((before.again.chinese - after.again.chinese) / gained)
    need(len(found) > 5, f"{len(found)} contracts")
    return near(found, 0.5, 1e-9)
