"""How policy reaches a decision (M15): each instrument writes one field; these read it where it is not a price."""

from sim.arithmetic import clip
from sim.compiled import rule


@rule
def blocked(coverage: float, spill: float, scale: float) -> float:
    """Share of a technology flow that does not pass: controlled, or avoided though allowed (over-compliance).

    1 - (1 - coverage) (1 - scale spill). Source: [Crosignani2024].
    """
    return 1.0 - (1.0 - coverage) * (1.0 - clip(scale * spill, 0.0, 1.0))


@rule
def ahead(in_force: float, announced: float, weight: float) -> float:
    """Size that decisions reckon with: what is in force, moved towards what is announced by the anticipation weight."""
    return in_force + weight * (announced - in_force)


@rule
def screened(equity: float, threshold: float) -> bool:
    """Whether a deal falls under investment screening: the investor's equity is above the threshold."""
    return equity > threshold


@rule
def sub_form(kind: int, route: int, equity: float, local: bool) -> int:
    """Legal form that fits the terms (numbers of columns.SubForm); equity is the multinational's.

    Host contracts: a licence where the partner holds nearly all, contract manufacturing where the multinational does,
    otherwise a joint venture; co-innovation with a small Chinese part is a minority stake, with a large one an R&D
    alliance. Globalising: selling is distribution or, with shared equity, a joint venture; powering is a licence when
    made locally and supply when not.
    """
    if kind == 3:
        if route == 1:
            return 7 if equity < 0.25 else 1
        return 2 if local else 4
    if kind == 2:
        return 5 if equity > 0.8 else (6 if equity < 0.2 else 1)
    return 2 if equity < 0.15 else (3 if equity > 0.95 else 1)
