"""The models of files, made from the declarations of columns, parameters and shocks.

One format serves world files and scenarios: every key may stand in any file of a chain, and the chain as a whole must
be complete.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model

from sim.machine import declare
from sim.model import columns
from sim.model.columns import FIRST_YEAR, REPORT_YEAR, SCHEMA, Ownership, Type
from sim.model.parameters import Parameter, parameters
from sim.scenario.experiment import Experiment
from sim.scenario.plugin import Rules
from sim.scenario.shocks import ANSWERS, KINDS, MODES, Kind
from sim.scenario.values import Date, Dated, LastQuarter, Model, Names, Quantity, Quarter, Slug, Text, switch, wrong

LAST_YEAR = 2055
DEFAULT_END = 2040
_WORLD = declare.fields(columns.World)
PATHS = {  # key of a file -> field of World
    "cost_advantage": "advantage",
    "floor": "floor",
    "chinese_speed": "speed",
    "distribution_rights": "rights",
}


class Region(Model):
    label: Text | None = None


class Country(Model):
    """A country that policies may name; it scales them by its share of its region's market."""

    region: Text
    share: Annotated[float, Quantity("share", "share of the region's market", 0, 1)]
    label: Text | None = None


DRAWN = "drawn"  # a midpoint that nobody knows yet: drawn per seed, as `takeoffs` says
_Midpoint = (
    Annotated[float, Quantity("year", "when half of demand has moved to the generation", FIRST_YEAR, 2200)]
    | Literal["drawn"]
)
_ByRegion = Annotated[dict[str, _Midpoint], Field(description="by region, with `default` for the others")]


class Generation(Model):
    """A generation of products; the first of a sector has no arrival."""

    name: Slug
    label: Text | None = None
    arrival: Quarter | None = None
    midpoint: _ByRegion | _Midpoint | None = None
    width: Annotated[float, Quantity("years", "years in which demand moves from 50 to 73 %", 0.01, 100)] | None = None
    source: Text | None = None

    @property
    def drawn(self) -> bool:
        """Whether a midpoint is drawn per seed."""
        return DRAWN in (self.midpoint.values() if isinstance(self.midpoint, dict) else (self.midpoint,))


_Part = Annotated[float, Quantity("share", "share of the whole", 0, 1)]
_Parts = _Part | Annotated[dict[str, _Part], Field(description="by generation of the buyer; 0 for those left out")]


class Bought(Model):
    """What a sector buys from another, felt as far as the parameter `linkage` says."""

    cost: Annotated[_Parts, Field(description="share of the buyer's cost")] = 0.0
    technology: Annotated[
        _Parts, Field(description="share of the buyer's technology, stopped where it is controlled")
    ] = 0.0
    of: Annotated[
        Slug | None, Field(description="the supplier's generation whose control counts; absent: the least controlled")
    ] = None
    source: Text | None = None

    def part(self, key: str, generation: str) -> float:
        """Share of cost or technology of a generation of the buyer."""
        given = getattr(self, key)
        return float(given.get(generation, 0.0) if isinstance(given, dict) else given)


_Count = Annotated[int, Quantity("count", "firms at the start", 0, 10_000, whole=True)]


class _Sector(Model):
    label: Text | None = None
    market: Annotated[dict[float, float], Dated("money/year", "world expenditure a year", 0, 1e9)]
    market_share: dict[str, Annotated[dict[float, float], Dated("share", "region's share of demand", 0, 1)]]
    generations: Annotated[list[Generation], Field(min_length=1)]
    multinationals: Annotated[dict[str, _Count], Field(description="multinationals by home region")]
    chinese: Annotated[dict[Literal["state", "private"], _Count], Field(description="Chinese firms by ownership")]
    entrants: Annotated[int, Quantity("count", "empty rows kept for entrants", 0, 10_000, whole=True)] = 0
    cycle: (
        Annotated[
            float, Quantity("years", "length of a technology cycle, which sets the pace of drawn take-offs", 0.1, 100)
        ]
        | None
    ) = None
    inputs: (
        Annotated[dict[str, Bought], Field(description="by supplying sector; felt where `linkage` is not 0")] | None
    ) = None
    source: Text | None = None
    assumed: Annotated[list[str], Field(default_factory=list, description="keys whose values are assumed")]


def _given(field: declare.Field) -> Any:
    """A key of a sector as its quantity declares it; without default it must be given."""
    whole = field.unit in ("flag", "count")
    number: Any = int if whole else float
    kind = Annotated[number, Quantity(field.unit, field.text, field.low, field.high, whole)]
    return (kind, ... if field.default is None else field.default)


GIVEN = {name: field for name, field in declare.fields(columns.Sectors).items() if field.given}


def _parameter(parameter: Parameter) -> Any:
    text = f"{parameter.symbol}: {parameter.text}; {parameter.source}"
    if parameter.choices:
        return (switch(text, parameter.choices), float(parameter.default))
    return (Annotated[float, Quantity(parameter.unit, text, parameter.low, parameter.high)], float(parameter.default))


if TYPE_CHECKING:  # what type checkers see of the two models below

    class Sector(_Sector): ...

    class Assumptions(Model): ...

else:
    Sector = create_model(
        "Sector", __base__=_Sector, __module__=__name__, **{name: _given(field) for name, field in GIVEN.items()}
    )
    Assumptions = create_model(
        "Assumptions", __base__=Model, __module__=__name__, **{name: _parameter(p) for name, p in parameters().items()}
    )


def _path(name: str) -> Dated:
    field = _WORLD[PATHS[name]]
    return Dated(field.unit, field.text, field.low, field.high)


class Paths(Model):
    """National paths, dated."""

    cost_advantage: Annotated[dict[float, float], _path("cost_advantage")]
    floor: Annotated[dict[float, float], _path("floor")]
    chinese_speed: Annotated[dict[float, float], _path("chinese_speed")]
    distribution_rights: Annotated[dict[float, float], _path("distribution_rights")] = Field(
        default_factory=lambda: {float(FIRST_YEAR): 1.0}
    )


class Takeoffs(Model):
    """How midpoints that are `drawn` come about: later than `after`, at the rate 1 / (pace x cycle of the sector)."""

    after: Annotated[int, Quantity("year", "last year whose take-offs are known", FIRST_YEAR, LAST_YEAR, whole=True)]
    pace: Annotated[float, Quantity("ratio", "mean wait for a take-off, in technology cycles", 0.01, 100)]


class WorldFile(Model):
    """Regions, sectors and dated conditions."""

    host: Annotated[str, Field(description="the region whose firms are the Chinese side")]
    regions: dict[str, Region]
    countries: Annotated[dict[str, Country], Field(default_factory=dict)]
    groups: Annotated[dict[str, Names], Field(default_factory=dict, description="names for sets of sectors")]
    paths: Paths
    sectors: Annotated[dict[str, Sector], Field(min_length=1)]
    takeoffs: Takeoffs | None = None


class NamedFirm(Model):
    """A real firm to follow: it takes the first free row of its sector, home and ownership, and keeps its name."""

    name: Text
    sector: Text
    home: Text
    ownership: Literal[tuple(o.name for o in Ownership)] | None = None  # type: ignore[valid-type]
    technology: Annotated[float, Quantity("log", "technology relative to the mean of its group", -10, 10)] | None = None
    access_abroad: (
        Annotated[float, Quantity("share", "pull of the brand abroad at the start, over one of normal size", 0, 1)]
        | None
    ) = None
    host_access: (
        Annotated[float, Quantity("share", "pull of the brand in the host at the start, over one of normal size", 0, 1)]
        | None
    ) = None
    partner: Annotated[Text | None, Field(description="name or id of the partner at the start")] = None
    partner_since: Quarter | None = None
    partner_type: Literal[tuple(t.name for t in Type if 0 < t <= Type.globalize)] | None = None  # type: ignore[valid-type]
    source: Text | None = None


class _Answer(Model):
    """What answers a shock: by whom it hits, against who acts; in the same sectors if none are given."""

    kind: Annotated[Literal[ANSWERS] | None, Field(description="kind of the answer; absent: tariff")] = None  # type: ignore[valid-type]
    lag: Annotated[int, Quantity("quarters", "quarters after the start of the shock", 0, 80, whole=True)] = 0
    sectors: Annotated[Names | None, Field(description="sectors, groups or all; absent: those of the shock")] = None
    generation: Annotated[Slug | None, Field(description="only this generation; absent or all: every one")] = None


def _answer_sizes() -> dict[str, Any]:
    """Size keys of every kind that may answer; which belong to the kind given is checked when all is read."""
    known = {key: size for name in ANSWERS for key, size in KINDS[name].sizes.items()}
    bounds = {key: (0.0, size.bounds()[1]) if key == "rate" else size.bounds() for key, size in known.items()}
    return {
        key: (Annotated[float, Quantity(size.unit, size.text, *bounds[key])] | None, None)
        for key, size in known.items()
    }


if TYPE_CHECKING:

    class Answer(_Answer): ...

else:
    Answer = create_model("Answer", __base__=_Answer, __module__=__name__, **_answer_sizes())


def _version(value: Any) -> int:
    if value != SCHEMA or isinstance(value, bool):
        raise wrong(f"{value!r}; this version reads schema {SCHEMA}")
    return SCHEMA


Version = Annotated[int, BeforeValidator(_version), WithJsonSchema({"const": SCHEMA})]
_ReportYear = Annotated[int, Quantity("year", "year reported", FIRST_YEAR, LAST_YEAR, whole=True)]


class Posterior(Model):
    """Which parameter set the world stands on, and which of its posterior draws."""

    set: Annotated[Slug, Field(description="name of a file in sets/, beside the scenarios")]
    draw: Annotated[
        int,
        Quantity(
            "count", "the draw that all seeds take; 0: fitted parameters keep their defaults", 0, 10_000, whole=True
        ),
    ] = 1
    draws: (
        Annotated[
            int, Quantity("count", "this many draws, taken in turn by the seeds, instead of one", 1, 10_000, whole=True)
        ]
        | None
    ) = None
    prior: (
        Annotated[
            int,
            Quantity(
                "count",
                "this many points of the set's priors, as if it knew no data, instead of draws",
                1,
                10_000,
                whole=True,
            ),
        ]
        | None
    ) = None
    crossed: Annotated[bool, Field(description="every draw with the same luck, instead of luck of its own")] = False
    left_out: Annotated[
        Slug | None, Field(description="draws made without the data of this sector of the ledger of partnerships")
    ] = None
    values: Annotated[
        dict[str, list[float]] | None,
        Field(description="only in resolved files: by parameter, the values that seeds take in turn"),
    ] = None


class File(WorldFile):
    """All keys of a scenario or world file; `shocks` are validated one by one, by their kind."""

    version: Annotated[Version, Field(alias="schema")] = SCHEMA
    name: Annotated[Text | None, Field(description="short name; absent: the file's")] = None
    title: Annotated[Text | None, Field(description="one line for figures and reports")] = None
    question: Annotated[Text | None, Field(description="what the scenario asks")] = None
    channel: Annotated[Text | None, Field(description="by what way it acts, one sentence")] = None
    source: Annotated[Text | None, Field(description="where the numbers come from")] = None
    extends: Annotated[Text | None, Field(description="a file beside this one; only differences stand here")] = None
    drop: Annotated[Names, Field(description="ids of inherited shocks to leave out")] = ()
    start: Annotated[_ReportYear, Field(description="first year reported")] = REPORT_YEAR
    end: Annotated[_ReportYear, Field(description="last year")] = DEFAULT_END
    posterior: Posterior | None = None
    rules: Annotated[Rules | None, Field(description="only in resolved files: what --rules replaced")] = None
    parameters: Assumptions = Assumptions()
    later: Annotated[
        dict[str, dict[Date, Any]],
        Field(default_factory=dict, description="parameters from a date on, as `parameters: {horizon: {2027Q1: 16}}`"),
    ]
    treatment: Annotated[Names, Field(description="parameters that are asked about: the base keeps its own")] = ()
    shocks: Annotated[list[dict[str, Any]], Field(default_factory=list)]
    firms: Annotated[list[NamedFirm], Field(default_factory=list)]
    experiment: Annotated[Experiment | None, Field(description="what is asked of this scenario, for `experiment`")] = (
        None
    )


# not inherited
OWN_KEYS = ("schema", "name", "title", "question", "channel", "source", "extends", "drop", "experiment")


def _shock(name: str, kind: Kind) -> type[Model]:
    """The model of a kind's shocks: the keys that its declaration knows."""
    said: dict[str, Any] = {
        "id": (Annotated[Slug, Field(description="how the shock is addressed, as in shocks.ID.rate")], ...),
        "kind": (Literal[name], ...),
        "label": (Annotated[Text | None, Field(description="for figures; absent: the id")], None),
        "source": (Annotated[Text | None, Field(description="where date and size come from")], None),
        "sectors": (Annotated[Names, Field(description="sectors, groups or all")], ("all",)),
        "announce": (Annotated[Quarter | None, Field(description="when it becomes known; absent: at the start")], None),
        "start": (Annotated[Quarter, Field(description="first quarter in force")], ...),
        "ramp": (Annotated[int, Quantity("quarters", "quarters to full size", 0, 400, whole=True)], 1),
        "probability": (
            Annotated[float, Quantity("probability", "chance that it happens, drawn once per seed", 0, 1)],
            1.0,
        ),
        "only_if": (
            Annotated[Slug | None, Field(description="id of another shock: happens only where that one does")],
            None,
        ),
    }
    if kind.once:
        del said["announce"], said["ramp"]
    elif kind.sizes or "firms" in kind.keys:
        said["end"] = (
            Annotated[LastQuarter | None, Field(description="last quarter, inclusive; absent: it stays")],
            None,
        )
    if kind.by_generation:
        said["generation"] = (
            Annotated[Slug | None, Field(description="only this generation; absent or all: every one")],
            None,
        )
    for key in kind.places:
        said[key] = (
            Annotated[Names | None, Field(description=f"{getattr(kind, key)}: regions, countries or all")],
            None,
        )
    if len(kind.places) == 2:
        said["retaliation"] = (Answer | None, None)
    if kind.option:
        text = "; ".join(f"{value}: {meaning}" for value, meaning in kind.options.items())
        said[kind.option] = (
            Annotated[Literal[tuple(kind.options)], Field(description=text)],
            kind.default_option or ...,
        )
    if kind.totals:
        text = "; ".join(f"{value}: {meaning}" for value, meaning in MODES.items())
        said["mode"] = (Annotated[Literal[tuple(MODES)] | None, Field(description=f"{text}; absent: add")], None)
    for key, size in kind.sizes.items():
        bounded = Annotated[float, Quantity(size.unit, size.text, *size.bounds())]
        alone = not size.beside and all(other.beside for name, other in kind.sizes.items() if name != key)
        said[key] = (bounded, ...) if alone and not kind.keys else (bounded | None, None)
    for key, text in kind.keys.items():
        said[key] = (
            (Annotated[Names | None, Field(description=text)], None)
            if key == "firms"
            else (Annotated[Slug, Field(description=text)], ...)
        )
    return create_model(f"Shock_{name}", __base__=Model, **said)


SHOCKS: dict[str, type[Model]] = {name: _shock(name, kind) for name, kind in KINDS.items()}
