"""What firms think of their options, in words and numbers: the answers of `sim.quarter.asked` with names and reasons.

All values are present values over the horizon, in money (the unit of the sectors' markets).
"""

from functools import partial
from typing import NamedTuple

from sim.columns import Happening, Kind, Mode, Route, Type
from sim.declare import Column
from sim.errors import UsageError
from sim.kernel import Asking
from sim.quarter import State
from sim.quarter.asked import STAY, Deal, Obstacle, Terms, Weighed
from sim.quarter.assumed import PLANT_PRICE
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
    return f"{100 * share:.3g} %"


def money(value: float) -> str:
    """Three digits, more only if they stand before the point; rounding errors are nothing."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) > 1e-12 else "0"


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


def told(state: State, row: int, w: Weighed) -> list[Option]:
    """The options that a review has weighed; the state is only asked for the form in force."""
    now, route = int(state.partnerships.type[row]), int(state.partnerships.route[row])
    unhappy = w.unhappy_multinational or w.unhappy_chinese
    left = w.outside_multinational + w.outside_chinese
    if not unhappy:
        talks = "; nobody asks for new terms"
    elif not (w.moves or w.renews):
        talks = "; both do as well apart, or law leaves one of them short"
    else:
        chance, draw = told_apart(w.chance, w.talks)
        talks = f"; talks succeed below {chance}, the draw is {draw}"
    change, new = _change(w, now, route)
    against, hurdle = money(max(w.value, left)), money(w.moving * state.parameters.hysteresis)
    moves = f"; {money(w.other_value)} in today's market against {against}, moving must bring {hurdle}"
    renegotiated = not w.moves and w.decision == Happening.renegotiation
    changed = w.moves and w.decision == new
    again = unhappy and w.renews and not w.moves and w.chance > 0
    taken_up = w.moves and (not unhappy or w.chance > 0)
    return [
        _option(w, "stay", w.now, not unhappy and not w.moves, w.decision == STAY, _terms(w.now) + _short(w)),
        _option(w, "renegotiate", w.again, again, renegotiated, _terms(w.again) + talks),
        _option(w, change, w.other, taken_up, changed, _terms(w.other) + moves),
        *_ends(w, now, unhappy),
    ]


def _change(w: Weighed, now: int, route: int) -> tuple[str, Happening]:
    """What taking up the other form is called; an access holder may find no other than its own."""
    if (w.other_type, w.other_route) == (now, route):
        return "begin anew in the same form", Happening.renegotiation
    return f"convert to {form(w.other_type, w.other_route)}", Happening.conversion


def _option(w: Weighed, choice: str, terms: Terms, possible: bool, chosen: bool, reason: str) -> Option:
    got = (terms.multinational, terms.chinese, w.outside_multinational, w.outside_chinese)
    mine, hers, d_m, d_c = (float(value) for value in got)  # interpreted, they are NumPy's
    return Option(choice, mine, hers, d_m, d_c, mine + hers - d_m - d_c, bool(possible), bool(chosen), reason)


def _ends(w: Weighed, now: int, unhappy: bool) -> list[Option]:
    """Buy-out by either side, where there is a plant in the host, and dissolution."""
    said, d_m, d_c = [], w.outside_multinational, w.outside_chinese
    if now != Type.globalize:
        half = PLANT_PRICE * w.plant  # what the plant is sold for
        hers, his = (1 - w.now.equity) * half, w.now.equity * half
        uses = [percent(use / w.plant if w.plant else 0) for use in (w.use_multinational, w.use_chinese)]
        capped = f"foreign equity is capped at {percent(w.cap)}"
        why = capped if w.cap < 1 else f"the multinational would use {uses[0]} of the plant"
        buyers = {
            Happening.buyout_multinational: (Terms(d_m - hers, d_c + hers, 1, 0), f"{why}; {_price(hers)}"),
            Happening.buyout_chinese: (
                Terms(d_m + his, d_c - his, 0, 0),
                f"the Chinese firm would use {uses[1]} of it; {_price(his)}",
            ),
        }
        for end, (after, reason) in buyers.items():
            choice = "buy-out by the " + ("multinational" if end == Happening.buyout_multinational else "Chinese firm")
            said.append(_option(w, choice, after, unhappy and w.end == end, w.decision == end, reason))
    alone = f"the multinational {ALONE[Mode(w.mode)]}" if now != Type.globalize else "each on its own abroad"
    ended = Happening.dissolution
    last = _option(w, "dissolve", Terms(d_m, d_c, 0, 0), unhappy and w.end == ended, w.decision == ended, alone)
    return [*said, last]


def _price(paid: float) -> str:
    """Why a buyer may seem to lose: who ends gives the plant to whoever uses it better."""
    return f"the buyer pays {money(paid)}, what the plant earns then is not counted here"


def _terms(terms: Terms) -> str:
    return f"equity {percent(terms.equity)}, royalty {percent(terms.royalty)}"


def _short(w: Weighed) -> str:
    """Who has less than its alternative by more than it tolerates."""
    if w.unhappy_multinational and w.unhappy_chinese:
        return "; both would do better apart"
    if w.unhappy_multinational:
        return f"; the multinational falls short by {money(w.outside_multinational - w.now.multinational)}"
    if w.unhappy_chinese:
        return f"; the Chinese firm falls short by {money(w.outside_chinese - w.now.chinese)}"
    return "; both sides content"


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
