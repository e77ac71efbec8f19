"""What firms think of their options, in words: the answers of `sim.model.stages.asked`, with names and reasons.

All values are present values over the horizon, in money (the unit of the sectors' markets).
"""

from functools import partial
from typing import NamedTuple

from sim.errors import UsageError
from sim.kernel import Asking
from sim.machine.declare import Column
from sim.model.columns import Happening, Kind, Mode, Route, Type
from sim.model.stages import State
from sim.model.stages.asked import STAY, Asked, Deal, Obstacle, Terms
from sim.said import number
from sim.scenario.build import Labels
from sim.scenario.values import quarter_name
from sim.simulate import quietly

ENTRANT = 3  # the kind in an entrant's id; below it stands the quarter of entry

ALONE = {Mode.absent: "stays away", Mode.export: "exports to the host", Mode.wholly_owned: "runs a base of its own"}
OBSTACLES = {
    Obstacle.listed: "an entity listing forbids it",
    Obstacle.no_technology: "brings no technology to the host",
    Obstacle.line_taken: "the multinational's line is taken",
    Obstacle.same_partner: "its other line in the host is with the same firm",
    Obstacle.partner_full: "the Chinese firm has all the partnerships it can run",
    Obstacle.no_surplus: "both do as well alone",
    Obstacle.no_pay: "nothing would be left for the Chinese firm",
    Obstacle.no_gain: "nothing would be left for the multinational",
}


class Option(NamedTuple):
    """One thing a partnership can do: what each side would have, and has otherwise.

    surplus: of both sides over their alternatives; possible: whether a review this quarter could lead to it;
    chosen: whether it would, with the quarter's draws.
    """

    choice: str
    multinational: float
    chinese: float
    outside_multinational: float
    outside_chinese: float
    surplus: float
    possible: bool
    chosen: bool
    reason: str


class Candidate(NamedTuple):
    """One deal a firm could propose or be offered.

    look: the draw that decides whether the multinational looks for partners this quarter; possible: whether both would
    sign, but for taste and the luck of being drawn.
    """

    partner: str
    form: str
    region: str
    multinational: float
    chinese: float
    outside_multinational: float
    outside_chinese: float
    surplus: float
    equity: float
    royalty: float
    look: float
    possible: bool
    reason: str


def form(kind: int, route: int = 0) -> str:
    """A partnership's type in words, with the route when globalising."""
    said = Type(kind).name.replace("_", " ").replace("co ", "co-")
    return f"{said} ({Route(route).name})" if route else said


def percent(share: float) -> str:
    """A share in percent, never with an exponent: 10.5 is 1,050 %."""
    return f"{number(100 * share)} %"


def money(value: float) -> str:
    """A value; rounding errors are nothing."""
    return number(value) if abs(value) > 1e-12 else "0"


def told_apart(one: float, other: float, digits: int = 2) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart."""
    while digits < 8 and one != other and f"{one:.{digits}f}" == f"{other:.{digits}f}":
        digits += 1
    return f"{one:.{digits}f}", f"{other:.{digits}f}"


def firm_name(label: str, identity: int) -> str:
    """A firm's name in tables; an entrant's is sector and quarter of entry, which do not depend on other entries."""
    if identity >> 24 & 0xFF != ENTRANT:
        return label
    return f"{label.rpartition('-')[0]}-e{quarter_name(identity & 0xFFFFFF)}"


def firm_names(labels: Labels, ids: Column) -> list[str]:
    """Name of each row."""
    return [firm_name(label, identity) for label, identity in zip(labels.firms, ids.tolist(), strict=True)]


def options(state: State, asked: Asking, t: int, row: int) -> list[Option]:
    """What the two sides of partnership `row` think of every option in quarter t, as a review would find it.

    asked: questions to the state, from the kernel it runs on.
    """
    return told(state, row, quietly(asked.weigh, t, row))


def told(state: State, row: int, w: Asked) -> list[Option]:
    """The options that a review has weighed; the state is only asked for the form in force."""
    now, route = int(state.partnerships.type[row]), int(state.partnerships.route[row])
    r = w.review
    shared = bool(r.opens and r.surplus > 0)  # talks that succeed end in new terms
    held = Terms(r.pay_m, r.pay_c, w.equity, w.royalty)
    other = Terms(r.changed.multinational - r.moving, r.changed.chinese, r.changed.equity, r.changed.royalty)
    if (r.other_type, r.other_route) == (now, route):
        change, moves = "convert", "the firms have no other form open"
    else:
        change = f"convert to {form(r.other_type, r.other_route)}"
        gain = float(r.other.value - r.moving - r.now.value)
        moves = f"{_terms(other)}; worth {money(abs(gain))} {'more' if gain > 0 else 'less'} than this form"
        moves += f", {money(r.moving)} for moving paid"
    return [
        _option(w, "stay", held, not r.opens or r.surplus <= 0, w.decision == STAY, _terms(held)),
        _option(
            w, "renegotiate", r.again, shared and not r.better, w.decision == Happening.renegotiation, _terms(r.again)
        ),
        _option(w, change, other, shared and r.better, w.decision == Happening.conversion, moves),
        *_ends(w, now),
    ]


def _option(w: Asked, choice: str, terms: Terms, possible: bool, chosen: bool, reason: str) -> Option:
    apart = w.review.apart
    got = (terms.multinational, terms.chinese, apart.multinational, apart.chinese)
    mine, hers, d_m, d_c = (float(value) for value in got)  # interpreted, they are NumPy's
    return Option(choice, mine, hers, d_m, d_c, mine + hers - d_m - d_c, bool(possible), bool(chosen), reason)


def _ends(w: Asked, now: int) -> list[Option]:
    """Sale of the plant to who can use it better, where there is one, and dissolution.

    What both have apart is the mean of the two, weighed by the chance that talks about the plant fail.
    """
    r, apart = w.review, w.review.apart
    sold = 1 - apart.scrapped
    said = []
    left_m, left_c = apart.multinational, apart.chinese
    if w.buyer != Happening.dissolution:
        mine = w.buyer == Happening.buyout_multinational
        left_m = apart.multinational - sold * ((apart.use_m if mine else 0) - w.paid)
        left_c = apart.chinese - sold * ((0 if mine else apart.use_c) + w.paid)
        whole = Terms(
            left_m + (apart.use_m if mine else 0) - w.paid,
            left_c + (0 if mine else apart.use_c) + w.paid,
            float(mine),
            0,
        )
        buyer = "multinational" if mine else "Chinese firm"
        why = f"the plant is worth {money(apart.use_m)} to the multinational, {money(apart.use_c)} to the Chinese firm"
        if not mine and w.cap < 1:
            why += f" (foreign equity is capped at {percent(w.cap)})"
        why += f"; the price of the other's part is {money(abs(w.paid))}; no sale with probability {apart.scrapped:.2f}"
        said.append(
            _option(w, f"buy-out by the {buyer}", whole, r.opens and w.end == w.buyer, w.decision == w.buyer, why)
        )
    alone = f"the multinational {ALONE[Mode(int(apart.mode))]}" if now != Type.globalize else "each on its own abroad"
    ended = Happening.dissolution
    last = Terms(left_m, left_c, 0, 0)
    return [*said, _option(w, "dissolve", last, r.opens and w.end == ended, w.decision == ended, alone)]


def _terms(terms: Terms) -> str:
    return f"equity {percent(terms.equity)}, royalty {percent(terms.royalty)}"


def candidates(
    state: State, asked: Asking, t: int, row: int, labels: Labels, region: str | None = None
) -> list[Candidate]:
    """Every deal of a firm with every firm on the other side of its sector, best surplus first.

    A form abroad stands once, in the region where it is worth most, or in `region`; the host's forms come with every
    call unless another region is asked for. asked: as in `options`. Raises UsageError for a region that the world does
    not have.
    """
    if region is not None and region not in labels.regions:
        raise UsageError(f"no region {region!r}", f"there are {', '.join(labels.regions)}")
    firms, s = state.firms, int(state.firms.sector[row])
    names, mine = firm_names(labels, firms.id), Kind(int(firms.kind[row]))
    places = [r for r, name in enumerate(labels.regions) if r != state.host and region in (None, name)]
    rows = range(int(state.sectors.first[s]), int(state.sectors.last[s]))
    ask = partial(_candidate, state, asked, t, labels)
    found = []
    for other in (i for i in rows if firms.active[i] and firms.kind[i] != mine):
        m, c = (row, other) if mine == Kind.multinational else (other, row)
        if region in (None, labels.regions[state.host]):
            for kind in (Type.market_access, Type.co_innovation):
                found.append(ask(m, c, (int(kind), int(Route.none), state.host), names[other]))
        for route in (Route.sell, Route.power):
            abroad = [ask(m, c, (int(Type.globalize), int(route), r), names[other]) for r in places]
            found += sorted(abroad, key=lambda each: (not each.possible, -each.surplus))[:1]
    return sorted(found, key=lambda each: (not each.possible, -each.surplus))


def _candidate(
    state: State, asked: Asking, t: int, labels: Labels, m: int, c: int, what: tuple[int, int, int], partner: str
) -> Candidate:
    """One deal; `what` is type, route and region."""
    kind, route, r = what
    found: Deal = quietly(asked.deal, t, m, c, kind, route, r)
    possible = found.obstacle == Obstacle.none
    reason = _terms(found.terms) if possible else OBSTACLES[Obstacle(found.obstacle)]
    if possible and found.refusal > 0:
        reason += f"; screening refuses it with probability {found.refusal:.2f}"
    d_m, d_c = found.outside_multinational, found.outside_chinese
    numbers = (found.terms.multinational, found.terms.chinese, d_m, d_c, found.value - d_m - d_c)
    agreed = (found.terms.equity, found.terms.royalty, found.look)
    values = [float(value) for value in (*numbers, *agreed)]  # interpreted, they are NumPy's
    return Candidate._make((partner, form(kind, route), labels.regions[r], *values, possible, reason))


def offers(state: State, asked: Asking, t: int, m: int, c: int, region: int, labels: Labels) -> list[Candidate]:
    """The forms in which two firms could work together in a region."""
    name = firm_name(labels.firms[c], int(state.firms.id[c]))
    forms = [(1, 0), (2, 0)] if region == state.host else [(3, 1), (3, 2)]
    return [_candidate(state, asked, t, labels, m, c, (*each, region), name) for each in forms]
