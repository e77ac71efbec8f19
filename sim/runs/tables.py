"""A run as Arrow tables: trajectories, markets, generations, events, partnerships.

Columns and their units come from `sim.model.columns`; this page only adds keys and names. Rows are reported from the
scenario's first to its last year; a mean over nothing (no partnerships, no sales) is empty, never zero.
"""

from collections.abc import Sequence
from functools import cache, cached_property, reduce
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.machine.declare import fields as fields  # for the rest of the package
from sim.measures.flips import signed_reversed
from sim.measures.terms import GAINED, MOVED, what_moved, who_gained
from sim.model.columns import FIRST_YEAR, Cause, Happening, SubForm, Trigger, Type
from sim.model.records import Event, Life, Market, Outcome, Vintage
from sim.runs.arrays import arrow, flags, known, word, words

ALL = "all"  # the row that pools the sectors
SCHEMA = 2  # version of a results folder and its tables
TABLES = ("trajectories", "markets", "generations", "events", "partnerships")
ENTRANT = 3  # the kind in an entrant's id; below it stands the quarter of entry
METRICS: dict[str, type] = {"trajectories": Outcome, "markets": Market, "generations": Vintage}
Values = NDArray[np.float64]


class Run(Protocol):
    """What `simulate` returns, as far as tables need it."""

    @property
    def seed(self) -> int: ...
    @property
    def outcome(self) -> NDArray[Any]: ...
    @property
    def markets(self) -> NDArray[Any]: ...
    @property
    def vintages(self) -> NDArray[Any]: ...
    @property
    def events(self) -> NDArray[Any]: ...
    @property
    def lives(self) -> NDArray[Any]: ...
    @property
    def firm_ids(self) -> NDArray[Any]: ...


class Labels(Protocol):
    """Names of a scenario's rows, as `sim.simulate.labels` gives them."""

    @property
    def regions(self) -> tuple[str, ...]: ...
    @property
    def sectors(self) -> tuple[str, ...]: ...
    @property
    def generations(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def firms(self) -> tuple[str, ...]: ...


class Measures(NamedTuple):
    """Metrics of a run in float64: [metric, quarter, sector, ...]."""

    outcome: Values
    markets: Values
    vintages: Values


class Frame:
    """Names and key columns that every run of one scenario shares, made once."""

    def __init__(self, scenario: str, labels: Labels, start: int, end: int) -> None:
        """`start`, `end`: first and last year reported."""
        self.scenario = scenario
        self.labels = labels
        self.first, self.last = (start - FIRST_YEAR) * 4, (end + 1 - FIRST_YEAR) * 4
        self.sectors = (*labels.sectors, ALL)
        self.quarters = [f"{FIRST_YEAR + q // 4}Q{q % 4 + 1}" for q in range(self.last)]
        self._names: dict[int, pa.Array] = {}
        self._years: dict[tuple[int, ...], dict[str, pa.Array]] = {}

    def reported(self, begin: int = 0) -> slice:
        """Where the quarters reported stand in an array that begins with this quarter."""
        return slice(max(self.first - begin, 0), self.last - begin)

    def same_rows(self, other: "Frame") -> bool:
        """Whether metrics have the same rows as under another frame."""
        return (self.first, self.last, self.labels) == (other.first, other.last, other.labels)

    @property
    def years(self) -> range:
        return range(FIRST_YEAR + self.first // 4, FIRST_YEAR + self.last // 4)

    @cached_property
    def generations(self) -> tuple[NDArray[np.int64], list[str]]:
        """Position of each (sector, generation) in the list of names, -1 beyond a sector's own; and that list."""
        names = list(dict.fromkeys(name for own in self.labels.generations for name in own))
        table = np.full((len(self.labels.sectors), max(map(len, self.labels.generations))), -1)
        for sector, own in enumerate(self.labels.generations):
            table[sector, : len(own)] = [names.index(name) for name in own]
        return table, names

    @cached_property
    def trajectory_keys(self) -> dict[str, pa.Array]:
        sector, quarter = grid(len(self.sectors), self.last - self.first)
        return {**self.when(quarter + self.first), "sector": named(sector, self.sectors)}

    @cached_property
    def market_keys(self) -> dict[str, pa.Array]:
        sector, region, quarter = grid(len(self.sectors), len(self.labels.regions), self.last - self.first)
        keys = {"sector": named(sector, self.sectors), "region": named(region, self.labels.regions)}
        return {**self.when(quarter + self.first), **keys}

    @cached_property
    def generation_keys(self) -> dict[str, pa.Array]:
        table, names = self.generations
        cell, quarter = grid(int((table >= 0).sum()), self.last - self.first)
        sector = np.nonzero(table >= 0)[0][cell]
        keys = {"sector": named(sector, self.sectors), "generation": named(table[table >= 0][cell], names)}
        return {**self.when(quarter + self.first), **keys}

    def when(self, quarter: NDArray[np.int64]) -> dict[str, pa.Array]:
        """Columns `quarter` and `year` of quarters counted from 1979Q1."""
        return {"quarter": named(quarter, self.quarters), "year": arrow(FIRST_YEAR + quarter / 4)}

    def run(self, seed: int, rows: int) -> dict[str, pa.Array]:
        """Columns `scenario` and `seed`."""
        if rows not in self._names:
            self._names[rows] = named(np.zeros(rows, np.int64), [self.scenario])
        return {"scenario": self._names[rows], "seed": arrow(np.full(rows, seed, np.int64))}

    def yearly(self, *shape: int) -> dict[str, pa.Array]:
        """Columns `year`, `sector` and, for markets, `region` of metrics of this shape; the last year is the last."""
        if shape not in self._years:
            index = grid(*shape)
            keys = {
                "year": arrow((index[0] + self.years[-1] + 1 - shape[0]).astype(np.int32)),
                "sector": named(index[1], self.sectors),
            }
            if len(index) == 3:
                keys["region"] = named(index[2], self.labels.regions)
            self._years[shape] = keys
        return self._years[shape]


def grid(*sizes: int) -> NDArray[np.int64]:
    return np.indices(sizes).reshape(len(sizes), -1)


def named(index: NDArray[Any], names: Sequence[str], empty: NDArray[np.bool_] | None = None) -> pa.DictionaryArray:
    """Positions as a column of names; negative ones, and those marked `empty`, are null."""
    mask = (index < 0) if empty is None else (empty | (index < 0))
    return pa.DictionaryArray.from_arrays(arrow(index.astype(np.int32), mask), words(names))


def columns_first(declared: type, records: NDArray[Any]) -> Values:
    """Records of plain numbers [...] as one array [metric, ...]."""
    count = len(fields(declared))
    plain = np.ascontiguousarray(records).view(np.float64).reshape(*records.shape, count)
    return np.ascontiguousarray(np.moveaxis(plain, -1, 0))


@cache
def _means(declared: type) -> tuple[list[int], list[int]]:
    """Rows of the metrics that are pooled as weighted means, and of their weights, which are sums."""
    names = list(fields(declared))
    weights = {
        row: names.index(field.pool) for row, field in enumerate(fields(declared).values()) if field.pool in names
    }
    return list(weights), list(weights.values())


def pool(declared: type, values: Values) -> Values:
    """[metric, quarter, sector, ...] with one more sector, the pool of all, as each field declares.

    A weighted mean leaves out sectors without value; where weights add up to nothing, sector or pool is nan.
    """
    out = np.concatenate([values, np.expand_dims(total(values, 2), 2)], axis=2)
    means, weights = _means(declared)
    own, weight = values[means], out[weights][:, :, :-1]
    known = np.where(np.isnan(own), 0.0, weight)
    product = np.where(known > 0, own, 0.0) * known
    with np.errstate(invalid="ignore"):
        pooled = total(product, 2) / total(known, 2)
    own[weight <= 0] = np.nan
    out[means] = np.concatenate([own, np.expand_dims(pooled, 2)], axis=2)
    return out


def total(values: Values, axis: int) -> Values:
    """Sum over the sectors; over an inner axis as short as regions NumPy's own takes six times as long."""
    return values.sum(axis=axis) if axis == values.ndim - 1 else reduce(np.add, np.moveaxis(values, axis, 0))


def plain(run: Run, begin: int = 0) -> Measures:
    """A run's metrics as it wrote them: all quarters from `begin` on, without the row `all`."""
    records = ((Outcome, run.outcome), (Market, run.markets), (Vintage, run.vintages))
    return Measures(*(columns_first(declared, written[begin:]) for declared, written in records))


def shortened(values: Values) -> NDArray[np.float32]:
    """Metrics [metric, quarter, sector, ...] as tables hold them: of all sectors together, the last, to seven digits,
    of each sector to sixteen binary ones."""
    out = values.astype(np.float32)
    out[:, :, :-1] = sixteen(out[:, :, :-1])
    return out


def sixteen(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Numbers to sixteen binary digits, the nearest, even where two are; whole ones up to 65,536 stay as they are.

    The relative error is below 2^-16, and the last of four bytes is zero, which takes no room (Kloewer2021).
    """
    bits = np.ascontiguousarray(values).view(np.uint32)
    return ((bits + np.uint32(0x7F) + ((bits >> np.uint32(8)) & np.uint32(1))) & np.uint32(0xFFFFFF00)).view(np.float32)


def measure(written: Measures, frame: Frame, begin: int = 0) -> Measures:
    """Metrics cropped to the years reported, outcome and markets with the row `all`; `begin`: their first quarter."""
    outcome, markets, vintages = (values[:, frame.reported(begin)] for values in written)
    return Measures(pool(Outcome, outcome), pool(Market, markets), vintages)


def tables(run: Run, frame: Frame, measured: Measures) -> dict[str, pa.Table]:
    """The five tables of a run; ids are strings, empty is null, metrics are float32. Quarters of a sector and region
    follow each other: neighbours are alike, which takes half the room."""
    declared = frame.generations[0] >= 0
    vintages = sixteen(measured.vintages[:, :, declared].astype(np.float32))
    firms = firm_names(run, frame)
    names = partnership_names(run.lives, firms, frame)

    def short(name: str, values: NDArray[np.float32], keys: dict[str, pa.Array]) -> pa.Table:
        return metrics(name, METRICS[name], np.moveaxis(values, 1, -1), {**frame.run(run.seed, values[0].size), **keys})

    return {
        "trajectories": short("trajectories", shortened(measured.outcome), frame.trajectory_keys),
        "markets": short("markets", shortened(measured.markets), frame.market_keys),
        "generations": short("generations", vintages, frame.generation_keys),
        "events": _events(run, frame, firms, names),
        "partnerships": _partnerships(run, frame, firms, names),
    }


def metrics(name: str, declared: type, values: NDArray[Any], keys: dict[str, pa.Array]) -> pa.Table:
    """Metrics [metric, ...] as a table of this name, after its keys."""
    flat = values.reshape(len(values), -1)
    columns = {metric: known(flat[row]) for row, metric in enumerate(fields(declared))}
    return table(name, keys | columns, declared)


_schemas: dict[str, pa.Schema] = {}


def table(name: str, columns: dict[str, pa.Array], declared: type) -> pa.Table:
    """Columns as the table of this name, whose schema carries units, meanings and the schema's version."""
    if name not in _schemas:
        told = fields(declared)
        notes = {key: {"unit": field.unit, "text": field.text} for key, field in told.items()}
        kinds = [pa.field(key, values.type, metadata=notes.get(key)) for key, values in columns.items()]
        _schemas[name] = pa.schema(kinds, {"schema": str(SCHEMA)})
    return pa.Table.from_arrays(list(columns.values()), schema=_schemas[name])


def firm_names(run: Run, frame: Frame) -> list[str]:
    """Name of each row; an entrant is named by sector and quarter of entry, which do not depend on other entries."""
    names = list(frame.labels.firms)
    ids = run.firm_ids.astype(np.uint64)
    for row in np.nonzero((ids >> np.uint64(24)) & np.uint64(0xFF) == ENTRANT)[0]:
        sector = names[row].rpartition("-")[0]
        names[row] = f"{sector}-e{frame.quarters[int(ids[row]) & 0xFFFFFF]}"
    return names


def partnership_names(lives: NDArray[Any], firms: list[str], frame: Frame) -> pa.Array:
    """`multinational+chinese@quarter` per life; where two lines were signed at once the later ones add `#line`."""
    called = words(firms)
    sides = [called.take(arrow(lives[side])) for side in ("multinational", "chinese")]
    parties = pc.binary_join_element_wise(*sides, word("+"))
    quarter = words(frame.quarters).take(arrow(lives["start"]))
    names = pc.binary_join_element_wise(parties, quarter, word("@"))
    order = np.lexsort((lives["line"], lives["chinese"], lives["multinational"], lives["start"]))
    keys = np.stack([lives[key][order] for key in ("chinese", "multinational", "start")])
    again = order[1:][(keys[:, 1:] == keys[:, :-1]).all(axis=0)]
    if len(again):
        suffix = np.full(len(lives), "", object)
        suffix[again] = [f"#{line}" for line in lives["line"][again]]
        names = pc.binary_join_element_wise(names, words(suffix.tolist()), word(""))
    return names


def _events(run: Run, frame: Frame, firms: list[str], names: pa.Array) -> pa.Table:
    quarter = run.events["quarter"]
    events = run.events[(quarter >= frame.first) & (quarter < frame.last)]
    generation, generations = frame.generations
    own = np.where(events["generation"] >= 0, generation[events["sector"], events["generation"]], -1)
    untyped = (events["type_before"] == Type.none) & (events["type_after"] == Type.none)
    with_partner = events["partnership"] != 0
    no_product = ~with_partner | (events["type_before"] == Type.none) | (events["type_before"] == Type.globalize)
    agreed = with_partner & np.isin(events["kind"], (Happening.renegotiation, Happening.conversion))
    gained = who_gained(events["gain_multinational"], events["gain_chinese"])
    moved = what_moved(events["equity_change"], events["royalty_change"])
    columns = {
        **frame.run(run.seed, len(events)),
        **frame.when(events["quarter"]),
        "sector": named(events["sector"], frame.sectors),
        "region": named(events["region"], frame.labels.regions),
        "generation": named(own, generations),
        "kind": _member(Happening, events["kind"]),
        "partnership": names.take(_positions(run.lives["id"], events["partnership"])),
        "multinational": named(events["multinational"], firms),
        "chinese_firm": named(events["chinese"], firms),
        "type_before": _member(Type, events["type_before"], untyped),
        "type_after": _member(Type, events["type_after"], untyped),
        "sub_form": _member(SubForm, events["sub_form"], events["sub_form"] == SubForm.none),
        "technology_gap": known(_short(events["technology_gap"])),
        "trigger": _member(Trigger, events["trigger"], events["trigger"] == Trigger.none),
        "cause": _member(Cause, events["cause"], events["cause"] == Cause.none),
        "product_lead": arrow(_short(events["product_lead"]), no_product),
        **{name: arrow(_short(events[name]), ~agreed) for name in _TERMS},
        "gained": named(gained, GAINED, ~agreed),
        "moved": named(moved, MOVED, ~agreed),
    }
    return table("events", columns, Event)


def _partnerships(run: Run, frame: Frame, firms: list[str], names: pa.Array) -> pa.Table:
    reported = (run.lives["start"] < frame.last) & ((run.lives["end"] < 0) | (run.lives["end"] >= frame.first))
    lives = run.lives[reported]
    ongoing = lives["end"] >= frame.last
    no_product = (lives["type_first"] == Type.globalize) | ((lives["end"] >= 0) & (lives["end"] <= lives["start"]))
    no_product |= lives["start"] == len(run.outcome) - 1
    reversed_ = signed_reversed(
        lives["type_first"], lives["technology_gap_start"], np.where(no_product, np.nan, lives["product_lead_start"])
    )
    columns = {
        **frame.run(run.seed, len(lives)),
        "partnership": names.take(arrow(np.flatnonzero(reported))),
        "sector": named(lives["sector"], frame.sectors),
        "region": named(lives["region"], frame.labels.regions),
        "multinational": named(lives["multinational"], firms),
        "chinese_firm": named(lives["chinese"], firms),
        "type_first": _member(Type, lives["type_first"]),
        "type_last": _member(Type, lives["type_last"]),
        "sub_form": _member(SubForm, lives["sub_form"], lives["sub_form"] == SubForm.none),
        "start": named(lives["start"], frame.quarters),
        "end": named(lives["end"], frame.quarters, ongoing),
        "end_kind": _member(Happening, lives["end_kind"], ongoing),
        **{name: known(_short(lives[name])) for name in _LIFE_NUMBERS},
        "flipped": named(lives["flipped"], frame.quarters, lives["flipped"] >= frame.last),
        "cause": _member(Cause, lives["cause"], ongoing | (lives["cause"] == Cause.none)),
        **{name: arrow(_short(lives[name]), no_product) for name in _PRODUCT},
        "product_flipped": named(lives["product_flipped"], frame.quarters, lives["product_flipped"] >= frame.last),
        "access_flipped": named(lives["access_flipped"], frame.quarters, lives["access_flipped"] >= frame.last),
        "signed_reversed": flags(reversed_),
    }
    return table("partnerships", columns, Life)


_TERMS = ("gain_multinational", "gain_chinese", "equity_change", "royalty_change")
_PRODUCT = ("product_lead_start", "product_lead_end")
_LIFE_NUMBERS = [name for name, field in fields(Life).items() if field.dtype == "f8" and name not in _PRODUCT]


def _short(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)


def _member(kinds: Any, values: NDArray[Any], empty: NDArray[np.bool_] | None = None) -> pa.DictionaryArray:
    return named(values, [member.name for member in kinds], empty)


def _positions(ids: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> pa.Array:
    """Where each wanted id stands among `ids`; null where it does not."""
    if not len(ids):
        return pa.nulls(len(wanted), pa.int64())
    order = np.argsort(ids, kind="stable")
    found = order[np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)]
    return arrow(found, ids[found] != wanted)
