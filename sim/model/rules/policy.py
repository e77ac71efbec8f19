"""How policy reaches a decision (M15): each instrument writes one field; these read it where it is not a price."""

from sim.machine.arithmetic import clip
from sim.machine.compiled import rule
from sim.model.columns import Route, SubForm, Type


@rule
def blocked(coverage: float, spill: float, scale: float) -> float:
    """Share of a technology flow that does not pass: controlled, or avoided though allowed (over-compliance).

    Formula: 1 - (1 - coverage) * (1 - clip(scale * spill, 0, 1))
    Units: coverage, spill: share; scale: 1; result: share
    Limits: full control stops all; without over-compliance control alone stops.
    Source: [Crosignani2024]; the form assumed
    """
    return 1.0 - (1.0 - coverage) * (1.0 - clip(scale * spill, 0.0, 1.0))


@rule
def ahead(in_force: float, announced: float, weight: float) -> float:
    """Size that decisions reckon with: what is in force, moved towards what is announced.

    Formula: in_force + weight * (announced - in_force)
    Units: in_force, announced: the policy field's; weight: share; result: the policy field's
    Limits: weight 0 sees only what is in force, weight 1 what is to come as if it were here.
    Source: assumed
    """
    return in_force + weight * (announced - in_force)


@rule
def screened(equity: float, threshold: float) -> bool:
    """Whether a deal falls under investment screening.

    Formula: equity > threshold
    Units: equity, threshold: share of the investor; result: flag
    Limits: a deal at the threshold is not screened; a deal without equity never is.
    Source: definition
    """
    return equity > threshold


@rule
def sub_form(kind: int, route: int, equity: float, local: bool) -> int:
    """Legal form that fits the terms (a SubForm).

    Host contracts: a licence where the partner holds nearly all, contract manufacturing where the multinational does,
    otherwise a joint venture; co-innovation with a small Chinese part is a minority stake, with a large one an R&D
    alliance. Globalising: selling is distribution or, with shared equity, a joint venture; powering is a licence when
    made locally and supply when not. The form has no effect.

    Formula: ((SubForm.distribution if equity < 0.25 else SubForm.equity_jv) if route == Route.sell
            else SubForm.licence if local else SubForm.supply) if kind == Type.globalize
        else (SubForm.minority_stake if equity > 0.8 else SubForm.rd_alliance if equity < 0.2
            else SubForm.equity_jv) if kind == Type.co_innovation
        else (SubForm.licence if equity < 0.15 else SubForm.contract_manufacturing if equity > 0.95
            else SubForm.equity_jv)
    Units: kind: type; route: route; equity: the multinational's share; local: flag; result: legal form
    Limits: every contract has a form, and none is an acquisition.
    Source: assumed
    """
    if kind == Type.globalize:
        if route == Route.sell:
            return SubForm.distribution if equity < 0.25 else SubForm.equity_jv
        return SubForm.licence if local else SubForm.supply
    if kind == Type.co_innovation:
        small = SubForm.rd_alliance if equity < 0.2 else SubForm.equity_jv
        return SubForm.minority_stake if equity > 0.8 else small
    some = SubForm.contract_manufacturing if equity > 0.95 else SubForm.equity_jv
    return SubForm.licence if equity < 0.15 else some
