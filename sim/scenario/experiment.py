"""The section `experiment:` of a scenario file: what is asked of the scenario, of which doses, and how it is shown.

The scenario itself declares every instrument of the experiment, at size zero where it stands for nothing, which changes
no byte; contrasts and blocks then set sizes by their paths. So an experiment is one scenario at many points.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from sim.errors import UsageError
from sim.scenario import find
from sim.scenario.outcome import form
from sim.scenario.reader import read
from sim.scenario.values import Model, Names, Quantity, Text, wrong

Settings = Annotated[
    dict[str, Any], Field(description="path -> value as `--set` takes it; x0.5: times what stands; null: as it stands")
]
Kind = Literal[
    "alluvial", "boomerang", "cap_years", "catch_up", "dashboard", "doses", "doubt", "flips", "frontier",
    "governance", "hubs", "interaction", "lifted", "listing", "phases", "ranks",
]  # fmt: skip
Sign = Literal["+", "-", "0", "?"]
Seeds = Annotated[int, Quantity("count", "seeds, from 1", 1, 100_000, whole=True)]


class Budget(Model):
    """How many seeds, by the size chosen on the command line."""

    small: Seeds
    paper: Seeds


class Measured(Model):
    """An outcome: a metric of the tables or a derived one, in a year, sector and region, and how pairs are compared."""

    model_config = ConfigDict(json_schema_extra={"type": ["object", "string"]})

    metric: Text
    year: Annotated[int | None, Field(description="absent: the last one")] = None
    since: Annotated[int | None, Field(description="first year, of what is added up or averaged")] = None
    sector: Annotated[Text, Field(description="a sector or all; of metrics of ventures also a group")] = "all"
    region: Annotated[Text | None, Field(description="absent: all regions together")] = None
    compare: Annotated[
        Literal["difference", "relative", "loss", "depth", "recovery"],
        Field(
            description="treated less untreated; over it less 1; mean, largest shortfall, years to 95 % since `since`"
        ),
    ] = "difference"
    text: Annotated[Text | None, Field(description="for figures; absent: the metric's")] = None

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        """An outcome may be written as options write it: chinese_share@2040@cars@eu."""
        if not isinstance(value, str):
            return value
        try:
            named = form(value, "outcome")
        except UsageError as error:
            raise wrong(f"{error.message.removeprefix('outcome ')}; {error.hint}") from None
        told = {"metric": named.metric, "sector": named.sector, "year": named.year, "region": named.region or None}
        return {key: each for key, each in told.items() if each is not None}


class Contrast(Model):
    """A treatment against what it is compared with, both as settings of the scenario."""

    text: Text
    set: Settings
    against: Annotated[Settings, Field(default_factory=dict)]


class Block(Model):
    """A grid of points: arms x values; `against`: settings that lead from each point to what it is compared with."""

    vary: Annotated[dict[str, Any], Field(default_factory=dict, description="path -> values, or 0:1:0.25")]
    fine: Annotated[dict[str, Any], Field(default_factory=dict, description="the same for the budget `paper`")]
    arms: Annotated[dict[str, Settings], Field(default_factory=dict, description="name -> settings")]
    set: Annotated[Settings, Field(default_factory=dict)]
    against: Annotated[dict[str, Any] | None, Field(description="absent: the scenario as it stands")] = None
    seeds: Budget


class Expected(Model):
    """A sign registered before running; `?` where theory leaves it open."""

    outcome: Text
    contrast: Text
    sign: Sign
    why: Text
    within: Annotated[
        tuple[float, float] | None, Field(description="bounds of the effect that were expected too, in its unit")
    ] = None
    surprise: Annotated[Text | None, Field(description="what to say where another sign or size comes out")] = None
    remark: Annotated[Text | None, Field(description="what to say in any case")] = None


class Player(Model):
    """A mechanism or an instrument that is on or off; what is not given is as the scenario stands."""

    text: Text
    on: Annotated[Settings, Field(default_factory=dict)]
    off: Annotated[Settings, Field(default_factory=dict)]


class Attribution(Model):
    """What each player adds to an outcome, over all coalitions (Shapley values)."""

    outcomes: Names
    players: dict[str, Player]
    of: Annotated[Settings, Field(default_factory=dict, description="whose effect is attributed; absent: the level")]
    seeds: Budget


class Headline(Model):
    """The effect that robustness is asked of."""

    outcome: Text
    contrast: Text


class Shown(Model):
    """A figure of the experiment."""

    kind: Kind
    title: Text
    caption: Annotated[Text | None, Field(description="what the reader must know beside n, intervals and channel")] = (
        None
    )
    outcomes: Names = ()
    contrasts: Names = ()
    block: Text | None = None
    across: Annotated[Text | None, Field(description="path on the horizontal axis")] = None
    along: Annotated[Text | None, Field(description="path of the lines or the vertical axis")] = None
    sectors: Names = ()
    regions: Names = ()


class Experiment(Model):
    """One experiment; its scenario stands in the same file."""

    design: Annotated[Text, Field(description="what is varied, in a sentence")]
    channel: Annotated[Text, Field(description="by which mechanism the effect runs")]
    keep: Literal["summary", "events", "trajectories"] = "summary"
    seeds: Annotated[Budget, Field(description="of the contrasts")]
    outcomes: dict[str, Measured]
    contrasts: dict[str, Contrast]
    headline: Headline
    expected: list[Expected]
    blocks: Annotated[dict[str, Block], Field(default_factory=dict)]
    attribution: Annotated[dict[str, Attribution], Field(default_factory=dict)]
    robustness: Annotated[Budget, Field(description="seeds of the structural variants and draws")] = Budget(
        small=4, paper=30
    )
    figures: list[Shown]
    instead: Annotated[
        list[Text], Field(default_factory=list, description="what the design asks for and the model does not record")
    ]


def is_definition(path: str | Path) -> bool:
    """Whether a file holds an experiment."""
    place = find.given(Path(path))
    tree = read(place.path, place.shown)[0] if place.path.is_file() else None
    return tree is not None and "experiment" in tree.value
