"""What holds after any quarter, whatever parameters, policies and interventions: the one home of these checks.

`Watch` looks at a state before and after each quarter. Tolerances are for rounding only.
"""

from collections import Counter
from functools import cache
from math import isfinite

import numpy as np
import pytest

from sim.machine.declare import Column, Field
from sim.machine.declare import fields as declared_fields
from sim.model.columns import Firms, Kind, Partnerships, Route, Scratch, Type
from sim.model.records import Market, Outcome, Vintage
from sim.model.stages import State
from sim.model.stages.assumed import HOST_CAPACITY, PUBLIC_FUNDS, SUPPLY_CAPACITY

fields = cache(declared_fields)
ROUNDING = 1e-9


def wrong(values: Column, field: Field) -> bool:
    """Whether some value is not finite or outside what is declared; sums of shares may round."""
    if values.size == 0:
        return False
    low, high = float(values.min()), float(values.max())  # NaN if any is
    slack = ROUNDING * max(1.0, abs(field.low) if isfinite(field.low) else 1.0)
    return not (isfinite(low) and isfinite(high) and low >= field.low - slack and high <= field.high + slack)


def out_of_bounds(columns: Firms | Partnerships) -> list[str]:
    """Names of the fields of active rows that are not finite or outside what is declared."""
    active = columns.active > 0
    found = []
    for name, field in fields(type(columns)).items():
        values = getattr(columns, name)[active]
        if wrong(values, field):
            found.append(f"{name}: {values.min()} to {values.max()}")
    return found


def check_scratch(state: State) -> None:
    for name, field in fields(Scratch).items():
        assert not wrong(getattr(state.scratch, name), field), name


def check_records(state: State, first: int, last: int) -> None:
    """Quarters from the first to before the last: every metric is finite and within bounds, and accounts close."""
    for declared, table in ((Outcome, state.outcome), (Market, state.markets), (Vintage, state.vintages)):
        for name, field in fields(declared).items():
            assert not wrong(table[name][first:last], field), f"{name} {table[name][first:last]}"
    check_welfare(state.outcome[first:last], state.markets[first:last])


def check_welfare(outcome: Column, markets: Column) -> None:
    """What owners, buyers and treasuries have adds up, by market and by sector."""
    gains = markets["consumer_surplus"] + markets["tariff_revenue"] + markets["profit_owners"]
    size = markets["expenditure"].sum(axis=2) + sum(np.abs(markets[name]).sum(axis=2) for name in ACCOUNTS)
    assert close(markets["welfare"], gains - PUBLIC_FUNDS * markets["public_outlays"], size[:, :, None])
    for metric in ("tariff_revenue", "consumer_surplus", "public_outlays", "welfare"):
        assert close(outcome[metric], markets[metric].sum(axis=2), size), metric
    profit = outcome["profit_multinational"] + outcome["profit_chinese"]
    assert close(profit, markets["profit_owners"].sum(axis=2), size)
    spent = outcome["market_home"] + outcome["market_abroad"]
    assert close(spent, markets["expenditure"].sum(axis=2), size)
    assert np.all(markets["tariff_revenue"] <= markets["expenditure"] * (1.0 + ROUNDING))


ACCOUNTS = ("consumer_surplus", "tariff_revenue", "profit_owners", "public_outlays")


def close(a: Column, b: Column, size: Column) -> bool:
    """Equal up to rounding in sums of a size."""
    return bool(np.all(np.abs(a - b) <= ROUNDING * size))


def outside(state: State) -> Column:
    """Share of the outside good [sector, region]: what firms leave of one."""
    share, regions = state.firms.share, state.world.market.shape[2]
    left = np.ones((len(state.sectors.key), regions))
    for s, (first, last) in enumerate(zip(state.sectors.first, state.sectors.last, strict=True)):
        left[s] -= share[first:last, :regions].sum(axis=0)
        left[s, state.host] -= share[first:last, regions:].sum()
    return left


def check_shares(state: State, left_before: Column) -> None:
    """Shares and the outside good's sum to one; the outside good is displaced no faster than buyers replace goods."""
    left = outside(state)
    assert np.all(left >= -1e-12) and np.all(left <= 1.0 + 1e-12), left
    assert np.all(left >= (1.0 - state.parameters.share_speed) * left_before - 1e-12)
    assert np.all(state.firms.share[state.firms.active == 0] == 0.0)


def check_contracts(state: State) -> None:
    """Firms and partnerships point at each other, and counts are of what is in force."""
    firms, jv = state.firms, state.partnerships
    second = firms.contract.shape[1] - 1
    held: Counter[tuple[int, int]] = Counter()
    ventures, supplies = np.zeros(len(firms.id), int), np.zeros(len(firms.id), int)
    for q in np.flatnonzero(jv.active):
        m, c, line, kind, route = (int(x[q]) for x in (jv.multinational, jv.chinese, jv.line, jv.type, jv.route))
        assert firms.active[m] and firms.active[c]
        assert (firms.kind[m], firms.kind[c]) == (Kind.multinational, Kind.chinese)
        assert firms.sector[m] == firms.sector[c] == jv.sector[q]
        assert firms.contract[m, line] == q
        held[m, line] += 1
        if kind == Type.globalize:
            assert route in (Route.sell, Route.power) and jv.region[q] == line != state.host
            if route == Route.sell:
                assert firms.contract[c, line] == q
                held[c, line] += 1
            else:
                supplies[c] += 1
        else:
            assert kind in (Type.market_access, Type.co_innovation) and route == Route.none
            assert line in (state.host, second) and jv.region[q] == state.host
            ventures[c] += 1
        assert jv.place[q] in (state.host, jv.region[q])
    assert set(zip(*map(np.ndarray.tolist, np.nonzero(firms.contract >= 0)), strict=True)) == set(held)
    assert max(held.values(), default=1) == 1
    assert np.array_equal(firms.ventures[firms.active > 0], ventures[firms.active > 0])
    assert np.array_equal(firms.supplies[firms.active > 0], supplies[firms.active > 0])
    assert np.all(ventures <= HOST_CAPACITY)
    assert np.all(supplies <= SUPPLY_CAPACITY)


class Watch:
    """One state, looked at before and after each quarter."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.remember()

    def remember(self) -> None:
        """What the next quarter is compared with; anew after the state was changed from outside."""
        firms, jv = self.state.firms, self.state.partnerships
        self.contracts = np.where(jv.active > 0, jv.id, np.uint64(0))
        self.living, self.worth, self.left = firms.active > 0, firms.worth.copy(), outside(self.state)

    def after(self, t: int, records: bool = True) -> None:
        """Every invariant after quarter t; without `records` those of the tables are left to a later call."""
        found = out_of_bounds(self.state.firms) + out_of_bounds(self.state.partnerships)
        assert not found, (t, found)
        check_scratch(self.state)
        check_shares(self.state, self.left)
        check_contracts(self.state)
        self.check_accounts(t)
        if records:
            check_records(self.state, t, t + 1)
        self.remember()

    def check_accounts(self, t: int) -> None:
        """Each pot is paid out in full, sales are shares of expenditure, profit is the change of net worth."""
        state, firms, jv = self.state, self.state.firms, self.state.partnerships
        spent = state.markets["expenditure"][t]
        size = spent.sum(axis=1)[firms.sector]
        ran = self.contracts > 0
        if np.array_equal(jv.id[ran], self.contracts[ran]):  # no row was used again in the quarter
            for s in range(len(state.sectors.key)):
                paid = firms.venture_income[firms.sector == s].sum()
                pots = jv.pot[ran & (jv.sector == s)].sum()
                assert paid == pytest.approx(pots, rel=ROUNDING, abs=ROUNDING * spent[s].sum()), s
        stays = self.living & (firms.active > 0)
        regions = spent.shape[1]
        sales = (spent[firms.sector] * firms.share[:, :regions]).sum(axis=1)
        sales += spent[firms.sector, state.host] * firms.share[:, regions:].sum(axis=1)
        assert close(firms.revenue[stays], sales[stays], size[stays])
        assert np.all((firms.host_revenue + firms.exports)[stays] <= (firms.revenue + ROUNDING * size)[stays])
        moved, earned = (firms.worth - self.worth)[stays], firms.profit[stays]
        assert close(moved, earned, size[stays] + np.abs(earned) + np.abs(firms.worth[stays]))
        everyone = np.bincount(firms.sector, firms.profit, len(spent))  # firms closed in this quarter included
        assert close(state.markets["profit_owners"][t].sum(axis=1), everyone, spent.sum(axis=1) + np.abs(everyone))
        free = not any(np.any(getattr(state.in_force, name)[t]) for name in ("tariff", "owner_tariff"))
        assert not free or not state.markets["tariff_revenue"][t].any()
