"""Every kind of shock, declared once: what it means, its size keys, and the field of `Policy` that each writes.

Units, bounds and neutral values are those of the field, so that a size of zero writes nothing. From here come the
models that validate files, the compiler of policy, the words of `show` and `diff`, the schema, the template of `new`.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.machine.declare import Field, fields
from sim.model.columns import Policy

POLICY: dict[str, Field] = fields(Policy)


@dataclass(frozen=True)
class Size:
    """A size key: the field it writes (or the field for each value of the kind's option) and what its number means."""

    field: str | dict[str, str]
    text: str
    high: float | None = None  # tighter than the field's bound
    change: bool = False  # given as a change of a factor: -0.3 writes 0.7
    beside: bool = False  # says more of another size; alone it is nothing
    host_only: bool = False  # no rule reads it elsewhere: what it costs is a base or a venture in the host

    def writes(self, option: str) -> str:
        return self.field if isinstance(self.field, str) else self.field[option]

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,) if isinstance(self.field, str) else tuple(self.field.values())

    @property
    def unit(self) -> str:
        return "share" if self.change else POLICY[self.fields[0]].unit

    def bounds(self, option: str | None = None) -> tuple[float, float]:
        """Lowest and highest value in a file: of the option's field, or of the widest."""
        declared = [POLICY[name] for name in (self.fields if option is None else (self.writes(option),))]
        shift = 1.0 if self.change else 0.0
        high = max(f.high for f in declared) - shift
        return min(f.low for f in declared) - shift, high if self.high is None else min(high, self.high)


@dataclass(frozen=True)
class Kind:
    """A kind of shock; `option`: the key that chooses the field written; `own`: a region's own firms count."""

    text: str
    sizes: dict[str, Size] = field(default_factory=dict)
    origin: str = ""
    destination: str = ""
    option: str = ""
    options: dict[str, str] = field(default_factory=dict)
    default_option: str = ""
    keys: dict[str, str] = field(default_factory=dict)  # further keys: names that are no sizes
    goods: bool = False  # concerns goods that cross borders, so only tradable sectors
    own: bool = False
    once: bool = False  # acts in its first quarter and is over; nobody knows of it before
    acts: str = "destination"  # the key of who acts; where the kind has both, the other is whom it hits
    whole: bool = False  # concerns whole regions: no part of one can be held to it by itself
    totals: bool = False  # a size may be all that is in force, instead of what comes on top

    def _dimensions(self) -> set[str]:
        written = [name for size in self.sizes.values() for name in size.fields]
        return {dimension for name in written for dimension in POLICY[name].per.split()}

    @property
    def places(self) -> tuple[str, ...]:
        """The keys that say where: those of `origin` and `destination` that the fields know."""
        return tuple(key for key in ("origin", "destination") if key in self._dimensions())

    @property
    def by_generation(self) -> bool:
        return "generation" in self._dimensions()


_BY_OWNER = {"made": "by where goods are made", "owner": "by the home of the brand's owner"}
_TARGETS = {"rd": "research and development", "production": "output"}

KINDS: dict[str, Kind] = {
    "tariff": Kind(
        "duty on imports",
        {
            "rate": Size({"made": "tariff", "owner": "owner_tariff"}, "ad valorem rate; tariffs add up", high=5.0),
            "spares": Size(
                "spared",
                "part of the rate that the host's goods do not pay with a local partner",
                high=5.0,
                beside=True,
            ),
        },
        origin="where the goods are made, or with `basis: owner` the home of their owner",
        destination="whose border",
        option="basis",
        options=_BY_OWNER,
        default_option="made",
        goods=True,
        totals=True,
    ),
    "minimum_price": Kind(
        "price undertaking: goods sell at no less than a floor, and what it brings is the exporter's",
        {
            "premium": Size(
                "price_floor",
                "how far the floor lies above what the seller asks free of duty; the highest floor holds",
                high=5.0,
            )
        },
        origin="where the goods are made",
        destination="whose border",
        goods=True,
    ),
    "quota": Kind(
        "ceiling on imports: licences get the price at which no more is imported than may be",
        {
            "share": Size(
                {"made": "quota", "owner": "owner_quota"},
                "largest part of the region's market, of all its goods of the sector; the lowest ceiling holds",
            ),
            "auctioned": Size(
                "auctioned", "part of the licences that the destination sells; the rest is exporters'", beside=True
            ),
            "exempts": Size("exempt", "part of local partners' goods from the host that needs no licence", beside=True),
        },
        origin="where the goods are made, or with `basis: owner` their owner's home; each has the ceiling to itself",
        destination="whose border",
        option="basis",
        options=_BY_OWNER,
        default_option="made",
        goods=True,
        whole=True,
    ),
    "export_control": Kind(
        "control of technology exports",
        {
            "coverage": Size("control", "share of technology flow stopped"),
            "over_compliance": Size("over_compliance", "flow stopped beyond what is controlled"),
        },
        origin="where the technology comes from",
        destination="who may not have it",
        acts="origin",
    ),
    "entity_list": Kind(
        "listing of firms",
        {"top": Size("listing", "the most central firms of the origin, by number")},
        origin="home of the firms listed",
        destination="who lists them",
        keys={"firms": "names or ids of the firms listed, instead of `top`"},
    ),
    "screening": Kind(
        "screening of investment",
        {
            "block": Size("block", "probability of refusal"),
            "delay": Size("delay", "quarters that screening takes"),
            "threshold": Size("threshold", "equity above which deals are screened; absent: all"),
            "waives": Size(
                "waived",
                "part of chance and time that deals with a local partner are spared; plants alone are not",
                beside=True,
            ),
        },
        origin="home of the investor",
        destination="who screens",
    ),
    "ownership_cap": Kind(
        "cap on foreign equity",
        {
            "max_foreign_equity": Size("cap", "largest foreign equity allowed; the strictest cap wins"),
            "mandate": Size("mandate", "openness that a local partner is promised by law"),
        },
        origin="home of the investor",
        destination="whose law",
    ),
    "sole_entry_friction": Kind(
        "cost of entering without a partner",
        {"size": Size("sole_entry_friction", "yearly cost, of market per firm", host_only=True)},
        destination="whose market",
    ),
    "data_regime": Kind(
        "data and intellectual-property regime",
        {
            "ip": Size("ip", "protection of intellectual property; steps add up"),
            "localisation_cost": Size(
                "localisation_cost", "cost of keeping data and R&D apart, of market per firm", host_only=True
            ),
        },
        destination="whose law",
    ),
    "subsidy": Kind(
        "subsidy",
        {
            "rate": Size(
                {"rd": "subsidy_rd", "production": "subsidy_production"}, "over reference R&D, or over cost", high=5.0
            )
        },
        origin="where firms are at home, or goods made",
        option="target",
        options=_TARGETS,
    ),
    "perception": Kind(
        "shift of demand by the owner's home",
        {"shift": Size("perception", "shift of log demand; negative turns buyers away")},
        origin="home of the brand's owner",
        destination="whose buyers",
        own=True,
    ),
    "compliance": Kind(
        "cost of compliance for foreign owners",
        {"cost": Size("compliance", "over sales")},
        origin="home of the owner",
        destination="whose law",
    ),
    "local_content": Kind(
        "local-content rule",
        {"share": Size("local_content", "content that must be local")},
        destination="whose market",
        goods=True,
    ),
    "demand": Kind(
        "change of demand",
        {"change": Size("demand", "change of expenditure; changes multiply", change=True)},
        destination="whose market",
    ),
    "supply": Kind(
        "change of what plants can deliver",
        {"change": Size("supply", "change of deliveries; changes multiply", change=True)},
        origin="where the plants are",
    ),
    "lift": Kind(
        "technology of Chinese firms that are partners in the host, raised at once above their multinationals'",
        {
            "lead": Size(
                "lift", "lead over the multinational in every generation that both make; who leads by more stays"
            )
        },
        once=True,
    ),
    "generation": Kind(
        "arrival of a generation of products: a declared one moves to `start`, a new one takes demand over `ramp`",
        keys={"name": "the generation"},
    ),
}


SET = "set"
MODES = {"add": "comes on top of what is in force", SET: "is all that is in force, whatever else there is"}

ANSWERS = tuple(name for name, kind in KINDS.items() if len(kind.places) == 2)  # kinds that may answer a shock


class Retaliation(NamedTuple):
    """An answer to a shock: its kind, its sizes as of a shock, and where it differs, its sectors and generation."""

    sizes: tuple[tuple[str, float], ...]
    lag: int
    kind: str = "tariff"
    sectors: tuple[str, ...] = ()
    generation: str = ""


@dataclass(frozen=True)
class Shock:
    """One shock of a resolved scenario. Dates are quarters since 1979Q1, `end` is inclusive, None: it stays.

    Empty `origin` or `destination`: everybody. `sizes` are pairs of size key and value. Equal shocks write equal
    policy: what only words need (`label`, `source`, `own`: added by the scenario's own file) is left out of comparison.
    """

    id: str
    kind: str
    sectors: tuple[str, ...]
    start: int
    announce: int
    end: int | None = None
    ramp: int = 1
    probability: float = 1.0
    generation: str = ""
    origin: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    option: str = ""
    mode: str = ""
    only_if: str = ""
    sizes: tuple[tuple[str, float], ...] = ()
    firms: tuple[str, ...] = ()
    name: str = ""
    retaliation: Retaliation | None = None
    label: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    own: bool = field(default=False, compare=False)

    def effects(self) -> tuple[tuple[str, float], ...]:
        """Pairs of policy field and value at full size; neutral ones are left out: size zero writes nothing."""
        declared = KINDS[self.kind].sizes
        values = {declared[key].writes(self.option): value + declared[key].change for key, value in self.sizes}
        threshold = values.pop("threshold", 0.0)
        effects = {name: value for name, value in values.items() if self.mode == SET or value != POLICY[name].default}
        if effects.keys() & {"block", "delay"}:  # a threshold alone screens nothing
            effects["threshold"] = threshold
        return tuple(effects.items())

    def mirror(self) -> "Shock | None":
        """What answers this shock, if anything: by whom it hits, against who acts. Nobody answers a shock of size zero.

        An answer happens where the shock does.
        """
        answer = self.retaliation
        if answer is None or not (self.effects() or self.firms):
            return None
        start = self.start + answer.lag
        if self.end is not None and start > self.end:
            return None
        by_origin = KINDS[self.kind].acts == "origin"
        actor, hit = (self.origin, self.destination) if by_origin else (self.destination, self.origin)
        kind = KINDS[answer.kind]
        origin, destination = (hit, actor) if kind.acts == "origin" else (actor, hit)
        return Shock(
            f"{self.id}_retaliation", answer.kind, answer.sectors or self.sectors, start, start, self.end,
            probability=self.probability, generation=answer.generation, origin=origin, destination=destination,
            option=kind.default_option, sizes=answer.sizes,
        )  # fmt: skip


def shock_of(data: dict[str, Any], own: bool) -> Shock:
    """A shock out of validated data (the values of a shock's model)."""
    kind = KINDS[data["kind"]]
    sizes = tuple((key, data[key]) for key in kind.sizes if data.get(key) is not None)
    answer = data.get("retaliation")
    return Shock(
        id=data["id"],
        kind=data["kind"],
        sectors=data["sectors"],
        start=data["start"],
        announce=data["start"] if data.get("announce") is None else data["announce"],
        end=data["start"] if kind.once else data.get("end"),
        ramp=data.get("ramp") or 1,
        probability=data.get("probability", 1.0),
        generation=data.get("generation") or "",
        origin=_everybody(data.get("origin")),
        destination=_everybody(data.get("destination")),
        option=data.get(kind.option, "") if kind.option else "",
        sizes=sizes,
        firms=data.get("firms") or (),
        name=data.get("name", ""),
        mode=data.get("mode") or "",
        only_if=data.get("only_if") or "",
        retaliation=_answer(dict(answer)) if answer else None,
        label=data.get("label") or "",
        source=data.get("source") or "",
        own=own,
    )


def _answer(data: dict[str, Any]) -> Retaliation:
    kind = data.get("kind") or "tariff"
    sizes = tuple((key, data[key]) for each in ANSWERS for key in KINDS[each].sizes if data.get(key) is not None)
    return Retaliation(sizes, data["lag"], kind, data.get("sectors") or (), data.get("generation") or "")


def _everybody(names: tuple[str, ...] | None) -> tuple[str, ...]:
    return () if names is None or "all" in names else names
