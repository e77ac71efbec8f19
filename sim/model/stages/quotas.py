"""What a ceiling on imports does to markets: licences get a price at which no more is sold than may be imported.

What a firm offers is reckoned at the price of the quarter before; here that price moves to what clears the market, and
offers are reckoned again. What is sold beyond the ceiling all the same, since buyers replace goods slowly, is not let
in. Parts that a partner makes into goods in the region need no licence. Nothing of this runs where there is no ceiling.
"""

from sim.machine.arithmetic import power
from sim.machine.compiled import lane, stage, step
from sim.model.columns import Basis, Bound, Kind, Term, Way
from sim.model.rules.market import margin
from sim.model.rules.policy import ahead
from sim.model.rules.quotas import (
    kept_under_ceiling,
    kept_with_exempt,
    licence_part,
    licence_price,
    licensed_part,
    target_ceiling,
)
from sim.model.stages.borders import reckon_all_sold, reckon_paid
from sim.model.stages.offers import partner_way
from sim.model.stages.state import State, first_of, generations_of, last_of, made_of, middle_of

WAYS = (int(Way.from_home), int(Way.from_host), int(Way.with_partner))  # by which goods cross a border
SMALLEST = 1e-9  # appeal that is left where nothing may be imported: a licence has some price
ROUNDS, SETTLED = 200, 1e-13  # several ceilings on a market depend on each other


@step
def ceiling_on(st: State, t: int, s: int, g: int, basis: int, o: int, r: int, term: int) -> float:
    """Ceiling on a generation's goods of an origin, 1 where there is none."""
    if term == Term.soon:
        soon = st.announced
        return soon.quota[t, s, g, o, r] if basis == Basis.made else soon.owner_quota[t, s, g, o, r]
    return st.now.quota[s, g, o, r] if basis == Basis.made else st.now.owner_quota[s, g, o, r]


@stage
def lowest(st: State, t: int, s: int, basis: int, o: int, r: int, term: int) -> float:
    """Ceiling on an origin's goods of all generations that any ceiling names, 1 where there is none."""
    least = 1.0
    for g in range(generations_of(st, s)):
        least = min(least, ceiling_on(st, t, s, g, basis, o, r, term))
    return least


@step
def origin_of(st: State, basis: int, way: int, home: int) -> int:
    """Whose goods they are: of where they are made, or of their owner's home."""
    return st.host if basis == Basis.made and way != Way.from_home else home


@step
def counts(st: State, t: int, s: int, g: int, basis: int, way: int, home: int, r: int, term: int) -> bool:
    """Whether goods that come by a way fall under a ceiling."""
    o = origin_of(st, basis, way, home)
    return o != r and ceiling_on(st, t, s, g, basis, o, r, term) < 1.0


@step
def licences_keep(st: State, t: int, s: int, g: int, way: int, home: int, r: int, term: int) -> float:
    """Appeal that goods keep at the prices of the licences that they need."""
    x, kept = st.scratch, 1.0
    for basis in range(2):
        if counts(st, t, s, g, basis, way, home, r, term):
            kept *= x.licensed[s, term, basis, origin_of(st, basis, way, home), r]
    return kept


@step
def exempt_by(st: State, s: int, way: int, r: int) -> float:
    """Part of goods that needs no licence: of local partners' from the host."""
    return st.now.exempt[s, r] if way == Way.with_partner else 0.0


@stage
def note_ceilings(st: State, t: int, s: int) -> None:
    """Where ceilings are in force or announced; where there is none a licence has no price."""
    x, now, soon = st.scratch, st.now, st.announced
    regions = st.world.market.shape[2]
    x.limiting[s] = 0.0
    for r in range(regions):
        x.limited[s, r], x.foreseen[s, r] = 0.0, 0.0
        for o in range(regions):
            for basis in range(2):
                before, after = 1.0, 1.0
                for g in range(generations_of(st, s)):
                    one = ceiling_on(st, t, s, g, basis, o, r, Term.now)
                    two = ceiling_on(st, t, s, g, basis, o, r, Term.soon)
                    before, after = min(before, one), min(after, two)
                    if one != two:
                        x.foreseen[s, r] = 1.0
                if before < 1.0 or after < 1.0:
                    x.limited[s, r], x.limiting[s] = 1.0, 1.0
                if before >= 1.0:
                    x.licensed[s, Term.now, basis, o, r] = 1.0
                if after >= 1.0:
                    x.licensed[s, Term.soon, basis, o, r] = 1.0
        if x.limited[s, r] > 0.0 and (now.exempt[s, r] > 0.0 or soon.exempt[t, s, r] > 0.0):
            x.sparing[s] = 1.0


@stage
def enter_licences(st: State, t: int, s: int) -> None:
    """What a unit of quality sells and who is paid what of it, with the prices of licences."""
    x = st.scratch
    regions = st.world.market.shape[2]
    reckon_paid(st, s)
    reckon_all_sold(st, s)
    for r in range(regions):
        if x.limited[s, r] > 0.0:
            for g in range(generations_of(st, s)):
                for home in range(regions):
                    for way in WAYS:
                        enter_price(st, t, s, g, way, home, r)
                        enter_pay(st, t, s, g, way, home, r)


@stage
def enter_price(st: State, t: int, s: int, g: int, way: int, home: int, r: int) -> None:
    """Prices of licences in what goods sell that come by a way, now and as announced."""
    x, weight = st.scratch, st.parameters.anticipation
    exempt = exempt_by(st, s, way, r)
    kept = licences_keep(st, t, s, g, way, home, r, Term.now)
    x.sold[s, way, home, r, g] *= kept_with_exempt(exempt, kept)
    if x.foreseen[s, r] > 0.0:
        elasticity = st.sectors.price_elasticity[s]
        later = licences_keep(st, t, s, g, way, home, r, Term.soon)
        price = ahead(licence_price(elasticity, kept), licence_price(elasticity, later), weight)
        kept = power(1.0 + price, -elasticity)
    if way == Way.with_partner:
        exempt = ahead(exempt, st.announced.exempt[t, s, r], weight)
    x.sold_ahead[s, way, home, r, g] *= kept_with_exempt(exempt, kept)


@stage
def enter_pay(st: State, t: int, s: int, g: int, way: int, home: int, r: int) -> None:
    """What licences take of sales: the exporter's, as much as it sells, or the treasury's where they are sold."""
    x, elasticity = st.scratch, st.sectors.price_elasticity[s]
    whole = licences_keep(st, t, s, g, way, home, r, Term.now)
    exempt = exempt_by(st, s, way, r)
    licensed = licensed_part(exempt, kept_with_exempt(exempt, whole))
    for basis in range(2):
        if counts(st, t, s, g, basis, way, home, r, Term.now):
            o = origin_of(st, basis, way, home)
            price = licence_price(elasticity, x.licensed[s, Term.now, basis, o, r])
            taxed, rented, sold = x.taxed[s, way, home, r, g], x.rented[s, way, home, r, g], st.now.auctioned[s, o, r]
            part = licensed * licence_part(taxed, price)
            x.taxed[s, way, home, r, g] = taxed + sold * part
            x.rented[s, way, home, r, g] = rented * (1.0 - licensed * licence_part(0.0, price)) + (1.0 - sold) * part
            if sold * part > 0.0:
                x.dutied[s, r] = 1.0
            if (1.0 - sold) * part > 0.0:
                x.floored[s, r] = 1.0


@step
def from_host_part(st: State, i: int, line: int, r: int) -> float:
    """Part of a line that comes from the host to a region as goods."""
    goods = r != st.host and st.scratch.bound[i, line] != Bound.powered
    return st.scratch.host_made[i, line] if goods else 0.0


@step
def from_home_part(st: State, i: int, line: int) -> float:
    """Part of a multinational's line that comes from its home."""
    x = st.scratch
    goods = st.firms.kind[i] == Kind.multinational and x.bound[i, line] < Bound.given
    return (1.0 - x.host_made[i, line]) * x.shipped[i, line] if goods else 0.0


@step
def way_from_host(st: State, s: int, i: int, line: int) -> int:
    """By which way a line comes from the host."""
    return partner_way(st, s) if st.scratch.bound[i, line] == Bound.given else Way.from_host


@stage
def add_line(st: State, s: int, r: int, line: int, i: int, way: int, part: float) -> None:
    """Adds what of a line comes by a way and needs a licence, by generation: appeal free of its price, and sales."""
    x, home, exempt = st.scratch, st.firms.home[i], exempt_by(st, s, way, r)
    total = 0.0
    for g in range(made_of(st, s)):
        total += x.quality[i, g] * x.sold[s, way, home, r, g]
    if part <= 0.0 or total <= 0.0:
        return
    for g in range(made_of(st, s)):
        whole = part * x.quality[i, g] * x.sold[s, way, home, r, g] / total
        passes = x.passing[way, home, g]
        free = (1.0 - exempt) / passes
        x.crossing[way, home, g] += x.appeal[i, line] * whole * free
        x.crossed[way, home, g] += st.firms.share[i, line] * whole * licensed_part(exempt, passes)


@stage
def gather_line(st: State, s: int, r: int, line: int, first: int, last: int) -> None:
    """Adds what comes to a region on a line of these firms."""
    for i in range(first, last):
        if st.firms.active[i] > 0:
            add_line(st, s, r, line, i, way_from_host(st, s, i, line), from_host_part(st, i, line, r))
            add_line(st, s, r, line, i, Way.from_home, from_home_part(st, i, line))


@stage
def gather(st: State, t: int, s: int, r: int) -> None:
    """All that comes to a region and may need a licence, by way, owner's home and generation."""
    x, second = st.scratch, st.world.market.shape[2]
    for home in range(second):
        for way in WAYS:
            exempt = exempt_by(st, s, way, r)
            for g in range(generations_of(st, s)):
                kept = licences_keep(st, t, s, g, way, home, r, Term.now)
                x.passing[way, home, g] = kept_with_exempt(exempt, kept)
                x.crossing[way, home, g] = 0.0
                x.crossed[way, home, g] = 0.0
    gather_line(st, s, r, r, first_of(st, s), last_of(st, s))
    if r == st.host:
        gather_line(st, s, r, second, first_of(st, s), middle_of(st, s))


@stage
def appeals_under(st: State, t: int, s: int, r: int, basis: int, o: int, term: int) -> tuple[float, float]:
    """Appeals that need licences, at their prices: (those under an origin's ceiling, all)."""
    x, under, whole = st.scratch, 0.0, 0.0
    for home in range(st.world.market.shape[2]):
        for way in WAYS:
            for g in range(made_of(st, s)):
                appeal = x.crossing[way, home, g] * licences_keep(st, t, s, g, way, home, r, term)
                whole += appeal
                if origin_of(st, basis, way, home) == o and counts(st, t, s, g, basis, way, home, r, term):
                    under += appeal
    return under, whole


@stage
def held_under(st: State, t: int, s: int, r: int, basis: int, o: int) -> float:
    """Share of the market that goods under an origin's ceiling in force have."""
    held = 0.0
    for home in range(st.world.market.shape[2]):
        for way in WAYS:
            for g in range(made_of(st, s)):
                if origin_of(st, basis, way, home) == o and counts(st, t, s, g, basis, way, home, r, Term.now):
                    held += st.scratch.crossed[way, home, g]
    return held


@stage
def find_prices(st: State, t: int, s: int, r: int, term: int, others: float) -> bool:
    """Moves the prices of licences to where what is sold is what may be imported; whether any has moved.

    One ceiling is met at once; several, which change each other's market, in rounds. `others`: appeals that need none.
    """
    x, speed = st.scratch, st.parameters.share_speed
    moved = False
    for _ in range(ROUNDS):
        changed = False
        for basis in range(2):
            for o in range(st.world.market.shape[2]):
                ceiling = lowest(st, t, s, basis, o, r, term)
                if ceiling >= 1.0:
                    continue
                before = x.licensed[s, term, basis, o, r]
                under, whole = appeals_under(st, t, s, r, basis, o, term)
                free = under / before
                share = free / (others + whole - under + free)
                if term == Term.now:
                    ceiling = target_ceiling(ceiling, held_under(st, t, s, r, basis, o), speed)
                after = max(kept_under_ceiling(share, ceiling), SMALLEST)
                if abs(after / before - 1.0) > SETTLED:
                    x.licensed[s, term, basis, o, r] = after
                    changed = True
        moved = moved or changed
        if not changed:
            break
    return moved


@stage
def limit_imports(st: State, t: int, s: int, r: int, everybody: float) -> bool:
    """Prices of licences in a region, and what they do to appeals there; whether any has moved.

    `everybody`: the sum of appeals as they are.
    """
    x = st.scratch
    gather(st, t, s, r)
    _, licensed = appeals_under(st, t, s, r, Basis.made, r, Term.now)
    others = everybody - licensed
    moved = find_prices(st, t, s, r, Term.now, others)
    if x.foreseen[s, r] > 0.0:
        moved = find_prices(st, t, s, r, Term.soon, others) or moved
    if not moved:
        return False
    for home in range(st.world.market.shape[2]):
        for way in WAYS:
            exempt = exempt_by(st, s, way, r)
            for g in range(made_of(st, s)):
                kept = licences_keep(st, t, s, g, way, home, r, Term.now)
                x.passing[way, home, g] = kept_with_exempt(exempt, kept) / x.passing[way, home, g]
    pass_all(st, s, r, False)
    return True


@stage
def pass_all(st: State, s: int, r: int, sold: bool) -> None:
    """Changes all lines of a region, in share (`sold`) or appeal, by what became of goods that cross its border."""
    second = st.world.market.shape[2]
    pass_line(st, s, r, r, sold, first_of(st, s), last_of(st, s))
    if r == st.host:
        pass_line(st, s, r, second, sold, first_of(st, s), middle_of(st, s))


@stage
def pass_line(st: State, s: int, r: int, line: int, sold: bool, first: int, last: int) -> None:
    """Changes one line of these firms: how much there is of it, and which parts come from where."""
    x = st.scratch
    for i in range(first, last):
        hosted, sent = from_host_part(st, i, line, r), from_home_part(st, i, line)
        if hosted <= 0.0 and sent <= 0.0:
            continue
        from_host = hosted * passed(st, s, r, i, way_from_host(st, s, i, line)) if hosted > 0.0 else 0.0
        from_home = sent * passed(st, s, r, i, Way.from_home) if sent > 0.0 else 0.0
        if from_host == hosted and from_home == sent:
            continue
        rest = max(1.0 - hosted - sent, 0.0)  # made in the region; in the host, in its base
        whole = rest + from_host + from_home
        made = from_host + (x.host_made[i, line] if r == st.host else 0.0)
        if sold:
            st.firms.share[i, line] *= whole
        else:
            x.appeal[i, line] *= whole
        x.host_made[i, line] = made / whole if whole > 0.0 else 0.0
        if whole > made:
            x.shipped[i, line] = from_home / (whole - made)


@step
def passed(st: State, s: int, r: int, i: int, way: int) -> float:
    """What has become of goods of a firm that come by a way, over generations."""
    x, home = st.scratch, st.firms.home[i]
    before, after = 0.0, 0.0
    for g in range(made_of(st, s)):
        weight = x.quality[i, g] * x.sold[s, way, home, r, g]
        before += weight
        after += weight * x.passing[way, home, g]
    return after / before if before > 0.0 else 1.0


@stage
def turn_back(st: State, t: int, s: int, r: int) -> None:
    """What is sold beyond a ceiling in force is not let in: its buyers wait, until others have won them."""
    x, regions = st.scratch, st.world.market.shape[2]
    cut = False
    for basis in range(2):
        for o in range(regions):
            ceiling = lowest(st, t, s, basis, o, r, Term.now)
            if ceiling >= 1.0:
                continue
            gather(st, t, s, r)
            held = held_under(st, t, s, r, basis, o)
            if held <= ceiling:
                continue
            cut = True
            for home in range(regions):
                for way in WAYS:
                    exempt = exempt_by(st, s, way, r)
                    for g in range(made_of(st, s)):
                        inside = origin_of(st, basis, way, home) == o and counts(
                            st, t, s, g, basis, way, home, r, Term.now
                        )
                        part = licensed_part(exempt, x.passing[way, home, g]) if inside else 0.0
                        x.passing[way, home, g] = 1.0 - part * (1.0 - ceiling / held)
            pass_all(st, s, r, True)
    if cut:
        along_rates(st, s, r, first_of(st, s), last_of(st, s))


@lane
def along_rates(st: State, s: int, r: int, first: int, last: int) -> None:
    """Shares of firms in a region over their lines, and margins at these, after shares have changed."""
    x, firms, second = st.scratch, st.firms, st.world.market.shape[2]
    for i in range(first, last):
        sold = firms.share[i, r] + (firms.share[i, second] if r == st.host else 0.0)
        x.firm_share[i, r] = sold
        x.rate[i, r] = margin(st.sectors.price_elasticity[s], sold)
