"""Conservation and bounds: accounts close, shares and stocks add up, nothing leaves its range."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.machine.compiled import bundle
from sim.machine.declare import Column, fields
from sim.model.columns import Firms, Happening, Kind, Partnerships, Route, Type, Way
from sim.model.records import Market, Outcome, Vintage
from sim.model.stages import State, from_review, to_review
from sim.model.stages.assumed import HOST_CAPACITY, SUPPLY_CAPACITY
from sim.model.stages.market import fixed_cost
from sim.model.stages.offers import Abroad, abroad_by_chinese, abroad_by_multinational, hub_part, local_part
from sim.simulate import Run
from sim.verify.check import Found, check, near, need
from sim.verify.laboratory import TURMOIL, Laboratory, shock, start, steps


class Ledger(NamedTuple):
    """The largest error in any quarter of runs under every instrument at once, and what there was to check."""

    payments: float  # income from partnerships against profit of their offers, over the market per firm
    worth: float  # change of net worth against profit, over the market per firm
    sales: float  # revenue of firms against expenditure times shares
    shares: float  # sum of shares in a market
    bounds: int  # declared quantities that are out of their bounds or not finite
    capacity: float  # partnerships beyond what a firm can run
    powered: float
    partnerships: int  # seen in any quarter


def _beyond(values: Column, low: float, high: float) -> bool:
    slack = 1e-9 * max(1.0, abs(low) if np.isfinite(low) else 1.0)  # sums of shares may round
    return not bool(np.all((values >= low - slack) & (values <= high + slack) & np.isfinite(values)))


def _out_of_bounds(state: State, t: int) -> int:
    """Columns of living firms and partnerships, and metrics of the quarter, that leave their declared range."""
    found = 0
    for declared, columns in ((Firms, state.firms), (Partnerships, state.partnerships)):
        living = columns.active > 0
        found += sum(
            _beyond(getattr(columns, n)[living].astype(float), f.low, f.high) for n, f in fields(declared).items()
        )
    for kind, table in ((Outcome, state.outcome), (Market, state.markets), (Vintage, state.vintages)):
        found += sum(_beyond(table[name][t], f.low, f.high) for name, f in fields(kind).items())
    return found


def _sold(state: State, t: int) -> float:
    """Revenue of each sector's living firms over what its markets spend on them, less one."""
    regions = state.world.market.shape[2]
    share = state.firms.share[:, :regions].copy()
    share[:, state.host] += state.firms.share[:, regions]
    spent = state.markets["expenditure"][t][state.firms.sector] * share
    living = [(state.firms.sector == s) & (state.firms.active > 0) for s in range(len(state.sectors.key))]
    sums = [(spent[rows].sum(), state.firms.revenue[rows].sum()) for rows in living]
    return max(abs(revenue / bought - 1.0) for bought, revenue in sums if bought > 0.0)


def _close(state: State, t: int, ids: Column, worth: Column, firms: Column) -> Ledger:
    """One quarter's errors; `ids`, `worth`, `firms`: partnerships, net worth and firms as the quarter began."""
    jv = state.partnerships
    unit = state.markets["expenditure"][t].sum(axis=1)[state.firms.sector] / 14.0
    ran = ids > 0
    income = state.firms.venture_income.sum() - jv.pot[ran].sum()
    same = np.array_equal(jv.id[ran], ids[ran])  # no row was used again within the quarter
    stayed = (firms > 0) & (state.firms.id == firms) & (state.firms.active > 0)
    booked = np.abs(state.firms.worth - worth - state.firms.profit)[stayed] / unit[stayed]
    held = state.firms.active > 0
    per_market = np.array(
        [state.firms.share[state.firms.sector == s].sum(axis=0) for s in range(len(state.sectors.key))]
    )
    per_market[:, state.host] += per_market[:, -1]
    return Ledger(
        float(abs(income) / unit.max()) if same else 0.0,
        float(booked.max()),
        _sold(state, t),
        float(per_market[:, :-1].max()),
        _out_of_bounds(state, t),
        float(state.firms.ventures[held].max() - HOST_CAPACITY),
        float(state.firms.supplies[held].max() - SUPPLY_CAPACITY),
        int(jv.active.sum()),
    )


@lru_cache(maxsize=1)
def ledger(lab: Laboratory) -> Ledger:
    """The worst of every quarter of two runs of the small world."""
    quarters = []
    for seed in (0, 1):
        scenario = lab.scenario(*TURMOIL)
        first = start(scenario, seed)
        held = np.zeros(len(first.partnerships.id)), first.firms.worth.copy(), first.firms.id.copy()
        for t, state in steps(scenario, seed):
            if t >= 0:
                quarters.append(_close(state, t, *held))
            jv, firms = state.partnerships, state.firms
            ids = np.where(jv.active > 0, jv.id, np.uint64(0))
            held = ids, firms.worth.copy(), np.where(firms.active > 0, firms.id, np.uint64(0))
    worst = Ledger(*(max(column) for column in zip(*quarters, strict=True)))
    need(worst.partnerships > 10, "few partnerships")
    return worst


@check("T42", "payments between partners sum to zero: income is the profit of their offers", "accounting")
def payments(lab: Laboratory) -> Found:
    """Difference over the market per firm, worst quarter of two runs under every instrument at once."""
    return near(ledger(lab).payments, 0.0, 1e-9)


@check("C1", "net worth changes by profit and by nothing else", "accounting")
def net_worth(lab: Laboratory) -> Found:
    """Difference over the market per firm, worst firm and quarter of the same runs."""
    return near(ledger(lab).worth, 0.0, 1e-9)


@check("C2", "revenue of all firms is what buyers spend on them", "accounting")
def revenue(lab: Laboratory) -> Found:
    """Relative difference between sales and expenditure times shares, worst sector and quarter."""
    return near(ledger(lab).sales, 0.0, 1e-9)


@check("C3", "shares of a market never exceed 1", "logit demand")
def shares_within_one(lab: Laboratory) -> Found:
    """Largest sum of shares in a market in any quarter."""
    return Found(ledger(lab).shares, 1.0 + 1e-12, 0.0, "<")


@check("C4", "no quantity leaves its declared bounds, none is nan", "declarations")
def bounds(lab: Laboratory) -> Found:
    """Columns of living firms and partnerships, and metrics, counted over all quarters."""
    return Found(ledger(lab).bounds, 0)


@check("C5", "no partnership survives a listing", "design")
def listings(lab: Laboratory) -> Found:
    """Partnerships older than the quarter of a Chinese firm with the firms of who lists it; four runs, some are cut."""
    ban = shock("entity_list", origin="china", destination=["us", "eu"], top=4, start="2005Q1")
    kept = 0
    for seed in range(4):
        for t, state in steps(lab.scenario(ban), seed):
            jv, firms = state.partnerships, state.firms
            q = np.flatnonzero((jv.active > 0) & (jv.start < t))
            kept += int((firms.listed[jv.chinese[q], firms.home[jv.multinational[q]]] > 0.0).sum())
    need(sum(run.outcome["severances"].sum() for run in lab.runs(ban)) > 0, "nobody was cut off")
    return Found(kept, 0)


@check("C6", "no firm has more partnerships than it can run", "design")
def capacities(lab: Laboratory) -> Found:
    """Largest excess over both capacities."""
    return Found(max(ledger(lab).capacity, ledger(lab).powered), 1e-9, 0.0, "<")


@check("C11", "a review expects of a contract what accounts then pay for it", "accounting")
def values_are_the_markets(lab: Laboratory) -> Found:
    """Profit of partnerships in force over what accounts book in the same quarter.

    Buyers move at once, trust rests, tariffs, a minimum price and ceilings on imports are on; of contracts whose firm
    sells on one line in the region, over a hundredth of the market per firm, in four runs.
    """
    taxed = (
        shock("tariff", sectors="traded", origin="china", destination="us", rate=0.5, start="1985Q1"),
        shock("tariff", sectors="traded", origin="us", destination="china", rate=0.3, start="1990Q1"),
        shock("minimum_price", sectors="traded", origin="china", destination="eu", premium=0.5, start="1985Q1"),
        shock("quota", sectors="traded", origin="china", destination="eu", share=0.05, exempts=0.2, start="1990Q1"),
        shock("quota", sectors="traded", origin="us", destination="china", share=0.02, auctioned=0.5, start="1992Q1"),
    )
    apart = []
    for seed in range(4):
        state = start(lab.scenario(*taxed, share_speed=1.0, trust_speed=0), seed)
        columns, x, firms, jv = bundle(state), state.scratch, state.firms, state.partnerships
        for t in range(160):
            to_review(columns, t)
            for q in np.flatnonzero((jv.active > 0) & (jv.start < t)) if t % 20 == 19 else ():
                m, c, r = jv.multinational[q], jv.chinese[q], jv.region[q]
                owner = c if jv.type[q] == Type.globalize and jv.route[q] == Route.sell else m
                cost = fixed_cost(
                    columns, int(m), int(jv.sector[q]), int(jv.type[q]), int(r), jv.trust[q], jv.autonomy[q]
                )
                single = x.firm_share[owner, r] == firms.share[owner, jv.line[q]]
                if single and abs(jv.pot[q] + cost) > 0.01 * x.unit[jv.sector[q]]:
                    apart.append(x.expected_pot[q] / (jv.pot[q] + cost))
            from_review(columns, t)
    need(len(apart) > 50, f"{len(apart)} contracts")
    return near(apart, 1.0, 1e-9)


@check("C12", "decisions reckon with the duties and rents that accounts book", "accounting")
def duties_are_seen(lab: Laboratory) -> Found:
    """Duty and rent over sales of every living firm abroad without a contract: by its offer as decisions see it, and
    booked.

    Under tariffs by place and by owner, minimum prices and ceilings on Chinese, American and European goods, every five
    years of two runs; buyers move at once, so that nothing is turned back.
    """
    taxed = (
        shock("tariff", sectors="traded", origin="china", destination="us", rate=0.5, start="1985Q1"),
        shock("tariff", sectors="traded", origin="us", destination="eu", rate=0.3, start="1985Q1"),
        shock("tariff", sectors="traded", origin="eu", destination="us", rate=0.2, start="1985Q1"),
        shock("tariff", sectors="traded", basis="owner", origin="china", destination="eu", rate=0.3, start="1990Q1"),
        shock("minimum_price", sectors="traded", origin="china", destination=["us", "eu"], premium=0.6, start="1985Q1"),
        shock("minimum_price", sectors="traded", origin="us", destination="eu", premium=0.1, start="1985Q1"),
        shock("minimum_price", sectors="traded", origin="eu", destination="us", premium=0.4, start="1985Q1"),
        shock("quota", sectors="traded", origin="china", destination="us", share=0.05, auctioned=0.4, start="1995Q1"),
        shock("quota", sectors="traded", basis="owner", origin="us", destination="eu", share=0.04, start="1995Q1"),
    )
    apart, paid = [], 0
    for seed in (0, 1):
        state = start(lab.scenario(*taxed, share_speed=1.0), seed)
        columns, x, firms = bundle(state), state.scratch, state.firms
        for t in range(160):
            to_review(columns, t)
            for i in np.flatnonzero(firms.active > 0) if t % 20 == 19 else ():
                for r in range(1, state.world.market.shape[2]):
                    sales = x.expenditure[firms.sector[i], r] * firms.share[i, r]
                    if firms.contract[i, r] >= 0 or sales <= 0.0 or firms.orientation[i] > 0:
                        continue
                    told = _offered(columns, state, t, int(i), r)
                    earned = x.rent[i, r] / sales if x.floored[firms.sector[i], r] > 0.0 else 0.0
                    apart += [told.duty - x.duty[i, r] / sales, told.rent - earned]
                    paid += told.duty > 0.0 and told.rent > 0.0
            from_review(columns, t)
    need(paid > 50, f"{paid} paid a duty and earned a rent")
    return near(apart, 0.0, 1e-12)


def _offered(columns: Any, state: State, t: int, i: int, r: int) -> Abroad:
    """A firm's own offer in a region, as decisions see it."""
    local = float(local_part(columns, t, i, r))
    if state.firms.kind[i] == Kind.chinese:
        return abroad_by_chinese(columns, i, r, float(state.firms.pull[i, r]), local, Way.from_host, False)
    return abroad_by_multinational(columns, t, i, r, local, float(hub_part(columns, i)), False)


def _runs(lab: Laboratory) -> list[Run]:
    return [lab.run(*TURMOIL), lab.run(*TURMOIL, seed=1)]


@check("C7", "partnerships in force are those signed less those ended", "accounting")
def stocks(lab: Laboratory) -> Found:
    """Largest difference between stock and cumulated flows, and between stock and the types it consists of."""
    apart = []
    for run in _runs(lab):
        told: Any = run.outcome
        stock = np.cumsum(told["formations"] - told["exits"], axis=0)
        types = told["active_market_access"] + told["active_co_innovation"] + told["active_globalize"]
        apart += [np.abs(stock - told["active"]).max(), np.abs(types - told["active"]).max()]
    return near(apart, 0.0, 0.0)


@check("C8", "every partnership has one life", "accounting")
def one_life(lab: Laboratory) -> Found:
    """Identities that are among the events of signing and not exactly once among the lives, or the reverse."""
    apart = 0
    for run in _runs(lab):
        signed = run.events[(run.events["kind"] == Happening.formation) & (run.events["partnership"] != 0)][
            "partnership"
        ]
        apart += len(signed) != len(run.lives)
        apart += len(set(signed.tolist()) ^ set(run.lives["id"].tolist()))
    return Found(apart, 0)


@check("C9", "welfare is surplus, tariff revenue and profit less 1.2 x public outlays", "accounting")
def welfare(lab: Laboratory) -> Found:
    """World welfare of each sector and quarter from its parts, relative to expenditure."""
    apart = []
    for run in _runs(lab):
        told, spent = run.outcome, run.markets["expenditure"].sum(axis=2)
        profit = told["profit_multinational"] + told["profit_chinese"]
        parts = told["consumer_surplus"] + told["tariff_revenue"] + profit - 1.2 * told["public_outlays"]
        apart.append(np.abs((told["welfare"] - parts) / spent).max())
    return near(apart, 0.0, 1e-9)


@check("C10", "regions add up to the sector", "accounting")
def regions(lab: Laboratory) -> Found:
    """Tariff revenue, surplus, outlays and welfare of regions against those of their sector, relative to
    expenditure.
    """
    apart = []
    for run in _runs(lab):
        spent = run.markets["expenditure"].sum(axis=2)
        for name in ("tariff_revenue", "consumer_surplus", "public_outlays", "welfare"):
            apart.append(np.abs((run.outcome[name] - run.markets[name].sum(axis=2)) / spent).max())
    return near(apart, 0.0, 1e-9)
