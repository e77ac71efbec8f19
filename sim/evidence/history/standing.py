"""What the model may know at an origin: parameters fitted by then, or its structure alone; take-offs by then."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.errors import NotEnough
from sim.model.columns import FIRST_YEAR
from sim.scenario import Scenario, earliest, load, newest, read_set
from sim.scenario.files import DRAWN

BASE = "baseline"


class Standing(NamedTuple):
    """The world of an origin, and what its parameters know. `until`: None where they know no data at all.

    settings: what says which parameters and take-offs the world has.
    """

    world: Scenario
    settings: Mapping[str, Any]
    set: str
    until: int | None
    given: str | None
    draws: int

    def told(self) -> dict[str, Any]:
        """The same for the record."""
        return {
            "set": self.set,
            "until": self.until,
            "given": self.given,
            "draws": self.draws,
            "prior": self.until is None,
        }


def standing(settings: Mapping[str, Any], until: int, count: int | None = None) -> Standing:
    """The world of an origin with the newest set that knows nothing later, or the set that `settings` name.

    Without such a set: `count` points of the priors of the set that knows least (100 by default), and take-offs
    between the origin and that set's last year drawn per seed. Raises NotEnough, ScenarioError.
    """
    name = settings.get("posterior.set")
    try:
        found = newest(until) if name is None else read_set(str(name))
    except NotEnough:
        return _before_data(settings, until, count)
    chosen: dict[str, Any] = {"posterior.set": found.name}
    if found.draws is not None and not {"posterior.draw", "posterior.draws", "posterior.prior"} & settings.keys():
        chosen["posterior.draws"] = count or len(found.draws.marks)
    world = load(BASE, {**settings, **chosen})
    own = world.posterior
    assert own is not None  # a set is named
    knows = found.file.until if own.prior is None else None
    return Standing(world, chosen, found.name, knows, found.file.given, own.draws or own.prior or 1)


def _before_data(settings: Mapping[str, Any], until: int, count: int | None) -> Standing:
    found = earliest()
    number = count or 100
    own = {key: value for key, value in settings.items() if not key.startswith("posterior.")}
    chosen = {**own, "posterior.set": found.name, "posterior.prior": number}
    world = load(BASE, chosen)
    chosen |= unknown(world, until, found.file.until)
    return Standing(load(BASE, chosen), chosen, found.name, None, found.file.given, number)


def unknown(world: Scenario, until: int, known: int) -> dict[str, Any]:
    """Settings by which take-offs after `until` and up to `known` are drawn per seed instead of told.

    What is later still is either drawn already or given on purpose. None without a rule for drawing.
    """
    if world.world.takeoffs is None:
        return {}
    found: dict[str, Any] = {"takeoffs.after": max(until, FIRST_YEAR)}
    for name, sector in world.world.sectors.items():
        for each in sector.generations:
            dates = each.midpoint if isinstance(each.midpoint, dict) else {"": each.midpoint}
            for region, date in dates.items():
                if isinstance(date, float | int) and until + 1 <= date < known + 1:
                    path = f"sectors.{name}.generations.{each.name}.midpoint"
                    found[f"{path}.{region}" if region else path] = DRAWN
    return found
