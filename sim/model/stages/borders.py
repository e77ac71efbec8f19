"""Stage 1, borders: what tariffs, floors, subsidies and the owner's home do to appeals, who is paid what of sales."""

from sim.machine.arithmetic import power
from sim.machine.compiled import lane, stage, step
from sim.model.columns import Way
from sim.model.rules.market import border, brand_factor, floor_rent, spared_appeal, tariff_paid
from sim.model.rules.policy import ahead
from sim.model.stages.state import State, generations_of


@lane
def along_borders(st: State, t: int, s: int, g: int, o: int, tradable: bool, regions: int) -> None:
    """What borders of all regions do to appeals of a generation made in o, now and as announced."""
    x, now, soon, p = st.scratch, st.now, st.announced, st.parameters
    alpha, supply, scale, weight = st.sectors.price_elasticity[s], now.supply[s, g, o], p.content_cost, p.anticipation
    supply *= x.fed[s, g, o]
    for r in range(regions):
        content, tariff = scale * now.local_content[s, g, r], max(now.tariff[s, g, o, r], now.price_floor[s, g, o, r])
        later = ahead(tariff, max(soon.tariff[t, s, g, o, r], soon.price_floor[t, s, g, o, r]), weight)
        crosses = o != r
        shipped = st.shipping[s, o, r] + (content if crosses else 0.0)
        kept = supply * border(alpha, shipped, tariff if crosses else 0.0)
        kept_ahead = supply * border(alpha, shipped, later if crosses else 0.0)
        x.trade[s, g, o, r] = kept if tradable else supply
        x.trade_ahead[s, g, o, r] = kept_ahead if tradable else supply


@lane
def along_parts(st: State, t: int, s: int, g: int, regions: int) -> None:
    """The same of local partners' goods from the host, and of parts, on which some of the tariff is paid."""
    x, now, soon, part = st.scratch, st.now, st.announced, st.parameters.supplied_content
    alpha, weight = st.sectors.price_elasticity[s], st.parameters.anticipation
    for r in range(regions):
        tariff, floor = now.tariff[s, g, st.host, r], now.price_floor[s, g, st.host, r]
        duty, least = soon.tariff[t, s, g, st.host, r], soon.price_floor[t, s, g, st.host, r]
        spared = spared_above(tariff, now.spared[s, g, r], floor)
        spared_later = ahead(spared, spared_above(duty, soon.spared[t, s, g, r], least), weight)
        tariff = max(tariff, floor)
        later = ahead(tariff, max(duty, least), weight)
        shared = x.trade[s, g, st.host, r] * spared_appeal(alpha, tariff, spared)
        shared_ahead = x.trade_ahead[s, g, st.host, r] * spared_appeal(alpha, later, spared_later)
        x.shared[s, g, r] = shared
        x.shared_ahead[s, g, r] = shared_ahead
        x.parts[s, g, r] = power(shared, part)
        x.parts_ahead[s, g, r] = power(shared_ahead, part)


@lane
def spared_above(tariff: float, spared: float, floor: float) -> float:
    """What of a tariff local partners' goods are spared in their price: a minimum price holds for them, too."""
    return spared if floor <= 0.0 else max(tariff, floor) - max(tariff - spared, floor)


@lane
def along_tastes(st: State, s: int, g: int, o: int, regions: int) -> None:
    """What being owned in o does to appeals of a generation in all regions, and when it comes from elsewhere."""
    x, now = st.scratch, st.now
    alpha, subsidy = st.sectors.price_elasticity[s], now.subsidy_production[s, g, o]
    for r in range(regions):
        taste, tariff = now.perception[s, o, r], now.owner_tariff[s, g, o, r]
        x.brand[s, g, o, r] = brand_factor(alpha, taste, subsidy, 0.0)
        x.brand_import[s, g, o, r] = brand_factor(alpha, taste, subsidy, tariff)


@stage
def reckon_duties(st: State, s: int, g: int, o: int, tradable: bool) -> None:
    """Tariffs on what an owner from o sells, made at its home or in the host; rents where a minimum price binds."""
    x, now = st.scratch, st.now
    for r in range(st.world.market.shape[2]):
        owner = 1.0 + now.owner_tariff[s, g, o, r]
        from_home, from_host, with_partner = 0.0, 0.0, 0.0
        rent_home, rent_host, rent_partner = 0.0, 0.0, 0.0
        if tradable and o != r:
            tariff = now.tariff[s, g, o, r]
            from_home = tariff_paid(1.0, (1.0 + tariff) * owner - 1.0)
            rent_home = floor_rent(tariff, now.price_floor[s, g, o, r]) / owner
        if tradable and r != st.host:
            tariff = now.tariff[s, g, st.host, r]
            from_host = tariff_paid(1.0, (1.0 + tariff) * owner - 1.0)
            rest, floor = max(tariff - now.spared[s, g, r], 0.0), now.price_floor[s, g, st.host, r]
            with_partner = tariff_paid(1.0, (1.0 + rest) * owner - 1.0)
            rent_host, rent_partner = floor_rent(tariff, floor) / owner, floor_rent(rest, floor) / owner
        x.taxed[s, Way.from_home, o, r, g] = from_home
        x.taxed[s, Way.from_host, o, r, g] = from_host
        x.taxed[s, Way.with_partner, o, r, g] = with_partner
        x.rented[s, Way.from_home, o, r, g] = rent_home
        x.rented[s, Way.from_host, o, r, g] = rent_host
        x.rented[s, Way.with_partner, o, r, g] = rent_partner
        if from_home > 0.0 or from_host > 0.0:
            x.dutied[s, r] = 1.0
        if rent_home > 0.0 or rent_partner > 0.0:  # partners pay least, so that a floor binds for them first
            x.floored[s, r] = 1.0


@stage
def reckon_paid(st: State, s: int) -> None:
    """Tariffs and rents on what all owners sell, and in which regions somebody pays or earns them."""
    x, tradable = st.scratch, st.sectors.tradable[s] > 0.0
    regions = st.world.market.shape[2]
    for r in range(regions):
        x.dutied[s, r] = 0.0
        x.floored[s, r] = 0.0
    for g in range(generations_of(st, s)):
        for o in range(regions):
            reckon_duties(st, s, g, o, tradable)


@stage
def reckon_borders(st: State, t: int, s: int) -> None:
    """What borders and the owner's home do to appeals; only when a field of the sector has changed."""
    x, now = st.scratch, st.now
    regions = st.world.market.shape[2]
    tradable = st.sectors.tradable[s] > 0.0
    x.sparing[s] = 0.0
    for o in range(regions):
        x.supported[s, o] = 0.0
        for r in range(regions):
            x.compliance[s, o, r] = now.compliance[s, o, r] if o != r else 0.0
    for g in range(generations_of(st, s)):
        for o in range(regions):
            if now.subsidy_production[s, g, o] > 0.0:
                x.supported[s, o] = 1.0
            along_borders(st, t, s, g, o, tradable, regions)
            along_tastes(st, s, g, o, regions)
        for r in range(regions):
            if now.spared[s, g, r] > 0.0 or st.announced.spared[t, s, g, r] > 0.0:
                x.sparing[s] = 1.0
        along_parts(st, t, s, g, regions)
    reckon_paid(st, s)


@stage
def reckon_sold(st: State, s: int) -> None:
    """What a unit of quality sells, by way of supply and owner's home: demand, borders and brands in one number."""
    x, host = st.scratch, st.host
    regions = st.world.market.shape[2]
    for g in range(generations_of(st, s)):
        for r in range(regions):
            weight = x.demand_weight[s, g, r]
            parts, parts_ahead = x.parts[s, g, r], x.parts_ahead[s, g, r]
            for home in range(regions):
                brand = weight * x.brand[s, g, home, r]
                abroad = weight * x.brand_import[s, g, home, r]
                from_home = brand if home == r else abroad
                from_host = brand if host == r else abroad
                x.sold[s, Way.local, home, r, g] = brand * x.trade[s, g, r, r]
                x.sold[s, Way.from_home, home, r, g] = from_home * x.trade[s, g, home, r]
                x.sold[s, Way.from_host, home, r, g] = from_host * x.trade[s, g, host, r]
                x.sold[s, Way.as_parts, home, r, g] = brand * parts
                x.sold_ahead[s, Way.local, home, r, g] = brand * x.trade_ahead[s, g, r, r]
                x.sold_ahead[s, Way.from_home, home, r, g] = from_home * x.trade_ahead[s, g, home, r]
                x.sold_ahead[s, Way.from_host, home, r, g] = from_host * x.trade_ahead[s, g, host, r]
                x.sold_ahead[s, Way.as_parts, home, r, g] = brand * parts_ahead


@stage
def reckon_spared(st: State, s: int) -> None:
    """The same of local partners' goods shipped from the host, where somebody is spared a tariff."""
    x = st.scratch
    regions = st.world.market.shape[2]
    for g in range(generations_of(st, s)):
        for r in range(regions):
            for home in range(regions):
                owner = x.brand[s, g, home, r] if st.host == r else x.brand_import[s, g, home, r]
                brand = x.demand_weight[s, g, r] * owner
                x.sold[s, Way.with_partner, home, r, g] = brand * x.shared[s, g, r]
                x.sold_ahead[s, Way.with_partner, home, r, g] = brand * x.shared_ahead[s, g, r]


@step
def reckon_all_sold(st: State, s: int) -> None:
    """What a unit of quality sells, by every way of supply."""
    reckon_sold(st, s)
    if st.scratch.sparing[s] > 0.0:
        reckon_spared(st, s)
