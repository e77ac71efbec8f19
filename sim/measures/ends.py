"""Ends of partnerships: by who bought the plant, or by cause if nobody did."""

from collections.abc import Iterable

from sim.model.columns import Cause, Happening

SALES = {Happening.buyout_multinational.name: "sale_multinational", Happening.buyout_chinese.name: "sale_chinese"}
CAUSES = tuple(cause.name for cause in Cause if cause != Cause.none)
WAYS = (*SALES.values(), *CAUSES)  # of ending: a sale to either side, whatever called for it, or else the cause
FEWER = {  # ways that figures show as one
    "lost_surplus": "no_agreement",
    "failed_talks": "no_agreement",
    "bankruptcy_multinational": "bankruptcy",
    "bankruptcy_chinese": "bankruptcy",
}


def ways(kinds: Iterable[str], causes: Iterable[str]) -> list[str]:
    """How each partnership ended, as one of WAYS, from the kind of its last event and its cause."""
    return [SALES.get(kind, cause) for kind, cause in zip(kinds, causes, strict=True)]


def fewer(found: Iterable[str]) -> list[str]:
    """The ways, with those merged that figures show as one."""
    return [FEWER.get(way, way) for way in found]
