"""Bargaining: how value is split, when options matter, what caps do, how open contracts are."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from sim.machine.compiled import bundle
from sim.model.columns import Happening, Kind, Type
from sim.model.rules.bargaining import equity_share, nash_pay, openness, royalty_needed, sale_price, stall_pay
from sim.model.rules.review import breakdown
from sim.model.stages import State
from sim.model.stages.deals import enter, host_deal, host_line
from sim.model.stages.host import host_openness
from sim.model.stages.review import ENDING, Weighed, apart_in_host, hand_over, weigh_review
from sim.model.stages.values import equity_cap, strangers
from sim.verify.bench import with_firms
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


def _dealt_out(value: float, out_m: float, out_c: float, power: float) -> float:
    """Deal-me-out by SciPy: the Nash product over a stall, maximised within what leaving gives either side.

    Where a stall is out of reach, for one side's option leaves the other less, that side is held to its option.
    """
    low, high = max(out_c, 0.0), min(value - out_m, value)
    if low >= high:
        return max(out_c, high)
    return _best(lambda x: x**power * (value - x) ** (1.0 - power), low, high)


@check("T20a", "the split maximises the Nash product", "Bhaumik2023; Nash1950")
def nash_product(lab: Laboratory) -> Found:
    """Product of gains over outside options, to the powers of the sides, maximised by SciPy in 54 cases."""
    expected = [
        _best(lambda x, v=v, m=m, c=c, b=b: (x - c) ** b * (v - x - m) ** (1 - b), c, v - m)  # type: ignore[misc]
        for v, m, c, b in CASES
    ]
    return near([nash_pay(*case) for case in CASES], expected, 1e-6)


@check("T20b", "pay moves by 1 - beta, -beta, beta with d_C, d_M, V", "Bhaumik2023")
def slopes_of_the_split(lab: Laboratory) -> Found:
    """Differences of the rule, one number moved at a time."""
    step, found, expected = 0.01, [], []
    for v, m, c, b in CASES:
        base = nash_pay(v, m, c, b)
        moved = [nash_pay(v, m, c + step, b), nash_pay(v, m + step, c, b), nash_pay(v + step, m, c, b)]
        found += [(pay - base) / step for pay in moved]
        expected += [1 - b, -b, b]
    return near(found, expected, 1e-9)


@check("T20c", "equal partners share half and half", "symmetry")
def equal_partners(lab: Laboratory) -> Found:
    """The rule with equal power and outside options of 0, 0.1, 0.2 and 0.3 of the value."""
    return near([nash_pay(1.0, d, d, 0.5) for d in (0.0, 0.1, 0.2, 0.3)], 0.5, 1e-15)


class Met(NamedTuple):
    """A host contract under review, as the model weighs it."""

    state: State
    row: int
    found: Weighed
    cap: float


def _reviews(lab: Laboratory, seeds: int = 6, **parameters: Any) -> Iterator[Met]:
    """What reviews of host contracts would weigh in one quarter of some runs."""
    for seed in range(seeds):
        state = state_at(lab.scenario(**parameters), QUARTER, seed)
        columns, jv = bundle(state), state.partnerships
        for q in np.flatnonzero((jv.active > 0) & (jv.type != Type.globalize) & (jv.start < QUARTER)):
            home = state.firms.home[jv.multinational[q]]
            cap = equity_cap(columns, QUARTER, int(jv.sector[q]), int(home), state.host)
            yield Met(state, int(q), weigh_review(columns, QUARTER, int(q)), float(cap))


@check("T20d", "new contracts split the gain over both options by bargaining power", "Nash1950")
def contracts_split_the_surplus(lab: Laboratory) -> Found:
    """Part of the gain that the terms of possible host contracts give the Chinese side, where law leaves them free."""
    found, expected = [], []
    for power in (0.3, 0.5):
        for seed in range(8):
            state = state_at(lab.scenario(bargaining_power=power), 20, seed)
            columns = bundle(state)
            for m, c in _pairs(state):
                line = host_line(columns, m)
                own = enter(columns, 20, m, max(line, state.host))
                pair = strangers(columns, m, c, Type.market_access)
                deal = host_deal(columns, 20, m, c, state.host, Type.market_access, own, pair)
                free = 0.0 < deal.terms.equity < 1.0 and deal.worth.profit > 0.0 and own.kept == 1.0
                if line == state.host and free and deal.gain_m + deal.gain_c > 0.0:
                    found.append(deal.gain_c / (deal.gain_m + deal.gain_c))
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
    return near([nash_pay(*case) for case in cases], [0.5 * (c + (v - m)) for v, m, c, _ in cases], 1e-14)


@check("T22a", "deal-me-out: the Nash product without options, within their bounds", "Binmore1989")
def deal_me_out(lab: Laboratory) -> Found:
    """x^beta (V - x)^(1 - beta) maximised by SciPy between d_C and V - d_M."""
    return near([stall_pay(*case) for case in CASES], [_dealt_out(*case) for case in CASES], 1e-6)


@check("T22b", "under deal-me-out options that do not bind change nothing", "Binmore1989")
def slack_options(lab: Laboratory) -> Found:
    """Pay with options against pay without, where beta V lies between them; under Nash the same options do matter."""
    slack = [(v, m, c, b) for v, m, c, b in CASES if c < b * v < v - m and m != 0.0]
    moved = [nash_pay(*case) - nash_pay(case[0], 0.0, 0.0, case[3]) for case in slack]
    need(np.ptp(moved) > 0.0, "no case tells the rules apart")
    return near([stall_pay(*case) for case in slack], [stall_pay(v, 0.0, 0.0, b) for v, _, _, b in slack], 0.0)


@check("T22c", "new terms in a run are deal-me-out over a stall", "BinmoreRubinsteinWolinsky1986")
def renewed_terms(lab: Laboratory) -> Found:
    """Pay of Chinese sides under today's bargain over the contract's value, against SciPy's constrained maximum.

    Of host contracts in force worth more than both options, where law leaves terms free, at two bargaining powers.
    """
    found, expected, bound = [], [], 0
    for power in (0.3, 0.5):
        for met in _reviews(lab, bargaining_power=power):
            w = met.found
            value, out_m, out_c = w.now.value, w.apart.multinational, w.apart.chinese
            free = 0.0 < w.again.equity < min(met.cap, 1.0) and value > out_m + out_c
            if free and value > 0.0:
                found.append(w.again.chinese / value)
                expected.append(_dealt_out(1.0, out_m / value, out_c / value, power))
                bound += abs(expected[-1] - power) > 1e-6
    need(len(found) > 10 and bound, f"{len(found)} contracts, {bound} bound by an option")
    return near(found, expected, 1e-6)


@check("T22d", "a side that an option binds gets that option and no more", "Binmore1989")
def bound_by_an_option(lab: Laboratory) -> Found:
    """One side's option is worth more than its share of the pie. What the rule pays it, over that option: always 1."""
    short = [(v, m, c, b) for v, m, c, b in CASES if c > b * v or m > (1.0 - b) * v]
    found = [(pay / c if c > b * v else (v - pay) / m) for v, m, c, b in short for pay in (stall_pay(v, m, c, b),)]
    return near(found, 1.0, 1e-12)


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


def _pairs(state: State) -> list[tuple[int, int]]:
    """Every multinational that has technology, with the first Chinese firm of its sector."""
    firms, found = state.firms, []
    for s in range(len(state.sectors.key)):
        c = int(state.sectors.middle[s])
        for m in range(int(state.sectors.first[s]), c):
            if firms.access_holder[m] == 0 and firms.active[m] and firms.active[c]:
                found.append((m, c))
    return found


def _deals(state: State) -> list[float]:
    """Openness of market access that these multinationals would choose with these partners."""
    columns = bundle(state)
    return [float(host_openness(columns, m, strangers(columns, m, c, Type.market_access))) for m, c in _pairs(state)]


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
    """The same over three sizes of what all Chinese firms' learning costs multinationals."""
    state = state_at(lab.scenario(), 20)
    exposed = [state.scratch.exposed * size for size in (0.0, 1.0, 2.0)]
    deals = [_deals(state._replace(scratch=state.scratch._replace(exposed=each))) for each in exposed]
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
        before, after = (nash_pay(v, m, option, b) for option in (c, c + 0.05))
        found.append(((v - before) - (v - after)) / 0.05)
        expected.append(1.0 - b)
    return near(found, expected, 1e-9)


@check("T27b", "a better option of the multinational takes from its partner only what binds", "Binmore1989")
def own_name_and_pay(lab: Laboratory) -> Found:
    """Host contracts in six runs, weighed as things stand and with the multinational's own pull in the host doubled.

    Over the value, pay of the Chinese side has to move as SciPy's deal-me-out does between the two options.
    """
    found, expected, moved = [], [], 0
    for met in _reviews(lab):
        state, jv = met.state, met.state.partnerships
        m = jv.multinational[met.row]
        pull = state.firms.pull.copy()
        pull[m, state.host] *= 2.0
        after = weigh_review(bundle(with_firms(state, pull=pull)), QUARTER, met.row)
        pair = met.found, after
        values = [w.now.value for w in pair]
        apart = [w.apart.multinational + w.apart.chinese for w in pair]
        free = all(0.0 < w.again.equity < min(met.cap, 1.0) for w in pair)
        if free and min(values) > max(*apart, 0.0):
            unit = values[0]
            found.append((after.again.chinese - met.found.again.chinese) / unit)
            told = [
                _dealt_out(v / unit, w.apart.multinational / unit, w.apart.chinese / unit, 0.5)
                for v, w in zip(values, pair, strict=True)
            ]
            expected.append(told[1] - told[0])
            moved += abs(expected[-1]) > 1e-6
    need(len(found) > 5 and moved, f"{len(found)} contracts, {moved} moved")
    return near(found, expected, 1e-6)


@check("B1", "without doubt talks end a contract iff it is worth less than apart", "Coase1960")
def breakdown_limit(lab: Laboratory) -> Found:
    """The rule at doubts that vanish: 1 below, 0 above; and one half where nothing is to be lost, at any doubt."""
    surpluses, doubts = (-1.0, -1e-3, 1e-3, 1.0), (1e-6, 1e-9)
    sharp = [breakdown(s, d) for s in surpluses for d in doubts]
    even = [breakdown(0.0, d) for d in (1e-6, 0.3, 2.0)]
    return near([*sharp, *even], [*(float(s < 0.0) for s in surpluses for _ in doubts), 0.5, 0.5, 0.5], 1e-12)


@check("B2", "talks fail the more often, the less there is to lose and the more is unknown", "MyersonSatterthwaite1983")
def breakdown_is_logistic(lab: Laboratory) -> Found:
    """ln (p / (1 - p)) of the rule, on a grid of surplus and doubt, against minus their ratio."""
    grid = [(s, d) for s in (-2.0, -0.3, 0.0, 0.4, 3.0) for d in (0.1, 0.7, 2.0)]
    chances = np.array([breakdown(s, d) for s, d in grid])
    return near(np.log(chances / (1.0 - chances)), [-s / d for s, d in grid], 1e-6)


@check("T28a", "costless talks: reviews end what is worth less than apart, and nothing else", "Coase1960")
def reviews_without_doubt(lab: Laboratory) -> Found:
    """Host contracts of eight runs at the least doubt: decisions to end against the sign of V - d_M - d_C.

    Of those whose law lets both sides have what they have apart, and whose surplus is beyond what is unknown.
    """
    wrong, seen, ended = 0, 0, 0
    for met in _reviews(lab, 8, doubt=0.001, review_rate=0.02, claim=0.0):
        w = met.found
        value = max(w.now.value, w.now.value + w.other.value - w.moving - w.now.value)
        over = value - w.apart.multinational - w.apart.chinese
        if abs(over) > 0.05 * abs(value) and (w.allowed or over < 0.0):
            seen, ended = seen + 1, ended + int(over < 0.0)
            wrong += (w.decision == ENDING) != (over < 0.0)
    need(seen > 20 and ended, f"{seen} contracts, {ended} to end")
    return Found(wrong, 0)


@check("B3", "a plant's price lies between both uses, by the seller's power", "Nash1950")
def price_of_a_plant(lab: Laboratory) -> Found:
    """The price of a whole plant that maximises the Nash product of buyer and seller, by SciPy, in 18 cases."""
    found, expected = [], []
    for use_m, use_c in ((1.0, 0.2), (0.2, 1.0), (3.0, 2.9), (0.0, 0.5), (0.5, 0.0), (2.0, 1.0)):
        low, high = min(use_m, use_c), max(use_m, use_c)
        for power in (0.3, 0.5, 0.8):
            seller = power if use_m > use_c else 1.0 - power
            found.append(sale_price(use_m, use_c, power))
            expected.append(
                _best(lambda x, a=low, b=high, k=seller: (x - a) ** k * (b - x) ** (1 - k), low, high)  # type: ignore[misc]
            )
    return near(found, expected, 1e-6)


@check("B4", "a sale moves money between two firms, and makes none", "accounting")
def sales_make_no_money(lab: Laboratory) -> Found:
    """Host plants in six runs handed over to either side: what both firms' net worth loses together, over the price;
    and what the buyer pays, against the seller's equity times the price between both uses.
    """
    found, expected = [], []
    for met in _reviews(lab):
        state, jv, q = met.state, met.state.partnerships, met.row
        columns, m, c = bundle(state), jv.multinational[met.row], jv.chinese[met.row]
        apart = apart_in_host(columns, QUARTER, q)
        for kind, buyer, part in (
            (Happening.buyout_multinational, m, 1.0 - jv.equity[q]),
            (Happening.buyout_chinese, c, jv.equity[q]),
        ):
            before = state.firms.worth.copy()
            hand_over(columns, q, int(kind), apart)
            change = state.firms.worth - before
            price = 0.5 * (apart.use_m + apart.use_c)
            if price > 0.0:
                found += [change.sum() / price, -change[buyer] / price, np.abs(change).sum() / price]
                expected += [0.0, part, 2.0 * part]
    need(len(found) > 30, "no plant was worth anything")
    return near(found, expected, 1e-9)


@check("B5", "a pair finds out once whether it can agree", "design")
def one_draw(lab: Laboratory) -> Found:
    """The draw that decides whether talks fail, of host contracts weighed eight quarters apart: largest difference."""
    apart = []
    for met in _reviews(lab):
        later = weigh_review(bundle(met.state), QUARTER + 8, met.row)
        apart.append(later.talks - met.found.talks)
    return near(apart, 0.0, 0.0)
