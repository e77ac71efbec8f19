"""Where a scenario's own policies act: a few outcomes of these sectors and regions, told before those of the pool.

A duty on one product of one sector is lost among sixteen sectors; where it acts it shows.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sim.runs.tables import ALL

MOST = 2  # sectors, and regions, beyond which policies act too widely for a table of their own
BY_REGION = ("chinese_share", "welfare")
BY_SECTOR = ("chinese_share_abroad", "active_globalize")


class There(NamedTuple):
    """A metric of a sector, in a region or in all."""

    metric: str
    sector: str
    region: str = ALL

    def __str__(self) -> str:
        return "@".join(part for part in self if part != ALL)


def acting(manifest: Mapping[str, Any], scenario: str) -> list[There]:
    """Outcomes where the policies act in which a scenario differs from its base; none where they act widely."""
    told, shocks = manifest["scenarios"][scenario].get("resolved") or {}, own_shocks(manifest, scenario)
    groups, places = told.get("groups", {}), told.get("regions", {})
    sectors = named(shocks, "sectors", groups)
    regions = [name for name in named(shocks, "destination", {}) if name in places]
    if not 0 < len(sectors) <= MOST or not set(sectors) <= set(told.get("sectors", {})):
        return []
    where = regions if len(regions) <= MOST else []
    return [
        *(There(metric, sector, region) for sector in sectors for region in where for metric in BY_REGION),
        *(There(metric, sector) for sector in sectors for metric in BY_SECTOR),
    ]


def own_shocks(manifest: Mapping[str, Any], scenario: str) -> list[Mapping[str, Any]]:
    """Shocks in which a scenario differs from the base: its own, and those of the base that it leaves out."""
    told, base = (manifest["scenarios"][name].get("resolved") or {} for name in (scenario, manifest["base"]))
    known = {shock["id"]: shock for shock in base.get("shocks", [])}
    own = [shock for shock in told.get("shocks", []) if known.get(shock["id"]) != shock]
    kept = {shock["id"] for shock in told.get("shocks", [])}
    return [*own, *(shock for key, shock in known.items() if key not in kept)]


def named(shocks: Iterable[Mapping[str, Any]], key: str, groups: Mapping[str, Any]) -> list[str]:
    """What shocks name under a key, groups by their members, each once; `all` stays and is nobody's name."""
    found = (name for shock in shocks for name in shock.get(key) or ["all"])
    return list(dict.fromkeys(each for name in found for each in groups.get(name, [name])))
