"""Ends of partnerships, told apart by who bought or else by why they came."""

from collections.abc import Iterable

from sim.columns import Cause, Happening

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
    """How partnerships ended, each one of WAYS: by the kinds of their last events and by their causes, in words."""
    return [SALES.get(kind, cause) for kind, cause in zip(kinds, causes, strict=True)]


def fewer(found: Iterable[str]) -> list[str]:
    """The same with the ways that figures show as one."""
    return [FEWER.get(way, way) for way in found]
