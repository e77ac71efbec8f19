"""A run as a Mesa model: firms and partnerships are agents whose attributes are live views of the columns.

`Economy.step` is one compiled quarter and gives the same bytes as `simulate`. Agents read their numbers from the state
of their own model, so copies and pickles stay apart. Every quantity of `sim.model.columns` is an attribute of its
agent:

- kinds, places, sectors, types and dates are names ("wholly_owned", "eu", "1995Q3"; None where there is none), flags
  are bool, and a partnership's firms and a firm's contracts are agents;
- what stands once per generation, region or line is a dict by name. The second line in the host is called "second".
"""

from collections.abc import Callable
from functools import partial
from math import isfinite
from numbers import Real
from typing import Any, cast

import mesa
import numpy as np

from sim.errors import UsageError, expect
from sim.explain import Candidate, Option, candidates, firm_name, options, story
from sim.kernel import Asking, kernel
from sim.machine.compiled import bundle
from sim.machine.declare import Field, fields
from sim.model import columns
from sim.model.columns import FIRST_YEAR, Firms, Kind, Partnerships
from sim.model.records import Outcome
from sim.model.stages import State, in_force
from sim.scenario import Scenario, load
from sim.scenario.build import build, host, labels
from sim.scenario.merge import nearest
from sim.scenario.values import quarter_name
from sim.simulate import EVENTS_A_FIRM, Run, collect, prepare, quietly, seed_of, turned

__all__ = ["ChineseFirm", "Economy", "Multinational", "Partnership", "reporters", "story"]

SECOND = "second"
_MEMBERS: dict[str, Any] = {  # names of a column's values, by the column or else its unit
    "end_kind": columns.Happening,
    "kind": columns.Kind,
    "ownership": columns.Ownership,
    "type": columns.Type,
    "mode": columns.Mode,
    "route": columns.Route,
    "form": columns.SubForm,
    "trigger": columns.Trigger,
    "cause": columns.Cause,
}


def _named(name: str, field: Field) -> Callable[["Row", Any], Any]:
    """How one value of a column is shown."""
    members = _MEMBERS.get(name, _MEMBERS.get(field.unit))
    if members is not None:
        return lambda agent, value: members(int(value)).name if value >= 0 else None
    if field.unit == "index":
        return lambda agent, value: agent.model.names_of(name)[value]
    if field.unit == "row":
        return lambda agent, value: agent.model.holder("partnerships" if name == "contract" else "firms", value)
    if field.unit == "quarter":
        return lambda agent, value: quarter_name(int(value)) if value >= 0 else None
    plain = bool if field.unit == "flag" else float if field.dtype == "f8" else int
    return lambda agent, value: plain(value)


def _view(name: str, field: Field) -> property:
    """A property that reads a column at the agent's row; dimensions beyond the row become a dict."""
    shown, dimensions = _named(name, field), field.per.split()[1:]

    def read(agent: "Row") -> Any:
        value = getattr(agent.columns, name)[agent.row]
        if not dimensions:
            return shown(agent, value)
        keys = agent.model.names_of(dimensions[0], agent.row)
        return {key: shown(agent, each) for key, each in zip(keys, value, strict=False)}

    by = f", by {dimensions[0]}" if dimensions else ""
    return property(read, doc=f"{field.text[0].upper()}{field.text[1:]} [{field.unit}]{by}.")


class Row(mesa.Agent):  # type: ignore[misc]
    """An agent that is a row of the model's columns; once it is gone its attributes cannot be read."""

    table: str  # of the state

    def __init_subclass__(cls, declared: type | None = None, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        for name, field in fields(declared).items() if declared else ():
            setattr(cls, name, _view(name, field))

    def __init__(self, model: "Economy", row: int, identity: int) -> None:
        super().__init__(model)
        self.unique_id = identity  # the kernel's: the same in every run, scenario and copy
        self._row = row

    @property
    def row(self) -> int:
        """Where it stands in the columns. Raises UsageError once it is gone: the row may be another's by then."""
        if self._row < 0:
            raise UsageError(
                f"{type(self).__name__} {self.unique_id} is gone", "events in economy.run tell how it went"
            )
        return self._row

    @property
    def columns(self) -> Any:
        """The columns of all agents of its kind."""
        return getattr(self.model.state, self.table)

    @property
    def name(self) -> str:
        """Its id in tables."""
        raise NotImplementedError  # each kind of agent has its own

    def remove(self) -> None:
        """Called by the model when the firm is bankrupt or the partnership ended."""
        self._row = -1
        super().remove()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name if self._row >= 0 else 'gone'}>"


class Firm(Row, declared=Firms):
    """What multinationals and Chinese firms have in common."""

    table = "firms"

    @property
    def name(self) -> str:
        """Its id in tables: "cars-m01", or the name that a scenario gives it."""
        return self.model.firm_name(self.row)

    @property
    def partnerships(self) -> list["Partnership"]:
        """Its partnerships in force."""
        mine = "multinational" if self.kind == "multinational" else "chinese"
        columns = self.model.state.partnerships
        rows = in_force(self.model.state)
        return [self.model.holder("partnerships", row) for row in rows[getattr(columns, mine)[rows] == self.row]]

    def candidates(self, region: str | None = None) -> list[Candidate]:
        """Every deal with every firm on the other side of its sector now: worth to each side, or why not.

        Forms abroad are told for the region where they are worth most, or for `region`. Raises UsageError before the
        first quarter.
        """
        state, asked = self.model.asked()
        return candidates(state, asked, self.model.quarter, self.row, self.model.labels, region)


class Multinational(Firm):
    """A firm from outside the host."""


class ChineseFirm(Firm):
    """A firm of the host."""


class Partnership(Row, declared=Partnerships):
    """A contract of a multinational and a Chinese firm."""

    table = "partnerships"

    @property
    def name(self) -> str:
        """Its id in tables: "cars-m01+cars-c03@1994Q2"."""
        return f"{self.multinational.name}+{self.chinese.name}@{self.start}"

    def options(self) -> list[Option]:
        """What each side thinks of every option now, as a review at the quarter's end would weigh it."""
        state, asked = self.model.asked()
        return options(state, asked, self.model.quarter, self.row)


class Economy(mesa.Model):  # type: ignore[misc]
    """One scenario under one seed, a quarter a step.

    state: the columns, to be read only. quarter: of the last step, counted from 1979Q1; -1 before the first.
    setting: the scenario (Mesa keeps `scenario` for itself). Mesa's own random numbers are never used.
    """

    running: bool

    def __init__(self, scenario: Scenario | str = "baseline", seed: int = 1) -> None:
        seed = seed_of(seed)
        super().__init__(rng=seed)
        self.setting = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.seed = seed
        self.labels = labels(self.setting)
        inputs, rules = build(self.setting, seed), kernel(self.setting.rules)
        events = EVENTS_A_FIRM * len(inputs.firms.id)
        self.state: State = prepare(inputs, host(self.setting), self.setting.luck_of(seed), events, rules=rules)
        self.quarter = -1
        self._agents_of: dict[str, list[Any]] = {}
        self._ids: dict[str, Any] = {}
        for table in ("firms", "partnerships"):
            size = len(getattr(self.state, table).id)
            self._agents_of[table], self._ids[table] = [None] * size, np.zeros(size, np.uint64)
        self._bundle: Any = None  # of the state: addresses, which copies must not share
        quietly(rules.begin, self.columns)
        self._meet()

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_bundle": None}

    @property
    def columns(self) -> Any:
        """The state as the kernel takes it."""
        if self._bundle is None:
            self._bundle = bundle(self.state)
        return self._bundle

    @property
    def quarters(self) -> int:
        """Length of the whole run."""
        return len(self.state.outcome)

    @property
    def year(self) -> float:
        """The last quarter as a year: 1995.5 is 1995Q3."""
        return FIRST_YEAR + self.quarter / 4

    @property
    def now(self) -> str:
        """The last quarter, as in "1995Q3"; "1978Q4" before the first."""
        return quarter_name(self.quarter)

    @property
    def run(self) -> Run:
        """What has been written so far; after the last quarter the same bytes as `simulate` gives."""
        return collect(self.state)._replace(seed=self.seed)

    def step(self) -> None:
        """One quarter. Raises UsageError after the last."""
        if not self.running:
            raise UsageError(f"the run ended with {self.now}", "a longer one needs a later `end` in the scenario")
        self._make_room()
        self.quarter += 1
        rules = kernel(self.setting.rules)
        changed = turned(self.setting, self.seed, self.quarter, self.state, rules)
        if changed is not None:
            self.state, self._bundle = changed, None
        quietly(rules.advance, self.columns, self.quarter)
        if self.quarter == self.quarters - 1:
            quietly(rules.finish, self.columns)
            self.running = False
        self._meet()

    def run_to(self, year: float) -> "Economy":
        """Steps until `now` has come to a year's end (2001), or to a quarter (2001.25 is 2001Q2); returns itself.

        Raises UsageError, WrongType where that is no year.
        """
        expect("year", year, Real, "number")
        if not isfinite(year):
            raise UsageError(f"year: {year!r}; must be finite")
        last = round((year - FIRST_YEAR) * 4) + (3 if float(year).is_integer() else 0)
        while self.quarter < min(last, self.quarters - 1):
            self.step()
        return self

    def firm(self, name: str) -> Firm:
        """The firm of a name. Raises UsageError if none lives under it."""
        return cast(Firm, self._called(name, "firms"))

    def partnership(self, name: str) -> Partnership:
        """The partnership of a name. Raises UsageError if none is in force under it."""
        return cast(Partnership, self._called(name, "partnerships"))

    def metric(self, name: str, sector: str | None = None) -> float:
        """A metric of table `trajectories` in the last quarter; without sector, of all of them together.

        Raises UsageError where there is no such metric or sector, WrongType.
        """
        expect("name", name, str, "metric")
        if sector is not None:
            expect("sector", sector, str, "sector")
        row, field = self.state.outcome[max(self.quarter, 0)], _field(name)
        if sector is not None:
            if sector not in self.labels.sectors:
                raise UsageError(f"no sector {sector!r}{nearest(str(sector), self.labels.sectors)}")
            return float(row[name][self.labels.sectors.index(sector)])
        if field.pool == "sum":
            return float(row[name].sum())
        weights = row[field.pool].sum()
        return float((row[name] * row[field.pool]).sum() / weights) if weights else float("nan")

    def asked(self) -> tuple[State, Asking]:
        """The state and questions to it, once it can be asked what things are worth."""
        if self.quarter < 0:
            raise UsageError("before the first quarter nothing has a price", "step() first")
        return self.state, kernel(self.setting.rules).asking(self.columns)

    def firm_name(self, row: int) -> str:
        """The name of the firm in a row."""
        return firm_name(self.labels.firms[row], int(self.state.firms.id[row]))

    def names_of(self, what: str, row: int = 0) -> tuple[str, ...]:
        """What the numbers of a place, sector or line mean; generations are those of a firm's sector."""
        if what == "generation":
            return self.labels.generations[self.state.firms.sector[row]]
        if what == "sector":
            return self.labels.sectors
        return (*self.labels.regions, SECOND) if what == "line" else self.labels.regions

    def holder(self, table: str, row: int) -> Any:
        """The agent in a row of a table, None if there is none."""
        return self._agents_of[table][row] if row >= 0 else None

    def _called(self, name: str, table: str) -> Row:
        for agent in self._agents_of[table]:
            if agent is not None and agent.name == name:
                return cast(Row, agent)
        raise UsageError(f"{name!r} is not among the {table} of {self.now}")

    def _meet(self) -> None:
        """Agents of rows that have come and gone since the last quarter."""
        for table in self._ids:
            columns, agents = getattr(self.state, table), self._agents_of[table]
            ids = np.where(columns.active > 0, columns.id, np.uint64(0))
            for row in np.flatnonzero(ids != self._ids[table]).tolist():
                if agents[row] is not None:
                    agents[row].remove()
                agents[row] = self._kind(table, row)(self, row, int(ids[row])) if ids[row] else None
            self._ids[table] = ids

    def _kind(self, table: str, row: int) -> type[Row]:
        if table == "partnerships":
            return Partnership
        return Multinational if self.state.firms.kind[row] == Kind.multinational else ChineseFirm

    def _make_room(self) -> None:
        """Longer logs if the next quarter could fill them: a firm or partnership has few events in one."""
        most = (6 + self.state.firms.technology.shape[1]) * (len(self.state.firms.id) + len(self.state.partnerships.id))
        if max(self.state.scratch.counts[:2]) + most > len(self.state.events):
            longer = {
                name: _doubled(getattr(self.state, name), most)
                for name in ("events", "lives", "event_time", "life_time")
            }
            self.state, self._bundle = self.state._replace(**longer), None


def _doubled(log: Any, more: int) -> Any:
    longer = np.zeros(2 * len(log) + more, log.dtype)
    longer[: len(log)] = log
    return longer


def _field(name: str) -> Field:
    """The metric of a name."""
    known = fields(Outcome)
    if name not in known:
        raise UsageError(f"there is no metric {name!r}{nearest(str(name), known)}")
    return known[name]


def _metric(model: Economy, name: str, sector: str | None) -> float:
    return model.metric(name, sector)


def _now(model: Economy) -> str:
    return model.now


def reporters(*metrics: str, sector: str | None = None) -> dict[str, Callable[[Economy], Any]]:
    """Model reporters for a Mesa DataCollector: the quarter, and metrics of table `trajectories` (default: all).

    Raises UsageError where there is no such metric.
    """
    for name in metrics:
        _field(name)
    chosen = metrics or tuple(fields(Outcome))
    return {"quarter": _now, **{name: partial(_metric, name=name, sector=sector) for name in chosen}}
