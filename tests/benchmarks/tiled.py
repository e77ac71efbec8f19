"""A world of any size in the middle of history: the state of a run, laid out many times over.

Sectors are repeated `copies` times, and the firms of each sector `factor` times, with identities of their own and so
with luck of their own; markets grow with the firms. Partnerships, contracts and all that has been learnt come along, so
that a quarter has as much to do per firm as in the run it was taken from. The original comes first and stays itself.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.machine.declare import SEAT, Column, Field, fields, order
from sim.model.stages import State, advance, begin, seats
from sim.scenario import Scenario
from sim.scenario.build import build, host
from sim.simulate import EVENTS_A_FIRM, ROWS, prepare, quietly

SHARES = {"share"}  # of a market: a firm among `factor` times as many has so much less
GROWING = {("multinationals", "sector"), ("chinese", "sector"), ("market", "quarter sector region")}
RECORDS = ("outcome", "markets", "vintages")
MIX = np.uint64(0x9E3779B97F4A7C15)


def state_before(scenario: Scenario, t: int, seed: int = 1) -> State:
    """A run's state when quarter t is about to begin."""
    inputs = build(scenario, seed)
    state = prepare(inputs, host(scenario), seed, EVENTS_A_FIRM * len(inputs.firms.id), ROWS)
    quietly(begin, state)
    for quarter in range(t):
        quietly(advance, state, quarter)
    return state


class _Rows(NamedTuple):
    """Rows of one table, new ones in order: the old row each repeats, its new sector, and its number among copies."""

    source: Column
    sector: Column
    copy: Column


class _Layout:
    """Where everything lies before and after."""

    def __init__(self, state: State, copies: int, factor: int) -> None:
        first, middle, last = state.sectors.first, state.sectors.middle, state.sectors.last
        self.old, self.factor = len(first), factor
        self.first, self.middle = first.astype(np.int64), middle.astype(np.int64)
        self.kinds = np.stack([middle - first, last - middle], axis=1).astype(np.int64)  # firms of each origin
        self.begin = np.append(state.scratch.first_row, len(state.scratch.living))  # of partnerships, by old sector
        self.held = np.diff(self.begin)
        sectors = np.arange(copies * self.old)
        self.sectors = _Rows(sectors % self.old, sectors, sectors // self.old)
        again = np.tile(self.kinds, (copies, 1)) * factor
        self.new_first = _cumulated(again.sum(axis=1))
        self.new_middle = self.new_first[:-1] + again[:, 0]
        self.new_begin = _cumulated(np.tile(self.held, copies) * factor)
        blocks = [
            (np.arange(a, b), s)
            for s in sectors
            for a, b in ((first[s % self.old], middle[s % self.old]), (middle[s % self.old], last[s % self.old]))
        ]
        self.firms = self._repeat(blocks)
        begin = self.begin
        self.partnerships = self._repeat(
            [(np.arange(begin[s % self.old], begin[s % self.old + 1]), s) for s in sectors]
        )
        self.seats = seats(self.new_first[:-1], self.new_first[1:])

    def _repeat(self, blocks: list[tuple[Column, int]]) -> _Rows:
        source = [np.tile(rows, self.factor) for rows, _ in blocks]
        sector = [np.full(len(rows) * self.factor, s) for rows, s in blocks]
        copy = [np.repeat(np.arange(self.factor), len(rows)) for rows, _ in blocks]
        return _Rows(np.concatenate(source), np.concatenate(sector), np.concatenate(copy))

    def firm(self, old: Column, sector: Column, copy: Column) -> Column:
        """Where a firm that was in row `old` lies in a sector's copy; -1 stays."""
        s = sector % self.old
        foreign = self.new_first[sector] + copy * self.kinds[s, 0] + old - self.first[s]
        chinese = self.new_middle[sector] + copy * self.kinds[s, 1] + old - self.middle[s]
        return np.where(old < 0, old, np.where(old < self.middle[s], foreign, chinese))

    def partnership(self, old: Column, sector: Column, copy: Column) -> Column:
        """The same of a partnership."""
        s = sector % self.old
        moved = self.new_begin[sector] + copy * self.held[s] + old - self.begin[s]
        return np.where(old < 0, old, moved)


def tile(state: State, copies: int, factor: int, quarters: int) -> State:
    """The state with `copies` times the sectors and `factor` times the firms in each, over the first `quarters`.

    Logs of events start empty.
    """
    state = _cut(state, quarters)
    layout = _Layout(state, copies, factor)
    of = {"firm": layout.firms, "partnership": layout.partnerships, "sector": layout.sectors}
    groups = {}
    for name in ("firms", "partnerships", "sectors", "scratch", "world", "in_force", "announced"):
        table = getattr(state, name)
        told = fields(type(table))
        groups[name] = type(table)(*[_column(layout, of, key, told[key], getattr(table, key)) for key in table._fields])
    groups["sectors"].first[:], groups["sectors"].middle[:] = layout.new_first[:-1], layout.new_middle
    groups["sectors"].last[:] = groups["scratch"].used[:] = layout.new_first[1:]
    groups["sectors"].key[:] ^= _other(layout.sectors.copy * factor) >> np.uint64(32)
    firms = groups["firms"]
    echo = layout.firms.copy + factor * (layout.firms.sector // layout.old)
    firms.id[firms.id > 0] ^= _other(echo)[firms.id > 0] & np.uint64(0xFFFFFFFF00000000)
    _fill(groups["scratch"], groups["partnerships"], layout)
    now = type(state.now)(*[column[layout.sectors.source] for column in state.now])
    records = {name: np.take(getattr(state, name), layout.sectors.source, axis=1) for name in RECORDS}
    by_firm = {
        name: np.asarray(getattr(state, name)[layout.firms.source], order=kept)
        for name, kept in (("starts", "C"), ("named_listing", "F"))
    }
    of_logs = ("events", "lives", "event_time", "life_time")
    logs = {name: np.zeros(len(layout.firms.source), getattr(state, name).dtype) for name in of_logs}
    shipping = state.shipping[layout.sectors.source]
    return state._replace(**groups, **records, **by_firm, **logs, now=now, shipping=shipping)


def _fill(scratch: Any, partnerships: Any, layout: _Layout) -> None:
    """Where each sector's partnerships lie, those in force before free rows; nothing is logged yet."""
    scratch.first_row[:] = layout.new_begin[:-1]
    scratch.counts[:] = 0
    sector = layout.partnerships.sector
    ended = partnerships.active[scratch.living] == 0
    scratch.living[:] = scratch.living[np.lexsort((ended, sector))]
    scratch.live[:] = scratch.taken[:] = np.bincount(sector, partnerships.active > 0, len(scratch.live))


def _cut(state: State, quarters: int) -> State:
    """Without the quarters that nobody will run."""
    cut = {name: getattr(state, name)[:quarters] for name in RECORDS}
    for name in ("world", "in_force", "announced"):
        table = getattr(state, name)
        cut[name] = type(table)(*[column[:quarters] for column in table])
    return state._replace(**cut)


def _column(layout: _Layout, of: dict[str, _Rows], name: str, field: Field, old: Column) -> Column:
    """One column, repeated along the axes that grow; rows and sectors it points to are moved along."""
    per = field.per.split()
    if per[0] == SEAT:  # in a quarter none is read before it is written
        return np.zeros((layout.seats, *old.shape[1:]), old.dtype, order(field.per))
    axis = next((n for n, dimension in enumerate(per) if dimension in of), None)
    if axis is None:
        return old.copy()
    rows = of[per[axis]]
    new = np.take(old, rows.source, axis=axis)
    if (name, field.per) in GROWING:
        new = new * layout.factor
    elif name in SHARES:
        new = new / layout.factor
    elif name == "sector":
        new = rows.sector
    elif field.unit == "row" and per[0] != "sector":
        shape = (-1,) + (1,) * (new.ndim - 1)
        move = layout.partnership if name in ("contract", "living") else layout.firm
        new = move(new.astype(np.int64), rows.sector.reshape(shape), rows.copy.reshape(shape))
    return np.asarray(new, dtype=old.dtype, order=order(field.per))


def _cumulated(sizes: Column) -> Column:
    return np.concatenate([[0], np.cumsum(sizes)])


def _other(copy: Column) -> Column:
    """Bits that tell copies apart; none for the original."""
    return copy.astype(np.uint64) * MIX


def bytes_of(state: State) -> dict[str, int]:
    """Bytes of the columns that grow with the firms: state of firms and partnerships, scratch."""
    tables: dict[str, Any] = {name: getattr(state, name) for name in ("firms", "partnerships", "scratch")}
    return {name: sum(column.nbytes for column in table) for name, table in tables.items()}
